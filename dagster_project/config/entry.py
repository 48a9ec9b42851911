"""Entries of a configuration: what each says, and how it is written.

What stands here of an entry is what a mistake is told with and what docs/configuration.md lists.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticUndefined


class Entries(BaseModel):
    """A group of entries: no other names, and nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def entry(
    says: str,
    default: Any = PydanticUndefined,
    *,
    example: str = "",
    form: str = "",
    inside: bool = False,
    **limits: Any,
) -> Any:
    """One entry. ``example`` is YAML; ``form`` says how a value is written, for a pattern.

    ``inside`` marks what is filled in by the reader and not written by anybody.
    """
    return Field(
        default,
        description=says,
        json_schema_extra={"example": example, "form": form, "inside": inside},
        **limits,
    )

"""``config/works.yml``: how records of products, music or publications are recognised as one.

Belongs here: the file's shape. Does not belong here: what the entries do; that is
``dagster_project.identity.works``.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dagster_project.config.yaml_file import read_yaml


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WordOptions(_Strict):
    """How texts become words."""

    mistyped_from: int = Field(default=5, ge=3)
    placeholders: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()

    @field_validator("placeholders", "variants", mode="before")
    @classmethod
    def _lowered(cls, values: Any) -> Any:
        return tuple(str(value).lower() for value in values or ())


class NeighbourOptions(_Strict):
    """Which pairs are compared at all."""

    pairs_per_record: int = Field(default=60, ge=1)
    neighbours: int = Field(default=10, ge=1)
    rare_words: int = Field(default=6, ge=2)


class WorksModelOptions(_Strict):
    """How weights are learned; ``experience`` is worth so many pairs."""

    experience: float = Field(default=50, gt=0)


class WorksClusterOptions(_Strict):
    """How links become clusters, in bits of log-odds."""

    merge_bits: float = 0.0
    complete_up_to: int = Field(default=60, ge=2)


class WorksSpec(_Strict):
    """Everything that decides which records are one work."""

    words: WordOptions = WordOptions()
    blocking: NeighbourOptions = NeighbourOptions()
    model: WorksModelOptions = WorksModelOptions()
    clusters: WorksClusterOptions = WorksClusterOptions()


def read_works(file: Path) -> WorksSpec:
    """Read the spec; ``ConfigError`` names file, line and remedy."""
    return read_yaml(file).parse(WorksSpec)

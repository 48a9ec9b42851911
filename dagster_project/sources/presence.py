"""Which of a stream's columns a row does not have: what it does not have, it says nothing of.

A cell or a member that is there and empty says "empty"; one that is not there leaves what was
known as it is (``dbt/macros/staging/versions.sql`` carries it on).
Belongs here: the text that ``_absent`` of a landed row holds. Does not belong here: any vendor.
"""

from collections.abc import Mapping
from typing import Any

from dagster_project.domain.streams import Delivery, StreamSpec

_MOST_SHAPES = 4096
"""Sets of members remembered at once; records of one stream have few of them."""


class Presence:
    """Tells for each row of one stream which columns it lacks, as ``,phone,email,``."""

    def __init__(self, spec: StreamSpec, fields: Mapping[str, str] | None = None) -> None:
        # An event is told once and whole: a member it lacks does not apply to it.
        columns = () if spec.delivery is Delivery.EVENTS else spec.columns
        fields = fields or {}
        self._fields = [(c, fields.get(c, c)) for c in columns if c not in spec.key]
        self._known: dict[tuple[str, ...], str | None] = {}

    def absent(self, row: Mapping[str, Any]) -> str | None:
        """Columns the row has no cell for; nothing where it has them all."""
        shape = tuple(row)
        try:
            return self._known[shape]
        except KeyError:
            if len(self._known) >= _MOST_SHAPES:
                self._known.clear()
            absent = [column for column, field in self._fields if field not in row]
            found = f",{','.join(absent)}," if absent else None
            self._known[shape] = found
            return found


def without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    """A row of an API that leaves out what it was not asked for: its reader's nulls are absent."""
    return {field: value for field, value in row.items() if value is not None}

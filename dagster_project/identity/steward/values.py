"""What a record says, field by field, masked unless asked for."""

import re

from dagster_project.identity.workspace import Workspace

SEPARATOR = " · "
"""Between several values of one field."""

_INNER = re.compile(r"(?<=\w)\w+")

_VALUES = """
with

said as (

    select rid, 'name' as field, coalesce(
        full_name, nullif(concat_ws(' ', given_name, family_name), '')
    ) as value
    from kept.record

    union all

    select rid, 'birth_date', strftime(birth_date, '%Y-%m-%d') from kept.record

    union all

    select rid, 'organisation', organisation from kept.record

    union all

    select rid, 'country', country from kept.record

    union all

    select rid, kind, value_raw from kept.identifier where is_stated

    union all

    select rid, 'address', nullif(concat_ws(', ', street, postal_code, city), '')
    from kept.address

)

select distinct field, value
from said
where rid = $1 and value is not null
order by field, value
"""

_SAID_BY = {
    "alias": ("name", "email", "handle"),
    "handle": ("handle", "url"),
    "middle": ("name",),
    "organisation": ("organisation", "email"),
}
"""Comparisons that read other fields than the one they are called after."""


def masked(value: str) -> str:
    """The first character of every word; enough to recognise, too little to learn."""
    return _INNER.sub("•••", value)


class RecordValues:
    """Everything a record says, kept for the fields of a comparison."""

    def __init__(self, work: Workspace, rid: int, *, shown: bool) -> None:
        self._values: dict[str, list[str]] = {}
        for field, value in work.rows(_VALUES, [rid]):
            text = str(value) if shown else masked(str(value))
            self._values.setdefault(str(field), []).append(text)

    def of(self, comparison: str) -> str:
        """The values a comparison reads, ``–`` without any."""
        fields = _SAID_BY.get(comparison, (comparison,))
        found = [value for field in fields for value in self._values.get(field, [])]
        return SEPARATOR.join(found) or "–"

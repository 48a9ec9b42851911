"""Evidence that an earlier version left is made anew, not added to in another shape."""

import hashlib
from pathlib import Path

from dagster_project.identity.evidence.file import FORMAT
from tests.unit.identity.steward.room import room
from tests.unit.identity.world import Contact

_SHAPES = {11: "eddef0dc6ede"}
"""Digest of the kept tables' columns per format. Where a change of tables fails this test, raise
``FORMAT`` and write the new digest here: roots out there hold the old tables."""


def test_tables_of_another_shape_have_another_format(tmp_path: Path) -> None:
    contacts = [
        Contact("a", "Maud", "Tressider", email="maud@example.org"),
        Contact("b", "Maud", "Tressider", email="maud@example.org", source="newsletter"),
    ]
    with room(tmp_path, contacts) as made, made.asked() as (work, _):
        columns = work.rows(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where database_name = 'kept' order by all"
        )

    digest = hashlib.sha256(repr(columns).encode()).hexdigest()[:12]

    assert _SHAPES.get(FORMAT) == digest

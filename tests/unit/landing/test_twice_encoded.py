"""Text that was encoded twice is counted where it lands, and told."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.domain.notes import asks_for_something
from dagster_project.landing.twice_encoded import twice_encoded_note


def _note(folder: Path, *texts: str | None) -> tuple[str, ...]:
    connection = duckdb.connect()
    file = folder / "rows.parquet"
    connection.execute("create table rows (a varchar, b varchar)")
    connection.executemany("insert into rows values ('1', ?)", [[text] for text in texts])
    connection.execute(f"copy rows to '{file}'")
    return twice_encoded_note(connection, file, ("a", "b"))


@pytest.mark.parametrize("text", ["JÃ¶rg", "Oâ€™Brien", "Ð\x98Ð²Ð°Ð½", "Å\xa0koda", "1 â‚¬"])
def test_a_row_with_such_text_is_counted(tmp_path: Path, text: str) -> None:
    (note,) = _note(tmp_path, text, "plain", None)

    assert note.startswith("1 row with text that was encoded twice")
    assert text not in note
    assert not asks_for_something(note)


@pytest.mark.parametrize(
    "text", ["Jörg", "SÃO JOÃO", "«CAFÉ»", "Ångström", "Иван", "1 €", "à»"]
)
def test_text_as_people_write_it_is_not(tmp_path: Path, text: str) -> None:
    assert _note(tmp_path, text) == ()

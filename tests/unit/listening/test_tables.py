"""Tables as people have them: read row by row whatever stands in a text, or told what is wrong."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.domain.errors import Customer360Error
from dagster_project.listening.tables import read_texts

_TEXTS = ['say "no", ok', "two\nlines", "semi;colon\ttab", "ünï 😀", "", "x" * 1_200_000]


def _read(file: Path) -> list[str]:
    return [text for (texts,) in read_texts(file, ["body"]) for text in texts]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_texts_come_as_they_stand_in_the_file(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"posts.{ending}"
    relation = duckdb.sql("select unnest($1::varchar[]) as body, 1 as other", params=[_TEXTS])
    duckdb.sql(
        f"copy relation to '{file}' (format {'json' if ending == 'jsonl' else ending})",
    ) if relation else None

    assert _read(file) == _TEXTS


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(b"id;body\n1;a, b\n", id="semicolons"),
        pytest.param("id\tbody\n1\ta, b\n".encode("utf-16"), id="utf-16-tabs"),
        pytest.param('\ufeffbody,id\r\n"a, b",1\r\n'.encode(), id="byte-order-mark"),
    ],
)
def test_a_spreadsheet_says_by_its_header_how_it_is_parted(
    tmp_path: Path, written: bytes
) -> None:
    (tmp_path / "posts.csv").write_bytes(written)

    assert _read(tmp_path / "posts.csv") == ["a, b"]


def test_a_row_that_ends_early_has_no_text(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("id,body\n1\n2,b\n")

    assert _read(tmp_path / "posts.csv") == ["", "b"]


@pytest.mark.parametrize(
    ("name", "written", "told"),
    [
        ("posts.csv", b"", "is empty"),
        ("posts.csv", "body\nschön\n".encode("latin-1"), "not written in UTF-8"),
        ("posts.parquet", b"no parquet", "cannot be read as a table"),
        ("posts.jsonl", b"{no json", "cannot be read as a table"),
        ("posts.jsonl", b'{"text": "a"}\n', "no column body"),
    ],
)
def test_what_cannot_be_read_is_told(
    tmp_path: Path, name: str, written: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(written)

    with pytest.raises(Customer360Error, match=told):
        _read(tmp_path / name)

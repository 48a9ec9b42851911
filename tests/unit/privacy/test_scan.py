"""A scan finds values in every byte, however many are looked for and whatever stands around them."""

import bz2
import gzip
import json
import sqlite3
import zipfile
from pathlib import Path

import duckdb
import pytest

from dagster_project.privacy.scan import scan

ADA = "Ada.Kestrel@example.org"
MANY = [f"person{number}.of.many@example.org" for number in range(500)] + ["k43_x", "handle"]


def _write(file: Path, kind: str) -> None:  # noqa: C901
    match kind:
        case "text":
            file.write_text(f"to <{ADA}>.")
        case "utf-16":
            file.write_text(f"name\n{ADA}\n", encoding="utf-16")
        case "escaped json":
            file.write_text(json.dumps({"a": ADA}).replace("@", "\\u0040"))
        case "query":
            file.write_text(f"https://example.com/?to={ADA.replace('@', '%40')}&x=1")
        case "gzip":
            file.write_bytes(gzip.compress(ADA.encode()))
        case "packed twice":
            file.write_bytes(bz2.compress(gzip.compress(ADA.encode())))
        case "zip":
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("a/b.csv", f"id,mail\n1,{ADA}\n")
        case "parquet":
            duckdb.execute(
                f"copy (select ['{ADA}'] as l) to '{file}' (format parquet, compression zstd)"
            )
        case "duckdb":
            with duckdb.connect(str(file)) as made:
                made.execute(
                    f"create table t as select {{'x': '{ADA}'}} as s, i from range(99) t(i)"
                )
        case "sqlite":
            with sqlite3.connect(file) as store:
                store.execute("create table t (x)")
                store.execute("insert into t values (?)", [ADA])


@pytest.mark.parametrize("others", [[], MANY], ids=["alone", "among many"])
@pytest.mark.parametrize(
    "kind",
    [
        "text", "utf-16", "escaped json", "query", "gzip", "packed twice", "zip", "parquet",
        "duckdb", "sqlite",
    ],
)  # fmt: skip
def test_a_value_is_found_in_every_form(tmp_path: Path, kind: str, others: list[str]) -> None:
    _write(tmp_path / "file", kind)

    assert {hit.values for hit in scan(tmp_path, [ADA, *others])} == {1}
    assert scan(tmp_path, ["bo@example.org", *others]) == ()


def test_a_value_within_somebody_elses_is_theirs(tmp_path: Path) -> None:
    (tmp_path / "text").write_text(f"max{ADA} {ADA}.uk")
    with duckdb.connect(str(tmp_path / "table")) as made:
        made.execute(f"create table t as select 'max{ADA}' as x")

    assert scan(tmp_path, [ADA]) == scan(tmp_path, [ADA, *MANY]) == ()


def test_rows_that_were_deleted_are_found_in_the_bytes_of_a_block(tmp_path: Path) -> None:
    """Strings of a block stand one behind the other, without a space."""
    with duckdb.connect(str(tmp_path / "table")) as made:
        made.execute("create table t as select 1 as x")
    with (tmp_path / "table").open("ab") as file:
        file.write(b"zoe@example.com" + ADA.encode() + b"max@example.org")

    assert len(scan(tmp_path, [ADA, *MANY])) == 1


@pytest.mark.parametrize("length", range(5, 20))
def test_a_value_is_found_at_every_place(tmp_path: Path, length: int) -> None:
    value = "qzxvkwjypbfgmhdtnlr"[:length]
    for place in range(40):
        (tmp_path / f"{place}").write_bytes(b" " * place + value.encode() + b" " * (40 - place))

    assert len(scan(tmp_path, [value, *MANY])) == 40

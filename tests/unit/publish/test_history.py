"""Older generations take little room and can be put together again, row for row."""

import shutil
from pathlib import Path

import pytest

from dagster_project.domain.errors import StateError
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.compare import diff
from dagster_project.publish.generations import ProductFolder
from dagster_project.publish.history import extract, is_folded
from dagster_project.publish.publication import publish
from tests.unit.publish.company import build_warehouse, change, crm, read

DAYS = (
    "select 1",
    "update marts.fct_message set body_text = 'edited' where message_id in ('m1', 'm2')",
    "insert into marts.fct_message values ('new', 'c1', 'hello again')",
    "delete from marts.fct_message where message_id = 'm5'",
    "update marts.customer_360 set x_handle = x_handle || '!'",
    "alter table marts.customer_360 add column vip boolean",
    "create table marts.fct_case as select 'k1' as case_id, 'c1' as customer_id",
    "insert into marts.fct_case values ('k2', 'c2'), ('k2', 'c2')",
    "delete from marts.fct_case where case_id = 'k2'; insert into marts.fct_case values ('k2', 'c2')",
    "drop table marts.fct_case",
    "update marts.customer_360 set labels = [] where customer_id = 'c3'",
)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path / "root")
    root.path.mkdir()
    build_warehouse(root)
    return root


def test_every_kept_generation_can_be_put_together_again(root: Root, tmp_path: Path) -> None:
    published = {}
    for sql in DAYS:
        change(root, sql)
        publication = publish(root, crm(), keep=len(DAYS))
        copy = tmp_path / f"{publication.generation}.duckdb"
        shutil.copyfile(publication.path, copy)
        published[publication.generation] = copy
    folder = ProductFolder(root, "crm")

    assert len(published) == len(DAYS)
    assert [is_folded(g) for g in folder.generations()] == [True] * (len(DAYS) - 2) + [
        False
    ] * 2
    for generation, copy in published.items():
        again = extract(folder, generation, tmp_path / f"again-{generation}.duckdb")
        assert diff(copy, again).lines() == ()
        assert read(again, "select any_value(generation) from _manifest") == [(generation,)]


def test_a_folded_generation_takes_a_fraction_of_a_whole_one(root: Root) -> None:
    build_warehouse(root, customers=20_000)
    for number in range(3):
        change(
            root,
            f"update marts.customer_360 set x_handle = 'h' where customer_id = 'c{number}'",
        )
        publish(root, crm())

    oldest, _, newest = ProductFolder(root, "crm").generations()
    for file in oldest.glob("crm_import*"):
        file.unlink()  # the first one holds every customer
    assert _size(oldest) < _size(newest) / 20


def test_a_generation_that_is_not_kept_is_named(root: Root, tmp_path: Path) -> None:
    publish(root, crm())

    with pytest.raises(StateError, match="has no generation 000000-"):
        extract(
            ProductFolder(root, "crm"),
            "000000-20260101T000000Z-00000000",
            tmp_path / "x.duckdb",
        )


def test_a_generation_changed_by_hand_is_not_handed_out(root: Root, tmp_path: Path) -> None:
    first = publish(root, crm()).generation
    other = root.published / "crm" / first / "parquet"
    shutil.copyfile(other / "fct_message.parquet", other / "customer_xref.parquet")

    with pytest.raises(StateError, match="customer_xref"):
        extract(ProductFolder(root, "crm"), first, tmp_path / "x.duckdb")


def test_a_kill_while_folding_is_put_right_by_the_next_run(root: Root) -> None:
    names = []
    for number in range(3):
        change(
            root,
            f"update marts.customer_360 set x_handle = 'h{number}' where customer_id = 'c1'",
        )
        names.append(publish(root, crm()).generation)
    folder = root.published / "crm"
    (folder / names[0] / "crm.duckdb").write_bytes(b"left over")
    (folder / names[1] / ".differs").mkdir()

    publish(root, crm())

    assert not (folder / names[0] / "crm.duckdb").exists()
    assert not (folder / names[1] / ".differs").exists()


def _size(folder: Path) -> int:
    return sum(
        f.stat().st_size for f in folder.rglob("*") if f.is_file() and f.stat().st_nlink == 1
    )

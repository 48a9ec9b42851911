"""A grown warehouse is rewritten without losing anything, whatever happens on the way."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.compare import diff
from dagster_project.engines.duckdb.storage import (
    DiskFullError,
    compact_warehouse,
    full_disk_explained,
    require_space,
)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    root.warehouse.mkdir()
    with duckdb.connect(str(root.database)) as connection:
        connection.execute("create schema marts")
        connection.execute("create schema landing")
        connection.execute("create schema meta")
        connection.execute(
            "create table marts.t as select i as id, md5(i::varchar) as v from range(300000) as t(i)"
        )
        connection.execute("create view landing.v as select * from c360.marts.t where id < 5")
        connection.execute("comment on table marts.t is 'One row per thing.'")
        connection.execute(
            "create table meta.phases (phase varchar primary key, fingerprint varchar)"
        )
        connection.execute("insert into meta.phases values ('marts', 'abc')")
    return root


def grow(root: Root) -> None:
    """Leave a hole before the newest table, as rebuilding tables day by day does."""
    with duckdb.connect(str(root.database)) as connection:
        connection.execute("create table marts.filler as select t.* from marts.t, range(3)")
        connection.execute("create table marts.t2 as from marts.t")
        connection.execute("checkpoint")
        connection.execute("drop table marts.filler")
        connection.execute("drop table marts.t")
        connection.execute("alter table marts.t2 rename to t")
        connection.execute("comment on table marts.t is 'One row per thing.'")


def test_a_fresh_warehouse_is_left_alone(root: Root) -> None:
    assert not compact_warehouse(root).rewritten


def test_a_grown_warehouse_is_rewritten_with_views_keys_and_comments(root: Root) -> None:
    grow(root)
    untouched = root.path / "copy.duckdb"
    untouched.write_bytes(root.database.read_bytes())

    compaction = compact_warehouse(root)

    assert compaction.rewritten
    assert compaction.after < compaction.before / 1.5
    assert compaction.after == root.database.stat().st_size
    with duckdb.connect(str(root.database)) as connection:
        assert connection.execute("select count(*) from landing.v").fetchall() == [(5,)]
        connection.execute("insert or replace into meta.phases values ('marts', 'def')")
        assert connection.execute(
            "select comment from duckdb_tables() where table_name = 't'"
        ).fetchall() == [("One row per thing.",)]
        connection.execute("insert or replace into meta.phases values ('marts', 'abc')")
    assert diff(root.database, renamed_as_warehouse(untouched)).same


def test_no_log_of_the_old_file_is_left_to_be_replayed_into_the_new_one(root: Root) -> None:
    grow(root)

    compact_warehouse(root)

    assert sorted(f.name for f in root.warehouse.iterdir()) == ["c360.duckdb"]


@pytest.mark.parametrize(
    "point", ["compact: fresh warehouse written", "compact: warehouse swapped"]
)
def test_a_kill_leaves_the_old_or_the_new_file(root: Root, point: str) -> None:
    grow(root)

    def killed(reached: str) -> None:
        if reached == point:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compact_warehouse(root, reached=killed)

    with duckdb.connect(str(root.database), read_only=True) as connection:
        assert connection.execute("select count(*) from marts.t").fetchall() == [(300000,)]
    compact_warehouse(root)
    assert sorted(f.name for f in root.warehouse.iterdir()) == ["c360.duckdb"]


def test_a_half_written_copy_of_a_killed_run_is_removed(root: Root) -> None:
    (root.warehouse / ".c360.duckdb.fresh").write_bytes(b"half")
    (root.warehouse / ".c360.duckdb.fresh.wal").write_bytes(b"half")

    compact_warehouse(root)

    assert sorted(f.name for f in root.warehouse.iterdir()) == ["c360.duckdb"]


def test_without_a_warehouse_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert not compact_warehouse(Root(tmp_path)).rewritten


def test_too_little_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError, match="publishing needs"):
        require_space(tmp_path / "not" / "there", 2**60, doing="publishing")


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(OSError(28, "No space left on device"), id="system"),
        pytest.param(
            duckdb.IOException("Could not write file: No space left on device"), id="duckdb"
        ),
    ],
)
def test_a_full_disk_is_explained(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(DiskFullError, match="the disk is full"), full_disk_explained(tmp_path):
        raise error


def test_another_error_is_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), full_disk_explained(tmp_path):
        raise PermissionError(13, "denied")


def renamed_as_warehouse(file: Path) -> Path:
    """Views name the catalog they were made in: the copy needs the warehouse's file name."""
    target = file.parent / "other" / "c360.duckdb"
    target.parent.mkdir()
    return file.rename(target)

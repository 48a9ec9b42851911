import os
from pathlib import Path

from dagster_project.defs.journal import Journal, remove_old


def test_entries_come_back_in_order_and_by_step(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "runs" / "r1.jsonl")

    journal.write("load", rows=3)
    journal.write("identity", seconds=1.5)
    journal.write("load", rows=4)

    assert [e["step"] for e in journal.entries()] == ["load", "identity", "load"]
    assert [e["rows"] for e in journal.entries("load")] == [3, 4]


def test_a_run_that_wrote_nothing_has_no_entries(tmp_path: Path) -> None:
    assert Journal(tmp_path / "none.jsonl").entries() == []


def test_only_the_newest_journals_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        file = tmp_path / f"{number}.jsonl"
        file.write_text("{}", encoding="utf-8")
        os.utime(file, (number, number))

    remove_old(tmp_path, keep=2)

    assert sorted(f.name for f in tmp_path.iterdir()) == ["3.jsonl", "4.jsonl"]

"""What the command line says of errors that are not ours."""

import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from dagster_project.cli import main
from dagster_project.config.roots import RootKind, kind_of
from dagster_project.domain.root import Root
from dagster_project.settings import PROJECT


@pytest.mark.parametrize("command", ["review", "preview"])
def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    out = tmp_path / "taken" / "deeper" / "out.parquet"

    result = CliRunner().invoke(main, [command, "--root", str(tmp_path), "--out", str(out)])

    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert str(tmp_path / "taken") in result.output
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["run", "--demo", "--people", "0"], id="no-people"),
        pytest.param(["demo", "--out", "world", "--people", "-5"], id="fewer-than-none"),
        pytest.param(["ui", "--port", "99999999"], id="no-such-port"),
        pytest.param(["review", "--limit", "0"], id="no-questions"),
        pytest.param(["benchmark", "identity", "--seeds", "0"], id="no-copies"),
        pytest.param(["benchmark", "identity", "--memory", "lots"], id="no-size"),
        pytest.param(["benchmark", "increments", "--batch", "0"], id="no-batch"),
    ],
)
def test_a_value_that_means_nothing_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 2
    assert f"Invalid value for '{arguments[-2]}'" in result.output.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["resolve", "--out", "found.csv", "--write-spec"], id="spec"),
        pytest.param(["evaluate", "--truth", "who", "--json"], id="figures"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("taken").write_text("a file", encoding="utf-8")

    result = CliRunner().invoke(main, [*arguments, "taken/file", "never-read.csv"])

    assert result.exit_code == 1
    assert "nothing can be written into this folder" in result.output


def test_a_file_that_is_no_database_is_not_compared(tmp_path: Path) -> None:
    file = tmp_path / "notes.duckdb"
    file.write_text("no database, but longer than the head of one. " * 100, encoding="utf-8")

    result = CliRunner().invoke(main, ["diff", str(file), str(file)])

    assert result.exit_code == 1
    assert "error: this cannot be read as a DuckDB file" in result.output


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="needs a folder nobody may write to")
def test_a_folder_one_may_not_write_to_is_told_with_what_to_do() -> None:
    result = CliRunner().invoke(main, ["init", "/sys/root-of-nobody"])

    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert "name a folder that you may write to" in result.output


def test_memory_that_ran_out_is_told_with_what_to_do(tmp_path: Path) -> None:
    table = tmp_path / "table.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select i as id, md5(i::varchar) as given_name, md5((-i)::varchar) as family_name "
            f"from range(100000) as numbers(i)) to '{table}' (format parquet)"
        )

    told = CliRunner().invoke(
        main,
        ["resolve", str(table), "--out", str(tmp_path / "out.parquet")],
        env={"C360_MEMORY_LIMIT": "8MB"},
    )

    assert told.exit_code == 1
    assert "C360_MEMORY_LIMIT" in told.output
    assert not (tmp_path / "out.parquet").exists()


def test_a_demo_world_is_a_root_that_can_be_run(tmp_path: Path) -> None:
    written = ["demo", "--people", "1", "--only", "contacts", "--out", str(tmp_path / "world")]

    result = CliRunner().invoke(main, written)

    assert result.exit_code == 0
    assert kind_of(Root(tmp_path / "world")) is RootKind.DEMO


def test_a_demo_world_does_not_go_into_a_companys_root(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["init", str(tmp_path / "quay")])

    result = CliRunner().invoke(main, ["demo", "--out", str(tmp_path / "quay")])

    assert result.exit_code == 1
    assert "invented and real people never share a root" in result.output
    assert not (tmp_path / "quay" / "truth").exists()


def test_a_root_that_was_there_is_told_as_that_and_stays_as_it_was(tmp_path: Path) -> None:
    made = ["init", str(tmp_path / "quay")]
    first = CliRunner().invoke(main, made)
    (tmp_path / "quay" / "config" / "sources.yml").write_text(
        "sources: {}  # ours", encoding="utf-8"
    )

    again = CliRunner().invoke(main, made)
    (tmp_path / "quay" / "config" / "works.yml").unlink()
    third = CliRunner().invoke(main, made)

    assert "A root is ready" in first.output
    assert "was a root already; nothing was touched" in again.output
    assert "added what was missing: works.yml" in third.output
    register = (tmp_path / "quay" / "config" / "sources.yml").read_text(encoding="utf-8")
    assert register.endswith("# ours")


def test_each_source_of_files_gets_its_folder(tmp_path: Path) -> None:
    made = ["init", str(tmp_path / "quay")]
    CliRunner().invoke(main, made)
    shutil.copyfile(
        PROJECT / "config" / "sources.yml", tmp_path / "quay" / "config" / "sources.yml"
    )

    CliRunner().invoke(main, made)

    folders = {folder.name for folder in (tmp_path / "quay" / "inbox").iterdir()}
    assert {"salesforce_emea", "hubspot_apac", "x_quay"} <= folders
    assert "mastodon_quay" not in folders  # it is pulled

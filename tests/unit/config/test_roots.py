import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dagster_project.cli import main
from dagster_project.config.roots import (
    RootKind,
    empty_root,
    init_company_root,
    kind_of,
    open_root,
    prepare_root,
)
from dagster_project.domain.errors import Customer360Error, StateError
from dagster_project.domain.root import Root
from tests.unit.engines.test_writer_lock import held_elsewhere

PROJECT = Path(__file__).resolve().parents[3]


def test_a_new_root_has_a_config_to_edit_and_no_demo_sources(tmp_path: Path) -> None:
    root = Root(tmp_path / "company")

    init_company_root(root, PROJECT / "config")

    assert kind_of(root) is RootKind.COMPANY
    assert "sources: {}" in (root.config / "sources.yml").read_text(encoding="utf-8")
    assert (root.config / "identity.yml").exists()
    assert not (root.config / "demo_world.yml").exists()


def test_init_twice_keeps_what_was_edited(tmp_path: Path) -> None:
    root = Root(tmp_path / "company")
    init_company_root(root, PROJECT / "config")
    edited = root.config / "sources.yml"
    edited.write_text("sources: {}  # mine\n", encoding="utf-8")

    init_company_root(root, PROJECT / "config")

    assert "# mine" in edited.read_text(encoding="utf-8")


def test_init_refuses_a_folder_with_other_files(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(Customer360Error, match="not empty"):
        init_company_root(Root(tmp_path), PROJECT / "config")


def test_a_company_root_never_becomes_a_demo(tmp_path: Path) -> None:
    root = Root(tmp_path)
    prepare_root(root, RootKind.COMPANY)

    with pytest.raises(Customer360Error, match="never share a root"):
        prepare_root(root, RootKind.DEMO)


def test_a_root_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    root = Root(tmp_path)
    root.marker.write_text(json.dumps({"kind": "demo", "format": 99}), encoding="utf-8")

    with pytest.raises(StateError, match="newer version"):
        open_root(root)


def test_a_damaged_marker_says_what_to_write(tmp_path: Path) -> None:
    root = Root(tmp_path)
    root.marker.write_text("{", encoding="utf-8")

    with pytest.raises(StateError, match="write"):
        open_root(root)


def test_a_folder_that_is_no_root_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(Customer360Error, match="c360 init"):
        open_root(Root(tmp_path))


def test_emptying_keeps_config_and_marker(tmp_path: Path) -> None:
    root = Root(tmp_path / "company")
    init_company_root(root, PROJECT / "config")
    (root.state / "ledger.sqlite").write_text("x", encoding="utf-8")

    (root.landing / "load").mkdir()

    empty_root(root)

    assert not root.state.exists()
    assert not root.landing.exists()
    assert (root.config / "sources.yml").exists()
    assert kind_of(root) is RootKind.COMPANY


def test_a_root_that_is_being_written_is_not_emptied(tmp_path: Path) -> None:
    root = Root(tmp_path / "company")
    init_company_root(root, PROJECT / "config")

    with held_elsewhere(root):
        refused = CliRunner().invoke(main, ["reset", "--root", str(root.path), "--confirm"])

    assert refused.exit_code == 1
    assert "another run" in refused.output
    assert root.landing.is_dir()


def test_what_was_reset_holds_no_load(tmp_path: Path) -> None:
    root = Root(tmp_path / "company")
    init_company_root(root, PROJECT / "config")

    done = CliRunner().invoke(main, ["reset", "--root", str(root.path), "--confirm"])

    assert done.exit_code == 0
    assert {file.name for file in root.path.iterdir()} == {"c360-root.json", "config", "state"}
    assert [file.name for file in root.state.iterdir()] == ["writer.lock"]

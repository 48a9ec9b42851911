import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.config.access import (
    keep_private,
    prepare_product_folder,
    share_as,
    tighten,
    tighten_root,
)
from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.domain.root import Root


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _file(path: Path, mode: int = 0o644) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    path.chmod(mode)
    return path


def test_what_a_process_makes_is_its_accounts_alone(tmp_path: Path) -> None:
    keep_private()

    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")

    assert (_mode(tmp_path / "folder"), _mode(tmp_path / "file")) == (0o700, 0o600)


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_new_root_is_private_but_for_the_way_to_the_published_files(
    tmp_path: Path, umask: int
) -> None:
    os.umask(umask)
    root = Root(tmp_path / "root")

    prepare_root(root, RootKind.COMPANY)

    modes = {p.name: _mode(p) for p in root.path.iterdir() if p.is_dir()}
    assert _mode(root.path) == 0o755
    assert modes.pop("published") == 0o755
    assert set(modes.values()) == {0o700}


def test_the_folders_of_an_older_root_are_tightened_and_its_inbox_is_left(
    tmp_path: Path,
) -> None:
    root = Root(tmp_path)
    delivered = _file(root.inbox / "crm" / "new.csv")
    old = [
        _file(root.inbox / "loaded" / "crm" / "old.csv"),
        _file(root.landing / "crm" / "contact" / "1" / "rows.parquet"),
        _file(root.state / "ledger.sqlite", 0o664),
        _file(root.path / ".dagster" / "history" / "runs.db"),
    ]
    (root.landing / "link").symlink_to(delivered)

    tighten_root(root)

    assert [_mode(file) for file in old] == [0o600] * 4
    assert {_mode(file.parent) for file in old} == {0o700}
    assert _mode(root.landing) == 0o700
    assert _mode(delivered) == 0o644


def test_a_folder_that_is_closed_is_not_gone_through_again(tmp_path: Path) -> None:
    inside = _file(tmp_path / "folder" / "inside")
    (tmp_path / "folder").chmod(0o700)

    tighten(tmp_path / "folder")

    assert _mode(inside) == 0o644


@pytest.mark.parametrize(
    ("personal_data", "folder_mode", "file_mode"), [(True, 0o700, 0o400), (False, 0o755, 0o444)]
)
def test_a_generation_is_as_open_as_its_product(
    tmp_path: Path, *, personal_data: bool, folder_mode: int, file_mode: int
) -> None:
    keep_private()
    product = tmp_path / "published" / "team"
    prepare_product_folder(product, personal_data=personal_data)
    built = _file(product / "1" / "parquet" / "t.parquet", 0o400)

    share_as(product, product / "1")

    assert _mode(product.parent) == 0o755
    assert _mode(product) == _mode(product / "1") == _mode(built.parent) == folder_mode
    assert _mode(built) == file_mode


def test_an_open_product_of_personal_data_is_closed_with_its_generations(
    tmp_path: Path,
) -> None:
    old = _file(tmp_path / "published" / "crm" / "1" / "crm.duckdb", 0o444)

    prepare_product_folder(tmp_path / "published" / "crm", personal_data=True)

    assert _mode(old) == 0o400
    assert _mode(tmp_path / "published" / "crm") == 0o700


def test_a_group_that_was_given_a_product_keeps_it_and_gets_what_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = tmp_path / "published" / "crm"
    product.mkdir(parents=True)
    product.chmod(0o755)
    monkeypatch.setattr(os, "getegid", lambda: product.stat().st_gid + 1)

    prepare_product_folder(product, personal_data=True)
    built = _file(product / "1" / "crm.duckdb", 0o400)
    share_as(product, product / "1")

    assert _mode(product) == 0o750
    assert _mode(built) == 0o440


def test_a_product_that_the_company_has_narrowed_stays_narrow(tmp_path: Path) -> None:
    product = tmp_path / "published" / "finance"
    product.mkdir(parents=True)
    product.chmod(0o750)

    prepare_product_folder(product, personal_data=False)

    assert _mode(product) == 0o750

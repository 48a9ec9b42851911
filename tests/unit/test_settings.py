from datetime import UTC, datetime
from pathlib import Path

import pytest

from dagster_project.domain.errors import Customer360Error, SourceError
from dagster_project.engines.duckdb.session import EngineOptions, session
from dagster_project.settings import PROJECT, read_settings


def test_a_named_root_wins_over_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("C360_ROOT", str(tmp_path / "other"))

    assert read_settings(tmp_path).root.path == tmp_path.resolve()
    assert read_settings().root.path == (tmp_path / "other").resolve()


def test_without_a_word_the_demo_is_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("C360_ROOT", raising=False)

    settings = read_settings()

    assert settings.root.path == PROJECT / "data"
    assert settings.config_dir == PROJECT / "config"


def test_a_root_with_its_own_config_uses_it(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()

    assert read_settings(tmp_path).config_dir == tmp_path.resolve() / "config"


def test_an_as_of_without_a_zone_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("C360_AS_OF", "2026-11-15T12:00:00")

    assert read_settings().as_of == datetime(2026, 11, 15, 12, tzinfo=UTC)


def test_an_as_of_that_is_no_time_says_how_to_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("C360_AS_OF", "yesterday")

    with pytest.raises(Customer360Error, match="ISO 8601"):
        read_settings()


def test_references_to_secrets_are_resolved_and_missing_ones_named(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, variables={"TOKEN": "s3cret"})

    assert settings.resolve("Bearer ${TOKEN}") == "Bearer s3cret"
    with pytest.raises(SourceError, match="NOT_SET_ANYWHERE"):
        settings.resolve("${NOT_SET_ANYWHERE}")


def test_secrets_do_not_show_in_the_representation(tmp_path: Path) -> None:
    assert "s3cret" not in repr(read_settings(tmp_path, variables={"TOKEN": "s3cret"}))


@pytest.mark.parametrize("text", ["many", "0", "-2", "1.5"])
def test_a_number_of_threads_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("C360_THREADS", text)

    with pytest.raises(Customer360Error, match="threads"):
        read_settings()


@pytest.mark.parametrize("text", ["lots", "4", "-1GB", "4 parsecs"])
def test_a_memory_limit_that_is_no_size_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("C360_MEMORY_LIMIT", text)

    with pytest.raises(Customer360Error, match="write it like 4GB"):
        read_settings()


@pytest.mark.parametrize("text", ["4GB", "512MB", "1.5 GiB", "2tb"])
def test_a_memory_limit_is_taken_as_the_engine_writes_it(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("C360_MEMORY_LIMIT", text)

    with session(options=EngineOptions(1, read_settings().memory_limit)) as connection:
        assert connection.execute("select 1").fetchall() == [(1,)]

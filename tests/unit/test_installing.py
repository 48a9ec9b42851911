"""What a newcomer sees while pip works: how far it is, what went wrong, and no noise."""

import sys
from pathlib import Path

import pytest

from dagster_project.installing import install

LOCK = "one==1.0 \\\n    --hash=sha256:00\ntwo==2.0\nthree==3.0 ; sys_platform == 'win32'\n"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    file = tmp_path / "requirements.lock"
    file.write_text(LOCK, encoding="utf-8")
    return file


def installed(lock: Path, script: str) -> tuple[int, list[str], str]:
    said: list[str] = []
    log = lock.with_name("install.log")
    command = [sys.executable, "-u", "-c", script]
    status = install(lock, log, command, say=said.append, every=0.05)
    return status, said, log.read_text(encoding="utf-8")


def test_progress_is_told_and_noise_is_not(lock: Path) -> None:
    script = (
        "import sys, time\n"
        "for name in ('one', 'two'):\n"
        "    print('Collecting', name); print('WARNING: Location skipped', file=sys.stderr)\n"
        "    time.sleep(0.1)\n"
        "print('Installing collected packages: one, two'); time.sleep(0.2)\n"
    )

    status, said, log = installed(lock, script)

    assert status == 0
    assert any("fetching 2 of 3 packages" in line for line in said)
    assert any("unpacking all" in line for line in said)
    assert said[-1].startswith("✓ 3 packages in ")
    assert not any("WARNING" in line for line in said)
    assert log.count("WARNING: Location skipped") == 2


def test_an_error_is_shown_with_where_the_rest_stands(lock: Path) -> None:
    script = "import sys; print('ERROR: no such version', file=sys.stderr); sys.exit(1)"

    status, said, _ = installed(lock, script)

    assert status == 1
    assert "ERROR: no such version" in said[-2]
    assert str(lock.with_name("install.log")) in said[-1]


def test_a_failure_without_a_word_shows_the_last_lines(lock: Path) -> None:
    status, said, _ = installed(lock, "raise SystemExit('the disk is full')")

    assert status == 1
    assert "the disk is full" in said[-2]

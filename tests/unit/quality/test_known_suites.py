"""Hashes of suites are kept for the rules as they stand, and for no others."""

from pathlib import Path

import pytest

from dagster_project.domain.root import Root
from dagster_project.quality import known_suites
from dagster_project.quality.known_suites import known_hash, note_hash


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


def test_what_was_noted_is_known(root: Root) -> None:
    note_hash(root, "hubspot", "contact", "a1")
    note_hash(root, "hubspot", "deal", "b2")

    assert known_hash(root, "hubspot", "contact") == "a1"
    assert known_hash(root, "hubspot", "deal") == "b2"
    assert known_hash(root, "hubspot", "email_event") is None


def test_a_changed_rule_makes_all_of_them_unknown(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_hash(root, "hubspot", "contact", "a1")

    monkeypatch.setattr(known_suites, "_rules", lambda: "others")

    assert known_hash(root, "hubspot", "contact") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"rules": 1}', '{"suites": 3, "rules": "x"}'])
def test_a_damaged_file_is_as_none(root: Root, text: str) -> None:
    note_hash(root, "hubspot", "contact", "a1")
    (root.warehouse / "suites.json").write_text(text, encoding="utf-8")

    assert known_hash(root, "hubspot", "contact") is None
    note_hash(root, "hubspot", "contact", "a2")
    assert known_hash(root, "hubspot", "contact") == "a2"


def test_the_fingerprint_reads_the_rules_themselves() -> None:
    assert known_suites._rules() == known_suites._rules.__wrapped__()
    assert len(known_suites._rules()) == 24

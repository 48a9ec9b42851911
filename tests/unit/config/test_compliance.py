"""The desk's rules as they are written: what is refused, and that what ships reads well."""

from pathlib import Path

import pytest

from dagster_project.config.compliance import Compliance, read_compliance
from dagster_project.domain.compliance import KINDS
from dagster_project.domain.errors import ConfigError

PROJECT = Path(__file__).resolve().parents[3]

GOOD = """
rules:
  - id: heron
    version: 1
    kind: disclosure
    severity: high
    owner: legal
    any_of: ['\\bheron\\b']
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "compliance.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_rules_that_ship_are_of_every_kind_and_breaches_have_72_hours() -> None:
    rules = read_compliance(PROJECT / "config" / "compliance.yml").rules

    assert {rule.kind for rule in rules} == set(KINDS)
    assert {r.deadline_hours for r in rules if r.kind == "privacy_breach"} == {72}


def test_a_root_without_the_file_has_no_rules(tmp_path: Path) -> None:
    assert read_compliance(tmp_path / "compliance.yml") == Compliance()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(("any_of: ['\\bheron\\b']", ""), "asks for nothing", id="no-condition"),
        pytest.param(("\\bheron\\b", "(heron"), "no regular expression", id="broken-pattern"),
        pytest.param(("\\bheron\\b", "x*"), "matches nothing at all", id="empty-match"),
        pytest.param(("kind: disclosure", "kind: gossip"), "gossip", id="unknown-kind"),
        pytest.param(("version: 1", "version: 0"), "version", id="version"),
        pytest.param(
            ("version: 1", "version: 1\n    of: somebody_else"), "whose data", id="of"
        ),
        pytest.param(
            ("version: 1", "version: 1\n    unless_found: [other]"), "called other", id="unless"
        ),
        pytest.param(
            ("any_of: ['\\bheron\\b']", "label: hate\n    but_not: ['x']"),
            "any_of",
            id="but-not",
        ),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_with_its_line(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        read_compliance(written(tmp_path, GOOD.replace(*change)))

    assert said in str(raised.value)
    assert "compliance.yml" in raised.value.where


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = GOOD + GOOD.removeprefix("\nrules:\n")

    with pytest.raises(ConfigError, match="two rules are called heron"):
        read_compliance(written(tmp_path, twice))

"""What the demo world plants: every leak and disclosure is found in every language, nothing else is."""

from pathlib import Path

import pytest

from dagster_project.compliance.matching import Datum, Message, compile_rules
from dagster_project.config.compliance import read_compliance
from dagster_project.demo import incident_texts, texts
from dagster_project.listening.personal_data.find import find_spans

PROJECT = Path(__file__).resolve().parents[3]
RULES = compile_rules(read_compliance(PROJECT / "config" / "compliance.yml").rules)
LANGUAGES = incident_texts.LANGUAGES
ALARMS = {"privacy_breach", "disclosure", "threat", "hate", "regulated_claim"}
"""Kinds that somebody is woken for; a complaint that names a lawyer is one of the day's work."""


def kinds(text: str, role: str) -> set[str]:
    data = tuple(Datum(s) for s in find_spans(text, ("GB", "FR", "DE")) if s.kind != "url")
    return {match.rule.kind for match in RULES.find(Message(text, role, data=data))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_leak_is_a_breach(language: str) -> None:
    missed = [
        text
        for _, text in incident_texts.LEAKS[language]
        if "privacy_breach" not in kinds(text, "customer")
    ]

    assert missed == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_disclosure_of_an_employee_is_found_and_no_homonym(language: str) -> None:
    told = [kinds(text, "employee") for text in incident_texts.DISCLOSURES[language]]
    innocent = [kinds(text, "employee") for text in incident_texts.HOMONYMS[language]]

    assert all("disclosure" in found for found in told)
    assert innocent == [set()] * len(innocent)


@pytest.mark.parametrize("role", ["customer", "brand", "employee"])
def test_what_the_world_says_on_quiet_days_wakes_nobody(role: str) -> None:
    said = [
        *(t for _, rows in _of(incident_texts.NAMESAKES) for t in rows),
        *(t for _, rows in _of(incident_texts.ONLOOKERS) for t in rows),
        *(t for _, rows in _of(incident_texts.ANGER) for t in rows),
        *_texts(texts.ROOTS),
        *_texts(texts.FOLLOW_UPS),
        *_texts(texts.ANSWERS),
        *_texts(texts.BRAND_POSTS),
    ]

    assert len(said) > 100
    assert [text for text in said if kinds(text, role) & ALARMS] == []


def _of(table: dict[str, tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    return list(table.items())


def _texts(table: object) -> list[str]:
    """Every text of a nested table."""
    if isinstance(table, str):
        return [table]
    if isinstance(table, dict):
        return [text for below in table.values() for text in _texts(below)]
    if isinstance(table, (tuple, list)):
        return [text for below in table for text in _texts(below)]
    return []

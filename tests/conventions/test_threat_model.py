"""Every claim of the threat model names a test that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_tests_that_the_threat_model_names_are_there() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    missing, file = [], ""
    named = re.findall(r"`((?:unit|pipeline|fuzz)/[\w/]+\.py|…)(?:::(\w+))?`", text)
    for path, test in named:
        file = file if path == "…" else path
        there = ROOT / "tests" / file
        if not there.is_file() or (test and f"def {test}(" not in there.read_text("utf-8")):
            missing.append(f"{file}::{test}")

    assert len(named) > 30
    assert missing == []


def test_every_row_of_a_table_of_claims_names_a_test() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    claims = re.findall(r"(?m)^\| ([^|]+) \| ([^|]+) \|$", text)

    assert len(claims) > 20
    assert [
        c for c, tests in claims if ".py" not in tests and c != "claim" and set(c) != {"-"}
    ] == []

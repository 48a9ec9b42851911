"""Random clocks at the odd places of the tz database, against a walk over minutes."""

import csv
import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dagster_project.service_levels.cases import compute_cases
from tests.unit.service_levels.walk import DAYS, FURTHEST, instant, utc, walk

SEEDS = int(os.environ.get("CLOCK_SEEDS", "2"))
CASES = 25

ODD_PLACES = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-11-01"),
    ("America/Santiago", "2026-09-06"),
    ("America/Santiago", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Pacific/Apia", "2011-12-30"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Africa/Cairo", "2026-04-24"),
    ("Asia/Kathmandu", "2026-06-01"),
    ("Asia/Gaza", "2026-10-24"),
    ("Europe/Dublin", "2026-10-25"),
    ("Pacific/Chatham", "2026-09-27"),
    ("Antarctica/Troll", "2026-03-29"),
    ("America/St_Johns", "2026-11-01"),
    ("Asia/Pyongyang", "2018-05-05"),
    ("Pacific/Kwajalein", "1993-08-21"),
]
"""Zones with borders of their own kind, and the date of one."""


@pytest.mark.parametrize("seed", range(SEEDS))
def test_clocks_are_those_of_a_walk_over_minutes(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    cases = [_case(random, number) for number in range(CASES)]
    _write(tmp_path / "cases.csv", cases)

    compute_cases(tmp_path / "cases.csv", tmp_path / "out.csv")

    for case, computed in zip(cases, _rows(tmp_path / "out.csv"), strict=True):
        walked = walk(case)
        if walked["due"] is None and _is_beyond(case, computed):
            computed["due"] = ""
        assert computed == {
            "case_id": case["case_id"],
            "due": utc(walked["due"]),
            "end": utc(walked["end"]),
            "status": walked["status"],
            "elapsed_business_min": _text(walked["business"]),
            "elapsed_calendar_min": _text(walked["real"]),
        }, json.dumps(case)


def _is_beyond(case: dict[str, Any], computed: dict[str, str]) -> bool:
    stop = instant(computed["end"] or case["as_of"])
    return bool(computed["due"]) and instant(computed["due"]) > stop + FURTHEST


def _text(minutes: int | None) -> str:
    return "" if minutes is None else str(minutes)


def _case(random: Random, number: int) -> dict[str, Any]:
    zone, day = random.choice(ODD_PLACES)
    around = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    start = around + timedelta(minutes=random.randint(-4 * 1440, 2 * 1440))
    as_of = start + timedelta(minutes=random.choice([-30, 0, 60, 500, 2500]))
    return {
        "case_id": f"R{number}",
        "clock": random.choice(["first_reply", "next_reply", "resolution", "resolution"]),
        "calendar": _calendar(random, zone, around),
        "policy": {
            "hours": random.choice(["business", "business", "calendar"]),
            "target_min": random.choice([1, 45, 60, 240, 480, 1440]),
            "pause_on": ["pending"],
            "targets": {"normal": 480, "urgent": 30, "low": 2000},
            "priority_at_start": random.choice(["normal", None]),
            "on_priority_change": "retarget_open_from_start",
        },
        "start": utc(start),
        "events": _events(random, start),
        "as_of": utc(as_of),
    }


def _calendar(random: Random, zone: str, around: datetime) -> list[dict[str, Any]]:
    versions = [_version(random, zone, around)]
    if random.random() < 0.3:
        changes = around + timedelta(minutes=random.randint(-3000, 3000))
        other = random.choice([zone, "UTC", "Asia/Tokyo"])
        versions.append({**_version(random, other, around), "valid_from": utc(changes)})
    return versions


def _version(random: Random, zone: str, around: datetime) -> dict[str, Any]:
    return {
        "valid_from": None,
        "tz": zone,
        "week": {
            day: [_window(random) for _ in range(random.choice([1, 1, 2]))]
            for day in DAYS
            if random.random() < 0.9
        },
        "holidays": [_near(random, around)] if random.random() < 0.4 else [],
        "closed_daily": [_window(random)] if random.random() < 0.2 else [],
        "closed_on": {_near(random, around): [_window(random)]}
        if random.random() < 0.3
        else {},
    }


def _near(random: Random, around: datetime) -> str:
    return (around + timedelta(days=random.randint(-3, 3))).date().isoformat()


def _window(random: Random) -> list[str]:
    opens = random.choice(["00:00", "01:15", "02:10", "09:00", "12:30", "22:00"])
    closes = random.choice(["00:45", "02:30", "03:00", "06:00", "17:00", "23:59", "24:00"])
    return [opens, closes]


def _events(random: Random, start: datetime) -> list[dict[str, str]]:
    kinds = [
        *("open", "pending", "open", "pending", "bot", "customer", "priority:urgent"),
        *("priority:low", "agent_public", "solved", "customer_deleted", "agent_private"),
    ]
    times = sorted(random.randint(-600, 2500) for _ in range(random.choice([0, 1, 3, 5])))
    return [
        {"t": utc(start + timedelta(minutes=minutes)), "e": random.choice(kinds)}
        for minutes in times
    ]


def _write(file: Path, cases: list[dict[str, Any]]) -> None:
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, list(cases[0]))
        writer.writeheader()
        writer.writerows(
            {k: v if isinstance(v, str) else json.dumps(v) for k, v in case.items()}
            for case in cases
        )


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as opened:
        return list(csv.DictReader(opened))

"""Marts of the compliance desk: whose finding it is, what is open, late or in time, and no more."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

ANA = "x_quay:user:ana"
NOW = datetime(2026, 11, 15, tzinfo=UTC)


def finding(world: World, number: int = 1, **values: Any) -> World:
    return world.add(
        "compliance.findings",
        **{
            "finding_id": number, "message_id": "m1", "version_number": 1, "rule_id": "threat",
            "rule_version": 1, "kind": "threat", "severity": "critical", "owner": "security",
            "author_role": "customer", "record_id": ANA, "author_record_id": ANA, "spans": "[]",
            "state": "new", "step_count": 0, "posted_at": NOW, "found_at": NOW, "aware_at": NOW,
            **values,
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        pytest.param({}, (True, False, False), id="no-deadline"),
        pytest.param({"due_at": NOW - timedelta(days=400)}, (True, True, False), id="late"),
        pytest.param(
            {"due_at": NOW, "handled_at": NOW, "state": "escalated", "step_count": 3},
            (True, False, True),
            id="in-time",
        ),
        pytest.param(
            {"due_at": NOW - timedelta(days=400), "superseded_by_finding_id": 2},
            (False, False, False),
            id="gone-on-with",
        ),
        pytest.param({"state": "closed", "step_count": 5}, (False, False, False), id="closed"),
    ],
)
def test_what_is_open_late_or_done_in_time(
    build: Build, values: dict[str, Any], flags: tuple[bool, bool, bool]
) -> None:
    world = finding(World().record(ANA, "c1").message("m1", ANA, created_at=NOW), **values)

    built = build(world, "fct_compliance_finding")

    row = built.row("select * from marts.fct_compliance_finding")
    assert (row["is_open"], row["is_overdue"], row["is_handled_in_time"]) == flags
    assert row["customer_id"] == "c1"
    assert not {"record_id", "author_record_id"} & row.keys()


def test_an_erased_persons_finding_stays_without_them(build: Build) -> None:
    world = finding(
        World(),
        message_id=None,
        record_id=None,
        author_record_id=None,
        state="closed",
        step_count=5,
    )

    built = build(world, "fct_compliance_finding")

    row = built.row("select * from marts.fct_compliance_finding")
    assert (row["finding_id"], row["message_id"], row["customer_id"]) == (1, None, None)


def test_exposure_belongs_to_the_customers_side(build: Build) -> None:
    world = World().record(ANA, "c1")
    for harm in ("threat", "privacy_breach"):
        world.add(
            "compliance.exposure",
            message_id="m1", version_number=1, harm=harm, author_role="customer", record_id=ANA,
            is_standing=True, exposed_minutes=3.5, posted_at=NOW, found_at=NOW,
        )  # fmt: skip

    built = build(world, "fct_harm_exposure")

    rows = built.rows(
        "select customer_id, exposed_minutes, exposure_id from marts.fct_harm_exposure"
    )
    assert [(r["customer_id"], r["exposed_minutes"]) for r in rows] == [("c1", 3.5)] * 2
    assert rows[0]["exposure_id"] != rows[1]["exposure_id"]

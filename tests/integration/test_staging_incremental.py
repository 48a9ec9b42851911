"""Incremental models of event streams equal a build from empty, in whatever order loads arrive."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.engines.duckdb.session import session
from tests.integration.scratch_warehouse import ScratchWarehouse

MODELS = (
    "stg_sendgrid__events",
    "stg_hubspot__email_events",
    "stg_mailchimp__email_activities",
    "int_email_events",
)


def event(number: int, what: str, **columns: Any) -> dict[str, Any]:
    return {
        "sg_event_id": f"s{number}",
        "email": f"person{number}@example.org",
        "event": what,
        "timestamp": str(1790000000 + number),
        "_native_id": f"s{number}",
        **columns,
    }


LOADS: dict[str, tuple[datetime, list[dict[str, Any]]]] = {
    "first": (datetime(2026, 11, 1, tzinfo=UTC), [event(1, "processed"), event(2, "open")]),
    "newer": (
        datetime(2026, 11, 2, tzinfo=UTC),
        [event(2, "open", sg_machine_open="true"), event(3, "click"), event(3, "click")],
    ),
    "late": (
        datetime(2026, 10, 30, tzinfo=UTC),
        [event(2, "click"), event(3, "bounce"), event(4, "delivered")],
    ),
}


def arrive(warehouse: ScratchWarehouse, load: str, gate_seq: int) -> None:
    as_of, rows = LOADS[load]
    warehouse.land("sendgrid.event", rows, load_id=load, as_of=as_of, gate_seq=gate_seq)


def build(warehouse: ScratchWarehouse, target: Path, *, full_refresh: bool = False) -> None:
    with pytest.MonkeyPatch.context() as patch:
        warehouse.build(patch, select=MODELS, target=target, full_refresh=full_refresh)


def content(warehouse: ScratchWarehouse, *, without: str = "") -> dict[str, list[Any]]:
    hidden = f"exclude ({without})" if without else ""
    return {
        name: warehouse.rows(f"select * {hidden} from {schema}.{name} order by email_event_id")
        for schema, name in (("staging", MODELS[0]), ("intermediate", MODELS[3]))
    }


def judge_again(warehouse: ScratchWarehouse, gate_seq: int) -> None:
    """Let one more row of the first load out of quarantine."""
    with session(warehouse.database) as connection:
        connection.execute(
            "insert into landing.sendgrid__event by name "
            "select * replace ('s9' as _native_id, 's9' as sg_event_id, 7 as _row) "
            "from landing.sendgrid__event where _load_id = 'first' and _native_id = 's1'"
        )
        connection.execute(
            "update landing.sendgrid__event set _gate_seq = ? where _load_id = 'first'",
            [gate_seq],
        )


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory) -> ScratchWarehouse:
    """Loads that arrived one by one, the last of them late, each built on its own."""
    warehouse = ScratchWarehouse(tmp_path_factory.mktemp("one_by_one"))
    for gate_seq, load in enumerate(("first", "newer", "late"), 1):
        arrive(warehouse, load, gate_seq=gate_seq)
        build(warehouse, warehouse.folder / "target")
    judge_again(warehouse, gate_seq=4)
    build(warehouse, warehouse.folder / "target")
    return warehouse


def test_a_late_load_does_not_replace_newer_rows_and_one_judged_again_is_read_again(
    one_by_one: ScratchWarehouse,
) -> None:
    events = one_by_one.rows(
        "select email_event_id, event_type, is_vendor_machine "
        "from intermediate.int_email_events order by 1"
    )

    assert events == [
        ("sendgrid_a:event:s1", "sent", False),
        ("sendgrid_a:event:s2", "open", True),
        ("sendgrid_a:event:s3", "click", False),
        ("sendgrid_a:event:s4", "delivered", False),
        ("sendgrid_a:event:s9", "sent", False),
    ]


def test_incremental_models_equal_a_build_from_empty_in_any_order_of_loads(
    one_by_one: ScratchWarehouse, tmp_path: Path
) -> None:
    backwards = ScratchWarehouse(tmp_path)
    arrive(backwards, "late", gate_seq=1)
    arrive(backwards, "newer", gate_seq=2)
    build(backwards, one_by_one.folder / "target")
    arrive(backwards, "first", gate_seq=3)
    judge_again(backwards, gate_seq=4)
    build(backwards, one_by_one.folder / "target")
    incremental = content(one_by_one)

    build(one_by_one, one_by_one.folder / "target", full_refresh=True)

    assert incremental == content(one_by_one)
    assert content(backwards, without="_gate_seq") == content(one_by_one, without="_gate_seq")

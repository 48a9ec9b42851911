"""From batch to decision: a bad load is refused alone, a bad row is held back, both get another chance."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.domain.errors import SourceError
from dagster_project.domain.loads import Batch, Load, LoadState
from dagster_project.domain.root import Root
from dagster_project.domain.streams import Delivery
from dagster_project.engines.duckdb.session import session
from dagster_project.landing.exposure import expose
from dagster_project.landing.quarantine import quarantine_file
from dagster_project.landing.store import LandingZone
from dagster_project.quality.admission import admit, judge_pending, regate, suite_for
from dagster_project.quality.report import write_report
from dagster_project.sources.catalogue import STREAMS, stream_of
from expectations.rules import columns_exist, keyed_by, suite
from tests.integration.admitting import admit_each
from tests.unit.landing.builders import DAY, batch, contact, file_in, snapshot, source

LENIENT = {("hubspot", "contact"): suite("lenient", columns_exist("record_id"))}


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


@pytest.fixture
def zone(root: Root) -> Iterator[LandingZone]:
    zone = LandingZone(root)
    yield zone
    zone.close()


def visible(zone: LandingZone, columns: str = "_native_id") -> list[tuple[object, ...]]:
    with session() as connection:
        expose(connection, zone.root, zone.ledger, (source(),), STREAMS)
        return connection.execute(
            f"select {columns} from landing.hubspot__contact order by all"
        ).fetchall()


def quarantined(root: Root, load: Load) -> list[tuple[object, ...]]:
    return duckdb.sql(
        f"select _row, rule from '{quarantine_file(root, load)}' order by all"
    ).fetchall()


def never_read(source: str, file: Path) -> Iterable[Batch]:
    raise AssertionError(f"{source} {file} was read again")


def test_a_good_load_is_accepted_whole(zone: LandingZone) -> None:
    load = admit(batch(contact(1), contact(2)), zone)

    assert (load.state, load.rows, load.quarantined, load.reasons) == (
        LoadState.ACCEPTED,
        2,
        0,
        (),
    )
    assert visible(zone) == [("1",), ("2",)]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        pytest.param(contact(9, record_id=None), "record_id_present", id="no-key"),
        pytest.param(contact(9, record_id="1.01E+17"), "record_id_not_rounded", id="rounded-key"),
        pytest.param(contact(9, create_date="2026-02-30 10:00"), "create_date_readable", id="30-feb"),
        pytest.param(contact(9, create_date="0001-01-01 00:00"), "create_date_readable", id="year-1"),
        pytest.param(contact(9, create_date="2926-01-01"), "create_date_readable", id="year-2926"),
    ],
)  # fmt: skip
def test_a_bad_row_is_held_back_with_the_rules_name(
    zone: LandingZone, row: dict[str, str | None], rule: str
) -> None:
    load = admit(batch(contact(1), contact(2), row), zone)

    assert (load.state, load.quarantined) == (LoadState.ACCEPTED, 1)
    assert load.reasons == (f"{rule}: 1 of 3 rows fails",)
    assert quarantined(zone.root, load) == [(3, rule)]
    assert visible(zone) == [("1",), ("2",)]


@pytest.mark.parametrize(
    "amount", ["1e400", "--5", "9" * 30, "12%", "NaN", "1,2,3", "12 of 13"]
)
def test_a_deal_whose_amount_is_none_is_held_back(zone: LandingZone, amount: str) -> None:
    spec = stream_of("hubspot", "deal")
    rows = [
        {"record_id": str(number), "deal_stage": "Closed Won", "amount": text}
        for number, text in enumerate(("1.234,50", "(5)", amount), start=1)
    ]

    load = admit(batch(*rows, spec=spec), zone)

    assert (load.state, load.quarantined) == (LoadState.ACCEPTED, 1)
    assert quarantined(zone.root, load) == [(3, "amount_number")]


def test_an_impossible_birth_date_is_only_shown(zone: LandingZone) -> None:
    load = admit(batch(contact(1, date_of_birth="2026-02-30")), zone)

    assert (load.state, load.quarantined) == (LoadState.ACCEPTED, 0)
    verdict = zone.ledger.judgements()[0].verdict
    assert [o.rule for o in verdict.warnings] == ["date_of_birth_readable"]


def test_two_rows_of_one_key_are_stagings_business(zone: LandingZone) -> None:
    load = admit(batch(contact(1), contact(1, first_name="Bo")), zone)

    assert (load.state, load.quarantined) == (LoadState.ACCEPTED, 0)
    assert len(visible(zone)) == 2


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param(
            {"missing_columns": ("record_id",)}, "missing_column: the header lacks record_id", id="missing-column"
        ),
        pytest.param(
            {"problems": ("missing_time_zone: add a line",)}, "missing_time_zone: add a line", id="reader's-problem"
        ),
        pytest.param({"expected_rows": 3}, "rows_differ: 2 rows were read", id="rows-lost"),
        pytest.param({"rows_sql": "select * from nowhere"}, "unreadable: ", id="unreadable"),
    ],
)  # fmt: skip
def test_what_the_reader_found_refuses_the_load(
    zone: LandingZone, given: dict[str, object], reason: str
) -> None:
    load = admit(batch(contact(1), contact(2), **given), zone)

    assert load.state is LoadState.REFUSED
    assert [r[: len(reason)] for r in load.reasons] == [reason]
    assert visible(zone) == []


def test_a_load_whose_keys_are_mostly_missing_is_refused(zone: LandingZone) -> None:
    rows = [contact(n, record_id=None if n > 1 else "1") for n in range(1, 5)]

    load = admit(batch(*rows), zone)

    assert load.state is LoadState.REFUSED
    assert "record_id_present: 3 of 4 rows fail" in load.reasons
    assert load.quarantined == 0


def test_a_load_whose_times_are_mostly_unreadable_is_refused(zone: LandingZone) -> None:
    rows = [contact(n, create_date="yesterday") for n in range(1, 4)]

    load = admit(batch(*rows), zone)

    assert load.state is LoadState.REFUSED
    assert "create_date_readable: 3 of 3 rows fail" in load.reasons


def test_a_bad_load_refuses_nobody_else(zone: LandingZone) -> None:
    good = batch(contact(1))
    bad = batch(*[contact(n, record_id=None) for n in (2, 3)], as_of=DAY + timedelta(days=1))
    also_good = batch(contact(4), as_of=DAY + timedelta(days=2))

    states = [load.state for load in admit_each([good, bad, also_good], zone)]

    assert states == [LoadState.ACCEPTED, LoadState.REFUSED, LoadState.ACCEPTED]
    assert visible(zone) == [("1",), ("4",)]


def test_an_empty_snapshot_would_delete_everything_and_is_refused(zone: LandingZone) -> None:
    admit(snapshot(contact(1)), zone)

    load = admit(snapshot(as_of=DAY + timedelta(days=1)), zone)

    assert load.state is LoadState.REFUSED
    assert load.reasons == ("empty_snapshot: a snapshot without rows would delete everything",)


def test_an_empty_delta_is_a_quiet_day(zone: LandingZone) -> None:
    load = admit(batch(), zone)

    assert (load.state, load.rows) == (LoadState.ACCEPTED, 0)


def test_an_unknown_event_type_is_kept_and_shown(zone: LandingZone) -> None:
    spec = stream_of("sendgrid", "event")
    rows = [
        {
            "email": "a@example.org",
            "timestamp": "1790000000",
            "event": kind,
            "sg_event_id": kind,
        }
        for kind in ("open", "teleported")
    ]

    load = admit(batch(*rows, spec=spec, source="sendgrid_global"), zone)

    assert (load.state, load.quarantined) == (LoadState.ACCEPTED, 0)
    assert [o.rule for o in zone.ledger.judgements()[0].verdict.warnings] == ["event_known"]


def test_an_event_whose_address_is_none_is_held_back(zone: LandingZone) -> None:
    spec = stream_of("sendgrid", "event")
    rows = [
        {"email": value, "timestamp": "1790000000", "event": "open", "sg_event_id": value}
        for value in ("a@example.org", "b@example.org", "not an address")
    ]

    load = admit(batch(*rows, spec=spec, source="sendgrid_global"), zone)

    assert quarantined(zone.root, load) == [(3, "email_email")]


@pytest.mark.parametrize("spec", [pytest.param(s, id=s.table) for s in STREAMS])
def test_a_load_that_lacks_its_required_columns_is_refused(
    zone: LandingZone, spec: object
) -> None:
    from dagster_project.domain.streams import StreamSpec

    assert isinstance(spec, StreamSpec)
    rows = [dict.fromkeys(spec.columns, "1")]
    load = admit(
        batch(*rows, spec=spec, source="any", missing_columns=spec.required),
        zone,
        suite_of=lambda vendor, stream: suite(
            "only_columns", columns_exist(*spec.required), keyed_by(spec.required[0])
        ),
    )

    assert load.state is LoadState.REFUSED
    assert all(column in load.reasons[0] for column in spec.required)


def test_known_content_is_neither_judged_nor_decided_again(zone: LandingZone) -> None:
    first = admit(batch(contact(1)), zone)

    again = admit(batch(contact(1)), zone, suite_of=lambda v, s: pytest.fail("judged again"))

    assert (again.is_new, again.gate_seq) == (False, first.gate_seq)


def test_a_refused_file_that_comes_again_is_judged_as_it_is_read_now(zone: LandingZone) -> None:
    problem = ("missing_time_zone: add it",)
    first = admit(batch(contact(1), content="c", problems=problem), zone)
    same = admit(batch(contact(1), content="c", problems=problem), zone)

    better = admit(batch(contact(1), content="c"), zone)

    assert (same.state, same.gate_seq) == (LoadState.REFUSED, first.gate_seq)
    assert (better.state, better.load_id) == (LoadState.ACCEPTED, first.load_id)


def test_a_late_file_does_not_win_over_a_newer_one(zone: LandingZone) -> None:
    admit(batch(contact(1, first_name="New"), as_of=DAY + timedelta(days=5)), zone)
    admit(batch(contact(1, first_name="Old"), as_of=DAY), zone)

    rows = visible(zone, "first_name, _as_of, _gate_seq")

    newest = max(rows, key=lambda row: row[1])  # type: ignore[arg-type, return-value]
    assert newest[0] == "New"
    assert {row[2] for row in rows} == {1, 2}


def test_a_load_that_was_never_judged_is_judged_by_the_next_run(zone: LandingZone) -> None:
    zone.land(batch(contact(1)))

    loads = judge_pending(zone)

    assert [load.state for load in loads] == [LoadState.ACCEPTED]
    assert judge_pending(zone) == ()


def test_a_load_whose_rows_the_gate_cannot_judge_is_refused_alone(zone: LandingZone) -> None:
    odd = zone.land(batch(contact(1)))
    zone.land(batch(contact(2)))
    zone.rows_file(odd).write_bytes(b"PAR1 no more")

    loads = judge_pending(zone)

    by_id = {load.load_id: load for load in loads}
    assert sorted(load.state for load in loads) == [LoadState.ACCEPTED, LoadState.REFUSED]
    assert by_id[odd.load_id].reasons[0].startswith("unjudged: the gate failed over its rows (")
    assert regate(zone, read_again=never_read, everything=True) == ()


def test_a_load_that_could_not_be_judged_is_judged_once_it_can(zone: LandingZone) -> None:
    odd = zone.land(batch(contact(1)))
    whole = zone.rows_file(odd).read_bytes()
    zone.rows_file(odd).write_bytes(b"PAR1 no more")
    judge_pending(zone)
    zone.rows_file(odd).write_bytes(whole)

    changed = regate(zone, read_again=never_read, everything=True)

    assert [load.state for load in changed] == [LoadState.ACCEPTED]


def test_a_lost_list_of_quarantined_rows_is_made_anew(zone: LandingZone) -> None:
    load = admit(batch(contact(1), contact(2), contact(3, record_id=None)), zone)
    quarantine_file(zone.root, load).unlink()

    assert zone.recover().loads_reopened == 1
    judge_pending(zone)

    assert quarantined(zone.root, load) == [(3, "record_id_present")]
    assert visible(zone) == [("1",), ("2",)]


def test_regate_reads_a_file_again_once_its_time_zone_is_configured(
    zone: LandingZone, root: Root
) -> None:
    file = file_in(root.inbox / "hubspot_apac")
    refused = batch(contact(1), content="c", path=file, problems=("missing_time_zone: add it",))
    admit_each([refused], zone)

    changed = regate(zone, read_again=lambda source, file: [batch(contact(1), content="c")])

    assert [load.state for load in changed] == [LoadState.ACCEPTED]
    assert visible(zone) == [("1",)]


def test_regate_finds_a_missing_column_under_its_configured_name(
    zone: LandingZone, root: Root
) -> None:
    file = file_in(root.inbox / "hubspot_apac")
    admit_each(
        [batch(contact(None), content="c", path=file, missing_columns=("record_id",))], zone
    )  # type: ignore[arg-type]

    changed = regate(zone, read_again=lambda source, file: [batch(contact(7), content="c")])

    assert [load.state for load in changed] == [LoadState.ACCEPTED]
    assert visible(zone) == [("7",)]


def test_regate_leaves_a_load_whose_problem_is_still_there(
    zone: LandingZone, root: Root
) -> None:
    file = file_in(root.inbox / "hubspot_apac")
    refused = batch(contact(1), content="c", path=file, problems=("missing_time_zone: add it",))
    (before,) = admit_each([refused], zone)

    changed = regate(zone, read_again=lambda source, file: [refused])

    assert changed == ()
    after = zone.ledger.find(before.load_id)
    assert after is not None
    assert (after.state, after.gate_seq) == (LoadState.REFUSED, before.gate_seq)


def test_regate_goes_on_when_a_file_still_cannot_be_read(zone: LandingZone, root: Root) -> None:
    file = file_in(root.inbox / "hubspot_apac")
    admit_each([batch(contact(1), path=file, problems=("broken: x",))], zone)

    def broken(source: str, file: Path) -> Iterator[Batch]:
        raise SourceError("still broken", file.name, "export it again")
        yield

    assert regate(zone, read_again=broken) == ()


def test_regate_releases_rows_when_a_rule_is_relaxed(zone: LandingZone) -> None:
    load = admit(batch(contact(1), contact(2), contact(3, record_id="1E+17")), zone)
    assert visible(zone) == [("1",), ("2",)]

    changed = regate(zone, read_again=never_read, suite_of=_lenient)

    assert [(x.load_id, x.quarantined) for x in changed] == [(load.load_id, 0)]
    assert changed[0].gate_seq != load.gate_seq
    assert visible(zone) == [("1",), ("1E+17",), ("2",)]
    assert not quarantine_file(zone.root, load).exists()


def test_regate_accepts_a_load_that_only_its_old_rules_refused(zone: LandingZone) -> None:
    admit(batch(contact(1, record_id=None), contact(2, record_id=None)), zone)

    changed = regate(zone, read_again=never_read, suite_of=_lenient)

    assert [load.state for load in changed] == [LoadState.ACCEPTED]
    assert len(visible(zone)) == 2


def test_regate_without_a_change_decides_nothing(zone: LandingZone) -> None:
    admit(batch(contact(1), contact(2), contact(3, record_id="1E+17")), zone)
    admit(batch(contact(1, record_id=None)), zone)
    before = zone.ledger.fingerprint()

    assert regate(zone, read_again=never_read) == ()
    assert regate(zone, read_again=never_read, everything=True) == ()
    assert zone.ledger.fingerprint() == before


def test_a_new_rule_that_changes_nothing_keeps_the_decision(zone: LandingZone) -> None:
    load = admit(batch(contact(1)), zone)
    before = zone.ledger.fingerprint()

    assert regate(zone, read_again=never_read, suite_of=_lenient) == ()

    assert zone.ledger.fingerprint() == before
    assert zone.ledger.suite_hash_of(load.load_id) is not None


def test_a_snapshot_load_is_judged_like_any_other(zone: LandingZone) -> None:
    load = admit(batch(contact(1), delivery=Delivery.SNAPSHOT), zone)

    assert (load.state, load.delivery) == (LoadState.ACCEPTED, Delivery.SNAPSHOT)


def test_no_value_of_a_row_reaches_ledger_or_report(zone: LandingZone, root: Root) -> None:
    canary = "canary-7f3a"
    admit(
        batch(
            contact(1),
            contact(2, record_id=canary, email=canary, create_date=canary),
            contact(3, record_id=None, first_name=canary),
        ),
        zone,
    )
    admit(batch(*[contact(n, create_date=canary + str(n)) for n in range(9)]), zone)
    admit(batch(contact(1), rows_sql=f"select cast('{canary}' as integer)"), zone)

    report = write_report(root, zone.ledger)

    assert canary.encode() not in zone.ledger.file.read_bytes()
    assert canary not in report.read_text()
    assert "refused" in report.read_text()


def _lenient(vendor: str, stream: str) -> Any:
    return LENIENT.get((vendor, stream)) or suite_for(vendor, stream)


def test_regate_with_nothing_to_do_imports_no_rules(zone: LandingZone, root: Root) -> None:
    admit(batch(contact(1)), zone)
    zone.close()
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from dagster_project.domain.root import Root\n"
        "from dagster_project.landing.store import LandingZone\n"
        "from dagster_project.quality.admission import regate\n"
        f"zone = LandingZone(Root(Path({str(root.path)!r})))\n"
        "assert regate(zone, read_again=None) == ()\n"
        "print('great_expectations' in sys.modules)"
    )

    idle = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )

    assert idle.stdout.strip() == "False", idle.stderr

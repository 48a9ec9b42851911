"""How a batch becomes a load that staging may read, and how a refused one gets another chance.

Belongs here: land, judge the load's rows alone, hold rows back, write the decision.
Does not belong here: reading files or APIs; regating is handed a function that reads again.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.domain.counts import counted
from dagster_project.domain.errors import SourceError
from dagster_project.domain.loads import Batch, Load, LoadState, Verdict
from dagster_project.domain.notes import asks_for_something, is_about_consent
from dagster_project.domain.streams import Delivery
from dagster_project.landing.quarantine import forget_quarantine, write_quarantine
from dagster_project.landing.store import LandingZone, load_id_of, parquet_sql
from dagster_project.quality.border import UnjudgedError, naming_what_fails
from dagster_project.quality.gate import COLUMN_MISSING, judge, reasons_of, suite_hash
from dagster_project.quality.known_suites import known_hash, note_hash
from dagster_project.quality.lean_import import import_great_expectations
from dagster_project.quality.row_rules import held_back_sql

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite

SuiteOf = Callable[[str, str], "ExpectationSuite"]
"""From vendor and stream to the suite its loads are held to."""

ReadAgain = Callable[[str, Path], Iterable[Batch]]
"""Reads a file of a source once more, as it is configured now."""


@cache
def suite_for(vendor: str, stream: str) -> "ExpectationSuite":
    """The project's own suite of one stream; imports Great Expectations when first asked."""
    import_great_expectations()
    from expectations import suite_for as own_suite_for

    return own_suite_for(vendor, stream)


def admit(batch: Batch, zone: LandingZone, *, suite_of: SuiteOf = suite_for) -> Load:
    """Land one batch and decide on it. Content that was judged before is left as it is.

    Except content that was refused for what its reader found, and is read without it now.
    """
    load = zone.land(batch)
    if load.state is LoadState.REFUSED and _reads_better(batch, zone, load):
        load = zone.land_again(batch)
    return _decide(zone, load, suite_of) if load.state is LoadState.LANDED else load


def judge_pending(
    zone: LandingZone, *, suite_of: SuiteOf = suite_for, vendor: str | None = None
) -> tuple[Load, ...]:
    """Decide on loads that a killed run landed and did not judge; all, or one vendor's."""
    pending = zone.ledger.loads(state=LoadState.LANDED)
    return tuple(
        _decide(zone, load, suite_of) for load in pending if vendor in (None, load.vendor)
    )


def regate(
    zone: LandingZone,
    *,
    read_again: ReadAgain,
    suite_of: SuiteOf = suite_for,
    everything: bool = False,
) -> tuple[Load, ...]:
    """Judge refused loads and quarantined rows again; returns the loads whose state changed.

    A load that was refused for what its reader found is read again from ``inbox/loaded/``, as
    the source is configured now. Others are judged again when their suite has changed, or
    ``everything`` is. A load whose outcome is the same keeps its decision and its
    ``gate_seq``, so that nothing downstream is built again.
    """
    changed = list(judge_pending(zone, suite_of=suite_of))
    changed += _regate_files(zone, read_again, suite_of)
    done = {load.load_id for load in changed}
    for load in zone.ledger.loads():
        if load.load_id in done:
            continue
        judged_by = zone.ledger.suite_hash_of(load.load_id)
        if everything or judged_by != _hash_of(zone, load, suite_of):
            again = _decide_again(zone, load, suite_of)
            changed += [again] if again else []
    return tuple(changed)


def _regate_files(
    zone: LandingZone, read_again: ReadAgain, suite_of: SuiteOf
) -> Iterator[Load]:
    """Loads refused for what their reader found, and read without it now."""
    refused = {
        load.load_id: load
        for load in zone.ledger.loads(state=LoadState.REFUSED)
        if _reading_problems(zone.ledger.manifest_of(load.load_id))
    }
    files = {file: load.source for load in refused.values() for file in zone.loaded_files(load)}
    for file, source in sorted(files.items()):
        for batch in _read(read_again, source, file):
            load_id = load_id_of(batch.source, batch.spec.stream, batch.content_id)
            known = refused.get(load_id)
            if known is None or not _reads_better(batch, zone, known):
                continue
            yield _decide(zone, zone.land_again(batch), suite_of)
            del refused[load_id]


def _read(read_again: ReadAgain, source: str, file: Path) -> Iterator[Batch]:
    """A file that still cannot be read leaves its loads refused."""
    with suppress(SourceError):
        yield from read_again(source, file)


def _reads_better(batch: Batch, zone: LandingZone, load: Load) -> bool:
    manifest = zone.ledger.manifest_of(load.load_id)
    before = (manifest["problems"], manifest["missing_columns"], manifest["expected_rows"])
    now = (list(batch.problems), list(batch.missing_columns), batch.expected_rows)
    return now != before or "unreadable" in manifest


def _decide_again(zone: LandingZone, load: Load, suite_of: SuiteOf) -> Load | None:
    """A new decision if it differs from the one in force."""
    suite = suite_of(load.vendor, load.stream)
    try:
        with naming_what_fails():
            return _decide_anew(zone, load, suite)
    except UnjudgedError as odd:
        if load.reasons == (odd.reason,):
            zone.ledger.note_suite(load.load_id, suite_hash(suite.expectations))
            return None
        zone.ledger.reopen(load.load_id)
        return _refuse_unjudged(zone, load, suite, odd)


def _decide_anew(zone: LandingZone, load: Load, suite: "ExpectationSuite") -> Load | None:
    verdict = _judge_rows(zone, load, suite)
    reasons, state = _conclusion(zone, load, verdict)
    own_hash = suite_hash(suite.expectations)
    same = (state, reasons) == (load.state, load.reasons)
    nothing_held_back = not verdict.quarantines and not load.quarantined
    if same and (nothing_held_back or zone.ledger.suite_hash_of(load.load_id) == own_hash):
        zone.ledger.note_suite(load.load_id, own_hash)
        return None
    zone.ledger.reopen(load.load_id)
    return _write_decision(zone, load, suite, verdict)


def _hash_of(zone: LandingZone, load: Load, suite_of: SuiteOf) -> str:
    """The hash of a load's suite, without importing the rules where it was noted before."""
    if suite_of is not suite_for:
        return suite_hash(suite_of(load.vendor, load.stream).expectations)
    known = known_hash(zone.root, load.vendor, load.stream)
    if known is None:
        known = suite_hash(suite_of(load.vendor, load.stream).expectations)
        note_hash(zone.root, load.vendor, load.stream, known)
    return known


def _decide(zone: LandingZone, load: Load, suite_of: SuiteOf) -> Load:
    _hash_of(zone, load, suite_of)
    suite = suite_of(load.vendor, load.stream)
    try:
        with naming_what_fails():
            return _write_decision(zone, load, suite, _judge_rows(zone, load, suite))
    except UnjudgedError as odd:
        return _refuse_unjudged(zone, load, suite, odd)


def _refuse_unjudged(
    zone: LandingZone, load: Load, suite: "ExpectationSuite", odd: UnjudgedError
) -> Load:
    """A gate that fails over a load's rows has not let them pass; the other loads go on."""
    return zone.ledger.decide(
        load.load_id,
        state=LoadState.REFUSED,
        verdict=Verdict(suite.name),
        quarantined=0,
        suite_hash=suite_hash(suite.expectations),
        reasons=(odd.reason,),
        notes=zone.ledger.manifest_of(load.load_id)["notes"],
    )


def _judge_rows(zone: LandingZone, load: Load, suite: "ExpectationSuite") -> Verdict:
    if not load.rows:
        return Verdict(suite.name)
    with _rows_of(zone, load) as view:
        return judge(zone.connection, view, suite)


def _write_decision(
    zone: LandingZone, load: Load, suite: "ExpectationSuite", verdict: Verdict
) -> Load:
    reasons, state = _conclusion(zone, load, verdict)
    quarantined = 0
    if state is LoadState.ACCEPTED and verdict.quarantines:
        with _rows_of(zone, load) as view:
            rows_sql = held_back_sql(suite, view)
            if rows_sql:
                quarantined = write_quarantine(zone.connection, zone.root, load, rows_sql)
    else:
        forget_quarantine(zone.root, load)
    notes = zone.ledger.manifest_of(load.load_id)["notes"]
    return zone.ledger.decide(
        load.load_id,
        state=state,
        verdict=verdict,
        quarantined=quarantined,
        suite_hash=suite_hash(suite.expectations),
        reasons=reasons,
        notes=notes,
        consent=_consent_warnings(verdict, notes),
    )


def _consent_warnings(verdict: Verdict, notes: Iterable[str]) -> tuple[str, ...]:
    """What was found wrong with what people agreed to: never to be taken for a yes or a no."""
    return (
        *reasons_of(
            o for o in verdict.warnings if is_about_consent(f"{verdict.suite} {o.rule}")
        ),
        *(note for note in notes if is_about_consent(note) and asks_for_something(note)),
    )


def _conclusion(
    zone: LandingZone, load: Load, verdict: Verdict
) -> tuple[tuple[str, ...], LoadState]:
    """Why, and whether a load is accepted; an accepted one says what was held back."""
    manifest = zone.ledger.manifest_of(load.load_id)
    refusals = (
        *_reading_problems(manifest),
        *_delivery_problems(load),
        *reasons_of(o for o in verdict.refusals if o.detail != COLUMN_MISSING),
    )
    if refusals:
        return refusals, LoadState.REFUSED
    return reasons_of(verdict.quarantines), LoadState.ACCEPTED


def _reading_problems(manifest: dict[str, Any]) -> tuple[str, ...]:
    """What the reader found: reasons to refuse the load whatever its rows say."""
    problems = list(manifest["problems"])
    if manifest["missing_columns"]:
        missing = ", ".join(manifest["missing_columns"])
        remedy = manifest.get("missing_remedy")  # loads of earlier versions have none
        problems.append(
            f"missing_column: no value has {missing}; {remedy}"
            if remedy
            else f"missing_column: the header lacks {missing}; if it goes by another name there, "
            "name it under `columns:` of the source"
        )
    if "unreadable" in manifest:
        problems.append(f"unreadable: the rows could not be read ({manifest['unreadable']})")
    elif manifest["parsed_rows"] != manifest["expected_rows"]:
        problems.append(
            f"rows_differ: {counted(manifest['parsed_rows'], 'row was', 'rows were')} read, "
            f"an independent count says {manifest['expected_rows']}"
        )
    return tuple(problems)


def _delivery_problems(load: Load) -> tuple[str, ...]:
    if load.delivery is Delivery.SNAPSHOT and not load.rows:
        return ("empty_snapshot: a snapshot without rows would delete everything",)
    return ()


@contextmanager
def _rows_of(zone: LandingZone, load: Load) -> Iterator[str]:
    """A view of one load's rows as they came: columns its header lacked are not there."""
    missing = zone.ledger.manifest_of(load.load_id)["missing_columns"]
    without = f" exclude ({', '.join(missing)})" if missing else ""
    view = f"load_{load.load_id}"
    zone.connection.execute(
        f"create or replace view {view} as "
        f"select *{without} from {parquet_sql([zone.rows_file(load)])}"
    )
    try:
        yield view
    finally:
        zone.connection.execute(f"drop view {view}")

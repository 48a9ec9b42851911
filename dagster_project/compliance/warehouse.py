"""What the desk keeps, as tables of the warehouse: findings with their state, rules with their quality.

Belongs here: tables ``compliance.findings`` and ``compliance.rule_quality``. Does not belong here:
what is found (``looking``) and how long it stands in public (``exposure``).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from dagster_project.compliance.desk import MISSED, Desk, Finding
from dagster_project.compliance.looking import SCHEMA
from dagster_project.compliance.rates import Draw, Interval, missed_share, recall, wilson

RULE_QUALITY: Mapping[str, str] = {
    "rule_id": "varchar",
    "rule_version": "bigint",
    "kind": "varchar",
    "findings": "bigint",
    "open_findings": "bigint",
    "confirmed": "bigint",
    "false_positives": "bigint",
    "duplicates": "bigint",
    "precision_share": "double",
    "precision_low": "double",
    "precision_high": "double",
    "sample_reviewed": "bigint",
    "sample_missed": "bigint",
    "kind_recall": "double",
    "kind_recall_low": "double",
    "kind_recall_high": "double",
}
"""Columns of the table and their types."""

FINDINGS: Mapping[str, str] = {
    "finding_id": "bigint",
    "message_id": "varchar",
    "version_number": "bigint",
    "rule_id": "varchar",
    "rule_version": "bigint",
    "kind": "varchar",
    "severity": "varchar",
    "owner": "varchar",
    "author_role": "varchar",
    "author_record_id": "varchar",
    "record_id": "varchar",
    "channel": "varchar",
    "brand": "varchar",
    "language": "varchar",
    "labelled_by": "varchar",
    "spans": "varchar",
    "redacted_text": "varchar",
    "carried_from_finding_id": "bigint",
    "superseded_by_finding_id": "bigint",
    "state": "varchar",
    "confirmed_by": "varchar",
    "decided_by": "varchar",
    "step_count": "bigint",
    "is_right": "boolean",
    "posted_at": "timestamptz",
    "found_at": "timestamptz",
    "aware_at": "timestamptz",
    "due_at": "timestamptz",
    "decided_at": "timestamptz",
    "handled_at": "timestamptz",
}
"""Columns of the table and their types."""

_OPEN = "('new', 'in_review', 'confirmed', 'escalated', 'remediated')"


def write_findings(connection: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    """Make ``compliance.findings`` anew from what the desk keeps."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    names, rows = desk.table("finding")
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    kept = pa.table(
        {
            name: pa.array(list(values), _kept_type(name))
            for name, values in zip(names, columns, strict=True)
        }
    )
    connection.register("kept", kept)
    connection.register("decided", _decided(desk.decided()))
    try:
        connection.execute(_FINDINGS)
    finally:
        connection.unregister("kept")
        connection.unregister("decided")


def write_rule_quality(connection: duckdb.DuckDBPyConnection, desk: Desk) -> None:
    """Make ``compliance.rule_quality`` anew from the findings and the sample as they stand."""
    ((unfound,),) = connection.execute(_UNFOUND).fetchall()
    kinds = {
        kind: _Kind(messages, wilson(right, right + wrong), _draws(desk, kind))
        for kind, messages, right, wrong in connection.execute(_BY_KIND).fetchall()
    }
    rows = [
        _quality(counts, kinds[counts[2]], unfound)
        for counts in connection.execute(_BY_RULE).fetchall()
    ]
    columns = ", ".join(f"{name} {kind}" for name, kind in RULE_QUALITY.items())
    connection.execute(f"create or replace table {SCHEMA}.rule_quality ({columns})")
    if rows:
        connection.executemany(
            f"insert into {SCHEMA}.rule_quality values ({', '.join('?' * len(RULE_QUALITY))})",
            rows,
        )


class _Kind(NamedTuple):
    """What is known of all rules of a kind together."""

    messages: int
    precision: Interval | None
    draws: tuple[Draw, ...]


def _quality(counts: tuple[Any, ...], kind: _Kind, unfound: int) -> list[object]:
    *_, right, wrong, _twice = counts
    nothing = (None, None, None)
    precision = wilson(right, right + wrong) or nothing
    share = recall(kind.messages, kind.precision, unfound, missed_share(kind.draws)) or nothing
    reviewed = sum(d.reviewed for d in kind.draws)
    missed = sum(d.missed for d in kind.draws)
    return [*counts, *precision, reviewed, missed, *share]


def _draws(desk: Desk, kind: str) -> tuple[Draw, ...]:
    by_day: dict[str, Draw] = {}
    for drawn in desk.sample():
        before = by_day.get(drawn.day, Draw(drawn.eligible, 0, 0))
        by_day[drawn.day] = Draw(
            before.eligible,
            before.reviewed + (drawn.verdict is not None),
            before.missed + (drawn.verdict == MISSED and drawn.kind == kind),
        )
    return tuple(by_day.values())


def _decided(findings: tuple[Finding, ...]) -> pa.Table:
    """What became of findings that people, or a new rule version, have taken a step with."""
    return pa.table(
        {
            "number": pa.array([f.number for f in findings], pa.int64()),
            "state": pa.array([str(f.state) for f in findings], pa.string()),
            "confirmed_by": pa.array([f.confirmed_by for f in findings], pa.string()),
            "decided_by": pa.array([f.steps[-1].actor for f in findings], pa.string()),
            "step_count": pa.array([len(f.steps) for f in findings], pa.int64()),
            "is_right": pa.array([f.verdict for f in findings], pa.bool_()),
            "aware_at": pa.array([f.aware_at for f in findings], _TIME),
            "decided_at": pa.array([f.steps[-1].at for f in findings], _TIME),
            "handled_at": pa.array([f.handled_at for f in findings], _TIME),
        }
    )


_TIME = pa.timestamp("us", tz="UTC")

_NUMBERS = frozenset({"number", "version_number", "rule_version", "carried_from"})


def _kept_type(name: str) -> pa.DataType:
    if name in _NUMBERS:
        return pa.int64()
    return pa.float64() if name == "deadline_hours" else pa.string()


_FINDINGS = f"""
    create or replace table {SCHEMA}.findings as
    with
    timed as (
        select
            kept.*,
            cast(kept.found_at as timestamptz) as known_at,
            coalesce(decided.aware_at, cast(kept.found_at as timestamptz)) as aware_at,
            coalesce(decided.state, 'new') as state,
            decided.confirmed_by,
            decided.decided_by,
            coalesce(decided.step_count, 0) as step_count,
            decided.is_right,
            decided.decided_at,
            decided.handled_at,
            later.number as superseded_by
        from kept
        left join decided using (number)
        left join kept as later on later.carried_from = kept.number
    )
    select
        number as finding_id, message_id, version_number, rule_id, rule_version, kind, severity,
        owner, author_role, author_record_id, record_id, channel, brand, language, labelled_by,
        spans, redacted_text, carried_from as carried_from_finding_id,
        superseded_by as superseded_by_finding_id, state, confirmed_by, decided_by, step_count,
        is_right, cast(posted_at as timestamptz) as posted_at, known_at as found_at, aware_at,
        aware_at + to_microseconds(cast(round(deadline_hours * 3600000000) as bigint)) as due_at,
        decided_at, handled_at
    from timed
    order by finding_id
"""
"""Hours are added as microseconds: they are real ones, whatever clocks do."""

_BY_RULE = f"""
    select
        rule_id,
        rule_version,
        any_value(kind),
        count(*),
        count(*) filter (state in {_OPEN} and superseded_by_finding_id is null),
        count(*) filter (is_right),
        count(*) filter (not is_right),
        count(*) filter (state = 'duplicate')
    from {SCHEMA}.findings
    group by rule_id, rule_version
    order by rule_id, rule_version
"""

_BY_KIND = f"""
    select
        kind,
        count(distinct message_id) filter (superseded_by_finding_id is null),
        count(*) filter (is_right),
        count(*) filter (not is_right)
    from {SCHEMA}.findings
    group by kind
"""

_UNFOUND = f"""
    select count(*)
    from {SCHEMA}.asked as asked
    anti join {SCHEMA}.findings as findings
        on findings.message_id = asked.message_id
        and findings.version_number = asked.version_number
"""

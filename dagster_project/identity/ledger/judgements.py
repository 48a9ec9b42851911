"""Judgements: a steward's word on two records, kept in state, which always wins.

A judgement names records, not customers, so it survives every re-run. The newest word on a
pair counts; an expired or withdrawn one does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import duckdb

from dagster_project.domain.errors import Customer360Error
from dagster_project.identity.ledger.state import opened_state

STANDING = """
select number, verdict, record_id_l, record_id_r, author, reason, made_at, expires_at
from {schema}.judgements
where withdrawn_at is null and (expires_at is null or expires_at > $1)
qualify row_number() over (partition by record_id_l, record_id_r order by number desc) = 1
order by number
"""
"""The newest unexpired word on every pair; ``$1`` is the time it is asked at."""


class Verdict(StrEnum):
    """What a steward says of two records."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Judgement:
    """One word of a steward; ``number`` orders them."""

    number: int
    verdict: Verdict
    record_id_l: str
    record_id_r: str
    author: str
    reason: str
    made_at: datetime
    expires_at: datetime | None = None


def judge(
    state_dir: Path,
    *,
    verdict: Verdict,
    record_ids: tuple[str, str],
    author: str,
    reason: str,
    made_at: datetime,
    expires_at: datetime | None = None,
) -> Judgement:
    """Keep a judgement; the next resolution obeys it."""
    return judge_all(
        state_dir,
        verdict=verdict,
        pairs=[record_ids],
        author=author,
        reason=reason,
        made_at=made_at,
        expires_at=expires_at,
    )[0]


def judge_all(
    state_dir: Path,
    *,
    verdict: Verdict,
    pairs: Sequence[tuple[str, str]],
    author: str,
    reason: str,
    made_at: datetime,
    expires_at: datetime | None = None,
) -> list[Judgement]:
    """Keep one verdict on several pairs, all of them or none."""
    if not author.strip() or not reason.strip():
        raise Customer360Error(
            "a judgement needs an author and a reason", "", "say who decides, and why"
        )
    if any(left == right for left, right in pairs):
        raise Customer360Error(
            "a judgement needs two different records", "", "name two record ids"
        )
    with opened_state(state_dir) as state:
        rows = state.execute("select coalesce(max(number), 0) from judgements").fetchall()
        judged = [
            Judgement(
                number, verdict, min(pair), max(pair), author, reason, made_at, expires_at
            )
            for number, pair in enumerate(pairs, start=int(rows[0][0]) + 1)
        ]
        state.execute("begin transaction")
        state.executemany(
            "insert into judgements values (?, ?, ?, ?, ?, ?, ?, ?, null)",
            [
                [j.number, j.verdict.value, j.record_id_l, j.record_id_r, author, reason,
                 made_at, expires_at]
                for j in judged
            ],
        )  # fmt: skip
        state.execute("commit")
    return judged


def all_judgements(state_dir: Path) -> list[tuple[Judgement, datetime | None]]:
    """Every word ever said and when it was taken back, newest first."""
    with opened_state(state_dir) as state:
        rows = state.execute(
            "select number, verdict, record_id_l, record_id_r, author, reason, made_at, "
            "expires_at, withdrawn_at from judgements order by number desc"
        ).fetchall()
    return [(Judgement(row[0], Verdict(row[1]), *row[2:8]), row[8]) for row in rows]


def withdraw(state_dir: Path, number: int, *, at: datetime) -> None:
    """Take a judgement back; it stays on record and counts no more."""
    with opened_state(state_dir) as state:
        known = state.execute(
            "update judgements set withdrawn_at = ? where number = ? and withdrawn_at is null "
            "returning number",
            [at, number],
        ).fetchall()
    if not known:
        raise Customer360Error(
            f"no standing judgement has the number {number}",
            "",
            "`c360 judgements` lists them",
        )


def standing_judgements(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, *, schema: str = "main"
) -> tuple[Judgement, ...]:
    """The newest unexpired word on every pair, oldest first."""
    rows = connection.execute(STANDING.format(schema=schema), [as_of]).fetchall()
    return tuple(Judgement(row[0], Verdict(row[1]), *row[2:]) for row in rows)

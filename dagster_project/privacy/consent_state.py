"""What somebody has agreed to at an instant, and what proves it."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from dagster_project.engines.duckdb.digests import identifier


@dataclass(frozen=True)
class Standing:
    """The word on one channel and purpose that was the last by then."""

    customer_id: str
    channel: str
    purpose: str
    status: str
    source: str
    evidence: str
    said_at: datetime | None


def consent_at(
    work: duckdb.DuckDBPyConnection, catalog: str, customers: tuple[str, ...], instant: datetime
) -> tuple[Standing, ...]:
    """One row per customer, channel and purpose; of two words at one moment the no counts.

    A word whose source does not say when is older than all that do.
    """
    found = work.execute(
        f"""
        select customer_id, channel, purpose, status, source, evidence, occurred_at
        from {identifier(catalog)}.marts.fct_consent_event
        where list_contains($1::varchar[], customer_id) and coalesce(occurred_at <= $2, true)
        qualify row_number() over (
            partition by customer_id, channel, purpose
            order by occurred_at desc nulls last, status = 'withdrawn' desc, consent_event_id
        ) = 1
        order by customer_id, channel, purpose
        """,
        [list(customers), instant],
    ).fetchall()
    return tuple(Standing(*row) for row in found)

"""``state/objections.parquet``: who does not want more collected of them, without saying who.

A row holds the keyed hash of one key of a person (``identifiers``) and what they object to: all
processing, or that what they open and click is followed. It is made anew by every run of what holds
then, so that whoever takes an objection back is let in again. A row that lands and is about one of them
is kept out as far as the register allows: what rests on consent or a legitimate interest, and what they
opened and clicked whatever it rests on. Rows that tell of consent land always, or nobody could take an
objection back; so do sent mails, which prove that a withdrawal was not kept.

Belongs here: the store, and which rows of which streams. Does not belong here: who objects (the marts).
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.config.sources import SourceConfig
from dagster_project.consent.identifiers import keys_sql
from dagster_project.consent.tombstones import HASHED_SQL, Tombstone, Tombstones
from dagster_project.domain.streams import StreamSpec

PROCESSING, TRACKING = "processing", "tracking"

OBJECTABLE = frozenset({"consent", "legitimate interest"})
"""Bases that end with an objection or a withdrawal (articles 7(3) and 21 GDPR); the others do not."""

_FOLLOWED = {
    ("sendgrid", "event"): "lower(trim(event)) in ('open', 'click')",
    ("hubspot", "email_event"): "upper(trim(type)) in ('OPEN', 'CLICK')",
    ("mailchimp", "email_activity"): "lower(trim(action)) in ('open', 'click')",
}
"""Streams of e-mails, and which of their rows follow what somebody opens and clicks."""

_TELL_OF_CONSENT = frozenset(
    {
        ("salesforce", "contact"), ("salesforce", "lead"), ("salesforce", "individual"),
        ("hubspot", "contact"), ("mailchimp", "member"), ("manual", "consent"),
        ("manual", "correction"), ("x", "compliance"),
    }
)  # fmt: skip
"""Streams without which nobody could withdraw, or come back, or have something put right or down."""

_DELETIONS = {
    "deleted_at": "nullif(trim(coalesce(deleted_at, '')), '') is null",
    "verb": "lower(trim(coalesce(verb, ''))) <> 'remove'",
}
"""Columns by which a network takes a post down: such rows land."""


class Objections(Tombstones):
    """The objections of one root."""

    @property
    def file(self) -> Path:
        """Where they lie."""
        return self._root.state / "objections.parquet"

    def prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make ``temp.objection(hash, what)`` and ``temp.pad`` in a session that asks often."""
        super().prepare(connection)
        connection.execute(
            "create or replace temp table objection as "
            f"select distinct hash, source as what from {self._read()}"
        )

    def keep_only(
        self,
        connection: duckdb.DuckDBPyConnection,
        keys: Iterable[tuple[str, str]],
        *,
        at: datetime,
    ) -> int:
        """Keep these (key, what is objected to) and no others; how many there are."""
        self.file.unlink(missing_ok=True)
        # a key may stand for both objections: what tells tombstones of one key apart is their source
        stones = [Tombstone(key, what, what, at) for key, what in keys]
        return self.add(connection, stones) if stones else 0


def kept_out_sql(
    spec: StreamSpec, source: SourceConfig, rows_sql: str, country: str | None
) -> str | None:
    """SQL of the rows (``_load_id``, ``_row``) that are kept out; nothing for a stream that all lands.

    Needs ``Objections.prepare``.
    """
    stream = (spec.vendor, spec.stream)
    if stream in _TELL_OF_CONSENT or not spec.people:
        return None
    if stream in _FOLLOWED:
        condition = _FOLLOWED[stream]
    elif source.terms(spec.stream).lawful_basis in OBJECTABLE:
        kept = [sql for column, sql in _DELETIONS.items() if column in spec.columns]
        # who only objects to being followed has not objected to being answered
        condition = " and ".join(["objection.what = 'processing'", *kept])
    else:
        return None
    return f"""
        with stated as (
            select *, unnest({keys_sql(spec, country)}) as key from {rows_sql}
        ),
        asked as materialized (select distinct key from stated),
        hit as (
            select hashed.key, objection.what
            from (select key, {HASHED_SQL} as hash from asked) as hashed
            inner join objection on objection.hash = hashed.hash
        )
        select distinct _load_id, _row
        from stated
        inner join hit as objection using (key)
        where {condition}
    """

"""``customer_id`` by a written contract (docs/identity.md), set-based over the ledger of ids.

(a) Each old id goes to the new cluster that holds most of its members; tie: the cluster with
    the smallest record_id among them.
(b) A cluster offered several ids keeps the oldest; tie: the one with most members, then the
    smallest id. The others redirect to it.
(c) Clusters offered none get new ids, made from their smallest record_id and how many ids
    that record has been given before. No id is ever given to a second customer.

An id whose members have all gone is retired; it goes back to them should they return.
"""

from dataclasses import dataclass
from datetime import datetime

from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class IdChanges:
    """How many of each kind of event one run wrote, and the run's number in the ledger."""

    ledger_run: int
    created: int
    absorbed: int
    merged: int
    split: int
    retired: int


def assign_ids(
    work: Workspace, *, run_id: str, as_of: datetime, model_version: str
) -> IdChanges:
    """Write what ``name_clusters`` found to the ledger, in one transaction."""
    ledger_run = _write_ledger(work, run_id, as_of, model_version)
    counts = {
        str(kind): int(count)
        for kind, count in work.rows(
            "select event_type, count(*) from work.id_event group by event_type"
        )
    }
    return IdChanges(
        ledger_run,
        *(counts.get(kind, 0) for kind in ("create", "absorb", "merge", "split", "retire")),
    )


def _write_ledger(work: Workspace, run_id: str, as_of: datetime, model_version: str) -> int:
    run = work.number("select coalesce(max(number), 0) + 1 from idstate.runs")
    changed = work.count("work.id_event")
    with work.transaction():
        if changed:
            for statement in _LEDGER:
                work.run(
                    f"with this as (select $1::bigint as run, $2::varchar as run_id, "
                    f"$3::timestamptz as moment) {statement}",
                    [run, run_id, as_of],
                )
        work.run(
            "insert into idstate.runs values (?, ?, ?, ?)", [run, run_id, model_version, as_of]
        )
    return run


# Order matters: memberships are closed before new ones open, redirects follow the winners.
_LEDGER = (
    """
    update idstate.members
    set valid_to = greatest(this.moment, members.valid_from)
    from this
    where
        members.valid_to is null
        and members.record_id in (select record_id from work.transfer where before is not null)
    """,
    """
    insert into idstate.members
    select transfer.record_id, transfer.customer_id, this.moment, null
    from work.transfer, this
    where transfer.customer_id is not null
    """,
    """
    insert into idstate.ids
    select
        new_id.customer_id,
        (select coalesce(max(serial), 0) from idstate.ids) + new_id.place,
        this.run, this.moment, this.run_id, new_id.cluster, null, null
    from work.new_id, this
    """,
    """
    update idstate.ids
    set retired_at = null
    from work.offer
    where ids.customer_id = offer.customer_id and offer.is_kept and ids.retired_at is not null
    """,
    """
    update idstate.ids
    set retired_at = this.moment, redirects_to = kept.customer_id
    from work.offer as lost, work.offer as kept, this
    where
        ids.customer_id = lost.customer_id
        and not lost.is_kept
        and kept.is_kept
        and lost.cluster = kept.cluster
    """,
    """
    update idstate.ids
    set redirects_to = target.redirects_to
    from idstate.ids as target
    where ids.redirects_to = target.customer_id and target.redirects_to is not null
    """,
    """
    update idstate.ids
    set retired_at = greatest(this.moment, last.valid_to)
    from this, (
        select customer_id, max(valid_to) as valid_to
        from idstate.members
        where customer_id in (select customer_id from work.id_event where event_type = 'retire')
        group by customer_id
    ) as last
    where ids.customer_id = last.customer_id
    """,
    """
    insert into idstate.events
    select
        'e' || lpad((known.serial + id_event.place)::varchar, 12, '0'),
        known.serial + id_event.place,
        id_event.event_type, id_event.customer_id, id_event.other_customer_id,
        id_event.records, this.run_id, id_event.actor, this.moment
    from work.id_event, this, (select coalesce(max(serial), 0) as serial from idstate.events) as known
    order by id_event.place
    """,
)

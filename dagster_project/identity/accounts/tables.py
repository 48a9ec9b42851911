"""The accounts' tables in schema ``identity`` of the warehouse, written in one transaction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from dagster_project.identity.bits import chance_sql
from dagster_project.identity.ledger.naming import NOBODY_MOVED, Moves
from dagster_project.identity.workspace import Workspace

TABLES: Mapping[str, str] = {
    "account_xref": """
        select
            members.record_id, members.customer_id as account_id, members.valid_from,
            members.valid_to,
            case when members.valid_to is null then coalesce(sure.confidence, 1.0) end as confidence
        from idstate.members
        left join work.confidence as sure on members.record_id = sure.record_id
        where members.valid_to is null or members.valid_to > members.valid_from
    """,
    "account_links": "select * from work.link",
    "account_relations": "select account_id, related_account_id, relation, basis from work.relation",
    "account_domains": "select domain, account_id from work.account_domain",
    "account_redirects": """
        select customer_id as account_id, redirects_to, retired_at as redirected_at
        from idstate.ids where retired_at is not null
    """,
    "account_events": """
        select
            event_id, event_type, customer_id as account_id, other_customer_id as other_account_id,
            record_count, run_id, actor, occurred_at
        from idstate.events
    """,
}
"""Name of each table, and the SQL of its rows."""


@dataclass(frozen=True)
class AccountsReport:
    """Figures of one resolution of accounts, never values."""

    is_unchanged: bool
    records: int
    accounts: int
    candidates: int = 0
    links: int = 0
    relations: int = 0
    created: int = 0
    absorbed: int = 0
    merged: int = 0
    split: int = 0
    retired: int = 0
    moves: Moves = NOBODY_MOVED
    guarded: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def describe_account_links(work: Workspace) -> None:
    """Make ``work.link``, ``work.confidence`` and ``work.account_domain``."""
    work.run(_LINKS)
    work.run(_CONFIDENCE)
    work.run(_DOMAINS)


_LINKS = f"""
create or replace table work.link as
select
    l.record_id as record_id_l,
    r.record_id as record_id_r,
    (edge.odds / 10.0)::double as match_weight,
    round({chance_sql("edge.odds / 10.0")}, 9)::double as match_probability,
    weight.evidence
from work.edge
inner join work.pattern_weight as weight on edge.pattern = weight.pattern
inner join work.assignment as la on edge.l = la.rid
inner join work.assignment as ra on edge.r = ra.rid and la.cluster = ra.cluster
inner join work.record as l on edge.l = l.rid
inner join work.record as r on edge.r = r.rid
where edge.weight > 0 and edge.odds <> 0

union all

select l.record_id, r.record_id, 999.0, 1.0, must_link.evidence
from work.must_link
inner join work.record as l on must_link.l = l.rid
inner join work.record as r on must_link.r = r.rid
where must_link.weight > 0
"""

_CONFIDENCE = """
create or replace table work.confidence as
select record_id, max(match_probability) as confidence
from (
    select record_id_l as record_id, match_probability from work.link
    union all
    select record_id_r as record_id, match_probability from work.link
)
group by record_id
"""

# Where one account alone has a domain, people who write from it work there.
_DOMAINS = """
create or replace table work.account_domain as
select domain, min(account_id) as account_id
from (
    select side.domain, named.customer_id as account_id
    from work.side
    inner join work.named on side.record_id = named.record_id
    union
    select side.mail_domain, named.customer_id
    from work.side
    inner join work.named on side.record_id = named.record_id
)
where domain is not null
group by domain
having count(*) = 1
"""

_RUNS = """
create table if not exists identity.account_runs (
    run_id varchar, occurred_at timestamptz, input_hash varchar, ledger_run bigint,
    records bigint, accounts bigint, candidates bigint, links bigint, created bigint,
    absorbed bigint, merged bigint, split bigint, retired bigint
)
"""


def write_account_tables(
    work: Workspace,
    report: AccountsReport,
    *,
    run_id: str,
    as_of: datetime,
    input_hash: str,
    ledger_run: int,
) -> None:
    """Replace the tables and add the run's row, all or nothing."""
    for table, sql in TABLES.items():
        work.run(f"create or replace table work.out_{table} as {sql}")
    work.run("create schema if not exists identity")
    row: dict[str, Any] = {
        "run_id": run_id,
        "occurred_at": as_of,
        "input_hash": input_hash,
        "ledger_run": ledger_run,
        **{name: value for name, value in asdict(report).items() if name in _COUNTS},
    }
    with work.transaction():
        for table in TABLES:
            work.run(
                f"create or replace table identity.{table} as from work.out_{table} order by all"
            )
        work.run(_RUNS)
        work.run(
            f"insert into identity.account_runs ({', '.join(row)}) "
            f"values ({', '.join('?' for _ in row)})",
            list(row.values()),
        )


_COUNTS = (
    "records", "accounts", "candidates", "links", "created", "absorbed", "merged", "split",
    "retired",
)  # fmt: skip


def last_account_run(work: Workspace) -> tuple[str, int] | None:
    """Hash of what the tables were made from, and the ledger's run; nothing where one is missing."""
    wanted = [*TABLES, "account_runs"]
    known = work.number(
        "select count(*) from information_schema.tables where table_schema = 'identity' "
        "and table_catalog = current_database() and list_contains($1::varchar[], table_name)",
        [wanted],
    )
    if known < len(wanted):
        return None
    rows = work.rows(
        "select input_hash, ledger_run from identity.account_runs order by rowid desc limit 1"
    )
    return (str(rows[0][0]), int(rows[0][1])) if rows else None

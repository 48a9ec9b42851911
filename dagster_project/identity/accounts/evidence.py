"""``warehouse/accounts.duckdb``: what the last resolution of accounts knew of every record and pair.

Tables have the names and columns of the evidence on people (``identity.evidence``), so that the
steward's questions read either. Derived: the next resolution makes it again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from dagster_project.domain.errors import StateError
from dagster_project.engines.duckdb.session import quoted, session
from dagster_project.engines.durable import sync_file, sync_folder
from dagster_project.identity.ledger.judgements import STANDING
from dagster_project.identity.outputs.audit import AUDIT
from dagster_project.identity.workspace import Workspace, workspace

NEAR = -30
"""Tenths of a bit above which a pair that a guard holds apart is worth telling."""

FORMAT = 1
"""Grows when the tables change; evidence of another format is made anew."""


def accounts_evidence(warehouse: Path) -> Path:
    """Where the evidence lies beside the warehouse."""
    return warehouse / "accounts.duckdb"


_TABLES = {
    "record": "select rid, record_id, split_part(record_id, ':', 1) as source from work.record",
    "side": "from work.side",
    "edge": "select l, r, pattern, odds, weight from work.edge where pattern <> 0",
    "pattern_weight": "select *, false as capped from work.pattern_weight",
    "must_link": "from work.must_link where weight > 0",
    "guarded": "from work.guarded where guard is not null",
    "account_parent": "from work.account_parent",
    "assignment": "from work.assignment",
    "named": "from work.named",
    "redirect": "select customer_id, redirects_to from idstate.ids where retired_at is not null",
}

# What people's evidence has besides: acts of guards on pairs that are near, and no identifiers.
_BESIDES = f"""
create table kept.audit ({AUDIT});
insert into kept.audit by name
select guarded.guard, 'held apart' as effect, l.record_id as record_id_l,
    r.record_id as record_id_r, 2 as records, edge.odds / 10.0 as bits
from work.guarded
inner join work.record as l on guarded.l = l.rid
inner join work.record as r on guarded.r = r.rid
inner join work.edge as edge on guarded.l = edge.l and guarded.r = edge.r
where guarded.guard is not null and edge.odds > {NEAR};
create table kept.identifier (rid integer, value_id ubigint)
"""


def keep_accounts_evidence(work: Workspace, file: Path, *, as_of: datetime) -> None:
    """Replace ``file`` all at once; needs the state attached as ``idstate``."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.partial")
    aside.unlink(missing_ok=True)
    aside.with_name(f"{aside.name}.wal").unlink(missing_ok=True)
    work.run(f"attach '{quoted(str(aside))}' as kept")
    try:
        for table, sql in _TABLES.items():
            work.run(f"create table kept.{table} as {sql}")
        work.run(_BESIDES)
        work.run(f"create table kept.judgement as {STANDING.format(schema='idstate')}", [as_of])
        work.run(
            "create table kept.made as select $1::timestamptz as as_of, $2::integer as format",
            [as_of, FORMAT],
        )
    finally:
        work.run("detach kept")
    sync_file(aside)
    aside.replace(file)
    sync_folder(file.parent)


@contextmanager
def opened_accounts(file: Path) -> Iterator[Workspace]:
    """The evidence as ``kept``, and what comparisons read as ``work``."""
    if not file.exists():
        raise StateError(
            "no resolution of accounts has left its evidence here",
            str(file),
            "run `c360 run` on this root first",
        )
    with session() as connection, workspace(connection) as work:
        work.run(f"attach '{quoted(str(file))}' as kept (read_only)")
        if work.rows("select format from kept.made")[0][0] != FORMAT:
            raise StateError(
                "the evidence was left by another version", str(file), "run `c360 run` once"
            )
        work.run("create view work.side as from kept.side")
        yield work

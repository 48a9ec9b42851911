"""The file of the ledger: its tables and what leads from each version of them to the next."""

from pathlib import Path

from dagster_project.engines.sqlite_file import SqliteFile


class LedgerFile(SqliteFile):
    """``state/ledger.sqlite``, brought to the present version when it is opened."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _STEPS, what="the ledger of loads")


_STEPS = {
    1: """
create table loads (
    load_id text primary key,
    source text not null,
    vendor text not null,
    stream text not null,
    state text not null,
    as_of text not null,
    origin text not null,
    rows integer not null,
    delivery text not null,
    manifest text not null,
    landed_at text not null,
    quarantined integer not null default 0,
    gate_seq integer
);
create index loads_by_stream on loads (vendor, stream, source);
create table decisions (
    gate_seq integer primary key autoincrement,
    load_id text not null references loads (load_id),
    state text not null,
    quarantined integer not null,
    suite_hash text not null,
    reasons text not null,
    notes text not null,
    verdict text not null,
    decided_at text not null
);
create index decisions_by_load on decisions (load_id, gate_seq);
create table cursors (
    source text not null,
    stream text not null,
    cursor text not null,
    primary key (source, stream)
);
""",
    # What is held back, since when, and what runs have told of; loads of before count as told.
    2: """
alter table loads add column corrected integer not null default 0;
alter table loads add column dismissed_seq integer;
alter table decisions add column consent text not null default '[]';
create table unread (
    place text primary key,
    source text,
    vendor text not null,
    reason text not null,
    remedy text not null,
    fingerprint text not null,
    is_api integer not null,
    since text not null
);
create table told (vendor text primary key, gate_seq integer not null);
insert into told select vendor, max(gate_seq) from loads where gate_seq is not null group by vendor;
drop table if exists unknown_files;
""",
}
"""Statements that lead from each version to the next."""

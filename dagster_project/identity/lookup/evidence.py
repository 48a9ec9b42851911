"""The evidence of the last run as questions read it: in place, or held by a process that stays.

Reading in place costs a scan of some tables per call, whether one is asked or a thousand; files
are read in blocks of a hundred thousand rows. Holding costs seconds and memory once, and answers one
question after the other from a few blocks each.

Belongs here: which tables are read, and how a row of theirs is found.
Does not belong here: what is asked of them (``candidates``, ``resolver``).
"""

from dagster_project.domain.errors import StateError
from dagster_project.identity.features.statistics import CANARY, STATISTICS
from dagster_project.identity.workspace import Workspace

_MAILBOXES = (
    "identifier.value_id, record.record_id, named.customer_id from evidence.identifier "
    "inner join evidence.record on identifier.rid = record.rid "
    "inner join evidence.named on record.record_id = named.record_id "
    "where record.is_mailbox and identifier.kind = 'email' and identifier.is_stated"
)

_WHOLE = (
    "known_column", "nameless", "name", "name_word", "feature", "record", "named", "address",
    "identifier",
)  # fmt: skip
"""Tables that are read as they are."""

_LOOKED_UP = {
    "key": ("* from evidence.key", "key"),
    "alias": ("rid, alias from evidence.alias", "alias"),
    "dweller": ("* from evidence.dweller", "place"),
    "value_holder": ("* from evidence.value_holder", "value"),
    "flagged": (
        "value_id, any_value(flag) as flag, count(distinct rid) as records "
        "from evidence.identifier where flag in ('shared', 'generic') group by value_id",
        "value_id",
    ),
    "mailbox": (_MAILBOXES, "value_id"),
}
"""Held in the order of what they are asked for, so that an answer reads a few blocks."""

_INDEXED = {
    "feature": ("* from evidence.feature", ("rid",)),
    "record": ("rid, record_id, is_mailbox from evidence.record", ("rid", "record_id")),
    "named": ("record_id, customer_id from evidence.named", ("record_id", "customer_id")),
    "nameless": ("* from evidence.nameless", ("rid",)),
    "name": ("* from evidence.name", ("name_id",)),
    "name_word": ("* from evidence.name_word", ("name_id",)),
    "known_column": ("* from evidence.known_column", ()),
}
"""Held with an index: wide rows, or asked for in two ways."""

MOST_BY_INDEX = 1_000
"""Values up to which a join looks each of them up instead of reading all."""


def read_in_place(work: Workspace) -> None:
    """Make ``kept`` of views on the tables of ``evidence``; its statistics are ``work``'s."""
    _open(work)
    for table in _WHOLE:
        work.run(f"create view kept.{table} as from evidence.{table}")
    for table, (columns, _) in _LOOKED_UP.items():
        work.run(f"create view kept.{table} as select {columns}")
    for table in STATISTICS:
        work.run(f"create view work.{table} as from evidence.{table}")


def hold_evidence(work: Workspace) -> None:
    """Make ``kept`` of copies of what an answer reads; its statistics are ``work``'s."""
    _open(work)
    for table, (columns, order) in _LOOKED_UP.items():
        work.run(f"create table kept.{table} as select {columns} order by {order}")
    for table, (columns, indexed) in _INDEXED.items():
        work.run(f"create table kept.{table} as select {columns}")
        for column in indexed:
            work.run(f"create index {table}_by_{column} on kept.{table}({column})")
    for table in STATISTICS:
        work.run(f"create table work.{table} as from evidence.{table}")


def _open(work: Workspace) -> None:
    if not work.rows(f"select hashing = {CANARY} from evidence.made")[0][0]:
        raise StateError(
            "another version of the engine made the evidence, and hashes otherwise",
            "warehouse/evidence.duckdb",
            "run `c360 run` once",
        )
    work.run("attach ':memory:' as kept")
    work.run(f"set dynamic_or_filter_threshold = {MOST_BY_INDEX}")

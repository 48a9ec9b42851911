"""The evidence as a process holds it that answers questions about one record after the other.

Files are read in blocks of a hundred thousand rows; a question asks for a few dozen.

Belongs here: which tables are held, and how a row of theirs is found.
Does not belong here: what is asked of them (``resolver``).
"""

from dagster_project.identity.workspace import Workspace

_LOOKED_UP = {
    "key": ("* from evidence.key", "key"),
    "alias": ("rid, alias from evidence.alias", "alias"),
    "dweller": ("* from evidence.dweller", "place"),
    "value_holder": ("* from evidence.value_holder", "value"),
    "identifier": (
        "value_id, flag from evidence.identifier where flag in ('shared', 'generic')",
        "value_id",
    ),
}
"""Held in the order of what they are asked for, so that an answer reads a few blocks."""

_INDEXED = {
    "feature": ("* from evidence.feature", ("rid",)),
    "record": ("rid, record_id from evidence.record", ("rid",)),
    "named": (
        "rid, customer_id, has_features from ("
        "select record.rid, named.customer_id, feature.rid is not null as has_features "
        "from evidence.record "
        "inner join evidence.named on record.record_id = named.record_id "
        "left join evidence.feature on record.rid = feature.rid)",
        ("rid", "customer_id"),
    ),
    "nameless": ("* from evidence.nameless", ("rid",)),
    "name": ("* from evidence.name", ("name_id",)),
    "name_word": ("* from evidence.name_word", ("name_id",)),
    "known_column": ("* from evidence.known_column", ()),
}
"""Held with an index: wide rows, or asked for in two ways."""

MOST_BY_INDEX = 1_000
"""Values up to which a join looks each of them up instead of reading all."""


def hold_evidence(work: Workspace) -> None:
    """Make ``kept`` of the tables of ``evidence`` that an answer reads."""
    work.run("attach ':memory:' as kept")
    work.run(f"set dynamic_or_filter_threshold = {MOST_BY_INDEX}")
    for table, (columns, order) in _LOOKED_UP.items():
        work.run(f"create table kept.{table} as select {columns} order by {order}")
    for table, (columns, indexed) in _INDEXED.items():
        work.run(f"create table kept.{table} as select {columns}")
        for column in indexed:
            work.run(f"create index {table}_by_{column} on kept.{table}({column})")

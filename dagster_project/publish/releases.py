"""Rows of insight views that wait, because two generations of them would tell of too few people.

Whoever keeps two generations can take one from the other. A row of a group is therefore brought up
to date only when it differs from everything it has said before by the figures of enough customers,
of whom none makes up too much of the difference: until then it says what it said last. The same
holds for two rows between which customers have moved, and for a whole block of rows: those that
sum up to one total. (Records wait until they are enough to go together in Byun, Sohn, Bertino and
Li, "Secure anonymization for incremental datasets", 2006; that two published sets may not overlap in
all but a few is Dobkin, Jones and Lipton, "Secure databases", 1979.)

What each customer added to a row when it was last brought up to date lies in
``state/releases/<consumer>/`` as keyed hashes and amounts, beside what the row said.
Belongs here: comparing releases. Does not belong here: what a group needs to be shown at all; the
models say that (``dbt/macros/marts/small_groups.sql``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.config.consumers import Consumer
from dagster_project.consent.secret import derived, hmac_sql, write_pad
from dagster_project.domain.loads import RuleOutcome, Severity
from dagster_project.engines.duckdb.digests import (
    Relation,
    identifier,
    list_relations,
    qualified,
)
from dagster_project.engines.duckdb.session import quoted
from dagster_project.publish.masks import SHOWN, Shown, consumer_key, only_columns
from dagster_project.publish.tables import choose_tables, copy_comments

MEMBERS, BLOCK, BEFORE = "_members", "_block", "_row_before"
"""Internal columns of an insight view: what each customer adds, the total a row belongs to, and
the row whose figures its ``…_before`` columns repeat."""

DOMINANCE = 0.10
"""Nobody's amount is known closer than this share of it: the p % rule with p = 10
(Hundepool et al., Statistical Disclosure Control, 2012, section 4.2.1)."""

COMPARED = 20
"""How many of its releases a row is compared with, newest first; readers get the last seven."""


@dataclass(frozen=True)
class Guard:
    """How many customers a difference is of, and how many may know what they added."""

    customers: int
    known: int

    @classmethod
    def of(cls, consumer: Consumer) -> "Guard":
        """Of the smallest group, all but one may know of themselves, and as many are left over."""
        smallest = consumer.min_group_size or 2
        return cls(customers=2 * smallest - 1, known=smallest - 1)


@contextmanager
def as_released(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    consumer: Consumer,
    *,
    memory: Path | None,
    key: bytes,
) -> Iterator[Shown]:
    """A catalog with a consumer's insight views as a reader may see them, beside what came before.

    ``memory``: what the generation in force was made of, and said.
    """
    relations = choose_tables(list_relations(connection, warehouse), consumer)
    guarded = tuple(r for r in relations if _has(connection, warehouse, r, MEMBERS))
    connection.execute(f"attach ':memory:' as {SHOWN}")
    try:
        _read_members(connection, warehouse, guarded, derived(key, f"releases {consumer.name}"))
        write_pad(connection, _KEYS, consumer_key(key, consumer))
        memory = memory if memory and _is_readable(connection, memory) else None
        _read_memory(connection, memory)
        waiting = _find_waiting(connection, Guard.of(consumer)) if memory else 0
        for relation in relations:
            shown = only_columns(consumer, relation)
            _show(connection, warehouse, shown, is_guarded=relation in guarded)
        outcomes = [_lets_itself_be_compared(relation, guarded) for relation in relations]
        yield Shown(SHOWN, (*outcomes, _waits(waiting)))
    finally:
        connection.execute(f"detach {SHOWN}")


def write_memory(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Write what the rows are made of now, over what they were made of; after ``as_released``."""
    connection.execute(
        f"""
        copy (
            with
            this as (
                select coalesce(max(greatest(since, coalesce(until, 0))), 0) + 1 as release
                from was
            ),
            gone as (
                select c.table_name, c.row_id, c.member
                from change as c
                anti join waiting as w using (table_name, row_id)
            ),
            closed as (
                select
                    was.* exclude (until),
                    case
                        when was.until is null and gone.member is not null
                            then (select release from this)
                        else was.until
                    end as until
                from was
                left join gone using (table_name, row_id, member)
            ),
            opened as (
                select now.*, (select release from this) as since, null::bigint as until
                from now
                inner join gone using (table_name, row_id, member)
            )
            select * from closed
            union all by name
            select * from opened
            union all by name
            select table_name, row_id, said from said
            order by table_name, row_id, member, since
        ) to '{quoted(str(file))}' (format parquet, compression zstd)
        """
    )


def _lets_itself_be_compared(relation: Relation, guarded: tuple[Relation, ...]) -> RuleOutcome:
    return RuleOutcome(
        f"{relation.table} says what each customer adds, so that generations can be compared",
        Severity.WARN,
        relation in guarded,
        1,
        0 if relation in guarded else 1,
        ""
        if relation in guarded
        else f"the column {MEMBERS} is missing: see docs/publication.md",
    )


def _waits(rows: int) -> RuleOutcome:
    rule = "rows tell of enough customers beside what they said before"
    detail = f"{rows} wait, and say what they said before" if rows else ""
    return RuleOutcome(
        rule, Severity.WARN, passed=True, evaluated=rows, failed=0, detail=detail
    )


def _has(
    connection: duckdb.DuckDBPyConnection, catalog: str, relation: Relation, column: str
) -> bool:
    found = connection.execute(
        "select count(*) from duckdb_columns() where database_name = ? and schema_name = ? "
        "and table_name = ? and column_name = ?",
        [catalog, relation.schema, relation.table, column],
    ).fetchall()
    return bool(found[0][0])


_SHAPE = """
    table_name varchar, row_id varchar, block varchar, member ubigint, is_somebody boolean,
    amount double, facts double, figures ubigint
"""


def _read_members(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    relations: tuple[Relation, ...],
    key: bytes,
) -> None:
    """``now``: what each customer adds to each row, customers as hashes with the root's secret."""
    connection.execute(f"create or replace temp table now ({_SHAPE})")
    write_pad(connection, "temp.releases_pad", key)
    for relation in relations:
        row = identifier(relation.column_names[0])
        connection.execute(
            f"""
            insert into now
            with
            each as (
                select {row} as row_id, {BLOCK} as block, unnest({MEMBERS}) as m
                from {qualified(warehouse, relation)}
            ),
            hashed as (
                select
                    member,
                    ('0x' || left({hmac_sql("member", "temp.releases_pad")}, 16))::ubigint as hash
                from (select distinct m.member as member from each)
            )
            select
                ?, each.row_id, each.block, hashed.hash, hashed.member <> '', each.m.amount,
                each.m.facts, md5_number_lower(each.m.figures)
            from each
            inner join hashed on hashed.member = each.m.member
            """,
            [relation.table],
        )


def _is_readable(connection: duckdb.DuckDBPyConnection, memory: Path) -> bool:
    """Whether a memory is of this format; one of another is as none."""
    columns = connection.execute(
        f"select name from parquet_schema('{quoted(str(memory))}')"
    ).fetchall()
    return {"said", "member", "since", "until"} <= {name for (name,) in columns}


def _read_memory(connection: duckdb.DuckDBPyConnection, memory: Path | None) -> None:
    """``was``: the same with the releases it was in force for; and ``change`` since the last."""
    connection.execute(
        f"create or replace temp table was ({_SHAPE}, since bigint, until bigint)"
    )
    connection.execute(
        "create or replace temp table waiting (table_name varchar, row_id varchar)"
    )
    for table in ("said", "said_before"):
        connection.execute(
            f"create or replace temp table {table} "
            "(table_name varchar, row_id varchar, said varchar)"
        )
    if memory:
        written = f"read_parquet('{quoted(str(memory))}')"
        connection.execute(
            f"insert into was by name select * exclude (said) from {written} where said is null"
        )
        connection.execute(
            "insert into said_before select table_name, row_id, said "
            f"from {written} where said is not null"
        )
    connection.execute(
        """
        create or replace temp table change as
        with last as (select * from was where until is null)
        select
            coalesce(now.table_name, last.table_name) as table_name,
            coalesce(now.row_id, last.row_id) as row_id,
            coalesce(now.block, last.block) as block,
            coalesce(now.member, last.member) as member,
            coalesce(now.is_somebody, last.is_somebody) as is_somebody,
            coalesce(now.amount, 0) - coalesce(last.amount, 0) as amount,
            coalesce(now.facts, 0) - coalesce(last.facts, 0) as facts
        from now
        full join last using (table_name, row_id, member)
        where
            (now.amount, now.facts, now.figures)
            is distinct from (last.amount, last.facts, last.figures)
        """
    )


def _find_waiting(connection: duckdb.DuckDBPyConnection, guard: Guard) -> int:
    """Fill ``waiting`` with rows that would tell of too few; returns how many there are.

    Rows that wait change what the others tell together, so it is asked until no more are found;
    rows only ever join, so that this ends.
    """
    connection.execute(
        f"""
        insert into waiting
        with
        changed as (select distinct table_name, row_id from change),
        releases as (
            select table_name, row_id, release
            from (
                select distinct table_name, row_id, unnest([since, until]) as release from was
            )
            where release is not null
            qualify row_number() over (
                partition by table_name, row_id order by release desc
            ) <= {COMPARED}
        ),
        asked as (select * from releases semi join changed using (table_name, row_id)),
        was_then as (
            select asked.release, was.*
            from asked
            inner join was
                on was.table_name = asked.table_name
                and was.row_id = asked.row_id
                and was.since <= asked.release
                and coalesce(was.until > asked.release, true)
        ),
        is_now as (
            select asked.release, now.*
            from asked
            inner join now using (table_name, row_id)
        ),
        told as (
            select
                coalesce(n.table_name, w.table_name) as table_name,
                coalesce(n.row_id, w.row_id) as row_id,
                coalesce(n.release, w.release) as release,
                coalesce(n.is_somebody, w.is_somebody) as is_somebody,
                abs(coalesce(n.amount, 0) - coalesce(w.amount, 0)) as part
            from is_now as n
            full join was_then as w using (table_name, row_id, release, member)
            where (n.amount, n.facts, n.figures)
                is distinct from (w.amount, w.facts, w.figures)
        ),
        judged as ({_judged("told", "table_name, row_id, release", guard)})
        select distinct table_name, row_id from judged where not is_safe
        """
    )
    found = -1
    while (now := _count(connection)) != found:
        found = now
        for step in (_PAIRS, _BLOCKS, _COMPANIONS):
            connection.execute(step.replace("JUDGED", _judged("told", "unit", guard)))
    return found


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    return int(connection.execute("select count(*) from waiting").fetchall()[0][0])


def _judged(told: str, keys: str, guard: Guard) -> str:
    """SQL of whether figures are of enough customers, and nobody's part can be had from them."""
    return f"""
        select
            {keys},
            count(*) filter (is_somebody) >= {guard.customers}
            and coalesce(sum(part) filter (not is_somebody or place > {guard.known + 1}), 0)
            >= {DOMINANCE} * coalesce(max(part) filter (is_somebody), 0) as is_safe
        from (
            select *, row_number() over (
                partition by {keys} order by is_somebody desc, part desc
            ) as place
            from {told}
        )
        group by {keys}
    """


_PAIRS = """
    insert into waiting
    with
    open as (select * from change anti join waiting using (table_name, row_id)),
    pairs as (
        select distinct a.table_name, a.row_id as one, b.row_id as other
        from open as a
        inner join open as b
            on a.table_name = b.table_name
            and a.block = b.block
            and a.member = b.member
            and a.row_id < b.row_id
    ),
    together as (
        select
            p.table_name, p.one, p.other, o.member, bool_or(o.is_somebody) as is_somebody,
            sum(o.amount) as amount, sum(o.facts) as facts
        from pairs as p
        inner join open as o
            on o.table_name = p.table_name and o.row_id in (p.one, p.other)
        group by all
    ),
    told as (
        select (table_name, one, other) as unit, is_somebody, abs(amount) as part
        from together
        where abs(amount) > 0.005 or facts <> 0
    ),
    judged as (JUDGED),
    unsafe as (select * from judged where not is_safe)
    select distinct unit[1], unnest([unit[2], unit[3]]) from unsafe
"""
"""Two rows between which customers moved: these cancel out, and what is left must be enough."""

_BLOCKS = """
    insert into waiting
    with
    open as (select * from change anti join waiting using (table_name, row_id)),
    together as (
        select
            table_name, block, member, bool_or(is_somebody) as is_somebody,
            sum(amount) as amount, sum(facts) as facts
        from open
        group by all
    ),
    told as (
        select (table_name, block) as unit, is_somebody, abs(amount) as part
        from together
        where abs(amount) > 0.005 or facts <> 0
    ),
    judged as (JUDGED),
    unsafe as (select * from judged where not is_safe)
    select distinct o.table_name, o.row_id
    from open as o
    inner join unsafe as u on (o.table_name, o.block) = u.unit
"""
"""All rows of a total."""

_COMPANIONS = """
    insert into waiting
    with
    open as (select * from change anti join waiting using (table_name, row_id)),
    held as (select * from change semi join waiting using (table_name, row_id)),
    kept as (select distinct table_name, row_id from was where until is null),
    present as (select distinct table_name, row_id from now),
    comes_or_goes as (
        select * from open anti join kept using (table_name, row_id)
        union all
        select * from open anti join present using (table_name, row_id)
    )
    select distinct c.table_name, c.row_id
    from comes_or_goes as c
    inner join held as h
        on c.table_name = h.table_name and c.block = h.block and c.member = h.member
"""
"""A row that comes or goes does so together with the rows its customers came from or went to."""


def _show(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    relation: Relation,
    *,
    is_guarded: bool,
) -> None:
    """One view as it is shown: rows that wait as they stood in the generation in force.

    Ids of rows are hashed with the consumer's key, so that two consumers' files do not join by them.
    """
    target, source = qualified(SHOWN, relation), qualified(warehouse, relation)
    connection.execute(f"create schema if not exists {SHOWN}.{identifier(relation.schema)}")
    row, *others = (identifier(c) for c in relation.column_names)
    columns = ", ".join([f"{_row_key(relation, row)} as {row}", *others])
    if not is_guarded:
        connection.execute(f"create table {target} as select {columns} from {source}")
    else:
        connection.execute(
            f"create table {target} as select {columns} from {source} "
            f"where {row} not in (select row_id from waiting where table_name = ?)",
            [relation.table],
        )
        _repeat_waiting(connection, target, relation)
        if _has(connection, warehouse, relation, BEFORE):
            _repeat_shown(connection, source, target, relation)
        _note_said(connection, source, target, relation)
    copy_comments(connection, warehouse, target, relation)


def _repeat_waiting(
    connection: duckdb.DuckDBPyConnection, target: str, relation: Relation
) -> None:
    """Rows that wait say what they said; a column they did not have is null."""
    _, *others = relation.columns
    cells = [_row_key(relation, "b.row_id")]
    cells += [
        f"cast(json_extract_string(b.said, '$.\"{quoted(name)}\"') as {kind})"
        for name, kind in others
    ]
    connection.execute(
        f"insert into {target} select {', '.join(cells)} from said_before as b "
        "semi join waiting as w on w.table_name = b.table_name and w.row_id = b.row_id "
        "where b.table_name = ?",
        [relation.table],
    )


def _note_said(
    connection: duckdb.DuckDBPyConnection, source: str, target: str, relation: Relation
) -> None:
    """``said``: what every row shows now, for when it has to wait, under its own id."""
    row = identifier(relation.column_names[0])
    connection.execute(
        f"""
        insert into said
        with
        ids as (
            select {row} as row_id from {source}
            union
            select row_id from waiting where table_name = $1
        )
        select $1, ids.row_id, to_json(t)::varchar
        from ids
        inner join {target} as t on t.{row} = {_row_key(relation, "ids.row_id")}
        """,
        [relation.table],
    )


_KEYS = "temp.consumer_pad"


def _row_key(relation: Relation, row: str) -> str:
    """SQL of a row's id as readers see it; a view without ids is read by its labels."""
    return hmac_sql(row, _KEYS) if relation.column_names[0].endswith("_id") else row


def _repeat_shown(
    connection: duckdb.DuckDBPyConnection, source: str, target: str, relation: Relation
) -> None:
    """What a row says of the one before it is what that one shows."""
    row = identifier(relation.column_names[0])
    names = set(relation.column_names)
    repeated = [
        c for c in names if c.endswith("_before") and c.removesuffix("_before") in names
    ]
    if not repeated:
        return
    sets = ", ".join(
        f"{identifier(c)} = b.{identifier(c.removesuffix('_before'))}" for c in sorted(repeated)
    )
    connection.execute(
        f"""
        create or replace temp table before as
        select {_row_key(relation, f"made.{row}")} as row_id, shown.* exclude ({row})
        from {source} as made
        anti join waiting as w on w.table_name = ? and w.row_id = made.{row}
        left join {target} as shown
            on shown.{row} = {_row_key(relation, f"made.{BEFORE}")}
        """,
        [relation.table],
    )
    connection.execute(
        f"update {target} as t set {sets} from before as b where t.{row} = b.row_id"
    )

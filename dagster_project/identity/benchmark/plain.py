"""A plain table of invented people: one value per column, typing errors, a third missing.

What most people bring: an export with first and last name, birth date, e-mail, telephone and one
address. The truth is known because it is made here.

Belongs here: who the people are, and what goes wrong on the way into a table.
Does not belong here: the demo world with its vendors and its many values (``scale``).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from dagster_project.engines.duckdb.session import EngineOptions, quoted, session
from dagster_project.identity.benchmark.sets import LabelledSet, Prepared

RECORDS_PER_PERSON = 1.93
"""The mean of what ``_RECORDS`` deals out."""

COLUMNS = (
    "first_name", "last_name", "birth_date", "email", "telephone", "street", "postcode", "city",
)  # fmt: skip


def plain_set(records: int, *, skewed: bool) -> LabelledSet:
    """What the table of so many records is called; its settings go by ``plain``."""
    name = f"plain_{records}" + ("_skewed" if skewed else "")
    return LabelledSet(name, "persons", None, "person_id", settings="plain")


def invent(
    records: int, workdir: Path, *, skewed: bool, seed: int, options: EngineOptions
) -> Prepared:
    """Write about so many records with random ids in random order, and the truth beside them.

    ``skewed``: a quarter of all people live under one postal code.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    prepared = Prepared(workdir / "table.parquet", workdir / "truth.parquet", 0)
    with session(options=options) as connection:
        connection.execute("set preserve_insertion_order = true")
        _write_pools(connection)
        connection.execute(
            _people_sql(round(records / RECORDS_PER_PERSON), seed, skewed=skewed)
        )
        connection.execute(_records_sql(seed))
        for file, columns in (
            (prepared.table, "* exclude (person_id)"),
            (prepared.truth, "unique_id, person_id"),
        ):
            connection.execute(
                f"copy (select {columns} from plain order by unique_id) "
                f"to '{quoted(str(file))}' (format parquet)"
            )
        rows = connection.execute("select count(*) from plain").fetchall()[0][0]
    return Prepared(prepared.table, prepared.truth, int(rows))


_SLOTS = 1 << 16
"""Draws of which a pool of names consists: its frequent values stand in several."""

_TAIL = 0.6
"""Share of people whose family name is none of the thousand frequent ones (US census, 2010)."""


def _write_pools(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables ``first`` and ``last`` (slot, value): names as frequent as in a census."""
    from faker.providers.person.en_US import Provider

    last: Mapping[str, float] = Provider.last_names
    givens = (Provider.first_names_male, Provider.first_names_female)
    first: Mapping[str, float] = {
        name: share for given in givens for name, share in given.items()
    }
    _write_pool(connection, "first", list(_slots(first, _SLOTS)))
    head = list(_slots(last, round(_SLOTS * (1 - _TAIL))))
    stems = list(last)[:400]
    tail = [stem + end for end in _ENDS for stem in stems]
    rest = _SLOTS - len(head)
    # the n-th rarest name is as frequent as 1/n of the first (Zipf)
    weights = {name: 1.0 / (100 + place) for place, name in enumerate(tail)}
    _write_pool(connection, "last", [*head, *_slots(weights, rest)])


_ENDS = (
    "son", "ley", "ton", "ford", "well", "field", "man", "wood", "er", "ing", "worth", "bury",
    "by", "stead", "ham", "land", "ridge", "shaw", "gate", "stone", "brook", "croft", "more", "lock",
)  # fmt: skip


def _slots(weights: Mapping[str, float], slots: int) -> Iterator[str]:
    """Every name about as often as its weight, once at least."""
    total = sum(weights.values())
    for name, weight in weights.items():
        yield from [name] * max(1, round(slots * weight / total))


def _write_pool(connection: duckdb.DuckDBPyConnection, table: str, values: list[str]) -> None:
    dealt = [values[slot % len(values)] for slot in range(_SLOTS)]
    connection.execute(
        f"create temp table {table} as select unnest(range({_SLOTS}))::integer as slot, "
        "unnest($1::varchar[]) as value",
        [dealt],
    )


def _chance(*parts: object) -> str:
    """A number from 0 to 1 that depends on these expressions alone."""
    return f"(hash({', '.join(map(str, parts))}) / 18446744073709551616.0)"


def _drawn(*parts: object) -> str:
    """The slot of a pool that these expressions draw."""
    return f"(hash({', '.join(map(str, parts))}) % {_SLOTS})::integer"


def _people_sql(people: int, seed: int, *, skewed: bool) -> str:
    """``person``: one row each, with two addresses, telephones and e-mails to go through life with.

    One pair of neighbours in twenty is a couple: one family name, one address, perhaps one line.
    """
    couple = _chance("n // 2", "'couple'", seed)
    postcode = f"lpad(((town * 31 + hash(home, address, 'area', {seed}) % 12) % 100000)::varchar, 5, '0')"
    if skewed:
        postcode = f"case when home % 4 = 0 then '10115' else {postcode} end"
    return f"""
        create temp table born as
        select n, case when {couple} < 0.05 then n // 2 + {people} else n end as home
        from range({people}) as people(n);

        create temp table person as
        select
            born.n,
            born.home,
            first.value as first_name,
            last.value as last_name,
            date '1935-01-01' + (hash(born.n, 'born', {seed}) % 26000)::integer as birth_date
        from (
            select *, {_drawn("n", "'first'", seed)} as first_slot,
                {_drawn("home", "'last'", seed)} as last_slot
            from born
        ) as born
        inner join first on born.first_slot = first.slot
        inner join last on born.last_slot = last.slot;

        create temp table dwelling as
        select
            home,
            address,
            (1 + hash(home, address, 'house', {seed}) % 150)::varchar || ' ' || street.value || ' '
                || ['Street', 'Road', 'Avenue', 'Lane', 'Drive'][1 + (hash(home, address, 'kind', {seed}) % 5)::integer]
                as street,
            {postcode} as postcode,
            town.value || ['ville', ' City', ' Hills', 'burgh', 'port'][1 + town % 5] as city
        from (
            select *, town * 7919 % {_SLOTS} as town_slot
            from (
                select home, address, (hash(home, address, 'town', {seed}) % 3000)::integer as town,
                    {_drawn("home", "address", "'street'", seed)} as street_slot
                from (select home, unnest([0, 1]) as address from (select distinct home from born))
            )
        ) as placed
        inner join last as street on placed.street_slot = street.slot
        inner join last as town on placed.town_slot = town.slot
    """


_RECORDS = "case when dealt < 0.45 then 1 when dealt < 0.75 then 2 when dealt < 0.9 then 3 when dealt < 0.97 then 4 else 5 end"
"""How many records a person has."""

MISSING = 1 / 3

NAMELESS = 0.03

MISTYPED = 0.05
"""Shares of values that are missing (names and all others) or mistyped."""


def _records_sql(seed: int) -> str:
    """``plain``: what became of the people, one row per record."""
    mobile = "'+49 15' || lpad((hash({}, phone, 'mobile', {}) % 1000000000)::varchar, 9, '0')"
    typed = ", ".join(_typed(name, seed) for name in COLUMNS)
    return f"""
        create temp table plain as
        with

        dealt as (

            select
                n,
                home,
                first_name,
                last_name,
                birth_date,
                unnest(range({_RECORDS})) as copy
            from (select *, {_chance("n", "'records'", seed)} as dealt from person)

        ),

        lived as (

            select
                *,
                ({_chance("n", "copy", "'moved'", seed)} < 0.1)::integer as address,
                ({_chance("n", "copy", "'phone'", seed)} < 0.07)::integer as phone,
                ({_chance("n", "copy", "'mail'", seed)} < 0.07)::integer as mail,
                {_chance("n", "copy", "'initial'", seed)} < 0.01 as is_initial,
                {_chance("n", "copy", "'married'", seed)} < 0.01 as is_renamed,
                {_drawn("n", "'married'", seed)} as married_slot
            from dealt

        ),

        written as (

            select
                lived.n,
                lived.copy,
                case when is_initial then left(lived.first_name, 1) else lived.first_name end
                    as first_name,
                case when is_renamed then married.value else lived.last_name end as last_name,
                lived.birth_date::varchar as birth_date,
                lower(
                    case hash(lived.n, mail, 'form', {seed}) % 4
                        when 0 then lived.first_name || '.' || lived.last_name
                        when 1 then left(lived.first_name, 1) || lived.last_name
                        when 2 then lived.first_name || '_' || left(lived.last_name, 3)
                        else lived.last_name || lived.first_name
                    end
                )
                || case
                    when hash(lived.n, mail, 'firm', {seed}) % 3 = 0
                        then '@firm' || (hash(lived.n, mail, 'host', {seed}) % 20000)::varchar
                    -- a provider gives an address to one person
                    else (2 * lived.n + mail)::varchar || '@mail'
                        || (hash(lived.n, mail, 'host', {seed}) % 5)::varchar
                end
                || '.example' as email,
                {mobile.format("if(lived.home <> lived.n and lived.n % 2 = 0, lived.home, lived.n)", seed)}
                    as telephone,
                dwelling.street,
                dwelling.postcode,
                dwelling.city
            from lived
            inner join dwelling on lived.home = dwelling.home and lived.address = dwelling.address
            inner join last as married on lived.married_slot = married.slot

        )

        select
            left(md5(n || '|' || copy || '|{seed}'), 16) as unique_id,
            n as person_id,
            {typed}
        from written
    """


def _typed(column: str, seed: int) -> str:
    """A column as somebody typed it: left out, with an error, or right."""
    missing = NAMELESS if column.endswith("_name") else MISSING
    place = f"(1 + (hash(n, copy, '{column}', 'place', {seed}) % length({column}))::integer)"
    pool = "0123456789" if column in ("birth_date", "telephone", "postcode") else "aeinorstlmdu"
    letter = (
        f"'{pool}'[1 + (hash(n, copy, '{column}', 'letter', {seed}) % {len(pool)})::integer]"
    )
    before, at, after = (
        f"left({column}, {place} - 1)",
        f"{column}[{place}]",
        f"substr({column}, {place} + 1)",
    )
    return f"""
        case
            when {_chance("n", "copy", f"'{column}'", "'missing'", seed)} < {missing} then null
            when length({column}) < 3
                or {_chance("n", "copy", f"'{column}'", "'mistyped'", seed)} >= {MISTYPED}
                then {column}
            else case hash(n, copy, '{column}', 'error', {seed}) % 4
                when 0 then {before} || {letter} || {after}
                when 1 then {before} || {after}
                when 2 then {before} || left({after}, 1) || {at} || substr({after}, 2)
                else {before} || {at} || {letter} || {after}
            end
        end as {column}
    """

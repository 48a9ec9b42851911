"""The DuckDB session in which a world is made: randomness by hashing, and the lists it draws from.

Belongs here: what every maker of rows needs. Every random choice is ``u(id, salt)``: a hash of
an id, a word and the seed. It needs no order, so the same person gets the same life on any
number of threads and in every later day of the world.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import duckdb

from dagster_project.demo.names import read_names
from dagster_project.demo.places import (
    COUNTRIES,
    FIRM_WORDS,
    MAIL_DOMAINS,
    read_cities,
    read_streets,
)
from dagster_project.demo.rates import Rates, read_rates
from dagster_project.engines.duckdb.session import EngineOptions, session

NOW = datetime(2026, 11, 15, 6, 0, tzinfo=UTC)
"""The moment the base world's exports are taken: a Sunday, as weekly exports are."""


@dataclass(frozen=True)
class Plan:
    """What world is wanted. ``day`` 0 is the base world; later days add to it.

    ``base_people`` is the size of the base world; ``people`` how many are made now, the first
    of them having the id ``first_person``.
    """

    people: int
    seed: int
    base_people: int
    first_person: int = 0
    day: int = 0
    now: datetime = NOW
    history_days: int = 180
    rates: Rates = field(default_factory=read_rates)

    @property
    def start(self) -> datetime:
        """When the recorded history of messages and e-mails begins."""
        return self.now - timedelta(days=self.history_days)


@contextmanager
def open_stage(plan: Plan, *, options: EngineOptions | None = None) -> Iterator["Stage"]:
    """An in-memory session with the macros and lists of ``plan``."""
    with session(options=options) as connection:
        stage = Stage(connection, plan)
        stage.prepare()
        yield stage


class Stage:
    """A session and its plan; ``run`` executes SQL in which ``$name`` rates are filled in."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
        self.connection = connection
        self.plan = plan

    def prepare(self) -> None:
        """Create macros and list tables."""
        for statement in _MACROS.split(";"):
            if statement.strip():
                self.connection.execute(statement.replace("{seed}", str(self.plan.seed)))
        self._fill("places", "country, city, city_fr, city_hk, postcode, state, districts",
                   list(read_cities()))  # fmt: skip
        self._fill("streets", "country, kind, street", list(read_streets()))
        self._fill("countries", "country, dial, country_fr, country_hk", list(COUNTRIES))
        self._fill("mail_domains", "culture, domain", [
            (culture, domain)
            for culture, domains in MAIL_DOMAINS.items() for domain in domains.split(",")
        ])  # fmt: skip
        self._fill("firm_words", "region, word", [
            (region, word) for region, words in FIRM_WORDS.items() for word in words.split("|")
        ])  # fmt: skip
        self._fill(
            "names",
            "culture, role, value, feminine, variant, variant_feminine, native, native_feminine, "
            "nickname, nickname_2",
            [tuple(vars(name).values()) for name in read_names()],
        )
        self.run(_NUMBERED)

    def run(self, sql: str, **values: object) -> None:
        """Execute statements separated by semicolons, ``{name}`` filled from ``values``."""
        for statement in (sql.format(**values) if values else sql).split(";\n"):
            if statement.strip():
                self.connection.execute(statement)

    def drop(self, *tables: str) -> None:
        """Give the memory of finished steps back."""
        for table in tables:
            self.connection.execute(f"drop table {table}")

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """All rows of a query."""
        return self.connection.execute(sql).fetchall()

    def count(self, sql: str) -> int:
        """The one number a query yields."""
        return int(str(self.rows(sql)[0][0]))

    def has(self, table: str) -> bool:
        """Whether a table has been made."""
        return bool(
            self.count(f"select count(*) from duckdb_tables() where table_name = '{table}'")
        )

    def _fill(self, table: str, columns: str, rows: list[tuple[object, ...]]) -> None:
        """A table of a few thousand rows at most, its rows numbered in their order."""
        names = columns.split(", ")
        kinds = ["bigint" if isinstance(value, int) else "varchar" for value in rows[0]]
        fields = ", ".join(f"{name} {kind}" for name, kind in zip(names, kinds, strict=True))
        self.connection.execute(f"create table {table} (row_no bigint, {fields})")
        lists: list[list[object]] = [list(range(len(rows)))]
        lists.extend([row[i] for row in rows] for i in range(len(names)))
        marks = ", ".join(f"unnest(?::{kind}[])" for kind in ["bigint", *kinds])
        self.connection.execute(f"insert into {table} select {marks}", lists)


_MACROS = r"""
create macro u(id, salt) as
    (hash(hash(id::bigint, salt, {seed}::bigint)) >> 11)::double / 9007199254740992.0;
create macro k(id, salt, n) as floor(u(id, salt) * n)::bigint;
create macro nth(id, salt, n, skew) as floor(n * pow(u(id, salt), skew))::bigint;
create macro pick(xs, id, salt) as xs[1 + floor(u(id, salt) * len(xs))::bigint];
create macro slug(text) as
    regexp_replace(lower(translate(strip_accents(text), 'łŁøØß', 'lLoOs')), '[^a-z0-9]+', '', 'g');
create macro plain(text) as translate(strip_accents(text), 'łŁøØß', 'lLoOs');
create macro letter(n, unit, alphabet, base) as
    substr(alphabet, 1 + ((n // unit) % base)::integer, 1);
create macro base36(n) as
    letter(n, 2176782336, '0123456789abcdefghijklmnopqrstuvwxyz', 36)
    || letter(n, 60466176, '0123456789abcdefghijklmnopqrstuvwxyz', 36)
    || letter(n, 1679616, '0123456789abcdefghijklmnopqrstuvwxyz', 36)
    || letter(n, 46656, '0123456789abcdefghijklmnopqrstuvwxyz', 36)
    || letter(n, 1296, '0123456789abcdefghijklmnopqrstuvwxyz', 36)
    || letter(n, 36, '0123456789abcdefghijklmnopqrstuvwxyz', 36)
    || letter(n, 1, '0123456789abcdefghijklmnopqrstuvwxyz', 36);
create macro sf_id(prefix, n) as
    prefix || '5g000' || base36(n) || case when prefix in ('00Q', '00K') then 'EAA' else 'AAA' end;
create macro e164(dial, digits) as
    '+' || dial || case when dial in ('33', '44', '49') then substr(digits, 2) else digits end;
create macro spaced(dial, digits) as
    case dial
        when '33' then
            regexp_replace(digits, '(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)', '\1 \2 \3 \4 \5')
        when '44' then regexp_replace(digits, '(\d{5})(\d{3})(\d+)', '\1 \2\3')
        when '49' then regexp_replace(digits, '(\d{4})(\d+)', '\1 \2')
        when '852' then regexp_replace(digits, '(\d{4})(\d{4})', '\1 \2')
        else regexp_replace(digits, '(\d{3})(\d{3})(\d+)', '\1 \2 \3')
    end;
create macro shown_phone(dial, digits, style) as
    case
        when digits is null then null
        when style = 0 then e164(dial, digits)
        when style = 1 then
            '+' || dial || ' ' || case
                when dial in ('33', '44', '49') then substr(spaced(dial, digits), 2)
                else spaced(dial, digits)
            end
        when style = 2 then spaced(dial, digits)
        when style = 3 then digits
        when style = 4 then '00' || substr(e164(dial, digits), 2)
        else replace(spaced(dial, digits), ' ', '.')
    end;
create macro typo(text, id) as
    case
        when text is null or length(text) < 4 then text
        else case k(id, 'typo kind', 4)
            when 0 then
                substr(text, 1, (2 + k(id, 'typo at', length(text) - 3))::integer - 1)
                || substr(text, (2 + k(id, 'typo at', length(text) - 3))::integer + 1)
            when 1 then
                substr(text, 1, (2 + k(id, 'typo at', length(text) - 3))::integer - 1)
                || substr(text, (2 + k(id, 'typo at', length(text) - 3))::integer + 1, 1)
                || substr(text, (2 + k(id, 'typo at', length(text) - 3))::integer, 1)
                || substr(text, (2 + k(id, 'typo at', length(text) - 3))::integer + 2)
            when 2 then
                substr(text, 1, (2 + k(id, 'typo at', length(text) - 3))::integer)
                || substr(text, (2 + k(id, 'typo at', length(text) - 3))::integer)
            else
                substr(text, 1, (2 + k(id, 'typo at', length(text) - 3))::integer - 1)
                || pick(['e', 'r', 'a', 's', 'n', 'i', 'o', 't'], id, 'typo letter')
                || substr(text, (2 + k(id, 'typo at', length(text) - 3))::integer + 1)
        end
    end;
create macro ocr(text) as
    case
        when text like '%m%' then regexp_replace(text, 'm', 'rn')
        when text like '%rn%' then regexp_replace(text, 'rn', 'm')
        when text like '%l%' then regexp_replace(text, 'l', '1')
        when text like '%o%' then regexp_replace(text, 'o', '0')
        when text like '%e%' then regexp_replace(text, 'e', 'c')
        else text
    end;
create macro words(text) as case when text = '' then []::varchar[] else string_split(text, ' ') end;
create macro stamp(t) as strftime(t, '%Y-%m-%d %H:%M:%S');
create macro iso_ms(t) as strftime(t, '%Y-%m-%dT%H:%M:%S.') || lpad((date_part('ms', t)::bigint % 1000)::varchar, 3, '0') || 'Z';
create macro compact(struct) as json_merge_patch('{}', to_json(struct));
"""
"""``sf_id``: 15 characters, capitals in known places only, so that the three of the checksum follow
from the prefix. ``compact`` writes JSON without its nulls, as vendors leave absent fields out."""

_NUMBERED = """
create table given_names as
select
    *,
    row_number() over (partition by culture, role order by row_no) - 1 as idx,
    count(*) over (partition by culture, role) as n
from names where role in ('m', 'f');
create table family_names as
select
    *,
    row_number() over (partition by culture order by row_no) - 1 as idx,
    count(*) over (partition by culture) as n
from names where role = 'family';
create table city_list as
select
    *,
    row_number() over (partition by country order by row_no) - 1 as idx,
    count(*) over (partition by country) as n
from places;
create table street_list as
select
    *,
    row_number() over (partition by country order by row_no) - 1 as idx,
    count(*) over (partition by country) as n
from streets;
create table given_sizes as
select culture, role, max(n)::bigint as n from given_names group by culture, role;
create table family_sizes as
select culture, max(n)::bigint as n from family_names group by culture;
create table place_sizes as
select c.country, max(c.n)::bigint as cities, max(s.n)::bigint as streets
from city_list as c
inner join street_list as s on s.country = c.country
group by c.country;
create table domain_lists as
select culture, list(domain order by row_no) as domains from mail_domains group by culture;
create table firm_word_lists as
select region, list(word order by row_no) as words from firm_words group by region;
"""

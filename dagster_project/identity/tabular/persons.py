"""A table of persons in the shape identity reads: records, identifiers, addresses, attributes.

Belongs here: columns of known meaning to the tables of schema ``intermediate``.
Does not belong here: canonical forms of values; identity makes those itself.
"""

from collections.abc import Callable

import duckdb

from dagster_project.engines.duckdb.plain_text import trimmed
from dagster_project.engines.duckdb.session import quoted
from dagster_project.identity.tabular.addresses import split_address
from dagster_project.identity.tabular.dates import day_sql
from dagster_project.identity.tabular.headers import document_of, side_of
from dagster_project.identity.tabular.input_table import (
    LONGEST_NOTHING,
    NOTHING,
    TABLE,
    columns_of,
    identifier,
)
from dagster_project.identity.tabular.input_table import cell as read_cell
from dagster_project.identity.tabular.meanings import Meaning
from dagster_project.identity.tabular.profile import Lists, split_sql
from dagster_project.identity.tabular.spec import ColumnSpec, TableSpec

_FALLBACK_FORMATS = ("%Y-%m-%d", "%Y%m%d")


def write_person_tables(
    connection: duckdb.DuckDBPyConnection, spec: TableSpec, record_id: str, *, rows: str = TABLE
) -> None:
    """Make schema ``intermediate`` of the input; ``record_id`` is SQL over its ``rows``.

    Records and identifiers are views that are read once each; then ``forget_cells``.
    """
    kinds = columns_of(connection)
    connection.execute("create schema if not exists intermediate")
    connection.execute(_cells_sql(spec, record_id, rows))
    connection.execute(_records_sql(spec))
    connection.execute(_identifiers_sql(spec, kinds))
    connection.execute(_addresses_sql(spec))
    connection.execute(_attributes_sql(spec))


def forget_cells(connection: duckdb.DuckDBPyConnection) -> None:
    """Free what the views of schema ``intermediate`` read, once they have been read."""
    connection.execute("drop table input.cells")


def _cells_sql(spec: TableSpec, record_id: str, rows: str) -> str:
    """``input.cells``: every cell that anything reads, looked at once; those in lists as they are."""
    listed = {name for meaning in _IDENTIFIERS for name in spec.of(meaning)}
    unread = {Meaning.RECORD_ID, Meaning.IGNORED}
    columns = [
        f"{read_cell(name)} as {cell(name)}" if name not in listed else identifier(name)
        for name, column in spec.columns.items()
        if column.means not in unread
    ]
    return (
        f"create or replace table input.cells as "
        f"select {', '.join([f'{record_id} as record_id', *columns])} from {rows}"
    )


def cell(name: str) -> str:
    """The column of ``input.cells`` that holds a column's trimmed text, null where it says nothing."""
    return identifier(f"cell {name}")


def _first(spec: TableSpec, *meanings: Meaning) -> str:
    """SQL: the first filled cell of the columns of these meanings."""
    cells = [cell(name) for name in spec.of(*meanings)]
    return f"coalesce({', '.join(cells)})" if cells else "null::varchar"


def _records_sql(spec: TableSpec) -> str:
    given, family = _first(spec, Meaning.GIVEN_NAME), _first(spec, Meaning.FAMILY_NAME)
    full_name = _first(spec, Meaning.FULL_NAME)
    further = [
        *(cell(name) for name in spec.of(Meaning.GIVEN_NAME)[1:]),
        *(cell(name) for name in spec.of(Meaning.MIDDLE_NAME)),
    ]
    if further or spec.of(Meaning.NAME_SUFFIX):
        # a middle name beside a lone family name would be read as the given name
        parts = [given, *further, family, _first(spec, Meaning.NAME_SUFFIX)]
        full_name = (
            f"coalesce({full_name}, case when {given} is not null and {family} is not null "
            f"then concat_ws(' ', {', '.join(parts)}) end)"
        )
    texts = [cell(name) for name in spec.of(Meaning.FREE_TEXT)]
    bio = f"nullif(concat_ws(' ', {', '.join(texts)}), '')" if texts else "null::varchar"
    return f"""
        create or replace view intermediate.int_contact_records as
        select
            record_id,
            coalesce({_first(spec, Meaning.SOURCE)}, 'table') as source,
            null::varchar as default_country,
            'person' as kind,
            {given} as given_name,
            {family} as family_name,
            {full_name} as full_name,
            {_birth_date(spec)} as birth_date,
            {_first(spec, Meaning.ORGANISATION)} as organisation,
            {_first(spec, Meaning.COUNTRY)} as country,
            null::timestamptz as deleted_at,
            null::integer as merged_into,
            {bio} as bio
        from input.cells
    """


def _birth_date(spec: TableSpec) -> str:
    """SQL: the birth date where a full one can be read."""
    dates = [_as_date(name, spec.columns[name]) for name in spec.of(Meaning.BIRTH_DATE)]
    parts = [
        _first(spec, part)
        for part in (Meaning.BIRTH_YEAR, Meaning.BIRTH_MONTH, Meaning.BIRTH_DAY)
    ]
    if all(spec.of(p) for p in (Meaning.BIRTH_YEAR, Meaning.BIRTH_MONTH, Meaning.BIRTH_DAY)):
        dates.append(f"try_strptime({' || chr(45) || '.join(parts)}, '%Y-%m-%d')::date")
    return f"coalesce({', '.join(dates)})" if dates else "null::date"


def _as_date(name: str, column: ColumnSpec) -> str:
    return day_sql(cell(name), tuple(dict.fromkeys([*column.formats, *_FALLBACK_FORMATS])))


def _whole(text: str) -> str:
    """SQL: a number without the ``.0`` that programs put behind it."""
    short = f"regexp_replace({text}, '^([0-9]+)[.]0$', '\\1')"
    return f"case when ends_with({text}, '.0') then {short} else {text} end"


def _digits(text: str) -> str:
    """SQL: the digits of a telephone number, with the plus that 00 stands for."""
    dialled = f"regexp_replace({_whole(text)}, '^\\s*00', '+')"
    return (
        f"case when starts_with({text}, '+') and regexp_matches({text}, '^[0-9+ ]*$') "
        f"then replace({text}, ' ', '') else regexp_replace({dialled}, '[^0-9+]', '', 'g') end"
    )


_IDENTIFIERS: dict[Meaning, tuple[str, Callable[[str], str]]] = {
    Meaning.EMAIL: (
        "email",
        lambda v: (
            f"lower(case when contains({v}, ':') then regexp_replace({v}, '^mailto:', '', 'i') "
            f"else {v} end)"
        ),
    ),
    Meaning.PHONE: ("phone", _digits),
    Meaning.HANDLE: (
        "handle",
        lambda v: f"ltrim(lower(regexp_replace({v}, '^https?://[^/]+/', '')), '@')",
    ),
    Meaning.URL: (
        "url",
        lambda v: f"rtrim(regexp_replace(lower({v}), '^(https?://)?(www[.])?', ''), '/')",
    ),
}


def _identifiers_sql(spec: TableSpec, kinds: dict[str, str]) -> str:
    branches = [
        f"""
        select
            record_id, '{kind}' as kind, {_network(spec.columns[name], kind)} as network,
            value as value_raw, {norm("value")} as value_norm
        from (
            select record_id, {_each_trimmed(name, spec.columns[name], kinds)} as value
            from input.cells
            where {identifier(name)} is not null
        )
        where strlen(value) > {LONGEST_NOTHING} or lower(value) not in ({NOTHING})
        """
        for meaning, (kind, norm) in _IDENTIFIERS.items()
        for name in spec.of(meaning)
    ]
    branches += [_document(spec, name) for name in _documents(spec)]
    found = " union all ".join(branches) or (
        "select null::varchar as record_id, null::varchar as kind, null::varchar as network, "
        "null::varchar as value_raw, null::varchar as value_norm where false"
    )
    return f"""
        create or replace view intermediate.int_contact_identifiers as
        select {"distinct" if _may_repeat(spec, kinds) else ""}
            record_id, kind, network, value_raw, value_norm, false as is_verified,
            null::timestamptz as first_seen_at, null::timestamptz as last_seen_at
        from ({found})
        where value_norm <> ''
    """


def _documents(spec: TableSpec) -> list[str]:
    """Numbers that are compared by kind: those of several documents, or of one and its issuer."""
    numbers = spec.of(Meaning.ID_NUMBER)
    return numbers if len(numbers) > 1 or spec.of(Meaning.ID_ISSUER) else []


def _document(spec: TableSpec, name: str) -> str:
    """SQL: the numbers of one kind of document, each with who issued it.

    Beside documents of other kinds a number is compared with numbers of its own kind, as accounts
    are with those of one network. A number that says no issuer is anybody's who issued that number.
    """
    document = document_of(name)
    issued_by = [
        cell(other) for other in spec.of(Meaning.ID_ISSUER) if document_of(other) == document
    ]
    issuer = f"lower({issued_by[0]})" if issued_by else "null::varchar"
    number = f"nullif(lower(regexp_replace({cell(name)}, '[^0-9A-Za-z]', '', 'g')), '')"
    return f"""
        (with

        told as (select record_id, {number} as number, {issuer} as issuer from input.cells),

        issued as (select distinct number, issuer from told where issuer is not null)

        select
            told.record_id, 'handle' as kind, '{quoted(document)}' as network, told.number as value_raw,
            concat_ws(' ', told.number, coalesce(told.issuer, issued.issuer)) as value_norm
        from told
        left join issued on told.number = issued.number and told.issuer is null
        where told.number is not null)
    """


def _may_repeat(spec: TableSpec, kinds: dict[str, str]) -> bool:
    """Whether a record may say one value twice: in two columns, or in a list."""
    columns = [spec.of(meaning) for meaning in _IDENTIFIERS]
    return any(len(names) > 1 for names in columns) or any(
        _lists(name, spec.columns[name], kinds) != Lists()
        for names in columns
        for name in names
    )


def _network(column: ColumnSpec, kind: str) -> str:
    if kind == "handle" and column.network:
        return f"'{quoted(column.network)}'"
    return "null::varchar"


def _lists(name: str, column: ColumnSpec, kinds: dict[str, str]) -> Lists:
    return Lists(kinds[name].endswith("[]"), column.json_list, column.separator)


def _each_value(name: str, column: ColumnSpec, kinds: dict[str, str]) -> str:
    """SQL: every value in a column's cells, one row each."""
    lists = _lists(name, column, kinds)
    if lists == Lists():
        return f"{identifier(name)}::varchar"
    return f"unnest({split_sql(identifier(name), lists)})"


def _each_trimmed(name: str, column: ColumnSpec, kinds: dict[str, str]) -> str:
    value = _each_value(name, column, kinds)
    return f"trim({value})" if "unnest" in value else trimmed(value)


def _addresses_sql(spec: TableSpec) -> str:
    """Each address of a record: parts whose headers name one side of it belong together."""
    several = [name for name in spec.of(*_PLACED) if len(spec.of(spec.columns[name].means)) > 1]
    sides = list(dict.fromkeys(map(side_of, several))) or [""]
    found = " union all ".join(_address_sql(spec, side, sides[0]) for side in sides)
    return f"create or replace table intermediate.int_contact_addresses as {found}"


_PLACED = (Meaning.STREET, Meaning.CITY, Meaning.POSTAL_CODE)


def _address_sql(spec: TableSpec, side: str, main: str) -> str:
    """One address; a part that has but one column is the ``main`` one's."""

    def part(meaning: Meaning) -> str:
        names = spec.of(meaning)
        own = [n for n in names if side_of(n) == side or (len(names) == 1 and side == main)]
        return f"coalesce({', '.join(map(cell, own))})" if own else "null::varchar"

    written, number = part(Meaning.STREET), part(Meaning.STREET_NUMBER)
    city, code = part(Meaning.CITY), _whole(part(Meaning.POSTAL_CODE))
    split = split_address("whole_address")
    parts = {
        "street": f"case when {city} is null and {code} is null and {number} is null "
        f"then {split.street} else nullif(concat_ws(' ', {_whole(number)}, {written}), '') end",
        "city": f"coalesce({city}, case when {code} is null then {split.city} end)",
        "state": part(Meaning.STATE),
        "postal_code": f"coalesce({code}, case when {city} is null then {split.postal_code} end)",
    }
    columns = ", ".join(f"{sql} as {name}" for name, sql in parts.items())
    return f"""
        (from (
            select record_id, {columns}, {part(Meaning.COUNTRY)} as country
            from (
                select *, {written} as whole_address
                from input.cells
                where coalesce({written}, {number}, {city}, {part(Meaning.STATE)}, {code}) is not null
            )
        ))
    """


# ISO/IEC 5218 has 1 and 2 for male and female, 0 and 9 for what is not known or not said.
_GENDERS = {
    "m": "m male man mann mr herr h homme hombre masculin masculino maschile maschio "
    "männlich maennlich homem mężczyzna мужской муж м 男 男性 1",
    "f": "f female woman frau w femme mujer feminin féminin femenino feminino femminile femmina "
    "weiblich mulher vrouw v kobieta k женский жен ж 女 女性 2",
    "": "u unknown unbekannt inconnu desconocido 0 9",
}


def _gender(text: str) -> str:
    """SQL: one word for each gender, in whatever notation and language a source writes it."""
    cases = " ".join(
        f"when lower({text}) in ({', '.join(repr(word) for word in words.split())}) "
        f"then nullif('{gender}', '')"
        for gender, words in _GENDERS.items()
    )
    return f"case {cases} else {text} end"


_ATTRIBUTES = {
    Meaning.GENDER: "gender",
    Meaning.OCCUPATION: "occupation",
    Meaning.BIRTH_PLACE: "birth_place",
    Meaning.ID_NUMBER: "id_number",
}


def _attributes_sql(spec: TableSpec) -> str:
    found = [
        (_ATTRIBUTES[m], _gender(_whole(cell(name))) if m is Meaning.GENDER else cell(name))
        for m in _ATTRIBUTES
        for name in spec.of(m)
        if name not in _documents(spec)
    ]
    found += [(f"other:{n}", cell(n)) for n in spec.of(Meaning.CATEGORY, Meaning.STATE)]
    found += [("full_name", cell(name)) for name in spec.of(Meaning.FULL_NAME)[1:]]
    found += _partial_dates(spec)
    branches = " union all ".join(
        f"select record_id, '{quoted(attribute)}' as attribute, {sql} as value from input.cells"
        for attribute, sql in found
    )
    empty = (
        "select null::varchar as record_id, null::varchar as attribute, null::varchar as value"
    )
    return f"""
        create or replace table intermediate.int_contact_attributes as
        select distinct record_id, attribute, value
        from ({branches or empty})
        where value is not null
    """


def _partial_dates(spec: TableSpec) -> list[tuple[str, str]]:
    """Birth dates that are no whole date, as written: ``1856``, ``1856-05``, ``19560931``."""
    written = [
        f"case when {_as_date(n, spec.columns[n])} is null then {cell(n)} end"
        for n in spec.of(Meaning.BIRTH_DATE)
    ]
    years = _first(spec, Meaning.BIRTH_YEAR)
    if spec.of(Meaning.BIRTH_YEAR):
        months = _first(spec, Meaning.BIRTH_MONTH)
        text = f"nullif(concat_ws('-', {years}, lpad({months}, 2, '0')), '')"
        written.append(f"case when {_birth_date(spec)} is null then {text} end")
    return [("birth_date", sql) for sql in written]

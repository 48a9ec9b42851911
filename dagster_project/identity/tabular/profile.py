"""What a column holds: shares of values of a recognisable form, counted on a sample.

The sample is chosen by hash of the rows' content, so that the order of rows does not matter.
Only counts and shares leave the engine, never a value.
"""

from dataclasses import dataclass, field

import duckdb
import numpy as np

from dagster_project.identity.tabular.dates import profile_dates
from dagster_project.identity.tabular.input_table import (
    ROW,
    TABLE,
    cell,
    columns_of,
    identifier,
)
from dagster_project.identity.tabular.organisation_words import IN_NAMES

SAMPLE = 5_000
"""Rows that shares are counted on."""


@dataclass(frozen=True)
class Lists:
    """How many values stand in one cell: a list column, a JSON list, or text with a separator."""

    is_list: bool = False
    is_json: bool = False
    separator: str | None = None


@dataclass(frozen=True)
class Profile:
    """Figures of one column; shares are of its non-empty values (0 to 1).

    ``distinct`` and ``filled`` count all rows, ``shares`` those of the sample. ``present`` has a bit
    for each sampled row that holds a value.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    words: float = 0.0
    length: float = 0.0
    lists: Lists = Lists()
    shares: dict[str, float] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    present: int = 0

    @property
    def variety(self) -> float:
        """Distinct values per filled row."""
        return self.distinct / self.filled if self.filled else 0.0

    def share(self, form: str) -> float:
        """Share of values of one form."""
        return self.shares.get(form, 0.0)


@dataclass(frozen=True)
class Vocabulary:
    """Known given and family names, lower-cased."""

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()


_FORMS = {
    "email": r"^[^@\s,;<>]+@[^@\s,;<>]+[.][A-Za-z]{2,}$",
    "phone": r"^(\+|00|\()?[0-9][0-9 ()./\-]{6,22}( ?(x|ext\.?) ?[0-9]+)?$",
    "dialled": r"^(\+|\(|0[0-9 (/\-])[0-9 ()./\-]{6,}$|^[0-9]{2,4}[ .\-][0-9]{2,4}[ .\-][0-9 .\-]{2,}$",
    "url": r"^(https?://|www[.])[^\s]+$|^[a-z0-9\-]+([.][a-z0-9\-]+)*[.](com|org|net|io|co|de|fr|es|it|nl|uk)(/[^\s]*)?$",
    "handle": r"^@[A-Za-z0-9_.]{2,}(@[a-z0-9.\-]+)?$",
    "username": r"^@?[A-Za-z0-9_.\-]{3,}(@[a-z0-9.\-]+)?$",
    "uk_postcode": r"^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}$",
    "postal": r"^[A-Za-z]{0,2}[\- ]?[0-9][A-Za-z0-9\- ]{2,9}$",
    "integer": r"^[+\-]?[0-9]+$",
    "decimal": r"^[^0-9]{0,2}[+\-]?[0-9][0-9.,]*( ?[A-Za-z$€£%]{1,3})?$",
    "year": r"^(1[0-9]{3}|20[0-9]{2}|'?[0-9]{2})$",
    "year_of_birth": r"^(18[5-9][0-9]|19[0-9]{2}|20[0-9]{2})([.]0)?$",
    "month": r"^(0?[1-9]|1[0-2])([.]0)?$",
    "day": r"^(0?[1-9]|[12][0-9]|3[01])([.]0)?$",
    "duration": r"^[0-9]{1,3}(:[0-9]{2}){1,2}$|^([0-9]+ ?h[a-z]* ?)?[0-9]+ ?m[a-z]* ?([0-9]+ ?s[a-z]*)?$",
    "machine_id": r"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$|^[0-9a-fA-F]{16,64}$|^Q[0-9]+$",
    "gender": r"^(?i:m|f|w|d|x|h|u|male|female|man|woman|homme|femme|masculin|feminin|m[aä]nnlich|weiblich|divers|hombre|mujer|masculino|femenino|feminino|maschio|femmina|man|vrouw|unknown|other|non.?binary)$",
    "letters": r"^[^0-9@]+$",
    "organisation": rf"(?i)\b(?:{'|'.join(IN_NAMES.split())})\b|&",
    "house": r"^[0-9]+[A-Za-z]?,? +[^0-9@]{4,}$|^[^0-9@]{4,},? +[0-9]+ ?[A-Za-z]?$",
    "digit": r"[0-9]",
    "year_of_work": r"^\W*(1[5-9][0-9]{2}|20[0-9]{2})[a-z]?\W*$",
    "pages": r"^(?i:pages?|pp?|seiten?|s)?[. ]*[0-9]+ *[-\x{2013}:]+ *[0-9]+\W*$",
    "authors": r"(?i)\bet al\b|(^|[ ,])\p{L}[.] ?(\p{L}[.] ?)*\p{L}{2,}|\p{L}{2,}, ?\p{L}[.]",
}


def profile_table(
    connection: duckdb.DuckDBPyConnection, names: Vocabulary
) -> tuple[Profile, ...]:
    """Profile every column of the input table, in its order."""
    columns = columns_of(connection)
    _take_sample(connection, list(columns))
    connection.execute("create or replace temp table known_given (word varchar)")
    connection.execute("create or replace temp table known_family (word varchar)")
    for table, words in (("known_given", names.given), ("known_family", names.family)):
        connection.execute(
            f"insert into {table} select distinct unnest($1::varchar[])", [list(words)]
        )
    return tuple(_profile(connection, name, kind) for name, kind in columns.items())


def _take_sample(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> None:
    content = ", ".join(identifier(name) for name in columns)
    connection.execute(
        f"create or replace temp table input_sample as select {content} from {TABLE} "
        f"order by hash({content}), {ROW} limit {SAMPLE}"
    )


def _profile(connection: duckdb.DuckDBPyConnection, name: str, kind: str) -> Profile:
    column = identifier(name)
    is_list = kind.endswith("[]")
    text = f"array_to_string({column}, ' ')" if is_list else cell(name)
    rows, filled, distinct = connection.execute(
        f"select count(*), count({text}), approx_count_distinct({text}) from {TABLE}"
    ).fetchall()[0]
    if filled and distinct > 0.8 * filled:  # near-unique: only an exact count can tell an id
        distinct = connection.execute(f"select count(distinct {text}) from {TABLE}").fetchall()[
            0
        ][0]
    lists = Lists(is_list=True) if is_list else _find_lists(connection, text)
    connection.execute(
        f"create or replace temp table input_value as "
        f"select trim(unnest({split_sql(column, lists)})) as value from input_sample "
        f"where {text} is not null"
    )
    figures = connection.execute(
        "select avg(length(value)), avg(length(value) - length(replace(value, ' ', '')) + 1), "
        + ", ".join(
            f"avg(regexp_matches(value, '{_quoted(form)}')::int)" for form in _FORMS.values()
        )
        + ", avg((lower(split_part(value, ' ', 1)) in (from known_given))::int)"
        ", avg((lower(regexp_extract(value, '[^ ]+$')) in (from known_family))::int)"
        " from input_value where value <> ''"
    ).fetchall()[0]
    shares = dict(
        zip([*_FORMS, "known_given", "known_family"], map(_rounded, figures[2:]), strict=True)
    )
    dates = profile_dates(connection)
    return Profile(
        name=name,
        rows=rows,
        filled=filled,
        distinct=min(distinct, filled),
        length=_rounded(figures[0]),
        words=_rounded(figures[1]),
        lists=lists,
        shares=shares | dates.shares,
        date_formats=dates.formats,
        present=_present(connection, text),
    )


def _present(connection: duckdb.DuckDBPyConnection, text: str) -> int:
    """A bit per sampled row, set where the row holds a value."""
    rows = connection.execute(f"select {text} is not null from input_sample").fetchnumpy()
    return int.from_bytes(np.packbits(next(iter(rows.values()))).tobytes())


def _rounded(value: float | None) -> float:
    return round(value or 0.0, 4)


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def split_sql(column: str, lists: Lists) -> str:
    """A SQL list of the values in a cell."""
    if lists.is_list:
        return f"list_transform({column}, lambda v: v::varchar)"
    text = f"trim({column}::varchar)"
    if lists.is_json:
        return (
            f"case when json_valid({text}) and {text} like '[%' "
            f"then json_extract_string({text}, '$[*]') else [{text}] end"
        )
    if lists.separator:
        return f"string_split_regex({text}, '{_quoted(lists.separator)}')"
    return f"[{text}]"


_SEPARATORS = (r"\s*[;|]\s*", r"[,\s]+", r"\s*\n\s*")


def _find_lists(connection: duckdb.DuckDBPyConnection, text: str) -> Lists:
    """JSON lists by their brackets; separators where the parts look like contact points."""
    json_share, several = connection.execute(
        f"select avg(({text} like '[%]')::int), "
        f"avg(regexp_matches({text}, '[;|,\\n]|@.*\\s.*@')::int) "
        f"from input_sample where {text} is not null"
    ).fetchall()[0]
    if (json_share or 0) > 0.8:
        return Lists(is_json=True)
    if not several:
        return Lists()
    points = "|".join(_FORMS[form] for form in ("email", "dialled", "url", "handle"))
    for separator in _SEPARATORS:
        parts = f"string_split_regex({text}, '{separator}')"
        share = connection.execute(
            f"""
            select avg(list_bool_and(list_transform(
                list_filter({parts}, lambda v: v <> ''),
                lambda v: regexp_matches(v, '{_quoted(points)}')
            ))::int)
            from input_sample
            where {text} is not null and len(list_filter({parts}, lambda v: v <> '')) > 1
            """
        ).fetchall()[0][0]
        if (share or 0) > 0.6:
            return Lists(separator=separator)
    return Lists()

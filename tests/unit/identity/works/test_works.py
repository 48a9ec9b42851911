"""Works: words, levels and weights on a handful of invented records."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pytest

from dagster_project.config.works import WordOptions, WorksSpec
from dagster_project.engines.duckdb.session import session
from dagster_project.identity.tabular.meanings import Kind
from dagster_project.identity.tabular.spec import TableSpec
from dagster_project.identity.works.engine import cluster_works
from dagster_project.identity.works.fields import read_fields
from dagster_project.identity.works.levels import BITS, COMPARISONS
from dagster_project.identity.works.weights import describe, train
from dagster_project.identity.works.words import read_words
from dagster_project.identity.workspace import opened_workspace
from tests.unit.identity.tabular.tables import load

_COLUMNS = {
    "title": "title", "artist": "creator", "album": "series", "year": "year", "len": "duration",
    "price": "number", "isbn": "code",
}  # fmt: skip


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as opened:
        yield opened


def _songs() -> list[list[object]]:
    """Forty songs of eight albums, each by one source in full and by another in its own way."""
    first = [
        "amber",
        "birch",
        "cedar",
        "dune",
        "ember",
        "fjord",
        "grove",
        "haze",
        "iris",
        "jade",
    ]
    second = ["harbour", "island", "journey", "kingdom", "lantern"]
    rows: list[list[object]] = []
    for n in range(40):
        title = f"{first[n % 10]} {second[n % 5]} {first[(n * 3 + 1) % 10]}{n}"
        band, album = f"the {second[n // 5 % 5]} {first[n // 5]}", f"{first[n // 5]} nights"
        year, seconds = 1990 + n // 5, 120 + 7 * n
        rows.append([title, band, album, f"{year}", f"{seconds * 1000 + 300}", None, None])
        rows.append([f"{band} - {title}", None, f"{album} ({year})", f"'{year % 100:02d}",
                     f"{seconds // 60}m {seconds % 60}sec", None, None])  # fmt: skip
    return rows


def _clusters(connection: duckdb.DuckDBPyConnection) -> list[list[int]]:
    rows = connection.execute(
        "select list(record_id::integer order by record_id::integer) from work.assignment "
        "inner join work.record on assignment.rid = record.rid group by cluster order by 1"
    ).fetchall()
    return [row[0] for row in rows]


def _resolve(connection: duckdb.DuckDBPyConnection, rows: list[list[object]]) -> None:
    load(connection, list(_COLUMNS), rows)
    spec = TableSpec(kind=Kind.WORKS, columns=_COLUMNS)  # type: ignore[arg-type]
    cluster_works(connection, spec, "_c360_row::varchar", spec=WorksSpec())


def test_songs_written_in_two_ways_are_found_without_labels(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _resolve(connection, _songs())

    assert _clusters(connection) == [[n, n + 1] for n in range(1, 80, 2)]


def test_rows_that_say_the_same_word_for_word_are_one_work_in_the_smallest_table(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    words = ["amber", "birch", "cedar", "dune", "ember", "fjord"]
    books: list[list[object]] = [
        [f"{one} {other}", "mara quill", None, None, None, None, None]
        for one in words for other in words if one < other
    ]  # fmt: skip
    bare: list[list[object]] = [["greatest hits", *[None] * 6]]

    _resolve(connection, books * 2 + bare * 2)

    twins = [[n + 1, n + 1 + len(books)] for n in range(len(books))]
    assert [c for c in _clusters(connection) if c[0] <= 2 * len(books)] == twins
    assert [c for c in _clusters(connection) if len(c) == 1] == [[31], [32]]


def test_the_order_of_rows_changes_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    rows = _songs()
    _resolve(connection, rows[::-1])

    assert sorted(_clusters(connection)) == [[n, n + 1] for n in range(1, 80, 2)]


def test_records_without_any_word_stand_alone(connection: duckdb.DuckDBPyConnection) -> None:
    nothing: list[object] = [None] * 7
    _resolve(
        connection, [*_songs(), nothing, nothing, ["", "...", None, None, None, None, None]]
    )

    assert _clusters(connection)[-3:] == [[81], [82], [83]]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2:36", 156.0),
        ("1:02:36", 3756.0),
        ("2m 36sec", 156.0),
        ("156", 156.0),
        ("2.6", 156.0),
        ("156000", 156.0),
        ("unknown", None),
        ("0", None),
    ],
)
def test_durations_are_read_in_every_unit(
    connection: duckdb.DuckDBPyConnection, written: str, seconds: float | None
) -> None:
    assert _fact(connection, "len", written, "duration") == seconds


@pytest.mark.parametrize(
    ("written", "year"),
    [("1999", 1999), ("'09", 2009), ("75", 1975), ("(2010)", 2010), ("12/31/1987", 1987), ("x", None)],
)  # fmt: skip
def test_years_are_read_with_two_digits_too(
    connection: duckdb.DuckDBPyConnection, written: str, year: int | None
) -> None:
    assert _fact(connection, "year", written, "year") == year


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("$1,299.00", 1299.0),
        ("1.299,50 EUR", 1299.5),
        ("007", 7.0),
        ("9.5", 9.5),
        ("free", None),
    ],
)
def test_numbers_are_read_as_either_side_of_the_ocean_writes_them(
    connection: duckdb.DuckDBPyConnection, written: str, number: float | None
) -> None:
    assert _fact(connection, "price", written, "number_1") == number


def _fact(
    connection: duckdb.DuckDBPyConnection, column: str, written: str, fact: str
) -> object:
    load(connection, list(_COLUMNS), [[written if c == column else "a" for c in _COLUMNS]])
    work = opened_workspace(connection)
    spec = TableSpec(kind=Kind.WORKS, columns=_COLUMNS)  # type: ignore[arg-type]
    read_fields(work, spec, WordOptions(), "'1'")
    return work.rows(f"select {fact} from work.fact")[0][0]


def test_a_mistyped_word_is_read_as_its_commoner_neighbour(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    load(
        connection,
        list(_COLUMNS),
        [
            [title, *[None] * 6]
            for title in ("forsaken love", "forsaken", "fcrsaken love", "lve 007")
        ],
    )

    assert _words(connection) == [
        ("1", ["forsaken", "love"]),
        ("2", ["forsaken"]),
        ("3", ["forsaken", "love"]),
        ("4", ["7", "lve"]),  # too short to be read past a mistake
    ]


def test_a_model_is_one_word_where_anybody_writes_it_so(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    load(
        connection,
        list(_COLUMNS),
        [[title, *[None] * 6] for title in ("Novex BK-256", "bk256 novex", "Blink-182 live")],
    )

    assert _words(connection) == [
        ("1", ["bk256", "novex"]),
        ("2", ["bk256", "novex"]),
        ("3", ["182", "blink", "live"]),
    ]


def _words(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """The words of every record, as they are read."""
    work = opened_workspace(connection)
    spec = TableSpec(kind=Kind.WORKS, columns=_COLUMNS)  # type: ignore[arg-type]
    read_fields(work, spec, WordOptions(), "_c360_row::varchar")
    read_words(work, WordOptions())
    return work.rows(
        "select record_id, list(word order by word) from work.token "
        "inner join work.record on token.rid = record.rid group by record_id order by record_id"
    )


def test_weights_grow_with_agreement_and_missing_values_say_nothing() -> None:
    rng = np.random.default_rng(1)
    levels = rng.integers(0, 3, (500, len(COMPARISONS))).astype(np.int8)

    model = train(levels, np.ones(500, dtype=np.int64), experience=50)

    for bits in model.bits:
        assert bits[0] == 0.0
        assert list(bits[1:]) == sorted(bits[1:])


def test_a_pattern_is_described_in_words() -> None:
    pattern = 7 | 3 << BITS * [c.name for c in COMPARISONS].index("year")

    assert describe(pattern, {}) == "title=same_rare year=same"


def _papers() -> list[list[object]]:
    """Papers in two libraries' spellings; every third came out again as an article."""
    words = ["query", "index", "stream", "join", "cache", "graph", "model", "view"]
    rows: list[list[object]] = []
    for n in range(60):
        title = f"{words[n % 8]} {words[(n // 8 + n) % 8]} {words[(3 * n + 2) % 8]} {chr(97 + n % 26) * 2}{chr(97 + n // 26)}ra"
        author, year = f"{chr(65 + n % 20)}. Quay, {chr(65 + n // 3)}. Abbey", 1990 + n % 9
        rows.append([title, author, "VLDB", f"{year}"])
        rows.append([title, author.replace(".", ""), "Very Large Data Bases", f"{year}"])
        if n % 3 == 0:
            rows.append([title, author, "VLDB Journal", f"{year + 2}"])
    return rows


def test_a_papers_later_article_is_another_publication(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    columns = {"title": "title", "authors": "creator", "venue": "series", "year": "year"}
    rows = _papers()
    load(connection, list(columns), rows)
    spec = TableSpec(kind=Kind.WORKS, columns=columns)  # type: ignore[arg-type]

    cluster_works(connection, spec, "_c360_row::varchar", spec=WorksSpec())

    years = [{rows[row - 1][3] for row in cluster} for cluster in _clusters(connection)]
    assert all(len(year) == 1 for year in years)
    assert len(years) == 80


def test_a_work_with_far_more_duplicates_than_neighbours_is_one(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    crowd = 45
    spelled = ["amber harbour", "Amber Harbour.", "the amber harbour"]
    rows = [
        [spelled[n % 3], "the island dune", f"dune nights {n % 4}", "1990", None, None, None]
        for n in range(crowd)
    ]

    _resolve(connection, [*_songs(), *rows])

    assert max(map(len, _clusters(connection))) == crowd


_VENUES = {"Mills Conf.": "Gathering on Grinding", "Mills J.": "Annals of the Wheel"}


def test_libraries_names_of_a_venue_are_one_and_tell_a_paper_from_its_article(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows: list[list[object]] = []
    parts = ["dor", "lem", "sak", "vin", "ruth", "bel", "mos"]
    for n in range(40):
        title = f"{parts[n % 7]}{parts[n // 7]} and {parts[n % 5]}{parts[n % 6]} mills"
        band = f"Ada {parts[n % 7].title()}{parts[n % 3]}, Bo {parts[n // 7].title()}ham"
        for k, (name, other) in enumerate(_VENUES.items()):
            if (n + k) % 2 == 0 or n % 20 == 0:  # every twentieth paper is an article too
                year = f"{1990 + n // 5}"
                rows.append([title, band, name, year, None, None, None])
                rows.append([title, band, other, year, None, None, None])

    load(connection, ["title", "author", "venue", "year", "a", "b", "c"], rows)
    spec = TableSpec(
        kind=Kind.WORKS,
        columns={"title": "title", "author": "creator", "venue": "series", "year": "year"},  # type: ignore[arg-type]
    )
    cluster_works(connection, spec, "_c360_row::varchar", spec=WorksSpec())

    found = connection.execute(
        "select distinct (l.record_id::integer + 1) // 2 = (r.record_id::integer + 1) // 2, "
        "regexp_extract(evidence, 'series=[a-z]+') from work.edge "
        "inner join work.record as l on edge.l = l.rid "
        "inner join work.record as r on edge.r = r.rid "
        "inner join work.pattern_weight as weight on edge.pattern = weight.pattern "
        "where evidence like 'title=same%'"
    ).fetchall()
    assert sorted(found) == [(False, "series=different"), (True, "series=same")]

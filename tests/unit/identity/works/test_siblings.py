"""Volumes, variants and sizes: what tells works apart that share all else."""

from collections.abc import Iterator, Sequence

import duckdb
import numpy as np
import pytest

from dagster_project.config.works import WordOptions, WorksSpec
from dagster_project.engines.duckdb.session import session
from dagster_project.identity.tabular.meanings import Kind, Meaning
from dagster_project.identity.tabular.spec import TableSpec
from dagster_project.identity.works.designations import read_designations
from dagster_project.identity.works.engine import cluster_works
from dagster_project.identity.works.fields import read_fields
from dagster_project.identity.works.levels import COMPARISONS
from dagster_project.identity.works.notations import one_notation
from dagster_project.identity.works.weights import WorksModel, train
from dagster_project.identity.workspace import opened_workspace
from tests.unit.identity.tabular.tables import load

_VARIANTS = ("pro", "xl", "live")
_SPEC = WorksSpec(words=WordOptions(variants=_VARIANTS))
_COLUMNS = {
    "title": Meaning.TITLE,
    "author": Meaning.CREATOR,
    "album": Meaning.SERIES,
    "year": Meaning.YEAR,
}
_AUTHORS = ("Anna Keller", "Tomas Brandt", "Lucia Moreno", "Peter Novak", "Ivy Sanders")
_FIRST = ("Amber", "Birch", "Cedar", "Dune", "Ember", "Fjord", "Grove", "Haze")
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "hy", "ke", "li")
_SECOND = ("Harbor", "Island", "Journey", "Kingdom", "Lantern")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as opened:
        yield opened


@pytest.mark.parametrize(
    ("title", "said"),
    [
        pytest.param("Cedar Harbor, vol. 2", ["2"], id="volume"),
        pytest.param("Cedar Harbor (Part II)", ["2"], id="roman"),
        pytest.param("Cedar Harbor: Book Two", ["2"], id="in-words"),
        pytest.param("Cedar Harbor, Second Edition", ["2"], id="ordinal"),
        pytest.param("Cedar Harbor, 2nd ed.", ["2"], id="ordinal-in-figures"),
        pytest.param("Cedar Harbor v02", ["2"], id="glued"),
        pytest.param("Cedar Harbor #12", ["12"], id="sign"),
        pytest.param("Cedar Harbor 2: The Return", ["2"], id="before-a-colon"),
        pytest.param("Cedar Harbor III and more", ["3"], id="roman-within"),
        pytest.param("020-Space Harbor", [], id="track-before"),
        pytest.param("Anna Keller - 05 - Cedar", [], id="track-between"),
        pytest.param("99 Red Lanterns", [], id="number-of-things"),
        pytest.param("The xx", [], id="name"),
    ],
)
def test_a_title_designates_its_volume(
    connection: duckdb.DuckDBPyConnection, title: str, said: list[str]
) -> None:
    assert _said(connection, title, "numerals") == said


@pytest.mark.parametrize(
    ("title", "said"),
    [
        pytest.param("Novex BK256 Pro printer", ["pro"], id="after-a-model"),
        pytest.param("Novex Office Professional", ["pro"], id="at-the-end"),
        pytest.param("Cedar Harbor (live)", ["live"], id="in-brackets"),
        pytest.param("Cedar Harbor - Live in Japan", [], id="within-words"),
        pytest.param("Cedar Harbor", [], id="none"),
    ],
)
def test_a_title_designates_its_variant_where_variants_stand(
    connection: duckdb.DuckDBPyConnection, title: str, said: list[str]
) -> None:
    assert _said(connection, title, "variants") == said


def test_sizes_and_numbers_after_words_are_counts(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert _said(connection, "Novex Kelp 6 64 GB", "counts") == ["gb:64", "kelp:6"]


def _said(connection: duckdb.DuckDBPyConnection, title: str, what: str) -> object:
    load(connection, ["title"], [[title]])
    work = opened_workspace(connection)
    spec = TableSpec(kind=Kind.WORKS, columns={"title": Meaning.TITLE})  # type: ignore[dict-item]
    read_fields(work, spec, WordOptions(), "'1'")
    read_designations(work, _VARIANTS)
    return work.rows(f"select list_sort({what}) from work.designation")[0][0]


@pytest.mark.parametrize(
    "title",
    ["Harbor, Vol. 4", "Harbor IV", "Harbor v4", "Harbor, 4th edition", "Harbor (no. 4)"],
)
def test_numerals_are_the_same_words_in_every_notation(
    connection: duckdb.DuckDBPyConnection, title: str
) -> None:
    text = connection.execute(f"select {one_notation('lower($1)')}", [title]).fetchall()[0][0]

    assert [word.strip("(), ") for word in text.split()] == ["harbor", "4"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("{}, vol. 2", "{}, Volume 3", id="volumes"),
        pytest.param("{}", "{} II", id="only-one-numbered"),
        pytest.param("Novex {} BK256", "Novex {} BK256 Pro", id="models"),
        pytest.param("{} 64 GB", "{} 128GB", id="sizes"),
        pytest.param("{}", "{} (live)", id="versions"),
    ],
)
def test_siblings_stay_apart(
    connection: duckdb.DuckDBPyConnection, one: str, other: str
) -> None:
    rows = [_work(n, form) for n in range(60) for form in (one, one, other, other)]

    assert _clusters(connection, rows) == [[n, n + 1] for n in range(1, 240, 2)]


def test_one_work_is_found_in_every_notation_of_its_volume(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    forms = ("{}, vol. 2", "{} II", "{} (Part 2)")
    rows = [_work(n, form) for n in range(60) for form in forms]

    assert _clusters(connection, rows) == [[n, n + 1, n + 2] for n in range(1, 180, 3)]


def test_a_volume_named_in_the_series_is_not_missing_from_the_title(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    album = "{} Songs, Volume 7"
    rows = [
        _work(n, form, album.format(_FIRST[n % 8]))
        for n in range(60)
        for form in ("{}", f"{{}} ({album.format(_FIRST[n % 8])})")
    ]

    assert _clusters(connection, rows) == [[n, n + 1] for n in range(1, 120, 2)]


def _work(n: int, form: str, album: str | None = None) -> list[object]:
    """A work whose title has two words of its own, two letters or more from any other."""
    own = _SYLLABLES[n % 8] + _SYLLABLES[n // 8]
    title = f"{_FIRST[n * 5 % 8]} {own}ron {_SECOND[n // 3 % 5]} {own}shaw"
    return [form.format(title), _AUTHORS[n * 7 // 3 % 5], album, 1950 + n]


def _clusters(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[Sequence[object]]
) -> list[list[int]]:
    load(connection, list(_COLUMNS), rows)
    spec = TableSpec(kind=Kind.WORKS, columns=_COLUMNS)  # type: ignore[arg-type]
    cluster_works(connection, spec, "_c360_row::varchar", spec=_SPEC)
    found = connection.execute(
        "select list(record_id::integer order by record_id::integer) from work.assignment "
        "inner join work.record on assignment.rid = record.rid group by cluster order by 1"
    ).fetchall()
    return [row[0] for row in found]


def test_agreeing_on_a_volume_is_worth_nothing_by_itself() -> None:
    model = _trained([("numerals", "same")])

    assert max(_bits(model, "numerals").values()) == 0.0


def test_works_of_one_code_teach_that_a_volume_may_go_unsaid() -> None:
    siblings = _trained([("numerals", "unsaid")])
    equals = _trained([("numerals", "unsaid"), ("codes", "same")])

    assert _bits(siblings, "numerals")["unsaid"] < -10
    assert _bits(equals, "numerals")["unsaid"] > -3


def test_not_even_a_code_teaches_that_volumes_are_one() -> None:
    model = _trained([("numerals", "different"), ("codes", "same")])

    assert _bits(model, "numerals")["different"] < -10


def _trained(at: Sequence[tuple[str, str]]) -> WorksModel:
    """Learned from a hundred pairs of equal titles at these levels, and as many of non-matches."""
    alike = np.zeros(len(COMPARISONS), dtype=np.int8)
    strange = alike.copy()
    for row, name, level in [
        (alike, "title", "same_rare"),
        (strange, "title", "different"),
        *((alike, *each) for each in at),
    ]:
        place = [comparison.name for comparison in COMPARISONS].index(name)
        levels = [each.name for each in COMPARISONS[place].levels]
        row[place] = levels.index(level) + 1
    return train(np.stack([alike, strange]), np.array([100, 100]), experience=50)


def _bits(model: WorksModel, name: str) -> dict[str, float]:
    place = [comparison.name for comparison in COMPARISONS].index(name)
    names = [level.name for level in COMPARISONS[place].levels]
    return dict(zip(names, model.bits[place][1:], strict=True))

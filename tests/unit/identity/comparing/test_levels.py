"""Every level of every comparison, by its name: two feature rows that come out at it."""

from dataclasses import dataclass
from typing import Any
from zlib import crc32

import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.comparing import agreements
from dagster_project.identity.comparing.comparison import Comparison, Level
from dagster_project.identity.comparing.name_levels import FAMILY, GIVEN, NAME, both_names
from dagster_project.identity.comparing.pairs import Comparing, compare_pairs
from dagster_project.identity.comparing.patterns import COMPARISONS, describe
from dagster_project.identity.stages import cluster_records
from dagster_project.identity.workspace import Workspace
from tests.unit.identity.world import build, spec

_Row = dict[str, Any]


@dataclass(frozen=True)
class _Pair:
    """Two records that stand at ``level`` of ``comparison``; ``flags``: agreements of theirs."""

    comparison: str
    level: str
    left: _Row
    right: _Row
    flags: int = 0

    def __str__(self) -> str:
        return f"{self.comparison}={self.level}"


def _named(given: str | None, family: str | None, **more: Any) -> _Row:
    words = [*(given or "").split(), *(family or "").split()]
    return {
        "given": given,
        "family": family,
        "name": " ".join(words) or None,
        "word_count": len(words),
        "initial": given[0] if given else None,
        "family_root": family,
        **{f"word_{n}": word for n, word in enumerate(words, start=1)},
        **more,
    }


def _born(year: int, month: int | None = None, day: int | None = None) -> _Row:
    whole = None if day is None else f"{year:04d}{month:02d}{day:02d}"
    return {
        "birth_year": year,
        "birth_month": month,
        "birth_day": day,
        "birth_digits": whole,
        "birth_digit_sum": None if whole is None else sum(map(int, whole)),
    }


def _living(street: str, city: str, postal_code: str | None = None, **more: Any) -> _Row:
    return {
        "street": street,
        "city": city,
        "city_1": city,
        "postal_1": postal_code,
        "postal_code": postal_code,
        "postal_area": postal_code and postal_code[:3],
        **more,
    }


_GIVEN = {
    "other": ("ada", "bruno"),
    "resembling": ("marko", "margot"),
    "alike": ("katherine", "katheryna"),
    "initial": ("a", "ada"),
    "mistyped": ("solveig", "sulveig"),
    "nickname": ("peggy", "margaret"),
    "same": ("ada", "ada"),
}
_FAMILY = {
    "other": ("quillfeather", "brockhurst"),
    "resembling": ("marsden", "marston"),
    "alike": ("brockhurst", "brockhorst"),
    "same": ("kestrel", "kestrel"),
}

_PRODUCTS = [
    _Pair(
        "name",
        both_names(given, family),
        _named(givens[0], families[0]),
        _named(givens[1], families[1]),
    )
    for given, givens in _GIVEN.items()
    for family, families in _FAMILY.items()
]

_NAMES = [
    _Pair(
        "name", "other_naming_of_family",
        _named("ho yin", "tan"), _named("graham", "tam"),
    ),
    _Pair("name", "swapped", _named("ada", "kestrel"), _named("kestrel", "ada")),
    _Pair(
        "name", "swapped_alike", _named("ada", "kestrel"), _named("kestrell", "ada"),
    ),
    _Pair(
        "name", "words_within",
        _named("ada", "moreau kestrel"), _named("ada moreau", "lind kestrel"),
    ),
    _Pair(
        "name", "generation_differs",
        _named("ada", "kestrel", generation="jr"), _named("ada", "kestrel", generation="sr"),
    ),
    _Pair("name", "one_word_other", _named("ada", None), _named("bruno", "kestrel")),
    _Pair("name", "one_word_alike", _named("kestrol", None), _named("ada", "kestrel")),
    _Pair("name", "one_word_given", _named("ada", None), _named("ada", "kestrel")),
    _Pair("name", "one_word_family", _named(None, "kestrel"), _named("ada", "kestrel")),
    _Pair("alias", "different", {"letters": "nightowl"}, _named("ada", "kestrel")),
    _Pair(
        "alias", "initial_and_family",
        {"letters": "akestrel"}, _named("ada", "kestrel", name_id=1),
    ),
    _Pair(
        "alias", "full_name",
        {"letters": "adakestrel"}, _named("ada", "kestrel", name_id=1),
    ),
    _Pair("middle", "different", {"middle": "jane"}, {"middle": "rose"}),
    _Pair("middle", "initial", {"middle": "j"}, {"middle": "jane"}),
    _Pair("middle", "alike", {"middle": "jane"}, {"middle": "rose jane"}),
    _Pair("middle", "alike", {"middle": "josephine"}, {"middle": "josefine"}),
    _Pair("middle", "same", {"middle": "jane"}, {"middle": "jane"}),
]  # fmt: skip


def _mail(address: str) -> _Row:
    return {"email_first": address}


_ADA, _BO = _mail("ada.kestrel@example.org"), _mail("bo@quay.example")
_LINE, _OTHER_LINE = {"phone_first": "+442071230001"}, {"phone_first": "+4930555123"}
_HOME = _living("1 Mill Lane", "leeds", "LS1 4AP")
_AWAY = _living("77 Harbour Road", "bristol", "BS8 1TH")

_POINTS = [
    _Pair("email", "different", _ADA, _BO),
    _Pair(
        "email", "alike", _mail("ada.kestrel@example.org"), _mail("ada.kestrels@example.com"),
    ),
    _Pair(
        "email", "mistyped", _mail("ada.kestrel@example.org"), _mail("ada.kestrl@example.org"),
    ),
    _Pair("email", "different", _mail("ada1@example.org"), _mail("ada2@example.org")),
    _Pair("email", "same_name_in_user", _ADA, _BO, agreements.NAMED_USER),
    _Pair("email", "same_user", _ADA, _BO, agreements.EMAIL_USER),
    _Pair("email", "same_shared", {**_ADA, **_named("ada", "kestrel")}, _ADA, agreements.SHARED_EMAIL),
    _Pair("email", "same", _ADA, _ADA, agreements.SHARED_EMAIL),
    _Pair("email", "same", _ADA, _ADA, agreements.OWN_EMAIL),
    _Pair("phone", "different", _LINE, _OTHER_LINE),
    _Pair("phone", "alike", _LINE, {"phone_first": "+442071230002"}),
    _Pair("phone", "alike", _LINE, _OTHER_LINE, agreements.PHONE_TAIL),
    _Pair("phone", "same_shared", _LINE, _LINE, agreements.SHARED_PHONE),
    _Pair("phone", "same_line", _LINE, _LINE, agreements.OWN_LINE),
    _Pair("phone", "same", _LINE, _LINE, agreements.OWN_PHONE),
    _Pair("handle", "different", {"networks": 2}, {"networks": 6}),
    _Pair("handle", "same_name_in_alias", {"networks": 2}, {}, agreements.NAMED_ALIAS),
    _Pair("handle", "same_alias", {"networks": 2}, {}, agreements.ALIAS),
    _Pair("handle", "same_link", {}, {}, agreements.URL),
    _Pair("handle", "same", {}, {}, agreements.HANDLE),
    _Pair("handle", "same_verified", {}, {}, agreements.VERIFIED_HANDLE | agreements.HANDLE),
    _Pair("address", "different", _HOME, _AWAY),
    _Pair(
        "address", "city_alike",
        _living("1 Mill Lane", "northbridge"), _living("77 Harbour Road", "northbrige"),
    ),
    _Pair("address", "same_area", _HOME, _living("77 Harbour Road", "bristol", "LS1 9ZZ")),
    _Pair("address", "same_city", _HOME, _living("77 Harbour Road", "leeds", "BS8 1TH")),
    _Pair("address", "same_postal_code", _HOME, _living("77 Harbour Road", "bristol", "LS1 4AP")),
    _Pair("address", "alike", _HOME, _living("1 Mill Ln", "leeds", "BS8 1TH")),
    _Pair("address", "alike", _HOME, _living("1 Mill Lane", "bristol", "BS8 1TH")),
    _Pair("address", "alike", _HOME, {"street": _HOME["street"]}),
    _Pair("address", "same_shared", _HOME, _HOME, agreements.SHARED_PLACE),
    _Pair("address", "same", _HOME, _HOME, agreements.OWN_PLACE),
    _Pair("organisation", "different", {"company": "quay"}, {"company": "brockhurst mill"}),
    _Pair("organisation", "same_domain", {"domain_1": 7, "domain_2": 8}, {"domain_1": 8}),
    _Pair(
        "organisation", "alike",
        {"company": "brockhurst mill"}, {"company": "brockhurst mills"},
    ),
    _Pair("organisation", "same", {"company": "quay"}, {"company": "quay"}),
]  # fmt: skip

_FIELDS = [
    _Pair("birth_date", "different", _born(1970, 2, 3), _born(1988, 11, 24)),
    _Pair("birth_date", "different", _born(1970), _born(1971)),
    _Pair("birth_date", "one_part_same", _born(1970, 2, 3), _born(1971, 11, 24)),
    _Pair("birth_date", "one_part_same", _born(1970, 2, 3), _born(1972, 11, 3)),
    _Pair("birth_date", "same_year", _born(1970, 2, 3), _born(1970, 11, 24)),
    _Pair("birth_date", "same_year", _born(1970, 2), _born(1970, 11, 24)),
    _Pair("birth_date", "same_day_of_year", _born(1970, 2, 3), _born(1988, 2, 3)),
    _Pair("birth_date", "two_parts_same", _born(1970, 2, 3), _born(1970, 2, 24)),
    _Pair("birth_date", "mistyped", _born(1970, 2, 3), _born(1970, 2, 8)),
    _Pair("birth_date", "mistyped", _born(1970, 2, 3), _born(1907, 2, 3)),
    _Pair("birth_date", "mistyped", _born(1970, 2, 3), _born(1970, 3, 2)),
    _Pair("birth_date", "only_year_same", _born(1970), _born(1970, 11, 24)),
    _Pair("birth_date", "same", _born(1970, 2, 3), _born(1970, 2, 3)),
    _Pair("country", "different", {"country": "GB"}, {"country": "DE"}),
    _Pair("country", "same", {"country": "GB"}, {"country": "GB"}),
    _Pair("id_number", "different", {"id_number": "A123456"}, {"id_number": "K987001"}),
    _Pair("id_number", "mistyped", {"id_number": "A123456"}, {"id_number": "A123465"}),
    _Pair("id_number", "same", {"id_number": "A123456"}, {"id_number": "A123456"}),
    _Pair("birth_place", "different", {"birth_place": "leeds"}, {"birth_place": "bristol"}),
    _Pair("birth_place", "alike", {"birth_place": "bristol"}, {"birth_place": "bristoll"}),
    _Pair("birth_place", "same", {"birth_place": "leeds"}, {"birth_place": "leeds"}),
    _Pair("gender", "different", {"gender": "female"}, {"gender": "male"}),
    _Pair("gender", "same", {"gender": "f"}, {"gender": "female"}),
    _Pair("gender", "same", {"gender": "female"}, {"gender": "female"}),
    *(
        _Pair(name, level, {name: "weaver"}, {name: other})
        for name in ("occupation", "other_1", "other_2", "other_3")
        for level, other in (("different", "miller"), ("same", "weaver"))
    ),
    _Pair("source", "promises_one_record", {"single_source": "crm"}, {"single_source": "crm"}),
]

_PAIRS = [*_PRODUCTS, *_NAMES, *_POINTS, *_FIELDS]


@pytest.fixture(scope="module")
def compared() -> dict[int, str]:
    """The pattern of every pair of ``_PAIRS`` in words, by its place."""
    with session() as connection:
        build(connection, [])
        cluster_records(connection, spec=spec())
        work = Workspace(connection)
        _fill(work)
        compare_pairs(work, "work.pinned", "work.compared", Comparing({}, 100.0))
        found = work.rows("select l // 2, pattern from work.compared")
    return {int(str(place)): describe(int(str(pattern))) for place, pattern in found}


def _fill(work: Workspace) -> None:
    """Both sides of every pair as feature rows, and what is looked up of a pair."""
    work.run("create or replace table work.pinned (l integer, r integer)")
    types = {
        str(name): str(kind)
        for name, kind in work.rows(
            "select column_name, column_type from (describe work.feature)"
        )
    }
    for n, pair in enumerate(_PAIRS):
        for rid, row in ((2 * n, pair.left), (2 * n + 1, pair.right)):
            _insert(work, "feature", {"rid": rid, **_hashed(row, types)})
        work.run("insert into work.pinned values ($1, $2)", [2 * n, 2 * n + 1])
        work.run(
            "insert into work.agreement values ($1, $2, $3)", [2 * n, 2 * n + 1, pair.flags]
        )
        if pair.comparison == "alias" and pair.level != "different":
            _insert(work, "nameless", {"rid": 2 * n, "letters": pair.left["letters"]})
    work.run("delete from work.known_column")
    work.run("insert into work.known_column select unnest($1)", [sorted(types)])
    words = {"long_words": ["adakestrel"], "short_words": ["akestrel"]}
    _insert(work, "name_word", {"name_id": 1, **words})
    for table, left, right in (
        ("nick_pair", "peggy", "margaret"),
        ("family_pair", "tan", "tam"),
    ):
        _insert(work, table, {"l": left, "r": right})


def _hashed(row: _Row, types: dict[str, str]) -> _Row:
    """Some texts stand in feature rows as hashes; any number that equals for equals will do."""
    return {
        name: crc32(value.encode())
        if types[name] == "UBIGINT" and isinstance(value, str)
        else value
        for name, value in row.items()
    }


def _insert(work: Workspace, table: str, row: _Row) -> None:
    names = ", ".join(row)
    values = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    work.run(f"insert into work.{table} ({names}) values ({values})", list(row.values()))


@pytest.mark.parametrize("place", range(len(_PAIRS)), ids=[str(pair) for pair in _PAIRS])
def test_a_pair_comes_out_at_its_level(compared: dict[int, str], place: int) -> None:
    pair = _PAIRS[place]

    levels = dict(word.split("=") for word in compared[place].split())

    assert levels.get(pair.comparison) == pair.level


def test_every_level_of_every_comparison_is_pinned() -> None:
    pinned = {(pair.comparison, pair.level) for pair in _PAIRS}

    assert pinned == {(c.name, level.name) for c in COMPARISONS for level in c.levels}


def test_the_products_of_both_names_stand_row_by_row_before_all_other_levels() -> None:
    products = [both_names(given, family) for family in FAMILY.names for given in GIVEN.names]

    assert NAME.names[: len(products)] == tuple(products)


def test_the_closest_level_that_holds_is_the_pairs() -> None:
    likely = {"matches": 0.5, "non_matches": 0.5}
    comparison = Comparison(
        "size",
        (
            Level("far", "true", **likely),
            Level("near", ("n > 2", "n = 0"), **likely),
            Level("close", "n > 3", **likely),
        ),
        missing="n is null",
    )

    with session() as connection:
        rows = connection.execute(
            f"select ({comparison.sql}) from (values (null), (1), (0), (3), (4)) as pair(n)"
        ).fetchall()

    assert [row[0] for row in rows] == [0, 1, 2, 2, 3]

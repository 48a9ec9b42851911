"""Organisations: names, streets, numbers and domains of invented sites and companies."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project.config.works import read_works
from dagster_project.engines.duckdb.session import session
from dagster_project.identity.tabular.infer import infer_table
from dagster_project.identity.tabular.meanings import Kind, Meaning
from dagster_project.identity.tabular.profile import Vocabulary, profile_table
from dagster_project.identity.tabular.spec import TableSpec
from dagster_project.identity.works.engine import cluster_works
from tests.unit.identity.tabular.tables import load

_SPEC = read_works(Path("config/organisations.yml"))
_COLUMNS = {
    "name": "organisation",
    "alias": "other_name",
    "street": "street",
    "zip": "postal_code",
    "phone": "phone",
    "web": "url",
    "mail": "email",
}
_FIRST = ["Amber", "Birch", "Cedar", "Dune", "Ember", "Fjord", "Grove", "Haze", "Iris", "Jade"]
_SECOND = ["Harbour", "Island", "Journey", "Kingdom", "Lantern"]
_STREETS = ["Mill", "Quay", "Orchard", "Station", "Canal", "Abbey", "Bridge"]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as opened:
        yield opened


def _sites() -> list[list[object]]:
    """Sixty sites, each told by two sources in their own spelling."""
    rows: list[list[object]] = []
    for n in range(60):
        name = f"{_FIRST[n % 10]} {_SECOND[n // 10 % 5]} {_FIRST[(3 * n + 1) % 10]}"
        number, street, tel = 100 + 37 * n, _STREETS[n % 7], f"312555{1000 + 71 * n}"
        rows.append([f"{name} Day Care Center, Inc.", None, f"{number} N {street} St", "60614",
                     f"({tel[:3]}) {tel[3:6]}-{tel[6:]}", None, None])  # fmt: skip
        rows.append([f"{name.upper()} DAYCARE CTR", None, f"{number} North {street} Street",
                     "60614-1200", tel if n % 3 else None, None, None])  # fmt: skip
    return rows


def _clusters(
    connection: duckdb.DuckDBPyConnection, rows: list[list[object]]
) -> list[list[int]]:
    load(connection, list(_COLUMNS), rows)
    table = TableSpec(kind=Kind.ORGANISATIONS, columns=_COLUMNS)  # type: ignore[arg-type]
    cluster_works(
        connection, table, "_c360_row::varchar", spec=_SPEC, mail_providers=("gmail.com",)
    )
    found = connection.execute(
        "select list(record_id::integer order by record_id::integer) from work.assignment "
        "inner join work.record on assignment.rid = record.rid group by cluster order by 1"
    ).fetchall()
    return [row[0] for row in found]


_PAIRS = [[n, n + 1] for n in range(1, 120, 2)]


def test_sites_spelled_in_two_ways_are_found_without_labels(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert _clusters(connection, _sites()) == _PAIRS


def test_branches_of_one_name_in_two_streets_are_two(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    branches: list[list[object]] = [
        ["Quince Bakery", None, f"{n}17 W {street} Ave", f"6060{n}", None, None, None]
        for n, street in enumerate(_STREETS, start=1)
    ]

    clusters = _clusters(connection, _sites() + branches)

    assert clusters == [*_PAIRS, *([n] for n in range(121, 128))]


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        pytest.param("https://www.quince.example/de", "info@quince.example", True, id="domain"),
        pytest.param("", "quince.bakery@gmail.com", False, id="mail-provider"),
    ],
)
def test_a_domain_is_evidence_unless_it_is_a_mail_providers(
    connection: duckdb.DuckDBPyConnection, one: str, other: str, *, are_one: bool
) -> None:
    known: list[list[object]] = [
        [f"{row[0]}", None, row[2], row[3], row[4], f"www.site{n // 2}.example", None]
        for n, row in enumerate(_sites())
    ]
    asked: list[list[object]] = [
        ["Quince Bakery", None, None, None, None, one or None, "pear.shop@gmail.com"],
        ["Quince Bakery Products", None, None, None, None, None, other],
    ]

    clusters = _clusters(connection, known + asked)

    assert ([121, 122] in clusters) is are_one


def test_streets_whose_kind_is_part_of_their_name_are_read_in_full(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    asked: list[list[object]] = [
        ["Quince Optik", None, "Hafenstraße 3", None, None, None, None],
        ["QUINCE OPTIK", None, "Hafenstr. 3", None, None, None, None],
        ["Pear Segel", None, "Marktplatz 7", None, None, None, None],
        ["PEAR SEGEL", None, "Marktpl. 7", None, None, None, None],
    ]

    clusters = _clusters(connection, _sites() + asked)

    assert [cluster for cluster in clusters if min(cluster) > 120] == [[121, 122], [123, 124]]


@pytest.mark.parametrize(
    ("other", "alias", "are_one"),
    [
        pytest.param("Yew Grill", None, False, id="tenants"),
        pytest.param("Yew Grill", "Quince Bakery", True, id="formerly"),
        pytest.param("Quince Bakery and Cafe", None, True, id="one-name"),
    ],
)
def test_a_house_and_its_telephone_make_no_tenant_another(
    connection: duckdb.DuckDBPyConnection, other: str, alias: str | None, *, are_one: bool
) -> None:
    asked: list[list[object]] = [
        ["Quince Bakery", None, "5 Harbour Square", "60614", "3125559999", None, None],
        [other, alias, "5 Harbour Square", "60614", "3125559999", None, None],
    ]

    clusters = _clusters(connection, _sites() + asked)

    assert ([121, 122] in clusters) is are_one


def test_legal_forms_name_nobody_and_earlier_names_do_in_the_smallest_table(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows: list[list[object]] = [
        [name, None, street, "60614", None, None, None]
        for name, street in (
            ("Quince Segel GmbH", "3 Quay St"),
            ("Quince Segel", "3 Quay Street"),
            ("Pear Optik Ltd. (formerly Yew Brillen)", "7 Mill Street"),
            ("Yew Brillen Incorporated", "7 Mill St"),
            ("Amber Kites GmbH", "9 Abbey Rd"),
            ("Dune Lamps Incorporated", "3 Orchard St"),
        )
    ]

    assert _clusters(connection, rows) == [[1, 2], [3, 4], [5], [6]]


def _kind_of(connection: duckdb.DuckDBPyConnection, columns: dict[str, list[object]]) -> Kind:
    load(connection, list(columns), list(zip(*columns.values(), strict=True)))
    names = Vocabulary(given=("ada", "bo", "amber", "iris"), family=("gray", "hill"))
    return infer_table(profile_table(connection, names)).kind


def test_a_table_of_sites_is_one_of_organisations(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    sites = _sites()
    columns = {
        "Site name": [row[0] for row in sites],
        "Address": [row[2] for row in sites],
        "Zip": [row[3] for row in sites],
        "Phone": [row[4] for row in sites],
    }

    assert _kind_of(connection, columns) is Kind.ORGANISATIONS
    assert _kind_of(connection, {"name": columns["Site name"], **columns}) is Kind.ORGANISATIONS


def test_people_with_an_employer_stay_persons(connection: duckdb.DuckDBPyConnection) -> None:
    sites = _sites()
    columns: dict[str, list[object]] = {
        "name": [f"{('Ada', 'Bo', 'Iris')[n % 3]} {_FIRST[n % 10]}" for n in range(len(sites))],
        "company": [row[0] for row in sites],
        "Address": [row[2] for row in sites],
        "Zip": [row[3] for row in sites],
        "Phone": [row[4] for row in sites],
        "email": [f"p{n}@quay.example" for n in range(len(sites))],
    }

    assert _kind_of(connection, columns) is Kind.PERSONS


def test_a_parents_name_counts_beside_the_sites_own(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    sites = _sites()
    load(
        connection,
        ["agency", "site name", "address"],
        [[None if n % 3 else "Quay Services", row[0], row[2]] for n, row in enumerate(sites)],
    )

    found = {
        c.name: c.spec.means
        for c in infer_table(profile_table(connection, Vocabulary())).columns
    }

    assert found["site name"] is Meaning.ORGANISATION
    assert found["agency"] is Meaning.OTHER_NAME

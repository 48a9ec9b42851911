"""Columns of known meaning in the shape identity reads."""

from collections.abc import Iterator

import duckdb
import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.tabular.input_table import record_ids
from dagster_project.identity.tabular.meanings import Kind
from dagster_project.identity.tabular.persons import write_person_tables
from dagster_project.identity.tabular.spec import TableSpec
from tests.unit.identity.tabular.tables import load


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as opened:
        yield opened


def _written(
    connection: duckdb.DuckDBPyConnection, columns: dict[str, object], *rows: list[object]
) -> None:
    load(connection, list(columns), rows)
    spec = TableSpec(kind=Kind.PERSONS, columns=columns)  # type: ignore[arg-type]
    write_person_tables(connection, spec, record_ids(connection, None).sql)


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    return connection.execute(sql).fetchall()


def test_contact_points_of_several_columns_and_cells_become_rows(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _written(
        connection,
        {
            "mail": {"means": "email", "separator": "[,;\\s]+"},
            "tel": "phone",
            "web": "url",
            "x": {"means": "handle", "network": "x"},
            "more": "email",
        },
        ["A@Example.org; b@example.org", "0044 20 7946-0001", "https://www.Example.com/a/", "@Ada",
         ["c@example.org"]],
        ["n/a", None, "", "-", ["A@example.org", "a@example.org"]],
    )  # fmt: skip

    found = _rows(
        connection,
        "select record_id, kind, network, value_norm from intermediate.int_contact_identifiers "
        "order by all",
    )
    assert sorted(set(found), key=str) == [
        ("1", "email", None, "a@example.org"),
        ("1", "email", None, "b@example.org"),
        ("1", "email", None, "c@example.org"),
        ("1", "handle", "x", "ada"),
        ("1", "phone", None, "+442079460001"),
        ("1", "url", None, "example.com/a"),
        ("2", "email", None, "a@example.org"),
    ]


def test_dates_that_cannot_be_read_are_kept_as_written(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _written(
        connection,
        {"name": "full_name", "dob": {"means": "birth_date", "format": "%Y%m%d"}},
        ["Ada Gray", "19560931"],
        ["Bo Hill", "19560930"],
        ["Cleo Ives", "1956"],
        ["Dora Jung", "1956-09-30"],
    )

    assert _rows(
        connection,
        "select record_id, birth_date::varchar from intermediate.int_contact_records order by 1",
    ) == [("1", None), ("2", "1956-09-30"), ("3", None), ("4", "1956-09-30")]
    assert _rows(
        connection,
        "select * from intermediate.int_contact_attributes where attribute = 'birth_date' order by 1",
    ) == [("1", "birth_date", "19560931"), ("3", "birth_date", "1956")]


def test_a_birth_date_in_three_columns_is_put_together(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _written(
        connection,
        {"name": "full_name", "y": "birth_year", "m": "birth_month", "d": "birth_day"},
        ["Ada Gray", "1956", "9", "3"],
        ["Bo Hill", "1956", "9", None],
    )

    assert _rows(
        connection,
        "select birth_date::varchar from intermediate.int_contact_records order by record_id",
    ) == [("1956-09-03",), (None,)]
    assert _rows(
        connection, "select record_id, value from intermediate.int_contact_attributes"
    ) == [("2", "1956-09")]


def test_middle_names_and_suffixes_join_the_full_name(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _written(
        connection,
        {"a": "given_name", "b": "middle_name", "c": "family_name", "d": "name_suffix"},
        ["Ada", "Bea", "Gray", "Jr"],
    )

    assert _rows(
        connection,
        "select given_name, family_name, full_name from intermediate.int_contact_records",
    ) == [("Ada", "Gray", "Ada Bea Gray Jr")]


def test_rows_that_repeat_an_id_are_told_apart_by_their_number(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    load(connection, ["id"], [["a"], ["a"], [None], ["b"]])

    ids = record_ids(connection, "id")

    assert ids.note is not None
    assert "2 rows repeat an id" in ids.note
    assert _rows(connection, f"select {ids.sql} from input.rows order by _c360_row") == [
        ("a#1",),
        ("a#2",),
        ("#3",),
        ("b",),
    ]


@pytest.mark.parametrize(
    ("columns", "row", "expected"),
    [
        pytest.param(
            {"addr": "street"}, ["12 Mill Lane, Leeds LS1 4AP"],
            ("12 Mill Lane", "Leeds", "LS1 4AP"), id="whole-in-one-column",
        ),
        pytest.param(
            {"addr": "street", "town": "city"}, ["12 Mill Lane, Hunslet", "Leeds"],
            ("12 Mill Lane, Hunslet", "Leeds", None), id="parts-in-their-own-columns",
        ),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart_only_where_its_parts_have_no_column(
    connection: duckdb.DuckDBPyConnection,
    columns: dict[str, object],
    row: list[object],
    expected: tuple[str | None, ...],
) -> None:
    _written(connection, columns, row)

    assert _rows(
        connection, "select street, city, postal_code from intermediate.int_contact_addresses"
    ) == [expected]


def test_a_day_is_the_same_in_every_notation(connection: duckdb.DuckDBPyConnection) -> None:
    formats = ["%m/%d/%Y", "%d.%m.%y", "excel"]
    written: list[object] = [
        "2/3/1958 12:00:00 AM",
        "03.02.58",
        "21219",
        "21219.0",
        "1958-02-03T07:00:00+01:00",
    ]

    _written(
        connection,
        {"dob": {"means": "birth_date", "format": formats}},
        *[[each] for each in written],
    )

    found = _rows(
        connection, "select birth_date::varchar from intermediate.int_contact_records"
    )
    assert found == [("1958-02-03",)] * len(written)


def test_whole_numbers_lose_the_point_that_programs_put_behind_them(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    columns: dict[str, object] = {
        "tel": "phone",
        "no": "street_number",
        "road": "street",
        "zip": "postal_code",
    }

    _written(connection, columns, ["2079460001.0", "12.0", "Mill Lane", "90210.0"])

    assert _rows(connection, "select value_norm from intermediate.int_contact_identifiers") == [
        ("2079460001",)
    ]
    assert _rows(
        connection, "select street, postal_code from intermediate.int_contact_addresses"
    ) == [("12 Mill Lane", "90210")]


def test_a_gender_is_one_word_in_every_notation(connection: duckdb.DuckDBPyConnection) -> None:
    written: list[object] = ["Male", "1", "Herr", "F", "weiblich", "2.0", "unknown", "divers"]

    _written(connection, {"sex": "gender"}, *[[each] for each in written])

    assert _rows(
        connection,
        "select record_id, value from intermediate.int_contact_attributes order by record_id",
    ) == [
        ("1", "m"),
        ("2", "m"),
        ("3", "m"),
        ("4", "f"),
        ("5", "f"),
        ("6", "f"),
        ("8", "divers"),
    ]


def test_a_middle_name_beside_a_lone_family_name_is_no_given_name(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _written(
        connection,
        {"first": "given_name", "mi": "middle_name", "last": "family_name"},
        ["Ada", "B", "Gray"],
        [None, "B", "Gray"],
    )

    assert _rows(
        connection,
        "select given_name, full_name from intermediate.int_contact_records order by record_id",
    ) == [("Ada", "Ada B Gray"), (None, None)]


def test_addresses_of_two_sides_stay_apart_and_columns_that_take_turns_are_one(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _written(
        connection,
        {
            "addr_full": "street",
            "addr_line1": "street",
            "city": "city",
            "zip": "postal_code",
            "billing_street": "street",
            "billing_city": "city",
        },
        [None, "1 Mill Lane", "Leeds", "LS1 4AP", "2 Quay Road", "Hull"],
        ["1 Mill Lane, Leeds LS1 4AP", None, None, None, None, None],
        ["1 Main St Apt 4 Reno NV 89501", None, None, None, None, None],
    )

    assert sorted(
        _rows(
            connection,
            "select record_id, street, city, postal_code from intermediate.int_contact_addresses",
        )
    ) == [
        ("1", "1 Mill Lane", "Leeds", "LS1 4AP"),
        ("1", "2 Quay Road", "Hull", None),
        ("2", "1 Mill Lane", "Leeds", "LS1 4AP"),
        ("3", "1 Main St Apt 4", "Reno", "89501"),
    ]


def test_numbers_of_documents_are_compared_by_kind_and_issuer(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    _written(
        connection,
        {
            "SSN": "id_number",
            "LICENSE_NUMBER": "id_number",
            "LICENSE_STATE": "id_issuer",
        },
        ["111-22-3333", "77 881", "NV"],
        [None, "77881", "CA"],
        ["111223333", "77881", None],
    )

    found = _rows(
        connection,
        "select record_id, network, value_norm from intermediate.int_contact_identifiers",
    )
    assert sorted(found) == [
        ("1", "license", "77881 nv"),
        ("1", "ssn", "111223333"),
        ("2", "license", "77881 ca"),
        ("3", "license", "77881 ca"),
        ("3", "license", "77881 nv"),
        ("3", "ssn", "111223333"),
    ]
    assert _rows(connection, "select count(*) from intermediate.int_contact_attributes") == [
        (0,)
    ]

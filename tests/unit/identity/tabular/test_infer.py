"""What columns are taken to mean, by header and by content."""

from collections.abc import Iterator

import duckdb
import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.tabular.headers import meaning_of
from dagster_project.identity.tabular.infer import infer_table
from dagster_project.identity.tabular.meanings import Kind, Meaning
from dagster_project.identity.tabular.profile import Vocabulary, profile_table
from dagster_project.identity.tabular.spec import Inferred
from tests.unit.identity.tabular.tables import load

_NAMES = Vocabulary(given=("ada", "bo", "cleo", "dora", "eli"), family=("gray", "hill"))
_GIVEN = ["Ada", "Bo", "Cleo", "Dora", "Eli"]
_FAMILY = ["Gray", "Hill", "Ives", "Jung", "Kerr"]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as opened:
        yield opened


def _infer(connection: duckdb.DuckDBPyConnection, columns: dict[str, list[object]]) -> Inferred:
    load(connection, list(columns), list(zip(*columns.values(), strict=True)))
    return infer_table(profile_table(connection, _NAMES))


def _meanings(inferred: Inferred) -> dict[str, Meaning]:
    return {column.name: column.spec.means for column in inferred.columns}


def _people(count: int = 40) -> dict[str, list[object]]:
    return {
        "first_name": [_GIVEN[n % 5] for n in range(count)],
        "surname": [_FAMILY[n // 5 % 5] for n in range(count)],
    }


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("First Name", Meaning.GIVEN_NAME),
        ("Imię", Meaning.GIVEN_NAME),
        ("الاسم الأول", Meaning.GIVEN_NAME),
        ("Příjmení", Meaning.FAMILY_NAME),
        ("Nombre y apellidos", Meaning.FULL_NAME),
        ("Imię i nazwisko", Meaning.FULL_NAME),
        ("Vor- und Nachname", Meaning.FULL_NAME),
        ("Date of Birth (DD/MM/YYYY)", Meaning.BIRTH_DATE),
        ("Født", Meaning.BIRTH_DATE),
        ("Straße/Hausnummer", Meaning.STREET),
        ("Miejscowość", Meaning.CITY),
        ("Mob.", Meaning.PHONE),
        ("Prénom", Meaning.GIVEN_NAME),
        ("Vorname", Meaning.GIVEN_NAME),
        ("Apellidos", Meaning.FAMILY_NAME),
        ("cognome", Meaning.FAMILY_NAME),
        ("Achternaam", Meaning.FAMILY_NAME),
        ("Geburtsdatum", Meaning.BIRTH_DATE),
        ("data_de_nascimento", Meaning.BIRTH_DATE),
        ("customerEmailAddress", Meaning.EMAIL),
        ("email_2", Meaning.EMAIL),
        ("Kunden-Mail", Meaning.EMAIL),
        ("Téléphone portable", Meaning.PHONE),
        ("Handynummer", Meaning.PHONE),
        ("código postal", Meaning.POSTAL_CODE),
        ("PLZ", Meaning.POSTAL_CODE),
        ("billing city", Meaning.CITY),
        ("soc_sec_id", Meaning.ID_NUMBER),
        ("codice fiscale", Meaning.ID_NUMBER),
        ("出生日期", Meaning.BIRTH_DATE),
        ("手机号码", Meaning.PHONE),
        ("メールアドレス", Meaning.EMAIL),
        ("우편번호", Meaning.POSTAL_CODE),
        ("Дата рождения", Meaning.BIRTH_DATE),
        ("SourceID", Meaning.SOURCE),
        ("file name", None),
        ("order_date", None),
        ("cluster", None),
    ],
)
def test_headers_of_persons_are_understood_in_several_languages(
    header: str, meaning: Meaning | None
) -> None:
    assert meaning_of(header, Kind.PERSONS) == meaning


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("Title", Meaning.TITLE),
        ("name", Meaning.TITLE),
        ("Artist", Meaning.CREATOR),
        ("Hersteller", Meaning.CREATOR),
        ("authors", Meaning.CREATOR),
        ("album", Meaning.SERIES),
        ("venue", Meaning.SERIES),
        ("Preis", Meaning.NUMBER),
        ("année", Meaning.YEAR),
        ("ISBN-13", Meaning.CODE),
    ],
)
def test_headers_of_works_are_understood(header: str, meaning: Meaning) -> None:
    assert meaning_of(header, Kind.WORKS) == meaning


def test_contents_speak_where_headers_say_nothing(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    inferred = _infer(
        connection,
        {
            "c1": [f"{_GIVEN[n % 5]} {_FAMILY[n // 5 % 5]}" for n in range(40)],
            "c2": [f"p{n}@example.org" for n in range(40)],
            "c3": [f"+44 20 7946 0{n:03d}" for n in range(40)],
            "c4": ["f" if n % 2 else "m" for n in range(40)],
            "c5": [["red", "green", "blue"][n % 3] for n in range(40)],
        },
    )

    assert inferred.kind is Kind.PERSONS
    assert list(_meanings(inferred).values()) == [
        Meaning.FULL_NAME,
        Meaning.EMAIL,
        Meaning.PHONE,
        Meaning.GENDER,
        Meaning.CATEGORY,
    ]


def test_a_header_that_its_values_contradict_is_not_believed(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    inferred = _infer(connection, _people() | {"email": ["yes", "no"] * 20})

    column = inferred.columns[-1]
    assert column.spec.means is Meaning.CATEGORY
    assert "few of its values are e-mail addresses" in column.why


@pytest.mark.parametrize(
    "header",
    ["cluster", "Group", "entity_id", "rec_id", "label", "CID", "person_id", "hub_key"],
)
def test_columns_that_give_the_truth_away_are_never_evidence(
    connection: duckdb.DuckDBPyConnection, header: str
) -> None:
    inferred = _infer(connection, _people() | {header: [f"{n // 3}" for n in range(40)]})

    assert _meanings(inferred)[header] is Meaning.IGNORED


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([f"{n + 1000}" for n in range(40)], id="row-numbers"),
        pytest.param([f"{n:032x}" for n in range(40)], id="hashes"),
        pytest.param([f"{n // 2}" for n in range(40)], id="group-numbers"),
        pytest.param([f"K{n // 2}-{n // 2}" for n in range(40)], id="codes-of-groups"),
    ],
)
def test_numbers_and_codes_of_unknown_meaning_are_never_evidence(
    connection: duckdb.DuckDBPyConnection, values: list[object]
) -> None:
    inferred = _infer(connection, _people() | {"zz": values})

    assert _meanings(inferred)["zz"] is Meaning.IGNORED


def test_national_id_numbers_are_evidence(connection: duckdb.DuckDBPyConnection) -> None:
    inferred = _infer(connection, _people() | {"ssn": [f"{9000 + n}" for n in range(40)]})

    assert _meanings(inferred)["ssn"] is Meaning.ID_NUMBER


def test_nom_beside_prenom_is_a_family_name(connection: duckdb.DuckDBPyConnection) -> None:
    people = _people()
    inferred = _infer(connection, {"Prénom": people["first_name"], "Nom": people["surname"]})

    assert _meanings(inferred) == {"Prénom": Meaning.GIVEN_NAME, "Nom": Meaning.FAMILY_NAME}


def test_many_values_in_one_cell_are_seen(connection: duckdb.DuckDBPyConnection) -> None:
    inferred = _infer(
        connection,
        _people()
        | {
            "emails": [f"a{n}@example.org; b{n}@example.com" for n in range(40)],
            "phones": [f'["+44 20 7946 0{n:03d}", "020 7946 1{n:03d}"]' for n in range(40)],
            "handles": [[f"@user{n}", f"@other{n}"] for n in range(40)],
        },
    )
    columns = {column.name: column.spec for column in inferred.columns}

    assert columns["emails"].separator is not None
    assert columns["phones"].json_list
    assert columns["handles"].means is Meaning.HANDLE


def test_the_order_of_day_and_month_is_told_from_the_values(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    days: list[object] = [f"{n % 12 + 1:02d}/{n % 28 + 1:02d}/1980" for n in range(40)]
    inferred = _infer(connection, _people() | {"dob": days})

    assert inferred.columns[-1].spec.format == "%m/%d/%Y"


def test_a_table_of_songs_is_works_and_says_why(connection: duckdb.DuckDBPyConnection) -> None:
    inferred = _infer(
        connection,
        {
            "title": [f"song number {n}" for n in range(40)],
            "artist": [f"the band {n % 7}" for n in range(40)],
            "album": [f"live {n % 9}" for n in range(40)],
            "year": [f"{1980 + n}" for n in range(40)],
        },
    )

    assert inferred.kind is Kind.WORKS
    assert "title" in inferred.why


def test_no_reason_repeats_a_value(connection: duckdb.DuckDBPyConnection) -> None:
    inferred = _infer(connection, _people() | {"email": ["canary@example.org"] * 40})

    told = inferred.why + " ".join(column.why for column in inferred.columns)
    assert "canary" not in told
    assert not any(name in told for name in _FAMILY)


def test_works_without_a_title_go_by_what_is_called_a_name(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    inferred = _infer(
        connection,
        {
            "Beer_Name": [f"old ale {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(40)],
            "Brew_Factory_Name": [f"the {_FAMILY[n % 5]} brewery {chr(97 + n % 9)}" for n in range(40)],
            "ABV": [f"{4 + n % 5}.5" for n in range(40)],
            "maker": [f"{_FAMILY[n % 5]}" for n in range(40)],
        },
    )  # fmt: skip

    assert _meanings(inferred) == {
        "Beer_Name": Meaning.TITLE,
        "Brew_Factory_Name": Meaning.DESCRIPTION,
        "ABV": Meaning.NUMBER,
        "maker": Meaning.CREATOR,
    }


def test_whole_numbers_of_unknown_meaning_are_no_evidence_of_works_either(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    inferred = _infer(
        connection,
        {
            "title": [f"song number {n}" for n in range(40)],
            "zz": [f"{n // 3}" for n in range(40)],
            "artist_familiarity": [f"0.{n}" for n in range(40)],
        },
    )

    assert _meanings(inferred)["zz"] is Meaning.IGNORED
    assert _meanings(inferred)["artist_familiarity"] is Meaning.NUMBER


def test_names_of_restaurants_are_not_taken_for_persons(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    inferred = _infer(
        connection,
        {
            "name": [f"{_FAMILY[n % 5].lower()} grill {chr(97 + n % 26)}" for n in range(40)],
            "addr": [f"{n} harbour road" for n in range(40)],
            "city": [["Lyon", "Leeds"][n % 2] for n in range(40)],
            "phone": [f"020/7946-{n:04d}" for n in range(40)],
            "type": [["italian", "thai", "grill"][n % 3] for n in range(40)],
        },
    )

    assert inferred.kind is Kind.ORGANISATIONS
    assert _meanings(inferred)["name"] is Meaning.ORGANISATION
    assert _meanings(inferred)["phone"] is Meaning.PHONE


def test_a_table_whose_columns_say_nothing_is_a_guess(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    told = _infer(connection, _people())
    untold = _infer(connection, {"column0": [f"a{n:04d} long text {n}" for n in range(40)]})

    assert not told.is_guess
    assert untold.is_guess


@pytest.mark.parametrize(
    ("written", "formats"),
    [
        pytest.param(
            ["{y}-02-03T00:00:00Z", "{y}-12-30 11:15"], ("%Y-%m-%d",), id="times-of-day"
        ),
        pytest.param(["{y}-02-13", "13.02.{y}"], ("%Y-%m-%d", "%d.%m.%Y"), id="two-notations"),
        pytest.param(["2/13/{y} 12:00:00 AM"], ("%m/%d/%Y",), id="month-first-with-time"),
        pytest.param(["2{y}.0"], ("excel",), id="days-of-a-spreadsheet"),
    ],
)
def test_dates_are_read_in_all_notations_of_a_column(
    connection: duckdb.DuckDBPyConnection, written: list[str], formats: tuple[str, ...]
) -> None:
    dates: list[object] = [written[n % len(written)].format(y=1950 + n) for n in range(40)]

    inferred = _infer(connection, _people() | {"dob": dates})

    assert inferred.columns[-1].spec.formats == formats


def test_columns_without_telling_headers_are_known_by_their_values(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    syllables = ["bar", "den", "fal", "gar", "hel", "kin", "lor", "mar"]
    columns: dict[str, list[object]] = {
        "c1": [f"{1930 + n % 70}-0{n % 9 + 1}-11" for n in range(40)],
        "c2": [_GIVEN[n % 5] for n in range(40)],
        "c3": [(syllables[n % 8] + syllables[n // 8]).title() for n in range(40)],
        "c4": [f"{n + 1} Mill {'Lane' if n % 2 else 'Road'}" for n in range(40)],
        "c5": [f"0.{n + 11}7712345" for n in range(40)],
        "c6": [["York", "Bath", "Leeds"][n % 3] for n in range(40)],
    }

    assert _meanings(_infer(connection, columns)) == {
        "c1": Meaning.BIRTH_DATE,
        "c2": Meaning.GIVEN_NAME,
        "c3": Meaning.FAMILY_NAME,
        "c4": Meaning.STREET,
        "c5": Meaning.IGNORED,
        "c6": Meaning.CATEGORY,
    }


def test_a_header_outranks_what_an_earlier_column_looks_like(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    days: list[object] = [f"{1930 + n % 70}-0{n % 9 + 1}-11" for n in range(40)]

    inferred = _infer(connection, {"x": days, **_people(), "dob": days})

    assert _meanings(inferred)["dob"] is Meaning.BIRTH_DATE
    assert _meanings(inferred)["x"] is not Meaning.BIRTH_DATE


@pytest.mark.parametrize("header", ["Email opt-in", "phone_type", "last login", "Product name"])
def test_headers_of_something_else_about_a_person_say_nothing(header: str) -> None:
    assert meaning_of(header, Kind.PERSONS) is None


def test_columns_of_other_people_are_left_out_beside_a_name(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    others: list[object] = [f"sales{n % 3}@example.org" for n in range(40)]
    family: list[object] = [_FAMILY[n % 5] for n in range(40)]
    columns = {"Sales rep email": others, "Mother's maiden name": family}

    beside = _meanings(_infer(connection, {**_people(), **columns}))
    alone = _meanings(_infer(connection, columns))

    assert {beside[name] for name in columns} == {Meaning.IGNORED}
    assert alone["Sales rep email"] is Meaning.EMAIL


def _born(count: int = 60) -> dict[str, list[object]]:
    return {
        "year": [1930 + n for n in range(count)],
        "month": [1 + n % 12 for n in range(count)],
        "day": [1 + n % 28 for n in range(count)],
    }


@pytest.mark.parametrize(
    ("headers", "order"),
    [
        pytest.param(("by", "bm", "bd"), ("year", "month", "day"), id="abbreviated"),
        pytest.param(("yr", "mo", "dy"), ("year", "month", "day"), id="not-told"),
        pytest.param(("T", "M", "J"), ("day", "month", "year"), id="day-first"),
        pytest.param(("x", "dobmonth", "dobday"), ("year", "month", "day"), id="one-of-three"),
    ],
)
def test_a_birth_date_in_three_columns_is_found(
    connection: duckdb.DuckDBPyConnection, headers: tuple[str, ...], order: tuple[str, ...]
) -> None:
    born = _born()
    meaning = {
        "year": Meaning.BIRTH_YEAR,
        "month": Meaning.BIRTH_MONTH,
        "day": Meaning.BIRTH_DAY,
    }

    found = _meanings(
        _infer(
            connection,
            _people(60) | {h: born[part] for h, part in zip(headers, order, strict=True)},
        )
    )

    assert [found[header] for header in headers] == [meaning[part] for part in order]


def test_three_numbers_of_another_date_are_no_birth_date(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    surveyed = _born() | {"year": [2019 + n % 4 for n in range(60)]}

    found = _meanings(_infer(connection, _people(60) | surveyed))

    assert Meaning.BIRTH_YEAR not in found.values()
    assert Meaning.BIRTH_MONTH not in found.values()


def test_columns_that_take_turns_and_addresses_of_two_sides_keep_their_meaning(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    people = _people()
    count = len(people["surname"])
    whole = [f"{n} Mill Lane, Leeds LS1 4AP" for n in range(count)]
    line = [f"{n} Quay Road" for n in range(count)]

    meanings = _meanings(
        _infer(
            connection,
            {
                **people,
                "ADDR_FULL": [text if n % 2 else None for n, text in enumerate(whole)],
                "ADDR_LINE1": [None if n % 2 else text for n, text in enumerate(line)],
                "BILLING_STREET": line,
                "ADDR_LINE2": line,
            },
        )
    )

    assert [meanings[name] for name in ("ADDR_FULL", "ADDR_LINE1", "BILLING_STREET")] == [
        Meaning.STREET
    ] * 3
    assert meanings["ADDR_LINE2"] is Meaning.CATEGORY


def test_what_speaks_of_the_row_of_a_relation_or_of_a_document_is_no_evidence(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    people = _people()
    count = len(people["surname"])

    meanings = _meanings(
        _infer(
            connection,
            {
                **people,
                "STATUS": ["Active", "Inactive"] * (count // 2),
                "ADDR_TYPE": ["home", "mailing"] * (count // 2),
                "REL_POINTER_ROLE": ["spouse", "father"] * (count // 2),
                "STATE": ["NV"] * count,
                "PASSPORT_COUNTRY": ["US", "FR"] * (count // 2),
            },
        )
    )

    assert {
        meanings[name] for name in ("STATUS", "ADDR_TYPE", "REL_POINTER_ROLE", "STATE")
    } == {Meaning.IGNORED}
    assert meanings["PASSPORT_COUNTRY"] is Meaning.ID_ISSUER


def test_citations_are_known_by_their_values(connection: duckdb.DuckDBPyConnection) -> None:
    count = 40
    title = [f"on {n} mills and lanes of the town" for n in range(count)]

    inferred = _infer(
        connection,
        {
            "column_1": [
                f"{_FAMILY[n % 5]}, {_GIVEN[n % 5][0]}. and Hill, B." for n in range(count)
            ],
            "column_2": title,
            "column_3": [f"({1980 + n % 20})" for n in range(count)],
            "column_4": [f"pp. {n}-{n + 9}" for n in range(count)],
        },
    )

    assert inferred.kind is Kind.WORKS
    assert not inferred.is_guess
    assert list(_meanings(inferred).values()) == [
        Meaning.CREATOR, Meaning.TITLE, Meaning.YEAR, Meaning.NUMBER,
    ]  # fmt: skip

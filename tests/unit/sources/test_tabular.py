import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.sources.inbox import Inbox, source_of

CONTACTS = source_of("salesforce")
HEADER = [
    "Id",
    "IsDeleted",
    "LastName",
    "FirstName",
    "Email",
    "MailingStreet",
    "MailingCity",
    "SystemModstamp",
]


def contact(number: int, **cells: str) -> dict[str, str]:
    defaults = {
        "Id": f"0038d00000{number:05d}AAA",
        "IsDeleted": "0",
        "LastName": "Tranter",
        "FirstName": "Ida",
        "Email": f"ida{number}@example.org",
        "MailingStreet": "9 Quay Lane",
        "MailingCity": "Nice",
        "SystemModstamp": "2026-10-03 04:05:06",
    }
    return defaults | cells


def table(
    rows: list[dict[str, str]], header: list[str] = HEADER, *, sep: str = ",", end: str = "\r\n"
) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(
        out,
        header,
        delimiter=sep,
        lineterminator=end,
        quoting=csv.QUOTE_ALL,
        extrasaction="ignore",
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize(
    ("sep", "end", "encoding"),
    [
        (",", "\r\n", "utf-8"),
        (";", "\r\n", "utf-8-sig"),
        ("\t", "\n", "utf-16"),
        ("|", "\n", "cp1252"),
        (";", "\r", "utf-8"),
        (",", "\r", "utf-16"),
    ],
)
def test_every_separator_line_end_and_encoding_gives_the_same_rows(
    inbox: Inbox, sep: str, end: str, encoding: str
) -> None:
    rows = [
        contact(1, LastName='O"Neill; of, the | "Quay"', MailingStreet="9 Quay\r\nFlat é"),
        contact(2, FirstName="Zoé", MailingStreet="line one\nline two"),
    ]
    inbox.put(CONTACTS, "Contact.csv", table(rows, sep=sep, end=end).encode(encoding))

    reading = inbox.one()

    assert reading.column("last_name") == ['O"Neill; of, the | "Quay"', "Tranter"]
    assert reading.column("first_name") == ["Ida", "Zoé"]
    assert reading.column("mailing_street") == ["9 Quay\r\nFlat é", "line one\nline two"]


def test_excel_separator_line_is_honoured(inbox: Inbox) -> None:
    inbox.put(CONTACTS, "Contact.csv", "sep=;\r\n" + table([contact(1)], sep=";"))

    assert inbox.one().column("email") == ["ida1@example.org"]


def test_headers_match_whatever_their_case_and_order(inbox: Inbox) -> None:
    header = [label.upper() for label in reversed(HEADER)]
    row = {label.upper(): value for label, value in contact(1).items()}
    inbox.put(CONTACTS, "extract.csv", table([row], header))

    assert inbox.one().column("email") == ["ida1@example.org"]


def test_unknown_columns_are_kept_under_their_own_name(inbox: Inbox) -> None:
    header = [*HEADER, "Shoe Size", 'Fav"Colour', "Empty"]
    rows = [contact(1) | {"Shoe Size": "38", 'Fav"Colour': "teal", "Empty": ""}, contact(2)]
    inbox.put(CONTACTS, "Contact.csv", table(rows, header))

    reading = inbox.one()

    assert json.loads(reading.rows[0]["_extra"]) == {"Shoe Size": "38", 'Fav"Colour': "teal"}
    assert reading.rows[1]["_extra"] is None
    assert any("Shoe Size" in note for note in reading.batch.notes)


def test_a_repeated_header_keeps_both_cells(inbox: Inbox) -> None:
    line = ",".join(HEADER) + ",Email,\r\n"
    cells = ",".join(contact(1).values()) + ",second@example.org,loose\r\n"
    inbox.put(CONTACTS, "Contact.csv", line + cells)

    (row,) = inbox.one().rows

    assert row["email"] == "ida1@example.org"
    assert json.loads(row["_extra"]) == {
        "Email (2)": "second@example.org",
        "column 10": "loose",
    }


def test_a_missing_required_column_is_named(inbox: Inbox) -> None:
    header = [label for label in HEADER if label != "LastName"]
    inbox.put(CONTACTS, "Contact.csv", table([contact(1)], header))

    assert inbox.one().batch.missing_columns == ("last_name",)


def test_a_renamed_required_column_is_guessed_with_the_line_to_add(inbox: Inbox) -> None:
    header = [*(label for label in HEADER if label != "LastName"), "LastNames"]
    inbox.put(CONTACTS, "Contact.csv", table([contact(1) | {"LastNames": "Tranter"}], header))

    batch = inbox.one().batch

    assert batch.missing_columns == ("last_name",)
    assert 'did you mean "LastNames"?' in batch.problems[0]
    assert (
        '`columns: {last_name: "LastNames"}` under sources.salesforce_test' in batch.problems[0]
    )


def test_a_renamed_optional_column_is_a_note_and_the_cell_is_kept(inbox: Inbox) -> None:
    header = [*(label for label in HEADER if label != "MailingCity"), "MailingCity2"]
    inbox.put(CONTACTS, "Contact.csv", table([contact(1) | {"MailingCity2": "Nice"}], header))

    reading = inbox.one()

    assert not reading.batch.problems
    assert any("mailing_city is not there" in note for note in reading.batch.notes)
    assert json.loads(reading.rows[0]["_extra"]) == {"MailingCity2": "Nice"}


def test_a_configured_header_wins(inbox: Inbox) -> None:
    source = source_of("salesforce", columns={"last_name": "Family", "x_handle": "Bird__c"})
    header = [*HEADER, "Family", "Bird__c"]
    inbox.put(
        source,
        "Contact.csv",
        table([contact(1) | {"Family": "Moreau", "Bird__c": "@zm"}], header),
    )

    (row,) = inbox.one().rows

    assert (row["last_name"], row["x_handle"]) == ("Moreau", "@zm")
    assert json.loads(row["_extra"]) == {"LastName": "Tranter"}


def test_repeated_ids_and_impossible_dates_pass_through(inbox: Inbox) -> None:
    rows = [
        contact(1),
        contact(1, SystemModstamp="9999-99-99 00:00:00"),
        contact(1, SystemModstamp="2926-01-01 00:00:00"),
    ]
    inbox.put(CONTACTS, "Contact.csv", table([*rows, *(contact(i) for i in range(2, 40))]))

    reading = inbox.one()

    assert len(reading.rows) == 41
    assert reading.column("system_modstamp")[1] == "9999-99-99 00:00:00"
    assert reading.batch.as_of.isoformat() == "2026-10-03T04:05:06+00:00"


def test_a_cell_of_ten_megabytes_survives(inbox: Inbox) -> None:
    large = 'line "one"\nline two, ' * 500_000
    inbox.put(CONTACTS, "Contact.csv", table([contact(1, MailingStreet=large), contact(2)]))

    reading = inbox.one()

    assert len(large) > 10_000_000
    assert reading.rows[0]["mailing_street"] == large


def test_nul_bytes_do_not_stop_a_load(inbox: Inbox) -> None:
    inbox.put(CONTACTS, "Contact.csv", table([contact(1, FirstName="I\0da"), contact(2)]))

    reading = inbox.one()

    assert reading.column("first_name") == ["Ida", "Ida"]
    assert any("NUL" in note for note in reading.batch.notes)


def test_formula_cells_stay_as_they_are(inbox: Inbox) -> None:
    formula = '=HYPERLINK("http://example.org","click")'
    inbox.put(
        CONTACTS, "Contact.csv", table([contact(1, FirstName=formula, MailingCity="@SUM(A1)")])
    )

    (row,) = inbox.one().rows

    assert (row["first_name"], row["mailing_city"]) == (formula, "@SUM(A1)")


def test_a_file_with_a_header_only_is_a_load_of_no_rows(inbox: Inbox) -> None:
    inbox.put(CONTACTS, "Contact.csv", table([]))

    reading = inbox.one()

    assert reading.rows == []
    assert not reading.batch.missing_columns


def test_short_and_long_rows_lose_nothing_and_are_noted(inbox: Inbox) -> None:
    lines = [
        ",".join(HEADER),
        ",".join(contact(1).values()) + ",more,even more",
        "0038d0000000002AAA,0,Short",
        "",
        ",".join(contact(3).values()),
    ]
    inbox.put(CONTACTS, "Contact.csv", "\n".join(lines) + "\n")

    reading = inbox.one()

    assert reading.column("last_name") == ["Tranter", "Short", "Tranter"]
    assert json.loads(json.loads(reading.rows[0]["_extra"])["(cells beyond the header)"]) == [
        "more",
        "even more",
    ]
    assert "1 row has fewer cells than the header" in reading.batch.notes
    assert any("more cells than the header" in note for note in reading.batch.notes)


def test_a_file_cut_off_in_a_row_is_refused(inbox: Inbox) -> None:
    content = table([contact(1), contact(2)], end="\n").replace('"', "")
    inbox.put(CONTACTS, "Contact.csv", content[:-40])

    refusal = inbox.refusal()

    assert "cut off" in refusal.reason
    assert "put the whole file in its place" in refusal.remedy
    assert refusal.holds_file


def test_a_file_cut_off_in_a_quoted_cell_is_refused(inbox: Inbox) -> None:
    inbox.put(CONTACTS, "Contact.csv", table([contact(1), contact(2)])[:-5])

    assert "never closed" in inbox.refusal().reason


def test_a_quote_that_swallows_rows_is_refused_with_its_place(inbox: Inbox) -> None:
    rows = table([contact(i) for i in range(1, 9)], end="\n").replace('"', "").splitlines()
    rows[3] = rows[3].replace("Tranter", '"Tranter')
    rows[6] = rows[6].replace("Ida", 'I"da')
    inbox.put(CONTACTS, "Contact.csv", "\n".join(rows) + "\n")

    assert "never closed" in inbox.refusal().reason


def test_odd_quotes_inside_a_cell_are_read_as_they_stand(inbox: Inbox) -> None:
    content = table([contact(1), contact(2)]).replace('"Ida"', '"Ida" the second', 1)
    inbox.put(CONTACTS, "Contact.csv", content)

    reading = inbox.one()

    assert reading.column("first_name") == ["Ida the second", "Ida"]
    assert any("quotes" in note for note in reading.batch.notes)


def test_messages_hold_no_cell(inbox: Inbox) -> None:
    header = ["Id", "LastName", "FirstName", "ida@example.org", "0612345678", "SystemModstamp"]
    inbox.put(CONTACTS, "Contact.csv", table([contact(1)], header))

    batch = inbox.one().batch

    assert "ida@" not in " ".join((*batch.notes, *batch.problems, batch.origin))
    assert "0612" not in " ".join((*batch.notes, *batch.problems))


CELL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=12
)


@given(
    cells=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6),
    sep=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\r\n", "\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_cells_come_back_from_any_separator_and_encoding(
    tmp_path_factory: pytest.TempPathFactory,
    cells: list[tuple[str, str]],
    sep: str,
    end: str,
    encoding: str,
) -> None:
    inbox = Inbox(tmp_path_factory.mktemp("table"))
    rows = [contact(i, LastName=a, MailingStreet=b) for i, (a, b) in enumerate(cells)]
    inbox.put(CONTACTS, "Contact.csv", table(rows, sep=sep, end=end).encode(encoding))

    reading = inbox.one()

    assert reading.column("last_name") == [a or None for a, _ in cells]
    assert reading.column("mailing_street") == [b or None for _, b in cells]

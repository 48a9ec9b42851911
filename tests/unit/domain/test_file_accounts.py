"""Where every row of a file is: the account that holds all its loads."""

from datetime import UTC, datetime

from dagster_project.domain.loads import LeftOut, Load, LoadState, account_files


def load(origin: str, rows: int, state: LoadState = LoadState.ACCEPTED, **rest: object) -> Load:
    given = {
        "load_id": f"{origin}{rows}",
        "source": "salesforce_emea",
        "vendor": "salesforce",
        "stream": "contact",
        "state": state,
        "as_of": datetime(2026, 5, 1, tzinfo=UTC),
        "origin": origin,
        "rows": rows,
        **rest,
    }
    return Load(**given)  # type: ignore[arg-type]


def test_all_loads_of_one_archive_make_one_account_that_adds_up() -> None:
    blank = LeftOut("lines without a value", 2)
    loads = [
        load("export.zip!Contact.csv", 10, quarantined=3, left_out=(blank,)),
        load("export.zip!Lead.csv", 5, LoadState.REFUSED, left_out=(blank,)),
        load("other.csv", 1),
    ]

    archive, other = account_files(loads)

    assert (archive.file, archive.accepted, archive.quarantined, archive.refused) == (
        "export.zip", 7, 3, 5,
    )  # fmt: skip
    assert archive.left_out == (LeftOut("lines without a value", 4),)
    assert archive.rows_in == sum(each.rows_in for each in loads[:2]) == 19
    assert other.rows_in == 1


def test_a_load_nobody_judged_yet_is_not_counted_as_read() -> None:
    (account,) = account_files([load("a.csv", 4, LoadState.LANDED)])

    assert (account.accepted, account.refused, account.rows_in) == (0, 4, 4)

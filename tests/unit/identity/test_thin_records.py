"""Records of which one thin thing is known are joined by what proves, never by resemblance."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.engines.duckdb.session import session
from tests.unit.identity.steward.room import room
from tests.unit.identity.world import Contact, build, non_matches, partition_of, run

_SHARED = "everybody@firm.example"


def _partition(contacts: list[Contact], folder: Path) -> frozenset[frozenset[str]]:
    with session() as connection:
        build(connection, contacts)
        return run(connection, folder).partition


@pytest.mark.parametrize("others", [pytest.param(0, id="alone"), pytest.param(90, id="many")])
@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param({"email": "kim@firm.example"}, {"email": "tim@firm.example"}, id="one-letter"),
        pytest.param(
            {"email": "jan.meier@post.example"},
            {"email": "jana.meier@post.example"},
            id="letter-more",
        ),
        pytest.param(
            {"email": "kestrel77@post.example"}, {"email": "kestrel77@web.example"}, id="user-part"
        ),
        pytest.param({"phone": "+447700900123"}, {"phone": "+447700900124"}, id="digit"),
        pytest.param(
            {"email": "kim@firm.example", "phone": "+447700900123", "organisation": "Firm"},
            {"email": "tim@firm.example", "phone": "+447700900124", "organisation": "Firm"},
            id="colleagues",
        ),
    ],
)  # fmt: skip
def test_what_only_looks_alike_joins_nobody(
    left: dict[str, str], right: dict[str, str], others: int, tmp_path: Path
) -> None:
    one, two = Contact("l", **left), Contact("r", source="mails", **right)

    found = _partition([one, two, *non_matches(others)], tmp_path)

    assert {one.record_id} in found
    assert {two.record_id} in found


def test_an_address_a_letter_apart_still_counts_beside_a_name(tmp_path: Path) -> None:
    one = Contact("l", "Maud", "Tressider", email="maud.tressider@post.example")
    two = Contact("r", "Maud", "Tressider", email="maud.tresider@post.example", source="mails")

    found = _partition([one, two, *non_matches(90)], tmp_path)

    assert {one.record_id, two.record_id} in found


def _add_shared(connection: duckdb.DuckDBPyConnection, records: list[str]) -> None:
    connection.execute(
        "insert into intermediate.int_contact_identifiers by name "
        "select unnest($1::varchar[]) as record_id, 'email' as kind, $2 as value_raw, "
        "$2 as value_norm",
        [records, _SHARED],
    )


def test_an_address_beside_many_others_is_everybodys_also_when_they_come_later(
    tmp_path: Path,
) -> None:
    contacts = [Contact(f"n{n}", email=f"{n:02d}berg{n * 7}@web.example") for n in range(12)]
    ids = [contact.record_id for contact in contacts]
    with room(tmp_path, contacts) as made:
        _add_shared(made.connection, ids[:3])
        made.resolve(run_id="few")
        few = partition_of(made.customers())
        _add_shared(made.connection, ids[3:])

        report = made.resolve(run_id="many")

        many = partition_of(made.customers())
        flags = made.connection.execute(
            "select distinct flag from identity.record_identifiers where value_norm = $1",
            [_SHARED],
        ).fetchall()
    assert frozenset(ids[:3]) in few
    assert report.is_incremental
    assert flags == [("generic",)]
    assert {frozenset({one}) for one in ids} <= many

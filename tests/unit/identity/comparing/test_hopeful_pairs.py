"""Candidates that nothing could join are not compared, unless others bring them together."""

import duckdb
import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.stages import cluster_records
from tests.unit.identity.world import Contact, build, non_matches, spec


def _neighbour(key: str, family: str, **values: str) -> Contact:
    return Contact(key, "Ada", family, city="Leeds", birth_date=None, **values)  # type: ignore[arg-type]


def _clustered(connection: duckdb.DuckDBPyConnection, contacts: list[Contact]) -> None:
    shipped = spec()
    blocking = shipped.blocking.model_copy(
        update={"rules": (("city", "initial"), ("email",)), "cap": 90}
    )
    build(connection, [*non_matches(30), *contacts])
    cluster_records(connection, spec=shipped.model_copy(update={"blocking": blocking}))


def _is_in(connection: duckdb.DuckDBPyConnection, table: str, *records: Contact) -> bool:
    ids = sorted(record.record_id for record in records)
    found = connection.execute(
        f"select count(*) from {table} as pair "
        "inner join work.record as l on pair.l = l.rid "
        "inner join work.record as r on pair.r = r.rid "
        "where l.record_id = $1 and r.record_id = $2",
        ids,
    ).fetchall()
    return bool(found[0][0])


@pytest.mark.parametrize(
    ("other", "is_compared"),
    [
        pytest.param(_neighbour("z2", "Whitlock"), False, id="another-family"),
        pytest.param(_neighbour("z2", "Kestrol"), True, id="spelled-alike"),
        pytest.param(_neighbour("z2", "Whitlock", phone="+442071230001"), True, id="phone"),
        pytest.param(_neighbour("z2", "Ada"), True, id="names-may-be-swapped"),
    ],
)
def test_pairs_are_compared_where_something_could_join_them(
    other: Contact, is_compared: bool
) -> None:
    one = _neighbour("z1", "Kestrel", phone="+442071230001")

    with session() as connection:
        _clustered(connection, [one, other])

        assert _is_in(connection, "work.candidate", one, other)
        assert _is_in(connection, "work.edge", one, other) is is_compared


def test_people_born_alike_are_compared_whatever_their_family_name() -> None:
    maiden, married = (
        Contact(key, "Ada", family, city="Leeds", birth_date="1971-02-03")
        for key, family in (("z1", "Kestrel"), ("z2", "Whitlock"))
    )

    with session() as connection:
        _clustered(connection, [maiden, married])

        assert _is_in(connection, "work.edge", maiden, married)


@pytest.mark.parametrize("mailboxes", [0, 12])
def test_records_without_any_name_and_no_records_at_all_are_resolved(mailboxes: int) -> None:
    nameless = [
        Contact(f"{mailbox}-{copy}", email=f"box{mailbox}@quay.example")
        for mailbox in range(mailboxes)
        for copy in ("a", "b")
    ]

    with session() as connection:
        build(connection, nameless)
        cluster_records(connection, spec=spec())

        for one, other in zip(nameless[::2], nameless[1::2], strict=True):
            assert _is_in(connection, "work.edge", one, other)

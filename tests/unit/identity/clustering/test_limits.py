"""A customer of too many values comes apart, and every act of a guard is on record."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.session import session
from tests.unit.identity.test_incremental import Root
from tests.unit.identity.world import Contact, non_matches, record_id, spec

PHONES = ("+447700900750", "+447700900751")

# One name; two e-mails each hold a pair of records, one phone number all of them.
GLUED = [
    Contact("a1", "Ada", "Kestrel", email="ada@example.org", phone=PHONES[0]),
    Contact("a2", "Ada", "Kestrel", email="ada@example.org", phone=PHONES[0], source="shop"),
    Contact("b1", "Ada", "Kestrel", email="kestrel.ada@example.net", phone=PHONES[0]),
    Contact(
        "b2", "Ada", "Kestrel", email="kestrel.ada@example.net", phone=PHONES[0], source="shop"
    ),
]


def _limited(*, email: int | None = None, **priorities: int) -> IdentitySpec:
    shipped = spec()
    guards = {
        kind: guard.model_copy(
            update={
                "most_per_customer": email if kind == "email" else None,
                "priority": priorities.get(kind, guard.priority),
            }
        )
        for kind, guard in shipped.identifiers.items()
    }
    return shipped.model_copy(update={"identifiers": guards})


def _groups(root: Root, contacts: Sequence[Contact]) -> set[frozenset[str]]:
    asked = {contact.record_id: contact.key for contact in contacts}
    groups: dict[str, set[str]] = {}
    for record, customer in root.customers().items():
        if record in asked:
            groups.setdefault(customer, set()).add(asked[record])
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize(
    ("limit", "priorities", "expected"),
    [
        pytest.param(None, {}, [{"a1", "a2", "b1", "b2"}], id="no-limit"),
        pytest.param(2, {}, [{"a1", "a2", "b1", "b2"}], id="limit-kept"),
        pytest.param(1, {}, [{"a1", "a2"}, {"b1", "b2"}], id="phone-gives-way-first"),
    ],
)
def test_links_give_way_by_priority_until_a_limit_holds(
    tmp_path: Path, limit: int | None, priorities: dict[str, int], expected: list[set[str]]
) -> None:
    with session() as connection:
        root = Root(tmp_path, connection)

        root.resolve([*non_matches(60), *GLUED], _limited(email=limit, **priorities))

        assert _groups(root, GLUED) == {frozenset(group) for group in expected}


def test_a_broken_limit_and_what_gave_way_are_audited_without_values(tmp_path: Path) -> None:
    with session() as connection:
        root = Root(tmp_path, connection)
        root.resolve([*non_matches(60), *GLUED], _limited(email=1))

        acts = connection.execute(
            "select effect, identifier_kind, record_id_l, records, run_id from identity.guard_audit "
            "where guard = 'most_per_customer' order by all"
        ).fetchall()
        everything = str(connection.execute("from identity.guard_audit").fetchall())

    assert ("limit broken", "email", record_id("a1"), 4, "run 1") in acts
    assert {act[:2] for act in acts} == {("limit broken", "email"), ("gave way", "phone")}
    assert PHONES[0] not in everything
    assert "example.org" not in everything


def test_values_vetoes_and_caps_are_audited(tmp_path: Path) -> None:
    contacts = [
        # two people on one mailbox that is on no list
        Contact("p", "Priya", "Okafor", email="zx-team@example.net"),
        Contact("s", "Stefan", "Lindqvist", email="zx-team@example.net", source="shop"),
        Contact("i", "Hugo", "Zamora", email="info@example.net"),
        # brothers in one home
        Contact("l", "Leon", "Stavros", phone=PHONES[0], street="4 Mill Lane", city="Ely"),
        Contact("y", "Yusuf", "Stavros", phone=PHONES[0], street="4 Mill Lane", city="Ely"),
    ]
    with session() as connection:
        root = Root(tmp_path, connection)
        root.resolve([*non_matches(60), *contacts])

        values = connection.execute(
            "select guard, effect, identifier_kind, records from identity.guard_audit "
            "where value_hash is not null order by all"
        ).fetchall()
        pairs = connection.execute(
            "select guard, effect, record_id_l, record_id_r from identity.guard_audit "
            "where record_id_r is not null"
        ).fetchall()

    assert values == [
        ("role", "retired", "email", 1),
        ("shared", "weakened", "email", 2),
        ("shared", "weakened", "phone", 2),
    ]
    assert ("given_name", "kept apart", record_id("l"), record_id("y")) in pairs


def test_who_shares_a_mailbox_or_a_telephone_is_tied_and_not_merged(tmp_path: Path) -> None:
    office, home = "zx-team@example.net", PHONES[0]
    contacts = [
        Contact("p", "Priya", "Okafor", email=office, organisation="Quay Ltd"),
        Contact("s", "Stefan", "Lindqvist", email=office, organisation="Quay Ltd"),
        Contact("l", "Leon", "Stavros", phone=home),
        Contact("y", "Yusuf", "Stavros", phone=home),
        Contact("v", "Vera", "Norwood", phone=PHONES[1]),
    ]
    with session() as connection:
        root = Root(tmp_path, connection)
        root.resolve([*non_matches(60), *contacts])

        ties = connection.execute(
            "select relation, identifier_kind, customer_id, customers from identity.groups"
        ).fetchall()

    assert {row[:2] for row in ties} == {("account", "email"), ("household", "phone")}
    assert {row[3] for row in ties} == {2}
    assert len({row[2] for row in ties}) == 4


def test_a_limit_holds_in_a_run_that_follows_the_change(tmp_path: Path) -> None:
    use = _limited(email=1)
    with session() as connection:
        root = Root(tmp_path, connection)
        root.resolve([*non_matches(60), *GLUED[:3]], use)

        report = root.resolve([*non_matches(60), *GLUED], use)

        assert report.is_incremental
        assert _groups(root, GLUED) == {frozenset(("a1", "a2")), frozenset(("b1", "b2"))}

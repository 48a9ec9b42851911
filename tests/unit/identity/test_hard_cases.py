"""Cases that a matcher gets wrong when it looks at one pair at a time."""

from pathlib import Path

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.stages import cluster_records
from tests.unit.identity.world import Contact, Resolved, build, non_matches, run, spec

FAMILY_MAILBOX = "the.stavros@example.net"


def _resolved(tmp_path: Path, *contacts: Contact) -> Resolved:
    with session() as connection:
        build(connection, [*non_matches(90), *contacts])
        return run(connection, tmp_path)


def test_two_bare_subscriptions_of_a_family_mailbox_are_one_and_nobody_of_the_family(
    tmp_path: Path,
) -> None:
    named = [
        Contact("l", "Leon", "Stavros", email=FAMILY_MAILBOX),
        Contact("y", "Yusuf", "Stavros", email=FAMILY_MAILBOX),
    ]
    bare = [
        Contact("b1", email=FAMILY_MAILBOX, source="newsletter"),
        Contact("b2", email=FAMILY_MAILBOX, source="shop"),
    ]

    customers = _resolved(tmp_path, *named, *bare).customers

    assert customers[bare[0].record_id] == customers[bare[1].record_id]
    assert len({customers[contact.record_id] for contact in (*named, *bare)}) == 3


def test_a_profile_with_nothing_but_a_name_joins_no_namesakes_of_one_home(
    tmp_path: Path,
) -> None:
    home = {"street": "4 Mill Lane", "city": "Ely", "postal_code": "C11 1XY"}
    father = Contact(
        "f", "Piers", "Ansty", email="piers@example.org", phone="+442079460001", **home
    )
    son = Contact(
        "s", "Piers", "Ansty", email="piers.a@example.net", phone="+441619968113", **home
    )
    profile = Contact("p", "Piers", "Ansty", source="social")

    customers = _resolved(tmp_path, father, son, profile).customers

    assert customers[father.record_id] != customers[son.record_id]


def test_a_fixed_line_does_not_make_one_of_father_and_son(tmp_path: Path) -> None:
    home = {"street": "4 Mill Lane", "city": "Ely", "postal_code": "C11 1XY"}
    line, mobile = "+442079460001", "+447700900123"
    father = Contact("f", "Piers", "Ansty", email="piers@example.org", phone=line, **home)
    son = Contact("s", "Piers", "Ansty", email="piers.a@example.net", phone=line, **home)
    once = Contact("o", "Wilma", "Ansty", email="wilma@example.org", phone=mobile)
    again = Contact("a", "Wilma", "Ansty", email="w.ansty@example.net", phone=mobile)

    customers = _resolved(tmp_path, father, son, once, again).customers

    assert customers[father.record_id] != customers[son.record_id]
    assert customers[once.record_id] == customers[again.record_id]


def test_a_fixed_line_joins_no_two_who_have_other_mobiles_and_mailboxes(tmp_path: Path) -> None:
    """No pair tells father and son apart alone: who is on the line gives nothing else."""
    line = "+442079460001"
    ansty = {"given": "Piers", "family": "Ansty"}
    home = {"street": "4 Mill Lane", "city": "Ely", "postal_code": "C11 1XY"}
    father = [
        Contact("f1", **ansty, email="piers@example.org", phone="+447700900123"),
        Contact("f2", **ansty, email="piers@example.org", **home),
    ]
    son = [
        Contact("s1", **ansty, email="piers.a@example.net", phone="+447700900456"),
        Contact("s2", **ansty, email="piers.a@example.net", phone=line),
    ]
    at_home = Contact("f3", **ansty, phone=line, **home)
    wilma = {"given": "Wilma", "family": "Barrow"}
    once = Contact("w1", **wilma, email="wilma@example.org", phone="+442079460002")
    again = Contact("w2", **wilma, phone="+442079460002")

    customers = _resolved(tmp_path, *father, *son, at_home, once, again).customers

    assert {customers[c.record_id] for c in father}.isdisjoint(
        customers[c.record_id] for c in son
    )
    assert customers[once.record_id] == customers[again.record_id]


def test_father_and_son_born_a_generation_apart_share_a_mailbox_and_stay_two(
    tmp_path: Path,
) -> None:
    mailbox = "piers.ansty@example.net"
    father = Contact("f", "Piers", "Ansty", email=mailbox, birth_date="1951-04-09")
    son = Contact("s", "Piers", "Ansty", email=mailbox, birth_date="1983-11-22")

    customers = _resolved(tmp_path, father, son).customers

    assert customers[father.record_id] != customers[son.record_id]


def test_a_mailbox_that_names_the_family_is_nobodys_own(tmp_path: Path) -> None:
    mailbox = "ansty.family@example.net"
    father = Contact("f", "Piers", "Ansty", email=mailbox, phone="+447700900123")
    son = Contact("s", "Piers", "Ansty", email=mailbox, phone="+447700900456")

    customers = _resolved(tmp_path, father, son).customers

    assert customers[father.record_id] != customers[son.record_id]


def test_a_bare_profile_does_not_join_two_whose_contact_points_differ(tmp_path: Path) -> None:
    one = Contact("o", "Piers", "Ansty", email="piers@example.org", phone="+447700900123")
    other = Contact("p", "Piers", "Ansty", email="ansty7@example.net", phone="+447700900456")
    profile = Contact("q", "Piers", "Ansty", email="piers@example.org", source="social")

    customers = _resolved(tmp_path, one, other, profile).customers

    assert customers[one.record_id] == customers[profile.record_id]
    assert customers[one.record_id] != customers[other.record_id]


def test_a_family_name_beside_an_address_that_spells_the_full_name_counts_once() -> None:
    named = Contact("n", "Quentin", "Castellan", email="quentin.castellan@example.org")
    half = Contact("h", family="Castellan", email="quentincastellan@example.net", source="shop")

    with session() as connection:
        build(connection, [named, half])
        cluster_records(connection, spec=spec())
        evidence = connection.execute("select evidence from work.pattern_weight").fetchall()

    assert len(evidence) == 1
    assert "alias=full_name" in evidence[0][0]
    assert "name=" not in evidence[0][0]


def test_dots_that_one_provider_ignores_do_not_part_one_user_of_two(tmp_path: Path) -> None:
    once = Contact("g", "Leo", "Sandring", email="leo.sandring88@gmail.com")
    again = Contact("y", "Leo", "Sandring", email="leo.sandring88@yahoo.com")

    customers = _resolved(tmp_path, once, again).customers

    assert customers[once.record_id] == customers[again.record_id]


def test_twins_of_one_home_and_fixed_line_stay_two(tmp_path: Path) -> None:
    home = {"street": "4 Mill Lane", "city": "Ely", "postal_code": "C11 1XY"}
    twins = [
        Contact(name, name, "Ansty", birth_date="1990-04-03", phone="+442079460001", **home)
        for name in ("Ella", "Marc")
    ]

    customers = _resolved(tmp_path, *twins).customers

    assert customers[twins[0].record_id] != customers[twins[1].record_id]

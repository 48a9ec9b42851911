"""Survivorship: which record's value the golden record shows."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

SALESFORCE, HUBSPOT, X = (
    "salesforce_emea:contact:1",
    "hubspot_apac:contact:2",
    "x_quay:user:3",
)
OLD, NEW = "2025-01-01 00:00:00+00", "2026-01-01 00:00:00+00"


def with_rules(world: World, field: str, *rules: str, trust: tuple[str, ...] = ()) -> World:
    """Decide one field, and nothing else, by ``rules``."""
    priority = 0
    for rule in rules:
        for vendor in trust if rule == "most_trusted" else (None,):
            priority += 1
            world.add(
                "config.survivorship", field=field, priority=priority, vendor=vendor, rule=rule
            )
    return world


def test_the_most_trusted_vendor_gives_the_name_with_its_source_and_date(build: Build) -> None:
    world = World()
    world.record(X, "c1", full_name="ana b 🌊", updated_at=NEW)
    world.record(
        SALESFORCE,
        "c1",
        full_name="Ana Bauer",
        given_name="Ana",
        family_name="Bauer",
        updated_at=OLD,
    )

    customer = build(world, "dim_customer").row("select * from marts.dim_customer")

    assert (customer["full_name"], customer["given_name"], customer["family_name"]) == (
        "Ana Bauer",
        "Ana",
        "Bauer",
    )
    assert customer["name_source"] == "salesforce_emea"
    assert customer["name_as_of"] == datetime(2025, 1, 1, tzinfo=UTC)


def test_the_newest_record_gives_the_title(build: Build) -> None:
    world = World()
    world.record(SALESFORCE, "c1", title="Engineer", updated_at=OLD)
    world.record(HUBSPOT, "c1", title="Director", updated_at=NEW)

    customer = build(world, "dim_customer").row(
        "select title, title_source from marts.dim_customer"
    )

    assert customer == {"title": "Director", "title_source": "hubspot_apac"}


def test_an_empty_value_never_survives(build: Build) -> None:
    world = World()
    world.record(SALESFORCE, "c1", title="Engineer", updated_at=OLD)
    world.record(HUBSPOT, "c1", title="  ", updated_at=NEW)

    assert build(world, "dim_customer").values("select title from marts.dim_customer") == [
        "Engineer"
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as-read", "reversed"])
def test_a_tie_goes_to_the_smallest_record_id(build: Build, order: tuple[int, int]) -> None:
    records = [("hubspot_apac:contact:1", "Lead"), ("hubspot_apac:contact:2", "Chief")]
    world = World()
    for place in order:
        record_id, title = records[place]
        world.record(record_id, "c1", title=title, updated_at=NEW)

    assert build(world, "dim_customer").values("select title from marts.dim_customer") == [
        "Lead"
    ]


def test_a_tie_of_all_rules_goes_to_the_newer_record(build: Build) -> None:
    world = with_rules(World(), "title", "longest")
    world.record("hubspot_apac:contact:1", "c1", title="Lead", updated_at=OLD)
    world.record("hubspot_apac:contact:2", "c1", title="Boss", updated_at=NEW)

    assert build(world, "dim_customer").values("select title from marts.dim_customer") == [
        "Boss"
    ]


def test_the_most_frequent_value_wins_whatever_its_capitals(build: Build) -> None:
    world = with_rules(World(), "organisation", "most_frequent", "most_recent")
    world.record(SALESFORCE, "c1", organisation="Quay Ltd", updated_at=OLD)
    world.record(HUBSPOT, "c1", organisation="QUAY LTD", updated_at=OLD)
    world.record(X, "c1", organisation="Somewhere else", updated_at=NEW)

    (organisation,) = build(world, "dim_customer").values(
        "select organisation from marts.dim_customer"
    )

    assert organisation.lower() == "quay ltd"


def test_the_longest_value_wins_where_the_rule_says_so(build: Build) -> None:
    world = with_rules(World(), "organisation", "longest")
    world.record(SALESFORCE, "c1", organisation="Q", updated_at=NEW)
    world.record(HUBSPOT, "c1", organisation="Quay Limited", updated_at=OLD)

    assert build(world, "dim_customer").values(
        "select organisation from marts.dim_customer"
    ) == ["Quay Limited"]


def test_a_verified_value_wins_where_the_rule_says_so(build: Build) -> None:
    world = with_rules(World(), "email", "verified", "most_recent")
    world.record(SALESFORCE, "c1", updated_at=NEW).record(HUBSPOT, "c1", updated_at=OLD)
    world.identifier(SALESFORCE, "email", "new@example.org")
    world.identifier(HUBSPOT, "email", "proved@example.org", is_verified=True)

    assert build(world, "dim_customer").values("select email from marts.dim_customer") == [
        "proved@example.org"
    ]


def test_a_name_spelled_out_wins_over_initials(build: Build) -> None:
    world = World()
    world.record(SALESFORCE, "c1", full_name="J. Grant", updated_at=NEW)
    world.record(HUBSPOT, "c1", full_name="Justin Grant", updated_at=OLD)

    assert build(world, "dim_customer").values("select full_name from marts.dim_customer") == [
        "Justin Grant"
    ]


def test_a_vendor_nobody_listed_is_trusted_least(build: Build) -> None:
    world = with_rules(World(), "name", "most_trusted", trust=("hubspot",))
    world.record(SALESFORCE, "c1", full_name="Unlisted", updated_at=NEW)
    world.record(HUBSPOT, "c1", full_name="Listed", updated_at=OLD)

    assert build(world, "dim_customer").values("select full_name from marts.dim_customer") == [
        "Listed"
    ]


def test_an_address_of_ones_own_comes_before_a_shared_one(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", updated_at=NEW).record(X, "c1", updated_at=OLD)
    world.identifier(SALESFORCE, "email", "info@example.org", is_shared=True, flag="role")
    world.identifier(X, "email", "ana@example.org", is_shared=False)

    assert build(world, "dim_customer").values("select email from marts.dim_customer") == [
        "ana@example.org"
    ]


def test_a_shared_value_is_better_than_none(build: Build) -> None:
    world = World().record(SALESFORCE, "c1")
    world.identifier(SALESFORCE, "phone", "+33100000001", is_shared=True, flag="shared")

    assert build(world, "dim_customer").values("select phone from marts.dim_customer") == [
        "+33100000001"
    ]


@pytest.mark.parametrize("flag", ["placeholder", "malformed", "generic"])
def test_a_value_nobody_can_be_reached_by_never_survives(build: Build, flag: str) -> None:
    world = World().record(SALESFORCE, "c1")
    world.identifier(SALESFORCE, "email", "test@example.org", is_shared=True, flag=flag)

    assert build(world, "dim_customer").values("select email from marts.dim_customer") == [None]


def test_a_merged_record_speaks_only_when_its_survivor_is_silent(build: Build) -> None:
    world = World()
    world.record(
        "salesforce_emea:contact:old",
        "c1",
        full_name="Ana Old",
        birth_date=date(1980, 5, 1),
        merged_into=SALESFORCE,
        updated_at=NEW,
    )
    world.record(SALESFORCE, "c1", full_name="Ana New", updated_at=OLD)

    customer = build(world, "dim_customer").row(
        "select full_name, birth_date from marts.dim_customer"
    )

    assert customer == {"full_name": "Ana New", "birth_date": date(1980, 5, 1)}


def test_an_address_is_chosen_whole(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", country="FR").record(HUBSPOT, "c1")
    world.add(
        "intermediate.int_contact_addresses",
        record_id=SALESFORCE,
        street="1 rue A",
        city="Lyon",
    )
    world.add(
        "intermediate.int_contact_addresses",
        record_id=HUBSPOT,
        street="2 Nathan Rd",
        city="Hong Kong",
        postal_code="999077",
        country="HK",
    )

    customer = build(world, "dim_customer").row(
        "select street, city, postal_code, country, country_source from marts.dim_customer"
    )

    assert customer == {
        "street": "1 rue A",
        "city": "Lyon",
        "postal_code": None,
        "country": "FR",
        "country_source": "salesforce_emea",
    }


@pytest.mark.parametrize(
    ("written", "expected"),
    [("fr", "FR"), ("Allemagne", "DE"), ("hong kong sar", "HK"), ("atlantis", "atlantis")],
)
def test_countries_are_shown_by_code_where_their_name_is_known(
    build: Build, written: str, expected: str
) -> None:
    world = World().record(SALESFORCE, "c1", country=written).record(HUBSPOT, "c2")
    world.add(
        "intermediate.int_contact_addresses",
        record_id=HUBSPOT,
        street="1 rue A",
        country=written,
    )

    built = build(world, "dim_customer")

    assert built.values("select distinct country from marts.dim_customer") == [expected]


def test_a_customer_with_no_value_at_all_still_has_a_row(build: Build) -> None:
    world = World().record("sendgrid_global:recipient:abc", "c1", kind="shared_mailbox")

    customer = build(world, "dim_customer").row(
        "select customer_id, kind, record_count from marts.dim_customer"
    )

    assert customer == {"customer_id": "c1", "kind": "shared_mailbox", "record_count": 1}


def test_one_person_among_the_records_makes_a_person(build: Build) -> None:
    world = World().record(SALESFORCE, "c1")
    world.record("sendgrid_global:recipient:abc", "c1", kind="shared_mailbox")

    assert build(world, "dim_customer").values("select kind from marts.dim_customer") == [
        "person"
    ]


def _names(built: Built) -> tuple[str | None, str | None, str | None]:
    row = built.row("select full_name, given_name, family_name from marts.dim_customer")
    return row["full_name"], row["given_name"], row["family_name"]


def _person(given: str | None, family: str | None, **values: object) -> dict[str, object]:
    full = " ".join(part for part in (given, family) if part)
    return {"given_name": given, "family_name": family, "full_name": full, **values}


def test_a_mixed_spelling_is_shown_before_capitals(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", **_person("Margaux", "GONZALEZ", updated_at=NEW))
    world.record(X, "c1", full_name="Margaux Gonzalez", updated_at=OLD)

    assert _names(build(world, "dim_customer")) == (
        "Margaux Gonzalez",
        "Margaux",
        "Gonzalez",
    )


@pytest.mark.parametrize(
    ("given", "family", "shown"),
    [
        pytest.param("LIN", "YU", "Lin Yu", id="capitals"),
        pytest.param("Fiona", "MCDONALD", "Fiona McDonald", id="mc"),
        pytest.param("SEAN", "O'BRIEN-SMITH", "Sean O'Brien-Smith", id="inner-capitals"),
        pytest.param("ANNA", "VAN DER BERG", "Anna van der Berg", id="particles"),
        pytest.param("ana", "bauer", "Ana Bauer", id="small-letters"),
        pytest.param("JP", "Mertens", "JP Mertens", id="initials"),
        pytest.param("HENRY", "FORD III", "Henry Ford III", id="numerals"),
        pytest.param("Joao", "DuBois", "Joao DuBois", id="mixed-stays"),
    ],
)
def test_a_name_known_in_one_case_is_written_as_people_write_names(
    build: Build, given: str, family: str, shown: str
) -> None:
    world = World().record(SALESFORCE, "c1", **_person(given, family))

    full, shown_given, shown_family = _names(build(world, "dim_customer"))

    assert full == shown
    assert f"{shown_given} {shown_family}" == shown


def test_the_parts_another_record_knows_are_kept(build: Build) -> None:
    world = World()
    requester = "salesforce_emea:case_requester:9"
    world.record(requester, "c1", full_name="Patrick Linworth", updated_at=NEW)
    world.record(HUBSPOT, "c1", **_person("Patrick", "Linworth", updated_at=OLD))

    assert _names(build(world, "dim_customer")) == ("Patrick Linworth", "Patrick", "Linworth")


def test_the_order_most_records_agree_on_is_shown(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", **_person("Lind", "Astrid", updated_at=NEW))
    world.record(HUBSPOT, "c1", **_person("Astrid", "Lind", updated_at=OLD))
    world.record(X, "c1", full_name="Astrid Lind", updated_at=OLD)

    assert _names(build(world, "dim_customer")) == ("Astrid Lind", "Astrid", "Lind")


def test_a_sources_own_primary_address_beats_its_secondary(build: Build) -> None:
    world = World().record(HUBSPOT, "c1", primary_email="Zora@p.example")
    world.identifier(
        HUBSPOT, "email", "alte.adresse@p.example", value_raw="alte.adresse@p.example"
    )
    world.identifier(HUBSPOT, "email", "zora@p.example", value_raw="Zora@p.example")

    assert build(world, "dim_customer").values("select email from marts.dim_customer") == [
        "zora@p.example"
    ]


def test_a_sources_own_primary_number_beats_its_secondary(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", primary_phone="0612345679")
    world.identifier(SALESFORCE, "phone", "+33612345678", value_raw="06 12 34 56 78")
    world.identifier(SALESFORCE, "phone", "+33612345679", value_raw="0612345679")

    assert build(world, "dim_customer").values("select phone from marts.dim_customer") == [
        "+33612345679"
    ]


def _fixed_line(world: World, number: str) -> World:
    return world.add(
        "identity.phone_numbers", value_norm=number, e164=number, is_fixed_line=True
    )


def test_a_telephone_of_ones_own_comes_before_the_offices(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", primary_phone="0186409659").record(HUBSPOT, "c1")
    world.identifier(SALESFORCE, "phone", "+33186409659", value_raw="0186409659")
    world.identifier(HUBSPOT, "phone", "+33186409659", value_raw="0186409659")
    world.identifier(SALESFORCE, "phone", "+33639982404", value_raw="0639982404")
    _fixed_line(world, "+33186409659")

    assert build(world, "dim_customer").values("select phone from marts.dim_customer") == [
        "+33639982404"
    ]


def test_of_two_numbers_of_ones_own_the_newer_is_shown(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", primary_phone="0639982404", updated_at=OLD)
    world.record(HUBSPOT, "c1", primary_phone="0639982404", updated_at=OLD)
    world.record(X, "c1", updated_at=NEW)
    for record in (SALESFORCE, HUBSPOT):
        world.identifier(record, "phone", "+33639982404", value_raw="0639982404")
    world.identifier(X, "phone", "+33639982405", value_raw="0639982405")

    assert build(world, "dim_customer").values("select phone from marts.dim_customer") == [
        "+33639982405"
    ]


def test_a_fixed_line_is_better_than_none(build: Build) -> None:
    world = World().record(SALESFORCE, "c1")
    world.identifier(SALESFORCE, "phone", "+33186409659", value_raw="0186409659")
    _fixed_line(world, "+33186409659")

    assert build(world, "dim_customer").values("select phone from marts.dim_customer") == [
        "+33186409659"
    ]


def test_digits_that_no_numbering_plan_has_are_not_shown(build: Build) -> None:
    world = World().record(SALESFORCE, "c1")
    world.identifier(SALESFORCE, "phone", "4949151212", value_raw="4949151212")
    built = build(world, "dim_customer", "customer_identifiers")

    assert built.values("select phone from marts.dim_customer") == [None]
    assert built.values("select identifier from marts.customer_identifiers") == []


def test_a_name_keeps_the_accents_one_record_has(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", **_person("Audrey", "Riviere", updated_at=NEW))
    world.record(HUBSPOT, "c1", **_person("Audrey", "Rivière", updated_at=OLD))

    assert _names(build(world, "dim_customer")) == ("Audrey Rivière", "Audrey", "Rivière")


LEAD, CHIMP = "salesforce_emea:lead:4", "mailchimp_emea:member:5"


def _others(world: World, *names: tuple[str, str]) -> World:
    """Further customers, one for each name."""
    for number, (given, family) in enumerate(names):
        world.record(
            f"hubspot_apac:contact:9{number}", f"other{number}", **_person(given, family)
        )
    return world


def _shown(build: Build, world: World) -> tuple[str | None, str | None, str | None]:
    row = build(world, "dim_customer").row(
        "select full_name, given_name, family_name from marts.dim_customer "
        "where customer_id = 'c1'"
    )
    return row["full_name"], row["given_name"], row["family_name"]


@pytest.mark.parametrize("order", ["as-read", "reversed"])
def test_accents_come_from_any_record_word_by_word(build: Build, order: str) -> None:
    world = World()
    records = [
        (SALESFORCE, _person("Patricia", "Prevost", updated_at=NEW)),
        (HUBSPOT, _person("Patricia", "Prevost", updated_at=NEW)),
        (X, {"full_name": "Pat Prévost", "updated_at": OLD}),
    ]
    for record, values in records if order == "as-read" else reversed(records):
        world.record(record, "c1", **values)

    assert _shown(build, world) == ("Patricia Prévost", "Patricia", "Prévost")


def test_what_was_merged_away_still_knows_the_accents_and_the_order(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", **_person("Fabre", "Rene", updated_at=NEW))
    world.record(LEAD, "c1", **_person("René", "Fabre", merged_into=SALESFORCE, updated_at=OLD))
    _others(world, ("Ana", "Fabre"), ("René", "Lind"))

    assert _shown(build, world) == ("René Fabre", "René", "Fabre")


@pytest.mark.parametrize(
    ("short", "full"),
    [
        pytest.param("Bob", "Robert", id="of-the-list"),
        pytest.param("Alex", "Alexandria", id="its-beginning"),
        pytest.param("Manu", "Jean-Emmanuel", id="of-a-double-name"),
    ],
)
def test_a_name_in_full_comes_before_its_short_form(
    build: Build, short: str, full: str
) -> None:
    world = World().record(SALESFORCE, "c1", **_person(short, "Delorme", updated_at=NEW))
    world.record(HUBSPOT, "c1", **_person(short, "Delorme", updated_at=NEW))
    world.record(X, "c1", full_name=f"{full} Delorme", updated_at=OLD)

    assert _shown(build, world) == (f"{full} Delorme", full, "Delorme")


def test_given_and_family_name_stand_in_the_order_of_all_records(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", **_person("Lind", "Astrid", updated_at=NEW))
    world.record(CHIMP, "c1", **_person("Astrid", "Lind", updated_at=OLD))
    _others(world, ("Astrid", "Berg"), ("Ole", "Lind"))

    assert _shown(build, world) == ("Astrid Lind", "Astrid", "Lind")


def test_the_spelling_that_more_records_have_is_shown(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", **_person("Henri", "Chaueau", updated_at=NEW))
    world.record(CHIMP, "c1", **_person("Henri", "Chauveau", updated_at=OLD))
    _others(world, ("Ana", "Chauveau"))

    assert _shown(build, world) == ("Henri Chauveau", "Henri", "Chauveau")


def test_a_hyphen_stands_where_more_people_write_it(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", **_person("Jean Pierre", "Roux", updated_at=NEW))
    world.record(CHIMP, "c1", **_person("Jean-Pierre", "Roux", updated_at=OLD))
    _others(world, ("Jean-Pierre", "Blanc"), ("Jean-Pierre", "Noir"), ("Jean", "Vert"))

    assert _shown(build, world) == ("Jean-Pierre Roux", "Jean-Pierre", "Roux")


def test_the_customers_own_address_knows_how_they_spell_themselves(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", **_person("Maiia", "Prohorova", updated_at=NEW))
    world.record(X, "c1", full_name="Mayya Prokhorova", updated_at=OLD)
    world.identifier(SALESFORCE, "email", "mayya.prokhorova71@x.example")
    _others(world, ("Maiia", "Ivanova"))

    assert _shown(build, world)[0] == "Mayya Prokhorova"


def test_of_two_family_names_the_newer_is_shown(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", **_person("Kerry", "Bryan", updated_at=OLD))
    world.record(CHIMP, "c1", **_person("Kerry", "Stanbrook", updated_at=NEW))
    _others(world, ("Ana", "Bryan"), ("Ole", "Bryan"))

    assert _shown(build, world) == ("Kerry Stanbrook", "Kerry", "Stanbrook")


@pytest.mark.parametrize("part", ["given_name", "family_name"])
def test_a_whole_name_comes_before_one_part_of_it(build: Build, part: str) -> None:
    world = World()
    alone = {"given_name": "Ho Fai", "family_name": "Au-Yeung"}[part]
    world.record(SALESFORCE, "c1", full_name=alone, updated_at=NEW, **{part: alone})
    world.record(HUBSPOT, "c1", full_name=alone, updated_at=NEW, **{part: alone})
    world.record(
        LEAD,
        "c1",
        **_person("Ho Fai", "Au-Yeung", merged_into=SALESFORCE, updated_at=OLD),
    )

    assert _shown(build, world) == ("Ho Fai Au-Yeung", "Ho Fai", "Au-Yeung")


def test_a_middle_name_is_no_disagreement(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", **_person("Ana Maria", "Lopez", updated_at=OLD))
    world.record(X, "c1", full_name="Ana Lopez", updated_at=NEW)

    assert _shown(build, world) == ("Ana Maria Lopez", "Ana Maria", "Lopez")


def test_a_name_before_the_name_of_most_records_is_a_by_name(build: Build) -> None:
    world = World().record(HUBSPOT, "c1", **_person("Aimee Sze Ki", "Cho", updated_at=NEW))
    world.record(CHIMP, "c1", **_person("Sze Ki", "Cho", updated_at=OLD))

    assert _shown(build, world) == ("Sze Ki Cho", "Sze Ki", "Cho")


def test_the_part_another_record_knows_parts_the_whole_name(build: Build) -> None:
    world = World().record(SALESFORCE, "c1", **_person("Manu", "Delorme"))
    world.record(X, "c1", full_name="Emmanuel Delorme")

    assert _shown(build, world) == ("Emmanuel Delorme", "Emmanuel", "Delorme")


def test_a_standing_that_another_customers_record_changes_restates_the_customer(
    build: Build,
) -> None:
    def versions(*others: tuple[str, str]) -> object:
        world = World().record(SALESFORCE, "c1", **_person("Henri", "Chaueau", updated_at=NEW))
        world.record(CHIMP, "c1", **_person("Henri", "Chauveau", updated_at=OLD))
        built = build(_others(world, *others), "int_customer_versions")
        return built.values(
            "select _version from intermediate.int_customer_versions where customer_id = 'c1'"
        )

    assert versions(("Ana", "Berg")) == versions(("Ole", "Lind"))
    assert versions(("Ana", "Berg")) != versions(("Ana", "Chauveau"))

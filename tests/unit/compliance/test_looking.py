"""A run's look: each message version once, what is found kept, whose data it is, the sample."""

from datetime import timedelta
from pathlib import Path

import pytest

from dagster_project.compliance.desk import Desk
from dagster_project.compliance.looking import Looked, draw_sample, look
from dagster_project.compliance.states import State
from dagster_project.compliance.warehouse import FINDINGS, write_findings, write_rule_quality
from dagster_project.compliance.whose import Own, own_contacts, value_of
from dagster_project.config.compliance import (
    Compliance,
    OwnContacts,
    Review,
    Rule,
    read_compliance,
)
from tests.unit.compliance.test_desk import step
from tests.unit.compliance.world import NOW, World

PROJECT = Path(__file__).resolve().parents[3]
SHIPPED = read_compliance(PROJECT / "config" / "compliance.yml")
NOBODYS = own_contacts(OwnContacts(), ["quay.example.org"], ["info"])


@pytest.fixture
def world() -> World:
    return World()


def found_by(world: World, folder: Path, own: Own = NOBODYS) -> list[tuple[str, str]]:
    desk = Desk(folder)
    look(world.session, desk, SHIPPED, own)
    return [(f.found.message_id or "", f.found.rule_id) for f in desk.findings()]


def test_a_message_is_asked_about_once_and_found_once(world: World, tmp_path: Path) -> None:
    world.post("m1", "I will hurt you", harm="threat")
    world.post("m2", "nice shop")
    desk = Desk(tmp_path)

    first = look(world.session, desk, SHIPPED, NOBODYS)
    again = look(world.session, desk, SHIPPED, NOBODYS)

    assert first == Looked(asked=2, read=1, found=1, harmful=1)
    assert again == Looked()
    (finding,) = desk.findings()
    assert (finding.found.rule_id, finding.found.labelled_by) == ("threat", "threat/1")
    assert (finding.aware_at, finding.due_at) == (NOW, NOW + timedelta(hours=24))


def test_a_warehouse_made_anew_finds_nothing_anew(world: World, tmp_path: Path) -> None:
    world.post("m1", "I will hurt you", harm="threat")
    desk = Desk(tmp_path)
    look(world.session, desk, SHIPPED, NOBODYS)
    world.session.execute("drop schema compliance cascade")
    world.session.execute("update intermediate.int_as_of set as_of = as_of + interval 3 days")

    again = look(world.session, desk, SHIPPED, NOBODYS)

    assert (again.asked, again.found, again.harmful) == (1, 0, 0)
    assert desk.finding(1).aware_at == NOW


def test_an_edited_message_is_another(world: World, tmp_path: Path) -> None:
    world.post("m1", "my lawyer will write to you")
    desk = Desk(tmp_path)
    look(world.session, desk, SHIPPED, NOBODYS)
    world.session.execute("update intermediate.int_messages set version_number = 2")
    world.session.execute("update listening.message_labels set version_number = 2")

    look(world.session, desk, SHIPPED, NOBODYS)

    assert [f.found.version_number for f in desk.findings()] == [1, 2]


def test_a_new_version_of_one_rule_asks_all_messages_and_keeps_decisions(
    world: World, tmp_path: Path
) -> None:
    world.post("m1", "the heron flies")
    rule = Rule.model_validate(
        {"id": "r", "version": 1, "kind": "concern", "severity": "low", "owner": "o",
         "any_of": ["heron"]}
    )  # fmt: skip
    desk = Desk(tmp_path)
    look(world.session, desk, Compliance(rules=(rule,)), NOBODYS)
    desk.decide(1, step(State.IN_REVIEW))
    desk.decide(1, step(State.FALSE_POSITIVE))

    newer = rule.model_copy(update={"version": 2})
    looked = look(world.session, desk, Compliance(rules=(newer,)), NOBODYS)
    write_findings(world.session, desk)

    assert (looked.asked, looked.found) == (1, 1)
    assert world.rows(
        "select rule_version, state, superseded_by_finding_id from compliance.findings order by 1"
    ) == [(1, "false_positive", 2), (2, "false_positive", None)]


def test_roles_are_those_of_the_author_at_that_moment(world: World, tmp_path: Path) -> None:
    lea = world.person("lea", kind="employee")
    brand = world.person("brand", kind="brand")
    said = "The Atlas prototype leaves the factory"
    world.post("employee", said, lea)
    world.post("answering", said, lea, direction="out", author_kind="agent")
    world.post("stranger", said, world.person("bo"))
    world.post("brand", said, brand, direction="out", author_kind="agent")

    assert found_by(world, tmp_path) == [
        ("answering", "disclosure_code_words"),
        ("employee", "disclosure_code_words"),
    ]


@pytest.mark.parametrize(
    ("text", "is_breach"),
    [
        pytest.param("reach kofi.osei@mailbox.example", True, id="another-customers-address"),
        pytest.param("reach KOFI.OSEI [at] mailbox.example", True, id="written-out"),
        pytest.param("06 39 98 41 27", True, id="another-customers-number"),
        pytest.param("reach me at bo@mailbox.example", False, id="the-authors-own"),
        pytest.param("somebody@unknown.example", False, id="nobody-known"),
        pytest.param("I wrote to info@elsewhere.example", False, id="a-mailbox-of-many"),
        pytest.param("lea@quay.example.org never answers her mail", False, id="the-brands-domain"),
    ],
)  # fmt: skip
def test_whose_data_it_is_is_asked_of_identity(
    world: World, tmp_path: Path, text: str, *, is_breach: bool
) -> None:
    world.person("kofi", email="kofi.osei@mailbox.example", phone="+33639984127")
    bo = world.person("bo", customer="c-bo")
    world.person("bo_in_crm", customer="c-bo", email="bo@mailbox.example")
    world.person("desk", email="info@elsewhere.example")
    world.post("m1", text, bo)

    assert found_by(world, tmp_path) == (
        [("m1", "breach_of_somebody_else")] if is_breach else []
    )


def test_what_the_brand_publishes_of_anybody_is_a_breach_and_its_own_contacts_are_none(
    world: World, tmp_path: Path
) -> None:
    brand = world.person("brand", kind="brand", phone="+33199001234")
    for number, text in enumerate(
        ("kofi@mailbox.example", "call +33 1 99 00 12 34", "care@quay.example.org",
         "call +33 1 99 00 55 55", "help at hotline@partner.example")
    ):  # fmt: skip
        world.post(f"m{number}", text, brand, direction="out", author_kind="agent")
    own = own_contacts(
        OwnContacts(emails=("Hotline@partner.example",), phones=("+33 1 99 00 55 55",)),
        ["quay.example.org"],
        [],
    )

    assert found_by(world, tmp_path, own) == [("m0", "breach_by_brand")]


def test_reposts_deleted_and_private_messages_breach_nothing(
    world: World, tmp_path: Path
) -> None:
    brand = world.person("brand", kind="brand")
    for name, more in (
        ("repost", {"is_repost": True}),
        ("private", {"visibility": "direct"}),
        ("deleted", {"deleted_at": NOW}),
    ):
        world.post(name, "kofi@mailbox.example", brand, direction="out", **more)

    assert found_by(world, tmp_path) == []


def test_findings_hold_no_value(world: World, tmp_path: Path) -> None:
    brand = world.person("brand", kind="brand")
    world.post("m1", "reach kofi@mailbox.example", brand, direction="out")
    desk = Desk(tmp_path)
    look(world.session, desk, SHIPPED, NOBODYS)
    write_findings(world.session, desk)

    (row,) = world.rows("select redacted_text, spans from compliance.findings")
    assert row == ("reach [email]", '[{"kind":"email","start":6,"end":26}]')
    assert b"kofi@" not in (tmp_path / "compliance.sqlite").read_bytes()
    columns = world.session.execute("describe compliance.findings").fetchall()
    kinds = {"TIMESTAMP WITH TIME ZONE": "timestamptz"}
    assert {c[0]: kinds.get(c[1], c[1].lower()) for c in columns} == dict(FINDINGS)


def test_the_sample_is_of_what_no_rule_found_once_a_day_and_the_same_by_seed(
    world: World, tmp_path: Path
) -> None:
    for number in range(40):
        world.post(f"m{number}", "nice shop")
    world.post("bad", "I will hurt you", harm="threat")
    review = Review(sample_per_day=5, sample_seed=7)
    desks = [Desk(tmp_path / name) for name in ("one", "two")]
    drawn = []
    for desk in desks:
        world.session.execute("drop schema if exists compliance cascade")
        look(world.session, desk, SHIPPED, NOBODYS)
        drawn.append(draw_sample(world.session, desk, review))
    again = draw_sample(world.session, desks[1], review)
    world.post("late", "hello")
    look(world.session, desks[1], SHIPPED, NOBODYS)
    same_day = draw_sample(world.session, desks[1], review)
    world.session.execute("update intermediate.int_as_of set as_of = as_of + interval 1 day")
    next_day = draw_sample(world.session, desks[1], review)

    one, two = (desk.sample() for desk in desks)
    assert (drawn, again, same_day, next_day) == ([40, 40], 0, 0, 1)
    assert [s.message_id for s in one] == [s.message_id for s in two[:5]]
    assert len({s.message_id for s in one}) == 5
    assert "bad" not in {s.message_id for s in two}
    assert (two[5].message_id, two[5].eligible) == ("late", 1)


def test_quality_counts_what_people_said_of_each_version(world: World, tmp_path: Path) -> None:
    for number in range(4):
        world.post(f"m{number}", "I will hurt you", harm="threat")
    desk = Desk(tmp_path)
    look(world.session, desk, SHIPPED, NOBODYS)
    for number, to in ((1, State.CONFIRMED), (2, State.CONFIRMED), (3, State.FALSE_POSITIVE)):
        desk.decide(number, step(State.IN_REVIEW))
        desk.decide(number, step(to))
    write_findings(world.session, desk)
    write_rule_quality(world.session, desk)

    (row,) = world.rows(
        "select rule_id, findings, open_findings, confirmed, false_positives, "
        "round(precision_share, 4), round(precision_low, 4), round(precision_high, 4), kind_recall "
        "from compliance.rule_quality"
    )
    # Wilson of 2 in 3, by hand
    assert row == ("threat", 4, 3, 2, 1, 0.6667, 0.2077, 0.9385, None)


def test_recall_is_estimated_once_the_sample_was_looked_at(
    world: World, tmp_path: Path
) -> None:
    for number in range(60):
        world.post(f"m{number}", "nice shop")
    for number in range(6):
        world.post(f"bad{number}", "I will hurt you", harm="threat")
    desk = Desk(tmp_path)
    look(world.session, desk, SHIPPED, NOBODYS)
    draw_sample(world.session, desk, Review(sample_per_day=30))
    for number in range(1, 7):
        desk.decide(number, step(State.IN_REVIEW))
        desk.decide(number, step(State.CONFIRMED))
    for drawn in desk.sample():
        kind = "threat" if drawn.number == 1 else None
        desk.judge_sample(drawn.number, kind=kind, actor="ana", reason="r", at=NOW)
    write_findings(world.session, desk)
    write_rule_quality(world.session, desk)

    (row,) = world.rows(
        "select sample_reviewed, sample_missed, round(kind_recall, 4) from compliance.rule_quality"
    )
    # 6 found and right; 1 in 30 of 60 not found holds a threat: 2 missed
    assert row == (30, 1, 0.75)


@pytest.mark.parametrize(
    ("kind", "written", "country", "value"),
    [
        ("email", "Ada@Post.Example", None, "ada@post.example"),
        ("email", "ada (at) post (dot) example", None, "ada@post.example"),
        ("phone", "06 39 98 41 27", "FR", "+33639984127"),
        ("phone", "+44 7700 900123", None, "+447700900123"),
        ("phone", "06 39 98 41 27", None, None),
        ("iban", "DE89 3704", None, None),
    ],
)
def test_values_are_compared_as_identity_keeps_them(
    kind: str, written: str, country: str | None, value: str | None
) -> None:
    assert value_of(kind, written, country) == value

"""How long harm stands, worked out by hand: until the brand acts, before how many, told of at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dagster_project.compliance.desk import Desk
from dagster_project.compliance.exposure import Standing, standing, write_exposure
from dagster_project.compliance.looking import look
from dagster_project.compliance.states import State
from dagster_project.compliance.warehouse import write_findings
from dagster_project.compliance.whose import own_contacts
from dagster_project.config.compliance import OwnContacts, read_compliance
from tests.unit.compliance.test_desk import step
from tests.unit.compliance.world import NOW, World

SHIPPED = read_compliance(Path(__file__).resolve().parents[3] / "config" / "compliance.yml")
ALL = SHIPPED.exposure.alert_on
NIGHT = datetime(2026, 11, 3, 2, 17, tzinfo=UTC)

Shown = Callable[[], dict[str, Any]]


class Case:
    """A troll's post of the night, and what is made of it."""

    def __init__(self, folder: Path) -> None:
        self.world = World()
        self.desk = Desk(folder)
        self.troll = self.world.person("troll")
        self.brand = self.world.person("brand", kind="brand")

    def post(self, **more: Any) -> None:
        values = {"harm": "threat", "created_at": NIGHT, "author_followers": 1200, **more}
        self.world.post("troll", "I know where you park", self.troll, **values)

    def reply(self, at: datetime, **more: Any) -> None:
        values = {
            "direction": "out", "author_kind": "agent", "created_at": at, "record_id": self.troll,
            "thread": "troll", "is_answer": True, "parent_message_id": "troll", **more,
        }  # fmt: skip
        self.world.post(f"reply {at:%H%M}", "We have reported this.", self.brand, **values)

    def run(self) -> None:
        look(self.world.session, self.desk, SHIPPED, own_contacts(OwnContacts(), [], []))
        write_findings(self.world.session, self.desk)
        write_exposure(self.world.session, self.desk)

    def row(self) -> dict[str, Any]:
        (row,) = self.rows()
        return row

    def rows(self) -> list[dict[str, Any]]:
        self.run()
        result = self.world.session.execute("select * from compliance.exposure")
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_a_post_stands_until_the_newest_event_while_nobody_acts(case: Case) -> None:
    case.post()

    row = case.row()

    # 02:17 to 12:00
    assert (row["exposed_minutes"], row["audience"], row["is_standing"]) == (583.0, 1200, True)
    assert (row["first_action"], row["ended_by"], row["harm_by"]) == (None, None, "threat/1")


def test_views_are_the_audience_where_they_are_known(case: Case) -> None:
    case.post(view_count=345)

    assert case.row()["audience"] == 345


def test_the_first_public_reply_ends_it(case: Case) -> None:
    case.post()
    case.reply(NIGHT + timedelta(hours=8))
    case.reply(NIGHT + timedelta(hours=6, minutes=48))

    row = case.row()

    assert (row["first_action"], row["ended_by"], row["exposed_minutes"]) == (
        "reply",
        "brand",
        408.0,
    )
    assert row["acted_at"] == datetime(2026, 11, 3, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"visibility": "direct"}, id="in-private"),
        pytest.param({"is_answer": False, "author_kind": "automation"}, id="by-a-program"),
        pytest.param({"created_at": NIGHT - timedelta(minutes=1)}, id="before-it-was-posted"),
        pytest.param(
            {"parent_message_id": "other", "record_id": "x_quay:user:other"}, id="to-somebody-else"
        ),
    ],
)  # fmt: skip
def test_what_is_no_public_reply_to_it_leaves_it_standing(
    case: Case, more: dict[str, Any]
) -> None:
    case.post()
    case.reply(NIGHT + timedelta(hours=1), **more)

    assert case.row()["is_standing"] is True


@pytest.mark.parametrize(
    ("by", "action", "ended_by"),
    [("brand", "deleted", "brand"), ("author", None, "author"), ("network", None, "network"),
     (None, None, "unknown")],
)  # fmt: skip
def test_a_deletion_ends_it_and_is_the_brands_action_only_when_the_brand_deleted(
    case: Case, by: str | None, action: str | None, ended_by: str
) -> None:
    case.post()
    case.run()
    gone = NIGHT + timedelta(minutes=90)
    case.world.session.execute(
        "update intermediate.int_messages set deleted_at = ?, deleted_by = ?, body_text = null",
        [gone, by],
    )
    case.world.session.execute("delete from listening.message_labels")

    row = case.row()

    assert (row["first_action"], row["ended_by"], row["exposed_minutes"]) == (
        action,
        ended_by,
        90.0,
    )
    assert row["is_standing"] is False


def test_of_a_hidden_post_nobody_says_when(case: Case) -> None:
    case.post(is_hidden=True)

    row = case.row()

    assert (row["first_action"], row["ended_by"]) == ("hidden", "brand")
    assert (row["exposed_minutes"], row["is_standing"]) == (None, False)


def test_an_edit_that_takes_the_harm_away_ends_it(case: Case) -> None:
    case.post()
    case.run()
    edited = NIGHT + timedelta(minutes=30)
    case.world.session.execute(
        "update intermediate.int_messages set version_number = 2, edited_at = ?", [edited]
    )
    case.world.session.execute(
        "update listening.message_labels set version_number = 2, harm = 'none'"
    )

    row = case.row()

    assert (row["ended_by"], row["exposed_minutes"], row["first_action"]) == (
        "author",
        30.0,
        None,
    )


def test_what_the_desk_calls_false_is_no_harm_any_more(case: Case) -> None:
    case.post()
    case.run()
    case.desk.decide(1, step(State.IN_REVIEW))
    case.desk.decide(1, step(State.FALSE_POSITIVE))

    assert case.rows() == []


def test_an_agent_who_publishes_an_address_is_told_of_until_it_is_taken_down(
    case: Case,
) -> None:
    case.world.post(
        "slip", "write to kofi@mailbox.example", case.brand, direction="out",
        created_at=NIGHT, view_count=50,
    )  # fmt: skip

    row = case.row()
    assert (row["harm"], row["harm_by"], row["is_standing"]) == (
        "privacy_breach",
        "breach_by_brand/1",
        True,
    )
    assert standing(case.world.session, ALL) == Standing(1, 1, 0, 50, 1)
    case.world.session.execute(
        "update intermediate.int_messages set deleted_at = ?", [NIGHT + timedelta(minutes=5)]
    )
    row = case.row()
    assert (row["first_action"], row["exposed_minutes"]) == ("deleted", 5.0)


def test_a_report_of_a_breach_and_a_private_threat_stand_nowhere(case: Case) -> None:
    case.world.post("report", "I logged in and see someone else's orders", case.troll)
    case.post(visibility="direct")

    assert case.rows() == []


def test_the_alarm_is_raised_of_what_is_asked_for_and_new_harm_changes_its_figures(
    case: Case,
) -> None:
    case.post()
    case.world.session.execute("insert into service_levels.clocks values ('troll', false)")
    case.run()

    assert standing(case.world.session, ALL) == Standing(1, 0, 1, 1200, 1)
    assert standing(case.world.session, ["hate"]) == Standing(0, 0, 0, 0, 0)
    case.reply(NIGHT + timedelta(hours=1))
    case.world.post("next", "…", case.troll, harm="offence", created_at=NOW)
    case.run()
    assert standing(case.world.session, ALL) == Standing(1, 0, 0, 0, 2)

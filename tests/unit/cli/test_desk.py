"""``c360 desk``: what waits is listed, steps are taken and recorded, refusals say what to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dagster_project.cli import main
from dagster_project.compliance.desk import Desk
from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.domain.root import Root
from dagster_project.privacy.audit_log import AuditLog
from tests.unit.compliance.test_desk import found, sampled
from tests.unit.viewer.published import generation, publish

NOW = datetime.now(UTC)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    prepare_root(root, RootKind.COMPANY)
    desk = Desk(root.state)
    desk.register(
        [
            found("x:1", found_at=NOW - timedelta(hours=80)),
            found("x:2", kind="threat", deadline_hours=None, found_at=NOW, owner="security"),
            found("x:3", found_at=NOW - timedelta(hours=1)),
        ]
    )
    desk.draw("2026-03-27", 40, [sampled("x:9")])
    return root


def asked(root: Root, *words: str) -> Result:
    return CliRunner().invoke(main, ["desk", *words, "--root", str(root.path)])


def decided(root: Root, number: int, to: str, who: str = "ana", *more: str) -> Result:
    return asked(
        root, "decide", str(number), "--to", to, "--author", who, "--reason", "r", *more
    )


def test_what_waits_is_listed_the_most_urgent_first(root: Root) -> None:
    lines = asked(root, "list").output.splitlines()

    assert [line.split()[0] for line in lines] == ["1", "3", "2", "3"]
    assert "8 h overdue" in lines[0]
    assert "due in 71 h" in lines[1]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        pytest.param(["--overdue"], ["1"], id="overdue"),
        pytest.param(["--owner", "security"], ["2"], id="owner"),
        pytest.param(["--kind", "privacy_breach"], ["1", "3"], id="kind"),
        pytest.param(["--state", "closed"], [], id="state"),
        pytest.param(["--limit", "1"], ["1"], id="limit"),
    ],
)
def test_a_list_holds_what_was_asked_for(
    root: Root, words: list[str], numbers: list[str]
) -> None:
    *lines, _ = asked(root, "list", *words).output.splitlines()

    assert [line.split()[0] for line in lines] == numbers


def test_two_people_close_a_breach_and_the_audit_log_has_every_step(root: Root) -> None:
    for to in ("in_review", "confirmed", "escalated", "remediated"):
        assert decided(root, 1, to).exit_code == 0
    refused = decided(root, 1, "closed")
    closed = decided(root, 1, "closed", "ben")

    assert (refused.exit_code, closed.exit_code) == (1, 0)
    assert "ask somebody else" in refused.output
    assert "1" not in [line.split()[0] for line in asked(root, "list").output.splitlines()[:-1]]
    told = [e.details for e in AuditLog(root).entries() if e.command == "desk decide"]
    assert [d["to"] for d in told] == [
        "in_review", "confirmed", "escalated", "remediated", "closed", "closed",
    ]  # fmt: skip
    assert AuditLog(root).verify().problems == ()


def test_a_step_without_author_or_reason_is_refused(root: Root) -> None:
    refused = asked(root, "decide", "1", "--to", "in_review")

    assert refused.exit_code == 1
    assert "give --author, --reason" in refused.output


def test_showing_a_finding_tells_its_steps_and_holds_the_redacted_text(root: Root) -> None:
    decided(root, 1, "in_review")

    shown = asked(root, "show", "1").output

    assert "[email]" in shown
    assert "in_review  by ana: r" in shown
    assert "privacy_breach" in shown


def test_values_are_shown_when_asked_for_and_whom_they_are_about_is_recorded(
    root: Root,
) -> None:
    publish(
        root,
        "crm",
        "create table fct_message as select 'x:1' as message_id, 1 as version_number, "
        "'write to kofi@mailbox.example' as body_text",
        name=generation(1),
    )
    publish(
        root,
        "compliance",
        "create table fct_compliance_finding as select 1 as finding_id, 'c1' as customer_id",
        name=generation(1),
    )

    shown = asked(root, "show", "1", "--show-values").output
    hidden = asked(root, "show", "1").output

    assert "kofi@mailbox.example" in shown
    assert "kofi@" not in hidden
    log = AuditLog(root)
    assert [e.details["values"] for e in log.entries("c1")] == [True, False]


def test_a_drawn_message_is_listed_until_it_is_judged(root: Root) -> None:
    before = asked(root, "sample").output
    unsaid = asked(root, "sample", "1", "--author", "ana", "--reason", "r")
    said = asked(root, "sample", "1", "--missed", "threat", "--author", "ana", "--reason", "r")

    assert "hello" in before
    assert (unsaid.exit_code, said.exit_code) == (1, 0)
    assert "0 messages to look at" in asked(root, "sample").output

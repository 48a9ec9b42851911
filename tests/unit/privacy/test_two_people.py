"""An erasure takes two accounts where the company wants that."""

from pathlib import Path

import pytest

from dagster_project.cli import erase as command
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root
from dagster_project.privacy import audit_log
from dagster_project.privacy.audit_log import AuditLog
from dagster_project.privacy.queue import ask, confirm_all, queue_folder, read_queue
from dagster_project.privacy.requests import Request
from dagster_project.settings import Settings, read_settings


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    root.config.mkdir()
    (root.config / "privacy.yml").write_text("two_people: true\n", encoding="utf-8")
    (root.config / "sources.yml").write_text("sources: {}\n", encoding="utf-8")
    return root


@pytest.fixture
def settings(root: Root) -> Settings:
    return read_settings(root.path)


def free_to_go(root: Root, *, two_people: bool = True) -> list[bool]:
    return [w.may_go(two_people=two_people) for w in read_queue(root)]


def test_a_request_waits_for_another_account_than_the_one_that_asked(root: Root) -> None:
    ask(root, Request(identifier="ada@example.org", requested_by="ada"))
    assert confirm_all(root, "ada") == 0
    assert free_to_go(root) == [False]

    assert confirm_all(root, "ben") == 1

    assert free_to_go(root) == [True]


@pytest.mark.parametrize(
    ("asked", "confirmed"),
    [
        pytest.param("ada", "ada", id="the-same"),
        pytest.param("ada", "ADA", id="in-capitals"),
        pytest.param("ada", " ada ", id="with-blanks"),
        pytest.param("", "ben", id="nobody-asked"),
        pytest.param("ada", "", id="nobody-confirmed"),
    ],
)
def test_a_file_that_names_one_person_twice_names_one(
    root: Root, asked: str, confirmed: str
) -> None:
    queue_folder(root).mkdir()
    (queue_folder(root) / "portal.csv").write_text(
        f"identifier,requested_by,confirmed_by\nada@example.org,{asked},{confirmed}\n",
        encoding="utf-8",
    )

    assert free_to_go(root) == [False]
    assert free_to_go(root, two_people=False) == [True]


def test_nobody_erases_by_themselves_and_the_attempt_is_recorded(
    root: Root, settings: Settings
) -> None:
    with pytest.raises(Customer360Error, match="two people"):
        command.confirm(settings, Request(identifier="ada@example.org"))

    assert [e.command for e in AuditLog(root).entries()] == ["erase refused"]


def test_who_asked_confirms_nothing_by_carrying_out_the_queue(
    root: Root, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "account", lambda: "ada")
    command.put_into_queue(settings, Request(customer="c1"))

    command.carry_out_queue(settings)

    assert free_to_go(root) == [False]
    entries = list(AuditLog(root).entries())
    assert [(e.command, e.who) for e in entries] == [
        ("erase --request", "ada"),
        ("erase --queue", "ada"),
    ]
    assert entries[1].details["confirmed"] == 0

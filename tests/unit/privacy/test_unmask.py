"""Unmasking takes two people where the company wants that, and leaves its traces in the log."""

from pathlib import Path

import pytest

from dagster_project.consent.secret import read_key
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root
from dagster_project.privacy import audit_log, unmask
from dagster_project.privacy.audit_log import AuditLog
from dagster_project.privacy.unmask import Masked, approve, request, reveal
from dagster_project.publish.publication import publish
from tests.unit.publish.company import build_warehouse, change, read
from tests.unit.publish.test_masks import CLASSES, masked


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    build_warehouse(root, customers=3)
    change(root, "create table marts.dim_customer as select * from marts.customer_360")
    publish(root, masked(), classes=lambda: CLASSES)
    return root


@pytest.fixture
def log(root: Root) -> AuditLog:
    return AuditLog(root)


@pytest.fixture
def asked(root: Root) -> Masked:
    file = root.published / "care.duckdb"
    return Masked(masked(), str(read(file, "select min(customer_key) from customer_360")[0][0]))


class As:
    """Acts as one account of the operating system after another."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def __call__(self, who: str) -> None:
        for module in (audit_log, unmask):
            self._patch.setattr(module, "account", lambda: who)


@pytest.fixture
def act_as(monkeypatch: pytest.MonkeyPatch) -> As:
    return As(monkeypatch)


def told(log: AuditLog, asked: Masked) -> str:
    return reveal(log, asked, secret=read_key(log.root), two_people=True)


def test_one_account_alone_is_told_nothing(log: AuditLog, asked: Masked, act_as: As) -> None:
    act_as("ada")
    with pytest.raises(Customer360Error, match="two people"):
        told(log, asked)
    request(log, asked, "call back")
    with pytest.raises(Customer360Error, match="their own"):
        approve(log, asked)

    with pytest.raises(Customer360Error, match="two people"):
        told(log, asked)

    assert [e.command for e in log.entries()].count("unmask refused") == 2


def test_with_anothers_agreement_who_asked_is_told_once(
    log: AuditLog, asked: Masked, act_as: As
) -> None:
    act_as("ada")
    request(log, asked, "call back")
    act_as("ben")
    assert approve(log, asked) == "ada"
    with pytest.raises(Customer360Error, match="two people"):
        told(log, asked)  # who agreed is not told

    act_as("ada")
    found = told(log, asked)

    assert found in {"c1", "c2", "c3"}
    with pytest.raises(Customer360Error, match="two people"):
        told(log, asked)
    assert log.verify().problems == ()
    assert [e.who for e in log.entries(found)] == ["ada"]


def test_an_agreement_holds_for_its_key_alone(
    root: Root, log: AuditLog, asked: Masked, act_as: As
) -> None:
    file = root.published / "care.duckdb"
    another = str(read(file, "select max(customer_key) from customer_360")[0][0])
    act_as("ada")
    request(log, asked, "call back")
    act_as("ben")
    approve(log, asked)

    act_as("ada")
    with pytest.raises(Customer360Error, match="two people"):
        told(log, Masked(asked.consumer, another))


def test_nobody_agrees_to_what_nobody_asked(log: AuditLog, asked: Masked, act_as: As) -> None:
    act_as("ben")

    with pytest.raises(Customer360Error, match="nobody has asked"):
        approve(log, asked)


def test_where_one_person_is_enough_the_look_is_recorded(log: AuditLog, asked: Masked) -> None:
    found = reveal(log, asked, secret=read_key(log.root), two_people=False)

    assert [e.command for e in log.entries(found)] == ["unmask"]


def test_the_log_names_nobody(root: Root, log: AuditLog, asked: Masked) -> None:
    found = reveal(log, asked, secret=read_key(root), two_people=False)

    assert f'"{found}"' not in log.file.read_text(encoding="utf-8")

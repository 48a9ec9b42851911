"""``c360 dismiss``: a person takes what is held back for settled, by name, and can take it back."""

from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.cli.doctor import examine
from dagster_project.cli.root import dismiss_held_back
from dagster_project.cli.terminal import console
from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.loads import Load, LoadState, Verdict
from dagster_project.domain.root import Root
from dagster_project.landing.attention import Attention
from dagster_project.landing.ledger import Ledger
from tests.unit.landing.builders import DAY

LOAD = Load("a1", "shop", "hubspot", "contact", LoadState.LANDED, DAY, "x.zip!contacts.csv", 3)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    prepare_root(root, RootKind.COMPANY)
    ledger = Ledger(root)
    for load in (LOAD, replace(LOAD, load_id="b2", origin="deals.csv")):
        ledger.enter(load, manifest={})
        ledger.decide(
            load.load_id,
            state=LoadState.REFUSED,
            verdict=Verdict("s"),
            quarantined=0,
            suite_hash="h",
            reasons=["why"],
        )
    return root


def said(root: Root, *what: str, undo: bool = False) -> str:
    with console.capture() as printed:
        dismiss_held_back(root.path, what, undo=undo)
    return printed.get()


def named_by_doctor(root: Root) -> str:
    return "\n".join(f.what for f in examine(root.path) if not f.is_good)


def test_without_a_name_what_is_held_back_is_listed(root: Root) -> None:
    told = said(root)

    assert "x.zip!contacts.csv (a1), 3 rows" in told
    assert "2 loads refused" in told


@pytest.mark.parametrize("name", ["a1", "x.zip", "shop/x.zip", "x.zip!contacts.csv"])
def test_a_load_is_dismissed_by_its_id_or_file_and_doctor_names_it_no_more(
    root: Root, name: str
) -> None:
    assert "x.zip!contacts.csv" in named_by_doctor(root)

    said(root, name)

    assert [h.load_id for h in Attention(root).held_back()] == ["b2"]
    assert "x.zip!contacts.csv" not in named_by_doctor(root)
    assert "deals.csv" in named_by_doctor(root)


def test_a_dismissal_can_be_taken_back(root: Root) -> None:
    said(root, "a1")
    said(root, "a1", undo=True)

    assert len(Attention(root).held_back()) == 2


def test_a_name_that_nothing_held_back_has_is_an_error(root: Root) -> None:
    with pytest.raises(Customer360Error, match="no load of this id or file is held back"):
        said(root, "good.csv")

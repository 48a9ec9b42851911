"""Accounts in the steward's commands: told by their ids, explained, judged, and obeyed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from dagster_project.cli import main
from dagster_project.cli.accounts import is_account
from tests.unit.identity.accounts.room import account, opened


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param("a01a22b10ed49f95046ed", True, id="account"),
        pytest.param("c01a22b10ed49f95046ed", False, id="customer"),
        pytest.param("salesforce_emea:account:0015g000000001mAAA", True, id="salesforce"),
        pytest.param("hubspot_apac:company:9001", True, id="hubspot"),
        pytest.param("mastodon_quay:account:1", False, id="social-account"),
        pytest.param("anna@nord.example", False, id="address"),
    ],
)
def test_an_accounts_id_is_told_by_its_form(asked: str, expected: bool) -> None:
    assert is_account(asked) is expected


def test_a_steward_asks_about_accounts_and_a_run_obeys(tmp_path: Path) -> None:
    root = tmp_path / "root"
    CliRunner().invoke(main, ["init", str(root)])
    one, two = "salesforce_a:account:001sf1", "hubspot_b:company:hs1"
    records = [
        {**account("sf1", "Nord Studio", website="nord.example"), "record_id": one},
        account("hs1", "Nord Studio SARL", phone="0186123456"),
        account("hs2", "Quite Another Bakery"),
    ]

    def asked(*words: str) -> str:
        result = CliRunner().invoke(main, [*words, "--root", str(root)])
        assert result.exit_code == 0, result.output
        return result.output

    with opened(
        tmp_path, state=root / "state" / "accounts", warehouse=root / "warehouse"
    ) as room:
        room.write(*records)
        room.resolve()
        whole = room.ids()["hs1"]
        pair = asked("explain", "pair", one, two)
        customer = asked("explain", "customer", whole)
        asked("split", whole, two, "--author", "a steward", "--reason", "two companies")
        room.resolve()
        after = room.ids()
        listed = asked("judgements", "--accounts")
        queue = asked("review", "--accounts")

    assert "one account" in pair
    assert "name same" in pair
    assert "2 records" in customer
    assert "name=same" in customer
    assert after["hs1"] != after["001sf1"]
    assert "different" in listed
    assert "are these two accounts one?" not in queue

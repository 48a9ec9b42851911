"""Records of organisations become accounts: who is one, who is kept apart, and ids that last."""

import re
from pathlib import Path

import pytest

from dagster_project.config.identity import MoveOptions
from dagster_project.identity.ledger.judgements import Verdict, judge
from dagster_project.identity.ledger.naming import TooManyMovesError
from tests.unit.identity.accounts.room import AS_OF, account, joined, opened

_NORD = {"website": "https://www.nord-studio.example", "phone": "+33 1 86 12 34 56"}
_LYON = {"street": "12 rue Pasteur", "city": "Lyon", "postal_code": "69003"}
_PARIS = {"street": "4 quai Voltaire", "city": "Paris", "postal_code": "75007"}


Records = list[dict[str, object]]

ONE: dict[str, Records] = {
    "legal-form-and-capitals": [
        account("sf1", "Nord Studio S.à r.l."),
        account("hs1", "NORD STUDIO"),
    ],
    "abbreviation": [
        account("sf1", "Nord Studio Intl."),
        account("hs1", "Nord Studio International", **_NORD),
    ],
    "long-form": [
        account("sf1", "Müller Technik GmbH", country="DE"),
        account(
            "hs1",
            "Mueller Technik Gesellschaft mit beschränkter Haftung",
            website="mueller-technik.example",
            country="DE",
        ),
    ],
    "other-script": [
        account("sf1", "Оптика Север ООО"),
        account("hs1", "Optika Sever", phone="0186999999"),
    ],
    "employer-by-short-name-and-domain": [
        account("sf1", "Nord Studio", **_NORD),
        account("em1", "Nord", email_domain="nord-studio.example"),
    ],
    "renamed-with-its-number": [
        account("sf1", "Nord Studio", registration_number="552 100 554"),
        account("hs1", "Atelier Boréal", registration_number="552100554"),
    ],
    "former-name": [
        account("sf1", "Atelier Boréal"),
        account("hs1", "Kappa SAS (formerly Atelier Boréal)"),
    ],
    "french-numbers-of-one-company": [
        account("sf1", "Nord Studio", tax_number="FR40552100554"),
        account("hs1", "Atelier Boréal", registration_number="55210055400013"),
    ],
    "merged-in-the-crm": [
        account("sf1", "Nord Studio", merged_into="sf2"),
        account("sf2", "Atelier Boréal"),
    ],
}

TWO: dict[str, Records] = {
    "other-number": [
        account("sf1", "Nord Studio SAS", registration_number="552100554", **_NORD),
        account("hs1", "Nord Studio SAS", registration_number="383960135", **_NORD),
    ],
    "site-of-one-name-and-domain": [
        account("sf1", "Nord Studio", **_NORD, **_PARIS),
        account("hs1", "Nord Studio", **{**_NORD, "phone": "+33 4 78 99 88 77"}, **_LYON),
    ],
    "other-legal-form": [
        account("sf1", "Nord Studio GmbH", **_PARIS),
        account("hs1", "Nord Studio AG", **_PARIS),
    ],
    "namesakes": [
        account("sf1", "Nord Studio", website="nord-studio.example", **_PARIS),
        account(
            "hs1", "Nord Studio", website="studio-nord.example", phone="0478998877", **_LYON
        ),
    ],
    "companies-of-a-group-at-one-domain-and-address": [
        account("sf1", "Nord Logistique", website="nord.example", **_PARIS),
        account("hs1", "Nord Assurances", website="nord.example", **_PARIS),
    ],
    "parent-and-child-of-one-name": [
        account("sf1", "Nord Studio", **_NORD),
        account("sf2", "Nord Studio", parent_record_id="sf1", **_NORD),
    ],
    "one-common-word-alone": [account("sf1", "Parker"), account("hs1", "Parker")],
    "free-mail": [
        account("em1", "Bakery One", email_domain="gmail.com"),
        account("em2", "Garage Two", email_domain="gmail.com"),
    ],
    "page-host": [
        account("sf1", "Tavern Three", website="https://facebook.com/tavern"),
        account("hs1", "Florist Four", website="facebook.com/florist"),
    ],
}


def _as_case(number: int, records: Records) -> Records:
    """The same records under names, domains and numbers of their own."""
    word = f"{'BCDFGLMNPRSTV'[number % 13]}or{'aeiou'[number % 5]}{'kmstx'[number // 5]}"
    swaps = {
        "Nord": word, "nord": word.lower(), "Parker": f"Par{word.lower()}", "NORD": word.upper(),
        "Boréal": f"Bo{word.lower()}", "86 12 34": f"86 {number + 10} 34", "552": str(500 + number),
        "383": str(300 + number),
    }  # fmt: skip

    def swapped(value: object) -> object:
        text = str(value)
        for old, new in swaps.items():
            text = text.replace(old, new)
        return re.sub(r":((?:sf|hs|em)[0-9])$", rf":\1c{number}", text)

    return [
        {k: v if v is None else swapped(v) for k, v in record.items()} for record in records
    ]


@pytest.fixture(scope="module")
def groups(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How many accounts the records of each case made, all resolved in one warehouse."""
    cases = {**ONE, **TWO}
    records = [
        record
        for number, case in enumerate(cases.values())
        for record in _as_case(number, case)
    ]
    found = joined(tmp_path_factory.mktemp("cases"), *records)
    sizes = dict.fromkeys(cases, 0)
    for group in found:
        numbers = {int(name.split("c")[1]) for name in group}
        assert len(numbers) == 1, group
        sizes[list(cases)[numbers.pop()]] += 1
    return sizes


@pytest.mark.parametrize("case", ONE)
def test_one_company_is_one_account(groups: dict[str, int], case: str) -> None:
    assert groups[case] == 1


@pytest.mark.parametrize("case", TWO)
def test_two_companies_are_two_accounts(groups: dict[str, int], case: str) -> None:
    assert groups[case] == 2


def test_a_web_agencys_domain_joins_none_of_its_clients(tmp_path: Path) -> None:
    clients = ("Bakery One", "Garage Two", "Tavern Three", "Florist Four")

    found = joined(
        tmp_path,
        *(account(f"sf{n}", name, website="pages.agency.example") for n, name in enumerate(clients)),
    )  # fmt: skip

    assert len(found) == 4


def test_a_mention_that_fits_two_companies_fits_neither(tmp_path: Path) -> None:
    found = joined(
        tmp_path,
        account("sf1", "Nord Studio", website="nord-studio.example", registration_number="552100554"),
        account("hs1", "Nord Studio", website="studio-nord.example", registration_number="383960135"),
        account("em1", "Nord Studio"),
    )  # fmt: skip

    assert found == {frozenset({"sf1"}), frozenset({"hs1"}), frozenset({"em1"})}


def test_a_mention_of_a_company_with_sites_is_its_head_offices(tmp_path: Path) -> None:
    found = joined(
        tmp_path,
        account("sf1", "Nord Studio", **_NORD, **_PARIS),
        account("sf2", "Nord Studio", parent_record_id="sf1",
                **{**_NORD, "phone": "0478998877"}, **_LYON),
        account("em1", "Nord Studio", email_domain="nord-studio.example"),
    )  # fmt: skip

    assert found == {frozenset({"sf1", "em1"}), frozenset({"sf2"})}


def test_accounts_that_are_kept_apart_are_related(tmp_path: Path) -> None:
    with opened(tmp_path) as room:
        room.write(
            account("sf1", "Nord Studio", **_NORD, **_PARIS),
            account("hs1", "Nord Studio", **{**_NORD, "phone": "0478998877"}, **_LYON),
            account("sf2", "Ost Holding"),
            account("sf3", "Ost Werke", parent_record_id="sf2"),
            account("sf4", "West Logistique", website="west.example"),
            account("hs4", "West Assurances", website="west.example"),
        )
        room.resolve()
        found = room.relations()

    assert ("sf2", "sf3", "parent") in found
    assert {frozenset(pair[:2]) for pair in found if pair[2] == "site"} == {
        frozenset({"sf1", "hs1"})
    }
    assert {frozenset(pair[:2]) for pair in found if pair[2] == "group"} == {
        frozenset({"sf4", "hs4"})
    }


def test_ids_last_and_an_id_that_went_over_leads_to_its_heir(tmp_path: Path) -> None:
    with opened(tmp_path) as room:
        room.write(account("sf1", "Nord Studio", **_NORD), account("hs1", "Boreal Atelier"))
        room.resolve()
        before = room.ids()
        room.write(
            account("sf1", "Nord Studio", **_NORD),
            account("hs1", "Boreal Atelier", merged_into="hs2"),
            account("hs2", "Nord Studio"),
        )
        report = room.resolve()
        after = room.ids()
        redirects = room.connection.execute(
            "select account_id, redirects_to from identity.account_redirects"
        ).fetchall()

    assert len(set(after.values())) == 1
    assert set(after.values()) < set(before.values())
    assert report.merged == 1
    assert redirects == [((set(before.values()) - set(after.values())).pop(), after["sf1"])]
    assert all(account_id.startswith("a") for account_id in before.values())


def test_the_same_records_again_change_nothing_and_compare_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as room:
        room.write(account("sf1", "Nord Studio"), account("hs1", "Nord Studio SARL"))
        first = room.resolve()
        again = room.resolve()
        runs = room.connection.execute("select count(*) from identity.account_runs").fetchall()

    assert (again.is_unchanged, again.candidates) == (True, 0)
    assert (again.records, again.accounts) == (first.records, first.accounts)
    assert runs == [(1,)]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_stewards_word_wins(tmp_path: Path, verdict: Verdict) -> None:
    alike = account("hs1", "Nord Studio SARL" if verdict is Verdict.DIFFERENT else "Other")
    with opened(tmp_path) as room:
        room.write(account("sf1", "Nord Studio", registration_number="552100554"), alike)
        room.resolve()
        before = room.groups()
        judge(
            tmp_path / "state",
            verdict=verdict,
            record_ids=("salesforce_a:account:sf1", "hubspot_b:company:hs1"),
            author="a steward",
            reason="asked the company",
            made_at=AS_OF,
        )
        room.resolve()
        after = room.groups()

    assert before != after
    assert (len(after) == 1) is (verdict is Verdict.SAME)


def test_a_run_that_would_move_too_many_records_stops(tmp_path: Path) -> None:
    strict = MoveOptions(stop_above=0.1, from_records=1)
    with opened(tmp_path) as room:
        room.write(account("sf1", "Nord Studio"), account("hs1", "Boreal Atelier"))
        room.resolve()
        room.write(account("sf1", "Nord Studio"), account("hs1", "Nord Studio"))

        with pytest.raises(TooManyMovesError, match="another account"):
            room.resolve(moves=strict)
        report = room.resolve(moves=strict, accept_moves=True)

    assert report.merged == 1


def test_a_root_without_organisations_has_no_accounts(tmp_path: Path) -> None:
    with opened(tmp_path) as room:
        room.write()
        report = room.resolve()

    assert (report.records, report.accounts) == (0, 0)

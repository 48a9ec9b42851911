"""What an erasure takes along is theirs alone: nobody else loses a row, nothing of theirs is left."""

from datetime import date
from pathlib import Path

import pytest

from dagster_project.config.privacy import LegalHold, Privacy
from dagster_project.domain.errors import Customer360Error
from dagster_project.privacy.erase import erase, preview
from dagster_project.privacy.queue import ask as ask_for
from dagster_project.privacy.queue import read_queue
from dagster_project.privacy.requests import Request, Scope
from dagster_project.privacy.scan import scan
from dagster_project.privacy.work_off import work_off
from tests.unit.privacy.small_company import (
    Held,
    ask,
    company,
    hubspot,
    landed,
    recipient,
    root_with,
)

ADA, BO = "hubspot_apac:contact:1", "hubspot_apac:contact:2"


def test_an_address_that_somebody_else_holds_stays_with_them(tmp_path: Path) -> None:
    root = root_with(
        tmp_path,
        [
            Held(ADA, "c_ada", {"email": "family@example.org"}),
            Held(BO, "c_bo", {"email": "family@example.org"}),
        ],
        contacts=[
            hubspot(1, email="family@example.org"),
            hubspot(2, email="family@example.org"),
        ],
    )

    found = preview(company(root), [Request(customer="c_ada")])
    erase(company(root), [Request(customer="c_ada")], name="e")

    assert found.shared == 1
    assert landed(root) == [("2", "family@example.org")]
    assert ask(root, "select customer_id, email from marts.customer_360") == [
        ("c_bo", "family@example.org")
    ]


def test_who_is_erased_last_takes_the_shared_address_along(tmp_path: Path) -> None:
    root = root_with(
        tmp_path,
        [
            Held(ADA, "c_ada", {"email": "family@example.org"}),
            Held(BO, "c_bo", {"email": "family@example.org"}),
        ],
        contacts=[
            hubspot(1, email="family@example.org"),
            hubspot(2, email="family@example.org"),
        ],
    )

    erase(company(root), [Request(customer="c_ada"), Request(customer="c_bo")], name="e")

    assert scan(root.path, ["family@example.org"]) == ()


def test_a_handle_on_another_network_is_somebody_else(tmp_path: Path) -> None:
    """The same word on Instagram may be anybody; on X it is theirs alone."""
    root = root_with(
        tmp_path,
        [
            Held(ADA, "c_ada", {"handle:x": "kestrel43"}),
            Held("x_quay:user:7", "c_bo", {"handle:instagram": "kestrel43"}),
        ],
        contacts=[
            hubspot(1, twitter_username="kestrel43"),
            hubspot(1, twitter_username="@kestrel43", email="old@example.org"),
        ],
    )

    erase(company(root), [Request(customer="c_ada")], name="e")

    assert landed(root) == []
    assert ask(
        root, "select record_id, value_norm from intermediate.int_contact_identifiers"
    ) == [("x_quay:user:7", "kestrel43")]


@pytest.mark.parametrize("handle", ["marketing", "delivery"])
def test_a_handle_that_is_a_common_word_takes_no_rows_of_others(
    tmp_path: Path, handle: str
) -> None:
    root = root_with(
        tmp_path,
        [
            Held(ADA, "c_ada", {"handle:x": handle}),
            Held(BO, "c_bo", {"email": "bo@example.org"}),
        ],
        contacts=[hubspot(1, twitter_username=handle), hubspot(2, email="bo@example.org")],
    )

    erase(company(root), [Request(customer="c_ada")], name="e")

    assert ask(root, "select customer_id, channel from marts.customer_360") == [
        ("c_bo", "marketing")
    ]
    assert ask(root, "select count(*) from marts.topics") == [(2,)]


def test_a_row_of_somebody_else_that_once_held_the_address_stays_without_it(
    tmp_path: Path,
) -> None:
    """A clerk typed Ada's address into Bo's record, and put it right the next day."""
    root = root_with(
        tmp_path,
        [
            Held(ADA, "c_ada", {"email": "ada@example.org"}),
            Held(BO, "c_bo", {"email": "bo@example.org"}),
        ],
        contacts=[
            hubspot(1, email="ada@example.org"),
            hubspot(2, email="ada@example.org"),
            hubspot(2, email="bo@example.org"),
        ],
    )

    erase(company(root), [Request(customer="c_ada")], name="e")

    assert landed(root) == [("2", "bo@example.org"), ("2", None)]
    assert scan(root.path, ["ada@example.org"]) == ()


def test_a_number_that_another_source_reads_otherwise_takes_nobody_along(
    tmp_path: Path,
) -> None:
    """``6527 3410`` is written by two people in two countries; the matcher reads both abroad."""
    root = root_with(
        tmp_path,
        [
            Held("hubspot_emea:contact:1", "c_ada", {"phone": "+85265273410"}),
            Held(ADA, "c_bo", {"phone": "+85265273410"}),
        ],
        contacts=[hubspot(1, phone_number="65273410")],
        rows={
            ("hubspot_emea", "hubspot", "contact"): [
                hubspot(1, phone_number="+85265273410", email="ada@example.org")
            ]
        },
    )

    erase(company(root), [Request(customer="c_ada")], name="e")

    assert landed(root, "_source, record_id") == [("hubspot_apac", "1")]
    assert ask(root, "select record_id from identity.customer_xref") == [(ADA,)]


def test_mail_to_an_address_follows_who_holds_it(tmp_path: Path) -> None:
    """Mail events know an address and nobody else: the recipient is no second person."""
    address = "ada@example.org"
    root = root_with(
        tmp_path,
        [Held(ADA, "c_ada", {"email": address}), recipient(address, "c_recipient")],
        contacts=[hubspot(1, email=address)],
        rows={("mail", "sendgrid", "event"): [{"sg_event_id": "9", "email": address}]},
    )

    receipt = erase(company(root), [Request(customer="c_ada")], name="e")

    assert receipt.landed == {"hubspot_apac.contact": 1, "mail.event": 1}
    assert receipt.customers == 2
    assert scan(root.path, [address]) == ()


def test_mail_to_an_address_of_two_stays_with_who_is_left(tmp_path: Path) -> None:
    address = "family@example.org"
    root = root_with(
        tmp_path,
        [
            Held(ADA, "c_ada", {"email": address}),
            Held(BO, "c_bo", {"email": address}),
            recipient(address, "c_recipient"),
        ],
        contacts=[hubspot(1, email=address), hubspot(2, email=address)],
        rows={("mail", "sendgrid", "event"): [{"sg_event_id": "9", "email": address}]},
    )

    receipt = erase(company(root), [Request(customer="c_ada")], name="e")

    assert receipt.landed == {"hubspot_apac.contact": 1}


def test_a_telephone_of_a_company_is_nobodys_own(tmp_path: Path) -> None:
    root = root_with(
        tmp_path,
        [Held(ADA, "c_ada", {"phone": "+4420794600"})],
        contacts=[hubspot(1, phone_number="+4420794600")],
        account_phones=["+4420794600"],
    )

    receipt = erase(company(root), [Request(customer="c_ada")], name="e")

    assert receipt.tombstones == 1  # the record's id
    assert ask(root, "select phone from intermediate.int_accounts") == [("+4420794600",)]


def test_a_customer_is_found_by_an_id_that_leads_to_it(tmp_path: Path) -> None:
    root = root_with(
        tmp_path,
        [Held(ADA, "c_ada", {"email": "ada@example.org"})],
        contacts=[hubspot(1, email="ada@example.org")],
        redirects=[("c_middle", "c_ada"), ("c_old", "c_middle")],
    )

    receipt = erase(company(root), [Request(customer="c_old")], name="e")

    assert receipt.records == 1
    assert scan(root.path, ["ada@example.org", "c_middle", "c_ada"]) == ()
    assert ask(root, "from identity.redirects") == []


def test_exactly_the_records_that_hold_an_identifier_go(tmp_path: Path) -> None:
    held = [
        Held(ADA, "c_ada", {"email": "ada@example.org"}),
        Held("x_quay:user:7", "c_ada", {"handle:x": "kestrel43"}),
    ]
    rows = {("x_quay", "x", "user"): [{"id": "7", "username": "kestrel43"}]}
    exact, connected = (
        root_with(
            tmp_path / name, held, contacts=[hubspot(1, email="ada@example.org")], rows=rows
        )
        for name in ("exact", "connected")
    )
    asked = Request(identifier="kestrel43", scope=Scope.EXACT)

    only = erase(company(exact), [asked], name="e")
    whole = erase(company(connected), [Request(identifier="kestrel43")], name="e")

    assert (only.landed, only.customers) == ({"x_quay.user": 1}, 0)
    assert landed(exact) == [("1", "ada@example.org")]
    assert (sum(whole.landed.values()), whole.customers) == (2, 1)


def test_who_stands_only_in_a_row_no_run_has_taken_in_goes_by_the_identifier(
    tmp_path: Path,
) -> None:
    root = root_with(
        tmp_path,
        [Held(BO, "c_bo", {"email": "bo@example.org"})],
        contacts=[hubspot(1, email="ada@example.org"), hubspot(2, email="bo@example.org")],
    )

    receipt = erase(company(root), [Request(identifier="ada@example.org")], name="e")

    assert receipt.landed == {"hubspot_apac.contact": 1}
    assert landed(root) == [("2", "bo@example.org")]


def test_a_held_customer_stays_and_the_receipt_names_the_hold(tmp_path: Path) -> None:
    root = root_with(
        tmp_path,
        [
            Held(ADA, "c_ada", {"email": "ada@example.org"}),
            Held(BO, "c_bo", {"email": "bo@example.org"}),
        ],
        contacts=[hubspot(1, email="ada@example.org"), hubspot(2, email="bo@example.org")],
    )
    hold = LegalHold(customers=("c_ada",), reason="lawsuit", until=date(2999, 1, 1))

    receipt = erase(
        company(root, Privacy(legal_holds={"claim": hold})),
        [Request(customer="c_ada"), Request(customer="c_bo")],
        name="e",
    )

    assert receipt.legal_holds == ("claim",)
    assert landed(root) == [("1", "ada@example.org")]


def test_files_that_name_nobody_are_not_written_anew(tmp_path: Path) -> None:
    root = root_with(
        tmp_path,
        [Held(BO, "c_bo", {"email": "bo@example.org"})],
        contacts=[hubspot(2, email="bo@example.org")],
    )
    before = {f: f.stat().st_mtime_ns for f in root.path.rglob("*") if f.is_file()}

    receipt = erase(company(root), [Request(customer="c_nobody")], name="e")

    assert (receipt.records, receipt.places) == (0, ())
    assert {f: f.stat().st_mtime_ns for f in before} == before


@pytest.mark.parametrize("limit", [{"sources": ("mial",)}, {"purposes": ("mial",)}])
def test_a_limit_the_register_does_not_know_is_refused(
    tmp_path: Path, limit: dict[str, tuple[str, ...]]
) -> None:
    root = root_with(tmp_path, [Held(ADA, "c_ada", {"email": "ada@example.org"})])

    with pytest.raises(Customer360Error, match="mial") as refused:
        erase(company(root), [Request(customer="c_ada", **limit)], name="e")

    assert "mail" in refused.value.remedy


def test_a_wrong_line_of_the_queue_is_named_before_anybody_is_erased(tmp_path: Path) -> None:
    root = root_with(
        tmp_path,
        [Held(ADA, "c_ada", {"email": "ada@example.org"})],
        contacts=[hubspot(1, email="ada@example.org")],
    )
    ask_for(root, Request(customer="c_ada"))
    ask_for(root, Request(customer="c_ada", sources=("mial",)))

    with pytest.raises(Customer360Error) as refused:
        work_off(company(root))

    assert refused.value.where.endswith("requests.csv:3")
    assert landed(root) == [("1", "ada@example.org")]
    assert len(read_queue(root)) == 2


def test_a_request_that_a_hold_keeps_says_so(tmp_path: Path) -> None:
    root = root_with(tmp_path, [Held(ADA, "c_ada", {"email": "ada@example.org"})])
    hold = LegalHold(customers=("c_ada",), reason="lawsuit")

    found = preview(
        company(root, Privacy(legal_holds={"claim": hold})), [Request(customer="c_ada")]
    )

    assert (found.found[0].is_held, found.records) == (True, ())


@pytest.mark.parametrize(
    "limit", [{"sources": ("x_quay",)}, {"purposes": ("answers",)}], ids=["source", "purpose"]
)
def test_who_is_erased_of_one_source_stays_in_the_others(
    tmp_path: Path, limit: dict[str, tuple[str, ...]]
) -> None:
    root = root_with(
        tmp_path,
        [
            Held(ADA, "c_ada", {"email": "ada@example.org"}),
            Held("x_quay:user:7", "c_ada", {"handle:x": "kestrel43"}),
        ],
        contacts=[hubspot(1, email="ada@example.org")],
        rows={("x_quay", "x", "user"): [{"id": "7", "username": "kestrel43"}]},
    )

    receipt = erase(company(root), [Request(customer="c_ada", **limit)], name="e")

    assert (receipt.landed, receipt.customers) == ({"x_quay.user": 1}, 0)
    assert ask(root, "select record_id from identity.customer_xref") == [(ADA,)]
    assert landed(root) == [("1", "ada@example.org")]

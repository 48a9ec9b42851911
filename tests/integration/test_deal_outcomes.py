"""What has become of a deal: its flags, the company's map, a shipped stage, else unknown; once each."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from tests.integration.scratch_warehouse import ScratchWarehouse

STAGE, CLOSED, WON = "deal_stage", "is_closed", "is_won"

FULL: dict[str, tuple[str, str | None, str | None, str, str | None]] = {
    # stage, closed flag, won flag: outcome, basis
    "1": ("Vertrag unterschrieben", "true", "true", "won", "flag"),
    "2": ("Vertrag unterschrieben", None, "WAHR", "won", "flag"),
    "3": ("Verloren", "1", "0", "lost", "flag"),
    "4": ("Angebot", "false", "false", "open", "flag"),
    "5": ("Auf Wiedervorlage", None, None, "unknown", None),
    "6": ("Closed Won (Sales Pipeline)", None, None, "won", "shipped_stage"),
    "7": ("closedlost", None, None, "lost", "shipped_stage"),
    "8": ("Contract Sent (Sales)", None, None, "open", "shipped_stage"),
    "9": ("Closed Won", "false", "false", "open", "flag_against_stage"),
    "10": ("Not closed won yet", None, None, "unknown", None),
    "11": ("Gewonnen?", "true", None, "unknown", None),
    "12": ("Angebot", None, "no", "unknown", None),
    "13": ("Proposal/Price Quote", None, None, "open", "shipped_stage"),
    "14": ("Closed Lost", "true", None, "lost", "shipped_stage"),
    "15": ("Closed Won", None, "false", "unknown", None),
    "16": ("成約", None, None, "won", "mapped_stage"),
    "17": ("  vertrag  UNTERSCHRIEBEN ", None, None, "won", "mapped_stage"),
    "18": ("Vertrag unterschrieben (Neukunden)", None, None, "won", "mapped_stage"),
    "19": ("Fertig (Erneuerung)", None, None, "lost", "mapped_stage"),
    "20": ("Fertig (Neukunden)", None, None, "won", "mapped_stage"),
    "21": ("Closed Won - zurückgegeben", None, None, "lost", "mapped_stage"),
    "22": ("Vertrag unterschrieben", "false", None, "open", "flag_against_stage"),
}

MAP = (
    (None, None, "Vertrag unterschrieben", "won"),
    (None, None, "成約", "won"),
    (None, None, "Fertig", "won"),
    (None, "erneuerung", "Fertig", "lost"),
    (None, None, "Closed Won - zurückgegeben", "lost"),
    ("another_source", None, "Fertig", "open"),
    ("another_source", None, "Angebot", "open"),
)

NARROWER: dict[str, tuple[tuple[str, str | None, str | None], str, str, str]] = {
    # what a full file said; the stage of a newer file without flags: outcome, basis
    "31": (("Closed Won", "true", "true"), "Closed Lost", "lost", "newer_stage"),
    "32": (("Contract Sent", "false", "false"), "Closed Won", "won", "newer_stage"),
    "33": (("Closed Won", "true", "true"), "Contract Sent", "open", "newer_stage"),
    "34": (("Closed Won", "true", "true"), "Verhandlung", "won", "flag"),
    "35": (("Contract Sent", None, "false"), "Closed Won", "won", "newer_stage"),
    "36": (("Closed Lost", "true", None), "Contract Sent", "open", "newer_stage"),
    "37": (("Angebot", "false", "false"), "Vertrag unterschrieben", "won", "newer_stage"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> ScratchWarehouse:
    w = ScratchWarehouse(tmp_path_factory.mktemp("deals"))
    w.configure("deal_stages", *MAP)
    for stream, key, stage in (
        ("hubspot.deal", "record_id", "deal_stage"),
        ("salesforce.opportunity", "id", "stage_name"),
    ):
        w.land(
            stream,
            [
                {key: number, stage: label, CLOSED: closed, WON: won}
                for number, (label, closed, won, *_) in FULL.items()
            ],
        )
        w.land(
            stream,
            [
                {key: number, stage: label, CLOSED: closed, WON: won}
                for number, ((label, closed, won), *_) in NARROWER.items()
            ],
            load_id="full",
        )
        w.land(
            stream,
            [
                {key: number, stage: label, "_absent": ",is_closed,is_won,"}
                for number, (_, label, *_) in NARROWER.items()
            ],
            load_id="narrower",
            as_of=datetime(2026, 11, 2, tzinfo=UTC),
        )
    # the two flags of a deal in two files of their own
    w.land(
        "hubspot.deal",
        [
            deal("41", WON, stage="Angebot", is_won="true"),
            deal("42", CLOSED, is_closed="false"),
        ],
        load_id="one flag",
    )
    w.land(
        "hubspot.deal",
        [deal("41", CLOSED, is_closed="false"), deal("42", WON, is_won="true")],
        load_id="the other",
        as_of=datetime(2026, 11, 2, tzinfo=UTC),
    )
    _merged(w)
    with pytest.MonkeyPatch.context() as patch:
        w.build(patch, select=("+int_opportunities", "+int_contact_records"))
    return w


def deal(
    number: str, has: str, *, stage: str = "Angebot", **flags: str
) -> dict[str, str | None]:
    """A deal of a file that has one of the two flags."""
    lacks = {CLOSED, WON} - {has}
    return {"record_id": number, "deal_stage": stage, "_absent": f",{lacks.pop()},", **flags}


def _merged(w: ScratchWarehouse) -> None:
    def row(number: str, modified: str, merged: str | None = None) -> Mapping[str, str | None]:
        return {
            "record_id": number,
            "deal_stage": "Closed Won",
            "amount": "100",
            "last_modified_date": modified,
            "merged_record_ids": merged,
            "associated_company_ids": "9002.0",
            "associated_contact_ids": "301.0;302",
        }

    w.land(
        "hubspot.deal",
        [
            row("101.0", "2026-05-01 10:00"),
            row("102", "2026-05-02 10:00", "101; 100"),
            row("1.03E+02", "2026-05-03 10:00", "102.0"),
            row("104", "2026-05-03 10:00", "104"),
            row("105", "2026-05-03 10:00", "106"),
            row("106", "2026-05-04 10:00", "105"),
        ],
        source="hubspot_b",
        load_id="merged",
    )
    w.land(
        "hubspot.company",
        [
            {"record_id": "9001", "name": "Weser", "merged_record_ids": "9002;9003"},
            {"record_id": "9002", "name": "Weser old"},
        ],
        source="hubspot_b",
        load_id="companies",
    )
    w.land(
        "hubspot.contact",
        [
            {
                "record_id": "3.01E+02",
                "email": "a@example.org",
                "associated_company_ids": "9003",
            },
            {"record_id": "302.00", "email": "b@example.org", "merged_record_ids": "303.0"},
        ],
        source="hubspot_b",
        load_id="contacts",
    )


@pytest.mark.parametrize("vendor", ["hubspot", "salesforce"])
def test_a_flag_decides_then_the_companys_map_then_a_shipped_stage(
    world: ScratchWarehouse, vendor: str
) -> None:
    told = {
        key.split(":")[2]: (outcome, basis)
        for key, outcome, basis in world.rows(
            "select opportunity_id, outcome, outcome_basis from intermediate.int_opportunities "
            f"where source = '{vendor}_a'"
        )
    }
    of_hubspot_alone = {"19", "20"} if vendor == "salesforce" else set()
    expected = {
        number: case[3:] for number, case in FULL.items() if number not in of_hubspot_alone
    }

    assert {number: told[number] for number in expected} == expected
    assert {number: told[number] for number in NARROWER} == {
        number: case[2:] for number, case in NARROWER.items()
    }


def test_of_two_flags_that_contradict_each_other_the_newer_one_counts(
    world: ScratchWarehouse,
) -> None:
    assert world.rows(
        "select opportunity_id, outcome from intermediate.int_opportunities "
        "where opportunity_id in ('hubspot_a:deal:41', 'hubspot_a:deal:42') order by 1"
    ) == [("hubspot_a:deal:41", "open"), ("hubspot_a:deal:42", "won")]


def test_what_is_partly_known_stays_known(world: ScratchWarehouse) -> None:
    assert world.rows(
        "select is_closed, is_won from intermediate.int_opportunities "
        "where opportunity_id in ('hubspot_a:deal:11', 'hubspot_a:deal:12') order by opportunity_id"
    ) == [(True, None), (None, False)]


def test_a_merged_deal_counts_once_whatever_a_spreadsheet_made_of_its_id(
    world: ScratchWarehouse,
) -> None:
    deals = world.rows(
        "select split_part(opportunity_id, ':', 3), split_part(merged_into, ':', 3), "
        "deleted_at is null from intermediate.int_opportunities where source = 'hubspot_b' "
        "order by 1"
    )

    assert deals == [
        ("101", "102", False),
        ("102", "103", False),
        ("103", None, True),
        ("104", None, True),
        ("105", "106", False),
        ("106", None, True),
    ]


def test_a_merged_company_is_gone_and_what_names_it_belongs_to_the_one_left(
    world: ScratchWarehouse,
) -> None:
    accounts = world.rows(
        "select account_id, merged_into, deleted_at is null from intermediate.int_accounts "
        "where source = 'hubspot_b' order by 1"
    )
    named = world.rows(
        "select distinct account_id from intermediate.int_opportunities where source = 'hubspot_b' "
        "union all select account_id from intermediate.int_contact_records "
        "where record_id = 'hubspot_b:contact:301'"
    )

    assert accounts == [
        ("hubspot_b:company:9001", None, True),
        ("hubspot_b:company:9002", "hubspot_b:company:9001", False),
    ]
    assert named == [("hubspot_b:company:9001",)] * 2


def test_contacts_are_found_by_ids_a_spreadsheet_has_rewritten(world: ScratchWarehouse) -> None:
    found = world.rows(
        "select distinct contacts.record_id, records.record_id is not null "
        "from intermediate.int_opportunity_contacts as contacts "
        "left join intermediate.int_contact_records as records "
        "on contacts.record_id = records.record_id order by 1"
    )
    merged = world.rows(
        "select merged_into from intermediate.int_contact_records "
        "where record_id = 'hubspot_b:contact:303'"
    )

    assert found == [("hubspot_b:contact:301", True), ("hubspot_b:contact:302", True)]
    assert merged == [("hubspot_b:contact:302",)]

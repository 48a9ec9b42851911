"""Whether a deal is won: the CRM's own flag, else a stage it ships with, else unknown."""

from pathlib import Path

import pytest

from tests.integration.scratch_warehouse import ScratchWarehouse

CASES = {  # stage, closed flag, won flag: is_won, is_closed
    "1": ("Vertrag unterschrieben", "true", "true", True, True),
    "2": ("Vertrag unterschrieben", None, "WAHR", True, True),
    "3": ("Verloren", "1", "0", False, True),
    "4": ("Angebot", "false", "false", False, False),
    "5": ("Vertrag unterschrieben", None, None, None, None),
    "6": ("Closed Won (Sales Pipeline)", None, None, True, True),
    "7": ("closedlost", None, None, False, True),
    "8": ("Contract Sent (Sales)", None, None, False, False),
    "9": ("Closed Won", "false", "false", False, False),
    "10": ("Not closed won yet", None, None, None, None),
    "11": ("Gewonnen?", "true", None, None, True),
    "12": ("Angebot", None, "no", False, None),
    "13": ("Proposal/Price Quote", None, None, False, False),
}


def test_a_flag_decides_then_a_shipped_stage_and_nothing_is_made_up(tmp_path: Path) -> None:
    warehouse = ScratchWarehouse(tmp_path)
    for stream, key, stage in (
        ("hubspot.deal", "record_id", "deal_stage"),
        ("salesforce.opportunity", "id", "stage_name"),
    ):
        warehouse.land(
            stream,
            [
                {key: number, stage: label, "is_closed": closed, "is_won": won}
                for number, (label, closed, won, _, _) in CASES.items()
            ],
        )
    with pytest.MonkeyPatch.context() as patch:
        warehouse.build(patch, select=("stg_hubspot__deals", "stg_salesforce__opportunities"))

    for model in ("stg_hubspot__deals", "stg_salesforce__opportunities"):
        told = {
            number: answer
            for number, *answer in warehouse.rows(
                f"select native_id, is_won, is_closed from staging.{model}"
            )
        }
        assert told == {number: list(case[3:]) for number, case in CASES.items()}

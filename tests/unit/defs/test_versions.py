"""Versions say whether content is new: of loads, of tables and what they read, of assets."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.defs.journal import Journal
from dagster_project.defs.versions import (
    NOTHING_YET,
    built_versions,
    changed,
    landed_versions,
    product_inputs,
    resolved_version,
)
from dagster_project.defs.workbench import Workbench
from dagster_project.domain.loads import LoadState, Verdict
from dagster_project.domain.root import Root
from dagster_project.landing.store import LandingZone
from dagster_project.settings import read_settings
from tests.unit.landing.builders import batch, contact

POSTS = dg.AssetKey(["landing", "x__post"])
CONTACTS = dg.AssetKey(["landing", "hubspot__contact"])
STAGED_POSTS = dg.AssetKey(["staging", "stg_x__posts"])
STAGED_CONTACTS = dg.AssetKey(["staging", "stg_hubspot__contacts"])
MART = dg.AssetKey(["marts", "customer_360"])
READS = {
    STAGED_POSTS: frozenset({POSTS}),
    STAGED_CONTACTS: frozenset({CONTACTS}),
    MART: frozenset({STAGED_POSTS, dg.AssetKey(["identity", "customer_xref"])}),
}


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    prepare_root(Root(tmp_path), RootKind.COMPANY)
    settings = read_settings(tmp_path, variables={})
    zone = LandingZone(settings.root)
    journal = Journal(tmp_path / "journal.jsonl")
    yield Workbench(settings, (), zone, journal, "run-1", tmp_path / "work")
    zone.close()


def accept_a_contact(workbench: Workbench, number: int = 1) -> None:
    """Land one contact of one source and let it in."""
    load = workbench.zone.land(batch(contact(number)))
    workbench.ledger.decide(
        load.load_id,
        state=LoadState.ACCEPTED,
        verdict=Verdict("test"),
        quarantined=0,
        suite_hash="",
    )


def test_a_load_gives_its_stream_alone_another_version(workbench: Workbench) -> None:
    before = landed_versions(workbench)

    accept_a_contact(workbench)

    after = landed_versions(workbench)
    assert before[CONTACTS] == NOTHING_YET
    assert {key for key in after if after[key] != before[key]} == {CONTACTS}
    assert landed_versions(workbench) == after


def test_a_decision_of_a_gate_gives_a_stream_another_version_and_the_source_none(
    workbench: Workbench,
) -> None:
    accept_a_contact(workbench)
    landed, delivered = landed_versions(workbench), workbench.ledger.deliveries()

    accept_a_contact(workbench)  # the same content, judged once more

    assert landed_versions(workbench)[CONTACTS] != landed[CONTACTS]
    assert workbench.ledger.deliveries() == delivered


def test_a_table_has_another_version_when_something_it_reads_has(workbench: Workbench) -> None:
    before = built_versions(workbench, READS, "resolved once")

    accept_a_contact(workbench)
    landed = built_versions(workbench, READS, "resolved once")
    resolved = built_versions(workbench, READS, "resolved again")

    assert {key for key in READS if landed[key] != before[key]} == {STAGED_CONTACTS}
    assert {key for key in READS if resolved[key] != landed[key]} == {MART}


def test_a_product_has_other_inputs_after_a_load_and_after_a_model_learnt_anew(
    workbench: Workbench,
) -> None:
    with workbench.warehouse() as connection:
        connection.execute("create schema identity")
        connection.execute(
            "create table identity.runs (input_hash int, evidence_hash int, spec_hash int, "
            "model_version varchar, ledger_run int)"
        )
        connection.execute("insert into identity.runs values (1, 1, 1, 'model 1', 1)")
        first = product_inputs(workbench, connection)

        connection.execute("insert into identity.runs values (1, 1, 1, 'model 2', 2)")
        learnt = product_inputs(workbench, connection)
        accept_a_contact(workbench)
        landed = product_inputs(workbench, connection)

        assert len({first, learnt, landed}) == 3
        assert product_inputs(workbench, connection) == landed


def test_only_what_is_not_known_by_its_version_has_changed() -> None:
    crm, design = dg.AssetKey("crm"), dg.AssetKey("design")
    with dg.DagsterInstance.ephemeral() as instance:
        assert changed(instance, {crm: "1", design: "1"}) == {crm, design}

        instance.report_runless_asset_event(
            dg.AssetMaterialization(crm, tags={"dagster/data_version": "1"})
        )

        assert changed(instance, {crm: "1", design: "1"}) == {design}
        assert changed(instance, {crm: "2"}) == {crm}


def test_what_was_never_resolved_has_a_version_too() -> None:
    with duckdb.connect() as connection:
        assert resolved_version(connection) == NOTHING_YET

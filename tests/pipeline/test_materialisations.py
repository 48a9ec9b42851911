"""What Dagster's event log says of assets after runs that change something, and after idle ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg
import duckdb
import pytest

from dagster_project.definitions import RunOutcome, build_definitions
from dagster_project.domain.root import Root
from dagster_project.settings import read_settings
from tests.pipeline.conftest import run_root

pytestmark = pytest.mark.pipeline

Copied = Callable[[], Root]
Seen = dict[str, dg.AssetMaterialization]

_LATE = (
    "Record ID,First Name,Last Name,Email,Create Date\n"
    "990000002,Later,Arrival,later.arrival@example.org,2025-12-01 10:00\n"
)


def test_a_run_that_finds_nothing_new_says_so_of_every_asset(
    first_run: tuple[Root, RunOutcome], copied_root: Copied
) -> None:
    before = materialised(*first_run)
    root = copied_root()

    after = materialised(root, run_root(root))

    assert len(before) > 100
    assert {name: version(seen) for name, seen in after.items()} == {
        name: version(before[name]) for name in after
    }
    assert not [name for name in after if name.startswith(("inbox", "published/"))]
    figures = [
        numbers(seen["identity/customer_xref"], "customers", "precision", "recall", "links")
        for seen in (before, after)
    ]
    assert figures[0] == figures[1]
    assert len(figures[0]) == 4
    assert numbers(after["identity/customer_xref"], "created") == {"created": 0}


def test_a_new_file_of_one_source_gives_new_versions_to_what_it_reaches_alone(
    first_run: tuple[Root, RunOutcome], copied_root: Copied
) -> None:
    before = {name: version(seen) for name, seen in materialised(*first_run).items()}
    root = copied_root()
    file = root.inbox / "hubspot_apac" / "hubspot-crm-exports-all-contacts-2026-01-05.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_LATE, encoding="utf-8")

    seen = materialised(root, run_root(root))

    new = {name for name, each in seen.items() if version(each) != before[name]}
    assert {
        "inbox/hubspot_apac",
        "landing/hubspot__contact",
        "staging/stg_hubspot__contacts",
        "identity/customer_xref",
        "marts/customer_360",
        "published/crm",
    } <= new
    assert {"published/design", "published/finance"} <= set(
        seen
    )  # compared with the new inputs
    assert {"inbox/hubspot_apac"} == {name for name in seen if name.startswith("inbox")}
    assert not {"landing/hubspot__deal", "staging/stg_salesforce__contacts"} & new
    assert numbers(seen["inbox/hubspot_apac"], "rows_in", "rows_out", "loads_new") == {
        "rows_in": 1,
        "rows_out": 1,
        "loads_new": 1,
    }


def test_rows_in_are_the_sum_of_what_became_of_them(
    first_run: tuple[Root, RunOutcome],
) -> None:
    landed = {
        name: numbers(
            seen, "rows_in", "rows_out", "rows_quarantined", "rows_refused", "rows_left_out"
        )
        for name, seen in materialised(*first_run).items()
        if name.startswith(("landing/", "inbox/"))
    }

    assert sum(rows["rows_refused"] + rows["rows_quarantined"] for rows in landed.values()) > 0
    for name, rows in landed.items():
        assert rows.pop("rows_in") == sum(rows.values()), name


def test_after_a_run_every_column_has_a_type_and_what_is_said_of_identity_holds(
    first_run: tuple[Root, RunOutcome],
) -> None:
    root, _ = first_run
    specs = build_definitions(read_settings(root.path)).resolve_all_asset_specs()
    schemas = {
        spec.key.to_user_string(): spec.metadata["dagster/column_schema"]
        for spec in specs
        if "dagster/column_schema" in spec.metadata
    }

    assert len([name for name in schemas if name.startswith("staging/stg_")]) > 20
    columns = [(name, column) for name, schema in schemas.items() for column in schema.columns]
    assert [f"{name}.{c.name}" for name, c in columns if c.type == "?"] == []
    with duckdb.connect(str(root.database), read_only=True) as connection:
        for name, column in columns:
            if name.startswith("identity/") and not column.constraints.nullable:
                broken = connection.execute(
                    f"select count(*) filter ({column.name} is null), "
                    f"count({column.name}) - count(distinct {column.name}) "
                    f"from {name.replace('/', '.')}"
                ).fetchall()[0]
                assert broken[0] == 0, (name, column.name)
                assert not (column.constraints.unique and broken[1]), (name, column.name)


@contextmanager
def instance_of(root: Root) -> Iterator[dg.DagsterInstance]:
    """The instance the root's runs were recorded on; a copied root's paths are its own."""
    home = read_settings(root.path).dagster_home
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


def materialised(root: Root, outcome: RunOutcome) -> Seen:
    """The assets that a run materialised, by name."""
    with instance_of(root) as instance:
        records = instance.get_records_for_run(
            outcome.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        ).records
    events = [record.event_log_entry.asset_materialization for record in records]
    return {event.asset_key.to_user_string(): event for event in events if event}


def version(seen: dg.AssetMaterialization) -> str:
    """The data version an asset was materialised with."""
    return (seen.tags or {})["dagster/data_version"]


def numbers(seen: dg.AssetMaterialization, *names: str) -> dict[str, float]:
    """Those of the figures that plot."""
    return {
        name: float(value.value)
        for name in names
        if isinstance(
            value := seen.metadata.get(name), dg.IntMetadataValue | dg.FloatMetadataValue
        )
        and value.value is not None
    }

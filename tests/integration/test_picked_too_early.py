"""Single assets picked in a root in which nothing was ever built."""

from pathlib import Path

import dagster as dg
import pytest

from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.definitions import build_definitions
from dagster_project.defs.instance import prepare_instance
from dagster_project.domain.root import Root
from dagster_project.settings import read_settings


@pytest.mark.parametrize(
    ("step", "picked", "missing"),
    [
        pytest.param("dbt_marts", "marts/customer_360", "identity/account", id="one-mart"),
        pytest.param("resolve_identities", "identity/links", "int_as_of", id="identity"),
        pytest.param(
            "dbt_marts",
            "insights/insight_finance__pipeline_by_region_month",
            "marts/fct_opportunity",
            id="one-insight",
        ),
        pytest.param("publish_crm", "published/crm", "marts/account_360", id="product"),
        pytest.param("dbt_staging", "intermediate/int_accounts", "stg_", id="intermediate"),
    ],
)
def test_what_was_never_built_is_said_to_be_so_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, picked: str, missing: str
) -> None:
    for name in ("C360_ROOT", "C360_DATABASE", "C360_SPILL", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "replaced by settings")
    monkeypatch.setenv("C360_THREADS", "1")
    root = Root(tmp_path / "root")
    root.path.mkdir()
    prepare_root(root, RootKind.DEMO)
    settings = read_settings(root.path)
    prepare_instance(settings)
    selection = dg.AssetSelection.from_string(f'key:"{picked}"')
    picked_assets = (
        selection.required_multi_asset_neighbors()
        if step in {"resolve_identities", "publish_crm"}
        else selection
    )
    job = build_definitions(settings).resolve_implicit_global_asset_job_def()

    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        result = job.execute_in_process(
            instance=instance,
            asset_selection=sorted(picked_assets.resolve(job.asset_layer.asset_graph)),
            raise_on_error=False,
        )

    error = result.failure_data_for_node(step)
    said = error.error.message if error and error.error else ""
    named = {"resolve_identities": "identity"}.get(step, picked)
    assert f"{named}: inputs were never built: " in said
    assert missing in said
    assert "run the whole job customer_360 once" in said

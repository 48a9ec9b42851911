"""What Dagster's asset catalogue tells of every asset: where it stands, what it is."""

import shutil
from graphlib import TopologicalSorter

import dagster as dg
import pytest

from dagster_project.definitions import build_definitions
from dagster_project.settings import PROJECT, read_settings

_ONE_SOURCE = """
sources:
  mailchimp_emea:
    vendor: mailchimp
    owner: newsletter team
    brand: quay
    region: emea
    purpose: newsletter
    lawful_basis: consent
    retention_days: 400
    disclosure: https://example.org/privacy
    timezone: Europe/Paris
    currency: EUR
    country: FR
"""


@pytest.fixture(scope="module", params=["every source", "one source"])
def assets(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dg.AssetSpec]:
    """All specs of the shipped register, and of a register of one source without an e-mail."""
    root = tmp_path_factory.mktemp("catalogue")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("C360_ROOT", "C360_DATABASE", "C360_SPILL", "DAGSTER_HOME"):
            patch.setenv(name, "replaced by settings")
        patch.setenv("C360_THREADS", "1")
        if request.param == "one source":
            shutil.copytree(PROJECT / "config", root / "config")
            (root / "config" / "sources.yml").write_text(_ONE_SOURCE)
        definitions = build_definitions(read_settings(root))
    dg.Definitions.validate_loadable(definitions)
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_every_asset_stands_in_a_numbered_group_and_says_what_it_is(
    assets: dict[str, dg.AssetSpec],
) -> None:
    assert {"config/sources", "landing/loads", "landing/x__post"} <= set(assets)
    for name, spec in assets.items():
        assert (spec.group_name or "default")[0].isdigit(), name
        assert len((spec.description or "").split()) > 2, name


def test_what_landed_is_described_as_dbt_describes_it(assets: dict[str, dg.AssetSpec]) -> None:
    description = assets["landing/mailchimp__member"].description or ""

    assert description.startswith("One row per landed version of a Mailchimp member.")


def test_the_numbered_groups_form_no_circle_and_each_reads_only_lower_ones(
    assets: dict[str, dg.AssetSpec],
) -> None:
    group = {spec.key: spec.group_name or "" for spec in assets.values()}
    reads: dict[str, set[str]] = {name: set() for name in group.values()}
    for spec in assets.values():
        reads[group[spec.key]] |= {group[dep.asset_key] for dep in spec.deps}

    assert all(below <= name for name, groups in reads.items() for below in groups)
    tuple(
        TopologicalSorter({n: g - {n} for n, g in reads.items()}).static_order()
    )  # would raise on a circle


def test_every_asset_has_an_owner_and_a_source_the_one_of_the_register(
    assets: dict[str, dg.AssetSpec],
) -> None:
    assert [name for name, spec in assets.items() if not spec.owners] == []
    assert assets["marts/customer_360"].owners == ["team:customer_360"]
    if "inbox/x_quay" not in assets:
        assert assets["inbox/mailchimp_emea"].owners == ["team:newsletter_team"]
        assert assets["landing/mailchimp__member"].owners == ["team:newsletter_team"]


def test_columns_show_types_constraints_and_personal_data(
    assets: dict[str, dg.AssetSpec],
) -> None:
    columns = {c.name: c for c in _columns(assets["marts/customer_360"])}

    key = columns["customer_id"]
    assert key.type == "varchar"
    assert key.tags == {"pii": "quasi"}
    assert key.constraints.unique
    assert not key.constraints.nullable
    assert assets["marts/customer_360"].tags["pii"] == "direct"
    assert assets["marts/customer_360"].tags["layer"] == "marts"
    assert "_load_id" in {c.name for c in _columns(assets["landing/mailchimp__member"])}


def _columns(spec: dg.AssetSpec) -> list[dg.TableColumn]:
    schema = spec.metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    return list(schema.columns)

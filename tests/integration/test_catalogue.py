"""What Dagster's asset catalogue tells of every asset: where it stands, what it is."""

import shutil
from datetime import timedelta
from graphlib import TopologicalSorter
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.definitions import build_definitions
from dagster_project.defs.code_references import with_code
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
def definitions(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dg.Definitions:
    """Of the shipped register, and of a register of one source without an e-mail."""
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
    return definitions


@pytest.fixture(scope="module")
def assets(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    """All specs by name."""
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


def test_what_landed_shows_text_its_provenance_and_which_columns_name_a_person(
    assets: dict[str, dg.AssetSpec],
) -> None:
    columns = {c.name: c for c in _columns(assets["landing/mailchimp__member"])}

    assert columns["email_address"].type == "varchar"
    assert columns["email_address"].tags == {"pii": "direct"}
    assert columns["timezone"].tags == {"pii": "quasi"}
    assert columns["member_rating"].tags == {}
    assert columns["_raw"].tags == {"pii": "direct"}
    assert columns["_row"].type == "bigint"
    assert not columns["_native_id"].constraints.nullable
    assert {
        spec.tags.get("pii")
        for name, spec in assets.items()
        if name.startswith("landing/") and "__" in name
    } == {"direct"}


def test_what_identity_makes_shows_types_keys_and_personal_data(
    assets: dict[str, dg.AssetSpec],
) -> None:
    tables = {name: spec for name, spec in assets.items() if name.startswith("identity/")}
    columns = {f"{name}.{c.name}": c for name, spec in tables.items() for c in _columns(spec)}

    assert len(tables) > 8
    assert [name for name, column in columns.items() if column.type == "?"] == []
    assert columns["identity/record_identifiers.value_norm"].tags == {"pii": "direct"}
    assert columns["identity/record_status.record_id"].constraints.unique
    assert not columns["identity/links.match_weight"].constraints.nullable
    assert columns["identity/customer_xref.valid_to"].constraints.nullable


def test_a_product_shows_the_columns_of_all_its_tables(
    assets: dict[str, dg.AssetSpec],
) -> None:
    columns = {c.name: c for c in _columns(assets["published/crm"])}

    assert columns["customer_360.customer_id"].type == "varchar"
    assert columns["customer_360.email"].tags == {"pii": "direct"}
    assert assets["published/crm"].tags["pii"] == "direct"
    assert "pii" not in assets["published/design"].tags
    assert len(_columns(assets["published/design"])) > 5


def test_a_source_and_a_product_are_overdue_when_nothing_comes_for_as_long_as_the_register_says(
    assets: dict[str, dg.AssetSpec],
) -> None:
    expected = {
        name
        for name, spec in assets.items()
        if spec.freshness_policy
        == dg.FreshnessPolicy.time_window(fail_window=timedelta(days=7))
    }

    assert {"published/crm", "published/design", "published/finance"} <= expected
    if "inbox/x_quay" in assets:
        inbox = {name for name in assets if name.startswith("inbox/")}
        assert inbox - expected == {"inbox/desk"}  # what is entered by hand comes when it must
    else:
        assert assets["inbox/mailchimp_emea"].freshness_policy is None
    assert not {name for name in expected if name.startswith(("marts", "landing", "staging"))}


def test_every_asset_leads_to_the_files_it_is_made_by(assets: dict[str, dg.AssetSpec]) -> None:
    files = {name: _files(spec) for name, spec in assets.items()}

    assert [name for name, own in files.items() if not own and name != "inbox"] == []
    assert files["marts/customer_360"]["SQL"].endswith("customers/customer_360.sql")
    assert set(files["landing/mailchimp__member"]) == {"reader", "columns", "gate", "register"}
    assert set(files["identity/links"]) == {"resolution", "tables", "rules"}
    assert set(files["published/crm"]) == {"consumers", "publication", "gate"}
    assert all(Path(file).is_file() for own in files.values() for file in own.values())


def test_a_repository_that_is_named_is_linked_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("C360_GIT_URL", "https://github.com/your-company/customer-360")
    monkeypatch.setenv("C360_GIT_BRANCH", "live")
    for name in ("C360_ROOT", "C360_DATABASE", "C360_SPILL", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "replaced by settings")
    spec = dg.AssetSpec(["published", "crm"], group_name="8_published")
    made = dg.AssetsDefinition(specs=[spec])

    linked = with_code([made], {}, read_settings(tmp_path))[0]

    assert isinstance(linked, dg.AssetsDefinition)
    value = next(iter(linked.specs)).metadata["dagster/code_references"]
    assert [reference.url for reference in value.code_references] == [
        f"https://github.com/your-company/customer-360/tree/live/{file}"
        for file in (
            "config/consumers.yml",
            "dagster_project/publish/publication.py",
            "expectations/publications.py",
        )
    ]


def _files(spec: dg.AssetSpec) -> dict[str, str]:
    value = spec.metadata.get("dagster/code_references")
    return {r.label: r.file_path for r in value.code_references} if value else {}


def test_a_check_says_when_it_passes_so_that_it_reads_right_when_it_fails(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    told = {key: graph.get_check_spec(key).description or "" for key in graph.asset_check_keys}

    assert len(told) > 100
    assert [key for key, words in told.items() if not words.startswith("Passes when ")] == []
    key = dg.AssetCheckKey(dg.AssetKey(["marts", "fct_case"]), "primary_key_fct_case_case_id")
    assert told[key] == "Passes when every row has its own case_id."


def _columns(spec: dg.AssetSpec) -> list[dg.TableColumn]:
    schema = spec.metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    return list(schema.columns)

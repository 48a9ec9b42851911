"""The register of consumers is read whole, or the error names the line."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from dagster_project.config.consumers import read_consumers
from dagster_project.domain.errors import ConfigError

SHIPPED = Path(__file__).parents[3] / "config" / "consumers.yml"
HEAD = "never_without_personal_data: [email]\nconsumers:\n"
SAFE = (
    "  design:\n    title: Designers\n    personal_data: false\n"
    "    group_size_column: customers\n    min_group_size: 5\n"
)


def test_the_shipped_register_has_the_departments_and_their_rules() -> None:
    consumers = {c.name: c for c in read_consumers(SHIPPED)}

    assert set(consumers) == {
        "crm",
        "compliance",
        "design",
        "engineering",
        "finance",
        "marketing",
        "executive",
    }
    assert consumers["crm"].may_read("marts.customer_360")
    assert not consumers["crm"].may_read("insights.insight_design__topics")
    assert consumers["crm"].may_read("marts.fct_message")
    assert not consumers["crm"].may_read("marts.fct_compliance_finding")
    assert consumers["compliance"].may_read("marts.fct_compliance_finding")
    assert not consumers["compliance"].may_read("marts.fct_message")
    assert consumers["design"].may_read("insights.insight_design__topics")
    assert not consumers["design"].may_read("insights.insight_finance__revenue")
    assert not consumers["finance"].may_read("marts.customer_360")
    assert "email" in consumers["finance"].forbidden_columns
    assert consumers["crm"].forbidden_columns == ()
    assert set(consumers["crm"].crm_import) == {"salesforce", "hubspot"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(HEAD + SAFE, "tables", id="no-tables"),
        pytest.param(
            HEAD + SAFE + "    tables: [customer_360]\n", "schema.table", id="no-schema"
        ),
        pytest.param(
            HEAD + "  d:\n    title: D\n    personal_data: false\n    tables: [a.b]\n",
            "group_size_column",
            id="no-floor",
        ),
        pytest.param(
            HEAD
            + SAFE.replace("min_group_size: 5", "min_group_size: 1")
            + "    tables: [a.b]\n",
            "min_group_size",
            id="floor-of-one",
        ),
        pytest.param(
            HEAD + "  D!:\n    title: D\n    personal_data: true\n    tables: [a.b]\n",
            "name",
            id="name",
        ),
        pytest.param(
            HEAD + SAFE + "    tables: [a.b]\n    colour: red\n", "colour", id="unknown-entry"
        ),
        pytest.param("consumers: {}\n", "never_without_personal_data", id="nothing"),
        pytest.param(
            HEAD
            + SAFE
            + "    tables: [a.b]\n    crm_import:\n      salesforce:\n        id_header: Id\n"
            "        columns: {X: c}\n        never_when: {c: [withdrawn]}\n",
            "personal_data: true",
            id="import-without-personal-data",
        ),
        pytest.param(
            HEAD
            + SAFE.replace("false", "true")
            + "    tables: [a.b]\n    crm_import:\n      salesforce:\n        id_header: Id\n"
            "        record_type: contact\n"
            "        columns: {X: x}\n        never_when: {c: [withdrawn]}\n",
            "the CRM would never hear of a withdrawal",
            id="untold-withdrawal",
        ),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "consumers.yml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        read_consumers(file)

    assert message in str(raised.value)
    assert "consumers.yml" in str(raised.value)


def test_every_column_the_shipped_register_names_is_one_the_models_promise() -> None:
    columns = _columns_of_models()
    consumers = {c.name: c for c in read_consumers(SHIPPED)}

    for wanted in consumers["crm"].crm_import.values():
        asked = {*wanted.columns.values(), *wanted.never_when}
        assert asked <= columns["customer_360"]
    for model in (m for m in columns if m.startswith("insight_")):
        readers = [c for c in consumers.values() if c.may_read(f"insights.{model}")]
        assert [c.name for c in readers] == [model.removeprefix("insight_").split("__")[0]]
        assert readers[0].group_size_column in columns[model]
        assert not columns[model] & set(readers[0].forbidden_columns)


def _columns_of_models() -> dict[str, set[str]]:
    columns: dict[str, set[str]] = {}
    for file in sorted((SHIPPED.parents[1] / "dbt" / "models").rglob("*.yml")):
        for model in (
            YAML(typ="safe").load(file.read_text(encoding="utf-8")).get("models") or []
        ):
            columns[model["name"]] = {c["name"] for c in model.get("columns") or []}
    return columns

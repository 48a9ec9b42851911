"""How dbt's models and tests are shown in Dagster: groups, descriptions, words of checks."""

import re
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

from dagster_project.defs.keys import GROUP_OF_SCHEMA


class Translator(DagsterDbtTranslator):
    """Groups models by folder and shows their grain as the description."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The room of the house a model stands in: its folder, which is also the step it runs in.

        Not its schema: an intermediate model that reads marts is built with them, and in the
        group of its schema it would close a circle through the groups.
        """
        kind = dbt_resource_props.get("resource_type")
        folder = "seeds" if kind == "seed" else dbt_resource_props["fqn"][1]
        return GROUP_OF_SCHEMA.get(folder)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The model's own description, without its SQL."""
        return str(dbt_resource_props.get("description") or dbt_resource_props["name"])

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """The test with words that are right whether it passes or fails."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None:
            return None
        return dg.AssetCheckSpec(
            spec.name,
            asset=spec.asset_key,
            description=_passes_when(manifest["nodes"][unique_id], spec.description or ""),
            additional_deps=sorted(spec.additional_deps, key=str),
            metadata=spec.metadata,
            blocking=spec.blocking,
        )


_KINDS_OF_TESTS: Mapping[str, str] = {
    "primary_key": "every row has its own {column_name}",
    "not_null": "no row is without {column_name}",
    "unique": "no two rows have the same {column_name}",
    "unique_together": "no two rows have the same {columns}",
    "accepted_values": "{column_name} is one of {values}",
    "relationships": "every {column_name} that is there stands in {to} as {field}",
}
"""What dbt's kinds of tests ask for, by name; the words in braces are a test's own."""


def _passes_when(test: Mapping[str, Any], said: str) -> str:
    """When a test passes: what its author says of it, else what its kind asks for."""
    asked = test.get("test_metadata") or {}
    form = _KINDS_OF_TESTS.get(asked.get("name", ""))
    if not said and form:
        words = {name: _as_words(value) for name, value in asked["kwargs"].items()}
        said = form.format_map(words)
    said = said or test["name"].replace("_", " ")
    return f"Passes when {said[0].lower()}{said[1:].rstrip('.')}."


def _as_words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return re.sub(r"^ref\('(\w+)'\)$", r"\1", str(value))

"""config/survivorship.yml as rows, and what is wrong with it by line."""

from pathlib import Path

import pytest

from dagster_project.config.survivorship import GoldenField, read_survivorship
from dagster_project.domain.errors import ConfigError
from dagster_project.sources.catalogue import VENDORS

COMMITTED = Path(__file__).resolve().parents[3] / "config" / "survivorship.yml"
FIELDS = "\n".join(f"  {field}: {{rules: [most_recent]}}" for field in GoldenField)


def read(folder: Path, text: str) -> tuple[tuple[str, int, str | None, str], ...]:
    file = folder / "survivorship.yml"
    file.write_text(text, encoding="utf-8")
    rows = read_survivorship(file, vendors=VENDORS)
    return tuple((row.field, row.priority, row.vendor, row.rule) for row in rows)


def test_the_committed_file_decides_every_field() -> None:
    rows = read_survivorship(COMMITTED, vendors=VENDORS)

    assert {row.field for row in rows} == set(GoldenField)


def test_rules_keep_their_order_and_trust_becomes_one_row_per_vendor(tmp_path: Path) -> None:
    text = FIELDS.replace(
        "email: {rules: [most_recent]}",
        "email: {rules: [not_shared, most_trusted, most_recent]}",
    )

    rows = read(tmp_path, f"trust: [hubspot, salesforce]\nfields:\n{text}\n")

    assert [row for row in rows if row[0] == "email"] == [
        ("email", 1, None, "not_shared"),
        ("email", 2, "hubspot", "most_trusted"),
        ("email", 3, "salesforce", "most_trusted"),
        ("email", 4, None, "most_recent"),
    ]


def test_a_field_may_trust_others_than_the_rest(tmp_path: Path) -> None:
    text = FIELDS.replace(
        "title: {rules: [most_recent]}", "title: {rules: [most_trusted], trust: [x]}"
    )

    rows = read(tmp_path, f"trust: [hubspot]\nfields:\n{text}\n")

    assert [row for row in rows if row[0] == "title"] == [("title", 1, "x", "most_trusted")]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        pytest.param(
            f"trust: [fax]\nfields:\n{FIELDS}\n", ":1", "unknown vendor 'fax'", id="vendor"
        ),
        pytest.param(
            "trust: [x]\nfields:\n  email: {rules: [most_recent]}\n",
            ":2",
            "no survivorship rule",
            id="missing-field",
        ),
        pytest.param(
            f"trust: [x]\nfields:\n{FIELDS}\n".replace(
                "name: {rules: [most_recent]}", "name: {rules: [luckiest]}", 1
            ),
            ":3",
            "fields.name.rules.0",
            id="unknown-rule",
        ),
        pytest.param(
            f"trust: [x]\nfields:\n{FIELDS}\n  shoe_size: {{rules: [longest]}}\n",
            ":",
            "shoe_size",
            id="unknown-field",
        ),
        pytest.param(f"fields:\n{FIELDS}\n", "", "trust", id="no-trust"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, text: str, line: str, what: str
) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, text)

    assert what in error.value.what
    assert f"survivorship.yml{line}" in error.value.where
    assert error.value.remedy

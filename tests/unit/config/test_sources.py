from pathlib import Path

import pytest

from dagster_project.config.sources import read_sources
from dagster_project.domain.errors import ConfigError
from dagster_project.sources.catalogue import VENDORS

PROJECT = Path(__file__).resolve().parents[3]

ENTRY = """\
sources:
  crm:
    vendor: salesforce
    owner: crm@example.org
    brand: quay
    region: emea
    purpose: customer relationship management
    lawful_basis: contract
    retention_days: 365
    disclosure: https://example.org/privacy
"""


def _register(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "sources.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_demo_register_reads_well() -> None:
    sources = read_sources(PROJECT / "config" / "sources.yml", vendors=VENDORS)

    assert {s.vendor for s in sources} == set(VENDORS)


def test_the_template_reads_well_and_is_empty() -> None:
    file = PROJECT / "config" / "templates" / "sources.yml"

    assert read_sources(file, vendors=VENDORS) == ()


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        pytest.param(("salesforce", "salesfarce"), 3, "unknown vendor", id="unknown-vendor"),
        pytest.param(("contract", "because"), 8, "lawful_basis", id="no-lawful-basis"),
        pytest.param(("365", "-1"), 9, "retention_days", id="negative-retention"),
        pytest.param(("    owner:", "    ownr:"), 4, "ownr", id="misspelt-entry"),
        pytest.param(
            ("    region: emea", "    region: emea\n    timezone: Europe/Pariss"),
            7,
            "time zone",
            id="bad-zone",
        ),
    ],
)
def test_an_error_names_file_line_and_remedy(
    tmp_path: Path, change: tuple[str, str], line: int, words: str
) -> None:
    file = _register(tmp_path, ENTRY.replace(*change))

    with pytest.raises(ConfigError) as raised:
        read_sources(file, vendors=VENDORS)

    assert words in raised.value.what
    assert raised.value.where == f"{file}:{line}"
    assert raised.value.remedy


def test_a_missing_entry_names_the_source(tmp_path: Path) -> None:
    file = _register(
        tmp_path, ENTRY.replace("    purpose: customer relationship management\n", "")
    )

    with pytest.raises(ConfigError, match=r"crm\.purpose"):
        read_sources(file, vendors=VENDORS)


def test_broken_yaml_names_its_line(tmp_path: Path) -> None:
    file = _register(tmp_path, "sources:\n  crm: [\n")

    with pytest.raises(ConfigError, match="not valid YAML"):
        read_sources(file, vendors=VENDORS)


def test_a_missing_file_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="c360 init"):
        read_sources(tmp_path / "sources.yml", vendors=VENDORS)

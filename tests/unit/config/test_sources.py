from pathlib import Path

import pytest

from dagster_project.config.sources import read_sources
from dagster_project.domain.errors import ConfigError
from dagster_project.sources.catalogue import STREAMS, VENDORS

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
    sources = read_sources(PROJECT / "config" / "sources.yml", streams=STREAMS)

    assert {s.vendor for s in sources} == set(VENDORS) - {
        "zendesk",
        "discourse",
    }  # the demo has neither desk nor forum


def test_the_template_reads_well_and_is_empty() -> None:
    file = PROJECT / "config" / "templates" / "sources.yml"

    assert read_sources(file, streams=STREAMS) == ()


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        pytest.param(("salesforce", "salesfarce"), 3, "unknown vendor", id="unknown-vendor"),
        pytest.param(("  crm:", "  loaded:"), 2, "can be named loaded", id="reserved-name"),
        pytest.param(("contract", "because"), 8, "lawful_basis", id="no-lawful-basis"),
        pytest.param(("365", "-1"), 9, "retention_days", id="negative-retention"),
        pytest.param(("    owner:", "    ownr:"), 4, "ownr", id="misspelt-entry"),
        pytest.param(
            ("    region: emea", "    region: emea\n    timezone: Europe/Pariss"),
            7,
            "time zone",
            id="bad-zone",
        ),
        pytest.param(
            ("    region: emea", "    region: emea\n    streams: {contacts: {}}"),
            7,
            "unknown stream 'contacts'",
            id="misspelt-stream",
        ),
        pytest.param(
            ("    region: emea", "    region: emea\n    collect: [contacts]"),
            7,
            "unknown stream 'contacts'",
            id="misspelt-collection",
        ),
        pytest.param(
            ("    region: emea", "    region: emea\n    streams: {contact: {leave_out: [id]}}"),
            7,
            "contact cannot be read without id",
            id="key-left-out",
        ),
        pytest.param(
            ("    region: emea", "    region: emea\n    columns: {x_handel: Twitter}"),
            7,
            "unknown column 'x_handel'",
            id="misspelt-column",
        ),
        pytest.param(("sources:", "source:"), 1, "source", id="misspelt-register"),
    ],
)
def test_an_error_names_file_line_and_remedy(
    tmp_path: Path, change: tuple[str, str], line: int, words: str
) -> None:
    file = _register(tmp_path, ENTRY.replace(*change))

    with pytest.raises(ConfigError) as raised:
        read_sources(file, streams=STREAMS)

    assert words in raised.value.what
    assert raised.value.where == f"{file}:{line}"
    assert raised.value.remedy


def test_a_missing_entry_names_the_source(tmp_path: Path) -> None:
    file = _register(
        tmp_path, ENTRY.replace("    purpose: customer relationship management\n", "")
    )

    with pytest.raises(ConfigError, match=r"crm\.purpose"):
        read_sources(file, streams=STREAMS)


def test_broken_yaml_names_its_line(tmp_path: Path) -> None:
    file = _register(tmp_path, "sources:\n  crm: [\n")

    with pytest.raises(ConfigError, match="not valid YAML"):
        read_sources(file, streams=STREAMS)


def test_a_tab_is_called_by_its_name(tmp_path: Path) -> None:
    file = _register(tmp_path, "sources:\n\tcrm:\n")

    with pytest.raises(ConfigError, match="a tab indents this line") as raised:
        read_sources(file, streams=STREAMS)

    assert raised.value.where == f"{file}:2"
    assert raised.value.remedy == "write blanks in its place"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("- crm\n", "names and values", id="a-list"),
        pytest.param("sources: [crm]\n", "sources", id="a-list-of-sources"),
        pytest.param("sources: {crm: salesforce}\n", "crm", id="a-word-for-a-source"),
        pytest.param("sources: {}\nsources: {}\n", "'sources' stands twice", id="twice"),
    ],
)
def test_a_register_of_another_shape_is_refused(tmp_path: Path, text: str, words: str) -> None:
    file = _register(tmp_path, text)

    with pytest.raises(ConfigError) as raised:
        read_sources(file, streams=STREAMS)

    assert words in raised.value.what
    assert raised.value.remedy


def test_a_register_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "sources.yml"
    file.write_bytes("sources: {}  # Köln".encode("cp1252"))

    with pytest.raises(ConfigError, match="not UTF-8"):
        read_sources(file, streams=STREAMS)


def test_a_missing_file_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="c360 init"):
        read_sources(tmp_path / "sources.yml", streams=STREAMS)


@pytest.mark.parametrize("token", ["canary-secret", "Bearer ${TOKEN}", "${TOKEN", ""])
def test_a_token_is_only_referred_to_and_never_shown(tmp_path: Path, token: str) -> None:
    api = (
        f"    api: {{base_url: 'https://social.example.org', account: quay, token: '{token}'}}"
    )

    with pytest.raises(ConfigError) as refused:
        read_sources(_register(tmp_path, ENTRY + api), streams=STREAMS)

    assert "api.token: a secret does not stand in a file" in refused.value.what
    assert refused.value.remedy.startswith("write ${NAME}, set the environment variable")
    assert refused.value.where.endswith(":11")
    assert "canary" not in str(refused.value)

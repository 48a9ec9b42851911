"""All mistakes of a configuration in one go: in words, with the line and what to write instead."""

from pathlib import Path

import pytest

from dagster_project.config.consumers import read_consumers
from dagster_project.config.identity import read_identity
from dagster_project.config.sources import read_sources
from dagster_project.config.works import read_works
from dagster_project.domain.errors import ConfigError, each_mistake
from dagster_project.settings import PROJECT
from dagster_project.sources.catalogue import STREAMS

BAD_REGISTER = """\
sources:
  crm:
    vendor: sales_force
    owner: 12
    brand: quay
    region: [emea]
    country: France
    currency: EURO
    timezone: Paris
    lawful_basis: contrat
    retention_days: many
    disclosur: https://example.org/privacy
    brand_accounts: quay
"""


def told(file: Path, text: str) -> dict[int, str]:
    """Mistakes of a register by line: what is wrong and what to write."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        read_sources(file, streams=STREAMS)
    mistakes = each_mistake(raised.value)
    lines = {int(m.where.rpartition(":")[2]): f"{m.what} → {m.remedy}" for m in mistakes}
    assert len(lines) == len(mistakes)
    return lines


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param(
            2, "purpose: this entry is missing → add `purpose: customer", id="missing"
        ),
        pytest.param(3, "unknown vendor 'sales_force' → did you mean salesforce?", id="vendor"),
        pytest.param(4, "12 is not text → write text, such as crm-team@", id="a-number"),
        pytest.param(6, "is not text", id="a-list-for-text"),
        pytest.param(7, "'France' is not a country's two capital letters", id="country"),
        pytest.param(8, "(ISO 4217), such as EUR", id="currency"),
        pytest.param(9, "use an IANA name such as Europe/Paris", id="zone"),
        pytest.param(10, "'contrat' is not allowed here → did you mean contract?", id="word"),
        pytest.param(
            11, "'many' is not a whole number → write a whole number above 0", id="count"
        ),
        pytest.param(
            12,
            "there is no such entry → did you mean disclosure or disclosure_text?",
            id="misspelt",
        ),
        pytest.param(13, "'quay' is not a list → write a list, such as [yourbrand]", id="list"),
    ],
)
def test_each_mistake_is_told_in_words_beside_all_others(
    tmp_path: Path, line: int, words: str
) -> None:
    lines = told(tmp_path / "sources.yml", BAD_REGISTER)

    assert len(lines) == 11
    assert words in lines[line]


def test_the_unknown_vendor_is_told_first_and_none_in_words_of_pydantic(tmp_path: Path) -> None:
    file = tmp_path / "sources.yml"
    lines = told(file, BAD_REGISTER)

    assert next(iter(lines)) == 3
    for words in ("Input should", "pydantic", "String should", "valid integer", "^["):
        assert not any(words in line for line in lines.values())


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param("api: {token: canary1234, look_back_days: canary1234}", id="api"),
        pytest.param("retention_days: sk_live_canary51H8aQ2eZvKYlo2C", id="drawn-by-lot"),
        pytest.param("retention_days: https://ada:canary@example.org", id="address"),
        pytest.param('lawful_basis: "canary\\nover lines"', id="lines"),
        pytest.param("password: canary", id="misspelt-entry"),
    ],
)
def test_what_may_be_a_secret_is_never_shown(tmp_path: Path, entry: str) -> None:
    text = BAD_REGISTER.replace("    brand: quay\n", f"    {entry}\n")
    text = text.replace("    lawful_basis: contrat\n    retention_days: many\n", "")

    file = tmp_path / "sources.yml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        read_sources(file, streams=STREAMS)

    assert "what stands there" in str(raised.value) or "there is no such entry" in str(
        raised.value
    )
    assert "canary" not in str(raised.value)


def test_one_mistake_stays_one_error_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "works.yml"
    file.write_text("words: {mistyped_from: 2}\n", encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        read_works(file)

    assert raised.value.where == f"{file}:1"
    assert "2 is out of range" in raised.value.what
    assert raised.value.remedy == "write a whole number from 3, such as 5"


def test_several_mistakes_are_one_text_that_names_each_line(tmp_path: Path) -> None:
    file = tmp_path / "consumers.yml"
    shipped = (PROJECT / "config" / "consumers.yml").read_text(encoding="utf-8")
    bad = shipped.replace("min_group_size: 5", "min_group_size: 1")
    file.write_text(bad.replace("      hubspot:", "      hubspott:"), encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        read_consumers(file)

    assert str(raised.value).startswith("6 mistakes in the configuration:\n✗ ")
    assert "did you mean hubspot?" in str(raised.value)
    assert str(raised.value).count("1 is out of range") == 5


def test_a_missing_list_of_names_is_told_with_the_other_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "identity.yml"
    shipped = (PROJECT / "config" / "identity.yml").read_text(encoding="utf-8")
    file.write_text(shipped.replace("vetoes: [birth_date", "vetoes: [shoe"), encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        read_identity(file)

    told = [mistake.what for mistake in each_mistake(raised.value)]
    assert told == [*["a list of names is missing"] * 2, "vetoes.0: 'shoe' is not allowed here"]


def test_names_that_are_no_group_are_told_and_not_a_crash(tmp_path: Path) -> None:
    file = tmp_path / "identity.yml"
    file.write_text("names: [a]\nidentifiers: {}\nblocking: {}\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="names"):
        read_identity(file)

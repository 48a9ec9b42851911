"""config/exchange_rates.yml as rows, and what is wrong with it by line."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_project.config.exchange_rates import read_exchange_rates
from dagster_project.domain.errors import ConfigError

CONFIG = Path(__file__).resolve().parents[3] / "config"


def write(folder: Path, text: str) -> Path:
    file = folder / "exchange_rates.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_rate_holds_until_the_next_and_no_longer_than_it_may(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "reporting_currency: EUR\nmax_age_days: 30\n"
        "rates:\n  2026-01-10: {USD: 1.25}\n  2026-01-20: {USD: 1.6, GBP: 0.8}\n",
    )

    rows = read_exchange_rates(file)

    assert [(r.currency, r.day, r.valid_to, r.rate) for r in rows[1:]] == [
        ("GBP", date(2026, 1, 20), date(2026, 2, 20), Decimal("1.2500000000")),
        ("USD", date(2026, 1, 10), date(2026, 1, 20), Decimal("0.8000000000")),
        ("USD", date(2026, 1, 20), date(2026, 2, 20), Decimal("0.6250000000")),
    ]
    assert (rows[0].currency, rows[0].rate) == ("EUR", Decimal(1))


def test_a_company_starts_without_rates_and_an_older_root_has_no_such_file(
    tmp_path: Path,
) -> None:
    assert read_exchange_rates(CONFIG / "templates" / "exchange_rates.yml") == ()
    assert read_exchange_rates(tmp_path / "exchange_rates.yml") == ()
    assert read_exchange_rates(CONFIG / "exchange_rates.yml")[0].reporting_currency == "EUR"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        pytest.param(
            "reporting_currency: EUR\nrates:\n  2026-01-10: {usd: 1.1}\n",
            ":3",
            "usd",
            id="code",
        ),
        pytest.param(
            "reporting_currency: EUR\nrates:\n  2026-01-10: {USD: 0}\n",
            ":3",
            "USD is 0",
            id="zero",
        ),
        pytest.param(
            "rates:\n  2026-01-10: {USD: 1.1}\n", ":", "no reporting_currency", id="base"
        ),
        pytest.param("reporting_currency: Euro\n", ":1", "'Euro'", id="reporting currency"),
    ],
)
def test_mistakes_are_told_with_their_line(
    tmp_path: Path, text: str, line: str, what: str
) -> None:
    with pytest.raises(ConfigError) as error:
        read_exchange_rates(write(tmp_path, text))

    assert f"exchange_rates.yml{line}" in error.value.where
    assert what in str(error.value)

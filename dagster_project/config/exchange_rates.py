"""``config/exchange_rates.yml``: what amounts of other currencies are worth in the reporting one.

Belongs here: the file's shape. Does not belong here: which day's rate an amount takes; that is
``fct_opportunity``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from dagster_project.config.entry import Entries, entry
from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.errors import ConfigError

_CODE = re.compile(r"[A-Z]{3}")
_FIGURES = Decimal("0.0000000001")
"""As exact as ``config.exchange_rates`` keeps a rate: ten decimals."""


class ExchangeRates(Entries):
    """The whole file."""

    reporting_currency: str | None = entry(
        "ISO 4217 code of the currency that totals are shown in; without it nothing is converted",
        example="EUR",
        default=None,
    )
    max_age_days: int = entry(
        "a rate older than that, from an amount's day on, is not taken", default=45, ge=0
    )
    rates: dict[date, dict[str, Decimal]] = entry(
        "by day, how much of each currency one unit of the reporting currency buys",
        example="{2026-10-31: {USD: 1.1554}}",
        default_factory=dict,
    )


@dataclass(frozen=True)
class ExchangeRateRow:
    """A row of ``config.exchange_rates``: what one unit of ``currency`` was worth on a day."""

    day: date
    valid_to: date
    currency: str
    reporting_currency: str
    rate: Decimal


def read_exchange_rates(file: Path) -> tuple[ExchangeRateRow, ...]:
    """Read the rates; ``ConfigError`` names file, line and remedy.

    A root from before there was such a file converts nothing. The reporting currency itself is
    worth one on every day.
    """
    if not file.exists():
        return ()
    document = read_yaml(file)
    found = document.parse(ExchangeRates, also=lambda data: _wrong_rates(document, data))
    reporting = found.reporting_currency
    if reporting is None:
        return ()
    always = ExchangeRateRow(
        date(1900, 1, 1), date(2200, 1, 1), reporting, reporting, Decimal(1)
    )
    return (always, *_rows(found, reporting))


def _rows(found: ExchangeRates, reporting: str) -> Iterator[ExchangeRateRow]:
    """Each rate holds until the next of its currency, and no longer than it may."""
    by_currency: dict[str, list[date]] = {}
    for day, rates in sorted(found.rates.items()):
        for currency in rates:
            by_currency.setdefault(currency, []).append(day)
    for currency, days in sorted(by_currency.items()):
        if currency == reporting:
            continue
        for day, following in zip(days, (*days[1:], None), strict=True):
            last = date.fromordinal(day.toordinal() + found.max_age_days + 1)
            yield ExchangeRateRow(
                day=day,
                valid_to=min(last, following) if following else last,
                currency=currency,
                reporting_currency=reporting,
                rate=(1 / found.rates[day][currency]).quantize(_FIGURES),
            )


def _wrong_rates(document: YamlDocument, data: Mapping[str, Any]) -> Iterator[ConfigError]:
    """Codes that are none, and rates that nothing can be divided by."""
    reporting = data.get("reporting_currency")
    rates = data.get("rates")
    if isinstance(reporting, str) and not _CODE.fullmatch(reporting):
        yield document.error(
            f"reporting_currency: {reporting!r} is no ISO 4217 code",
            "write three capitals, like EUR",
            path=("reporting_currency",),
        )
    if isinstance(rates, dict) and rates and reporting is None:
        yield document.error(
            "rates: there is no reporting_currency they are rates of",
            "add `reporting_currency: EUR`, the currency one unit of which buys these",
            path=("rates",),
        )
    for day, given in rates.items() if isinstance(rates, dict) else ():
        for code, rate in given.items() if isinstance(given, dict) else ():
            if not (isinstance(code, str) and _CODE.fullmatch(code)):
                yield document.error(
                    f"rates: {code!r} is no ISO 4217 code",
                    "write three capitals, like USD",
                    path=("rates", day, code),
                )
            if isinstance(rate, int | float) and rate <= 0:
                yield document.error(
                    f"rates: {code} is {rate}",
                    "a rate is above 0: how much of it one unit of the reporting currency buys",
                    path=("rates", day, code),
                )

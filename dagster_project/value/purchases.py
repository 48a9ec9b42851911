"""From won deals to predictions: histories by customer, fits, and two tables of what they say.

Belongs here: reading purchases, holding a part back, and writing ``value.predictions`` and
``value.fits``. Does not belong here: the models themselves (``bg_nbd``, ``gamma_gamma``).
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from dagster_project.value.history import WEEK, Floats, History

if TYPE_CHECKING:
    from dagster_project.value.bg_nbd import BgNbd
    from dagster_project.value.gamma_gamma import GammaGamma

LEAST_REPEAT_BUYERS = 100
"""Of 30 samples of the CDNOW customers with so many, nine in ten foretold a year's purchases within
a quarter of what all 946 foretell, and one had no fit at all; parameters by themselves scatter more."""

MOST_CORRELATION = 0.3
"""Gamma-Gamma takes what is spent to be independent of how often; CDNOW has .11."""

HORIZON = 52.0
"""Weeks foretold: a year."""

HOLDOUT = 26.0
"""Weeks held back at most to judge the fit; never more than half of what there is."""


@dataclass(frozen=True)
class Fit:
    """One model as it was fitted, or why it was not. Shares and weeks; money in minor units."""

    model: str
    currency: str | None
    customers: int
    repeat_buyers: int
    parameters: str | None = None
    log_likelihood: float | None = None
    correlation: float | None = None
    holdout_weeks: float | None = None
    holdout_purchases: int | None = None
    holdout_expected: float | None = None
    holdout_mean_error: float | None = None
    not_fitted_because: str | None = None


def write_value(connection: duckdb.DuckDBPyConnection, as_of: date) -> list[Fit]:
    """Make ``value.predictions`` and ``value.fits`` of the won deals up to ``as_of``."""
    connection.execute("create schema if not exists value")
    connection.execute(_PURCHASES, [as_of])
    connection.execute(_HISTORIES, [as_of])
    rows = connection.execute(
        "select customer_id, frequency, recency_weeks, age_weeks, currency, mean_minor "
        "from value.histories order by customer_id"
    ).fetchnumpy()
    history = History(
        *(np.asarray(rows[c], np.float64) for c in ("frequency", "recency_weeks", "age_weeks"))
    )
    fits, columns = _predict(connection, history, rows, as_of)
    _write(connection, rows["customer_id"], columns, fits)
    return fits


def _predict(
    connection: duckdb.DuckDBPyConnection, history: History, rows: Any, as_of: date
) -> tuple[list[Fit], dict[str, Floats]]:
    unknown = np.full(len(history.frequency), np.nan)
    columns = {"alive": unknown, "purchases": unknown, "average": unknown.copy()}
    count = _Counted("bg_nbd", None, history)
    if count.is_too_few:
        return [count.refused("too_few_repeat_buyers")], columns
    from dagster_project.value.bg_nbd import fit_bg_nbd

    model = fit_bg_nbd(history)
    if model is None:
        return [count.refused("no_optimum")], columns
    columns["alive"] = model.probability_alive(history)
    columns["purchases"] = model.expected_purchases(history, HORIZON)
    fits = [_judged(connection, count, model, as_of)]
    mean = np.ma.filled(np.ma.asarray(rows["mean_minor"], np.float64), np.nan)
    currencies: np.ndarray[Any, Any] = np.ma.filled(np.ma.asarray(rows["currency"], object), "")
    for currency in sorted({c for c in currencies if c}):
        here = np.flatnonzero(currencies == currency)
        fit, values = _worth(currency, history, mean, here)
        fits.append(fit)
        columns["average"][here] = values
    return fits, columns


def _worth(
    currency: str, history: History, mean: Floats, here: np.ndarray[Any, Any]
) -> tuple[Fit, Floats]:
    """What purchases of the customers ``here`` will be worth, where they bought again."""
    values = np.full(len(here), np.nan)
    x, m = history.frequency[here], mean[here]
    again = (x > 0) & (m > 0)
    part = History(history.frequency[here], history.recency[here], history.age[here])
    count = _Counted("gamma_gamma", currency, part)
    if np.count_nonzero(again) < LEAST_REPEAT_BUYERS:
        return count.refused("too_few_repeat_buyers"), values
    correlation = float(np.corrcoef(x[again], m[again])[0, 1])
    if not abs(correlation) <= MOST_CORRELATION:
        return count.refused("value_depends_on_frequency", correlation=correlation), values
    from dagster_project.value.gamma_gamma import fit_gamma_gamma

    model = fit_gamma_gamma(x[again], m[again])
    if model is None:
        return count.refused("no_optimum", correlation=correlation), values
    values[again] = model.expected_value(x[again], m[again])
    return count.fitted(model, correlation=correlation), values


def _judged(
    connection: duckdb.DuckDBPyConnection, count: "_Counted", model: "BgNbd", as_of: date
) -> Fit:
    """The fit with its error: learned anew without the last weeks, which it then foretells."""
    from dagster_project.value.bg_nbd import fit_bg_nbd

    weeks = float(min(HOLDOUT, np.floor(count.history.age.max() / 2)))
    cut = as_of - timedelta(days=round(weeks * WEEK))
    rows = connection.execute(_HELD_BACK, {"cut": cut}).fetchnumpy()
    seen = History(
        *(np.asarray(rows[c], np.float64) for c in ("frequency", "recency_weeks", "age_weeks"))
    )
    earlier = fit_bg_nbd(seen) if seen.repeat_buyers >= LEAST_REPEAT_BUYERS else None
    if earlier is None:
        return count.fitted(model)
    expected = earlier.expected_purchases(seen, weeks)
    came = np.asarray(rows["later"], np.float64)
    return count.fitted(
        model,
        holdout_weeks=weeks,
        holdout_purchases=int(came.sum()),
        holdout_expected=float(expected.sum()),
        holdout_mean_error=float(np.mean(np.abs(expected - came))),
    )


@dataclass(frozen=True)
class _Counted:
    """A model to be fitted, and to how many."""

    model: str
    currency: str | None
    history: History

    @property
    def is_too_few(self) -> bool:
        return self.history.repeat_buyers < LEAST_REPEAT_BUYERS

    def refused(self, reason: str, **more: Any) -> Fit:
        return Fit(*self._size(), not_fitted_because=reason, **more)

    def fitted(self, model: "BgNbd | GammaGamma", **more: Any) -> Fit:
        values = asdict(model)
        likelihood = values.pop("log_likelihood")
        named = ", ".join(f"{name} {value:.4g}" for name, value in values.items())
        return Fit(*self._size(), parameters=named, log_likelihood=likelihood, **more)

    def _size(self) -> tuple[str, str | None, int, int]:
        return self.model, self.currency, len(self.history.age), self.history.repeat_buyers


def _write(
    connection: duckdb.DuckDBPyConnection,
    customers: Any,
    columns: dict[str, Floats],
    fits: list[Fit],
) -> None:
    connection.execute("create or replace table value.fits (" + _FIT_COLUMNS + ")")
    marks = ", ".join("?" for _ in asdict(fits[0]))
    connection.executemany(
        f"insert into value.fits values ({marks})", [list(asdict(fit).values()) for fit in fits]
    )
    foretold = {"customer_id": customers, **columns}
    connection.register("foretold", foretold)
    connection.execute(_PREDICTIONS)
    connection.unregister("foretold")
    connection.execute("drop table value.histories; drop table value.purchases")


_FIT_COLUMNS = """
    model varchar, currency varchar, customers bigint, repeat_buyers bigint, parameters varchar,
    log_likelihood double, correlation double, holdout_weeks double, holdout_purchases bigint,
    holdout_expected double, holdout_mean_error double, not_fitted_because varchar
"""

# a customer's purchases of one day are one, as the papers count them
_PURCHASES = """
create or replace table value.purchases as
select
    x.customer_id,
    o.close_date as bought_on,
    o.currency,
    sum(o.amount_minor)::double as amount_minor
from intermediate.int_opportunities as o
inner join identity.customer_xref as x
    on o.primary_record_id = x.record_id and x.valid_to is null
where o.outcome = 'won' and o.deleted_at is null and o.close_date <= $1::date
group by all
"""

_HISTORIES = f"""
create or replace table value.histories as
with

spans as (
    select
        customer_id,
        count(distinct bought_on) - 1 as frequency,
        (max(bought_on) - min(bought_on)) / {WEEK} as recency_weeks,
        ($1::date - min(bought_on)) / {WEEK} as age_weeks,
        min(bought_on) as first_on
    from value.purchases
    group by customer_id
),

-- the currency a customer mostly buys in; of two alike the first by name
mostly as (
    select customer_id, currency
    from value.purchases
    where currency is not null and amount_minor is not null
    group by customer_id, currency
    qualify row_number() over (
        partition by customer_id order by count(*) desc, currency
    ) = 1
),

-- the mean of repeats, without the first purchase
means as (
    select p.customer_id, avg(p.amount_minor) as mean_minor
    from value.purchases as p
    inner join mostly using (customer_id, currency)
    inner join spans using (customer_id)
    where p.bought_on > spans.first_on
    group by p.customer_id
)

select spans.*, mostly.currency, means.mean_minor
from spans
left join mostly using (customer_id)
left join means using (customer_id)
"""

_HELD_BACK = f"""
select
    count(distinct bought_on) filter (where bought_on <= $cut) - 1 as frequency,
    (max(bought_on) filter (where bought_on <= $cut) - min(bought_on)) / {WEEK} as recency_weeks,
    ($cut::date - min(bought_on)) / {WEEK} as age_weeks,
    count(distinct bought_on) filter (where bought_on > $cut) as later
from value.purchases
group by customer_id
having min(bought_on) <= $cut
order by customer_id
"""

_PREDICTIONS = """
create or replace table value.predictions as
select
    histories.customer_id,
    histories.frequency::bigint as repeat_purchases,
    histories.recency_weeks::double as recency_weeks,
    histories.age_weeks::double as age_weeks,
    nullif(foretold.alive, 'nan') as probability_alive,
    nullif(foretold.purchases, 'nan') as expected_purchases_52w,
    histories.currency,
    round(nullif(foretold.average, 'nan'))::bigint as expected_average_minor
from value.histories
inner join foretold using (customer_id)
"""

"""The models of buying give what their authors published, and what was put into invented data."""

from pathlib import Path

import numpy as np
import pytest

from dagster_project.value.bg_nbd import BgNbd, fit_bg_nbd
from dagster_project.value.gamma_gamma import fit_gamma_gamma
from dagster_project.value.history import Floats, History

CDNOW = np.genfromtxt(
    Path(__file__).with_name("cdnow.csv"), delimiter=",", skip_header=1, dtype=np.float64
)
"""The 2,357 customers of the CDNOW sample that Fader and Hardie publish, summed up: repeats, weeks,
mean value of repeats, and how many customers have these."""


def cdnow() -> tuple[History, Floats]:
    x, recency, age, value = np.repeat(CDNOW[:, :4], CDNOW[:, 4].astype(int), axis=0).T
    return History(x, recency, age), value


def test_bg_nbd_reproduces_the_published_fit() -> None:
    history, _ = cdnow()

    model = fit_bg_nbd(history)

    assert model is not None
    assert (model.r, model.alpha) == (
        pytest.approx(0.243, abs=5e-4),
        pytest.approx(4.414, abs=1e-3),
    )
    assert (model.a, model.b) == (
        pytest.approx(0.793, abs=5e-4),
        pytest.approx(2.426, abs=5e-4),
    )
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_bg_nbd_foretells_the_published_customer() -> None:
    """The paper's example: two repeats, the last in week 30.43 of 38.86, 39 weeks ahead."""
    model = BgNbd(0.243, 4.414, 0.793, 2.426, 0.0)
    one = History(np.array([2.0]), np.array([30.43]), np.array([38.86]))

    assert model.expected_purchases(one, 39.0)[0] == pytest.approx(1.226, abs=2e-3)
    assert model.probability_alive(one)[0] == pytest.approx(0.7266, abs=1e-3)


def test_gamma_gamma_reproduces_the_published_fit() -> None:
    history, value = cdnow()
    again = history.frequency > 0

    model = fit_gamma_gamma(history.frequency[again], value[again])

    assert np.count_nonzero(again) == 946
    assert model is not None
    assert (model.p, model.q, model.gamma) == (
        pytest.approx(6.25, abs=5e-3),
        pytest.approx(3.74, abs=1e-2),
        pytest.approx(15.44, abs=2e-2),
    )


def test_gamma_gamma_does_not_depend_on_the_unit_of_money() -> None:
    history, value = cdnow()
    again = history.frequency > 0
    x = history.frequency[again]

    euros, cents = fit_gamma_gamma(x, value[again]), fit_gamma_gamma(x, value[again] * 100)

    assert euros is not None
    assert cents is not None
    assert cents.expected_value(x, value[again] * 100) == pytest.approx(
        euros.expected_value(x, value[again]) * 100, rel=1e-3
    )


def test_who_never_bought_again_has_not_been_seen_to_leave() -> None:
    model = BgNbd(0.243, 4.414, 0.793, 2.426, 0.0)
    once = History(np.zeros(1), np.zeros(1), np.array([30.0]))

    assert model.probability_alive(once)[0] == 1.0


def test_a_history_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="after the end"):
        History(np.ones(1), np.array([9.0]), np.array([3.0]))


def test_customers_who_are_all_alike_have_a_fit_at_its_limit() -> None:
    same = History(np.full(200, 4.0), np.full(200, 40.0), np.full(200, 45.0))

    model = fit_bg_nbd(same)

    assert model is not None
    # four repeats in 45 weeks, and nothing that says that anybody left
    assert model.expected_purchases(same, 45.0) == pytest.approx(4.0, rel=0.1)

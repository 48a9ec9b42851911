"""Bits and probabilities, in Python and in the engine."""

import numpy as np
import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.bits import CERTAIN, bits, chance, chance_sql


@pytest.mark.parametrize("given", [-1000.0, -60.0, -3.0, 0.0, 0.1, 12.5, 1000.0])
def test_the_engine_and_python_say_the_same_chance(given: float) -> None:
    with session() as connection:
        row = connection.execute(f"select {chance_sql(str(given))}").fetchall()[0]

    assert row[0] == pytest.approx(float(chance(given)), rel=1e-12)


def test_a_chance_becomes_the_bits_it_came_from() -> None:
    assert bits(float(chance(7.0))) == pytest.approx(7.0)
    assert chance(np.array([-CERTAIN, 0.0]))[1] == 0.5

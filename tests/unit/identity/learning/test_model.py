"""When a frozen model no longer serves."""

from dataclasses import replace

import pytest

from dagster_project.identity.learning import model
from dagster_project.identity.learning.model import training_key
from tests.unit.identity.world import spec


def test_a_level_of_another_condition_needs_another_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = training_key(spec())
    first, *others = model.COMPARISONS
    closest = replace(first.levels[-1], when="false")
    changed = replace(first, levels=(*first.levels[:-1], closest))

    monkeypatch.setattr(model, "COMPARISONS", (changed, *others))

    assert training_key(spec()) != before

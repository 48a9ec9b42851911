"""A root and a landing zone for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.domain.root import Root
from dagster_project.landing.store import LandingZone


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(tmp_path)


@pytest.fixture
def zone(root: Root) -> Iterator[LandingZone]:
    zone = LandingZone(root)
    yield zone
    zone.close()

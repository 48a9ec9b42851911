from collections import Counter
from pathlib import Path

import pytest

from dagster_project.demo.names import CULTURES, read_names
from dagster_project.demo.places import read_cities, read_streets
from dagster_project.demo.rates import read_rates
from dagster_project.domain.errors import ConfigError


def test_every_culture_has_given_and_family_names() -> None:
    roles = Counter((name.culture, name.role) for name in read_names())

    assert set(roles) == {
        (culture, role) for culture in CULTURES for role in ("m", "f", "family")
    }
    assert min(roles.values()) >= 40


@pytest.mark.parametrize(
    ("culture", "value", "field", "expected"),
    [
        pytest.param("en", "William", "nickname", "Bill", id="short-form"),
        pytest.param("el", "Georgios", "native", "Γεώργιος", id="own-script"),
        pytest.param("ru", "Ivanov", "feminine", "Ivanova", id="feminine"),
        pytest.param("zh", "Chan", "variant", "Chen", id="mandarin"),
        pytest.param("pl", "Kowalski", "feminine", "Kowalska", id="polish-feminine"),
    ],
)
def test_names_know_their_other_spellings(
    culture: str, value: str, field: str, expected: str
) -> None:
    found = {
        getattr(name, field)
        for name in read_names()
        if name.culture == culture and name.value == value
    }

    assert expected in found


def test_every_country_has_cities_and_streets() -> None:
    countries = {city[0] for city in read_cities()}

    assert countries == {street[0] for street in read_streets()}


def test_a_rate_above_one_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "demo_world.yml"
    file.write_text(
        "presence: {works: 0.5}\nhard_cases:\n  moved: {rate: 3, of: people}\nevents: {}\n"
    )

    with pytest.raises(ConfigError) as problem:
        read_rates(file)

    assert problem.value.where.endswith("demo_world.yml:3")

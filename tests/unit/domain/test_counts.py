import pytest

from dagster_project.domain.counts import counted


@pytest.mark.parametrize(
    ("number", "told"),
    [
        pytest.param(0, "0 rows", id="none"),
        pytest.param(1, "1 row", id="one"),
        pytest.param(2000, "2,000 rows", id="many"),
    ],
)
def test_a_number_takes_the_word_that_goes_with_it(number: int, told: str) -> None:
    assert counted(number, "row") == told


def test_a_verb_goes_with_its_number_too() -> None:
    told = [counted(number, "row fails", "rows fail") for number in (1, 2)]

    assert told == ["1 row fails", "2 rows fail"]

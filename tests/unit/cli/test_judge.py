"""What a steward is told of a word: which customers, how many records, whose id lives on."""

import pytest

from dagster_project.cli.judge import as_sentence
from dagster_project.identity.steward.preview import Change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            Change("merge", "c1", "c2", 4),
            "c1 takes over 4 records of c2, whose id then leads to it",
        ),
        (
            Change("split", "c1", "c3", 1),
            "c1 keeps its id and gives 1 record to a new customer, c3",
        ),
        (Change("split", "c1", "c4", 2), "c1 keeps its id and gives 2 records to c4"),
    ],
)
def test_a_change_is_told_as_a_sentence(change: Change, sentence: str) -> None:
    assert as_sentence(change, created={"c3"}) == sentence

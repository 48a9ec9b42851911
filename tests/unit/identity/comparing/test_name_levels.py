"""Names compared end to end: what level two spellings of a name reach."""

import duckdb
import pytest

from dagster_project.identity.stages import cluster_records
from tests.unit.identity.world import Contact, build, spec

_Name = tuple[str, str]
_PAIRS: dict[str, tuple[_Name, _Name, str]] = {
    "a Western name before the Chinese one": (
        ("Graham Tin Wah", "Cheng"), ("Tin Wah", "Cheng"), "given_alike_family_same",
    ),
    "the same the wrong way round": (
        ("Ho", "Iain Wai Lung"), ("Wai Lung", "Ho"), "swapped_alike",
    ),
    "the wrong way round": (("Ho", "Wai Lung"), ("Wai Lung", "Ho"), "swapped"),
    "two of a family, one of them the wrong way round": (
        ("Kestrel", "Jamie"), ("Jenna", "Kestrel"), "given_other_family_other",
    ),
    "another initial in a family of two spellings": (
        ("K", "Tan"), ("Yuen Yan", "Tam"), "given_other_family_same",
    ),
    "a short form": (
        ("Laurent", "Brockhurst"), ("Lolo", "Brockhurst"), "given_nickname_family_same",
    ),
    "two members of a family": (
        ("Marta", "Dunmore"), ("Ada", "Dunmore"), "given_other_family_same",
    ),
    "a placeholder that is no given name": (
        ("n/a", "Kestrel"), ("Ada", "Kestrel"), "one_word_family",
    ),
    "an initial that is also a placeholder": (
        ("Jo X", "Whitlock"), ("Jo Xavier", "Whitlock"), "same",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def levels() -> dict[str, str]:
    """The name's level of every pair; the two records of a pair share an e-mail address."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    contacts = [
        Contact(key=f"{n}{side}", given=given, family=family, email=f"p{n}@example.org")
        for n, pair in enumerate(_PAIRS.values())
        for side, (given, family) in zip("ab", pair[:2], strict=True)
    ]
    build(connection, contacts)
    cluster_records(connection, spec=spec())
    rows = connection.execute(
        """
        select l.record_id, weight.evidence
        from work.edge
        inner join work.pattern_weight as weight on edge.pattern = weight.pattern
        inner join work.record as l on edge.l = l.rid
        inner join work.record as r on edge.r = r.rid
        where left(l.record_id, -1) = left(r.record_id, -1)
        """
    ).fetchall()
    places = list(_PAIRS)
    return {
        places[int(record_id.rsplit(":")[-1][:-1])]: evidence.split()[0].removeprefix("name=")
        for record_id, evidence in rows
    }


@pytest.mark.parametrize("pair", _PAIRS)
def test_spellings_of_one_name_are_told_from_two_names(
    levels: dict[str, str], pair: str
) -> None:
    assert levels[pair] == _PAIRS[pair][2]

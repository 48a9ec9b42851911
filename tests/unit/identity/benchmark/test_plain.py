"""The plain table is what it says: one value per column, a third missing, the truth beside it."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.engines.duckdb.session import EngineOptions
from dagster_project.identity.benchmark.plain import COLUMNS, invent
from dagster_project.identity.benchmark.sets import Prepared


def _invented(folder: Path, *, skewed: bool = False) -> Prepared:
    return invent(2_000, folder, skewed=skewed, seed=1, options=EngineOptions(1, "1GB"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Two thousand records."""
    return _invented(tmp_path_factory.mktemp("plain"))


def test_every_record_has_an_id_of_its_own_and_a_person(plain: Prepared) -> None:
    found = duckdb.sql(
        f"select count(distinct unique_id), count(person_id), count(distinct person_id) "
        f"from '{plain.table}' inner join '{plain.truth}' using (unique_id)"
    ).fetchall()[0]

    assert found[:2] == (plain.rows, plain.rows)
    assert 0.45 * plain.rows < found[2] < 0.6 * plain.rows


def test_a_third_of_all_values_but_names_is_missing(plain: Prepared) -> None:
    shares = duckdb.sql(
        f"select {', '.join(f'1 - count({name}) / count(*)' for name in COLUMNS)} from '{plain.table}'"
    ).fetchall()[0]

    for name, share in zip(COLUMNS, shares, strict=True):
        expected = 0.03 if name.endswith("_name") else 1 / 3
        assert share == pytest.approx(expected, abs=0.04), name


def test_records_of_one_person_differ_by_errors_and_agree_mostly(plain: Prepared) -> None:
    same, mistyped = duckdb.sql(
        f"""
        select avg((l.last_name = r.last_name)::int),
            avg((levenshtein(l.last_name, r.last_name) between 1 and 2)::int)
        from (from '{plain.table}' inner join '{plain.truth}' using (unique_id)) as l
        inner join (from '{plain.table}' inner join '{plain.truth}' using (unique_id)) as r
            on l.person_id = r.person_id and l.unique_id < r.unique_id
        """
    ).fetchall()[0]

    assert same > 0.85
    assert 0.03 < mistyped < 0.15


def test_the_same_seed_invents_the_same_table(plain: Prepared, tmp_path: Path) -> None:
    again = _invented(tmp_path)

    for one, other in ((plain.table, again.table), (plain.truth, again.truth)):
        assert duckdb.sql(f"from '{one}' except all from '{other}'").fetchall() == []


def test_a_quarter_lives_under_one_postal_code_when_skewed(tmp_path: Path) -> None:
    skewed = _invented(tmp_path, skewed=True)

    share = duckdb.sql(
        f"select avg((postcode = '10115')::int) from '{skewed.table}' where postcode is not null"
    ).fetchall()[0][0]

    assert share == pytest.approx(0.24, abs=0.04)

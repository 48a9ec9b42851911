"""Segments are conditions over columns that exist, and nothing else."""

from pathlib import Path

import pytest

from dagster_project.config.segments import customer_columns, read_segments
from dagster_project.domain.errors import ConfigError

PROJECT = Path(__file__).resolve().parents[3]
COLUMNS = {
    "country": "varchar",
    "won_opportunities": "bigint",
    "last_won_at": "timestamptz",
    "contactable_email": "varchar",
}


def written(folder: Path, when: str, because: str = "so", more: str = "") -> Path:
    file = folder / "segments.yml"
    file.write_text(
        f"segments:\n  ours:\n    title: O'Neill's\n    when: {when!r}\n    because: {because!r}\n{more}",
        encoding="utf-8",
    )
    return file


def mistake(folder: Path, when: str, because: str = "so") -> str:
    with pytest.raises(ConfigError) as raised:
        read_segments(written(folder, when, because), COLUMNS)
    return str(raised.value)


def test_the_segments_that_ship_fit_the_customers_as_they_are() -> None:
    segments = read_segments(
        PROJECT / "config" / "segments.yml", customer_columns(PROJECT / "dbt")
    )

    assert {segment["name"] for segment in segments} >= {"waiting_for_an_answer", "win_back"}


def test_a_segment_becomes_sql_with_its_words_kept(tmp_path: Path) -> None:
    file = written(tmp_path, "country = 'NL'", "it's {country}", "    channel: email\n")

    (segment,) = read_segments(file, COLUMNS)

    assert segment["when"] == (
        "(country = 'NL'\n) and contactable_email is not null "
        "and coalesce(profiling_consent, 'unsaid') <> 'withdrawn'"
    )
    assert (
        segment["because"] == "concat('it''s ', coalesce(cast(country as varchar), 'unknown'))"
    )
    assert segment["title"] == "O''Neill''s"


@pytest.mark.parametrize(
    ("purpose", "asked"),
    [
        pytest.param("service", [], id="service"),
        pytest.param("profiling", ["profiling_consent"], id="profiling"),
        pytest.param(
            "marketing",
            ["contactable_email", "contactable_phone", "profiling_consent"],
            id="marketing",
        ),
    ],
)
def test_what_a_segment_is_for_decides_whose_objection_counts(
    tmp_path: Path, purpose: str, asked: list[str]
) -> None:
    file = written(tmp_path, "true", more=f"    purpose: {purpose}\n")

    (segment,) = read_segments(file, COLUMNS)

    words = ("contactable_email", "contactable_phone", "profiling_consent")
    assert [word for word in words if word in segment["when"]] == asked


def test_of_a_time_the_day_is_told(tmp_path: Path) -> None:
    (segment,) = read_segments(written(tmp_path, "true", "{last_won_at}"), COLUMNS)

    assert "cast(cast(last_won_at as date) as varchar)" in segment["because"]


def test_without_a_file_there_is_no_segment(tmp_path: Path) -> None:
    assert read_segments(tmp_path / "segments.yml", COLUMNS) == []


@pytest.mark.parametrize("when", ["countri = 'NL'", "lower(countri) = 'nl'"])
def test_an_unknown_column_is_told_with_the_one_that_was_meant(
    tmp_path: Path, when: str
) -> None:
    told = mistake(tmp_path, when)

    assert "customer_360 has no column 'countri'" in told
    assert "did you mean country?" in told


def test_an_unknown_column_of_the_reason_is_told_too(tmp_path: Path) -> None:
    assert "because: customer_360 has no column 'n'" in mistake(tmp_path, "true", "{n} deals")


@pytest.mark.parametrize(
    "when",
    [
        "true) union all select (1",
        "true); drop table x; --",
        "country in (select country from customer_360)",
        "exists (select 1)",
    ],
)
def test_more_than_a_condition_is_refused(tmp_path: Path, when: str) -> None:
    told = mistake(tmp_path, when)

    assert "when:" in told
    assert "segments.yml" in told


@pytest.mark.parametrize("when", ["won_opportunities >", "nope()"])
def test_what_the_engine_cannot_read_is_refused(tmp_path: Path, when: str) -> None:
    assert "when:" in mistake(tmp_path, when)


def test_a_comment_hides_nothing(tmp_path: Path) -> None:
    (segment,) = read_segments(written(tmp_path, "true -- all"), COLUMNS)

    assert segment["when"].startswith("(true -- all\n)")

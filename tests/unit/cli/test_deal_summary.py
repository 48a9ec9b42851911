"""What a run says of deals whose outcome nobody knows."""

from io import StringIO
from pathlib import Path

from rich.console import Console

from dagster_project.cli.deal_summary import print_unknown_deals
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import session


def said(folder: Path, *rows: tuple[str, str | None, str | None, str, bool]) -> str:
    root = Root(folder)
    root.warehouse.mkdir(parents=True)
    with session(root.database) as connection:
        connection.execute(
            "create schema marts; create table marts.fct_opportunity(source varchar, "
            "stage varchar, pipeline varchar, outcome varchar, is_deleted boolean)"
        )
        for row in rows:
            connection.execute("insert into marts.fct_opportunity values (?, ?, ?, ?, ?)", row)
    out = StringIO()
    print_unknown_deals(Console(file=out, width=200), root)
    return out.getvalue()


def test_stages_nobody_knows_are_named_with_their_deals(tmp_path: Path) -> None:
    text = said(
        tmp_path,
        ("hubspot_dach", "Auf [red]Wiedervorlage[/]", "Neukunden", "unknown", False),
        ("hubspot_dach", "Auf [red]Wiedervorlage[/]", "Neukunden", "unknown", False),
        ("hubspot_dach", "1234567", None, "unknown", False),
        ("hubspot_dach", "ada@example.org", None, "unknown", False),
        ("hubspot_dach", "Old", None, "unknown", True),
        ("hubspot_dach", "Closed Won", None, "won", False),
    )

    assert text.startswith("\n4 deals neither open, won nor lost")
    assert "config/deal_stages.yml" in text
    assert "hubspot_dach: 'Auf [red]Wiedervorlage[/]' of 'Neukunden', 2 deals" in text
    assert "'1234567', 1 deal" in text
    assert "ada@" not in text
    assert "Old" not in text


def test_nothing_is_said_where_all_are_known(tmp_path: Path) -> None:
    assert said(tmp_path, ("hubspot_dach", "Closed Won", None, "won", False)) == ""


def test_nothing_is_said_before_there_are_marts(tmp_path: Path) -> None:
    out = StringIO()

    print_unknown_deals(Console(file=out), Root(tmp_path))

    assert out.getvalue() == ""

"""What a run says of deals nobody can call open, won or lost: their stages, and how to settle them."""

from rich.console import Console

from dagster_project.domain.counts import counted
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import session

_MOST_STAGES = 10
"""Stages that are named; a company has a handful of pipelines of up to a dozen stages each."""

_UNKNOWN = """
select source, coalesce(stage, ''), coalesce(pipeline, ''), count(*) as deals
from marts.fct_opportunity
where outcome = 'unknown' and not is_deleted
group by all
order by deals desc, 1, 2, 3
"""


def print_unknown_deals(console: Console, root: Root) -> None:
    """Named by every run until they are settled; a stage is a word of the company, not a person's."""
    if not root.database.exists():
        return
    with session(root.database, read_only=True) as connection:
        tables = connection.execute(
            "select count(*) from duckdb_columns() where schema_name = 'marts' "
            "and table_name = 'fct_opportunity' and column_name in ('outcome', 'pipeline')"
        ).fetchone()
        stages = connection.execute(_UNKNOWN).fetchall() if tables == (2,) else []
    if not stages:
        return
    deals = sum(count for *_, count in stages)
    console.print(
        f"\n{counted(deals, 'deal')} neither open, won nor lost: no flag says, and the stage is "
        "none that is known; say what each means in config/deal_stages.yml",
        style="yellow",
        markup=False,
    )
    for source, stage, pipeline, count in stages[:_MOST_STAGES]:
        console.print(
            f"  {source}: {_named(stage)}"
            + (f" of {_named(pipeline)}" if pipeline and pipeline not in stage else "")
            + f", {counted(count, 'deal')}",
            markup=False,
        )
    if len(stages) > _MOST_STAGES:
        console.print(
            f"  and {counted(len(stages) - _MOST_STAGES, 'other stage')}", markup=False
        )


def _named(label: str) -> str:
    if not label:
        return "no stage"
    is_plain = label.isprintable() and len(label) <= 80 and "@" not in label
    return f"'{label}'" if is_plain else "a stage whose name is no plain label"

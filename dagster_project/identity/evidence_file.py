"""``warehouse/evidence.duckdb``: what the last resolution knew of every record and pair.

Written aside and renamed, so whoever reads it meets a whole one and never a lock, also while
a run is at work. Derived: the next resolution makes it again.

Belongs here: which tables are kept, keeping and opening them.
Does not belong here: what is read out of them (``steward``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from dagster_project.domain.errors import StateError
from dagster_project.engines.duckdb.session import quoted, session
from dagster_project.engines.durable import sync_file, sync_folder
from dagster_project.identity.judgements import STANDING
from dagster_project.identity.model import Model
from dagster_project.identity.workspace import Workspace, workspace

COMPARED = (
    "record", "feature", "known_column", "agreement", "nick_pair", "family_pair",
)  # fmt: skip
"""Tables that a comparison of two records reads."""

CONCLUDED = ("identifier", "address", "edge", "pattern_weight", "bond", "assignment", "named")
"""What came of it: canonical identifiers, scored pairs, clusters, customers."""

_REDIRECTS = """
create table aside.redirect as
select customer_id, redirects_to from idstate.ids where retired_at is not null
"""

_JUDGEMENTS = f"create table aside.judgement as {STANDING.format(schema='idstate')}"


def evidence_file(warehouse: Path) -> Path:
    """Where the evidence lies beside the warehouse."""
    return warehouse / "evidence.duckdb"


def keep_evidence(work: Workspace, file: Path, *, model: Model, as_of: datetime) -> None:
    """Replace ``file`` by the evidence of this resolution, all at once.

    Needs the state attached as ``idstate``.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.partial")
    aside.unlink(missing_ok=True)
    work.run(f"attach '{quoted(str(aside))}' as aside")
    try:
        for table in (*COMPARED, *CONCLUDED):
            work.run(f"create table aside.{table} as from work.{table}")
        work.run(_REDIRECTS)
        work.run(_JUDGEMENTS, [as_of])
        work.run(
            "create table aside.made as select $1::varchar as model, $2::timestamptz as as_of",
            [model.to_json(), as_of],
        )
    finally:
        work.run("detach aside")
    sync_file(aside)
    aside.replace(file)
    sync_folder(file.parent)


@contextmanager
def opened_evidence(file: Path) -> Iterator[tuple[Workspace, Model]]:
    """The evidence of the last resolution, ready to compare and score any two records.

    Its tables are ``kept.<table>``; those that comparisons read are also ``work.<table>``.
    """
    if not file.exists():
        raise StateError(
            "no resolution has left its evidence here",
            str(file),
            "run `c360 run` on this root first",
        )
    with session() as connection, workspace(connection) as work:
        work.run(f"attach '{quoted(str(file))}' as kept (read_only)")
        for table in COMPARED:
            work.run(f"create view work.{table} as from kept.{table}")
        body = work.rows("select model from kept.made")[0][0]
        yield work, Model.from_json(str(body))

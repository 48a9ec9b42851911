"""``warehouse/evidence.duckdb``: what the last resolution knew of every record and pair.

Written aside and renamed, so whoever reads it meets a whole one and never a lock, also while
a run is at work. Derived: the next resolution makes it again.

Belongs here: which tables are kept, keeping and opening them.
Does not belong here: what is read out of them (``steward``).
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path

from dagster_project.domain.errors import StateError
from dagster_project.engines.duckdb.session import quoted, session
from dagster_project.engines.durable import sync_file, sync_folder
from dagster_project.identity.blocking.keys import KEYS, write_keys
from dagster_project.identity.comparing.agreements import write_words
from dagster_project.identity.evidence.hashes import write_hashes
from dagster_project.identity.features.statistics import CANARY, STATISTICS
from dagster_project.identity.features.values import DWELLERS
from dagster_project.identity.learning.model import Model
from dagster_project.identity.ledger.judgements import STANDING
from dagster_project.identity.workspace import Workspace, workspace

COMPARED = (
    "record", "feature", "known_column", "agreement", "nameless", "nick_pair", "family_pair",
)  # fmt: skip
"""Tables that a comparison of two records reads."""

CONCLUDED = (
    "identifier", "address", "edge", "pattern_weight", "must_link", "limit_act", "assignment",
    "named", "audit",
)  # fmt: skip
"""What came of it: canonical identifiers, scored pairs, clusters, customers, the guards' acts."""

TO_GO_ON = (
    "record_name", "name", "name_word", "alias", "address_key", "dweller", "domain", "value_holder",
    "component", "record_hash",
)  # fmt: skip
"""What the next run needs to read only what changed, besides the keys of all blocking rules.

Statistics of the model stand here too: whoever asks needs no more than this file, and waits for no
run that holds the state."""

FORMAT = 11
"""Grows when the tables change; evidence of another format is made anew."""


@dataclass(frozen=True)
class MadeFrom:
    """What a file of evidence was made from."""

    evidence_hash: str
    spec_hash: str
    model_version: str
    ledger_run: int


_REDIRECTS = """
create table kept.redirect as
select customer_id, redirects_to from idstate.ids where retired_at is not null
"""

_JUDGEMENTS = f"create table kept.judgement as {STANDING.format(schema='idstate')}"


def evidence_file(warehouse: Path) -> Path:
    """Where the evidence lies beside the warehouse."""
    return warehouse / "evidence.duckdb"


def keep_evidence(
    work: Workspace, file: Path, *, model: Model, as_of: datetime, made_from: MadeFrom
) -> None:
    """Replace ``file`` by the evidence of this resolution, all at once.

    Needs the state attached as ``idstate``.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = _aside(file)
    _clear(aside)
    work.run(f"attach '{quoted(str(aside))}' as kept ({_UNLOGGED})")
    try:
        write_hashes(work)
        work.run(f"create or replace table work.dweller as {DWELLERS}")
        for table in (*COMPARED, *CONCLUDED, *TO_GO_ON, *STATISTICS):
            work.run(f"create table kept.{table} as from work.{table}")
        work.run(f"create table kept.key {KEYS}")
        write_keys(work, model.plan.rules, "kept.key")
        _sign(work, model, as_of, made_from)
    finally:
        work.run("detach kept")
    _publish(aside, file)


@contextmanager
def evidence_to_change(work: Workspace, file: Path) -> Iterator[None]:
    """A private copy of the evidence as ``kept``, the evidence itself as ``before``.

    The copy takes the place of ``file`` when all went well and ``finish_evidence`` was called.
    """
    aside = _aside(file)
    _clear(aside)
    shutil.copyfile(file, aside)
    work.run(f"attach '{quoted(str(file))}' as before (read_only)")
    work.run(f"attach '{quoted(str(aside))}' as kept ({_UNLOGGED})")
    work.run(f"set checkpoint_threshold = '{_NEVER}'")
    try:
        yield
    finally:
        work.run("reset checkpoint_threshold")
        work.run("detach before")
        work.run("detach kept")
        _clear(aside)


_UNLOGGED = "recovery_mode no_wal_writes"
"""A file that nobody reads before it is whole needs no log to be whole: a fifth of its cost."""

_NEVER = "1TB"
"""Of changes before the engine writes a file by itself: nobody reads the copy until it is done."""


def finish_evidence(
    work: Workspace, file: Path, *, model: Model, as_of: datetime, made_from: MadeFrom
) -> None:
    """Put the changed copy in the place of the evidence; ``kept`` becomes an empty database."""
    work.run("drop table kept.made")
    work.run("drop table kept.redirect")
    work.run("drop table kept.judgement")
    _sign(work, model, as_of, made_from)
    work.run("checkpoint kept")
    work.run("detach kept")
    _publish(_aside(file), file)
    work.run(f"attach '{quoted(str(file))}' as kept (read_only)")


def made_from(work: Workspace, file: Path) -> MadeFrom | None:
    """What the evidence was made from; nothing where there is none, or of another format."""
    if not file.exists():
        return None
    work.run(f"attach '{quoted(str(file))}' as kept (read_only)")
    try:
        columns = {
            str(row[0])
            for row in work.rows(
                "select column_name from duckdb_columns() "
                "where database_name = 'kept' and table_name = 'made'"
            )
        }
        if "format" not in columns:
            return None
        rows = work.rows(
            "select evidence_hash, spec_hash, model_version, ledger_run from kept.made "
            "where format = $1",
            [FORMAT],
        )
    finally:
        work.run("detach kept")
    return MadeFrom(*rows[0]) if rows else None  # type: ignore[arg-type]


def _sign(work: Workspace, model: Model, as_of: datetime, made_from: MadeFrom) -> None:
    work.run(_REDIRECTS)
    work.run(_JUDGEMENTS, [as_of])
    work.run(
        "create table kept.made as select $1::varchar as model, $2::timestamptz as as_of, "
        "$3::integer as format, $4::varchar as evidence_hash, $5::varchar as spec_hash, "
        "$6::varchar as model_version, $7::bigint as ledger_run, "
        f"{CANARY} as hashing",
        [model.to_json(), as_of, FORMAT, *astuple(made_from)],
    )


def _aside(file: Path) -> Path:
    return file.with_name(f".{file.name}.partial")


def _clear(aside: Path) -> None:
    """Remove what a killed run left; its log would be replayed into the next file of that name."""
    aside.unlink(missing_ok=True)
    aside.with_name(f"{aside.name}.wal").unlink(missing_ok=True)


def _publish(aside: Path, file: Path) -> None:
    sync_file(aside)
    aside.replace(file)
    sync_folder(file.parent)


@contextmanager
def opened_evidence(file: Path) -> Iterator[tuple[Workspace, Model]]:
    """The evidence of the last resolution, ready to compare and score any two records.

    Its tables are ``kept.<table>``; those that comparisons read are also ``work.<table>``.
    """
    with session() as connection, workspace(connection) as work:
        model = attach_evidence(work, file, "kept")
        for table in COMPARED:
            work.run(f"create view work.{table} as from kept.{table}")
        write_words(work, schema="kept")
        yield work, model


def attach_evidence(work: Workspace, file: Path, name: str) -> Model:
    """The evidence of the last resolution as a database of that name, only to be read; its model."""
    if not file.exists():
        raise StateError(
            "no resolution has left its evidence here",
            str(file),
            "run `c360 run` on this root first",
        )
    work.run(f"attach '{quoted(str(file))}' as {name} (read_only)")
    format_, body = work.rows(f"select format, model from {name}.made")[0]
    if format_ != FORMAT:
        raise StateError(
            "the evidence was left by another version", str(file), "run `c360 run` once"
        )
    return Model.from_json(str(body))

"""What the warehouse's messages hold: every version of a text judged once, and kept.

A text is judged by what it says alone and by the country of the account it came to, so equal texts
of one country are judged once, and a run judges what it has not seen in this version of rules and
weights. Kept are labels, places and, where something personal stood, the text without it.

Belongs here: which texts are to be judged, and what is kept of them. Does not belong here: how a
text is judged (``messages``); who wrote it and to whom, that is the marts'.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import orjson

from dagster_project.config.listening import Listening
from dagster_project.engines.duckdb.phases import fingerprint_of_files
from dagster_project.engines.duckdb.session import quoted

if TYPE_CHECKING:
    import pyarrow as pa

    from dagster_project.listening.messages import Judge, Judgement

SCHEMA = "listening"
TABLE = f"{SCHEMA}.message_labels"

BATCH = 10_000
"""Texts that are judged at a time."""

_ROOM = Path(__file__).parent

_LABELS = {
    "language": "varchar",
    "is_complaint": "boolean",
    "complaint_by": "varchar",
    "department": "varchar",
    "department_confidence": "float",
    "department_by": "varchar",
    "sentiment": "varchar",
    "sentiment_by": "varchar",
    "harm": "varchar",
    "harm_by": "varchar",
    "is_spam": "boolean",
    "spam_by": "varchar",
    "findings": "varchar",
    "personal_data": "varchar",
    "personal_data_by": "varchar",
    "redacted_text": "varchar",
}
KEPT = {
    "message_id": "varchar",
    "version_number": "bigint",
    "text_hash": "varchar",
    **_LABELS,
    "model_version": "varchar",
    "rules_version": "varchar",
}
"""Columns of the table and their types."""


@dataclass(frozen=True)
class Labelled:
    """Messages with a text, how many labels of them were kept, and texts that had to be judged."""

    messages: int
    kept: int
    judged: int


def write_labels(connection: duckdb.DuckDBPyConnection, listening: Listening) -> Labelled:
    """Bring ``listening.message_labels`` up to date with the messages as they stand."""
    _prepare(connection)
    connection.execute(_WANTED)
    messages = _count(connection, "wanted")
    if not messages:
        connection.execute(f"delete from {TABLE}")
        return Labelled(0, 0, 0)
    versions = (version_of_model(), version_of_rules(listening))
    model_version, rules_version = (f"'{quoted(version)}'" for version in versions)
    connection.execute(
        f"""
        delete from {TABLE} as held
        where model_version <> {model_version}
            or rules_version <> {rules_version}
            or not exists (
                select 1 from wanted
                where wanted.message_id = held.message_id
                    and wanted.version_number = held.version_number
                    and wanted.text_hash = held.text_hash
            )
        """
    )
    kept = _count(connection, TABLE)
    judged = 0
    if kept < messages:
        connection.execute(_NEWS)
        judged = _judge_news(connection, listening)
        connection.execute(_inserted(model_version, rules_version))
    for table in ("wanted", "news", "judged"):
        connection.execute(f"drop table if exists temp.{table}")
    return Labelled(messages, kept, judged)


def version_of_model() -> str:
    """Version of the weights; findings name it."""
    import numpy as np

    with np.load(_ROOM / "heads.npz", allow_pickle=False) as held:
        return str(held["trained"])


def version_of_rules(listening: Listening) -> str:
    """Changes with every rule and with all that judges by them: code, word lists and weights."""
    code = fingerprint_of_files((_ROOM,), frozenset({".py", ".yml", ".npz"}))
    return sha256(f"{code}\x1f{listening.model_dump_json()}".encode()).hexdigest()[:12]


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table, anew where an older version of the code made it with other columns."""
    connection.execute(f"create schema if not exists {SCHEMA}")
    held = connection.execute(
        "select column_name, lower(data_type) from duckdb_columns() "
        f"where schema_name = '{SCHEMA}' and table_name = 'message_labels' "
        "and database_name = current_database() order by column_index"
    ).fetchall()
    if dict(held) != KEPT:
        columns = ", ".join(f"{name} {kind}" for name, kind in KEPT.items())
        connection.execute(f"create or replace table {TABLE} ({columns})")


def _judge_news(connection: duckdb.DuckDBPyConnection, listening: Listening) -> int:
    """Judge all texts of ``news`` into ``judged``, a batch at a time."""
    texts = _count(connection, "news")
    if not texts:
        return 0
    from dagster_project.listening.heads import read_heads
    from dagster_project.listening.messages import Judge
    from dagster_project.listening.rules import compile_rules

    judge = Judge(compile_rules(listening.rules), read_heads())
    for begin in range(0, texts, BATCH):
        batch = connection.execute(
            "select text_hash, body_text, country from news "
            f"where place > {begin} and place <= {begin + BATCH} order by place"
        ).to_arrow_table()
        labels = _label(judge, *(column.to_pylist() for column in batch.columns))
        connection.register("labels", labels)
        connection.execute("insert into judged by name select * from labels")
        connection.unregister("labels")
    return texts


def _label(
    judge: "Judge",
    hashes: Sequence[str],
    texts: Sequence[str],
    countries: Sequence[str | None],
) -> "pa.Table":
    """What is kept of each text, a row per text."""
    import pyarrow as pa

    from dagster_project.listening.languages import detect_languages

    languages = detect_languages(texts)
    rows = [
        (text_hash, language, *_labels(said), *_personal(text, country))
        for text_hash, text, country, language, said in zip(
            hashes, texts, countries, languages, judge.judge(texts, languages), strict=True
        )
    ]
    names = ("text_hash", *_LABELS)
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def _labels(said: "Judgement") -> tuple[object, ...]:
    mood = said.sentiment
    return (
        said.is_complaint.value, said.is_complaint.by,
        said.department.value, said.department_confidence, said.department.by,
        mood and mood.value, mood and mood.by,
        said.harm.value, said.harm.by, said.is_spam.value, said.is_spam.by,
        orjson.dumps([finding._asdict() for finding in said.findings]).decode(),
    )  # fmt: skip


def _personal(text: str, country: str | None) -> tuple[str, str, str | None]:
    """What is personal in a text, who says so, and the text without it where there is any."""
    from dagster_project.listening.messages import SPANS_BY, as_json
    from dagster_project.listening.personal_data.find import find_spans, redacted

    spans = find_spans(text, (country,) if country else ())
    return as_json(spans), SPANS_BY, redacted(text, spans) if spans else None


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


_WANTED = """
    create or replace temp table wanted as
    select
        messages.message_id,
        messages.version_number,
        messages.body_text,
        sources.country,
        md5(concat_ws(chr(31), messages.body_text, sources.country)) as text_hash
    from intermediate.int_messages as messages
    left join config.sources as sources on messages.source = sources.name
    where trim(messages.body_text) <> ''
"""

_NEWS = f"""
    create or replace temp table judged (
        text_hash varchar, {", ".join(f"{name} {kind}" for name, kind in _LABELS.items())}
    );
    create or replace temp table news as
    select
        text_hash,
        any_value(body_text) as body_text,
        any_value(country) as country,
        row_number() over (order by text_hash) as place
    from wanted
    where text_hash not in (select text_hash from {TABLE})
    group by text_hash
    order by place
"""
"""In the order of their hashes, so that whatever comes in which order is batched alike."""


def _inserted(model_version: str, rules_version: str) -> str:
    labels = ", ".join(_LABELS)
    return f"""
        insert into {TABLE} by name
        with known as (
            select text_hash, {labels} from judged
            union all
            select distinct on (text_hash) text_hash, {labels} from {TABLE}
        )
        select
            wanted.message_id, wanted.version_number, known.*,
            {model_version} as model_version, {rules_version} as rules_version
        from wanted
        inner join known using (text_hash)
        where not exists (
            select 1 from {TABLE} as held where held.message_id = wanted.message_id
        )
        order by wanted.message_id
    """

"""``config/segments.yml``: groups of customers, by conditions over columns of ``customer_360``.

Belongs here: the file's shape, and that a condition is one over columns that exist. Does not
belong here: who is in a segment; that is ``customer_segments``.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import duckdb
import orjson
from pydantic import AfterValidator
from ruamel.yaml import YAML

from dagster_project.config.entry import Entries, entry
from dagster_project.config.mistakes import close_or_all
from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.errors import ConfigError

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PLACE = re.compile(r"\{(\w+)\}")
_UNKNOWN_COLUMN = re.compile(r'Referenced column "([^"]+)" not found')


def _plain_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name; write small letters, digits and _, e.g. win_back"
        )
    return name


class Channel(StrEnum):
    """Where customers of a segment are to be contacted."""

    EMAIL = "email"
    PHONE = "phone"


class Purpose(StrEnum):
    """What a segment is for, and so whose objection takes them out of it."""

    SERVICE = "service"
    PROFILING = "profiling"
    MARKETING = "marketing"


class Segment(Entries):
    """One segment."""

    title: str = entry("what its customers have in common", example="Bought once", min_length=1)
    when: str = entry(
        "a condition in SQL over columns of customer_360",
        example="won_opportunities = 1",
        min_length=1,
    )
    because: str = entry(
        "why somebody is in it; {column} stands for the customer's value",
        example="'{won_opportunities} deals won'",
        min_length=1,
    )
    channel: Channel | None = entry(
        "only customers who may be contacted there are in it", None, example="email"
    )
    purpose: Purpose = entry(
        "service: work for the customer, whom no objection takes out. profiling: who does not want "
        "to be sorted by what is known of them is not in it. marketing: nor is who may be contacted "
        "by no channel",
        Purpose.PROFILING,
        example="service",
    )


class Segments(Entries):
    """The whole file."""

    segments: dict[Annotated[str, AfterValidator(_plain_name)], Segment] = entry(
        "segments by name", example="{bought_once: {…}}", default_factory=dict
    )


def customer_columns(dbt_project: Path) -> dict[str, str]:
    """Columns of ``customer_360`` with their types, as its contract has them."""
    contract = dbt_project / "models" / "marts" / "customers" / "_customer_360__models.yml"
    models = YAML(typ="safe").load(contract.read_text(encoding="utf-8"))["models"]
    ours = next(model for model in models if model["name"] == "customer_360")
    return {column["name"]: column["data_type"] for column in ours["columns"]}


def read_segments(file: Path, columns: Mapping[str, str]) -> list[dict[str, str]]:
    """Segments as ``customer_segments`` takes them: name, title, condition and reason in SQL.

    ``columns``: those of ``customer_360``, with their types. ``ConfigError`` names file, line and
    remedy. A root from before there was such a file has none.
    """
    if not file.exists():
        return []
    document = read_yaml(file)
    found = document.parse(Segments, also=lambda data: _mistakes(document, data, columns))
    return [
        {
            "name": name,
            "title": segment.title.replace("'", "''"),
            "when": _condition(segment),
            "because": _reason(segment.because, columns),
        }
        for name, segment in found.segments.items()
    ]


def _condition(segment: Segment) -> str:
    conditions = [f"({segment.when}\n)"]
    if segment.channel is not None:
        conditions.append(f"contactable_{segment.channel} is not null")
    elif segment.purpose is Purpose.MARKETING:
        conditions.append("coalesce(contactable_email, contactable_phone) is not null")
    if segment.purpose is not Purpose.SERVICE:
        conditions.append("coalesce(profiling_consent, 'unsaid') <> 'withdrawn'")
    return " and ".join(conditions)


def _reason(because: str, columns: Mapping[str, str]) -> str:
    """The sentence as SQL: its words as they stand, its places filled with values; of times the day."""
    pieces = []
    for number, piece in enumerate(_PLACE.split(because)):
        if number % 2:
            value = f"cast({piece} as date)" if columns[piece] == "timestamptz" else piece
            pieces.append(f"coalesce(cast({value} as varchar), 'unknown')")
        elif piece:
            pieces.append("'" + piece.replace("'", "''") + "'")
    return f"concat({', '.join(pieces)})"


def _mistakes(
    document: YamlDocument, data: Any, columns: Mapping[str, str]
) -> Iterator[ConfigError]:
    segments = data.get("segments") if isinstance(data, dict) else None
    for name, segment in segments.items() if isinstance(segments, dict) else ():
        if not isinstance(segment, dict):
            continue
        for place in _PLACE.findall(str(segment.get("because", ""))):
            if place not in columns:
                yield document.error(
                    f"because: customer_360 has no column {place!r}",
                    close_or_all(place, columns),
                    path=("segments", name, "because"),
                )
        wrong = _wrong_condition(str(segment.get("when", "true")), columns)
        if wrong:
            yield document.error(f"when: {wrong[0]}", wrong[1], path=("segments", name, "when"))


def _wrong_condition(when: str, columns: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a condition and what to do, as the engine itself reads it."""
    no_condition = "write one, e.g. won_opportunities > 0 and country = 'NL'"
    with duckdb.connect(":memory:", config={"threads": 1}) as engine:
        asked = f"select 1 from customer_360 where ({when}\n)"
        ((serialised,),) = engine.execute(
            "select json_serialize_sql($1::varchar)", [asked]
        ).fetchall()
        parsed = orjson.loads(serialised)
        if parsed.get("error"):
            return f"{when!r} is no condition in SQL", no_condition
        statements = parsed["statements"]
        node = statements[0]["node"]
        if len(statements) > 1 or node["type"] != "SELECT_NODE" or '"SUBQUERY"' in serialised:
            return f"{when!r} is more than a condition over columns", no_condition
        typed = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
        try:
            engine.execute(
                f"explain with customer_360 as (select {typed}) "
                f"select 1 from customer_360 where cast(({when}\n) as boolean)"
            )
        except duckdb.Error as error:
            unknown = _UNKNOWN_COLUMN.search(str(error))
            if unknown:
                return (
                    f"customer_360 has no column {unknown[1]!r}",
                    close_or_all(unknown[1], columns),
                )
            return f"{when!r} does not fit the columns' types", str(error).splitlines()[0]
    return None

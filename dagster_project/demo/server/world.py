"""The world's API files as they look at one moment: what is visible, edited, hidden, deleted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

Entity = dict[str, Any]

_PRIVATE = "_c360_"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Seen:
    """One entity as it looks at a moment; ``since`` is when it appeared."""

    entity: Entity
    since: datetime
    is_hidden: bool
    is_deleted: bool


def read_entities(file: Path) -> Iterator[Entity]:
    """The entities of one NDJSON file, private keys included; none where there is no file."""
    if not file.is_file():
        return
    with file.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield orjson.loads(line)


def newest_moment(entities: Iterable[Entity], *times: str) -> datetime:
    """When the last thing happened; ``times`` are the entities' own time fields."""
    moments = (moment for entity in entities for moment in _moments(entity, times))
    return max(moments, default=_BEGINNING)


def at_moment(entities: Iterable[Entity], at: datetime, *times: str) -> Iterator[Seen]:
    """Entities that have appeared by ``at``, edited as of then and without private keys."""
    for entity in entities:
        since = _appeared(entity, times)
        if since <= at:
            yield Seen(
                entity=_edited(entity, at),
                since=since,
                is_hidden=_has_come(entity.get("_c360_hidden"), at),
                is_deleted=_has_come(entity.get("_c360_deleted_at"), at),
            )


def instant(text: str) -> datetime:
    """An ISO 8601 time in UTC."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _appeared(entity: Entity, times: tuple[str, ...]) -> datetime:
    visible_from = entity.get("_c360_visible_from")
    own = next((entity[name] for name in times if entity.get(name)), None)
    text = visible_from or own
    return instant(text) if text else _BEGINNING


def _edited(entity: Entity, at: datetime) -> Entity:
    shown = {k: v for k, v in entity.items() if not k.startswith(_PRIVATE)}
    edits = (e for e in entity.get("_c360_edits") or () if instant(e["at"]) <= at)
    for edit in sorted(edits, key=lambda e: instant(e["at"])):
        shown |= {k: v for k, v in edit["entity"].items() if not k.startswith(_PRIVATE)}
    return shown


def _has_come(mark: object, at: datetime) -> bool:
    """``True`` always counts, a time counts from then on."""
    return instant(mark) <= at if isinstance(mark, str) else bool(mark)


def _moments(entity: Entity, times: tuple[str, ...]) -> Iterator[datetime]:
    yield _appeared(entity, times)
    yield from (instant(edit["at"]) for edit in entity.get("_c360_edits") or ())
    marks = (entity.get("_c360_deleted_at"), entity.get("_c360_hidden"))
    yield from (instant(mark) for mark in marks if isinstance(mark, str))

"""``config/deal_stages.yml``: which of a company's own stages of deals mean open, won or lost.

Belongs here: the file's shape. Does not belong here: what flags and the vendors' own stages say;
that is ``int_opportunities``.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from dagster_project.config.entry import Entries, entry
from dagster_project.config.mistakes import close_or_all
from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.errors import ConfigError


class Outcome(StrEnum):
    """What has become of a deal."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class StageMap(Entries):
    """Stages by their label or id, as the CRM shows them; case and blanks make no difference."""

    stages: dict[str, Outcome] = entry(
        "stages of every pipeline: each is open, won or lost",
        example="{Signed: won}",
        default_factory=dict,
    )
    pipelines: dict[str, dict[str, Outcome]] = entry(
        "stages of one pipeline, by its label or id; they go before `stages`",
        example="{Renewals: {Done: won}}",
        default_factory=dict,
    )


class DealStages(StageMap):
    """The whole file."""

    sources: dict[str, StageMap] = entry(
        "the same for one source alone; it goes before the others",
        example="{salesforce_emea: {stages: {Done: won}}}",
        default_factory=dict,
    )


@dataclass(frozen=True)
class DealStageRow:
    """A row of ``config.deal_stages``; without ``source`` or ``pipeline`` it holds for all."""

    source: str | None
    pipeline: str | None
    stage: str
    outcome: str


def read_deal_stages(
    file: Path, *, sources: Collection[str] | None = None
) -> tuple[DealStageRow, ...]:
    """Read the map; ``ConfigError`` names file, line and remedy. ``sources``: the register's.

    A root from before there was such a file maps nothing.
    """
    if not file.exists():
        return ()
    document = read_yaml(file)
    found = document.parse(
        DealStages,
        prepare=_named,
        also=lambda data: (
            *_unknown_sources(document, data.get("sources"), sources),
            *_told_twice(document, data),
        ),
    )
    maps: list[tuple[str | None, StageMap]] = [(None, found), *found.sources.items()]
    return tuple(row for source, stages in maps for row in _rows(source, stages))


def _rows(source: str | None, stages: StageMap) -> Iterator[DealStageRow]:
    for stage, outcome in stages.stages.items():
        yield DealStageRow(source, None, stage, str(outcome))
    for pipeline, own in stages.pipelines.items():
        for stage, outcome in own.items():
            yield DealStageRow(source, pipeline, stage, str(outcome))


def _named(data: Any) -> Any:
    """Ids are numbers to YAML, and an entry without a value is an empty one."""
    if not isinstance(data, dict):
        return data
    return {
        str(name): _named(value) if isinstance(value, dict) else _empty(name, value)
        for name, value in data.items()
    }


def _empty(name: object, value: object) -> object:
    return {} if value is None and name in ("stages", "pipelines", "sources") else value


def _unknown_sources(
    document: YamlDocument, given: object, sources: Collection[str] | None
) -> Iterator[ConfigError]:
    if sources is None or not isinstance(given, dict):
        return
    for name in given:
        if name not in sources:
            yield document.error(
                f"sources: the register names no source {name!r}",
                close_or_all(name, sources) if sources else "describe it in sources.yml first",
                path=("sources", name),
            )


def _told_twice(document: YamlDocument, data: Mapping[str, Any]) -> Iterator[ConfigError]:
    """One stage in two spellings that count as one, with two outcomes."""
    sources = data.get("sources")
    each = sources.items() if isinstance(sources, dict) else ()
    for path, map_ in (((), data), *((("sources", name), map_) for name, map_ in each)):
        if not isinstance(map_, dict):
            continue
        yield from _twice_in(document, (*path, "stages"), map_.get("stages"))
        pipelines = map_.get("pipelines")
        for name, stages in pipelines.items() if isinstance(pipelines, dict) else ():
            yield from _twice_in(document, (*path, "pipelines", name), stages)


def _twice_in(
    document: YamlDocument, path: tuple[Any, ...], stages: object
) -> Iterator[ConfigError]:
    seen: dict[str, Any] = {}
    for stage, outcome in stages.items() if isinstance(stages, dict) else ():
        label = " ".join(str(stage).lower().split())
        if seen.setdefault(label, outcome) != outcome:
            yield document.error(
                f"{'.'.join(map(str, path))}: {stage!r} stands twice, with two outcomes",
                "case and blanks make no difference: take one of the two out",
                path=(*path, stage),
            )

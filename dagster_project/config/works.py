"""``config/works.yml`` and ``organisations.yml``: how records told by words are recognised as one.

Belongs here: the file's shape. Does not belong here: what the entries do; that is
``dagster_project.identity.works``.
"""

from pathlib import Path
from typing import Any

from pydantic import field_validator

from dagster_project.config.entry import Entries, entry
from dagster_project.config.yaml_file import read_yaml


class WordOptions(Entries):
    """How texts become words."""

    mistyped_from: int = entry(
        "words of so many letters are read past one typing error", 5, example="5", ge=3
    )
    placeholders: tuple[str, ...] = entry(
        "texts that stand for no value", (), example="[unknown, untitled]"
    )
    variants: tuple[str, ...] = entry(
        "words that tell a variant from what it varies", (), example="[pro, deluxe]"
    )

    abbreviations: dict[str, tuple[str, ...]] = entry(
        "words, and their short forms that are read as them", {}, example="{street: [st, str]}"
    )

    @field_validator("placeholders", "variants", mode="before")
    @classmethod
    def _lowered(cls, values: Any) -> Any:
        return tuple(str(value).lower() for value in values or ())


class NeighbourOptions(Entries):
    """Which pairs are compared at all."""

    pairs_per_record: int = entry(
        "words so common that they bring more pairs are left out", 60, example="60", ge=1
    )
    neighbours: int = entry(
        "each record keeps so many that share most with it", 10, example="10", ge=1
    )
    rare_words: int = entry(
        "of so many of its rarest words, pairs count as words too", 6, example="6", ge=2
    )


class DomainOptions(Entries):
    """Which domains say whose they are; of organisations only."""

    nobodys: tuple[str, ...] = entry(
        "domains at which many organisations have their page", (), example="[facebook.com]"
    )
    shared_from: int = entry(
        "so many names of accounts at one domain or telephone number make it nobody's own",
        3,
        example="3",
        ge=2,
    )

    @field_validator("nobodys", mode="before")
    @classmethod
    def _lowered(cls, values: Any) -> Any:
        return tuple(str(value).lower() for value in values or ())


class WorksModelOptions(Entries):
    """How weights are learned; ``experience`` is worth so many pairs."""

    experience: float = entry(
        "weight of the built-in experience, in pairs", 50, example="50", gt=0
    )


class WorksClusterOptions(Entries):
    """How links become clusters, in bits of log-odds."""

    merge_bits: float = entry(
        "evidence a link must have above even odds, in bits", 0.0, example="0.0"
    )
    complete_up_to: int = entry(
        "compare all pairs inside components of up to so many records", 60, example="60", ge=2
    )


class WorksSpec(Entries):
    """Everything that decides which records are one work, or one organisation."""

    words: WordOptions = entry("how texts become words", WordOptions())
    blocking: NeighbourOptions = entry("which pairs are compared", NeighbourOptions())
    domains: DomainOptions = entry("which domains say whose they are", DomainOptions())
    model: WorksModelOptions = entry("how weights are learned", WorksModelOptions())
    clusters: WorksClusterOptions = entry("how links become clusters", WorksClusterOptions())


def read_works(file: Path) -> WorksSpec:
    """Read the spec; ``ConfigError`` names file, line and remedy."""
    return read_yaml(file).parse(WorksSpec)

"""``config/sources.yml``: the register of sources and of data collection."""

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.streams import Delivery, StreamSpec


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}; use an IANA name such as Europe/Paris")
    return name


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StreamOptions(_Strict):
    """What a company says of one stream of one source."""

    delivery: Delivery | None = None
    absence: Literal["deleted", "nothing"] = "nothing"


REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""``${NAME}``: a value of the environment, which is looked up when it is needed."""


def _only_referred_to(secret: str) -> str:
    if not REFERENCE.fullmatch(secret):
        raise ValueError(
            "a secret does not stand in a file; write ${NAME}, set the environment variable "
            "NAME, and make a new secret if this one has been shared"
        )
    return secret


class ApiOptions(_Strict):
    """How to reach a vendor's API. Secrets are ``${NAME}`` references, resolved at run time."""

    base_url: str
    token: Annotated[str, AfterValidator(_only_referred_to)] | None = None
    account: str
    look_back_days: int = Field(default=7, ge=0, le=365)
    page_limit: int = Field(default=100, ge=1, le=1000)
    timeout_seconds: float = Field(default=30, gt=0)


class SourceConfig(_Strict):
    """One configured source, and why its data may be collected."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    vendor: str
    owner: str
    brand: str
    region: str
    purpose: str
    lawful_basis: Literal[
        "consent",
        "contract",
        "legal obligation",
        "vital interests",
        "public task",
        "legitimate interest",
    ]
    retention_days: int = Field(gt=0)
    disclosure: str
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    timezone: Annotated[str, AfterValidator(_known_zone)] | None = None
    brand_accounts: tuple[str, ...] = ()
    employee_accounts: tuple[str, ...] = ()
    employee_domains: tuple[str, ...] = ()
    columns: dict[str, str] = Field(default_factory=dict)
    """Landing column → the header this company uses for it (``x_handle: Twitter_Handle__c``)."""
    streams: dict[str, StreamOptions] = Field(default_factory=dict)
    api: ApiOptions | None = None


class _Register(_Strict):
    sources: dict[str, SourceConfig]


def read_sources(file: Path, *, streams: tuple[StreamSpec, ...]) -> tuple[SourceConfig, ...]:
    """Read the register; ``ConfigError`` names file, line and remedy. ``streams``: all known."""
    document = read_yaml(file)
    register = document.parse(
        _Register, prepare=lambda data: {**data, "sources": _named(data.get("sources"))}
    )
    for source in register.sources.values():
        _require_known(document, source, streams)
    return tuple(register.sources.values())


def _named(sources: object) -> object:
    """Entries with their names; what is no mapping is left for the model to refuse."""
    if not isinstance(sources, dict):
        return {} if sources is None else sources
    return {
        name: {"name": name, **(entry or {})} if isinstance(entry, dict | None) else entry
        for name, entry in sources.items()
    }


def _require_known(
    document: YamlDocument, source: SourceConfig, streams: tuple[StreamSpec, ...]
) -> None:
    """A misspelt vendor, stream or column would otherwise be passed over without a word."""
    own = [spec for spec in streams if spec.vendor == source.vendor]
    columns = dict.fromkeys(column for spec in own for column in spec.columns)
    vendors = tuple(dict.fromkeys(spec.vendor for spec in streams))
    for entry, given, known in (
        ("vendor", (source.vendor,), vendors),
        ("streams", tuple(source.streams), tuple(spec.stream for spec in own)),
        ("columns", tuple(source.columns), tuple(columns)),
    ):
        for name in given:
            if name not in known:
                raise document.error(
                    f"source {source.name}: unknown {entry.removesuffix('s')} {name!r}",
                    f"use one of: {', '.join(get_close_matches(name, known) or known)}",
                    path=("sources", source.name, entry, name),
                )

"""``config/sources.yml``: the register of sources and of data collection."""

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dagster_project.config.yaml_file import read_yaml
from dagster_project.domain.streams import Delivery


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


class ApiOptions(_Strict):
    """How to reach a vendor's API. Secrets are ``${NAME}`` references, resolved at run time."""

    base_url: str
    token: str | None = None
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


def read_sources(file: Path, *, vendors: tuple[str, ...]) -> tuple[SourceConfig, ...]:
    """Read the register; ``ConfigError`` names file, line and remedy. ``vendors``: known formats."""
    document = read_yaml(file)
    register = document.parse(
        _Register, prepare=lambda data: {"sources": _named(data.get("sources") or {})}
    )
    for source in register.sources.values():
        if source.vendor not in vendors:
            raise document.error(
                f"source {source.name}: unknown vendor {source.vendor!r}",
                f"use one of: {', '.join(vendors)}",
                path=("sources", source.name, "vendor"),
            )
    return tuple(register.sources.values())


def _named(sources: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    return {name: {"name": name, **(entry or {})} for name, entry in sources.items()}

"""``config/sources.yml``: the register of sources and of data collection."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator

from dagster_project.config.entry import Entries, entry
from dagster_project.config.mistakes import close_or_all, shown
from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.errors import ConfigError
from dagster_project.domain.streams import Delivery, StreamSpec


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}; use an IANA name such as Europe/Paris")
    return name


Basis = Literal[
    "consent",
    "contract",
    "legal obligation",
    "vital interests",
    "public task",
    "legitimate interest",
]
"""Why personal data may be processed: article 6(1) GDPR, a to f."""


class StreamOptions(Entries):
    """What a company says of one stream of one source."""

    delivery: Delivery | None = entry(
        "what a file of it holds; without it as the vendor delivers", None, example="snapshot"
    )
    absence: Literal["deleted", "nothing"] = entry(
        "`deleted`: a row that a later snapshot lacks is gone", "nothing", example="deleted"
    )
    purpose: str | None = entry(
        "what this stream is collected for, where it is not what the source is",
        None,
        example="newsletter",
    )
    lawful_basis: Basis | None = entry(
        "on which basis, where it is not the source's", None, example="consent"
    )
    retention_days: int | None = entry(
        "how many days it is kept, where not as long as the source", None, example="90", gt=0
    )
    leave_out: tuple[str, ...] = entry(
        "columns that are not collected: what stands in them does not land; the stream's own names, "
        "or a label of yours that is kept in `_extra`",
        (),
        example="[birthdate]",
    )


REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""``${NAME}``: a value of the environment, which is looked up when it is needed."""


def _only_referred_to(secret: str) -> str:
    if not REFERENCE.fullmatch(secret):
        raise ValueError(
            "a secret does not stand in a file; write ${NAME}, set the environment variable "
            "NAME, and make a new secret if this one has been shared"
        )
    return secret


class ApiOptions(Entries):
    """How to reach a vendor's API. Secrets are ``${NAME}`` references, resolved at run time."""

    base_url: str = entry(
        "address of the server, or a `${NAME}` of the environment",
        example="https://social.example.org",
    )
    token: Annotated[str, AfterValidator(_only_referred_to)] | None = entry(
        "the secret, always as `${NAME}`", None, example="${MASTODON_TOKEN}"
    )
    account: str = entry("the account whose messages are pulled", example="yourbrand")
    look_back_days: int = entry(
        "days pulled again for edits and deletes", 7, example="7", ge=0, le=365
    )
    page_limit: int = entry("pages of one pull, at most", 100, example="100", ge=1, le=1000)
    timeout_seconds: float = entry("how long an answer may take", 30, example="30", gt=0)


class SourceConfig(Entries):
    """One configured source, and why its data may be collected."""

    name: str = entry(
        "the source's name, which is the entry's own",
        form="a name of lower-case letters, digits and underscores",
        example="salesforce_emea",
        inside=True,
        pattern=r"^[a-z][a-z0-9_]*$",
    )
    vendor: str = entry(
        "the format of its files or API: salesforce, hubspot, mailchimp, sendgrid, x, facebook, "
        "instagram, mastodon, bluesky, zendesk, discourse or manual",
        example="salesforce",
    )
    owner: str = entry("who answers for this source", example="crm-team@example.org")
    brand: str = entry("whose customers they are", example="your-brand")
    region: str = entry("where they are", example="emea")
    purpose: str = entry(
        "what the data is collected for", example="customer relationship management"
    )
    lawful_basis: Basis = entry("on which basis of article 6 GDPR", example="contract")
    retention_days: int = entry("how many days it is kept", example="365", gt=0)
    disclosure: str = entry(
        "where people are told of it", example="https://example.org/privacy#crm"
    )
    disclosure_text: str | None = entry(
        "what they are told there, in a sentence or two",
        None,
        example="We keep what you write to us, to answer it.",
    )
    disclosure_version: str | None = entry(
        "version or day of that text", None, example='"2026-09-01"'
    )
    people: str | None = entry(
        "whom it is about, where its vendor does not say it",
        None,
        example="members of the customer council",
    )
    transfers: str | None = entry(
        "where its data leave the region for, and under which safeguard (chapter V GDPR)",
        None,
        example="HubSpot Inc., United States: standard contractual clauses",
    )
    collect: tuple[str, ...] | None = entry(
        "the streams that may be collected, and no other; without it all of the vendor's",
        None,
        example="[contact, account]",
    )
    expected_every_days: int | None = entry(
        "after how many days without anything new Dagster shows the source as overdue",
        None,
        example="7",
        ge=1,
    )
    country: str | None = entry(
        "country of phone numbers that carry no prefix",
        None,
        form="a country's two capital letters (ISO 3166)",
        example="FR",
        pattern=r"^[A-Z]{2}$",
    )
    currency: str | None = entry(
        "currency of amounts whose row names none",
        None,
        form="a currency's three capital letters (ISO 4217)",
        example="EUR",
        pattern=r"^[A-Z]{3}$",
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] | None = entry(
        "zone of times that carry none; a file that needs it is refused without it",
        None,
        form="an IANA name",
        example="Europe/Paris",
    )
    date_order: Literal["day_first", "month_first"] | None = entry(
        "how its exports write days with slashes: `day_first` (24/10/2023) or `month_first` "
        "(10/24/2023); a file in which neither can be told is refused without it",
        None,
        example="day_first",
    )
    decimal_mark: Literal["comma", "point"] | None = entry(
        "how its exports write decimals: `comma` (1.234,50) or `point` (1,234.50); a file in which "
        "1.234 could be either is refused without it",
        None,
        example="comma",
    )
    brand_accounts: tuple[str, ...] = entry(
        "accounts of the company itself: no customers", (), example="[yourbrand]"
    )
    employee_accounts: tuple[str, ...] = entry(
        "accounts of its people: no customers", (), example="[ada_at_work]"
    )
    employee_domains: tuple[str, ...] = entry(
        "e-mail domains of its people: no customers", (), example="[your-brand.example]"
    )
    columns: dict[str, str] = entry(
        "landing column → the header your export uses for it, where it is neither the vendor's "
        "nor a known label",
        example="{x_handle: Twitter_Handle__c}",
        default_factory=dict,
    )
    streams: dict[str, StreamOptions] = entry(
        "per stream, what its files hold",
        example="{contact: {delivery: snapshot, absence: deleted}}",
        default_factory=dict,
    )
    api: ApiOptions | None = entry(
        "for a source that is pulled instead of read from files", None, example="{…}"
    )

    def collects(self, stream: str) -> bool:
        """Whether the register lets a stream be collected."""
        return self.collect is None or stream in self.collect

    def terms(self, stream: str) -> "Terms":
        """What a stream is collected for, why that may be, and for how long."""
        own = self.streams.get(stream) or StreamOptions()
        return Terms(
            own.purpose or self.purpose,
            own.lawful_basis or self.lawful_basis,
            own.retention_days or self.retention_days,
        )

    def left_out(self, stream: str) -> tuple[str, ...]:
        """Columns of a stream that do not land."""
        own = self.streams.get(stream)
        return own.leave_out if own else ()


@dataclass(frozen=True)
class Terms:
    """On which terms one stream of one source is kept."""

    purpose: str
    lawful_basis: Basis
    retention_days: int


class Register(Entries):
    """The whole file."""

    sources: dict[str, SourceConfig] = entry(
        "one entry per connection, by a name of your own", example="{}"
    )


def read_sources(file: Path, *, streams: tuple[StreamSpec, ...]) -> tuple[SourceConfig, ...]:
    """Read the register; ``ConfigError`` names file, line and remedy. ``streams``: all known."""
    document = read_yaml(file)
    register = document.parse(
        Register,
        prepare=lambda data: {**data, "sources": _named(data.get("sources"))},
        also=lambda data: (
            *_reserved_names(document, data.get("sources")),
            *_unknown_names(document, data.get("sources"), streams),
        ),
    )
    return tuple(register.sources.values())


def _named(sources: object) -> object:
    """Entries with their names; what is no mapping is left for the model to refuse."""
    if not isinstance(sources, dict):
        return {} if sources is None else sources
    return {
        name: {"name": name, **(given or {})} if isinstance(given, dict | None) else given
        for name, given in sources.items()
    }


_RESERVED = "loaded"
"""Folder of the inbox for files that have been read: what lies in it is never read again."""


def _reserved_names(document: YamlDocument, sources: object) -> Iterator[ConfigError]:
    if isinstance(sources, dict) and _RESERVED in sources:
        yield document.error(
            f"no source can be named {_RESERVED}: inbox/{_RESERVED}/ keeps the files that have "
            "been read",
            "give the source another name, and its folder in the inbox too",
            path=("sources", _RESERVED),
        )


def _unknown_names(
    document: YamlDocument, sources: object, streams: tuple[StreamSpec, ...]
) -> Iterator[ConfigError]:
    """A misspelt vendor, stream or column would otherwise be passed over without a word.

    Without a known vendor nothing can be said of its streams and columns.
    """
    vendors = tuple(dict.fromkeys(spec.vendor for spec in streams))
    for name, source in sources.items() if isinstance(sources, dict) else ():
        vendor = source.get("vendor") if isinstance(source, dict) else None
        if vendor is None:
            continue
        if vendor not in vendors:
            yield document.error(
                f"source {name}: unknown vendor {shown(vendor, ())}",
                close_or_all(vendor, vendors),
                path=("sources", name, "vendor"),
            )
            continue
        own = [spec for spec in streams if spec.vendor == vendor]
        columns = dict.fromkeys(column for spec in own for column in spec.columns)
        for entry_, known in (
            ("streams", tuple(spec.stream for spec in own)),
            ("columns", tuple(columns)),
        ):
            given = source.get(entry_)
            for each in given if isinstance(given, dict) else ():
                if each not in known:
                    yield document.error(
                        f"source {name}: unknown {entry_.removesuffix('s')} {each!r}",
                        close_or_all(each, known),
                        path=("sources", name, entry_, each),
                    )
        yield from _wrong_collection(document, name, source, own)


def _wrong_collection(
    document: YamlDocument, name: str, source: dict[str, Any], own: list[StreamSpec]
) -> Iterator[ConfigError]:
    """Streams nobody knows, and columns without which a stream's rows are worth nothing."""
    known = tuple(spec.stream for spec in own)
    collect = source.get("collect")
    for place, each in enumerate(collect if isinstance(collect, list) else ()):
        if each not in known:
            yield document.error(
                f"source {name}: unknown stream {shown(each, ())}",
                close_or_all(each, known),
                path=("sources", name, "collect", place),
            )
    streams = source.get("streams")
    for spec in own:
        options = streams.get(spec.stream) if isinstance(streams, dict) else None
        left_out = options.get("leave_out") if isinstance(options, dict) else None
        for column in left_out if isinstance(left_out, list) else ():
            if column in {*spec.key, *spec.required}:
                yield document.error(
                    f"source {name}: {spec.stream} cannot be read without {column}",
                    f"take it out of leave_out, or {spec.stream} out of what is collected",
                    path=("sources", name, "streams", spec.stream, "leave_out"),
                )

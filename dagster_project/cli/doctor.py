"""``c360 doctor``: what is wrong with an installation, a root or its configuration."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from dagster_project.cli.options import ROOT
from dagster_project.cli.terminal import terminal
from dagster_project.config.roots import kind_of
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error, each_mistake
from dagster_project.domain.held_back import Held, HeldBack, group_alike
from dagster_project.domain.root import Root
from dagster_project.sources.catalogue import STREAMS, VENDORS

if TYPE_CHECKING:
    from dagster_project.config.sources import SourceConfig
    from dagster_project.settings import Settings


@click.command()
@ROOT
def doctor(root: Path | None) -> None:
    """Say what is wrong with the installation, the root or its configuration."""
    sys.exit(print_findings(examine(root)))


FREE_BYTES = 2 * 2**30

MOST_HELD = 50
"""Things held back that are named one by one."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``remedy`` is set when something is wrong."""

    what: str
    remedy: str = ""
    is_warning: bool = False

    @property
    def is_good(self) -> bool:
        """Whether nothing needs doing."""
        return not self.remedy


def examine(root: Path | None) -> list[Finding]:
    """Look at everything once; a broken part does not hide the next one."""
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    findings: list[Finding] = []
    for check in (
        _python,
        _packages,
        _space,
        _root,
        _lock,
        _configuration,
        _alerts,
        _sources,
        _inbox,
        _held_back,
    ):
        try:
            findings.extend(check(settings))
        except Customer360Error as error:
            findings.extend(map(_wrong, each_mistake(error)))
    return list(dict.fromkeys(findings))  # a broken register is met by three of them


def nothing_to_read(root: Path | None) -> list[Finding]:
    """Why a run would read nothing, and what lies in the inbox all the same; empty when it would.

    Only the register decides: a source without a new file is no reason not to run.
    """
    from dagster_project.config.sources import read_sources
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    if not _is_root(settings):
        return []
    if read_sources(settings.config_dir / "sources.yml", streams=STREAMS):
        return []
    return [*_sources(settings), *_inbox(settings)]


def _wrong(error: Customer360Error) -> Finding:
    where = f" ({error.where})" if error.where else ""
    return Finding(error.what + where, error.remedy or "see above")


def print_findings(findings: list[Finding]) -> int:
    """Print them, worst last; returns 1 when something must be mended.

    What only wants a look (a file that was not read, rows in quarantine) is a warning, and 0.
    """
    console = terminal()
    for finding in sorted(findings, key=lambda f: (not f.is_good, not f.is_warning)):
        if finding.is_good:
            console.print(f"[green]✓[/] {escape(finding.what)}", markup=True)
        else:
            mark = "[yellow]![/]" if finding.is_warning else "[red]✗[/]"
            console.print(
                f"{mark} {escape(finding.what)}\n  → {escape(finding.remedy)}", markup=True
            )
    wrong = [f for f in findings if not f.is_good and not f.is_warning]
    looks = sum(f.is_warning for f in findings if not f.is_good)
    console.print(f"\n{_verdict(len(wrong), looks)}")
    return 1 if wrong else 0


def _verdict(wrong: int, looks: int) -> str:
    """The last line; never that nothing is to mend under something that is."""
    looked_at = f", {looks} to look at" if looks else ""
    if wrong:
        return f"{wrong} to mend{looked_at}"
    return f"Nothing that must be mended{looked_at}." if looks else "Nothing to mend."


def _python(settings: "Settings") -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info < (3, 14):
        yield Finding(f"Python {version}")
    else:
        yield Finding(f"Python {version} is not supported", "use Python 3.11, 3.12 or 3.13")


def _packages(settings: "Settings") -> Iterator[Finding]:
    from dagster_project.settings import PROJECT

    locked = dict(_locked_versions(PROJECT / "requirements.lock"))
    names = (
        "dagster",
        "dbt-core",
        "dbt-duckdb",
        "duckdb",
        "great-expectations",
        "pandas",
        "recordlinkage",
        "sqlalchemy",
    )
    wrong = []
    for name in names:
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "missing"
        if found != locked.get(name):
            wrong.append(f"{name} {found} (locked: {locked.get(name)})")
    if wrong:
        yield Finding(
            "packages differ from the lock: " + ", ".join(wrong), "run `make clean setup`"
        )
    else:
        yield Finding(f"{len(names)} packages that matter are at their locked versions")


def _locked_versions(lock: Path) -> Iterator[tuple[str, str]]:
    if not lock.exists():
        return
    for line in lock.read_text(encoding="utf-8").splitlines():
        name, separator, rest = line.partition("==")
        if separator and not line.startswith((" ", "#")):
            yield name.strip(), rest.split()[0]


def _space(settings: "Settings") -> Iterator[Finding]:
    place = next(p for p in (settings.root.path, *settings.root.path.parents) if p.exists())
    free = shutil.disk_usage(place).free
    text = f"{free / 2**30:.1f} GB free below {place}"
    yield Finding(text) if free > FREE_BYTES else Finding(text, "free at least 2 GB")


def _root(settings: "Settings") -> Iterator[Finding]:
    root = settings.root
    kind = kind_of(root)
    if kind is None:
        yield Finding(
            f"{root.path} is not a root yet",
            f"run `c360 init {root.path}`, or `make run` for the demo",
        )
        return
    yield Finding(f"{root.path} is a {kind} root")
    blocked = [
        f.name for f in _folders(root) if f.exists() and not os.access(f, os.W_OK | os.X_OK)
    ]
    if blocked:
        yield Finding(
            f"not writable: {', '.join(blocked)}", "correct the owner or mode of these folders"
        )
    stale = root.database.with_name(root.database.name + ".wal")
    if stale.exists() and not root.database.exists():
        yield Finding("a write-ahead log lies without its warehouse", f"delete {stale}")


def _folders(root: Root) -> tuple[Path, ...]:
    return (
        root.inbox,
        root.landing,
        root.quarantine,
        root.state,
        root.warehouse,
        root.published,
        root.audit,
    )


def _is_root(settings: "Settings") -> bool:
    """Whether there is anything to look at; a folder that is no root has no configuration."""
    return settings.root.marker.exists()


def _lock(settings: "Settings") -> Iterator[Finding]:
    if not _is_root(settings):
        return
    from dagster_project.engines.duckdb.writer_lock import holder_of

    holder = holder_of(settings.root)
    if holder:
        yield Finding(
            f"the root is being written by {holder}",
            "wait for it, or end that process",
            is_warning=True,
        )
    else:
        yield Finding("nobody is writing the root")


def _configuration(settings: "Settings") -> Iterator[Finding]:
    if not _is_root(settings):
        return
    readers: dict[str, Callable[[Path], object]] = _readers(settings.config_dir)
    for name, read in readers.items():
        try:
            read(settings.config_dir / name)
        except Customer360Error as error:
            yield from map(_wrong, each_mistake(error))
        else:
            yield Finding(f"config/{name} reads well")


def _readers(config: Path) -> dict[str, Callable[[Path], object]]:
    from dagster_project.config.alerts import read_alerts
    from dagster_project.config.attacks import read_attacks
    from dagster_project.config.attribution import read_attribution
    from dagster_project.config.campaigns import read_campaigns
    from dagster_project.config.compliance import read_compliance
    from dagster_project.config.consumers import read_consumers
    from dagster_project.config.deal_stages import read_deal_stages
    from dagster_project.config.email_engagement import read_email_engagement
    from dagster_project.config.exchange_rates import read_exchange_rates
    from dagster_project.config.identity import read_identity
    from dagster_project.config.listening import read_listening
    from dagster_project.config.privacy import read_privacy
    from dagster_project.config.routing import read_routing
    from dagster_project.config.segments import customer_columns, read_segments
    from dagster_project.config.service_levels import read_service_levels
    from dagster_project.config.sources import read_sources
    from dagster_project.config.survivorship import read_survivorship
    from dagster_project.config.works import read_works
    from dagster_project.settings import PROJECT

    return {
        "sources.yml": lambda file: read_sources(file, streams=STREAMS),
        "consumers.yml": read_consumers,
        "email_engagement.yml": read_email_engagement,
        "deal_stages.yml": lambda file: read_deal_stages(file, sources=_registered(config)),
        "attribution.yml": read_attribution,
        "campaigns.yml": read_campaigns,
        "segments.yml": lambda file: read_segments(file, customer_columns(PROJECT / "dbt")),
        "exchange_rates.yml": read_exchange_rates,
        "service_levels.yml": read_service_levels,
        "identity.yml": read_identity,
        "survivorship.yml": lambda file: read_survivorship(file, vendors=VENDORS),
        "works.yml": read_works,
        "attacks.yml": read_attacks,
        "listening.yml": read_listening,
        "compliance.yml": read_compliance,
        "routing.yml": read_routing,
        "alerts.yml": read_alerts,
        "privacy.yml": read_privacy,
        "organisations.yml": read_works,
    }


def _alerts(settings: "Settings") -> Iterator[Finding]:
    from dagster_project.config.alerts import read_alerts

    alerts = read_alerts(settings.config_dir / "alerts.yml")
    name = alerts.webhook_env
    if name and not settings.variables.get(name):
        yield Finding(
            f"alerts reach nobody through the webhook: the environment variable {name} is not set",
            f"export {name}=… where runs and `c360 ui` are started, or take webhook_env out of config/alerts.yml",
            is_warning=True,
        )
    if alerts.command and shutil.which(alerts.command[0]) is None:
        yield Finding(
            "the alert's command is not there, or may not be run",
            "correct `command` in config/alerts.yml",
            is_warning=True,
        )


def _registered(config: Path) -> tuple[str, ...] | None:
    """Names of the register, unless it cannot be read: that is told of the register."""
    from dagster_project.config.sources import read_sources

    try:
        return tuple(s.name for s in read_sources(config / "sources.yml", streams=STREAMS))
    except Customer360Error:
        return None


def _sources(settings: "Settings") -> Iterator[Finding]:
    from dagster_project.config.sources import read_sources

    if not _is_root(settings):
        return
    sources = read_sources(settings.config_dir / "sources.yml", streams=STREAMS)
    if not sources:
        yield Finding(
            "the register names no source: a run reads nothing",
            f"describe your sources in {settings.config_dir / 'sources.yml'}",
        )
    for source in sources:
        yield from _source(settings, source)


def _source(settings: "Settings", source: "SourceConfig") -> Iterator[Finding]:
    if source.api and not (settings.root.path / "api").is_dir():
        for reference in (source.api.base_url, source.api.token or ""):
            try:
                settings.resolve(reference)
            except Customer360Error as error:
                yield Finding(f"source {source.name}: {error.what}", error.remedy)
    if source.timezone is None:
        yield Finding(
            f"source {source.name} names no time zone",
            "add `timezone: Europe/Paris` (or yours): exports without zones are refused until then",
            is_warning=True,
        )


def _inbox(settings: "Settings") -> Iterator[Finding]:
    from dagster_project.config.sources import read_sources

    inbox = settings.root.inbox
    if not _is_root(settings) or not inbox.is_dir():
        return
    sources = {
        s.name for s in read_sources(settings.config_dir / "sources.yml", streams=STREAMS)
    }
    strange = sorted(
        p.name for p in inbox.iterdir() if p.is_dir() and p.name not in sources | {"loaded"}
    )
    if strange:
        yield Finding(
            f"folders in the inbox that no source is named after: {', '.join(strange)}",
            "rename them, or add the source to config/sources.yml; what lies in them is not read",
            is_warning=True,
        )


def _held_back(settings: "Settings") -> Iterator[Finding]:
    """What waits for somebody, as the last run left it and as the inbox lies now."""
    root = settings.root
    if not _is_root(settings) or not (root.state / "ledger.sqlite").exists():
        return
    from dagster_project.landing.attention import Attention

    held = group_alike(Attention(root).held_back())
    if not held:
        yield Finding("nothing is held back: every load and file was taken")
        return
    for h in held[:MOST_HELD]:
        yield _finding_of(h, root)
    if len(held) > MOST_HELD:
        yield Finding(
            f"{len(held) - MOST_HELD:,} more things held back",
            "audit/verdicts.html lists them all",
            is_warning=True,
        )


def _finding_of(h: HeldBack, root: Root) -> Finding:
    from dagster_project.settings import own_command, root_option

    since = f", since {h.since:%Y-%m-%d}" if h.since else ""
    why = "; ".join(h.reasons) or "see audit/verdicts.html"
    if h.how is Held.UNREAD:
        return Finding(f"not read: {h.what}{since}", why, is_warning=True)
    rows = f", {counted(h.rows, 'row')}" if h.rows else ""
    what = {Held.CONSENT: "consent that could not be read"}.get(h.how, str(h.how))
    at = root_option(root)
    regate, dismiss = own_command("regate", *at), own_command("dismiss", *at)
    then = {
        Held.REFUSED: f"; then `{regate}`, or `{dismiss}` to take it for settled",
        Held.QUARANTINED: f"; correct them at the source, or mend the rule and `{regate}`",
    }.get(h.how, "; correct it at the source")
    return Finding(
        f"{what}: {h.source}: {h.what}{rows}{since}",
        f"{why}{then}",
        is_warning=h.how is not Held.REFUSED,
    )

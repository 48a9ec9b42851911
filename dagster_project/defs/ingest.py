"""From a vendor's files and APIs to decided loads: sources, landing and gates put together."""

from collections import ChainMap
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import duckdb

from dagster_project.config.attacks import read_attacks
from dagster_project.config.attribution import read_attribution
from dagster_project.config.campaigns import read_campaigns
from dagster_project.config.deal_stages import read_deal_stages
from dagster_project.config.email_engagement import read_email_engagement
from dagster_project.config.exchange_rates import read_exchange_rates
from dagster_project.config.identity import read_identity
from dagster_project.config.privacy import read_privacy
from dagster_project.config.routing import CORRECTIONS, Routing, read_corrections, read_routing
from dagster_project.config.service_levels import read_service_levels
from dagster_project.config.sources import SourceConfig
from dagster_project.config.survivorship import read_survivorship
from dagster_project.defs.intake import Intake
from dagster_project.defs.workbench import Workbench
from dagster_project.domain.held_back import News, Unread
from dagster_project.domain.loads import Batch, Load
from dagster_project.domain.notes import Remark
from dagster_project.landing.attention import fingerprint_of
from dagster_project.landing.corrections import note_corrections
from dagster_project.landing.exposure import expose, write_config_table
from dagster_project.landing.posts import POSTS, living_posts, threads_of
from dagster_project.landing.taken_down import take_down
from dagster_project.quality.admission import admit, judge_pending, regate
from dagster_project.sources.border import pulled, refusing_what_fails
from dagster_project.sources.catalogue import STREAMS, VENDORS, streams_of
from dagster_project.sources.files import Unreadable, Why, group_by_file, read_again, read_inbox
from dagster_project.sources.inbox_walk import shown
from dagster_project.sources.members import BrokenFileError
from dagster_project.sources.registered import as_registered

_INFORMATION = frozenset({Why.PARTS_IGNORED, Why.UNFINISHED})
"""Worth telling, and nothing to mend."""


def load_files(workbench: Workbench, vendor: str, intake: Intake) -> None:
    """Land and judge every whole file of one vendor."""
    intake.loads += judge_pending(workbench.zone, vendor=vendor)
    readings = read_inbox(
        workbench.root,
        workbench.sources,
        workbench.workdir / vendor,
        vendor=vendor,
    )
    for file, group in group_by_file(readings):
        for reading in _load_file(workbench, file, group, intake):
            if reading.why in _INFORMATION:
                words = f"{reading.reason}; {reading.remedy}"
                intake.notes.append(Remark(_place(workbench, reading), words))
            else:
                unread = _unread(workbench, vendor, reading)
                intake.unread[unread.place] = unread


def _load_file(
    workbench: Workbench, file: Path, readings: Iterable[Batch | Unreadable], intake: Intake
) -> list[Unreadable]:
    """Admit all batches of one file; it is put away once every part of it has landed.

    Returns what could not be read of it.
    """
    unread: list[Unreadable] = []
    source = None
    for reading in readings:
        if isinstance(reading, Unreadable):
            unread.append(reading)
            continue
        try:
            with refusing_what_fails():
                load = admit(reading, workbench.zone)
        except BrokenFileError as broken:
            unread.append(_not_landed(reading, file, broken))
            continue
        source = load.source
        intake.loads.append(load)
    if source is not None and not any(u.holds_file for u in unread):
        workbench.zone.put_away(source, file)
    return unread


def _not_landed(batch: Batch, file: Path, broken: BrokenFileError) -> Unreadable:
    """A part of a file that was read and could not be written to landing: the file stays."""
    return Unreadable(
        origin=file,
        reason=f"{batch.spec.stream} of {shown(batch.origin)}: {broken.reason}",
        remedy=broken.remedy,
        why=Why.BROKEN,
        source=batch.source,
    )


def _unread(workbench: Workbench, vendor: str, reading: Unreadable) -> Unread:
    """A file as it waits in the inbox, to be told of by every run until it is read or gone."""
    return Unread(
        place=_place(workbench, reading),
        source=reading.source,
        vendor=vendor,
        reason=reading.reason,
        remedy=reading.remedy,
        fingerprint=fingerprint_of(reading.origin),
    )


def _place(workbench: Workbench, reading: Unreadable) -> str:
    """Where a file lies below the inbox; what of its name is no text is escaped."""
    return shown(reading.origin.relative_to(workbench.root.inbox).as_posix())


def settle(workbench: Workbench, vendor: str, intake: Intake) -> tuple[News, ...]:
    """Remember what could not be read, and say what has happened to a vendor's loads.

    That is what was decided since a run last told of them: a run that was killed and ``regate``
    are told of like this run's own loads.
    """
    attention = workbench.attention
    news = attention.news(vendor)
    attention.note_unread(vendor, intake.unread.values())
    note_corrections(workbench.zone, attention, [each.load for each in news])
    workbench.told[vendor] = max((each.load.gate_seq or 0 for each in news), default=0)
    return news


def pull_api(
    workbench: Workbench,
    source: SourceConfig,
    intake: Intake,
    *,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Pull one API source; what has landed when it breaks off stays landed, and is told.

    ``since`` (with or without ``until``) pulls a window again and leaves the cursors alone.
    """
    from dagster_project.sources.pull import PULLERS, Window, resolve_access

    zone, posts = workbench.zone, POSTS[source.vendor]
    secrets = ChainMap({**workbench.variables}, workbench.settings.variables)  # type: ignore[arg-type]
    cursors = {
        spec.stream: cursor
        for spec in streams_of(source.vendor)
        if (cursor := workbench.ledger.cursor_of(source.name, spec.stream))
    }
    batches = PULLERS[source.vendor](
        source,
        access=resolve_access(source, secrets),
        cursors=cursors,
        window=Window(since, until) if since else None,
        known=lambda start: living_posts(zone, source.name, posts, start),
        threads=lambda ids: threads_of(zone, source.name, posts, ids),
        workdir=workbench.workdir / source.name,
    )
    for batch in as_registered(pulled(batches, source.name), source):
        intake.loads.append(admit(batch, zone))
        intake.notes += [Remark(source.name, note) for note in batch.notes]


def regate_held_back(workbench: Workbench) -> tuple[Load, ...]:
    """Judge refused loads and quarantined rows again; returns the loads whose state changed."""
    by_name = {source.name: source for source in workbench.sources}

    def again(source: str, file: Path) -> Iterable[Batch]:
        if source in by_name:
            folder = workbench.workdir / "regate" / file.name
            yield from read_again(workbench.root, by_name[source], file, folder)

    changed = regate(workbench.zone, read_again=again)
    note_corrections(workbench.zone, workbench.attention, changed)
    return changed


def expose_landing(connection: duckdb.DuckDBPyConnection, workbench: Workbench) -> None:
    """Show accepted rows, the register and the rules to dbt as tables of the warehouse.

    What its network has taken down loses its text before.
    """
    taken_down = take_down(workbench.zone, (source.name for source in workbench.sources))
    if taken_down:
        workbench.journal.write("taken_down", posts=taken_down)
    expose(connection, workbench.root, workbench.ledger, workbench.sources, STREAMS)
    config = workbench.settings.config_dir
    rules = read_survivorship(config / "survivorship.yml", vendors=VENDORS)
    write_config_table(
        connection,
        "survivorship",
        {"field": "varchar", "priority": "integer", "vendor": "varchar", "rule": "varchar"},
        [(r.field, r.priority, r.vendor, r.rule) for r in rules],
    )
    write_config_table(
        connection,
        "nicknames",
        {"short_form": "varchar", "name": "varchar"},
        read_identity(config / "identity.yml").short_forms(),
    )
    engagement = read_email_engagement(config / "email_engagement.yml")
    levels = read_service_levels(config / "service_levels.yml")
    attacks = read_attacks(config / "attacks.yml")
    campaigns = read_campaigns(config / "campaigns.yml")
    routing = read_routing(config / "routing.yml")
    write_config_table(
        connection,
        "settings",
        {"key": "varchar", "value": "varchar"},
        [
            *engagement.settings(),
            *read_attribution(config / "attribution.yml").settings(),
            *levels.conversations.settings(),
            *attacks.settings(),
            *campaigns.settings(),
            *routing.settings(),
            *read_privacy(config / "privacy.yml").settings(),
        ],
    )
    write_config_table(
        connection,
        "campaign_judgements",
        dict.fromkeys(("campaign_record_id", "other_record_id", "verdict"), "varchar"),
        campaigns.judgements(),
    )
    _expose_routing(connection, routing, config)
    write_config_table(
        connection,
        "conversation_lists",
        dict.fromkeys(("kind", "value"), "varchar"),
        [*levels.conversations.lists(), *attacks.lists()],
    )
    stages = read_deal_stages(
        config / "deal_stages.yml", sources=[source.name for source in workbench.sources]
    )
    write_config_table(
        connection,
        "deal_stages",
        dict.fromkeys(("source", "pipeline", "stage", "outcome"), "varchar"),
        [(row.source, row.pipeline, row.stage, row.outcome) for row in stages],
    )
    write_config_table(
        connection,
        "exchange_rates",
        {
            "day": "date",
            "valid_to": "date",
            "currency": "varchar",
            "reporting_currency": "varchar",
            "rate": "decimal(24, 10)",
        },
        [
            (row.day, row.valid_to, row.currency, row.reporting_currency, row.rate)
            for row in read_exchange_rates(config / "exchange_rates.yml")
        ],
    )


def _expose_routing(
    connection: duckdb.DuckDBPyConnection, routing: Routing, config: Path
) -> None:
    """What texts are about, who acts on it, and what people have said of single issues."""
    text = "varchar"
    for table, columns, rows in (
        ("routing_words", {"kind": text, "name": text, "phrase": text, "goes_on": "boolean"},
         routing.words()),
        ("routing_names", dict.fromkeys(
            ("kind", "name", "title", "area", "about", "department"), text), routing.names()),
        ("departments", dict.fromkeys(("department", "owner", "queue"), text), routing.owners()),
        ("route_corrections", {"issue_id": text, "department": text, "corrected_by": text,
                               "corrected_on": "date"},
         [(c.issue_id, c.department, c.corrected_by, c.corrected_on)
          for c in read_corrections(config / CORRECTIONS, routing)]),
        ("releases", {"release_name": text, "released_on": "date", "area": text, "product": text,
                      "platform": text},
         [(name, r.released_on, r.area, r.product, r.platform)
          for name, r in routing.releases.items()]),
        ("decisions", {"theme": text, "product": text, "state": text, "decided_on": "date",
                       "decided_by": text, "link": text},
         [(d.theme, d.product, str(d.state), d.decided_on, d.decided_by, d.link)
          for d in routing.decisions]),
    ):  # fmt: skip
        write_config_table(connection, table, columns, rows)

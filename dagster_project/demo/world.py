"""Build the demo world: invented people, what they did, vendors' files of it, and the truth beside.

Belongs here: the order of the work. ``build_world`` makes the base world; ``build_daily_delta``
makes one further day of the same world.
"""

import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from dagster_project.demo.accounts import make_accounts
from dagster_project.demo.business import make_bad_rows, make_business
from dagster_project.demo.contacts import write_contacts
from dagster_project.demo.conversations import make_conversations
from dagster_project.demo.email import make_email, write_mailchimp, write_sendgrid
from dagster_project.demo.hubspot import write_hubspot
from dagster_project.demo.incidents import make_incidents
from dagster_project.demo.people import make_people
from dagster_project.demo.rates import DEFAULT_FILE, read_rates
from dagster_project.demo.records import make_records, make_views
from dagster_project.demo.salesforce import write_salesforce, write_salesforce_day
from dagster_project.demo.social import write_social
from dagster_project.demo.stage import NOW, Plan, Stage, open_stage
from dagster_project.demo.truth import add_event_facts, make_truth, write_truth
from dagster_project.engines.duckdb.session import EngineOptions


@dataclass(frozen=True)
class WorldSummary:
    """Plain counts of what was written."""

    people: int
    records: int
    records_by_source: dict[str, int]
    email_events: int
    messages: int
    opportunities: int
    cases: int
    true_pairs: int
    bytes_written: int


def build_world(
    out: Path,
    *,
    people: int,
    seed: int,
    only_contacts: bool = False,
    history_days: int = 180,
    now: datetime = NOW,
    rates_file: Path = DEFAULT_FILE,
    options: EngineOptions | None = None,
) -> WorldSummary:
    """Write a world of ``people`` to ``out``; the same arguments give the same bytes.

    ``out/{inbox,api,truth}`` are written anew. ``only_contacts`` leaves out everything that
    happened and adds ``out/contacts/*.parquet``: the records in the shape identity reads.
    ``history_days`` is how far back messages and e-mails go from ``now``.
    """
    plan = Plan(
        people=people,
        seed=seed,
        base_people=people,
        now=now,
        history_days=history_days,
        rates=read_rates(rates_file),
    )
    for part in ("inbox", "api", "truth", "contacts"):
        shutil.rmtree(out / part, ignore_errors=True)
    with open_stage(plan, options=options) as stage:
        make_people(stage)
        make_records(stage)
        make_bad_rows(stage)
        if not only_contacts:
            make_incidents(stage)
        make_views(stage)
        make_accounts(stage)
        if only_contacts:
            _write_contacts_only(stage, out)
        else:
            _make_events(stage)
            _write_all(stage, out)
        return _summary(stage, out, with_events=not only_contacts)


def build_daily_delta(
    out: Path,
    *,
    people: int,
    seed: int,
    day: int,
    share: float = 0.01,
    history_days: int = 180,
    now: datetime = NOW,
    rates_file: Path = DEFAULT_FILE,
    options: EngineOptions | None = None,
) -> WorldSummary:
    """Add to ``out`` what day ``day`` (1, 2, …) brings to the world of ``people`` and ``seed``.

    New people and records, changed records, e-mails, messages, deals and cases, each about
    ``share`` of what the base world holds, in small files of their own; API entities are
    appended. Truth of earlier days is kept. Days do not repeat each other's changes until
    ``day × share`` passes 1. ``now``, ``history_days`` as the base world was built with.
    """
    base = Plan(
        people=people,
        seed=seed,
        base_people=people,
        now=now,
        history_days=history_days,
        rates=read_rates(rates_file),
    )
    fresh = max(1, round(people * share))
    plan = replace(
        base,
        people=fresh,
        first_person=people + (day - 1) * fresh,
        day=day,
        now=now + timedelta(days=day),
    )
    with open_stage(base, options=options) as stage:
        make_people(stage)
        make_records(stage)
        stage.run(_KEEP_BASE)
        stage.plan = plan
        make_people(stage)
        make_records(stage)
        make_bad_rows(stage)
        stage.run(
            _CHANGED,
            now=f"{plan.now:%Y-%m-%d %H:%M:%S}",
            low=((day - 1) * share) % 1,
            high=((day - 1) * share) % 1 + share,
        )
        make_views(stage, share=share)
        make_accounts(stage)
        make_incidents(stage)
        make_conversations(stage)
        make_email(stage, share=share)
        make_business(stage)
        stage.run(_UNSEEN)
        _write_day(stage, out)
        return _summary(stage, out, with_events=True)


def _write_day(stage: Stage, out: Path) -> None:
    inbox = out / "inbox"
    write_salesforce_day(stage, inbox)
    write_hubspot(stage, inbox)
    write_mailchimp(stage, inbox)
    write_sendgrid(stage, inbox)
    write_social(stage, out)
    make_truth(stage)
    add_event_facts(stage)
    write_truth(stage, out)


_KEEP_BASE = """
create table base_records as select * from records;
drop table records;
drop table case_counts;
drop table people;
drop table profiles;
drop table websites;
drop table homes;
drop table addresses;
drop table firms;
"""

_CHANGED = """
create table changed as
-- a record changes on one day only: its place in the queue is fixed
select * replace (
    timestamp '{now}' - to_seconds(1800 + k(rid, 'changed at', 70000)) as updated_at,
    case when k(rid, 'what changed', 3) = 0
        then pick(['Team Lead', 'Director', 'Senior Buyer', 'Partner', 'Head of Sales'], rid, 'new title')
        else title end as title,
    case when k(rid, 'what changed', 3) = 1 and street is not null
        then regexp_replace(street, '[0-9]+', (1 + k(rid, 'new number', 180))::varchar) else street end as street,
    case when k(rid, 'what changed', 3) = 2 then not is_opted_out else is_opted_out end as is_opted_out
)
from base_records
where slot in (0, 3, 8) and record_kind = 'person'
    and (u(rid, 'change queue') between {low} and {high} or u(rid, 'change queue') + 1 between {low} and {high});
"""


def _make_events(stage: Stage) -> None:
    make_conversations(stage)
    make_email(stage)
    make_business(stage)
    stage.run(_UNSEEN)


def _write_all(stage: Stage, out: Path) -> None:
    inbox = out / "inbox"
    write_salesforce(stage, inbox)
    write_hubspot(stage, inbox)
    write_mailchimp(stage, inbox)
    write_sendgrid(stage, inbox)
    write_social(stage, out)
    make_truth(stage)
    add_event_facts(stage)
    write_truth(stage, out)


def _write_contacts_only(stage: Stage, out: Path) -> None:
    inbox = out / "inbox"
    write_salesforce(stage, inbox, contacts_only=True)
    write_hubspot(stage, inbox, contacts_only=True)
    write_mailchimp(stage, inbox, contacts_only=True)
    write_contacts(stage, out / "contacts")
    make_truth(stage)
    write_truth(stage, out)


_UNSEEN = """
-- a mailbox nobody wrote to and a profile that never spoke are in no file
delete from records where slot in (24, 25) and rid not in (select rid from mail_events);
delete from records where slot >= 32 and record_kind = 'person' and rid not in (select rid from posts);
"""


def _summary(stage: Stage, out: Path, *, with_events: bool) -> WorldSummary:
    by_source = {
        str(source): int(str(count))
        for source, count in stage.rows(
            "select source, count(*) from records group by source order by source"
        )
    }

    def count(table: str) -> int:
        return stage.count(f"select count(*) from {table}") if with_events else 0

    return WorldSummary(
        people=stage.count("select count(*) from people"),
        records=sum(by_source.values()),
        records_by_source=by_source,
        email_events=count("mail_events") + count("activities"),
        messages=count("posts"),
        opportunities=count("deals"),
        cases=count("cases"),
        true_pairs=stage.count("select count(*) from true_pairs"),
        bytes_written=sum(file.stat().st_size for file in out.rglob("*") if file.is_file()),
    )

"""What is true of the world, beside its files: who each record is, and figures later marts must meet.

Belongs here: the truth tables and their Parquet files. Pairs of one person without any common
value, directly or through the person's other records, are told apart: nobody can find those.
"""

from pathlib import Path

from dagster_project.demo.accounts import write_accounts_truth
from dagster_project.demo.conversations import CLOCK_CHANGE, LAUNCH_DAYS_BEFORE, TROLL_AT
from dagster_project.demo.files import write_parquet
from dagster_project.demo.stage import Stage

_MOST_ROUNDS = 12  # a person has at most some twenty records: labels settle after three or four
_SUM_OF_LABELS = "select sum(label) from labels"


def make_truth(stage: Stage) -> None:
    """Fill truth_records, truth_pairs and facts."""
    stage.run(_RECORDS)
    stage.run(_EVIDENCE)
    for _ in range(_MOST_ROUNDS):
        before = stage.rows(_SUM_OF_LABELS)
        stage.run(_SPREAD)
        if stage.rows(_SUM_OF_LABELS) == before:
            break
    stage.run(_PAIRS)
    stage.connection.execute("create table facts (name varchar, key varchar, value double)")
    stage.run(_CASE_FACTS)


def add_event_facts(stage: Stage) -> None:
    """Facts of messages, e-mails, deals and cases; needs their tables."""
    stage.run(
        _EVENT_FACTS,
        now=f"{stage.plan.now:%Y-%m-%d %H:%M:%S}",
        launch_days=LAUNCH_DAYS_BEFORE,
        troll_at=TROLL_AT,
        clock_change=CLOCK_CHANGE,
    )


def write_truth(stage: Stage, out: Path) -> None:
    """``truth/{records,persons,pairs_hard,facts,incidents}.parquet``; later days add to the first four."""
    folder = out / "truth"
    _write(
        stage,
        folder / "records.parquet",
        "select record_id, person_id, record_kind, hard_cases from truth_records",
        "record_id",
    )
    _write(
        stage,
        folder / "persons.parquet",
        "select pid as person_id, hid as household_id, given as given_name, family as family_name, "
        "gender, birth_date, culture, country, language, email_1, email_2, email_work, "
        # who took over somebody's number has given up the one before
        "case when takes_number then number_recycled else mobile end as mobile, "
        "landline, is_stranger from people "
        # who was made up for an incident is a person of their own
        "union all by name select pid as person_id, hid as household_id, language, true as is_stranger "
        "from records where pid < 0",
        "person_id",
    )
    _write(
        stage,
        folder / "pairs_hard.parquet",
        "select * from truth_pairs",
        "record_id_l, record_id_r, hard_case",
    )
    write_accounts_truth(stage, folder)
    if not stage.plan.day and stage.has("planted_steps"):
        _write(
            stage,
            folder / "incidents.parquet",
            _INCIDENTS,
            "incident_id, posted_at, message_id",
        )
    if stage.plan.day:
        stage.run(f"update facts set name = 'day {stage.plan.day}: ' || name;\n")
    _write(stage, folder / "facts.parquet", "select * from facts", "name, key")


def _write(stage: Stage, file: Path, sql: str, keys: str) -> None:
    """Write anew, keeping what earlier days wrote under other keys."""
    if stage.plan.day and file.exists():
        match = " and ".join(
            f"k.{key.strip()} is not distinct from n.{key.strip()}" for key in keys.split(",")
        )
        sql = (
            f"with n as ({sql}) select * from n union all by name select k.* from "
            f"read_parquet('{file}') as k where not exists (select 1 from n where {match})"
        )
    fresh = write_parquet(stage, file.with_suffix(".new"), f"{sql} order by {keys}")
    fresh.replace(file)


_INCIDENTS = """
with
said as (
    select
        p.*,
        network || '_quay:' || case network when 'mastodon' then 'status' when 'x' then 'post' when 'bluesky' then 'post' else 'comment' end || ':'
        || case network when 'bluesky' then 'at://' || case p.direction when 'out' then 'did:plc:quayquayquayquayquayquay' else p.native_id end || '/app.bsky.feed.post/' else '' end || p.message_id as warehouse_id
    from posts as p
)
select
    i.incident_id,
    i.kind,
    i.is_to_find,
    i.network,
    s.role,
    s.warehouse_id as message_id,
    t.record_id as author_record_id,
    i.language,
    nullif(s.tag, '') as detail,
    s.link,
    s.moment as posted_at
from said as s
inner join incidents as i on i.incident_no = s.incident_no
left join truth_records as t on t.rid = s.rid and s.direction = 'in'
union all by name
select
    case occasion when 'troll' then 'troll_night 0' else 'launch_day 1' end as incident_id,
    case occasion when 'troll' then 'troll_night' else 'launch_day' end as kind,
    occasion = 'troll' as is_to_find,
    network,
    case when occasion = 'launch' then 'launch' when topic = 'troll' then 'harm' else 'onlooker' end as role,
    warehouse_id as message_id,
    t.record_id as author_record_id,
    s.shown_language as language,
    s.moment as posted_at
from said as s
left join truth_records as t on t.rid = s.rid
where occasion in ('troll', 'launch') and s.direction = 'in'
"""

_RECORDS = """
create table truth_records as
select
    source || ':' || kind || ':' || native_id as record_id,
    rid,
    slot,
    pid as person_id,
    hid,
    record_kind,
    hard_cases
from records;
insert into truth_records
select 'salesforce_emea:contact:' || id, rid, 0, null, null, 'bad_row', ['bad_row'] from bad_contacts where id <> '';
insert into truth_records
select 'hubspot_apac:contact:' || id, rid, 8, null, null, 'bad_row', ['bad_row'] from bad_hubspot_contacts where id is not null;
"""

_EVIDENCE = """
create table tokens as
select distinct pid, rid, token
from (
    select pid, rid, unnest(list_filter(
        string_split_regex(lower(plain(concat_ws(' ', given_name, family_name, full_name))), '[^\\p{L}\\p{N}]+'),
        lambda word: length(word) > 1
    )) as token
    from records where pid is not null
    union all
    select pid, rid, regexp_replace(lower(trim(email)), '\\+[^@]*', '') from records where pid is not null and email like '%_@_%' and not list_contains(hard_cases, 'role_mailbox')
    union all
    select pid, rid, email_extra from records where pid is not null and email_extra is not null
    union all
    select pid, rid, bio_email from records where pid is not null and bio_email is not null
    union all
    select pid, rid, right(regexp_replace(phone, '[^0-9]', '', 'g'), 8) from records where pid is not null and length(phone) > 8
    union all
    select pid, rid, right(regexp_replace(mobile, '[^0-9]', '', 'g'), 8) from records where pid is not null and mobile is not null
    union all
    select pid, rid, handle from records where pid is not null and handle is not null and slot <> 33
    union all
    select pid, rid, website from records where pid is not null and website is not null
    union all
    select pid, rid, postcode || left(street, 4) from records where pid is not null and postcode is not null and street is not null
)
where token is not null;
create table labels as
select pid, rid, rid as label from records where pid is not null;
"""

_SPREAD = """
create or replace table labels as
select l.pid, l.rid, min(least(l.label, coalesce(t.label, l.label))) as label
from labels as l
left join tokens as k on k.rid = l.rid
left join (
    select k.pid, k.token, min(l.label) as label
    from tokens as k
    inner join labels as l on l.rid = k.rid
    group by k.pid, k.token
) as t on t.pid = k.pid and t.token = k.token
group by l.pid, l.rid;
"""

_PAIRS = """
create table true_pairs as
select
    least(a.record_id, b.record_id) as record_id_l,
    greatest(a.record_id, b.record_id) as record_id_r,
    la.label = lb.label as has_shared_evidence,
    list_distinct(list_concat(a.hard_cases, b.hard_cases)) as hard_cases
from truth_records as a
inner join truth_records as b on b.person_id = a.person_id and a.rid < b.rid
inner join labels as la on la.rid = a.rid
inner join labels as lb on lb.rid = b.rid;
create table lookalikes as
with
points as (
    select pid, hid, rid, 'email' as kind, lower(trim(email)) as value
    from records where email like '%_@_%' and email not like 'test@test.com' and email not like 'no%@%example%'
    union all
    select pid, hid, rid, 'phone', right(regexp_replace(value, '[^0-9]', '', 'g'), 9)
    from (select pid, hid, rid, unnest([phone, mobile]) as value from records)
    where length(regexp_replace(value, '[^0-9]', '', 'g')) > 7 and regexp_replace(value, '[^0-9]', '', 'g') not in ('0000000000', '0123456789')
),
crowds as (
    select kind, value from points group by kind, value having count(*) between 2 and 60
),
shared as (
    select distinct least(a.rid, b.rid) as rid_l, greatest(a.rid, b.rid) as rid_r, a.hid = b.hid as at_home, a.kind
    from points as a
    inner join crowds as c on c.kind = a.kind and c.value = a.value
    inner join points as b on b.kind = a.kind and b.value = a.value and b.rid > a.rid and b.pid <> a.pid
),
namesakes as (
    select a.rid as rid_l, b.rid as rid_r
    from people as f
    inner join people as s on s.hid = f.hid and s.seat = 1 and s.is_father_or_son
    inner join records as a on a.pid = f.pid and a.slot < 20
    inner join records as b on b.pid = s.pid and b.slot < 20
    where f.seat = 0
)
select
    rid_l,
    rid_r,
    case
        when at_home then 'household'
        when shared.kind = 'email' then 'role_mailbox'
        when list_contains(l.hard_cases, 'recycled_phone') and list_contains(r.hard_cases, 'recycled_phone') then 'recycled_phone'
        else 'firm_switchboard'
    end as hard_case
from shared
inner join records as l on l.rid = rid_l
inner join records as r on r.rid = rid_r
union
select rid_l, rid_r, 'father_and_son' from namesakes;
create table truth_pairs as
select record_id_l, record_id_r, unnest(hard_cases) as hard_case, true as is_match, has_shared_evidence
from true_pairs
union all
select record_id_l, record_id_r, 'no_shared_evidence', true, false
from true_pairs where not has_shared_evidence
union all
select
    least(l.record_id, r.record_id), greatest(l.record_id, r.record_id), k.hard_case, false, true
from lookalikes as k
inner join truth_records as l on l.rid = k.rid_l
inner join truth_records as r on r.rid = k.rid_r;
"""

_CASE_FACTS = """
insert into facts
select 'hard_case_hits', hard_case, hits from case_counts
union all
select 'hard_case_population', hard_case, population from case_counts
union all
select 'records', source || ':' || kind, count(*) from records group by source, kind
union all
select 'records_of_kind', record_kind, count(*) from truth_records group by record_kind
union all
select 'persons_with_records', 'all', count(distinct person_id) from truth_records
union all
select 'true_pairs', 'all', count(*) from true_pairs
union all
select 'true_pairs', 'without shared evidence', count(*) from true_pairs where not has_shared_evidence
union all
select 'records_by_hard_case', hard_case, count(*) from (select unnest(hard_cases) as hard_case from truth_records) group by hard_case
union all
select 'crm_opted_out_records', source, count(*) from records where is_opted_out and source in ('salesforce_emea', 'hubspot_apac') group by source
union all
select 'salesforce_deleted_records', 'contact', count(*) from records where slot = 2
union all
select 'bad_rows', 'salesforce_emea', count(*) from bad_contacts
union all
select 'bad_rows', 'hubspot_apac', count(*) from bad_hubspot_contacts;
"""

_EVENT_FACTS = """
insert into facts
select 'won_amount_minor', currency, sum(amount_minor) from deals where is_won group by currency
union all
select 'opportunities', source, count(*) from deals group by source
union all
select 'won_after', driver, count(*) from deals where driver is not null group by driver
union all
select 'deal_with_two_contacts', 'all', count(*) from deal_contacts where is_second
union all
select 'cases', 'all', count(*) from cases
union all
select 'cases', 'by e-mail of no contact', count(*) from cases where contact_id is null
union all
select 'email_events', 'sendgrid:' || event, count(*) from mail_events group by event
union all
select 'email_events_delivered_twice', 'sendgrid', count(*) from mail_events where copies > 1
union all
select 'opens', 'sendgrid:' || actor, count(*) from mail_events where event = 'open' group by actor
union all
select 'clicks', 'sendgrid:' || actor, count(*) from mail_events where event = 'click' group by actor
union all
select 'opens', 'mailchimp:' || actor, count(*) from activities where action = 'open' group by actor
union all
select 'clicks', 'mailchimp:' || actor, count(*) from activities where action = 'click' group by actor
union all
select 'email_events', 'mailchimp:' || action, count(*) from activities group by action
union all
select 'opted_out', 'sendgrid', count(distinct rid) from mail_events where event = 'group_unsubscribe'
union all
select 'opted_in_again', 'sendgrid', count(distinct rid) from mail_events where event = 'group_resubscribe'
union all
select 'members', status, count(*) from member_states group by status
union all
select 'messages', network || ':' || direction, count(*) from posts group by network, direction
union all
select 'messages_edited', network, count(*) from posts where is_edited group by network
union all
select 'messages_deleted', network, count(*) from posts where is_deleted group by network
union all
select 'deleted_message_id', network || ':' || case network when 'bluesky' then 'at://' || native_id || '/app.bsky.feed.post/' else '' end || message_id, 1
from posts where is_deleted
union all
select 'burst_day', strftime(timestamp '{now}' - to_days({launch_days}), '%Y-%m-%d'), count(*) from posts
where network = 'x' and direction = 'in' and date_trunc('day', moment) = date_trunc('day', timestamp '{now}' - to_days({launch_days})) and step = 0
union all
select 'ordinary_day_conversations', 'x', count(*) / nullif(date_diff('day', min(moment), max(moment)), 0) from posts
where network = 'x' and direction = 'in' and step = 0 and occasion = 'ordinary'
union all
select 'troll_message_id', 'x:' || message_id, 1 from posts where occasion = 'troll' and step = 0
union all
select 'troll_replies', 'x', count(*) from posts where occasion = 'troll' and step > 0
union all
select 'clock_change_thread_id', network || ':' || message_id, 1 from posts where occasion = 'clock change' and step = 0
union all
select 'refused_loads_planned', 'hubspot_apac:contact', 1;
"""

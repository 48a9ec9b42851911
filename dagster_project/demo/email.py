"""E-mail: campaigns, what was sent to whom, and what people, mail programs and scanners did.

Belongs here: the true events. Tables made: campaigns, sends, mail_events (SendGrid),
activities (Mailchimp). ``actor`` says who opened or clicked: person, machine or scanner.
"""

from pathlib import Path

import orjson

from dagster_project.demo.files import pack, write_csv, write_lines, write_text
from dagster_project.demo.stage import Stage


def make_email(stage: Stage, *, share: float = 1.0) -> None:
    """Fill the tables of e-mail; ``share`` below 1 makes one day's part of the traffic."""
    plan, events = stage.plan, stage.plan.rates.events
    now = plan.now.strftime("%Y-%m-%d %H:%M:%S")
    later = plan.day > 0
    stage.run(
        _CAMPAIGNS,
        now=now,
        first=10 + plan.day if later else 1,
        count=1 if later else int(events["campaigns"]),
        spread=0 if later else plan.history_days - 15,
    )
    stage.run(
        _SENDS,
        now=now,
        days=1 if later else plan.history_days,
        mailed=min(1.0, 4.7 * share) if later else 0.62,
        transactional=0 if later else 3,
        new_from=plan.first_person * 64 if later else 1 << 60,
        day=plan.day * 8,
        opt_out=events["opt_out"],
        opt_in_again=events["opt_in_again"],
        machine_open=events["machine_open"],
        bot_click=events["bot_click"],
        bounced=events["bounced"],
    )
    stage.run(_MAIL_EVENTS, now=now, **_rates(stage))
    stage.run(
        _ACTIVITIES,
        now=now,
        wait=0 if later else 2,
        share=min(1.0, share * 3) if later else 0.62,
        **_rates(stage),
    )


def _rates(stage: Stage) -> dict[str, object]:
    names = ("opened_by_person", "clicked_of_opened", "machine_open", "bot_click", "bounced",
             "repeated_delivery")  # fmt: skip
    return {name: stage.plan.rates.events[name] for name in names}


def write_sendgrid(stage: Stage, inbox: Path) -> None:
    """Event logs in the three shapes webhook receivers write: array per line, NDJSON, arrays in a row."""
    folder, day = inbox / "sendgrid_global", f"{stage.plan.now:%Y%m%d}"
    shapes = (
        (0, "events", "string_agg(body, ',' order by event_no, copy)", "'[' || {} || ']'"),
        (1, "events", None, "{}"),
        (2, "webhook", "string_agg(body, ',' order by event_no, copy)", "'[' || {} || ']'"),
    )
    for part, name, gathered, shape in shapes:
        file = folder / f"{name}-{day}-{part + 1}.{'ndjson' if part == 1 else 'log'}"
        if gathered:
            sql = (
                f"select {shape.format(gathered)} from ({_BODIES}) where part = {part} "
                "group by batch order by batch"
            )
        else:
            sql = f"select body from ({_BODIES}) where part = {part} order by event_no, copy"
        write_lines(stage, file, sql)
        if part == 2:
            file.write_bytes(file.read_bytes().replace(b"]\n[", b"]["))


def write_mailchimp(stage: Stage, inbox: Path, *, contacts_only: bool = False) -> None:
    """An audience export, its status in the members' file names, and activity per campaign."""
    folder, at = inbox / "mailchimp_emea", stage.plan.now
    tag = f"{stage.plan.seed % 16**6:06x}{stage.plan.day or ''}"
    members = [
        (
            f"{status}_email_audience_export_{tag}.csv",
            write_csv(stage, folder / f"{status}.csv", _MEMBERS[status]),
        )
        for status in ("subscribed", "unsubscribed", "cleaned")
    ]
    pack(folder / f"audience_export_{tag}.zip", members, at=at)
    if contacts_only:
        return
    for (campaign,) in stage.rows("select distinct campaign_no from activities order by 1"):
        rows = stage.rows(_ACTIVITY.format(campaign=campaign))
        identity = rows[0][0]
        emails = ",".join(str(row[1]) for row in rows)
        tail = orjson.dumps({"campaign_id": identity, "total_items": len(rows)}).decode()
        write_text(
            folder / f"email-activity-{identity}.json", f'{{"emails":[{emails}],{tail[1:]}\n'
        )


_CAMPAIGNS = """
create table campaigns as
select
    range::bigint as campaign_no,
    case when {spread} = 0 then 'Daily digest ' || range
        else ['Spring catalogue', 'Summer news', 'Back to work', 'September news', 'Quay 3 launch', 'November offers', 'Digest', 'Extra'][range] end as name,
    case
        when {spread} = 0 then timestamp '{now}' - interval 12 hour
        when range = 5 then date_trunc('day', timestamp '{now}') - interval 33 day + interval 8 hour
        else date_trunc('day', timestamp '{now}') - to_days(({spread} - (range - 1) * ({spread} // {count}))::integer) + interval 8 hour
    end as sent_at
from range({first}, {first} + {count});
"""

_SENDS = """
create table choices as
select
    rid,
    case when u(rid, 'opts out') < {opt_out} and {days} > 1
        then date_trunc('second', timestamp '{now}' - to_seconds((86400 * (10 + u(rid, 'opts out at') * ({days} - 20)))::bigint)) end as out_at,
    case when u(rid, 'opts out') < {opt_out} * {opt_in_again} and {days} > 1
        then date_trunc('second', timestamp '{now}' - to_seconds((86400 * (10 + u(rid, 'opts out at') * ({days} - 20) * 0.4))::bigint)) end as in_at
from mailed;
create table sends as
with
planned as (
    select
        m.rid,
        m.pid,
        lower(m.email) as email,
        c.campaign_no,
        c.name as campaign_name,
        m.rid * 4096 + c.campaign_no as send_no,
        c.sent_at + to_seconds(k(m.rid * 64 + c.campaign_no, 'queue', 2400)) as sent_at
    from mailed as m
    cross join campaigns as c
    where u(m.rid * 64 + c.campaign_no, 'mailed') < {mailed}
    union all
    select
        rid,
        pid,
        lower(email),
        null,
        pick(['order confirmation', 'password reset', 'shipping update', 'receipt'], rid * 64 + 32 + n, 'receipt'),
        rid * 4096 + 2048 + n + {day},
        date_trunc('second', timestamp '{now}' - to_seconds((u(rid * 64 + 32 + n, 'receipt at') * 86400 * {days})::bigint + 4000))
    from (select *, unnest(range(greatest(({transactional} > 0)::bigint + k(rid, 'receipts', {transactional}), (rid between {new_from} and 1::bigint << 39)::bigint))) as n from mailed)
)
select
    p.*,
    c.out_at is not null and p.sent_at > c.out_at and (c.in_at is null or p.sent_at < c.in_at) and p.campaign_no is not null as is_suppressed,
    u(p.rid, 'reads ahead') < {machine_open} as reads_ahead,
    u(p.rid, 'scanned') < {bot_click} as is_scanned,
    u(p.rid, 'gone') < {bounced} as is_gone
from planned as p
inner join choices as c on c.rid = p.rid;
"""

_MAIL_EVENTS = """
create table mail_events as
with
delivered as (
    select *, sent_at + to_seconds(1 + k(send_no, 'delivery', 6)) as delivered_at
    from sends where not is_suppressed and not is_gone
),
opened as (
    select
        *,
        delivered_at + to_seconds((90 + pow(u(send_no, 'opens at'), 3) * 200000)::bigint) as opened_at,
        u(send_no, 'clicks') < {clicked_of_opened} as clicks
    from delivered
    where u(send_no, 'opens') < {opened_by_person}
),
happened as (
    select send_no, rid, pid, email, campaign_no, campaign_name, 0 as step, 'processed' as event, sent_at as moment, null as actor, null as url from sends where not is_suppressed
    union all
    select send_no, rid, pid, email, campaign_no, campaign_name, 1, 'dropped', sent_at, null, null from sends where is_suppressed
    union all
    select send_no, rid, pid, email, campaign_no, campaign_name, 2, 'bounce', sent_at + interval 3 second, null, null from sends where is_gone and not is_suppressed
    union all
    select send_no, rid, pid, email, campaign_no, campaign_name, 3, 'deferred', sent_at + interval 1 second, null, null from delivered where u(send_no, 'deferred') < 0.02
    union all
    select send_no, rid, pid, email, campaign_no, campaign_name, 4, 'delivered', delivered_at, null, null from delivered
    union all
    select send_no, rid, pid, email, campaign_no, campaign_name, 5, 'open', delivered_at + to_seconds(2 + k(send_no, 'ahead', 50)), 'machine', null from delivered where reads_ahead
    union all
    select send_no, rid, pid, email, campaign_no, campaign_name, 6, 'open', opened_at, 'person', null from opened
    union all
    select send_no, rid, pid, email, campaign_no, campaign_name, 7, 'open', opened_at + to_seconds(3600 + k(send_no, 'again', 90000)), 'person', null from opened where u(send_no, 'opens again') < 0.2
    union all
    select send_no, rid, pid, email, campaign_no, campaign_name, 8, 'click', opened_at + to_seconds(8 + k(send_no, 'click after', 240)), 'person',
        'https://shop.quay.example.org/' || pick(['new', 'quay-3', 'offers', 'journal'], send_no, 'link') || '?utm_source=sg' from opened where clicks
    union all
    select send_no, rid, pid, email, campaign_no, campaign_name, 9, 'open', delivered_at + interval 1 second, 'scanner', null from delivered where is_scanned
    union all
    select send_no, rid, pid, email, campaign_no, campaign_name, 10 + n, 'click', delivered_at + to_seconds(1 + n // 3), 'scanner',
        'https://shop.quay.example.org/' || ['new', 'quay-3', 'offers', 'unsubscribe'][n + 1] || '?utm_source=sg'
    from (select *, unnest(range(4)) as n from delivered where is_scanned)
    union all
    select send_no, rid, pid, email, campaign_no, campaign_name, 20, 'spamreport', opened_at + interval 40 second, 'person', null from opened where u(send_no, 'spam') < 0.003
    union all
    select s.send_no, s.rid, s.pid, s.email, s.campaign_no, s.campaign_name, 21, 'group_unsubscribe', c.out_at, 'person', 'https://shop.quay.example.org/preferences'
    from choices as c
    inner join (
        select * from sends where not is_suppressed qualify row_number() over (partition by rid order by sent_at, send_no) = 1
    ) as s on s.rid = c.rid
    where c.out_at is not null
    union all
    select s.send_no, s.rid, s.pid, s.email, s.campaign_no, s.campaign_name, 22, 'group_resubscribe', c.in_at, 'person', 'https://shop.quay.example.org/preferences'
    from choices as c
    inner join (
        select * from sends where not is_suppressed qualify row_number() over (partition by rid order by sent_at, send_no) = 1
    ) as s on s.rid = c.rid
    where c.in_at is not null
)
select
    *,
    send_no * 32 + step as event_no,
    substr(md5('event' || (send_no * 32 + step)::varchar), 1, 22) || '==' as event_id,
    substr(md5('message' || send_no::varchar), 1, 11) || '.' || substr(md5('message' || send_no::varchar), 12, 3) || '.' || substr(md5('m' || send_no::varchar), 1, 6) || '.filter0' || lpad((send_no % 1000)::varchar, 3, '0') || '.16648.5515E0B88.0' as message_id,
    case when u(send_no * 32 + step, 'twice') < {repeated_delivery} then 2 else 1 end as copies
from happened
where moment <= timestamp '{now}';
"""

_BODIES = """
select
    copy,
    event_no,
    case when u(send_no, 'log') < 0.4 then 0 when u(send_no, 'log') < 0.75 then 1 else 2 end as part,
    (date_diff('second', timestamp '2026-01-01', moment) // 21600) as batch,
    compact({
        'email': email,
        'timestamp': date_diff('second', timestamp '1970-01-01', moment),
        'smtp-id': case when event in ('processed', 'dropped', 'bounce', 'deferred', 'delivered') then '<' || split_part(message_id, '.filter', 1) || '@geopod-ismtpd-canary-0>' end,
        'event': event,
        'category': case when campaign_no is null then ['transactional'] else ['newsletter'] end,
        'sg_event_id': event_id,
        'sg_message_id': message_id,
        'marketing_campaign_id': campaign_no::varchar,
        'marketing_campaign_name': case when campaign_no is not null then campaign_name end,
        'response': case event when 'delivered' then '250 OK' when 'deferred' then '400 try again later' end,
        'attempt': case event when 'deferred' then '1' end,
        'reason': case event when 'dropped' then 'Unsubscribed Address' when 'bounce' then '550 5.1.1 unknown user' end,
        'status': case event when 'bounce' then '5.1.1' end,
        'type': case event when 'bounce' then 'bounce' end,
        'bounce_classification': case event when 'bounce' then 'Invalid Address' end,
        'tls': case event when 'delivered' then 1 end,
        'useragent': case
            when actor = 'machine' then 'Mozilla/5.0'
            when actor = 'scanner' and event = 'open' then 'Mozilla/5.0 (compatible; Barracuda Sentinel)'
            when actor = 'scanner' then 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36'
            when actor = 'person' and event <> 'spamreport' then pick([
                'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15',
                'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15',
                'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0',
                'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)'
            ], rid, 'reader')
        end,
        'ip': case
            when actor = 'machine' then '17.58.' || (96 + k(send_no, 'ip 1', 4)) || '.' || k(send_no, 'ip 2', 250)
            when actor = 'scanner' then '203.0.113.' || k(rid, 'ip 3', 250)
            when actor = 'person' then '198.51.100.' || k(rid, 'ip 4', 250)
            when event = 'delivered' then '192.0.2.1'
        end,
        'sg_machine_open': case when event = 'open' then actor = 'machine' end,
        'sg_content_type': case when event = 'open' then 'html' end,
        'url': url,
        'url_offset': case when event = 'click' then {'index': 0, 'type': 'html'} end,
        'asm_group_id': case when event like 'group%' then 10 end
    })::varchar as body
from (select *, unnest(range(copies)) as copy from mail_events)
"""

_ACTIVITIES = """
create table activities as
with
sent as (
    select
        m.rid,
        m.pid,
        lower(m.email) as email,
        md5(lower(trim(m.email))) as email_id,
        c.campaign_no,
        substr(md5('mc' || c.campaign_no::varchar), 1, 10) as campaign_id,
        replace(lower(c.name), ' ', '-') as label,
        m.rid * 4096 + 3072 + c.campaign_no as send_no,
        c.sent_at + to_days({wait}) + to_seconds(k(m.rid * 64 + c.campaign_no, 'mc queue', 1800)) as sent_at,
        m.status
    from member_states as m
    inner join campaigns as c on c.campaign_no in (1, 3, 4, 6) or c.campaign_no > 10
    where u(m.rid * 64 + c.campaign_no, 'mc mailed') < {share} and m.status <> 'unsubscribed'
),
opened as (
    select *, sent_at + to_seconds((120 + pow(u(send_no, 'mc opens at'), 3) * 200000)::bigint) as opened_at
    from sent where u(send_no, 'mc opens') < {opened_by_person} + 0.05 and status = 'subscribed'
)
select * from (
    select *, 'bounce' as action, 'hard' as type, sent_at as moment, null as url, null as ip, null as actor, 0 as step from sent where status = 'cleaned'
    union all
    select *, 'bounce', 'soft', sent_at, null, null, null, 1 from sent where status = 'subscribed' and u(send_no, 'mc soft') < 0.01
    union all
    select *, 'open', null, sent_at + to_seconds(5 + k(send_no, 'mc ahead', 40)), null, '17.58.' || (96 + k(send_no, 'ip 1', 4)) || '.' || k(send_no, 'ip 2', 250), 'machine', 2
    from sent where status = 'subscribed' and u(rid, 'mc reads ahead') < {machine_open}
    union all
    select * exclude (opened_at), 'open', null, opened_at, null, '198.51.100.' || k(rid, 'ip 4', 250), 'person', 3 from opened
    union all
    select * exclude (opened_at), 'click', null, opened_at + to_seconds(9 + k(send_no, 'mc click after', 200)), 'https://shop.quay.example.org/' || pick(['new', 'quay-3', 'offers'], send_no, 'mc link') || '?utm_source=mc&utm_campaign=' || label, '198.51.100.' || k(rid, 'ip 4', 250), 'person', 4
    from opened where u(send_no, 'mc clicks') < {clicked_of_opened}
    union all
    select * exclude (n), 'click', null, sent_at + to_seconds(2 + n // 3), 'https://shop.quay.example.org/' || ['new', 'quay-3', 'offers', 'unsubscribe'][n + 1] || '?utm_source=mc&utm_campaign=' || label, '203.0.113.' || k(rid, 'ip 3', 250), 'scanner', 5 + n
    from (select *, unnest(range(4)) as n from sent where status = 'subscribed' and u(rid, 'mc scanned') < {bot_click})
)
where moment <= timestamp '{now}';
"""

_ACTIVITY = """
select
    campaign_id,
    '{{"campaign_id":"' || campaign_id || '","list_id":"16d6ec4ffc","list_is_active":true,"email_id":"' || email_id
    || '","email_address":' || to_json(any_value(email))::varchar
    || ',"activity":[' || string_agg(activity, ',' order by moment, step) || ']}}' as body
from (
    select
        *,
        compact({{
            'action': action,
            'type': type,
            'timestamp': strftime(moment, '%Y-%m-%dT%H:%M:%S+00:00'),
            'url': url,
            'ip': ip
        }})::varchar as activity
    from activities where campaign_no = {campaign}
)
group by campaign_id, email_id
order by email_id
"""

_MEMBER = """
select
    email as "Email Address", given_name as "First Name", family_name as "Last Name", mobile as "Phone Number",
    street as "Address",
    (1 + k(rid, 'rating', 5))::varchar as "MEMBER_RATING", stamp(created_at) as "OPTIN_TIME",
    '192.0.2.' || k(rid, 'ip', 250) as "OPTIN_IP", stamp(created_at + to_seconds(60 + k(rid, 'confirm', 9000))) as "CONFIRM_TIME",
    '192.0.2.' || k(rid, 'ip', 250) as "CONFIRM_IP"{latitude},
    case country when 'HK' then '8' when 'GB' then '0' when 'GR' then '2' else '1' end as "GMTOFF",
    case country when 'HK' then '8' when 'GB' then '1' when 'GR' then '3' else '2' end as "DSTOFF",
    case country when 'HK' then 'Asia/Hong_Kong' when 'GB' then 'Europe/London' when 'DE' then 'Europe/Berlin'
        when 'PL' then 'Europe/Warsaw' when 'GR' then 'Europe/Athens' else 'Europe/Paris' end as "TIMEZONE",
    country as "CC", '' as "REGION"{change},
    (540000000 + rid)::varchar as "LEID", substr(md5('euid' || rid::varchar), 1, 10) as "EUID", '' as "NOTES",
    case when u(rid, 'vip') < 0.05 then '"vip","design"' when u(rid, 'vip') < 0.2 then '"design"' else '' end as "TAGS"
from member_states
where status = '{status}' and is_new
order by "LEID"
"""

_MEMBERS = {
    "subscribed": _MEMBER.format(
        latitude=", '' as \"LATITUDE\", '' as \"LONGITUDE\"",
        change=', stamp(updated_at) as "LAST_CHANGED"',
        status="subscribed",
    ),
    "unsubscribed": _MEMBER.format(
        latitude="",
        change=', stamp(updated_at) as "UNSUB_TIME", \'September news\' as "UNSUB_CAMPAIGN_TITLE", '
        "substr(md5('mc4'), 1, 10) as \"UNSUB_CAMPAIGN_ID\", "
        "pick(['NORMAL', 'INAPPROPRIATE', 'OTHER'], rid, 'why') as \"UNSUB_REASON\", '' as \"UNSUB_REASON_OTHER\"",
        status="unsubscribed",
    ),
    "cleaned": _MEMBER.format(
        latitude="",
        change=', stamp(updated_at) as "CLEAN_TIME", \'Back to work\' as "CLEAN_CAMPAIGN_TITLE", '
        "substr(md5('mc3'), 1, 10) as \"CLEAN_CAMPAIGN_ID\"",
        status="cleaned",
    ),
}

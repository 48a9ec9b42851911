"""Money and help: deals, who took part in them, and support cases.

Belongs here: the true deals and cases of people in a CRM; some deals begin days after a click or
a public conversation. Tables made: deals, deal_contacts, cases, bad rows of the CRMs.
"""

from dagster_project.demo.stage import Stage


def make_business(stage: Stage) -> None:
    """Fill deals and cases from contacts, clicks and conversations (made before)."""
    plan, events = stage.plan, stage.plan.rates.events
    later = plan.day > 0
    stage.run(
        _DEALS,
        now=plan.now.strftime("%Y-%m-%d %H:%M:%S"),
        days=1 if later else 700,
        base=plan.day * 1_000_000_000 if later else 0,
        after_email=events["wins_after_email"],
        after_social=events["wins_after_social"],
    )
    stage.run(
        _CASES,
        base=plan.day * 1_000_000_000 if later else 0,
        now=plan.now.strftime("%Y-%m-%d %H:%M:%S"),
        days=1 if later else plan.history_days,
    )


def make_bad_rows(stage: Stage) -> None:
    """A handful of rows no gate should let through; none in the worlds of later days."""
    stage.run(_BAD_ROWS, wanted="false" if stage.plan.day else "true")


_DEALS = """
create table drivers as
-- what a person did in public or in a mailbox that a purchase may follow
select pid, 'email' as driver, campaign_no, moment
from mail_events where actor = 'person' and event = 'click' and pid is not null and campaign_no is not null
qualify row_number() over (partition by pid order by moment, event_no) = 1
union all
select pid, 'social', null, moment
from posts where direction = 'in' and topic in ('price', 'question') and pid is not null
qualify row_number() over (partition by pid order by moment, message_no) = 1;
create table deals as
with
buyers as (
    select
        rid, pid, source, native_id, firm_no, given_name, family_name, organisation, country,
        unnest(range(1 + (u(rid, 'second deal') < 0.25)::integer)) as n
    from contacts
    where slot in (0, 8) and record_kind = 'person' and u(rid, 'buys') < 0.34
),
driven as (
    select
        b.*,
        {base} + b.rid * 2 + b.n as deal_no,
        case
            when u(b.rid * 2 + b.n, 'after email') < {after_email} and e.pid is not null then 'email'
            when u(b.rid * 2 + b.n, 'after social') < {after_social} * 3 and s.pid is not null then 'social'
        end as driver,
        e.moment as clicked_at,
        s.moment as posted_at,
        e.campaign_no as clicked_campaign
    from buyers as b
    left join drivers as e on e.pid = b.pid and e.driver = 'email' and b.n = 0
    left join drivers as s on s.pid = b.pid and s.driver = 'social' and b.n = 0
),
dated as (
    select
        *,
        date_trunc('second', case driver
            when 'email' then clicked_at + to_seconds((3600 + u(deal_no, 'after click') * 400000)::bigint)
            when 'social' then posted_at + to_seconds((7200 + u(deal_no, 'after post') * 500000)::bigint)
            else timestamp '{now}' - to_seconds((u(deal_no, 'deal at') * 86400 * {days})::bigint)
        end) as began_at
    from driven
),
staged as (
    select
        *,
        least(began_at, timestamp '{now}' - interval 3 hour) as created_at,
        least(began_at + to_seconds((86400 * (2 + 60 * u(deal_no, 'deal length')))::bigint), timestamp '{now}' - interval 2 hour) as ended_at,
        case
            when driver is not null or u(deal_no, 'outcome') < 0.5 then 'Closed Won'
            when u(deal_no, 'outcome') < 0.72 then 'Closed Lost'
            else pick(['Prospecting', 'Proposal/Price Quote', 'Negotiation/Review'], deal_no, 'open stage')
        end as stage
    from dated
)
select
    deal_no, rid, pid, source, firm_no, driver, stage,
    coalesce(organisation, case when country = 'HK' then 'Private' else 'Particulier' end) || ' - '
        || pick(['Quay Pro', 'Quay 3', 'Renewal 2027', 'Starter', 'Workshop'], deal_no, 'product') as name,
    case source
        when 'hubspot_apac' then (800 + floor(pow(u(deal_no, 'amount'), 3) * 400000))::bigint * 100 + case when u(deal_no, 'cents') < 0.2 then 50 else 0 end
        else (90 + floor(pow(u(deal_no, 'amount'), 3) * 48000))::bigint * 100 + case when u(deal_no, 'cents') < 0.3 then k(deal_no, 'cents 2', 100) else 0 end
    end as amount_minor,
    case source when 'hubspot_apac' then 'HKD' else 'EUR' end as currency,
    case when source = 'salesforce_emea' then coalesce(case driver when 'email' then clicked_campaign end, case when u(deal_no, 'campaign') < 0.15 then 1 + k(deal_no, 'which campaign', 6) end) end as campaign_no,
    created_at,
    case when stage like 'Closed%' then ended_at else created_at + to_days((30 + k(deal_no, 'open until', 120))::integer) end as closed_at,
    case when stage like 'Closed%' then ended_at else least(created_at + interval 2 day, timestamp '{now}' - interval 1 hour) end as modified_at,
    stage like 'Closed%' as is_closed,
    stage = 'Closed Won' as is_won
from staged;
create table deal_contacts as
select d.deal_no, d.source, d.created_at, r.native_id as contact_id, r.rid, false as is_second
from deals as d
inner join contacts as r on r.rid = d.rid
union all
select d.deal_no, d.source, d.created_at, o.native_id, o.rid, true
from deals as d
inner join (
    select firm_no, source, max(rid) as rid, max_by(native_id, rid) as native_id
    from contacts where slot in (0, 8) and firm_no is not null group by firm_no, source
) as o on o.firm_no = d.firm_no and o.source = d.source and o.rid <> d.rid
where u(d.deal_no, 'second contact') < 0.3;
"""

_CASES = """
create table cases as
with
asked as (
    select rid, pid, native_id as contact_id, firm_no, null as supplied_name, null as supplied_email, unnest(range(1 + (u(rid, 'second case') < 0.2)::integer)) as n
    from contacts where source = 'salesforce_emea' and slot = 0 and record_kind = 'person' and u(rid, 'asks') < 0.2
    union all
    select rid, pid, null, null, full_name, email, 0
    from contacts where slot = 4
),
dated as (
    select
        *,
        {base} + rid * 2 + n as case_no,
        date_trunc('second', timestamp '{now}' - to_seconds((3600 + u({base} + rid * 2 + n, 'case at') * 86400 * {days} * 0.95)::bigint)) as created_at,
        1 + k({base} + rid * 2 + n, 'case theme', 6) as theme
    from asked
)
select
    *,
    ['App logs me out', 'Invoice is wrong', 'Delivery is late', 'Cannot reset my password', 'Colour differs from the picture', 'How do I cancel?'][theme] as subject,
    ['Instructions not clear', 'Billing', 'Delivery', 'Access', 'Product', 'Other'][theme] as reason,
    ['It happens every few minutes on my phone.', 'I was billed twice,' || chr(10) || 'please check the attached invoice.', 'The parcel should have been here on Monday.', 'The link in the message does not work.', 'I ordered "sea blue", this is grey.', 'I do not use it any more; please end my plan.'][theme] as description,
    pick(['High', 'Medium', 'Medium', 'Low'], case_no, 'priority') as priority,
    case when contact_id is null then 'Email' else pick(['Web', 'Email', 'Phone', 'Twitter'], case_no, 'origin') end as origin,
    case when u(case_no, 'closed') < 0.85 and created_at + to_seconds((3600 + pow(u(case_no, 'case length'), 3) * 900000)::bigint) < timestamp '{now}' then 'Closed' else pick(['New', 'Working', 'Escalated'], case_no, 'case status') end as status,
    case when u(case_no, 'closed') < 0.85 and created_at + to_seconds((3600 + pow(u(case_no, 'case length'), 3) * 900000)::bigint) < timestamp '{now}' then created_at + to_seconds((3600 + pow(u(case_no, 'case length'), 3) * 900000)::bigint) end as closed_at,
    coalesce(case when u(case_no, 'closed') < 0.85 and created_at + to_seconds((3600 + pow(u(case_no, 'case length'), 3) * 900000)::bigint) < timestamp '{now}' then created_at + to_seconds((3600 + pow(u(case_no, 'case length'), 3) * 900000)::bigint) end, created_at) as modified_at,
    u(case_no, 'escalated') < 0.06 as is_escalated
from dated;
"""

_BAD_ROWS = """
create table bad_contacts as
select * from (values
    (900000000001, '', 'Nokey', 'Row', 'nokey@mail.example', '', '2026-10-01 09:00:00', '2026-10-02 09:00:00'),
    (900000000002, sf_id('003', 70000000011), 'Bademail', 'Row', 'not an address', '', '2026-10-01 09:00:00', '2026-10-02 09:00:00'),
    (900000000003, sf_id('003', 70000000012), 'Baddate', 'Row', 'baddate@mail.example', '', '2026-13-45 09:00:00', '2026-02-30 25:61:00'),
    (900000000004, sf_id('003', 70000000013), 'Badbirth', 'Row', 'badbirth@mail.example', '2031-02-30', '2026-10-01 09:00:00', '2026-10-02 09:00:00')
) as rows (rid, id, family, given, email, birth, created, modified)
where {wanted};
create table bad_hubspot_contacts as
select * from (values
    (900000000011, null, 'Nokey', 'Row', 'nokey.too@mail.example', null, '2026-10-01 09:00', '2026-10-02 09:00'),
    (900000000012, '199999999912', 'Baddate', 'Row', 'baddate.too@mail.example', '1985-02-31', '31/02/2026', '2026-99-99 10:00')
) as rows (rid, id, family, given, email, birth, created, modified)
where {wanted};
"""

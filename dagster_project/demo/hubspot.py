"""HubSpot as the Hong Kong agency exports it: views of contacts and deals, times of its own zone."""

from pathlib import Path

from dagster_project.demo.files import write_csv, write_text
from dagster_project.demo.stage import Stage

SOURCE = "hubspot_apac"


def write_hubspot(stage: Stage, inbox: Path, *, contacts_only: bool = False) -> None:
    """The newest export; one from before the merges; deals; and one of a view without ids."""
    folder, today = inbox / SOURCE, f"{stage.plan.now:%Y-%m-%d}"
    write_csv(
        stage,
        folder / f"hubspot-crm-exports-all-contacts-{today}.csv",
        _CONTACTS.format(rows=_NEWEST),
    )
    if stage.plan.day == 0:
        write_csv(
            stage,
            folder / "hubspot-crm-exports-all-contacts-2026-09-01.csv",
            _CONTACTS.format(rows=_BEFORE_MERGES),
        )
    if stage.plan.day == 0:
        write_csv(stage, folder / f"hubspot-crm-exports-all-companies-{today}.csv", _COMPANIES)
    if contacts_only:
        return
    write_csv(stage, folder / f"hubspot-crm-exports-all-deals-{today}.csv", _DEALS)
    if stage.plan.day == 0:
        write_text(folder / "hubspot-crm-exports-old-view-2026-11-14.csv", _OLD_VIEW)


_NEWEST = """
    select *, updated_at as modified_at from exported
    where source = 'hubspot_apac' and slot <> 10
"""

_BEFORE_MERGES = """
    select *, least(updated_at, timestamp '2026-08-31 00:00:00') as modified_at
    from exported
    where source = 'hubspot_apac' and slot in (8, 10) and created_at < timestamp '2026-08-01 00:00:00'
        and (slot = 10 or rid + 2 in (select rid from exported where slot = 10))
    union all
    select *, updated_at as modified_at
    from exported
    where slot = 10 and created_at >= timestamp '2026-08-01 00:00:00'
"""

_CONTACTS = """
with
shown as ({rows}),
losers as (
    select
        merged_into,
        string_agg(native_id, ';' order by rid) as ids,
        string_agg(native_id || ':' || (date_diff('second', timestamp '1970-01-01', updated_at) * 1000)::varchar, ';' order by rid) as vids,
        string_agg(lower(email), ';' order by rid) filter (email is not null and email like '%_@_%') as emails
    from exported where slot = 10 group by merged_into
)
select
    "Record ID", "First Name", "Last Name", "Email", "Additional email addresses", "Phone Number",
    "Mobile Phone Number", "Job Title", "Contact owner", "Associated Company", "Associated Company IDs",
    "Street Address", "City", "State/Region", "Postal Code", "Country/Region", "Date of birth",
    "Preferred language", "Twitter Username", "Website URL", "Last Activity Date", "Lead Status",
    "Lifecycle Stage", "Marketing contact status", "Unsubscribed from all email", "Original Source",
    "Create Date", "Last Modified Date", "Merged record IDs", "Merged vids with timestamps of a contact"
from (
    select
        s.rid, s.native_id as "Record ID", s.given_name as "First Name", s.family_name as "Last Name",
        s.email as "Email", case when s.slot = 8 then nullif(concat_ws(';', l.emails, s.email_extra), '') end as "Additional email addresses", s.phone as "Phone Number",
        s.mobile as "Mobile Phone Number", s.title as "Job Title",
        pick(['Vivian Lam', 'Ines Moreau', 'Kelvin Ho'], s.rid, 'owner') as "Contact owner",
        s.organisation as "Associated Company", (9000 + s.firm_no)::varchar as "Associated Company IDs",
        s.street as "Street Address", s.city as "City", s.state as "State/Region", s.postcode as "Postal Code",
        s.country_shown as "Country/Region", s.birth_date::varchar as "Date of birth", s.language as "Preferred language",
        s.handle as "Twitter Username", 'https://' || s.website as "Website URL",
        strftime(s.modified_at + interval 8 hour, '%Y-%m-%d %H:%M') as "Last Activity Date",
        pick(['New', 'Open', 'In progress', 'Connected', 'Unqualified'], s.rid, 'lead status') as "Lead Status",
        pick(['Lead', 'Subscriber', 'Opportunity', 'Customer'], s.rid, 'stage') as "Lifecycle Stage",
        'Marketing contact' as "Marketing contact status",
        case when s.is_opted_out then 'Yes' else 'No' end as "Unsubscribed from all email",
        pick(['Organic Search', 'Direct Traffic', 'Offline Sources', 'Social Media'], s.rid, 'origin') as "Original Source",
        strftime(s.created_at + interval 8 hour, '%Y-%m-%d %H:%M') as "Create Date",
        strftime(s.modified_at + interval 8 hour, '%Y-%m-%d %H:%M') as "Last Modified Date",
        -- the calculated list is the longer one, and still misses ids now and then
        case when s.slot = 8 and u(s.rid, 'merged list') < 0.8 then l.ids end as "Merged record IDs",
        case when s.slot = 8 and (u(s.rid, 'merged list') >= 0.8 or u(s.rid, 'merged vids') < 0.6) then l.vids end as "Merged vids with timestamps of a contact"
    from shown as s
    left join losers as l on l.merged_into = s.native_id
    union all by name
    select
        rid, id as "Record ID", given as "First Name", family as "Last Name", email as "Email",
        birth as "Date of birth", created as "Create Date", modified as "Last Modified Date",
        'Lead' as "Lifecycle Stage", 'No' as "Unsubscribed from all email"
    from bad_hubspot_contacts
    where (select max(modified_at) from shown) > timestamp '2026-09-02 00:00:00'
)
order by rid
"""

_COMPANIES = """
select
    (9000 + f.account_no)::varchar as "Record ID", f.name as "Company name",
    f.website as "Company Domain Name", shown_phone(f.dial, f.phone, 3) as "Phone Number",
    f.street as "Street Address", f.city_hk as "City", f.state as "State/Region",
    f.postcode as "Postal Code", c.country_hk as "Country/Region", f.industry as "Industry",
    (2 + k(f.account_no, 'staff', 400))::varchar as "Number of Employees",
    pick(['Vivian Lam', 'Ines Moreau', 'Kelvin Ho'], f.account_no, 'owner') as "Company owner",
    f.registration_number as "Company registration number",
    strftime(timestamp '2020-01-06 08:00:00' + to_days(k(f.account_no, 'company', 1500)::integer), '%Y-%m-%d %H:%M') as "Create Date",
    strftime(timestamp '2024-03-01 10:00:00' + to_days(k(f.account_no, 'company mod', 900)::integer), '%Y-%m-%d %H:%M') as "Last Modified Date"
from account_faces as f
inner join countries as c on c.country = f.country
where f.source = 'hubspot_apac'
order by f.account_no
"""

_DEALS = """
select
    (700000000000 + d.deal_no)::varchar as "Record ID", d.name as "Deal Name",
    case d.stage when 'Closed Won' then 'Closed Won' when 'Closed Lost' then 'Closed Lost' else 'Contract Sent' end as "Deal Stage",
    'Sales Pipeline' as "Pipeline",
    case when d.amount_minor % 100 = 0 then (d.amount_minor // 100)::varchar
        else d.amount_minor // 100 || '.' || lpad((d.amount_minor % 100)::varchar, 2, '0') end as "Amount",
    strftime(d.closed_at + interval 8 hour, '%Y-%m-%d %H:%M') as "Close Date",
    strftime(d.created_at + interval 8 hour, '%Y-%m-%d %H:%M') as "Create Date",
    strftime(d.modified_at + interval 8 hour, '%Y-%m-%d %H:%M') as "Last Modified Date",
    pick(['Vivian Lam', 'Ines Moreau', 'Kelvin Ho'], d.deal_no, 'owner') as "Deal owner",
    string_agg(c.contact_id, ';' order by c.is_second) as "Associated Contact IDs",
    max((9000 + d.firm_no)::varchar) as "Associated Company IDs",
    strftime(d.modified_at + interval 8 hour, '%Y-%m-%d %H:%M') as "Last Activity Date"
from deals as d
inner join deal_contacts as c on c.deal_no = d.deal_no
where d.source = 'hubspot_apac'
group by all
order by "Record ID"
"""

_OLD_VIEW = """First Name,Last Name,Email,Lead Status,Lifecycle Stage,Last Activity Date
Mei Yan,Kwan,meiyan.kwan@hkmail.example,Open,Lead,2026-11-12 10:31
Oscar,Fong,oscar.fong@harbourmail.example.com,New,Subscriber,2026-11-13 18:02
"""
"""An old view that shows no Record ID: a load the gate refuses."""

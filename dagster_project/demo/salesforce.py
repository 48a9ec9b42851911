"""Salesforce as the French agency exports it: two zips of a weekly data export, all cells quoted."""

from pathlib import Path

from dagster_project.demo.files import pack, write_csv
from dagster_project.demo.stage import Stage

SOURCE = "salesforce_emea"
_OWNERS = (
    "pick(['0055g00000CCCCCQA1', '0055g00000CCCCDQA1', '0055g00000CCCCEQA1'], {id}, 'owner')"
)


def write_salesforce(stage: Stage, inbox: Path, *, contacts_only: bool = False) -> None:
    """``WE_…_1.ZIP`` holds people and firms, ``WE_…_2.ZIP`` what happened with them."""
    folder = inbox / SOURCE
    people = {"Account": _ACCOUNTS, "Contact": _CONTACTS, "Lead": _LEADS}
    happened = {
        "Campaign": _CAMPAIGNS,
        "CampaignMember": _CAMPAIGN_MEMBERS,
        "Opportunity": _OPPORTUNITIES,
        "OpportunityContactRole": _ROLES,
        "Case": _CASES,
    }
    for part, files in enumerate((people,) if contacts_only else (people, happened), start=1):
        members = [
            (f"{name}.csv", write_csv(stage, folder / f"{name}.csv", sql, quote_all=True))
            for name, sql in files.items()
        ]
        pack(folder / f"WE_00D5g000000Qu4yEAC_{part}.ZIP", members, at=stage.plan.now)


def write_salesforce_day(stage: Stage, inbox: Path) -> None:
    """What a day brings, as Data Loader writes it: capitals, ISO times, ``true`` and ``false``."""
    for name, sql in (("Contact", _CONTACTS), ("Lead", _LEADS), ("Opportunity", _OPPORTUNITIES),
                      ("OpportunityContactRole", _ROLES), ("Case", _CASES)):  # fmt: skip
        write_csv(
            stage, inbox / SOURCE / f"{name}_{stage.plan.now:%Y-%m-%d}.csv", _loader(stage, sql)
        )


def _loader(stage: Stage, sql: str) -> str:
    """The same rows under upper-case names, times with ``T`` and ``Z``, booleans spelt out."""
    columns = [str(name) for name, *_ in stage.rows(f"describe {sql}")]
    return "select " + ", ".join(_loader_column(name) for name in columns) + f" from ({sql})"


def _loader_column(name: str) -> str:
    cell = f'"{name}"'
    if (
        name.endswith("Date") and name.startswith(("Created", "LastModified"))
    ) or name == "SystemModstamp":
        cell = f"replace({cell}, ' ', 'T') || '.000Z'"
    elif name.startswith(("Is", "Has")) or name == "DoNotCall":
        cell = f"case {cell} when '1' then 'true' else 'false' end"
    return f'{cell} as "{name.upper()}"'


_ACCOUNTS = f"""
select
    sf_id('001', f.account_no) as "Id", case when f.merged_into_no is not null then '1' else '0' end as "IsDeleted",
    coalesce(sf_id('001', f.merged_into_no), '') as "MasterRecordId", f.name as "Name",
    pick(['Customer', 'Prospect', 'Partner'], f.account_no, 'type') as "Type",
    coalesce(sf_id('001', f.parent_no), '') as "ParentId",
    coalesce(f.street, '') as "BillingStreet", coalesce(f.city_fr, '') as "BillingCity",
    coalesce(f.state, '') as "BillingState", coalesce(f.postcode, '') as "BillingPostalCode",
    c.country_fr as "BillingCountry", coalesce(shown_phone(f.dial, f.phone, 1), '') as "Phone", '' as "Fax",
    coalesce('https://www.' || f.website, '') as "Website",
    f.industry as "Industry", (100000 + k(f.account_no, 'revenue', 90000000))::varchar || '.00' as "AnnualRevenue",
    (2 + k(f.account_no, 'staff', 400))::varchar as "NumberOfEmployees", '' as "Description",
    {_OWNERS.format(id="f.account_no")} as "OwnerId",
    stamp(timestamp '2020-01-06 08:00:00' + to_days(k(f.account_no, 'account', 1500)::integer)) as "CreatedDate",
    stamp(timestamp '2024-03-01 10:00:00' + to_days(k(f.account_no, 'account mod', 900)::integer)) as "LastModifiedDate",
    stamp(timestamp '2024-03-01 10:00:00' + to_days(k(f.account_no, 'account mod', 900)::integer)) as "SystemModstamp",
    coalesce(f.registration_number, '') as "Registration_Number__c"
from account_faces as f
inner join countries as c on c.country = f.country
where f.source = 'salesforce_emea'
order by f.account_no
"""

_CONTACTS = f"""
select
    "Id", "IsDeleted", "MasterRecordId", "AccountId", "LastName", "FirstName", "Salutation", "Name",
    "MailingStreet", "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry", "Phone",
    "MobilePhone", "Email", "Title", "Department", "LeadSource", "Birthdate", "Description", "OwnerId",
    "HasOptedOutOfEmail", "DoNotCall", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById",
    "SystemModstamp", "LastActivityDate", "EmailBouncedReason", "EmailBouncedDate", "IndividualId",
    "Twitter_Handle__c", "Website__c"
from (
    select
        rid, native_id as "Id", case when slot = 2 then '1' else '0' end as "IsDeleted",
        coalesce(merged_into, '') as "MasterRecordId",
        coalesce(sf_id('001', firm_no), '') as "AccountId", coalesce(family_name, '') as "LastName",
        coalesce(given_name, '') as "FirstName", '' as "Salutation", coalesce(full_name, '') as "Name",
        coalesce(street, '') as "MailingStreet", coalesce(city, '') as "MailingCity",
        coalesce(state, '') as "MailingState", coalesce(postcode, '') as "MailingPostalCode",
        coalesce(country_shown, '') as "MailingCountry", coalesce(phone, '') as "Phone",
        coalesce(mobile, '') as "MobilePhone", coalesce(email, '') as "Email", coalesce(title, '') as "Title",
        '' as "Department", pick(['Web', 'Trade Show', 'Referral', 'Newsletter', ''], rid, 'lead source') as "LeadSource",
        coalesce(birth_date::varchar, '') as "Birthdate", '' as "Description",
        {_OWNERS.format(id="rid")} as "OwnerId",
        case when is_opted_out then '1' else '0' end as "HasOptedOutOfEmail",
        case when u(rid, 'do not call') < 0.04 then '1' else '0' end as "DoNotCall",
        stamp(created_at) as "CreatedDate", {_OWNERS.format(id="rid")} as "CreatedById",
        stamp(updated_at) as "LastModifiedDate", {_OWNERS.format(id="rid")} as "LastModifiedById",
        stamp(updated_at) as "SystemModstamp", strftime(updated_at, '%Y-%m-%d') as "LastActivityDate",
        case when slot = 2 and email is not null then '550 5.1.1' else '' end as "EmailBouncedReason",
        case when slot = 2 and email is not null then iso_ms(created_at) else '' end as "EmailBouncedDate",
        '' as "IndividualId", coalesce('@' || handle, '') as "Twitter_Handle__c",
        coalesce('https://' || website, '') as "Website__c"
    from exported where source = 'salesforce_emea' and kind = 'contact'
    union all by name
    select
        b.rid, b.id as "Id", '0' as "IsDeleted", '' as "MasterRecordId", '' as "AccountId",
        b.family as "LastName", b.given as "FirstName", '' as "Salutation", b.given || ' ' || b.family as "Name",
        '' as "MailingStreet", '' as "MailingCity", '' as "MailingState", '' as "MailingPostalCode",
        '' as "MailingCountry", '' as "Phone", '' as "MobilePhone", b.email as "Email", '' as "Title",
        '' as "Department", '' as "LeadSource", b.birth as "Birthdate", '' as "Description", '' as "OwnerId",
        '0' as "HasOptedOutOfEmail", '0' as "DoNotCall", b.created as "CreatedDate", '' as "CreatedById",
        b.modified as "LastModifiedDate", '' as "LastModifiedById", b.modified as "SystemModstamp",
        '' as "LastActivityDate", '' as "EmailBouncedReason", '' as "EmailBouncedDate", '' as "IndividualId",
        '' as "Twitter_Handle__c", '' as "Website__c"
    from bad_contacts as b
)
order by rid
"""

_LEADS = f"""
select
    native_id as "Id", '0' as "IsDeleted", '' as "MasterRecordId", coalesce(family_name, '') as "LastName",
    coalesce(given_name, '') as "FirstName", '' as "Salutation", coalesce(full_name, '') as "Name",
    coalesce(title, '') as "Title", coalesce(company_said, '-') as "Company",
    coalesce(street, '') as "Street", coalesce(city, '') as "City", coalesce(state, '') as "State",
    coalesce(postcode, '') as "PostalCode", coalesce(country_shown, '') as "Country",
    coalesce(phone, '') as "Phone", coalesce(mobile, '') as "MobilePhone", coalesce(email, '') as "Email",
    coalesce('https://' || website, '') as "Website",
    case when is_converted then 'Closed - Converted' else pick(['Open - Not Contacted', 'Working - Contacted', 'Closed - Not Converted'], rid, 'status') end as "Status",
    '' as "Industry", pick(['Web', 'Trade Show', 'Partner', 'Purchased List'], rid, 'lead source') as "LeadSource",
    {_OWNERS.format(id="rid")} as "OwnerId", case when is_opted_out then '1' else '0' end as "HasOptedOutOfEmail",
    case when is_converted then '1' else '0' end as "IsConverted",
    case when is_converted then strftime(updated_at, '%Y-%m-%d') else '' end as "ConvertedDate",
    case when is_converted then coalesce(sf_id('001', firm_no), '') else '' end as "ConvertedAccountId",
    case when is_converted then sf_id('003', rid - 3) else '' end as "ConvertedContactId",
    '' as "ConvertedOpportunityId",
    stamp(created_at) as "CreatedDate", stamp(updated_at) as "LastModifiedDate", stamp(updated_at) as "SystemModstamp",
    coalesce('@' || handle, '') as "Twitter_Handle__c"
from leads_said
order by rid
"""

_CAMPAIGNS = """
select
    sf_id('701', campaign_no) as "Id", '0' as "IsDeleted", name as "Name", 'Email' as "Type",
    'Completed' as "Status", strftime(sent_at, '%Y-%m-%d') as "StartDate",
    strftime(sent_at + interval 14 day, '%Y-%m-%d') as "EndDate", '1800.00' as "ActualCost",
    '2000.00' as "BudgetedCost", '1' as "IsActive", '' as "ParentId", stamp(sent_at - interval 20 day) as "CreatedDate",
    stamp(sent_at) as "LastModifiedDate", stamp(sent_at) as "SystemModstamp"
from campaigns order by campaign_no
"""

_CAMPAIGN_MEMBERS = """
select
    sf_id('00v', rid * 8 + campaign_no) as "Id", '0' as "IsDeleted", sf_id('701', campaign_no) as "CampaignId",
    case when kind = 'lead' then native_id else '' end as "LeadId",
    case when kind = 'contact' then native_id else '' end as "ContactId",
    case when u(rid * 8 + campaign_no, 'responds') < 0.2 then 'Responded' else 'Sent' end as "Status",
    case when u(rid * 8 + campaign_no, 'responds') < 0.2 then '1' else '0' end as "HasResponded",
    stamp(sent_at) as "CreatedDate", stamp(sent_at + interval 3 day) as "LastModifiedDate",
    stamp(sent_at + interval 3 day) as "SystemModstamp",
    case when u(rid * 8 + campaign_no, 'responds') < 0.2 then strftime(sent_at + interval 2 day, '%Y-%m-%d') else '' end as "FirstRespondedDate"
from exported
inner join campaigns on u(rid * 8 + campaign_no, 'campaign member') < 0.12
where source = 'salesforce_emea' and kind in ('contact', 'lead') and record_kind = 'person'
order by rid, campaign_no
"""

_OPPORTUNITIES = f"""
select
    sf_id('006', deal_no) as "Id", '0' as "IsDeleted", coalesce(sf_id('001', firm_no), '') as "AccountId",
    name as "Name", stage as "StageName", amount_minor // 100 || '.' || lpad((amount_minor % 100)::varchar, 2, '0') as "Amount",
    case when is_won then '100.0' when is_closed then '0.0' else '50.0' end as "Probability",
    strftime(closed_at, '%Y-%m-%d') as "CloseDate",
    pick(['New Business', 'Existing Business'], deal_no, 'type') as "Type", 'Web' as "LeadSource",
    case when is_closed then '1' else '0' end as "IsClosed", case when is_won then '1' else '0' end as "IsWon",
    case when is_closed then case when is_won then 'Closed' else 'Omitted' end else 'Pipeline' end as "ForecastCategory",
    coalesce(sf_id('701', campaign_no), '') as "CampaignId", {_OWNERS.format(id="deal_no")} as "OwnerId",
    stamp(created_at) as "CreatedDate", stamp(modified_at) as "LastModifiedDate", stamp(modified_at) as "SystemModstamp"
from deals where source = 'salesforce_emea'
order by deal_no
"""

_ROLES = """
select
    sf_id('00K', deal_no * 2 + is_second::integer) as "Id", '0' as "IsDeleted", sf_id('006', deal_no) as "OpportunityId",
    contact_id as "ContactId", case when is_second then 'Influencer' else 'Decision Maker' end as "Role",
    case when is_second then '0' else '1' end as "IsPrimary",
    stamp(created_at) as "CreatedDate", stamp(created_at) as "LastModifiedDate", stamp(created_at) as "SystemModstamp"
from deal_contacts where source = 'salesforce_emea'
order by deal_no, is_second
"""

_CASES = f"""
select
    sf_id('500', case_no) as "Id", '0' as "IsDeleted", lpad((1000 + case_no % 100000000)::varchar, 8, '0') as "CaseNumber",
    coalesce(contact_id, '') as "ContactId", coalesce(sf_id('001', firm_no), '') as "AccountId", '' as "ParentId",
    coalesce(supplied_name, '') as "SuppliedName", coalesce(supplied_email, '') as "SuppliedEmail",
    'Problem' as "Type", status as "Status", reason as "Reason", origin as "Origin", subject as "Subject",
    priority as "Priority", description as "Description", case when status = 'Closed' then '1' else '0' end as "IsClosed",
    coalesce(stamp(closed_at), '') as "ClosedDate", case when is_escalated then '1' else '0' end as "IsEscalated",
    {_OWNERS.format(id="case_no")} as "OwnerId", stamp(created_at) as "CreatedDate", stamp(modified_at) as "LastModifiedDate",
    stamp(modified_at) as "SystemModstamp"
from cases order by case_no
"""

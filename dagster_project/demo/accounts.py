"""Organisations as two CRMs keep them: spellings, sites, groups, namesakes, renamed and merged ones.

Belongs here: which accounts there are beside the firms that people work for, what each CRM says of
them, and the truth of it. Does not belong here: the vendors' files (``salesforce``, ``hubspot``).

Table made: ``account_faces``, one row per account of a CRM. The firms that people work for keep
their number there; every other account has one of its own.
"""

from pathlib import Path

from dagster_project.demo.files import write_parquet
from dagster_project.demo.stage import Stage


def make_accounts(stage: Stage) -> None:
    """Fill ``account_faces`` from firms and the records that are exported."""
    rates = stage.plan.rates.accounts
    stage.run(_MACROS, **rates)
    stage.run(_OTHERS, **rates)
    stage.run(_FACES, **rates)


def write_accounts_truth(stage: Stage, folder: Path) -> None:
    """``truth/accounts.parquet``: which company each record of an organisation is.

    ``confused_with`` is what a record shares with those of other companies that it may be taken for.
    Employers that people of several companies name in one way are left out, and those that may be
    two companies have none.
    """
    write_parquet(stage, folder / "accounts.parquet", _TRUTH)


# How a name is written: with or without its legal form, in capitals, abbreviated, mistyped.
_MACROS = """
create macro bare_name(name) as
    trim(regexp_replace(name, ' (Ltd|GmbH|SARL|sp\\. z o\\.o\\.)$', ''));
create macro form_of(country) as
    case country when 'FR' then 'SARL' when 'DE' then 'GmbH' when 'PL' then 'Sp. z o.o.'
        when 'GR' then 'A.E.' else 'Ltd' end;
create macro long_form(name) as
    replace(replace(replace(replace(name, ' Ltd', ' Limited'), ' SARL', ' S.à r.l.'),
        ' GmbH', ' Gesellschaft mit beschränkter Haftung'), ' sp. z o.o.', ' spółka z o.o.');
create macro shortened(name) as
    replace(replace(replace(replace(name, ' International', ' Int''l'), ' Services', ' Svcs'),
        ' Technology', ' Tech'), ' & ', ' and ');
create macro said_name(name, country, id, salt) as
    case
        when u(id, 'said ' || salt) < {name_as_is} then name
        when u(id, 'said ' || salt) < {name_as_is} + {name_other_form} then
            case when bare_name(name) <> name then
                case when k(id, 'form ' || salt, 2) = 0 then bare_name(name) else long_form(name) end
            when regexp_matches(name, '[0-9]$') then upper(name)
            else name || ' ' || form_of(country) end
        when u(id, 'said ' || salt) < {name_as_is} + {name_other_form} + {name_shortened} then shortened(name)
        when u(id, 'said ' || salt) < {name_as_is} + {name_other_form} + {name_shortened} + {name_mistyped}
            and length(split_part(name, ' ', 1)) > 5 then typo(split_part(name, ' ', 1), id) || substr(name, length(split_part(name, ' ', 1)) + 1)
        else upper(name)
    end;
create macro number_of(country, no) as
    case country when 'FR' then '' else left(country, 2) || ' ' end
        || lpad(((no * 7907 + 12345) % 900000000 + 100000000)::varchar, 9, '0')
"""

# Accounts beside those that people work for. ``kin`` is the firm they have something in common with.
_OTHERS = """
create view leads_said as
select exported.*, case
    when exported.organisation is not null and u(rid, 'says otherwise') < {lead_says_otherwise}
        then said_name(exported.organisation, coalesce(firms.country, 'FR'), rid, 'lead')
    else exported.organisation
end as company_said
from exported
left join firms on firms.firm_no = exported.firm_no
where exported.source = 'salesforce_emea' and exported.kind = 'lead';
create table sold_to as
select f.*, s.firm_no is not null as in_salesforce, h.firm_no is not null as in_hubspot
from firms as f
left join (select distinct firm_no from exported where source = 'salesforce_emea' and firm_no is not null) as s
    on s.firm_no = f.firm_no
left join (select distinct firm_no from exported where source = 'hubspot_apac' and firm_no is not null) as h
    on h.firm_no = f.firm_no
where s.firm_no is not null or h.firm_no is not null;
create table other_places as
-- an address of the same country, in another city
select f.firm_no, g.city, g.city_fr, g.city_hk, g.state, g.postcode, g.street
from sold_to as f
inner join firms as g on g.country = f.country and g.city <> f.city
qualify row_number() over (partition by f.firm_no order by hash(g.firm_no, f.firm_no)) = 1;
create table other_accounts as
with
kinds as (
    select f.*, kind.kind, kind.no
    from sold_to as f
    cross join (values
        ('site', {site}, 1), ('subsidiary', {subsidiary}, 2), ('franchise', {franchise}, 3),
        ('namesake', {namesake}, 4), ('duplicate', {duplicate}, 5), ('merged_away', {merged_away}, 6)
    ) as kind (kind, rate, no)
    where u(f.firm_no, 'has ' || kind.kind) < kind.rate
        -- each kind of kin apart from the others, so that what is confused with what stays clear
        and (kind.kind in ('duplicate', 'merged_away')
            or kind.kind = pick(['site', 'subsidiary', 'franchise', 'namesake'], f.firm_no, 'kin'))
)
select
    kinds.no * 10000000 + kinds.firm_no as account_no,
    kinds.firm_no,
    kinds.kind,
    case when kinds.kind in ('duplicate', 'merged_away') then 'f' || kinds.firm_no
        else kinds.kind || ' of f' || kinds.firm_no end as company_id,
    kinds.country, kinds.dial, kinds.region, kinds.industry,
    case kinds.kind
        when 'subsidiary' then split_part(kinds.name, ' ', 1) || ' '
            || pick(['Immobilier', 'Assurances', 'Leasing', 'Pharma', 'Energy', 'Aviation'], kinds.firm_no, 'branch')
            || ' ' || form_of(kinds.country)
        when 'site' then kinds.name
            || case when u(kinds.firm_no, 'names its place') < 0.5 then ' ' || places.city else '' end
        else kinds.name
    end as name,
    case kinds.kind
        when 'franchise' then replace(kinds.domain, '.example', '-' || slug(places.city) || '.example')
        when 'namesake' then replace(kinds.domain, '.example', '-online.example')
        else kinds.domain
    end as domain,
    case when kinds.kind in ('duplicate', 'merged_away') then kinds.phone
        else left(kinds.phone, -6) || lpad(((kinds.firm_no * 7919 + 77 + kinds.no * 104729) % 1000000)::varchar, 6, '0')
    end as phone,
    case when kinds.kind in ('duplicate', 'merged_away', 'subsidiary') then kinds.street else places.street end as street,
    case when kinds.kind in ('duplicate', 'merged_away', 'subsidiary') then kinds.city else places.city end as city,
    case when kinds.kind in ('duplicate', 'merged_away', 'subsidiary') then kinds.city_fr else places.city_fr end as city_fr,
    case when kinds.kind in ('duplicate', 'merged_away', 'subsidiary') then kinds.city_hk else places.city_hk end as city_hk,
    case when kinds.kind in ('duplicate', 'merged_away', 'subsidiary') then kinds.state else places.state end as state,
    case when kinds.kind in ('duplicate', 'merged_away', 'subsidiary') then kinds.postcode else places.postcode end as postcode,
    case
        when kinds.kind in ('duplicate', 'merged_away', 'site') then kinds.firm_no
        else kinds.no * 10000000 + kinds.firm_no
    end as registered_as,
    kinds.in_salesforce,
    kinds.in_hubspot
from kinds
inner join other_places as places on places.firm_no = kinds.firm_no
"""

# What each CRM says of an account; ``said`` names its way of writing so that both differ.
_FACES = """
create table account_faces as
with
known as (
    select
        firm_no as account_no, firm_no, 'firm' as kind, 'f' || firm_no as company_id, country, dial,
        region, industry, name, domain, phone, street, city, city_fr, city_hk, state, postcode,
        firm_no as registered_as, in_salesforce, in_hubspot
    from sold_to
    union all
    select * from other_accounts
),
kin as (
    select distinct firm_no from other_accounts where kind not in ('duplicate', 'merged_away')
),
faces as (
    select 'salesforce_emea' as source, * from known where in_salesforce
    union all
    select 'hubspot_apac', * from known
    where in_hubspot and (kind = 'firm' or u(account_no, 'in both') < 0.5 or not in_salesforce)
        and kind not in ('duplicate', 'merged_away')
),
related as (
    select faces.*, kin.firm_no is not null as has_kin
    from faces
    left join kin on kin.firm_no = faces.firm_no
),
told as (
    select
        *,
        source = 'hubspot_apac' and kind = 'firm' and u(firm_no, 'renamed') < {renamed} as is_old_name,
        -- of companies that may be taken for one another there is more to know than a name
        case when has_kin then 1.0 else u(account_no, 'website') end as dice,
        u(account_no, 'number in ' || source) < case source when 'hubspot_apac' then 0.4 else 0.6 end
            or (kind = 'firm' and u(firm_no, 'renamed') < {renamed}) as shows_number
    from related
)
select
    source,
    account_no,
    kind,
    company_id,
    'f' || firm_no as confused_with,
    case
        when is_old_name then pick(['Alta', 'Borea', 'Cormo', 'Delvi', 'Estra', 'Favor', 'Gemma', 'Hexa'], firm_no, 'old name')
            || pick(['dyn', 'lux', 'mont', 'nova', 'plan', 'quest', 'tec', 'vista'], firm_no, 'old name 2')
            || ' ' || (firm_no % 97) || ' ' || form_of(country)
        -- the firms that people work for are written as their contacts write them
        when source = 'salesforce_emea' and kind = 'firm' then name
        else said_name(name, country, account_no, source)
    end as name,
    case
        when dice < {free_mail_website} then 'gmail.com'
        when dice < {free_mail_website} + {agency_website} then 'pages.webagency' || (1 + firm_no % 2) || '.example'
        when dice < {free_mail_website} + {agency_website} + {page_host} then 'facebook.com/' || slug(name) || account_no
        when dice < {free_mail_website} + {agency_website} + {page_host} + {no_website} then null
        else domain
    end as website,
    case when has_kin or u(account_no, 'phone in ' || source) < 0.8 then phone end as phone,
    dial, country, state, postcode, industry,
    case when has_kin or u(account_no, 'address in ' || source) < 0.8 then street end as street,
    case when has_kin or u(account_no, 'address in ' || source) < 0.8 then city_fr end as city_fr,
    case when has_kin or u(account_no, 'address in ' || source) < 0.8 then city_hk end as city_hk,
    case when shows_number or is_old_name then number_of(country, registered_as) end as registration_number,
    case when kind in ('site', 'subsidiary') and source = 'salesforce_emea' then firm_no end as parent_no,
    case when kind = 'merged_away' then firm_no end as merged_into_no,
    list_filter([
        case when kind <> 'firm' then kind end,
        case when is_old_name then 'renamed' end,
        case when dice < {free_mail_website} + {agency_website} + {page_host} then 'shared_domain' end,
        'spelling'
    ], lambda hard_case: hard_case is not null) as hard_cases
from told
"""

_TRUTH = """
with
named as (
    select
        source || ':employer:' || md5(concat_ws(
            '|', lower(trim(company_said)), nullif(split_part(lower(trim(email)), '@', 2), '')
        )) as record_id,
        firm_no,
        -- a name that others have as well, said from a private mailbox, is nobody's to find
        confused.firm_no is not null
            and coalesce(split_part(lower(trim(email)), '@', 2) <> firms.domain, true)
            as is_anybodys
    from leads_said
    inner join firms using (firm_no)
    left join (
        select distinct firm_no from other_accounts where kind in ('site', 'franchise', 'namesake')
    ) as confused using (firm_no)
    where company_said is not null
),
faces as (
    select
        source || case source when 'hubspot_apac' then ':company:' || (9000 + account_no)
            else ':account:' || sf_id('001', account_no) end as record_id,
        company_id, confused_with, hard_cases
    from account_faces
    union all
    select record_id, case when not bool_or(is_anybodys) then 'f' || min(firm_no) end,
        'f' || min(firm_no), ['employer']
    from named
    group by record_id
    having count(distinct firm_no) = 1
)
select record_id, company_id, confused_with, hard_cases from faces order by record_id
"""

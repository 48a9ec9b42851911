"""Contact records: what each source wrote of a person, with its spelling, its age and its errors.

Belongs here: which record exists, which of a person's values it shows, and how it got them wrong.
Does not belong here: the columns of a vendor's file (the vendor's writer). Tables made: records
(one row per contact-like record, all sources), case_counts (population and hits per hard case).
"""

from dagster_project.demo.stage import Stage

RECORD_CASES = (
    "nickname",
    "initial_only",
    "transliterated",
    "own_script",
    "swapped_names",
    "accents_dropped",
    "typing_error",
    "ocr_error",
    "placeholder_value",
    "plus_tag",
    "role_mailbox",
    "household_mailbox",
    "crm_duplicate",
    "crm_merged",
    "hubspot_merged",
    "converted_lead",
    "two_addresses",
)
"""Hard cases drawn per record; those of people (a move, a new job) show in whichever record they touch."""


def make_records(stage: Stage) -> None:
    """Fill ``records`` from people, profiles and firms."""
    rates, now = stage.plan.rates, stage.plan.now.strftime("%Y-%m-%d %H:%M:%S")
    latest = 3000 if stage.plan.day else 800_000
    stage.run(_SKELETON, now=now, latest=latest, **_presence(stage))
    stage.run(
        _FLAGS,
        now=now,
        **{name: rates.case(name) for name in RECORD_CASES},
    )
    stage.run(_VALUES)
    stage.run(_KNOWN_MAIL)
    stage.run(_ERRORS)
    stage.run(_RECORDS, now=now)
    if not stage.plan.day:
        stage.run(_NOT_CUSTOMERS, now=now)
    stage.run(_counts())
    stage.drop("skeleton", "flagged", "valued", "known_mail", "addressed", "spelt")


def make_views(stage: Stage, *, share: float = 1.0) -> None:
    """What the makers of events read; with ``base_records`` and ``changed`` on a later day."""
    later = stage.plan.day > 0
    stage.run(
        VIEWS,
        changed="union all by name select * from changed" if later else "",
        others="union all by name select *, false as is_new from base_records" if later else "",
        day=stage.plan.day,
        share=share,
    )


def _presence(stage: Stage) -> dict[str, object]:
    rates = stage.plan.rates
    shares: dict[str, object] = {
        name: value for name, value in rates.presence.items() if name.startswith("in_")
    }
    for name in ("crm_duplicate", "crm_merged", "hubspot_merged", "two_addresses"):
        shares[name] = rates.case(name)
    return shares


def _counts() -> str:
    """Population and hits of every hard case, people's cases counted in people."""
    per_record = " union all ".join(
        f"select '{name}' as hard_case, count(*) filter (e_{name}) as population, "
        f"count(*) filter (h_{name}) as hits from flagged"
        for name in RECORD_CASES
        if name not in {"crm_duplicate", "crm_merged", "hubspot_merged", "two_addresses"}
    )
    return f"create table case_counts as {per_record} {_PEOPLE_COUNTS};\n"


_PEOPLE_COUNTS = """
union all
select
    'crm_duplicate', count(*) filter (slot in (0, 8)), count(*) filter (slot in (1, 9))
from skeleton
union all
select 'crm_merged', count(*) filter (slot = 0), count(*) filter (slot = 2) from skeleton
union all
select 'hubspot_merged', count(*) filter (slot = 8), count(*) filter (slot = 10) from skeleton
union all
select
    'two_addresses',
    count(*) filter (slot = 24 and may_have_second),
    count(*) filter (slot = 25 and may_have_second)
from addressed
union all
select 'moved', count(*), count(*) filter (moved_at is not null) from homes
union all
select
    'job_change', count(*) filter (firm_no is not null), count(*) filter (former_firm_no is not null)
from people
union all
select
    'father_and_son',
    count(*) filter (size >= 2 and seat = 0),
    count(*) filter (is_father_or_son and seat = 0)
from people
union all
select
    'recycled_phone', count(*), count(*) filter (given_up_at is not null) from people
union all
select
    'changed_family_name', count(*) filter (gender = 'f'), count(*) filter (family_before is not null)
from people
"""

_SKELETON = """
create table skeleton as
with
present as (
    select
        pid,
        case when region = 'emea' then {in_salesforce_emea} else {in_salesforce_apac} end as sf,
        case when region = 'emea' then {in_hubspot_emea} else {in_hubspot_apac} end as hs
    from people where not is_stranger
),
slots as (
    select pid, unnest(list_concat(
        case when u(pid, 'in salesforce') < sf then list_concat(
            [0],
            case when u(pid, 'crm duplicate') < {crm_duplicate} then [1] else []::integer[] end,
            case when u(pid, 'crm merged') < {crm_merged} then [2] else []::integer[] end
        ) else []::integer[] end,
        case when u(pid, 'in leads') < {in_leads} then [3] else []::integer[] end,
        case when u(pid, 'in cases') < {in_case_requesters} then [4] else []::integer[] end,
        case when u(pid, 'in hubspot') < hs then list_concat(
            [8],
            case when u(pid, 'hubspot duplicate') < {crm_duplicate} then [9] else []::integer[] end,
            case when u(pid, 'hubspot merged') < {hubspot_merged} then [10] else []::integer[] end
        ) else []::integer[] end,
        case when u(pid, 'in mailchimp') < {in_mailchimp} then list_concat(
            [16],
            case when u(pid, 'mailchimp second') < {in_mailchimp_second} then [17] else []::integer[] end
        ) else []::integer[] end,
        case when u(pid, 'in sendgrid') < {in_sendgrid} then list_concat(
            [24],
            case when u(pid, 'sendgrid second') < {two_addresses} then [25] else []::integer[] end
        ) else []::integer[] end
    )) as slot
    from present
    union all
    select
        pid,
        case network when 'x' then 32 when 'facebook' then 33 when 'instagram' then 34 when 'mastodon' then 35 else 36 end
    from profiles
),
dated as (
    select
        s.pid,
        s.slot,
        s.pid * 64 + s.slot as rid,
        case when s.slot >= 32 then timestamp '{now}'
            - to_seconds(20000000 + (u(s.pid * 64 + s.slot, 'joined') * 250000000)::bigint)
        else least(
            p.first_seen_at + to_seconds((u(s.pid * 64 + s.slot, 'created') * 120 * 86400)::bigint),
            timestamp '{now}' - to_seconds(3600 + k(s.pid * 64 + s.slot, 'created late', {latest}))
        ) end as created_at
    from slots as s
    inner join people as p on p.pid = s.pid
)
select
    *,
    date_trunc('second', created_at + to_seconds(
        (pow(u(rid, 'updated'), 0.6) * date_diff('second', created_at, timestamp '{now}' - interval 30 minute))::bigint
    )) as updated_at
from dated;
"""
"""Slots: 0–2 Salesforce contact, its duplicate, its merged twin; 3 lead; 4 case by e-mail; 8–10
HubSpot likewise; 16–17 Mailchimp; 24–25 SendGrid; 32–36 profiles. ``rid`` is person × 64 + slot."""

_FLAGS = """
create table flagged as
with
joined as (
    select
        s.rid,
        s.slot,
        s.created_at,
        s.updated_at,
        p.*,
        s.slot in (0, 1, 2, 3, 8, 9, 10) as is_crm,
        s.slot in (0, 1, 2, 3, 8, 9, 10, 16, 17) as has_name,
        s.slot >= 32 as is_profile,
        r.network,
        -- who is in no CRM can have no handle or website there: such profiles show an address
        case
            when r.evidence in ('crm_handle', 'website') and r.network <> 'instagram'
                and bool_or(s.slot in (0, 1, 3, 8, 9)) over (partition by s.pid) is not true then 'bio_email'
            else r.evidence
        end as evidence,
        r.handle,
        p.former_firm_no is not null and s.updated_at < p.job_changed_at as in_former_job,
        p.moved_at is not null and s.updated_at < p.moved_at as at_former_address,
        p.family_before is not null and s.updated_at < p.renamed_at as has_former_name,
        f.has_role_mailbox
    from skeleton as s
    inner join people as p on p.pid = s.pid
    left join profiles as r
        on r.pid = s.pid
        and r.network = case s.slot when 32 then 'x' when 33 then 'facebook' when 34 then 'instagram'
            when 35 then 'mastodon' when 36 then 'bluesky' end
    left join firms as f
        on f.firm_no = case when p.former_firm_no is not null and s.updated_at < p.job_changed_at
            then p.former_firm_no else p.firm_no end
),
eligible as (
    select
        *,
        (has_name or (is_profile and evidence <> 'none')) and nickname is not null as e_nickname,
        is_crm as e_initial_only,
        has_name and coalesce(given_variant, given) || coalesce(family_variant, family) <> given || family as e_transliterated,
        slot in (8, 9, 32, 33, 35, 36) and given_native is not null and coalesce(evidence, '') <> 'none' as e_own_script,
        is_crm as e_swapped_names,
        has_name and plain(given || family) <> given || family as e_accents_dropped,
        has_name as e_typing_error,
        is_crm as e_ocr_error,
        is_crm as e_placeholder_value,
        slot in (3, 8, 9, 16) as e_plus_tag,
        is_crm and coalesce(has_role_mailbox, false) as e_role_mailbox,
        is_crm and size >= 2 and u(hid, 'household mailbox') < 0.2 as e_household_mailbox,
        slot = 3 and rid - 3 in (select rid from skeleton where slot = 0) as e_converted_lead
    from joined
)
select
    *,
    e_nickname and u(rid, 'nickname') < {nickname} as h_nickname,
    e_initial_only and u(rid, 'initial') < {initial_only} as h_initial_only,
    e_transliterated and u(rid, 'transliterated') < {transliterated} as h_transliterated,
    e_own_script and u(rid, 'own script') < {own_script} as h_own_script,
    e_swapped_names and u(rid, 'swapped') < {swapped_names} as h_swapped_names,
    e_accents_dropped and u(rid, 'accents') < {accents_dropped} as h_accents_dropped,
    e_typing_error and u(rid, 'typing') < {typing_error} as h_typing_error,
    e_ocr_error and u(rid, 'ocr') < {ocr_error} as h_ocr_error,
    e_placeholder_value and u(rid, 'placeholder') < {placeholder_value} as h_placeholder_value,
    e_plus_tag and u(rid, 'plus') < {plus_tag} as h_plus_tag,
    e_role_mailbox and u(rid, 'role') < {role_mailbox} as h_role_mailbox,
    e_household_mailbox and u(rid, 'household box') < {household_mailbox} as h_household_mailbox,
    e_converted_lead and u(rid, 'converted') < {converted_lead} as h_converted_lead
from eligible;
"""

_VALUES = """
create table valued as
with
homed as (
    select
        f.*,
        a.street as home_street,
        a.unit as home_unit,
        a.city as home_city,
        a.city_fr,
        a.city_hk,
        a.state as home_state,
        a.postcode as home_postcode,
        m.name as firm_name,
        m.domain as firm_domain,
        m.dial as firm_dial,
        m.phone as firm_phone,
        w.website as own_website,
        c.country_fr,
        c.country_hk
    from flagged as f
    inner join addresses as a
        on a.hid = f.hid and a.former = case when f.at_former_address then 1 else 0 end
    inner join countries as c on c.country = f.country
    left join firms as m on m.firm_no = case when f.in_former_job then f.former_firm_no else f.firm_no end
    left join websites as w on w.pid = f.pid
)
select
    *,
    case
        when is_profile and evidence = 'none' then null
        when h_own_script then given_native
        when h_initial_only then substr(given, 1, 1) || '.'
        when h_nickname then nickname
        when h_transliterated then coalesce(given_variant, given)
        else given
    end as given_shown,
    case
        when is_profile and evidence = 'none' then null
        when h_own_script then coalesce(family_native, family)
        when has_former_name then family_before
        when h_transliterated then coalesce(family_variant, family)
        else family
    end as family_shown,
    case
        when slot = 4 then email_1
        when h_placeholder_value and k(rid, 'placeholder kind', 4) = 0 then
            pick(['test@test.com', 'n/a', 'noemail@example.com', 'none@none.example'], rid, 'placeholder email')
        when h_household_mailbox then
            slug(family) || '.family' || hid::varchar || '@mail.example'
        when h_role_mailbox then pick(['info@', 'sales@', 'contact@'], firm_no, 'role') || firm_domain
        when is_father_or_son and is_crm and u(rid, 'father''s mailbox') < 0.12 and seat = 1 then
            slug(given) || '.' || slug(family) || '.home' || hid::varchar || '@mail.example'
        when slot = 25 then email_2
        when slot = 17 then coalesce(email_work, email_2)
        when slot = 24 then case when email_work is not null and u(pid, 'mailed at work') < 0.35 then email_work else email_1 end
        when slot = 16 then email_1
        when is_crm and firm_name is not null
            and u(rid, 'work mail') < case when slot < 3 then 0.42 when slot = 3 then 0.35 else 0.25 end then
            case when in_former_job then email_former else email_work end
        when is_crm and u(rid, 'second mail') < 0.1 then email_2
        when has_name then email_1
    end as email_chosen,
    case
        when given_up_at is not null and updated_at < given_up_at then number_recycled
        when takes_number and updated_at >= taken_at then number_recycled
        else mobile
    end as mobile_chosen,
    (given_up_at is not null and updated_at < given_up_at) or (takes_number and updated_at >= taken_at) as h_recycled_phone
from homed;
"""

_KNOWN_MAIL = """
create table known_mail as
-- addresses of a person that a CRM or the newsletter has: what we write to
select pid, list(distinct email_chosen order by email_chosen) as addresses, bool_or(slot = 8) as is_in_hubspot
from valued
where is_crm
    and email_chosen in (email_1, email_2, coalesce(email_work, email_1), coalesce(email_former, email_1))
    and not (is_crm and u(rid, 'no email') < 0.07)
group by pid;
create table addressed as
select
    v.* exclude (email_chosen),
    coalesce(len(m.addresses), 0) >= 2 or coalesce(m.is_in_hubspot, false) as may_have_second,
    m.addresses[1] as known_address,
    v.slot = 24 and m.pid is null and v.pid in (select pid from valued where is_crm)
        and u(v.rid, 'mailed all the same') > 0.08 as is_never_mailed,
    case
        when v.slot in (4, 16) and m.pid is not null and u(v.rid, 'own address') < 0.82
            then m.addresses[1 + k(v.pid, 'which address', len(m.addresses))]
        when v.slot = 24 and m.pid is not null and u(v.rid, 'unseen address') >= 0.02
            then m.addresses[1 + k(v.pid, 'which address', len(m.addresses))]
        when v.slot = 25 and len(m.addresses) >= 2
            then m.addresses[1 + (k(v.pid, 'which address', len(m.addresses)) + 1) % len(m.addresses)]
        when v.slot = 25 then case when list_contains(m.addresses, v.email_2) then v.email_1 else v.email_2 end
        else v.email_chosen
    end as email_chosen
from valued as v
left join known_mail as m on m.pid = v.pid;
"""

_ERRORS = """
create table spelt as
with
worded as (
    select
        *,
        case when h_accents_dropped then plain(given_shown) else given_shown end as given_plain,
        case when h_accents_dropped then plain(family_shown) else family_shown end as family_plain,
        case
            when h_plus_tag and email_chosen like '%@%' then
                replace(email_chosen, '@', pick(['+news@', '+quay@', '+shop@', '+2026@'], rid, 'plus word'))
            else email_chosen
        end as email_tagged,
        k(rid, 'typing field', 4) as typing_field,
        k(rid, 'placeholder kind', 4) as placeholder_kind
    from addressed
    where (slot <> 25 or may_have_second) and not is_never_mailed
),
wrong as (
    select
        *,
        case
            when h_placeholder_value and placeholder_kind = 3 then pick(['n/a', 'N/A', '-', 'Unknown'], rid, 'placeholder name')
            when h_typing_error and typing_field = 0 then typo(given_plain, rid)
            else given_plain
        end as given_wrong,
        case
            when h_typing_error and typing_field = 1 then typo(family_plain, rid)
            when h_ocr_error and k(rid, 'ocr field', 2) = 0 then ocr(family_plain)
            else family_plain
        end || case
            when is_father_or_son and is_crm and u(rid, 'suffix') < 0.3 then case seat when 0 then ' Sr' else ' Jr' end
            else ''
        end as family_wrong,
        case
            when h_typing_error and typing_field = 2 and is_crm and email_tagged like '%@%' then
                typo(split_part(email_tagged, '@', 1), rid) || '@' || split_part(email_tagged, '@', 2)
            when h_ocr_error and k(rid, 'ocr field', 2) = 1 and email_tagged like '%@%' then
                ocr(split_part(email_tagged, '@', 1)) || '@' || split_part(email_tagged, '@', 2)
            else email_tagged
        end as email_wrong
    from worded
)
select
    *,
    case when h_swapped_names then family_wrong else given_wrong end as given_name,
    case when h_swapped_names then given_wrong else family_wrong end as family_name_any,
    case
        when not is_crm then null
        when h_placeholder_value and placeholder_kind = 2 then date '1900-01-01'
        when slot in (0, 1, 2, 8, 9, 10)
            and u(rid, 'birth') < case when is_father_or_son then 0.94 when slot < 8 then 0.78 else 0.74 end then birth_date
    end as birth_shown,
    u(rid, 'mobile') < case when is_father_or_son and slot < 20 and slot <> 4 then 0.97 when slot in (0, 1, 2) then 0.84 when slot = 3 then 0.8 when slot in (8, 9, 10) then 0.90 when slot = 16 then 0.5 when slot = 17 then 0.7 else 0 end as shows_mobile,
    u(rid, 'landline') < case when slot in (0, 1, 2) then 0.4 when slot = 3 then 0.15 when slot in (8, 9) then 0.22 else 0 end as shows_landline,
    is_crm and firm_phone is not null and u(rid, 'firm phone') < 0.25 as shows_firm_phone,
    u(rid, 'address') < case when slot in (0, 1, 2) then 0.86 when slot = 3 then 0.7 when slot in (8, 9, 10) then 0.84 when slot in (16, 17) then 0.4 else 0 end as shows_address,
    case
        when slot in (0, 1, 2, 3) then
            case when country = 'FR' then pick([2, 2, 2, 5, 3, 1], rid, 'phone style')
                else pick([1, 1, 0, 4], rid, 'phone style') end
        when slot in (8, 9, 10) then
            case when country = 'HK' then pick([2, 3, 1, 0], rid, 'phone style')
                else pick([0, 1, 1], rid, 'phone style') end
        else 1
    end as phone_style,
    case
        when own_website is null or not is_crm then null
        when u(rid, 'shows website') < 0.75 then own_website
    end as website_shown
from wrong;
"""

_RECORDS = """
create table records as
with
handles as (
    select pid, min(handle) filter (network = 'x') as x_handle,
        min(handle) filter (network = 'instagram' and evidence = 'crm_handle') as other_handle,
        bool_or(evidence = 'crm_handle') as is_known
    from profiles group by pid
),
shaped as (
    select
        s.*,
        case
            when slot in (0, 1, 2) then sf_id('003', rid)
            when slot = 3 then sf_id('00Q', rid)
            when slot in (8, 9, 10) then (100000000000 + rid)::varchar
            when slot = 32 then (1200000000 + rid * 7)::varchar
            when slot = 33 then (10150000000000000 + rid * 13)::varchar
            when slot = 34 then (17841400000000000 + rid * 3)::varchar
            when slot = 35 then (109200000000000000 + rid * 101)::varchar
            when slot = 36 then 'did:plc:' || translate(substr(md5('did' || rid::varchar), 1, 24), '0189', 'wxyz')
            else md5(lower(trim(email_wrong)))
        end as native_id,
        case when h.is_known and is_crm and u(rid, 'shows handle') < 0.85 then coalesce(h.x_handle, h.other_handle) end as known_handle,
        case when slot = 8 and second_email <> email_wrong and u(rid, 'second on file') < 0.85
            then second_email end as email_extra
    from spelt as s
    left join (
        select rid - 17 as hubspot_rid, email_chosen as second_email from addressed where slot = 25
    ) as second on second.hubspot_rid = s.rid
    left join handles as h on h.pid = s.pid
)
select
    rid,
    case
        when slot < 8 then 'salesforce_emea' when slot < 16 then 'hubspot_apac'
        when slot < 24 then 'mailchimp_emea' when slot < 32 then 'sendgrid_global'
        else network || '_quay'
    end as source,
    case
        when slot in (0, 1, 2, 8, 9, 10) then 'contact' when slot = 3 then 'lead'
        when slot = 4 then 'case_requester' when slot in (16, 17) then 'member'
        when slot in (24, 25) then 'recipient' when slot = 35 then 'account'
        when slot = 36 then 'profile' else 'user'
    end as kind,
    slot,
    native_id,
    pid,
    hid,
    'person' as record_kind,
    region,
    culture,
    country,
    case when slot < 8 and slot <> 4 then country_fr when slot in (8, 9, 10) then country_hk end as country_shown,
    created_at,
    updated_at,
    case
        when slot in (24, 25, 34) then null
        when slot < 8 and u(rid, 'capitals') < 0.25 then upper(family_name_any)
        else family_name_any
    end as family_name,
    case when slot in (24, 25, 34) then null else given_name end as given_name,
    case
        when slot in (24, 25, 34) then null
        when is_profile and evidence = 'none' then upper(substr(handle, 1, 1)) || substr(handle, 2)
        when is_profile and h_own_script and culture = 'zh' then family_name_any || given_name
        when is_profile and network = 'mastodon' and u(rid, 'first name only') < 0.2 then given_name
        when slot in (8, 9, 10, 33) and culture = 'zh' and u(rid, 'family first') < 0.3 then family_name_any || ' ' || given_name
        else trim(coalesce(given_name, '') || ' ' || coalesce(family_name_any, ''))
    end as full_name,
    birth_shown as birth_date,
    case
        when is_crm and not h_role_mailbox and u(rid, 'no email') < 0.07 then null
        when is_crm and u(rid, 'email capitals') < 0.06 then
            upper(substr(email_wrong, 1, 1)) || substr(email_wrong, 2)
        else email_wrong
    end as email,
    email_extra,
    case
        when h_placeholder_value and placeholder_kind = 1 then pick(['000-0000', '0000000000', 'n/a', '0123456789'], rid, 'placeholder phone')
        when shows_landline then shown_phone(dial, landline, phone_style)
        when shows_firm_phone then shown_phone(firm_dial, firm_phone, case when firm_dial = dial then phone_style else 1 end)
    end as phone,
    case when shows_mobile then shown_phone(dial, mobile_chosen, phone_style) end as mobile,
    case
        when not shows_address then null
        when slot in (16, 17) then concat_ws('  ', home_street, home_city, home_postcode, country)
        when slot in (0, 1, 2) then
            case when h_typing_error and typing_field = 3 then typo(home_street, rid)
                when u(rid, 'street style') < 0.3 then replace(replace(home_street, 'avenue', 'av.'), 'boulevard', 'bd')
                else home_street end
            || coalesce(chr(10) || home_unit, '')
        else
            coalesce(home_unit || ', ', '')
            || case when h_typing_error and typing_field = 3 then typo(plain(home_street), rid)
                when u(rid, 'street style') < 0.4 then replace(replace(replace(plain(home_street), 'Road', 'Rd'), 'Street', 'St'), 'Avenue', 'Ave')
                else plain(home_street) end
    end as street,
    case
        when not shows_address or slot in (16, 17) then null
        when slot < 8 then city_fr
        else city_hk
    end as city,
    case when shows_address and is_crm then home_state end as state,
    case when shows_address and is_crm then home_postcode end as postcode,
    home_city as true_city,
    case when is_crm then firm_name end as organisation,
    case when is_crm then case when in_former_job then former_firm_no else firm_no end end as firm_no,
    case when is_crm then title end as title,
    language,
    network,
    evidence,
    case when is_profile then handle else known_handle end as handle,
    case
        when is_profile then case when evidence = 'website' then own_website end
        else website_shown
    end as website,
    case when is_profile and evidence = 'bio_email' then coalesce(known_address, email_1) end as bio_email,
    case
        when slot = 2 then sf_id('003', rid - 2)
        when slot = 10 then (100000000000 + rid - 2)::varchar
    end as merged_into,
    h_converted_lead as is_converted,
    u(rid, 'opted out') < 0.07 as is_opted_out,
    (shows_mobile or shows_landline) and size >= 2 and shows_landline as shows_shared_phone,
    words(concat_ws(' ',
        case when slot in (1, 9) then 'crm_duplicate' end,
        case when slot = 2 then 'crm_merged' end,
        case when slot = 10 then 'hubspot_merged' end,
        case when h_converted_lead then 'converted_lead' end,
        case when slot in (17, 25) then 'two_addresses' end,
        case when h_nickname and not h_own_script and not h_initial_only then 'nickname' end,
        case when h_initial_only and not h_own_script then 'initial_only' end,
        case when h_transliterated then 'transliterated' end,
        case when h_own_script then 'own_script' end,
        case when h_swapped_names then 'swapped_names' end,
        case when h_accents_dropped then 'accents_dropped' end,
        case when h_typing_error then 'typing_error' end,
        case when h_ocr_error then 'ocr_error' end,
        case when h_placeholder_value then 'placeholder_value' end,
        case when h_plus_tag then 'plus_tag' end,
        case when h_role_mailbox then 'role_mailbox' end,
        case when h_household_mailbox then 'household_mailbox' end,
        case when shows_landline and size >= 2 then 'household_phone' end,
        case when is_father_or_son and has_name then 'father_and_son' end,
        case when h_recycled_phone and shows_mobile then 'recycled_phone' end,
        case when in_former_job and is_crm then 'job_change' end,
        case when at_former_address and shows_address then 'moved' end,
        case when has_former_name and has_name then 'changed_family_name' end,
        case when evidence = 'name_city' then 'name_only_profile' end,
        case when evidence = 'none' then 'pseudonymous_profile' end
    )) as hard_cases
from shaped
qualify row_number() over (partition by source, kind, native_id order by rid) = 1;
"""

_NOT_CUSTOMERS = """
insert into records by name
select
    (1::bigint << 40) + firm_no * 8 + slot as rid,
    case slot when 16 then 'mailchimp_emea' else 'sendgrid_global' end as source,
    case slot when 16 then 'member' else 'recipient' end as kind,
    slot,
    md5(email) as native_id,
    'shared_mailbox' as record_kind,
    region,
    country,
    timestamp '{now}' - to_days(300 + k(firm_no, 'role since', 900)::integer) as created_at,
    timestamp '{now}' - to_days(3 + k(firm_no, 'role changed', 250)::integer) as updated_at,
    email,
    false as is_converted,
    false as is_opted_out,
    ['role_mailbox'] as hard_cases
from (
    select
        *,
        unnest([16, 24]) as slot,
        pick(['info@', 'sales@', 'contact@'], firm_no, 'role') || domain as email
    from firms
    where has_role_mailbox and u(firm_no, 'role mailed') < 0.6
);
insert into records by name
select
    (3::bigint << 40) + row_number() over (order by source, native_id) as rid,
    source,
    kind,
    slot,
    native_id,
    record_kind,
    'emea' as region,
    'FR' as country,
    given_name,
    family_name,
    full_name,
    email,
    handle,
    split_part(source, '_', 1) as network,
    timestamp '2021-03-01 09:00:00' as created_at,
    timestamp '2026-06-01 09:00:00' as updated_at,
    'Quay' as organisation,
    false as is_converted,
    false as is_opted_out,
    []::varchar[] as hard_cases
from (values
    ('x_quay', 'user', 32, '99', 'brand', null, null, 'Quay', null, 'quaybrand'),
    ('facebook_quay', 'user', 33, '514435155248879', 'brand', null, null, 'Quay', null, null),
    ('instagram_quay', 'user', 34, '17841400008460056', 'brand', null, null, 'quay', null, 'quay'),
    ('mastodon_quay', 'account', 35, '1', 'brand', null, null, 'Quay', null, 'quay'),
    ('bluesky_quay', 'profile', 36, 'did:plc:quayquayquayquayquayquay', 'brand', null, null, 'Quay', null, 'quay.example.org'),
    ('x_quay', 'user', 32, '1100000001', 'employee', null, null, 'Léa at Quay', null, 'lea_at_quay'),
    ('x_quay', 'user', 32, '1100000002', 'employee', null, null, 'Hugh (Quay support)', null, 'hugh_at_quay'),
    ('mastodon_quay', 'account', 35, '109100000000000001', 'employee', null, null, 'Léa Vasseur', null, 'lea_at_quay'),
    ('bluesky_quay', 'profile', 36, 'did:plc:leaatquayleaatquayleaatq', 'employee', null, null, 'Léa Vasseur', null, 'lea.quay.example.org'),
    ('salesforce_emea', 'contact', 0, sf_id('003', 70000000001), 'employee', 'Léa', 'Vasseur', 'Léa Vasseur', 'lea.vasseur@quay.example.org', null),
    ('salesforce_emea', 'contact', 0, sf_id('003', 70000000002), 'employee', 'Hugh', 'Ashworth', 'Hugh Ashworth', 'hugh.ashworth@quay.example.org', null),
    ('mailchimp_emea', 'member', 16, md5('lea.vasseur@quay.example.org'), 'employee', 'Léa', 'Vasseur', 'Léa Vasseur', 'lea.vasseur@quay.example.org', null)
) as staff (source, kind, slot, native_id, record_kind, given_name, family_name, full_name, email, handle);
"""
"""Role mailboxes the newsletter reaches, the brand's own accounts, and staff who post or subscribe."""


VIEWS = """
create view exported as select * from records {changed};
create view known_records as
select *, true as is_new from records
{others};
create view mailed as select * from known_records where slot in (24, 25);
create view contacts as
select * from known_records where is_new or u(rid, 'active on {day}') < {share} * 0.3;
create view authors as
select rid, network, pid, language, handle, native_id, evidence, record_kind
from known_records
where slot >= 32 and record_kind in ('person', 'employee') and coalesce(pid, 0) >= 0
    and (is_new or u(rid, 'speaks on {day}') < {share} * 1.7);
create view member_states as
select
    *,
    case
        when record_kind = 'person' and u(rid, 'list status') < 0.06 then 'unsubscribed'
        when record_kind = 'person' and u(rid, 'list status') < 0.085 then 'cleaned'
        else 'subscribed'
    end as status
from known_records where slot in (16, 17);
create view authors_shown as
select
    * exclude (handle, website),
    case when network = 'bluesky' and record_kind <> 'person' then handle
        when network = 'bluesky' and evidence = 'website' and u(rid, 'own domain') < 0.5 then website
        when network = 'bluesky' then replace(handle, '_', '-') || '.bsky.example'
        when network = 'mastodon' and host <> 'social.example' then handle || '@' || host
        else handle end as acct,
    handle,
    website
from (
    select
        *,
        case when record_kind <> 'person' then 'social.example'
            else pick(['hachyderm.example', 'mastodon.example.org', 'toot.example', 'social.example'], rid, 'host') end as host,
        case when record_kind = 'person' and evidence <> 'none' and u(rid, 'shows city') < 0.85 then true_city end as shown_city,
        case
            when record_kind = 'brand' then 'Quay. Tools for your week. Support: help@quay.example.org'
            when record_kind = 'employee' then 'I work at Quay. Opinions mine.'
            when evidence = 'impersonation' then 'Tools for your week. Official support, write to us here.'
            when evidence = 'namesake' then 'A small shop by the water.'
            when bio_email is not null then
                pick(['design, tea, trains', 'photos & long walks', 'parent of two', 'maker of things', 'cyclist'], rid, 'bio')
                || pick([' | ', ' · mail: ', ' — '], rid, 'bio dash') || bio_email
            when u(rid, 'has bio') < 0.7 then
                pick(['coffee first', 'design, tea, trains', 'here for the memes', 'photos & long walks', 'views my own', 'maker of things', 'football, mostly', '香港人', 'lectrice, marcheuse'], rid, 'bio')
        end as bio
    from known_records where slot >= 32
);
"""
"""What the makers of events and files read; on a later day, people of the base world act as well."""

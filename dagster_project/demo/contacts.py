"""Contact records straight in the shape identity reads, for runs too large for vendors' files.

Belongs here: the columns of the intermediate contact tables. Does not belong here: how staging
derives them from a vendor's rows; a record must only look the same.
"""

from pathlib import Path

from dagster_project.demo.files import write_parquet
from dagster_project.demo.stage import Stage


def write_contacts(stage: Stage, folder: Path) -> None:
    """``int_contact_{records,identifiers,addresses}.parquet``."""
    write_parquet(stage, folder / "int_contact_records.parquet", RECORDS)
    write_parquet(stage, folder / "int_contact_identifiers.parquet", IDENTIFIERS)
    write_parquet(stage, folder / "int_contact_addresses.parquet", ADDRESSES)


_ID = "source || ':' || kind || ':' || native_id"

RECORDS = f"""
select
    {_ID} as record_id,
    source,
    split_part(source, '_', 1) as vendor,
    kind as record_type,
    native_id,
    'quay' as brand,
    case source when 'salesforce_emea' then 'emea' when 'mailchimp_emea' then 'emea' when 'hubspot_apac' then 'apac'
        when 'facebook_quay' then 'emea' when 'mastodon_quay' then 'emea' when 'instagram_quay' then 'apac' else 'global' end as region,
    case source when 'salesforce_emea' then 'FR' when 'mailchimp_emea' then 'FR' when 'facebook_quay' then 'FR'
        when 'hubspot_apac' then 'HK' when 'instagram_quay' then 'HK' end as default_country,
    case when record_kind = 'bad_row' then 'person' else record_kind end as kind,
    given_name,
    family_name,
    full_name,
    birth_date,
    organisation,
    title,
    language,
    case when slot < 20 then country when slot = 32 then null end as country,
    case when source = 'salesforce_emea' and firm_no is not null then 'salesforce_emea:account:' || sf_id('001', firm_no)
        when source = 'hubspot_apac' and firm_no is not null then 'hubspot_apac:company:' || (9000 + firm_no) end as account_id,
    created_at::timestamptz as created_at,
    updated_at::timestamptz as updated_at,
    case when slot = 2 then updated_at::timestamptz end as deleted_at,
    case when merged_into is not null then source || ':contact:' || merged_into
        when is_converted then 'salesforce_emea:contact:' || sf_id('003', rid - 3) end as merged_into,
    case when slot >= 32 then bio end as bio
from (
    select r.*, a.bio from records as r left join (select rid, bio from authors_shown) as a on a.rid = r.rid
)
order by record_id
"""

IDENTIFIERS = f"""
with
values_shown as (
    select {_ID} as record_id, 'email' as kind, null as network, email as value_raw, lower(trim(email)) as value_norm, false as is_verified, created_at, updated_at
    from records where email is not null
    union all
    select {_ID}, 'email', null, email_extra, lower(email_extra), false, created_at, updated_at from records where email_extra is not null
    union all
    select {_ID}, 'email', null, bio_email, lower(bio_email), false, created_at, updated_at from records where bio_email is not null
    union all
    select {_ID}, 'phone', null, phone, regexp_replace(phone, '[^0-9+]', '', 'g'), false, created_at, updated_at from records where phone is not null
    union all
    select {_ID}, 'phone', null, mobile, regexp_replace(mobile, '[^0-9+]', '', 'g'), false, created_at, updated_at from records where mobile is not null
    union all
    select {_ID}, 'handle', 'x', '@' || handle, lower(handle), false, created_at, updated_at from records where handle is not null and slot < 16
    union all
    select source || ':' || kind || ':' || native_id, 'handle', network, coalesce(acct, handle), lower(coalesce(acct, handle)), true, created_at, updated_at
    from authors_shown where network <> 'facebook'
    union all
    select {_ID}, 'url', null, 'https://' || website, lower(website), slot = 35, created_at, updated_at from records where website is not null
)
select
    record_id, kind, network, value_raw, value_norm, is_verified,
    created_at::timestamptz as first_seen_at, updated_at::timestamptz as last_seen_at
from values_shown
order by record_id, kind, value_norm, value_raw
"""

ADDRESSES = f"""
select {_ID} as record_id, street, city, state, postcode as postal_code, coalesce(country_shown, country) as country
from records
where street is not null or city is not null
order by record_id
"""

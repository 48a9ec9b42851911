with

records as (

    select * from {{ ref('int_contact_records') }}

),

contacts as (

    select * from {{ ref('int_contacts_unioned') }}

),

listed as (

    select * from {{ source('config', 'conversation_lists') }}

),

-- names of the brand's own accounts, as they look
brand_names as (

    select
        {{ replaced(skeleton('shown_name'), '[^\\pL\\pN]+', ' ') }} as look,
        min(lower(shown_name)) as plain_name
    from (
        select records.full_name as shown_name
        from records
        where records.kind = 'brand'
        union all
        select contacts.handle as shown_name
        from contacts
        inner join records
            on contacts.record_id = records.record_id
        where records.kind = 'brand'
    ) as names
    where length(shown_name) >= 3 and shown_name not like '%.%'
    group by look

),

named_accounts as (

    select
        records.record_id,
        'name' as shown_in,
        records.full_name as shown_name
    from records
    where
        records.kind = 'person'
        and records.record_type in ('user', 'account', 'profile')
        and records.full_name is not null

    union all

    select
        records.record_id,
        'handle' as shown_in,
        split_part(split_part(contacts.handle, '@', 1), '.', 1) as shown_name
    from records
    inner join contacts
        on records.record_id = contacts.record_id
    where
        records.kind = 'person'
        and records.record_type in ('user', 'account', 'profile')
        and contacts.handle is not null

),

looks as (

    select
        named_accounts.record_id,
        named_accounts.shown_in,
        lower(named_accounts.shown_name) as plain_name,
        trim({{ replaced(
            skeleton(replaced('named_accounts.shown_name', '[0-9]+$', '')), '[^\\pL\\pN]+', ' '
        ) }}) as look
    from named_accounts

),

alike as (

    select
        looks.record_id,
        looks.shown_in,
        brand_names.look as brand_look,
        looks.plain_name not like concat(brand_names.plain_name, '%') as has_confusables,
        trim(substr(looks.look, length(brand_names.look) + 1)) as rest
    from looks
    inner join brand_names
        on looks.look like concat(brand_names.look, '%')

),

rest_words as (

    select
        alike.*,
        {{ unnested(split_parts('alike.rest', ' ')) }} as word
    from alike

),

service_words as (

    select {{ skeleton('value') }} as word
    from listed
    where kind = 'brand_word'
    group by word

),

pretending as (

    select
        rest_words.record_id,
        rest_words.shown_in,
        rest_words.brand_look,
        max(case when rest_words.has_confusables then 1 else 0 end) = 1 as has_confusables,
        max(rest_words.rest) as rest
    from rest_words
    left join service_words
        on rest_words.word = service_words.word
    group by rest_words.record_id, rest_words.shown_in, rest_words.brand_look
    having count(*) = count(*) filter (
        where rest_words.word = '' or service_words.word is not null
    )

),

impostors as (

    select
        pretending.record_id,
        min(concat_ws(
            '_',
            pretending.shown_in,
            case
                when pretending.has_confusables then 'looks_like_ours'
                when pretending.rest = '' then 'is_ours'
                else 'adds_a_service'
            end
        )) as evidence
    from pretending
    inner join contacts
        on pretending.record_id = contacts.record_id
    left join listed
        on
            listed.kind = 'genuine'
            and contacts.handle = listed.value
    where listed.value is null and not coalesce(contacts.is_own_account, false)
    group by pretending.record_id

)

select * from impostors

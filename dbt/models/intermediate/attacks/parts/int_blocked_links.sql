with

pointed as (

    select * from {{ ref('int_post_pointers') }}

),

listed as (

    select * from {{ source('config', 'conversation_lists') }}

),

-- a domain and those above it, so that a blocked one is met by equality
sites as (

    select
        message_id,
        split_part(split_part(pointer, '/', 1), ':', 1) as site
    from pointed
    where is_link

),

domains as (

    select
        message_id,
        {{ unnested(list_of([
            'site',
            extracted('site', '([^.]+[.][^.]+)$'),
            extracted('site', '([^.]+[.][^.]+[.][^.]+)$'),
        ])) }} as domain
    from sites

),

blocked as (

    select
        domains.message_id,
        min(listed.value) as domain
    from domains
    inner join listed
        on
            listed.kind = 'blocked_domain'
            and domains.domain = listed.value
    group by domains.message_id

)

select * from blocked

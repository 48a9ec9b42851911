with

x_post_rows as (

    select * from {{ ref('stg_x__posts') }}

),

x_compliance_rows as (

    select * from {{ ref('stg_x__compliance_events') }}

),

facebook_post_rows as (

    select * from {{ ref('stg_facebook__posts') }}

),

facebook_comment_rows as (

    select * from {{ ref('stg_facebook__comments') }}

),

instagram_media_rows as (

    select * from {{ ref('stg_instagram__media') }}

),

instagram_comment_rows as (

    select * from {{ ref('stg_instagram__comments') }}

),

mastodon_status_rows as (

    select * from {{ ref('stg_mastodon__statuses') }}

),

bluesky_post_rows as (

    select * from {{ ref('stg_bluesky__posts') }}

),

zendesk_comment_rows as (

    select * from {{ ref('stg_zendesk__comments') }}

),

zendesk_ticket_rows as (

    select * from {{ ref('stg_zendesk__tickets') }}

),

zendesk_user_rows as (

    select * from {{ ref('stg_zendesk__users') }}

),

discourse_post_rows as (

    select * from {{ ref('stg_discourse__posts') }}

),

discourse_topic_rows as (

    select * from {{ ref('stg_discourse__topics') }}

),

discourse_category_rows as (

    select * from {{ ref('stg_discourse__categories') }}

),

shaped as (

    select
        cast(null as varchar) as message_id,
        cast(null as varchar) as source,
        cast(null as varchar) as vendor,
        cast(null as varchar) as brand,
        cast(null as varchar) as region,
        cast(null as varchar) as author_record_id,
        cast(null as varchar) as addressee_record_id,
        cast(null as varchar) as parent_message_id,
        cast(null as varchar) as thread_id,
        cast(null as varchar) as page_account,
        cast(null as varchar) as case_id,
        cast(null as varchar) as author_role,
        cast(null as varchar) as auto_reason,
        cast(null as varchar) as deleted_by,
        cast(null as varchar) as division,
        cast(null as varchar) as body_text,
        cast(null as varchar) as links,
        cast(null as varchar) as language,
        cast(null as varchar) as visibility,
        cast(null as bigint) as like_count,
        cast(null as bigint) as reply_count,
        cast(null as bigint) as view_count,
        cast(null as bigint) as version_number,
        cast(null as boolean) as is_hidden,
        cast(null as boolean) as is_from_own_archive,
        cast(null as boolean) as is_repost,
        cast(null as boolean) as is_edited,
        cast(null as boolean) as is_accepted_answer,
        cast(null as {{ instant_type() }}) as created_at,
        cast(null as {{ instant_type() }}) as client_created_at,
        cast(null as {{ instant_type() }}) as settled_at,
        cast(null as {{ instant_type() }}) as edited_at,
        cast(null as {{ instant_type() }}) as deleted_at
    where false

),

x_instructions as (

    select
        message_id,
        action,
        reason,
        redacted_at
    from x_compliance_rows
    qualify
        row_number() over (
            partition by message_id
            order by redacted_at desc nulls last, compliance_event_id asc
        ) = 1

),

-- an edit on X is a new post that names its older versions
x_versions as (

    select
        source,
        message_id as current_message_id,
        native_id as current_id,
        {{ unnested(all_extracted('edit_history_ids', '([0-9]+)')) }} as version_id
    from x_post_rows
    where edit_history_ids <> '["' || native_id || '"]'

),

x_replaced as (

    select
        source || ':post:' || version_id as message_id,
        current_message_id
    from x_versions
    where lpad(version_id, 30, '0') < lpad(current_id, 30, '0')
    qualify
        row_number() over (
            partition by source, version_id
            order by lpad(current_id, 30, '0') desc
        ) = 1

),

x_edited as (

    select current_message_id as message_id
    from x_replaced
    group by current_message_id

),

x_posts as (

    select
        x_post_rows.message_id,
        x_post_rows.source,
        'x' as vendor,
        x_post_rows.brand,
        x_post_rows.region,
        x_post_rows.author_record_id,
        x_post_rows.addressee_record_id,
        coalesce(parents.current_message_id, x_post_rows.parent_message_id) as parent_message_id,
        coalesce(threads.current_message_id, x_post_rows.thread_id) as thread_id,
        x_post_rows.body_text,
        x_post_rows.links,
        x_post_rows.language,
        'public' as visibility,
        x_post_rows.like_count,
        x_post_rows.reply_count,
        x_post_rows.view_count,
        coalesce(
            length(x_post_rows.edit_history_ids)
            - length(replace(x_post_rows.edit_history_ids, ',', '')) + 1,
            1
        ) as version_number,
        false as is_hidden,
        x_post_rows.author_record_id is null as is_from_own_archive,
        x_post_rows.is_repost,
        case
            when x_edited.message_id is not null then true
            when x_post_rows.edit_history_ids is not null then false
        end as is_edited,
        x_post_rows.created_at,
        case when x_edited.message_id is not null then x_post_rows.created_at end as edited_at,
        coalesce(
            case when x_instructions.action = 'delete' then x_instructions.redacted_at end,
            x_post_rows.deleted_at
        ) as deleted_at,
        case
            when x_instructions.action <> 'delete' then null
            when x_instructions.reason in ('deleted', 'deactivated', 'protected') then 'author'
            when x_instructions.reason in ('suspended', 'bounced') then 'network'
        end as deleted_by
    from x_post_rows
    left join x_instructions
        on x_post_rows.message_id = x_instructions.message_id
    left join x_edited
        on x_post_rows.message_id = x_edited.message_id
    left join x_replaced
        on x_post_rows.message_id = x_replaced.message_id
    left join x_replaced as parents
        on x_post_rows.parent_message_id = parents.message_id
    left join x_replaced as threads
        on x_post_rows.thread_id = threads.message_id
    where x_replaced.message_id is null

),

facebook_posts as (

    select
        message_id,
        source,
        'facebook' as vendor,
        brand,
        region,
        author_record_id,
        message_id as thread_id,
        page_id as page_account,
        body_text,
        'public' as visibility,
        is_hidden,
        created_at,
        deleted_at
    from facebook_post_rows

),

facebook_comments as (

    select
        message_id,
        source,
        'facebook' as vendor,
        brand,
        region,
        author_record_id,
        parent_message_id,
        post_message_id as thread_id,
        page_id as page_account,
        body_text,
        case when is_private then 'private' else 'public' end as visibility,
        like_count,
        reply_count,
        is_hidden,
        -- only a webhook tells what was done to a comment
        case
            when edited_at is not null then true
            when verb is not null then false
        end as is_edited,
        created_at,
        edited_at,
        deleted_at
    from facebook_comment_rows

),

instagram_media as (

    select
        message_id,
        source,
        'instagram' as vendor,
        brand,
        region,
        author_record_id,
        message_id as thread_id,
        author_handle as page_account,
        body_text,
        'public' as visibility,
        like_count,
        reply_count,
        false as is_hidden,
        created_at,
        deleted_at
    from instagram_media_rows

),

instagram_comments as (

    select
        message_id,
        source,
        'instagram' as vendor,
        brand,
        region,
        author_record_id,
        parent_message_id,
        media_message_id as thread_id,
        body_text,
        'public' as visibility,
        like_count,
        is_hidden,
        created_at,
        deleted_at
    from instagram_comment_rows

),

mastodon_statuses as (

    select
        message_id,
        source,
        'mastodon' as vendor,
        brand,
        region,
        author_record_id,
        addressee_record_id,
        parent_message_id,
        thread_id,
        body_text,
        language,
        visibility,
        like_count,
        reply_count,
        false as is_hidden,
        is_repost,
        is_edited,
        created_at,
        edited_at,
        deleted_at
    from mastodon_status_rows

),

bluesky_posts as (

    select
        message_id,
        source,
        'bluesky' as vendor,
        brand,
        region,
        author_record_id,
        addressee_record_id,
        parent_message_id,
        thread_id,
        body_text,
        links,
        language,
        'public' as visibility,
        like_count,
        reply_count,
        is_hidden,
        created_at,
        claimed_at as client_created_at,
        deleted_at
    from bluesky_post_rows

),

-- the role of each user from when to when, as far as versions tell; the first reaches back
zendesk_role_words as (

    select
        record_id,
        {{ unnested(split_parts('role_history', ';')) }} as word
    from zendesk_user_rows
    where role_history is not null

),

zendesk_roles as (

    select
        record_id,
        split_part(word, '|', 2) as role,
        {{ read_instant("split_part(word, '|', 1)") }} as since
    from zendesk_role_words

),

zendesk_role_spells as (

    select
        record_id,
        role,
        since,
        lead(since) over (partition by record_id order by since) as next_since,
        row_number() over (partition by record_id order by since) = 1 as is_first
    from zendesk_roles

),

-- a ticket's first message, where the comment that repeats it has not landed
zendesk_told_tickets as (

    select zendesk_ticket_rows.ticket_id
    from zendesk_ticket_rows
    inner join zendesk_comment_rows
        on zendesk_ticket_rows.ticket_id = zendesk_comment_rows.ticket_id
    where
        zendesk_comment_rows.auto_reason is null
        and {{ seconds_between(
            'zendesk_ticket_rows.created_at', 'zendesk_comment_rows.created_at'
        ) }} <= 60
    group by zendesk_ticket_rows.ticket_id

),

zendesk_texts as (

    select
        message_id,
        source,
        brand,
        region,
        ticket_id,
        author_record_id,
        body_text,
        via_channel,
        via_rel,
        auto_reason,
        is_public,
        is_by_system,
        created_at,
        deleted_at
    from zendesk_comment_rows

    union all

    select
        ticket_id as message_id,
        source,
        brand,
        region,
        ticket_id,
        coalesce(submitter_record_id, requester_record_id) as author_record_id,
        description as body_text,
        via_channel,
        cast(null as varchar) as via_rel,
        cast(null as varchar) as auto_reason,
        is_public,
        false as is_by_system,
        created_at,
        deleted_at
    from zendesk_ticket_rows
    where
        description is not null
        and ticket_id not in (select zendesk_told_tickets.ticket_id from zendesk_told_tickets)

),

zendesk_messages as (

    select
        zendesk_texts.message_id,
        zendesk_texts.source,
        'zendesk' as vendor,
        zendesk_texts.brand,
        zendesk_texts.region,
        zendesk_texts.author_record_id,
        zendesk_ticket_rows.requester_record_id as addressee_record_id,
        zendesk_texts.ticket_id as thread_id,
        zendesk_texts.ticket_id as case_id,
        zendesk_texts.body_text,
        case when zendesk_texts.is_public then 'public' else 'internal' end as visibility,
        case
            when zendesk_texts.is_by_system then 'system'
            when
                zendesk_texts.via_channel in ('rule', 'system')
                or {{ has_pattern("coalesce(zendesk_texts.via_channel, '')", 'bot') }}
                then 'automation'
            when
                zendesk_role_spells.role in ('agent', 'admin')
                and zendesk_texts.auto_reason is not null
                then 'automation'
            when zendesk_role_spells.role in ('agent', 'admin') then 'agent'
            when zendesk_role_spells.role is not null then 'customer'
            when zendesk_texts.author_record_id = zendesk_ticket_rows.requester_record_id
                then 'customer'
        end as author_role,
        zendesk_texts.auto_reason,
        1 as version_number,
        zendesk_texts.created_at,
        coalesce(zendesk_texts.deleted_at, zendesk_ticket_rows.deleted_at) as deleted_at,
        case
            when zendesk_texts.deleted_at is null and zendesk_ticket_rows.deleted_at is not null
                then 'brand'
        end as deleted_by
    from zendesk_texts
    left join zendesk_ticket_rows
        on zendesk_texts.ticket_id = zendesk_ticket_rows.ticket_id
    left join zendesk_role_spells
        on
            zendesk_texts.author_record_id = zendesk_role_spells.record_id
            and (
                zendesk_role_spells.is_first
                or zendesk_texts.created_at >= zendesk_role_spells.since
            )
            and (
                zendesk_role_spells.next_since is null
                or zendesk_texts.created_at < zendesk_role_spells.next_since
            )

),

discourse_numbers as (

    select
        topic_id,
        post_number,
        message_id,
        author_record_id,
        is_by_staff
    from discourse_post_rows
    qualify
        row_number() over (partition by topic_id, post_number order by message_id) = 1

),

discourse_answers as (

    select
        discourse_post_rows.topic_id,
        min(discourse_post_rows.created_at) as accepted_at
    from discourse_post_rows
    left join discourse_topic_rows
        on discourse_post_rows.topic_id = discourse_topic_rows.topic_id
    where
        discourse_post_rows.deleted_at is null
        and (
            discourse_post_rows.is_accepted_answer
            or cast(discourse_post_rows.post_number as varchar)
            = discourse_topic_rows.accepted_post_number
        )
    group by discourse_post_rows.topic_id

),

-- members help each other: only who opened a topic, or writes to the staff, waits for the brand
discourse_messages as (

    select
        discourse_post_rows.message_id,
        discourse_post_rows.source,
        'discourse' as vendor,
        discourse_post_rows.brand,
        discourse_post_rows.region,
        discourse_post_rows.author_record_id,
        parents.message_id as parent_message_id,
        discourse_post_rows.topic_id as thread_id,
        coalesce(divisions.name, categories.name) as division,
        discourse_post_rows.body_text,
        case when discourse_post_rows.post_type = '4' then 'internal' else 'public' end
            as visibility,
        case
            when
                discourse_post_rows.author_native_id in ('-1', '-2')
                or discourse_post_rows.post_type = '3'
                then 'system'
            when discourse_post_rows.is_by_staff then 'agent'
            when
                discourse_post_rows.post_number = 1
                or discourse_post_rows.author_record_id = firsts.author_record_id
                or parents.is_by_staff
                then 'customer'
            else 'peer'
        end as author_role,
        discourse_post_rows.view_count,
        discourse_post_rows.version_number,
        discourse_post_rows.is_hidden,
        discourse_post_rows.version_number > 1 as is_edited,
        discourse_post_rows.is_accepted_answer,
        discourse_post_rows.created_at,
        discourse_answers.accepted_at as settled_at,
        case
            when discourse_post_rows.version_number > 1 then discourse_post_rows.updated_at
        end as edited_at,
        discourse_post_rows.deleted_at,
        case when discourse_post_rows.is_deleted_by_author then 'author' end as deleted_by
    from discourse_post_rows
    left join discourse_numbers as parents
        on
            discourse_post_rows.topic_id = parents.topic_id
            and coalesce(discourse_post_rows.reply_to_post_number, 1) = parents.post_number
            and discourse_post_rows.post_number > 1
    left join discourse_numbers as firsts
        on discourse_post_rows.topic_id = firsts.topic_id and firsts.post_number = 1
    left join discourse_answers
        on discourse_post_rows.topic_id = discourse_answers.topic_id
    left join discourse_topic_rows
        on discourse_post_rows.topic_id = discourse_topic_rows.topic_id
    left join discourse_category_rows as categories
        on discourse_topic_rows.category_id = categories.category_id
    left join discourse_category_rows as divisions
        on categories.parent_category_id = divisions.category_id

),

unioned as (

    {{ union_by_name([
        'shaped',
        'x_posts',
        'facebook_posts',
        'facebook_comments',
        'instagram_media',
        'instagram_comments',
        'mastodon_statuses',
        'bluesky_posts',
        'zendesk_messages',
        'discourse_messages',
    ]) }}

)

select * from unioned

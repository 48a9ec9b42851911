with

customers as (

    select * from {{ ref('customer_360') }}

),

before as (

    select * from {{ source('history', 'customer_segments') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

members as (

    {# quoted and checked where config/segments.yml is read; a linter has no segment to show -#}
    {% for segment in var('segments') if segment.name is defined %}
        select
            customer_id,
            '{{ segment.name }}' as segment,
            '{{ segment.title }}' as title,
            {{ segment.because }} as because
        from customers
        where {{ segment.when }}

        union all
    {% endfor %}

    select
        customer_id,
        cast(null as varchar) as segment,
        cast(null as varchar) as title,
        cast(null as varchar) as because
    from customers
    where false

),

-- a run at the same time of the data, or an earlier one, corrects what the one before said
current_before as (

    select
        before.*,
        before.member_from >= as_of.as_of as is_of_this_time
    from before
    cross join as_of
    where before.member_to is null

),

-- that somebody was once sorted is a profile as well
objectors as (

    select customer_id
    from customers
    where profiling_consent = 'withdrawn'

),

ended as (

    select
        customer_id,
        segment,
        title,
        because,
        member_from,
        member_to
    from before
    where
        member_to is not null
        and customer_id not in (select objectors.customer_id from objectors)

    union all

    select
        current_before.customer_id,
        current_before.segment,
        current_before.title,
        current_before.because,
        current_before.member_from,
        as_of.as_of as member_to
    from current_before
    cross join as_of
    left join members
        on
            current_before.customer_id = members.customer_id
            and current_before.segment = members.segment
    where
        members.customer_id is null
        and not current_before.is_of_this_time
        and current_before.customer_id not in (select objectors.customer_id from objectors)

),

going_on as (

    select
        members.customer_id,
        members.segment,
        members.title,
        members.because,
        least(coalesce(current_before.member_from, as_of.as_of), as_of.as_of) as member_from,
        cast(null as {{ instant_type() }}) as member_to
    from members
    cross join as_of
    left join current_before
        on
            members.customer_id = current_before.customer_id
            and members.segment = current_before.segment

),

memberships as (

    select * from ended

    union all

    select * from going_on

),

final as (

    select
        -- keys
        customer_id,

        -- attributes
        segment,
        title,
        because,

        -- flags
        member_to is null as is_member,

        -- times
        member_from,
        member_to
    from memberships

)

select * from final

with

shaped as (

    {{ empty_contact_shape() }}

),

salesforce as (

    select * from {{ ref('int_contacts__salesforce') }}

),

hubspot as (

    select * from {{ ref('int_contacts__hubspot') }}

),

mailchimp as (

    select * from {{ ref('int_contacts__mailchimp') }}

),

sendgrid as (

    select * from {{ ref('int_contacts__sendgrid') }}

),

x as (

    select * from {{ ref('int_contacts__x') }}

),

facebook as (

    select * from {{ ref('int_contacts__facebook') }}

),

instagram as (

    select * from {{ ref('int_contacts__instagram') }}

),

mastodon as (

    select * from {{ ref('int_contacts__mastodon') }}

),

bluesky as (

    select * from {{ ref('int_contacts__bluesky') }}

),

zendesk as (

    select * from {{ ref('int_contacts__zendesk') }}

),

discourse as (

    select * from {{ ref('int_contacts__discourse') }}

),

unioned as (

    {{ union_by_name([
        'shaped',
        'salesforce',
        'hubspot',
        'mailchimp',
        'sendgrid',
        'x',
        'facebook',
        'instagram',
        'mastodon',
        'bluesky',
        'zendesk',
        'discourse',
    ]) }}

)

select * from unioned  -- noqa: AM04

{# The vendor's own columns of every stream: dagster_project/sources/catalogue.py, copied by
   `python -m tests.conventions.stream_columns`; a convention test holds the two together. #}
{% macro stream_columns(stream) -%}
    {%- set columns = {
        'salesforce__account': '
            id is_deleted master_record_id name type parent_id billing_street billing_city
            billing_state billing_postal_code billing_country phone website industry
            annual_revenue number_of_employees owner_id is_person_account created_date
            last_modified_date system_modstamp
        ',
        'salesforce__contact': '
            id is_deleted master_record_id account_id last_name first_name salutation name
            mailing_street mailing_city mailing_state mailing_postal_code mailing_country phone
            mobile_phone home_phone other_phone email title department lead_source birthdate
            owner_id has_opted_out_of_email do_not_call created_date last_modified_date
            system_modstamp last_activity_date email_bounced_reason email_bounced_date
            individual_id x_handle website
        ',
        'salesforce__lead': '
            id is_deleted master_record_id last_name first_name salutation name title company
            street city state postal_code country phone mobile_phone email website status
            industry lead_source owner_id has_opted_out_of_email is_converted converted_date
            converted_account_id converted_contact_id converted_opportunity_id created_date
            last_modified_date system_modstamp x_handle individual_id
        ',
        'salesforce__individual': '
            id is_deleted master_record_id last_name first_name has_opted_out_tracking
            has_opted_out_profiling has_opted_out_processing has_opted_out_solicit should_forget
            has_opted_out_geo_tracking created_date last_modified_date system_modstamp
        ',
        'salesforce__opportunity': '
            id is_deleted account_id name stage_name amount currency_iso_code probability
            close_date type lead_source is_closed is_won forecast_category campaign_id owner_id
            created_date last_modified_date system_modstamp
        ',
        'salesforce__opportunity_contact_role': '
            id is_deleted opportunity_id contact_id role is_primary created_date
            last_modified_date system_modstamp
        ',
        'salesforce__campaign': '
            id is_deleted name type status start_date end_date actual_cost budgeted_cost
            is_active parent_id currency_iso_code created_date last_modified_date
            system_modstamp
        ',
        'salesforce__campaign_member': '
            id is_deleted campaign_id lead_id contact_id status has_responded
            first_responded_date created_date last_modified_date system_modstamp
        ',
        'salesforce__case': '
            id is_deleted case_number contact_id account_id parent_id supplied_name
            supplied_email supplied_phone type status reason origin subject priority description
            is_closed closed_date is_escalated owner_id created_date last_modified_date
            system_modstamp
        ',
        'hubspot__contact': '
            record_id first_name last_name email additional_emails phone_number
            mobile_phone_number job_title contact_owner associated_company
            associated_company_ids street_address city state_region postal_code country_region
            date_of_birth preferred_language twitter_username linkedin_url website_url
            lead_status lifecycle_stage marketing_contact_status unsubscribed_from_all_email
            original_source create_date last_modified_date last_activity_date merged_record_ids
            calculated_merged_vids archived
        ',
        'hubspot__company': '
            record_id name domain website_url company_owner phone_number street_address city
            state_region postal_code country_region industry company_type number_of_employees
            annual_revenue parent_company_id lifecycle_stage associated_contact_ids create_date
            last_modified_date last_activity_date merged_record_ids archived
        ',
        'hubspot__deal': '
            record_id deal_name deal_stage pipeline amount currency close_date create_date
            last_modified_date deal_owner associated_contact_ids associated_company_ids
            last_activity_date merged_record_ids archived is_closed is_won
        ',
        'hubspot__email_event': '
            id type created recipient email_campaign_id app_id portal_id sent_by_id
            sent_by_created filtered_event user_agent url category status response source
            portal_subscription_status bounced
        ',
        'mailchimp__member': '
            subscriber_hash email_address first_name last_name phone_number address birthday
            status member_rating optin_time optin_ip confirm_time confirm_ip latitude longitude
            gmtoff dstoff timezone cc region last_changed leid euid notes tags unsub_time
            unsub_campaign_title unsub_campaign_id unsub_reason unsub_reason_other clean_time
            clean_campaign_title clean_campaign_id
        ',
        'mailchimp__email_activity': '
            campaign_id list_id email_id email_address action type timestamp url ip nth
        ',
        'sendgrid__event': '
            sg_event_id sg_message_id email timestamp event category smtp_id useragent ip url
            url_offset sg_machine_open sg_content_type asm_group_id reason status response
            attempt type bounce_classification tls marketing_campaign_id marketing_campaign_name
            singlesend_id
        ',
        'x__post': '
            id author_id text created_at conversation_id in_reply_to_user_id replied_to_id
            quoted_id reposted_id lang edit_history_ids like_count repost_count reply_count
            quote_count impression_count possibly_sensitive links
        ',
        'x__user': '
            id name username created_at description location url expanded_url verified
            verified_type protected followers_count following_count tweet_count is_own_account
        ',
        'x__compliance': '
            id action created_at redacted_at reason
        ',
        'facebook__post': '
            id page_id created_time updated_time message story from_id from_name permalink_url
            parent_id is_hidden is_published status_type shares_count verb
        ',
        'facebook__comment': '
            id post_id page_id parent_id created_time message from_id from_name comment_count
            like_count is_hidden is_private permalink_url verb changed_time
        ',
        'instagram__media': '
            id caption media_type media_product_type permalink timestamp like_count
            comments_count username owner_id
        ',
        'instagram__comment': '
            id media_id parent_id text timestamp username from_id from_username hidden
            like_count
        ',
        'mastodon__account': '
            id username acct url uri display_name note fields bot locked suspended limited
            discoverable indexable noindex moved_to created_at followers_count following_count
            statuses_count is_own_account
        ',
        'mastodon__status': '
            id uri url account_id account_acct content spoiler_text visibility language
            sensitive in_reply_to_id in_reply_to_account_id thread_id reblog_of_id mentions tags
            created_at edited_at deleted_at replies_count reblogs_count favourites_count
        ',
        'bluesky__profile': '
            did handle display_name description website pronouns created_at indexed_at labels
            verification followers_count follows_count posts_count is_own_account deleted_at
        ',
        'bluesky__post': '
            uri cid author_did author_handle text facets langs tags labels reply_root_uri
            reply_parent_uri embed_type created_at indexed_at deleted_at is_hidden reply_count
            repost_count like_count quote_count
        ',
        'zendesk__ticket': '
            id external_id via_channel via_rel created_at updated_at type subject description
            priority status requester_id requester_name requester_email submitter_id assignee_id
            assignee_name organization_id organization_name group_id brand_id is_public due_at
            solved_at tags merged_ticket_ids satisfaction_score
        ',
        'zendesk__comment': '
            id ticket_id author_id created_at body html_body public via_channel via_rel
            via_ticket_id metadata
        ',
        'zendesk__change': '
            ticket_id field_name value previous_value created_at author_id
        ',
        'zendesk__user': '
            id name email phone role external_id organization_id active suspended verified
            time_zone locale tags twitter_handle facebook_id created_at updated_at
        ',
        'zendesk__organization': '
            id name domain_names external_id created_at updated_at deleted_at
        ',
        'zendesk__sla_policy': '
            sla_policy_id title filter metric priority target business_hours updated_at
        ',
        'zendesk__ticket_sla_policy': '
            ticket_id sla_policy_id policy_applied_at
        ',
        'zendesk__ticket_tag': '
            ticket_id tag
        ',
        'zendesk__schedule': '
            id name time_zone start_time end_time created_at updated_at
        ',
        'zendesk__schedule_holiday': '
            id schedule_id name start_date end_date
        ',
        'discourse__category': '
            id name slug parent_category_id updated_at
        ',
        'discourse__topic': '
            id title category_id created_at bumped_at tags visible closed deleted_at
            accepted_answer_post_number views
        ',
        'discourse__post': '
            id topic_id post_number post_type reply_to_post_number user_id username name raw
            cooked created_at updated_at version staff moderator admin hidden deleted_at
            user_deleted accepted_answer reads
        ',
        'manual__consent': '
            entry_id email phone x_handle instagram_handle facebook_handle mastodon_handle
            bluesky_handle record_id channel purpose status said_at evidence recorded_by reason
        ',
        'manual__correction': '
            entry_id email phone x_handle instagram_handle facebook_handle mastodon_handle
            bluesky_handle record_id field value replaces status said_at evidence recorded_by
            reason
        ',
    }[stream] -%}
    {{ return(columns.split()) }}
{%- endmacro %}

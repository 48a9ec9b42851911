"""Which columns a vendor hands over hold personal data, by name: `direct`, `quasi` or `none`.

A column that is not listed counts as personal: what a vendor adds is so until somebody has looked.
"""

_HARMLESS = """
    action actual_cost amount annual_revenue app_id archived asm_group_id associated_company_ids
    attempt bot bounce_classification bounced budgeted_cost campaign_id category changed_time cid
    clean_campaign_id clean_campaign_title clean_time close_date closed_date comment_count
    comments_count company_type confirm_time converted_date converted_opportunity_id create_date
    created created_at created_date created_time currency currency_iso_code deal_stage deleted_at
    discoverable do_not_call dstoff edited_at email_bounced_date email_campaign_id embed_type
    end_date event favourites_count filtered_event first_responded_date followers_count
    following_count follows_count forecast_category gmtoff has_opted_out_of_email has_responded
    hidden impression_count indexable indexed_at is_active is_closed is_converted is_deleted
    is_escalated is_hidden is_own_account is_person_account is_primary is_private is_published
    is_won last_activity_date last_changed last_modified_date lead_source lead_status
    lifecycle_stage like_count limited list_id locked marketing_campaign_id
    marketing_campaign_name marketing_contact_status media_product_type media_type member_rating
    noindex nth number_of_employees opportunity_id optin_time origin original_source page_id
    parent_company_id pipeline portal_id portal_subscription_status possibly_sensitive posts_count
    priority probability protected quote_count reason reblogs_count redacted_at replies_count
    reply_count repost_count role sensitive sent_by_created sg_content_type sg_machine_open
    shares_count singlesend_id source stage_name start_date status status_type statuses_count
    suspended system_modstamp timestamp tls tweet_count type unsub_campaign_id
    unsub_campaign_title unsub_time unsubscribed_from_all_email updated_time url_offset verb
    verification verified verified_type visibility
    accepted_answer accepted_answer_post_number admin bumped_at category_id closed moderator
    parent_category_id post_number post_type reads reply_to_post_number staff user_deleted version
    views visible active brand_id business_hours due_at end_time field_name group_id is_public metric
    channel field has_opted_out_geo_tracking has_opted_out_processing has_opted_out_profiling
    has_opted_out_solicit has_opted_out_tracking purpose said_at should_forget
    policy_applied_at public schedule_id sla_policy_id solved_at start_time target via_channel via_rel
"""

_DESCRIBING = """
    billing_country billing_state cc company associated_company country country_region department
    industry job_title lang langs language location mailing_country mailing_state
    locale preferred_language pronouns region salutation state state_region tags time_zone
    timezone title
"""
"""What tells of a person without naming one."""

_MARKS = {
    **dict.fromkeys(_HARMLESS.split(), "none"),
    **dict.fromkeys(_DESCRIBING.split(), "quasi"),
}


def personal_data_in(column: str) -> str:
    """How a vendor's column marks a person: it names one, tells of one, or neither."""
    return _MARKS.get(column, "direct")

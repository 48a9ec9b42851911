"""Every stream the project reads, by vendor: the one list that readers, gates and dbt agree on.

Belongs here: names of columns and keys. How a vendor's bytes become them stands in the vendor's
own module; a convention test holds the dbt sources to this list.
"""

from dagster_project.domain.streams import Delivery, StreamSpec, references


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SALESFORCE = (
    StreamSpec(
        vendor="salesforce",
        stream="account",
        columns=_words(
            "id is_deleted master_record_id name type parent_id billing_street billing_city "
            "billing_state billing_postal_code billing_country phone website industry "
            "annual_revenue number_of_employees owner_id is_person_account created_date "
            "last_modified_date system_modstamp"
        ),
        key=("id",),
        modified_at="system_modstamp",
        required=("id", "name"),
        people=references("id=account_of_person"),
    ),
    StreamSpec(
        vendor="salesforce",
        stream="contact",
        columns=_words(
            "id is_deleted master_record_id account_id last_name first_name salutation name "
            "mailing_street mailing_city mailing_state mailing_postal_code mailing_country "
            "phone mobile_phone home_phone other_phone email title department lead_source "
            "birthdate owner_id has_opted_out_of_email do_not_call created_date "
            "last_modified_date system_modstamp last_activity_date email_bounced_reason "
            "email_bounced_date individual_id x_handle website"
        ),
        key=("id",),
        modified_at="system_modstamp",
        required=("id", "last_name"),
        people=references(
            "id=contact master_record_id=contact email=email[] phone=phone mobile_phone=phone "
            "home_phone=phone other_phone=phone x_handle=handle:x individual_id=individual"
        ),
    ),
    StreamSpec(
        vendor="salesforce",
        stream="lead",
        columns=_words(
            "id is_deleted master_record_id last_name first_name salutation name title company "
            "street city state postal_code country phone mobile_phone email website status "
            "industry lead_source owner_id has_opted_out_of_email is_converted converted_date "
            "converted_account_id converted_contact_id converted_opportunity_id created_date "
            "last_modified_date system_modstamp x_handle individual_id"
        ),
        key=("id",),
        modified_at="system_modstamp",
        required=("id", "last_name"),
        people=references(
            "id=lead master_record_id=lead converted_contact_id=contact email=email[] "
            "phone=phone mobile_phone=phone x_handle=handle:x individual_id=individual"
        ),
    ),
    StreamSpec(
        vendor="salesforce",
        stream="individual",
        columns=_words(
            "id is_deleted master_record_id last_name first_name has_opted_out_tracking "
            "has_opted_out_profiling has_opted_out_processing has_opted_out_solicit should_forget "
            "has_opted_out_geo_tracking created_date last_modified_date system_modstamp"
        ),
        key=("id",),
        modified_at="system_modstamp",
        required=("id",),
        people=references("id=individual master_record_id=individual"),
    ),
    StreamSpec(
        vendor="salesforce",
        stream="opportunity",
        columns=_words(
            "id is_deleted account_id name stage_name amount currency_iso_code probability "
            "close_date type lead_source is_closed is_won forecast_category campaign_id owner_id "
            "created_date last_modified_date system_modstamp"
        ),
        key=("id",),
        modified_at="system_modstamp",
        required=("id", "stage_name"),
    ),
    StreamSpec(
        vendor="salesforce",
        stream="opportunity_contact_role",
        columns=_words(
            "id is_deleted opportunity_id contact_id role is_primary created_date "
            "last_modified_date system_modstamp"
        ),
        key=("id",),
        modified_at="system_modstamp",
        required=("id", "opportunity_id", "contact_id"),
        people=references("contact_id=contact"),
    ),
    StreamSpec(
        vendor="salesforce",
        stream="campaign",
        columns=_words(
            "id is_deleted name type status start_date end_date actual_cost budgeted_cost "
            "is_active parent_id currency_iso_code created_date last_modified_date "
            "system_modstamp"
        ),
        key=("id",),
        modified_at="system_modstamp",
        required=("id", "name"),
    ),
    StreamSpec(
        vendor="salesforce",
        stream="campaign_member",
        columns=_words(
            "id is_deleted campaign_id lead_id contact_id status has_responded "
            "first_responded_date created_date last_modified_date system_modstamp"
        ),
        key=("id",),
        modified_at="system_modstamp",
        required=("id", "campaign_id"),
        people=references("lead_id=lead contact_id=contact"),
    ),
    StreamSpec(
        vendor="salesforce",
        stream="case",
        columns=_words(
            "id is_deleted case_number contact_id account_id parent_id supplied_name "
            "supplied_email supplied_phone type status reason origin subject priority "
            "description is_closed closed_date is_escalated owner_id created_date "
            "last_modified_date system_modstamp"
        ),
        key=("id",),
        modified_at="system_modstamp",
        required=("id", "status"),
        people=references(
            "id=event contact_id=contact supplied_email=email[] supplied_email=case_requester# "
            "supplied_phone=phone parent_id~event"
        ),
    ),
)

_HUBSPOT = (
    StreamSpec(
        vendor="hubspot",
        stream="contact",
        columns=_words(
            "record_id first_name last_name email additional_emails phone_number "
            "mobile_phone_number job_title contact_owner associated_company "
            "associated_company_ids street_address city state_region postal_code country_region "
            "date_of_birth preferred_language twitter_username linkedin_url website_url "
            "lead_status lifecycle_stage marketing_contact_status unsubscribed_from_all_email "
            "original_source create_date last_modified_date last_activity_date "
            "merged_record_ids calculated_merged_vids archived"
        ),
        key=("record_id",),
        modified_at="last_modified_date",
        required=("record_id",),
        local_times=("create_date", "last_modified_date", "last_activity_date"),
        people=references(
            "record_id=contact email=email[] additional_emails=email[] phone_number=phone "
            "mobile_phone_number=phone twitter_username=handle:x "
            "merged_record_ids~contact[] calculated_merged_vids~contact[]"
        ),
    ),
    StreamSpec(
        vendor="hubspot",
        stream="company",
        columns=_words(
            "record_id name domain website_url company_owner phone_number street_address city "
            "state_region postal_code country_region industry company_type number_of_employees "
            "annual_revenue parent_company_id lifecycle_stage associated_contact_ids create_date "
            "last_modified_date last_activity_date merged_record_ids archived"
        ),
        key=("record_id",),
        modified_at="last_modified_date",
        required=("record_id", "name"),
        local_times=("create_date", "last_modified_date", "last_activity_date"),
        people=references("associated_contact_ids~contact[]"),
    ),
    StreamSpec(
        vendor="hubspot",
        stream="deal",
        columns=_words(
            "record_id deal_name deal_stage pipeline amount currency close_date create_date "
            "last_modified_date deal_owner associated_contact_ids associated_company_ids "
            "last_activity_date merged_record_ids archived is_closed is_won"
        ),
        key=("record_id",),
        modified_at="last_modified_date",
        required=("record_id", "deal_stage"),
        local_times=("close_date", "create_date", "last_modified_date", "last_activity_date"),
        people=references("associated_contact_ids~contact[]"),
    ),
    StreamSpec(
        vendor="hubspot",
        stream="email_event",
        columns=_words(
            "id type created recipient email_campaign_id app_id portal_id sent_by_id "
            "sent_by_created filtered_event user_agent url category status response source "
            "portal_subscription_status bounced"
        ),
        key=("id",),
        delivery=Delivery.EVENTS,
        required=("id", "type", "created", "recipient"),
        people=references("recipient=email[] recipient=recipient#"),
    ),
)

_MAILCHIMP = (
    StreamSpec(
        vendor="mailchimp",
        stream="member",
        columns=_words(
            "subscriber_hash email_address first_name last_name phone_number address birthday "
            "status member_rating optin_time optin_ip confirm_time confirm_ip latitude longitude "
            "gmtoff dstoff timezone cc region last_changed leid euid notes tags unsub_time "
            "unsub_campaign_title unsub_campaign_id unsub_reason unsub_reason_other clean_time "
            "clean_campaign_title clean_campaign_id"
        ),
        key=("subscriber_hash",),  # md5 of the lower-cased address, as Mailchimp's API has it
        modified_at="last_changed",
        required=("email_address",),
        people=references(
            "subscriber_hash=member email_address=email[] email_address=member# phone_number=phone"
        ),
    ),
    StreamSpec(
        vendor="mailchimp",
        stream="email_activity",
        columns=_words(
            "campaign_id list_id email_id email_address action type timestamp url ip nth"
        ),
        key=("campaign_id", "email_id", "action", "timestamp", "url", "nth"),
        delivery=Delivery.EVENTS,
        required=("campaign_id", "email_address", "action", "timestamp"),
        people=references("email_id=member email_address=email[] email_address=member#"),
    ),
)

_SENDGRID = (
    StreamSpec(
        vendor="sendgrid",
        stream="event",
        columns=_words(
            "sg_event_id sg_message_id email timestamp event category smtp_id useragent ip url "
            "url_offset sg_machine_open sg_content_type asm_group_id reason status response "
            "attempt type bounce_classification tls marketing_campaign_id "
            "marketing_campaign_name singlesend_id"
        ),
        key=("sg_event_id",),
        delivery=Delivery.EVENTS,
        required=("email", "timestamp", "event"),
        people=references("email=email[] email=recipient#"),
    ),
)

_X = (
    StreamSpec(
        vendor="x",
        stream="post",
        columns=_words(
            "id author_id text created_at conversation_id in_reply_to_user_id "
            "replied_to_id quoted_id reposted_id lang edit_history_ids like_count "
            "repost_count reply_count quote_count impression_count possibly_sensitive links"
        ),
        key=("id",),
        required=("id", "text", "created_at"),
        people=references(
            "id=event author_id=user in_reply_to_user_id~user conversation_id~event "
            "replied_to_id~event quoted_id~event reposted_id~event edit_history_ids~event[]"
        ),
    ),
    StreamSpec(
        vendor="x",
        stream="user",
        columns=_words(
            "id name username created_at description location url expanded_url verified "
            "verified_type protected followers_count following_count tweet_count is_own_account"
        ),
        key=("id",),
        required=("id", "username"),
        people=references("id=user username=handle:x"),
    ),
    StreamSpec(
        vendor="x",
        stream="compliance",
        columns=_words("id action created_at redacted_at reason"),
        key=("id", "action", "redacted_at"),
        delivery=Delivery.EVENTS,
        required=("id", "action"),
        people=references("id=user id=event"),
    ),
)

_FACEBOOK = (
    StreamSpec(
        vendor="facebook",
        stream="post",
        columns=_words(
            "id page_id created_time updated_time message story from_id from_name permalink_url "
            "parent_id is_hidden is_published status_type shares_count verb"
        ),
        key=("id",),
        modified_at="updated_time",
        required=("id", "created_time"),
        people=references("id=event from_id=user parent_id~event"),
    ),
    StreamSpec(
        vendor="facebook",
        stream="comment",
        columns=_words(
            "id post_id page_id parent_id created_time message from_id from_name comment_count "
            "like_count is_hidden is_private permalink_url verb changed_time"
        ),
        key=("id",),
        required=("id",),
        people=references("id=event from_id=user post_id~event parent_id~event"),
    ),
)

_INSTAGRAM = (
    StreamSpec(
        vendor="instagram",
        stream="media",
        columns=_words(
            "id caption media_type media_product_type permalink timestamp like_count "
            "comments_count username owner_id"
        ),
        key=("id",),
        required=("id", "timestamp"),
        people=references("id=event owner_id=user username=handle:instagram"),
    ),
    StreamSpec(
        vendor="instagram",
        stream="comment",
        columns=_words(
            "id media_id parent_id text timestamp username from_id from_username hidden like_count"
        ),
        key=("id",),
        required=("id", "timestamp"),
        people=references(
            "id=event from_id=user username=handle:instagram from_username=handle:instagram "
            "media_id~event parent_id~event"
        ),
    ),
)

_MASTODON = (
    StreamSpec(
        vendor="mastodon",
        stream="account",
        columns=_words(
            "id username acct url uri display_name note fields bot locked suspended limited "
            "discoverable indexable noindex moved_to created_at followers_count following_count "
            "statuses_count is_own_account"
        ),
        key=("id",),
        required=("id", "acct"),
        people=references("id=account acct=handle:mastodon moved_to~account"),
    ),
    StreamSpec(
        vendor="mastodon",
        stream="status",
        columns=_words(
            "id uri url account_id account_acct content spoiler_text visibility language "
            "sensitive in_reply_to_id in_reply_to_account_id thread_id reblog_of_id mentions "
            "tags created_at edited_at deleted_at replies_count reblogs_count favourites_count"
        ),
        key=("id",),
        modified_at="edited_at",
        required=("id",),
        people=references(
            "id=event account_id=account account_acct=handle:mastodon in_reply_to_id~event "
            "in_reply_to_account_id~account thread_id~event reblog_of_id~event "
            "mentions~json"
        ),
    ),
)

_BLUESKY = (
    StreamSpec(
        vendor="bluesky",
        stream="profile",
        columns=_words(
            "did handle display_name description website pronouns created_at indexed_at labels "
            "verification followers_count follows_count posts_count is_own_account deleted_at"
        ),
        key=("did",),
        required=("did", "handle"),
        people=references("did=profile handle=handle:bluesky"),
    ),
    StreamSpec(
        vendor="bluesky",
        stream="post",
        columns=_words(
            "uri cid author_did author_handle text facets langs tags labels reply_root_uri "
            "reply_parent_uri embed_type created_at indexed_at deleted_at is_hidden reply_count "
            "repost_count like_count quote_count"
        ),
        key=("uri",),
        required=("uri",),
        people=references(
            "uri=event author_did=profile author_handle=handle:bluesky reply_root_uri~event "
            "reply_parent_uri~event facets~json"
        ),
    ),
)

_ZENDESK = (
    StreamSpec(
        vendor="zendesk",
        stream="ticket",
        columns=_words(
            "id external_id via_channel via_rel created_at updated_at type subject description "
            "priority status requester_id requester_name requester_email submitter_id "
            "assignee_id assignee_name organization_id organization_name group_id brand_id "
            "is_public due_at solved_at tags merged_ticket_ids satisfaction_score"
        ),
        key=("id",),
        modified_at="updated_at",
        required=("id", "status"),
        local_times=("created_at", "updated_at", "due_at", "solved_at"),  # of a view's export
        people=references(
            "id=ticket requester_id=user requester_email=email[] "
            "requester_email=requester# submitter_id~user"
        ),
    ),
    StreamSpec(
        vendor="zendesk",
        stream="comment",
        columns=_words(
            "id ticket_id author_id created_at body html_body public via_channel via_rel "
            "via_ticket_id metadata"
        ),
        key=("id",),
        required=("id", "ticket_id", "author_id"),
        people=references("ticket_id=ticket author_id=user"),
    ),
    StreamSpec(
        vendor="zendesk",
        stream="change",
        columns=_words("ticket_id field_name value previous_value created_at author_id"),
        key=("ticket_id", "field_name", "created_at", "value"),  # a warehouse's copy has no id
        delivery=Delivery.EVENTS,
        required=("ticket_id", "field_name", "value", "created_at"),
        people=references("ticket_id=ticket author_id~user"),
    ),
    StreamSpec(
        vendor="zendesk",
        stream="user",
        columns=_words(
            "id name email phone role external_id organization_id active suspended verified "
            "time_zone locale tags twitter_handle facebook_id created_at updated_at"
        ),
        key=("id",),
        modified_at="updated_at",
        required=("id",),
        people=references("id=user email=email[] phone=phone twitter_handle=handle:x"),
    ),
    StreamSpec(
        vendor="zendesk",
        stream="organization",
        columns=_words("id name domain_names external_id created_at updated_at deleted_at"),
        key=("id",),
        modified_at="updated_at",
        required=("id", "name"),
    ),
    StreamSpec(
        vendor="zendesk",
        stream="sla_policy",
        columns=_words(
            "sla_policy_id title filter metric priority target business_hours updated_at"
        ),
        key=("sla_policy_id", "metric", "priority", "updated_at"),
        required=("sla_policy_id", "metric", "priority", "target"),
    ),
    StreamSpec(
        vendor="zendesk",
        stream="ticket_sla_policy",
        columns=_words("ticket_id sla_policy_id policy_applied_at"),
        key=("ticket_id", "sla_policy_id", "policy_applied_at"),
        delivery=Delivery.EVENTS,
        required=("ticket_id", "sla_policy_id"),
        people=references("ticket_id=ticket"),
    ),
    StreamSpec(
        vendor="zendesk",
        stream="ticket_tag",
        columns=_words("ticket_id tag"),
        key=("ticket_id", "tag"),
        required=("ticket_id", "tag"),
        people=references("ticket_id=ticket"),
    ),
    StreamSpec(
        vendor="zendesk",
        stream="schedule",
        columns=_words("id name time_zone start_time end_time created_at updated_at"),
        key=("id", "start_time", "end_time"),
        required=("id", "time_zone", "start_time", "end_time"),
    ),
    StreamSpec(
        vendor="zendesk",
        stream="schedule_holiday",
        columns=_words("id schedule_id name start_date end_date"),
        key=("id",),
        required=("id", "start_date", "end_date"),
    ),
)

_DISCOURSE = (
    StreamSpec(
        vendor="discourse",
        stream="category",
        columns=_words("id name slug parent_category_id updated_at"),
        key=("id",),
        required=("id", "name"),
    ),
    StreamSpec(
        vendor="discourse",
        stream="topic",
        columns=_words(
            "id title category_id created_at bumped_at tags visible closed deleted_at "
            "accepted_answer_post_number views"
        ),
        key=("id",),
        required=("id", "title"),
    ),
    StreamSpec(
        vendor="discourse",
        stream="post",
        columns=_words(
            "id topic_id post_number post_type reply_to_post_number user_id username name raw "
            "cooked created_at updated_at version staff moderator admin hidden deleted_at "
            "user_deleted accepted_answer reads"
        ),
        key=("id",),
        modified_at="updated_at",
        required=("id", "topic_id", "post_number", "created_at"),
        people=references("id=event user_id=user username=handle:discourse"),
    ),
)

_NAMED_BY_HAND = (
    "entry_id email phone x_handle instagram_handle facebook_handle mastodon_handle "
    "bluesky_handle record_id"
)
_HANDS = (
    "email=email[] phone=phone x_handle=handle:x instagram_handle=handle:instagram "
    "facebook_handle=handle:facebook mastodon_handle=handle:mastodon "
    "bluesky_handle=handle:bluesky record_id=record"
)

_MANUAL = (
    StreamSpec(
        vendor="manual",
        stream="consent",
        columns=_words(
            f"{_NAMED_BY_HAND} channel purpose status said_at evidence recorded_by reason"
        ),
        key=("entry_id",),
        delivery=Delivery.EVENTS,
        required=("channel", "status"),
        local_times=("said_at",),
        people=references(_HANDS),
    ),
    StreamSpec(
        vendor="manual",
        stream="correction",
        columns=_words(
            f"{_NAMED_BY_HAND} field value replaces status said_at evidence recorded_by reason"
        ),
        key=("entry_id",),
        delivery=Delivery.EVENTS,
        required=("field", "value"),
        local_times=("said_at",),
        people=references(_HANDS),
    ),
)
"""What a company's own people say of somebody: their word on consent, and what is right."""

STREAMS: tuple[StreamSpec, ...] = (
    *_SALESFORCE,
    *_HUBSPOT,
    *_MAILCHIMP,
    *_SENDGRID,
    *_X,
    *_FACEBOOK,
    *_INSTAGRAM,
    *_MASTODON,
    *_BLUESKY,
    *_ZENDESK,
    *_DISCOURSE,
    *_MANUAL,
)
"""All streams, in the order their vendors are documented."""

VENDORS: tuple[str, ...] = tuple(dict.fromkeys(spec.vendor for spec in STREAMS))
"""The vendors' names as ``config/sources.yml`` writes them."""


def stream_of(vendor: str, stream: str) -> StreamSpec:
    """The spec of one stream; ``KeyError`` for a name no vendor has."""
    for spec in STREAMS:
        if (spec.vendor, spec.stream) == (vendor, stream):
            return spec
    raise KeyError(f"{vendor}.{stream}")


def streams_of(vendor: str) -> tuple[StreamSpec, ...]:
    """All streams of one vendor."""
    return tuple(spec for spec in STREAMS if spec.vendor == vendor)

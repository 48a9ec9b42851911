"""What vendors' own JSON holds by their references, so that a company's own members stand out.

Most of it is not read and stays in ``_raw``; what is not listed goes to ``_extra`` and is named.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


X_POST = _words(
    "article attachments author_id card_uri community_id context_annotations "
    "conversation_id created_at display_text_range edit_controls edit_history_tweet_ids "
    "entities geo id in_reply_to_user_id lang matched_media_notes media_metadata "
    "non_public_metrics note_request_suggestions note_tweet organic_metrics "
    "possibly_sensitive promoted_metrics public_metrics referenced_tweets reply_settings "
    "scopes source suggested_source_links text username withheld"
)

X_USER = _words(
    "affiliation confirmed_email connection_status created_at description entities id "
    "is_identity_verified location most_recent_tweet_id name parody pinned_tweet_id "
    "profile_banner_url profile_image_url protected public_metrics receives_your_dm "
    "subscription subscription_type url username verified verified_followers_count "
    "verified_type withheld"
)
"""Members of X's API v2 (its data dictionary)."""

FACEBOOK_POST = _words(
    "actions admin_creator allowed_advertising_objectives application attachments "
    "backdated_time call_to_action can_reply_privately caption child_attachments comments "
    "comments_mirroring_domain coordinates created_time description event expanded_height "
    "expanded_width feed_targeting from full_picture height icon id insights "
    "instagram_eligibility is_app_share is_eligible_for_promotion is_expired is_hidden "
    "is_inline_created is_instagram_eligible is_popular is_published is_spherical likes "
    "link message message_tags multi_share_end_card multi_share_optimized name object_id "
    "parent_id permalink_url picture place privacy promotable_id promotion_status "
    "properties reactions scheduled_publish_time sharedposts shares source sponsor_tags "
    "status_type story story_tags subscribed target targeting timeline_visibility to type "
    "updated_time via video_buying_eligibility width with_tags"
)

FACEBOOK_COMMENT = _words(
    "admin_creator application attachment can_comment can_hide can_like can_remove "
    "can_reply_privately comment_count comments created_time from id is_hidden is_private "
    "like_count likes live_broadcast_timestamp message message_tags object parent "
    "permalink_url private_reply_conversation reactions user_likes"
)
"""Members of the Graph API's PagePost and Comment."""

INSTAGRAM_MEDIA = _words(
    "alt_text boost_ads_list boost_eligibility_info caption children collaborators "
    "comments comments_count copyright_check_information id ig_id insights "
    "is_comment_enabled is_shared_to_feed legacy_instagram_media_id like_count "
    "media_product_type media_type media_url owner permalink product_tags shortcode "
    "thumbnail_url timestamp username view_count"
)

INSTAGRAM_COMMENT = _words(
    "from hidden id legacy_instagram_comment_id like_count media parent_id replies text "
    "timestamp user username"
)
"""Members of the Graph API's IGMedia and IGComment."""

MAILCHIMP_MEMBER = _words(
    "_links consents_to_one_to_one_messaging contact_id email_client email_type full_name "
    "interests language last_note list_id marketing_permissions new_subscriber "
    "sms_phone_number sms_subscription_last_updated sms_subscription_status source stats "
    "tags_count vip"
)
"""Members of a list's member in Mailchimp's API reference."""

HUBSPOT_EVENT = _words(
    "appName attempt bcc browser causedBy cc customEventType deviceType dropMessage "
    "dropReason duration emailCampaignGroupId from hmid ipAddress linkId linkUrl location "
    "obsoletedBy obsoletingEventTypes portalSubscriptionChanges referer replyTo "
    "requestedBy sentBy smtpId sourceId subject subscriptions suppressedMessage "
    "suppressedReason"
)
"""Members of HubSpot's e-mail events (its reference of ``/email/public/v1/events``)."""

ZENDESK_TICKET = _words(
    "allow_attachments allow_channelback assignee assignee_email assignee_id attribute_value_ids "
    "audits brand brand_id collaborator_ids collaborators comment comment_count comments "
    "created_at custom_fields custom_status_id dates deleted_ticket_form_id description due_at "
    "email_cc_ids encoded_id external_id fields follower_ids followup_ids followup_source_id "
    "forum_topic_id from_messaging_channel generated_timestamp group group_id has_incidents id "
    "incident_counts is_public last_audits lookup_relationships macro_id macro_ids "
    "merged_ticket_ids metric_events metric_set organization organization_id priority problem_id "
    "raw_subject recipient requester requester_id result_type safe_update satisfaction_probability "
    "satisfaction_rating sharing_agreement_ids slas solved_at status subject submitter "
    "submitter_id support_type system_metadata tags ticket_form_id type updated_at "
    "updated_stamp url via via_followup_source_id via_id voice_comment"
)

ZENDESK_COMMENT = _words(
    "attachments audit_id author_id body channelback created_at deleted event_type html_body id "
    "is_auto_reply metadata plain_body public result_type ticket_event_id ticket_event_via "
    "ticket_id timestamp trusted type uploads url via via_reference_id comment_present "
    "comment_public data formatted_from formatted_to transcription_visible updater_id"
)

ZENDESK_USER = _words(
    "active agent alias chat_only created_at created_by_app custom_role_id default_group_id "
    "details email external_id iana_time_zone id identities last_active last_login_at locale "
    "locale_id moderator name notes only_private_comments organization_id organization_ids "
    "permanently_deleted phone phone_number_formatted photo remote_photo_url report_csv "
    "restricted_agent result_type role role_type shared shared_agent shared_phone_number signature "
    "suspended tags ticket_restriction time_zone two_factor_auth_enabled updated_at url "
    "user_fields verified is_billing_admin"
)

ZENDESK_ORGANIZATION = _words(
    "created_at deleted_at details domain_names external_id group_id id name notes "
    "organization_fields result_type shared_comments shared_tickets tags updated_at url"
)
"""Members of Zendesk's objects (its Ticketing API reference)."""

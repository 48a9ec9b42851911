"""What every mart is held to before anything that reads it may be built.

One function per mart. ``rows`` is the number of rows the mart must have, where it follows from
its inputs; without it the number is not judged. A critical rule stops what reads the mart.
"""

from collections.abc import Callable, Iterable, Mapping

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.rules import CRITICAL, WARNING

Rules = list[Expectation]

CURRENCY = "^[A-Z]{3}$"
LARGE_CUSTOMER = 100
"""Records of one customer beyond which a person should look: mailboxes are glued together."""


def dim_customer(*, rows: int | None = None) -> gx.ExpectationSuite:
    """The golden record."""
    return _suite(
        "dim_customer",
        _keyed("customer_id"),
        _exactly(rows),
        _among("kind", "person", "shared_mailbox"),
        _shares("identity_confidence"),
        _counts("record_count", "source_count", least=1),
        _small_customers(),
        _emails("email"),
    )


def customer_360(*, rows: int | None = None) -> gx.ExpectationSuite:
    """One row per customer with all its blocks."""
    return _suite(
        "customer_360",
        _keyed("customer_id"),
        _exactly(rows),
        _filled("kind"),
        _among("kind", "person", "shared_mailbox"),
        _shares("identity_confidence"),
        _counts("record_count", "source_count", least=1),
        _counts(
            "crm_contacts",
            "crm_leads",
            "messages_received",
            "messages_sent",
            "complaints_received",
            "complaints_unanswered",
            "conversations",
            "email_sends",
            "email_deliveries",
            "email_human_opens",
            "email_machine_opens",
            "email_human_clicks",
            "email_bot_clicks",
            "cases",
            "opportunities",
            "currencies",
        ),
        _never(
            "windows_nest",
            "messages_received_30d > messages_received_90d "
            "or messages_received_90d > messages_received_365d "
            "or messages_received_365d > messages_received",
        ),
        _never(
            "who_withdrew_is_not_contactable",
            "email_consent = 'withdrawn' and contactable_email is not null "
            "or phone_consent = 'withdrawn' and contactable_phone is not null",
        ),
        _never(
            "not_contactable_has_a_reason",
            "(contactable_email is null) <> (not_contactable_by_email_reason is not null)",
        ),
        _never(
            "outcomes_add_up",
            "opportunities <> open_opportunities + won_opportunities + lost_opportunities "
            "+ unknown_opportunities",
        ),
        _never(
            "amounts_cover_their_counts",
            "won_opportunities_in_main_currency > won_opportunities "
            "or open_opportunities_in_main_currency > open_opportunities "
            "or won_opportunities > 0 and won_opportunities_in_main_currency = 0 "
            "or won_opportunities_in_main_currency = 0 "
            "and won_amount_minor_in_main_currency <> 0",
        ),
        _never("one_currency_or_named", "currencies > 0 and main_currency is null"),
        _emails("email"),
    )


def customer_recency(*, rows: int | None = None) -> gx.ExpectationSuite:
    """How long ago a customer was last heard of."""
    return _suite(
        "customer_recency",
        _keyed("customer_id"),
        _exactly(rows),
        _filled("as_of"),
    )


def customer_records(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Every contact record, and the one customer it belongs to or why it belongs to none."""
    return _suite(
        "customer_records",
        _keyed("record_id"),
        _exactly(rows),
        _attributed(),
        _among(
            "unattributed_reason",
            "record_withdrawn",
            "record_not_a_customer",
            "record_quarantined",
            "record_unresolved",
        ),
        _never("none_unresolved", "unattributed_reason = 'record_unresolved'"),
    )


def customer_golden_values(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Which value of which record survived."""
    return _suite(
        "customer_golden_values",
        _keyed("customer_id", "field"),
        _exactly(rows),
        _filled("customer_id", "field", "record_id", "source"),
    )


def customer_identifiers(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Canonical identifiers of customers."""
    return _suite(
        "customer_identifiers",
        _keyed("customer_identifier_id"),
        _exactly(rows),
        _filled("customer_id", "identifier"),
        _among("kind", "email", "phone", "handle", "url"),
        _never("handles_name_a_network", "kind = 'handle' and network is null"),
        _counts("record_count", "source_count", least=1),
    )


def customer_contact_points(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Addresses and numbers of customers, and whether they may be used."""
    return _suite(
        "customer_contact_points",
        _keyed("customer_contact_point_id"),
        _exactly(rows),
        _filled("customer_id", "contact_point", "contact_rank"),
        _among("kind", "email", "phone"),
        _among(
            "state",
            "valid",
            "shared",
            "role",
            "bounced",
            "cleaned",
            "malformed",
            "placeholder",
        ),
        _counts("record_count", "source_count", "holders", "contact_rank", least=1),
        _never("contactable_or_why_not", "is_contactable <> (not_contactable_reason is null)"),
        _never(
            "no_dead_address_is_used",
            "is_contactable and state in ('bounced', 'cleaned', 'malformed', 'placeholder')",
        ),
    )


def customer_history(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Versions of customers over the runs."""
    return _suite(
        "customer_history",
        _keyed("customer_history_id"),
        _exactly(rows),
        _filled("customer_id", "reason", "valid_from", "recorded_from"),
        _among("reason", "new", "merged", "records", "source", "consent", "events", "rules"),
        _never("current_means_open", "is_current <> (recorded_to is null)"),
        _never("periods_have_length", "recorded_to <= recorded_from"),
        _nothing_in(
            "one_version_now",
            "select 1 from {batch} where is_current group by customer_id having count(*) > 1",
        ),
    )


def customer_changes(*, rows: int | None = None) -> gx.ExpectationSuite:
    """What changed from one run to the next."""
    return _suite(
        "customer_changes",
        _keyed("customer_change_id"),
        _exactly(rows),
        _filled("customer_id", "field", "reason", "changed_at", "recorded_at"),
        _never("changes_change_something", "value_from = value_to and field <> 'customer'"),
    )


def customer_xref(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Which record belonged to which customer, and when."""
    return _suite(
        "customer_xref",
        _keyed("customer_xref_id"),
        _exactly(rows),
        _filled("customer_id", "record_id", "valid_from"),
        _shares("confidence"),
        _never("current_means_open", "is_current <> (valid_to is null)"),
        _never("periods_have_length", "valid_to < valid_from"),
        _nothing_in(
            "one_customer_now",
            "select 1 from {batch} where is_current group by record_id having count(*) > 1",
        ),
    )


def account_xref(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Which record of an organisation belonged to which account, and when."""
    return _suite(
        "account_xref",
        _keyed("account_xref_id"),
        _exactly(rows),
        _filled("account_id", "account_record_id", "valid_from"),
        _shares("confidence"),
        _never("current_means_open", "is_current <> (valid_to is null)"),
        _never("periods_have_length", "valid_to < valid_from"),
        _nothing_in(
            "one_account_now",
            "select 1 from {batch} where is_current group by account_record_id having count(*) > 1",
        ),
    )


def identity_redirects(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Where retired customer ids lead."""
    return _suite(
        "identity_redirects",
        _keyed("customer_id"),
        _exactly(rows),
        _filled("redirected_at"),
        _never("no_loop", "customer_id = redirects_to or customer_id = resolves_to"),
    )


def identity_events(*, rows: int | None = None) -> gx.ExpectationSuite:
    """What happened to customer ids."""
    return _suite(
        "identity_events",
        _keyed("event_id"),
        _exactly(rows),
        _filled("run_id", "actor", "occurred_at"),
        _among("event_type", "create", "absorb", "merge", "split", "retire"),
        _counts("record_count"),
        _never("sides", "(customer_id_before is null) <> (event_type = 'create')"),
        _never(
            "moved",
            "event_type in ('merge', 'split') and customer_id_before = customer_id_after",
        ),
    )


def dim_account(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Organisations, resolved over all CRMs and employers."""
    return _suite(
        "dim_account",
        _keyed("account_id"),
        _exactly(rows),
        _filled("source"),
        _counts("record_count", "source_count", least=1),
        _counts("crm_record_count"),
        _never("in_crm_by_its_records", "is_in_crm <> (crm_record_count > 0)"),
    )


def account_relations(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Accounts that are related and not one."""
    return _suite(
        "account_relations",
        _keyed("account_relation_id"),
        _exactly(rows),
        _filled("account_id", "related_account_id"),
        _among("relation", "parent", "site", "group", "successor"),
        _among("basis", "crm", "matching", "ledger"),
        _never("related_to_another", "account_id = related_account_id"),
    )


def account_contacts(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Who works where."""
    return _suite(
        "account_contacts",
        _keyed("account_contact_id"),
        _exactly(rows),
        _filled("customer_id", "account_id", "record_id"),
        _among("role", "crm_account", "employer", "email_domain"),
    )


def account_money(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Deals by account and currency."""
    return _suite(
        "account_money",
        _keyed("account_id", "currency"),
        _exactly(rows),
        _counts("opportunities", least=1),
        _counts("open_opportunities", "won_opportunities", "lost_opportunities"),
    )


def account_360(*, rows: int | None = None) -> gx.ExpectationSuite:
    """One row per account."""
    return _suite(
        "account_360",
        _keyed("account_id"),
        _exactly(rows),
        _counts("customers", "contacts", "current_contacts", "cases", "opportunities"),
        _never("current_are_contacts", "current_contacts > contacts"),
        _never("open_are_cases", "open_cases > cases"),
    )


def fct_message(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Messages on social networks and in tickets."""
    return _suite(
        "fct_message",
        _keyed("message_id"),
        _exactly(rows),
        _attributed(),
        _filled("source", "channel", "direction"),
        _usually_filled("created_at"),  # a deleted post may have left nothing but its id
        _among("direction", "in", "out"),
        _counts("like_count", "reply_count", "seconds_to_answer", "view_count"),
        _never("unanswered_needs_an_answer", "is_unanswered and not needs_answer"),
    )


def fct_message_labels(*, rows: int | None = None) -> gx.ExpectationSuite:
    """What messages hold, and who says so."""
    return _suite(
        "fct_message_labels",
        _keyed("message_id"),
        _exactly(rows),
        _filled(
            "version_number",
            "language",
            "is_complaint",
            "harm",
            "is_spam",
            "findings",
            "personal_data",
            "model_version",
            "rules_version",
        ),
        _among("harm", "none", "offence", "hate", "threat"),
        _among("sentiment", "negative", "neutral", "positive"),
        _never(
            "inbound_messages_are_routed_or_unrouted",
            "(direction = 'in') = (department is null)",
        ),
        _never("labels_name_who_says_so", "(sentiment is null) <> (sentiment_by is null)"),
        _shares("department_confidence"),
    )


def conversation_experience(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Conversations as customers met them."""
    return _suite(
        "conversation_experience",
        _keyed("conversation_id"),
        _exactly(rows),
        _filled("customer_messages", "answers", "handovers", "is_answered", "asked_at"),
        _counts("customer_messages", least=1),
        _counts("seconds_to_first_answer", "messages_after_answer", "answers", "handovers"),
        _never("answers_have_a_time", "is_answered <> (first_answer_at is not null)"),
        _never(
            "moods_change_by_what_they_were",
            "mood_change is distinct from mood_after - mood_before",
        ),
    )


def agent_outcomes(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Who answers well."""
    return _suite(
        "agent_outcomes",
        _exactly(rows),
        _filled("agent_record_id", "source", "channel", "conversations", "moods_known"),
        _shares(
            "improved_share", "improved_share_low", "improved_share_high", "reopened_share"
        ),
        _never("few_outcomes_show_no_share", "moods_known < 30 and improved_share is not null"),
        _never(
            "shares_lie_in_their_interval",
            "improved_share < improved_share_low or improved_share > improved_share_high",
        ),
    )


def fct_attack(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Attacks in public; one that is going on is a warning."""
    return _suite(
        "fct_attack",
        _keyed("attack_id"),
        _exactly(rows),
        _filled(
            "kind", "source", "messages", "accounts", "is_recent", "started_at", "ended_at"
        ),
        _among("kind", "coordinated", "impersonation", "blocked_link"),
        _shares("copies_share", "young_share", "usual_young_share", "blocked_share"),
        _never("crowds_are_measured", "(kind = 'coordinated') <> (z is not null)"),
        _never("attacks_end_after_they_begin", "ended_at < started_at"),
        _noted("nobody_attacks_the_brand_now", "is_recent"),
    )


def fct_attack_message(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Posts of attacks."""
    return _suite(
        "fct_attack_message",
        _exactly(rows),
        _filled("attack_id", "message_id", "kind", "created_at"),
        _among("kind", "coordinated", "impersonation", "blocked_link"),
        _never(
            "what_is_part_of_a_crowd_gave_itself_away",
            "kind = 'coordinated' and not (is_near_copy or shares_objects or has_blocked_link "
            "or is_by_young_account)",
        ),
    )


def fct_compliance_finding(*, rows: int | None = None) -> gx.ExpectationSuite:
    """What rules of the compliance desk found, and where it stands."""
    return _suite(
        "fct_compliance_finding",
        _keyed("finding_id"),
        _exactly(rows),
        _filled(
            "version_number",
            "rule_id",
            "rule_version",
            "owner",
            "author_role",
            "spans",
            "posted_at",
            "found_at",
            "aware_at",
        ),
        _among(
            "kind",
            "complaint",
            "concern",
            "privacy_breach",
            "disclosure",
            "threat",
            "hate",
            "regulated_claim",
        ),
        _among("severity", "low", "medium", "high", "critical"),
        _among(
            "state",
            "new",
            "in_review",
            "confirmed",
            "false_positive",
            "duplicate",
            "escalated",
            "remediated",
            "closed",
        ),
        _never("known_when_found_or_before", "aware_at > found_at or due_at < aware_at"),
        _never("steps_and_states_agree", "state <> 'new' and step_count = 0"),
    )


def fct_harm_exposure(*, rows: int | None = None) -> gx.ExpectationSuite:
    """How long harmful posts stood, and before how many."""
    return _suite(
        "fct_harm_exposure",
        _keyed("exposure_id"),
        _exactly(rows),
        _filled("message_id", "is_standing", "posted_at", "found_at"),
        _among("harm", "offence", "hate", "threat", "privacy_breach"),
        _among("first_action", "reply", "hidden", "deleted"),
        _among("ended_by", "brand", "author", "network", "unknown"),
        _counts("audience", least=0),
        _never("stands_or_ended", "is_standing = (ended_by is not null)"),
        _never("ends_after_it_starts", "ended_at < posted_at"),
    )


def fct_compliance_rule_quality(*, rows: int | None = None) -> gx.ExpectationSuite:
    """How well each version of a compliance rule does."""
    return _suite(
        "fct_compliance_rule_quality",
        _keyed("rule_key"),
        _exactly(rows),
        _filled("kind", "findings"),
        _counts("open_findings", "confirmed", "false_positives", "duplicates", least=0),
        _shares("precision_share", "precision_low", "precision_high", "kind_recall"),
        _never(
            "verdicts_are_of_findings", "confirmed + false_positives + duplicates > findings"
        ),
    )


def fct_conversation(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Threads and tickets."""
    return _suite(
        "fct_conversation",
        _keyed("conversation_id"),
        _exactly(rows),
        _filled("source", "channel", "state"),
        _among(
            "state",
            "waiting_for_brand",
            "waiting_for_customer",
            "closed",
            "merged",
            "no_customer",
        ),
        _counts("message_count", "unanswered_messages", "parties", "reopened_count"),
        _never(
            "waiting_since_its_unanswered_message",
            "(customer_waiting_since is null) = is_unanswered",
        ),
    )


def fct_sla_clock(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Service-level clocks."""
    return _suite(
        "fct_sla_clock",
        _keyed("clock_id"),
        _exactly(rows),
        _filled("conversation_id", "measure", "policy", "status", "started_at"),
        _among("measure", "first_reply", "next_reply", "resolution"),
        _among(
            "status",
            "not_started",
            "running",
            "paused",
            "met",
            "missed",
            "closed_unanswered",
            "void",
        ),
        _never("ends_after_it_starts", "ended_at < started_at"),
        _never("met_in_time", "status = 'met' and ended_at > due_at"),
    )


def fct_conversation_state(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Stretches of time in one state."""
    return _suite(
        "fct_conversation_state",
        _keyed("state_id"),
        _exactly(rows),
        _filled("conversation_id", "state", "valid_from"),
        _among("state_of", "answer", "desk"),
        _never("ends_after_it_begins", "valid_to < valid_from"),
    )


def fct_email_event(*, rows: int | None = None) -> gx.ExpectationSuite:
    """What happened to e-mails."""
    return _suite(
        "fct_email_event",
        _keyed("email_event_id"),
        _exactly(rows),
        _attributed(),
        _filled("source", "event_type"),
        _usually_filled("occurred_at"),
        _among(
            "event_type",
            "sent",
            "delivered",
            "open",
            "click",
            "bounce",
            "drop",
            "defer",
            "complaint",
            "unsubscribe",
            "resubscribe",
            "other",
        ),
        _never(
            "opens_and_clicks_are_told_apart",
            "event_type in ('open', 'click') and engagement is null",
        ),
    )


def fct_opportunity(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Deals."""
    return _suite(
        "fct_opportunity",
        _keyed("opportunity_id"),
        _exactly(rows),
        _attributed(),
        _filled("source", "stage"),
        _among("outcome", "open", "won", "lost", "unknown"),
        _noted("outcomes_known", "outcome = 'unknown' and not is_deleted"),
        _noted(
            "flags_and_stages_agree",
            "outcome_basis in ('flag_against_stage', 'newer_stage') and not is_deleted",
        ),
        _noted(
            # the close date is a day of the company's, the other an instant in UTC
            "closed_after_created",
            "closed_at < created_at - interval 1 day and not is_deleted",
        ),
        _noted("currencies_known", "currency = 'XXX' and amount_minor is not null"),
        _never("amounts_name_a_currency", "amount_minor is not null and currency is null"),
        _patterned("currency", CURRENCY),
    )


def bridge_opportunity_customer(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Who else takes part in a deal."""
    return _suite(
        "bridge_opportunity_customer",
        _keyed("opportunity_customer_id"),
        _exactly(rows),
        _filled("opportunity_id", "customer_id"),
        _counts("record_count", least=1),
    )


def customer_money(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Deals by customer and currency."""
    return _suite(
        "customer_money",
        _keyed("customer_money_id"),
        _exactly(rows),
        _filled("customer_id", "currency"),
        _patterned("currency", CURRENCY),
        _counts("opportunities", least=1),
        _never(
            "outcomes_add_up",
            "opportunities <> open_opportunities + won_opportunities + lost_opportunities "
            "+ unknown_opportunities",
        ),
    )


def fct_case(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Support cases."""
    return _suite(
        "fct_case",
        _keyed("case_id"),
        _exactly(rows),
        _attributed(),
        _filled("source"),
        _counts("seconds_to_close"),
    )


def fct_campaign_member(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Who was in which campaign."""
    return _suite(
        "fct_campaign_member",
        _keyed("campaign_member_id"),
        _exactly(rows),
        _attributed(),
        _filled("source"),
    )


def campaign_xref(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Which campaign of the company a tool's campaign is part of."""
    return _suite(
        "campaign_xref",
        _keyed("campaign_record_id"),
        _exactly(rows),
        _filled("campaign_id"),
        _among("basis", "name_and_days", "judgement", "itself"),
        _shares("similarity"),
    )


def dim_campaign(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Campaigns and what they brought."""
    return _suite(
        "dim_campaign",
        _keyed("campaign_id"),
        _exactly(rows),
        _counts("recipients", "deliveries", "human_opens", "human_clicks", "members"),
    )


def fct_consent_event(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Consents given and withdrawn."""
    return _suite(
        "fct_consent_event",
        _keyed("consent_event_id"),
        _exactly(rows),
        _attributed(),
        _filled("source", "channel", "status"),
        _among("status", "granted", "withdrawn"),
    )


def customer_consent(*, rows: int | None = None) -> gx.ExpectationSuite:
    """The latest word per customer and channel."""
    return _suite(
        "customer_consent",
        _keyed("customer_consent_id"),
        _exactly(rows),
        _filled("customer_id", "channel", "status"),
        _among("status", "granted", "withdrawn"),
    )


def customer_consent_history(*, rows: int | None = None) -> gx.ExpectationSuite:
    """What consent held when, by customer and channel."""
    return _suite(
        "customer_consent_history",
        _keyed("customer_consent_history_id"),
        _exactly(rows),
        _filled("customer_id", "channel", "status"),
        _among("status", "granted", "withdrawn"),
        _never("periods_have_length", "valid_to <= valid_from"),
        _nothing_in(
            "one_status_now",
            "select 1 from {batch} where is_current group by customer_id, channel "
            "having count(*) > 1",
        ),
    )


def consent_conflicts(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Withdrawals that are not kept."""
    return _suite(
        "consent_conflicts",
        _keyed("consent_conflict_id"),
        _exactly(rows),
        _filled("customer_id", "record_id", "source", "channel", "withdrawn_source"),
        _among("conflict", "reachable_elsewhere", "mailed_after_withdrawal"),
        _never("mails_are_counted", "(conflict = 'mailed_after_withdrawal') <> (mails > 0)"),
    )


def customer_timeline(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Every event of every customer, once."""
    return _suite(
        "customer_timeline",
        _keyed("event_id"),
        _exactly(rows),
        _attributed(),
        _filled("fact", "fact_id", "event_type", "source"),
        _among("direction", "in", "out", "internal"),
        _never("amounts_name_a_currency", "amount_minor is not null and currency is null"),
    )


def fct_touch(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Contacts that may count towards a conversion."""
    return _suite(
        "fct_touch",
        _keyed("touch_id"),
        _exactly(rows),
        _filled("customer_id", "kind", "channel", "source", "occurred_at"),
        _among("initiated_by", "company", "customer"),
    )


def fct_conversion(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Won deals."""
    return _suite(
        "fct_conversion",
        _keyed("conversion_id"),
        _exactly(rows),
        _attributed(),
        _filled("source", "conversion_type"),
        _never("amounts_name_a_currency", "amount_minor is not null and currency is null"),
    )


def fct_attribution(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Credit of touches for conversions."""
    return _suite(
        "fct_attribution",
        _exactly(rows),
        _filled("conversion_id", "model", "channel", "credit"),
        _shares("credit"),
    )


def fct_feedback(*, rows: int | None = None) -> gx.ExpectationSuite:
    """What customers' texts ask and are about."""
    return _suite(
        "fct_feedback",
        _keyed("feedback_id"),
        _exactly(rows),
        _attributed(),
        _filled("conversation_id", "issue_id", "department"),
        _among("ask", "bug", "request", "complaint", "question"),
        _never("routed_or_not", "(department = 'unrouted') <> (routed_by is null)"),
    )


def fct_issue(*, rows: int | None = None) -> gx.ExpectationSuite:
    """What customers ask for, and who acts on it."""
    return _suite(
        "fct_issue",
        _keyed("issue_id"),
        _exactly(rows),
        _attributed(),
        _filled("department", "found_at", "issue_group_id"),
        _among("ask", "bug", "request", "complaint", "question"),
        _among("state", "unrouted", "routed", "accepted", "resolved"),
        _counts("posts", least=1),
        _never("nobody_answers_before_it_is_said", "accepted_at < found_at"),
        _noted("every_department_has_an_owner", "owner is null"),
    )


def product_feedback(*, rows: int | None = None) -> gx.ExpectationSuite:
    """What is said of the product, by whom, and what was decided."""
    return _suite(
        "product_feedback",
        _keyed("product_feedback_id"),
        _exactly(rows),
        _counts("customers", "customers_who_ask", "open_issues", "unrouted_issues"),
        _counts("posts", least=1),
        _shares("negative_share"),
        _never("who_asks_has_spoken", "customers_who_ask > customers"),
        _never("asks_add_up", "bugs + requests + questions > issues"),
    )


def customer_value(*, rows: int | None = None) -> gx.ExpectationSuite:
    """What customers were and will be worth."""
    return _suite(
        "customer_value",
        _keyed("customer_id"),
        _exactly(rows),
        _filled("rfm_segment"),
        _shares("probability_alive", "churn_risk"),
        _counts("purchases", least=1),
        _counts("days_since_purchase"),
        _never("amounts_name_a_currency", "amount_minor is not null and currency is null"),
    )


def customer_segments(*, rows: int | None = None) -> gx.ExpectationSuite:
    """Who is in which segment, since when and why."""
    return _suite(
        "customer_segments",
        _keyed("customer_id", "segment", "member_from"),
        _exactly(rows),
        _filled("customer_id", "segment", "because", "member_from"),
    )


MARTS: Mapping[str, Callable[..., gx.ExpectationSuite]] = {
    build.__name__: build
    for build in (
        dim_customer,
        customer_360,
        customer_recency,
        customer_records,
        customer_golden_values,
        customer_identifiers,
        customer_contact_points,
        customer_history,
        customer_changes,
        customer_xref,
        account_xref,
        account_relations,
        account_contacts,
        account_money,
        account_360,
        identity_redirects,
        identity_events,
        dim_account,
        fct_message,
        fct_message_labels,
        conversation_experience,
        agent_outcomes,
        fct_attack,
        fct_attack_message,
        fct_compliance_finding,
        fct_harm_exposure,
        fct_compliance_rule_quality,
        fct_conversation,
        fct_sla_clock,
        fct_conversation_state,
        fct_email_event,
        fct_opportunity,
        bridge_opportunity_customer,
        customer_money,
        fct_case,
        fct_campaign_member,
        campaign_xref,
        dim_campaign,
        fct_consent_event,
        customer_consent,
        customer_consent_history,
        consent_conflicts,
        customer_timeline,
        fct_touch,
        fct_conversion,
        fct_attribution,
        fct_feedback,
        fct_issue,
        product_feedback,
        customer_value,
        customer_segments,
    )
}
"""Every mart's suite, by the mart's name."""


def _suite(name: str, *rules: Iterable[Expectation]) -> gx.ExpectationSuite:
    return gx.ExpectationSuite(
        name=f"marts.{name}", expectations=[rule for group in rules for rule in group]
    )


def _keyed(*columns: str) -> Rules:
    """The key is there and repeats nowhere."""
    if len(columns) > 1:
        return [
            gxe.ExpectCompoundColumnsToBeUnique(
                column_list=list(columns), severity=CRITICAL, meta={"rule": "key_unique"}
            )
        ]
    return [
        *_filled(*columns),
        gxe.ExpectColumnValuesToBeUnique(
            column=columns[0], severity=CRITICAL, meta={"rule": f"{columns[0]}_unique"}
        ),
    ]


def _exactly(rows: int | None) -> Rules:
    if rows is None:
        return []
    return [
        gxe.ExpectTableRowCountToBeBetween(
            min_value=rows, max_value=rows, severity=CRITICAL, meta={"rule": "row_for_row"}
        )
    ]


def _attributed() -> Rules:
    """Belongs to exactly one customer, or says why to none."""
    return _never(
        "attributed_or_reason", "(customer_id is null) = (unattributed_reason is null)"
    )


def _filled(*columns: str) -> Rules:
    return [
        gxe.ExpectColumnValuesToNotBeNull(
            column=column, severity=CRITICAL, meta={"rule": f"{column}_present"}
        )
        for column in columns
    ]


def _usually_filled(column: str) -> Rules:
    return [
        gxe.ExpectColumnValuesToNotBeNull(
            column=column, severity=WARNING, meta={"rule": f"{column}_present"}
        )
    ]


def _among(column: str, *values: str) -> Rules:
    return [
        gxe.ExpectColumnValuesToBeInSet(
            column=column,
            value_set=list(values),
            severity=CRITICAL,
            meta={"rule": f"{column}_known"},
        )
    ]


def _counts(*columns: str, least: int = 0) -> Rules:
    """Counts that are there are never below ``least``; one question for all of them."""
    below = " or ".join(f"{column} < {least}" for column in columns)
    return _never(f"counts_at_least_{least}", below)


def _shares(*columns: str) -> Rules:
    outside = " or ".join(f"{column} not between 0 and 1" for column in columns)
    return _never("shares_between_0_and_1", outside)


def _patterned(column: str, pattern: str) -> Rules:
    return [
        gxe.ExpectColumnValuesToMatchRegex(
            column=column, regex=pattern, severity=CRITICAL, meta={"rule": f"{column}_form"}
        )
    ]


def _emails(column: str) -> Rules:
    return [
        gxe.ExpectColumnValuesToMatchRegex(
            column=column,
            regex=r"^[^@\s]+@[^@\s]+$",
            mostly=0.99,
            severity=WARNING,
            meta={"rule": f"{column}_email"},
        )
    ]


def _small_customers() -> Rules:
    return [
        gxe.ExpectColumnValuesToBeBetween(
            column="record_count",
            max_value=LARGE_CUSTOMER,
            severity=WARNING,
            meta={"rule": f"no_customer_of_more_than_{LARGE_CUSTOMER}_records"},
        )
    ]


def _never(rule: str, condition: str) -> Rules:
    """No row for which ``condition`` is true. The query yields no value of the row."""
    return _nothing_in(rule, f"select 1 from {{batch}} where {condition}")


def _noted(rule: str, condition: str) -> Rules:
    """Rows for which ``condition`` is true are counted and shown; they stop nothing."""
    return _nothing_in(rule, f"select 1 from {{batch}} where {condition}", severity=WARNING)


def _nothing_in(rule: str, query: str, *, severity: FailureSeverity = CRITICAL) -> Rules:
    return [
        gxe.UnexpectedRowsExpectation(
            unexpected_rows_query=query, severity=severity, meta={"rule": rule}
        )
    ]

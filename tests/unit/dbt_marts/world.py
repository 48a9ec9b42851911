"""A hand-made warehouse: the tables the marts read, with builders that have good defaults."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.compliance.exposure import EXPOSURE
from dagster_project.compliance.warehouse import FINDINGS, RULE_QUALITY
from dagster_project.config.attacks import read_attacks
from dagster_project.config.attribution import read_attribution
from dagster_project.config.campaigns import read_campaigns
from dagster_project.config.email_engagement import read_email_engagement
from dagster_project.config.identity import read_identity
from dagster_project.config.privacy import read_privacy
from dagster_project.config.routing import Routing, read_routing
from dagster_project.config.service_levels import read_service_levels
from dagster_project.config.survivorship import read_survivorship
from dagster_project.listening.warehouse import KEPT
from dagster_project.publish.versions import ROWS, VERSIONS
from dagster_project.sources.catalogue import VENDORS

PROJECT = Path(__file__).resolve().parents[3]

NAMED_BY_HAND = """
    named_record_id varchar, source varchar,
    identifiers struct(kind varchar, network varchar, "value" varchar, is_verified boolean)[]"""

INPUTS: dict[str, str] = {
    "intermediate.int_contact_records": """
        record_id varchar, source varchar, vendor varchar, record_type varchar,
        native_id varchar, brand varchar, region varchar, default_country varchar, kind varchar,
        given_name varchar, family_name varchar, full_name varchar, birth_date date,
        organisation varchar, title varchar, language varchar, country varchar,
        account_id varchar, created_at timestamptz, updated_at timestamptz,
        deleted_at timestamptz, merged_into varchar, bio varchar, primary_email varchar,
        primary_phone varchar, salutation varchar, department varchar, owner varchar,
        lead_status varchar, lead_source varchar, lifecycle_stage varchar,
        marketing_status varchar, individual_id varchar, tags varchar, time_zone varchar,
        email_status varchar, phone_status varchar, followers_count bigint,
        email_bounced_at timestamptz, email_cleaned_at timestamptz,
        last_activity_at timestamptz""",
    "intermediate.int_contacts_unioned": "record_id varchar, handle varchar, is_own_account boolean",
    "intermediate.int_contact_addresses": """
        record_id varchar, street varchar, city varchar, state varchar, postal_code varchar,
        country varchar""",
    "intermediate.int_account_records": """
        record_id varchar, merged_into varchar, parent_record_id varchar, source varchar,
        vendor varchar, brand varchar, region varchar, record_type varchar, name varchar,
        legal_name varchar, website varchar, email_domain varchar, phone varchar,
        street varchar, city varchar, state varchar, postal_code varchar, country varchar,
        registration_number varchar, tax_number varchar, industry varchar,
        account_type varchar, account_owner varchar, employee_count bigint,
        created_at timestamptz, updated_at timestamptz, deleted_at timestamptz""",
    "identity.account_xref": """
        record_id varchar, account_id varchar, valid_from timestamptz, valid_to timestamptz,
        confidence double""",
    "identity.account_relations": """
        account_id varchar, related_account_id varchar, relation varchar, basis varchar""",
    "identity.account_domains": "domain varchar, account_id varchar",
    "intermediate.int_messages": """
        message_id varchar, source varchar, vendor varchar, channel varchar, brand varchar,
        region varchar, brand_account varchar, thread_id varchar, parent_message_id varchar,
        direction varchar, author_record_id varchar, record_id varchar,
        unattributed_reason varchar, body_text varchar, language varchar, visibility varchar,
        created_at timestamptz, edited_at timestamptz, deleted_at timestamptz,
        is_hidden boolean, is_repost boolean, is_edited boolean, like_count bigint, reply_count bigint,
        case_id varchar, author_kind varchar, auto_reason varchar, deleted_by varchar,
        version_number bigint, view_count bigint, author_followers bigint,
        client_created_at timestamptz, division varchar, is_accepted_answer boolean,
        settled_at timestamptz, links varchar""",
    "intermediate.int_email_events": """
        email_event_id varchar, source varchar, vendor varchar, brand varchar, region varchar,
        record_id varchar, send_key varchar, campaign_id varchar, campaign_name varchar,
        event_type varchar, is_vendor_machine boolean, bounce_class varchar, url varchar,
        user_agent varchar, ip varchar, occurred_at timestamptz""",
    "intermediate.int_opportunities": """
        opportunity_id varchar, source varchar, vendor varchar, brand varchar, region varchar,
        name varchar, stage varchar, amount_minor bigint, currency varchar, close_date date,
        is_closed boolean, is_won boolean, outcome varchar, outcome_basis varchar,
        pipeline varchar, opportunity_type varchar, lead_source varchar,
        forecast_category varchar, owner varchar, probability double, merged_into varchar,
        campaign_id varchar, account_id varchar,
        primary_record_id varchar, created_at timestamptz, updated_at timestamptz,
        deleted_at timestamptz""",
    "intermediate.int_opportunity_contacts": """
        opportunity_id varchar, record_id varchar, role varchar, is_primary boolean""",
    "intermediate.int_cases": """
        case_id varchar, source varchar, vendor varchar, brand varchar, region varchar,
        record_id varchar, account_id varchar, case_number varchar, parent_case_id varchar,
        case_type varchar, reason varchar, owner varchar,
        satisfaction varchar, subject varchar, description varchar,
        status varchar, priority varchar, origin varchar, created_at timestamptz,
        closed_at timestamptz, is_escalated boolean, updated_at timestamptz,
        deleted_at timestamptz, merged_into varchar, merged_at timestamptz""",
    "intermediate.int_campaign_members": """
        campaign_member_id varchar, source varchar, record_id varchar, campaign_id varchar,
        campaign_name varchar, status varchar, has_responded boolean, created_at timestamptz,
        responded_at timestamptz""",
    "staging.stg_salesforce__campaigns": """
        campaign_id varchar, source varchar, parent_campaign_id varchar, name varchar,
        campaign_type varchar, status varchar, currency varchar, actual_cost_minor bigint,
        budgeted_cost_minor bigint, is_active boolean, start_date date, end_date date,
        created_at timestamptz, deleted_at timestamptz""",
    "staging.stg_mailchimp__members": """
        record_id varchar, source varchar, unsubscribe_campaign_id varchar,
        unsubscribe_campaign_name varchar, clean_campaign_id varchar,
        clean_campaign_name varchar""",
    "intermediate.int_consents": """
        consent_event_id varchar, source varchar, record_id varchar, channel varchar,
        purpose varchar, status varchar, occurred_at timestamptz, evidence varchar""",
    "staging.stg_manual__consents": f"""
        consent_entry_id varchar, {NAMED_BY_HAND}, channel varchar, purpose varchar,
        status varchar, said_at timestamptz""",
    "staging.stg_manual__corrections": f"""
        correction_entry_id varchar, {NAMED_BY_HAND}, field varchar, corrected_value varchar,
        replaced_value varchar, is_undone boolean, said_at timestamptz, _as_of timestamptz""",
    "intermediate.int_as_of": "as_of timestamptz",
    "history.customer_versions": ", ".join(f"{n} {kind}" for n, kind in VERSIONS.items()),
    "history.customer_rows": ", ".join(f"{n} {kind}" for n, kind in ROWS.items()),
    "identity.customer_xref": """
        record_id varchar, customer_id varchar, valid_from timestamptz, valid_to timestamptz,
        confidence double""",
    "identity.record_status": "record_id varchar, status varchar, reason varchar",
    "identity.record_identifiers": """
        record_id varchar, kind varchar, network varchar, value_raw varchar,
        value_norm varchar, is_verified boolean, is_shared boolean,
        flag varchar, first_seen_at timestamptz, last_seen_at timestamptz""",
    "identity.phone_numbers": """
        value_norm varchar, region varchar, origin varchar, e164 varchar,
        is_fixed_line boolean""",
    "identity.redirects": """
        customer_id varchar, redirects_to varchar, redirected_at timestamptz""",
    "identity.groups": """
        group_id varchar, relation varchar, identifier_kind varchar, customer_id varchar,
        records bigint, customers bigint""",
    "identity.events": """
        event_id varchar, event_type varchar, customer_id varchar, other_customer_id varchar,
        record_count bigint, run_id varchar, actor varchar, occurred_at timestamptz""",
    "config.sources": """
        name varchar, vendor varchar, brand varchar, region varchar, country varchar,
        currency varchar, timezone varchar""",
    "config.survivorship": "field varchar, priority integer, vendor varchar, rule varchar",
    "config.settings": "key varchar, value varchar",
    "config.routing_words": "kind varchar, name varchar, phrase varchar, goes_on boolean",
    "config.routing_names": """
        kind varchar, name varchar, title varchar, area varchar, about varchar,
        department varchar""",
    "config.departments": "department varchar, owner varchar, queue varchar",
    "config.route_corrections": """
        issue_id varchar, department varchar, corrected_by varchar, corrected_on date""",
    "config.releases": """
        release_name varchar, released_on date, area varchar, product varchar, platform varchar""",
    "config.decisions": """
        theme varchar, product varchar, state varchar, decided_on date, decided_by varchar,
        link varchar""",
    "config.campaign_judgements": """
        campaign_record_id varchar, other_record_id varchar, verdict varchar""",
    "config.exchange_rates": """
        day date, valid_to date, currency varchar, reporting_currency varchar,
        rate decimal(24, 10)""",
    "service_levels.clocks": """
        clock_id varchar, conversation_id varchar, party_id varchar, message_id varchar,
        record_id varchar, measure varchar, channel varchar, brand varchar, language varchar,
        priority varchar, tier varchar, policy varchar, policy_version integer,
        calendar varchar, hours varchar, target_minutes double, status varchar,
        started_at timestamptz, due_at timestamptz, ended_at timestamptz,
        business_seconds double, calendar_seconds double, due_history varchar,
        escalations varchar, audience bigint, started_in_hours boolean,
        exposed_minutes double""",
    "listening.message_labels": ", ".join(f"{n} {kind}" for n, kind in KEPT.items()),
    "compliance.findings": ", ".join(f"{n} {kind}" for n, kind in FINDINGS.items()),
    "compliance.rule_quality": ", ".join(f"{n} {kind}" for n, kind in RULE_QUALITY.items()),
    "compliance.exposure": ", ".join(f"{n} {kind}" for n, kind in EXPOSURE.items()),
    "config.conversation_lists": "kind varchar, value varchar",
    "staging.stg_zendesk__changes": """
        change_id varchar, ticket_id varchar, field_name varchar, field_value varchar,
        changed_at timestamptz""",
    "config.nicknames": "short_form varchar, name varchar",
    "staging.country_names": "country_name varchar, country varchar",
    "value.predictions": """
        customer_id varchar, repeat_purchases bigint, recency_weeks double, age_weeks double,
        probability_alive double, expected_purchases_52w double, currency varchar,
        expected_average_minor bigint""",
    "value.fits": """
        model varchar, currency varchar, customers bigint, repeat_buyers bigint,
        parameters varchar, log_likelihood double, correlation double, holdout_weeks double,
        holdout_purchases bigint, holdout_expected double, holdout_mean_error double,
        not_fitted_because varchar""",
    "history.customer_segments": """
        customer_id varchar, segment varchar, title varchar, because varchar,
        member_from timestamptz, member_to timestamptz""",
    "landing.quarantined": """
        _source varchar, _stream varchar, _native_id varchar, _load_id varchar, _row bigint,
        rule varchar""",
}
"""Every table the marts read, with its columns and their types."""

AS_OF = "2026-11-01 00:00:00+00"


@dataclass
class World:
    """Rows of the marts' inputs; each ``add`` overrides what its test is about."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **values: Any) -> "World":
        """One row of one table; columns left out are null."""
        self.rows.setdefault(table, []).append(values)
        return self

    def record(self, record_id: str, customer: str | None = None, **values: Any) -> "World":
        """A contact record and, with ``customer``, its current membership."""
        source, kind, native_id = record_id.split(":", 2)
        self.add(
            "intermediate.int_contact_records",
            **{
                "record_id": record_id,
                "source": source,
                "vendor": source.split("_")[0],
                "record_type": kind,
                "native_id": native_id,
                "kind": "person",
                "updated_at": "2026-01-01 00:00:00+00",
                **values,
            },
        )
        self.add(
            "identity.record_status",
            record_id=record_id,
            status="resolved" if customer else "withdrawn",
        )
        if customer:
            self.add(
                "identity.customer_xref",
                record_id=record_id,
                customer_id=customer,
                valid_from="2026-01-01 00:00:00+00",
                confidence=0.99,
            )
        return self

    def identifier(self, record_id: str, kind: str, value: str, **values: Any) -> "World":
        """A canonical identifier of a record."""
        return self.add(
            "identity.record_identifiers",
            **{"record_id": record_id, "kind": kind, "value_norm": value, **values},
        )

    def message(self, message_id: str, record_id: str | None, **values: Any) -> "World":
        """A message received from (or with ``direction='out'`` sent to) the record."""
        direction = values.get("direction", "in")
        return self.add(
            "intermediate.int_messages",
            **{
                "message_id": message_id,
                "source": "x_quay",
                "vendor": "x",
                "channel": "x",
                "brand": "quay",
                "region": "global",
                "thread_id": "thread-1",
                "direction": direction,
                "record_id": record_id,
                "author_record_id": record_id if direction == "in" else None,
                "author_kind": "customer" if direction == "in" else "agent",
                "body_text": "hello",
                "created_at": "2026-10-01 10:00:00+00",
                **values,
            },
        )

    def email_event(self, email_event_id: str, event_type: str, **values: Any) -> "World":
        """An e-mail event of one send."""
        return self.add(
            "intermediate.int_email_events",
            **{
                "email_event_id": email_event_id,
                "source": "sendgrid_global",
                "vendor": "sendgrid",
                "record_id": "sendgrid_global:recipient:ana",
                "send_key": "send-1",
                "event_type": event_type,
                "is_vendor_machine": False,
                "occurred_at": "2026-10-01 10:00:00+00",
                **values,
            },
        )

    def opportunity(self, opportunity_id: str, record_id: str | None, **values: Any) -> "World":
        """A deal whose primary contact is the record, won where ``outcome`` says nothing else."""
        outcome = values.get("outcome", "won")
        return self.add(
            "intermediate.int_opportunities",
            **{
                "outcome": outcome,
                "opportunity_id": opportunity_id,
                "source": "salesforce_emea",
                "vendor": "salesforce",
                "brand": "quay",
                "region": "emea",
                "amount_minor": 1000,
                "currency": "EUR",
                "close_date": "2026-10-15",
                "is_closed": None if outcome == "unknown" else outcome != "open",
                "is_won": None if outcome == "unknown" else outcome == "won",
                "primary_record_id": record_id,
                "created_at": "2026-09-01 00:00:00+00",
                **values,
            },
        )

    def write(self, connection: duckdb.DuckDBPyConnection, catalog: str) -> None:
        """Create all inputs in ``catalog`` and fill them, committed rules and settings included."""
        self._with_configuration()
        for table, columns in INPUTS.items():
            schema = table.split(".", maxsplit=1)[0]
            connection.execute(f"create schema if not exists {catalog}.{schema}")
            connection.execute(f"create or replace table {catalog}.{table} ({columns})")
            if table == "staging.country_names":
                seed = PROJECT / "dbt" / "seeds" / "staging" / "country_names.csv"
                connection.execute(f"insert into {catalog}.{table} from read_csv('{seed}')")
            rows = self.rows.get(table, [])
            if rows:
                names = list(dict.fromkeys(name for row in rows for name in row))
                marks = f"({', '.join('?' for _ in names)})"
                connection.execute(
                    f"insert into {catalog}.{table} ({', '.join(names)}) values "
                    + ", ".join(marks for _ in rows),
                    [row.get(name) for row in rows for name in names],
                )

    def _with_routing(self, routing: Routing) -> None:
        for table, rows, columns in (
            ("config.routing_words", routing.words(), "kind name phrase goes_on"),
            ("config.routing_names", routing.names(), "kind name title area about department"),
            ("config.departments", routing.owners(), "department owner queue"),
        ):
            if table not in self.rows:
                for row in rows:
                    self.add(table, **dict(zip(columns.split(), row, strict=True)))

    def _with_configuration(self) -> None:
        if "config.survivorship" not in self.rows:
            file = PROJECT / "config" / "survivorship.yml"
            for row in read_survivorship(file, vendors=VENDORS):
                self.add("config.survivorship", **vars(row))
        if "config.nicknames" not in self.rows:
            for short_form, name in read_identity(
                PROJECT / "config/identity.yml"
            ).short_forms():
                self.add("config.nicknames", short_form=short_form, name=name)
        routing = read_routing(PROJECT / "config" / "routing.yml")
        self._with_routing(routing)
        if "config.settings" not in self.rows:
            engagement = read_email_engagement(PROJECT / "config" / "email_engagement.yml")
            attribution = read_attribution(PROJECT / "config" / "attribution.yml")
            levels = read_service_levels(PROJECT / "config" / "service_levels.yml")
            for key, value in (
                *engagement.settings(),
                *attribution.settings(),
                *levels.conversations.settings(),
                *read_attacks(PROJECT / "config" / "attacks.yml").settings(),
                *read_campaigns(PROJECT / "config" / "campaigns.yml").settings(),
                *routing.settings(),
                *read_privacy(PROJECT / "config" / "privacy.yml").settings(),
            ):
                self.add("config.settings", key=key, value=value)
        listed = read_attacks(PROJECT / "config" / "attacks.yml").lists()
        for kind, value in listed:
            self.add("config.conversation_lists", kind=kind, value=value)
        if "intermediate.int_as_of" not in self.rows:
            self.add("intermediate.int_as_of", as_of=AS_OF)

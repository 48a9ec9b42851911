"""Names of assets and groups, in one place: the graph reads from vendor file to insight view."""

import dagster as dg

from dagster_project.domain.streams import StreamSpec

CONFIG = "0_config"
INBOX = "1_inbox"
LANDING = "2_landing"
STAGING = "3_staging"
INTERMEDIATE = "4_intermediate"
IDENTITY = "5_identity"
VALUE = "5_value"
SERVICE_LEVELS = "5_service_levels"
LISTENING = "5_listening"
COMPLIANCE = "6_compliance"
MARTS = "6_marts"
INSIGHTS = "7_insights"
PUBLISHED = "8_published"

GROUP_OF_SCHEMA = {
    "seeds": STAGING,
    "staging": STAGING,
    "intermediate": INTERMEDIATE,
    "marts": MARTS,
    "insights": INSIGHTS,
}


WHOLE_INBOX = dg.AssetKey(["inbox"])
"""The inbox itself: what lies in it that no source has."""


def inbox_key(source: str) -> dg.AssetKey:
    """A configured source: its folder in the inbox, or its API."""
    return dg.AssetKey(["inbox", source])


def landing_key(spec: StreamSpec) -> dg.AssetKey:
    """The landed rows of one stream; the same key as the dbt source of that name."""
    return dg.AssetKey(["landing", spec.table])


def identity_key(table: str) -> dg.AssetKey:
    """One output of identity resolution."""
    return dg.AssetKey(["identity", table])


def service_level_key(table: str) -> dg.AssetKey:
    """What the clocks of conversations say."""
    return dg.AssetKey(["service_levels", table])


def listening_key(table: str) -> dg.AssetKey:
    """What messages hold."""
    return dg.AssetKey(["listening", table])


def compliance_key(table: str) -> dg.AssetKey:
    """What the compliance desk keeps, and how long harm stands."""
    return dg.AssetKey(["compliance", table])


def value_key(table: str) -> dg.AssetKey:
    """One output of the models of customers' value."""
    return dg.AssetKey(["value", table])


def crm_import_key(consumer: str, vendor: str) -> dg.AssetKey:
    """The files that one vendor's CRMs load back from a consumer's product."""
    return dg.AssetKey(["crm_import", consumer, vendor])


def published_key(consumer: str) -> dg.AssetKey:
    """A consumer's data product."""
    return dg.AssetKey(["published", consumer])

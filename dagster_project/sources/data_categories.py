"""Kinds of personal data in vendors' columns, in the words of a notice.

Belongs here: what a column holds, for people who are told of it. Does not belong here: how it marks a
person (``personal_columns``), which decides what may be published.
"""

import re

from dagster_project.domain.streams import StreamSpec
from dagster_project.sources.personal_columns import personal_data_in

_KINDS: tuple[tuple[str, str], ...] = (
    (
        "names and forms of address",
        r"(first|last|display|from|supplied|requester)_name|name|salutation|pronouns|fields",
    ),
    ("e-mail addresses", r".*email(s|_address|_id)?|recipient|subscriber_hash|euid|leid|email_bounced_reason"),
    ("telephone numbers", r".*phone(_number)?"),
    (
        "postal addresses and places",
        r".*(street|city|postal_code|country|state)(_address|_region)?|address|street_address|cc"
        r"|country_region|state_region|location|latitude|longitude|region|optin_ip|confirm_ip",
    ),
    ("dates of birth", r"birth.*|date_of_birth"),
    (
        "accounts and profiles on networks and the web",
        r".*(handle|username)|acct|account_acct|facebook_id|author_did|did|linkedin_url|website(_url)?"
        r"|expanded_url|moved_to|description|bio|labels|user_id|from_id|author_id|uri|permalink(_url)?"
        r"|account_id|from_username|metadata",
    ),
    (
        "what you write, in public or to us",
        r"text|body|html_body|message|content|caption|cooked|raw|story|subject|spoiler_text|facets|links"
        r"|mentions|note|notes|unsub_reason(_other)?|satisfaction_score|response|tag|tags|slug"
        r"|evidence|reason|value|previous_value|replaces",
    ),
    ("work: employer, position, department", r"title|job_title|department|company|associated_company|industry|organization_(id|name)|domain(_names)?"),
    ("languages and time zones", r"lang|langs|language|preferred_language|locale|time_?zone"),
    ("devices: addresses of connections, programs", r"ip|user_?agent"),
    ("e-mails: which were sent to you, what you opened and clicked", r"url|sg_(event|message)_id|smtp_id|sent_by_id"),
    ("our people who deal with you", r".*owner(_id)?|assignee_(id|name)|submitter_id|recorded_by"),
    (
        "numbers under which you, your messages and cases are kept",
        r"(.*_)?(id|ids)|calculated_merged_vids|case_number|deal_name|filter|.*_uri|handle|updated_at",
    ),
)  # fmt: skip
"""What a notice calls it, and which columns it is; the first that fits counts."""

_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)

_PEOPLE = {
    "mailchimp": "people who have subscribed to a newsletter, or left it",
    "sendgrid": "people to whom e-mails are sent",
    "x": "people who write to the brand, or about it, in public",
    "facebook": "people who write to the brand, or about it, in public",
    "instagram": "people who write to the brand, or about it, in public",
    "mastodon": "people who write to the brand, or about it, in public",
    "bluesky": "people who write to the brand, or about it, in public",
    "discourse": "members of the community",
    "zendesk": "people who ask for support, and the people who help them",
    "salesforce": "customers, prospects and people at companies that are customers",
    "hubspot": "customers, prospects and people at companies that are customers",
    "manual": "people who have told the company what they agree to, or what is wrong",
}


def kinds_of_data(spec: StreamSpec, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Kinds of personal data in a stream's columns, in the order of a notice."""
    found = {kind_of_data(c) for c in spec.columns if c not in without}
    return tuple(kind for kind, _ in _KINDS if kind in found)


def kind_of_data(column: str) -> str | None:
    """The kind of one column; nothing for one that tells of no person."""
    if personal_data_in(column) == "none":
        return None
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(column)), None)


def people_of(vendor: str) -> str:
    """Whom a vendor's data are about."""
    return _PEOPLE[vendor]

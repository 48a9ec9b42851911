"""Exports and answers that are known for what they are and not read: their names and remedies.

A file that is refused under its right name, with advice that helps, is worth more than a guess:
nothing here is recognised by one column alone. Belongs here: tables and JSON of the vendors
themselves and of shops, mail programs and spreadsheets that end up beside them.
Does not belong here: what is read (the vendors' modules); bytes of no text (``kinds``).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.sources.envelopes import opened
from dagster_project.sources.headers import fold
from dagster_project.sources.hubspot import READ_OBJECTS, hubspot_kind
from dagster_project.sources.json_rows import peek_values
from dagster_project.sources.remainder import Remainder
from dagster_project.sources.tabular import Sheet, peek_sheet

_NOT_READ = "nothing to do: it is not read yet; docs/formats.md lists what is"


@dataclass(frozen=True)
class Named:
    """What a file is, with its article, and what helps."""

    what: str
    remedy: str


def name_table(path: Path, name: str, configured: Iterable[str] = ()) -> Named | None:
    """What a table is that is not read, whoever might take its columns for their own.

    ``configured``: labels a source declares; a table that has one of them is as it was meant.
    """
    sheet = peek_sheet(path)
    if sheet is None:
        return None
    labels = frozenset(fold(label) for label in sheet.header)
    if labels & {fold(label) for label in configured}:
        return None
    if _is_salesforce_report(path, sheet, labels):
        return _SALESFORCE_REPORT
    if _is_on_campaign(name, labels):
        return _CAMPAIGN_REPORT
    return next((table.named for table in _TABLES if table.fits(labels)), None)


def name_values(path: Path) -> Named | None:
    """What JSON is that no vendor recognises, where all its beginning is of one kind."""
    values = peek_values(path)[:20]
    names = [name_value(value) or _name_inside(value) for value in values]
    return names[0] if names and all(names) else None


def name_value(value: Any) -> Named | None:
    """What one JSON value is: an error answer of an API, or an object that is not read."""
    return _named_error(value) or _named_object(value)


def _name_inside(value: Any) -> Named | None:
    """What a value is that stands in an envelope, where nothing else does."""
    rest = Remainder()
    found = list(opened(value, lambda inner: name_value(inner) is not None, rest))
    return name_value(found[0]) if found and not rest.left_out else None


@dataclass(frozen=True)
class _Table:
    """A table is this one when it has every one of ``all_of`` and ``least`` of ``any_of``."""

    named: Named
    all_of: frozenset[str]
    any_of: frozenset[str] = frozenset()
    least: int = 0
    none_of: frozenset[str] = frozenset()
    one_of: frozenset[str] | None = None  # where some of any_of prove nothing by themselves

    def fits(self, labels: frozenset[str]) -> bool:
        """Whether a header is this table's."""
        found = self.all_of <= labels and len(self.any_of & labels) >= self.least
        proven = self.one_of is None or bool(self.one_of & labels)
        return found and proven and not self.none_of & labels


def _set(text: str) -> frozenset[str]:
    """Folded labels of a comma-separated list."""
    return frozenset(fold(label) for label in text.split(","))


_PERSON = _set("first name,last name,email,lifecycle stage,lead status")
_MEMBER = _set("member_rating,optin_time,confirm_time,leid,euid")

_KEPT_WITH_PEOPLE = _MEMBER | _set(
    "record id,lifecycle stage,contact owner,deal name,deal stage"
)
_ORDERS = Named(
    "a list of orders",
    "nothing to do: orders are not read; people come from the CRM's or the e-mail tool's own export",
)
_ORDER_LABELS = _set(
    "order id,order number,order no,order,order date,order status,order total,order key,"
    "order currency,financial status,fulfillment status,fulfilled at,lineitem name,"
    "lineitem quantity,lineitem price,lineitem sku,tracking number,refunded amount,"
    "invoice number,invoice id,invoice date,bestellnummer,bestell-nr,bestelldatum,bestellstatus,"
    "bestellung,auftragsnummer,rechnungsnummer,numéro de commande,date de commande,commande,"
    "número de pedido,fecha del pedido,pedido,numero ordine,bestelnummer"
)
_SALE_LABELS = _set(
    "paid at,subtotal,shipping,shipping method,shipping total,discount code,payment method,"
    "payment reference,quantity,sku,item,items,product,product name,unit price,total,grand total,"
    "tax,taxes,vat,amount,amount paid,price,currency,status,artikel,menge,betrag,gesamtbetrag,"
    "zahlungsart,preis,montant,quantité,prix,importe,cantidad,precio,date"
)

_TABLES = (
    _Table(
        Named("a HubSpot tickets export", _NOT_READ),
        frozenset(),
        _set(
            "ticket name,ticket status,ticket id,ticket owner,ticket description,ticket pipeline,"
            "ticket priority,ticket-name,ticketstatus,statut du ticket,nom du ticket,"
            "propriétaire du ticket,nombre del ticket,estado del ticket,propietario del ticket,"
            "zuständiger mitarbeiter für ticket,record id - ticket,hs_ticket_priority,"
            "hs_pipeline_stage,hs_ticket_category"
        ),
        2,
        _set("requester,requester email,assignee,via"),
    ),
    _Table(
        Named("a HubSpot export of products or line items", _NOT_READ),
        _set("record id"),
        _set("sku,unit price,unit cost,quantity,line item name,product description,billing frequency"),
        2,
        _PERSON,
    ),
    _Table(
        Named("a HubSpot export of calls, meetings, notes or tasks", _NOT_READ),
        _set("record id"),
        _set(
            "call title,call notes,call outcome,call duration,meeting name,meeting outcome,"
            "meeting start time,note body,task title,task status,task type,due date,activity date,"
            "activity assigned to"
        ),
        2,
    ),
    _Table(
        Named(
            "a Mailchimp list of campaigns",
            "export the audience itself (Audience → All contacts → Export)",
        ),
        frozenset(),
        _set(
            "total recipients,successful deliveries,total bounces,times forwarded,unique opens,"
            "open rate,total opens,unique clicks,click rate,total clicks,unsubscribes,"
            "abuse complaints,total abuse complaints,unique id,campaign id,send date"
        ),
        5,
    ),
    _Table(
        Named(
            "a SendGrid list of contacts",
            "nothing to do: only logs of the event webhook are read of SendGrid",
        ),
        _set("email,contact_id,created_at,updated_at"),
        _set("first_name,last_name,phone_number_id,external_id,anonymous_id,alternate_emails,unique_name"),
        2,
    ),
    _Table(
        Named(
            "a SendGrid list of suppressions",
            "nothing to do: only logs of the event webhook are read of SendGrid; it has them as "
            "events bounce, dropped and unsubscribe",
        ),
        _set("email,reason,created"),
        _set("status,ip"),
        0,
        _MEMBER | _PERSON - {"email"},
    ),
    _Table(_ORDERS, frozenset(), _ORDER_LABELS | _SALE_LABELS, 2, _KEPT_WITH_PEOPLE, _ORDER_LABELS),
    _Table(
        Named("an export of a help desk's tickets", _NOT_READ),
        _set("ticket id"),
        _set(
            "subject,status,priority,agent,requester,assignee,group,created time,resolved time,"
            "closed time,source,type,tags,contact id,created at"
        ),
        2,
        _set("record id,ticket name,ticket owner"),
    ),
    _Table(
        Named("an export of a help desk's tickets", _NOT_READ),
        frozenset(),
        _set(
            "requester,requester id,requester email,assignee,assignee id,group,group stations,"
            "first reply time in minutes,full resolution time in minutes,satisfaction score,"
            "submitter,via,solved at,ticket type"
        ),
        4,
        _set("id"),  # with the tickets' ids it is a view's export, which is read
    ),
    _Table(
        Named(
            "an address book of a mail program or of LinkedIn",
            "nothing to do: people come from the CRM's or the e-mail tool's own export",
        ),
        frozenset(),
        _set(
            "e-mail 1 - value,e-mail 1 - type,phone 1 - value,phone 1 - type,group membership,"
            "given name,family name,e-mail 1 - label,phone 1 - label,connected on,"
            "e-mail display name,e-mail type,business street,business fax,home street,"
            "office location,organizational id no.,mobile phone 2,middle name"
        ),
        3,
    ),
    _Table(
        Named(
            "a report on advertisements or posts (figures, no people)",
            "nothing to do: figures on posts and advertisements are not read",
        ),
        frozenset(),
        _set(
            "impressions,reach,engagements,engagement rate,detail expands,profile visits,ad name,"
            "ad set name,amount spent,amount spent (eur),amount spent (usd),link clicks,"
            "cost per result,cost per results,results,tweet permalink,tweet text,post permalink,"
            "lifetime post total reach,retweets"
        ),
        4,
    ),
)  # fmt: skip
"""The narrower a table's columns, the higher it stands: the first that fits names the file."""

_CAMPAIGN_REPORT = Named(
    "a report on who opened or clicked one campaign",
    "export the audience itself (Mailchimp: Audience → All contacts → Export audience), which says "
    "who is subscribed; opens and clicks are read from the API's email-activity",
)
_EMAIL = _set("email address,email,e-mail,adresse e-mail,e-mail-adresse")
_OPENED = _set(
    "opens,clicks,last opened,last clicked,first opened,total opens,total clicks,open count,"
    "click count,opened,clicked,bounce type,bounce reason,bounced,forwards,unique opens,"
    "unique clicks,open time,click time,unsubscribe campaign,ouvertures,clics,öffnungen,klicks,"
    "aperturas"
)
"""Columns of what was done with one campaign; an audience's export has none of them."""

_CAMPAIGN_NAMES = re.compile(
    r"(?<![a-z])(opened|opens|openers|clicked|clicks|clickers|did[_ -]?not[_ -]?open|bounced|"
    r"sent[_ -]?to|recipients|members?[_ -]opened|not[_ -]opened)(?![a-z])"
)
"""File names of the lists a campaign's report offers for download."""


def _is_on_campaign(name: str, labels: frozenset[str]) -> bool:
    """People with what they did with one campaign, or under the name such a list is offered by."""
    if not labels & _EMAIL or labels & (_KEPT_WITH_PEOPLE | {"timestamp", "event", "id"}):
        return False
    return bool(labels & _OPENED) or bool(_CAMPAIGN_NAMES.match(name.lower()))


_SALESFORCE_REPORT = Named(
    "a report exported from Salesforce",
    "export the objects themselves instead (Setup → Data Export, or Data Loader), whose columns "
    "have API names such as LastName and whose rows have their Id: a report has neither",
)

_REPORT_FOOTER = re.compile(r"copyright.{0,40}salesforce", re.IGNORECASE)
_REPORT_LABELS = _set(
    "account name,account owner,opportunity name,opportunity owner,stage,fiscal period,age,"
    "probability (%),owner role,lead source,next step,mailing street,mailing city,"
    "mailing state/province,mailing zip/postal code,mailing country,billing street,billing city,"
    "billing state/province,billing zip/postal code,billing country,lead owner,company / account,"
    "contact owner,case number,case owner,date/time opened,account id,contact id,opportunity id,"
    "lead id,case id,last activity,email opt out,do not call,salutation,lead status,"
    "account-name,accountinhaber,opportunity-name,nom du compte,propriétaire du compte"
)
_REPORT_IDS = _set("account id,contact id,opportunity id,lead id,case id,campaign id,member id")
_HUBSPOT_ONLY = _set(
    "record id,lifecycle stage,marketing contact status,original source,deal name,deal stage,"
    "unsubscribed from all email,company owner,company domain name"
)
_SALESFORCE_ID = re.compile(r"(00[136Qv]|500|701)[A-Za-z0-9]{12}([A-Z0-5]{3})?")


def _is_salesforce_report(path: Path, sheet: Sheet, labels: frozenset[str]) -> bool:
    """Its footer, else its labels with ids of Salesforce's form, else many of its labels."""
    if _REPORT_FOOTER.search(_end_of(path)):
        return True
    has_words = any(" " in label.strip() for label in sheet.header)
    if not has_words or labels & _HUBSPOT_ONLY:
        return False
    known = len(labels & _REPORT_LABELS)
    ids = [i for i, label in enumerate(sheet.header) if fold(label) in _REPORT_IDS]
    has_ids = any(_SALESFORCE_ID.fullmatch(sheet.first(i)) for i in ids)
    return (has_ids and known >= 2) or known >= 5


def _end_of(path: Path, size: int = 4096) -> str:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - size))
        return file.read().replace(b"\0", b"").decode("latin-1")


_ASK_AGAIN = (
    "nothing in it is data: mend what the answer complains of (mostly a token or a permission), "
    "ask again and save the new answer"
)


def _named_error(value: Any) -> Named | None:
    vendor = _vendor_of_error(value)
    return None if vendor is None else Named(f"an error answer of {vendor}", _ASK_AGAIN)


def _vendor_of_error(value: Any) -> str | None:
    if isinstance(value, list):
        return _vendor_of_error(value[0]) if len(value) == 1 else None
    if not isinstance(value, dict) or any(value.get(key) for key in _DATA):
        return None
    return next((name for name, is_of in _ERRORS.items() if is_of(value)), None)


_DATA = frozenset(
    {"results", "records", "members", "emails", "events", "data", "includes", "feed"}
)


def _has(value: Mapping[str, Any], *keys: str) -> bool:
    return set(keys) <= value.keys()


def _is_error_of_meta(value: Mapping[str, Any]) -> bool:
    error = value.get("error")
    return (
        isinstance(error, dict) and "message" in error and bool({"type", "code"} & error.keys())
    )


def _is_problem(value: Mapping[str, Any]) -> bool:
    """RFC 9457: title, status and detail."""
    return _has(value, "title", "status", "detail") and _is_status(value["status"])


def _is_status(value: Any) -> bool:
    return str(value).isdigit() and 400 <= int(str(value)) <= 599


def _of_type(value: Mapping[str, Any], *names: str) -> bool:
    return any(name in str(value.get("type", "")).lower() for name in names)


def _is_list_of_errors(value: Mapping[str, Any]) -> bool:
    errors = value.get("errors")
    return (
        isinstance(errors, list)
        and bool(errors)
        and all(isinstance(e, dict) and e.keys() & {"message", "detail"} for e in errors)
    )


def _is_error_of_x(error: Mapping[str, Any]) -> bool:
    return error.keys() == {"code", "message"} or _of_type(error, "twitter", "x.com")


_ERROR_WORDS = frozenset(
    {
        "error", "errors", "message", "errorMessage", "errorType", "stackTrace", "status",
        "statusCode", "code", "title", "detail", "details", "type", "timestamp", "path",
        "requestId", "request_id", "category", "correlationId", "links",
    }
)  # fmt: skip
"""An object of nothing but these says what went wrong."""

_ERRORS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "HubSpot's API": lambda v: v.get("status") == "error" and "message" in v,
    "Salesforce's API": lambda v: (
        _has(v, "errorCode", "message") or _has(v, "error", "error_description")
    ),
    "Mailchimp's API": lambda v: _is_problem(v) and _of_type(v, "mailchimp"),
    "X's API": lambda v: (
        (_is_problem(v) and _of_type(v, "twitter", "x.com", "about:blank"))
        or (_is_list_of_errors(v) and all(_is_error_of_x(e) for e in v["errors"]))
    ),
    "Facebook's or Instagram's API": _is_error_of_meta,
    "SendGrid's API": lambda v: (
        _is_list_of_errors(v) and all(e.keys() & {"field", "help"} for e in v["errors"])
    ),
    "Bluesky's API": lambda v: v.keys() == {"error", "message"} and isinstance(v["error"], str),
    "Mastodon's API": lambda v: (
        isinstance(v.get("error"), str)
        and v.keys() <= {"error", "error_description", "details"}
    ),
    "an API": lambda v: (
        _is_problem(v)
        or (_is_status(v.get("statusCode", "")) and "body" in v)
        or _is_list_of_errors(v)
        or (bool({"message", "error", "errorMessage"} & v.keys()) and v.keys() <= _ERROR_WORDS)
    ),
}


def _named_object(value: Any) -> Named | None:
    items = value.get("results") if isinstance(value, dict) else None
    of = [item for item in (items if isinstance(items, list) else [value]) if item]
    kinds = {hubspot_kind(item) for item in of}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is not None and kind not in READ_OBJECTS:
        return Named(f"a page of HubSpot {kind}", _NOT_READ)
    if _is_of_zendesk(value):
        return Named(
            "a page of Zendesk's API",
            "save tickets, comments, audits, users, organizations, SLA policies or schedules as "
            "the API gives them, with all their members",
        )
    answer = next((what for what, is_of in _ANSWERS.items() if is_of(value)), None)
    if answer is not None:
        return Named(answer, _NOT_READ)
    if _is_tree_plan(value):
        return Named(
            "the plan of a Salesforce tree export",
            "nothing to do: put the files of records it names here",
        )
    return None


def _is_of_zendesk(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    names = ("tickets", "users", "organizations", "ticket_events", "ticket_metric_events")
    has_list = any(isinstance(value.get(name), list) for name in names)
    paged = {
        "end_of_stream",
        "next_page",
        "after_cursor",
        "after_url",
        "end_time",
    } & value.keys()
    return has_list and bool(paged)


def _is_of_klaviyo(value: Any) -> bool:
    data = value.get("data") if isinstance(value, dict) else None
    items = data if isinstance(data, list) else [data]
    return any(
        isinstance(item, dict)
        and _has(item, "type", "id", "attributes")
        and "klaviyo.com/" in str(item.get("links"))
        for item in items
    )


def _is_hubspot_notice(value: Any) -> bool:
    return isinstance(value, dict) and _has(value, "objectId", "subscriptionType", "portalId")


_ANSWERS: Mapping[str, Callable[[Any], bool]] = {
    "a page of Klaviyo's API": _is_of_klaviyo,
    "notices of HubSpot's webhook (that something changed, not what it is now)": _is_hubspot_notice,
}


def _is_tree_plan(value: Any) -> bool:
    return (
        isinstance(value, dict) and _has(value, "sobject", "files") and "records" not in value
    )

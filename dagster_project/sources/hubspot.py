"""HubSpot: contact, company and deal exports of the UI, CRM v3 pages, e-mail event pages.

An export carries the labels and columns of the view it was made from, and times in the
account's zone without naming it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.envelopes import items_of
from dagster_project.sources.headers import (
    Aliases,
    count_known,
    fold,
    match_header,
    with_own_names,
)
from dagster_project.sources.json_rows import (
    Row,
    Shape,
    batches_of,
    open_json,
    peek_values,
    read_values,
)
from dagster_project.sources.members import Member
from dagster_project.sources.remainder import OTHER_VALUES, Remainder
from dagster_project.sources.tabular import Columns, Sheet, peek_sheet, table_batch
from dagster_project.sources.vendor_fields import HUBSPOT_EVENT

VENDOR = "hubspot"

_CONTACT: Aliases = {
    "record_id": ("Record ID", "Contact ID", "Record ID - Contact", "hs_object_id", "ID", "VID",
                  "ID d'enregistrement", "ID de l'enregistrement", "Datensatz-ID", "ID de registro"),
    "first_name": ("First Name", "firstname", "Prénom", "Vorname", "Nombre"),
    "last_name": ("Last Name", "lastname", "Surname", "Nom", "Nom de famille", "Nachname", "Apellidos"),
    "email": ("Email", "Email Address", "E-mail", "Adresse e-mail", "E-Mail-Adresse", "Correo"),
    "additional_emails": ("Additional email addresses", "Additional email", "hs_additional_emails",
                          "Secondary emails"),
    "phone_number": ("Phone Number", "phone", "Numéro de téléphone", "Telefonnummer",
                     "Número de teléfono"),
    "mobile_phone_number": ("Mobile Phone Number", "mobilephone", "Mobile Phone", "Mobile",
                            "Numéro de téléphone mobile", "Mobiltelefonnummer"),
    "job_title": ("Job Title", "jobtitle", "Intitulé de poste", "Intitulé du poste", "Berufsbezeichnung"),
    "contact_owner": ("Contact owner", "hubspot_owner_id", "Owner", "Propriétaire du contact"),
    "associated_company": ("Associated Company", "Company Name", "company", "Primary company",
                           "Associated Company (Primary)", "Entreprise associée"),
    "associated_company_ids": ("Associated Company IDs", "Associated Company ID", "associatedcompanyid",
                               "Primary Associated Company ID"),
    "street_address": ("Street Address", "address", "Adresse postale", "Adresse"),
    "city": ("City", "Ville", "Stadt", "Ciudad"),
    "state_region": ("State/Region", "State", "state", "Region", "État/région", "Bundesland/Region"),
    "postal_code": ("Postal Code", "zip", "Zip Code", "Code postal", "Postleitzahl"),
    "country_region": ("Country/Region", "Country", "country", "Pays/région", "Pays", "Land/Region"),
    "date_of_birth": ("Date of birth", "date_of_birth", "Birthday", "Date de naissance", "Geburtsdatum"),
    "preferred_language": ("Preferred language", "hs_language", "Language", "Langue préférée"),
    "twitter_username": ("Twitter Username", "twitterhandle", "X Username", "Twitter handle",
                         "Nom d'utilisateur Twitter"),
    "linkedin_url": ("LinkedIn URL", "hs_linkedin_url", "LinkedIn profile URL", "LinkedIn Bio"),
    "website_url": ("Website URL", "website", "URL du site web"),
    "lead_status": ("Lead Status", "hs_lead_status", "Statut du lead"),
    "lifecycle_stage": ("Lifecycle Stage", "lifecyclestage", "Phase du cycle de vie"),
    "marketing_contact_status": ("Marketing contact status", "hs_marketable_status"),
    "unsubscribed_from_all_email": ("Unsubscribed from all email", "hs_email_optout",
                                    "Opted out of all email", "Désabonné de tous les e-mails"),
    "original_source": ("Original Source", "Original Source Type", "hs_analytics_source",
                        "Original Traffic Source", "Source d'origine"),
    "create_date": ("Create Date", "createdate", "Created Date", "Date de création", "Erstelldatum"),
    "last_modified_date": ("Last Modified Date", "lastmodifieddate", "Last Modified",
                           "Object last modified date/time", "Date de dernière modification"),
    "last_activity_date": ("Last Activity Date", "notes_last_updated", "Last Activity",
                           "Date de la dernière activité"),
    "merged_record_ids": ("Merged record IDs", "Merged contact IDs", "hs_merged_object_ids",
                          "Merged object IDs"),
    "calculated_merged_vids": ("Merged vids with timestamps of a contact",
                               "hs_calculated_merged_vids", "Calculated merged vids"),
}  # fmt: skip

_DEAL: Aliases = {
    "record_id": ("Record ID", "Deal ID", "Record ID - Deal", "hs_object_id", "ID",
                  "ID d'enregistrement", "ID de l'enregistrement"),
    "deal_name": ("Deal Name", "dealname", "Nom de la transaction", "Deal-Name"),
    "is_closed": ("Is Closed", "Is deal closed?", "hs_is_closed"),
    "is_won": ("Is Closed Won", "hs_is_closed_won"),
    "deal_stage": ("Deal Stage", "dealstage", "Étape de la transaction", "Phase de la transaction", "Deal-Phase"),
    "pipeline": ("Pipeline",),
    "amount": ("Amount", "Amount in deal currency", "Montant", "Betrag", "Importe"),
    "currency": ("Currency", "deal_currency_code", "Deal currency", "Devise", "Währung", "Moneda"),
    "close_date": ("Close Date", "closedate", "Date de fermeture", "Abschlussdatum"),
    "create_date": ("Create Date", "createdate", "Created Date", "Date de création"),
    "last_modified_date": ("Last Modified Date", "hs_lastmodifieddate", "Last Modified",
                           "Object last modified date/time", "Date de dernière modification"),
    "deal_owner": ("Deal owner", "hubspot_owner_id", "Owner", "Propriétaire de la transaction"),
    "associated_contact_ids": ("Associated Contact IDs", "Associated Contact ID",
                               "IDs des contacts associés"),
    "associated_company_ids": ("Associated Company IDs", "Associated Company ID",
                               "Primary Associated Company ID"),
    "last_activity_date": ("Last Activity Date", "notes_last_updated", "Last Activity"),
    "merged_record_ids": ("Merged record IDs", "Merged Deal IDs", "hs_merged_object_ids",
                          "Merged object IDs"),
}  # fmt: skip

_COMPANY: Aliases = {
    "record_id": ("Record ID", "Company ID", "Record ID - Company", "hs_object_id", "ID",
                  "ID d'enregistrement", "ID de l'enregistrement", "Datensatz-ID", "ID de registro"),
    "name": ("Company name", "Name", "Nom de l'entreprise", "Unternehmensname", "Name des Unternehmens",
             "Nombre de la empresa"),
    "domain": ("Company Domain Name", "Domain", "Domain name", "Nom de domaine de l'entreprise",
               "Domainname des Unternehmens", "Unternehmens-Domainname",
               "Nombre de dominio de la empresa"),
    "website_url": ("Website URL", "website", "URL du site web", "Website-URL", "URL del sitio web"),
    "company_owner": ("Company owner", "hubspot_owner_id", "Propriétaire de l'entreprise",
                      "Zuständiger Mitarbeiter für Unternehmen", "Unternehmensinhaber",
                      "Propietario de la empresa"),
    "phone_number": ("Phone Number", "phone", "Numéro de téléphone", "Telefonnummer",
                     "Número de teléfono"),
    "street_address": ("Street Address", "address", "Adresse postale", "Adresse", "Straße"),
    "city": ("City", "Ville", "Stadt", "Ciudad"),
    "state_region": ("State/Region", "State", "Région", "Bundesland/Region", "Estado/región"),
    "postal_code": ("Postal Code", "zip", "Zip Code", "Code postal", "Postleitzahl", "Código postal"),
    "country_region": ("Country/Region", "Country", "Pays/région", "Pays", "Land/Region", "País/región"),
    "industry": ("Industry", "Secteur", "Secteur d'activité", "Branche", "Sector"),
    "company_type": ("Type",),
    "number_of_employees": ("Number of Employees", "numberofemployees", "Nombre d'employés",
                            "Anzahl der Mitarbeiter", "Número de empleados"),
    "annual_revenue": ("Annual Revenue", "annualrevenue", "Chiffre d'affaires annuel", "Jahresumsatz",
                       "Ingresos anuales"),
    "parent_company_id": ("Parent Company ID", "hs_parent_company_id"),
    "lifecycle_stage": ("Lifecycle Stage", "lifecyclestage", "Phase du cycle de vie"),
    "associated_contact_ids": ("Associated Contact IDs", "Associated Contact ID",
                               "IDs des contacts associés"),
    "create_date": ("Create Date", "createdate", "Created Date", "Date de création", "Erstelldatum",
                    "Fecha de creación"),
    "last_modified_date": ("Last Modified Date", "hs_lastmodifieddate", "Last Modified",
                           "Object last modified date/time", "Date de dernière modification"),
    "last_activity_date": ("Last Activity Date", "notes_last_updated", "Last Activity",
                           "Date de la dernière activité"),
    "merged_record_ids": ("Merged record IDs", "Merged company IDs", "hs_merged_object_ids",
                          "Merged object IDs"),
}  # fmt: skip

_ALIASES: dict[str, Aliases] = {"contact": _CONTACT, "deal": _DEAL, "company": _COMPANY}

_COMPANY_ONLY = (
    "company owner", "company domain name", "parent company", "parent company id", "company id",
    "record id - company", "number of associated contacts", "associated contact", "is public",
    "merged company ids", "associated contact ids", "nom de domaine de l'entreprise",
    "propriétaire de l'entreprise", "unternehmens-domainname", "domainname des unternehmens",
    "zuständiger mitarbeiter für unternehmen", "nombre de dominio de la empresa",
    "propietario de la empresa", "number of child companies", "owner (company)",
)  # fmt: skip
"""Labels only a company has; a contact has its company's name, industry and size as well."""

_PERSON_ONLY = (
    "first_name", "last_name", "job_title", "contact_owner", "date_of_birth", "lead_status",
    "marketing_contact_status", "unsubscribed_from_all_email", "mobile_phone_number",
)  # fmt: skip

_TELLING = {
    "deal": ("deal_name", "deal_stage"),
    "contact": (
        "lifecycle_stage", "lead_status", "contact_owner", "marketing_contact_status",
        "unsubscribed_from_all_email", "original_source", "merged_record_ids",
        "associated_company_ids", "last_activity_date",
    ),
}  # fmt: skip

_TYPES = {
    "0-1": "contacts", "0-2": "companies", "0-3": "deals", "0-5": "tickets", "0-7": "products",
    "0-8": "line items", "0-14": "quotes", "0-27": "tasks", "0-46": "notes", "0-47": "meetings",
    "0-48": "calls", "0-49": "e-mails",
}  # fmt: skip
"""HubSpot's object types, as a record's own address names them."""

READ_OBJECTS: Mapping[str, str] = {
    "contacts": "contact",
    "companies": "company",
    "deals": "deal",
}
"""Objects that are read, and their streams."""

_MARKS: Sequence[tuple[str, frozenset[str]]] = (
    ("deals", frozenset({"dealname", "dealstage"})),
    ("tickets", frozenset({"hs_ticket_priority", "hs_ticket_category", "hs_pipeline_stage"})),
    ("line items", frozenset({"hs_line_item_currency_code", "hs_product_id", "hs_sku"})),
    ("calls", frozenset({"hs_call_body", "hs_call_title", "hs_call_duration"})),
    ("notes", frozenset({"hs_note_body"})),
    ("tasks", frozenset({"hs_task_subject", "hs_task_body"})),
    ("meetings", frozenset({"hs_meeting_title", "hs_meeting_body"})),
    ("contacts", frozenset({"email", "firstname", "lastname"})),
    ("companies", frozenset({"domain", "name", "numberofemployees", "annualrevenue"})),
    ("contacts", frozenset({"lifecyclestage", "hs_lead_status", "phone"})),
)
"""Properties that tell an object, the most telling first."""


ENOUGH_COLUMNS = 3
"""Known columns that a table needs to be taken for an export in a HubSpot source's folder."""

_EVENT_FIELDS = {
    "email_campaign_id": "emailCampaignId",
    "app_id": "appId",
    "portal_id": "portalId",
    "filtered_event": "filteredEvent",
    "user_agent": "userAgent",
    "portal_subscription_status": "portalSubscriptionStatus",
    "sent_by_id": "sentById",
    "sent_by_created": "sentByCreated",
}


def sniff(member: Member) -> tuple[str, ...] | None:
    """The stream of an export or a page; ``None`` when it is not HubSpot's."""
    sheet = peek_sheet(member.path)
    if sheet is not None:
        stream = _stream_of_sheet(sheet, member)
        return (stream,) if stream else None
    streams = dict.fromkeys(
        stream
        for value in peek_values(member.path, _is_known)
        for stream in _streams_of_value(value)
    )
    return tuple(streams) or None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch per stream of the file."""
    sheet = peek_sheet(member.path)
    if sheet is not None:
        stream = _stream_of_sheet(sheet, member)
        if stream:
            columns = Columns(
                aliases=_ALIASES[stream],
                money=("amount", "currency") if stream == "deal" else None,
            )
            yield table_batch(member, source, stream_of(VENDOR, stream), workdir, columns)
        return
    file = open_json(member, workdir)
    yield from batches_of(
        member,
        source,
        workdir,
        file=file,
        shapes=_SHAPES,
        rows=_rows(read_values(file, _is_known), source, file.rest),
        expected=sniff(member) or (),
    )


_ASK = (
    "ask for it (properties=dealname,dealstage,name,email and the like), or name the property that "
    "has it under `columns:` of the source"
)
_SHAPES = (
    Shape(stream_of(VENDOR, "contact"), newest=("last_modified_date",)),
    Shape(stream_of(VENDOR, "company"), newest=("last_modified_date",), ask_for=_ASK),
    Shape(
        stream_of(VENDOR, "deal"),
        newest=("last_modified_date",),
        money=("amount", "currency"),
        ask_for=_ASK,
    ),
    Shape(
        stream_of(VENDOR, "email_event"),
        newest=("created",),
        fields=_EVENT_FIELDS,
        ask_for="save the events whole, as /email/public/v1/events gives them",
    ),
)


def hubspot_kind(item: Any) -> str | None:
    """Which of HubSpot's objects a record of its v3 API is, by its address or its properties."""
    if not isinstance(item, dict) or "id" not in item:
        return None
    properties = item.get("properties")
    if not isinstance(properties, dict):
        return None
    address = re.search(r"/record/(\d+-\d+)/", str(item.get("url", "")))
    if address:
        return _TYPES.get(address.group(1), "objects of another kind")
    return next((kind for kind, marks in _MARKS if marks & properties.keys()), None)


def _stream_of_sheet(sheet: Sheet, member: Member) -> str | None:
    has_labels = any(" " in label for label in sheet.header)
    header = with_own_names(sheet.header, member.configured)
    for stream, telling in _TELLING.items():
        spec = stream_of(VENDOR, stream)
        found = match_header(header, spec, aliases=_ALIASES[stream]).positions
        told = sum(column in found for column in telling)
        has_id = "record_id" in found and fold(header[found["record_id"]]) != "id"
        if stream == "deal" and told:
            return stream
        if stream == "contact" and _is_company(header, found, member.name):
            return "company"
        if (
            stream == "contact"
            and (has_labels or has_id)
            and _is_contact(found, told, has_id=has_id)
        ):
            return stream
    return _stream_it_may_be(header) if member.is_placed else None


def _is_company(header: Sequence[str], as_contact: Mapping[str, int], name: str) -> bool:
    """By labels only a company has, else by a company's name where nothing is a person's."""
    labels = {fold(label) for label in header}
    is_person = any(column in as_contact for column in _PERSON_ONLY)
    own = labels & {fold(label) for label in _COMPANY_ONLY}
    if {"recordidcontact", "contactid", "vid"} & labels or _is_named_contacts(name, own):
        return False
    company = match_header(header, stream_of(VENDOR, "company"), aliases=_COMPANY).positions
    if "record_id" not in company or fold(header[company["record_id"]]) == "id":
        return False
    if own:
        return not is_person
    names = {fold(label) for label in _COMPANY["name"] if label != "Name"}
    has_name = bool(names & labels)
    return has_name and not is_person and "email" not in as_contact


def _is_named_contacts(name: str, own: set[str]) -> bool:
    return not own and any(word in name.lower() for word in ("contact", "kontakt"))


def _stream_it_may_be(header: list[str]) -> str | None:
    """The stream of a table in a HubSpot source's folder that lacks what would tell it."""
    counted = {
        stream: count_known(header, stream_of(VENDOR, stream), _ALIASES[stream])
        for stream in _TELLING
    }
    stream = max(counted, key=lambda name: (counted[name], name == "contact"))
    return stream if counted[stream] >= ENOUGH_COLUMNS else None


def _is_contact(found: Mapping[str, int], told: int, *, has_id: bool) -> bool:
    who = {"email", "first_name", "last_name", "phone_number"} & found.keys()
    return bool(who) and (told > 0 or has_id)


def _is_known(value: Any) -> bool:
    """A page of HubSpot's, one of its objects or events; also of objects that are not read."""
    if not isinstance(value, dict):
        return False
    if _is_events_page(value) or _is_event(value) or hubspot_kind(value):
        return True
    results = value.get("results")
    return isinstance(results, list) and (not results or any(map(hubspot_kind, results)))


def _streams_of_value(value: Row) -> Iterator[str]:
    if _is_events_page(value) or _is_event(value):
        yield "email_event"
    elif value.get("results") == []:
        yield "contact"  # an empty page is a page
    else:
        items = items_of(value, "results", Remainder())
        yield from filter(None, map(_stream_of_object, items))


def _is_events_page(value: Row) -> bool:
    events = value.get("events")
    return isinstance(events, list) and (
        "hasMore" in value or _is_event(next(iter(events), None))
    )


_EVERY_EVENT = frozenset({"id", "type", "created", "recipient"})


def _is_event(value: object) -> bool:
    return isinstance(value, dict) and value.keys() >= _EVERY_EVENT


def _stream_of_object(value: object) -> str | None:
    return READ_OBJECTS.get(hubspot_kind(value) or "")


def _rows(
    values: Iterable[Row], source: SourceConfig, rest: Remainder
) -> Iterator[tuple[str, Row]]:
    columns = {stream: _by_property(stream, source) for stream in READ_OBJECTS.values()}

    def of_object(item: Any) -> Iterator[tuple[str, Row]]:
        stream = _stream_of_object(item)
        if _is_event(item):
            yield from of_event(item)
        elif stream:
            yield stream, _to_row(item, stream, columns[stream], rest)

    def of_event(item: Any) -> Iterator[tuple[str, Row]]:
        # One that lacks some of it is for the gate to judge.
        if isinstance(item, dict) and len(_EVERY_EVENT & item.keys()) >= 2:
            yield "email_event", _event_row(item, rest)

    for value in values:
        if _is_events_page(value):
            yield from rest.accounted(items_of(value, "events", rest), of_event)
        else:
            yield from rest.accounted(items_of(value, "results", rest), of_object, _kind_of)


def _kind_of(item: Any) -> str:
    kind = hubspot_kind(item)
    return f"HubSpot {kind}" if kind else OTHER_VALUES


def _by_property(stream: str, source: SourceConfig) -> Mapping[str, str]:
    """Folded property name → landing column."""
    spec = stream_of(VENDOR, stream)
    return {
        fold(label): column
        for column, labels in _ALIASES[stream].items()
        for label in reversed([column, *labels])
    } | {
        fold(label): column
        for column, label in source.columns.items()
        if column in spec.columns
    }


_OWN_PROPERTY = re.compile(
    r"(hs_|hubspot|num_|notes_|first_|recent_|engagements_|days_to_|total_)\w*"
)
"""How HubSpot calls the hundreds of properties it defines itself and that are not read."""


def _to_row(item: Row, stream: str, by_property: Mapping[str, str], rest: Remainder) -> Row:
    row: Row = {"_raw": item}
    extra: Row = {}
    for name, value in item["properties"].items():
        column = by_property.get(fold(name))
        if column is not None:
            row[column] = row.get(column) or value
        elif value is not None and value != "":
            extra[name] = value
    row["record_id"] = item["id"]
    associations = rest.object_in(item, "associations")
    beside = {
        "archived": item.get("archived"),
        "create_date": item.get("createdAt"),
        "last_modified_date": item.get("updatedAt"),
    }
    if stream != "company":
        beside["associated_company_ids"] = _associated(associations, "companies", rest)
    if stream != "contact":
        beside["associated_contact_ids"] = _associated(associations, "contacts", rest)
    # What stands beside the properties was asked for or not: without it nothing is said.
    for column, value in beside.items():
        if value is not None:
            row[column] = row.get(column) or value
    if extra:
        row["_extra"] = extra
        rest.note_unknown(name for name in extra if not _OWN_PROPERTY.fullmatch(name))
    return row


def _associated(associations: Mapping[str, Any], kind: str, rest: Remainder) -> str | None:
    results = rest.objects_in({"associations": associations}, "associations", kind, "results")
    ids = dict.fromkeys(str(r["id"]) for r in results if r.get("id") is not None)
    return ";".join(ids) or None


def _event_row(event: Row, rest: Remainder) -> Row:
    row = dict(event)
    sent_by = rest.object_in(event, "sentBy")
    row["sentById"], row["sentByCreated"] = sent_by.get("id"), sent_by.get("created")
    row["_raw"] = event
    extra = rest.extra_of(event, _KNOWN_OF_EVENT)
    if extra:
        row["_extra"] = extra
    return row


_KNOWN_OF_EVENT = (
    frozenset(stream_of(VENDOR, "email_event").columns)
    | frozenset(_EVENT_FIELDS.values())
    | HUBSPOT_EVENT
)


def labels_of(stream: str) -> Aliases:
    """Labels of a stream's columns beside their own names."""
    if stream == "email_event":
        return {column: (field,) for column, field in _EVENT_FIELDS.items()}
    return _ALIASES[stream]

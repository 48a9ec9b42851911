"""Salesforce: data-export zips, Data Loader CSVs, tree and query JSON, import files.

Which object a file holds is told by the prefix of its ids, else by its columns; its name only
breaks ties. Ids of 15 characters become the 18 that compare without regard to case. A file
without any system column is an import file: its rows have no id yet and get one from content.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.domain.streams import StreamSpec
from dagster_project.sources.catalogue import stream_of, streams_of
from dagster_project.sources.headers import (
    Aliases,
    count_known,
    fold,
    match_header,
    with_own_names,
)
from dagster_project.sources.json_rows import (
    LARGEST_DOCUMENT,
    Row,
    Shape,
    batches_of,
    open_json,
    peek_values,
    read_values,
)
from dagster_project.sources.members import BrokenFileError, Member
from dagster_project.sources.remainder import Remainder
from dagster_project.sources.salesforce_tree import Record, Tree
from dagster_project.sources.tabular import Columns, Sheet, peek_sheet, table_batch

VENDOR = "salesforce"

_SYSTEM = frozenset({"id", "createddate", "systemmodstamp", "isdeleted", "lastmodifieddate"})

_PREFIXES = {
    "001": "account",
    "003": "contact",
    "00Q": "lead",
    "0PK": "individual",
    "006": "opportunity",
    "00K": "opportunity_contact_role",
    "701": "campaign",
    "00v": "campaign_member",
    "500": "case",
}

_ALIASES: dict[str, dict[str, tuple[str, ...]]] = {
    "account": {"is_person_account": ("IsPersonAccount",)},
    "contact": {
        "x_handle": (
            "Twitter_Handle__c", "Twitter_Username__c", "TwitterHandle__c", "Twitter__c",
            "X_Handle__c", "X_Username__c",
        ),
        "website": ("Website__c", "Personal_Website__c", "Blog__c"),
    },
    "lead": {
        "x_handle": (
            "Twitter_Handle__c", "Twitter_Username__c", "TwitterHandle__c", "Twitter__c",
            "X_Handle__c", "X_Username__c",
        ),
    },
}  # fmt: skip

_ORDINARY = frozenset(
    [
        "createdbyid",
        "lastmodifiedbyid",
        "lastvieweddate",
        "lastreferenceddate",
        "description",
        "fax",
        "jigsaw",
        "jigsawcontactid",
        "photourl",
        "recordtypeid",
        "hasoptedoutoffax",
        "emailboundedreason",
        "isemailbounced",
        "billinglatitude",
        "billinglongitude",
        "billinggeocodeaccuracy",
        "shippingstreet",
        "shippingcity",
        "shippingstate",
        "shippingpostalcode",
        "shippingcountry",
        "shippinglatitude",
        "shippinglongitude",
        "shippinggeocodeaccuracy",
        "mailinglatitude",
        "mailinglongitude",
        "mailinggeocodeaccuracy",
        "latitude",
        "longitude",
        "geocodeaccuracy",
        "otherstreet",
        "othercity",
        "otherstate",
        "otherpostalcode",
        "othercountry",
        "otherlatitude",
        "otherlongitude",
        "accountnumber",
        "sic",
        "sicdesc",
        "ownership",
        "tickersymbol",
        "rating",
        "site",
        "accountsource",
        "type",
        "parentid",
        "fiscal",
        "fiscalquarter",
        "fiscalyear",
        "forecastcategoryname",
        "nextstep",
        "expectedrevenue",
        "hasopportunitylineitem",
        "pricebook2id",
        "leadid",
        "reportstoid",
        "assistantname",
        "assistantphone",
        "lastcurequestdate",
        "lastcuupdatedate",
        "masterrecordid",
        "cleanstatus",
        "sendindividualdata",
        "canstorepiielsewhere",
        "individualsage",
        "deathdate",
        "convictionscount",
        "childrencount",
        "militaryservice",
        "ishomeowner",
        "occupation",
    ]
)


@dataclass(frozen=True)
class _Marks:
    """Columns that only one object has (any of them), and columns it must have (all)."""

    any_of: frozenset[str]
    all_of: frozenset[str] = frozenset()


_MARKS = {
    "campaign_member": _Marks(frozenset({"hasresponded", "firstrespondeddate"}), frozenset({"campaignid"})),
    "opportunity_contact_role": _Marks(
        frozenset({"role", "isprimary"}), frozenset({"opportunityid", "contactid"})
    ),
    "case": _Marks(frozenset({"casenumber", "suppliedemail", "isescalated", "origin"})),
    "opportunity": _Marks(frozenset({"stagename", "closedate", "forecastcategory"})),
    "campaign": _Marks(
        frozenset({"actualcost", "budgetedcost", "budgetcost", "numbersent", "expectedrevenue", "enddate"}),
        frozenset({"name"}),
    ),
    "individual": _Marks(
        frozenset({"hasoptedouttracking", "hasoptedoutprofiling", "hasoptedoutprocessing", "hasoptedoutsolicit", "hasoptedoutgeotracking", "shouldforget", "sendindividualdata", "canstorepiielsewhere"}),
    ),
    "lead": _Marks(
        frozenset({"company", "isconverted", "convertedcontactid", "converteddate"}),
    ),
    "contact": _Marks(
        frozenset({"mailingstreet", "mailingcity", "mailingcountry", "mailingpostalcode", "birthdate", "individualid", "assistantname", "reportstoid"}),
    ),
    "account": _Marks(
        frozenset({"billingstreet", "billingcity", "billingcountry", "accountnumber", "tickersymbol", "annualrevenue", "accountsource", "ispersonaccount", "numberofemployees"}),
    ),
}  # fmt: skip


def sniff(member: Member) -> tuple[str, ...] | None:
    """Objects of the file, by id prefix and columns; ``None`` when it is not Salesforce's."""
    sheet = peek_sheet(member.path)
    if sheet is not None:
        stream = _stream_of_sheet(sheet, member)
        return (stream,) if stream else None
    tree = _tree_of(member, Remainder())
    values = peek_values(member.path, tree.is_known)
    streams = dict.fromkeys(record.stream for record in tree.records(values))
    return tuple(streams) or None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch for a CSV; one per object for JSON records."""
    sheet = peek_sheet(member.path)
    if sheet is not None:
        stream = _stream_of_sheet(sheet, member)
        if stream:
            spec = stream_of(VENDOR, stream)
            yield table_batch(
                member,
                source,
                spec,
                workdir,
                _columns(spec, with_own_names(sheet.header, source.columns)),
            )
        return
    yield from _read_json(member, source, workdir)


def id18_sql(column: str) -> str:
    """A 15-character id with its checksum of capital letters; anything else unchanged."""
    name = f'"{column}"'
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

    def suffix(start: int) -> str:
        bits = " + ".join(
            f"case when substr({name}, {start + i}, 1) between 'A' and 'Z' then {1 << i} else 0 end"
            for i in range(5)
        )
        return f"substr('{letters}', 1 + {bits}, 1)"

    checked = f"{name} || {suffix(1)} || {suffix(6)} || {suffix(11)}"
    return (
        f"case when length({name}) = 15 and regexp_full_match({name}, '[A-Za-z0-9]{{15}}') "
        f"then {checked} else {name} end"
    )


def _columns(spec: StreamSpec, labels: Sequence[str]) -> Columns:
    ids = [c for c in spec.columns if c == "id" or c.endswith("_id")]
    is_import = not _SYSTEM & {fold(label) for label in labels}
    expressions = {column: id18_sql(column) for column in ids}
    money = ("amount", "currency_iso_code") if spec.stream == "opportunity" else None
    return Columns(
        aliases=_ALIASES.get(spec.stream, {}),
        expressions=expressions,
        not_required=frozenset({"id"}) if is_import else frozenset(),
        id_from_content=is_import,
        money=money,
        ordinary=_ORDINARY,
    )


def _stream_of_sheet(sheet: Sheet, member: Member) -> str | None:
    header = with_own_names(sheet.header, member.configured)
    labels = [fold(label) for label in header]
    first_id = sheet.first(labels.index("id")) if "id" in labels else ""
    return _stream_of(header, first_id, member.name)


def _stream_of(header: Sequence[str], first_id: str, name: str) -> str | None:
    if _is_other_object(first_id):
        return None
    scores = {spec.stream: _score(spec, header, first_id, name) for spec in streams_of(VENDOR)}
    best = max(scores, key=lambda stream: scores[stream])
    return best if scores[best] >= _ENOUGH and _is_ours(header, name) else None


_ENOUGH = 2.5


def _is_other_object(first_id: str) -> bool:
    """A task, a user, a custom object: a Salesforce id with a prefix that is not read here."""
    return bool(_SALESFORCE_ID.fullmatch(first_id)) and first_id[:3] not in _PREFIXES


_SALESFORCE_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?")


def _score(spec: StreamSpec, header: Sequence[str], first_id: str, name: str) -> float:
    """Evidence that a table is this object: form and prefix of its ids, telling columns, its name."""
    labels = {fold(label) for label in header}
    marks = _MARKS[spec.stream]
    known = count_known(header, spec, _ALIASES.get(spec.stream, {}))
    by_prefix = 6 if _PREFIXES.get(first_id[:3]) == spec.stream and known >= 2 else 0
    told = len(labels & marks.any_of) if marks.all_of <= labels else 0
    by_marks = min(told, 3) * 1.5 + (0.5 if marks.all_of and told else 0)
    by_name = 2 if _is_named(name, spec.stream) and known >= 2 else 0
    foreign = 2 if first_id.strip() and not _SALESFORCE_ID.fullmatch(first_id) else 0
    return by_prefix + by_marks + by_name - foreign + known / len(labels)


def _is_named(name: str, stream: str) -> bool:
    """Whether a file name names the object as words of its own: not ``CaseComment`` a case."""
    words = [word for word in re.split(r"[\W_]+", name.rsplit(".", 1)[0].lower()) if word]
    spans = {
        "".join(words[i : i + n]).removesuffix("s")
        for n in (1, 2, 3)
        for i in range(len(words))
    }
    named = [s.stream for s in streams_of(VENDOR) if fold(s.stream).removesuffix("s") in spans]
    return bool(named) and stream == max(named, key=len)


def _is_ours(header: Sequence[str], name: str) -> bool:
    """API names carry no blanks; other vendors' labels do."""
    named = [label for label in header if label.strip()]
    api_like = sum(" " not in label.strip() and "@" not in label for label in named)
    return bool(named) and api_like >= 0.8 * len(named)


def _tree_of(member: Member, rest: Remainder) -> Tree:
    return Tree(
        lambda record: _stream_of(
            list(record), str(record.get("Id") or record.get("id") or ""), member.name
        ),
        rest,
    )


def _read_json(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch per object; what is none stands in the first."""
    file = open_json(member, workdir)
    tree = _tree_of(member, file.rest)
    tree.survey(read_values(file, tree.is_known))
    member.memory.setdefault(_REFERENCES, {})[_mark_of(member)] = tree.references
    if tree.is_unresolved:
        for references in _references_beside(member, workdir):
            tree.learn(references)
    by_label: dict[str, dict[str, str]] = {}
    shapes = []
    for stream, found in tree.labels.items():
        spec = stream_of(VENDOR, stream)
        labels = list(found)  # a tree leaves out what is empty: those of every record
        match = match_header(
            labels, spec, aliases=_ALIASES.get(stream), configured=source.columns
        )
        by_label[stream] = {labels[place]: column for column, place in match.positions.items()}
        columns = _columns(spec, labels)
        shapes.append(
            Shape(
                spec,
                money=columns.money,
                expressions=columns.expressions,
                not_required=columns.not_required,
                id_from_content=columns.id_from_content,
                ask_for="add it to the query, or name the field that has it under `columns:` of "
                "the source",
            )
        )
    records = tree.records(read_values(file, tree.is_known))
    yield from batches_of(
        member,
        source,
        workdir,
        file=file,
        shapes=shapes,
        rows=((r.stream, _to_row(r, by_label[r.stream], file.rest)) for r in records),
        notes=lambda: tree.notes,
    )


_REFERENCES = "salesforce references"
_MOST_BESIDE = 200
"""Files beside one that are looked into; a plan has one for each object, or for 200 records."""


def _references_beside(member: Member, workdir: Path) -> Iterator[Mapping[str, str]]:
    """The references of other tree files of the same folder or archive, read or still to be read."""
    known: dict[str, Mapping[str, str]] = member.memory.setdefault(_REFERENCES, {})
    names = [name for name in member.neighbours() if name.lower().endswith(".json")]
    for number, name in enumerate(names[:_MOST_BESIDE]):
        other = member.siblings(name)
        if other is None or other.size > LARGEST_DOCUMENT:
            continue
        if _mark_of(other) not in known:
            known[_mark_of(other)] = _references_of(other, workdir / f"beside-{number}")
    own = _mark_of(member)
    yield from (references for mark, references in known.items() if mark != own)


def _references_of(member: Member, workdir: Path) -> Mapping[str, str]:
    """What a file's records are referred to by; nothing of one that cannot be read."""
    try:
        file = open_json(member, workdir)
        tree = _tree_of(member, file.rest)
        tree.survey(read_values(file, tree.is_known))
    except BrokenFileError:
        return {}
    return tree.references


def _mark_of(member: Member) -> str:
    return f"{member.label}|{member.size}|{member.modified_at.isoformat()}"


def _to_row(record: Record, by_label: dict[str, str], rest: Remainder) -> Row:
    row: Row = {"_raw": record.raw}
    extra: Row = {}
    for label, value in record.fields.items():
        column = by_label.get(label)
        if label == "attributes":
            continue
        if column:
            row[column] = value
        elif value is not None and value != "":
            extra[label] = value
    if extra:
        row["_extra"] = extra
        rest.note_unknown(label for label in extra if fold(label) not in _ORDINARY)
    return row


def labels_of(stream: str) -> Aliases:
    """Labels of a stream's columns beside their own names."""
    return _ALIASES.get(stream, {})

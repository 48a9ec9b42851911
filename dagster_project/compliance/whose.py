"""Whose personal data stands in a message: the brand's, the author's, another customer's, or nobody knows.

Belongs here: values in the form that identity keeps them in, and asking identity. Does not belong
here: finding the places (``listening``).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import phonenumbers
import pyarrow as pa

from dagster_project.compliance.matching import Datum
from dagster_project.config.compliance import OwnContacts
from dagster_project.listening.personal_data.spans import Span, plain

_AT = re.compile(r"\s?[\[({<]\s?(?:at|ät|arroba|chez|@)\s?[\])}>]\s?", re.IGNORECASE)
_DOT = re.compile(
    r"\s?[\[({<]\s?(?:dot|punkt|punto|point|ponto|\.)\s?[\])}>]\s?", re.IGNORECASE
)


@dataclass(frozen=True)
class Said:
    """One place of one message; ``number`` is the message's in its batch."""

    number: int
    author_record_id: str | None
    span: Span
    value: str | None
    """In the form that identity compares; none where it keeps no such thing."""


@dataclass(frozen=True)
class Own:
    """What is the brand's own, or no person's: never a breach."""

    emails: frozenset[str]
    domains: frozenset[str]
    phones: frozenset[str]
    role_names: frozenset[str]

    def has(self, said: Said) -> bool:
        """Whether a value is one of these."""
        if said.value is None:
            return False
        if said.span.kind == "phone":
            return said.value in self.phones
        mailbox, _, domain = said.value.partition("@")
        return said.value in self.emails or domain in self.domains or mailbox in self.role_names


def own_contacts(
    contacts: OwnContacts, employee_domains: Iterable[str], role_names: Iterable[str]
) -> Own:
    """The configured addresses in the form that is compared."""
    phones = (value_of("phone", phone, None) for phone in contacts.phones)
    return Own(
        frozenset(email.strip().lower() for email in contacts.emails),
        frozenset(d.strip().lower() for d in (*contacts.domains, *employee_domains)),
        frozenset(phone for phone in phones if phone),
        frozenset(role_names),
    )


def value_of(kind: str, written: str, country: str | None) -> str | None:
    """An address or number as identity keeps it; none for what it does not keep."""
    text = plain(written)
    if kind == "email":
        return _DOT.sub(".", _AT.sub("@", text)).strip().lower()
    if kind != "phone":
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def whose(
    connection: duckdb.DuckDBPyConnection, said: Sequence[Said], own: Own
) -> Mapping[int, tuple[Datum, ...]]:
    """What is known of each place, by message."""
    known = _known(connection, [s for s in said if s.value is not None])
    data: dict[int, list[Datum]] = {}
    for place in said:
        is_brands, is_authors, is_others = known.get(
            (place.number, place.span), (False, False, False)
        )
        data.setdefault(place.number, []).append(
            Datum(place.span, own.has(place) or is_brands, is_authors, is_others)
        )
    return {number: tuple(found) for number, found in data.items()}


def _known(
    connection: duckdb.DuckDBPyConnection, said: Sequence[Said]
) -> dict[tuple[int, Span], tuple[bool, bool, bool]]:
    """By place: whether the value is the brand's people's, the author's, another customer's."""
    if not said:
        return {}
    asked = pa.table(
        {
            "place": list(range(len(said))),
            "kind": [s.span.kind for s in said],
            "value": [s.value for s in said],
            "author_record_id": pa.array([s.author_record_id for s in said], pa.string()),
        }
    )
    connection.register("said", asked)
    try:
        rows = connection.execute(_KNOWN).fetchall()
    finally:
        connection.unregister("said")
    return {
        (said[place].number, said[place].span): (brands, authors, others)
        for place, brands, authors, others in rows
    }


# A value is compared as it is kept and as it was written: canonical addresses lose their tags. One
# that several people share, or that is a placeholder, proves nobody's.
_KNOWN = """
    with
    holders as (
        select
            said.place,
            said.author_record_id,
            i.record_id,
            x.customer_id,
            r.kind in ('brand', 'employee') as is_brands,
            i.flag is null and not coalesce(i.is_shared, false) and r.kind = 'person' as is_somebodys
        from said
        join identity.record_identifiers as i
            on i.kind = said.kind and said.value in (i.value_norm, lower(i.value_raw))
        left join intermediate.int_contact_records as r on r.record_id = i.record_id
        left join identity.customer_xref as x
            on x.record_id = i.record_id and x.valid_to is null
    ),
    authors as (
        select record_id, customer_id from identity.customer_xref where valid_to is null
    )
    select
        holders.place,
        coalesce(bool_or(holders.is_brands), false),
        coalesce(
            bool_or(
                holders.record_id = holders.author_record_id
                or holders.customer_id = authors.customer_id
            ),
            false
        ) as is_authors,
        coalesce(bool_or(holders.is_somebodys and holders.customer_id is not null), false)
    from holders
    left join authors on authors.record_id = holders.author_record_id
    group by holders.place
"""

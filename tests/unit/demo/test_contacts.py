from collections import Counter
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import phonenumbers

PLACEHOLDERS = {"000-0000", "0000000000", "n/a", "0123456789"}


def rows(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()


def identifiers(world: Path) -> list[tuple[str, str, str, str | None]]:
    """Record, kind, raw value and the region a phone without prefix belongs to."""
    return rows(
        "select i.record_id, i.kind, i.value_raw, coalesce(r.country, r.default_country) "
        f"from '{world}/contacts/int_contact_identifiers.parquet' as i "
        f"inner join '{world}/contacts/int_contact_records.parquet' as r using (record_id) "
        "where i.kind in ('email', 'phone')"
    )


def normal(kind: str, value: str, region: str | None) -> str:
    if kind == "email":
        return value.strip().lower()
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def join_on_equal(pairs: Iterable[tuple[str, Hashable]]) -> dict[str, Hashable]:
    """Connected components of records and values: record → a component's mark."""
    parents: dict[Hashable, Hashable] = {}

    def find(node: Hashable) -> Hashable:
        while parents.setdefault(node, node) != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    records = []
    for record, value in pairs:
        parents[find(record)] = find(value)
        records.append(record)
    return {record: find(record) for record in records}


def pair_precision_and_recall(
    clusters: dict[str, Hashable], truth: dict[str, int]
) -> tuple[float, float]:
    def pairs(counts: Counter[Any]) -> int:
        return sum(n * (n - 1) // 2 for n in counts.values())

    marks = {record: clusters.get(record, record) for record in truth}
    both = pairs(Counter((marks[record], person) for record, person in truth.items()))
    return both / pairs(Counter(marks.values())), both / pairs(Counter(truth.values()))


def truth_of(world: Path) -> dict[str, int]:
    return dict(
        rows(
            f"select record_id, person_id from '{world}/truth/records.parquet' "
            "where person_id is not null"
        )
    )


def test_exact_emails_and_phones_alone_do_not_find_the_customers(contacts: Path) -> None:
    found = [
        (record, (kind, normal(kind, value, region)))
        for record, kind, value, region in identifiers(contacts)
    ]

    precision, recall = pair_precision_and_recall(join_on_equal(found), truth_of(contacts))

    assert recall <= 0.75 or precision <= 0.95
    assert recall > 0.3


def test_exact_emails_without_shared_ones_find_too_few(contacts: Path) -> None:
    found = [
        (record, value.lower())
        for record, kind, value, _ in identifiers(contacts)
        if kind == "email"
        and not value.lower().startswith(("info@", "sales@", "contact@", "test@"))
    ]

    _, recall = pair_precision_and_recall(join_on_equal(found), truth_of(contacts))

    assert recall <= 0.75


def test_pairs_without_any_shared_evidence_are_few_and_counted_apart(contacts: Path) -> None:
    ((pairs, hopeless),) = rows(
        "select max(value) filter (key = 'all'), max(value) filter (key <> 'all') "
        f"from '{contacts}/truth/facts.parquet' where name = 'true_pairs'"
    )
    ((listed,),) = rows(
        f"select count(*) from '{contacts}/truth/pairs_hard.parquet' "
        "where hard_case = 'no_shared_evidence' and not has_shared_evidence"
    )

    assert 0 < hopeless / pairs < 0.08
    assert listed == hopeless


def test_hard_pairs_hold_matches_and_lookalikes(contacts: Path) -> None:
    kinds = dict(
        rows(
            f"select hard_case, bool_or(not is_match) from '{contacts}/truth/pairs_hard.parquet' group by hard_case"
        )
    )

    for name in ("household", "father_and_son", "recycled_phone", "role_mailbox"):
        assert kinds[name], name


def test_phone_numbers_are_possible_ones(contacts: Path) -> None:
    impossible = [
        value
        for _, kind, value, region in identifiers(contacts)
        if kind == "phone"
        and value not in PLACEHOLDERS
        and not phonenumbers.is_possible_number(phonenumbers.parse(value, region))
    ]

    assert impossible == []


def test_contact_tables_have_the_columns_identity_reads(contacts: Path) -> None:
    def columns(name: str) -> list[str]:
        return [row[0] for row in rows(f"describe from '{contacts}/contacts/{name}.parquet'")]

    assert columns("int_contact_records") == [
        "record_id", "source", "vendor", "record_type", "native_id", "brand", "region",
        "default_country", "kind", "given_name", "family_name", "full_name", "birth_date",
        "organisation", "title", "language", "country", "account_id", "created_at", "updated_at",
        "deleted_at", "merged_into", "bio",
    ]  # fmt: skip
    assert columns("int_contact_identifiers") == [
        "record_id", "kind", "network", "value_raw", "value_norm", "is_verified", "first_seen_at",
        "last_seen_at",
    ]  # fmt: skip
    assert columns("int_contact_addresses") == [
        "record_id", "street", "city", "state", "postal_code", "country",
    ]  # fmt: skip


def test_people_of_one_household_share_an_address_and_a_landline(contacts: Path) -> None:
    ((numbers, homes),) = rows(
        "select count(distinct landline), count(distinct household_id) "
        f"from '{contacts}/truth/persons.parquet'"
    )

    assert numbers == homes


def test_no_two_people_have_the_same_mailbox_or_mobile(contacts: Path) -> None:
    ((people, firsts, seconds, mobiles),) = rows(
        "select count(*), count(distinct email_1), count(distinct email_2), count(distinct mobile) "
        f"from '{contacts}/truth/persons.parquet'"
    )

    assert people == firsts == seconds == mobiles

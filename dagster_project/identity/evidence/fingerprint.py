"""Hashes of what identity reads: an unchanged input needs no work."""

import hashlib
from collections.abc import Collection

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.evidence.code import code_hash
from dagster_project.identity.ledger.judgements import Judgement
from dagster_project.identity.workspace import Workspace

_EVIDENCE = {
    "int_contact_records": (
        "record_id, source, kind, default_country, given_name, family_name, full_name, "
        "birth_date, organisation, country, deleted_at is null, merged_into, bio"
    ),
    "int_contact_identifiers": (
        "record_id, kind, network, value_raw, value_norm, coalesce(is_verified, false)"
    ),
    "int_contact_addresses": "record_id, street, city, state, postal_code, country",
}

_TIMES = {"int_contact_identifiers": "record_id, kind, value_norm, first_seen_at, last_seen_at"}


def evidence_hash(work: Workspace, judgements: tuple[Judgement, ...]) -> str:
    """Of everything that decides who is who; the order of rows does not matter."""
    words = "|".join(
        f"{j.number}:{j.verdict}:{j.record_id_l}:{j.record_id_r}" for j in judgements
    )
    return _digest(_table_hashes(work, _EVIDENCE) + words)


def rules_hash(spec: IdentitySpec) -> str:
    """Of the configuration and of this version's code: another one resolves everything anew."""
    return _digest(spec.hash + code_hash())


def times_hash(work: Workspace) -> str:
    """Of the times that are only handed on."""
    return _digest(_table_hashes(work, _TIMES))


def next_hash(last: str, run_id: str, announced: Collection[str]) -> str:
    """Of what had a hash, once the records ``announced`` in a run are others."""
    return _digest("\n".join((last, run_id, *sorted(announced))))


def _table_hashes(work: Workspace, tables: dict[str, str]) -> str:
    parts = []
    for table, columns in tables.items():
        row = work.rows(
            f"select count(*), bit_xor(hash({columns})), sum(hash({columns}) % 1000003) "
            f"from intermediate.{table}"
        )[0]
        parts.append(f"{table}:{row}")
    return "|".join(parts)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]

"""Why two records of organisations are one account, or not: each field's level, bits and guard."""

from dataclasses import dataclass

from dagster_project.identity.accounts.comparing import (
    PRIOR_BITS,
    bits_of,
    compare_accounts,
    levels_of,
)
from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class Field:
    """What one comparison says of the two, in bits."""

    name: str
    level: str
    bits: float


@dataclass(frozen=True)
class AccountPair:
    """The evidence on two records. ``guard``: what keeps them apart whatever the bits say."""

    account_ids: tuple[str, str]
    fields: tuple[Field, ...]
    bits: float
    guard: str | None
    said: str | None

    @property
    def is_one(self) -> bool:
        """Whether both are in one account."""
        return self.account_ids[0] == self.account_ids[1]


def explain_account_pair(work: Workspace, left: int, right: int) -> AccountPair:
    """Compare two records by their numbers; needs the accounts' evidence opened in ``work``."""
    one, two = min(left, right), max(left, right)
    work.run("create or replace table work.compared (l integer, r integer, pattern bigint)")
    compare_accounts(work, f"(select {one} as l, {two} as r)")
    pattern = int(work.rows("select pattern from work.compared")[0][0])
    fields = tuple(
        Field(comparison.name, level.name, bits_of(level))
        for comparison, level in levels_of(pattern)
    )
    guard = work.rows("select guard from kept.guarded where l = $1 and r = $2", [one, two])
    word = work.rows("select evidence from kept.must_link where l = $1 and r = $2", [one, two])
    accounts = {
        int(rid): str(account)
        for rid, account in work.rows(
            "select record.rid, named.customer_id from kept.record "
            "inner join kept.named on record.record_id = named.record_id "
            "where record.rid in ($1, $2)",
            [one, two],
        )
    }
    return AccountPair(
        account_ids=(accounts[left], accounts[right]),
        fields=fields,
        bits=PRIOR_BITS + sum(each.bits for each in fields),
        guard=str(guard[0][0]) if guard else None,
        said=str(word[0][0]) if word else None,
    )


def names_of_accounts(work: Workspace, record_ids: list[str]) -> dict[str, str]:
    """What organisations are called, as matching reads it."""
    rows = work.rows(
        "select record_id, concat_ws(' · ', core, legal_form, town, coalesce(domain, mail_domain)) "
        "from kept.side where list_contains($1::varchar[], record_id)",
        [record_ids],
    )
    return {str(record): str(name or "–") for record, name in rows}

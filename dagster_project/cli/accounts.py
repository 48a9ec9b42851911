"""Accounts in the steward's commands: asked about, judged and shown as customers are.

A command takes an id for an account's by its form: ``a`` and 20 digits, or a record of an
organisation (``…:account:…``, ``…:company:…``, ``…:organization:…``, ``…:employer:…``).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import join, quote
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from dagster_project.cli.recorded import record
from dagster_project.cli.terminal import console, say_waiting
from dagster_project.config.roots import open_root
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error

if TYPE_CHECKING:
    from dagster_project.identity.ledger.judgements import Judgement
    from dagster_project.identity.steward.subjects import Subject
    from dagster_project.identity.steward.words import Decision
    from dagster_project.identity.workspace import Workspace
    from dagster_project.settings import Settings
    from dagster_project.viewer.product import Product

_ACCOUNT_ID = re.compile(r"a[0-9a-f]{20}")
_RECORD = re.compile(r"[^:]+:(?:company|organization|employer):.+|[^:]+:account:001.+")


def is_account(asked: str) -> bool:
    """Whether an id is an account's, or that of a record of an organisation."""
    return bool(_ACCOUNT_ID.fullmatch(asked) or _RECORD.fullmatch(asked))


@contextmanager
def opened_accounts_of(root: Path | None) -> "Iterator[tuple[Settings, Workspace]]":
    """Settings of a root, and the evidence of its last resolution of accounts."""
    from dagster_project.identity.accounts.evidence import accounts_evidence, opened_accounts
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    with opened_accounts(accounts_evidence(settings.root.warehouse)) as work:
        yield settings, work


def print_account_queue(root: Path | None, *, limit: int) -> None:
    """Which accounts may be one, and which one may be two, the decision worth most first."""
    from dagster_project.config.identity import read_identity
    from dagster_project.identity.accounts.explain import names_of_accounts
    from dagster_project.identity.ledger.state import accounts_state
    from dagster_project.identity.steward.review import Question, build_queue

    with opened_accounts_of(root) as (settings, work):
        spec = read_identity(settings.config_dir / "identity.yml")
        cases = build_queue(
            work, spec, limit=limit, state_dir=accounts_state(settings.root.state)
        )
        record(settings, "review accounts", questions=len(cases))
        asked = [id_ for case in cases for id_ in (case.record_id_l, case.record_id_r)]
        names = names_of_accounts(work, asked)
    if not cases:
        console.print("nothing deserves a look: every link is sure, and no other comes near")
    for place, case in enumerate(cases, start=1):
        is_merge = case.question is Question.MERGE
        what = "are these two accounts one?" if is_merge else "is this one account two?"
        pair = f"{quote(case.record_id_l)} {quote(case.record_id_r)}"
        word = (
            f"c360 merge {case.customer_id_l} {case.customer_id_r}"
            if is_merge
            else f"c360 split {case.customer_id_l} {join(case.leaving)}"
        )
        console.print(
            f"[bold]{place:>3}. {what}[/] worth {case.worth:.2f} pairs, "
            f"match weight {case.odds:+.1f} bits\n"
            f"     {escape(names[case.record_id_l])}  |  {escape(names[case.record_id_r])}\n"
            f"     [dim]{escape(case.evidence)}[/]",
            markup=True,
        )
        console.print(f"     c360 explain pair {pair}", markup=False)
        console.print(f"     {word} --author … --reason …", markup=False, style="dim")


def print_account(root: Path | None, asked: str) -> None:
    """The records of an account, what holds them together, and what guards keep from it."""
    from dagster_project.identity.accounts.explain import names_of_accounts
    from dagster_project.identity.steward.customers import explain_customer

    with opened_accounts_of(root) as (settings, work):
        subject = _whole(work, asked)
        record(settings, "explain account", [subject.customer_id])
        found = explain_customer(work, subject)
        names = names_of_accounts(work, [member.record_id for member in found.members])
    console.print(f"{found.customer_id}: {counted(len(found.members), 'record')}", markup=False)
    for member in found.members:
        console.print(f"  {member.record_id}  {names[member.record_id]}", markup=False)
    if found.path:
        console.print("\nheld together by, strongest first")
    for tie in found.path:
        odds = "certain" if tie.odds is None else f"{tie.odds:+.1f} bits"
        console.print(
            f"  {odds:>10}  {tie.record_id_l} – {tie.record_id_r}\n{'':14}{tie.evidence}",
            markup=False,
        )
    if found.guards:
        console.print("\nkept apart from other records by")
    for act in found.guards:
        console.print(f"  {act.guard}: {counted(act.count, 'pair')}", markup=False)


def print_account_pair(root: Path | None, left: str, right: str) -> None:
    """Verdict on two records of organisations, and each field's evidence in bits."""
    from dagster_project.identity.accounts.explain import explain_account_pair
    from dagster_project.identity.steward.subjects import find_subject

    with opened_accounts_of(root) as (settings, work):
        one, two = find_subject(work, left), find_subject(work, right)
        if one.rids == two.rids or not (one.is_record and two.is_record):
            raise Customer360Error(
                "a pair is two different records of organisations",
                f"{left}, {right}",
                "take two record ids; `c360 explain customer` lists those of an account",
            )
        record(settings, "explain pair", [one.customer_id, two.customer_id])
        pair = explain_account_pair(work, one.rids[0], two.rids[0])
    verdict = "one account" if pair.is_one else "two accounts"
    console.print(f"{verdict}: {pair.bits:+.1f} bits", markup=False)
    for each in pair.fields:
        console.print(f"  {each.bits:>+7.1f}  {each.name} {each.level}", markup=False)
    if pair.guard:
        console.print(f"kept apart by the guard {pair.guard}", markup=False)
    if pair.said:
        console.print(f"held together: {pair.said}", markup=False)


def say_account_merge(
    root: Path | None, left: str, right: str, decision: "Decision"
) -> "list[Judgement]":
    """Keep the word that two accounts or records are one."""
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.identity.ledger.state import accounts_state
    from dagster_project.identity.steward.subjects import find_subject
    from dagster_project.identity.steward.words import merge

    with opened_accounts_of(root) as (settings, work):
        subjects = find_subject(work, left), find_subject(work, right)
        record(settings, "merge accounts", [s.customer_id for s in subjects])
        with writer_lock(settings.root, "c360 merge", on_wait=say_waiting):
            return merge(work, accounts_state(settings.root.state), *subjects, decision)


def say_account_split(
    root: Path | None, account: str, records: tuple[str, ...], decision: "Decision"
) -> "list[Judgement]":
    """Keep the word that some records are not the account's."""
    from dagster_project.engines.duckdb.writer_lock import writer_lock
    from dagster_project.identity.ledger.state import accounts_state
    from dagster_project.identity.steward.subjects import find_subject
    from dagster_project.identity.steward.words import split

    with opened_accounts_of(root) as (settings, work):
        whole = _whole(work, account)
        leaving = [find_subject(work, record_id) for record_id in records]
        record(settings, "split account", [whole.customer_id], records=len(leaving))
        with writer_lock(settings.root, "c360 split", on_wait=say_waiting):
            return split(work, accounts_state(settings.root.state), whole, leaving, decision)


def show_account(root: Path | None, asked: str, *, consumer: str) -> int:
    """One account of a published file, its money and its people; returns the exit status."""
    from dagster_project.settings import read_settings
    from dagster_project.viewer.product import Product

    settings = read_settings(root)
    with Product(settings.root, consumer, options=settings.engine) as product:
        columns, rows = _asked(
            product,
            "select account_360.* from account_360 where account_id = coalesce("
            "(select account_id from account_xref where is_current and account_record_id = $1), "
            "(select account_id from account_relations where relation = 'successor' "
            "and related_account_id = $1), $1)",
            asked,
        )
        if not rows:
            console.print("no account was found", markup=False)
            return 1
        account = dict(zip(columns, rows[0], strict=True))
        record(settings, "show account", [str(account["account_id"])])
        for name, value in account.items():
            if value not in (None, 0, False):
                console.print(f"  {name.replace('_', ' '):<36} {value}", markup=False)
        for title, sql in _PARTS.items():
            _, part = _asked(product, sql, str(account["account_id"]))
            if part:
                console.print(f"\n{title}", markup=False)
            for row in part:
                console.print(
                    "  " + "  ".join(str(v) for v in row if v is not None), markup=False
                )
    return 0


def _asked(
    product: "Product", sql: str, account_id: str
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    answer = product.ask(sql, [account_id])
    return (answer.columns, list(answer.rows)) if answer is not None else ((), [])


_PARTS = {
    "deals by currency, amounts in minor units": "select currency, opportunities || ' deals', "
    "'open ' || open_amount_minor, 'won ' || won_amount_minor from account_money "
    "where account_id = $1 order by currency",
    "related accounts": "select relation, basis, "
    "case when account_id = $1 then related_account_id else account_id end "
    "from account_relations where account_id = $1 or related_account_id = $1 order by all limit 20",
    "people, the ones said last first": "select customer_id, full_name, role, title from ("
    "select contact.customer_id, who.full_name, contact.role, contact.title, contact.last_said_at "
    "from account_contacts as contact "
    "left join customer_360 as who on contact.customer_id = who.customer_id "
    "where contact.account_id = $1 qualify row_number() over "
    "(partition by contact.customer_id order by contact.last_said_at desc nulls last) = 1) "
    "order by last_said_at desc nulls last limit 20",
}


def _whole(work: "Workspace", asked: str) -> "Subject":
    from dagster_project.identity.steward.subjects import find_subject

    subject = find_subject(work, asked)
    return find_subject(work, subject.customer_id) if subject.is_record else subject

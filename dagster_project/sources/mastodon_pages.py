"""Mastodon's API pages as files: notifications, statuses, accounts, contexts."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.sources.api_batches import Entity, Row
from dagster_project.sources.json_rows import open_json, peek_values, read_values
from dagster_project.sources.mastodon_rows import (
    account_row,
    account_shape,
    status_of,
    status_row,
    status_shape,
)
from dagster_project.sources.members import Member
from dagster_project.sources.page_files import distinct, left_out_of, newest_time, page_batch

_ACCOUNT = frozenset({"id", "username", "acct"})
_STATUS = frozenset({"id", "content", "account", "visibility"})
_CONTEXT = frozenset({"ancestors", "descendants"})


def sniff(member: Member) -> tuple[str, ...] | None:
    """``account`` and ``status`` as the page holds them; ``None`` when it is not Mastodon's."""
    values = peek_values(member.path, _is_known)[:50]
    if any(map(_is_context, values)):
        return ("account", "status")
    if next(_statuses(values), None) is not None:
        return ("account", "status")
    return ("account",) if next(_accounts(values), None) is not None else None


def read(member: Member, source: SourceConfig, workdir: Path) -> Iterator[Batch]:
    """One batch of accounts, those of authors included, and one of statuses if there are any."""
    file = open_json(member, workdir)
    values = list(read_values(file, _is_known))
    statuses = list(_statuses(values))
    accounts = list(_accounts(values))
    rows = list(_with_threads(statuses))
    file.rest.leave_out("entities of another kind in contexts", _odd_in_contexts(values))
    file.rest.leave_out("repeats of a status", len(statuses) - len(rows))
    newest = newest_time(
        time
        for entity in (*statuses, *(v for v in values if isinstance(v, dict)))
        for time in _times(entity)
    )
    shapes_and_rows = [
        (account_shape(source.brand_accounts), distinct(map(account_row, accounts)))
    ]
    if "status" in (sniff(member) or ()):
        shapes_and_rows.append((status_shape(), rows))
    left_out = left_out_of(file)
    for shape, found in shapes_and_rows:
        yield page_batch(
            shape,
            found,
            member=member,
            source=source,
            file=file,
            workdir=workdir,
            newest=newest,
            left_out=left_out,
        )
        left_out = ()


def _is_known(value: Any) -> bool:
    return _is_context(value) or any(_statuses([value])) or any(_accounts([value]))


def _is_context(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() >= _CONTEXT
        and all(isinstance(value[part], list) for part in _CONTEXT)
    )


def _odd_in_contexts(values: Iterable[Any]) -> int:
    contexts = [value for value in values if _is_context(value)]
    above_and_below = [e for c in contexts for e in (*c["ancestors"], *c["descendants"])]
    return sum(not _is_status(entity) for entity in above_and_below)


def _times(entity: Entity) -> tuple[object, ...]:
    """When something happened to an entity; an account's own creation says nothing of the page."""
    if _is_account(entity):
        return (entity.get("last_status_at"),)
    return (entity.get("created_at"), entity.get("edited_at"))


def _statuses(values: Iterable[Any]) -> Iterator[Entity]:
    for value in values:
        if not isinstance(value, dict):
            continue
        if _is_context(value):
            yield from _statuses([*value["ancestors"], *value["descendants"]])
        elif _is_status(value):
            yield value
        elif (status := status_of(value)) is not None:
            yield status


def _accounts(values: Iterable[Any]) -> Iterator[Entity]:
    for value in values:
        if not isinstance(value, dict):
            continue
        if _is_context(value):
            yield from _accounts([*value["ancestors"], *value["descendants"]])
        elif _is_account(value):
            yield value
        elif _is_account(value.get("account")):
            yield value["account"]


def _is_status(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= _STATUS and _is_account(value["account"])


def _is_account(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() >= _ACCOUNT


def _with_threads(statuses: list[Entity]) -> Iterator[Row]:
    """Rows with the first status of their thread, as far as the file shows it."""
    parents = {status["id"]: status.get("in_reply_to_id") for status in statuses}
    for row in distinct(map(status_row, statuses)):
        yield Row(row.native_id, row.entity, {"thread_id": _top_of(row.native_id, parents)})


def _top_of(status_id: str, parents: Mapping[str, str | None]) -> str:
    walked = {status_id}
    while (parent := parents.get(status_id)) is not None and parent not in walked:
        status_id = parent
        walked.add(parent)
    return status_id

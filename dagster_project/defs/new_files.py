"""The sensor that sees new files, and sees to it that a run over them that failed is tried again."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import dagster as dg

from dagster_project.defs.jobs import MAIN_JOB
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root

WAITS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
"""After each failed try, before the next one; after the last, none is started.

A step is tried again within its run, seconds later (`guard.WAIT_SECONDS`); what is left then is a
network, a share or a disk that somebody is at, within minutes or within a shift.
"""

INTERVAL_SECONDS = 60

FILES_TAG = "c360/files"
"""Tag of a run that this sensor started: how many files lay in the inbox."""

TRY_TAG = "c360/try"
"""Tag of such a run: the how-many-eth it is over the same files."""


def new_files_sensor(
    root: Root, *, clock: Callable[[], float] = time.time
) -> dg.SensorDefinition:
    """Starts the main job when new files lie in the inbox, and again when that run failed."""

    @dg.sensor(
        name="new_files",
        job_name=MAIN_JOB,
        minimum_interval_seconds=INTERVAL_SECONDS,
        description=f"Looks for new files in the inbox every minute ({root.inbox.name}/<source>/). "
        f"A run over them that fails is tried again {counted(len(WAITS), 'time')} at most.",
    )
    def new_files(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        listing = list_inbox(root.inbox)
        newest = _newest_run(context.instance)
        decided = decide(listing, _seen(context.cursor), newest, now=clock())
        if decided.looked:
            context.update_cursor(_cursor(listing))
        if decided.skip:
            return dg.SkipReason(decided.skip)
        # The run before it is part of the key: the same files may come again, and fail again.
        before = newest.dagster_run.run_id if newest else "none"
        return dg.RunRequest(
            run_key=f"{sha256(_cursor(listing).encode()).hexdigest()[:16]}-{before}",
            tags={FILES_TAG: str(len(listing)), TRY_TAG: str(decided.attempt)},
        )

    return new_files


@dataclass(frozen=True)
class Decision:
    """What a look at the inbox leads to: a run (the how-many-eth), or none and why.

    ``looked``: the files have been dealt with; what is not remembered is new to the next look.
    """

    attempt: int = 0
    skip: str = ""
    looked: bool = True


def decide(
    listing: list[str], seen: frozenset[str], newest: dg.RunRecord | None, *, now: float
) -> Decision:
    """Whether a run is started for what lies in the inbox; ``newest`` is the job's last run."""
    files = counted(len(listing), "file") if listing else "the inbox is empty"
    status = newest.dagster_run.status if newest else None
    if status is dg.DagsterRunStatus.QUEUED:
        return Decision(skip=f"{files}: a run is queued and will read them", looked=False)
    if not seen.issuperset(map(_mark, listing)):
        return Decision(attempt=1)
    if newest is None or status is not dg.DagsterRunStatus.FAILURE or not _is_ours(newest):
        return Decision(skip=f"{files}, seen before" if listing else files)
    failed = int(newest.dagster_run.tags.get(TRY_TAG, "1"))
    if failed > len(WAITS):
        return Decision(
            skip=f"{files}: {counted(failed, 'run')} in a row failed; none is started before a "
            "new file comes (start one by hand once the cause is mended)"
        )
    ended = newest.end_time or newest.update_timestamp.timestamp()
    left = ended + WAITS[failed - 1].total_seconds() - now
    if left > 0:
        minutes = counted(int(left // 60) + 1, "minute")
        return Decision(skip=f"{files}: the last run failed; it is tried again in {minutes}")
    return Decision(attempt=failed + 1)


def _newest_run(instance: dg.DagsterInstance) -> dg.RunRecord | None:
    """The job's newest run, whoever started it: each reads the whole inbox."""
    records = instance.get_run_records(dg.RunsFilter(job_name=MAIN_JOB), limit=1)
    return records[0] if records else None


def _is_ours(record: dg.RunRecord) -> bool:
    """A run that a person started, or executed again, is tried again by that person."""
    run = record.dagster_run
    return FILES_TAG in run.tags and run.parent_run_id is None


def _mark(line: str) -> str:
    """A file of a listing, by 10 digits: a cursor holds no names."""
    return sha256(os.fsencode(line)).hexdigest()[:10]


def _cursor(listing: list[str]) -> str:
    return " ".join(sorted(map(_mark, listing)))


def _seen(cursor: str | None) -> frozenset[str]:
    return frozenset((cursor or "").split())


def list_inbox(inbox: Path) -> list[str]:
    """Name, size and time of every file that waits; loaded and half-written ones left out.

    A folder that cannot be listed is named as such, so that it is seen when it can be again. An
    inbox that cannot be listed at all is an error: the sensor keeps its cursor and looks again.
    """
    try:
        if inbox.exists():
            next(inbox.iterdir(), None)
    except OSError as error:
        raise Customer360Error(
            f"the inbox cannot be listed ({error.strerror})",
            str(inbox),
            "see that it may be read; the sensor looks again within a minute",
        ) from None
    return sorted(_waiting(inbox))


def _waiting(inbox: Path) -> Iterator[str]:
    closed: list[str] = []
    for name, folders, files in os.walk(inbox, onerror=lambda e: closed.append(e.filename)):
        folder = Path(name)
        folders[:] = [f for f in folders if not f.startswith(".")]
        if folder == inbox:
            folders[:] = [f for f in folders if f != "loaded"]
        for file in (folder / f for f in files if not f.startswith(".")):
            try:
                found = file.stat()
            except OSError:  # moved to inbox/loaded/ meanwhile, or a link that leads nowhere
                continue
            if stat.S_ISREG(found.st_mode):
                yield f"{file.relative_to(inbox)}|{found.st_size}|{found.st_mtime_ns}"
    yield from (
        f"{Path(f).relative_to(inbox)}|cannot be listed" for f in closed if Path(f) != inbox
    )

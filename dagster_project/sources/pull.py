"""The pulls of all vendors with an API, behind one signature."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.sources import bluesky, mastodon
from dagster_project.sources.api_batches import Known, Threads, Window, no_threads
from dagster_project.sources.http import (
    ApiAccess,
    Clock,
    RetryPolicy,
    Sleep,
    resolve_access,
)

__all__ = [
    "PULLERS",
    "ApiAccess",
    "Known",
    "Puller",
    "RetryPolicy",
    "Threads",
    "Window",
    "resolve_access",
]


class Puller(Protocol):
    """Pulls one source; every batch must land before the next is asked for."""

    def __call__(
        self,
        source: SourceConfig,
        *,
        access: ApiAccess,
        cursors: Mapping[str, Mapping[str, str]],
        window: Window | None = None,
        known: Known,
        threads: Threads = no_threads,
        workdir: Path,
        clock: Clock = ...,
        sleep: Sleep = ...,
        policy: RetryPolicy | None = None,
        pages_per_batch: int = ...,
    ) -> Iterator[Batch]:
        """Batches since the cursors (by stream), or of one window.

        ``known`` gives the ids of posts that landed, were written since a time and are not
        known to be deleted: they are asked for again. ``threads`` spares a request for every
        reply to a post that has landed. Raises ``SourceError`` for what a person
        must mend and ``TransientError`` for what a later run may.
        """


PULLERS: dict[str, Puller] = {
    mastodon.VENDOR: mastodon.pull,
    bluesky.VENDOR: bluesky.pull,
}
"""By vendor."""

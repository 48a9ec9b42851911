"""Mastodon's conversations: it gives them no id, so who answers whom is pieced together.

Belongs here: which statuses a pull has seen of a thread, and asking for what lacks.
Does not belong here: lists and cursors (``mastodon``).
"""

from collections import Counter
from urllib.parse import quote

from dagster_project.sources.api_batches import Entity, Threads
from dagster_project.sources.http import ApiClient


class MastodonThreads:
    """Who answers whom, as far as this pull has seen."""

    def __init__(self, client: ApiClient, landed: Threads) -> None:
        self._client = client
        self._landed = landed
        self._parent: dict[str, str | None] = {}
        self._orphans: dict[str, None] = {}  # an ordered set
        self._replies_said: dict[str, int] = {}
        self._replies_seen: Counter[str] = Counter()
        self._asked: set[str] = set()

    def add(self, entity: Entity) -> None:
        """Take note of a status."""
        status_id, parent = entity["id"], entity.get("in_reply_to_id")
        self._parent[status_id] = parent
        if parent is not None:
            self._replies_seen[parent] += 1
            self._orphans[status_id] = None
        said = entity.get("replies_count") or 0
        if said and not entity.get("reblog"):
            self._replies_said[status_id] = said

    def recall_landed(self) -> None:
        """Take the threads of answered statuses that landed in earlier pulls as they stand."""
        parents = (self._parent[orphan] for orphan in self._orphans)
        missing = sorted({p for p in parents if p is not None and p not in self._parent})
        for status_id, top in sorted(self._landed(missing).items() if missing else ()):
            self._parent[status_id] = None if top == status_id else top
            self._parent.setdefault(top, None)

    def next_orphan(self) -> str | None:
        """A status that answers one not seen; each is given once."""
        while self._orphans:
            status_id = next(iter(self._orphans))
            del self._orphans[status_id]
            if self._parent[status_id] not in self._parent:
                return status_id
        return None

    def fetch_above(self, status_id: str) -> list[Entity]:
        """The context of an orphan; where its parent is gone, the parent's id heads the thread."""
        context = self._context(status_id)
        parent = self._parent[status_id]
        if parent is not None and all(e["id"] != parent for e in context):
            self._parent[parent] = None
        return context

    def incomplete(self) -> list[str]:
        """Tops of threads in which a status says it has more replies than were seen."""
        tops = (self.root_of(s) for s in self._short())
        return [top for top in dict.fromkeys(tops) if top not in self._asked]

    def fetch_whole(self, top: str) -> list[Entity]:
        """Everything of one thread; where its top is gone, of the parts whose replies lack."""
        context = self._context(top)
        if context or top in self._replies_said:
            return context
        parts = [s for s in self._short() if self.root_of(s) == top]
        return [entity for part in parts for entity in self._context(part)]

    def count_short(self) -> int:
        """How many statuses still say they have more replies than were seen."""
        return sum(1 for _ in self._short())

    def root_of(self, status_id: str) -> str:
        """The first status of the thread, as far as it is known."""
        walked = {status_id}
        while (parent := self._parent.get(status_id)) is not None and parent not in walked:
            status_id = parent
            walked.add(parent)
        return status_id

    def _short(self) -> list[str]:
        said = self._replies_said.items()
        return [status_id for status_id, n in said if n > self._replies_seen[status_id]]

    def _context(self, status_id: str) -> list[Entity]:
        self._asked.add(status_id)
        reply = self._client.find(f"/api/v1/statuses/{quote(status_id, safe='')}/context")
        return [*reply.body["ancestors"], *reply.body["descendants"]] if reply else []

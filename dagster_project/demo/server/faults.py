"""Faults that tests plan: what an API does on a bad day."""

from dataclasses import dataclass, field
from enum import StrEnum

from dagster_project.demo.server.limits import GENEROUS, Limit


class FaultKind(StrEnum):
    """What happens instead of the answer."""

    HTML = "html"  # a web page with status 200
    STATUS = "status"  # an error status
    TRUNCATED = "truncated"  # half of the body, then the connection closes
    HALF_JSON = "half json"  # half of the JSON, as if it were whole
    RESET = "reset"  # the connection is reset before any answer
    EMPTY = "empty"  # a list without its items: some services leave out what they cannot load
    SLOW = "slow"  # the answer comes ``seconds`` late


@dataclass
class Fault:
    """One planned fault on requests whose path contains ``path``.

    The first ``after`` such requests pass, the next ``times`` fail. ``retry_after`` is sent as
    it stands: seconds or an HTTP date.
    """

    kind: FaultKind
    path: str = "/"
    after: int = 0
    times: int = 1
    status: int = 500
    seconds: float = 0
    retry_after: str | None = None
    whole_path: bool = False  # the request's path ends there
    _matched: int = field(default=0, init=False)

    def strikes(self, path: str) -> bool:
        """Whether this request fails; counts it."""
        if not (path.endswith(self.path) if self.whole_path else self.path in path):
            return False
        self._matched += 1
        return self.after < self._matched <= self.after + self.times


@dataclass
class FaultPlan:
    """Faults in the order in which they are tried, and limits smaller than the demo's."""

    faults: list[Fault] = field(default_factory=list)
    mastodon_limit: Limit = GENEROUS
    bluesky_limit: Limit = GENEROUS

    def next_fault(self, path: str) -> Fault | None:
        """The first fault that strikes this request; each fault counts what it sees."""
        struck = [fault for fault in self.faults if fault.strikes(path)]
        return struck[0] if struck else None

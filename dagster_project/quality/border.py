"""The border around a gate: one that fails over a load's rows refuses that load and no other.

Belongs here: the broad ``except`` of ``quality`` (docs/decisions/0012 says why). Does not belong
here: rules that cannot be evaluated one by one (``gate`` refuses for those), and our own errors,
which are about the root and not about one load.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from dagster_project.domain.errors import Customer360Error
from dagster_project.engines.duckdb.storage import disk_full, is_disk_full


class UnjudgedError(Exception):
    """A load's rows could not be judged; never leaves this package: it becomes a refusal."""

    def __init__(self, odd: Exception) -> None:
        # The failure's class alone: its message may quote a value.
        self.reason = (
            f"unjudged: the gate failed over its rows ({type(odd).__name__}); look at the file "
            "for what is unlike the others; if nothing is, report it"
        )
        super().__init__(self.reason)


@contextmanager
def naming_what_fails() -> Iterator[None]:
    """Raise ``UnjudgedError`` for any failure inside, without the failure as its cause.

    A full disk stays what it is: the next load would meet it too.
    """
    try:
        yield
    except Customer360Error:
        raise
    except Exception as odd:
        if is_disk_full(odd):
            raise disk_full("the root's disk") from None
        raise UnjudgedError(odd) from None

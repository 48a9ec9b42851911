"""What a stream is: one kind of row that one vendor hands over."""

from dataclasses import dataclass
from enum import StrEnum


class Delivery(StrEnum):
    """What a load of a stream holds, and so what a missing row means."""

    SNAPSHOT = "snapshot"  # everything there is: absence means deleted
    DELTA = "delta"  # what changed: absence means nothing
    EVENTS = "events"  # what happened: rows are never deleted by absence


@dataclass(frozen=True)
class Reference:
    """A column that names a person, and how: by an address, a handle, or an id of the source's.

    ``kind`` is ``email``, ``phone``, ``handle`` (of ``network``), ``event`` (the id of a message),
    ``record`` (a whole record id, of any source),
    or the type of a contact record; with ``#`` behind it, of one that is known by its address alone. ``is_about``: the row is the person's own, or about them, and
    goes with them; otherwise it is somebody else's and only loses the reference. ``is_list``:
    several, separated by semicolons or commas.
    """

    column: str
    kind: str
    network: str | None = None
    is_about: bool = True
    is_list: bool = False


def references(text: str) -> tuple[Reference, ...]:
    """References as a stream declares them: ``id=contact email=email deal~contact[]``.

    ``=``: the row is about the person; ``~``: it is another's; ``[]``: a list of them.
    """
    return tuple(_reference(word) for word in text.split())


def _reference(word: str) -> Reference:
    is_about = "=" in word
    column, _, kind = word.partition("=" if is_about else "~")
    plain = kind.removesuffix("[]")
    name, _, network = plain.partition(":")
    return Reference(column, name, network or None, is_about, is_list=kind != plain)


@dataclass(frozen=True)
class StreamSpec:
    """One stream of one vendor: the columns its rows land with, all of them text.

    ``columns`` are the vendor's own names in snake case. ``key`` names the columns that make
    the native id. ``modified_at`` is the vendor's modification time, which orders versions
    of one key before the export date does. ``required`` columns must be in a file's header:
    without them the load is refused. ``local_times`` are columns whose times carry no zone
    in some of the vendor's formats and are read in the source's time zone. ``people`` are the
    columns that name a person.
    """

    vendor: str
    stream: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    delivery: Delivery = Delivery.DELTA
    modified_at: str | None = None
    required: tuple[str, ...] = ()
    local_times: tuple[str, ...] = ()
    people: tuple[Reference, ...] = ()

    @property
    def table(self) -> str:
        """Name of the stream's table in the schema ``landing``: ``<vendor>__<stream>``."""
        return f"{self.vendor}__{self.stream}"


PROVENANCE: dict[str, str] = {
    "_source": "varchar",  # configured source, e.g. salesforce_emea
    "_native_id": "varchar",  # the vendor's id of this row (or its content's hash), never null
    "_load_id": "varchar",
    "_as_of": "timestamptz",  # export date of the file, or time of the pull
    "_file": "varchar",  # file (and zip member) or API request, without personal values
    "_row": "bigint",  # 1-based within the load
    "_hash": "varchar",  # of the row's content
    "_raw": "varchar",  # JSON as received, for nested streams; null where columns + _extra are it
    "_extra": "varchar",  # JSON object of the columns the spec does not know
    "_absent": "varchar",  # columns the row does not have (",phone,email,"); null: it has them all
}
"""Columns every landed row carries beside its stream's own, with their DuckDB types."""

REGISTER: dict[str, str] = {
    "_brand": "varchar",
    "_region": "varchar",
    "_timezone": "varchar",
    "_currency": "varchar",
    "_country": "varchar",
    "_gate_seq": "bigint",  # grows with every decision of a gate: incremental models read past it
    "_absent_since": "timestamptz",  # snapshot streams: as-of of the snapshot that misses the key
}
"""Columns the views of schema ``landing`` add from the register of sources and the ledger."""

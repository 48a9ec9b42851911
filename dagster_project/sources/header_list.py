"""Every header that is read, per vendor and stream, as ``docs/formats-headers.md`` shows it.

``python -m dagster_project.sources.header_list FILE`` writes it; a test holds the file to the code.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from dagster_project.domain.streams import StreamSpec
from dagster_project.sources import hubspot, mailchimp, manual, salesforce, sendgrid, zendesk
from dagster_project.sources.catalogue import VENDORS, streams_of
from dagster_project.sources.headers import Aliases, fold

_LABELS: dict[str, Callable[[str], Aliases]] = {
    salesforce.VENDOR: salesforce.labels_of,
    hubspot.VENDOR: hubspot.labels_of,
    mailchimp.VENDOR: mailchimp.labels_of,
    sendgrid.VENDOR: sendgrid.labels_of,
    zendesk.VENDOR: zendesk.labels_of,
    manual.VENDOR: manual.labels_of,
}
"""The vendors whose tables carry labels; the others are read by the fields of their own JSON."""

_HEAD = """\
# Headers

Every column that is read, by vendor and stream; `make dictionary` writes this page. [Formats](formats.md)
says which files are read and how they are recognised.

A column is found under its own name or under any label beside it, in that order, without regard to
case, blanks, accents and punctuation: `last_name` is also `LastName`, `Last Name` and `LAST_NAME`.
A **needed** column must be in the header, or the load is refused; all others may be missing. Columns
that are not listed are kept in `_extra`. A header of your own is declared in `config/sources.yml`:
`columns: {last_name: "Family Name"}`. Streams without labels are JSON, read by their vendor's own
field names.
"""


def header_list() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(line for vendor in VENDORS for line in _of_vendor(vendor))])


def labels_of(spec: StreamSpec) -> Aliases:
    """Labels of a stream's columns beside their own names."""
    return _LABELS[spec.vendor](spec.stream) if spec.vendor in _LABELS else {}


def _of_vendor(vendor: str) -> Iterator[str]:
    yield f"## {vendor}\n"
    for spec in streams_of(vendor):
        yield f"### {vendor}: {spec.stream}\n"
        yield "| column | needed | labels beside its own name |"
        yield "|---|---|---|"
        labels = labels_of(spec)
        for column in spec.columns:
            others = [label for label in labels.get(column, ()) if fold(label) != fold(column)]
            needed = "**yes**" if column in spec.required else ""
            yield f"| `{column}` | {needed} | {' · '.join(others)} |"
        yield ""


def main() -> None:
    """Write the page to the file named on the command line."""
    Path(sys.argv[1]).write_text(header_list(), encoding="utf-8")


if __name__ == "__main__":
    main()

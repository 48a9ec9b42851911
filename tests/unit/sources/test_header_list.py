"""docs/formats-headers.md lists every header that is read, as the code reads it."""

import pytest

from dagster_project.domain.streams import StreamSpec
from dagster_project.settings import PROJECT
from dagster_project.sources.catalogue import STREAMS
from dagster_project.sources.header_list import header_list, labels_of
from dagster_project.sources.headers import match_header

PAGE = (PROJECT / "docs" / "formats-headers.md").read_text(encoding="utf-8")


def test_the_page_is_as_the_code_is() -> None:
    assert header_list() == PAGE, "run `make dictionary`"


@pytest.mark.parametrize("spec", STREAMS, ids=lambda spec: spec.table)
def test_every_label_listed_is_taken_for_its_column(spec: StreamSpec) -> None:
    for column, labels in labels_of(spec).items():
        for label in labels:
            found = match_header([label], spec, aliases=labels_of(spec)).positions
            assert found, (column, label)


@pytest.mark.parametrize("spec", STREAMS, ids=lambda spec: spec.table)
def test_every_column_of_a_stream_is_listed(spec: StreamSpec) -> None:
    section = PAGE.split(f"### {spec.vendor}: {spec.stream}\n")[1].split("##")[0]

    assert section.count("\n| `") == len(spec.columns)
    assert section.count("**yes**") == len(spec.required)

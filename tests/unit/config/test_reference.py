"""docs/configuration.md lists every entry as the models have it."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from dagster_project.cli.doctor import _readers
from dagster_project.config.reference import FILES, entries_table, with_tables
from dagster_project.settings import PROJECT
from dagster_project.sources.catalogue import VENDORS

PAGE = (PROJECT / "docs" / "configuration.md").read_text(encoding="utf-8")


def test_the_page_is_as_the_models_are() -> None:
    assert with_tables(PAGE) == PAGE, "run `make dictionary`"


def test_every_file_that_is_configured_is_on_the_page() -> None:
    assert set(FILES) == set(_readers(Path()))
    for name, model in FILES.items():
        assert f"<!-- entries of {name} -->\n{entries_table(model)}\n" in PAGE


@pytest.mark.parametrize("model", FILES.values(), ids=FILES)
def test_every_entry_says_what_it_is_and_the_needed_ones_have_an_example(
    model: type[BaseModel],
) -> None:
    for row in entries_table(model).splitlines()[2:]:
        _, entry, needed, what, default, example, says, _ = row.replace("\\|", "/").split(
            " | ".strip()
        )
        assert says.strip(), entry
        assert what.strip() not in {"", "a value"}, entry
        assert bool(needed.strip()) != bool(default.strip()), entry
        assert example.strip() or not needed.strip(), entry


def test_the_vendors_are_all_named() -> None:
    row = next(line for line in PAGE.splitlines() if "`sources.<name>.vendor`" in line)

    assert all(vendor in row for vendor in VENDORS)

"""Specs people edit: written, read back, and wrong."""

from pathlib import Path

import pytest

from dagster_project.domain.errors import ConfigError
from dagster_project.identity.tabular.meanings import Kind, Meaning
from dagster_project.identity.tabular.spec import (
    Column,
    ColumnSpec,
    Inferred,
    read_table_spec,
    write_table_spec,
)

_INFERRED = Inferred(
    Kind.PERSONS,
    "told by it's name",
    (
        Column("it's name", ColumnSpec(means=Meaning.FULL_NAME), "its header says so"),
        Column("born", ColumnSpec(means=Meaning.BIRTH_DATE, format="%d.%m.%Y"), "dates"),
        Column(
            "wed", ColumnSpec(means=Meaning.BIRTH_DATE, format=("%d.%m.%Y", "excel")), "dates"
        ),
        Column("tel", ColumnSpec(means=Meaning.PHONE, separator=r"\s*;\s*"), "numbers"),
        Column("json", ColumnSpec(means=Meaning.EMAIL, json_list=True), "addresses"),
    ),
)


def test_a_written_spec_reads_back_the_same(tmp_path: Path) -> None:
    file = tmp_path / "spec.yml"

    write_table_spec(_INFERRED, file)

    assert (
        read_table_spec(file, ("it's name", "born", "wed", "tel", "json")) == _INFERRED.spec()
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "kind: persons\ncolumns:\n  nme: full_name\n", "no column 'nme'", id="unknown"
        ),
        pytest.param(
            "kind: persons\ncolumns:\n  name: title\n", "cannot mean title", id="misfit"
        ),
        pytest.param("kind: people\ncolumns:\n  name: full_name\n", "kind", id="kind"),
        pytest.param("kind: works\ncolumns: {}\n", "columns", id="empty"),
        pytest.param(
            "kind: persons\ncolumns:\n  name: {means: birth_date, format: '%Q'}\n",
            "name.format cannot be used",
            id="date-format",
        ),
        pytest.param(
            "kind: persons\ncolumns:\n  name: {means: email, separator: '['}\n",
            "name.separator cannot be used",
            id="separator",
        ),
    ],
)
def test_a_wrong_spec_is_refused_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "spec.yml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=told) as refused:
        read_table_spec(file, ("name",))

    assert f"{file}:" in refused.value.where
    assert refused.value.remedy

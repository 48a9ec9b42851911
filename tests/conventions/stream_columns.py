"""Writes ``dbt/macros/staging/streams.sql`` from the catalogue of streams.

Run it when a stream's columns change: ``python -m tests.conventions.stream_columns``.
"""

from pathlib import Path
from textwrap import fill

from dagster_project.sources.catalogue import STREAMS

FILE = Path(__file__).resolve().parents[2] / "dbt" / "macros" / "staging" / "streams.sql"


def text() -> str:
    """The macro with each stream's own columns, as ``sources/catalogue.py`` lists them."""
    streams = "\n".join(
        f"        '{spec.table}': '\n{fill(' '.join(spec.columns), 96, initial_indent=' ' * 12, subsequent_indent=' ' * 12)}\n        ',"
        for spec in STREAMS
    )
    return (
        "{# The vendor's own columns of every stream: dagster_project/sources/catalogue.py, copied "
        "by\n   `python -m tests.conventions.stream_columns`; a convention test holds the two "
        "together. #}\n{% macro stream_columns(stream) -%}\n    {%- set columns = {\n"
        f"{streams}\n    }}[stream] -%}}\n    {{{{ return(columns.split()) }}}}\n{{%- endmacro %}}\n"
    )


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")

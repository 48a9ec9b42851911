"""Labels of the warehouse's messages: each version of a text once, anew when anything judges otherwise."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.config.listening import Listening, Rule, read_listening
from dagster_project.listening import warehouse
from dagster_project.listening.warehouse import Labelled, version_of_rules, write_labels
from dagster_project.settings import PROJECT

RULES = read_listening(PROJECT / "config" / "listening.yml")


@pytest.fixture
def messages() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate; create schema config")
        connection.execute(
            "create table intermediate.int_messages "
            "(message_id varchar, version_number bigint, source varchar, body_text varchar)"
        )
        connection.execute("create table config.sources (name varchar, country varchar)")
        connection.execute("insert into config.sources values ('x_uk', 'GB'), ('x_de', 'DE')")
        yield connection


def _say(
    connection: duckdb.DuckDBPyConnection, name: str, text: str | None, source: str = "x_uk"
) -> None:
    connection.execute(
        "insert into intermediate.int_messages values (?, 1, ?, ?)", [name, source, text]
    )


def _row(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    found = connection.execute(
        "select * from listening.message_labels where message_id = ?", [name]
    )
    (row,) = found.fetchall()
    return dict(zip([column[0] for column in found.description or ()], row, strict=True))


def test_a_message_is_labelled_with_who_says_so(messages: duckdb.DuckDBPyConnection) -> None:
    _say(messages, "m1", "You charged my card twice, I want a refund")
    _say(messages, "m2", None)
    _say(messages, "m3", "  ")

    written = write_labels(messages, RULES)

    assert written == Labelled(messages=1, kept=0, judged=1)
    row = _row(messages, "m1")
    assert (row["is_complaint"], row["department"], row["harm"]) == (True, "billing", "none")
    assert row["complaint_by"] == "complaint_named/1"
    (finding,) = json.loads(row["findings"])
    assert (finding["rule"], finding["version"]) == ("complaint_named", 1)
    assert (finding["start"], finding["end"]) == (27, 42)


def test_personal_data_is_told_by_its_place_and_masked(
    messages: duckdb.DuckDBPyConnection,
) -> None:
    _say(messages, "m1", "write to ana@example.org please")

    write_labels(messages, RULES)

    row = _row(messages, "m1")
    assert json.loads(row["personal_data"]) == [{"kind": "email", "start": 9, "end": 24}]
    assert row["redacted_text"] == "write to [email] please"
    assert not any("ana@" in str(value) for value in row.values())


def test_telephones_are_read_as_they_are_dialled_where_the_account_is(
    messages: duckdb.DuckDBPyConnection,
) -> None:
    text = "ring 020 7946 0958 after six"
    _say(messages, "m1", text, "x_uk")
    _say(messages, "m2", text, "x_de")

    written = write_labels(messages, RULES)

    assert written.judged == 2
    assert _row(messages, "m1")["redacted_text"] == "ring [phone] after six"


def test_equal_texts_are_judged_once_and_known_ones_never_again(
    messages: duckdb.DuckDBPyConnection,
) -> None:
    _say(messages, "m1", "my parcel is still not here")
    _say(messages, "m2", "my parcel is still not here")
    first = write_labels(messages, RULES)
    before = messages.execute("from listening.message_labels order by message_id").fetchall()

    _say(messages, "m3", "my parcel is still not here")
    second = write_labels(messages, RULES)

    assert (first.judged, second.kept, second.judged) == (1, 2, 0)
    after = messages.execute("from listening.message_labels order by message_id").fetchall()
    assert after[:2] == before
    assert after[2][1:] == before[0][1:]


def test_an_edit_is_judged_and_what_is_gone_keeps_no_label(
    messages: duckdb.DuckDBPyConnection,
) -> None:
    _say(messages, "m1", "lovely lamp")
    _say(messages, "m2", "soon gone")
    write_labels(messages, RULES)
    messages.execute(
        "update intermediate.int_messages set body_text = 'the lamp broke after two days, "
        "I want my money back', version_number = 2 where message_id = 'm1'"
    )
    messages.execute(
        "update intermediate.int_messages set body_text = null where message_id = 'm2'"
    )

    written = write_labels(messages, RULES)

    assert (written.kept, written.judged) == (0, 1)
    assert _row(messages, "m1")["version_number"] == 2
    assert _row(messages, "m1")["is_complaint"] is True
    assert messages.execute("select count(*) from listening.message_labels").fetchall() == [
        (1,)
    ]


def test_another_rule_judges_all_texts_anew(messages: duckdb.DuckDBPyConnection) -> None:
    _say(messages, "m1", "the wobble is back")
    write_labels(messages, RULES)
    rule = Rule.model_validate(
        {"id": "wobble", "version": 4, "says": {"department": "product"}, "any_of": ["wobble"]}
    )
    more = Listening(rules=(*RULES.rules, rule))

    written = write_labels(messages, more)

    assert (written.kept, written.judged) == (0, 1)
    assert _row(messages, "m1")["department_by"] == "wobble/4"
    assert _row(messages, "m1")["rules_version"] == version_of_rules(more)


def test_batches_say_what_one_reading_of_all_says(
    messages: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        _say(messages, f"m{number}", f"parcel {number} has not arrived, where is it?")
    write_labels(messages, RULES)
    whole = messages.execute("from listening.message_labels order by all").fetchall()
    messages.execute("delete from listening.message_labels")
    monkeypatch.setattr(warehouse, "BATCH", 2)

    write_labels(messages, RULES)

    assert messages.execute("from listening.message_labels order by all").fetchall() == whole


def test_a_table_of_older_columns_is_made_anew(messages: duckdb.DuckDBPyConnection) -> None:
    messages.execute("create schema listening")
    messages.execute("create table listening.message_labels (message_id varchar)")
    _say(messages, "m1", "hello there, my friends")

    assert write_labels(messages, RULES).messages == 1


def test_without_a_message_no_model_is_read(
    messages: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(warehouse, "_ROOM", tmp_path)  # has no weights

    assert write_labels(messages, RULES) == Labelled(0, 0, 0)

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dagster_project.sources import json_rows
from dagster_project.sources.catalogue import stream_of
from dagster_project.sources.json_rows import JsonFile, peek_values, read_values
from dagster_project.sources.members import BrokenFileError
from dagster_project.sources.rows import rows_sql, scan_sql, write_rows
from dagster_project.sources.text import examine
from tests.unit.sources.inbox import Inbox, source_of

EVENTS = [{"a": 1}, {"a": 2, "b": [{"c": "]}"}]}, {"a": "three\n, [4]"}]
SENDGRID = source_of("sendgrid")


def values_of(path: Path, content: str | bytes) -> list[Any]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_values(JsonFile(path, examine(path))))


LAYOUTS = {
    "array": json.dumps(EVENTS),
    "pretty-array": json.dumps(EVENTS, indent=2),
    "ndjson": "".join(json.dumps(event) + "\n" for event in EVENTS),
    "ndjson-with-blank-lines-and-crlf": "\r\n\r\n".join(json.dumps(e) for e in EVENTS) + "\r\n",
    "array-per-line": json.dumps(EVENTS[:1]) + "\n" + json.dumps(EVENTS[1:]) + "\n",
    "concatenated-arrays": json.dumps(EVENTS[:2]) + json.dumps(EVENTS[2:], indent=1),
    "concatenated-objects": "".join(json.dumps(event, indent=1) for event in EVENTS),
    "separated-by-commas": ",\n".join(json.dumps(event) for event in EVENTS),
    "text-sequence": "".join("\x1e" + json.dumps(event) + "\n" for event in EVENTS),
    "first-line-whole-then-pretty": json.dumps(EVENTS[:1])
    + "\n"
    + json.dumps(EVENTS[1:], indent=2),
    "script": "window.YTD.tweets.part0 = " + json.dumps(EVENTS, indent=1),
    "script-with-semicolon": "var events = " + json.dumps(EVENTS) + ";\n",
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize("largest", [json_rows.LARGEST_DOCUMENT, 0], ids=["small", "large"])
def test_every_layout_gives_the_same_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str, largest: int
) -> None:
    monkeypatch.setattr(json_rows, "LARGEST_DOCUMENT", largest)

    assert values_of(tmp_path / "file", layout) == EVENTS


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize("window", [1, 7, 40])
def test_the_moving_window_may_cut_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str, window: int
) -> None:
    monkeypatch.setattr(json_rows, "LARGEST_DOCUMENT", 0)
    monkeypatch.setattr(json_rows, "_WINDOW", window)

    assert values_of(tmp_path / "file", layout) == EVENTS


def test_a_javascript_literal_is_read(tmp_path: Path) -> None:
    content = "[ { email: 'it\\'s', 'smtp-id': '<a>', n: 3, deep: { list: [ 1, 2 ] } } ]"

    assert values_of(tmp_path / "file", content) == [
        {"email": "it's", "smtp-id": "<a>", "n": 3, "deep": {"list": [1, 2]}}
    ]


def test_several_javascript_literals_are_all_read(tmp_path: Path) -> None:
    content = "[ { a: 1 }, { a: '} ]' } ]\n[ { a: 3 } ]\n{ a: 4 }\n"

    found = values_of(tmp_path / "file", content)

    assert found == [{"a": 1}, {"a": "} ]"}, {"a": 3}, {"a": 4}]


@pytest.mark.parametrize(
    "content", ["[ { a: 1 }, { a: 2 ", "[ { a: 1 } ]\n[ { a: ", "[ { a: 1 } ] and some words"]
)
def test_a_javascript_literal_is_read_whole_or_not_at_all(tmp_path: Path, content: str) -> None:
    with pytest.raises(BrokenFileError):
        values_of(tmp_path / "file", content)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_json_in_other_encodings_is_read(inbox: Inbox, encoding: str) -> None:
    event = {"email": "zoé@example.org", "timestamp": 1, "event": "open", "sg_event_id": "e"}
    inbox.put(SENDGRID, "log.json", json.dumps([event], ensure_ascii=False).encode(encoding))

    assert inbox.one().column("email") == ["zoé@example.org"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(json.dumps(EVENTS)[:-9], id="array"),
        pytest.param(json.dumps(EVENTS, indent=1)[:-12], id="pretty-array"),
        pytest.param(LAYOUTS["ndjson"][:-6], id="ndjson"),
        pytest.param('{"a": 1}\n{"a": 2\n{"a"\n{"a": 3}\n', id="broken-lines"),
        pytest.param('{"data": [{"a": 1}, {"a"', id="page"),
        pytest.param("[" * 3000, id="too-deep"),
    ],
)
@pytest.mark.parametrize("largest", [json_rows.LARGEST_DOCUMENT, 0], ids=["small", "large"])
def test_a_text_that_breaks_off_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, largest: int
) -> None:
    monkeypatch.setattr(json_rows, "LARGEST_DOCUMENT", largest)

    with pytest.raises(BrokenFileError, match="breaks off"):
        values_of(tmp_path / "file", content)


@pytest.mark.parametrize(
    "number",
    [
        *(2**53 + 1, 2**63 - 1, 2**64 - 1, 2**64 + 1, 12345678901234567890123456789),
        *(-(2**63), -(2**63) - 1, -(10**19) + 1, -(10**19)),
    ],
)
@pytest.mark.parametrize("layout", ["line", "document"])
def test_whole_numbers_keep_every_digit_until_they_are_text(
    tmp_path: Path, number: int, layout: str
) -> None:
    spec = stream_of("sendgrid", "event")
    content = f'{{"sg_event_id": {number}, "email": "a@example.org"}}\n'
    (tmp_path / "file").write_text(content * 2 if layout == "line" else f"[{content}]")
    import duckdb

    values = read_values(JsonFile(tmp_path / "file", examine(tmp_path / "file")))
    file = write_rows(values, tmp_path / "rows.ndjson")
    found = duckdb.sql(f"select distinct sg_event_id from ({rows_sql(spec, file)})").fetchall()

    assert found == [(str(number),)]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("99999999999999.99", "99999999999999.99"),
        ("12345678901234567890.12", "12345678901234567890.12"),
        ("1e400", "1e400"),
        ("-1e400", "-1e400"),
        ("18500.5", "18500.5"),
        ("1.50", "1.5"),
    ],
)
@pytest.mark.parametrize("layout", ["line", "document"])
def test_fractions_are_the_number_that_was_written(
    tmp_path: Path, number: str, text: str, layout: str
) -> None:
    spec = stream_of("sendgrid", "event")
    content = f'{{"sg_event_id": {number}, "email": "a@example.org"}}\n'
    (tmp_path / "file").write_text(content * 2 if layout == "line" else f"[{content}]")
    import duckdb

    values = read_values(JsonFile(tmp_path / "file", examine(tmp_path / "file")))
    file = write_rows(values, tmp_path / "rows.ndjson")
    found = duckdb.sql(f"select distinct sg_event_id from ({rows_sql(spec, file)})").fetchall()

    assert found == [(text,)]


def test_what_no_database_stores_is_left_out(tmp_path: Path) -> None:
    import duckdb

    rows: list[dict[str, Any]] = [
        {"id": "a\x00b"},
        {"id": "lone \ud83d surrogate"},
        {"id": "fine 😀"},
        {"id": float("nan")},
    ]

    file = write_rows(iter(rows), tmp_path / "rows.ndjson")

    found = duckdb.sql(f"select id from {scan_sql(file, ['id'])} order by _row").fetchall()
    assert [value for (value,) in found] == ["ab", "lone  surrogate", "fine 😀", None]
    assert file.nul_rows == 1


def test_nested_values_arrive_as_json_text(tmp_path: Path) -> None:
    import duckdb

    rows = [{"id": {"b": [1, "é"]}, "_raw": {"x": None}, "n": True, "f": 18500.0}]

    file = write_rows(iter(rows), tmp_path / "rows.ndjson")

    found = duckdb.sql(
        f"select id, _raw, n, f from {scan_sql(file, ['id', 'n', 'f'])}"
    ).fetchall()
    assert found == [('{"b":[1,"é"]}', '{"x":null}', "true", "18500.0")]


def test_a_row_of_ten_megabytes_is_read(inbox: Inbox) -> None:
    large = "a" * 20_000_000
    event = {"email": "a@example.org", "timestamp": 1, "event": "bounce", "reason": large}
    inbox.put(SENDGRID, "log.ndjson", f"{json.dumps(event)}\n" * 2)

    assert [len(reason) for reason in inbox.one().column("reason")] == [20_000_000] * 2


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_the_beginning_of_a_large_file_shows_its_first_values(
    tmp_path: Path, layout: str
) -> None:
    file = tmp_path / "file"
    file.write_text(layout)

    assert peek_values(file)[0] == EVENTS[0]


def test_a_page_too_large_to_peek_shows_its_first_items(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text(
        json.dumps({"meta": {}, "data": [{"id": i, "t": "x" * 90} for i in range(9000)]})
    )

    (page,) = peek_values(file)

    assert page["data"][0] == {"id": 0, "t": "x" * 90}


@pytest.mark.parametrize(
    "content", ["", "   ", "hello", "<html>", "123", "[]", "[ ]", "{", "\x00\x01"]
)
def test_what_is_no_json_shows_nothing(tmp_path: Path, content: str) -> None:
    file = tmp_path / "file"
    file.write_text(content)

    assert not [value for value in peek_values(file) if value]


def test_a_broken_line_among_whole_ones_is_set_aside_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text('{"a": 1}\n{"a": 2, "b\n[{"a": 3}]\n')
    file = JsonFile(path, examine(path))

    values = list(read_values(file))

    assert values == [{"a": 1}, {"a": 3}]
    assert file.broken_lines[2].text == '{"a": 2, "b\n'
    assert file.notes[-1].startswith("1 line is no JSON and gives no row (line 2)")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    values=st.lists(
        st.dictionaries(st.text(max_size=5), JSON, min_size=1), min_size=1, max_size=5
    ),
    indent=st.sampled_from([None, 1]),
    lines=st.booleans(),
)
@example(values=[{"": -(2**63) - 1}], indent=None, lines=True)
@settings(max_examples=80, deadline=None)
def test_any_values_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[dict[str, Any]],
    indent: int | None,
    *,
    lines: bool,
) -> None:
    file = tmp_path_factory.mktemp("json") / "file"
    content = (
        "".join(json.dumps(value) + "\n" for value in values)
        if lines
        else json.dumps(values, indent=indent)
    )

    found = values_of(file, content)

    assert as_text(found) == as_text(values)


def as_text(value: Any) -> Any:
    """Long whole numbers may be text already."""
    if isinstance(value, dict):
        return {key: as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_text(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize(
    ("pages", "is_noted"),
    [
        ([{"done": False, "records": []}], True),
        ([{"nextRecordsUrl": "/x", "records": []}], True),
        ([{"paging": {"next": {"after": "2"}}, "results": []}], True),
        ([{"meta": {"next_token": "t"}, "data": []}], True),
        ([{"hasMore": True, "events": []}], True),
        ([{"cursor": "c", "feed": []}], True),
        ([{"_links": {"next": "/x"}, "members": []}], True),
        ([{"data": {"contacts": {"edges": [], "pageInfo": {"hasNextPage": True}}}}], True),
        ([{"result": {"records": [], "nextRecordsUrl": "/x"}}], True),
        ([{"end_of_stream": True, "after_cursor": "c", "tickets": []}], False),
        ([{"cursor": "c", "feed": []}, {"feed": []}], False),
        ([{"done": True, "hasMore": False, "cursor": "", "records": []}], False),
        ([{"cursor": "c", "text": "a record, no page"}], False),
    ],
)
def test_a_page_that_is_not_the_last_is_noted(
    tmp_path: Path, pages: list[dict[str, Any]], is_noted: bool
) -> None:
    path = tmp_path / "pages.json"
    path.write_text("\n".join(json.dumps(page) for page in pages))
    file = JsonFile(path, examine(path))

    list(read_values(file))

    assert any("further pages" in note for note in file.notes) is is_noted

"""Rows in = rows landed + left out by name, over every sample, against a count by DuckDB alone.

The counter shares no code with the readers: DuckDB's own CSV reader, and JSON paths over the text.
"""

import gzip
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from dagster_project.sources import json_rows
from dagster_project.sources.files import Unreadable
from dagster_project.sources.json_count import count_values
from dagster_project.sources.json_rows import JsonFile, read_values
from dagster_project.sources.members import BrokenFileError
from dagster_project.sources.text import examine
from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, source_of
from tests.unit.sources.test_samples import SHARED

COMMENTS = ("$.data[*].comments.data[*]", "$.data[*].comments.data[*].comments.data[*]")
NESTED = ("$.data[*].replies.data[*]", "$.data[*].comments.data[*].replies.data[*]")
GRAPH = ("$.data[*]", *COMMENTS, *NESTED)

PATHS: dict[str, tuple[str, ...]] = {
    "salesforce": ("$.records[*]",),
    "hubspot": ("$.results[*]", "$.events[*]"),
    "mailchimp": ("$.emails[*].activity[*]", "$.members[*]"),
    "sendgrid": ("$[*]",),
    "x": ("$.data[*]", "$.includes.users[*]", "$.includes.tweets[*]", "$.includes.media[*]"),
    "facebook": GRAPH,
    "instagram": GRAPH,
    "discourse": (
        "$.post_stream.posts[*]",
        "$.topic_list.topics[*]",
        "$.latest_posts[*]",
        "$.category_list.categories[*]",
    ),
    "zendesk": (
        "$.tickets[*]",
        "$.users[*]",
        "$.organizations[*]",
        "$.audits[*].events[*]",
        "$.comments[*]",
        "$.ticket_events[*].child_events[*]",
        "$.deleted_tickets[*]",
        "$.sla_policies[*].policy_metrics[*]",
        "$.schedules[*].intervals[*]",
        "$.holidays[*]",
    ),
}
"""Where each vendor's answers keep what is a row."""

PATHS_OF_LINES: dict[str, tuple[str, ...]] = {
    "sendgrid": ("$[*]", "$"),
    "x": ("$",),
    "facebook": ("$.entry[*].changes[*]",),
    "instagram": ("$.entry[*].changes[*]",),
    "zendesk": ("$", "$.comments[*]"),
    "discourse": ("$", "$.post_stream.posts[*]"),
}

NAME = re.compile(r"[\w.-]+\.\w+")

NO_PLAIN_JSON = {
    "sendgrid/node_console.txt", "sendgrid/nodejs_example_event_notification.txt",
    "sendgrid/concatenated_arrays.json",
}  # fmt: skip
"""JavaScript literals and texts one after the other: DuckDB cannot say how many there are."""


def samples() -> Iterator[object]:
    for folder, name in ((SAMPLES, "ours"), (SHARED, "shared")):
        for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
            sample = file.relative_to(folder).as_posix()
            vendor = sample.split("/")[0]
            if file.is_file() and vendor in PATHS and sample not in NO_PLAIN_JSON:
                yield pytest.param(file, vendor, id=f"{name}/{sample}")


def count_independently(file: Path, vendor: str, workdir: Path, told: set[str]) -> int:
    """Rows of a file; of an archive those of its files, but for those that are named as unread."""
    content = file.read_bytes()
    if content.startswith(b"PK"):
        inside = [f for f in unzip(content, workdir) if f.name.partition("-")[2] not in told]
        return sum(count_independently(inner, vendor, workdir, set()) for inner in inside)
    if file.suffix == ".csv":
        return count_table(file)
    return count_json(file, vendor)


def unzip(content: bytes, workdir: Path) -> Iterator[Path]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for number, name in enumerate(archive.namelist()):
            if not name.endswith(("/", ".jpg")) and "__MACOSX" not in name:
                inner = workdir / f"{number}-{Path(name).name}"
                inner.write_bytes(archive.read(name))
                yield inner


def count_table(file: Path) -> int:
    text = decoded(file.read_bytes())
    separator = max(",;\t|", key=text.split("\n", maxsplit=1)[0].count)
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as plain:
        plain.write(text)
        plain.flush()
        found = duckdb.execute(
            "select count(*) from read_csv(?, header = true, all_varchar = true, "
            "quote = '\"', delim = ?)",
            [plain.name, separator],
        ).fetchall()
    return int(found[0][0])


def decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        with suppress(UnicodeError):
            return content.decode(encoding)
    raise AssertionError("a sample in another encoding")


def count_json(file: Path, vendor: str) -> int:
    text = file.read_text(encoding="utf-8-sig")
    if '"activity"' in text:
        return count_activities(text)
    is_script = text.lstrip().startswith("window.")
    if is_script:
        kind = text.split(".")[2]
        if kind not in ("tweets", "tweet", "account"):
            return 0
        return count_paths(text[text.index("[") :].rstrip("; \n"), ("$[*]",))
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(is_whole(line) for line in lines):
        return sum(count_paths(line, PATHS_OF_LINES[vendor]) for line in lines)
    paths = PATHS[vendor]
    return count_paths(text, paths) or count_paths(text, ("$[*]", "$"))


def count_activities(text: str) -> int:
    """What each recipient did; one who did nothing counts as one, and is left out by name."""
    found = duckdb.execute(
        "select sum(greatest(1, json_array_length(email.unnest, '$.activity'))) "
        "from unnest(json_extract(?::json, '$.emails[*]')) as email",
        [text],
    ).fetchall()
    return int(found[0][0])


def is_whole(line: str) -> bool:
    return bool(duckdb.execute("select json_valid(?)", [line]).fetchall()[0][0])


def count_paths(text: str, paths: tuple[str, ...]) -> int:
    """Objects at the paths; of ``$`` one where the text is an object itself."""
    count = 0
    for path in paths:
        if path == "$":
            count += duckdb.execute("select json_type(?::json)", [text]).fetchall() == [
                ("OBJECT",)
            ]
            continue
        found = duckdb.execute(
            "select len(list_filter(json_extract(?::json, ?), lambda item: json_type(item) <> 'NULL'))",
            [text, path],
        ).fetchall()
        count += int(found[0][0] or 0)
    return count


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize(("file", "vendor"), samples())
def test_every_row_of_a_sample_is_landed_or_left_out_by_name(
    inbox: Inbox, file: Path, vendor: str, *, packed: bool
) -> None:
    content = file.read_bytes()
    source = source_of(vendor, brand_accounts=("99",))
    name = f"{file.name}.gz" if packed else file.name
    inbox.put(source, name, gzip.compress(content, mtime=0) if packed else content)

    found = inbox.read()

    readings = [r for r in found if isinstance(r, Reading)]
    told = {name for r in found if isinstance(r, Unreadable) for name in NAME.findall(r.reason)}
    accounted = sum(len(r.rows) + sum(x.rows for x in r.batch.left_out) for r in readings)
    assert accounted == count_independently(file, vendor, inbox.path, told)


@pytest.mark.parametrize(
    ("vendor", "stream", "sample", "paths"),
    [
        ("mastodon", "status", "account_statuses.json", ("$[*]",)),
        ("mastodon", "status", "notifications_mention.json", ("$[*].status",)),
        ("mastodon", "status", "status_context.json", ("$.ancestors[*]", "$.descendants[*]")),
        ("bluesky", "profile", "getProfiles.json", ("$.profiles[*]",)),
        ("bluesky", "post", "getAuthorFeed.json", ("$.feed[*].post", "$.feed[*].reply.root", "$.feed[*].reply.parent")),
    ],
)  # fmt: skip
def test_every_post_of_a_networks_page_is_landed_or_left_out_by_name(
    inbox: Inbox, vendor: str, stream: str, sample: str, paths: tuple[str, ...]
) -> None:
    file = SAMPLES / vendor / sample
    inbox.put(source_of(vendor), sample, file.read_bytes())

    readings = [r for r in inbox.read() if isinstance(r, Reading)]

    landed = sum(len(r.rows) for r in readings if r.stream == stream)
    left_out = sum(left.rows for r in readings for left in r.batch.left_out)
    assert landed + left_out == count_paths(file.read_text(), paths)


LAYOUTS = {
    "array": json.dumps([{"a": 1}, {"a": 2}], indent=1),
    "lines": '{"a": 1}\n{"a": 2}\n',
    "array-per-line": '[{"a": 1}]\n[{"a": 2}]\n',
    "one-object": '{"a": [1, 2]}',
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_the_other_count_agrees_with_the_reader(tmp_path: Path, layout: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(layout)

    assert count_values(file) == len(list(read_values(JsonFile(file, examine(file)))))


def test_what_only_the_reader_takes_is_not_counted(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_text("[ { a: 1 } ]")

    assert count_values(file) is None


def test_a_large_file_whose_values_another_parser_counts_otherwise_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file.json"
    file.write_text(LAYOUTS["array"])
    monkeypatch.setattr(json_rows, "LARGEST_DOCUMENT", 0)
    monkeypatch.setattr(json_rows, "_scan", lambda read: iter([{"a": 1}]))

    with pytest.raises(BrokenFileError, match="an independent count says 2"):
        list(read_values(JsonFile(file, examine(file))))

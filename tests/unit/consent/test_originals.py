"""Files as vendors write them, without one person: the rest keeps its bytes."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from dagster_project.consent.masking import values_of
from dagster_project.consent.originals import replace, rewritten

ADA = values_of(
    [
        "email|ada@example.org",
        "phone|33612345678",
        "handle|x|ada_kestrel",
        "id|crm:contact:003000000000001",
        "id|crm:user:1200000001",
        "event|crm:2057000000000000001",
    ],
    source="crm",
)
NAMES = ("ada@example.org", "ada_kestrel", "003000000000001", "1200000001", "Ada Kestrel")


def scrubbed(tmp_path: Path, name: str, data: bytes) -> tuple[bytes | None, int, int]:
    """What is left of a file, and how much was removed and masked."""
    file = tmp_path / name
    file.write_bytes(data)
    found = rewritten(file, ADA)
    assert found is not None
    shorter, done = found
    replace(file, shorter)
    assert file.exists() is (shorter is not None)
    return shorter, done.removed, done.masked


TABLE = (
    "Id,Email,Name,Note\r\n"
    '"0031","bo@example.org","Bo ""B"" Wren","line one\nline two, of it"\r\n'
    "003000000000001AAA,ADA@example.org,Ada Kestrel,\r\n"
    '0033,cy@example.org,Cy,"ask ada@example.org or +33 6 12 34 56 78, please"\r\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_table_loses_the_rows_and_the_mentions_and_nothing_else(
    tmp_path: Path, encoding: str
) -> None:
    shorter, removed, masked = scrubbed(tmp_path, "t.csv", TABLE.encode(encoding))

    text = (shorter or b"").decode(encoding)
    assert (removed, masked) == (1, 1)
    assert text.startswith("".join(TABLE.splitlines(keepends=True)[:3]))
    assert text.endswith('0033,cy@example.org,Cy,"ask [erased] or [erased], please"\r\n')


def test_a_list_of_others_loses_one_of_them(tmp_path: Path) -> None:
    data = b"Deal;Associated Contact IDs\nBig one;0031,003000000000001AAA\n"

    shorter, removed, masked = scrubbed(tmp_path, "deals.csv", data)

    assert (shorter, removed, masked) == (
        b"Deal;Associated Contact IDs\nBig one;0031,\n", 0, 1,
    )  # fmt: skip


def test_lines_of_json_go_by_whom_they_are_about(tmp_path: Path) -> None:
    kept = {"id": "7", "author_id": "99", "text": "hello", "in_reply_to_user_id": "5"}
    answer = {
        "id": "8", "author_id": "99", "text": "@Ada_Kestrel hello",
        "in_reply_to_user_id": "1200000001", "replied_to": "2057000000000000001",
        "entities": {"mentions": [{"username": "ada_kestrel", "id": "1200000001"}]},
    }  # fmt: skip
    own = {"id": "2057000000000000001", "author_id": "1200000001", "text": "hi"}
    lines = [json.dumps(x) for x in (kept, answer, own)]

    shorter, removed, masked = scrubbed(
        tmp_path, "posts.ndjson", "".join(f"{line}\n" for line in lines).encode()
    )

    left = (shorter or b"").decode().splitlines()
    assert left[0] == lines[0]
    assert json.loads(left[1]) == {
        "id": "8", "author_id": "99", "text": "[erased] hello", "in_reply_to_user_id": None,
        "replied_to": "[erased]", "entities": {"mentions": []},
    }  # fmt: skip
    assert (len(left), removed >= 2, masked >= 1) == (2, True, True)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param(
            '[{"email":"ada@example.org","event":"open"},{"email":"bo@example.org"}]\n',
            '[{"email":"bo@example.org"}]\n',
            id="batch-of-events",
        ),
        pytest.param(
            '{"data":[{"id":"1","message":"x","comments":{"data":['
            '{"from":{"id":"1200000001","name":"Ada Kestrel"},"message":"me"},'
            '{"from":{"id":"5"},"message":"you"}]}}]}',
            '{"data":[{"id":"1","message":"x","comments":{"data":['
            '{"from":{"id":"5"},"message":"you"}]}}]}',
            id="comment-under-a-post",
        ),
        pytest.param(
            'window.YTD.tweets.part0 = [{"tweet":{"user_id":"1200000001"}},{"tweet":{"id":"2"}}]',
            'window.YTD.tweets.part0 = [{"tweet":{"id":"2"}}]',
            id="script-of-an-archive",
        ),
        pytest.param(
            '[{"email":"ada\\u0040example.org"},{"a":1}]', '[{"a":1}]', id="escaped-characters"
        ),
        pytest.param('{"email":"ada@example.org"}', "{}", id="a-document-about-nobody-else"),
        pytest.param(
            '{"users":{"1200000001":{"n":1},"5":{"n":2}}}',
            '{"users":{"5":{"n":2}}}',
            id="by-id",
        ),
        pytest.param(
            '[{"email":"ada@example.org"},{"e":1}][{"e":2}][{"email":"ada@example.org"}]\n',
            '[{"e":1}][{"e":2}][]\n',
            id="values-on-one-line",
        ),
        pytest.param(
            '{\n "a": 1\n}\n{\n "email": "ada@example.org"\n}\n',
            '{\n "a": 1\n}\n',
            id="over-lines",
        ),
        pytest.param(
            '2026-11-01 POST {"email":"ada@example.org"}\n2026-11-01 POST {"e":1}\n',
            '2026-11-01 POST \n2026-11-01 POST {"e":1}\n',
            id="log",
        ),
        pytest.param(
            '{"email":"ada@example.org"}\nno json bo\n{"a":1}\n', None, id="not-whole"
        ),
    ],
)
def test_json_of_every_form(tmp_path: Path, text: str, left: str | None) -> None:
    shorter, _, _ = scrubbed(tmp_path, "f.json", text.encode())

    if left is None:
        assert shorter is not None
        assert b"ada" not in shorter
    else:
        assert shorter == left.encode()


def test_nothing_survives_in_archives_within_archives(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", TABLE)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("a/inner.zip", inner.getvalue())
        archive.writestr(
            "b.ndjson.gz", gzip.compress(b'{"email":"ada@example.org"}\n{"a":1}\n')
        )
        archive.writestr("c.txt", b"nobody")

    shorter, _, _ = scrubbed(tmp_path, "x.zip", outer.getvalue())

    with zipfile.ZipFile(io.BytesIO(shorter or b"")) as archive:
        assert archive.namelist() == ["a/inner.zip", "b.ndjson.gz", "c.txt"]
        assert gzip.decompress(archive.read("b.ndjson.gz")) == b'{"a":1}\n'
        with zipfile.ZipFile(io.BytesIO(archive.read("a/inner.zip"))) as within:
            assert b"Ada Kestrel" not in within.read("t.csv")


def test_a_file_that_cannot_be_taken_apart_goes_as_a_whole(tmp_path: Path) -> None:
    shorter, removed, _ = scrubbed(
        tmp_path, "t.parquet", b"PAR1\x00\x01ada@example.org\x00PAR1"
    )

    assert (shorter, removed) == (None, 1)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(TABLE.replace("ada@", "adam@").replace("ADA@", "x@").replace("003000000000001AAA", "9").replace("+33 6 12 34 56 78", "-").encode(), id="table"),
        pytest.param(b'{"email":"not-ada@example.org.example"}', id="part-of-an-address"),
        pytest.param(b"PK\x03\x04 damaged", id="damaged-archive"),
        pytest.param(b"", id="empty"),
    ],
)  # fmt: skip
def test_a_file_that_names_nobody_is_left_alone(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "f"
    file.write_bytes(data)

    found = rewritten(file, ADA)

    assert found is None or found[0] == data

"""One odd file is named and told, and never keeps the others from being read."""

import io
import os
import socket
import zipfile
from pathlib import Path

import pytest

from dagster_project.sources.archives import Limits, open_members
from dagster_project.sources.border import refusing_what_fails
from dagster_project.sources.catalogue import VENDORS
from dagster_project.sources.files import Unreadable, Why, file_vendors
from dagster_project.sources.inbox_walk import shown
from dagster_project.sources.members import BrokenFileError
from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, source_of

CRM = source_of("salesforce")
CONTACTS = (SAMPLES / "salesforce/Contact.csv").read_bytes()

ODD = [
    pytest.param("a.json", b'{"attributes":["x"]}', id="list-for-object"),
    pytest.param("a.json", b'{"hasMore":false,"events":[5]}', id="number-for-event"),
    pytest.param("a.json", b'{"results":[[["x"]]],"paging":3}', id="lists-in-lists"),
    pytest.param("tweets.js", b"window.YTD.tweets.part0 = alert(1)", id="script"),
    pytest.param("a.json", b'{"a":' * 490 + b"1" + b"}" * 490, id="deep"),
    pytest.param("a.json", b"[" * 100_000 + b"]" * 100_000, id="very-deep"),
    pytest.param("a.json", b'{"a":"' + b'\\"' * 100_000, id="never-closed"),
    pytest.param("a.csv", b"Id," + b"x " * 500_000 + b"\n1,2\n", id="header-of-1-mb"),
    pytest.param("a.csv", b",".join(b"c%d" % i for i in range(20_000)) + b"\n1\n", id="wide"),
    pytest.param("a.csv", b"c," * 20_000 + b"\n1\n", id="wide-and-alike"),
    pytest.param("a.zip", b"PK\x03\x04" + bytes(100), id="no-zip"),
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("name", "content"), ODD)
@pytest.mark.parametrize("vendor", sorted(file_vendors()))
def test_an_odd_file_is_told_and_the_next_is_read(
    vendor: str, name: str, content: bytes, inbox: Inbox
) -> None:
    inbox.put(source_of(vendor), name, content)
    inbox.put(CRM, "z.csv", CONTACTS)

    readings = inbox.read()

    assert [r.path.name for r in readings if isinstance(r, Unreadable)] == [name]
    assert [r.batch.origin for r in readings if isinstance(r, Reading)] == ["z.csv"]


def test_a_failure_nobody_foresaw_is_named_by_its_class_alone() -> None:
    with pytest.raises(BrokenFileError) as refused, refusing_what_fails():
        raise TypeError("ada@example.org")

    assert "TypeError" in refused.value.reason
    assert "ada" not in refused.value.reason


def test_a_file_of_which_nothing_can_be_read_is_refused(inbox: Inbox) -> None:
    inbox.put(source_of("hubspot"), "a.json", b'{"hasMore":false,"events":[5]}')

    refusal = inbox.refusal()

    assert refusal.why is Why.BROKEN
    assert "1 value is of another kind" in refusal.reason
    assert refusal.holds_file


def test_a_damaged_part_of_an_archive_leaves_the_rest_to_be_read(inbox: Inbox) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", CONTACTS.rstrip() + b',"never closed')
        archive.writestr("b.csv", CONTACTS)
    inbox.put(CRM, "export.zip", packed.getvalue())

    readings = inbox.read()

    assert [type(r).__name__ for r in readings] == ["Unreadable", "Reading"]
    assert "a.csv in it" in readings[0].reason  # type: ignore[union-attr]


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_damaged_bytes_are_told_however_they_are_packed(method: int, inbox: Inbox) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("Contact.csv", CONTACTS * 20)
    content = bytearray(packed.getvalue())
    content[80:200] = b"\xff" * 120
    inbox.put(CRM, "export.zip", bytes(content))

    assert inbox.refusal().why is Why.BROKEN


def test_a_bomb_cut_into_small_members_meets_the_limit_of_all_together(tmp_path: Path) -> None:
    file = tmp_path / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(25):
            archive.writestr(f"{number}.csv", bytes(600_000))
    limits = Limits(ratio_from=1_000_000)

    with pytest.raises(BrokenFileError, match="zip bomb"):
        list(open_members(file, tmp_path / "work", limits=limits))

    assert sum(f.stat().st_size for f in (tmp_path / "work").iterdir()) < 4_000_000


@pytest.mark.timeout(30)
def test_an_archive_of_very_many_files_is_opened_in_linear_time(tmp_path: Path) -> None:
    file = tmp_path / "many.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(10_000):
            archive.writestr(f"{number}.csv", "a")

    assert sum(1 for _ in open_members(file, tmp_path / "work")) == 10_000


def test_what_is_no_file_is_named_and_never_opened(inbox: Inbox, tmp_path: Path) -> None:
    folder = inbox.put(CRM, "z.csv", CONTACTS).parent
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "Contact.csv").write_bytes(CONTACTS)
    os.mkfifo(folder / "a.pipe")
    (folder / "b.link").symlink_to(elsewhere / "Contact.csv")
    (folder / "c.dangling").symlink_to(elsewhere / "nothing")
    (folder / "d.folder").symlink_to(elsewhere)
    (folder / os.fsdecode(b"e\xff.csv")).write_bytes(CONTACTS)
    with socket.socket(socket.AF_UNIX) as listener:
        before = Path.cwd()
        os.chdir(folder)
        listener.bind("f.socket")
        os.chdir(before)

    readings = inbox.read()

    told = {r.name: r.reason for r in readings if isinstance(r, Unreadable)}
    assert sorted(told) == [
        "a.pipe", "b.link", "c.dangling", "d.folder", "e\\xff.csv", "f.socket",
    ]  # fmt: skip
    assert all(told[name].startswith("it is a link") for name in told if name[0] in "bcd")
    assert [r.batch.origin for r in readings if isinstance(r, Reading)] == ["z.csv"]


def test_a_linked_folder_of_a_source_is_told_by_its_vendor_once(
    inbox: Inbox, tmp_path: Path
) -> None:
    inbox.put(CRM, "z.csv", CONTACTS).unlink()
    (inbox.root.inbox / CRM.name).rmdir()
    (inbox.root.inbox / CRM.name).symlink_to(tmp_path)
    inbox.sources.append(source_of("x"))

    told = [reading for vendor in VENDORS for reading in inbox.read(vendor=vendor)]

    assert [(t.source, t.why) for t in told if isinstance(t, Unreadable)] == [
        (CRM.name, Why.BROKEN)
    ]


def test_a_file_that_may_not_be_opened_is_told(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = inbox.put(CRM, "a.csv", CONTACTS)
    inbox.put(CRM, "z.csv", CONTACTS)
    opened = Path.open

    def refuse(path: Path, *args: object, **options: object) -> object:
        if path == locked:  # mode 000: root may read it all the same
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", refuse)

    refusal, reading = inbox.read()

    assert isinstance(refusal, Unreadable)
    assert refusal.reason == "it may not be opened"
    assert isinstance(reading, Reading)


def test_names_are_shown_without_what_steers_a_terminal() -> None:
    assert shown("a\x1b[31m\nb é.csv") == "a\\x1b[31m\\nb é.csv"

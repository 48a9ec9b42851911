import gzip
import io
import stat
import warnings
import zipfile
from pathlib import Path

import pytest

from dagster_project.sources.archives import Limits, is_archive, open_members
from dagster_project.sources.members import BrokenFileError

SMALL = Limits(total_bytes=1000, ratio=20, ratio_from=100, members=5)


def zip_of(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2026, 11, 1, 6, 30, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def opened(tmp_path: Path, content: bytes, limits: Limits | None = None) -> dict[str, bytes]:
    file = tmp_path / "export.zip"
    file.write_bytes(content)
    return {
        str(member.member or member.name): member.path.read_bytes()
        for member in open_members(file, tmp_path / "work", limits=limits)
    }


def refusal(tmp_path: Path, content: bytes, limits: Limits | None = None) -> BrokenFileError:
    with pytest.raises(BrokenFileError) as broken:
        opened(tmp_path, content, limits)
    return broken.value


def test_a_plain_file_is_its_own_only_member(tmp_path: Path) -> None:
    assert opened(tmp_path, b"a,b\n") == {"export.zip": b"a,b\n"}


def test_members_come_with_name_date_and_origin(tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    file.write_bytes(zip_of({"part/Contact.csv": b"Id\n"}))

    (member,) = open_members(file, tmp_path / "work")

    assert (member.name, member.member) == ("Contact.csv", "part/Contact.csv")
    assert member.label == "export.zip!part/Contact.csv"
    assert member.modified_at.isoformat() == "2026-11-01T06:30:00+00:00"
    assert member.origin == file


def test_a_member_finds_its_siblings(tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    file.write_bytes(zip_of({"data/tweets.js": b"1", "data/account.js": b"2"}))

    members = open_members(file, tmp_path / "work")
    member = next(members)
    sibling = member.siblings("account.js")

    assert sibling is not None
    assert sibling.path.read_bytes() == b"2"
    assert member.siblings("nothing.js") is None


def zip_of_pairs(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore"),
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_entries_of_one_name_are_each_read(tmp_path: Path) -> None:
    content = zip_of_pairs(("a.csv", b"1"), ("b.csv", b"2"), ("a.csv", b"3"), ("a.csv", b"1"))

    assert opened(tmp_path, content) == {
        "a.csv": b"1",
        "b.csv": b"2",
        "a.csv (2)": b"3",
        "a.csv (3)": b"1",
    }


def test_nested_archives_of_one_name_are_each_read(tmp_path: Path) -> None:
    inner = [zip_of({"a.csv": each}) for each in (b"1", b"2")]

    assert opened(tmp_path, zip_of_pairs(("p.zip", inner[0]), ("p.zip", inner[1]))) == {
        "p.zip!a.csv": b"1",
        "p.zip (2)!a.csv": b"2",
    }


def test_a_sibling_of_the_same_folder_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "export.zip"
    files = {f"{who}/{name}": who.encode() for who in "ab" for name in ("tweets.js", "acc.js")}
    file.write_bytes(zip_of(files))

    found = [
        (member.name, sibling.path.read_bytes(), member.path.read_bytes())
        for member in open_members(file, tmp_path / "work")
        if (sibling := member.siblings("acc.js"))
    ]

    assert len(found) == 4
    assert all(account == own for _, account, own in found)


def test_a_zip_of_zips_is_opened(tmp_path: Path) -> None:
    inner = zip_of({"Contact.csv": b"Id\n"})

    assert opened(tmp_path, zip_of({"WE_1.ZIP": inner})) == {"WE_1.ZIP!Contact.csv": b"Id\n"}


def test_a_gzip_is_opened_under_its_inner_name(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson.gz"
    file.write_bytes(gzip.compress(b"{}\n"))

    (member,) = open_members(file, tmp_path / "work")

    assert (member.name, member.path.read_bytes()) == ("events.ndjson", b"{}\n")


def test_clutter_and_media_are_not_unpacked(tmp_path: Path) -> None:
    content = zip_of(
        {
            "__MACOSX/._a.csv": b"1",
            ".DS_Store": b"2",
            "media/x.mp4": b"3",
            "folder/": b"",
            "a.csv": b"4",
        }
    )

    assert opened(tmp_path, content) == {"a.csv": b"4"}


@pytest.mark.parametrize("kept", [0.9, 0.5, 0.1])
def test_a_truncated_zip_is_refused(tmp_path: Path, kept: float) -> None:
    content = zip_of({"a.csv": bytes(range(256)) * 20})

    broken = refusal(tmp_path, content[: int(len(content) * kept)])

    assert "cut off or damaged" in broken.reason
    assert "download or export it again" in broken.remedy


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    content = bytearray(zip_of({"a.csv": bytes(range(256)) * 20}))
    content[60:80] = b"\xff" * 20

    assert "damaged" in refusal(tmp_path, bytes(content)).reason


def test_a_truncated_gzip_is_refused(tmp_path: Path) -> None:
    content = gzip.compress(bytes(range(256)) * 200)

    assert "cut off" in refusal(tmp_path, content[:-40]).reason


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(zip_of({"a.csv": b"0" * 5000}), id="ratio"),
        pytest.param(zip_of({f"{i}.csv": bytes(range(250)) for i in range(5)}), id="total"),
        pytest.param(zip_of({f"{i}.csv": b"" for i in range(9)}), id="count"),
        pytest.param(zip_of({"a.zip": zip_of({"b.csv": b"0" * 900})}), id="nested"),
        pytest.param(gzip.compress(b"0" * 5000), id="gzip"),
    ],
)
def test_a_zip_bomb_is_not_opened(tmp_path: Path, content: bytes) -> None:
    broken = refusal(tmp_path, content, SMALL)

    assert "zip bomb" in broken.reason
    assert (
        sum(f.stat().st_size for f in (tmp_path / "work").rglob("*")) <= 2 * SMALL.total_bytes
    )


def test_a_member_larger_than_it_says_is_stopped_while_unpacking(tmp_path: Path) -> None:
    honest = zip_of({"a.csv": b"0" * 5000})
    lying = honest.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little"))

    assert refusal(tmp_path, lying, SMALL).reason


def test_archives_nested_too_deeply_are_refused(tmp_path: Path) -> None:
    content = b"Id\n"
    for _ in range(5):
        content = zip_of({"inner.zip": content})

    assert "nested too deeply" in refusal(tmp_path, content).reason


@pytest.mark.parametrize(
    "name",
    ["../../etc/cron.d/x.csv", "/etc/x.csv", "a/../../x.csv", "..\\..\\x.csv", "C:\\x.csv"],
)
def test_an_entry_that_points_outside_refuses_the_archive(tmp_path: Path, name: str) -> None:
    broken = refusal(tmp_path, zip_of({"good.csv": b"1", name: b"2"}))

    assert "points outside" in broken.reason
    assert not list((tmp_path / "work").glob("*"))


def test_a_symbolic_link_refuses_the_archive(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("link.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")

    assert "points outside" in refusal(tmp_path, buffer.getvalue()).reason


def test_an_encrypted_zip_says_so(tmp_path: Path) -> None:
    content = bytearray(zip_of({"a.csv": b"Id\n"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1

    broken = refusal(tmp_path, bytes(content))

    assert "encrypted" in broken.reason
    assert "password" in broken.remedy


def test_an_archive_is_told_by_its_bytes_and_not_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(zip_of({"b.csv": b""}))
    (tmp_path / "b.zip").write_bytes(b"PKZIP is a program")

    assert is_archive(tmp_path / "a.csv")
    assert not is_archive(tmp_path / "b.zip")

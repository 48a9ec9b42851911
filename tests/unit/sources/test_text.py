import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.sources.text import (
    as_utf8,
    examine,
    is_twice_encoded,
    open_text,
    peek,
    repair_twice_encoded,
)

FRENCH = "Prénom;Nom\r\nZoé;L’Œuvre – d’été à 5 €\r\nAnaïs;Garçon\r\n"


def decoded(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with open_text(examine(path)) as lines:
        return "".join(lines)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(FRENCH.encode(), id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + FRENCH.encode(), id="utf-8-mark"),
        pytest.param(codecs.BOM_UTF16_LE + FRENCH.encode("utf-16-le"), id="utf-16-le-mark"),
        pytest.param(codecs.BOM_UTF16_BE + FRENCH.encode("utf-16-be"), id="utf-16-be-mark"),
        pytest.param(FRENCH.encode("utf-16-le"), id="utf-16-le-without-mark"),
        pytest.param(FRENCH.encode("utf-16-be"), id="utf-16-be-without-mark"),
        pytest.param(codecs.BOM_UTF32_LE + FRENCH.encode("utf-32-le"), id="utf-32-le-mark"),
        pytest.param(codecs.BOM_UTF32_BE + FRENCH.encode("utf-32-be"), id="utf-32-be-mark"),
        pytest.param(FRENCH.encode("cp1252"), id="cp1252"),
    ],
)
def test_text_comes_out_the_same_from_every_encoding(tmp_path: Path, content: bytes) -> None:
    assert decoded(tmp_path / "file.csv", content) == FRENCH
    assert peek(tmp_path / "file.csv").lstrip("\ufeff") == FRENCH


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Имя;Город\nАлексей Петров;Москва\nМария Иванова;Санкт-Петербург\n" * 5, "cp1251"),
        ("姓名;城市\n陳大文;香港九龍\n李小明;新界沙田\n" * 5, "big5"),
        ("名前;都市\n山田太郎;東京都千代田区\n鈴木花子;大阪市\n" * 5, "cp932"),
        ("Imię;Miasto\nŁukasz Święty;Łódź\nMałgorzata Żak;Poznań\n" * 5, "cp1250"),
    ],
)
def test_text_of_other_scripts_is_guessed_and_said_so(
    tmp_path: Path, text: str, encoding: str
) -> None:
    file = tmp_path / "file.csv"

    found = decoded(file, text.encode(encoding))

    assert found == text
    assert "which is a guess" in examine(file).notes[0]


def test_a_few_stray_bytes_do_not_change_the_rest_of_a_utf8_file(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"

    found = decoded(file, "Zoé Anaïs Noël Åke\n".encode() + b"caf\xe9\n")

    assert found == "Zoé Anaïs Noël Åke\ncafé\n"
    assert examine(file).notes == (
        "1 byte is not UTF-8 in a file that otherwise is: read as Windows-1252",
    )


def test_nul_bytes_are_left_out_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"

    found = decoded(file, b"a,b\n1\0\0,2\n")

    assert found == "a,b\n1,2\n"
    assert examine(file).notes[0].startswith("2 NUL bytes left out")


def test_a_utf16_file_that_ends_in_the_middle_of_a_character_is_noted(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"

    decoded(file, codecs.BOM_UTF16_LE + "Zoé\n".encode("utf-16-le")[:-1])

    assert "U+FFFD" in examine(file).notes[0]


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    assert decoded(tmp_path / "file", b"a\rb\r\nc\nd") == "a\rb\r\nc\nd"


def test_a_plain_utf8_file_is_not_copied(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("Zoé", encoding="utf-8")

    assert as_utf8(examine(file), tmp_path / "work") == file


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_become_utf8_without_mark(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "file"
    file.write_text(FRENCH, encoding=encoding, newline="")

    assert as_utf8(examine(file), tmp_path / "work").read_bytes() == FRENCH.encode()


def test_the_same_bytes_have_the_same_hash_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"same")
    (tmp_path / "two").write_bytes(b"same")

    assert examine(tmp_path / "one").sha256 == examine(tmp_path / "two").sha256


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(r'{"a": "Zo\u00c3\u00a9 \u00f0\u009f\u0098\u0080"}', True, id="download"),
        pytest.param(r'{"a": "Zo\u00e9"}', False, id="one-letter-escaped"),
        pytest.param(r'{"a": "\u00c3\u00a9 \ud83d\ude00"}', False, id="api-with-emoji"),
        pytest.param('{"a": "Zoé"}', False, id="not-ascii"),
        pytest.param('{"a": "Zoe"}', False, id="nothing-escaped"),
    ],
)
def test_twice_encoded_json_is_told_from_the_rest(head: str, *, expected: bool) -> None:
    assert is_twice_encoded(head) is expected


def test_twice_encoded_text_is_repaired_wherever_it_stands() -> None:
    broken = {"name": "ZoÃ©", "list": ["plain", {"emoji": "ð\x9f\x98\x80"}], "number": 3}

    assert repair_twice_encoded(broken) == {
        "name": "Zoé",
        "list": ["plain", {"emoji": "😀"}],
        "number": 3,
    }


@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
@settings(max_examples=60, deadline=None)
def test_any_text_survives_any_marked_encoding(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str
) -> None:
    file = tmp_path_factory.mktemp("text") / "file"

    assert decoded(file, text.encode(encoding)) == text

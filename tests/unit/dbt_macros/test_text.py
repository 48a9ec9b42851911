"""Text that people wrote comes out as they meant it, whatever it went through on its way."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.character_references import FILE, macro, names

Read = Callable[..., Any]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("Ana Bauer", "Ana Bauer", id="plain"),
        pytest.param("  Ana   Bauer ", "Ana Bauer", id="blanks"),
        pytest.param("Ana\u00a0\u3000Bauer\u2009", "Ana Bauer", id="blanks-of-any-kind"),
        pytest.param("A\u200bn\u00ada\u2060", "Ana", id="zero-width-and-soft"),
        pytest.param("\ufeffAna\u200e", "Ana", id="byte-order-and-direction-marks"),
        pytest.param("A\u200dna\u200c", "Ana", id="joiners-between-latin-letters"),
        pytest.param("نیلوفر\u200cجان", "نیلوفر\u200cجان", id="a-joiner-that-persian-needs"),
        pytest.param('="00123"', "00123", id="formula-quoting"),
        pytest.param("'+49 170", "+49 170", id="apostrophe-of-a-spreadsheet"),
        pytest.param("'t Hooft", "'t Hooft", id="apostrophe-of-a-name"),
        pytest.param("O&#39;Brien", "O'Brien", id="decimal-reference"),
        pytest.param("S&ouml;hne &#xe9;", "Söhne é", id="named-and-hexadecimal"),
        pytest.param("&Scaron;koda &#146;", "Škoda ’", id="html5-and-windows-numbers"),
        pytest.param("&amp;lt;", "&lt;", id="once-only"),
        pytest.param("AT&T; R&D", "AT&T; R&D", id="no-reference"),
        pytest.param("JÃ¶rg", "Jörg", id="twice-encoded"),
        pytest.param("JÃƒÂ¶rg", "Jörg", id="thrice-encoded"),
        pytest.param("Oâ€™Brien", "O’Brien", id="twice-encoded-quote"),
        pytest.param("Ð\x98Ð²Ð°Ð½", "Иван", id="twice-encoded-cyrillic"),
        pytest.param("JÃ¶rg Müller", "Jörg Müller", id="one-word-of-two"),
        pytest.param("SÃO JOÃO", "SÃO JOÃO", id="portuguese-capitals"),
        pytest.param("Ångström Æsir", "Ångström Æsir", id="letters-that-look-like-it"),
        pytest.param("«CAFÉ»", "«CAFÉ»", id="a-capital-before-a-quote"),
        pytest.param("RENÉ’S MÖ’BEL", "RENÉ’S MÖ’BEL", id="a-capital-before-an-apostrophe"),
        pytest.param("NguyÆ°á»\u009dng", "Nguyường", id="twice-encoded-vietnamese"),
        pytest.param("IonuÈ› ×œ×™", "Ionuț לי", id="twice-encoded-romanian-and-hebrew"),
        pytest.param("\u200b ", None, id="nothing-to-see"),
        pytest.param(None, None, id="null"),
    ],
)
def test_words_in_one_line(read: Read, written: str | None, meant: str | None) -> None:
    assert read("one_line", written) == meant


def test_every_named_reference_is_read(read: Read) -> None:
    written = "Z1Z".join(f"&{name};" for name in names())

    assert read("html_to_text", written).split("Z1Z") == list(names().values())


def test_the_list_of_references_is_the_standards() -> None:
    assert FILE.read_text(encoding="utf-8") == macro()


def test_lines_of_an_address_stay(read: Read) -> None:
    assert read("words", " Quai 3\r\nB&acirc;t. 2 ") == "Quai 3\r\nBât. 2"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<p>a &amp;lt; b</p><p>c&hellip;</p>", "a &lt; b\nc…", id="once-and-last"),
        pytest.param(
            "<p>Z&#252;rich &quot;ok&quot;</p>", 'Zürich "ok"', id="numbers-and-names"
        ),
        pytest.param("x<br/>y", "x\ny", id="a-break"),
    ],
)
def test_html_becomes_text(read: Read, html: str, text: str) -> None:
    assert read("html_to_text", html) == text


@pytest.mark.parametrize(
    ("handed_over", "is_escaped", "written"),
    [
        pytest.param("R&amp;D &gt; &lt;b&gt;", True, "R&D > <b>", id="escaped"),
        pytest.param("literally &amp;lt;", True, "literally &lt;", id="escaped-twice"),
        pytest.param("literally &lt;", False, "literally &lt;", id="not-escaped"),
        pytest.param("👩\u200d👧 hi", True, "👩\u200d👧 hi", id="pictures-stay"),
    ],
)
def test_a_message_is_what_was_written(
    read: Read, handed_over: str, is_escaped: bool, written: str
) -> None:
    assert read("body_of", handed_over, is_escaped=is_escaped) == written


@pytest.mark.parametrize(
    ("written", "address"),
    [
        pytest.param(" Ada@X.example\u200b", "ada@x.example", id="unseen-characters"),
        pytest.param("Ada <ada@x.example>", "ada@x.example", id="with-its-name"),
        pytest.param(" mailto:ada@x.example", "ada@x.example", id="a-link"),
        pytest.param("\u00a0", None, id="blank"),
    ],
)
def test_an_address_is_plain(read: Read, written: str, address: str | None) -> None:
    assert read("plain_email", written) == address


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        pytest.param("+49 (0) 170 5550001", "+4901705550001", id="digits-and-plus"),
        pytest.param("0117 496 0101 ext. 5", "01174960101", id="extension"),
        pytest.param("tel:+49-30-901820;ext=5", "+4930901820", id="extension-of-a-link"),
        pytest.param("4.91512E+12", "4.91512e+12", id="rounded-by-a-spreadsheet"),
        pytest.param("4,91512E+12", "4,91512e+12", id="rounded-with-a-comma"),
        pytest.param("4.915123456789E+12", "4915123456789", id="an-exponent-with-all-digits"),
        pytest.param("4915123456789.0", "4915123456789", id="a-float"),
        pytest.param("1-800-FLOWERS", "18003569377", id="letters-of-a-freephone-number"),
        pytest.param("030 901820 (privat)", "030901820", id="a-word-beside-it"),
        pytest.param("n/a", "", id="no-digit"),
    ],
)
def test_a_number_is_its_digits(read: Read, written: str, dialled: str) -> None:
    assert read("plain_phone", written) == dialled


@pytest.mark.parametrize(
    "handle",
    [
        "handle.invalid",
        "missing.invalid",
        "@handle.invalid",
        "deleted_user",
        "Unknown",
        "-",
        "",
    ],
)
def test_what_a_network_shows_for_none_is_no_handle(read: Read, handle: str) -> None:
    assert read("plain_handle", handle) is None


@pytest.mark.parametrize(
    "handle", ["ada.bsky.social", "noneya", "invalid_sue", "deletedscenes"]
)
def test_handles_that_look_like_it_stay(read: Read, handle: str) -> None:
    assert read("plain_handle", handle) == handle


@pytest.mark.parametrize(
    "name", ["Facebook User", "Utilisateur Facebook", "Deleted account", "Gelöschter Nutzer"]
)
def test_what_a_network_shows_for_nobody_is_no_name(read: Read, name: str) -> None:
    assert read("known_author", name) is None


def test_a_name_that_holds_such_a_word_stays(read: Read) -> None:
    assert read("known_author", "Facebook User Group Kiel") == "Facebook User Group Kiel"


@pytest.mark.parametrize(
    ("kind", "written", "joined"),
    [
        pytest.param(
            "phone", "06 39 98 24 04 / 01 99 00 05 17", "06 39 98 24 04 ; 01 99 00 05 17"
        ),
        pytest.param("phone", "+85264199614,+85228934519", "+85264199614;+85228934519"),
        pytest.param("phone", "0170/1112223", "0170/1112223"),
        pytest.param("phone", "+49 170/111/2223", "+49 170/111/2223"),
        pytest.param("phone", "0170 1112223, ext. 12", "0170 1112223, ext. 12"),
        pytest.param("email", "a@x.example, b@y.example", "a@x.example; b@y.example"),
        pytest.param("email", '"Bauer, Ada" <ada@x.example>', '"Bauer, Ada" <ada@x.example>'),
        pytest.param("url", "https://x.example/a,b@c@d", "https://x.example/a,b@c@d"),
    ],
)
def test_several_values_of_a_cell_are_told_apart(
    read: Read, kind: str, written: str, joined: str
) -> None:
    assert read("joined_by_semicolons", written, kind=f"'{kind}'") == joined


@pytest.mark.parametrize("written", ["０１７０ １１１", "٠١٧٠ ١١١", "۰۱۷۰ ۱۱۱", "0170 111"])
def test_digits_of_every_keyboard_are_digits(read: Read, written: str) -> None:
    assert read("ascii_digits", written) == "0170 111"


_PARTS = ("street", "city", "state", "postal_code", "country")


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        pytest.param(
            '{"addr1":"12 rue Basse","addr2":"Apt 4","city":"Lyon","state":"","zip":"69001",'
            '"country":"FR"}',
            ("12 rue Basse, Apt 4", "Lyon", None, "69001", "FR"),
            id="object",
        ),
        pytest.param(
            '{"addr1":"12 rue Basse"}', ("12 rue Basse", *[None] * 4), id="object-of-one-member"
        ),
        pytest.param(
            "12 rue Basse  Lyon  69001  FR",
            ("12 rue Basse", "Lyon", None, "69001", "FR"),
            id="cell",
        ),
        pytest.param(
            "1 Main St  Apt 4  New Town  IL  62701-1234  US",
            ("1 Main St, Apt 4", "New Town", "IL", "62701-1234", "US"),
            id="cell-with-second-line-and-state",
        ),
        pytest.param(
            "1 Main St  Rear House  Springfield  IL  62701",
            ("1 Main St, Rear House", "Springfield", "IL", "62701", None),
            id="cell-with-second-line-in-words",
        ),
        pytest.param(
            "10 High St  London  SW1A 1AA  United Kingdom",
            ("10 High St", "London", None, "SW1A 1AA", "United Kingdom"),
            id="postal-code-of-two-words",
        ),
        pytest.param(
            "8 Harbour Rd  Hong Kong  HK",
            ("8 Harbour Rd", "Hong Kong", None, None, "HK"),
            id="no-postal-code",
        ),
        pytest.param(
            "Gasse 3, 1010 Wien", ("Gasse 3, 1010 Wien", *[None] * 4), id="not-its-form"
        ),
        pytest.param('{"addr1":', ('{"addr1":', *[None] * 4), id="broken-object"),
        pytest.param(None, (None,) * 5, id="null"),
    ],
)
def test_an_address_in_one_text_is_taken_apart(
    read: Read, written: str | None, parts: tuple[str | None, ...]
) -> None:
    assert tuple(read("address_part", written, part) for part in _PARTS) == parts

"""Personal data in texts: found where it stands by form and check digit, and nothing else.

All numbers are published samples of their kind or invented ones that fit it.
"""

import json
from time import process_time

import pytest

from dagster_project.listening.messages import as_json
from dagster_project.listening.personal_data.find import find_spans, redacted


def _found(text: str, *regions: str) -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in find_spans(text, regions)]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        # cards: sample numbers of the networks
        ("card", "4111 1111 1111 1111"),
        ("card", "4111-1111-1111-1111"),
        ("card", "4222222222222"),
        ("card", "5555555555554444"),
        ("card", "2223003122003222"),
        ("card", "3782 822463 10005"),
        ("card", "30569309025904"),
        ("card", "3530111333300000"),
        ("card", "6759649826438453"),
        ("card", "6011111111111117"),
        ("card", "4111\u00a01111\u00a01111\u00a01111"),
        ("card", "４１１１１１１１１１１１１１１１"),
        # accounts: examples of the registry
        ("iban", "DE89 3704 0044 0532 0130 00"),
        ("iban", "GB82WEST12345698765432"),
        ("iban", "fr14 2004 1010 0505 0001 3M02 606"),
        ("iban", "NO93 8601 1117 947"),
        # people
        ("national_id", "123-45-6780"),
        ("national_id", "AB 12 34 56 C"),
        ("national_id", "12345678Z"),
        ("national_id", "X1234567L"),
        ("national_id", "RSSMRA85T10A562S"),
        ("national_id", "2 95 10 99 126 111 93"),
        ("national_id", "390.533.447-05"),
        ("national_id", "93.05.18-223.61"),
        ("national_id", "811228-9874"),
        ("national_id", "131052-308T"),
        ("national_id", "756.9217.0769.85"),
        ("national_id", "11010519491231002X"),
        ("national_id", "S1234567D"),
        ("national_id", "A123456789"),
        ("national_id", "12.345.678-5"),
        ("national_id", "20-12345678-6"),
        # networks
        ("email", "ana.lind+shop@mail.example.org"),
        ("email", "jörg@müller.example"),
        ("email", "ana [at] example [dot] org"),
        ("ip", "192.0.2.44"),
        ("ip", "2001:db8::8a2e:370:7334"),
        ("ip", "::ffff:192.0.2.44"),
        ("mac", "00:1B:44:11:3A:B7"),
        ("crypto", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
        ("crypto", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
        ("crypto", "0x52908400098527886E0F7030069857D2E4169EE7"),
        ("url", "https://example.org/a_(b)?c=1"),
        # telephones
        ("phone", "+49 30 901820"),
        ("phone", "+1 (212) 555-0123"),
        ("phone", "0044 20 7946 0958"),
        ("phone", "(212) 555-0123"),
        ("phone", "212-555-0123x45"),
        ("phone", "01 23 45 67 89"),
    ],
)
def test_each_kind_is_found_where_it_stands(kind: str, said: str) -> None:
    text = f"hi 😀 it is {said}, thanks. Can you look?"

    assert _found(text) == [(kind, said)]


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("My SSN is", "123 45 6780"),
        ("NHS number", "943 476 5919"),
        ("Meine Steuer-ID lautet", "86 095 742 719"),
        ("BSN", "111222333"),
        ("mój PESEL to", "44051401359"),
        ("Meu CPF é", "39053344705"),
        ("SIN", "130 692 544"),
        ("my Aadhaar", "2341 2341 2346"),
        ("TFN", "123 456 782"),
        ("NIF", "123456789"),
        ("PAN", "ABCPE1234F"),
    ],
)
def test_plain_digits_are_a_persons_number_only_where_they_are_named(
    named: str, said: str
) -> None:
    assert _found(f"{named} {said}.") == [("national_id", said)]
    assert ("national_id", said) not in _found(f"the thing {said}.")


def test_plain_digits_with_two_check_digits_are_known_at_home() -> None:
    assert _found("olá, 39053344705 aqui", "BR") == [("national_id", "39053344705")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("logged at 1607374800005 and 1622505600009", id="times-in-milliseconds"),
        pytest.param("order 4222222222222 has not come", id="order-that-passes-luhn"),
        pytest.param("4111 1111 1111 1112 was typed wrong", id="card-with-wrong-check-digit"),
        pytest.param("serial 9999888877776666", id="no-issuer"),
        pytest.param("DE88 3704 0044 0532 0130 00", id="iban-with-wrong-check-digits"),
        pytest.param("the sample 078-05-1120 from the wallet", id="sample-number"),
        pytest.param("666-12-3456 and 123-00-4567", id="areas-never-given"),
        pytest.param("update to version 10.1.2.3 failed", id="version"),
        pytest.param("see 3.2.1.5 of the terms", id="paragraph"),
        pytest.param("from 12:30:45 to 18:00:00", id="times"),
        pytest.param("on 2026-11-29 12:30, 29.11.2026 and 11/29/2026", id="days"),
        pytest.param("thanks @ana@social.example and @bo", id="handles"),
        pytest.param("std::vector, a::b and ::", id="code"),
        pytest.param("it was 1,299,000.00 or 1.299.000,00", id="amounts"),
        pytest.param("ticket #20231199234 and ref 555 0199 2", id="tickets"),
        pytest.param("won 3-2 in 2024, 100000 fans", id="scores"),
        pytest.param("12345678A", id="letter-that-does-not-fit"),
        pytest.param("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", id="wallet-with-wrong-checksum"),
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert _found(text) == []


def test_telephones_are_told_by_the_region_of_the_account() -> None:
    assert _found("meine ist 030901820 bitte", "DE") == [("phone", "030901820")]
    assert _found("meine ist 030901820 bitte") == []


def test_a_number_with_its_countrys_code_is_no_number_of_a_person() -> None:
    assert _found("moje to +48123453800", "PL") == [("phone", "+48123453800")]


def test_seven_digits_are_a_telephone_where_they_are_called_one() -> None:
    assert _found("Phone:\n467 3395") == [("phone", "467 3395")]
    assert _found("467 3395") == []


def test_a_card_is_not_a_telephone_as_well() -> None:
    assert _found("call me about card 4111 1111 1111 1111") == [("card", "4111 1111 1111 1111")]


def test_what_stands_in_a_link_is_told_beside_the_link() -> None:
    text = "see https://example.org/?mail=ana@example.org."

    assert _found(text) == [
        ("url", "https://example.org/?mail=ana@example.org"),
        ("email", "ana@example.org"),
    ]
    assert redacted(text, find_spans(text)) == "see [url]."


def test_redacting_leaves_nothing_of_what_was_found() -> None:
    text = "I am ana@example.org, card 4111 1111 1111 1111 — call +49 30 901820"

    assert redacted(text, find_spans(text)) == "I am [email], card [card] — call [phone]"


def test_spans_tell_places_and_never_what_stands_there() -> None:
    told = json.loads(as_json(find_spans("to 😀 ana@example.org")))

    assert told == [{"kind": "email", "start": 5, "end": 20}]


@pytest.mark.parametrize(
    "piece", ["a", "1", "1 ", "@", "a@", ".1", "::", "(", "a.", "GB82", "+", "0x", "w@w."]
)
def test_a_megabyte_of_anything_is_read_in_a_time_that_grows_with_it(piece: str) -> None:
    started = process_time()

    find_spans(piece * (300_000 // len(piece)), ("DE",))

    assert process_time() - started < 8

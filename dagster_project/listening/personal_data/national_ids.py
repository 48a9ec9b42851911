"""Numbers that a state gives its people: the form, the check digit, the words they are named by.

Numbers whose form alone is rare (letters in their place, a date of birth and two check digits) are
told without a word beside them; plain digits with one check digit, which one number in ten has by
chance, need their name before them or the region of the account.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date

from dagster_project.listening.personal_data.check_digits import (
    luhn,
    mod_11_10,
    verhoeff,
    weighed,
)
from dagster_project.listening.personal_data.spans import Span, said_before


@dataclass(frozen=True)
class _Number:
    """One country's number; ``named`` are its names, without which plain digits are none.

    ``at_home``: two check digits, or one and a day of birth, are enough where its region is known.
    """

    region: str
    form: re.Pattern[str]
    is_valid: Callable[[str], bool]
    named: re.Pattern[str] | None = None
    at_home: bool = False


def _number(
    region: str,
    form: str,
    is_valid: Callable[[str], bool],
    named: str | None = None,
    *,
    at_home: bool = False,
) -> _Number:
    return _Number(
        region,
        re.compile(rf"(?<![\w.,/+-])(?:{form})(?!\w|[.,/-]\d)", re.IGNORECASE),
        is_valid,
        re.compile(rf"(?<!\w)(?:{named}|{_ANY_NAME})", re.IGNORECASE) if named else None,
        at_home,
    )


_ANY_NAME = (
    r"national (?:id|identity|insurance|number)|identity (?:number|card)|\bid (?:number|no|card)|"
    r"personal (?:number|id)|social (?:security|insurance)|tax(?:payer)? (?:id|number|file)|\bssn\b"
)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_day_of_century(digits: str, order: str = "ymd") -> bool:
    """Whether six digits are a day of 1900 to 1999 or 2000 to 2099."""
    parts = dict(zip(order, (int(digits[at : at + 2]) for at in (0, 2, 4)), strict=True))
    return any(
        _is_day(century + parts["y"], parts["m"], parts["d"]) for century in (1900, 2000)
    )


_SAMPLES = {"078051120", "219099999", "111111111", "999999999"}
"""Printed in wallets and brochures (ssa.gov/history/ssn/misused.html), or one digit typed on."""


def _us(number: str) -> bool:
    """No check digit: area, group and serial that are never given (20 CFR 422.103); ITIN too."""
    area, group, serial = number[:3], number[3:5], number[5:]
    if number in _SAMPLES or group == "00" or serial == "0000" or area in ("000", "666"):
        return False
    return area < "900" or 50 <= int(group) <= 99


def _gb_nhs(number: str) -> bool:
    check = 11 - weighed(number, range(10, 1, -1)) % 11
    return check % 11 == int(number[-1]) and check != 10 and len(set(number)) > 1


def _gb_nino(number: str) -> bool:
    return (
        number[0] not in "DFIQUV"
        and number[1] not in "DFIOQUV"
        and number[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
    )


def _de_tax(number: str) -> bool:
    """One digit of the first ten stands twice or three times, the others once at most."""
    most = sorted((number[:10].count(digit) for digit in set(number[:10])), reverse=True)
    return (
        number[0] != "0" and most[0] in (2, 3) and most[1:2] in ([1], []) and mod_11_10(number)
    )


def _de_pension(number: str) -> bool:
    digits = number[:8] + f"{ord(number[8]) - 64:02d}" + number[9:]
    total = sum(
        sum(map(int, str(int(char) * weight)))
        for char, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=False)
    )
    return total % 10 == int(digits[-1]) and 1 <= int(number[4:6]) % 50 <= 12


def _fr(number: str) -> bool:
    body = number[:13].replace("2A", "19").replace("2B", "18")
    month = int(number[3:5])
    return (
        body.isdigit()
        and (1 <= month <= 12 or 20 <= month <= 42 or month >= 50)
        and 97 - int(body) % 97 == int(number[13:])
    )


def _es(number: str) -> bool:
    digits = number[:-1].translate(str.maketrans("XYZ", "012"))
    return (
        "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1] and len(set(number[:-1])) > 1
    )


_IT_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8,
         12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip


def _it(number: str) -> bool:
    total = sum(
        _IT_ODD[char] if place % 2 == 0 else (int(char, 36) - (10 if char.isalpha() else 0))
        for place, char in enumerate(number[:15])
    )
    return chr(65 + total % 26) == number[15]


def _nl(number: str) -> bool:
    digits = number.zfill(9)
    return (
        int(digits) > 0
        and (weighed(digits, range(9, 1, -1)) - int(digits[8])) % 11 == 0
        and len(set(digits)) > 2
    )


def _pl(number: str) -> bool:
    month = int(number[2:4])
    century = {0: 1900, 1: 2000, 2: 2100, 3: 2200, 4: 1800}[month // 20]
    return (
        _is_day(century + int(number[:2]), month % 20, int(number[4:6]))
        and (10 - weighed(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10) % 10 == int(number[10])
    )  # fmt: skip


def _br(number: str) -> bool:
    if len(set(number)) == 1:
        return False
    for length in (9, 10):
        rest = weighed(number, range(length + 1, 1, -1)) % 11
        if int(number[length]) != (0 if rest < 2 else 11 - rest):
            return False
    return True


def _be(number: str) -> bool:
    check = int(number[9:])
    is_day = int(number[2:4]) % 20 <= 12 and int(number[4:6]) <= 31
    return is_day and check in (97 - int(number[:9]) % 97, 97 - int("2" + number[:9]) % 97)


def _se(number: str) -> bool:
    digits = number[-10:]
    day = f"{int(digits[4:6]) % 60:02d}"  # a coordination number adds 60
    return _is_day_of_century(digits[:4] + day) and luhn(digits)


def _fi(number: str) -> bool:
    digits = number[:6] + number[7:10]
    return (
        _is_day_of_century(digits[:6], "dmy")
        and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] == number[-1]
    )


def _no(number: str) -> bool:
    day = f"{int(number[:2]) % 40:02d}"
    first = -weighed(number, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
    second = -weighed(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return _is_day_of_century(day + number[2:6], "dmy") and number[9:] == f"{first}{second}"


def _dk(number: str) -> bool:
    return _is_day_of_century(number[:6], "dmy")


def _cz(number: str) -> bool:
    month = int(number[2:4]) % 50
    return (
        1 <= (month - 20 if month > 20 else month) <= 12
        and 1 <= int(number[4:6]) <= 31
        and (int(number) % 11 == 0 or int(number[:9]) % 11 % 10 == int(number[9]))
    )


def _ro(number: str) -> bool:
    rest = weighed(number, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return (
        number[0] in "12345678"
        and _is_day_of_century(number[1:7])
        and int(number[12]) == (1 if rest == 10 else rest)
    )


def _bg(number: str) -> bool:
    month = int(number[2:4]) % 20
    return (
        1 <= month <= 12
        and 1 <= int(number[4:6]) <= 31
        and weighed(number, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == int(number[9])
    )


def _pt(number: str) -> bool:
    rest = weighed(number, range(9, 1, -1)) % 11
    return number[0] in "1235689" and int(number[8]) == (0 if rest < 2 else 11 - rest)


def _ch(number: str) -> bool:
    return -weighed(number, (1, 3) * 6) % 10 == int(number[12])


def _at(number: str) -> bool:
    digits = number[:3] + number[4:]
    return (
        weighed(digits, (3, 7, 9, 5, 8, 4, 2, 1, 6)) % 11 == int(number[3])
        and 1 <= int(number[4:6]) <= 31
        and 1 <= int(number[6:8]) <= 15
    )


def _tr(number: str) -> bool:
    odd, even = sum(map(int, number[:9:2])), sum(map(int, number[1:8:2]))
    tenth = (odd * 7 - even) % 10
    return int(number[9]) == tenth and int(number[10]) == sum(map(int, number[:10])) % 10


def _cn(number: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return (
        _is_day(int(number[6:10]) or 1, int(number[10:12]), int(number[12:14]))
        and "10X98765432"[weighed(number[:17], weights) % 11] == number[17]
    )


def _za(number: str) -> bool:
    return _is_day_of_century(number[:6]) and number[10] in "012" and luhn(number)


def _kr(number: str) -> bool:
    return _is_day_of_century(number[:6])


def _jp(number: str) -> bool:
    rest = weighed(number, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return int(number[11]) == (0 if rest < 2 else 11 - rest)


def _sg(number: str) -> bool:
    total = weighed(number[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(
        number[0], 0
    )
    letters = {
        "S": "JZIHGFEDCBA",
        "T": "JZIHGFEDCBA",
        "F": "XWUTRQPNMLK",
        "G": "XWUTRQPNMLK",
        "M": "XWUTRQPNJLK",
    }
    return letters[number[0]][total % 11] == number[8]


def _hk(number: str) -> bool:
    padded = number.rjust(9)
    values = [36 if char == " " else int(char, 36) for char in padded[:8]]
    total = sum(
        value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)
    ) + int(padded[8], 16)
    return total % 11 == 0


def _tw(number: str) -> bool:
    first = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10
    total = first // 10 + first % 10 * 9 + weighed(number[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))
    return total % 10 == 0


def _cl(number: str) -> bool:
    total = sum(int(char) * (2 + place % 6) for place, char in enumerate(reversed(number[:-1])))
    return "0K987654321"[total % 11] == number[-1]


def _ar(number: str) -> bool:
    rest = -weighed(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return min(rest, 9) == int(number[10])


def _mx(number: str) -> bool:
    signs = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    total = sum(
        signs.index(char) * weight
        for char, weight in zip(number[:17], range(18, 1, -1), strict=True)
    )
    return _is_day_of_century(number[4:10]) and -total % 10 == int(number[17])


def _ie(number: str) -> bool:
    extra = "WABCDEFGHI".find(number[8:9]) if number[8:9] else 0
    total = weighed(number, range(8, 1, -1)) + 9 * max(extra, 0)
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == number[7]


def _au_tfn(number: str) -> bool:
    return weighed(number, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0 and len(set(number)) > 2


def _baltic(number: str) -> bool:
    rest = weighed(number, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if rest == 10:
        rest = weighed(number, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return number[0] in "123456" and _is_day_of_century(number[1:7]) and rest == int(number[10])


def _gr_amka(number: str) -> bool:
    return _is_day_of_century(number[:6], "dmy") and luhn(number)


_NUMBERS = (
    _number("US", r"\d{3}-\d{2}-\d{4}", _us),
    _number("US", r"\d{3}[ .]?\d{2}[ .]?\d{4}", _us, r"ssn|itin|social"),
    _number("GB", r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]", _gb_nino),
    _number("GB", r"\d{3}[ -]?\d{3}[ -]?\d{4}", _gb_nhs, r"nhs|health (?:service )?number"),
    _number("DE", r"\d{2} ?\d{3} ?\d{3} ?\d{3}", _de_tax, r"steuer|idnr|tin\b|tax"),
    _number("DE", r"\d{2} ?\d{6} ?[A-Z] ?\d{3}", _de_pension),
    _number("FR", r"[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}", _fr),
    _number("ES", r"(?:\d{2}\.?\d{3}\.?\d{3}|[XYZ][ -]?\d{7})[ -]?[A-Z]", _es),
    _number("IT", r"[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]", _it),
    _number("NL", r"\d{4}[ .]?\d{2}[ .]?\d{3}|\d{8}", _nl, r"bsn|burgerservice\w*|sofi"),
    _number("PL", r"\d{11}", _pl, r"pesel", at_home=True),
    _number("BR", r"\d{3}\.\d{3}\.\d{3}-\d{2}", _br),
    _number("BR", r"\d{11}", _br, r"cpf", at_home=True),
    _number("BE", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", _be),
    _number("BE", r"\d{6}[ -]?\d{3}[ -]?\d{2}", _be, r"rijksregister\w*|registre national|niss|insz|nrn", at_home=True),
    _number("SE", r"(?:19|20)?\d{6}[-+]\d{4}", _se),
    _number("SE", r"(?:19|20)\d{10}|\d{10}", _se, r"personnummer|persnr"),
    _number("FI", r"\d{6}[-+A-FU-Y]\d{3}[\dA-Y]", _fi),
    _number("NO", r"\d{6} ?\d{5}", _no),
    _number("DK", r"\d{6}-\d{4}", _dk, r"cpr|personnummer"),
    _number("CZ", r"\d{6}/\d{4}", _cz),
    _number("RO", r"\d{13}", _ro, r"cnp|cod numeric", at_home=True),
    _number("BG", r"\d{10}", _bg, r"егн|egn"),
    _number("HR", r"\d{11}", mod_11_10, r"oib"),
    _number("PT", r"\d{3} ?\d{3} ?\d{3}", _pt, r"nif|contribuinte"),
    _number("CH", r"756\.?\d{4}\.?\d{4}\.?\d{2}", _ch),
    _number("AT", r"[1-9]\d{3} ?\d{6}", _at, r"svnr|sozialversicherung\w*|sv-?nummer"),
    _number("TR", r"[1-9]\d{10}", _tr, r"kimlik|tckn|t\.?c\.? ?no", at_home=True),
    _number("CN", r"[1-9]\d{16}[\dX]", _cn),
    _number("ZA", r"\d{6} ?\d{4} ?\d{3}", _za, r"(?:south african )?id\b"),
    _number("KR", r"\d{6}-[1-8]\d{6}", _kr),
    _number("JP", r"\d{4}[ -]?\d{4}[ -]?\d{4}", _jp, r"my ?number|マイナンバー|個人番号"),
    _number("IN", r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", verhoeff, r"aadha?ar|uidai|आधार"),
    _number("IN", r"[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]", lambda _: True, r"pan\b"),
    _number("CA", r"[1-79]\d{2}[ -]?\d{3}[ -]?\d{3}", luhn, r"sin\b|social insurance"),
    _number("AU", r"\d{3} ?\d{3} ?\d{3}", _au_tfn, r"tfn|tax file"),
    _number("SG", r"[STFGM]\d{7}[A-Z]", _sg),
    _number("HK", r"[A-Z]{1,2}\d{6} ?\([\dA]\)", _hk),
    _number("TW", r"[A-Z][1289]\d{8}", _tw),
    _number("CL", r"\d{1,2}\.\d{3}\.\d{3}-[\dK]", _cl),
    _number("CL", r"\d{7,8}-[\dK]", _cl, r"rut|run"),
    _number("AR", r"(?:20|2[347]|3[034])-\d{8}-\d", _ar),
    _number("MX", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[\dA-Z]\d", _mx),
    _number("IE", r"\d{7}[A-W][A-IW]?", _ie, r"pps\w*"),
    _number("EE", r"\d{11}", _baltic, r"isikukood|asmens kodas", at_home=True),
    _number("GR", r"\d{11}", _gr_amka, r"amka|αμκα", at_home=True),
)  # fmt: skip

_BETWEEN = re.compile(r"[ .()/-]")


def find_national_ids(text: str, regions: Collection[str] = ()) -> Iterator[Span]:
    """Numbers of people of any country here; plain digits where they are named or at home."""
    for number in _NUMBERS:
        for match in number.form.finditer(text):
            if number.named and not (
                (number.at_home and number.region in regions)
                or said_before(number.named, text, match.start())
            ):
                continue
            if number.is_valid(_bare(number.region, match[0])):
                yield Span(match.start(), match.end(), "national_id")


def _bare(region: str, said: str) -> str:
    """Without what stands between the digits; the sign in the Finnish number tells the century."""
    return said.upper() if region == "FI" else _BETWEEN.sub("", said.upper())

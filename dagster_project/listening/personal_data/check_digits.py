"""Check digits: what a number's last digits must be for it to be one."""

from collections.abc import Sequence


def luhn(digits: str) -> bool:
    """ISO/IEC 7812: cards, IMEI, the Canadian, Swedish and South African numbers."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def weighed(digits: str, weights: Sequence[int]) -> int:
    """The sum of the digits, each times its weight."""
    return sum(int(char) * weight for char, weight in zip(digits, weights, strict=False))


def mod_97(text: str) -> int:
    """ISO 7064 MOD 97-10 of letters and digits, a letter as its place plus nine."""
    return int("".join(str(int(char, 36)) for char in text)) % 97


def mod_11_10(digits: str) -> bool:
    """ISO 7064 MOD 11,10: the German tax number and the Croatian OIB."""
    rest = 10
    for char in digits[:-1]:
        rest = (rest + int(char)) % 10 or 10
        rest = rest * 2 % 11
    return (11 - rest) % 10 == int(digits[-1])


_VERHOEFF_TIMES = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_VERHOEFF_TURNED = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def verhoeff(digits: str) -> bool:
    """Verhoeff's check digit: the Indian Aadhaar."""
    check = 0
    for place, char in enumerate(reversed(digits)):
        check = int(_VERHOEFF_TIMES[check][int(_VERHOEFF_TURNED[place % 8][int(char)])])
    return check == 0

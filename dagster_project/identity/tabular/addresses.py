"""A whole address in one cell, taken apart where its pattern shows the parts.

Belongs here: street with house number, postal code and city as people write them in one line.
Does not belong here: which column holds addresses (``infer``), canonical forms (``reading``).

No gazetteer: a postal code is known by its shape, the city by where it stands beside it, and
what shows neither stays a street. House numbers stay with their street, on either side of it.
"""

from dataclasses import dataclass

_SHAPES = (
    "[a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2}",  # United Kingdom
    "[a-z][0-9][a-z] ?[0-9][a-z][0-9]",  # Canada
    "[a-z][0-9]{2} ?[a-z0-9]{4}",  # Ireland
    "[0-9]{4} ?[a-z]{2}",  # Netherlands
    "[0-9]{2}-[0-9]{3}",  # Poland
    "[0-9]{3} [0-9]{2}",  # Greece, Czechia, Sweden
    "[0-9]{5}-[0-9]{3,4}",  # United States, Brazil
    "[0-9]{4}-[0-9]{3}",  # Portugal
    "(?:[a-z]{1,2}-)?[0-9]{4,6}",  # most others
)
_CODE = "(?:" + "|".join(_SHAPES) + ")"

# RE2 has no look-around: a blank before and after stands for the edge of a word.
_IN_TEXT = rf"(?i)[ ,]({_CODE})[ ,]"
_WITHOUT_COMMA = rf"(?i)^(.*[0-9].*) ({_CODE}) ([^0-9]+)$"
_ONLY_NUMBER = r"(?i)^(?:(?:flat|apt|apartment|unit|suite|no)[. ]*)?[0-9]+ ?[a-z]?$"
_STATE = r" [A-Z]{2}$"
_KINDS_OF_STREETS = (
    "street|st|avenue|ave?|road|rd|drive|dr|boulevard|blvd|lane|ln|way|court|ct|place|pl|highway|hwy|"
    "parkway|pkwy|circle|cir|terrace|ter|trail|trl|square|sq|plaza|plz|loop|row|crescent|cres"
)
_UNIT = r"(?: (?:apt|unit|suite|ste|#)[. ]*[0-9a-z]+)?"
_BEFORE_STATE = rf"(?i)^([0-9].*? (?:{_KINDS_OF_STREETS})\b[.]?{_UNIT}) ([^0-9]+?),? [A-Z]{{2}}(?: ([0-9]{{4,5}})(?:-[0-9]{{4}})?)?$"
"""North American and Australian, where no comma parts the street from the town."""


@dataclass(frozen=True)
class AddressParts:
    """SQL of each part of an address; null where its pattern does not show it."""

    street: str
    city: str
    postal_code: str


def split_address(text: str) -> AddressParts:
    """The parts of an address that the SQL ``text`` yields in one line."""
    commas = f"regexp_replace({text}, '[;\\n]', ',', 'g')"
    line = f"trim(regexp_replace({commas}, '\\s+', ' ', 'g'))"
    is_american = f"regexp_matches({line}, '{_BEFORE_STATE}')"
    parts = f"list_transform(string_split({line}, ','), part -> trim(part))"
    # a house number that a comma parts from its street
    lead = f"case when regexp_matches({parts}[1], '{_ONLY_NUMBER}') then 2 else 1 end"
    tail = f"array_to_string(({parts})[{lead} + 1:], ', ')"

    def plain(part: int) -> str:
        european = f"regexp_extract({line}, '{_WITHOUT_COMMA}', {part})"
        american = f"regexp_extract({line}, '{_BEFORE_STATE}', {(1, 3, 2)[part - 1]})"
        return f"case when {is_american} then {american} else {european} end"

    code = f"nullif(regexp_extract(' ' || {tail} || ' ', '{_IN_TEXT}', 1), '')"
    town = (
        f"list_filter(string_split_regex(replace(' ' || {tail} || ' ', coalesce({code}, ','), ','), "
        "' ?, ?'), part -> regexp_matches(part, '[[:alpha:]]{3}'))[1]"
    )
    has_commas = f"contains({line}, ',')"
    is_whole = f"({has_commas} or {plain(3)} <> '')"
    return AddressParts(
        street=f"case when {has_commas} then array_to_string(({parts})[1:{lead}], ' ') "
        f"when {is_whole} then {plain(1)} else {text} end",
        city=f"nullif(case when {has_commas} "
        f"then trim(regexp_replace(trim({town}), '{_STATE}', '')) "
        f"else trim({plain(3)}) end, '')",
        postal_code=f"case when {has_commas} then {code} else nullif({plain(2)}, '') end",
    )

"""What the values of a column say: whether they bear its header out, and what they are alone.

Belongs here: rules over counted shares, each with its reason. Does not belong here: headers
(``meanings``), counting (``profile``), columns in the light of each other (``infer``).
"""

from collections.abc import Callable

from dagster_project.identity.tabular.dates import EXCEL
from dagster_project.identity.tabular.meanings import Kind, Meaning, allowed
from dagster_project.identity.tabular.profile import Profile


def why_misfit(profile: Profile, meaning: Meaning) -> str | None:
    """What its values lack to mean what its header says; nothing if they will do."""
    forms, what = _FITTING.get(meaning, ((), ""))
    if forms and max(profile.share(form) for form in forms) < 0.3:
        return f"few of its values are {what}"
    if meaning in _TEXTS and profile.share("decimal") > 0.8:
        return "its values are numbers"
    if meaning is Meaning.SOURCE and profile.distinct > max(50, 0.01 * profile.rows):
        return "it has too many different values"
    if meaning is Meaning.GENDER and profile.distinct > max(12, 0.02 * profile.filled):
        return "it has too many different values"
    return None


_TEXTS = (Meaning.TITLE, Meaning.CREATOR, Meaning.SERIES)

_FITTING: dict[Meaning, tuple[tuple[str, ...], str]] = {
    Meaning.EMAIL: (("email",), "e-mail addresses"),
    Meaning.PHONE: (("phone", "dialled"), "telephone numbers"),
    Meaning.BIRTH_DATE: (("date", "year", "serial"), "dates"),
    Meaning.BIRTH_YEAR: (("year", "date"), "years"),
    Meaning.YEAR: (("year", "date"), "years"),
    Meaning.HANDLE: (("username", "url"), "names of accounts"),
    Meaning.GIVEN_NAME: (("letters",), "words"),
    Meaning.FAMILY_NAME: (("letters",), "words"),
    Meaning.FULL_NAME: (("letters",), "words"),
    Meaning.ORGANISATION: (("letters", "organisation"), "words"),
    Meaning.CITY: (("letters",), "words"),
    Meaning.COUNTRY: (("letters",), "words"),
    Meaning.POSTAL_CODE: (("digit",), "written with digits"),
    Meaning.NUMBER: (("digit",), "written with digits"),
    Meaning.DURATION: (("digit",), "written with digits"),
}
"""Forms of which one must be seen where a header claims a meaning."""


def by_content(profile: Profile, kind: Kind) -> tuple[Meaning, str] | None:
    """What the values alone say."""
    rules = _CONTENT[kind](profile)
    return next(((meaning, why) for holds, meaning, why in rules if holds), None)


def date_formats(profile: Profile) -> tuple[str, ...]:
    """How the dates of a column are written; numbers that are no dates may be a spreadsheet's."""
    is_counted = profile.share("serial") > _MOSTLY_SERIALS
    return (EXCEL,) if is_counted and not profile.date_formats else profile.date_formats


_MOSTLY_SERIALS = 0.7
_DECADES = 25.0
"""Years between the tenth and the ninetieth of a hundred birth dates, at least."""


_Rule = tuple[bool, Meaning, str]


_NAME_WORDS = (1.6, 4.0)
"""Words of whole names on average: more are lists of authors."""


def _content_of_persons(profile: Profile) -> list[_Rule]:
    share = profile.share
    are_words = share("letters") > 0.7
    begins_given = are_words and share("known_given") > 0.3
    is_dialled = share("dialled") > 0.7 and share("date") < 0.3
    return [
        (share("email") > 0.7, Meaning.EMAIL, "its values are e-mail addresses"),
        (share("url") > 0.7, Meaning.URL, "its values are links"),
        (share("handle") > 0.7, Meaning.HANDLE, "its values are names of accounts"),
        (is_dialled, Meaning.PHONE, "its values are telephone numbers"),
        (
            share("likely_date") > 0.9 and share("spans_years") >= _DECADES,
            Meaning.BIRTH_DATE,
            "its values are dates decades apart",
        ),
        (share("uk_postcode") > 0.7, Meaning.POSTAL_CODE, "its values are postal codes"),
        (
            share("gender") > 0.95 and profile.distinct <= 8,
            Meaning.GENDER,
            "its values are genders",
        ),
        (
            begins_given and _NAME_WORDS[0] < profile.words < _NAME_WORDS[1],
            Meaning.FULL_NAME,
            "its values begin with given names",
        ),
        (begins_given, Meaning.GIVEN_NAME, "many of its values are given names"),
        (
            are_words and share("known_family") > 0.3 and profile.words < 1.6,
            Meaning.FAMILY_NAME,
            "many of its values are family names",
        ),
        (share("house") > 0.6, Meaning.STREET, "its values are words and a house's number"),
        *_content_of_texts(profile),
    ]


_NOT_OF_ORGANISATIONS = frozenset(Meaning) - allowed(Kind.ORGANISATIONS)


def _content_of_organisations(profile: Profile) -> list[_Rule]:
    are_names = profile.share("organisation") > 0.3 and profile.variety > 0.3
    shared = [r for r in _content_of_persons(profile) if r[1] not in _NOT_OF_ORGANISATIONS]
    is_name = (
        are_names,
        Meaning.ORGANISATION,
        "many of its values are named like organisations",
    )
    return [*shared[:-2], is_name, *shared[-2:]]  # long texts and categories come last


def _content_of_works(profile: Profile) -> list[_Rule]:
    share = profile.share
    may_be_groups = share("integer") > 0.95 and profile.variety > 0.1
    are_numbers = share("decimal") > 0.8
    repeats = profile.variety < 0.05 and profile.distinct > 1
    are_texts = max(share("letters"), (profile.words > 1.5) * 1.0) > 0.5
    return [
        (share("authors") > 0.4, Meaning.CREATOR, "its values are names with initials"),
        (share("year_of_work") > 0.7, Meaning.YEAR, "its values are years"),
        (share("pages") > 0.5, Meaning.NUMBER, "its values are pages"),
        (are_numbers and may_be_groups, Meaning.IGNORED, "may number groups of rows"),
        (are_numbers, Meaning.NUMBER, "its values are numbers"),
        (are_texts and repeats, Meaning.CATEGORY, "its values are words that repeat"),
        (are_texts, Meaning.DESCRIPTION, "its values are words"),
    ]


_CONTENT: dict[Kind, Callable[[Profile], list[_Rule]]] = {
    Kind.PERSONS: _content_of_persons,
    Kind.ORGANISATIONS: _content_of_organisations,
    Kind.WORKS: _content_of_works,
}


def _content_of_texts(profile: Profile) -> list[_Rule]:
    repeats = profile.variety < 0.2 and profile.distinct > 1
    return [
        (profile.words > 6, Meaning.FREE_TEXT, "its values are long texts"),
        (
            profile.share("letters") > 0.7 and repeats,
            Meaning.CATEGORY,
            "its values are words that repeat",
        ),
    ]

"""What a column can mean, in tables of persons, of organisations and of works."""

from enum import StrEnum


class Kind(StrEnum):
    """What the records of a table describe."""

    PERSONS = "persons"
    ORGANISATIONS = "organisations"
    WORKS = "works"


class Meaning(StrEnum):
    """What a column says of its record; ``IGNORED`` is never evidence."""

    RECORD_ID = "record_id"
    SOURCE = "source"
    IGNORED = "ignored"
    # persons
    GIVEN_NAME = "given_name"
    MIDDLE_NAME = "middle_name"
    FAMILY_NAME = "family_name"
    NAME_SUFFIX = "name_suffix"
    FULL_NAME = "full_name"
    BIRTH_DATE = "birth_date"
    BIRTH_YEAR = "birth_year"
    BIRTH_MONTH = "birth_month"
    BIRTH_DAY = "birth_day"
    EMAIL = "email"
    PHONE = "phone"
    HANDLE = "handle"
    URL = "url"
    STREET = "street"
    STREET_NUMBER = "street_number"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    COUNTRY = "country"
    GENDER = "gender"
    OCCUPATION = "occupation"
    ORGANISATION = "organisation"
    BIRTH_PLACE = "birth_place"
    ID_NUMBER = "id_number"
    ID_ISSUER = "id_issuer"
    # organisations
    OTHER_NAME = "other_name"
    # works
    TITLE = "title"
    CREATOR = "creator"
    SERIES = "series"
    DESCRIPTION = "description"
    YEAR = "year"
    NUMBER = "number"
    DURATION = "duration"
    CODE = "code"
    # both
    LANGUAGE = "language"
    CATEGORY = "category"
    FREE_TEXT = "free_text"


WORKS_ONLY = frozenset(
    {
        Meaning.TITLE, Meaning.CREATOR, Meaning.SERIES, Meaning.DESCRIPTION, Meaning.YEAR,
        Meaning.NUMBER, Meaning.DURATION, Meaning.CODE,
    }
)  # fmt: skip
COMMON = frozenset(
    {
        Meaning.RECORD_ID, Meaning.SOURCE, Meaning.IGNORED, Meaning.LANGUAGE, Meaning.CATEGORY,
        Meaning.FREE_TEXT,
    }
)  # fmt: skip
MANY_VALUED = frozenset({Meaning.EMAIL, Meaning.PHONE, Meaning.HANDLE, Meaning.URL})
"""Of these a record may have several, in several columns or in one."""


OF_ORGANISATIONS = frozenset(
    {
        Meaning.ORGANISATION, Meaning.EMAIL, Meaning.PHONE, Meaning.URL, Meaning.STREET,
        Meaning.STREET_NUMBER, Meaning.CITY, Meaning.STATE, Meaning.POSTAL_CODE, Meaning.COUNTRY,
        Meaning.ID_NUMBER, Meaning.OTHER_NAME,
    }
)  # fmt: skip
"""What a table of organisations says of them."""


def allowed(kind: Kind) -> frozenset[Meaning]:
    """Meanings that columns of such a table can have."""
    if kind is Kind.ORGANISATIONS:
        return OF_ORGANISATIONS | COMMON
    if kind is Kind.WORKS:
        return WORKS_ONLY | COMMON
    return frozenset(Meaning) - WORKS_ONLY - {Meaning.OTHER_NAME}


NOT_READ = frozenset({Meaning.RECORD_ID, Meaning.IGNORED})
"""What matching never sees."""

NO_EVIDENCE = NOT_READ | {Meaning.SOURCE, Meaning.FREE_TEXT}
"""What says nothing of a record that could be compared."""

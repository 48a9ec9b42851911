"""What the columns of an unknown table mean: headers propose, contents decide.

Belongs here: the rules by which a column gets its meaning, each with a reason to print.
Does not belong here: what a header says (``headers``), what values say (``contents``).

A column is evidence only where its meaning is known or it repeats like a category. Numbers
that name rows or groups of rows are never evidence: what tells an id from a fact is its
header and how often values repeat, and in doubt a column is left out.
"""

import re
from collections.abc import Sequence

from dagster_project.identity.tabular.birth_parts import with_birth_parts
from dagster_project.identity.tabular.contents import by_content, date_formats, why_misfit
from dagster_project.identity.tabular.headers import (
    fold,
    is_issuer,
    is_of_others,
    is_quality,
    meaning_of,
    network_of,
    side_of,
    words_of,
)
from dagster_project.identity.tabular.meanings import MANY_VALUED, Kind, Meaning
from dagster_project.identity.tabular.organisation_words import NAMED_OUTRIGHT
from dagster_project.identity.tabular.profile import Profile
from dagster_project.identity.tabular.spec import Column, ColumnSpec, Inferred
from dagster_project.identity.tabular.spellings import RECORD_IDS, TIMES, TRUTH

_ENOUGH_ROWS = 20
"""Fewer rows say nothing of whether a value is the same everywhere."""


def infer_table(profiles: Sequence[Profile], *, kind: Kind | None = None) -> Inferred:
    """Give every column a meaning and say why; ``kind`` is found too unless it is given."""
    why = "as asked"
    if kind is None:
        kind, why = _find_kind(profiles)
    record_id = find_record_id([p.name for p in profiles])
    columns = [_judge(p, kind, record_id) for p in profiles]
    if kind is Kind.PERSONS:
        columns = _without_others(columns)
    is_guess = why == _NOTHING_TELLS
    return Inferred(kind, why, tuple(_settle(columns, profiles, kind)), is_guess)


def find_record_id(names: Sequence[str]) -> str | None:
    """The column that names the records: unique_id, record_id or id, in any case."""
    folded = {fold(name): name for name in reversed(names)}
    return next((folded[word] for word in RECORD_IDS if word in folded), None)


_VOTES = {
    Kind.PERSONS: {
        Meaning.GIVEN_NAME: 2.0, Meaning.FAMILY_NAME: 2.0, Meaning.BIRTH_DATE: 2.0,
        Meaning.EMAIL: 2.0, Meaning.FULL_NAME: 1.5, Meaning.GENDER: 1.0, Meaning.PHONE: 1.0,
        Meaning.HANDLE: 1.0, Meaning.ID_NUMBER: 1.0, Meaning.BIRTH_PLACE: 1.0,
        Meaning.POSTAL_CODE: 0.5, Meaning.STREET: 0.5, Meaning.CITY: 0.5,
    },
    Kind.ORGANISATIONS: {
        Meaning.ORGANISATION: 2.0, Meaning.ID_NUMBER: 1.0, Meaning.STREET: 1.0, Meaning.PHONE: 1.0,
        Meaning.URL: 1.0, Meaning.EMAIL: 0.5, Meaning.CITY: 0.5, Meaning.POSTAL_CODE: 0.5,
    },
    Kind.WORKS: {
        Meaning.TITLE: 1.5, Meaning.CREATOR: 1.5, Meaning.SERIES: 1.5, Meaning.DESCRIPTION: 1.0,
        Meaning.CODE: 1.0, Meaning.DURATION: 1.0, Meaning.NUMBER: 1.0, Meaning.YEAR: 0.5,
    },
}  # fmt: skip


def _find_kind(profiles: Sequence[Profile]) -> tuple[Kind, str]:
    """The kind whose columns there are more telling ones of; persons, where none has more."""
    found = {kind: _telling(profiles, kind) for kind in Kind}
    scores = {
        kind: sum(_VOTES[kind][meaning] for meaning in set(found[kind].values()))
        for kind in Kind
    }
    kind = max(Kind, key=lambda each: (scores[each], each is Kind.PERSONS))
    names = list(found[kind])[:4]
    if names:
        return kind, "told by " + ", ".join(names)
    cited = _cited(profiles)
    if cited:
        return Kind.WORKS, "told by the values of " + ", ".join(cited)
    return kind, _NOTHING_TELLS


def _cited(profiles: Sequence[Profile]) -> list[str]:
    """Columns whose values are those of citations: authors, years or pages beside texts."""
    values = {p.name: _judge(p, Kind.WORKS, None).spec.means for p in profiles}
    texts = [
        p.name
        for p in profiles
        if values[p.name] is Meaning.DESCRIPTION and p.words > _TITLE_WORDS
    ]
    marks = [
        p.name
        for p in profiles
        if values[p.name] in (Meaning.CREATOR, Meaning.YEAR)
        or (values[p.name] is Meaning.NUMBER and p.share("pages") > _MOSTLY)
    ]
    return [*texts[:1], *marks[:3]] if texts and len(marks) > 1 else []


_TITLE_WORDS = 3.0
"""Words of titles on average, at least."""

_MOSTLY = 0.5


_NOTHING_TELLS = "nothing tells otherwise"


def _telling(profiles: Sequence[Profile], kind: Kind) -> dict[str, Meaning]:
    """Columns that speak for a kind, none of organisations where nothing is named like one."""
    telling = {}
    for profile in profiles:
        meaning = _judge(profile, kind, None).spec.means
        is_guess = kind is Kind.WORKS and meaning_of(profile.name, kind) is None
        if meaning in _VOTES[kind] and not is_guess and not _is_other_name(profile, meaning):
            telling[profile.name] = meaning
    if kind is Kind.ORGANISATIONS and Meaning.ORGANISATION not in telling.values():
        return {}
    return telling


def _is_other_name(profile: Profile, meaning: Meaning) -> bool:
    """A name speaks for persons if it begins with a given name, for organisations if it is theirs."""
    if meaning is Meaning.FULL_NAME:
        return profile.share("known_given") < _FEW_GIVEN
    if meaning is not Meaning.ORGANISATION:
        return False
    is_named_outright = fold(profile.name) in _NAMED_OUTRIGHT
    return not is_named_outright and profile.share("organisation") < _SOME_ORGANISATIONS


_FEW_GIVEN = 0.1
"""Share of known given names below which names are taken for those of firms or works."""

_SOME_ORGANISATIONS = 0.1
"""Share of names with a word of organisations in them, at least, where the header is but "name"."""

_NAMED_OUTRIGHT = frozenset(fold(word) for word in NAMED_OUTRIGHT.split())


def _judge(profile: Profile, kind: Kind, record_id: str | None) -> Column:
    """One column by itself."""
    name = profile.name
    if name == record_id:
        return _column(name, Meaning.RECORD_ID, "names the record; never evidence")
    said = meaning_of(name, kind)
    refused = _why_no_evidence(profile, said)
    if refused:
        return _column(name, Meaning.IGNORED, refused)
    if kind is Kind.PERSONS and is_issuer(name):
        return _column(name, Meaning.ID_ISSUER, "says who issued a document")
    misfit = why_misfit(profile, said) if said else None
    if said and not misfit:
        return _read_as(profile, said, "its header says so")
    return _by_content(profile, kind, f"called like {said}, but {misfit}" if said else None)


def _by_content(profile: Profile, kind: Kind, misfit: str | None) -> Column:
    """One column by its values alone; ``misfit``: what its header claims and they do not bear out."""
    name, found = profile.name, by_content(profile, kind)
    if found is None:
        why = misfit or "neither header nor content is recognised"
        return _column(name, Meaning.IGNORED, why)
    if found[0] is Meaning.CATEGORY and is_quality(name) and kind is not Kind.WORKS:
        return _column(name, Meaning.IGNORED, "speaks of the row or of another column")
    return _read_as(profile, found[0], f"{misfit}; {found[1]}" if misfit else found[1])


def _why_no_evidence(profile: Profile, said: Meaning | None) -> str | None:
    """Why a column names rows or groups of rows instead of saying something of them."""
    header, words = fold(profile.name), words_of(profile.name)
    is_vague = said in (None, Meaning.NUMBER, Meaning.CODE, Meaning.CATEGORY)
    named_as_id = bool(words) and words[-1] in _ID_WORDS
    reasons = (
        (not profile.filled, "holds nothing"),
        (is_vague and header in TRUTH, "its header speaks of which records belong together"),
        (is_vague and header in TIMES, "dates the row"),
        (is_vague and profile.share("machine_id") > 0.8, "holds ids made by a machine"),
        (is_vague and (named_as_id or _SHORT_ID.fullmatch(header)), "named like an id"),
        (
            is_vague and profile.share("integer") > 0.95 and profile.variety > 0.95,
            "numbers the rows",
        ),
        (
            (is_vague or said in _OF_MANY)
            and profile.filled >= _ENOUGH_ROWS
            and profile.distinct <= 1,
            "is the same in every row",
        ),
    )
    return next((why for holds, why in reasons if holds), None)


_OF_MANY = frozenset({Meaning.STATE, Meaning.COUNTRY, Meaning.GENDER, Meaning.LANGUAGE})
"""What a whole table may have in common, and then says nothing of any record."""


def _without_others(columns: list[Column]) -> list[Column]:
    """Columns of a mother or an adviser say nothing of the record, where it has a name itself."""
    own = [c for c in columns if c.spec.means in _NAMES and not is_of_others(c.name)]
    if not own:
        return columns
    return [
        _column(c.name, Meaning.IGNORED, "is of another person") if is_of_others(c.name) else c
        for c in columns
    ]


_NAMES = (Meaning.GIVEN_NAME, Meaning.FAMILY_NAME, Meaning.FULL_NAME)

_ID_WORDS = frozenset(
    [
        "id",
        "ids",
        "uuid",
        "guid",
        "key",
        "pk",
        "fk",
        "index",
        "idx",
        "rownum",
        "rowid",
        "cluster",
        "group",
    ]
)
_SHORT_ID = re.compile(r"\w{0,3}id")


def _column(name: str, meaning: Meaning, why: str) -> Column:
    return Column(name, ColumnSpec(means=meaning), why)


def _read_as(profile: Profile, meaning: Meaning, why: str) -> Column:
    """A column with what reading it needs: dates' format, separators, the network of handles."""
    extra: dict[str, object] = {}
    formats = date_formats(profile) if meaning is Meaning.BIRTH_DATE else ()
    if formats:
        extra["format"] = formats if len(formats) > 1 else formats[0]
        why += f", dates written {' or '.join(formats)}"
    if meaning in MANY_VALUED or meaning in (Meaning.CREATOR, Meaning.STREET):
        if profile.lists.is_json:
            extra["json_list"] = True
        if profile.lists.separator:
            extra["separator"] = profile.lists.separator
        if profile.lists.is_list or extra.keys() & {"json_list", "separator"}:
            why += ", several in one cell"
    if meaning is Meaning.HANDLE and network_of(profile.name):
        extra["network"] = network_of(profile.name)
    return Column(profile.name, ColumnSpec(means=meaning, **extra), why)  # type: ignore[arg-type]


_SEVERAL = MANY_VALUED | {
    Meaning.IGNORED, Meaning.CATEGORY, Meaning.FREE_TEXT, Meaning.ID_NUMBER, Meaning.FULL_NAME,
    Meaning.GIVEN_NAME, Meaning.MIDDLE_NAME, Meaning.FAMILY_NAME, Meaning.NUMBER, Meaning.CODE,
    Meaning.CREATOR, Meaning.DESCRIPTION, Meaning.SERIES, Meaning.ORGANISATION,
}  # fmt: skip


def _settle(columns: Sequence[Column], profiles: Sequence[Profile], kind: Kind) -> list[Column]:
    """Columns in the light of each other: one street, one city, one birth date a record."""
    by_name = {p.name: p for p in profiles}
    taken: set[Meaning] = set()
    settled: dict[str, Column] = {}
    # what a header says outranks what the values of an earlier column look like
    for column in sorted(columns, key=lambda c: meaning_of(c.name, kind) is not c.spec.means):
        found = column
        if column.spec.means in taken and column.spec.means not in _SEVERAL:
            of_same = [
                by_name[c.name] for c in settled.values() if c.spec.means is column.spec.means
            ]
            found = _further(column, by_name[column.name], of_same, kind)
        settled[column.name] = found
        taken.add(found.spec.means)
    in_order = [settled[column.name] for column in columns]
    if kind is Kind.PERSONS:
        named = [_settle_name(c, by_name[c.name], taken) for c in in_order]
        return with_birth_parts(_with_family_name(named, by_name), by_name)
    if kind is Kind.ORGANISATIONS:
        return _with_one_name(in_order, by_name)
    if Meaning.TITLE in taken:
        return in_order
    return _with_title(in_order, by_name)


def _with_family_name(columns: list[Column], by_name: dict[str, Profile]) -> list[Column]:
    """Beside given names and no other, single words that vary most are family names."""
    means = {column.spec.means for column in columns}
    if Meaning.GIVEN_NAME not in means or means & {Meaning.FAMILY_NAME, Meaning.FULL_NAME}:
        return columns
    words = [c for c in columns if _may_be_family_name(c, by_name[c.name])]
    if not words:
        return columns
    most = max(words, key=lambda c: by_name[c.name].variety)
    chosen = _column(most.name, Meaning.FAMILY_NAME, "words that vary most, beside given names")
    return [chosen if column is most else column for column in columns]


def _may_be_family_name(column: Column, profile: Profile) -> bool:
    return (
        column.spec.means in (Meaning.IGNORED, Meaning.CATEGORY)
        and meaning_of(column.name, Kind.PERSONS) is None
        and _why_no_evidence(profile, None) is None
        and profile.share("letters") > 0.9
        and profile.words < 1.6
        and profile.variety > _FAMILIES
    )


_FAMILIES = 0.2
"""Family names per record, at least: fewer different words are towns or kinds of something."""


def _with_one_name(columns: list[Column], by_name: dict[str, Profile]) -> list[Column]:
    """Organisations go by the name that most records have; a former or a parent's may be beside."""
    names = [c for c in columns if c.spec.means is Meaning.ORGANISATION]
    if len(names) < 2:
        return columns
    main = max(names, key=lambda c: by_name[c.name].filled * by_name[c.name].variety)
    return [
        _column(
            c.name, Meaning.OTHER_NAME, f"a name beside {main.name}: counts where it agrees"
        )
        if c.spec.means is Meaning.ORGANISATION and c is not main
        else c
        for c in columns
    ]


def _with_title(columns: list[Column], by_name: dict[str, Profile]) -> list[Column]:
    """Works without a title column go by the text of most values, called a name if any is."""

    def rank(column: Column) -> tuple[bool, int]:
        return words_of(column.name)[-1:] == ["name"], by_name[column.name].distinct

    texts = [c for c in columns if c.spec.means is Meaning.DESCRIPTION]
    if not texts:
        return columns
    title = max(texts, key=rank)
    chosen = _column(title.name, Meaning.TITLE, "no title beside, and most values")
    return [chosen if column is title else column for column in columns]


def _further(column: Column, profile: Profile, before: Sequence[Profile], kind: Kind) -> Column:
    """A further column of something a record has but one of: its value elsewhere, or a second."""
    if kind is not Kind.WORKS:
        if all(_take_turns(profile, other) for other in before):
            why = f"{column.why}; filled where {before[0].name} is not"
            return Column(column.name, column.spec, why)
        is_address = kind is Kind.PERSONS and column.spec.means in OF_ADDRESS
        if is_address and side_of(column.name) not in {side_of(other.name) for other in before}:
            return Column(column.name, column.spec, f"{column.why}, of another address")
    return _second(column, profile, kind)


OF_ADDRESS = frozenset(
    {
        Meaning.STREET, Meaning.STREET_NUMBER, Meaning.CITY, Meaning.STATE, Meaning.POSTAL_CODE,
        Meaning.COUNTRY,
    }
)  # fmt: skip
"""Parts of an address, of which a record may have several."""

_BOTH_FILLED = 0.05
"""Share of a column's rows with a value in the other too, at most, for the two to take turns."""


def _take_turns(one: Profile, other: Profile) -> bool:
    """Whether two columns are the same value in rows of different origin."""
    both = (one.present & other.present).bit_count()
    fewer = min(one.present.bit_count(), other.present.bit_count())
    return both <= _BOTH_FILLED * fewer


def _second(column: Column, profile: Profile, kind: Kind) -> Column:
    """A further column of something a record has but one of."""
    meaning = column.spec.means
    if kind is Kind.WORKS and meaning is Meaning.TITLE:
        return _column(column.name, Meaning.DESCRIPTION, "a second title")
    if profile.share("letters") > 0.3 or profile.words > 1.2:
        return _column(column.name, Meaning.CATEGORY, f"a second {meaning}: compared by itself")
    return _column(column.name, Meaning.IGNORED, f"a second {meaning}")


def _settle_name(column: Column, profile: Profile, taken: set[Meaning]) -> Column:
    """``nom`` beside ``prénom`` is a family name; ``nome`` alone may be a whole name."""
    meaning = column.spec.means
    if (
        meaning is Meaning.FULL_NAME
        and Meaning.GIVEN_NAME in taken
        and Meaning.FAMILY_NAME not in taken
        and profile.words < 1.6
    ):
        return _column(column.name, Meaning.FAMILY_NAME, "one word, beside a given name")
    if (
        meaning is Meaning.GIVEN_NAME
        and Meaning.FAMILY_NAME not in taken
        and Meaning.FULL_NAME not in taken
        and profile.words > 1.6
    ):
        return _column(
            column.name, Meaning.FULL_NAME, "several words, and no family name beside"
        )
    return column

"""Which rows of a table are persons and which organisations, where it holds both.

A column says so by its words (``PERSON``, ``Organization``), or two kinds of names take turns: rows
that have a family name have no company's, and the other way round.

Belongs here: finding that a table is mixed, and by what. Does not belong here: resolving either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from dagster_project.identity.tabular.headers import fold
from dagster_project.identity.tabular.infer import infer_table
from dagster_project.identity.tabular.input_table import TABLE, cell
from dagster_project.identity.tabular.meanings import Kind, Meaning
from dagster_project.identity.tabular.organisation_words import NAMED_OUTRIGHT
from dagster_project.identity.tabular.profile import Profile

_WORDS: Mapping[Kind, str] = {
    Kind.PERSONS: (
        "person persons people individual individuals human private natural naturalperson consumer "
        "contact household personne particulier privat privatperson persona particular persoon"
    ),
    Kind.ORGANISATIONS: (
        "organization organisation organizations organisations org company companies business "
        "corporate corporation firm legal legalentity legalperson entity enterprise institution "
        "societe entreprise unternehmen firma organisatie bedrijf empresa azienda organizacion juristisch"
    ),
}

_KNOWN = 0.95
"""Share of the filled cells of a column that must be such words for it to tell the kinds apart."""

_BOTH_NAMED = 0.05
"""Share of rows with a person's and an organisation's name from which on the one is the other's
employer, and the rows are people."""

_SOME = 0.05
"""Share of rows that each kind must have: fewer are slips."""


@dataclass(frozen=True)
class KindsOfRows:
    """``organisations`` is SQL that holds for rows of organisations; the others are persons."""

    organisations: str
    why: str

    def rows_of(self, kind: Kind) -> str:
        """SQL that holds for the rows of a kind."""
        is_one = f"coalesce({self.organisations}, false)"
        return is_one if kind is Kind.ORGANISATIONS else f"not {is_one}"


def find_kinds_of_rows(
    connection: duckdb.DuckDBPyConnection, profiles: Sequence[Profile]
) -> KindsOfRows | None:
    """How to tell persons from organisations; nothing where the table is of one kind."""
    for profile in profiles:
        found = _told_by(connection, profile)
        if found:
            return found
    return _by_turns(connection, profiles)


def _told_by(connection: duckdb.DuckDBPyConnection, profile: Profile) -> KindsOfRows | None:
    """A column of which nearly all values are words for either kind."""
    if not profile.filled or profile.distinct > _FEW_VALUES:
        return None
    words = {kind: [fold(word) for word in text.split()] for kind, text in _WORDS.items()}
    value = f"regexp_replace(lower({cell(profile.name)}), '[^a-z]', '', 'g')"
    persons, organisations, filled = connection.execute(
        f"select count(*) filter (list_contains($1, {value})), "
        f"count(*) filter (list_contains($2, {value})), count({value}) from {TABLE}",
        [words[Kind.PERSONS], words[Kind.ORGANISATIONS]],
    ).fetchall()[0]
    if min(persons, organisations) < 2 or persons + organisations < _KNOWN * filled:
        return None
    listed = ", ".join(f"'{word}'" for word in words[Kind.ORGANISATIONS])
    return KindsOfRows(f"{value} in ({listed})", f"told by {profile.name}")


_FEW_VALUES = 12


def _by_turns(
    connection: duckdb.DuckDBPyConnection, profiles: Sequence[Profile]
) -> KindsOfRows | None:
    columns = infer_table(profiles, kind=Kind.PERSONS).columns
    persons = [c.name for c in columns if c.spec.means is Meaning.FAMILY_NAME]
    firms = [c.name for c in columns if fold(c.name) in _NAMED_OUTRIGHT]
    if not persons or not firms:
        return None
    person, firm = (
        f"coalesce({', '.join(cell(name) for name in names)}) is not null"
        for names in (persons, firms)
    )
    rows, either, both, alone = connection.execute(
        f"select count(*), count(*) filter ({person}), count(*) filter ({person} and {firm}), "
        f"count(*) filter ({firm} and not {person}) from {TABLE}"
    ).fetchall()[0]
    if both > _BOTH_NAMED * rows or min(either, alone) < max(2, _SOME * rows):
        return None
    return KindsOfRows(f"{firm} and not ({person})", f"told by {persons[0]} and {firms[0]}")


_NAMED_OUTRIGHT = frozenset(fold(word) for word in NAMED_OUTRIGHT.split())

"""Names and texts in plain Latin letters, each distinct value once."""

import unicodedata

from anyascii import anyascii

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.workspace import Workspace


def fold(text: str) -> str:
    """Letters of any script as lower-case ASCII; pictures and marks are dropped.

    ``Müller`` → ``muller``, ``Иван`` → ``ivan``, ``王小明`` → ``wang xiao ming``.
    """
    kept = "".join(c for c in text if unicodedata.category(c)[0] not in "SC")
    ascii_text = anyascii(kept)
    if not kept.isascii() and any(unicodedata.category(c) == "Lo" for c in kept):
        ascii_text = "".join(f" {c}" if c.isupper() else c for c in ascii_text)
    return ascii_text.lower()


def fold_values(work: Workspace, spec: IdentitySpec) -> None:
    """``work.fold``: distinct raw text of names → lower-case ASCII, null for placeholders.

    A placeholder inside a full name (``n/a Dupont``) goes; one of two letters may be a name's.
    """
    work.run(
        """
        create or replace table work.fold as
        with

        raw as (

            select given_name as raw from work.record
            union
            select family_name as raw from work.record
            union
            select full_name as raw from work.record

        )

        select
            raw,
            case
                when list_contains($1::varchar[], lower(trim(raw))) then null
                else lower(strip_accents(array_to_string(list_filter(
                    string_split(raw, ' '),
                    lambda word: length(word) < 3 or not list_contains($1::varchar[], lower(word))
                ), ' ')))
            end as folded
        from raw
        where raw is not null
        """,
        [list(spec.placeholders.texts)],
    )
    fold_rest(work, "work.fold", raw="raw", folded="folded")


def fold_rest(work: Workspace, table: str, *, raw: str, folded: str) -> None:
    """Finish in Python what ``strip_accents`` left: other scripts, ligatures, pictures."""
    rest = work.rows(
        rf"select {raw} from {table} where regexp_matches({folded}, '[^\x00-\x7F]')"
    )
    if not rest:
        return
    values = [str(row[0]) for row in rest]
    with work.columns("folded_rest", raw=values, folded=[fold(value) for value in values]):
        work.run(
            f"update {table} set {folded} = rest.folded from folded_rest as rest "
            f"where {table.rsplit('.', maxsplit=1)[-1]}.{raw} = rest.raw"
        )

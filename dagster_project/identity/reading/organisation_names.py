"""Names of organisations: the words that name it, its legal form, and what else it is called.

``Nord Studio S.à r.l. (formerly Atelier Nord)`` is ``nord studio``, ``sarl``, and once was
``atelier nord``. Legal forms are those of the entity-legal-form list (ISO 20275) that are common in
the countries of the vendors' customers, as CRMs write them.
"""

from dagster_project.identity.reading.folding import fold_rest
from dagster_project.identity.workspace import Workspace

LEGAL_FORMS: dict[str, tuple[str, ...]] = {
    "ltd": (
        "ltd", "limited", "co ltd", "co limited", "company limited", "company ltd", "pty ltd",
        "pte ltd", "pvt ltd", "private limited", "you xian gong si",
    ),
    "plc": ("plc", "public limited company"),
    "llp": ("llp", "lp"),
    "inc": ("inc", "incorporated", "corp", "corporation"),
    "llc": ("llc", "l l c"),
    "gmbh": ("gmbh", "mbh", "gesellschaft mit beschrankter haftung", "ggmbh"),
    "gmbh & co kg": ("gmbh & co kg", "gmbh und co kg", "gmbh & cie kg", "gmbh co kg"),
    "ug": ("ug", "ug haftungsbeschrankt", "unternehmergesellschaft"),
    "ag": ("ag", "aktiengesellschaft"),
    "kg": ("kg", "kommanditgesellschaft"),
    "ohg": ("ohg",),
    "se": ("se",),
    "ev": ("ev", "eingetragener verein"),
    "sarl": ("sarl", "sa rl", "s a r l", "societe a responsabilite limitee", "eurl"),
    "sas": ("sas", "sasu", "societe par actions simplifiee"),
    "sa": ("sa", "societe anonyme", "sociedad anonima"),
    "sci": ("sci",),
    "sl": ("sl", "slu", "sociedad limitada"),
    "srl": ("srl", "srls"),
    "spa": ("spa",),
    "lda": ("lda", "ltda"),
    "bv": ("bv",),
    "nv": ("nv",),
    "ab": ("ab", "aktiebolag"),
    "as": ("as", "asa"),
    "aps": ("aps",),
    "oy": ("oy", "oyj"),
    "sp zoo": ("sp zoo", "sp z oo", "sp z o o", "spolka z oo", "spolka z ograniczona odpowiedzialnoscia"),
    "spa pl": ("spolka akcyjna",),
    "sro": ("sro", "s r o"),
    "kft": ("kft",),
    "doo": ("doo",),
    "ae": ("ae", "anonymi etaireia"),
    "epe": ("epe",),
    "ike": ("ike",),
    "ooo": ("ooo",),
    "kk": ("kk", "kabushiki kaisha"),
}  # fmt: skip
"""Legal forms, and the ways they are written once dots are gone and letters are plain."""

IN_FRONT = ("sarl", "sas", "sa", "eurl", "sci", "ooo", "oao", "zao", "pt", "ets", "gmbh")
"""Forms that are written before the name as well."""

_FORMS = sorted({way for ways in LEGAL_FORMS.values() for way in ways}, key=len, reverse=True)
_AT_THE_END = f"( (?:{'|'.join(_FORMS)}))+$"
_AT_THE_START = f"^(?:{'|'.join(IN_FRONT)}) "

_ALSO = (
    r"(?:^|[ ,(–-])(?:formerly(?: known as)?|previously|f/?k/?a|vormals|ehemals|anciennement|"
    r"dawniej|t/a|trading as|d/?b/?a|doing business as|a/?k/?a|ex)[ :.]+([^()]{3,}?)\)?$"
)
"""What follows is another name of the same organisation, an earlier one or the one it trades by."""


def read_names(work: Workspace, names: str) -> None:
    """Make ``work.called`` (raw, core, legal_form, other) of the names that a select yields."""
    work.run(
        "create or replace table work.folded_name as select distinct raw, "
        f"lower(strip_accents(raw)) as folded from ({names}) as given(raw) where raw is not null"
    )
    fold_rest(work, "work.folded_name", raw="raw", folded="folded")
    forms = [(way, form) for form, ways in LEGAL_FORMS.items() for way in ways]
    work.run(
        _CALLED, [[way for way, _ in forms], [form for _, form in forms]]
    )  # the one table per distinct name
    work.run("drop table work.folded_name")


def _plain(text: str) -> str:
    """SQL: words with one blank between them, dots gone, ``&`` a word of its own."""
    bare = f"regexp_replace(replace(replace({text}, '.', ''), '&', ' & '), '[^a-z0-9&]+', ' ', 'g')"
    return f"trim(regexp_replace({bare}, ' +', ' ', 'g'))"


_CALLED = f"""
create or replace table work.called as
with

form as (select unnest($1::varchar[]) as way, unnest($2::varchar[]) as form),

parted as (

    select
        raw,
        {_plain(rf"regexp_replace(folded, '{_ALSO}', '')")} as plain,
        {_plain(rf"regexp_extract(folded, '{_ALSO}', 1)")} as other
    from work.folded_name

),

ended as (

    select
        raw,
        plain,
        other,
        trim(regexp_extract(plain, '{_AT_THE_END}')) as at_the_end,
        trim(regexp_extract(plain, '{_AT_THE_START}')) as at_the_start
    from parted

)

select
    ended.raw,
    -- a name that is nothing but a legal form is the name
    coalesce(
        nullif(trim(regexp_replace(regexp_replace(regexp_replace(
            ended.plain, '{_AT_THE_END}', ''), '{_AT_THE_START}', ''),
            ' (?:&|and|und|et) ', ' ', 'g')), ''),
        nullif(ended.plain, '')
    ) as core,
    coalesce(at_the_end.form, last_of.form, at_the_start.form) as legal_form,
    nullif(trim(regexp_replace(ended.other, '{_AT_THE_END}', '')), '') as other
from ended
left join form as at_the_end on ended.at_the_end = at_the_end.way
left join form as last_of on regexp_extract(ended.at_the_end, '[^ ]+$') = last_of.way
left join form as at_the_start on ended.at_the_start = at_the_start.way
"""

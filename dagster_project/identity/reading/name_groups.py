"""Given names that stand for one another, and family names that are spellings of one."""

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.reading.folding import fold
from dagster_project.identity.workspace import Workspace


def write_name_groups(work: Workspace, spec: IdentitySpec) -> None:
    """Make ``work.nickname``, ``work.family_group`` and ``work.family_pair``: the spec's alone."""
    _write_groups(work, spec)
    work.run(_FAMILY_PAIRS)


def write_nick_pairs(work: Workspace) -> None:
    """Make ``work.nick_pair`` of the names in ``work.name``."""
    work.run(_NICK_PAIRS)


def _write_groups(work: Workspace, spec: IdentitySpec) -> None:
    """``work.nickname``: short form → full names; ``work.family_group``: spelling → family."""
    pairs = sorted({(nick, group[0]) for group in spec.nickname_groups for nick in group})
    work.run("create or replace table work.nickname (nick varchar, root varchar)")
    if pairs:
        work.run(
            "insert into work.nickname select unnest($1::varchar[]), unnest($2::varchar[])",
            [[fold(nick).replace("-", "") for nick, _ in pairs],
             [fold(root).replace("-", "") for _, root in pairs]],
        )  # fmt: skip

    families = sorted(
        {
            (member, group[0].removeprefix("zh:"), group[0].startswith("zh:"))
            for group in spec.family_groups
            for member in (group[0].removeprefix("zh:"), *group[1:])
        }
    )
    work.run(
        "create or replace table work.family_group "
        "(family varchar, root varchar, is_two_namings boolean)"
    )
    if families:
        work.run(
            "insert into work.family_group "
            "select unnest($1::varchar[]), unnest($2::varchar[]), unnest($3::boolean[])",
            [list(column) for column in zip(*families, strict=True)],
        )


_FAMILY_PAIRS = """
create or replace table work.family_pair as
select distinct l.family as l, r.family as r
from work.family_group as l
inner join work.family_group as r on l.root = r.root and l.family <> r.family
"""

_NICK_PAIRS = """
create or replace table work.nick_pair as
with

rooted as (

    select given, unnest(roots) as root
    from (select distinct given, roots from work.name where given is not null)

)

select distinct l.given as l, r.given as r
from rooted as l
inner join rooted as r on l.root = r.root and l.given <> r.given
"""

"""E-mail addresses: their grammar, user part and domain, placeholders and role mailboxes."""

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.plain_text import trimmed
from dagster_project.identity.workspace import Workspace

LONGEST_EMAIL = 320
"""Characters of an address by RFC 3696: what is longer is none."""


def read_emails(work: Workspace, spec: IdentitySpec) -> None:
    """``work.email``: distinct address → canonical address, user part, domain and flag."""
    local = "local_part"
    if spec.emails.ignore_plus_tags:
        local = (
            "case when contains(local_part, '+') "
            "then regexp_replace(local_part, '(.)[+].*$', '\\1') else local_part end"
        )
    work.run(
        f"""
        create or replace table work.email as
        with

        divided as (

            select
                value_norm,
                case when contains(value_norm, '@') then split_part(value_norm, '@', -1) else '' end
                    as domain
            from (
                select distinct lower({trimmed("value_norm")}) as value_norm
                from work.gathered
                where kind = 'email'
            )

        ),

        split as (

            select
                value_norm,
                case when contains(value_norm, '@')
                    then left(value_norm, length(value_norm) - length(domain) - 1) else '' end
                    as local_part,
                domain,
                regexp_matches(
                    value_norm, '^[^@\\s,;<>]+@[a-z0-9\\x80-\\x{{10FFFF}}]([a-z0-9\\x80-\\x{{10FFFF}}.-]*)[.][a-z\\x80-\\x{{10FFFF}}]{{2,}}$'
                ) and length(value_norm) <= {LONGEST_EMAIL} as is_well_formed
            from divided

        ),

        untagged as (

            select
                *,
                case
                    when list_contains($1::varchar[], domain) then replace({local}, '.', '')
                    else {local}
                end as user_part,
                case when domain = 'googlemail.com' then 'gmail.com' else domain end as host
            from split

        )

        select
            value_norm,
            case when is_well_formed then user_part || '@' || host else value_norm end as canonical,
            case when is_well_formed then user_part end as user_part,
            case when is_well_formed then host end as domain,
            case
                when
                    list_contains($2::varchar[], value_norm)
                    or list_contains($3::varchar[], user_part)
                    or list_contains($4::varchar[], value_norm)
                    then 'placeholder'
                when not is_well_formed then 'malformed'
                when list_contains($5::varchar[], regexp_replace(user_part, '[-_.0-9]+$', ''))
                    then 'role'
            end as flag
        from untagged
        """,
        [
            list(spec.emails.dotless_domains),
            list(spec.placeholders.emails),
            list(spec.placeholders.email_users),
            list(spec.placeholders.texts),
            list(spec.emails.role_names),
        ],
    )

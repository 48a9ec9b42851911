"""Postal addresses in folded words."""

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.plain_text import PLAIN_NAME, replaced
from dagster_project.identity.reading.folding import fold_rest
from dagster_project.identity.workspace import Workspace


def read_addresses(work: Workspace, spec: IdentitySpec) -> None:
    """``work.address``: folded street, city and postal code of every record that has any."""
    work.run(
        """
        create or replace table work.place as
        select
            raw,
            case
                when list_contains($1::varchar[], lower(trim(raw))) then null
                else lower(strip_accents(raw))
            end as folded
        from (
            select address.street as raw
            from intermediate.int_contact_addresses as address
            semi join work.record on address.record_id = record.record_id
            union
            select address.city as raw
            from intermediate.int_contact_addresses as address
            semi join work.record on address.record_id = record.record_id
        )
        where raw is not null
        """,
        [list(spec.placeholders.texts)],
    )
    fold_rest(work, "work.place", raw="raw", folded="folded")
    has_several = work.count(_SEVERAL) > 0
    work.run(_ADDRESSES.format(distinct="distinct" if has_several else ""))


_KINDS_OF_STREETS = {
    "street": "st", "str": "st", "strasse": "st", "avenue": "av", "ave": "av", "road": "rd",
    "boulevard": "bd", "blvd": "bd",
}  # fmt: skip

_PARTS_OF_HOUSES = ("flat", "apartment", "apt", "unit", "appt")
"""Words beside a number that people write or leave out."""

_SHORT = " ".join(f"when '{word}' then '{short}'" for word, short in _KINDS_OF_STREETS.items())

_WORDS = replaced("folded", "[^a-z0-9]+", " ", unless=PLAIN_NAME)

_ADDRESSES = f"""
create or replace table work.address as
with

shortened as (

    select
        raw,
        nullif(array_to_string(list_transform(
            list_filter(
                string_split({_WORDS}, ' '), lambda w: w not in {("", *_PARTS_OF_HOUSES)}
            ),
            lambda w: case w {_SHORT} else w end
        ), ' '), '') as text
    from work.place

)

select {{distinct}}
    record.rid,
    street.text as street,
    city.text as city,
    nullif({replaced("lower(address.postal_code)", "[^a-z0-9]+", "", unless="^[a-z0-9]*$")}, '')
        as postal_code
from intermediate.int_contact_addresses as address
inner join work.record on address.record_id = record.record_id
left join shortened as street on address.street = street.raw
left join shortened as city on address.city = city.raw
where street.text is not null or city.text is not null or address.postal_code is not null
"""

_SEVERAL = "(select record_id from intermediate.int_contact_addresses group by record_id having count(*) > 1 limit 1)"
"""A record that may say one address twice."""

"""Postal addresses in folded words."""

from dagster_project.config.identity import IdentitySpec
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
    work.run(_ADDRESSES)


_ADDRESSES = """
create or replace table work.address as
with

words as (

    select
        raw,
        trim(regexp_replace(folded, '[^a-z0-9]+', ' ', 'g')) as text
    from work.place

),

shortened as (

    select
        raw,
        nullif(trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
            ' ' || text || ' ',
            ' (street|str|strasse) ', ' st ', 'g'),
            ' (avenue|ave) ', ' av ', 'g'),
            ' road ', ' rd ', 'g'),
            ' (boulevard|blvd) ', ' bd ', 'g'),
            ' (flat|apartment|apt|unit|appt) ', ' ', 'g')), '') as text
    from words

)

select distinct
    record.rid,
    street.text as street,
    city.text as city,
    nullif(regexp_replace(lower(address.postal_code), '[^a-z0-9]+', '', 'g'), '') as postal_code
from intermediate.int_contact_addresses as address
inner join work.record on address.record_id = record.record_id
left join shortened as street on address.street = street.raw
left join shortened as city on address.city = city.raw
where street.text is not null or city.text is not null or address.postal_code is not null
"""

"""The demo world's contact records as one flat table, for time and memory at any size.

Belongs here: flattening, and the skewed variant. Does not belong here: building the world.
"""

from pathlib import Path

import duckdb

from dagster_project.engines.duckdb.session import EngineOptions, quoted, session
from dagster_project.identity.benchmark.sets import LabelledSet, Prepared

RECORDS_PER_PERSON = 2.4
"""Contact records that the demo world has of one person, on average."""

NETWORKS = ("x", "mastodon", "bluesky", "instagram", "facebook")


def world_set(records: int, *, skewed: bool) -> LabelledSet:
    """What the world of so many records is called; its settings go by ``world``."""
    name = f"world_{records}" + ("_skewed" if skewed else "")
    return LabelledSet(name, "persons", None, "person_id", settings="world")


def flatten(
    world: Path, workdir: Path, *, skewed: bool, seed: int, options: EngineOptions
) -> Prepared:
    """One row per person's or mailbox's record, with random ids, in random order.

    ``skewed``: one postal code holds a quarter of all records, as a default value of some form
    would. People keep one postal code or the other on all their records.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    prepared = Prepared(workdir / "table.parquet", workdir / "truth.parquet", 0)
    with session(options=options) as connection:
        connection.execute("set preserve_insertion_order = true")
        connection.execute(_flat_sql(world, skewed=skewed, seed=seed))
        for file, columns in (
            (prepared.table, "* exclude (person_id)"),
            (prepared.truth, "unique_id, person_id"),
        ):
            _write(connection, columns, file)
        rows = connection.execute("select count(*) from flat").fetchall()[0][0]
    return Prepared(prepared.table, prepared.truth, int(rows))


def _write(connection: duckdb.DuckDBPyConnection, columns: str, file: Path) -> None:
    connection.execute(
        f"copy (select {columns} from flat order by unique_id) to '{quoted(str(file))}' "
        "(format parquet)"
    )


def _flat_sql(world: Path, *, skewed: bool, seed: int) -> str:
    def scan(part: str) -> str:
        return f"read_parquet('{quoted(str(world / part))}')"

    handles = ", ".join(
        f"list(value_norm order by value_norm) filter (kind = 'handle' and network = '{network}')"
        f" as {network}_handle"
        for network in NETWORKS
    )
    postal_code = "postal_code"
    if skewed:
        person = "coalesce(truth.person_id::varchar, record.record_id)"
        postal_code = f"case when hash({person}) % 4 = 0 then '10115' else postal_code end"
    return f"""
        create table flat as
        with

        points as (

            select
                record_id,
                list(value_norm order by value_norm) filter (kind = 'email') as emails,
                list(value_norm order by value_norm) filter (kind = 'phone') as phones,
                list(value_norm order by value_norm) filter (kind = 'url') as websites,
                {handles}
            from {scan("contacts/int_contact_identifiers.parquet")}
            group by record_id

        ),

        places as (

            select
                record_id,
                any_value(street) as street,
                any_value(city) as city,
                any_value(postal_code) as postal_code
            from {scan("contacts/int_contact_addresses.parquet")}
            group by record_id

        )

        select
            left(md5(record.record_id || '|{seed}'), 16) as unique_id,
            truth.person_id,
            record.source,
            record.given_name,
            record.family_name,
            record.full_name,
            record.birth_date::varchar as birth_date,
            record.organisation,
            record.country,
            points.* exclude (record_id),
            places.street,
            places.city,
            {postal_code} as postal_code
        from {scan("contacts/int_contact_records.parquet")} as record
        inner join {scan("truth/records.parquet")} as truth using (record_id)
        left join points using (record_id)
        left join places using (record_id)
        where truth.person_id is not null
    """

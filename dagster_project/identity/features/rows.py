"""One row of features per record, put together of all that is known of it.

Belongs here: how the row is put together. Does not belong here: what its values are and where
they come from (``values``, ``aliases``, ``tf_weight``).
"""

from dataclasses import dataclass, field

from dagster_project.identity.features.term_frequency import TF_WEIGHT_COLUMNS, tf_weighed
from dagster_project.identity.workspace import Workspace

OTHER_COLUMNS = 3
"""Columns of unknown meaning that are compared: those with the most values."""


@dataclass(frozen=True)
class _Part:
    """What one table says of records, one row each of those it knows.

    ``columns``: name and type, separated by commas, for when it knows nobody. ``weighed``: per
    field of the statistics the column whose values it counts. ``sql``: where the table has more
    than one row of a record.
    """

    name: str
    table: str
    columns: str
    weighed: dict[str, str] = field(default_factory=dict)
    sql: str | None = None

    def cte(self, *, is_empty: bool) -> str:
        """Its rows, and one without values for every record it does not know.

        So that all parts are joined without outer joins: each would cut the engine's batches in
        two, and all that follows pays for every piece. A table of nobody is one row for all.
        """
        if is_empty:
            typed = [
                *self.columns.split(", "),
                *(f"{f}_tf_weight smallint" for f in self.weighed),
            ]
            nulls = (f"null::{kind} as {name}" for name, kind in map(str.split, typed))
            return f"{self.name} as (select {', '.join(nulls)})"
        rows = self.sql or f"from {self.table}"
        return (
            f"known_{self.name} as ({tf_weighed(rows, self.weighed)}), {self.name} as ("
            f"from known_{self.name} union all by name "
            f"from everybody anti join known_{self.name} using (rid))"
        )

    def join(self, *, is_empty: bool) -> str:
        """How it comes to a record's row."""
        return (
            f"cross join {self.name}"
            if is_empty
            else f"inner join {self.name} on record.rid = {self.name}.rid"
        )


# At most two values of a kind; a record with more is looked up by its blocking keys.
_PARTS = (
    _Part(
        "contact", "work.identifier",
        "email_first varchar, email_last varchar, phone_first varchar, networks bigint",
        sql="""
            select
                rid,
                min(canonical) filter (kind = 'email') as email_first,
                nullif(
                    max(canonical) filter (kind = 'email'), min(canonical) filter (kind = 'email')
                ) as email_last,
                min(canonical) filter (kind = 'phone') as phone_first,
                bit_or(1::bigint << (hash(network) % 60)::integer)
                    filter (kind = 'handle' and flag is null) as networks
            from work.identifier
            where flag is null or flag = 'shared'
            group by rid
        """,
    ),
    _Part(
        "domain", "work.domain", "domain_1 ubigint, domain_2 ubigint",
        sql="""
            select rid, min(hash(domain)) as domain_1, max(hash(domain)) as domain_2
            from work.domain
            group by rid
        """,
    ),
    _Part(
        "alias", "work.alias", "letters varchar",
        sql="select rid, min(letters) as letters from work.alias where length(letters) >= 4 group by rid",
    ),
    _Part(
        "spelled", "work.spelled_tf_weight",
        "tf_weight smallint, family_tf_weight smallint, given_tf_weight smallint",
    ),
    _Part(
        "birth", "work.birth",
        "birth_digits varchar, birth_year smallint, birth_month tinyint, birth_day tinyint, "
        "birth_digit_sum tinyint",
        {"birth": "birth_digits"},
    ),
    _Part(
        "place", "work.point",
        "postal_1 ubigint, postal_2 ubigint, city_1 ubigint, city_2 ubigint, city varchar, "
        "postal_code varchar, postal_area varchar, street varchar",
        {"postal": "postal_1", "city": "city_1"},
    ),
    _Part("employer", "work.company", "company varchar", {"company": "company"}),
    _Part(
        "fact", "work.fact",
        "gender varchar, occupation varchar, birth_place varchar, id_number varchar, "
        "other_1 varchar, other_2 varchar, other_3 varchar",
        {name: name for name in ("birth_place", "occupation", "other_1", "other_2", "other_3")},
    ),
)  # fmt: skip


def write_rows(work: Workspace, single_sources: list[str]) -> None:
    """Make ``work.feature``; ``single_sources`` are those with one record per person."""
    filled = {
        name
        for name, has_rows in work.rows(
            " union all ".join(
                f"select '{part.name}', exists (from {part.table})" for part in _PARTS
            )
        )
        if has_rows
    }
    parts = ", ".join(part.cte(is_empty=part.name not in filled) for part in _PARTS)
    joins = " ".join(part.join(is_empty=part.name not in filled) for part in _PARTS)
    with work.joins_as_written():
        work.run(_ROWS.format(parts=parts, joins=joins), [single_sources])


_ROWS = f"""
create or replace table work.feature as
with

everybody as (select rid from work.record where not is_mailbox),

{{parts}},

weights as (

    select name_id, tf_weight, family_tf_weight, given_tf_weight from work.tf_weight
    union all by name
    select name_id, word_tf_weight from work.word_tf_weight

),

weighed as (

    select name.*, weights.* exclude (name_id)
    from work.name
    left join weights on name.name_id = weights.name_id

)

select
    record.rid,
    name.name_id,
    name.given,
    name.family,
    name.name,
    name.word_count,
    nullif(array_to_string(name.middle_words, ' '), '') as middle,
    case when name.word_count >= 1 then hash(name.words[1]) end as word_1,
    case when name.word_count >= 2 then hash(name.words[2]) end as word_2,
    case when name.word_count >= 3 then hash(name.words[3]) end as word_3,
    case when name.word_count >= 4 then hash(name.words[4]) end as word_4,
    name.initial,
    name.family_root,
    name.family_sound,
    name.is_two_namings,
    name.is_western_given,
    name.generation,
    coalesce(name.tf_weight, spelled.tf_weight, 0)::smallint as tf_weight,
    coalesce(name.family_tf_weight, spelled.family_tf_weight, 0)::smallint
        as family_tf_weight,
    coalesce(name.given_tf_weight, spelled.given_tf_weight, 0)::smallint as given_tf_weight,
    coalesce(name.word_tf_weight, 0)::smallint as word_tf_weight,
    alias.letters,
    contact.email_first,
    contact.email_last,
    contact.phone_first,
    contact.networks,
    birth.birth_year,
    birth.birth_month,
    birth.birth_day,
    birth.birth_digits,
    birth.birth_digit_sum,
    place.postal_1,
    place.postal_2,
    place.postal_code,
    place.postal_area,
    place.city_1,
    place.city_2,
    place.city,
    place.street,
    employer.company,
    domain.domain_1,
    domain.domain_2,
    upper(nullif(trim(record.country), '')) as country,
    fact.gender,
    fact.id_number,
    fact.birth_place,
    fact.occupation,
    fact.other_1,
    fact.other_2,
    fact.other_3,
    {", ".join(f"coalesce({column}, 0)::smallint as {column}" for column in TF_WEIGHT_COLUMNS)},
    case when record.is_living and list_contains($1::varchar[], record.source) then record.source end
        as single_source
from work.record
{{joins}}
left join weighed as name
    on hash(record.given_name, record.family_name, record.full_name) = name.name_id
where not record.is_mailbox
"""

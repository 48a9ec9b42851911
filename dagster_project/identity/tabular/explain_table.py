"""What a resolved table leaves in the engine, in the shape that explanations of the warehouse read.

The same words for both: a pair of a table is explained by ``steward``, over its records' own ids.
"""

import duckdb

from dagster_project.identity.workspace import Workspace


def keep_for_questions(connection: duckdb.DuckDBPyConnection) -> Workspace:
    """Make schema ``kept`` of the tables that ``resolve_table`` left; explaining overwrites those."""
    connection.execute("attach if not exists ':memory:' as kept")
    connection.execute(_RECORDS)
    for table in ("edge", "pattern_weight", "must_link", "limit_act", "identifier", "address"):
        connection.execute(f"create or replace table kept.{table} as from work.{table}")
    connection.execute(_CONCLUDED)
    return Workspace(connection)


_RECORDS = """
create or replace table kept.record as
select record.* replace (name.record_id as record_id)
from work.record as record
inner join input.record_name as name on record.rid = name.rid
"""

_CONCLUDED = """
create or replace table kept.named as
select name.record_id, said.customer_id
from input.customer_of_rid as said
inner join input.record_name as name on said.rid = name.rid;

create or replace table kept.redirect (customer_id varchar, redirects_to varchar);

create or replace table kept.judgement (
    number bigint, author varchar, verdict varchar, record_id_l varchar, record_id_r varchar
)
"""

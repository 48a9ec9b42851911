"""A root with published files made by hand: invented people, the columns that readers use."""

from pathlib import Path

import duckdb

from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.domain.root import Root
from dagster_project.publish.generations import ProductFolder

CUSTOMERS = """
create table customer_360 as
select * from (values
    ('c1', 'Ada Kestrel', 'ada@example.org', 2, timestamptz '2026-10-01 10:00:00+00'),
    ('c2', null, 'bo@example.org', 1, timestamptz '2026-10-02 10:00:00+00')
) as rows(customer_id, full_name, email, source_count, last_changed_at)
"""


def publish(root: Root, consumer: str, sql: str, *, name: str) -> None:
    """Put a generation of a consumer's product in force, as a run does."""
    folder = ProductFolder(root, consumer)
    with duckdb.connect(str(folder.begin() / f"{consumer}.duckdb")) as connection:
        connection.execute(sql)
    folder.settle(name)
    folder.flip(name)
    folder.finish()


def published_root(path: Path) -> Root:
    """A root whose ``crm`` has two customers."""
    root = Root(path)
    path.mkdir(parents=True, exist_ok=True)
    prepare_root(root, RootKind.COMPANY)
    publish(root, "crm", CUSTOMERS, name=generation(1))
    return root


def generation(serial: int) -> str:
    """A generation's name."""
    return f"{serial:06d}-20261001T100000Z-0000000{serial}"

"""Erasing people from a root that has run: nothing of them is left, nothing comes back."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from dagster_project.config.sources import read_sources
from dagster_project.definitions import RunOutcome
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.writer_lock import writer_lock
from dagster_project.privacy.erase import Company, erase
from dagster_project.privacy.places import place_of
from dagster_project.privacy.queue import ask, read_queue
from dagster_project.privacy.receipt import Receipt
from dagster_project.privacy.requests import Request
from dagster_project.privacy.scan import scan
from dagster_project.privacy.work_off import work_off
from dagster_project.settings import read_settings
from dagster_project.sources.catalogue import STREAMS
from tests.pipeline.conftest import rows_loaded, run_root

PEOPLE = 30
"""How many of the world's customers are erased in one queue."""


def company(root: Root) -> Company:
    settings = read_settings(root.path)
    sources = read_sources(settings.config_dir / "sources.yml", streams=STREAMS)
    return Company(root, sources, STREAMS, options=settings.engine)


def ask_warehouse(root: Root, question: str, *values: object) -> list[tuple[object, ...]]:
    with duckdb.connect(str(root.database), read_only=True) as connection:
        return connection.execute(question, list(values)).fetchall()


def some_customers(root: Root, how_many: int) -> list[str]:
    """Customers by chance, the same each time."""
    rows = ask_warehouse(
        root,
        f"select customer_id from marts.customer_360 order by hash(customer_id) limit {how_many}",
    )
    return [str(customer) for (customer,) in rows]


def what_names(root: Root, customers: list[str]) -> list[str]:
    """Everything that names these customers and nobody else: ids, addresses, numbers, handles."""
    rows = ask_warehouse(root, _NAMES, customers)
    return [str(value) for (value,) in rows]


_NAMES = """
with
theirs as (
    select record_id from identity.customer_xref where list_contains($1, customer_id)
),
held as (
    select record_id, value_raw as value from intermediate.int_contact_identifiers
    union all
    select record_id, value_norm from intermediate.int_contact_identifiers
    union all
    select record_id, native_id from intermediate.int_contact_records
),
others as (
    select lower(value) as value from held where record_id not in (from theirs)
    union all
    select lower(value_norm) from identity.record_identifiers
    where record_id not in (from theirs)
    union all
    select lower(split_part(value_norm, '@', 1)) from intermediate.int_contact_identifiers
    where kind = 'handle' and record_id not in (from theirs)
    union all select lower(phone) from intermediate.int_accounts where phone is not null
    union all select '+' || regexp_replace(phone, '[^0-9]', '', 'g')
    from intermediate.int_accounts where phone is not null
    union all
    select lower(raw.value_raw)
    from intermediate.int_contact_identifiers as raw
    inner join identity.record_identifiers as canonical
        on canonical.record_id = raw.record_id and canonical.kind = raw.kind
    where canonical.value_norm in (
        select value_norm from identity.record_identifiers where record_id not in (from theirs)
        union all
        select '+' || regexp_replace(phone, '[^0-9]', '', 'g')
        from intermediate.int_accounts where phone is not null
    )
)
select distinct value from held
where record_id in (from theirs)
    and lower(value) not in (select value from others where value is not null)
union select record_id from theirs
union select unnest($1)
"""

_OTHERS = {
    "marts.dim_customer": "* exclude (identity_confidence, last_changed_at, _version)",
    "marts.customer_identifiers": "* exclude (is_shared, _version)",
    "marts.customer_consent": "*",
    "marts.fct_email_event": "* exclude (_version)",
    "identity.customer_xref": "record_id, customer_id",
}
"""What must be as it was for everybody else. A value that somebody erased held too is shared no
longer, which moves confidences; a deal of several people counts for those who are left."""


def rows_of_others(root: Root, customers: list[str]) -> dict[str, int]:
    """A hash of the rows of everybody else, by table."""
    return {
        table: int(
            str(
                ask_warehouse(
                    root,
                    f"select coalesce(sum(hash(rows::varchar)::hugeint), 0) from ("
                    f"select {columns} from {table} "
                    "where customer_id is null or not list_contains($1, customer_id)) as rows",
                    customers,
                )[0][0]
            )
        )
        for table, columns in _OTHERS.items()
    }


def deliver_again(before: Root, root: Root) -> None:
    """Put every original back into the inbox as it was; the networks still have everybody, too."""
    for folder in sorted((before.inbox / "loaded").iterdir()):
        for file in sorted(folder.iterdir()):
            shutil.copyfile(file, root.inbox / folder.name / file.name)
    shutil.copytree(before.path / "api", root.path / "api", dirs_exist_ok=True)


def found(root: Root, values: Iterable[str], *, but: str) -> list[str]:
    """Where values stand, besides one folder."""
    return [
        f"{hit.file.relative_to(root.path)} {hit.within}"
        for hit in scan(root.path, values)
        if hit.file.relative_to(root.path).parts[0] != but
    ]


@pytest.fixture(scope="module")
def erased(
    first_run: tuple[Root, RunOutcome], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Root, list[str], list[str], Receipt]:
    """A copy of the root, from which a queue of people was erased: it, who, what named them."""
    root = Root(tmp_path_factory.mktemp("erased") / "root")
    shutil.copytree(first_run[0].path, root.path, symlinks=True)
    customers = some_customers(root, PEOPLE)
    names = what_names(root, customers)
    for customer in customers:
        ask(root, Request(customer=customer))
    with writer_lock(root, "test"):
        receipt = work_off(company(root))
    assert receipt is not None
    return root, customers, names, receipt


Erased = tuple[Root, list[str], list[str], Receipt]


def test_every_file_of_a_root_stands_in_a_declared_place(
    first_run: tuple[Root, RunOutcome],
) -> None:
    root, _ = first_run

    strays = [f for f in root.path.rglob("*") if f.is_file() and place_of(root, f) is None]

    assert strays == []


def test_nothing_of_a_queue_of_people_is_left_in_any_byte(
    erased: Erased, first_run: tuple[Root, RunOutcome]
) -> None:
    root, _, names, _ = erased

    assert len(scan(first_run[0].published, names)) > 10
    assert found(root, names, but="none") == []
    assert read_queue(root) == ()


def test_the_receipt_says_what_went_and_names_nobody(erased: Erased) -> None:
    root, customers, names, receipt = erased
    file = root.audit / "erasures" / f"{receipt.name}.json"

    assert receipt.customers == len(customers)
    assert sum(int(str(r["landed_rows"])) for r in receipt.requests) == sum(
        receipt.landed.values()
    )
    assert {p.place for p in receipt.places} >= {
        "landing", "warehouse", "identity state", "published", "inbox", "evidence",
    }  # fmt: skip
    assert json.loads(file.read_text())["name"] == receipt.name
    assert not any(name in file.read_text() for name in names)
    assert list((root.state / "erasure").iterdir()) == []


def test_readers_see_a_product_without_them_and_no_older_one(erased: Erased) -> None:
    root, customers, _, _ = erased
    with duckdb.connect(str(root.published / "crm.duckdb"), read_only=True) as product:
        left = product.execute("select count(*) from customer_360").fetchall()[0][0]
        theirs = product.execute(
            "select count(*) from customer_360 where list_contains(?, customer_id)", [customers]
        ).fetchall()[0][0]

    assert (left > 50, theirs) == (True, 0)
    assert (
        len([p for p in (root.published / "crm").iterdir() if p.is_dir()]) == 2
    )  # and `current`


def test_old_exports_bring_nobody_back_and_everybody_else_is_as_before(
    erased: Erased, first_run: tuple[Root, RunOutcome], tmp_path: Path
) -> None:
    left, customers, names, _ = erased
    root = Root(tmp_path / "root")
    shutil.copytree(left.path, root.path, symlinks=True)
    before = rows_of_others(first_run[0], customers)
    deliver_again(first_run[0], root)

    outcome = run_root(root)

    assert rows_loaded(outcome) == 0
    assert found(root, names, but="api") == []
    assert rows_of_others(root, customers) == before


def test_a_root_nobody_has_run_is_erased_by_identifier(tmp_path: Path) -> None:
    root = Root(tmp_path)
    for folder in (root.state, root.landing, root.audit, root.inbox / "crm"):
        folder.mkdir(parents=True)
    waiting = root.inbox / "crm" / "new.csv"
    waiting.write_text("Id,Email\n1,ada@example.org\n2,bo@example.org\n")

    with writer_lock(root, "test"):
        erase(Company(root, (), STREAMS), [Request(identifier="Ada@example.org")], name="early")

    assert waiting.read_text() == "Id,Email\n2,bo@example.org\n"
    assert scan(tmp_path, ["ada@example.org"]) == ()

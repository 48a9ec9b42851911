"""Ids, names, paths and arguments that are SQL or lead elsewhere: data they stay, or they are refused."""

from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from dagster_project.config.consumers import read_consumers
from dagster_project.config.roots import RootKind, prepare_root
from dagster_project.config.sources import read_sources
from dagster_project.domain.errors import ConfigError, Customer360Error
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import EngineOptions
from dagster_project.privacy.queue import ask, read_queue, take_out
from dagster_project.privacy.requests import Request
from dagster_project.publish.publication import publish
from dagster_project.sources.catalogue import STREAMS
from dagster_project.viewer.customer import find_customers
from dagster_project.viewer.product import Product
from tests.unit.publish.company import build_warehouse, change, crm, design, read
from tests.unit.publish.test_masks import CLASSES, masked

EVIL = (
    "'; drop table customer_360; --",
    '"; drop table customer_360; --',
    "' or '1'='1",
    "%' union select 1 --",
    "$1 ? :name {x} %s",
    "../../etc/passwd",
    "c1\n\r\t\x00x"[:5],
    "`$(touch /tmp/owned)`",
)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    prepare_root(root, RootKind.COMPANY)
    build_warehouse(root, customers=len(EVIL))
    with duckdb.connect(str(root.database)) as connection:
        for number, evil in enumerate(EVIL, 1):
            for table in ("customer_360", "customer_xref", "fct_message"):
                connection.execute(
                    f"update marts.{table} set customer_id = ? where customer_id = ?",
                    [evil, f"c{number}"],
                )
    return root


def test_ids_that_are_sql_are_published_as_they_are(root: Root) -> None:
    first = publish(root, crm())
    change(
        root, "update marts.customer_360 set email = 'x@example.org' where full_name like '%1'"
    )
    second = publish(root, crm())

    ids = {
        row[0]
        for row in read(root.published / "crm.duckdb", "select customer_id from customer_360")
    }
    assert ids == set(EVIL)
    assert first.rows == second.rows


def test_ids_that_are_sql_are_hashed_like_others(root: Root) -> None:
    publish(root, masked(), classes=lambda: CLASSES)

    rows = read(
        root.published / "care.duckdb", "select distinct customer_key from customer_360"
    )
    assert len(rows) == len(EVIL)


@pytest.mark.parametrize("evil", EVIL)
def test_who_is_looked_for_is_a_value_and_no_statement(root: Root, evil: str) -> None:
    change(
        root,
        "create table marts.identity_redirects as select 'x' as customer_id, 'y' as resolves_to "
        "where false; create table marts.customer_identifiers as select customer_id, "
        "'email' as kind, email as identifier, email as value_norm from marts.customer_360; "
        "create table marts.dim_customer as select *, '' as given_name, '' as family_name "
        "from marts.customer_360",
    )
    publish(root, crm())

    with Product(root, "crm", options=EngineOptions(1, "1GB")) as product:
        try:
            found = find_customers(product, evil).customers
        except Customer360Error:
            found = ()
        answer = product.ask("select count(*) from customer_360")
        left = list(answer.rows) if answer else []

    assert set(found) <= {evil, evil.strip()}
    assert left == [(len(EVIL),)]


@pytest.mark.parametrize("name", ["it's", 'a "b"', "a;--b", "$HOME `x`", "ünï", "a b", "100%"])
def test_a_root_may_lie_anywhere(tmp_path: Path, name: str) -> None:
    root = Root(tmp_path / name)
    root.path.mkdir()
    build_warehouse(root)

    publish(root, crm())
    publish(root, design())
    change(root, "update marts.customer_360 set email = null where customer_id = 'c1'")
    publish(root, crm())

    assert read(root.published / "crm.duckdb", "select count(*) from customer_360") == [(20,)]
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize(
    "name",
    ["../crm", "a/b", "/etc", "..", ".", "a'b", 'a"b', "a b", "a;b", "", "A", "a\\b", "a$b"],
)
def test_a_name_of_the_register_that_is_a_path_or_sql_is_refused(
    tmp_path: Path, name: str
) -> None:
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    consumers, sources = tmp_path / "consumers.yml", tmp_path / "sources.yml"
    consumers.write_text(
        f"never_without_personal_data: [email]\nconsumers:\n  {quoted}:\n    title: T\n"
        "    personal_data: true\n    tables: [marts.x]\n",
        encoding="utf-8",
    )
    sources.write_text(f"sources:\n  {quoted}:\n    vendor: hubspot\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="a name of lower-case letters"):
        read_consumers(consumers)
    with pytest.raises(ConfigError, match="a name of lower-case letters"):
        read_sources(sources, streams=STREAMS)


@pytest.mark.parametrize(
    "table",
    [
        "marts.x; drop table y",
        "marts.x'--",
        'marts."x"',
        "../marts.x",
        "read_csv('/etc/passwd')",
        "marts.x, y",
    ],
)
def test_a_table_of_the_register_is_a_name_and_no_statement(tmp_path: Path, table: str) -> None:
    file = tmp_path / "consumers.yml"
    file.write_text(
        "never_without_personal_data: [email]\nconsumers:\n  a:\n    title: T\n"
        f"    personal_data: true\n    tables: [{table!r}]\n",
        encoding="utf-8",
    )

    with pytest.raises(ConfigError):
        read_consumers(file)


@pytest.mark.parametrize("group", ["a b", "../x", "a;b", "$(id)", "-R", "a'b", ""])
def test_a_group_of_the_register_is_a_name(group: str) -> None:
    with pytest.raises(ValidationError):
        crm(group=group)


@pytest.mark.parametrize("evil", [*EVIL, "=cmd|' /C calc'!A0", 'a,"b"\nc'])
def test_whom_to_erase_is_kept_to_the_letter(tmp_path: Path, evil: str) -> None:
    root = Root(tmp_path)
    ask(root, Request(identifier=evil, requested_by="ada"))
    ask(root, Request(customer=evil, requested_by="ada"))

    waiting = read_queue(root)
    take_out(waiting[:1])

    assert [w.request.identifier or w.request.customer for w in waiting] == [evil.strip()] * 2
    assert [w.request.customer for w in read_queue(root)] == [evil.strip()]

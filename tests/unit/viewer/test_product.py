"""A published file answers questions and can be made to do nothing else."""

from pathlib import Path

import pytest

from dagster_project.domain.errors import Customer360Error
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import EngineOptions
from dagster_project.viewer.product import Product
from tests.unit.viewer.published import CUSTOMERS, generation, publish, published_root


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return published_root(tmp_path / "quay")


def crm(root: Root) -> Product:
    return Product(root, "crm", options=EngineOptions(threads=1))


def test_a_question_is_answered_with_its_columns(root: Root) -> None:
    with crm(root) as product:
        answer = product.ask("select email, source_count from customer_360 order by email")

        assert answer is not None
        assert answer.columns == ("email", "source_count")
        assert list(answer.rows) == [("ada@example.org", 2), ("bo@example.org", 1)]


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("copy customer_360 to 'out.csv'", id="write-a-file"),
        pytest.param("select * from read_text('/etc/hostname')", id="read-a-file"),
        pytest.param("attach 'other.duckdb'", id="open-a-file"),
        pytest.param("install httpfs", id="install-an-extension"),
        pytest.param("set enable_external_access = true", id="unlock"),
        pytest.param("drop table customer_360", id="drop"),
        pytest.param("insert into customer_360 (email) values ('x')", id="insert"),
    ],
)
def test_nothing_but_reading_it_is_allowed(
    root: Root, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    monkeypatch.chdir(root.path)
    before = sorted(root.path.rglob("*"))

    with crm(root) as product, pytest.raises(Customer360Error) as refused:
        product.ask(sql)

    assert refused.value.remedy
    assert sorted(root.path.rglob("*")) == before


def test_a_table_that_is_not_there_is_told_with_those_that_are(root: Root) -> None:
    with crm(root) as product, pytest.raises(Customer360Error) as told:
        product.ask("select * from custmer_360")

    assert told.value.remedy == "did you mean customer_360? the tables are: customer_360"


@pytest.mark.parametrize("sql", ["selec 1", "select nme from customer_360", "select 'a'::int"])
def test_a_mistake_is_told_in_the_engines_words(root: Root, sql: str) -> None:
    with crm(root) as product, pytest.raises(Customer360Error, match="Error"):
        product.ask(product.statements(sql)[0])


def test_an_open_reader_meets_the_generation_that_a_run_publishes_meanwhile(root: Root) -> None:
    count = "select count(*) from customer_360"
    with crm(root) as product:
        before = list(product.ask(count).rows)  # type: ignore[union-attr]
        publish(root, "crm", CUSTOMERS + " limit 1", name=generation(2))

        after = list(product.ask(count).rows)  # type: ignore[union-attr]

    assert (before, after) == ([(2,)], [(1,)])


def test_a_consumer_without_a_product_is_told_with_those_that_have_one(root: Root) -> None:
    with pytest.raises(Customer360Error, match="name one of these with --consumer: crm"):
        Product(root, "finance", options=EngineOptions())


def test_a_root_that_never_ran_is_told_to_run(tmp_path: Path) -> None:
    root = published_root(tmp_path / "new")
    (root.published / "crm.duckdb").unlink()

    with pytest.raises(Customer360Error, match="run `c360 run` first"):
        crm(root)

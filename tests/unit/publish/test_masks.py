"""A masked product says that people are there, and not who; a consumer gets only its columns."""

import grp
import os
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.config.consumers import Consumer
from dagster_project.consent.secret import read_key
from dagster_project.domain.errors import ConfigError
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.digests import attached
from dagster_project.engines.duckdb.session import session
from dagster_project.privacy.published import take_down_masked
from dagster_project.publish.masks import find_masked
from dagster_project.publish.publication import publish
from tests.unit.publish.company import build_warehouse, change, crm, design, read

CLASSES = {
    "marts.customer_360": {
        "customer_id": "quasi",
        "full_name": "direct",
        "email": "direct",
        "x_handle": "direct",
        "last_message_received_at": "quasi",
        "email_human_opens_90d": "none",
        "email_consent": "quasi",
        "labels": "none",
    },
    "marts.fct_message": {"message_id": "quasi", "customer_id": "quasi", "body_text": "direct"},
}
COLUMNS = {"marts.customer_360": ("email_human_opens_90d", "email_consent", "labels")}


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    build_warehouse(root)
    change(root, "create table marts.dim_customer as select * from marts.customer_360")
    return root


def masked(**changes: object) -> Consumer:
    given: dict[str, object] = {
        "name": "care",
        "masked": True,
        "tables": ("marts.customer_360", "marts.fct_message"),
        "columns": COLUMNS,
        "crm_import": {},
    }
    return crm(**(given | changes))


def columns(file: Path, table: str) -> set[str]:
    return {str(r[0]) for r in read(file, f"select column_name from (describe {table})")}


def keys(root: Root, name: str, table: str = "customer_360") -> set[object]:
    file = root.published / f"{name}.duckdb"
    return {row[0] for row in read(file, f"select customer_key from {table}")}


def test_a_masked_product_has_everybody_and_names_nobody(root: Root) -> None:
    publication = publish(root, masked(), classes=lambda: CLASSES)

    file = root.published / "care.duckdb"
    assert publication.rows == {"customer_360": 20, "fct_message": 60}
    assert columns(file, "customer_360") == {
        "customer_key", "email_human_opens_90d", "email_consent", "labels",
    }  # fmt: skip
    assert columns(file, "fct_message") == {"message_key", "customer_key"}
    assert keys(root, "care") == keys(root, "care", "fct_message")
    ids = {f"c{n}" for n in range(1, 21)}
    assert not ids & {str(key) for key in keys(root, "care")}


def test_files_of_two_consumers_do_not_join(root: Root) -> None:
    for name in ("care", "sales"):
        publish(root, masked(name=name), classes=lambda: CLASSES)

    assert not keys(root, "care") & keys(root, "sales")


def test_keys_stay_until_they_are_given_anew(root: Root) -> None:
    publish(root, masked(), classes=lambda: CLASSES)
    before = keys(root, "care")
    change(root, "update marts.customer_360 set email_consent = 'withdrawn'")
    publish(root, masked(), classes=lambda: CLASSES)
    assert keys(root, "care") == before

    publish(root, masked(key_version=2), classes=lambda: CLASSES)

    assert not keys(root, "care") & before


def test_a_column_nobody_has_classified_is_not_shown(root: Root) -> None:
    publish(root, masked(), classes=lambda: {"marts.customer_360": {}})

    assert columns(root.published / "care.duckdb", "customer_360") == {"customer_key"}


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        pytest.param("email", "names people", id="direct"),
        pytest.param("e_mail", "has no column e_mail", id="unknown"),
        pytest.param('email"; drop table x; --', "has no column", id="sql"),
    ],
)
def test_a_column_that_may_not_be_shown_is_refused_by_name(
    root: Root, listed: str, message: str
) -> None:
    consumer = masked(columns={"marts.customer_360": (listed,)})

    with pytest.raises(ConfigError, match=message):
        publish(root, consumer, classes=lambda: CLASSES)

    assert not (root.published / "care.duckdb").exists()


def test_a_consumer_gets_only_its_columns(root: Root) -> None:
    only = {"marts.customer_360": ("customer_id", "email_consent")}

    publish(root, crm(columns=only, crm_import={}))

    file = root.published / "crm.duckdb"
    assert columns(file, "customer_360") == {"customer_id", "email_consent"}
    assert "body_text" in columns(file, "fct_message")


def test_questions_that_need_a_column_which_is_not_there_are_not_offered(root: Root) -> None:
    change(root, "alter table marts.fct_message add column needs_answer boolean")
    told = {**CLASSES["marts.fct_message"], "needs_answer": "none"}

    publication = publish(
        root, masked(), classes=lambda: {**CLASSES, "marts.fct_message": told}
    )

    assert publication.changed


def test_nobody_but_the_account_opens_a_masked_product(root: Root) -> None:
    publication = publish(root, masked(), classes=lambda: CLASSES)

    folder = publication.path.resolve().parent
    assert stat.S_IMODE((root.published / "care").stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "care.duckdb").stat().st_mode) == 0o400


def test_a_key_leads_back_to_its_customer_with_the_secret_alone(root: Root) -> None:
    publish(root, masked(), classes=lambda: CLASSES)

    with session() as connection, attached(connection, root.database) as warehouse:

        def behind(key: object, secret: bytes) -> str | None:
            return find_masked(connection, warehouse, masked(), str(key), key=secret)

        found = {behind(key, read_key(root)) for key in keys(root, "care")}
        guessed = {behind(key, b"another") for key in keys(root, "care")}
        odd = behind("' or 1=1 --", read_key(root))

    assert found == {f"c{n}" for n in range(1, 21)}
    assert (guessed, odd) == ({None}, None)


def test_an_erasure_takes_masked_products_down(root: Root) -> None:
    publish(root, masked(), classes=lambda: CLASSES)
    publish(root, design())

    taken = take_down_masked(duckdb.connect(), root)

    assert taken == ("care",)
    assert not (root.published / "care").exists()
    assert (root.published / "design.duckdb").exists()


def own_group() -> str:
    return grp.getgrgid(os.getegid()).gr_name


@pytest.mark.parametrize(
    "make", [pytest.param(crm, id="people"), pytest.param(design, id="none")]
)
def test_a_product_is_opened_to_its_group_alone(root: Root, make: Any) -> None:
    publication = publish(root, make(group=own_group()))

    folder = root.published / publication.consumer
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2750
    files = [f for f in folder.rglob("*") if f.is_file()]
    assert files
    assert {stat.S_IMODE(f.stat().st_mode) & 0o077 for f in files} == {0o040}
    assert {f.stat().st_gid for f in files} == {os.getegid()}


@pytest.mark.parametrize(
    "make", [pytest.param(crm, id="people"), pytest.param(design, id="none")]
)
def test_a_group_that_is_not_there_opens_the_product_to_nobody(root: Root, make: Any) -> None:
    publication = publish(root, make(group="no-such-group"))

    folder = root.published / publication.consumer
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    warned = [o for o in publication.verdict.outcomes if "no-such-group" in o.rule]
    assert [o.passed for o in warned] == [False]

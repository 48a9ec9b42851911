"""A product is published whole or not at all, and only when its content changed."""

import csv
import shutil
from pathlib import Path

import duckdb
import pytest

from dagster_project.domain.errors import ConfigError, Customer360Error
from dagster_project.domain.loads import RuleOutcome, Severity, Verdict
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.compare import diff
from dagster_project.publish.generations import withdraw
from dagster_project.publish.manifest import read_manifest
from dagster_project.publish.publication import POINTS, publish
from tests.unit.publish.company import build_warehouse, change, crm, design, read

REFUSED = Verdict("crm", (RuleOutcome("no bad row", Severity.REFUSE, False, 20, 3),))


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    build_warehouse(root)
    return root


def test_a_reader_finds_every_table_and_what_the_generation_is(root: Root) -> None:
    publication = publish(root, crm())

    tables = read(
        root.published / "crm.duckdb", "select table_name from duckdb_tables() order by 1"
    )
    manifest = read(
        root.published / "crm.duckdb",
        "select generation, as_of::varchar, row_count from _manifest where table_name = 'customer_360'",
    )
    assert [t for (t,) in tables] == [
        "_manifest",
        "customer_360",
        "customer_xref",
        "fct_message",
    ]
    assert manifest == [(publication.generation, "2026-11-15 09:30:00+00", 20)]
    assert publication.changed
    assert publication.rows == {"customer_360": 20, "customer_xref": 20, "fct_message": 60}


def test_a_generation_holds_the_same_rows_as_parquet_and_as_csv(root: Root) -> None:
    publish(root, design())

    current = root.published / "design" / "current"
    rows = read(root.published / "design.duckdb", "from insight_design__topics order by all")
    parquet = read(
        root.published / "design.duckdb",
        f"from read_parquet('{current}/parquet/insight_design__topics.parquet') order by all",
    )
    lines = (current / "csv" / "insight_design__topics.csv").read_text().splitlines()
    assert rows == parquet
    assert lines == ["topic,customers", "topic 0,10", "topic 1,11", "topic 2,12", "topic 3,13"]


def test_internal_columns_stay_in_the_warehouse_and_descriptions_travel(root: Root) -> None:
    publish(root, crm())

    columns = read(
        root.published / "crm.duckdb",
        "select column_name, comment from duckdb_columns() where table_name = 'customer_360'",
    )
    assert "_gate_seq" not in [name for name, _ in columns]
    assert ("customer_id", "The customer's stable id.") in columns


def test_no_log_lies_beside_a_published_file(root: Root) -> None:
    publication = publish(root, crm())

    names = {f.name for f in (root.published / "crm" / publication.generation).iterdir()}
    assert names == {"crm.duckdb", "manifest.json", "parquet", "crm_import_crm_emea.csv"}


def test_unchanged_content_makes_no_new_generation(root: Root) -> None:
    first = publish(root, crm())
    change(
        root,
        "create or replace table marts.fct_message as from marts.fct_message order by hash(message_id)",
    )

    second = publish(root, crm())

    assert not second.changed
    assert second.generation == first.generation
    assert second.verdict == first.verdict


def test_known_inputs_are_not_even_read(root: Root) -> None:
    first = publish(root, crm(), inputs="abc")
    root.database.unlink()

    assert publish(root, crm(), inputs="abc").generation == first.generation


def test_other_inputs_of_the_same_content_are_read_once(root: Root) -> None:
    first = publish(root, crm(), inputs="abc")
    second = publish(root, crm(), inputs="def")
    root.database.unlink()

    third = publish(root, crm(), inputs="def")

    assert first.generation == second.generation == third.generation


def test_other_rules_of_the_consumer_make_a_new_generation_of_the_same_inputs(
    root: Root,
) -> None:
    publish(root, crm(), inputs="abc")

    assert publish(root, crm(tables=("marts.customer_*",)), inputs="abc").changed


def test_changed_content_makes_a_new_generation_and_shares_unchanged_files(root: Root) -> None:
    first = publish(root, crm())
    change(root, "update marts.customer_360 set x_handle = 'other' where customer_id = 'c3'")

    second = publish(root, crm())

    folder = root.published / "crm"
    before = folder / first.generation / "parquet"
    after = folder / second.generation / "parquet"
    assert second.changed
    assert second.linked == 2
    assert (before / "fct_message.parquet").samefile(after / "fct_message.parquet")
    assert not (before / "customer_360.parquet").samefile(after / "customer_360.parquet")
    assert read(
        root.published / "crm.duckdb",
        "select x_handle from customer_360 where customer_id = 'c3'",
    ) == [("other",)]


def test_generations_sort_by_age_and_only_the_last_ones_stay(root: Root) -> None:
    names = []
    for number in range(5):
        change(root, f"update marts.customer_360 set x_handle = 'h{number}'")
        names.append(publish(root, crm(), keep=3).generation)

    kept = sorted(
        p.name for p in (root.published / "crm").iterdir() if p.is_dir() and not p.is_symlink()
    )
    assert names == sorted(names)
    assert kept == names[-3:]


def test_a_refused_product_leaves_the_last_good_one_in_force(root: Root) -> None:
    first = publish(root, crm())
    change(root, "update marts.customer_360 set x_handle = 'broken'")

    second = publish(root, crm(), validate=lambda product: REFUSED)

    assert second.refused
    assert not second.changed
    assert second.generation == first.generation
    assert read(
        root.published / "crm.duckdb",
        "select count(*) from customer_360 where x_handle = 'broken'",
    ) == [(0,)]
    assert [p.name for p in (root.published / "crm").iterdir() if p.name.startswith(".")] == []


def test_a_first_product_that_is_refused_publishes_nothing(root: Root) -> None:
    publication = publish(root, crm(), validate=lambda product: REFUSED)

    assert publication.generation == ""
    assert not publication.path.exists()


def test_a_published_file_cannot_be_opened_for_writing_by_mistake(root: Root) -> None:
    publication = publish(root, crm())

    assert publication.path.stat().st_mode & 0o222 == 0


def test_a_damaged_link_costs_no_generation(root: Root) -> None:
    first = publish(root, crm())
    link = root.published / "crm" / "current"
    link.unlink()
    link.symlink_to("nowhere")

    second = publish(root, crm())

    assert second.changed
    assert second.generation > first.generation
    assert (root.published / "crm" / first.generation / "crm.duckdb").is_file()
    assert len(read(second.path, "from customer_360")) == 20


def test_a_generation_back_can_be_put_in_force_by_its_link(root: Root) -> None:
    first = publish(root, crm())
    change(root, "update marts.customer_360 set x_handle = 'wrong'")
    publish(root, crm())
    link = root.published / "crm" / "current"
    link.unlink()
    link.symlink_to(first.generation)

    before = read(root.published / "crm.duckdb", "from customer_360 where x_handle = 'wrong'")
    again = publish(root, crm())

    assert before == []
    assert again.changed
    assert len(read(again.path, "from customer_360 where x_handle = 'wrong'")) == 20


def test_a_consumer_taken_out_of_the_register_loses_its_product(root: Root) -> None:
    publish(root, crm())
    publish(root, design())

    gone = withdraw(root, listed=["crm"])

    assert gone == ("design",)
    assert sorted(p.name for p in root.published.iterdir()) == ["crm", "crm.duckdb"]
    assert withdraw(root, listed=["crm"]) == ()


def test_the_suite_sees_the_file_that_will_be_published(root: Root) -> None:
    seen: list[object] = []

    def validate(product: Path) -> Verdict:
        seen.append(read(product, "select count(*) from customer_360")[0][0])
        return Verdict("crm", (RuleOutcome("looked", Severity.WARN, False, 1, 1),))

    publication = publish(root, crm(), validate=validate)

    assert seen == [20]
    assert publication.changed
    assert "looked" in [o.rule for o in publication.verdict.warnings]


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        pytest.param(
            "insert into insights.insight_design__topics values ('rare', 4)",
            "no group of fewer",
            id="small-group",
        ),
        pytest.param(
            "insert into insights.insight_design__topics values ('unknown', null)",
            "no group of fewer",
            id="no-size",
        ),
        pytest.param(
            "alter table insights.insight_design__topics drop customers",
            "no group of fewer",
            id="no-size-column",
        ),
        pytest.param(
            "alter table insights.insight_design__topics add column email varchar",
            "no personal column",
            id="personal",
        ),
    ],
)
def test_a_consumer_without_personal_data_never_gets_a_person(
    root: Root, sql: str, rule: str
) -> None:
    change(root, sql)

    publication = publish(root, design())

    assert publication.refused
    assert any(rule in outcome.rule for outcome in publication.verdict.refusals)
    assert not publication.path.exists()


def test_a_pattern_that_finds_nothing_is_named(root: Root) -> None:
    with pytest.raises(Customer360Error, match=r"insight_finance__\*"):
        publish(root, design(tables=("insights.insight_finance__*",)))


def test_an_import_column_that_does_not_exist_is_named(root: Root) -> None:
    change(root, "alter table marts.customer_360 drop x_handle")

    with pytest.raises(ConfigError, match="x_handle"):
        publish(root, crm())


def test_without_a_warehouse_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Customer360Error, match="run the pipeline first"):
        publish(Root(tmp_path), crm())


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the publisher runs after it."""


@pytest.mark.parametrize("point", POINTS)
def test_after_a_kill_at_any_step_the_next_run_puts_everything_right(
    root: Root, point: str
) -> None:
    first = publish(root, crm())
    change(root, "update marts.customer_360 set x_handle = 'new' where customer_id = 'c3'")

    def killed(reached: str) -> None:
        if reached == point:
            raise Killed

    with pytest.raises(Killed):
        publish(root, crm(), reached=killed)
    in_between = read(
        root.published / "crm.duckdb", "select generation from _manifest limit 1"
    )[0][0]
    last = publish(root, crm())

    folder = root.published / "crm"
    hidden = [p.name for p in folder.iterdir() if p.name.startswith(".")]
    rows = list(csv.DictReader((folder / "current" / "crm_import_crm_emea.csv").open()))
    assert in_between in {first.generation, last.generation}
    assert (
        len(read(root.published / "crm.duckdb", "from customer_360 where x_handle = 'new'"))
        == 1
    )
    assert hidden == []
    assert len([p for p in folder.iterdir() if p.is_dir() and not p.is_symlink()]) == 2
    assert [row["X_Handle__c"] for row in rows] == ["new"]
    assert not publish(root, crm()).changed


@pytest.fixture
def large_root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    build_warehouse(root, customers=2000)
    return root


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(
            "update marts.customer_360 set x_handle = 'new' where customer_id = 'c3'",
            id="changed",
        ),
        pytest.param("delete from marts.fct_message where message_id = 'm7'", id="gone"),
        pytest.param("insert into marts.fct_message values ('n', 'c1', 'hello')", id="new"),
        pytest.param("update marts.customer_360 set x_handle = 'new'", id="all-changed"),
        pytest.param(
            "insert into marts.fct_message from marts.fct_message where message_id = 'm7'",
            id="repeated",
        ),
        pytest.param("alter table marts.fct_message drop body_text", id="column-less"),
        pytest.param("drop table marts.fct_message", id="table-less"),
        pytest.param(
            "create table marts.fct_case as select 'k1' as case_id, 'c1' as customer_id",
            id="table-more",
        ),
        pytest.param("delete from marts.fct_message", id="emptied"),
    ],
)
def test_a_generation_made_from_the_one_before_equals_one_built_from_nothing(
    large_root: Root, sql: str
) -> None:
    publish(large_root, crm())
    change(large_root, sql)

    publication = publish(large_root, crm())
    elsewhere = Root(large_root.path / "elsewhere")
    elsewhere.warehouse.mkdir(parents=True)
    shutil.copyfile(large_root.database, elsewhere.database)
    fresh = publish(elsewhere, crm())

    assert publication.changed
    assert diff(publication.path, fresh.path).lines() == ()
    assert publication.rows == fresh.rows
    for table in publication.rows:
        parquet = f"from read_parquet('{publication.path.parent}/crm/current/parquet/{table}.parquet')"
        assert read(publication.path, f"from {table} except all ({parquet})") == []


def test_a_changed_description_reaches_readers_with_the_next_generation(root: Root) -> None:
    publish(root, crm())
    change(root, "comment on column marts.fct_message.body_text is 'What was said.'")
    change(root, "update marts.fct_message set body_text = 'hi' where message_id = 'm1'")

    publication = publish(root, crm())

    assert read(
        publication.path,
        "select comment from duckdb_columns() where column_name = 'body_text'",
    ) == [("What was said.",)]


def test_a_file_damaged_by_hand_is_not_built_upon(large_root: Root) -> None:
    first = publish(large_root, crm())
    file = large_root.published / "crm" / first.generation / "crm.duckdb"
    file.chmod(0o644)
    with duckdb.connect(str(file)) as connection:
        connection.execute("update fct_message set body_text = 'other' where message_id = 'm9'")
    change(large_root, "update marts.fct_message set body_text = 'x' where message_id = 'm1'")

    second = publish(large_root, crm())

    assert read(second.path, "select body_text from fct_message where message_id = 'm9'") == [
        ("hello",)
    ]


def test_rows_that_lie_behind_the_sorted_ones_are_sorted_in_before_they_are_many(
    large_root: Root,
) -> None:
    loose = []
    for day in range(5):
        change(
            large_root,
            "update marts.fct_message set body_text = body_text || '!' "
            f"where hash(message_id) % 16 = {day}",
        )
        publication = publish(large_root, crm())
        manifest = read_manifest(publication.path.resolve().parent)
        assert manifest
        loose.append(next(t.loose for t in manifest.tables if t.table == "fct_message"))

    assert loose[0] == loose[4] == 0
    assert 0 < loose[1] < loose[2] < loose[3] < 0.2 * 6000


CLASSES = {
    "marts.customer_360": {
        "customer_id": "quasi", "full_name": "direct", "email": "direct", "x_handle": "direct",
        "last_message_received_at": "quasi", "email_human_opens_90d": "quasi",
        "email_consent": "none", "processing_consent": "none", "labels": "quasi",
    },
    "marts.customer_xref": dict.fromkeys(
        ("record_id", "customer_id", "source", "vendor", "record_type", "is_current"), "direct"
    ),
    "marts.fct_message": dict.fromkeys(("message_id", "customer_id", "body_text"), "direct"),
    "insights.insight_design__topics": {"topic": "none", "customers": "none"},
}  # fmt: skip


def test_a_column_that_nobody_has_classified_is_published_to_nobody(root: Root) -> None:
    good = publish(root, crm(), classes=lambda: CLASSES)
    change(root, "alter table marts.customer_360 add column shoe_size integer default 40")

    refused = publish(root, crm(), classes=lambda: CLASSES)

    assert refused.refused
    assert refused.generation == good.generation
    (outcome,) = refused.verdict.refusals
    assert outcome.rule == "customer_360 has only columns of classes its consumer may see"
    assert outcome.detail == "shoe_size (not classified)"
    assert read(
        root.published / "crm.duckdb",
        "select count(*) from duckdb_columns() where column_name = 'shoe_size'",
    ) == [(0,)]


@pytest.mark.parametrize("mark", ["direct", "quasi"])
def test_a_column_that_tells_of_people_goes_to_no_consumer_without_personal_data(
    root: Root, mark: str
) -> None:
    """Whatever it is called: the list of names in config/consumers.yml does not know it."""
    table = "insights.insight_design__topics"
    publish(root, design(), classes=lambda: CLASSES)
    change(root, f"alter table {table} add column who varchar default 'nobody'")
    marked = {**CLASSES, table: {**CLASSES[table], "who": mark}}

    refused = publish(root, design(), classes=lambda: marked)

    assert [o.detail for o in refused.verdict.refusals] == [f"who ({mark})"]
    assert not publish(
        root, design(), classes=lambda: {**marked, table: {**marked[table], "who": "none"}}
    ).refused

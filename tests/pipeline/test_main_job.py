"""The main job as a whole: what a run gives, what it leaves alone, what it restores."""

import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from dagster_project.cli.judge import say_merge, say_split
from dagster_project.config.access import private_folders
from dagster_project.config.roots import init_company_root
from dagster_project.definitions import RunOutcome
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.compare import diff
from dagster_project.publish.column_classes import read_classes
from dagster_project.settings import PROJECT
from tests.pipeline.conftest import (
    forget_derived,
    journal_of,
    rows_loaded,
    run_root,
)

pytestmark = pytest.mark.pipeline

Copied = Callable[[], Root]


def test_the_first_run_publishes_every_consumer(first_run: tuple[Root, RunOutcome]) -> None:
    root, outcome = first_run

    published = {e["consumer"]: e for e in journal_of(outcome).entries("publication")}

    assert set(published) == {
        "crm",
        "compliance",
        "design",
        "engineering",
        "finance",
        "marketing",
        "executive",
    }
    assert all(entry["changed"] and entry["passed"] for entry in published.values())
    with duckdb.connect(str(root.published / "crm.duckdb"), read_only=True) as connection:
        customers = connection.execute("select count(*) from customer_360").fetchall()
    assert customers[0][0] > 100


def test_no_other_account_can_open_what_holds_personal_data(
    first_run: tuple[Root, RunOutcome],
) -> None:
    root, _ = first_run
    private = [f for f in private_folders(root) if f.exists()] + [root.published / "crm"]
    shared = [
        root.published / name
        for name in ("design", "engineering", "finance", "marketing", "executive")
    ]

    opened = [
        str(path.relative_to(root.path))
        for folder in private
        for path in (folder, *folder.rglob("*"))
        if not path.is_symlink() and path.stat().st_mode & 0o077
    ]
    closed = [
        str(path.relative_to(root.path))
        for folder in shared
        for path in (folder, *folder.rglob("*"))
        if not path.stat().st_mode & 0o004
    ]

    assert all(folder.is_dir() for folder in (*private, *shared))
    assert opened == []
    assert closed == []


def test_every_column_a_run_builds_has_a_class_of_personal_data(
    first_run: tuple[Root, RunOutcome],
) -> None:
    root, _ = first_run
    classes = read_classes(root.warehouse / "dbt" / "manifest.json")

    with duckdb.connect(str(root.database), read_only=True) as connection:
        built = connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "where schema_name in ('staging', 'intermediate', 'marts', 'insights') "
            "and not internal and not starts_with(column_name, '_')"
        ).fetchall()

    assert len(built) > 1000
    assert [
        f"{table}.{name}" for table, name in built if name not in classes.get(table, {})
    ] == []


def test_every_campaign_mail_after_a_withdrawal_is_told_as_far_as_people_are_found(
    first_run: tuple[Root, RunOutcome],
) -> None:
    """Against the truth: none is missed but of people who are taken for several."""
    root, _ = first_run
    with duckdb.connect(str(root.database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        of_one_customer, missed_of_one_customer = connection.execute(
            _MAILED_AFTER_WITHDRAWAL.format(truth=root.path / "truth" / "records.parquet")
        ).fetchall()[0]

    assert of_one_customer > 0
    assert missed_of_one_customer == 0


_MAILED_AFTER_WITHDRAWAL = """
with
truth as (select record_id, person_id from read_parquet('{truth}') where person_id is not null),
people as (
    select person_id, count(distinct customer_id) as customers
    from truth inner join marts.customer_records using (record_id) group by person_id
),
mails as (
    select send_key, person_id,
        min(occurred_at) filter (where event_type in ('sent', 'delivered')) as mailed_at
    from marts.fct_email_event inner join truth using (record_id)
    where campaign_id is not null and send_key is not null
    group by send_key, person_id
    having count(*) filter (where event_type = 'drop') = 0 and mailed_at is not null
),
words as (
    select person_id, purpose, status, coalesce(occurred_at, 'epoch'::timestamptz) as said_at
    from marts.fct_consent_event inner join truth using (record_id) where channel = 'email'
),
standing as (
    select send_key, person_id, purpose, max(said_at) as said_at,
        arg_max(status, (said_at, status = 'withdrawn')) as status
    from mails inner join words using (person_id)
    where said_at < mailed_at
    group by send_key, person_id, purpose
),
after as (
    select distinct send_key, person_id
    from (
        select *, max(said_at) filter (where purpose = 'marketing' and status = 'granted')
            over (partition by send_key, person_id) as granted_at
        from standing
    )
    where status = 'withdrawn' and (purpose = 'marketing' or coalesce(said_at >= granted_at, true))
),
told as (
    select person_id, sum(mails) as mails
    from marts.consent_conflicts inner join truth using (record_id)
    where conflict = 'mailed_after_withdrawal'
    group by person_id
),
counted as (
    select person_id, people.customers, count(*) as mails, coalesce(any_value(told.mails), 0) as told
    from after
    inner join people using (person_id)
    left join told using (person_id)
    group by person_id, people.customers
)
select
    sum(mails) filter (where customers = 1),
    coalesce(sum(greatest(mails - told, 0)) filter (where customers = 1), 0)
from counted
"""


def test_bad_rows_are_quarantined_and_the_bad_load_refused_alone(
    first_run: tuple[Root, RunOutcome],
) -> None:
    loads = journal_of(first_run[1]).entries("load")

    refused = [load for load in loads if load["state"] == "refused"]

    assert len(refused) == 1
    assert "record_id" in refused[0]["reasons"][0]
    assert sum(load["quarantined"] for load in loads) > 0


def test_a_second_run_loads_nothing_and_changes_nothing(
    copied_root: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, again = copied_root(), copied_root()
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()

    outcome = run_root(again)

    monkeypatch.undo()
    time.tzset()
    assert rows_loaded(outcome) == 0
    assert all(not e["changed"] for e in journal_of(outcome).entries("publication"))
    assert diff(before.path, again.path).lines() == ()


_HEAVY = ("dagster_dbt", "dbt", "great_expectations", "recordlinkage", "sklearn")
"""What takes seconds to import, and nothing needs that has nothing to do."""

_RUN_AND_LIST = f"""
import sys
from pathlib import Path
from dagster_project.definitions import run
from dagster_project.settings import read_settings
assert run(read_settings(Path(sys.argv[1]))).success
print("imported:", *(name for name in {_HEAVY} if name in sys.modules))
"""


def test_a_run_without_news_imports_nothing_that_takes_seconds(copied_root: Copied) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _RUN_AND_LIST, str(copied_root().path)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.splitlines()[-1] == "imported:"


def test_what_is_derived_is_restored_to_every_value(copied_root: Copied) -> None:
    before, rebuilt = copied_root(), copied_root()
    forget_derived(rebuilt)

    outcome = run_root(rebuilt)

    assert rows_loaded(outcome) == 0
    assert diff(before.path, rebuilt.path).lines() == ()


def test_after_new_input_edited_rules_and_a_stewards_word_marts_equal_a_build_from_empty(
    copied_root: Copied,
) -> None:
    from dagster_project.demo.world import build_daily_delta
    from tests.pipeline.conftest import PEOPLE, SEED

    root = copied_root()
    build_daily_delta(root.path, people=PEOPLE, seed=SEED, day=1, share=0.05)
    _drop_late_contacts(root)
    _trust_other_vendors(root)
    _merge_and_split(root)
    outcome = run_root(root)
    rebuilt = Root(root.path.with_name("rebuilt"))
    subprocess.run(["cp", "-a", str(root.path), str(rebuilt.path)], check=True)
    forget_derived(rebuilt)

    run_root(rebuilt)

    assert rows_loaded(outcome) > 0
    with duckdb.connect(str(root.published / "crm.duckdb"), read_only=True) as connection:
        words = connection.execute(
            "select event_type from identity_events where actor like 'steward%' group by all"
        ).fetchall()
    assert set(words) == {("merge",), ("split",)}
    assert diff(root.path, rebuilt.path).lines() == ()


def _drop_late_contacts(root: Root) -> None:
    """An older export of the Hong Kong agency's contacts, found again in somebody's mail."""
    file = root.inbox / "hubspot_apac" / "hubspot-crm-exports-all-contacts-2025-01-05.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        "Record ID,First Name,Last Name,Email,Create Date\n"
        "990000001,Late,Arrival,late.arrival@example.org,2024-12-01 10:00\n",
        encoding="utf-8",
    )


def _trust_other_vendors(root: Root) -> None:
    """The demo's rules of survivorship, turned round."""
    shutil.copytree(PROJECT / "config", root.config)
    file = root.config / "survivorship.yml"
    rules = file.read_text(encoding="utf-8")
    edited = re.sub(r"(?m)^trust: .*$", "trust: [sendgrid, x, mailchimp, salesforce]", rules)
    assert edited != rules
    file.write_text(edited, encoding="utf-8")


def _merge_and_split(root: Root) -> None:
    """A steward's word against the model's, once for and once against."""
    with duckdb.connect(str(root.database), read_only=True) as connection:
        rows = connection.execute(
            """
            select customer_id, min(record_id) from identity.customer_xref
            where valid_to is null
            group by customer_id having count(*) > 2 order by customer_id limit 3
            """
        ).fetchall()
    (first, _), (second, _), (third, record) = rows
    said = {"author": "steward@example.org", "reason": "they rang", "expires": None}
    say_merge(root.path, first, second, **said)
    say_split(root.path, third, (record,), **said)


def test_no_personal_value_leaves_the_folders_made_for_them(
    first_run: tuple[Root, RunOutcome],
) -> None:
    root, _ = first_run
    canaries = _canaries(root)

    leaks = [
        f"{file.relative_to(root.path)} holds {len(found)} of them"
        for file in _public_files(root)
        if (found := canaries & _words(file))
    ]

    assert len(canaries) > 100
    assert leaks == []


def _canaries(root: Root) -> set[str]:
    """Every e-mail address and phone number of the warehouse."""
    with duckdb.connect(str(root.database), read_only=True) as connection:
        rows = connection.execute(
            """
            select lower(value_raw) from intermediate.int_contact_identifiers
            where kind in ('email', 'phone') and length(value_raw) > 7
            """
        ).fetchall()
    return {row[0] for row in rows}


def _public_files(root: Root) -> Iterator[Path]:
    """Everything outside inbox, landing, quarantine, state, warehouse files and the CRM's product."""
    personal = {"inbox", "landing", "quarantine", "state", "api", "truth"}
    for file in sorted(root.path.rglob("*")):
        parts = file.relative_to(root.path).parts
        if not file.is_file() or parts[0] in personal or parts[:2] == ("published", "crm"):
            continue
        if file.suffix in {".duckdb", ".wal"} and parts[0] in {"warehouse", "published"}:
            continue
        yield file


def _words(file: Path) -> set[str]:
    """All e-mail addresses and phone-like words of a file, lower case; SQLite as its text."""
    if _is_sqlite(file):
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
            text = "\n".join(connection.iterdump())
    else:
        text = file.read_bytes().decode("utf-8", errors="replace")
    text = text.lower()
    addresses = re.findall(r"(?<![\w.+'-])[\w.+'-]+@[\w.-]+", text)
    phones = re.findall(r"\+?\d[\d ().-]{6,}\d", text)
    return {*addresses, *phones}


def _is_sqlite(file: Path) -> bool:
    with file.open("rb") as handle:
        return handle.read(15) == b"SQLite format 3"


def test_the_command_prints_a_summary_and_no_traceback_for_a_bad_register(
    tmp_path: Path,
) -> None:
    root = Root(tmp_path / "company")
    init_company_root(root, PROJECT / "config")
    (root.config / "sources.yml").write_text("sources: {crm: {vendor: x}}\n", encoding="utf-8")

    finished = subprocess.run(
        [sys.executable, "-m", "dagster_project.cli", "run", "--root", str(root.path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 1
    assert "sources.yml:1" in finished.stderr
    assert "Traceback" not in finished.stderr + finished.stdout

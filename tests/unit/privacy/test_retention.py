"""What a source has held longer than its register allows goes, whole, and nothing else does."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from dagster_project.config.privacy import LegalHold, Privacy
from dagster_project.config.sources import SourceConfig, StreamOptions
from dagster_project.domain.loads import Load, LoadState, Verdict
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import session
from dagster_project.landing.exposure import expose
from dagster_project.landing.ledger import Ledger
from dagster_project.landing.store import ROWS, LandingZone
from dagster_project.privacy.erase import Company, preview_retention, retain
from dagster_project.privacy.retention import _OF_EVENTS, _RECORDS, _TIMES, KEPT
from dagster_project.sources.catalogue import STREAMS, stream_of
from tests.unit.landing.builders import batch, source

PROJECT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
EXPORTED = datetime(2026, 11, 1, tzinfo=UTC)

DESK = source("desk", "salesforce", retention_days=365)
POSTS = source("posts", "mastodon", retention_days=90)

_WAREHOUSE = """
create schema staging; create schema intermediate; create schema identity; create schema marts;
create table staging.stg_salesforce__contacts as
    select _source || ':contact:' || id as record_id, _source as source,
        system_modstamp::timestamptz as updated_at, _as_of, _load_id, _row
    from landing.salesforce__contact
    qualify row_number() over (partition by id order by _as_of desc) = 1;
create table staging.stg_salesforce__cases as
    select _source || ':case:' || id as case_id, _source as source,
        created_date::timestamptz as created_at, _as_of, _load_id, _row
    from landing.salesforce__case
    qualify row_number() over (partition by id order by _as_of desc) = 1;
create table staging.stg_mastodon__statuses as
    select _source || ':status:' || id as message_id, _source as source,
        created_at::timestamptz as created_at, _as_of, _load_id, _row
    from landing.mastodon__status
    qualify row_number() over (partition by id order by _as_of desc) = 1;
create table intermediate.int_contact_records as
    select record_id, source, 'salesforce' as vendor, split_part(record_id, ':', 3) as native_id
    from staging.stg_salesforce__contacts;
create table intermediate.int_contact_identifiers
    (record_id varchar, kind varchar, network varchar, value_norm varchar, value_raw varchar);
create table intermediate.int_accounts (phone varchar, website varchar);
create table identity.customer_xref as
    select record_id, 'c' || native_id as customer_id, null::timestamptz as valid_to
    from intermediate.int_contact_records;
create table identity.record_identifiers as from intermediate.int_contact_identifiers;
create table identity.redirects (customer_id varchar, redirects_to varchar);
create table marts.customer_timeline as
    select message_id as event_id, 'c1' as customer_id from staging.stg_mastodon__statuses;
create table marts.customer_360 as select distinct customer_id from identity.customer_xref;
"""


def company(root: Root, *sources: SourceConfig, rules: Privacy | None = None) -> Company:
    return Company(
        root, sources or (DESK, POSTS), STREAMS, rules=rules or Privacy(), clock=lambda: NOON
    )


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """Two loads of each stream: people, cases and posts, old ones and new ones."""
    root = Root(tmp_path / "root")
    zone = LandingZone(root, clock=lambda: NOON)
    first, second = EXPORTED.replace(year=2024), EXPORTED
    land = {
        "salesforce.contact": [
            (first, [person("1", "2024-10-01"), person("2", "2024-10-01")]),
            (second, [person("2", "2026-10-01")]),
        ],
        "salesforce.case": [
            (first, [case("7", "2024-09-01", "new"), case("8", "2024-09-01", "new")]),
            (second, [case("7", "2024-09-01", "closed"), case("9", "2026-10-01", "new")]),
        ],
        "mastodon.status": [
            (second, [status("5", "2026-07-01"), status("6", "2026-10-15")]),
        ],
    }
    for name, loads in land.items():
        spec = stream_of(*name.split("."))
        own = DESK if spec.vendor == "salesforce" else POSTS
        for exported, rows in loads:
            file = root.inbox / own.name / f"{spec.stream}-{exported.year}.csv"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("read")
            load = zone.land(
                batch(*rows, spec=spec, source=own.name, as_of=exported, path=file)
            )
            accept(zone, load)
            zone.put_away(own.name, file)
    zone.close()
    root.warehouse.mkdir(parents=True)
    with session(root.database) as connection:
        expose(connection, root, Ledger(root), (DESK, POSTS), STREAMS)
        connection.execute(_WAREHOUSE)
    return root


def accept(zone: LandingZone, load: Load) -> None:
    zone.ledger.decide(
        load.load_id,
        state=LoadState.ACCEPTED,
        verdict=Verdict("none"),
        quarantined=0,
        suite_hash="none",
        reasons=(),
    )


def person(id_: str, changed: str) -> dict[str, str | None]:
    return {"id": id_, "last_name": "Hale", "email": f"p{id_}@example.org",
            "system_modstamp": f"{changed}T00:00:00Z"}  # fmt: skip


def case(id_: str, created: str, state: str) -> dict[str, str | None]:
    return {"id": id_, "status": state, "created_date": f"{created}T00:00:00Z"}


def status(id_: str, created: str) -> dict[str, str | None]:
    return {"id": id_, "content": "hello", "created_at": f"{created}T00:00:00Z"}


def landed(root: Root) -> dict[str, list[str]]:
    """Ids that every landed version has, by stream."""
    found: dict[str, list[str]] = {}
    for file in sorted(root.landing.glob(f"*/*/*/{ROWS}")):
        rows = duckdb.sql(f"select _native_id from read_parquet('{file}')").fetchall()
        found.setdefault(file.parent.parent.name, []).extend(row[0] for row in rows)
    return {stream: sorted(ids) for stream, ids in found.items()}


def staged(root: Root, table: str) -> list[str]:
    with duckdb.connect(str(root.database), read_only=True) as connection:
        rows = connection.execute(f"from staging.{table} order by 1").fetchall()
    return [row[0].split(":")[2] for row in rows]


def test_what_is_past_its_days_goes_from_landing_inbox_and_warehouse(root: Root) -> None:
    preview = preview_retention(company(root))

    receipt = retain(company(root), name="night")

    assert preview.rows == {"desk.case": 3, "desk.contact": 1, "posts.status": 1}
    assert receipt is not None
    assert dict(receipt.landed) == preview.rows
    assert landed(root) == {"case": ["9"], "contact": ["2", "2"], "status": ["6"]}
    assert staged(root, "stg_salesforce__cases") == ["9"]
    assert staged(root, "stg_salesforce__contacts") == ["2"]
    assert staged(root, "stg_mastodon__statuses") == ["6"]
    with duckdb.connect(str(root.database), read_only=True) as connection:
        assert connection.execute("from marts.customer_360").fetchall() == [("c2",)]
    kept = sorted(file.name for file in (root.inbox / "loaded").rglob("*.csv"))
    assert kept == ["case-2026.csv", "contact-2026.csv", "status-2026.csv"]
    assert not list((root.state).glob("tombstones*"))
    assert retain(company(root), name="again") is None


def test_an_older_version_of_what_went_does_not_take_its_place(root: Root) -> None:
    """Case 7 has two versions: staging knew the newer one alone."""
    retain(company(root), name="night")

    with session(root.database) as connection:
        expose(connection, root, Ledger(root), (DESK, POSTS), STREAMS)
        rows = connection.execute("select id from landing.salesforce__case").fetchall()
    assert rows == [("9",)]


@pytest.mark.parametrize(
    ("options", "left"),
    [
        pytest.param({}, {"case": ["9"], "contact": ["2", "2"]}, id="the source's days"),
        pytest.param(
            {"case": StreamOptions(retention_days=3000)},
            {"case": ["7", "7", "8", "9"], "contact": ["2", "2"]},
            id="a stream's own, longer",
        ),
        pytest.param(
            {"case": StreamOptions(retention_days=10, purpose="support")},
            {"case": [], "contact": ["2", "2"]},
            id="a stream's own, shorter",
        ),
    ],
)
def test_each_stream_is_kept_as_long_as_its_own_purpose_allows(
    root: Root, options: Mapping[str, StreamOptions], left: Mapping[str, list[str]]
) -> None:
    retain(company(root, source("desk", "salesforce", streams=options)), name="night")

    assert {stream: landed(root)[stream] for stream in left} == left


@pytest.mark.parametrize(
    "hold",
    [
        pytest.param(LegalHold(reason="lawsuit", sources=("desk",)), id="source"),
        pytest.param(LegalHold(reason="lawsuit", customers=("c1",)), id="customer"),
    ],
)
def test_a_legal_hold_keeps_what_it_names(root: Root, hold: LegalHold) -> None:
    rules = Privacy(legal_holds={"lawsuit": hold})

    retain(company(root, rules=rules), name="night")

    assert landed(root)["contact"] == ["1", "2", "2"]
    is_of_source = bool(hold.sources)
    assert landed(root)["case"] == (["7", "7", "8", "9"] if is_of_source else ["9"])
    # the post is the customer's: it is held with them, and goes where only the desk is held
    assert landed(root)["status"] == (["6"] if is_of_source else ["5", "6"])


def test_every_staging_table_ages_or_says_why_it_does_not() -> None:
    """A stream that is added later is kept for good only when somebody has said so."""
    unsaid = []
    for file in sorted((PROJECT / "dbt" / "models" / "staging").rglob("*.sql")):
        text = file.read_text(encoding="utf-8")
        first = re.search(r"-- keys\n(?:.*?) as (\w+),", text, re.DOTALL)
        assert first is not None, file.name
        own = first[1]
        if own == "native_id":
            own = _RECORDS
        ages = own == _RECORDS or (
            own in _OF_EVENTS and any(f" as {time}" in text for time in _TIMES)
        )
        if not ages and own not in KEPT:
            unsaid.append((file.name, own))

    assert unsaid == []

"""Landing: exactly once, whole, and known by content."""

import json
import resource
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from dagster_project.domain.errors import StateError
from dagster_project.domain.loads import LeftOut, Load, LoadState, Verdict
from dagster_project.domain.root import Root
from dagster_project.domain.streams import PROVENANCE
from dagster_project.engines.duckdb.storage import DiskFullError
from dagster_project.landing.store import LandingZone
from tests.unit.landing.builders import CONTACT, DAY, batch, contact, file_in


def rows_of(zone: LandingZone, load: Load) -> list[tuple[object, ...]]:
    return zone.connection.execute(
        f"select * from read_parquet('{zone.rows_file(load)}') order by _row"
    ).fetchall()


def accept(zone: LandingZone, load: Load) -> Load:
    return zone.ledger.decide(
        load.load_id,
        state=LoadState.ACCEPTED,
        verdict=Verdict("test"),
        quarantined=0,
        suite_hash="",
    )


def test_a_load_has_the_streams_columns_as_text_and_its_provenance(zone: LandingZone) -> None:
    load = zone.land(batch(contact(1), contact(2)))

    described = zone.connection.execute(
        f"describe select * from read_parquet('{zone.rows_file(load)}')"
    ).fetchall()
    types = {row[0]: row[1] for row in described}
    assert list(types) == [*CONTACT.columns, *PROVENANCE]
    assert {types[column] for column in CONTACT.columns} == {"VARCHAR"}
    assert types["_as_of"] == "TIMESTAMP WITH TIME ZONE"
    assert load.rows == 2


def test_the_same_content_lands_once(zone: LandingZone) -> None:
    first = zone.land(batch(contact(1)))

    again = zone.land(batch(contact(1)))

    assert first.is_new
    assert not again.is_new
    assert again.load_id == first.load_id
    assert len(zone.ledger.loads()) == 1


def test_the_same_content_of_another_source_is_another_load(zone: LandingZone) -> None:
    one = zone.land(batch(contact(1)))
    other = zone.land(batch(contact(1), source="hubspot_emea"))

    assert one.load_id != other.load_id


def test_equal_rows_hash_alike_whatever_load_they_come_in(zone: LandingZone) -> None:
    first = zone.land(batch(contact(1)))
    second = zone.land(batch(contact(1), contact(2), as_of=DAY + timedelta(days=1)))

    hashes = [
        {row[0]: row[1] for row in zone.connection.execute(
            f"select _native_id, _hash from read_parquet('{zone.rows_file(load)}')"
        ).fetchall()}
        for load in (first, second)
    ]  # fmt: skip
    assert hashes[0]["1"] == hashes[1]["1"]
    assert hashes[1]["1"] != hashes[1]["2"]


def test_a_null_and_an_empty_text_hash_differently(zone: LandingZone) -> None:
    load = zone.land(batch(contact(1, city=None), contact(1, city="")))

    hashes = zone.connection.execute(
        f"select distinct _hash from read_parquet('{zone.rows_file(load)}')"
    ).fetchall()
    assert len(hashes) == 2


def test_a_row_without_an_id_gets_its_contents_hash(zone: LandingZone) -> None:
    load = zone.land(batch(contact(1, record_id="  ")))

    ids = zone.connection.execute(
        f"select _native_id, _hash from read_parquet('{zone.rows_file(load)}')"
    ).fetchall()
    assert ids[0][0] == ids[0][1]


def test_quotes_in_names_and_values_do_no_harm(zone: LandingZone) -> None:
    load = zone.land(batch(contact(1, last_name="O'Hara"), origin="o'hara; drop.csv"))

    values = zone.connection.execute(
        f"select last_name, _file from read_parquet('{zone.rows_file(load)}')"
    ).fetchall()
    assert values == [("O'Hara", "o'hara; drop.csv")]


def test_a_cell_of_ten_megabytes_lands_whole(zone: LandingZone) -> None:
    sql = batch(contact(1)).rows_sql.replace(
        "null::varchar as last_name", "repeat('x', 10000000) as last_name"
    )
    load = zone.land(batch(contact(1), rows_sql=sql))

    length = zone.connection.execute(
        f"select length(last_name) from read_parquet('{zone.rows_file(load)}')"
    ).fetchall()
    assert length == [(10_000_000,)]


def test_rows_that_cannot_be_read_land_as_none_and_the_manifest_says_so(
    zone: LandingZone,
) -> None:
    load = zone.land(batch(contact(1), rows_sql="select * from read_csv('/nowhere.csv')"))

    assert load.rows == 0
    assert zone.ledger.manifest_of(load.load_id)["unreadable"] == "IOException"
    assert rows_of(zone, load) == []


def test_a_repull_lands_only_what_differs_from_the_newest_accepted_version(
    zone: LandingZone,
) -> None:
    accept(zone, zone.land(batch(contact(1), contact(2), contact(3), skip_known=True)))

    load = zone.land(
        batch(
            contact(1),
            contact(2, first_name="Bo"),
            contact(4),
            as_of=DAY + timedelta(hours=1),
            skip_known=True,
        )
    )

    assert [row[0] for row in rows_of(zone, load)] == ["2", "4"]
    assert zone.ledger.manifest_of(load.load_id)["parsed_rows"] == 3


def test_a_value_that_changes_back_is_new_again(zone: LandingZone) -> None:
    for day, name in enumerate(("Ada", "Bo")):
        accept(
            zone,
            zone.land(
                batch(
                    contact(1, first_name=name),
                    as_of=DAY + timedelta(days=day),
                    skip_known=True,
                )
            ),
        )

    load = zone.land(batch(contact(1), as_of=DAY + timedelta(days=2), skip_known=True))

    assert load.rows == 1


def test_rows_of_a_refused_load_are_not_known(zone: LandingZone) -> None:
    refused = zone.land(batch(contact(1)))
    zone.ledger.decide(
        refused.load_id,
        state=LoadState.REFUSED,
        verdict=Verdict("test"),
        quarantined=0,
        suite_hash="",
    )

    load = zone.land(batch(contact(1), as_of=DAY + timedelta(days=1), skip_known=True))

    assert load.rows == 1


def test_a_repull_of_known_rows_moves_the_cursor_and_leaves_no_load(zone: LandingZone) -> None:
    accept(zone, zone.land(batch(contact(1), skip_known=True, cursor={"since": "1"})))

    load = zone.land(
        batch(contact(1), as_of=DAY + timedelta(days=1), skip_known=True, cursor={"since": "2"})
    )

    assert (load.rows, load.is_new) == (0, False)
    assert zone.ledger.cursor_of("hubspot_apac", "contact") == {"since": "2"}
    assert len(zone.ledger.loads()) == 1
    assert len(list(zone.root.landing.glob("*/*/*"))) == 1


def test_the_cursor_is_stored_with_its_load(zone: LandingZone) -> None:
    zone.land(batch(contact(1), cursor={"max_id": "9"}))

    assert zone.ledger.cursor_of("hubspot_apac", "contact") == {"max_id": "9"}


def test_files_are_put_away_without_overwriting_each_other(
    zone: LandingZone, root: Root
) -> None:
    for text in ("one", "two"):
        zone.put_away("hubspot_apac", file_in(root.inbox / "hubspot_apac", text=text))

    loaded = root.inbox / "loaded" / "hubspot_apac"
    assert {f.name: f.read_text() for f in loaded.iterdir()} == {
        "contacts.csv": "one",
        "contacts~2.csv": "two",
    }


def test_a_file_that_came_twice_is_kept_once(zone: LandingZone, root: Root) -> None:
    for _ in range(2):
        zone.put_away("hubspot_apac", file_in(root.inbox / "hubspot_apac"))

    loaded = root.inbox / "loaded" / "hubspot_apac"
    assert [f.name for f in loaded.iterdir()] == ["contacts.csv"]
    assert not (root.inbox / "hubspot_apac" / "contacts.csv").exists()


def test_putting_away_a_file_that_is_gone_does_nothing(zone: LandingZone, root: Root) -> None:
    assert zone.put_away("hubspot_apac", root.inbox / "gone.csv") is None


def test_recovery_removes_what_was_written_half_way(zone: LandingZone, root: Root) -> None:
    leftover = root.landing / ".partial" / "0123456789abcdef"
    leftover.mkdir(parents=True)
    (leftover / "rows.parquet").write_bytes(b"PAR1 half")

    recovery = zone.recover()

    assert recovery.leftovers_removed == 1
    assert list((root.landing / ".partial").iterdir()) == []


def test_recovery_enters_loads_the_ledger_does_not_know(zone: LandingZone, root: Root) -> None:
    load = zone.land(batch(contact(1), cursor={"since": "1"}))
    zone.ledger.file.unlink()
    other = LandingZone(root)

    recovery = other.recover()

    assert recovery.loads_entered == 1
    found = other.ledger.find(load.load_id)
    assert found is not None
    assert (found.state, found.rows) == (LoadState.LANDED, 1)
    assert other.ledger.cursor_of("hubspot_apac", "contact") == {"since": "1"}


def test_a_load_whose_folder_is_gone_stops_the_run(zone: LandingZone) -> None:
    load = zone.land(batch(contact(1)))
    folder = zone.rows_file(load).parent
    folder.rename(folder.parent.parent.parent.parent / "elsewhere")

    with pytest.raises(StateError, match="not in landing"):
        zone.recover()


def test_a_folder_that_is_no_load_stops_the_run(zone: LandingZone, root: Root) -> None:
    (root.landing / "hubspot_apac" / "contact" / "stray").mkdir(parents=True)

    with pytest.raises(StateError, match="not a load"):
        zone.recover()


def test_a_load_of_a_newer_format_stops_the_run(zone: LandingZone, root: Root) -> None:
    load = zone.land(batch(contact(1)))
    manifest = zone.rows_file(load).with_name("load.json")
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 99}))
    zone.ledger.file.unlink()

    with pytest.raises(StateError, match="format 99"):
        LandingZone(root).recover()


def test_a_new_reading_replaces_a_load_whole(zone: LandingZone) -> None:
    first = zone.land(batch(contact(1), content="a", problems=("missing_time_zone",)))

    again = zone.land_again(batch(contact(1), contact(2), content="a"))

    assert again.load_id == first.load_id
    assert [row[0] for row in rows_of(zone, again)] == ["1", "2"]
    assert zone.ledger.manifest_of(first.load_id)["problems"] == []
    assert list((zone.root.landing / ".partial").iterdir()) == []


def test_recovery_brings_back_a_load_whose_new_reading_never_came(
    zone: LandingZone, root: Root
) -> None:
    load = zone.land(batch(contact(1)))
    folder = zone.rows_file(load).parent
    folder.rename(root.landing / ".partial" / f"{load.load_id}.replaced")

    zone.recover()

    assert [row[0] for row in rows_of(zone, load)] == ["1"]


def test_points_of_a_landing_are_told_in_order(root: Root) -> None:
    points: list[str] = []
    zone = LandingZone(root, reached=points.append)

    zone.land(batch(contact(1)))
    zone.close()

    assert points == [
        "landing: temporary file written",
        "landing: renamed, not in the ledger",
        "landing: in the ledger",
    ]


def test_a_database_error_of_a_broken_parquet_is_no_surprise(zone: LandingZone) -> None:
    load = zone.land(batch(contact(1)))
    Path(zone.rows_file(load)).write_bytes(b"no parquet")

    with pytest.raises(duckdb.Error):
        rows_of(zone, load)


def test_a_full_disk_is_no_reason_to_refuse_a_load(zone: LandingZone) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = "(select string_agg(md5(i::varchar), '') from range(20000) as t(i))"
    sql = batch(contact(1)).rows_sql.replace(
        "null::varchar as last_name", f"{noise} as last_name"
    )
    large = batch(contact(1), rows_sql=sql)

    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DiskFullError, match="the disk is full"):
            zone.land(large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert zone.ledger.loads() == ()
    zone.recover()
    assert zone.land(large).rows == 1


def test_what_a_reader_left_out_is_known_of_the_load_ever_after(zone: LandingZone) -> None:
    left = (LeftOut("lines without a value", 2), LeftOut("records of Task", 1))

    landed = zone.land(batch(contact(1), left_out=left))

    assert landed.left_out == left
    assert zone.ledger.find(landed.load_id) == landed
    assert landed.rows_in == 4


def test_rows_known_before_and_rows_that_cannot_be_read_are_accounted_for(
    zone: LandingZone,
) -> None:
    accept(zone, zone.land(batch(contact(1), contact(2), skip_known=True, content="first")))
    repulled = zone.land(batch(contact(1), contact(3), skip_known=True, content="second"))
    broken = zone.land(
        batch(contact(1), rows_sql="select * from read_csv('/nowhere.csv')", content="third")
    )

    assert (repulled.rows, repulled.rows_in) == (1, 2)
    assert (broken.rows, broken.rows_in) == (0, 1)


def test_a_load_of_an_older_version_has_nothing_left_out(zone: LandingZone) -> None:
    landed = zone.land(batch(contact(1)))
    manifest = zone.ledger.manifest_of(landed.load_id)
    del manifest["left_out"]
    zone.ledger.enter(landed, manifest=manifest)

    assert zone.ledger.find(landed.load_id) == landed


def with_absent(first: str, absent: str) -> str:
    return f"select *, '{absent}' as _absent from ({first})"


def test_a_file_with_fewer_columns_than_its_stream_had_says_which(
    zone: LandingZone, root: Root
) -> None:
    wide, narrow = (
        batch(contact(1, first_name=name), path=file_in(root.inbox, f"{name}.csv"))
        for name in ("wide", "narrow")
    )
    accept(zone, zone.land(replace(wide, rows_sql=with_absent(wide.rows_sql, ",archived,"))))
    absent = ",archived,phone_number,unsubscribed_from_all_email,"

    load = zone.land(replace(narrow, rows_sql=with_absent(narrow.rows_sql, absent)))

    assert zone.ledger.manifest_of(load.load_id)["notes"] == [
        "narrower than before: 2 columns are not in it (phone_number, "
        "unsubscribed_from_all_email); what was known of them stays"
    ]


@pytest.mark.parametrize(
    ("first", "second", "is_compared"),
    [
        pytest.param("export.csv", "export-renamed.csv", True, id="renamed"),
        pytest.param("export.csv", "mentions.ndjson", False, id="another-kind"),
        pytest.param(
            "audience_1.zip!subscribed_1.csv", "audience_1.zip!cleaned_1.csv", False, id="part"
        ),
        pytest.param(
            "audience_1.zip!cleaned_1.csv", "audience_2.zip!cleaned_2.csv", True, id="same-part"
        ),
    ],
)
def test_only_files_of_one_view_are_called_narrower(
    zone: LandingZone, root: Root, first: str, second: str, is_compared: bool
) -> None:
    wide, narrow = (
        batch(contact(1, first_name=name), path=file_in(root.inbox, name), origin=name)
        for name in (first, second)
    )
    accept(zone, zone.land(replace(wide, rows_sql=with_absent(wide.rows_sql, ""))))

    load = zone.land(replace(narrow, rows_sql=with_absent(narrow.rows_sql, ",phone_number,")))

    assert bool(zone.ledger.manifest_of(load.load_id)["notes"]) is is_compared

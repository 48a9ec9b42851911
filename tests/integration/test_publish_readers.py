"""Readers in other processes during repeated publications, and publishers killed for real."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dagster_project.domain.root import Root
from dagster_project.publish.publication import POINTS, publish
from tests.unit.publish.company import build_warehouse, change, crm, read

READER = """
import json, os, sys, time
import duckdb

product, stop = sys.argv[1], sys.argv[2]
lean = {"threads": 1}  # eight readers have two cores between them
kept = duckdb.connect(product, read_only=True, config=lean)  # warm: one old generation stays open
first = kept.execute("select any_value(generation) from _manifest").fetchall()[0][0]
seen, torn, errors = [], 0, []
while True:
    last_round = os.path.exists(stop)
    try:
        with duckdb.connect(product, read_only=True, config=lean) as connection:
            generation, total = connection.execute(
                "select any_value(generation), sum(row_count) from _manifest"
            ).fetchall()[0]
            marks = connection.execute(
                "select count(distinct x_handle), min(x_handle) from customer_360"
            ).fetchall()[0]
            rows = connection.execute(
                "select (select count(*) from customer_360) + (select count(*) from customer_xref)"
                " + (select count(*) from fct_message)"
            ).fetchall()[0][0]
    except Exception as error:
        errors.append(type(error).__name__ + ": " + str(error))
        continue
    torn += rows != total or marks[0] != 1
    if not seen or seen[-1] != generation:
        seen.append(generation)
    if last_round:
        break
    time.sleep(0.02)
still = kept.execute("select any_value(generation) from _manifest").fetchall()[0][0]
print(json.dumps({"seen": seen, "torn": torn, "errors": errors[:3], "kept": still == first}))
"""

PUBLISHER = """
import os, signal, sys
from pathlib import Path

from dagster_project.domain.root import Root
from dagster_project.publish.publication import publish
from tests.unit.publish.company import crm

def reached(point):
    if point == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

publish(Root(Path(sys.argv[1])), crm(), reached=reached)
"""


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    build_warehouse(root, customers=200)
    change(root, "update marts.customer_360 set x_handle = 'g0'")
    return root


def test_eight_readers_see_whole_generations_only_and_the_newest_at_last(root: Root) -> None:
    publish(root, crm())
    stop = root.path / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(root.published / "crm.duckdb"), str(stop)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]

    names = []
    for number in range(1, 6):
        change(root, f"update marts.customer_360 set x_handle = 'g{number}'")
        names.append(publish(root, crm(), keep=2).generation)
    stop.touch()
    reports = [json.loads(reader.communicate(timeout=120)[0]) for reader in readers]

    assert [r["errors"] for r in reports] == [[]] * 8
    assert sum(r["torn"] for r in reports) == 0
    assert all(r["kept"] for r in reports)
    assert {r["seen"][-1] for r in reports} == {names[-1]}
    assert all(r["seen"] == sorted(r["seen"]) for r in reports)


@pytest.mark.parametrize("point", POINTS[2:5])  # the others: tests/unit/publish
def test_a_publisher_killed_at_any_step_leaves_a_whole_product(root: Root, point: str) -> None:
    publish(root, crm())
    change(root, "update marts.customer_360 set x_handle = 'g1'")
    killed = subprocess.run(
        [sys.executable, "-c", PUBLISHER, str(root.path), point],
        cwd=Path(__file__).parents[2],
        check=False,
    )

    product = root.published / "crm.duckdb"
    between = read(product, "select distinct x_handle from customer_360")
    publish(root, crm())

    assert killed.returncode == -signal.SIGKILL
    assert between in ([("g0",)], [("g1",)])
    assert read(product, "select distinct x_handle from customer_360") == [("g1",)]
    assert not [p for p in (root.published / "crm").iterdir() if p.name.startswith(".")]


def test_a_publisher_killed_at_a_random_moment_leaves_a_whole_product(root: Root) -> None:
    publish(root, crm())
    product = root.published / "crm.duckdb"
    for number, delay in enumerate((0.4, 0.6), start=1):
        change(root, f"update marts.customer_360 set x_handle = 'g{number}'")
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(root.path), "nowhere"],
            cwd=Path(__file__).parents[2],
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        between = read(product, "select distinct x_handle from customer_360")
        publish(root, crm())

        assert len(between) == 1
        assert read(product, "select distinct x_handle from customer_360") == [(f"g{number}",)]


@pytest.mark.skipif(os.name != "posix", reason="limits file sizes the POSIX way")
def test_a_full_disk_loses_nothing_and_says_so(root: Root) -> None:
    first = publish(root, crm()).generation
    change(root, "update marts.customer_360 set x_handle = md5(random()::varchar)")
    change(
        root,
        "create or replace table marts.fct_message as select md5(i::varchar) as message_id, "
        "md5((i + 1)::varchar) as customer_id, md5((i + 2)::varchar) as body_text "
        "from range(200000) as t(i)",
    )
    limited = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))\n" + PUBLISHER
    )

    full = subprocess.run(
        [sys.executable, "-c", limited, str(root.path), "nowhere"],
        cwd=Path(__file__).parents[2],
        check=False,
        capture_output=True,
        text=True,
    )

    product = root.published / "crm.duckdb"
    assert "the disk is full" in full.stderr
    assert read(product, "select any_value(generation) from _manifest") == [(first,)]
    assert not [p for p in (root.published / "crm").iterdir() if p.name.startswith(".")]
    assert publish(root, crm()).changed

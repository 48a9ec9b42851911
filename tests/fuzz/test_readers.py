"""Whatever lies in the inbox, a good file beside it is read; `make fuzz` tries for longer."""

import shutil
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.sources.catalogue import VENDORS
from dagster_project.sources.files import Unreadable
from tests.fuzz.odd_files import OddFile, odd_files
from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, source_of

CRM = source_of("salesforce", name="crm")
GOOD = (SAMPLES / "salesforce/Contact.csv").read_bytes()
LONGEST = 10.0
"""Seconds for one small file, far above what any takes: a reader that backtracks needs hours."""


@given(odd=odd_files, placed=st.sampled_from(["at its vendor", "elsewhere", "at the top"]))
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_an_odd_file_is_read_or_told_and_the_good_one_is_read(
    tmp_path_factory: pytest.TempPathFactory, odd: OddFile, placed: str
) -> None:
    inbox = Inbox(tmp_path_factory.mktemp("fuzz"))
    inbox.sources += [source_of(vendor) for vendor in VENDORS]
    folder = {"at its vendor": odd.vendor, "elsewhere": VENDORS[odd.seed % len(VENDORS)]}
    taker = source_of(folder[placed]) if placed in folder else None
    inbox.put(taker, odd.name.replace("/", "_"), odd.content())
    good = inbox.put(CRM, "zz good.csv", GOOD)

    started = time.perf_counter()
    readings = inbox.read()
    seconds = time.perf_counter() - started

    told = [r for r in readings if isinstance(r, Unreadable) or r.batch.path != good]
    assert [len(r.rows) for r in readings if isinstance(r, Reading) and r not in told] == [3]
    assert told
    assert seconds < LONGEST
    shutil.rmtree(inbox.path)

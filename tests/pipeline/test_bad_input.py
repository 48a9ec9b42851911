"""A run over everything that is wrong with input: each told, the rest read, nothing lost."""

import csv
import json
import re
import shutil
import sqlite3
import threading
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_project.cli.doctor import examine
from dagster_project.cli.root import regate_root
from dagster_project.cli.run import run_and_report
from dagster_project.cli.terminal import console
from dagster_project.definitions import build_definitions
from dagster_project.domain.root import Root
from dagster_project.settings import read_settings
from tests.pipeline import bad_input
from tests.pipeline.token_search import files_with, forms_of

pytestmark = pytest.mark.pipeline

TOLD = {
    "shop/missing-column.csv": ("the header lacks record_id", "name it under `columns:`"),
    "shop/renamed-column.csv": ('did you mean "Record ID no"?', "config/sources.yml"),
    "impossible-dates.csv": ("create_date_readable: 1 of 21 rows fails", "c360 regate"),
    "shop/a-login-page.csv": ("it is a web page", "export it again"),
    "shop/empty.csv": ("the file is empty", "export it again"),
    "shop/notes.txt": ("not recognised as a file of hubspot", "docs/formats.md"),
    "shop/growing.csv": ("still being written", "a later run reads it"),
    "shop/wrong-encoding.csv": ("read as cp1252, which is a guess", "export it as UTF-8"),
    "shop/nul-bytes.csv": ("1 NUL bytes left out", "kept as it came"),
    "shop/extra-column.csv": ("are kept in _extra (1): Favourite Colour", ""),
    "nobody/contacts.csv": ("belongs to no source", "add an entry"),
    "sales/bomb.zip": ("looks like a zip bomb", "unpack it yourself"),
    "sales/traversal.zip": ("points outside its folder", "ask its sender"),
    "sales/cut-off.zip": ("cut off or damaged", "put the whole file in its place"),
    "sales/book.xlsx": ("an Excel workbook", "save it as CSV"),
    "sales/old-book.xls": ("an old Excel workbook", "save it as CSV"),
    "mail/events.ndjson": ("the file is cut off", "put the whole file in its place"),
    "mastodon_html": ("a web page instead of JSON", "check api.base_url"),
    "mastodon_401": ("refuses the access token (401", "make a new access token"),
    "mastodon_moved": ("mastodon_moved", ""),
    "bluesky_slow": ("bluesky_slow", ""),
    "bluesky_unusable": ("UNUSABLE_TOKEN", "printable ASCII on one line"),
    "mastodon_dies": ("connection to mastodon_dies broke", "run again later"),
}
"""What is printed of each: what is wrong, and what to do about it."""

UNREAD = {name for name in TOLD if "/" in name} - {
    "shop/missing-column.csv",
    "shop/renamed-column.csv",
    "shop/wrong-encoding.csv",
    "shop/nul-bytes.csv",
    "shop/extra-column.csv",
}


HELD_BACK = (UNREAD - {"shop/growing.csv"}) | {
    "missing-column.csv",
    "impossible-dates.csv",
    "mastodon_401",
}
"""What every run after the first must go on naming: files, refused loads, rows, an API."""

IDLE_RUNS = 2


def not_named(told: str, names: set[str]) -> set[str]:
    """Names that a text does not hold."""
    return {name for name in names if name not in told}


def failed_checks(root: Root) -> set[tuple[str, str]]:
    """Asset and name of every check whose newest result is a failure, as Dagster keeps them."""
    settings = read_settings(root.path)
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        keys = list(build_definitions(settings).resolve_asset_graph().asset_check_keys)
        results = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    return {
        (key.asset_key.to_user_string(), key.name)
        for key, record in results.items()
        if record.status.value == "FAILED"
    }


@dataclass(frozen=True)
class Finished:
    """The root after its run, and what the run printed."""

    root: Root
    status: int
    printed: str
    alerts: Path

    def asked(self, query: str, product: str = "crm") -> list[tuple[object, ...]]:
        """Rows of a published file."""
        file = self.root.published / f"{product}.duckdb"
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def told(self, name: str) -> str:
        """The lines that name a file or source, each with the one that explains it."""
        lines = self.printed.splitlines()
        found = [i for i, line in enumerate(lines) if name.rpartition("/")[2] in line]
        return "\n".join("\n".join(lines[i : i + 2]) for i in found)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("bad")
    root = Root(folder / "root")
    bad_input.make_company(root)
    (root.config / "alerts.yml").write_text(
        f"command: [/bin/sh, -c, 'cat >> {folder / 'alerts.json'}']\n"
        "webhook_env: C360_NO_SUCH_HOOK\n",
        encoding="utf-8",
    )
    with (
        pytest.MonkeyPatch.context() as patched,
        bad_input.bad_apis(folder / "world") as addresses,
        _growing(root.inbox / "shop" / "growing.csv"),
        console.capture() as printed,
    ):
        for name, value in addresses.items():
            patched.setenv(name, value)
        _lose_patience(patched)
        status = run_and_report(
            root.path, demo=False, people=0, seed=0, strict=False, as_of=None
        )
    return Finished(root, status, printed.get(), folder / "alerts.json")


def _lose_patience(patched: pytest.MonkeyPatch) -> None:
    """Waiting is tested elsewhere; here it would only take time."""
    from dagster_project.defs import guard
    from dagster_project.sources import http

    patched.setattr(http, "RetryPolicy", partial(http.RetryPolicy, attempts=3, first_wait=0.01))
    patched.setattr(guard, "WAIT_SECONDS", 0)


class _growing:  # noqa: N801 - reads as what it does
    """Somebody who goes on writing a file while the run lasts."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> None:
        self._file.write_text(bad_input.export())
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        number = 400
        while not self._stop.wait(0.3):
            with self._file.open("a") as file:
                file.write(bad_input.contact(number) + "\n")
            number += 1


def test_the_run_goes_on_to_its_end(finished: Finished) -> None:
    assert finished.status == 0, finished.printed
    assert "Traceback" not in finished.printed


def test_what_is_held_back_is_told_by_an_alert_without_names_of_files(
    finished: Finished,
) -> None:
    # one line per run: a test that goes on from a copy of the root adds to the same file
    alert = json.loads(finished.alerts.read_text(encoding="utf-8").splitlines()[0])

    told = {(c["asset"], c["check"]): c["counts"] for c in alert["checks"]}
    assert alert["event"] == "checks_failed"
    assert told["inbox/shop", "gate"]["loads_refused"] == 2
    assert told["inbox/sales", "sources_readable"]["unread"] == 5
    assert [n for n in TOLD if n.rpartition("/")[2] in json.dumps(alert) and "/" in n] == []
    assert "did not arrive" in finished.printed
    assert "C360_NO_SUCH_HOOK is not set" in finished.printed


@pytest.mark.parametrize("name", TOLD)
def test_what_is_wrong_and_what_to_do_is_printed(finished: Finished, name: str) -> None:
    wrong, remedy = TOLD[name]

    told = finished.told(name)

    assert wrong in told, finished.printed
    assert remedy in told + finished.printed


def test_what_is_good_is_published(finished: Finished) -> None:
    records = {
        int(str(number))
        for (number,) in finished.asked(
            "select split_part(record_id, ':', 3) from customer_xref where source = 'shop'"
        )
    }

    good = {*range(100, 130), 210, 220, *range(230, 250), 260, 261, 270, 280, 281, 300}
    assert records == good
    assert finished.asked(
        "select distinct given_name from dim_customer where given_name = 'Ida'"
    )
    assert finished.asked(
        "select given_name from dim_customer where given_name like 'Zo%'"
    ) == [("Zoë Anaïs",)]


def test_an_api_that_stumbles_gives_everything_in_the_end(finished: Finished) -> None:
    messages = dict(finished.asked("select source, count(*) from fct_message group by source"))

    assert {
        name: messages.get(name) for name in ("mastodon_429", "bluesky_500", "bluesky_half")
    } == {
        "mastodon_429": 12,
        "bluesky_500": 12,
        "bluesky_half": 12,
    }


def test_what_was_not_read_lies_where_it_was(finished: Finished) -> None:
    inbox = finished.root.inbox

    lying = {
        file.relative_to(inbox).as_posix()
        for file in inbox.rglob("*")
        if file.is_file() and "loaded" not in file.parts
    }

    assert lying == UNREAD
    assert not list(finished.root.path.rglob("../Contact.csv"))


def test_cells_that_a_spreadsheet_would_run_are_made_safe_and_stay_true_inside(
    finished: Finished,
) -> None:
    cells = [
        cell
        for file in finished.root.published.glob("*/current/**/*.csv")
        for row in csv.reader(file.open(newline=""))
        for cell in row
    ]

    assert "'=evil" in cells
    assert [cell for cell in cells if re.match(r"[=+@\t\r]|-[^\d]", cell)] == []
    assert finished.asked(
        f"select count(*) from dim_customer where given_name = '{bad_input.FORMULA.replace(chr(39), chr(39) * 2)}'"
    ) == [(1,)]


def test_nothing_of_a_person_is_printed(finished: Finished) -> None:
    assert not re.findall(r"@example\.org|Quay\d|Zoë|cmd", finished.printed)
    assert max(map(len, finished.printed.splitlines())) < 400


def test_no_token_is_printed_or_kept_whatever_the_servers_did(finished: Finished) -> None:
    settings = read_settings(finished.root.path)
    tokens = (bad_input.CANARY, bad_input.TOKEN, bad_input.UNUSABLE_TOKEN)

    assert (settings.dagster_home / "history").exists()
    for token in tokens:
        assert files_with(token, finished.root.path, settings.dagster_home) == []
        assert not any(form.decode("latin-1") in finished.printed for form in forms_of(token))
    key = finished.root.state / "privacy.key"
    secret = key.read_text(encoding="ascii").strip()
    assert files_with(secret, finished.root.path) == [str(key)]


def test_a_token_would_be_found_in_whatever_form_it_were_kept(tmp_path: Path) -> None:
    token = bad_input.TOKEN
    for number, form in enumerate(sorted(forms_of(token))):
        (tmp_path / f"{number}.log").write_bytes(b"before " + form + b" after")
    with sqlite3.connect(tmp_path / "events.db") as store:
        store.execute("create table snapshots (body blob)")
        store.execute("insert into snapshots values (?)", [zlib.compress(token.encode())])
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute("create table t as select repeat(?, 3) as value", [token])
        connection.execute(f"copy t to '{tmp_path / 'rows.parquet'}' (compression zstd)")

    found = files_with(token, tmp_path)

    assert sorted(found) == sorted(str(file) for file in tmp_path.iterdir())


def test_a_refused_load_is_taken_once_its_column_is_named(finished: Finished) -> None:
    register = finished.root.config / "sources.yml"
    register.write_text(
        register.read_text().replace(
            "    vendor: hubspot\n",
            '    vendor: hubspot\n    columns: {record_id: "Record ID no"}\n',
        )
    )

    with console.capture() as printed:
        regate_root(finished.root.path)

    assert "accepted: shop: renamed-column.csv, 1 row, 0 quarantined" in printed.get()


def test_what_is_held_back_is_named_by_every_idle_run(
    finished: Finished, tmp_path: Path
) -> None:
    """A run that reads nothing new still says it, and so do its checks, doctor and the report."""
    root = Root(tmp_path / "root")
    shutil.copytree(finished.root.path, root.path, symlinks=True)
    page = (root.audit / "verdicts.html").read_text()
    for _ in range(IDLE_RUNS):
        with console.capture() as printed:
            status = run_and_report(
                root.path, demo=False, people=0, seed=0, strict=False, as_of=None
            )

        assert status == 0, printed.get()
        assert "Still held back" in printed.get()
        assert not_named(printed.get(), HELD_BACK) == set()
    checks = failed_checks(root)
    findings = "\n".join(f.what for f in examine(root.path) if not f.is_good)

    assert not_named(findings, HELD_BACK) == set()
    assert not_named((root.audit / "verdicts.html").read_text(), HELD_BACK) == set()
    assert not_named(page, HELD_BACK) == set()
    assert checks >= {
        ("inbox", "sources_readable"),  # nobody/contacts.csv
        ("inbox/shop", "sources_readable"),
        ("inbox/shop", "gate"),
        ("inbox/sales", "sources_readable"),
        ("inbox/mail", "sources_readable"),
        ("inbox/mastodon_401", "sources_readable"),
        ("landing/hubspot__contact", "gate"),
    }
    assert ("landing/salesforce__account", "gate") not in checks

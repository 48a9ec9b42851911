"""A company whose input has everything wrong with it that input ever has; people are invented."""

import io
import random
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster_project.config.roots import init_company_root
from dagster_project.demo.server import Fault, FaultKind, FaultPlan, ServerHandle
from dagster_project.domain.root import Root
from dagster_project.settings import PROJECT
from tests.unit.sources.api_world import ApiWorld, at, talk

HEADER = "Record ID,First Name,Last Name,Email,Twitter Username,Create Date,Last Modified Date"
TIMES = "2026-10-01 09:00,2026-10-02 09:00"
CELL_OF_10_MB = "x" * 10_000_000
FORMULA = "=cmd|' /C calc'!A0"

CANARY = "canary7f3a9c51d2"
TOKEN = f"{CANARY}/+=&%2B\"'<>{{}}\\[red]:smile:$HOME${{HOME}}%s@x.example:#?(a|b)*^;--"
"""A token of characters that addresses, JSON, HTML, shells and markup each write in their own way."""

UNUSABLE_TOKEN = f"{CANARY}\r\nX-Injected: yes"

APIS = {
    # name of the source: its vendor, and what its API does
    "mastodon_html": ("mastodon", Fault(FaultKind.HTML, times=9999)),
    "mastodon_401": ("mastodon", Fault(FaultKind.STATUS, status=401, times=9999)),
    "mastodon_429": ("mastodon", Fault(FaultKind.STATUS, status=429, retry_after="1", after=2)),
    "mastodon_dies": ("mastodon", Fault(FaultKind.RESET, after=3, times=9999)),
    "bluesky_500": ("bluesky", Fault(FaultKind.STATUS, status=500, after=2, times=2)),
    "mastodon_moved": ("mastodon", Fault(FaultKind.STATUS, status=302, times=9999)),
    "bluesky_slow": ("bluesky", Fault(FaultKind.SLOW, seconds=1.5, times=9999)),
    "bluesky_unusable": ("bluesky", Fault(FaultKind.HTML)),
    "bluesky_half": ("bluesky", Fault(FaultKind.TRUNCATED, path="getPosts")),
}


def make_company(root: Root) -> None:
    """A root with a register of all its sources and an inbox full of trouble."""
    init_company_root(root, PROJECT / "config")
    (root.config / "sources.yml").write_text(_register(), encoding="utf-8")
    for name, content in _files().items():
        file = root.inbox / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


@contextmanager
def bad_apis(folder: Path) -> Iterator[dict[str, str]]:
    """One server per API source, each with its own fault; yields variables of the environment."""
    world = ApiWorld(folder)
    talk(world, 12)
    servers: dict[str, ServerHandle] = {
        name: world.serve(moment=at(60), faults=FaultPlan([fault]), token=TOKEN)
        for name, (_, fault) in APIS.items()
    }
    try:
        yield {f"URL_{n.upper()}": s.mastodon_url for n, s in servers.items()} | {
            "API_TOKEN": TOKEN,
            "UNUSABLE_TOKEN": UNUSABLE_TOKEN,
        }
    finally:
        for server in servers.values():
            server.stop()


def _register() -> str:
    lines = ["sources:"]
    for name, vendor in (("shop", "hubspot"), ("sales", "salesforce"), ("mail", "sendgrid")):
        lines += [f"  {name}:", f"    vendor: {vendor}", *_COMMON]
    for name, (vendor, _) in APIS.items():
        account = "quay" if vendor == "mastodon" else "quay.example.org"
        lines += [f"  {name}:", f"    vendor: {vendor}", *_COMMON]
        lines += ["    api:", f"      base_url: ${{URL_{name.upper()}}}"]
        secret = "UNUSABLE_TOKEN" if name.endswith("_unusable") else "API_TOKEN"
        lines += [f"      token: ${{{secret}}}", f"      account: {account}"]
        if name.endswith("_slow"):
            lines.append("      timeout_seconds: 0.3")
    return "\n".join(lines) + "\n"


_COMMON = """\
    owner: crm@quay.example.org
    brand: quay
    region: emea
    currency: EUR
    timezone: Europe/Paris
    purpose: tests
    lawful_basis: contract
    retention_days: 30
    disclosure: https://quay.example.org/privacy""".splitlines()


def contact(number: int, *, first: str = "Ada", times: str = TIMES, handle: str = "") -> str:
    """One line of a HubSpot export."""
    return f"{number},{first},Quay{number},ada{number}@example.org,{handle},{times}"


def export(*lines: str, header: str = HEADER) -> str:
    """A HubSpot export of these lines."""
    return "\n".join([header, *lines, ""])


def _files() -> dict[str, bytes]:
    texts = {
        "shop/good.csv": export(*(contact(n) for n in range(100, 130))),
        "shop/missing-column.csv": export(
            "Ada,Quay,ada1@example.org", header="First Name,Last Name,Email"
        ),
        "shop/renamed-column.csv": export(
            contact(200), header=HEADER.replace("Record ID", "Record ID no")
        ),
        "shop/extra-column.csv": export(
            contact(210) + ",teal", header=HEADER + ",Favourite Colour"
        ),
        "shop/duplicate-ids.csv": export(contact(220), contact(220, first="Ida")),
        "shop/impossible-dates.csv": export(
            *(contact(n) for n in range(230, 250)), contact(250, times="2026-02-30 09:00,")
        ),
        "shop/large-cell.csv": export(contact(260, first=CELL_OF_10_MB)),
        "shop/large-address.csv": export(contact(261).replace("ada261@", f"{CELL_OF_10_MB}@")),
        "shop/nul-bytes.csv": export(contact(270, first="A\0da")),
        "shop/formulas.csv": export(
            contact(280, first=f'"{FORMULA}"', handle="=evil"),
            contact(281, first="+1+1", handle="@ada281"),
        ),
        "shop/empty.csv": "",
        "shop/a-login-page.csv": "<!doctype html><html><title>Sign in</title></html>",
        "shop/notes.txt": "remember the milk",
        "mail/events.ndjson": '{"email": "ada100@example.org", "timestamp": 1790000000, '
        '"event": "open", "sg_event_id": "e1", "sg_message_id": "m1.f.1.1.0"}\n{"email": "ad',
        "nobody/contacts.csv": export(contact(290)),
    }
    files = {name: text.encode() for name, text in texts.items()}
    files["shop/wrong-encoding.csv"] = export(contact(300, first="Zoë Anaïs")).encode("cp1252")
    files["sales/cut-off.zip"] = _zip({"Contact.csv": random.Random(0).randbytes(9000)})[:5000]
    files["sales/bomb.zip"] = _zip({"Contact.csv": b"\0" * 100_000_000})
    files["sales/traversal.zip"] = _zip({"../../Contact.csv": b"Id,LastName\n003,Quay\n"})
    files["sales/book.xlsx"] = _zip({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b""})
    files["sales/old-book.xls"] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    return files


def _zip(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()

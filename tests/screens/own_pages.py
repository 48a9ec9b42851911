"""Pages and pictures of our own: the report of verdicts on two screens, explanations as drawings."""

import csv
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.screens.points import require
from tests.screens.stage import LATER, LOGIN_PAGE, PROJECT, Stage

DESKTOP, PHONE = (1280, 800), (390, 844)
"""Screens in CSS pixels: a notebook's, and an iPhone 12 to 15's."""

CHARTS = ("score_histogram.png", "blocking_rules.png")
"""Of the model's charts those that fit a page; the third is as long as the list of levels."""

MOST_BYTES = 300_000
"""Of a picture that the documents show."""

_OVERFLOWING = """
() => [...document.body.querySelectorAll("*")].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
}).map(e => `${e.tagName.toLowerCase()} ${e.textContent.trim().slice(0, 40)}`)
"""
"""Elements that reach beyond the screen, so that somebody would have to scroll sideways."""


def see_verdicts(
    browser: Browser, stage: Stage, screen: tuple[int, int], picture: Path | None
) -> str:
    """The report names what is held back, and fits the screen."""
    width, height = screen
    page = browser.new_page(viewport={"width": width, "height": height})
    try:
        page.goto((stage.root / "audit" / "verdicts.html").as_uri())
        text = page.inner_text("body")
        for file in (LATER[1].rpartition("/")[2], LOGIN_PAGE):
            require(file in text, f"the report does not name {file}")
        beyond = page.evaluate(_OVERFLOWING)
        require(not beyond, f"{len(beyond)} elements reach beyond the screen: {beyond[:3]}")
        if picture is not None:
            page.screenshot(path=picture)
        long = page.evaluate("document.documentElement.scrollHeight")
        held = text.partition("Held back now")[2].strip().splitlines()[0]
        return f"{width} px wide, {long} px long, nothing beyond the edge; held back: {held}"
    finally:
        page.close()


def see_explanations(stage: Stage, pictures: Path) -> str:
    """A match, a customer and the model, drawn by the steward's commands."""
    pair, customer = _hardest_customer(stage)
    root = ("--root", str(stage.root))
    said = stage.c360("explain", "pair", *pair, *root, "--picture", str(pictures / "match.png"))
    require(
        said.startswith(("one customer", "two customers")), f"no verdict first: {said[:80]}"
    )
    stage.c360(
        "explain", "customer", customer, *root, "--picture", str(pictures / "customer.png")
    )
    charts = stage.root / "charts"
    stage.c360("explain", "model", *root, "--picture", str(charts))
    for name in CHARTS:
        shutil.copyfile(charts / name, pictures / name)
    return said.splitlines()[0]


def see_pictures(pictures: Path) -> str:
    """Every picture is small enough for a page, not of one colour, and shown by some document."""
    documents = [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]
    shown = "".join(document.read_text(encoding="utf-8") for document in documents)
    sizes = {file.name: file.stat().st_size for file in sorted(pictures.glob("*.png"))}
    require(sizes, "no picture was taken")
    for name, size in sizes.items():
        require(size <= MOST_BYTES, f"{name} has {size:,} bytes")
        require(f"images/{name}" in shown, f"{name} is shown by no document")
        with Image.open(pictures / name) as image:
            colours = image.convert("RGB").getcolors(maxcolors=1 << 24) or []
        require(len(colours) > 20, f"{name} is empty")
    return f"{len(sizes)} pictures, the largest of {max(sizes.values()) // 1000} kB"


def _hardest_customer(stage: Stage) -> tuple[tuple[str, str], str]:
    """The first customer that may be two, and the pair of records it hangs by."""
    queue = stage.root / "queue.csv"
    stage.c360("review", "--limit", "50", "--out", str(queue), "--root", str(stage.root))
    with queue.open(encoding="utf-8", newline="") as lines:
        cases = [c for c in csv.DictReader(lines) if "customer two" in c["question"]]
    require(cases, "no customer of the queue may be two")
    case = cases[0]
    return (case["record_id_l"], case["record_id_r"]), case["customer_id_l"]

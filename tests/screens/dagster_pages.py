"""Dagster's pages as somebody at a browser sees them: clicked through, read as text, photographed."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import FloatRect, Locator, Page

from tests.screens.points import UnseenError, require
from tests.screens.stage import RUN_SECONDS, Stage

JOB = "/locations/dagster_project.definitions/jobs/customer_360"
GROUPS = (
    *("1_inbox", "2_landing", "3_staging", "4_intermediate", "5_identity", "6_marts"),
    *("7_insights", "8_published"),
)
"""Groups of the graph in the order that data goes."""

_RUN = "/runs/[0-9a-f-]{36}"

_SLOW = 60_000
"""Milliseconds for a page on a machine that runs the pipeline beside it."""


def see_home(page: Page, stage: Stage, pictures: Path) -> str:
    """The page that Dagster opens with has the run of the command line on its timeline."""
    page.goto(stage.url("/"))
    _wait_for_text(page, "Search and filter jobs")
    page.wait_for_timeout(5000)
    text = read(page)
    photograph(page, pictures / "home.png", size=(1280, 500))
    require("No runs or scheduled ticks" not in text, "the timeline is empty")
    require(
        "customer_360" in text.partition("Now\n")[2], "the timeline has no row customer_360"
    )
    return "the timeline has a row customer_360"


def see_runs(page: Page, stage: Stage, path: str) -> str:
    """A list of runs names the one of the command line as such."""
    page.goto(stage.url(path))
    _wait_for_text(page, "Success")
    link = page.locator("a[href*='/runs/']", has_text=re.compile(r"^[0-9a-f]{8}$"))
    rows = [_words(_row_of(each, "Success").inner_text()) for each in link.all()]
    own = [row for row in rows if "c360 run" in row]
    require(own, f"no run is named as launched by c360 run: {rows}")
    return own[-1]


def see_lineage(page: Page, stage: Stage, pictures: Path) -> str:
    """All groups, each once, from left to right as their numbers say; none called default."""
    page.goto(stage.url("/asset-groups"))
    _wait_for_text(page, GROUPS[-1])
    page.wait_for_timeout(2000)
    nodes = {
        group: _boxes(page.locator("foreignObject").get_by_text(group, exact=True))
        for group in GROUPS
    }
    missing = [group for group, boxes in nodes.items() if len(boxes) != 1]
    require(not missing, f"not once in the graph: {', '.join(missing)}")
    order = sorted(nodes, key=lambda group: nodes[group][0]["x"])
    require(order == list(GROUPS), f"from left to right stand {', '.join(order)}")
    require("default" not in read(page).split(), "there is a group default")
    _photograph_graph(page, pictures / "lineage.png")
    return " → ".join(order)


@dataclass
class Watched:
    """What the page of a run showed, look by look."""

    states: list[tuple[str, int, int]] = field(default_factory=list)
    """Status, steps that succeeded, lines of the log seen so far."""

    lines: set[str] = field(default_factory=set)

    def look(self, page: Page) -> str:
        """One look; returns the run's status."""
        text = read(page)
        status = next((s for s in _STATUSES if re.search(rf"^{s}$", text, re.MULTILINE)), "?")
        done = re.search(r"Succeeded \((\d+)\)", text)
        self.lines.update(_log_lines(text))
        self.states.append((status, int(done[1]) if done else 0, len(self.lines)))
        return status

    @property
    def moves(self) -> list[tuple[str, int, int]]:
        """The looks that differ from the one before."""
        return [s for n, s in enumerate(self.states) if n == 0 or s != self.states[n - 1]]

    def as_words(self) -> str:
        """From the first look to the last in a line."""
        shown = self.moves if len(self.moves) < 8 else [*self.moves[:4], *self.moves[-3:]]
        return f"{len(self.moves)} looks that differ: " + ", ".join(
            f"{status} {steps} steps {lines} log lines" for status, steps, lines in shown
        )


_STATUSES = ("Queued", "Starting", "Started", "Success", "Failure", "Canceled")
_ENDED = {"Success", "Failure", "Canceled"}


def launch(page: Page, stage: Stage, glance: Callable[[], object] = str) -> str:
    """Start the main job by a click on its page and go to the run; returns its id.

    ``glance`` is called between steps, for what is watched meanwhile.
    """
    page.goto(stage.url(JOB))
    button = page.get_by_role("button", name="Materialize all")
    _wait_for(page, button, glance)
    button.click()
    notice = page.get_by_text(re.compile("^Launched run [0-9a-f]{8}"))
    _wait_for(page, notice, glance)
    short = notice.first.inner_text().rpartition(" ")[2][:8]
    page.goto(stage.url("/runs"))
    link = page.locator(f"a[href*='/runs/{short}']")
    _wait_for(page, link, glance)
    link.first.click()
    page.wait_for_url(re.compile(_RUN))
    glance()
    return page.url.rpartition("/runs/")[2][:36]


def is_run(page: Page) -> bool:
    """Whether a page is that of a run."""
    return bool(re.search(_RUN, page.url))


def watch_to_the_end(
    page: Page,
    watched: Watched,
    *,
    meanwhile: Callable[[Callable[[], object]], None] | None = None,
) -> None:
    """Stay on a run's page without a reload until it has ended.

    ``meanwhile``: done once, when the run has started; it is given how to look at the run.
    """
    started = time.monotonic()
    while time.monotonic() - started < RUN_SECONDS:
        status = watched.look(page)
        if status in _ENDED:
            page.wait_for_timeout(3000)  # the log's last lines come after the title
            watched.look(page)
            return
        if meanwhile is not None and status == "Started":
            meanwhile(lambda: watched.look(page))
            meanwhile = None
        page.wait_for_timeout(1000)
    raise UnseenError(f"the run did not end: {watched.as_words()}")


def judge_the_watch(watched: Watched, steps_expected: int = 10) -> str:
    """A page that moves shows steps and log lines growing in several looks, up to the end."""
    status, steps, _ = watched.states[-1]
    require(status == "Success", f"the run ended as {status}: {watched.as_words()}")
    before = [s for s in watched.states if s[0] not in _ENDED]
    require(
        len({s[1] for s in before}) >= 3,
        f"the steps did not move while the run worked: {watched.as_words()}",
    )
    require(
        len({s[2] for s in before}) >= 3,
        f"the log did not move while the run worked: {watched.as_words()}",
    )
    require(steps >= steps_expected, f"steps still look unfinished: {watched.as_words()}")
    require(
        any("RUN_SUCCESS" in line for line in watched.lines),
        f"the log does not show the run's end: {watched.as_words()}",
    )
    return watched.as_words()


def judge_the_end(watched: Watched) -> str:
    """A page that was opened while its run was queued shows it as a success in the end."""
    require(
        watched.states[0][0] in {"Queued", "Starting", "Started"},
        f"it was over before it was looked at: {watched.as_words()}",
    )
    require(watched.states[-1][0] == "Success", f"it did not succeed: {watched.as_words()}")
    return watched.as_words()


def see_queued(
    page: Page, stage: Stage, first: str, picture: Path, glance: Callable[[], object]
) -> str:
    """A second run, launched while ``first`` works, is queued and says for whom it waits.

    The list of runs says it: the page of a queued run shows Dagster's own words until it starts.
    """
    second = launch(page, stage, glance)
    _wait_for(page, page.get_by_text("Queued", exact=True), glance)
    page.goto(stage.url("/runs"))
    link = page.locator(f"a[href*='{second}']")
    _wait_for(page, link, glance)
    text = _words(_row_of(link, "Queued").inner_text())
    require(first[:8] in text, f"it does not say for whom it waits: {text}")
    _wait_for(page, page.get_by_text("Queued (1)"), glance)
    photograph(page, picture, size=(1500, 600))
    glance()
    page.goto(stage.url(f"/runs/{second}"))
    return f"Queued (1): {text}"


def see_check(
    page: Page,
    stage: Stage,
    source: str,
    check: str,
    *,
    shows: tuple[str, ...],
    picture: Path | None = None,
) -> str:
    """A check of a source has failed, and its page says what and why."""
    page.goto(stage.url(f"/assets/inbox/{source}?view=checks&checkDetail={check}"))
    _wait_for_text(page, "Latest execution")
    _wait_for_text(page, "Evaluation result")
    page.wait_for_timeout(1500)
    text = read(page)
    result = text.partition("Evaluation result")[2].split()[0]
    require(result == "Failed", f"the check is shown as {result}")
    if picture is not None:
        photograph(page, picture)
    why = page.get_by_text("[Show Markdown]")
    if why.count():
        why.first.click()
        page.wait_for_timeout(1000)
        text += read(page)
    for words in shows:
        require(words in text, f"its page does not say {words!r}")
    page.keyboard.press("Escape")
    return f"{source}: {check} {result}; says {', '.join(shows)}"


def see_columns(page: Page, stage: Stage, pictures: Path) -> str:
    """A mart's page has its columns with types, constraints and marks of personal data."""
    page.goto(stage.url("/assets/marts/customer_360"))
    _wait_for_text(page, "Column name")
    page.wait_for_timeout(2500)
    text = read(page)
    for words in ("customer_id", "varchar", "non-nullable", "unique", "pii: direct", "Owners"):
        require(words in text, f"the page of customer_360 does not show {words}")
    require(re.search(r"Row count\s+\d+", text), "no row count is shown")
    photograph(page, pictures / "asset.png")
    return "columns with types, constraints and pii marks, an owner and a row count"


def see_figures(page: Page, stage: Stage, pictures: Path) -> str:
    """The identity asset's figures are numbers that plot, after several runs too."""
    page.goto(stage.url("/assets/identity/customer_xref"))
    _wait_for_text(page, "Row count")
    plots = page.get_by_text("Plots", exact=True)
    plots.first.wait_for(timeout=_SLOW)
    plots.first.click()
    page.wait_for_timeout(3000)
    text = read(page).lower()
    missing = [w for w in ("customers", "precision", "recall") if w not in text]
    require(not missing, f"no plot of {', '.join(missing)}")
    page.get_by_text("customers", exact=True).first.scroll_into_view_if_needed()
    photograph(page, pictures / "figures.png")
    return f"plots of customers, precision and recall; {page.locator('canvas').count()} drawn"


def photograph(page: Page, file: Path, *, size: tuple[int, int] | None = None) -> None:
    """What the screen shows now, or would show if it were of another size."""
    before = page.viewport_size
    page.mouse.move(0, 0)
    if size is not None:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_timeout(1000)
    page.screenshot(path=file, animations="disabled")
    if before is not None:
        page.set_viewport_size(before)


def _photograph_graph(page: Page, file: Path) -> None:
    """The graph alone, twice as sharp: its boxes are small on a page as wide as a screen."""
    sharp = page.context.browser
    require(sharp, "the browser is gone")
    with sharp.new_page(  # type: ignore[union-attr]
        viewport={"width": 1280, "height": 700}, device_scale_factor=2
    ) as close:
        close.goto(page.url)
        close.locator("foreignObject").get_by_text(GROUPS[-1], exact=True).wait_for(
            timeout=_SLOW
        )
        close.get_by_text("Hide navigation").click()
        close.wait_for_timeout(2500)
        boxes = _boxes(close.locator("foreignObject"))
        left, top = min(b["x"] for b in boxes), min(b["y"] for b in boxes)
        right = max(b["x"] + b["width"] for b in boxes)
        bottom = max(b["y"] + b["height"] for b in boxes)
        close.screenshot(
            path=file,
            animations="disabled",
            clip={
                "x": left - 12,
                "y": top - 24,
                "width": right - left + 24,
                "height": bottom - top + 48,
            },
        )


def read(page: Page) -> str:
    """The text of a page as it is shown."""
    return page.inner_text("body")


def _wait_for_text(page: Page, words: str) -> None:
    page.wait_for_function(
        "words => document.body.innerText.includes(words)", arg=words, timeout=_SLOW
    )


def _wait_for(page: Page, wanted: Locator, glance: Callable[[], object]) -> None:
    """Wait until something is there, glancing elsewhere all the while."""
    for _ in range(_SLOW // 500):
        glance()
        if wanted.count() and wanted.first.is_visible():
            return
        page.wait_for_timeout(500)
    raise UnseenError(f"it did not come: {wanted}")


def _log_lines(text: str) -> list[str]:
    """Times, steps and kinds of the events that the log shows."""
    below = text.partition("\nINFO\n")[2]
    return re.findall(r"\d+:\d\d:\d\d[.\d]* [AP]M\n[^\n]*\n[^\n]*", below)


def _row_of(link: Locator, words: str) -> Locator:
    """The least that holds a link and these words: its row of a list."""
    return link.first.locator(f"xpath=ancestor::*[contains(., '{words}')][1]")


def _boxes(found: Locator) -> list[FloatRect]:
    return [box for each in found.all() if (box := each.bounding_box()) is not None]


def _words(text: str) -> str:
    return " ".join(text.split())

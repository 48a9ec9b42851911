"""``make screens``: look at Dagster and at our own pages in a browser, and take the docs' pictures.

A demo world is built in a folder of its own and run on the command line; then somebody at a
browser looks around, launches runs and watches them. What is asserted is what the pages show. One
line per point; exits with 1 when one failed. A picture is put into place only when all were taken.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.screens import dagster_pages as dagster
from tests.screens import own_pages as own
from tests.screens.points import Points, require
from tests.screens.stage import LOGIN_PAGE, PROJECT, Stage

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PICTURES = PROJECT / "docs" / "images"
SCREEN = (1280, 800)


def main() -> None:
    """Build, look, put the pictures into place."""
    options = _options()
    browser_file = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_file is None:
        print("no browser: install chromium (on Debian: apt-get install chromium)")
        sys.exit(2)
    if options.root is not None and options.root.exists():
        print(f"{options.root} is there already: name a folder that is not")
        sys.exit(2)
    os.environ.update({"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"})
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that Dagster is ended too
    points = Points()
    with tempfile.TemporaryDirectory(prefix="c360-screens-") as folder:
        stage = Stage((options.root or Path(folder) / "quay").resolve())
        taken = Path(folder) / "pictures"
        taken.mkdir()
        try:
            print(f"building a demo world in {stage.root} and running it …", flush=True)
            stage.build()
            stage.open_ui()
            with sync_playwright() as playwright:
                # Root has no sandbox of its own in a container; the pages are ours and local.
                browser = playwright.chromium.launch(
                    executable_path=browser_file,
                    args=["--no-sandbox"] if os.geteuid() == 0 else [],
                )
                look_around(browser, stage, taken, points)
                browser.close()
        finally:
            stage.close()
        if not points.failed or options.keep_pictures:
            options.pictures.mkdir(parents=True, exist_ok=True)
            for file in sorted(taken.glob("*.png")):
                shutil.copyfile(file, options.pictures / file.name)
            print(f"pictures → {options.pictures}")
    print(f"{len(points.passed)} passed, {len(points.failed)} failed")
    sys.exit(1 if points.failed else 0)


def look_around(browser: Browser, stage: Stage, taken: Path, points: Points) -> None:
    """Every point, in the order of a first hour."""
    page = _page(browser)
    points.look("home page after c360 run", lambda: dagster.see_home(page, stage, taken))
    points.look("list of runs", lambda: dagster.see_runs(page, stage, "/runs"))
    points.look("job page", lambda: dagster.see_runs(page, stage, f"{dagster.JOB}/runs"))
    points.look("lineage", lambda: dagster.see_lineage(page, stage, taken))
    stage.deliver()
    _see_two_runs(browser, stage, taken, points)
    points.look(
        "failed gate",
        lambda: dagster.see_check(
            page,
            stage,
            "hubspot_apac",
            "gate",
            shows=("loads_refused", "missing_column"),
            picture=taken / "gate.png",
        ),
    )
    points.look(
        "file not read",
        lambda: dagster.see_check(
            page,
            stage,
            LOGIN_PAGE.partition("/")[0],
            "sources_readable",
            shows=("web page",),
        ),
    )
    points.look("columns of a mart", lambda: dagster.see_columns(page, stage, taken))
    points.look("figures that plot", lambda: dagster.see_figures(page, stage, taken))
    for name, screen, picture in (
        ("report on a desktop", own.DESKTOP, taken / "verdicts.png"),
        ("report on a phone", own.PHONE, None),
    ):
        points.look(
            name,
            lambda screen=screen, picture=picture: own.see_verdicts(  # type: ignore[misc]
                browser, stage, screen, picture
            ),
        )
    points.look("explanations", lambda: own.see_explanations(stage, taken))
    points.look("pictures", lambda: own.see_pictures(taken))


def _see_two_runs(browser: Browser, stage: Stage, taken: Path, points: Points) -> None:
    """One run watched from its launch to its end; while it works, a second one waits and follows."""
    first, second = _page(browser), _page(browser)
    watched, waited = dagster.Watched(), dagster.Watched()
    ids: list[str] = []

    def queue_another(glance: Callable[[], object]) -> None:
        points.look(
            "queued run",
            lambda: dagster.see_queued(second, stage, ids[0], taken / "queued.png", glance),
        )
        dagster.photograph(first, taken / "run.png")

    def watch() -> str:
        ids.append(dagster.launch(first, stage))
        dagster.watch_to_the_end(first, watched, meanwhile=queue_another)
        return dagster.judge_the_watch(watched)

    def follow() -> str:
        require(dagster.is_run(second), "no second run was launched")
        dagster.watch_to_the_end(second, waited)
        return dagster.judge_the_end(waited)

    points.look("run launched in the UI moves to its end", watch)
    points.look("queued run follows by itself", follow)
    first.close()
    second.close()


def _page(browser: Browser) -> Page:
    width, height = SCREEN
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(60_000)
    return page


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.screens", description=__doc__)
    parser.add_argument("--root", type=Path, help="keep the root that is looked at here")
    parser.add_argument(
        "--pictures", type=Path, default=PICTURES, help="folder for the pictures"
    )
    parser.add_argument(
        "--keep-pictures", action="store_true", help="also when a point has failed"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""A run that ends itself with SIGKILL at a named point; started by the chaos harness only.

``python -m tests.chaos.victim ROOT POINT``: POINT is one of ``POINTS``, or ``none``.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from dagster_project.settings import read_settings

POINTS = (
    "landing: temporary file written",
    "landing: renamed, not in the ledger",
    "landing: in the ledger",
    "landing: file put away",
    "dbt: in the middle of staging",
    "dbt: in the middle of the marts",
    "identity: ledger of ids written",
    "publication: generation written",
    "publication: generation validated",
    "publication: generation renamed",
    "publication: baseline written",
    "publication: link flipped",
)


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """Make the run die the first time it reaches ``point``."""

    def reached(name: str) -> None:
        if name == point:
            die()

    _arm_landing(reached)
    _arm_dbt(reached)
    _arm_publication(reached)
    _arm_identity(reached)


def _arm_landing(reached: Callable[[str], None]) -> None:
    from dagster_project.landing import store

    original = store.LandingZone.__init__

    def armed(self: Any, *args: Any, **options: Any) -> None:
        original(self, *args, **{**options, "reached": reached})

    store.LandingZone.__init__ = armed  # type: ignore[method-assign]


def _arm_dbt(reached: Callable[[str], None]) -> None:
    from dagster_project.defs import transform

    original = transform.run_dbt

    def armed(project: Any, arguments: list[str], **options: Any) -> None:
        phase = "the marts" if "marts" in arguments else "staging"
        on_event = options.pop("on_event")
        models = 0

        def watch(event: dict[str, Any]) -> None:
            nonlocal models
            models += event["info"]["name"] == "LogModelResult"
            if models == 5:
                reached(f"dbt: in the middle of {phase}")
            on_event(event)

        original(project, arguments, on_event=watch, **options)

    transform.run_dbt = armed


def _arm_publication(reached: Callable[[str], None]) -> None:
    from dagster_project.publish import publication

    publication.publish = partial(publication.publish, reached=reached)  # type: ignore[assignment]


def _arm_identity(reached: Callable[[str], None]) -> None:
    from dagster_project import identity

    identity.reached = reached  # type: ignore[attr-defined]


def main() -> None:
    """Run the main job on a root, armed."""
    root, point = Path(sys.argv[1]), sys.argv[2]
    if point != "none":
        arm(point)
    from dagster_project.definitions import run

    outcome = run(read_settings(root))
    sys.exit(0 if outcome.success else 1)


if __name__ == "__main__":
    main()

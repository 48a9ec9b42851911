"""A run of the main job that ends itself with SIGKILL at a named point."""

import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from dagster_project.identity.resolve import POINTS as IDENTITY_POINTS
from dagster_project.landing.store import POINTS as LANDING_POINTS
from dagster_project.publish.publication import POINTS as PUBLICATION_POINTS

NOWHERE = "nowhere"
FULL = "disk: full while tables are built"
LARGEST_FILE = 8_000_000
"""Bytes a file may have in a run whose disk is full: the warehouse outgrows it, Dagster's log of
events does not (SQLite lets its journal grow to four million first)."""

STAGING, MARTS = "dbt: in the middle of staging", "dbt: in the middle of the marts"
POINTS = (*LANDING_POINTS, STAGING, *IDENTITY_POINTS, MARTS, *PUBLICATION_POINTS)
"""Where a run can be made to die, in the order it comes there."""

MODELS_BEFORE_THE_END = 3
"""dbt dies when so many models of a selection are done."""

CONSUMER = "crm"
"""Whose publication dies: the one with import files and their baseline."""


def run_root(root: Path, point: str) -> None:
    """Run the main job on a root, armed to die at ``point``; exits with 0 or 1."""
    from dagster_project.definitions import run
    from dagster_project.settings import read_settings

    if point == FULL:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, hard))
    elif point != NOWHERE:
        arm(point)
    outcome = run(read_settings(root))
    print(*outcome.failures, sep="\n", flush=True)
    sys.exit(0 if outcome.success else 1)


def arm(point: str) -> None:
    """Make the run die the first time it reaches ``point``."""

    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    _arm_landing(reached)
    _arm_dbt(reached)
    _arm_identity(reached)
    _arm_publication(reached)


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
        phase = MARTS if "marts" in arguments else STAGING
        on_event = options.pop("on_event")
        models = 0

        def watch(event: dict[str, Any]) -> None:
            nonlocal models
            models += event["info"]["name"] == "LogModelResult"
            if models == MODELS_BEFORE_THE_END:
                reached(phase)
            on_event(event)

        original(project, arguments, on_event=watch, **options)

    transform.run_dbt = armed


def _arm_identity(reached: Callable[[str], None]) -> None:
    from dagster_project.identity import resolve

    resolve.resolve = partial(resolve.resolve, reached=reached)  # type: ignore[assignment]


def _arm_publication(reached: Callable[[str], None]) -> None:
    from dagster_project.defs import verdicts

    original = verdicts.publish

    def armed(root: Any, consumer: Any, **options: Any) -> Any:
        if consumer.name == CONSUMER:
            options["reached"] = reached
        return original(root, consumer, **options)

    verdicts.publish = armed

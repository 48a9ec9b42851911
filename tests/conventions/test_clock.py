"""The same input gives the same content on every day: almost nothing may ask what day it is."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
ASKS = re.compile(
    r"\bnow\(|\btime\.time\(|\btoday\(|\bcurrent_(date|timestamp|time)\b|\bget_current_", re.I
)
MAY_ASK = {
    "dagster_project/landing/attention.py": "since when something is held back: told, never counted",
    "dagster_project/cli/summary.py": "what this run held back, apart from what earlier ones did",
    "dagster_project/landing/ledger.py": "when a load landed and was decided: told, never counted",
    "dagster_project/landing/store.py": "hands its clock to the ledger",
    "dagster_project/sources/http.py": "waiting for rate limits",
    "dagster_project/sources/files.py": "whether a file is still being written",
    "dagster_project/privacy/audit_log.py": "when somebody looked",
    "dagster_project/privacy/objectors.py": "when an objection was written down: told, never counted",
    "dagster_project/privacy/erase.py": "when somebody was erased, and which legal holds are over",
    "dagster_project/cli/by_hand.py": "an entry was made now, and what holds is asked as of now",
    "dagster_project/cli/retain.py": "names a removal by its time",
    "dagster_project/cli/judge.py": "when a steward gave their word",
    "dagster_project/cli/desk.py": "when the desk took a step, and what is overdue at that moment",
}


def test_nothing_asks_for_the_time_but_what_waits_or_notes_when_something_was_said() -> None:
    asking = {
        file.relative_to(PROJECT).as_posix()
        for folder, suffix in (
            ("dagster_project", "py"),
            ("expectations", "py"),
            ("dbt", "sql"),
        )
        for file in (PROJECT / folder).rglob(f"*.{suffix}")
        if not {"target", "benchmark"} & set(file.parts) and ASKS.search(_code(file))
    }

    assert asking == set(MAY_ASK)


def _code(file: Path) -> str:
    """A file without its comments and docstrings' backticked names."""
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"--.*|#.*", "", text)
    return re.sub(r'""".*?"""', "", text, flags=re.S)

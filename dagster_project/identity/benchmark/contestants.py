"""Who takes part: their scripts, their settings, and whether they are installed."""

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Contestant:
    """One system: its script, the library it needs, the folder of its settings if any."""

    name: str
    script: str
    library: str | None
    settings: str | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it is this project itself, and no rival."""
        return self.library is None

    @property
    def path(self) -> Path:
        """The script to run."""
        return _HERE / "runners" / self.script

    def settings_for(self, labelled: str) -> Path | None:
        """Its settings for one set."""
        return _HERE / "settings" / self.settings / f"{labelled}.yml" if self.settings else None

    def why_not(self, labelled: str, interpreter: Path | None) -> str | None:
        """Why it cannot run on a set here; nothing if it can."""
        settings = self.settings_for(labelled)
        if settings is not None and not settings.is_file():
            return "its authors show no settings for such data"
        if interpreter is None and self.library and find_spec(self.library) is None:
            return f"{self.library} is not installed"
        return None


CONTESTANTS = {
    each.name: each
    for each in (
        Contestant("ours", "ours.py", None),
        Contestant("splink", "splink5.py", "splink", "splink"),
        Contestant("recordlinkage", "recordlinkage_plain.py", "recordlinkage", "recordlinkage"),
        Contestant("goldenmatch", "goldenmatch_auto.py", "goldenmatch"),
    )
}


def command(contestant: Contestant, job: Path, interpreter: Path | None) -> list[str]:
    """How to start it: ours as a module of this project, a rival as a script of its own."""
    if contestant.is_ours:
        return [sys.executable, "-m", f"{__package__}.runners.ours", str(job)]
    return [str(interpreter or sys.executable), str(contestant.path), str(job)]

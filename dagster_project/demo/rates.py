"""``config/demo_world.yml``: how often each hard case and each habit occurs in the demo world."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dagster_project.config.yaml_file import read_yaml

DEFAULT_FILE = Path(__file__).resolve().parents[2] / "config" / "demo_world.yml"
"""The committed rates."""

Share = Annotated[float, Field(ge=0, le=1)]


class HardCase(BaseModel):
    """One hard case: a share ``rate`` of the population ``of`` (words for the reader)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate: Share
    of: str


class Rates(BaseModel):
    """All rates of the demo world."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    presence: dict[str, Share]
    hard_cases: dict[str, HardCase]
    events: dict[str, float]
    incidents: dict[str, Annotated[float, Field(ge=0)]]
    accounts: dict[str, Share]

    def case(self, name: str) -> float:
        """Rate of one hard case; ``KeyError`` for one the file does not name."""
        return self.hard_cases[name].rate


def read_rates(file: Path = DEFAULT_FILE) -> Rates:
    """Read the file; ``ConfigError`` names file, line and remedy."""
    return read_yaml(file).parse(Rates)

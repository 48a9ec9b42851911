"""``config/attribution.yml``: which touches count towards a conversion, and the models' parameters.

Belongs here: the file's shape. Does not belong here: the models; those are ``fct_attribution``.
"""

from enum import StrEnum
from pathlib import Path

from pydantic import model_validator

from dagster_project.config.entry import Entries, entry
from dagster_project.config.yaml_file import read_yaml


class TouchKind(StrEnum):
    """Contacts between a customer and the company, as ``fct_touch`` tells them apart."""

    EMAIL_ENGAGEMENT = "email_engagement"
    CAMPAIGN_RESPONSE = "campaign_response"
    MESSAGE = "message"
    REPLY = "reply"
    CASE_OPENED = "case_opened"


class Attribution(Entries):
    """Paths to conversions, and what the models weigh their touches with."""

    lookback_days: int = entry(
        "touches longer before the conversion count for nothing", 90, ge=1, le=3650
    )
    restart_after_conversion: bool = entry(
        "after a conversion a customer's path starts anew", default=True
    )
    collapse_repeats: bool = entry(
        "touches of one channel in a row count as one, and share its credit", default=False
    )
    leave_out: tuple[TouchKind, ...] = entry(
        "kinds of touches that count for nothing", (), example="[message]"
    )
    direct: tuple[TouchKind, ...] = entry(
        "kinds by which a customer comes unasked: last_non_direct passes them over",
        (TouchKind.CASE_OPENED,),
        example="[case_opened, message]",
    )
    # the half-life and shares that web analytics ships with: 7 days, 40/20/40
    half_life_days: float = entry("a touch this much earlier counts half", 7, gt=0, le=3650)
    first_share: float = entry("share of the first touch by position", 0.4, ge=0, le=1)
    last_share: float = entry("share of the last touch by position", 0.4, ge=0, le=1)

    @model_validator(mode="after")
    def _shares_leave_a_rest(self) -> "Attribution":
        if not 0 < self.first_share + self.last_share <= 1:
            raise ValueError(
                "first_share and last_share together are more than 0 and at most 1, e.g. 0.4 and 0.4"
            )
        return self

    def settings(self) -> tuple[tuple[str, str], ...]:
        """Rows ``(key, value)`` of ``config.settings``; kinds stand between bars."""
        return (
            ("attribution.lookback_days", str(self.lookback_days)),
            (
                "attribution.restart_after_conversion",
                str(self.restart_after_conversion).lower(),
            ),
            ("attribution.collapse_repeats", str(self.collapse_repeats).lower()),
            ("attribution.leave_out", _barred(self.leave_out)),
            ("attribution.direct", _barred(self.direct)),
            ("attribution.half_life_days", str(self.half_life_days)),
            ("attribution.first_share", str(self.first_share)),
            ("attribution.last_share", str(self.last_share)),
        )


def read_attribution(file: Path) -> Attribution:
    """Read the file; ``ConfigError`` names file, line and remedy.

    A root from before there was such a file has the values that ship.
    """
    return read_yaml(file).parse(Attribution) if file.exists() else Attribution()


def _barred(kinds: tuple[TouchKind, ...]) -> str:
    return "".join(f"|{kind}" for kind in kinds) + "|"

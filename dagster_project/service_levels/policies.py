"""What was promised: targets by priority and version, in which hours, what pauses a clock.

Belongs here: the form of a policy and what is wrong with one.
Does not belong here: which version applies to a clock (``clocks``).
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dagster_project.service_levels.calendars import Instant


class Hours(StrEnum):
    """Whether a clock runs in opening hours or around the clock."""

    BUSINESS = "business"
    CALENDAR = "calendar"


Minutes = Annotated[float, Field(ge=0)]


class PolicyVersion(BaseModel):
    """Targets valid from one instant on, and the instant at which they were entered.

    A clock follows the version that was valid and known when it started, so one entered later
    rewrites no history. What a version leaves out is the policy's.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    valid_from: Instant = None
    recorded_at: Instant = None
    hours: Hours | None = None
    target_min: Minutes | None = None
    targets: dict[str, Minutes] = {}


class Policy(BaseModel):
    """A service-level policy; times in minutes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    hours: Hours = Hours.BUSINESS
    target_min: Minutes | None = None
    targets: dict[str, Minutes] = {}
    priority_at_start: str | None = None
    on_priority_change: Literal["retarget_open_from_start", "keep"] = "keep"
    pause_on: tuple[str, ...] = ()
    versions: tuple[PolicyVersion, ...] = ()

    def each_version(self) -> tuple[PolicyVersion, ...]:
        """The versions with what they leave out filled in; one without begin if none are told."""
        return tuple(
            version.model_copy(
                update={
                    "hours": version.hours or self.hours,
                    "targets": version.targets
                    or ({} if version.target_min is not None else self.targets),
                }
            )
            for version in self.versions
            or (PolicyVersion(target_min=self.target_min, targets=self.targets),)
        )

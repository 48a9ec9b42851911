"""``config/email_engagement.yml``: what tells a machine's opens and clicks from a person's."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from dagster_project.config.entry import Entries, entry
from dagster_project.config.yaml_file import read_yaml

_ENGINE_HAS_NOT = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]")


def _regular_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as broken:
        raise ValueError(
            f"{pattern!r} is not a regular expression: {broken}; write one such as 'barracuda'"
        ) from None
    if _ENGINE_HAS_NOT.search(pattern):
        raise ValueError(
            f"{pattern!r} looks ahead, behind or back, which the engine cannot; write it without (?=…), (?!…) and \\1"
        )
    return pattern


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_regular_expression)]


class OpenRules(Entries):
    """Opens of agents that fetch ahead of the reader; ``proxy_seconds`` after delivery."""

    prefetch_agents: tuple[Pattern, ...] = entry(
        "agents that only fetch pictures ahead of the reader", (), example="['^mozilla/5\\.0$']"
    )
    prefetch_addresses: tuple[Pattern, ...] = entry(
        "addresses such fetches come from", (), example="['^17\\.']"
    )
    proxy_agents: tuple[Pattern, ...] = entry(
        "proxies between the reader and the picture", (), example="['googleimageproxy']"
    )
    proxy_seconds: int = entry(
        "a proxy's open so soon after delivery was its own", example="10", ge=0, le=86400
    )


class ClickRules(Entries):
    """Clicks no person makes: too soon after delivery, or on many links at once."""

    fast_seconds: int = entry(
        "no person clicks this soon after delivery", example="3", ge=0, le=3600
    )
    burst_links: int = entry(
        "a scanner follows so many different links …", example="3", ge=2, le=100
    )
    burst_seconds: int = entry("… within so many seconds", example="10", ge=1, le=3600)


class EmailEngagement(Entries):
    """All thresholds and patterns of machine opens and bot clicks."""

    scanner_agents: tuple[Pattern, ...] = entry(
        "scanners of mail gateways: their opens and clicks are never a person's",
        (),
        example="['barracuda']",
    )
    opens: OpenRules = entry("machine opens", example="{proxy_seconds: 10}")
    clicks: ClickRules = entry(
        "bot clicks", example="{fast_seconds: 3, burst_links: 3, burst_seconds: 10}"
    )

    def settings(self) -> tuple[tuple[str, str], ...]:
        """Rows ``(key, value)`` of ``config.settings``; patterns of a list become one."""
        return (
            ("email.scanner_agents", _any_of(self.scanner_agents)),
            ("email.prefetch_agents", _any_of(self.opens.prefetch_agents)),
            ("email.prefetch_addresses", _any_of(self.opens.prefetch_addresses)),
            ("email.proxy_agents", _any_of(self.opens.proxy_agents)),
            ("email.proxy_seconds", str(self.opens.proxy_seconds)),
            ("email.fast_seconds", str(self.clicks.fast_seconds)),
            ("email.burst_links", str(self.clicks.burst_links)),
            ("email.burst_seconds", str(self.clicks.burst_seconds)),
        )


def read_email_engagement(file: Path) -> EmailEngagement:
    """Read the file; ``ConfigError`` names file, line and remedy."""
    return read_yaml(file).parse(EmailEngagement)


def _any_of(patterns: tuple[str, ...]) -> str:
    """One pattern for many; one that matches nothing (an impossible start) for none."""
    return "|".join(f"(?:{pattern})" for pattern in patterns) if patterns else "^[^\\s\\S]"

"""``config/campaigns.yml``: which campaigns of several tools are one.

Belongs here: the file's shape. Does not belong here: how names and days are compared; that is
``campaign_xref``.
"""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

from dagster_project.config.entry import Entries, entry
from dagster_project.config.yaml_file import YamlDocument, read_yaml
from dagster_project.domain.errors import ConfigError

Together = tuple[str, ...]


class Campaigns(Entries):
    """The whole file."""

    # a launch is mailed within two weeks of the day its campaign begins in the CRM
    within_days: int = entry(
        "days one may begin before the other's first day, or after its last", 14, ge=0, le=365
    )
    # one letter of seven: a slip of the pen, and no other word
    least_similarity: float = entry(
        "share of the letters of both names that are the same, from which they are one", 0.85,
        gt=0, le=1,
    )  # fmt: skip
    same: tuple[Together, ...] = entry(
        "lists of campaigns that are one, whatever they are called; the first gives the id",
        (),
        example="[['salesforce_emea:campaign:701A', 'mailchimp_emea:campaign:1f2e']]",
    )
    apart: tuple[Together, ...] = entry(
        "lists of campaigns of which no two are one", (), example="[['…', '…']]"
    )

    def settings(self) -> tuple[tuple[str, str], ...]:
        """Rows ``(key, value)`` of ``config.settings``."""
        return (
            ("campaigns.within_days", str(self.within_days)),
            ("campaigns.least_similarity", str(self.least_similarity)),
        )

    def judgements(self) -> list[tuple[str, str, str]]:
        """Rows of ``config.campaign_judgements``: a campaign, another one, and what is said of both."""
        return [
            *((each, group[0], "same") for group in self.same for each in group),
            *((a, b, "apart") for group in self.apart for a, b in permutations(group, 2)),
        ]


def read_campaigns(file: Path) -> Campaigns:
    """Read the file; ``ConfigError`` names file, line and remedy.

    A root from before there was such a file has the values that ship.
    """
    if not file.exists():
        return Campaigns()
    document = read_yaml(file)
    return document.parse(Campaigns, also=lambda data: _contradictions(document, data))


def _contradictions(document: YamlDocument, data: Any) -> Iterator[ConfigError]:
    """A campaign that is said to be one with two others, or one with what it is apart from."""
    same = _lists(data.get("same"))
    groups: dict[str, int] = {}
    for number, group in enumerate(same):
        for each in group:
            if groups.setdefault(each, number) != number:
                yield document.error(
                    f"same: {each!r} stands in two lists",
                    "write the campaigns of both into one list",
                    path=("same", number),
                )
    for number, group in enumerate(_lists(data.get("apart"))):
        told = [groups[each] for each in group if each in groups]
        if len(told) > len(set(told)):
            yield document.error(
                "apart: two of these campaigns are one by `same`",
                "take them out of one of the two lists",
                path=("apart", number),
            )


def _lists(value: object) -> list[list[str]]:
    lists = value if isinstance(value, list) else []
    return [[str(each) for each in group] for group in lists if isinstance(group, list)]

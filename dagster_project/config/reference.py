"""Every entry of every configuration file, as ``docs/configuration.md`` lists them.

``python -m dagster_project.config.reference FILE`` writes the tables between their marks; a test
holds the file to the models.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dagster_project.config.alerts import Alerts
from dagster_project.config.attacks import Attacks
from dagster_project.config.attribution import Attribution
from dagster_project.config.campaigns import Campaigns
from dagster_project.config.compliance import Compliance
from dagster_project.config.consumers import Consumers
from dagster_project.config.deal_stages import DealStages
from dagster_project.config.email_engagement import EmailEngagement
from dagster_project.config.exchange_rates import ExchangeRates
from dagster_project.config.identity import IdentitySpec
from dagster_project.config.listening import Listening
from dagster_project.config.mistakes import (
    choices_of,
    extra_of,
    items_of,
    kind_of,
    model_in,
    range_of,
)
from dagster_project.config.privacy import Privacy
from dagster_project.config.routing import Routing
from dagster_project.config.segments import Segments
from dagster_project.config.service_levels import ServiceLevels
from dagster_project.config.sources import Register
from dagster_project.config.survivorship import Survivorship
from dagster_project.config.works import WorksSpec

FILES: Mapping[str, type[BaseModel]] = {
    "sources.yml": Register,
    "consumers.yml": Consumers,
    "identity.yml": IdentitySpec,
    "survivorship.yml": Survivorship,
    "email_engagement.yml": EmailEngagement,
    "deal_stages.yml": DealStages,
    "attribution.yml": Attribution,
    "campaigns.yml": Campaigns,
    "segments.yml": Segments,
    "exchange_rates.yml": ExchangeRates,
    "service_levels.yml": ServiceLevels,
    "works.yml": WorksSpec,
    "attacks.yml": Attacks,
    "listening.yml": Listening,
    "compliance.yml": Compliance,
    "routing.yml": Routing,
    "alerts.yml": Alerts,
    "privacy.yml": Privacy,
    "organisations.yml": WorksSpec,
}
"""What is configured in YAML, and the model each file is read with."""

_MARK = re.compile(r"(<!-- entries of (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)

_HEAD = "| entry | needed | what stands there | without it | example | what it says |\n|---|---|---|---|---|---|"


def entries_table(model: type[BaseModel]) -> str:
    """One row per entry; ``<name>`` stands for a name of the company's own."""
    return "\n".join([_HEAD, *_rows(model, "")])


def with_tables(text: str) -> str:
    """A page with the tables between its marks written anew."""
    return _MARK.sub(lambda m: f"{m[1]}{entries_table(FILES[m[2]])}\n{m[3]}", text)


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, info in model.model_fields.items():
        if extra_of(info, "inside"):
            continue
        path = f"{prefix}{name}"
        yield _row(path, info)
        inner = model_in(info.annotation)
        items = items_of(info.annotation)
        if inner is not None:
            yield from _rows(inner, f"{path}.")
        elif items is not None and (below := model_in(items)) is not None:
            yield from _rows(below, f"{path}.<name>.")


def _row(path: str, info: FieldInfo) -> str:
    needed = "**yes**" if info.is_required() else ""
    example = extra_of(info, "example")
    cells = (
        f"`{path}`", needed, _what(info), _default(info), f"`{example}`" if example else "",
        info.description or "",
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _what(info: FieldInfo) -> str:
    choices = choices_of(info.annotation)
    kind = str(extra_of(info, "form") or kind_of(info.annotation))
    if choices:
        listed = kind_of(info.annotation) == "a list"
        return f"{'some of' if listed else 'one of'} {', '.join(choices)}"
    return f"{kind} {range_of(info)}".strip()


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return ""
    default: Any = info.get_default(call_default_factory=True)
    if isinstance(default, BaseModel):
        return "as below"
    if default in (None, (), {}):
        return "none"
    if isinstance(default, tuple):
        return "`[" + ", ".join(map(str, default)) + "]`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def main() -> None:
    """Write the tables of the page named on the command line."""
    file = Path(sys.argv[1])
    file.write_text(with_tables(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

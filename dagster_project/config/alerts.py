"""``config/alerts.yml``: who is told when a run fails or something is held back."""

from pathlib import Path
from typing import Literal

from dagster_project.config.entry import Entries, entry
from dagster_project.config.yaml_file import read_yaml


class Alerts(Entries):
    """Where alerts go. Without a command and a webhook there are none.

    A webhook's address is a secret (whoever has it can post), so only the name of the environment
    variable that holds it stands in the file.
    """

    command: tuple[str, ...] = entry(
        "program and its arguments; it gets each alert as JSON on its standard input",
        (),
        example="[/usr/local/bin/page-data-team]",
    )
    webhook_env: str | None = entry(
        "environment variable that holds the address each alert is posted to as JSON",
        None,
        form="the name of an environment variable: capitals, digits and underscores",
        example="C360_ALERT_WEBHOOK",
        pattern=r"^[A-Z_][A-Z0-9_]*$",
    )
    checks: Literal["all", "errors", "none"] = entry(
        "which failed checks of a run that ends well are told of: `errors` (a refused load, say), `all` (warnings too: quarantined rows, files not read), or `none`",
        "all",
        example="errors",
    )
    dagster_url: str = entry(
        "where people open Dagster; links to runs begin with it",
        "http://127.0.0.1:3000",
        form="a web address",
        example="https://dagster.example.org",
        pattern=r"^https?://\S+$",
    )

    @property
    def has_target(self) -> bool:
        """Whether anybody is told anything."""
        return bool(self.command or self.webhook_env)


def read_alerts(file: Path) -> Alerts:
    """Read the file; a root without it has no alerts."""
    return read_yaml(file).parse(Alerts) if file.exists() else Alerts()

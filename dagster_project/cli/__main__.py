"""``python -m dagster_project.cli``."""

from dagster_project.cli.commands import main

main()

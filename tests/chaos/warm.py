"""Imported once by the process that all others of the harness are forked from."""

import dbt.adapters.duckdb
import dbt.cli.main
import duckdb
import great_expectations
import pandas as pd
import recordlinkage

import dagster_project.cli.run
import dagster_project.definitions
import dagster_project.defs.housekeeping
import dagster_project.defs.ingest
import dagster_project.defs.verdicts
import dagster_project.demo.server
import dagster_project.demo.world
import dagster_project.engines.duckdb.compare
import dagster_project.identity.measuring.evaluation
import dagster_project.identity.resolve
import dagster_project.sources.pull
import expectations.marts
import expectations.publications
import tests.chaos.aftermath
import tests.chaos.readers
import tests.chaos.victim
import tests.chaos.worlds

__all__ = [
    "dagster_project",
    "dbt",
    "duckdb",
    "expectations",
    "great_expectations",
    "pd",
    "recordlinkage",
    "tests",
]

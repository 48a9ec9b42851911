"""Marts and data products in front of their gates, as the graph's steps ask for it."""

import dagster as dg

from dagster_project.config.consumers import Consumer
from dagster_project.consent.secret import VARIABLE
from dagster_project.defs.inputs import require_built
from dagster_project.defs.workbench import Workbench
from dagster_project.domain.loads import Verdict
from dagster_project.privacy.audit_log import AuditLog
from dagster_project.publish.column_classes import read_classes
from dagster_project.publish.publication import Publication, publish
from dagster_project.quality import doors


def judge_marts(workbench: Workbench, marts: tuple[str, ...]) -> dict[str, Verdict]:
    """Hold each mart to its suite."""
    with workbench.warehouse() as connection:
        require_built(connection, "gate", [dg.AssetKey(["marts", mart]) for mart in marts])
        verdicts = doors.judge_marts(connection, marts)
    workbench.doors.update(verdicts)
    return verdicts


def publish_consumer(workbench: Workbench, consumer: Consumer, *, inputs: str) -> Publication:
    """Publish one consumer's data product; its own suite decides whether readers get it."""
    workbench.let_go()
    secret = workbench.settings.variables.get(VARIABLE)
    publication = publish(
        workbench.root,
        consumer,
        validate=lambda product: doors.judge_product(
            product, consumer, options=workbench.settings.engine
        ),
        inputs=inputs,
        options=workbench.settings.engine,
        classes=lambda: read_classes(workbench.dbt.manifest),
        secret=secret,
    )
    if publication.changed:
        AuditLog(workbench.root, key=secret).record(
            "publish",
            details={
                "consumer": consumer.name,
                "generation": publication.generation,
                "personal_data": consumer.personal_data,
                "run": workbench.run_id,
            },
        )
    if publication.verdict.outcomes:
        workbench.doors[publication.verdict.suite] = publication.verdict
    return publication

"""The job that carries out what waits in the queue of erasures, and its nightly schedule."""

import dagster as dg

from dagster_project.config.privacy import read_privacy
from dagster_project.consent.secret import VARIABLE
from dagster_project.defs.guard import guarded
from dagster_project.defs.workbench import Workbench
from dagster_project.privacy.audit_log import AuditLog
from dagster_project.privacy.erase import Company, retain
from dagster_project.privacy.queue import read_queue
from dagster_project.privacy.work_off import work_off
from dagster_project.settings import Settings
from dagster_project.sources.catalogue import STREAMS

ERASURE_JOB = "erase_requests"


def company_of(workbench: Workbench) -> Company:
    """The root of a run as erasure works on it."""
    settings: Settings = workbench.settings
    return Company(
        root=settings.root,
        sources=workbench.sources,
        streams=STREAMS,
        rules=read_privacy(settings.config_dir / "privacy.yml"),
        options=settings.engine,
        key=settings.variables.get(VARIABLE),
    )


@dg.op(description="Erase whom the files of requests/ ask for, all of them in one pass.")
def erase_waiting(
    context: dg.OpExecutionContext, workbench: dg.ResourceParam[Workbench]
) -> None:
    """Counts go to Dagster; whom it was about goes nowhere."""
    with guarded("erasing"):
        workbench.let_go()
        workbench.zone.close()
        company = company_of(workbench)
        waiting = len(read_queue(company.root))
        AuditLog(company.root, key=company.key).record(
            "erase --queue", details={"requests": waiting, "run": workbench.run_id}
        )
        receipt = work_off(company)
    context.add_output_metadata(
        {
            "requests": len(receipt.requests) if receipt else 0,
            "records": receipt.records if receipt else 0,
            "landed_rows": sum(receipt.landed.values()) if receipt else 0,
            "left_waiting": len(read_queue(company.root)),
            "receipt": receipt.name if receipt else "none",
        }
    )


@dg.op(
    ins={"after": dg.In(dg.Nothing)},
    description="Take out what sources have held longer than their retention_days.",
)
def take_out_the_old(
    context: dg.OpExecutionContext, workbench: dg.ResourceParam[Workbench]
) -> None:
    """Counts go to Dagster."""
    with guarded("taking out what is past its retention"):
        workbench.let_go()
        company = company_of(workbench)
        AuditLog(company.root, key=company.key).record(
            "retain", details={"run": workbench.run_id}
        )
        receipt = retain(company, name=f"retention-{workbench.run_id}")
    rows = dict(receipt.landed) if receipt else {}
    context.add_output_metadata(
        {
            "landed_rows": sum(rows.values()),
            "records": receipt.records if receipt else 0,
            **{f"rows_of_{name}": count for name, count in rows.items()},
        }
    )


@dg.job(
    name=ERASURE_JOB,
    description="Carry out the erasures that wait in requests/, then take out what is past its "
    "retention. The next run of customer_360 builds the figures anew.",
)
def erasure_job() -> None:
    """Who asked first, then what is old."""
    take_out_the_old(after=erase_waiting())


def erasure_schedule() -> dg.ScheduleDefinition:
    """Every night at 03:00 UTC, before the main job; switched on in the UI."""
    return dg.ScheduleDefinition(
        name="every_night_erasures",
        job=erasure_job,
        cron_schedule="0 3 * * *",
        execution_timezone="UTC",
        description="Erasures that were asked for, and retention, nightly at 03:00 UTC.",
    )

"""Publication as assets: one data product per consumer, flipped only when its gate passes."""

import time
from collections.abc import Iterator

import dagster as dg

from dagster_project.config.consumers import Consumer
from dagster_project.defs.gates import GATE, check_result
from dagster_project.defs.guard import guarded
from dagster_project.defs.keys import PUBLISHED, published_key
from dagster_project.defs.workbench import Workbench


def published_asset(consumer: Consumer, tables: tuple[dg.AssetKey, ...]) -> dg.AssetsDefinition:
    """The data product of one consumer; ``tables`` are the models it may read."""
    key = published_key(consumer.name)

    @dg.multi_asset(
        name=f"publish_{consumer.name}",
        specs=[
            dg.AssetSpec(
                key,
                deps=list(tables),
                group_name=PUBLISHED,
                kinds={"duckdb", "parquet"},
                description=f"{consumer.title}. One whole generation at a time.",
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(
                GATE,
                asset=key,
                blocking=True,
                description="Passes when the new generation keeps its consumer's rules; else the last stays.",
            )
        ],
    )
    def publish_step(
        workbench: dg.ResourceParam[Workbench],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        from dagster_project.defs.verdicts import publish_consumer

        started = time.monotonic()
        with guarded(f"publishing {consumer.name}"):
            publication = publish_consumer(workbench, consumer)
        seconds = round(time.monotonic() - started, 3)
        workbench.journal.write(
            "publication",
            consumer=consumer.name,
            generation=publication.generation,
            changed=publication.changed,
            passed=publication.verdict.passed,
            rows=dict(publication.rows),
            path=str(publication.path.relative_to(workbench.root.path)),
            seconds=seconds,
        )
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "generation": publication.generation,
                "changed": publication.changed,
                "path": str(publication.path.relative_to(workbench.root.path)),
                "seconds": seconds,
                "tables": dg.MetadataValue.md(
                    "\n".join(
                        ["| table | rows |", "|---|---|"]
                        + [
                            f"| {name} | {rows} |"
                            for name, rows in sorted(publication.rows.items())
                        ]
                    )
                ),
            },
        )
        yield check_result(publication.verdict, asset=key, name=GATE)

    return publish_step

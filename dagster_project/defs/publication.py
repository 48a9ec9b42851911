"""Publication as assets: one data product per consumer, flipped only when its gate passes."""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg

from dagster_project.config.consumers import Consumer
from dagster_project.defs.described import expected_every
from dagster_project.defs.gates import GATE, check_result
from dagster_project.defs.guard import guarded
from dagster_project.defs.inputs import require_built
from dagster_project.defs.keys import PUBLISHED, crm_import_key, published_key
from dagster_project.defs.versions import MADE_OF, changed, product_inputs
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.phases import fingerprint_of
from dagster_project.publish.crm_import import import_file
from dagster_project.publish.publication import Publication


def published_asset(consumer: Consumer, tables: tuple[dg.AssetKey, ...]) -> dg.AssetsDefinition:
    """The data product of one consumer; ``tables`` are the models it may read.

    It is materialised when it is up to date with inputs that were not seen before, whether they
    gave another generation or the same; one that its gate holds back is not.
    """
    key = published_key(consumer.name)

    @dg.multi_asset(
        name=f"publish_{consumer.name}",
        specs=[
            dg.AssetSpec(
                key,
                deps=list(tables),
                group_name=PUBLISHED,
                kinds={"duckdb", "parquet"},
                skippable=True,
                freshness_policy=expected_every(consumer.expected_every_days),
                description=f"{consumer.title}. One whole generation at a time.",
            ),
            *(
                dg.AssetSpec(
                    crm_import_key(consumer.name, vendor),
                    deps=[key],
                    group_name=PUBLISHED,
                    kinds={"csv", vendor},
                    skippable=True,
                    description=f"What every {vendor} source loads back: records whose customer "
                    "changed since the generation before, withdrawals first.",
                )
                for vendor in consumer.crm_import
            ),
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
        context: dg.AssetExecutionContext,
        workbench: dg.ResourceParam[Workbench],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        from dagster_project.defs.verdicts import publish_consumer

        started = time.monotonic()
        with guarded(f"publishing {consumer.name}"):
            with workbench.warehouse() as connection:
                require_built(connection, key.to_user_string(), tables)
                inputs = product_inputs(workbench, connection)
            publication = publish_consumer(workbench, consumer, inputs=inputs)
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
        made_of = fingerprint_of(publication.generation, inputs)
        is_news = changed(context.instance, {key: made_of}, tag=MADE_OF)
        if is_news and publication.verdict.passed:
            yield dg.MaterializeResult(
                asset_key=key,
                metadata=_metadata(workbench, publication, seconds),
                data_version=dg.DataVersion(publication.generation),
                tags={MADE_OF: made_of},
            )
            yield from _imports(workbench, consumer, publication)
        yield check_result(publication.verdict, asset=key, name=GATE)

    return publish_step


def _imports(
    workbench: Workbench, consumer: Consumer, publication: Publication
) -> Iterator[dg.MaterializeResult[None]]:
    """One asset per vendor of the import files, when a new generation has written them."""
    if not publication.changed:
        return
    for vendor in consumer.crm_import:
        own = {
            import_file(source.name) for source in workbench.sources if source.vendor == vendor
        }
        files = {name: rows for name, rows in publication.imports.items() if name in own}
        yield dg.MaterializeResult(
            asset_key=crm_import_key(consumer.name, vendor),
            metadata={"dagster/row_count": sum(files.values()), **files},
            data_version=dg.DataVersion(publication.generation),
        )


def _metadata(workbench: Workbench, publication: Publication, seconds: float) -> dict[str, Any]:
    rows = sorted(publication.rows.items())
    lines = ["| table | rows |", "|---|---|", *(f"| {name} | {n} |" for name, n in rows)]
    return {
        "generation": publication.generation,
        "unchanged": not publication.changed,
        "path": str(publication.path.relative_to(workbench.root.path)),
        "seconds": seconds,
        "tables_published": len(rows),
        "dagster/row_count": sum(publication.rows.values()),
        **{f"import_{name}": n for name, n in sorted(publication.imports.items())},
        "tables": dg.MetadataValue.md("\n".join(lines)),
    }

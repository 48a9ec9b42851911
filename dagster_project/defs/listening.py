"""Labels of messages as an asset: texts in, what they hold out, each version judged once."""

import time
from collections.abc import Iterator
from dataclasses import asdict

import dagster as dg

from dagster_project.defs.guard import guarded
from dagster_project.defs.inputs import require_built
from dagster_project.defs.keys import LISTENING, listening_key
from dagster_project.defs.phase import Phase, finish, inputs_fingerprint, needs_rebuild
from dagster_project.defs.versions import NOTHING_YET, value_version
from dagster_project.defs.workbench import Workbench
from dagster_project.engines.duckdb.phases import mark_started
from dagster_project.engines.duckdb.row_counts import count_rows

_INPUTS = (
    dg.AssetKey(["intermediate", "int_messages"]),
    dg.AssetKey(["config", "sources"]),
)


def label_assets() -> dg.AssetsDefinition:
    """What messages hold, by rules and weights."""

    @dg.multi_asset(
        name="label_messages",
        specs=[
            dg.AssetSpec(
                listening_key("message_labels"),
                deps=_INPUTS,
                group_name=LISTENING,
                kinds={"duckdb", "python"},
                description="One row per message with a text: what it holds, and who says so.",
            )
        ],
    )
    def label_messages(
        workbench: dg.ResourceParam[Workbench],
    ) -> Iterator[dg.MaterializeResult[None]]:
        with guarded("labelling messages"):
            yield _run(workbench)

    return label_messages


def _run(workbench: Workbench) -> dg.MaterializeResult[None]:
    started = time.monotonic()
    rebuild, _ = needs_rebuild(workbench, Phase.LABELS, chosen=False)
    if not rebuild:
        workbench.journal.write("labels", unchanged=True, seconds=0)
        return _result(workbench, unchanged=True)
    from dagster_project.config.listening import read_listening
    from dagster_project.listening.warehouse import write_labels

    fingerprint = inputs_fingerprint(workbench, Phase.LABELS)
    listening = read_listening(workbench.settings.config_dir / "listening.yml")
    with workbench.warehouse() as connection:
        require_built(connection, "labels", _INPUTS)
        mark_started(connection, Phase.LABELS)
        labelled = asdict(write_labels(connection, listening))
    finish(workbench, Phase.LABELS, fingerprint)
    seconds = round(time.monotonic() - started, 3)
    workbench.journal.write("labels", seconds=seconds, **labelled)
    return _result(workbench, seconds=seconds, **labelled)


def _result(workbench: Workbench, **more: float) -> dg.MaterializeResult[None]:
    with workbench.warehouse() as connection:
        rows = count_rows(connection, ["listening"])
    return dg.MaterializeResult(
        asset_key=listening_key("message_labels"),
        metadata={**more, "dagster/row_count": rows.get(("listening", "message_labels"), 0)},
        data_version=dg.DataVersion(value_version(workbench, NOTHING_YET)),
    )

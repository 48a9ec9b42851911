from pathlib import Path

import dagster as dg

from dagster_project.defs.jobs import list_inbox, new_files_sensor
from dagster_project.domain.root import Root


def _drop(root: Root, name: str) -> None:
    file = root.inbox / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("Id\n1\n", encoding="utf-8")


def test_loaded_and_hidden_files_do_not_wait(tmp_path: Path) -> None:
    root = Root(tmp_path)
    for name in ("crm/Contact.csv", "loaded/crm/Old.csv", "crm/.partial.csv"):
        _drop(root, name)

    assert [line.split("|")[0] for line in list_inbox(root.inbox)] == ["crm/Contact.csv"]


def test_the_sensor_starts_one_run_per_set_of_files(tmp_path: Path) -> None:
    root = Root(tmp_path)
    sensor = new_files_sensor(root)
    _drop(root, "crm/Contact.csv")

    with dg.DagsterInstance.ephemeral() as instance:
        first = sensor.evaluate_tick(dg.build_sensor_context(instance=instance))
        again = sensor.evaluate_tick(
            dg.build_sensor_context(instance=instance, cursor=first.cursor)
        )

    assert [r.run_key for r in first.run_requests or []] == [first.cursor]
    assert not again.run_requests
    assert again.skip_message


def test_an_empty_inbox_is_skipped_with_a_reason(tmp_path: Path) -> None:
    sensor = new_files_sensor(Root(tmp_path))

    with dg.DagsterInstance.ephemeral() as instance:
        tick = sensor.evaluate_tick(dg.build_sensor_context(instance=instance))

    assert tick.skip_message == "the inbox is empty"

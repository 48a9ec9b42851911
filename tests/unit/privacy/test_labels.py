"""Labels of an erased person's messages go with them; others' keep their labels and lose the mention."""

from pathlib import Path

import duckdb

from dagster_project.consent.masking import Values
from dagster_project.listening.warehouse import KEPT
from dagster_project.privacy.databases import rewrite_database


def test_labels_leave_with_the_message_and_texts_lose_the_mention(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "c360.duckdb")) as made:
        made.execute("create schema listening")
        columns = ", ".join(f"{name} {kind}" for name, kind in KEPT.items())
        made.execute(f"create table listening.message_labels ({columns})")
        made.execute(
            "insert into listening.message_labels (message_id, harm, redacted_text) values "
            "('x:post:1', 'none', 'write to [email]'), "
            "('x:post:2', 'offence', '@ada_b is a fool, ring [phone]')"
        )
    work = duckdb.connect()
    work.execute("create table gone_cell as select 'x:post:1' as value, 'id' as kind")
    gone = Values(handles=frozenset(["ada_b"]), events=frozenset(["x:post:1"]))

    rewritten = rewrite_database(
        work, tmp_path / "c360.duckdb", tmp_path / "fresh.duckdb", gone
    )

    assert rewritten.removed == {"listening.message_labels": 1}
    with duckdb.connect(str(tmp_path / "fresh.duckdb"), read_only=True) as left:
        ((name, harm, text),) = left.execute(
            "select message_id, harm, redacted_text from listening.message_labels"
        ).fetchall()
    assert (name, harm) == ("x:post:2", "offence")
    assert "ada_b" not in text
    assert text.endswith("is a fool, ring [phone]")

"""The pictures of a customer and of the model say what the evidence says, masked."""

import re
import shutil
from pathlib import Path

import pytest

from dagster_project.identity.comparing.patterns import COMPARISONS
from dagster_project.identity.steward.charts import draw_model, level_weights, rule_counts
from dagster_project.identity.steward.cluster_picture import draw_cluster
from dagster_project.identity.steward.customers import explain_customer, names_of
from dagster_project.identity.steward.subjects import find_subject
from dagster_project.settings import PROJECT
from tests.unit.identity.steward.room import Room, copied_room, room
from tests.unit.identity.world import Contact, record_id

_CONTACTS = [
    Contact("a", "Maud", "Tressider", email="maud@example.org", phone="+442079460958"),
    Contact("b", "Maud", "Tressider", email="maud@example.org", source="newsletter"),
    Contact("c", "Maud", "Tressider", phone="+442079460958", source="desk"),
]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Room:
    folder = tmp_path_factory.mktemp("charts") / "room"
    folder.mkdir()
    with room(folder, _CONTACTS):
        pass
    with copied_room(folder, folder.with_name("copy")) as made:
        return made


def test_a_customers_picture_has_masked_records_links_and_the_weakest(
    asked: Room, tmp_path: Path
) -> None:
    file = tmp_path / "customer.svg"
    with asked.asked() as (work, _):
        subject = find_subject(work, find_subject(work, record_id("a")).customer_id)
        found = explain_customer(work, subject)
        names = names_of(work, subject.rids, shown=False)

    draw_cluster(found, names, file)

    drawn = re.findall(r"<!-- (.*?) -->", file.read_text(encoding="utf-8"))
    assert set(names.values()) == {"M••• T•••"}
    assert {member.record_id for member in found.members} <= set(drawn)
    assert {(link.record_id_l, link.record_id_r) for link in found.links} >= {
        (tie.record_id_l, tie.record_id_r) for tie in found.path
    }
    assert not any("Tressider" in text for text in drawn)
    assert f"{found.path[-1].odds:+.1f}" in drawn


def test_the_models_charts_are_its_weights_and_its_rules(asked: Room, tmp_path: Path) -> None:
    with asked.asked() as (work, model):
        files = draw_model(work, asked.spec, model, tmp_path / "charts")
        levels = {name: (m, u) for name, m, u in level_weights(work, model)}
        rules = rule_counts(work, asked.spec, model)
        records = work.count("kept.feature")

    email = [c.name for c in COMPARISONS].index("email")
    same = COMPARISONS[email].position("same") - 1
    assert levels["email: same"] == (model.match[email][same], model.non_match[email][same])
    assert not any(name.startswith(("other", "gender")) for name in levels)
    assert rules == [("everybody with everybody", records * (records - 1) // 2)]
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)


def test_the_documents_snippet_for_one_record_runs_as_printed(
    asked: Room,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (PROJECT / "docs" / "identity.md").read_text(encoding="utf-8")
    snippet = re.findall(r"```python\n(.*?opened_resolver.*?)```", text, flags=re.DOTALL)[0]
    shutil.copytree(asked.state, tmp_path / "data" / "state")
    (tmp_path / "data" / "warehouse").mkdir()
    shutil.copy(asked.file, tmp_path / "data" / "warehouse")
    shutil.copytree(PROJECT / "config", tmp_path / "data" / "config")
    monkeypatch.chdir(tmp_path)

    exec(compile(snippet, "docs/identity.md", "exec"), {})

    assert capsys.readouterr().out == "None\n"

"""Attacks planted in worlds of several seeds are found, and nothing else is: no launch, no quiet day."""

from collections.abc import Callable

import pytest

from dagster_project.demo.conversations import make_conversations
from dagster_project.demo.incidents import make_incidents
from dagster_project.demo.people import make_people
from dagster_project.demo.records import make_records, make_views
from dagster_project.demo.stage import Plan, Stage, open_stage
from tests.unit.dbt_marts.conftest import Built
from tests.unit.dbt_marts.world import World

Build = Callable[..., Built]

BRAND = {
    "x": ("99", "quaybrand"), "facebook": ("514435155248879", None), "instagram": ("17841400008460056", "quay"),
    "mastodon": ("1", "quay"), "bluesky": ("did:plc:quay", "quay.example.org"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("people", "seed"), [pytest.param(150, seed, id=f"tiny-{seed}") for seed in (1, 2, 3, 4)]
    + [pytest.param(1500, seed, id=f"small-{seed}") for seed in (5, 6)],
)  # fmt: skip
def test_every_planted_attack_is_found_and_nothing_else_is(
    build: Build, people: int, seed: int
) -> None:
    plan = Plan(people=people, seed=seed, base_people=people)
    with open_stage(plan) as stage:
        lived(stage)
        built = build(world_of(stage), "fct_attack", "fct_attack_message")
        planted = set(
            stage.rows(
                "select i.kind, 'm' || p.message_no from posts as p "
                "inner join incidents as i on i.incident_no = p.incident_no where p.direction = 'in' "
                "and i.kind in ('brigading', 'impersonation', 'blocked_domain')"
            )
        )
        incidents = dict(
            stage.rows(
                "select 'm' || p.message_no, i.incident_id from posts as p "
                "inner join incidents as i on i.incident_no = p.incident_no"
            )
        )

    found = {
        kind: {row["message_id"] for row in rows}
        for kind in ("coordinated", "impersonation", "blocked_link")
        if (rows := built.rows(f"select * from marts.fct_attack_message where kind = '{kind}'"))
    }
    brigades = {message for kind, message in planted if kind == "brigading"}
    told = {
        row["attack_id"]: row["message_id"]
        for row in built.rows(
            "select attack_id, max(message_id) as message_id from marts.fct_attack_message "
            "where kind = 'coordinated' group by attack_id"
        )
    }

    # as many attacks as brigades, each of one brigade, of nobody's posts but a brigade's
    assert found["coordinated"] <= brigades
    assert len(found["coordinated"]) >= 0.8 * len(brigades)
    assert sorted(incidents[message] for message in told.values()) == sorted(
        {incidents[message] for message in brigades}
    )
    impostors = {message for kind, message in planted if kind == "impersonation"}
    lures = {message for kind, message in planted if kind == "blocked_domain"}
    assert found["impersonation"] == impostors
    assert found["blocked_link"] >= lures | impostors


def lived(stage: Stage) -> None:
    """People, records, incidents and conversations of a world, no files."""
    make_people(stage)
    make_records(stage)
    make_incidents(stage)
    make_views(stage)
    make_conversations(stage)


def world_of(stage: Stage) -> World:
    """The posts and the accounts of a stage, as staging would hand them over."""
    world = World()
    for rid, network, native, kind, name, handle, opened in stage.rows(
        "select rid, network, native_id, record_kind, full_name, handle, created_at "
        "from records where slot >= 32 order by rid"
    ):
        record_id = f"{network}_quay:user:{rid}"
        knows_age = network in ("x", "mastodon", "bluesky")
        world.record(
            record_id, kind=kind, full_name=name, native_id=native, record_type="user",
            created_at=f"{opened}+00" if knows_age else None,
        )  # fmt: skip
        world.add("intermediate.int_contacts_unioned", record_id=record_id, handle=handle)
    for number, network, rid, direction, words, link, moment, kind in stage.rows(
        "select p.message_no, p.network, p.rid, p.direction, p.words, p.link, p.moment, r.record_kind "
        "from posts as p inner join records as r on r.rid = p.rid order by p.message_no"
    ):
        world.message(
            f"m{number}", f"{network}_quay:user:{rid}", direction=direction, source=f"{network}_quay",
            vendor=network, channel=network, brand_account=BRAND[str(network)][0], thread_id=f"t{number}",
            body_text=words, links=link, created_at=f"{moment}+00",
            author_kind="agent" if direction == "out" else "employee" if kind == "employee" else "customer",
        )  # fmt: skip
    return world

"""What a person gets on request: readable, whole, and of nobody else."""

import json
from pathlib import Path

from dagster_project.privacy.person import collect_person, write_person
from dagster_project.privacy.requests import Request
from tests.unit.privacy.small_company import Held, company, hubspot, recipient, root_with

ADDRESS = "ada@example.org"


def test_a_bundle_has_every_row_and_masks_others_and_no_id_of_a_mail(tmp_path: Path) -> None:
    root = root_with(
        tmp_path / "root",
        [
            Held("hubspot_apac:contact:1", "c_ada", {"email": ADDRESS}),
            recipient(ADDRESS, "c_mail"),
        ],
        contacts=[
            hubspot(1, email=ADDRESS, job_title="ask bo@example.org", contact_owner="Bo Li"),
            hubspot(2, email="bo@example.org"),
        ],
        rows={
            ("mail", "sendgrid", "event"): [
                {"sg_event_id": "9", "email": ADDRESS, "smtp_id": "<1f@mx.example.com>"}
            ]
        },
    )

    person = collect_person(company(root), Request(customer="c_ada"))
    machine, page = write_person(person, tmp_path / "bundle")

    rows = {row["kind"]: row["values"] for row in person.sections["rows as they were received"]}
    assert rows["event"]["smtp_id"] == "<1f@mx.example.com>"
    assert rows["contact"]["job_title"] == "ask [another person]"
    assert rows["contact"]["contact_owner"] == "[staff]"
    assert "bo@example.org" not in machine.read_text() + page.read_text()
    assert json.loads(machine.read_text())["what the sources are for"][0]["purpose"]
    for number, title in enumerate(person.sections):
        assert f'<h2 id="{number}">{title.capitalize()}' in page.read_text()

"""What makes a run of the warehouse start anew: a change of code that decides who is who."""

from pathlib import Path

from dagster_project import identity
from dagster_project.identity.evidence.fingerprint import OTHER_ROOMS, ROOMS

FOLDER = Path(identity.__file__).parent


def test_every_room_of_identity_decides_what_a_run_writes_or_does_not() -> None:
    rooms = {file.parent.name for file in FOLDER.glob("*/__init__.py")}

    assert rooms == {*ROOMS, *OTHER_ROOMS}
    assert not set(ROOMS) & set(OTHER_ROOMS)

import pytest

from dagster_project.config.identity import read_identity
from dagster_project.settings import PROJECT


@pytest.mark.parametrize("section", ["blocking", "model", "clusters", "moves"])
def test_an_entry_that_a_root_leaves_out_is_as_shipped(section: str) -> None:
    shipped = getattr(read_identity(PROJECT / "config" / "identity.yml"), section)

    assert shipped == type(shipped)()

"""Great Expectations comes without what our rules never use, and with it once it is used."""

import subprocess
import sys

_PROBE = """
import sys
from dagster_project.quality.lean_import import import_great_expectations

import_great_expectations()
from great_expectations.expectations.core import (
    expect_column_kl_divergence_to_be_less_than as comparing,
)
assert not {"altair", "scipy.stats"} & set(sys.modules)

assert comparing.stats.entropy([1, 1]) > 0
assert comparing.alt.Chart.__name__ == "Chart"
assert comparing.stats.norm is __import__("scipy.stats").stats.norm
"""


def test_what_is_left_out_is_there_once_it_is_used() -> None:
    probe = subprocess.run(
        [sys.executable, "-c", _PROBE], capture_output=True, text=True, check=False
    )

    assert probe.returncode == 0, probe.stderr

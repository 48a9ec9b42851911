"""recordlinkage comes without the classifiers nobody trains, and with them once they are used."""

import subprocess
import sys

_PROBE = """
import sys
from dagster_project.identity.learning.library import ECM, ECMClassifier, LabelBinarizer

assert not {"scipy.stats", "sklearn.cluster", "sklearn.linear_model", "sklearn.svm"} & set(sys.modules)

import pandas
import recordlinkage
vectors = pandas.DataFrame({"a": [0, 0, 1, 1]}, index=pandas.MultiIndex.from_product([[1, 2], [3, 4]]))
assert len(recordlinkage.KMeansClassifier().fit_predict(vectors)) == 2
assert "sklearn.cluster" in sys.modules
from scipy import stats
assert stats.norm.cdf(0) == 0.5
"""


def test_what_is_left_out_is_there_once_it_is_used() -> None:
    probe = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _PROBE],
        capture_output=True,
        text=True,
        check=False,
    )

    assert probe.returncode == 0, probe.stderr

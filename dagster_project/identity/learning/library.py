"""What training takes of recordlinkage and scikit-learn, without what their other classifiers need.

recordlinkage imports k-means, regression and support vectors beside ECM, and all of them SciPy's
statistics: half of what importing it takes.
"""

from dagster_project.engines.lean_import import import_without

import_without(
    "recordlinkage", ("scipy.stats", "sklearn.cluster", "sklearn.linear_model", "sklearn.svm")
)

from recordlinkage import ECMClassifier  # noqa: E402 — after what is left out
from recordlinkage.algorithms.nb_sklearn import ECM  # noqa: E402
from sklearn.preprocessing import LabelBinarizer  # noqa: E402

__all__ = ["ECM", "ECMClassifier", "LabelBinarizer"]

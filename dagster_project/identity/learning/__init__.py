"""The model: weights and rules learned without labels, frozen, and kept in state."""

from dagster_project.identity.tables import table

MAKES = (
    table("likely", "One row per pair of the sample that may be one person.", "l r"),
    table(
        "judged",
        "One row per judgement on two records of this run.",
        "number l r is_match",
    ),
    table(
        "judged_same",
        "One row per pair judged to be one person.",
        "l r",
    ),
    table(
        "random_pair",
        "One row per pair drawn by chance, to learn from non-matches.",
        "l r",
    ),
)

READS = (
    "address",
    "alias",
    "common",
    "domain",
    "family_group",
    "feature",
    "nickname",
    "record",
    "spelled",
    "total",
)

"""Which records may meet: cheap keys, rules over them, and the candidate pairs they make."""

from dagster_project.identity.tables import table

MAKES = (
    table(
        "candidate",
        "One row per pair to be compared.",
        "l r",
    ),
    table(
        "key",
        "One row per blocking rule, key and record.",
        "rule key rid",
    ),
)

READS = (
    "address",
    "alias",
    "domain",
    "family_group",
    "feature",
    "identifier",
    "name",
    "name_word",
    "nickname",
)

"""Two records side by side: levels per field, packed into one pattern, and the guards over patterns."""

from dagster_project.identity.tables import table

MAKES = (
    table(
        "agreement",
        "One row per pair that shares a rare value: of which kinds, as flags.",
        "l r flags",
    ),
    table(
        "compared",
        "One row per compared candidate: its pattern, and what term frequency adds.",
        "l r pattern tf_adjustment",
    ),
    table(
        "compared_late",
        "One row per pair compared inside a component.",
        "l r pattern tf_adjustment",
    ),
    table(
        "value_holder",
        "One row per value, kind of agreement and record that holds it.",
        "value flag rid",
    ),
    table(
        "nameless",
        "One row per record without a full name and what it goes by.",
        "rid letters form",
    ),
)

READS = (
    "absent",
    "address_key",
    "alias",
    "candidate",
    "family_pair",
    "feature",
    "identifier",
    "judged_same",
    "known_column",
    "likely",
    "name_word",
    "nick_pair",
    "random_pair",
    "spelled",
)

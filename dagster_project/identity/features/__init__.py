"""One row per record with all that comparisons read, and how rare its values are."""

from dagster_project.identity.tables import table

MAKES = (
    table(
        "address_key",
        "One row per record and address, with the place it is known by.",
        "rid street city postal_code place is_shared",
    ),
    table(
        "alias",
        "One row per record and what it goes by besides its name.",
        "rid user_part alias letters is_common is_plain is_name",
    ),
    table(
        "common",
        "One row per field and value: how many records hold it.",
        "field value held",
    ),
    table(
        "domain",
        "One row per record and e-mail domain of an employer.",
        "rid domain",
    ),
    table(
        "feature",
        "One row per person: all that comparisons and blocking rules read (columns: features.rows).",
    ),
    table(
        "keyed_place",
        "One row per record and address, with the place it is known by, before sharing is known.",
        "rid street city postal_code place",
    ),
    table(
        "known_column",
        "One row per column of feature rows that some record fills.",
        "name",
    ),
    table(
        "name_word",
        "One row per name: how it is written as one word, in full and in short.",
        "name_id long_words short_words",
    ),
    table(
        "spelled",
        "One row per word that spells a name: how rare that name is.",
        "word form tf_weight family_tf_weight given_tf_weight",
    ),
    table(
        "total",
        "One row per field: how many records hold any value.",
        "field held",
    ),
)

READS = (
    "address",
    "attribute",
    "identifier",
    "name",
    "nickname",
    "record",
    "record_name",
)

"""What a run leaves in the warehouse for marts and stewards, and what it says of itself."""

from dagster_project.identity.tables import table

MAKES = (
    table(
        "audit",
        "One row per act of a guard that is in force.",
        "guard effect identifier_kind value_hash record_id_l record_id_r records bits run_id",
    ),
)

READS = (
    "assignment",
    "audited",
    "audited_record",
    "audited_value",
    "must_link",
    "common",
    "concerned",
    "dropped_phone",
    "edge",
    "feature",
    "identifier",
    "limit_act",
    "named",
    "pattern_weight",
    "phone_value",
    "record",
    "reread",
    "status",
)

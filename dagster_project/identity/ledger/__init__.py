"""What outlives every run: ids by contract, judgements, and the file that holds them."""

from dagster_project.identity.tables import table

MAKES = (
    table(
        "named",
        "One row per record: its cluster and customer.",
        "record_id cluster customer_id",
    ),
)

READS = (
    "assignment",
    "concerned",
    "record",
)

"""Scored links, judgements and limits become clusters of records."""

from dagster_project.identity.tables import table

MAKES = (
    table(
        "absent",
        "One row per pair inside a component that no blocking rule brought together.",
        "l r",
    ),
    table(
        "assignment",
        "One row per record: its cluster.",
        "rid cluster",
    ),
    table(
        "must_link",
        "One row per pair joined by a source or a steward.",
        "l r weight evidence",
    ),
    table(
        "component",
        "One row per record: the component its links make.",
        "rid label",
    ),
    table(
        "edge",
        "One row per scored pair: its pattern, bits and weight.",
        "l r pattern bits odds weight is_ambiguous is_late",
    ),
    table(
        "limit_act",
        "One row per link that gave way to a limit, or limit that is broken.",
        "l r kind records",
    ),
    table(
        "pattern_weight",
        "One row per distinct pattern: its bits, and what guards say of it.",
        "pattern bits conflict vetoed capped at_home lives_apart fields evidence",
    ),
)

READS = (
    "compared",
    "compared_late",
    "identifier",
    "judged",
    "record",
)

"""What the last resolution knew, kept so that questions and the next run need not start anew."""

from dagster_project.identity.tables import table

MAKES = (
    table(
        "dweller",
        "One row per record, place and given name at it.",
        "rid place given",
    ),
    table(
        "record_hash",
        "One row per record: hashes of its evidence and of its times.",
        "record_id evidence times",
    ),
)

READS = (
    "address",
    "address_key",
    "agreement",
    "alias",
    "assignment",
    "audit",
    "must_link",
    "common",
    "component",
    "departed",
    "dirty",
    "domain",
    "edge",
    "family_pair",
    "feature",
    "holder",
    "value_holder",
    "identifier",
    "key",
    "keyed_place",
    "known_column",
    "limit_act",
    "name",
    "name_word",
    "named",
    "nameless",
    "nick_pair",
    "pattern_weight",
    "record",
    "record_name",
    "spelled",
    "status",
    "total",
)

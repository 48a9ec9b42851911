"""A run whose cost follows the change, and whose result is a full run's of the same model.

``kept`` is a private copy of the evidence that the last run left, ``before`` that evidence
itself. What changed is taken out of ``kept``, read anew in ``work``, and put back; what depends
on who else holds a value is judged again for the values that changed records hold or held.

Belongs here: what a change touches. Does not belong here: any rule of matching; every step is
the one of a full run, on fewer rows.
"""

from dagster_project.identity.tables import table

MAKES = (
    table(
        "audited",
        "One row per record whose acts of guards are told anew.",
        "rid",
    ),
    table(
        "audited_record",
        "One row per record whose acts of guards are told anew, by its id.",
        "record_id",
    ),
    table(
        "audited_value",
        "One row per value whose acts of guards are told anew.",
        "value_id",
    ),
    table(
        "concerned",
        "One row per record of a customer that a change touches.",
        "record_id",
    ),
    table(
        "departed",
        "One row per record that is gone or was read again.",
        "rid",
    ),
    table(
        "dirty",
        "One row per record that was read again.",
        "rid",
    ),
    table(
        "dropped_phone",
        "One row per number that some record no longer holds.",
        "value_norm",
    ),
    table(
        "reread",
        "One row per record whose identifiers are written anew.",
        "record_id",
    ),
)

READS = (
    "absent",
    "address_key",
    "agreement",
    "alias",
    "assignment",
    "audit",
    "must_link",
    "candidate",
    "component",
    "dweller",
    "edge",
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
    "record_hash",
    "record_name",
    "shared",
    "status",
)

REMAKES = (
    "agreement",
    "candidate",
    "dweller",
    "edge",
    "feature",
    "holder",
    "value_holder",
    "identifier",
    "key",
    "known_column",
    "name",
    "name_word",
    "nameless",
    "pattern_weight",
    "record",
)
"""Tables of other rooms that a change fills in their stead, with the rows that it touches."""

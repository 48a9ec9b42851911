"""What a record says, in canonical form: names, e-mails, telephones, addresses, and who holds a value."""

from dagster_project.identity.tables import table

MAKES = (
    table(
        "address",
        "One row per record and address: folded street, city and postal code.",
        "rid street city postal_code",
    ),
    table(
        "attribute",
        "One row per record and value of a field that only tables have.",
        "rid attribute value",
    ),
    table(
        "family_group",
        "One row per spelling of a family name and the family it spells.",
        "family root is_two_namings",
    ),
    table(
        "family_pair",
        "One row per two family names that are spellings of one.",
        "l r",
    ),
    table(
        "holder",
        "One row per value and name it is held under, with when.",
        "value_id kind name_id beside seen_from seen_to is_household",
    ),
    table(
        "identifier",
        "One row per record and contact point, canonical and flagged.",
        "rid kind network canonical value_id value_raw value_norm is_verified first_seen_at last_seen_at is_stated flag",
    ),
    table(
        "name",
        "One row per distinct name: its parts, roots and sounds.",
        "name_id name given family roots",
    ),
    table(
        "nick_pair",
        "One row per two given names that stand for one another.",
        "l r",
    ),
    table(
        "nickname",
        "One row per nickname and its root.",
        "nick root",
    ),
    table(
        "phone_value",
        "One row per distinct number and countries it is read by.",
        "value_norm country default_country region origin",
    ),
    table(
        "record",
        "One row per resolved record, numbered by its id.",
        "rid record_id survivor is_mailbox is_living source given_name family_name full_name birth_date birth_date_text organisation country default_country bio",
    ),
    table(
        "record_name",
        "One row per record that has a name.",
        "rid name_id",
    ),
    table(
        "shared",
        "One row per value that is not one person's.",
        "value_id flag",
    ),
    table(
        "status",
        "One row per record: resolved, withdrawn or no customer.",
        "record_id kind survivor status reason",
    ),
)

"""The CRM import holds changed customers only, and of one who opted out just that."""

import csv
import shutil
from pathlib import Path

import pytest

from dagster_project.config.consumers import Consumer
from dagster_project.domain.root import Root
from dagster_project.publish.publication import publish
from tests.unit.publish.company import build_warehouse, change, crm


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path)
    build_warehouse(root)
    return root


def imported(root: Root) -> list[dict[str, str]]:
    file = root.published / "crm" / "current" / "crm_import_crm_emea.csv"
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_the_first_export_holds_every_contact_by_its_id_in_the_crm(root: Root) -> None:
    publication = publish(root, crm())

    rows = imported(root)
    assert len(rows) == 20
    assert rows[0] == {
        "Id": "003000000000000001",
        "Customer_360_Id__c": "c1",
        "X_Handle__c": "handle1",
        "Last_Social_Message__c": "2026-11-01T01:00:00.000Z",
        "Email_Opens_90_Days__c": "1",
        "Email_Consent__c": "granted",
    }
    assert [row["Id"] for row in rows] == sorted(row["Id"] for row in rows)
    assert publication.imports == {"crm_import_crm_emea.csv": 20}


def test_the_next_export_holds_changed_customers_only(root: Root) -> None:
    publish(root, crm())
    change(
        root, "update marts.customer_360 set x_handle = 'new' where customer_id in ('c2', 'c5')"
    )

    publish(root, crm())

    assert [row["Customer_360_Id__c"] for row in imported(root)] == ["c2", "c5"]


def test_a_change_the_crm_does_not_load_exports_no_row(root: Root) -> None:
    publish(root, crm())
    change(root, "update marts.fct_message set body_text = 'edited' where message_id = 'm1'")

    publish(root, crm())

    assert imported(root) == []


def test_the_baseline_survives_the_loss_of_everything_published(root: Root) -> None:
    first = publish(root, crm())
    shutil.rmtree(root.published)

    second = publish(root, crm())

    assert imported(root) == []
    assert second.generation > first.generation


WITHDRAWN = "update marts.customer_360 set email_consent = 'withdrawn' where customer_id = 'c2'"


def test_a_withdrawal_reaches_the_crm_and_nothing_else_of_that_customer_does(
    root: Root,
) -> None:
    publish(root, crm())
    change(root, WITHDRAWN)

    publish(root, crm())

    assert imported(root) == [
        {
            "Id": "003000000000000002",
            "Customer_360_Id__c": "c2",
            "X_Handle__c": "",
            "Last_Social_Message__c": "",
            "Email_Opens_90_Days__c": "",
            "Email_Consent__c": "withdrawn",
        }
    ]


def test_a_withdrawal_before_the_first_export_is_in_it(root: Root) -> None:
    change(root, WITHDRAWN)

    publish(root, crm())

    rows = {row["Customer_360_Id__c"]: row for row in imported(root)}
    assert rows["c2"]["Email_Consent__c"] == "withdrawn"
    assert rows["c2"]["X_Handle__c"] == ""
    assert len(rows) == 20


def test_what_else_changes_of_who_opted_out_exports_no_row(root: Root) -> None:
    change(root, WITHDRAWN)
    publish(root, crm())
    change(root, "update marts.customer_360 set x_handle = 'new' where customer_id = 'c2'")

    publish(root, crm())

    assert imported(root) == []


def test_who_opts_in_again_comes_back_whole(root: Root) -> None:
    change(root, WITHDRAWN)
    publish(root, crm())
    change(
        root, "update marts.customer_360 set email_consent = 'granted' where customer_id = 'c2'"
    )

    publish(root, crm())

    (row,) = imported(root)
    assert (row["Customer_360_Id__c"], row["X_Handle__c"]) == ("c2", "handle2")
    assert row["Email_Consent__c"] == "granted"


def test_a_merge_with_somebody_who_withdrew_is_told_to_every_record(root: Root) -> None:
    publish(root, crm())
    change(
        root,
        "update marts.customer_xref set customer_id = 'c3' where customer_id = 'c2'; "
        "delete from marts.customer_360 where customer_id = 'c2'; "
        "update marts.customer_360 set email_consent = 'withdrawn' where customer_id = 'c3'",
    )

    publish(root, crm())

    told = {
        row["Id"][-1]: (row["Customer_360_Id__c"], row["Email_Consent__c"])
        for row in imported(root)
    }
    assert told == {"2": ("c3", "withdrawn"), "3": ("c3", "withdrawn")}


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("deleted_at = timestamptz '2026-11-01 00:00:00+00'", id="deleted"),
        pytest.param("merged_into = 'crm_emea:contact:003000000000000001'", id="merged"),
    ],
)
def test_a_record_its_crm_no_longer_has_is_left_out(root: Root, sql: str) -> None:
    change(
        root,
        f"update intermediate.int_contact_records set {sql} where record_id like '%000007'",
    )

    publish(root, crm())

    assert "003000000000000007" not in [row["Id"] for row in imported(root)]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", "\r=1", "\n=1", "＝1"],
)
def test_no_cell_runs_in_a_spreadsheet(root: Root, cell: str) -> None:
    quoted = cell.replace("'", "''")
    change(
        root, f"update marts.customer_360 set x_handle = '{quoted}' where customer_id = 'c1'"
    )

    publish(root, crm())

    assert imported(root)[0]["X_Handle__c"] == "'" + cell


def test_an_ordinary_cell_stays_as_it_is(root: Root) -> None:
    change(
        root,
        "update marts.customer_360 set x_handle = 'a=b, \"c\" -1' where customer_id = 'c1'",
    )

    publish(root, crm())

    assert imported(root)[0]["X_Handle__c"] == 'a=b, "c" -1'


def test_withdrawals_stand_first(root: Root) -> None:
    change(
        root,
        "update marts.customer_360 set email_consent = 'withdrawn' where customer_id = 'c9'",
    )

    publish(root, crm())

    assert [row["Customer_360_Id__c"] for row in imported(root)][:2] == ["c9", "c1"]


def test_a_value_that_is_gone_is_cleared_once_and_only_where_it_was_written(root: Root) -> None:
    consumer = with_import(clear_with="#N/A")
    change(root, "update marts.customer_360 set x_handle = null where customer_id = 'c1'")
    publish(root, consumer)
    change(
        root, "update marts.customer_360 set x_handle = null where customer_id in ('c2', 'c3')"
    )
    change(root, WITHDRAWN)

    publish(root, consumer)

    told = {row["Customer_360_Id__c"]: row["X_Handle__c"] for row in imported(root)}
    assert told == {"c2": "", "c3": "#N/A"}
    change(
        root,
        "update marts.customer_360 set email_human_opens_90d = 99 where customer_id = 'c3'",
    )
    publish(root, consumer)
    assert [row["X_Handle__c"] for row in imported(root)] == [""]


GOLDEN = """
create schema config;
create schema identity;
create table config.sources as
    select * from (values ('crm_emea', 'salesforce'), ('crm_apac', 'hubspot'), ('list', 'mailchimp'),
        ('desk', 'manual')) as t(name, vendor);
create table config.survivorship as
    select * from (values
        ('title', 'most_trusted', 'hubspot', 1), ('title', 'most_trusted', 'salesforce', 2),
        ('title', 'most_trusted', 'mailchimp', 3), ('name', 'most_trusted', 'salesforce', 1),
        ('name', 'most_trusted', 'mailchimp', 2)
    ) as t(field, rule, vendor, priority);
create table identity.record_identifiers as
    select 'crm_emea:contact:003000000000000001' as record_id, 'phone' as kind,
        '+33199000001' as value_norm;
alter table marts.customer_360 add column title varchar;
alter table marts.customer_360 add column phone varchar;
alter table intermediate.int_contact_records add column title varchar;
alter table intermediate.int_contact_records add column primary_phone varchar;
create table marts.dim_customer as
    select customer_id, null::varchar as title_source, null::varchar as phone_source
    from marts.customer_360;
"""


def golden(root: Root, number: int, *, own: str | None, value: str | None, source: str) -> None:
    """The CRM's own title of one contact, and the golden one with its source."""
    change(
        root,
        f"update intermediate.int_contact_records set title = {sql_text(own)} "
        f"where record_id like '%{number:05}'; "
        f"update marts.customer_360 set title = {sql_text(value)} where customer_id = 'c{number}'; "
        f"update marts.dim_customer set title_source = '{source}' where customer_id = 'c{number}'",
    )


def sql_text(value: str | None) -> str:
    return "null" if value is None else f"'{value}'"


def with_import(**values: object) -> Consumer:
    wanted = crm().crm_import["salesforce"].model_dump() | values
    return crm(crm_import={"salesforce": wanted})


def test_the_crms_own_word_is_overwritten_by_a_stronger_source_alone(root: Root) -> None:
    change(root, GOLDEN)
    golden(root, 1, own=None, value="Buyer", source="list")
    golden(root, 2, own="Buyer", value="Owner", source="list")
    golden(root, 3, own="Buyer", value="Owner", source="crm_apac")
    golden(root, 4, own="Buyer", value="BUYER", source="crm_apac")
    golden(root, 5, own="Buyer", value=None, source="list")

    publish(root, with_import(golden={"Title": {"field": "title", "write": "if_stronger"}}))

    told = {row["Customer_360_Id__c"]: row["Title"] for row in imported(root)}
    assert [told[f"c{number}"] for number in range(1, 6)] == ["Buyer", "", "Owner", "", ""]


@pytest.mark.parametrize("write", ["if_empty", "if_stronger"])
def test_what_somebody_has_put_right_goes_over_the_crms_own_word(
    root: Root, write: str
) -> None:
    change(root, GOLDEN)
    golden(root, 1, own="Buyer", value="Owner", source="desk")
    golden(root, 2, own="Buyer", value="Owner", source="list")

    publish(root, with_import(golden={"Title": {"field": "title", "write": write}}))

    told = {row["Customer_360_Id__c"]: row["Title"] for row in imported(root)}
    assert (told["c1"], told["c2"]) == ("Owner", "")


def test_of_who_objects_to_all_processing_nothing_is_written_but_the_consent(
    root: Root,
) -> None:
    change(
        root,
        "update marts.customer_360 set processing_consent = 'withdrawn' where customer_id = 'c2'",
    )

    publish(root, crm())

    told = {row["Customer_360_Id__c"]: row for row in imported(root)}
    assert told["c2"]["X_Handle__c"] == ""
    assert told["c2"]["Email_Consent__c"] == "granted"
    assert told["c1"]["X_Handle__c"] == "handle1"


def test_a_value_the_crm_has_taken_over_brings_no_row(root: Root) -> None:
    change(root, GOLDEN)
    consumer = with_import(golden={"Title": {"field": "title", "write": "if_stronger"}})
    golden(root, 3, own="Buyer", value="Owner", source="crm_apac")
    publish(root, consumer)
    golden(root, 3, own="Owner", value="Owner", source="crm_emea")
    change(root, "update marts.fct_message set body_text = 'edited' where message_id = 'm1'")

    publish(root, consumer)

    assert imported(root) == []


def test_a_number_is_filled_in_as_it_is_dialled_and_not_where_it_is_known(root: Root) -> None:
    change(root, GOLDEN)
    change(root, "update marts.customer_360 set phone = '+33199000001'")

    publish(root, with_import(golden={"Phone": {"field": "phone", "write": "if_empty"}}))

    told = {row["Customer_360_Id__c"]: row["Phone"] for row in imported(root)}
    assert (told["c1"], told["c2"]) == ("", "+33199000001")


def test_of_who_withdrew_no_golden_value_is_written(root: Root) -> None:
    change(root, GOLDEN)
    change(root, WITHDRAWN)
    golden(root, 2, own=None, value="Buyer", source="list")

    publish(root, with_import(golden={"Title": {"field": "title", "write": "if_empty"}}))

    assert imported(root)[0]["Customer_360_Id__c"] == "c2"
    assert imported(root)[0]["Title"] == ""

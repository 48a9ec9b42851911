import io
import json
import zipfile
from typing import Any

import pytest

from dagster_project.sources.files import Unreadable, group_by_file, read_inbox
from tests.unit.sources.inbox import SAMPLES, Inbox, Reading, rows_of, source_of

CRM = source_of("salesforce")


def sample(name: str) -> bytes:
    return (SAMPLES / "salesforce" / name).read_bytes()


def table(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


def test_a_contact_lands_with_its_raw_cells(inbox: Inbox) -> None:
    inbox.put(CRM, "Contact.csv", sample("Contact.csv"))

    reading = inbox.one()

    first, merged, _ = reading.rows
    assert first["id"] == first["_native_id"] == "0038d00000BBBBAAA5"
    assert first["mailing_street"] == '9 Quay Lane\nFlat "B"'
    assert first["title"] == 'Buyer, "Eyewear"'
    assert first["x_handle"] == "@ida_t"
    assert json.loads(first["_extra"])["Shoe_Size__c"] == "38"
    assert (merged["is_deleted"], merged["master_record_id"]) == ("1", "0038d00000BBBBAAA5")
    assert merged["phone"] is None
    assert reading.batch.as_of.isoformat() == "2026-10-03T04:05:06+00:00"


def test_ids_of_fifteen_characters_become_eighteen(inbox: Inbox) -> None:
    inbox.put(CRM, "extract_leads.csv", sample("extract_leads.csv"))

    rows = inbox.one().rows

    assert [row["id"] for row in rows] == ["00Q8d00000CCCCAEA5", "00Q8d00000CCCCBEA5"]
    assert rows[1]["converted_contact_id"] == "0038d00000BBBBAAA5"
    assert rows[0]["is_converted"] == "false"


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("001000000000001", "001000000000001AAA"),
        ("0017000000Sqarb", "0017000000SqarbAAB"),
        ("a0aB0000001aBcD", "a0aB0000001aBcDIAU"),
        ("0038d00000BBBBAAA5", "0038d00000BBBBAAA5"),
        ("@AccountRef1", "@AccountRef1"),
        ("not-an-id-at-al", "not-an-id-at-al"),
    ],
)
def test_the_checksum_of_an_id_is_salesforces(inbox: Inbox, short: str, long: str) -> None:
    inbox.put(
        CRM,
        "Contact.csv",
        table("Id,IsDeleted,AccountId,LastName", f"003000000000001AAA,0,{short},Tranter"),
    )

    assert inbox.one().column("account_id") == [long]


def test_an_import_file_gets_ids_from_its_content(inbox: Inbox) -> None:
    inbox.put(CRM, "import_contacts.csv", sample("import_contacts.csv"))

    reading = inbox.one()

    assert not reading.batch.missing_columns
    assert all(row["id"] == row["_native_id"] for row in reading.rows)
    assert all(row["id"].startswith("row:") for row in reading.rows)
    assert len({row["id"] for row in reading.rows}) == 2


def test_an_export_without_its_ids_is_refused(inbox: Inbox) -> None:
    inbox.put(
        CRM,
        "Contact.csv",
        table("LastName,FirstName,Email,CreatedDate", "Tranter,Ida,i@example.org,2026-01-01"),
    )

    assert inbox.one().batch.missing_columns == ("id",)


def test_rows_without_an_id_are_still_told_apart(inbox: Inbox) -> None:
    inbox.put(
        CRM,
        "Contact.csv",
        table("Id,IsDeleted,LastName", ",0,Tranter", ",0,Moreau", " ,0,Moreau"),
    )

    rows = inbox.one().rows

    assert [row["id"] for row in rows[:2]] == [None, None]
    assert rows[0]["_native_id"] != rows[1]["_native_id"]


@pytest.mark.parametrize(
    ("name", "header", "row", "stream"),
    [
        ("extract.csv", "ID,LASTNAME,EMAIL", "003000000000001,T,a@example.org", "contact"),
        ("extract.csv", "ID,LASTNAME,EMAIL", "00Q000000000001,T,a@example.org", "lead"),
        ("Contact.csv", "ID,LASTNAME,EMAIL", "00Q000000000001,T,a@example.org", "lead"),
        ("x.csv", "Id,Name,Phone", "001000000000001,Quay,1", "account"),
        ("x.csv", "Id,Name,StageName,Amount", "006000000000001,Q,Won,1", "opportunity"),
        ("x.csv", "Id,Status,Subject,Origin", "500000000000001,New,S,Web", "case"),
        ("x.csv", "Id,Name,Type,Status", "701000000000001,Q,Email,Done", "campaign"),
        ("lead_import.csv", "LastName,Company,Email", "T,Quay,a@example.org", "lead"),
        ("my contacts 2026.csv", "LastName,FirstName,Email", "T,I,a@example.org", "contact"),
    ],
)
def test_the_object_is_told_by_ids_and_columns(
    inbox: Inbox, name: str, header: str, row: str, stream: str
) -> None:
    inbox.put(CRM, name, table(header, row))

    assert inbox.one().stream == stream


@pytest.mark.parametrize(
    ("name", "header", "row"),
    [
        ("User.csv", "Id,Username,LastName,FirstName,Email", "005000000000001AAA,u,T,I,e"),
        (
            "CaseComment.csv",
            "Id,ParentId,CommentBody,CreatedDate",
            "00a000000000001AAA,5,b,2026",
        ),
        ("CaseComment.csv", "Id,ParentId,IsDeleted,CreatedDate,SystemModstamp", ""),
        ("Task.csv", "Id,WhoId,Subject,Status,Priority", "00T000000000001AAA,0,s,n,h"),
        ("Loyalty__c.csv", "Id,Name,Phone__c,Status__c", "a0X000000000001AAA,n,1,s"),
    ],
)
def test_other_objects_are_left_alone(inbox: Inbox, name: str, header: str, row: str) -> None:
    inbox.put(CRM, name, table(header, row) if row else header + "\n")

    assert isinstance(inbox.read()[0], Unreadable)


def test_records_of_a_query_come_by_object(inbox: Inbox) -> None:
    inbox.put(CRM, "query_page.json", sample("query_page.json"))

    contacts, leads = (r for r in inbox.read() if isinstance(r, Reading))

    assert contacts.column("id") == ["0038d00000BBBBDAA5"]
    assert contacts.column("is_deleted") == ["false"]
    assert json.loads(contacts.rows[0]["_extra"])["Account"]["Name"] == "Harbour Optics"
    assert leads.column("company") == ["Roth AG"]


def by_stream(inbox: Inbox) -> dict[str, Reading]:
    readings = inbox.read()
    assert all(isinstance(reading, Reading) for reading in readings), readings
    return {reading.stream: reading for reading in readings if isinstance(reading, Reading)}


def node(kind: str, reference: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": kind, "referenceId": reference}, **fields}


def children(*records: Any, **marks: Any) -> dict[str, Any]:
    return {"records": list(records), **marks}


def test_children_of_a_tree_are_records_with_their_links(inbox: Inbox) -> None:
    tamm = node("Contact", "ContactRef1", LastName="Tamm", Email="tamm@x.example")
    deal = node(
        "Opportunity",
        "OpportunityRef1",
        StageName="Won",
        OpportunityContactRoles=children(
            node("OpportunityContactRole", ContactId="@ContactRef1", Role="Buyer")
        ),
    )
    firm = node("Account", "AccountRef1", Name="Nord", Contacts=children(tamm),
                Opportunities=children(deal), Cases=children(node("Case", Status="New")))  # fmt: skip
    inbox.put(CRM, "tree.json", json.dumps(children(firm)))

    found = by_stream(inbox)

    account, contact = found["account"].rows[0], found["contact"].rows[0]
    opportunity, role = found["opportunity"].rows[0], found["opportunity_contact_role"].rows[0]
    assert account["id"].startswith("row:")
    assert contact["account_id"] == opportunity["account_id"] == account["id"]
    assert found["case"].column("account_id") == [account["id"]]
    assert (role["opportunity_id"], role["contact_id"]) == (opportunity["id"], contact["id"])
    assert "Tamm" not in f"{account['_raw']}{account['_extra']}"


def test_only_a_link_is_a_reference(inbox: Inbox) -> None:
    person = node("Contact", "c", LastName="Tamm", AccountId="@A1", Twitter__c="@A1")
    inbox.put(CRM, "t.json", json.dumps(children(node("Account", "A1", Name="Nord"), person)))

    found = by_stream(inbox)

    assert found["contact"].column("account_id") == found["account"].column("id")
    assert found["contact"].column("x_handle") == ["@A1"]


@pytest.mark.parametrize("parents_first", [True, False])
def test_references_lead_to_the_record_they_name(inbox: Inbox, parents_first: bool) -> None:
    parents = [node("Account", f"AccountRef{n}", Name="Nord") for n in (1, 2)]
    people = [
        node("Contact", f"ContactRef{n}", LastName="Tamm", AccountId=f"@AccountRef{n}")
        for n in (1, 2, 3)
    ]
    records = [*parents, *people] if parents_first else [*people, *parents]
    inbox.put(CRM, "tree.json", json.dumps(children(*records)))

    found = by_stream(inbox)

    accounts = found["account"].column("id")
    assert len(set(accounts)) == 2
    assert found["contact"].column("account_id") == [*accounts, "@AccountRef3"]
    assert len(set(found["contact"].column("id"))) == 3
    assert any(
        "1 reference leads to no record" in note for note in found["contact"].batch.notes
    )


PLAN = {
    # names in an order in which a child comes before its parent
    "Case.json": [node("Case", "CaseRef1", Status="New", ContactId="@ContactRef1")],
    "Contact.json": [node("Contact", "ContactRef1", LastName="Tamm", AccountId="@AccountRef1")],
    "Nord-Account.json": [node("Account", "AccountRef1", Name="Nord")],
    "Account-Contact-Case-plan.json": [
        {"sobject": "Account", "saveRefs": True, "files": ["Nord-Account.json"]}
    ],
}


def texts(plan: dict[str, Any]) -> dict[str, str]:
    return {
        name: json.dumps(records if "plan" in name else children(*records))
        for name, records in plan.items()
    }


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_the_files_of_a_plan_refer_to_each_other(inbox: Inbox, packed: bool) -> None:
    if packed:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, text in texts(PLAN).items():
                archive.writestr(name, text)
        inbox.put(CRM, "plan.zip", buffer.getvalue())
    else:
        for name, text in texts(PLAN).items():
            inbox.put(CRM, name, text)

    found: dict[str, Reading] = {}
    readings = read_inbox(inbox.root, (CRM,), inbox.path / "work", clock=inbox.clock)
    for file, group in group_by_file(readings):
        for batch in group:
            if not isinstance(batch, Unreadable):
                found[batch.spec.stream] = Reading(batch, rows_of(batch))
        if not packed:
            file.unlink()  # a file is put away before the next is read

    assert found["case"].column("contact_id") == found["contact"].column("id")
    assert found["contact"].column("account_id") == found["account"].column("id")
    assert not any("reference" in n for r in found.values() for n in r.batch.notes)


def test_a_reference_that_two_files_give_to_different_records_stays_without_a_link(
    inbox: Inbox,
) -> None:
    plan = PLAN | {"Sued-Account.json": [node("Account", "AccountRef1", Name="Sued")]}
    for name, text in texts(plan).items():
        inbox.put(CRM, name, text)

    contact = next(r for r in inbox.read() if isinstance(r, Reading) and r.stream == "contact")

    assert contact.column("account_id") == ["@AccountRef1"]
    assert any("1 reference leads to no record" in note for note in contact.batch.notes)


def test_values_of_graphql_are_taken_from_beside_what_is_shown(inbox: Inbox) -> None:
    person = {
        "Id": "003000000000001AAA",
        "LastName": {"value": "Tamm"},
        "MailingCity": {"value": "Tallinn", "displayValue": "Tallinn"},
    }
    answer = {"data": {"uiapi": {"query": {"Contact": {"edges": [{"node": person}]}}}}}
    inbox.put(CRM, "answer.json", json.dumps(answer))

    found = by_stream(inbox)

    assert found["contact"].column("last_name") == ["Tamm"]
    assert found["contact"].column("mailing_city") == ["Tallinn"]


def test_children_of_a_sub_query_take_the_ids_of_their_addresses(inbox: Inbox) -> None:
    child = {
        "attributes": {"type": "Contact", "url": "/services/data/v60.0/sobjects/Contact/0038d00000BBBBD"},
        "LastName": "Tamm",
        "SystemModstamp": "2026-10-05T17:02:11.000+0000",
    }  # fmt: skip
    firm = {
        "attributes": {"type": "Account", "url": "/services/data/v60.0/sobjects/Account/001000000000001AAA"},
        "Name": "Nord",
        "Contacts": children(child, totalSize=250, done=False, nextRecordsUrl="/x-2000"),
        "Cases": None,
    }  # fmt: skip
    inbox.put(CRM, "page.json", json.dumps(children(firm, totalSize=1, done=True)))

    contact = by_stream(inbox)["contact"]

    assert contact.column("id") == ["0038d00000BBBBDAA5"]
    assert contact.column("account_id") == ["001000000000001AAA"]
    assert any("further pages" in note for note in contact.batch.notes)


def test_a_parent_beside_its_child_is_a_link(inbox: Inbox) -> None:
    record = node("Contact", Id="0038d00000BBBBDAA5", LastName="Tamm",
                  Account=node("Account", Id="001000000000001AAA", Name="Nord"))  # fmt: skip
    inbox.put(CRM, "page.json", json.dumps(children(record)))

    assert inbox.one().column("account_id") == ["001000000000001AAA"]


def test_what_is_no_record_that_is_read_is_counted_by_name(inbox: Inbox) -> None:
    firm = node("Account", "AccountRef1", Name="Nord",
                Tasks=children(node("Task", Subject="a"), node("Task", Subject="b")),
                Notes__r={"records": "x"}, Contacts=children(5, None))  # fmt: skip
    project = node("Project__c", Name="p", Contacts=children(node("Contact", LastName="Tamm")))
    odd = node("an@x.example", Name="n")
    inbox.put(CRM, "tree.json", json.dumps(children(firm, project, odd, "x")))

    found = by_stream(inbox)

    left = {each.what: each.rows for r in found.values() for each in r.batch.left_out}
    assert found["contact"].column("last_name") == ["Tamm"]
    assert left == {
        "records of Task": 2,
        "records of Project__c": 1,
        "records of an object without a proper name": 1,
        "malformed lists of child records": 1,
        "values that are no records": 3,
    }
    assert sum(r.batch.rows_in for r in found.values()) == 2 + 8


def test_an_object_that_comes_late_in_a_file_is_read(inbox: Inbox) -> None:
    many = [node("Account", Id=f"00100000000{n:04}AAA", Name="Nord" * 20) for n in range(2000)]
    last = node("Lead", Id="00Q8d00000CCCCCEA5", LastName="Roth", Company="Roth AG")
    inbox.put(CRM, "page.json", json.dumps(children(*many, last)))

    assert by_stream(inbox)["lead"].column("last_name") == ["Roth"]


def test_a_tree_keeps_custom_fields(inbox: Inbox) -> None:
    inbox.put(CRM, "tree.json", sample("tree_contacts.json"))

    first, second = inbox.one().rows

    assert (first["last_name"], first["_extra"]) == ("Haddad", '{"Loyalty_Tier__c":"Gold"}')
    assert second["_extra"] is None


def test_amounts_need_a_currency(inbox: Inbox) -> None:
    source = source_of("salesforce", currency=None)
    header = "Id,StageName,Amount,CloseDate,CreatedDate"
    inbox.put(
        source, "Opportunity.csv", table(header, "006000000000001,Won,12,2026-01-01,2026-01-01")
    )

    (problem,) = inbox.one().batch.problems

    assert problem.startswith(
        "missing_currency: 1 amount names no currency; add `currency: EUR`"
    )
    assert "under sources.salesforce_test in config/sources.yml" in problem


def test_amounts_with_their_own_currency_need_no_default(inbox: Inbox) -> None:
    inbox.put(
        source_of("salesforce", currency=None), "Opportunity.csv", sample("Opportunity.csv")
    )

    assert not inbox.one().batch.problems

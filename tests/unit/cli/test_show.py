"""``c360 show``: a customer by whatever is known of it, from the published file alone."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dagster_project.cli import main
from dagster_project.config.roots import init_company_root
from dagster_project.domain.root import Root
from dagster_project.settings import PROJECT
from tests.unit.viewer.published import generation, publish

WORLD = """
create table customer_360 as
select *, 'person' as kind, 2 as record_count, 1 as source_count, 0.97 as identity_confidence,
    'crm' as sources, 1 as cases, 1 as open_cases
from (values
    ('c1', 'Ada Kestrel', 'ada@example.org'),
    ('c2', 'Ada Kestrel', 'bo@example.org'),
    ('c3', null, 'info@example.org')
) as rows(customer_id, full_name, email);
create table dim_customer as
select *, 'Ada' as given_name, 'Kestrel' as family_name, null as phone,
    'crm' as name_source, 'news' as email_source, timestamptz '2026-03-04 00:00:00+00' as email_as_of
from customer_360 where full_name is not null;
create table customer_identifiers as
select *, 2 as record_count, false as is_verified, customer_id = 'c3' as is_shared from (values
    ('c1', 'email', null, 'ada@example.org'), ('c1', 'phone', null, '+33612345678'),
    ('c1', 'handle', 'mastodon', 'ada@social.example'), ('c1', 'handle', 'x', 'ada_kestrel'),
    ('c1', 'url', null, 'ada.example'),
    ('c2', 'email', null, 'info@example.org'), ('c3', 'email', null, 'info@example.org')
) as rows(customer_id, kind, network, identifier);
create table customer_xref as
select *, true as is_current, 0.97 as confidence, timestamptz '2026-03-01 00:00:00+00' as valid_from
from (values ('c1', 'crm:contact:0031'), ('c1', 'news:member:ab')) as rows(customer_id, record_id);
create table identity_redirects as
select * from (values ('old', 'c1'), ('gone', null)) as rows(customer_id, resolves_to);
create table customer_consent as
select 'c1' as customer_id, 'email' as channel, 'marketing' as purpose, 'withdrawn' as status,
    'news' as source, timestamptz '2026-03-05 00:00:00+00' as occurred_at;
create table customer_timeline as
select 'c1' as customer_id, i::varchar as event_id, 'email_open' as event_type, 'email' as channel,
    'news' as source, i = 1 as is_machine, false as is_deleted,
    timestamptz '2026-03-05 00:00:00+00' + to_days(i::int) as occurred_at
from range(15) as days(i);
"""


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path / "quay")
    init_company_root(root, PROJECT / "config")
    shutil.copyfile(PROJECT / "config" / "sources.yml", root.config / "sources.yml")
    publish(root, "crm", WORLD, name=generation(1))
    return root


def shown(root: Root, who: str, *more: str) -> Result:
    return CliRunner().invoke(main, ["show", who, "--root", str(root.path), *more])


@pytest.mark.parametrize(
    "who",
    [
        pytest.param("c1", id="customer-id"),
        pytest.param("old", id="retired-id"),
        pytest.param("crm:contact:0031", id="record-id"),
        pytest.param("0031", id="the-vendors-own-id"),
        pytest.param(" ADA@Example.org", id="email"),
        pytest.param("a.da+news@example.org", id="email-with-tag-and-dots"),
        pytest.param("+33 6 12 34 56 78", id="phone"),
        pytest.param("06 12 34 56 78", id="phone-of-a-sources-country"),
        pytest.param("@ada_kestrel", id="handle"),
        pytest.param("@ada@social.example", id="handle-with-server"),
        pytest.param("https://x.com/ada_kestrel", id="profile"),
        pytest.param("https://www.ada.example/", id="url"),
    ],
)
def test_a_customer_is_found_by_whatever_is_known_of_it(root: Root, who: str) -> None:
    found = shown(root, who)

    assert found.exit_code == 0, found.output
    assert "Ada Kestrel\nc1" in found.output.replace("its records went to\n", "")


def test_what_is_known_is_shown_with_where_it_came_from(root: Root) -> None:
    lines = [" ".join(line.split()) for line in shown(root, "c1").output.splitlines()]

    assert "name Ada Kestrel crm" in lines
    assert "email ada@example.org news 2026-03-04" in lines
    assert "crm:contact:0031 joined 2026-03-01 confidence 0.97" in lines
    assert "handle mastodon ada@social.example 2 records" in lines
    assert "email marketing withdrawn news 2026-03-05" in lines
    assert "cases 1 case 1 open" in lines
    assert lines.index("Last events") == len(lines) - 11
    assert lines[-10] == "2026-03-19 00:00:00Z email open email news"


def test_several_that_fit_are_listed(root: Root) -> None:
    found = shown(root, "info@example.org")

    assert found.exit_code == 2
    assert "2 customers fit" in found.output
    assert "c2" in found.output
    assert "c3" in found.output


def test_people_of_one_name_are_listed(root: Root) -> None:
    found = shown(root, "ada  kestrel")

    assert found.exit_code == 2
    assert "2 customers fit" in found.output


def test_who_is_not_found_is_told_with_what_was_looked_for(root: Root) -> None:
    found = shown(root, "06 99 99 99 99")

    assert found.exit_code == 1
    assert "phone +33699999999" in found.output


def test_a_retired_id_without_heirs_is_told(root: Root) -> None:
    assert "none of its records is left" in shown(root, "gone").output


def test_what_a_product_does_not_hold_is_left_out(root: Root) -> None:
    publish(
        root, "crm", WORLD.split("create table dim_customer", maxsplit=1)[0], name=generation(2)
    )

    found = shown(root, "c1")

    assert found.exit_code == 0, found.output
    assert "Golden record" not in found.output


def test_nobody_is_written_down(root: Root) -> None:
    shown(root, "c2")
    before = sorted(root.path.rglob("*"))

    shown(root, "ada@example.org")

    assert sorted(root.path.rglob("*")) == before
    assert "example.org" not in (root.audit / "access.jsonl").read_text()


def test_a_look_is_recorded_and_the_log_verifies(root: Root) -> None:
    shown(root, "c1")
    shown(root, "Ada Kestrel")

    listed = CliRunner().invoke(main, ["audit", "list", "--root", str(root.path)])
    of_one = CliRunner().invoke(
        main, ["audit", "list", "--customer", "c2", "--root", str(root.path)]
    )
    verdict = CliRunner().invoke(main, ["audit", "verify", "--root", str(root.path)])

    assert [
        line.split("show")[1].split("(")[0].strip() for line in listed.output.splitlines()
    ] == [
        "1 customer",
        "2 customers",
    ]
    assert len(of_one.output.splitlines()) == 1
    assert "Ada" not in (root.audit / "access.jsonl").read_text()
    assert verdict.exit_code == 0


def test_a_log_that_was_changed_fails_verify_at_the_line(root: Root) -> None:
    shown(root, "c1")
    log = root.audit / "access.jsonl"
    log.write_text(log.read_text().replace('"show"', '"find"'))

    verdict = CliRunner().invoke(main, ["audit", "verify", "--root", str(root.path)])

    assert (verdict.exit_code, "line 1" in verdict.output) == (1, True)

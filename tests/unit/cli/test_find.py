"""``c360 find``: who somebody is, from what the last resolution left on disk."""

import csv
import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dagster_project.cli import main
from dagster_project.config.roots import init_company_root
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.session import session
from dagster_project.identity.evidence.file import evidence_file
from dagster_project.identity.resolve import resolve
from dagster_project.privacy.audit_log import AuditLog
from dagster_project.settings import PROJECT
from tests.unit.identity.world import AS_OF, Contact, build, non_matches, spec

ADA = Contact(
    "ada", "Ada", "Kestrel", email="ada.kestrel@example.org", phone="+442071230001",
    postal_code="LS1 4AP", birth_date="1971-02-03",
)  # fmt: skip
TWINS = [
    Contact(f"hugo{n}", "Hugo", "Okafor", email=f"hugo{n}@example.com", birth_date=born)
    for n, born in enumerate(("1980-01-01", "1990-12-31"))
]
FIRM = Contact("firm", email="info@mill.example", kind="shared_mailbox")


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Root, dict[str, str]]:
    """A company's root after a resolution, and the customers it made."""
    root = Root(tmp_path_factory.mktemp("find") / "quay")
    init_company_root(root, PROJECT / "config")
    shutil.copyfile(PROJECT / "config" / "sources.yml", root.config / "sources.yml")
    with session() as connection:
        build(connection, [*non_matches(150), ADA, *TWINS, FIRM])
        resolve(
            connection, spec=spec(), state_dir=root.state, run_id="run", as_of=AS_OF,
            evidence_to=evidence_file(root.warehouse),
        )  # fmt: skip
        found = connection.execute("select record_id, customer_id from identity.customer_xref")
        return root, dict(found.fetchall())


def asked(resolved: tuple[Root, dict[str, str]], *arguments: str) -> Result:
    """The command's answer."""
    return CliRunner().invoke(main, ["find", *arguments, "--root", str(resolved[0].path)])


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(["--email", "ADA.Kestrel@example.org"], id="e-mail"),
        pytest.param(["--name", "Kestrel, Ada", "--phone", "+44 (0)20 7123 0001"], id="phone"),
        pytest.param(
            ["--name", "Ada Kestrel", "--phone", "020 7123 0001", "--country", "gb"],
            id="local-phone",
        ),
        pytest.param(
            ["--name", "Ada Kestrel", "--birth-date", "1971-02-03", "--postcode", "LS1 4AP"],
            id="birth-date-and-postcode",
        ),
        pytest.param(
            ["--email", "ada@elsewhere.example", "--email", "ada.kestrel@example.org"], id="two"
        ),
    ],
)
def test_a_person_is_told_with_the_evidence_masked(
    resolved: tuple[Root, dict[str, str]], known: list[str]
) -> None:
    result = asked(resolved, *known)

    assert result.exit_code == 0, result.output
    assert result.output.startswith(resolved[1][ADA.record_id])
    assert ADA.record_id in result.output
    assert ": same" in result.output
    assert "Kestrel" not in result.output
    assert "ada.kestrel@" not in result.output


def test_values_are_shown_to_whom_asks_for_them(resolved: tuple[Root, dict[str, str]]) -> None:
    result = asked(resolved, "--email", "ada.kestrel@example.org", "--show-values")

    assert "ada.kestrel@example.org" in result.output


def test_json_says_the_same_without_any_value(resolved: tuple[Root, dict[str, str]]) -> None:
    result = asked(resolved, "--email", "ada.kestrel@example.org", "--json", "--limit", "1")

    said = json.loads(result.output)
    assert said["verdict"] == "customer"
    assert said["customer_id"] == resolved[1][ADA.record_id]
    assert len(said["customers"]) == 1
    best = said["customers"][0]["records"][0]
    assert best["record_id"] == ADA.record_id
    assert best["match_probability"] > 0.9
    assert best["levels"]["email"] == "same"
    assert "kestrel" not in result.output.lower()


def test_nobody_is_told_with_who_comes_nearest(resolved: tuple[Root, dict[str, str]]) -> None:
    result = asked(resolved, "--name", "Ada Kestrel", "--birth-date", "1999-09-09")

    assert result.exit_code == 1
    assert result.output.startswith("nobody")
    assert resolved[1][ADA.record_id] in result.output


def test_two_who_fit_alike_are_both_told(resolved: tuple[Root, dict[str, str]]) -> None:
    known = [f"--email=hugo{n}@example.com" for n in (0, 1)]

    result = asked(resolved, "--name", "Hugo Okafor", *known)

    assert result.exit_code == 2
    assert result.output.startswith("several")
    assert {resolved[1][twin.record_id] for twin in TWINS} == {
        word
        for word in result.output.split("less likely")[0].split()
        if word in resolved[1].values()
    }


def test_a_shared_mailbox_is_told_as_one(resolved: tuple[Root, dict[str, str]]) -> None:
    result = asked(resolved, "--email", "info@mill.example")

    assert result.exit_code == 0
    assert f"a shared mailbox: customer {resolved[1][FIRM.record_id]}" in result.output
    assert "is a role's" in result.output


@pytest.mark.parametrize(
    ("known", "status", "remedy"),
    [
        pytest.param(["--email", "no at sign"], 1, "name@example.org", id="no-address"),
        pytest.param(["--phone", "ask me"], 1, "+ and the country's code", id="no-number"),
        pytest.param(["--birth-date", "3.2.71"], 2, "%Y-%m-%d", id="no-day"),
        pytest.param(["--handle", "friendster:ada"], 1, "leave it out", id="no-network"),
        pytest.param([], 2, "--name, --email, --phone, --handle", id="nothing"),
        pytest.param(["--name", "Ada", "--file", "who.csv"], 2, "--file", id="both"),
        pytest.param(["--name", "Ada", "--out", "who.csv"], 2, "--file", id="out-alone"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_to_do(
    resolved: tuple[Root, dict[str, str]], known: list[str], status: int, remedy: str
) -> None:
    result = asked(resolved, *known)

    assert result.exit_code == status
    assert remedy in " ".join(result.output.split())
    assert "no at sign" not in result.output


def test_a_root_that_was_never_resolved_is_told_to_run(tmp_path: Path) -> None:
    root = Root(tmp_path / "quay")
    init_company_root(root, PROJECT / "config")

    result = CliRunner().invoke(main, ["find", "--name", "Ada", "--root", str(root.path)])

    assert result.exit_code == 1
    assert "c360 run" in result.output


def test_a_file_of_questions_has_an_answer_per_row(
    resolved: tuple[Root, dict[str, str]], tmp_path: Path
) -> None:
    attendees, answers = tmp_path / "attendees.csv", tmp_path / "answers.csv"
    attendees.write_text(
        "id,Vorname,Nachname,E-Mail,Geburtsdatum\n"
        "t1,Ada,Kestrel,ada.kestrel@example.org,1971-02-03\n"
        "t2,Zenobia,Quillfeather,z.quill@example.net,1944-01-02\n"
        "t10,Hugo,Okafor,hugo1@example.com,\n",
        encoding="utf-8",
    )

    result = asked(resolved, "--file", str(attendees), "--out", str(answers))

    assert result.exit_code == 0, result.output
    with answers.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["record_id"] for row in rows] == ["t1", "t2", "t10"]
    assert [row["verdict"] for row in rows] == ["customer", "nobody", "customer"]
    assert [row["customer_id"] for row in rows] == [
        resolved[1][ADA.record_id], "", resolved[1][TWINS[1].record_id],
    ]  # fmt: skip
    assert "email=same" in rows[0]["evidence"]
    assert "customer 2, nobody 1" in result.output


def test_a_file_that_tells_nothing_of_persons_is_refused_unless_a_spec_says_what_it_tells(
    resolved: tuple[Root, dict[str, str]], tmp_path: Path
) -> None:
    file, spec_file = tmp_path / "codes.csv", tmp_path / "codes.yml"
    file.write_text("c1,c2\n17,ada.kestrel@example.org\n18,\n", encoding="utf-8")
    spec_file.write_text("kind: persons\ncolumns: {c2: email}\n", encoding="utf-8")
    nothing = tmp_path / "nothing.csv"
    nothing.write_text("unique_id\n17\n18\n", encoding="utf-8")

    refused = asked(resolved, "--file", str(nothing))
    read = asked(resolved, "--file", str(file), "--spec", str(spec_file), "--json")

    assert refused.exit_code == 1
    assert "--spec" in refused.output
    assert [json.loads(line)["customer_id"] for line in read.output.splitlines()] == [
        resolved[1][ADA.record_id],
        None,
    ]


def test_answers_of_a_file_are_those_of_single_questions(
    resolved: tuple[Root, dict[str, str]], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "name,email\nAda Kestrel,ada.kestrel@example.org\nHugo Okafor,hugo0@example.com\n"
        "Ada Kestrel,\nAda Kestrel,hugo0@example.com\n",
        encoding="utf-8",
    )

    together = asked(resolved, "--file", str(file), "--json")

    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    said = [json.loads(line) for line in together.output.splitlines()]
    assert len(said) == len(rows)
    for row, one in zip(rows, said, strict=True):
        known = [
            f"--name={row['name']}",
            *([f"--email={row['email']}"] if row["email"] else []),
        ]
        alone = json.loads(asked(resolved, *known, "--json").output)
        assert one["customer_id"] == alone["customer_id"]
        assert one["match_weight"] == (
            alone["customers"][0]["records"][0]["match_weight"] if alone["customers"] else None
        )


def test_asking_writes_nothing_but_that_somebody_asked(
    resolved: tuple[Root, dict[str, str]],
) -> None:
    root = resolved[0]
    asked(resolved, "--name", "Ada Kestrel")

    def files() -> dict[str, tuple[int, int]]:
        return {
            os.fspath(file): (file.stat().st_mtime_ns, file.stat().st_size)
            for file in root.path.rglob("*")
            if file.is_file() and file.parent != root.audit and "audit_end" not in file.name
        }

    before = files()

    asked(resolved, "--name", "Ada Kestrel", "--email", "ada.kestrel@example.org")

    assert files() == before
    last = (root.audit / "access.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["command"] == "find"
    assert AuditLog(root).subject(resolved[1][ADA.record_id]) in last
    assert "estrel" not in last

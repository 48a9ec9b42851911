"""``c360 resolve``, ``evaluate`` and ``benchmark`` from the command line to their files."""

import csv
import json
import random
import re
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from dagster_project.cli import main
from dagster_project.settings import PROJECT

_GIVEN = [
    "Ada",
    "Bo",
    "Cleo",
    "Dora",
    "Eli",
    "Finn",
    "Gwen",
    "Hugo",
    "Iris",
    "Jonas",
    "Karin",
    "Leo",
    "Mona",
    "Nils",
    "Olga",
    "Pia",
]
_FAMILY = [
    "Ashdown",
    "Birkett",
    "Corvane",
    "Delmare",
    "Eastwick",
    "Fennimore",
    "Gravelle",
    "Hartwell",
    "Ingleby",
    "Jessop",
]
_TOWNS = ["Lyon", "Bremen", "Leeds", "Porto", "Turin", "Ghent"]


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def _people(seed: int = 7) -> list[dict[str, str]]:
    """A hundred invented people, most of them twice; the second time with a mistake."""
    rng = random.Random(seed)
    rows = []
    for number in range(100):
        given, family = (
            rng.choice(_GIVEN),
            rng.choice(_FAMILY) + rng.choice("aeiou") + rng.choice("lmnrs"),
        )
        row = {
            "Vorname": given,
            "Nachname": family,
            "Geburtsdatum": f"{rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.{rng.randint(1940, 2000)}",
            "E-Mail": f"{given}.{family}{number}@example.org".lower(),
            "Ort": rng.choice(_TOWNS),
            "cluster": str(number),
        }
        rows.append(row)
        if rng.random() < 0.8:
            other = dict(row)
            mistake = rng.choice(["Nachname", "E-Mail", "Ort"])
            other[mistake] = other[mistake][:-1] if mistake == "Nachname" else ""
            rows.append(other)
    rng.shuffle(rows)
    return [{"ID": f"r{n}", **row} for n, row in enumerate(rows)]


def _write(file: Path, rows: list[dict[str, str]], *, separator: str = ";") -> Path:
    with file.open("w", encoding="cp1252", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    return file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A resolved table with all its outputs."""
    folder = tmp_path_factory.mktemp("resolve")
    _write(folder / "people.csv", _people())
    result = _run(
        "resolve", folder / "people.csv", "--out", folder / "out.parquet",
        "--links", folder / "links.parquet", "--write-spec", folder / "spec.yml",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    (folder / "told.txt").write_text(result.output, encoding="utf-8")
    return folder


def test_every_record_gets_one_customer_and_the_columns_are_told(folder: Path) -> None:
    rows = duckdb.sql(f"select * from '{folder / 'out.parquet'}'").fetchall()
    told = (folder / "told.txt").read_text(encoding="utf-8")

    assert sorted(row[0] for row in rows) == sorted(row["ID"] for row in _people())
    assert "family_name" in told
    assert "its header speaks of which records belong together" in told
    assert "1 column is not read" in told
    assert "ONLY NAMES" not in told
    assert "customers" in told


def test_nothing_personal_is_told(folder: Path) -> None:
    told = (folder / "told.txt").read_text(encoding="utf-8")
    spec = (folder / "spec.yml").read_text(encoding="utf-8")

    values = {
        value for row in _people() for key, value in row.items() if key not in ("ID", "cluster")
    }
    assert not [value for value in values if len(value) > 4 and value in told + spec]


def test_the_evaluation_finds_what_was_planted(folder: Path) -> None:
    result = _run(
        "evaluate", folder / "out.parquet", "--truth", "CLUSTER", "--against",
        folder / "people.csv", "--links", folder / "links.parquet", "--json", folder / "card.json",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    assert card["precision"] >= 0.95
    assert card["recall"] >= 0.8
    assert card["blocking_recall"] >= card["recall"] - 0.05
    assert card["estimated_precision"]["low"] <= card["estimated_precision"]["high"]


def test_the_written_spec_gives_the_same_customers(folder: Path) -> None:
    result = _run(
        "resolve",
        folder / "people.csv",
        "--out",
        folder / "again.csv",
        "--spec",
        folder / "spec.yml",
    )

    assert result.exit_code == 0, result.output
    different = duckdb.sql(
        f"from '{folder / 'out.parquet'}' except from '{folder / 'again.csv'}'"
    ).fetchall()
    assert different == []


def test_labels_hold_whatever_the_records_look_like(folder: Path, tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        customers = dict(connection.execute(f"from '{folder / 'out.parquet'}'").fetchall())
    known = sorted(customers)
    apart = next(id_ for id_ in known[1:] if customers[id_] != customers[known[0]])
    joined = next(
        (one, other)
        for one in known
        for other in known
        if one < other and customers[one] == customers[other]
    )
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "record_id_l,record_id_r,is_match\n"
        f"{known[0]},{apart},true\n{joined[0]},{joined[1]},false\n{known[0]},no such record,true\n"
    )

    out = tmp_path / "customers.csv"
    told = _run("resolve", folder / "people.csv", "--out", out, "--labels", labels)

    assert told.exit_code == 0, told.output
    assert "1 label names a record that the table has not" in told.output
    with duckdb.connect() as connection:
        again = dict(connection.execute(f"from '{out}'").fetchall())
    assert again[known[0]] == again[apart]
    assert again[joined[0]] != again[joined[1]]


def test_labels_that_say_neither_are_refused(folder: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("record_id_l,record_id_r,is_match\n1,2,perhaps\n")

    told = _run(
        "resolve", folder / "people.csv", "--out", tmp_path / "out.csv", "--labels", labels
    )

    assert told.exit_code == 1
    assert "1 label does not say whether it is a match" in told.output


def test_labels_of_works_are_refused(folder: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("record_id_l,record_id_r\n1,2\n")

    told = _run(
        "resolve", folder / "people.csv", "--out", tmp_path / "out.csv",
        "--labels", labels, "--kind", "works",
    )  # fmt: skip

    assert told.exit_code == 1
    assert "labels are for tables of persons" in told.output


def test_the_order_of_rows_and_the_values_of_ids_are_no_evidence(
    folder: Path, tmp_path: Path
) -> None:
    rows = _people()
    renamed = [
        {**row, "ID": f"x{hash_}"} for hash_, row in zip(_mixed(len(rows)), rows, strict=True)
    ]
    names = {new["ID"]: old["ID"] for new, old in zip(renamed, rows, strict=True)}
    _write(tmp_path / "other.csv", renamed[::-1], separator=",")

    result = _run("resolve", tmp_path / "other.csv", "--out", tmp_path / "out.parquet")

    assert result.exit_code == 0, result.output
    assert _clusters(tmp_path / "out.parquet", names) == _clusters(folder / "out.parquet", {})


def _mixed(count: int) -> list[int]:
    numbers = list(range(count))
    random.Random(1).shuffle(numbers)
    return numbers


def _clusters(file: Path, names: dict[str, str]) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for record, customer in duckdb.sql(f"select * from '{file}'").fetchall():
        found.setdefault(customer, set()).add(names.get(record, record))
    return {frozenset(members) for members in found.values()}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("name,town\n", "the input has no rows", id="no-rows"),
        pytest.param("aa,bb\n1,2\n3,4\n", "no column says anything", id="no-evidence"),
    ],
)
def test_tables_that_cannot_be_resolved_are_refused_with_a_remedy(
    tmp_path: Path, content: str, told: str
) -> None:
    (tmp_path / "in.csv").write_text(content, encoding="utf-8")

    result = _run("resolve", tmp_path / "in.csv", "--out", tmp_path / "out.parquet")

    assert result.exit_code == 1
    assert told in result.output
    assert "→" in result.output
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        pytest.param(["--out", "in.csv"], "overwrite the input", id="over-the-input"),
        pytest.param(["--out", "o.csv", "--links", "o.csv"], "overwrite", id="one-file-twice"),
        pytest.param(["--out", "o.json"], "no format that is written", id="ending"),
        pytest.param(["--out", "in.csv/o.csv"], "nothing can be written", id="no-folder"),
    ],
)
def test_outputs_that_cannot_be_written_are_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outputs: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(tmp_path / "in.csv", _people())
    before = (tmp_path / "in.csv").read_bytes()

    result = _run("resolve", "in.csv", *outputs)

    assert result.exit_code == 1
    assert told in result.output
    assert (tmp_path / "in.csv").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


def test_repeated_ids_are_counted_and_told_apart(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "id,first name,surname,email\n"
        "1,Ada,Gray,ada@example.org\n1,Bo,Hill,bo@example.org\n2,Cleo,Ives,cleo@example.org\n",
        encoding="utf-8",
    )

    result = _run("resolve", tmp_path / "in.csv", "--out", tmp_path / "out.csv")

    assert result.exit_code == 0, result.output
    assert "1 row repeats an id" in result.output
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as lines:
        assert sorted(row["record_id"] for row in csv.DictReader(lines)) == ["1#1", "1#2", "2"]


@pytest.mark.parametrize(
    ("row", "customers"),
    [
        pytest.param({"name": "Maud Tressider", "email": "maud@example.org"}, 1, id="proving"),
        pytest.param({"email": "maud@example.org"}, 1, id="e-mail-alone"),
        pytest.param({"name": "Maud Tressider", "city": "Ely"}, 400, id="a-name-and-a-town"),
    ],
)
def test_rows_that_say_the_same_go_together_where_what_they_say_proves(
    row: dict[str, str], customers: int, tmp_path: Path
) -> None:
    table = _write(tmp_path / "same.csv", [row] * 400)

    told = _run("resolve", table, "--out", tmp_path / "out.parquet").output

    assert "390 rows repeat word for word" in told
    assert duckdb.sql(
        f"select count(*), count(distinct customer_id) from '{tmp_path / 'out.parquet'}'"
    ).fetchall() == [(400, customers)]


def test_an_address_in_every_rows_list_joins_nobody(tmp_path: Path) -> None:
    table = tmp_path / "lists.parquet"
    duckdb.sql(
        "copy (select i as id, ['all@firm.example', 'n' || i || '@web.example'] as emails "
        f"from range(120) as numbers(i)) to '{table}'"
    )

    told = _run("resolve", table, "--out", tmp_path / "out.parquet").output

    assert "1 contact point is a shared identifier (held by up to 120 records" in told
    assert "NOTHING WAS MERGED" in told
    assert duckdb.sql(
        f"select count(distinct customer_id) from '{tmp_path / 'out.parquet'}'"
    ).fetchall() == [(120,)]


def test_a_tables_pairs_are_explained_in_the_words_of_the_warehouse(tmp_path: Path) -> None:
    table = tmp_path / "few.csv"
    table.write_text(
        "id,name,phone,city,birth_date\n"
        "1,Peter Weber,+49 170 1234567,Bonn,1970-01-01\n"
        "2,Peter Weber,+49 170 1234567,Bonn,1970-01-01\n"
        "3,Ida Kern,+49 170 7654321,Ulm,1980-05-02\n"
        "4,Ida Kern,+49 170 7654321,Ulm,1953-11-20\n",
        encoding="utf-8",
    )

    told = _run(
        "resolve",
        table,
        "--out",
        tmp_path / "out.parquet",
        "--explain",
        1,
        2,
        "--explain",
        3,
        4,
    )

    assert told.exit_code == 0, told.output
    assert "birth date (a placeholder" in told.output
    assert "two customers: vetoed by birth date, which overrules all evidence" in told.output
    assert "Weber" not in told.output


def test_resolve_and_evaluate_say_the_same_of_the_same_links(
    folder: Path, tmp_path: Path
) -> None:
    out, links = tmp_path / "out.parquet", tmp_path / "links.parquet"
    told = _run("resolve", folder / "people.csv", "--out", out, "--links", links).output

    judged = _run(
        "evaluate", out, "--links", links, "--truth", "cluster",
        "--against", folder / "people.csv",
    ).output  # fmt: skip

    precision = re.findall(r"precision ([0-9.]+ to [0-9.]+)", told)
    assert len(precision) == 1
    assert precision[0] in judged
    assert judged.index("B-cubed") < judged.index("as the model has it")
    compared = re.findall(r"([0-9,]+) pairs compared", told)[0]
    assert f"among {compared} compared" in judged


def test_an_evaluation_without_truth_or_links_says_what_it_needs(folder: Path) -> None:
    result = _run("evaluate", folder / "out.parquet")

    assert result.exit_code == 2
    assert "--truth" in result.output


def test_a_truth_of_other_records_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("id,cluster\nq1,1\nq2,1\n", encoding="utf-8")

    result = _run(
        "evaluate",
        folder / "out.parquet",
        "--truth",
        "cluster",
        "--against",
        tmp_path / "truth.csv",
    )

    assert result.exit_code == 1
    assert "no record_id of the clusters" in result.output


SHARED = PROJECT.parent / "shared" / "data" / "identity"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared labelled sets are not here")
@pytest.mark.parametrize(("labelled", "floor"), [("fake_1000", 0.93), ("febrl3", 0.999)])
def test_public_sets_are_resolved_at_least_as_well_as_before(
    tmp_path: Path, labelled: str, floor: float
) -> None:
    result = _run(
        "benchmark", "identity", "--data", SHARED, "--sets", labelled, "--rivals", "", "--seeds", 1,
        "--json", tmp_path / "rows.json",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    (row,) = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    assert row["f1"] >= floor
    assert row["peak_mb"] > 0


def test_a_rival_that_fails_is_told_and_left_out(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)

    result = _run(
        "benchmark", "identity", "--sets", "febrl1", "--rivals", "goldenmatch", "--seeds", 1,
        "--rival-python", f"goldenmatch={broken}", "--json", tmp_path / "rows.json",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    assert "goldenmatch ended with status 3" in result.output
    (row,) = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    assert row["contestant"] == "ours"
    assert row["f1"] > 0.98


@pytest.mark.parametrize("kind", ["persons", "works"])
def test_neither_ids_nor_the_order_of_rows_change_who_belongs_together(
    tmp_path: Path, kind: str
) -> None:
    rows = _people(11)
    if kind == "works":
        rows = [
            {
                "id": r["ID"],
                "title": f"{r['Vorname']} {r['Geburtsdatum']} {r['E-Mail'].split('@')[0]}",
                "artist": r["Nachname"],
            }
            for r in rows
        ]
    rng = random.Random(4)
    shuffled = rng.sample(rows, len(rows))
    name = next(iter(rows[0]))
    renamed = [{**row, name: f"{rng.getrandbits(60):x}"} for row in shuffled]
    was = {new[name]: old[name] for new, old in zip(renamed, shuffled, strict=True)}

    partitions = []
    for number, table in enumerate((rows, renamed)):
        out = tmp_path / f"out{number}.csv"
        given = _write(tmp_path / f"in{number}.csv", table)
        assert _run("resolve", given, "--out", out, "--kind", kind).exit_code == 0
        groups: dict[str, set[str]] = {}
        with out.open(encoding="utf-8") as written:
            for row in csv.DictReader(written):
                record = was[row["record_id"]] if number else row["record_id"]
                groups.setdefault(row["customer_id"], set()).add(record)
        partitions.append({frozenset(group) for group in groups.values()})

    assert partitions[0] == partitions[1]
    assert 1 < len(partitions[0]) < len(rows)


def test_headers_and_file_names_are_shown_as_they_are_written(tmp_path: Path) -> None:
    rows = [
        {"email [/]": f"{name}@example.org", "[bold]first name": name, "last name[/red]": "Ode"}
        for name in ("ada", "bo", "cy", "di", "ed", "flo")
    ]
    file = _write(tmp_path / "people [bold].csv", rows)

    result = _run("resolve", file, "--out", tmp_path / "found[red].csv")

    assert result.exit_code == 0, result.output
    for written in ("email [/]", "[bold]first name", "last name[/red]", "found[red].csv"):
        assert written in result.output


def test_a_table_of_names_alone_is_told_to_be_too_little(tmp_path: Path) -> None:
    names = ("Ada Kestrel", "Bo Linnet", "Ada Kestrel", "Di Osprey")
    file = _write(tmp_path / "names.csv", [{"full_name": name, "sex": "f"} for name in names])

    result = _run("resolve", file, "--out", tmp_path / "found.csv")

    assert result.exit_code == 0, result.output
    assert "ONLY NAMES WERE UNDERSTOOD" in result.output


def test_a_table_of_persons_and_organisations_is_told_without_marks(tmp_path: Path) -> None:
    names = ("Ada Kestrel", "Bo Linnet", "Cy Merlin", "Di Osprey")
    rows = [
        {"type": "Person", "name": name, "email": f"{name[:2]}@x.example", "phone": "", "city": "Kiel"}
        for name in names
    ] + [
        {"type": "Company", "name": f"{name} Ltd", "email": "", "phone": f"0421 555020{n}", "city": "Kiel"}
        for n, name in enumerate(names)
    ]  # fmt: skip
    file = _write(tmp_path / "both.csv", rows)

    result = _run("resolve", file, "--out", tmp_path / "found.csv")

    assert result.exit_code == 0, result.output
    assert "persons and organisations, told by type" in result.output
    assert "[bold]" not in result.output
    assert "[/]" not in result.output

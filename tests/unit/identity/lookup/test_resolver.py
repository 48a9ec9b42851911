"""Which customer one record would be, asked without writing anything."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dagster_project.engines.duckdb.session import quoted, session
from dagster_project.identity.lookup.questions import Asked
from dagster_project.identity.lookup.resolver import Resolver, opened_resolver
from dagster_project.identity.resolve import resolve
from tests.unit.identity.world import AS_OF, Contact, build, non_matches, spec

ADA = Contact(
    "ada", "Ada", "Kestrel", email="ada.kestrel@example.org", phone="+442071230001",
    street="4 Mill Lane", city="Leeds", postal_code="LS1 4AP", birth_date="1971-02-03",
)  # fmt: skip
TWINS = [
    Contact(f"hugo{n}", "Hugo", "Okafor", email=f"hugo{n}@example.com", birth_date=born)
    for n, born in enumerate(("1980-01-01", "1990-12-31"))
]


class Resolved:
    """A world resolved once, and a resolver over it."""

    def __init__(
        self, resolver: Resolver, customers: dict[str, str], files: list[Path]
    ) -> None:
        self.resolver, self.customers, self.files = resolver, customers, files


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resolved]:
    folder = tmp_path_factory.mktemp("resolver")
    state, evidence = folder / "state", folder / "warehouse" / "evidence.duckdb"
    with session() as connection:
        build(connection, [*non_matches(450), ADA, *TWINS])
        resolve(
            connection, spec=spec(), state_dir=state, run_id="run", as_of=AS_OF,
            evidence_to=evidence,
        )  # fmt: skip
        customers = dict(
            connection.execute(
                "select record_id, customer_id from identity.customer_xref"
            ).fetchall()
        )
    with opened_resolver(evidence, spec(), stays=True) as resolver:
        yield Resolved(resolver, customers, [evidence, state / "identity.duckdb"])


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(
            Asked(full_name="Kestrel, Ada", emails=("ADA.Kestrel@example.org",)), id="e-mail"
        ),
        pytest.param(
            Asked("Ada", "Kestrell", phones=("020 7123 0001",), country="GB"), id="phone"
        ),
        pytest.param(
            Asked("Ada", "Kestrel", birth_date=date(1971, 2, 3), postal_code="LS1 4AP"),
            id="birth-date-and-place",
        ),
    ],
)
def test_a_known_person_is_found(world: Resolved, asked: Asked) -> None:
    answer = world.resolver.find(asked)

    assert answer.customer_id == world.customers[ADA.record_id]
    best = answer.customers[0].records[0]
    assert best.record_id == ADA.record_id
    assert best.match_probability > 0.9
    assert "name=" in best.evidence


def test_nobody_is_found_for_a_non_match(world: Resolved) -> None:
    answer = world.resolver.find(
        Asked("Zenobia", "Quillfeather", emails=("z.quill@example.net",))
    )

    assert answer.customer_id is None
    assert not answer.is_ambiguous


def test_another_birth_date_is_another_person(world: Resolved) -> None:
    answer = world.resolver.find(Asked("Ada", "Kestrel", birth_date=date(1999, 9, 9)))

    assert answer.customer_id is None


def test_questions_do_not_disturb_each_other(world: Resolved) -> None:
    asked = Asked("Ada", "Kestrel", emails=("ada.kestrel@example.org",))
    first = world.resolver.find(asked)
    world.resolver.find(Asked("Hugo", "Okafor", emails=("hugo1@example.com",)))

    assert world.resolver.find(asked) == first


def test_asking_writes_nothing(world: Resolved) -> None:
    before = [(file.stat().st_mtime_ns, file.stat().st_size) for file in world.files]

    world.resolver.find(Asked("Ada", "Kestrel", emails=("ada.kestrel@example.org",)))

    assert [(file.stat().st_mtime_ns, file.stat().st_size) for file in world.files] == before


ODD = [
    Contact("o1", "Ada", "Kestrel", email="ADA.kestrel+news@example.org"),
    Contact("o2", "阿达", "王", email="wang@example.org", phone="+85221231234"),
    Contact("o3", email="bruno.abelard0@example.org"),
    Contact("o4", phone="+44 20 7123 0001"),
    Contact("o5", "Okafor", "Hugo", birth_date="1980-01-01"),
    Contact("o6", "test", "n/a", email="info@example.org", organisation="Kestrel Ltd"),
    Contact("o7", "Zoë", "Straße", street="9 Elm Row", city="Leeds", postal_code="LS9 4AP"),
    Contact("o8", "Jean-Luc", "O'Brien", email="no at sign", phone="000"),
    Contact("o9", "Hugo Jr", "Okafor", organisation="Mill & Co", birth_date="1990-12-31"),
    Contact("o10"),
]


def test_answers_are_what_a_run_makes_of_the_record(tmp_path: Path) -> None:
    state, evidence = tmp_path / "state", tmp_path / "evidence.duckdb"
    known = [*non_matches(70), ADA, *TWINS]
    asked = {contact.record_id: contact for contact in (*ODD, *_repeated(known[::9]))}
    with session() as connection:
        build(connection, known)
        _resolve(connection, state, evidence)
        questions = [_asked(one) for one in asked.values()]
        with opened_resolver(evidence, spec(), stays=True) as resolver:
            alone = tuple(resolver.find(question) for question in questions)
        with opened_resolver(evidence, spec()) as resolver:
            together = resolver.find_all(questions)
        answers = dict(zip(asked, alone, strict=True))
        connection.execute("drop schema intermediate cascade")
        build(connection, [*known, *asked.values()])
        _resolve(connection, state, evidence)
        connection.execute(f"attach '{quoted(str(evidence))}' as known (read_only)")
        scored = connection.execute(_SCORED, [list(asked)]).fetchall()

    said = {
        (record, other.record_id): (other.match_weight, other.evidence)
        for record, answer in answers.items()
        for found in answer.customers
        for other in found.records
    }
    made = {(one, other): (odds / 10, words) for one, other, odds, words in scored}
    assert together == alone
    assert made
    assert {pair: said.get(pair) for pair in made} == made


_SCORED = """
select own.record_id, other.record_id, edge.odds, weight.evidence
from known.edge
inner join known.record as l on edge.l = l.rid
inner join known.record as r on edge.r = r.rid
inner join known.pattern_weight as weight on edge.pattern = weight.pattern
inner join known.record as own on own.rid in (l.rid, r.rid) and list_contains($1, own.record_id)
inner join known.record as other on other.rid in (l.rid, r.rid) and other.rid <> own.rid
where not edge.is_late and not list_contains($1, other.record_id)
"""


def _repeated(contacts: list[Contact]) -> list[Contact]:
    """The same people as another source has them: less of one thing, another spelling of the next."""
    return [
        replace(
            contact,
            key=f"{contact.key}_again",
            family=(contact.family or "")[: -1 if n % 2 else None],
            email=contact.email if n % 3 else None,
            phone=contact.phone if n % 4 else None,
            city=contact.city if n % 2 else None,
        )
        for n, contact in enumerate(contacts)
    ]


def _asked(contact: Contact) -> Asked:
    return Asked(
        contact.given,
        contact.family,
        " ".join(filter(None, (contact.given, contact.family))) or None,
        date.fromisoformat(contact.birth_date) if contact.birth_date else None,
        contact.organisation,
        "GB",
        contact.source,
        emails=(contact.email,) if contact.email else (),
        phones=(contact.phone,) if contact.phone else (),
        street=contact.street,
        city=contact.city,
        postal_code=contact.postal_code,
    )


def _resolve(connection: duckdb.DuckDBPyConnection, state: Path, evidence: Path) -> None:
    resolve(
        connection, spec=spec(), state_dir=state, run_id="run", as_of=AS_OF,
        accept_moves=True, evidence_to=evidence,
    )  # fmt: skip

"""Which customer one record would be, asked without writing anything."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dagster_project.engines.duckdb.session import session
from dagster_project.identity.resolve import resolve
from dagster_project.identity.resolver import Asked, Resolver, opened_resolver
from tests.unit.identity.world import AS_OF, Contact, build, spec, strangers

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
        build(connection, [*strangers(450), ADA, *TWINS])
        resolve(
            connection, spec=spec(), state_dir=state, run_id="run", as_of=AS_OF,
            evidence_to=evidence,
        )  # fmt: skip
        customers = dict(
            connection.execute(
                "select record_id, customer_id from identity.customer_xref"
            ).fetchall()
        )
    with opened_resolver(evidence, state, spec()) as resolver:
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


def test_nobody_is_found_for_a_stranger(world: Resolved) -> None:
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

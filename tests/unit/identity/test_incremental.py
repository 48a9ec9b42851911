"""A run that resolves only what changed ends where a full run of the same model ends."""

import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from dagster_project.config.identity import IdentitySpec
from dagster_project.engines.duckdb.session import quoted, session
from dagster_project.identity.evidence import fingerprint
from dagster_project.identity.ledger.judgements import Verdict, judge
from dagster_project.identity.lookup.questions import Asked
from dagster_project.identity.lookup.resolver import opened_resolver
from dagster_project.identity.outputs.report import IdentityReport
from dagster_project.identity.resolve import resolve
from tests.unit.identity.world import AS_OF, Contact, build, non_matches, record_id, spec

_BY_RECORD = (
    "feature",
    "identifier",
    "address_key",
    "alias",
    "value_holder",
    "key",
    "domain",
    "nameless",
)
_BY_PAIR = ("edge", "agreement", "must_link")
_OUTPUTS = ("record_status", "record_identifiers", "links")


class Root:
    """A warehouse in memory, with ledger and evidence in a folder."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.state = folder / "state"
        self.evidence = folder / "warehouse" / "evidence.duckdb"
        self.connection = connection
        self.runs = 0
        self.seen: dict[str, tuple[str, str]] = {}

    def resolve(
        self,
        contacts: Sequence[Contact],
        use: IdentitySpec | None = None,
        announced: set[str] | None = None,
    ) -> IdentityReport:
        """Resolve the world as it now is."""
        self.connection.execute("drop schema if exists intermediate cascade")
        build(self.connection, contacts)
        for key, (first, last) in self.seen.items():
            self.connection.execute(
                "update intermediate.int_contact_identifiers "
                "set first_seen_at = $2::timestamptz, last_seen_at = $3::timestamptz "
                "where record_id = $1",
                [record_id(key), f"{first} 00:00:00+00", f"{last} 00:00:00+00"],
            )
        self.runs += 1
        return resolve(
            self.connection,
            spec=use or _spec(),
            state_dir=self.state,
            run_id=f"run {self.runs}",
            as_of=AS_OF + timedelta(days=self.runs),
            accept_moves=True,
            evidence_to=self.evidence,
            announced=announced,
        )

    def customers(self) -> dict[str, str]:
        """Who is whom."""
        return dict(
            self.connection.execute(
                "select record_id, customer_id from identity.customer_xref where valid_to is null"
            ).fetchall()
        )

    def partition(self) -> set[frozenset[str]]:
        """Which records stand together."""
        together: dict[str, set[str]] = {}
        for record, customer in self.customers().items():
            together.setdefault(customer, set()).add(record)
        return {frozenset(records) for records in together.values()}

    def known(self) -> dict[str, list[tuple[object, ...]]]:
        """All tables of outputs and evidence, records by their ids."""
        tables = {
            table: self.connection.execute(f"from identity.{table} order by all").fetchall()
            for table in _OUTPUTS
        }
        self.connection.execute(
            f"attach '{quoted(str(self.evidence))}' as looked_at (read_only)"
        )
        tables["guard_audit"] = self.connection.execute(
            "select * exclude (run_id) from identity.guard_audit order by all"
        ).fetchall()
        tables["audit"] = self.connection.execute(
            "select * exclude (run_id) from looked_at.audit order by all"
        ).fetchall()
        for table in _BY_RECORD:
            tables[table] = self.connection.execute(
                f"select distinct record_id, own.* exclude (rid) from looked_at.{table} as own "
                "inner join looked_at.record using (rid) order by all"
            ).fetchall()
        for table in _BY_PAIR:
            tables[table] = self.connection.execute(
                "select least(a.record_id, b.record_id), greatest(a.record_id, b.record_id), "
                f"own.* exclude (l, r) from looked_at.{table} as own "
                "inner join looked_at.record as a on own.l = a.rid "
                "inner join looked_at.record as b on own.r = b.rid order by all"
            ).fetchall()
        self.connection.execute("detach looked_at")
        return tables


def _spec() -> IdentitySpec:
    """Rules with so low a cap, and limits so tight, that batches cross them all the time."""
    shipped = spec()
    blocking = shipped.blocking.model_copy(
        update={
            "rules": (
                ("email",), ("phone",), ("alias",), ("name_pair",), ("family_sound", "initial"),
                ("postal_code", "given_start"), ("city", "initial"),
            ),
            "cap": 4,
            "window": 2,
        }
    )  # fmt: skip
    guards = {
        kind: guard.model_copy(update={"most_per_customer": 2})
        for kind, guard in shipped.identifiers.items()
    }
    return shipped.model_copy(update={"blocking": blocking, "identifiers": guards})


def _beside(root: Root, folder: Path, state: Path) -> Root:
    """A second warehouse that is empty, with a copy of a ledger and no evidence."""
    shutil.copytree(state, folder / "state")
    other = Root(folder, root.connection.cursor())
    other.connection.execute("attach ':memory:' as other")
    other.connection.execute("use other")
    return other


def _full(root: Root, folder: Path, trained: Path, contacts: Sequence[Contact]) -> Root:
    """The same world resolved at once, by the model of the first run."""
    full = _beside(root, folder, trained)
    report = full.resolve(contacts)
    assert not report.is_incremental
    assert report.trained is None
    return full


def _assert_same(root: Root, full: Root) -> None:
    ours, theirs = root.known(), full.known()
    for table, rows in theirs.items():
        assert (table, set(ours[table]) ^ set(rows)) == (table, set())
    assert root.partition() == full.partition()


def _family(dice: random.Random, n: int) -> list[Contact]:
    """People who share what people share: phones, roofs, names, mailboxes."""
    given, family = (
        dice.choice(("Ada", "Bruno", "Carla", "Farid")),
        dice.choice(("Kestrel", "Okafor")),
    )
    return [
        Contact(
            f"n{n}_{k}",
            dice.choice((given, "Hugo", given[0])),
            family,
            email=dice.choice(
                (f"{given}.{family}{n}@example.org".lower(), f"desk{n % 3}@example.com", None)
            ),
            phone=f"+44207123{n % 4:04d}",
            street=f"{n % 5} Mill Lane",
            city="Leeds",
            postal_code=f"LS{n % 2} 4AP",
            birth_date=dice.choice(("1971-02-03", None)),
            source=dice.choice(("crm", "shop")),
            kind=dice.choice(("person", "person", "person", "shared_mailbox")),
        )
        for k in range(dice.randrange(1, 4))
    ]


def _mutated(dice: random.Random, contacts: list[Contact], n: int) -> list[Contact]:
    """A batch: a few people come, a few leave, a few change, a few are merged by their source."""
    kept = [contact for contact in contacts if dice.random() > 0.02]
    changed = [
        replace(
            contact,
            family=dice.choice((contact.family, "Whitlock")),
            email=dice.choice((contact.email, dice.choice(kept).email, None)),
            merged_into=dice.choice((None, dice.choice(kept).record_id)),
            deleted_at=dice.choice((None, None, "2025-06-01 00:00:00+00")),
        )
        if dice.random() < 0.03
        else contact
        for contact in kept
    ]
    return [*changed, *_family(dice, n), *_family(dice, n + 100)]


def _announced(before: list[Contact], after: list[Contact]) -> set[str]:
    """Who came, left or changed; their ids are all that the resolution is told."""
    return {contact.record_id for contact in {*before} ^ {*after}}


@pytest.mark.parametrize(
    ("seed", "is_announced"),
    [
        pytest.param(1, False, id="found out"),
        pytest.param(2, False, id="found out, too"),
        pytest.param(1, True, id="announced"),
    ],
)
def test_batches_end_where_a_full_run_ends(
    tmp_path: Path, seed: int, is_announced: bool
) -> None:
    dice = random.Random(seed)
    contacts = [*non_matches(60), *(c for n in range(8) for c in _family(dice, n))]
    with session() as connection:
        root = Root(tmp_path / "ours", connection)
        root.resolve(contacts)
        trained = Path(shutil.copytree(root.state, tmp_path / "trained"))

        for batch in range(3):
            earlier, contacts = contacts, _mutated(dice, contacts, 10 + batch)
            told = _announced(earlier, contacts) if is_announced else None
            report = root.resolve(contacts, announced=told)
            assert report.is_incremental
            assert report.trained is None

        _assert_same(root, _full(root, tmp_path / "full", trained, contacts))


def test_a_value_that_is_shared_at_last_reopens_whoever_holds_it(tmp_path: Path) -> None:
    house = {"phone": "+442071234561", "street": "4 Mill Lane", "city": "Leeds"}
    paul = Contact("paul", "Paul", "Winterbourne", "paul.w@example.org", **house)
    judith = Contact("judith", "Judith", "Winterbourne", "judith.w@example.org", **house)
    with session() as connection:
        root = Root(tmp_path, connection)
        root.resolve([*non_matches(60), paul])

        report = root.resolve([*non_matches(60), paul, judith])

        assert (report.is_incremental, report.changed, report.reopened) == (True, 1, 1)
        flags = connection.execute(
            "select record_id, flag from identity.record_identifiers "
            "where kind = 'phone' and value_norm = '+442071234561' order by record_id"
        ).fetchall()
        assert flags == [(judith.record_id, "shared"), (paul.record_id, "shared")]


def test_after_an_announced_batch_the_next_run_finds_nothing_new(tmp_path: Path) -> None:
    contacts = non_matches(60)
    late = Contact("late", "Ada", "Kestrel", "ada.kestrel@example.org")
    with session() as connection:
        root = Root(tmp_path, connection)
        root.resolve(contacts)

        told = root.resolve([*contacts, late], announced={late.record_id})
        records, customers = root.known()["record_status"], root.customers()
        untold = root.resolve([*contacts, late])

        assert (told.is_incremental, told.changed, told.records) == (True, 1, 81)
        assert (untold.is_incremental, untold.changed, untold.records) == (True, 0, 81)
        assert late.record_id in customers
        assert root.customers() == customers
        assert root.known()["record_status"] == records


def test_an_announcement_of_nobody_changes_nobody(tmp_path: Path) -> None:
    contacts = non_matches(60)
    with session() as connection:
        root = Root(tmp_path, connection)
        root.resolve(contacts)
        before = root.known()

        report = root.resolve(contacts, announced=set())

        assert (report.is_incremental, report.changed, report.records) == (True, 0, 80)
        assert root.known() == before


def test_a_batch_leaves_the_session_its_settings(tmp_path: Path) -> None:
    settings = "select current_setting('threads'), current_setting('checkpoint_threshold')"
    contacts = non_matches(60)
    with session() as connection:
        before = connection.execute(settings).fetchall()
        root = Root(tmp_path, connection)
        root.resolve(contacts[1:])

        report = root.resolve(contacts)

        assert (report.is_incremental, report.changed) == (True, 1)
        assert connection.execute(settings).fetchall() == before


def test_records_with_nothing_in_common_take_a_batch_and_a_question(tmp_path: Path) -> None:
    """No blocking rule is worth its pairs then, and there are too many to compare all."""
    contacts = [Contact(f"only_{n}", None, None, None) for n in range(900)]
    with session() as connection:
        root = Root(tmp_path, connection)
        first = root.resolve(contacts[1:], spec())

        report = root.resolve(contacts, spec())

        assert first.rules == ()
        assert (report.is_incremental, report.changed, report.customers) == (True, 1, 900)
    with opened_resolver(root.evidence, spec()) as resolver:
        assert resolver.find(Asked(given_name="Ada", family_name="Kestrel")).customer_id is None


def test_deleting_the_evidence_changes_no_customer(tmp_path: Path) -> None:
    contacts = [*non_matches(60), *(c for n in range(8) for c in _family(random.Random(n), n))]
    changed = _mutated(random.Random(5), contacts, 20)
    with session() as connection:
        root = Root(tmp_path / "ours", connection)
        root.resolve(contacts)
        other = _beside(root, tmp_path / "other", root.state)
        other.runs = root.runs
        judge(
            root.state,
            verdict=Verdict.SAME,
            record_ids=(contacts[0].record_id, contacts[5].record_id),
            author="steward",
            reason="they said so",
            made_at=AS_OF,
        )
        shutil.copytree(root.state, other.state, dirs_exist_ok=True)

        assert root.resolve(changed).is_incremental
        assert not other.resolve(changed).is_incremental

        assert root.customers() == other.customers()
        events = "select * exclude (run_id) from identity.events order by event_id"
        assert (
            root.connection.execute(events).fetchall()
            == other.connection.execute(events).fetchall()
        )


def test_another_version_of_the_code_resolves_everything_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = non_matches(30)
    with session() as connection:
        root = Root(tmp_path, connection)
        root.resolve(contacts)
        before = root.customers()

        assert root.resolve(contacts).is_unchanged
        monkeypatch.setattr(fingerprint, "code_hash", lambda: "another")
        again = root.resolve(contacts)

        assert (again.is_unchanged, again.is_incremental) == (False, False)
        assert root.customers() == before

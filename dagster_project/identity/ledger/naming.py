"""Which cluster goes by which ``customer_id``, found by the contract; nothing is written yet.

Does not belong here: the contract's words and the ledger itself (``ids``).
"""

from dataclasses import dataclass

from dagster_project.domain.errors import Customer360Error
from dagster_project.identity.ledger.judgements import Judgement
from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class Moves:
    """Records the ledger knows, and how many of them would change their customer."""

    known: int
    moved: int

    @property
    def share(self) -> float:
        """Moved of known; 0 where nobody is known."""
        return self.moved / self.known if self.known else 0.0


NOBODY_MOVED = Moves(0, 0)


class TooManyMovesError(Customer360Error):
    """A run would give so many known records another customer that somebody has to agree."""

    moves: Moves

    @classmethod
    def of(cls, moves: Moves, limit: float, *, whose: str = "customer") -> "TooManyMovesError":
        """Say how many records would move, and how to see or accept it."""
        error = cls(
            f"{moves.moved:,} of {moves.known:,} known records ({moves.share:.1%}) would get "
            f"another {whose}, more than the {limit:.1%} that config allows; nothing was changed",
            "config/identity.yml, moves.stop_above",
            "see who with `c360 preview`; accept it once with `c360 run --accept-moves`",
        )
        error.moves = moves
        return error


def name_clusters(
    work: Workspace,
    judgements: tuple[Judgement, ...] = (),
    *,
    only_concerned: bool = False,
    initial: str = "c",
) -> Moves:
    """Name ``work.assignment``'s clusters by the contract; nothing is written to the ledger.

    ``only_concerned``: they are the clusters of ``work.concerned(record_id)`` alone, which
    holds all records of every customer that it holds one of.

    ``initial``: the letter that new ids begin with.

    Needs the state attached as ``idstate``. Makes ``work.named(record_id, customer_id)``,
    ``work.transfer(record_id, before, customer_id)`` of the records whose customer is another,
    and ``work.id_event``, what would be said of it; ``judgements`` tell whose word it was.
    """
    _write_judgements(work, judgements)
    work.run(_CLUSTERS)
    if only_concerned:
        work.run(_CONCERNED_CUSTOMERS)
    work.run(_OLD.format(members=_CONCERNED_MEMBERS if only_concerned else _EVERY_MEMBER))
    work.run(_OFFERS)
    work.run(_NAMED.format(initial=initial))
    work.run(_TRANSFERS)
    work.run(_EVENTS)
    known, moved = (int(value) for value in work.rows(_MOVES)[0])
    if only_concerned:
        known = work.count("(from idstate.members where valid_to is null)")
    return Moves(known, moved)


def _write_judgements(work: Workspace, judgements: tuple[Judgement, ...]) -> None:
    work.run(
        "create or replace table work.judgement as select unnest($1::bigint[]) as number, "
        "unnest($2::varchar[]) as verdict, unnest($3::varchar[]) as record_id_l, "
        "unnest($4::varchar[]) as record_id_r, unnest($5::varchar[]) as author",
        [
            [j.number for j in judgements],
            [j.verdict.value for j in judgements],
            [j.record_id_l for j in judgements],
            [j.record_id_r for j in judgements],
            [j.author for j in judgements],
        ],
    )


_CLUSTERS = """
create or replace table work.clustered as
select record.record_id, head.record_id as cluster
from work.assignment
inner join work.record on assignment.rid = record.rid
inner join work.record as head on assignment.cluster = head.rid
"""

# Members as the ledger has them: living ids, and retired ids that nobody took over.
_OLD = """
create or replace table work.old_member as
select members.record_id, members.customer_id, ids.created_run, ids.retired_at is not null as is_retired
from ({members}) as members
inner join idstate.ids on members.customer_id = ids.customer_id
where
    (ids.retired_at is null and members.valid_to is null)
    or (
        ids.retired_at is not null
        and ids.redirects_to is null
        and members.valid_to = ids.retired_at
    )
"""

_CONCERNED_CUSTOMERS = """
create or replace table work.concerned_customer as
select distinct customer_id from idstate.members where record_id in (from work.concerned)
"""

_EVERY_MEMBER = "from idstate.members"

_CONCERNED_MEMBERS = "from idstate.members where customer_id in (from work.concerned_customer)"

_OFFERS = """
create or replace table work.offer as
with

living as (select * from work.old_member where not is_retired),

returned as (

    select retired.*
    from (from work.old_member where is_retired) as retired
    anti join living on retired.record_id = living.record_id

),

votes as (

    select
        old.customer_id,
        old.created_run,
        clustered.cluster,
        count(*) as members,
        min(old.record_id) as smallest
    from (from living union all from returned) as old
    inner join work.clustered on old.record_id = clustered.record_id
    group by all

),

sizes as (select customer_id, count(*) as size from work.old_member group by customer_id),

placed as (

    select * from votes
    qualify row_number() over (partition by customer_id order by members desc, smallest) = 1

)

select
    placed.customer_id,
    placed.cluster,
    row_number() over (
        partition by placed.cluster
        order by placed.created_run, sizes.size desc, placed.customer_id
    ) = 1 as is_kept
from placed
inner join sizes on placed.customer_id = sizes.customer_id
"""

_NAMED = """
create or replace table work.new_id as
with

nameless as (

    select distinct cluster from work.clustered
    anti join work.offer on clustered.cluster = offer.cluster and offer.is_kept

),

given as (

    select seed_record_id, count(*) as ids
    from idstate.ids
    where seed_record_id in (select cluster from nameless)
    group by seed_record_id

)

select
    nameless.cluster,
    '{initial}' || left(md5(nameless.cluster || '|' || coalesce(given.ids, 0)), 20) as customer_id,
    row_number() over (order by nameless.cluster) as place
from nameless
left join given on nameless.cluster = given.seed_record_id;

create or replace table work.named as
select
    clustered.record_id,
    clustered.cluster,
    coalesce(offer.customer_id, new_id.customer_id) as customer_id
from work.clustered
left join work.offer on clustered.cluster = offer.cluster and offer.is_kept
left join work.new_id on clustered.cluster = new_id.cluster
"""

# Most records keep their customer: what is said and written of a run follows from the others.
_TRANSFERS = """
create or replace table work.transfer as
select
    coalesce(named.record_id, living.record_id) as record_id,
    living.customer_id as before,
    named.customer_id
from work.named
full join (from work.old_member where not is_retired) as living
    on named.record_id = living.record_id
where named.customer_id is distinct from living.customer_id
"""

_MOVES = """
select
    (select count(*) from work.old_member where not is_retired)
        - count(*) filter (customer_id is null) as known,
    count(*) filter (before is not null and customer_id is not null) as moved
from work.transfer
"""

_EVENTS = """
create or replace table work.id_event as
with

living as (select record_id, customer_id from work.old_member where not is_retired),

moved as (

    select customer_id, before, count(*) as records
    from work.transfer
    where customer_id is not null
    group by customer_id, before

),

taken_over as (

    select lost.customer_id, kept.customer_id as by_customer_id
    from work.offer as lost
    inner join work.offer as kept on lost.cluster = kept.cluster and kept.is_kept
    where not lost.is_kept

),

sizes as (

    select customer_id, count(*) as records
    from work.named semi join work.new_id using (customer_id)
    group by customer_id

),

events as (

    select 1 as kind, 'create' as event_type, new_id.customer_id, null as other_customer_id, sizes.records
    from work.new_id
    inner join sizes on new_id.customer_id = sizes.customer_id

    union all

    select 2 as kind, 'absorb' as event_type, moved.customer_id, null as other_customer_id, moved.records
    from moved
    anti join work.new_id on moved.customer_id = new_id.customer_id
    where moved.before is null

    union all

    select 3 as kind, 'merge' as event_type, taken_over.by_customer_id as customer_id,
        taken_over.customer_id as other_customer_id, coalesce(moved.records, 0) as records
    from taken_over
    left join moved
        on taken_over.by_customer_id = moved.customer_id and taken_over.customer_id = moved.before

    union all

    select 4 as kind, 'split' as event_type, moved.before as customer_id,
        moved.customer_id as other_customer_id, moved.records
    from moved
    left join taken_over
        on moved.before = taken_over.customer_id and moved.customer_id = taken_over.by_customer_id
    where moved.before <> moved.customer_id and taken_over.customer_id is null

    union all

    select 5 as kind, 'retire' as event_type, gone.before as customer_id,
        null as other_customer_id, count(*) as records
    from (from work.transfer where customer_id is null) as gone
    anti join work.offer on gone.before = offer.customer_id
    group by gone.before

),

-- who said so, where the newest word of a steward lies between the two customers
merged_by as (

    select 'merge' as event_type, l.customer_id, before.customer_id as other_customer_id,
        said.author, said.number
    from work.judgement as said
    inner join work.named as l on said.record_id_l = l.record_id
    inner join living as before
        on before.record_id in (said.record_id_l, said.record_id_r)
        and before.customer_id <> l.customer_id
    where said.verdict = 'same'

),

split_by as (

    select 'split' as event_type, before.customer_id, named.customer_id as other_customer_id,
        said.author, said.number
    from work.judgement as said
    inner join living as before on said.record_id_l = before.record_id
    inner join living as too
        on said.record_id_r = too.record_id and before.customer_id = too.customer_id
    inner join work.named
        on named.record_id in (said.record_id_l, said.record_id_r)
        and named.customer_id <> before.customer_id
    where said.verdict = 'different'

),

words as (

    select * from (from merged_by union all from split_by)
    qualify row_number() over (
        partition by event_type, customer_id, other_customer_id order by number desc
    ) = 1

)

select
    events.*,
    coalesce(word.author, 'resolution') as actor,
    row_number() over (
        order by events.kind, events.customer_id, events.other_customer_id nulls first
    ) as place
from events
left join words as word
    on events.event_type = word.event_type
    and events.customer_id = word.customer_id
    and events.other_customer_id = word.other_customer_id
"""

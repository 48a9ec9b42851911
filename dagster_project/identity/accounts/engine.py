"""Records of accounts into clusters: candidates by their words, weights, guards, a partition.

Leaves in ``work`` what the ledger and the steward read: ``record``, ``edge``, ``pattern_weight``,
``must_link`` and ``assignment``.
"""

import numpy as np

from dagster_project.config.works import WorksSpec
from dagster_project.identity.accounts.comparing import compare_accounts, score_accounts
from dagster_project.identity.accounts.guards import guard_edges
from dagster_project.identity.accounts.reading import ROWS, TABLE
from dagster_project.identity.clustering.partition import Ints, components, partition
from dagster_project.identity.ledger.judgements import Judgement
from dagster_project.identity.works.fields import read_fields
from dagster_project.identity.works.neighbours import find_neighbours
from dagster_project.identity.works.words import read_words
from dagster_project.identity.workspace import Workspace, write_labels


def cluster_accounts(
    work: Workspace, spec: WorksSpec, judgements: tuple[Judgement, ...]
) -> None:
    """Make ``work.assignment`` of ``input.account``."""
    with work.stage("words of accounts", "work.token"):
        read_fields(work, TABLE, spec.words, "record_id", ROWS, mail_providers=[])
        read_words(work, spec.words)
        work.run(_SIDES)
    with work.stage("pairs of accounts", "work.candidate"):
        find_neighbours(work, spec.blocking)
        work.run("create or replace table work.compared (l integer, r integer, pattern bigint)")
        compare_accounts(work, "work.candidate")
        score_accounts(work)
        _complete(work, spec)
    with work.stage("clusters of accounts", "work.edge"):
        guard_edges(work, judgements)
        _write(work, "assignment", partition(_size(work), *_edges(work, "weight <> 0")))
        work.run("alter table work.assignment rename column label to cluster")


MOST_NAMES = 5
"""Names under one number from which on it is a placeholder, or somebody's who registers for others."""

# All that a comparison and the guards read of one record, in one row.
_SIDES = f"""
create or replace table work.side as
with

numbered as (

    select account.record_id, number
    from input.account as account,
        unnest([
            'r' || account.registration, 't' || account.tax,
            coalesce(account.merged_into, account.record_id)
        ]) as numbers (number)
    where number is not null

),

-- what a company is called under one number, or in records that were merged, is it all
together as (

    select numbered.number, list(distinct account.core) as cores
    from numbered
    inner join input.account as account on numbered.record_id = account.record_id
    where account.core is not null
    group by numbered.number
    having count(distinct account.core) between 2 and {MOST_NAMES}

),

renamed as (

    select numbered.record_id, list_distinct(flatten(list(together.cores))) as cores
    from numbered
    inner join together on numbered.number = together.number
    group by numbered.record_id

)

select
    record.rid,
    account.* exclude (street, state, country, city, postal_code, registration, tax),
    account.registration,
    account.tax,
    lower(account.country) as country,
    list_concat(
        list_filter([account.core, account.other_names], lambda name: name is not null),
        coalesce(renamed.cores, [])
    ) as called,
    list_filter([account.domain, account.mail_domain], lambda name: name is not null) as domains,
    coalesce(
        left(replace(account.core, ' ', ''), 4)
        in (left(account.domain, 4), left(account.mail_domain, 4)),
        false
    )
    or len(list_filter(
        string_split(account.core, ' '),
        lambda word: length(word) > 3
            and contains(concat_ws(' ', account.domain, account.mail_domain), word)
    )) > 0 as has_own_domain,
    list_transform(
        list_filter([account.domain, account.mail_domain], lambda name: name is not null),
        lambda name: split_part(name, '.', 1)
    ) as labels,
    nullif(replace(lower(strip_accents(account.city)), ' ', ''), '') as town,
    nullif(regexp_replace(lower(account.postal_code), '[^a-z0-9]', '', 'g'), '') as postcode,
    nullif(regexp_extract(account.street, '[0-9]+'), '') as house,
    lower(strip_accents(regexp_replace(account.street, '[^\\p{{L}}]+', '', 'g'))) as road,
    bag.title,
    bag.every
from input.account as account
inner join work.record as record on account.record_id = record.record_id
inner join work.bag as bag on record.rid = bag.rid
left join renamed on account.record_id = renamed.record_id
"""


def _complete(work: Workspace, spec: WorksSpec) -> None:
    """Compare the pairs inside components too that were nobody's nearest neighbours."""
    _write(work, "component", components(_size(work), *_edges(work, "weight > 0")[:2]))
    work.run(
        f"""
        create or replace table work.absent as
        with

        grouped as (

            select rid, label from work.component
            where label in (
                select label from work.component
                group by label
                having count(*) between 3 and {spec.clusters.complete_up_to}
            )

        )

        select l.rid as l, r.rid as r
        from grouped as l
        inner join grouped as r on l.label = r.label and l.rid < r.rid
        anti join work.candidate as known on l.rid = known.l and r.rid = known.r
        """
    )
    compare_accounts(work, "work.absent")
    score_accounts(work)


def _size(work: Workspace) -> int:
    return work.count("work.record")


def _edges(work: Workspace, only: str) -> tuple[Ints, Ints, Ints]:
    found = work.connection.execute(
        f"select l, r, weight::bigint as weight from work.edge where {only}"
    ).fetchnumpy()
    left, right, weight = (np.asarray(found[name], np.int64) for name in ("l", "r", "weight"))
    return left, right, weight


def _write(work: Workspace, table: str, labels: Ints) -> None:
    write_labels(work, table, labels)

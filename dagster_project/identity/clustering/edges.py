"""Pairs to edges: every pair's pattern looked up, term frequency added, guards applied.

Only distinct patterns pass through Python; pairs stay in the engine. Edge weights are whole
tenths of a bit, so that sums do not depend on their order.
"""

import numpy as np

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.bits import VETO
from dagster_project.identity.comparing.guards import guard
from dagster_project.identity.comparing.patterns import describe, unpack
from dagster_project.identity.learning.model import Model
from dagster_project.identity.workspace import Workspace

SINGLE_VALUED = ("name", "birth_date")
"""Comparisons whose disagreement speaks against a whole cluster."""


def score_pairs(
    work: Workspace, spec: IdentitySpec, model: Model, table: str, *, is_late: bool = False
) -> None:
    """Make ``work.edge`` of compared pairs: l, r, pattern, bits, odds and weight (in tenths).

    ``bits`` is the evidence, ``odds`` adds the prior. ``weight`` is what clustering sees:
    the odds where they favour a merge; else what fields of which a person has but one say
    against it. The prior alone must not hold apart what other records connect, nor must a
    second address: every record of a cluster would bring it up again. ``is_late`` marks pairs
    that no blocking rule brought.
    """
    _write_pattern_weights(work, spec, model, table)
    prior = round(10 * model.prior_bits)
    margin = round(10 * spec.clusters.merge_bits)
    work.run(
        f"""
        create or replace table work.edge as
        with

        weighed as (

            select
                compared.l,
                compared.r,
                compared.pattern,
                weight.vetoed,
                weight.bits + compared.tf_adjustment as free_bits,
                weight.capped,
                weight.conflict
            from {table} as compared
            inner join work.pattern_weight as weight on compared.pattern = weight.pattern

        ),

        guarded as (

            select
                l,
                r,
                pattern,
                vetoed,
                conflict,
                case when capped then least(free_bits, {-prior - 10}) else free_bits end as bits
            from weighed

        )

        select
            l,
            r,
            pattern,
            bits::integer as bits,
            (bits + {prior})::integer as odds,
            (case
                when vetoed then {VETO}
                when bits + {prior} > {margin} then bits + {prior} - {margin}
                else least(0, greatest(bits, conflict))
            end)::integer as weight,
            false as is_ambiguous,
            {is_late} as is_late
        from guarded
        """
    )


def _write_pattern_weights(
    work: Workspace, spec: IdentitySpec, model: Model, table: str
) -> None:
    found = work.connection.execute(
        f"select distinct pattern from {table} order by pattern"
    ).fetchnumpy()
    patterns = np.asarray(found["pattern"], np.int64)
    levels = unpack(patterns)
    guarded = guard(levels, model.vetoes)
    work.run(
        "create or replace table work.pattern_weight "
        "(pattern bigint, bits integer, conflict integer, vetoed boolean, "
        "capped boolean, at_home boolean, lives_apart boolean, fields integer, evidence varchar)"
    )
    if not len(patterns):
        return
    work.run(
        "insert into work.pattern_weight select unnest($1::bigint[]), unnest($2::integer[]), "
        "unnest($3::integer[]), unnest($4::boolean[]), unnest($5::boolean[]), "
        "unnest($6::boolean[]), unnest($7::boolean[]), unnest($8::integer[]), unnest($9::varchar[])",
        [
            patterns.tolist(),
            np.rint(10 * model.weights(levels)).astype(int).tolist(),
            np.rint(10 * model.weights(levels, only=SINGLE_VALUED)).astype(int).tolist(),
            guarded.vetoed.tolist(),
            guarded.capped.tolist(),
            guarded.at_home.tolist(),
            guarded.lives_apart.tolist(),
            (levels > 0).sum(axis=1).tolist(),
            [describe(int(pattern)) for pattern in patterns],
        ],
    )

"""What is settled before any pair is made: how rare values are, random pairs, blocking rules.

Does not belong here: which rules are worth their pairs (``blocking.rules``); the weights (``train``).
"""

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.blocking.rules import Rule
from dagster_project.identity.comparing.pairs import compare_pairs
from dagster_project.identity.comparing.patterns import count_patterns
from dagster_project.identity.features.term_frequency import typical_tf_adjustment
from dagster_project.identity.learning.model import Plan, comparing_of
from dagster_project.identity.workspace import Workspace

FEW_RECORDS = 400
"""Up to so many records, everybody is compared with everybody."""


def plan_training(work: Workspace, spec: IdentitySpec) -> Plan:
    """Learn how rare values are, compare random pairs, and choose blocking rules."""
    comparing = comparing_of(typical_tf_adjustment(work), work.count("work.feature"))
    sample_random_pairs(work, spec)
    compare_pairs(work, "work.random_pair", "work.non_matches", comparing)
    non_matches = count_patterns(work, "work.non_matches")
    options = spec.blocking
    if options.rules:
        rules = tuple(
            Rule(tuple(blocking_keys), options.cap) for blocking_keys in options.rules
        )
        return Plan(comparing, rules, None, non_matches)
    if work.count("work.feature") <= FEW_RECORDS:
        return Plan(comparing, (Rule((), 2 * FEW_RECORDS),), 1.0, non_matches)
    from dagster_project.identity.blocking.rules import choose_rules, price_of_pair
    from dagster_project.identity.learning.sample import gather_sampled_pairs

    choice = choose_rules(
        gather_sampled_pairs(work, spec, comparing, non_matches),
        budget=options.pairs_per_record,
        most_rules=options.most_rules,
        least_price=price_of_pair(work.count("work.feature")),
    )
    return Plan(comparing, choice.rules, choice.expected_recall, non_matches)


# numbers of rows go by ten digits
_ID = """
    case
        when typeof(record.record_id) = 'INTEGER' then lpad(record.record_id::varchar, 10, '0')
        else record.record_id::varchar
    end
"""


def sample_random_pairs(work: Workspace, spec: IdentitySpec) -> None:
    """``work.random_pair(l, r)``: chosen by hash of record_id, so row order does not matter."""
    records = work.count("work.feature")
    wanted = spec.model.random_pairs
    steps = min(records - 1, -(-wanted // max(records, 1)))
    work.run(
        f"""
        create or replace table work.shuffled as
        select
            feature.rid,
            row_number() over (
                order by md5({_ID} || '{spec.model.seed}'), feature.rid
            ) - 1 as place
        from work.feature
        inner join work.record on feature.rid = record.rid
        """
    )
    work.run(
        f"""
        create or replace table work.random_pair as
        select least(l.rid, r.rid) as l, greatest(l.rid, r.rid) as r
        from (
            select rid, (place + step) % {max(records, 1)} as partner
            from work.shuffled, range(1, {max(steps, 0) + 1}) as stepping(step)
            where place * {max(steps, 1)} + step <= {wanted}
        ) as l
        inner join work.shuffled as r on l.partner = r.place
        where l.rid <> r.rid
        """
    )

"""How accounts are related that are not one: above each other, sites of one company, in one group."""

from dagster_project.identity.workspace import Workspace


def relate_accounts(work: Workspace) -> None:
    """Make ``work.relation``: one row per pair of accounts and kind of relation.

    Needs ``work.named`` and the ledger as ``idstate``. ``account_id`` is what the relation says it
    is to ``related_account_id``: its parent, a site beside it, its successor.
    """
    work.run(_RELATIONS)


# Of one pair the surest kind is told: what a CRM says, then what guards saw.
_RELATIONS = """
create or replace table work.relation as
with

member as (

    select record.rid, named.customer_id as account_id
    from work.named
    inner join work.record on named.record_id = record.record_id

),

said as (

    select
        parent.account_id,
        child.account_id as related_account_id,
        'parent' as relation,
        'crm' as basis,
        1 as place
    from work.account_parent as above
    inner join member as parent on above.parent = parent.rid
    inner join member as child on above.child = child.rid

    union all

    select
        least(l.account_id, r.account_id) as account_id,
        greatest(l.account_id, r.account_id) as related_account_id,
        case guarded.guard when 'site' then 'site' else 'group' end as relation,
        'matching' as basis,
        case guarded.guard when 'site' then 2 else 3 end as place
    from work.guarded
    inner join member as l on guarded.l = l.rid
    inner join member as r on guarded.r = r.rid
    inner join work.side as one on guarded.l = one.rid
    inner join work.side as other on guarded.r = other.rid
    where
        guarded.guard in ('site', 'other_name', 'other_number')
        -- of one name alone they are namesakes
        and (
            one.domain in (other.domain, other.mail_domain)
            or one.mail_domain = other.domain
            or (guarded.guard = 'site' and one.registration = other.registration)
        )

    union all

    select redirects_to as account_id, customer_id as related_account_id,
        'successor' as relation, 'ledger' as basis, 4 as place
    from idstate.ids
    where redirects_to is not null

)

select account_id, related_account_id, min_by(relation, place) as relation,
    min_by(basis, place) as basis
from said
where account_id <> related_account_id
group by account_id, related_account_id
"""

"""What goes wrong in public, planted and written down: the things a desk must find in the first run.

Belongs here: incidents of the base world, the accounts made up for them, and who wrote which post of
them when. Does not belong here: their words (incident_texts), or how a network shows a post
(social). Tables made: incidents, planted_steps; rows added to records.
"""

from dagster_project.demo import incident_texts as texts
from dagster_project.demo.stage import Stage

KINDS = (
    "brigading",
    "troll_night",
    "unanswered",
    "errant_employee",
    "personal_data",
    "impersonation",
    "blocked_domain",
    "homonym",
    "namesake",
)
"""In the order of their numbers, which never change; the last two are innocent."""

BLOCKED_DOMAINS = ("quay-refund.example", "quay-recall-pay.example")
"""Where lures lead; the demo's ``config/attacks.yml`` lists them."""

CAMPAIGN_DOMAIN = "what-they-hide.example"

MOST_OF_A_KIND = (
    24  # one a fortnight of each language and network is plenty, however large the world
)


def make_incidents(stage: Stage) -> None:
    """Plant them in the base world; a later day has none of its own.

    Needs ``records``, and must run before the views of authors are read.
    """
    planted = stage.plan.day == 0 and stage.plan.history_days > _QUIET_START + 7
    stage.connection.execute(
        "create table incidents (kind varchar, kind_no bigint, nth bigint)",
    )
    if planted:
        stage.connection.executemany(
            "insert into incidents values (?, ?, ?)", list(_planned(stage)) or [("none", 0, 0)]
        )
    _fill_words(stage)
    stage.run(
        _INCIDENTS,
        now=f"{stage.plan.now:%Y-%m-%d %H:%M:%S}",
        days=max(1, min(_LATEST_DAYS, stage.plan.history_days - _QUIET_START)),
        languages="['" + "', '".join(texts.LANGUAGES) + "']",
        members=min(_LARGEST_BRIGADE, _SMALLEST_BRIGADE + stage.plan.people // 200),
    )
    stage.run(_ACCOUNTS)


_QUIET_START = 60  # days before which no burst is planted: a season has to be known first
_LATEST_DAYS = 100
_SMALLEST_BRIGADE = 14
_LARGEST_BRIGADE = 40


def make_planted_steps(stage: Stage) -> None:
    """Who wrote which post of an incident; needs ``author_list``."""
    stage.run(
        _STEPS,
        blocked=BLOCKED_DOMAINS[0],
        blocked_too=BLOCKED_DOMAINS[1],
        campaign=CAMPAIGN_DOMAIN,
    )


def _planned(stage: Stage) -> list[tuple[str, int, int]]:
    """As many of each kind as the rates ask of so many people, and one at least."""
    rates = stage.plan.rates.incidents
    counts = {
        kind: min(MOST_OF_A_KIND, max(1, round(rates[kind] * stage.plan.people / 1000)))
        for kind in KINDS
        if rates[kind] > 0
    }
    return [
        (kind, KINDS.index(kind), nth) for kind, count in counts.items() for nth in range(count)
    ]


def _fill_words(stage: Stage) -> None:
    """``incident_words``: language, role, number within the role, a tag and the list of wordings."""
    rows = [
        (language, role, number, tag, list(words))
        for role, language, number, tag, words in _all_words()
    ]
    stage.connection.execute(
        "create table incident_words (language varchar, role varchar, number bigint, tag varchar, words varchar[])"
    )
    stage.connection.executemany("insert into incident_words values (?, ?, ?, ?, ?)", rows)


def _all_words() -> list[tuple[str, str, int, str, tuple[str, ...]]]:
    found: list[tuple[str, str, int, str, tuple[str, ...]]] = []
    for role, tagged in (("harm", texts.HARM), ("leak", texts.LEAKS)):
        found += [
            (role, language, number, tag, (words,))
            for language, rows in tagged.items()
            for number, (tag, words) in enumerate(rows)
        ]
    for role, turns in (("unheard", 0), ("unheard again", 1)):
        found += [
            (role, language, number, "", (pair[turns],))
            for language, pairs in texts.UNHEARD.items()
            for number, pair in enumerate(pairs)
        ]
    found += [
        ("campaign", language, number, "", copies)
        for language, campaigns in texts.CAMPAIGNS.items()
        for number, copies in enumerate(campaigns)
    ]
    for role, coded in (("disclosure", texts.DISCLOSURES), ("homonym", texts.HOMONYMS)):
        found += [
            (role, language, number, texts.CODE_WORDS[number], (words,))
            for language, rows in coded.items()
            for number, words in enumerate(rows)
        ]
    for role, plain in (
        ("onlooker", texts.ONLOOKERS),
        ("anger", texts.ANGER),
        ("lure", texts.LURES),
        ("namesake", texts.NAMESAKES),
    ):
        found += [(role, language, 0, "", words) for language, words in plain.items()]
    return found


_INCIDENTS = """
create or replace table incidents as
with
placed as (
    select
        *,
        kind_no * 1000 + nth as incident_no,
        {languages}[1 + ((nth + kind_no * 3 + k(kind_no, 'first language', 7)) % 7)::integer] as language,
        case kind
            when 'brigading' then ['x', 'mastodon', 'bluesky', 'facebook'][1 + (nth % 4)::integer]
            when 'errant_employee' then ['x', 'mastodon', 'bluesky'][1 + (nth % 3)::integer]
            when 'homonym' then ['x', 'mastodon', 'bluesky'][1 + ((nth + 1) % 3)::integer]
            else ['x', 'facebook', 'mastodon', 'instagram', 'bluesky'][1 + (nth % 5)::integer]
        end as network,
        -- how a brigade works: the same words by young accounts, the same words with a blocked
        -- link by old ones, other words with one link within seconds, the same words with one link
        -- on a network that tells nobody's age
        nth % 4 as manner
    from incidents where kind <> 'none'
),
dated as (
    select
        *,
        -- every kind spreads over the days; the launch is left alone
        (3 + k(incident_no, 'incident day', {days} - 3)) as days_before
    from placed
)
select
    * exclude (days_before),
    kind || ' ' || (nth + 1)::varchar as incident_id,
    kind not in ('homonym', 'namesake') as is_to_find,
    date_trunc('day', timestamp '{now}')
        - to_days((case when days_before between 31 and 35 then days_before + 6 else days_before end)::integer)
        + to_seconds(case
            when kind = 'troll_night' then 79200 + k(incident_no, 'at night', 18000)
            else 25200 + k(incident_no, 'by day', 50000)
        end) as began_at,
    case when kind = 'brigading' then {members} when kind = 'troll_night' then 3 else 1 end as members
from dated;
"""

_ACCOUNTS = """
create table planted_accounts as
with
members as (
    select *, unnest(range(members)) as member
    from incidents
    where kind in ('brigading', 'troll_night', 'personal_data', 'impersonation', 'blocked_domain', 'namesake')
),
numbered as (
    select *, incident_no * 64 + member as account_no from members
),
named as (
    select
        *,
        -- names of syllables, so that no two look like one person's
        list_aggregate(list_transform(range(3), lambda i: pick(
            ['ba', 'do', 'fen', 'gu', 'hir', 'jo', 'kel', 'lum', 'mo', 'nar', 'pi', 'quor', 'ros', 'sul', 'tav', 'vi', 'wen', 'yor', 'zu', 'ched'],
            account_no * 8 + i, 'syllable')), 'string_agg', '')
        || (1000 + account_no * 7919 % 900000)::varchar as plain_handle
    from numbered
)
select
    *,
    (5::bigint << 40) + account_no as rid,
    -1 - account_no as pid,
    case
        when kind = 'impersonation' then ['quay_care_desk', 'quaysupport24', 'quaybrand_help', 'quay_official_eu'][1 + (nth % 4)::integer] || case when nth > 3 then nth::varchar else '' end
        when kind = 'namesake' then ['quayside_books', 'oldquay_bakery', 'mcquay_joinery', 'quayles_bikes'][1 + (nth % 4)::integer] || case when nth > 3 then nth::varchar else '' end
        else plain_handle
    end as handle,
    case
        -- Cyrillic a, Cyrillic u, full-width Q, Greek upsilon
        when kind = 'impersonation' then ['Quаy', 'Quaу Support', 'Ｑuay', 'Qυay Care'][1 + (nth % 4)::integer]
        when kind = 'namesake' then ['Quayside Books', 'Old Quay Bakery', 'McQuay Joinery', 'Quayle''s Bikes'][1 + (nth % 4)::integer]
        -- most throw-away accounts show no name of their own
        when network in ('facebook', 'x') then upper(substr(plain_handle, 1, 1)) || substr(plain_handle, 2)
    end as full_name,
    date_trunc('second', began_at) - case
        when kind = 'brigading' and manner <> 1 then to_seconds(40000 + k(account_no, 'opened', 1500000))
        when kind = 'impersonation' then to_days(4 + k(account_no, 'opened', 20)::integer)
        else to_days(500 + k(account_no, 'opened', 2500)::integer)
    end as opened_at
from named;
insert into records by name
select
    rid,
    network || '_quay' as source,
    case network when 'mastodon' then 'account' when 'bluesky' then 'profile' else 'user' end as kind,
    list_position(['x', 'facebook', 'instagram', 'mastodon', 'bluesky'], network) + 31 as slot,
    case network
        when 'x' then (1900000000000000000 + account_no * 7001)::varchar
        when 'facebook' then (10159000000000000 + account_no * 13)::varchar
        when 'instagram' then (17849000000000000 + account_no * 3)::varchar
        when 'mastodon' then (115000000000000000 + account_no * 101)::varchar
        else 'did:plc:' || translate(substr(md5('planted' || account_no::varchar), 1, 24), '0189', 'wxyz')
    end as native_id,
    pid,
    pid as hid,
    'person' as record_kind,
    'emea' as region,
    language,
    network,
    handle,
    full_name,
    kind as evidence,
    opened_at as created_at,
    opened_at as updated_at,
    false as is_converted,
    false as is_opted_out,
    ['planted_account'] as hard_cases
from planted_accounts;
"""
"""Planted accounts are people of their own: their numbers are negative, real people's count from 0."""

_STEPS = """
create table planted_steps as
with
own as (
    select i.*, a.account_no, a.member, a.rid
    from incidents as i
    inner join planted_accounts as a on a.incident_no = i.incident_no
),
speakers as (
    -- the staff speak for themselves, and whom nobody answers is somebody of the world
    select i.incident_no, a.rid
    from incidents as i
    inner join author_list as a
        on a.network = i.network
        and (a.record_kind = 'employee') = (i.kind in ('errant_employee', 'homonym'))
    where i.kind in ('errant_employee', 'homonym', 'unanswered')
    qualify row_number() over (partition by i.incident_no order by u(a.rid, 'speaks ' || i.incident_no::varchar)) = 1
),
rumours as (
    select i.incident_no, a.rid
    from incidents as i
    inner join author_list as a on a.network = 'x' and a.record_kind = 'person'
    where i.kind = 'homonym'
    qualify row_number() over (partition by i.incident_no order by u(a.rid, 'rumours ' || i.incident_no::varchar)) = 1
),
posts_planned as (
    -- a brigade comes in two waves of some seconds each; in every wave all carry one link
    select incident_no, rid, account_no * 4 + wave as serial, 0 as step, 'in' as direction,
        date_trunc('minute', began_at) + to_seconds(wave * 1260 + k(account_no * 4 + wave, 'within', 40)) as moment,
        case when manner = 2 then 'anger' else 'campaign' end as role, incident_no as choice, account_no * 4 + wave as wording,
        case manner
            when 1 then 'https://{blocked}/w' || wave || '/' || incident_no
            else 'https://{campaign}/w' || wave || '/' || incident_no
        end as link
    from (select *, unnest([0, 1]) as wave from own where kind = 'brigading')
    union all
    -- the first of a troll night and, in half of them, a second harmful voice; onlookers answer
    select incident_no, rid, 1000000 + incident_no * 4, case member when 0 then 0 else 100 + member end, 'in',
        began_at + to_seconds(member * (400 + k(account_no, 'joins', 2500))),
        case when member = 0 or (member = 1 and nth % 2 = 0) then 'harm' else 'onlooker' end,
        case member when 0 then nth else nth + 1 end, account_no, null
    from own where kind = 'troll_night'
    union all
    -- somebody of the brand answers in the morning, of every third nobody
    select incident_no, rid, 1000000 + incident_no * 4, 1, 'out',
        date_trunc('day', began_at - interval 12 hour) + interval 32 hour + to_seconds(k(incident_no, 'morning', 7000)),
        'answer', nth, incident_no, null
    from own where kind = 'troll_night' and member = 0 and nth % 3 <> 2
    union all
    select i.incident_no, s.rid, 1000000 + i.incident_no * 4, step, 'in',
        began_at + to_seconds(case step when 0 then 0 else 14400 + k(i.incident_no, 'asks again', 40000) end),
        case step when 0 then 'unheard' else 'unheard again' end, i.nth, i.incident_no, null
    from (select *, unnest([0, 101]) as step from incidents where kind = 'unanswered') as i
    inner join speakers as s on s.incident_no = i.incident_no
    union all
    select i.incident_no, s.rid, 1000000 + i.incident_no * 4, 0, 'in', began_at,
        case i.kind when 'homonym' then 'homonym' else 'disclosure' end, i.nth, i.incident_no, null
    from incidents as i
    inner join speakers as s on s.incident_no = i.incident_no
    where i.kind in ('errant_employee', 'homonym')
    union all
    -- the same words of somebody who is not employed are no disclosure
    select i.incident_no, r.rid, 1000000 + i.incident_no * 4 + 1, 0, 'in', began_at + interval 2 day, 'homonym', i.nth + 1, i.incident_no, null
    from incidents as i
    inner join rumours as r on r.incident_no = i.incident_no
    where i.network = 'x'
    union all
    select incident_no, rid, 1000000 + incident_no * 4, 0, 'in', began_at,
        case kind when 'personal_data' then 'leak' when 'namesake' then 'namesake' else 'lure' end, nth, incident_no,
        case when kind in ('impersonation', 'blocked_domain') then 'https://{blocked_too}/' || incident_no end
    from own where kind in ('personal_data', 'impersonation', 'blocked_domain', 'namesake')
)
select
    p.rid,
    i.network,
    (1::bigint << 49) + p.serial * 1024 as root_no,
    'planted' as occasion,
    case when p.role = 'answer' then 'answer' else 'planted' end as topic,
    r.pid,
    case when p.role = 'answer' then i.language else coalesce(w.language, i.language) end as language,
    r.handle,
    r.native_id,
    r.evidence,
    p.step,
    p.direction,
    p.moment,
    i.incident_no,
    p.role,
    w.tag,
    p.link,
    case when w.words is not null then pick(w.words, p.wording, 'wording') || coalesce(' ' || p.link, '') end as said
from posts_planned as p
inner join incidents as i on i.incident_no = p.incident_no
inner join records as r on r.rid = p.rid
left join (select *, count(*) over (partition by language, role) as choices from incident_words) as w
    on w.language = i.language and w.role = p.role and w.number = p.choice % w.choices;
"""

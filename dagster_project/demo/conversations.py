"""Public conversations on five networks: who wrote what to the brand, and what it answered.

Belongs here: the true messages, with their edits and deletions, the launch-day burst, the troll's
night and the week-end on which the clocks went back; what is planted beside them is in incidents.
Tables made: brand_posts, posts.
"""

from dagster_project.demo.incidents import make_planted_steps
from dagster_project.demo.stage import NOW, Stage
from dagster_project.demo.texts import ANSWERS, BRAND_POSTS, FOLLOW_UPS, ROOTS

LAUNCH_DAYS_BEFORE = 33
TROLL_AT = "2026-11-03 02:17:09"
CLOCK_CHANGE = "2026-10-24 21:10:00"


def make_conversations(stage: Stage) -> None:
    """Fill ``posts`` from ``authors``; ids are the vendors' own."""
    plan, events = stage.plan, stage.plan.rates.events
    later = plan.day > 0
    _fill_texts(stage)
    stage.run(
        _BRAND_POSTS, base=f"{NOW:%Y-%m-%d %H:%M:%S}", now=f"{plan.now:%Y-%m-%d %H:%M:%S}"
    )
    stage.run(
        _ROOTS,
        now=f"{plan.now:%Y-%m-%d %H:%M:%S}",
        days=1 if later else plan.history_days,
        mean=0.0001 if later else events["messages_per_profile"],
        burst=0 if later else events["burst_factor"] - 1,
        launch_days=LAUNCH_DAYS_BEFORE,
        troll_at=TROLL_AT,
        clock_change=CLOCK_CHANGE,
        dst=0 if later or plan.history_days < 25 else max(12, plan.people // 300),
        troll="false" if later or plan.history_days < 15 else "true",
        day=plan.day,
    )
    make_planted_steps(stage)
    stage.run(
        _POSTS,
        now=f"{plan.now:%Y-%m-%d %H:%M:%S}",
        edited=events["post_edited"],
        deleted=events["post_deleted"],
    )


def _fill_texts(stage: Stage) -> None:
    rows = [
        (language, topic, texts)
        for kind in (ROOTS, FOLLOW_UPS, ANSWERS)
        for (language, topic), texts in kind.items()
    ]
    stage.connection.execute(
        "create table phrases as select unnest(?::varchar[]) as language, "
        "unnest(?::varchar[]) as topic, unnest(?::varchar[]) as texts",
        [
            [row[0] for row in rows],
            [row[1] for row in rows],
            ["|".join(row[2]) for row in rows],
        ],
    )
    stage.run(
        "create table phrase_lists as select language, topic, string_split(texts, '|') as texts from phrases;\n"
    )
    stage.connection.execute(
        "create table brand_phrases as select unnest(?::varchar[]) as text, unnest(range(?)) as n",
        [list(BRAND_POSTS), len(BRAND_POSTS)],
    )


_BRAND_POSTS = """
create table brand_posts as
-- the brand posts every third day; numbers count from a fixed day, so that they never change
select
    network,
    n,
    moment,
    text,
    case network
        when 'facebook' then (3659775604000000 + n)::varchar
        else (17895695668000000 + n)::varchar
    end as post_id
from (
    select
        n::bigint as n,
        timestamp '2025-01-06 09:00:00' + to_days((n * 3)::integer) + to_seconds(k(n, 'brand post', 30000)) as moment,
        (select text from brand_phrases as b where b.n = r.n % (select count(*) from brand_phrases)) as text,
        unnest(['facebook', 'instagram']) as network
    from range(400) as r(n)
)
where moment < timestamp '{now}' - interval 1 day;
"""

_ROOTS = """
create table author_list as
select *, row_number() over (partition by network order by rid) - 1 as author_no, count(*) over (partition by network) as author_n
from authors;
create table roots as
with
ordinary as (
    select
        a.rid,
        a.network,
        ({day}::bigint << 50) + a.rid * 64 + n as root_no,
        n,
        timestamp '{now}' - to_days((u(({day}::bigint << 50) + a.rid * 64 + n, 'day') * {days})::integer) as day,
        null::timestamp as moment,
        'ordinary' as occasion
    from (
        select *, unnest(range(1 + least(20, floor(-ln(1 - u(rid, 'messages')) * {mean})::integer))) as n
        from author_list
    ) as a
),
burst as (
    select
        a.rid, 'x' as network, (1::bigint << 46) + e.n as root_no, e.n, null::timestamp as day,
        date_trunc('day', timestamp '{now}') - to_days({launch_days}) + to_seconds((28800 + pow(u(e.n, 'burst at'), 1.5) * 54000)::bigint) as moment,
        'launch' as occasion
    from (
        select unnest(range(ceil({burst} * (select count(*) from ordinary where network = 'x') / {days}::double)::bigint)) as n
    ) as e
    inner join author_list as a on a.network = 'x' and a.author_no = k(e.n, 'burst by', (select count(*) from author_list where network = 'x'))
),
clock_change as (
    select
        a.rid, a.network, (1::bigint << 47) + e.n as root_no, e.n, null::timestamp,
        timestamp '{clock_change}' + to_seconds(k(e.n, 'clock at', 9000)) as moment,
        'clock change' as occasion
    from (select unnest(range({dst})) as n) as e
    inner join author_list as a on a.network = ['x', 'mastodon', 'bluesky', 'x'][1 + e.n % 4] and a.author_no = k(e.n, 'clock by', a.author_n)
),
troll as (
    select rid, 'x' as network, (1::bigint << 48) as root_no, 0, null::timestamp, timestamp '{troll_at}' as moment, 'troll' as occasion
    from author_list where network = 'x' and evidence = 'stranger' and {troll}
    qualify row_number() over (order by rid) = 1
),
together as (
    select * from ordinary union all select * from burst union all select * from clock_change union all select * from troll
),
timed as (
    select
        *,
        coalesce(moment, case when {days} = 1
            then timestamp '{now}' - to_seconds(1800 + k(root_no, 'second of day', 80000))
            else date_trunc('day', day) + to_seconds(
                pick([8, 9, 9, 10, 11, 12, 12, 13, 14, 16, 17, 18, 18, 19, 19, 20, 20, 21, 21, 22, 23, 6, 2], root_no, 'hour') * 3600
                + k(root_no, 'second', 3600)) end) as began_at
    from together
)
select
    t.rid,
    t.network,
    t.root_no,
    t.occasion,
    t.began_at,
    a.pid,
    a.language,
    a.handle,
    a.native_id,
    a.evidence,
    case
        when t.occasion = 'troll' then 'troll'
        when t.occasion = 'launch' then 'launch'
        when a.record_kind = 'employee' then 'praise'
        else pick(['complaint', 'complaint', 'complaint', 'question', 'question', 'praise', 'praise', 'price'], t.root_no, 'topic')
    end as topic
from timed as t
inner join author_list as a on a.rid = t.rid
where t.began_at < timestamp '{now}' - interval 20 minute;
"""

_POSTS = """
create table steps as
with
first_answers as (
    select
        *,
        began_at + to_seconds(case
            when occasion = 'clock change' then (5000 + 20000 * u(root_no, 'answer after'))::bigint
            when date_part('hour', began_at) between 7 and 18 then (300 + pow(u(root_no, 'answer after'), 3) * 18000)::bigint
            else (28800 + pow(u(root_no, 'answer after'), 2) * 20000)::bigint
        end) as answered_at
    from roots
    where occasion <> 'troll' and u(root_no, 'answered') < case when network in ('facebook', 'instagram') then 0.6 else 0.8 end
),
follow_ups as (
    select *, answered_at + to_seconds((240 + u(root_no, 'follow after') * 16000)::bigint) as followed_at
    from first_answers where u(root_no, 'follows') < case when occasion = 'clock change' then 0.9 else 0.4 end
)
select rid, network, root_no, occasion, topic, pid, language, handle, native_id, evidence, 0 as step, 'in' as direction, began_at as moment, null::varchar as said, null::varchar as link, null::bigint as incident_no, null::varchar as role, null::varchar as tag from roots
union all
select rid, network, root_no, occasion, topic, pid, language, handle, native_id, evidence, 1, 'out', answered_at, null, null, null, null, null from first_answers
union all
select rid, network, root_no, occasion, topic, pid, language, handle, native_id, evidence, 2, 'in', followed_at, null, null, null, null, null from follow_ups
union all
select rid, network, root_no, occasion, topic, pid, language, handle, native_id, evidence, 3, 'out', followed_at + to_seconds((400 + u(root_no, 'second answer') * 20000)::bigint), null, null, null, null, null
from follow_ups where u(root_no, 'answered again') < 0.75
union all
-- night owls who pile in on the troll's side, or against it
select a.rid, 'x', t.root_no, 'troll', 'pile-on', a.pid, a.language, a.handle, a.native_id, a.evidence, 100 + n::integer, 'in', t.began_at + to_seconds((120 + pow(u(n, 'pile on'), 1.4) * 15000)::bigint), null, null, null, null, null
from (select *, unnest(range(least(60, 24 + (select count(*) from author_list) // 400))) as n from roots where occasion = 'troll') as t
inner join (
    select *, row_number() over (order by rid) as nth from author_list where network = 'x' and evidence = 'stranger'
) as a on a.nth = t.n + 2
union all
select rid, network, root_no, occasion, topic, pid, language, handle, native_id, evidence, step, direction, moment, said, link, incident_no, role, tag from planted_steps;
create table posts as
with
numbered as (
    select
        *,
        case when step >= 100 then root_no * 4 + 1000 + step else root_no * 4 + step end as message_no,
        date_diff('millisecond', timestamp '1970-01-01', moment) + k(root_no + step, 'ms', 1000) as at_ms
    from steps
    where moment < timestamp '{now}' - interval 5 minute
),
identified as (
    select
        *,
        case network
            when 'x' then (((at_ms - 1288834974657)::hugeint * 4194304) + k(message_no, 'x id', 4194304))::varchar
            when 'facebook' then (7770000000000 + message_no)::varchar
            when 'instagram' then (17870000000000000 + message_no)::varchar
            when 'mastodon' then ((at_ms::hugeint * 65536) + k(message_no, 'mastodon id', 65536))::varchar
            else '3m' || translate(substr(md5('post' || message_no::varchar), 1, 11), '0189', 'wxyz')
        end as own_id
    from numbered
),
placed as (
    select
        i.*,
        b.post_id as brand_post_id,
        case when i.network = 'facebook' then b.post_id || '_' || i.own_id else i.own_id end as message_id
    from identified as i
    asof left join brand_posts as b on b.network = i.network and i.moment >= b.moment
),
anchored as (
    -- a thread stays under the post its first message stands under
    select
        * exclude (brand_post_id, message_id),
        first_value(brand_post_id) over (partition by root_no order by step) as brand_post_id,
        case when network = 'facebook'
            then first_value(brand_post_id) over (partition by root_no order by step) || '_' || own_id
            else own_id end as message_id
    from placed
),
linked as (
    select
        *,
        first_value(message_id) over (partition by root_no order by step) as root_id,
        first_value(native_id) over (partition by root_no order by step) as root_native_id,
        case
            when step >= 100 then first_value(message_id) over (partition by root_no order by step)
            else lag(message_id) over (partition by root_no order by step)
        end as parent_id
    from anchored
)
select
    l.*,
    u(message_no, 'edited') < {edited} and direction = 'in' and occasion = 'ordinary'
        and network in ('x', 'facebook', 'mastodon') as is_edited,
    u(message_no, 'deleted') < {deleted} and direction = 'in' and occasion = 'ordinary'
        and network in ('x', 'mastodon', 'bluesky')
        and moment < timestamp '{now}' - interval 3 day as is_deleted,
    moment + to_seconds((600 + u(message_no, 'edited after') * 2400)::bigint) as edited_at,
    moment + to_seconds((40000 + u(message_no, 'deleted after') * 150000)::bigint) as deleted_at,
    u(message_no, 'hidden') < 0.01 and direction = 'in' and occasion = 'ordinary' as is_hidden,
    case when occasion = 'troll' and step = 0 then 4210 else floor(pow(u(message_no, 'likes'), 4) * 30)::bigint end as likes,
    case when l.said is not null then l.language when direction = 'out' and p.language = 'zh' and u(message_no, 'english') < 0.5 then 'en' else p.language end as shown_language,
    coalesce(l.said, replace(pick(p.texts, message_no, 'words'), '#', (100 + k(message_no, 'figure', 900))::varchar)) as words
from linked as l
left join phrase_lists as p
    on l.said is null
    and p.language = case when l.topic in ('troll', 'pile-on') then 'en' when l.language in ('fr', 'de', 'zh') then l.language else 'en' end
    and p.topic = case
        when l.direction = 'out' then 'answer ' || least(l.step, 3)::varchar
        when l.step = 2 then 'follow up'
        else l.topic
    end;
"""
"""Message numbers are root × 4 + step; roots are profile × 64 + n, or beyond 2⁴⁶ for occasions."""

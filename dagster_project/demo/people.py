"""The invented people: households, names, addresses, telephones, mailboxes, jobs, firms, profiles.

Belongs here: what is true of a person. Does not belong here: what some source wrote of it
(records). Tables made: firms, homes, addresses, people, profiles.
"""

from dagster_project.demo.stage import Stage


def make_people(stage: Stage) -> None:
    """Fill the tables of people; one row per person in ``people``, ids from ``first_person``."""
    plan, rates = stage.plan, stage.plan.rates
    stage.run(
        _FIRMS,
        firms=max(20, plan.base_people // 9),
        role_firms=rates.presence["firms_with_role_mailbox"],
    )
    stage.run(
        _HOMES,
        first=plan.first_person,
        last=plan.first_person + plan.people,
        new_home=rates.presence["starts_new_household"],
        emea=rates.presence["emea"],
        moved=rates.case("moved"),
        now=plan.now.strftime("%Y-%m-%d %H:%M:%S"),
    )
    stage.run(
        _PEOPLE,
        father_son=rates.case("father_and_son"),
        renamed=rates.case("changed_family_name"),
        works=rates.presence["works"],
        job_change=rates.case("job_change"),
        stranger=rates.presence["stranger"],
        recycled=rates.case("recycled_phone"),
        fresh="false" if plan.day else "true",
        firms=max(20, plan.base_people // 9),
        now=plan.now.strftime("%Y-%m-%d %H:%M:%S"),
    )
    stage.run(_MAILBOXES, later="true" if plan.day else "false")
    stage.run(_PROFILES, **_profile_rates(stage))
    stage.drop("seats", "people_seated", "people_named", "people_working", "people_reachable")
    stage.drop("mailboxes", "hand_overs")


def _profile_rates(stage: Stage) -> dict[str, object]:
    presence = stage.plan.rates.presence
    return {
        name: presence[name]
        for name in presence
        if name.startswith(("profile_", "evidence_", "has_website"))
    }


_FIRMS = """
create table firms as
with
numbered as (
    select
        range as firm_no,
        case when u(range, 'firm region') < 0.6 then 'emea' else 'apac' end as region,
        k(range, 'firm seats', 1000) as dice
    from range({firms})
),
cultured as (
    select
        *,
        case
            when region = 'apac' then case when dice < 800 then 'zh' else 'en' end
            when dice < 520 then 'fr' when dice < 720 then 'en' when dice < 860 then 'de'
            when dice < 940 then 'pl' else 'el'
        end as culture
    from numbered
),
sized as (
    select c.*, nth(c.firm_no, 'firm name', z.n, 1.2) as name_idx
    from cultured as c
    inner join family_sizes as z on z.culture = c.culture
),
named as (
    select
        c.*,
        case c.culture
            when 'fr' then 'FR' when 'de' then 'DE' when 'pl' then 'PL' when 'el' then 'GR'
            when 'zh' then 'HK' else case when c.region = 'apac' then 'HK' else 'GB' end
        end as country,
        f.value || ' ' || pick(w.words, c.firm_no, 'firm word') as name
    from sized as c
    inner join family_names as f on f.culture = c.culture and f.idx = c.name_idx
    inner join firm_word_lists as w on w.region = c.region
),
slugged as (
    select
        n.*,
        slug(n.name) as stem,
        row_number() over (partition by slug(n.name) order by n.firm_no) as nth,
        nth(n.firm_no, 'f city', z.cities, 1.3) as city_idx,
        nth(n.firm_no, 'f street', z.streets, 1) as street_idx
    from named as n
    inner join place_sizes as z on z.country = n.country
)
select
    s.firm_no,
    s.region,
    s.country,
    c.dial,
    s.name || case when s.nth > 1 then ' ' || s.nth else '' end as name,
    s.stem || case when s.nth > 1 then s.nth::varchar else '' end || '.example' as domain,
    t.city,
    t.city_fr,
    t.city_hk,
    t.state,
    case
        when s.country = 'HK' then null
        when s.country = 'GB' then t.postcode || (1 + k(s.firm_no, 'f pc', 9)) || ' '
            || k(s.firm_no, 'f pc2', 9) || pick(['AB', 'DH', 'JL', 'QT', 'XW'], s.firm_no, 'f pc3')
        when s.country = 'PL' then t.postcode || '-' || lpad(k(s.firm_no, 'f pc', 900)::varchar, 3, '0')
        when s.country = 'GR' then t.postcode || ' ' || lpad(k(s.firm_no, 'f pc', 90)::varchar, 2, '0')
        else t.postcode || lpad((1 + k(s.firm_no, 'f pc', t.districts))::varchar, 3, '0')
    end as postcode,
    case
        when s.country in ('FR', 'PL', 'GR') then (1 + k(s.firm_no, 'f no', 150)) || ' ' || st.kind || ' ' || st.street
        when s.country = 'DE' then st.street || st.kind || ' ' || (1 + k(s.firm_no, 'f no', 150))
        else (1 + k(s.firm_no, 'f no', 150)) || ' ' || st.street || ' ' || st.kind
    end as street,
    -- switchboards: the high end of each country's landlines, so that no household has one
    case s.country
        when 'FR' then '0186' || lpad(((s.firm_no * 7919 + 77) % 1000000)::varchar, 6, '0')
        when 'GB' then '02079' || lpad(((s.firm_no * 7919 + 77) % 1000000)::varchar, 6, '0')
        when 'DE' then '0308' || lpad(((s.firm_no * 7919 + 77) % 1000000)::varchar, 7, '0')
        when 'PL' then '228' || lpad(((s.firm_no * 7919 + 77) % 1000000)::varchar, 6, '0')
        when 'GR' then '2108' || lpad(((s.firm_no * 7919 + 77) % 1000000)::varchar, 6, '0')
        else '28' || lpad(((s.firm_no * 7919 + 77) % 1000000)::varchar, 6, '0')
    end as phone,
    pick(
        ['Retail', 'Consulting', 'Education', 'Healthcare', 'Manufacturing', 'Media', 'Technology',
         'Hospitality', 'Transportation', 'Construction', 'Apparel', 'Finance'],
        s.firm_no, 'industry'
    ) as industry,
    u(s.firm_no, 'role firm') < {role_firms} as has_role_mailbox,
    row_number() over (partition by s.region order by s.firm_no) - 1 as region_idx,
    count(*) over (partition by s.region) as region_n
from slugged as s
inner join countries as c on c.country = s.country
inner join city_list as t on t.country = s.country and t.idx = s.city_idx
inner join street_list as st on st.country = s.country and st.idx = s.street_idx;
"""

_HOMES = """
create table seats as
select
    pid,
    max(case when starts then pid end) over (order by pid) as hid
from (
    select range::bigint as pid, range = {first} or u(range, 'household') < {new_home} as starts
    from range({first}, {last})
);
create table homes as
with
sized as (
    select hid, count(*) as size from seats group by hid
),
placed as (
    select
        *,
        case when u(hid, 'region') < {emea} then 'emea' else 'apac' end as region,
        k(hid, 'culture', 1000) as dice
    from sized
),
cultured as (
    select
        *,
        case
            when region = 'emea' then case
                when dice < 500 then 'fr' when dice < 700 then 'en' when dice < 820 then 'de'
                when dice < 890 then 'pl' when dice < 940 then 'el' else 'ru'
            end
            when dice < 740 then 'zh' when dice < 850 then 'en' when dice < 940 then 'in'
            else 'fr'
        end as culture
    from placed
)
select
    hid,
    size,
    region,
    culture,
    case
        when region = 'apac' then 'HK'
        when culture = 'en' then 'GB' when culture = 'de' then 'DE' when culture = 'pl' then 'PL'
        when culture = 'el' then 'GR' when culture = 'ru' and u(hid, 'lives') < 0.3 then 'DE'
        else 'FR'
    end as country,
    case
        when u(hid, 'moved') < {moved}
            then timestamp '{now}' - to_days(60 + k(hid, 'moved at', 1200)::integer)
    end as moved_at
from cultured;
create table addresses as
with
slots as (
    select h.*, unnest([0, 1]) as former from homes as h
),
chosen as (
    select
        s.*,
        s.hid * 2 + s.former as aid,
        nth(s.hid * 2 + s.former, 'city', z.cities, 1.4) as city_idx,
        nth(s.hid * 2 + s.former, 'street', z.streets, 1) as street_idx
    from slots as s
    inner join place_sizes as z on z.country = s.country
    where s.former = 0 or s.moved_at is not null
)
select
    c.hid,
    c.former,
    t.city,
    t.city_fr,
    t.city_hk,
    t.state,
    case
        when c.country = 'HK' then null
        when c.country = 'GB' then t.postcode || (1 + k(c.aid, 'pc', t.districts)) || ' '
            || k(c.aid, 'pc2', 10) || chr(65 + k(c.aid, 'pc3', 26)::integer)
            || chr(65 + k(c.aid, 'pc4', 26)::integer)
        when c.country = 'PL' then t.postcode || '-' || lpad(k(c.aid, 'pc', 900)::varchar, 3, '0')
        when c.country = 'GR' then t.postcode || ' ' || lpad(k(c.aid, 'pc', 90)::varchar, 2, '0')
        else t.postcode || lpad((1 + k(c.aid, 'pc', t.districts * 12))::varchar, 3, '0')
    end as postcode,
    case c.country
        when 'DE' then st.street || st.kind || ' ' || (1 + k(c.aid, 'no', 180))
        when 'GR' then st.kind || st.street || ' ' || (1 + k(c.aid, 'no', 180))
        when 'PL' then 'ul. ' || st.street || ' ' || (1 + k(c.aid, 'no', 90)) || '/' || (1 + k(c.aid, 'flat', 40))
        when 'FR' then (1 + k(c.aid, 'no', 180)) || ' ' || st.kind || ' ' || st.street
        else (1 + k(c.aid, 'no', 300)) || ' ' || st.street || ' ' || st.kind
    end as street,
    case
        when c.country = 'HK' then 'Flat ' || chr(65 + k(c.aid, 'flat', 8)::integer) || ', ' || (1 + k(c.aid, 'floor', 38)) || '/F'
        when c.country = 'FR' and u(c.aid, 'flats') < 0.3 then 'Apt ' || (1 + k(c.aid, 'flat', 60))
        when c.country = 'GB' and u(c.aid, 'flats') < 0.3 then 'Flat ' || (1 + k(c.aid, 'flat', 30))
    end as unit
from chosen as c
inner join city_list as t on t.country = c.country and t.idx = c.city_idx
inner join street_list as st on st.country = c.country and st.idx = c.street_idx;
"""
"""A household is a run of consecutive ids: its id is that of its first person."""

_PEOPLE = """
create table people_seated as
with
seated as (
    select
        s.pid,
        s.hid,
        s.pid - s.hid as seat,
        h.size,
        h.region,
        h.culture,
        h.country,
        h.moved_at,
        h.size >= 2 and u(s.hid, 'father and son') < {father_son} as is_father_son_home
    from seats as s
    inner join homes as h on h.hid = s.hid
),
headed as (
    select
        *,
        is_father_son_home and seat < 2 as is_father_or_son,
        case when is_father_son_home or u(hid, 'head gender') < 0.5 then 'm' else 'f' end as head_gender,
        date '1946-01-01' + k(hid, 'head birth', case when is_father_son_home then 10000 else 20000 end)::integer as head_birth
    from seated
)
select
    *,
    case
        when seat = 0 or is_father_or_son then head_gender
        when seat = 1 and u(pid, 'partner') < 0.94 then case head_gender when 'm' then 'f' else 'm' end
        when seat = 1 then head_gender
        when u(pid, 'gender') < 0.5 then 'm'
        else 'f'
    end as gender,
    least(
        date '2007-12-31' - k(pid, 'youngest', 900)::integer,
        head_birth + case
            when seat = 0 then 0
            when is_father_or_son then 8000 + k(pid, 'son birth', 3600)
            when seat = 1 then k(pid, 'partner birth', 5000) - 2500
            else 7500 + k(pid, 'child birth', 6000)
        end::integer
    ) as birth_date,
    case when is_father_or_son then hid else pid end as given_key,
    case
        when seat = 1 and not is_father_or_son
            and u(pid, 'own family name') < case culture when 'zh' then 0.85 else 0.25 end then pid
        else hid
    end as family_key
from headed;
create table people_named as
with
indexed as (
    select
        p.*,
        nth(p.given_key, 'given', g.n, 1.5) as given_idx,
        nth(p.given_key, 'given 2', g.n, 1.5) as given_idx_2,
        nth(p.family_key, 'family', f.n, 1.4) as family_idx,
        nth(p.family_key, 'family 2', f.n, 1.4) as family_idx_2,
        nth(p.pid, 'family 3', f.n, 1.2) as family_idx_3
    from people_seated as p
    inner join given_sizes as g on g.culture = p.culture and g.role = p.gender
    inner join family_sizes as f on f.culture = p.culture
)
select
    p.*,
    case
        when p.culture = 'fr' and u(p.given_key, 'double given') < 0.06 and g2.value <> g.value
            then g.value || '-' || g2.value
        else g.value
    end as given,
    g.variant as given_variant,
    g.native as given_native,
    case
        when u(p.pid, 'which nickname') < case p.culture when 'zh' then 0.35 else 0.7 end then g.nickname
        else g.nickname_2
    end as nickname,
    g.nickname as short_name,
    case
        when p.culture in ('fr', 'en') and u(p.family_key, 'double family') < 0.04 and f2.value <> f.value
            then f.value || '-' || f2.value
        when p.gender = 'f' then coalesce(f.feminine, f.value)
        else f.value
    end as family,
    case when p.gender = 'f' then coalesce(f.variant_feminine, f.variant) else f.variant end as family_variant,
    case when p.gender = 'f' then coalesce(f.native_feminine, f.native) else f.native end as family_native,
    case when p.gender = 'f' and u(p.pid, 'renamed') < {renamed} and f3.value <> f.value
        then coalesce(f3.feminine, f3.value) end as family_before,
    timestamp '{now}' - to_days(90 + k(p.pid, 'renamed at', 1200)::integer) as renamed_at
from indexed as p
inner join given_names as g
    on g.culture = p.culture and g.role = p.gender and g.idx = p.given_idx
inner join given_names as g2
    on g2.culture = p.culture and g2.role = p.gender and g2.idx = p.given_idx_2
inner join family_names as f on f.culture = p.culture and f.idx = p.family_idx
inner join family_names as f2 on f2.culture = p.culture and f2.idx = p.family_idx_2
inner join family_names as f3 on f3.culture = p.culture and f3.idx = p.family_idx_3;
create table people_working as
with
dated as (
    select
        *,
        u(pid, 'works') < {works} and birth_date between date '1958-01-01' and date '2004-12-31' as works,
        u(pid, 'stranger') < {stranger} as is_stranger,
        case
            when {fresh} then timestamp '{now}' - to_days(20 + floor(pow(u(pid, 'first seen'), 1.2) * 2200)::integer)
                + to_seconds(k(pid, 'first seen s', 80000))
            else timestamp '{now}' - to_seconds(7200 + k(pid, 'first seen s', 75000))
        end as first_seen_at,
        row_number() over (partition by country order by pid) as country_seq,
        case
            when culture = 'fr' then 'fr' when culture = 'de' then 'de' when culture = 'pl' then 'pl'
            when culture = 'el' then 'el' when culture = 'ru' then case country when 'DE' then 'de' else 'fr' end
            when culture = 'zh' then 'zh' else 'en'
        end as language,
        nth(pid, 'firm', region_n, 1.5) as firm_idx,
        nth(pid, 'former firm', region_n, 1.5) as former_firm_idx
    from people_named
    inner join (select region, count(*) as region_n from firms group by region) using (region)
)
select
    d.*,
    case when works then j.firm_no end as firm_no,
    case when works and u(pid, 'job change') < {job_change} and j2.firm_no <> j.firm_no then j2.firm_no end as former_firm_no,
    timestamp '{now}' - to_days(45 + k(pid, 'job change at', 900)::integer) as job_changed_at,
    case
        when not works then null
        when language = 'fr' then pick(['Directeur commercial', 'Chef de projet', 'Responsable achats', 'Comptable', 'Ingénieur', 'Designer', 'Assistante de direction', 'Gérant', 'Responsable marketing', 'Technicien'], pid, 'title')
        else pick(['Head of Design', 'Sales Manager', 'Buyer', 'Accountant', 'Engineer', 'Marketing Director', 'Office Manager', 'Founder', 'Product Manager', 'Operations Lead', 'Consultant'], pid, 'title')
    end as title
from dated as d
inner join firms as j on j.region = d.region and j.region_idx = d.firm_idx
inner join firms as j2 on j2.region = d.region and j2.region_idx = d.former_firm_idx;
create table people_reachable as
with
sequenced as (
    -- fiction's own numbers first; people of later days come after all of the base world's
    select *, case when {fresh} then country_seq else pid + 1 end as seq from people_working
)
select
    *,
    case country
        when 'FR' then case when seq < 10000 then '063998' || lpad(((seq * 7919 + 13) % 10000)::varchar, 4, '0')
            else '07' || lpad(((seq * 79193 + 1234567) % 100000000)::varchar, 8, '0') end
        when 'GB' then case when seq < 1000 then '07700900' || lpad(((seq * 77 + 13) % 1000)::varchar, 3, '0')
            else '075' || lpad(((seq * 79193 + 1234567) % 100000000)::varchar, 8, '0') end
        when 'DE' then '0152' || lpad(((seq * 79193 + 1234567) % 100000000)::varchar, 8, '0')
        when 'PL' then '7' || lpad(((seq * 79193 + 1234567) % 100000000)::varchar, 8, '0')
        when 'GR' then '69' || lpad(((seq * 79193 + 1234567) % 100000000)::varchar, 8, '0')
        else '6' || lpad(((seq * 79193 + 1234567) % 10000000)::varchar, 7, '0')
    end as mobile_first,
    case country
        when 'HK' then '9' || lpad(((seq * 79193 + 7654321) % 10000000)::varchar, 7, '0')
        when 'FR' then '06' || lpad((39000000 - (seq * 7) % 20000000)::varchar, 8, '0')
        when 'GB' then '074' || lpad(((seq * 79193 + 7654321) % 100000000)::varchar, 8, '0')
        when 'DE' then '0151' || lpad(((seq * 79193 + 7654321) % 100000000)::varchar, 8, '0')
        when 'PL' then '5' || lpad(((seq * 79193 + 7654321) % 100000000)::varchar, 8, '0')
        else '68' || lpad(((seq * 79193 + 7654321) % 100000000)::varchar, 8, '0')
    end as mobile_second,
    case country
        when 'FR' then case
            when hid_seq < 10000 then '019900' || lpad(hid_seq::varchar, 4, '0')
            when hid_seq < 20000 then '026191' || lpad((hid_seq - 10000)::varchar, 4, '0')
            when hid_seq < 30000 then '035301' || lpad((hid_seq - 20000)::varchar, 4, '0')
            else '04' || lpad((65710000 + hid_seq)::varchar, 8, '0') end
        when 'GB' then case
            when hid_seq < 1000 then '01632960' || lpad(hid_seq::varchar, 3, '0')
            when hid_seq < 2000 then '01174960' || lpad((hid_seq - 1000)::varchar, 3, '0')
            when hid_seq < 3000 then '01614960' || lpad((hid_seq - 2000)::varchar, 3, '0')
            else '012' || lpad(((hid_seq * 7919 + 31) % 100000000)::varchar, 8, '0') end
        when 'DE' then case
            when hid_seq < 1000 then '03023125' || lpad(hid_seq::varchar, 3, '0')
            else '089' || lpad(((hid_seq * 7919 + 31) % 100000000)::varchar, 8, '0') end
        when 'PL' then '4' || lpad(((hid_seq * 7919 + 31) % 100000000)::varchar, 8, '0')
        when 'GR' then '21' || lpad(((hid_seq * 7919 + 31) % 80000000)::varchar, 8, '0')
        else '2' || lpad(((hid_seq * 7919 + 31) % 8000000)::varchar, 7, '0')
    end as landline,
    timestamp '{now}' - to_days(120 + k(pid, 'number changed at', 800)::integer) as number_changed_at
from (
    select *, min(seq) over (partition by hid) as hid_seq from sequenced
);
create table hand_overs as
-- a number given up by one person and, later, given to another of the same country
select pid as giver, taker, mobile_first as number, number_changed_at as given_up_at
from (
    select
        pid,
        mobile_first,
        number_changed_at,
        u(pid, 'recycled') < {recycled} as gives,
        lead(pid, 9) over (partition by country order by pid) as taker
    from people_reachable
)
where gives and taker is not null and u(taker, 'recycled') >= {recycled};
"""

_MAILBOXES = """
create table mailboxes as
with
candidates as (
    select
        p.pid,
        'first' as which,
        case k(p.pid, 'local 1', 7)
            when 0 then slug(p.given) || '.' || slug(p.family)
            when 1 then substr(slug(p.given), 1, 1) || '.' || slug(p.family)
            when 2 then slug(p.given) || '_' || slug(p.family)
            when 3 then slug(p.family) || '.' || slug(p.given)
            when 4 then slug(p.given) || '.' || slug(p.family) || date_part('year', p.birth_date) % 100
            when 5 then slug(p.given) || slug(p.family) || (10 + k(p.pid, 'local number', 90))
            else slug(coalesce(p.short_name, p.given)) || '.' || slug(p.family)
        end as local,
        pick(d.domains, p.pid, 'domain 1') as domain
    from people_reachable as p
    inner join domain_lists as d on d.culture = p.culture
    union all
    select
        p.pid,
        'second',
        case k(p.pid, 'local 2', 3)
            when 0 then slug(coalesce(p.short_name, p.given)) || date_part('year', p.birth_date)
            when 1 then slug(p.family) || '.' || substr(slug(p.given), 1, 2) || (10 + k(p.pid, 'local number', 90))
            else slug(p.given) || '.' || slug(p.family) || '.' || (1 + k(p.pid, 'local number', 99))
        end,
        pick(d.domains, p.pid, 'domain 2')
    from people_reachable as p
    inner join domain_lists as d on d.culture = p.culture
    union all
    select
        p.pid,
        'work',
        case when f.firm_no % 3 = 0 then substr(slug(p.given), 1, 1) || slug(p.family)
            else slug(p.given) || '.' || slug(p.family) end,
        f.domain
    from people_reachable as p
    inner join firms as f on f.firm_no = p.firm_no
    union all
    select
        p.pid,
        'former work',
        case when f.firm_no % 3 = 0 then substr(slug(p.given), 1, 1) || slug(p.family)
            else slug(p.given) || '.' || slug(p.family) end,
        f.domain
    from people_reachable as p
    inner join firms as f on f.firm_no = p.former_firm_no
),
numbered as (
    select *, row_number() over (partition by local, domain order by pid, which) as nth from candidates
)
select
    pid,
    which,
    local || case
        when {later} then '.' || pid::varchar
        when nth > 1 then nth::varchar
        else ''
    end || '@' || domain as email
from numbered;
create table people as
select
    p.*,
    c.dial,
    m1.email as email_1,
    m2.email as email_2,
    m3.email as email_work,
    m4.email as email_former,
    g.given_up_at,
    coalesce(g.number, t.number) as number_recycled,
    case when g.giver is not null then p.mobile_second else p.mobile_first end as mobile,
    t.giver is not null as takes_number,
    greatest(t.given_up_at + to_days(40), p.first_seen_at) as taken_at
from people_reachable as p
inner join countries as c on c.country = p.country
inner join mailboxes as m1 on m1.pid = p.pid and m1.which = 'first'
inner join mailboxes as m2 on m2.pid = p.pid and m2.which = 'second'
left join mailboxes as m3 on m3.pid = p.pid and m3.which = 'work'
left join mailboxes as m4 on m4.pid = p.pid and m4.which = 'former work'
left join hand_overs as g on g.giver = p.pid
left join hand_overs as t on t.taker = p.pid;
"""

_PROFILES = """
create table profiles as
with
chances as (
    select
        p.pid,
        p.is_stranger,
        u(p.pid, 'main network') as main_dice,
        unnest([
            {{'network': 'x', 'known': {profile_x}, 'low': 0.0, 'high': {profile_stranger_x}}},
            {{'network': 'facebook', 'known': {profile_facebook}, 'low': {profile_stranger_x}, 'high': {profile_stranger_facebook}}},
            {{'network': 'instagram', 'known': {profile_instagram}, 'low': {profile_stranger_facebook}, 'high': {profile_stranger_instagram}}},
            {{'network': 'mastodon', 'known': {profile_mastodon}, 'low': {profile_stranger_instagram}, 'high': {profile_stranger_mastodon}}},
            {{'network': 'bluesky', 'known': {profile_bluesky}, 'low': {profile_stranger_mastodon}, 'high': {profile_stranger_bluesky}}}
        ]) as chance
    from people as p
),
present as (
    select
        pid,
        is_stranger,
        chance.network as network,
        u(pid, 'evidence ' || chance.network) as own_dice
    from chances
    where case
        when is_stranger then main_dice >= chance.low and main_dice < chance.high
        else u(pid, 'profile ' || chance.network) < chance.known
    end
),
proved as (
    select
        *,
        case
            when is_stranger then 'stranger'
            when network = 'facebook' then 'name_city'
            when network = 'instagram' then
                case when own_dice < {evidence_instagram_handle} then 'crm_handle' else 'none' end
            when own_dice < {evidence_none} then 'none'
            when own_dice < {evidence_none} + {evidence_name_city} then 'name_city'
            when network = 'x' and own_dice < 0.70 then 'crm_handle'
            when own_dice < 0.70 then 'website'
            else 'bio_email'
        end as evidence
    from present
),
stemmed as (
    select
        r.*,
        p.first_seen_at,
        case
            when r.evidence = 'none' or (r.evidence = 'stranger' and u(r.pid, 'pen name') < 0.5) then
                pick(['night', 'blue', 'tiny', 'brave', 'lunar', 'retro', 'pixel', 'mossy', 'velvet', 'salty', 'golden', 'quiet'], case when r.is_stranger then r.pid else r.pid * 8 + ascii(r.network) end, 'pen 1')
                || pick(['owl', 'panda', 'rider', 'maker', 'coder', 'fox', 'baker', 'surfer', 'reader', 'otter', 'comet', 'noodle'], case when r.is_stranger then r.pid else r.pid * 8 + ascii(r.network) end, 'pen 2')
                || (10 + k(case when r.is_stranger then r.pid else r.pid * 8 + ascii(r.network) end, 'pen 3', 9000))
            else case k(r.pid, 'handle', 5)
                when 0 then slug(p.given) || '_' || slug(p.family) || date_part('year', p.birth_date) % 100
                when 1 then substr(slug(p.given), 1, 1) || slug(p.family) || (10 + k(r.pid, 'handle number', 990))
                when 2 then slug(p.family) || slug(p.given) || (1 + k(r.pid, 'handle number', 99))
                when 3 then slug(coalesce(p.short_name, p.given)) || '_' || slug(p.family) || (1 + k(r.pid, 'handle number', 99))
                else slug(p.given) || slug(p.family) || date_part('year', p.birth_date)
            end
        end as stem
    from proved as r
    inner join people as p on p.pid = r.pid
)
select
    *,
    stem || case
        when row_number() over (partition by network, stem order by pid) > 1 then '_' || pid::varchar else ''
    end as handle
from stemmed;
create table websites as
select pid, slug(given) || slug(family) || pid || '.example' as website
from people
where u(pid, 'website') < {has_website}
    or pid in (select pid from profiles where evidence = 'website');
"""

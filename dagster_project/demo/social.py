"""The five networks' files and API worlds, written from ``posts`` and ``authors``.

Belongs here: vendors' shapes of messages and profiles. Does not belong here: what was said and
when (conversations), or how the loopback server hands it out.
"""

from pathlib import Path

from dagster_project.demo.files import pack, write_lines, write_text
from dagster_project.demo.stage import Stage


def write_social(stage: Stage, out: Path) -> None:
    """X archive and pages, Facebook and Instagram pages, Mastodon's and Bluesky's entities."""
    stage.run(_SHOWN)
    _write_x(stage, out / "inbox" / "x_quay")
    write_lines(
        stage, out / "inbox" / "facebook_quay" / f"page_feed_{_tag(stage)}.ndjson", _FACEBOOK
    )
    write_lines(
        stage,
        out / "inbox" / "instagram_quay" / f"media_comments_{_tag(stage)}.ndjson",
        _INSTAGRAM,
    )
    later = stage.plan.day > 0
    world = out / "api"
    for name, sql in (
        ("mastodon/accounts", _MASTODON_ACCOUNTS),
        ("mastodon/statuses", _MASTODON_STATUSES),
        ("bluesky/profiles", _BLUESKY_PROFILES),
        ("bluesky/posts", _BLUESKY_POSTS),
    ):
        file = world / f"{name}.ndjson"
        if not later:
            write_lines(stage, file, sql)
            continue
        fresh = write_lines(stage, file.with_suffix(".new"), sql)
        with file.open("a", encoding="utf-8", newline="\n") as whole:
            whole.write(fresh.read_text(encoding="utf-8"))
        fresh.unlink()


def _tag(stage: Stage) -> str:
    return f"{stage.plan.now:%Y-%m-%d}"


def _write_x(stage: Stage, folder: Path) -> None:
    """The brand's own posts come from its archive, what others wrote from pages of mentions."""
    if stage.plan.day == 0:
        tweets = stage.rows(_X_ARCHIVE)
        folder.mkdir(parents=True, exist_ok=True)
        body = ",\n ".join(str(row[0]) for row in tweets)
        archive = [
            ("data/account.js", write_text(folder / "account.js", _ACCOUNT_JS)),
            (
                "data/tweets.js",
                write_text(folder / "tweets.js", f"window.YTD.tweets.part0 = [\n {body}\n]\n"),
            ),
        ]
        pack(folder / f"twitter-{_tag(stage)}-quaybrand.zip", archive, at=stage.plan.now)
    write_lines(stage, folder / f"users_99_mentions_{_tag(stage)}.ndjson", _X_PAGES)
    if stage.plan.day == 0:
        write_lines(stage, folder / f"compliance_tweets_{_tag(stage)}.jsonl", _X_COMPLIANCE)


_ACCOUNT_JS = """window.YTD.account.part0 = [
 {"account":{"email":"social@quay.example.org","createdVia":"web","username":"quaybrand",\
"accountId":"99","createdAt":"2014-02-03T09:00:00.000Z","accountDisplayName":"Quay"}}
]
"""

_SHOWN = """
create table shown as
select
    p.*,
    case p.direction when 'out' then '99' else p.native_id end as x_author,
    'https://t.co/' || substr(md5(p.message_id || 'link'), 1, 10) as short_link,
    strftime(p.moment, '%Y-%m-%dT%H:%M:%S.') || lpad((p.at_ms % 1000)::varchar, 3, '0') || 'Z' as at_iso,
    strftime(p.moment, '%Y-%m-%dT%H:%M:%S+0000') as at_graph,
    case when p.is_edited then p.words || case p.shown_language when 'fr' then ' (édit : précisions)' when 'zh' then '（更新）' else ' (edit: typo)' end else p.words end as final_words
from posts as p;
"""

_X_POST = """
compact({
    'id': s.message_id,
    'text': case when s.direction = 'out' then '@' || s.handle || ' ' else '@quaybrand ' end
        || case when s.link is null then s.final_words else replace(s.final_words, s.link, s.short_link) end,
    'author_id': s.x_author,
    'created_at': s.at_iso,
    'conversation_id': s.root_id,
    'in_reply_to_user_id': case when s.direction = 'out' then s.native_id else '99' end,
    'lang': s.shown_language,
    'referenced_tweets': case when s.parent_id is not null then [{'type': 'replied_to', 'id': s.parent_id}] end,
    'edit_history_tweet_ids': case when s.is_edited then [(s.message_id::hugeint - 777216)::varchar, s.message_id] else [s.message_id] end,
    'public_metrics': {
        'retweet_count': s.likes // 3, 'reply_count': 0, 'like_count': s.likes, 'quote_count': s.likes // 9,
        'bookmark_count': 0, 'impression_count': 40 + s.likes * 31
    },
    'entities': case when s.direction = 'in' then {
        'mentions': [{'start': 0, 'end': 10, 'username': 'quaybrand', 'id': '99'}],
        'urls': case when s.link is not null then [{
            'start': 11 + length(s.final_words) - length(s.link), 'end': 34 + length(s.final_words) - length(s.link),
            'url': s.short_link, 'expanded_url': s.link, 'display_url': substr(s.link, 9)}] end} end,
    'possibly_sensitive': false
})
"""

_X_USER = """
compact({
    'id': a.native_id,
    'name': a.full_name,
    'username': a.handle,
    'created_at': strftime(a.created_at, '%Y-%m-%dT%H:%M:%S.000Z'),
    'description': a.bio,
    'location': a.shown_city,
    'url': case when a.website is not null then 'https://t.co/' || substr(md5(a.website), 1, 9) end,
    'entities': case when a.website is not null then {'url': {'urls': [{
        'start': 0, 'end': 22, 'url': 'https://t.co/' || substr(md5(a.website), 1, 9),
        'expanded_url': 'https://' || a.website, 'display_url': a.website}]}} end,
    'verified': false,
    'verified_type': 'none',
    'protected': false,
    'public_metrics': {
        'followers_count': floor(pow(u(a.rid, 'followers'), 5) * 20000)::bigint, 'following_count': k(a.rid, 'following', 900),
        'tweet_count': k(a.rid, 'tweets', 9000), 'listed_count': k(a.rid, 'listed', 20)
    }
})
"""

_X_PAGES = f"""
with
mentions as (
    select s.*, row_number() over (order by s.moment, s.message_id) - 1 as nth, count(*) over () as total
    from shown as s
    where s.network = 'x' and (s.direction = 'in' or s.root_no >= 1::bigint << 50)
),
paged as (
    select s.*, s.nth // 30 as page from mentions as s
),
bodies as (
    select
        page,
        string_agg({_X_POST}::varchar, ',' order by s.moment desc, s.message_id desc) as posts,
        count(*) as result_count,
        arg_max(s.message_id, s.moment) as newest_id,
        arg_min(s.message_id, s.moment) as oldest_id
    from paged as s
    group by page
),
users as (
    select p.page, string_agg({_X_USER}::varchar, ',' order by a.rid) as users
    from (select distinct page, rid from paged) as p
    inner join authors_shown as a on a.rid = p.rid
    group by p.page
)
select
    '{{"data":[' || b.posts || '],"includes":{{"users":[' || u.users || ']}},"meta":'
    || compact({{'result_count': b.result_count, 'newest_id': b.newest_id, 'oldest_id': b.oldest_id,
        'next_token': case when b.page > 0 then substr(md5('page' || b.page::varchar), 1, 10) end}})::varchar
    || '}}'
from bodies as b
inner join users as u on u.page = b.page
order by b.page
"""

_X_ARCHIVE = """
select to_json({
    'tweet': {
        'id_str': message_id, 'id': message_id, 'full_text': '@' || handle || ' ' || final_words,
        'created_at': strftime(moment, '%a %b %d %H:%M:%S +0000 %Y'), 'favorite_count': likes::varchar,
        'retweet_count': '0', 'lang': shown_language, 'in_reply_to_status_id_str': parent_id,
        'in_reply_to_user_id_str': native_id, 'in_reply_to_screen_name': handle,
        'entities': {'hashtags': []::varchar[], 'user_mentions': [{'name': handle, 'screen_name': handle, 'id_str': native_id}], 'urls': []::varchar[]},
        'edit_info': {'initial': {'editTweetIds': [message_id]}}
    }
})::varchar
from shown
where network = 'x' and direction = 'out'
order by moment, message_id
"""

_X_COMPLIANCE = """
select to_json({
    'id': message_id, 'action': 'delete', 'created_at': at_iso,
    'redacted_at': strftime(deleted_at, '%Y-%m-%dT%H:%M:%S.000Z'), 'reason': 'deleted'
})::varchar
from shown
where network = 'x' and is_deleted
order by deleted_at, message_id
"""

_FACEBOOK = """
with
comments as (
    select
        brand_post_id,
        chunk,
        string_agg(compact({
            'id': message_id,
            'created_time': at_graph,
            'from': case when direction = 'out' then {'id': '514435155248879', 'name': 'Quay'} else {'id': native_id, 'name': author_name} end,
            'message': final_words,
            'parent': case when parent_id is not null then {'id': parent_id} end,
            'comment_count': 0,
            'like_count': likes,
            'is_hidden': is_hidden,
            'can_hide': direction = 'in',
            'permalink_url': 'https://www.facebook.com/' || own_id
        })::varchar, ',' order by moment, message_no) as comments,
        max(moment) as last_at
    from (
        select s.*, a.full_name as author_name,
            (row_number() over (partition by s.brand_post_id order by s.moment, s.message_no) - 1) // 25 as chunk
        from shown as s inner join authors_shown as a on a.rid = s.rid
        where s.network = 'facebook'
    )
    group by brand_post_id, chunk
),
bodies as (
    select
        row_number() over (order by b.n desc, c.chunk) - 1 as nth,
        '{"id":"514435155248879_' || b.post_id || '","created_time":"' || strftime(b.moment, '%Y-%m-%dT%H:%M:%S+0000')
        || '","updated_time":"' || strftime(c.last_at, '%Y-%m-%dT%H:%M:%S+0000') || '","message":' || to_json(b.text)::varchar
        || ',"permalink_url":"https://www.facebook.com/quay/posts/' || b.post_id
        || '","from":{"id":"514435155248879","name":"Quay"},"status_type":"mobile_status_update","is_hidden":false,"is_published":true,"shares":{"count":' || k(b.n, 'shares', 40)
        || '},"comments":{"data":[' || c.comments || '],"paging":{"cursors":{"before":"WTI5","after":"WTI6"}}}}' as body
    from brand_posts as b
    inner join comments as c on c.brand_post_id = b.post_id
    where b.network = 'facebook'
)
select '{"data":[' || string_agg(body, ',' order by nth) || '],"paging":{"cursors":{"before":"QVFI","after":"QVFJ"}}}'
from bodies
group by nth // 4
order by nth // 4
"""

_INSTAGRAM = """
with
comments as (
    select
        brand_post_id,
        chunk,
        string_agg(to_json({
            'id': message_id,
            'text': final_words,
            'timestamp': at_graph,
            'username': case when direction = 'out' then 'quay' else handle end,
            'from': case when direction = 'out' then {'id': '17841400008460056', 'username': 'quay'} else {'id': native_id, 'username': handle} end,
            'like_count': likes,
            'hidden': is_hidden,
            'parent_id': parent_id,
            'media': {'id': brand_post_id}
        })::varchar, ',' order by moment, message_no) as comments,
        sum(count(*)) over (partition by brand_post_id) as comment_count
    from (
        select
            *,
            (row_number() over (partition by brand_post_id order by moment, message_no) - 1) // 25 as chunk
        from shown
        where network = 'instagram'
    )
    group by brand_post_id, chunk
),
bodies as (
    select
        row_number() over (order by b.n desc, c.chunk) - 1 as nth,
        '{"id":"' || b.post_id || '","caption":' || to_json(b.text)::varchar
        || ',"media_type":"IMAGE","media_product_type":"FEED","permalink":"https://www.instagram.com/p/' || substr(md5(b.post_id), 1, 11)
        || '/","timestamp":"' || strftime(b.moment, '%Y-%m-%dT%H:%M:%S+0000') || '","like_count":' || k(b.n, 'ig likes', 900)
        || ',"comments_count":' || c.comment_count || ',"username":"quay","owner":{"id":"17841400008460056"},"comments":{"data":[' || c.comments || ']}}' as body
    from brand_posts as b
    inner join comments as c on c.brand_post_id = b.post_id
    where b.network = 'instagram'
)
select '{"data":[' || string_agg(body, ',' order by nth) || '],"paging":{"cursors":{"before":"a","after":"b"}}}'
from bodies
group by nth // 4
order by nth // 4
"""

_MASTODON_ACCOUNT = """{
    'id': a.native_id,
    'username': split_part(a.acct, '@', 1),
    'acct': a.acct,
    'display_name': coalesce(a.full_name, ''),
    'locked': false,
    'bot': false,
    'discoverable': true,
    'indexable': u(a.rid, 'indexable') < 0.7,
    'noindex': u(a.rid, 'noindex') < 0.05,
    'group': false,
    'created_at': strftime(a.created_at, '%Y-%m-%dT00:00:00.000Z'),
    'note': case when a.bio is null then '' else '<p>' || replace(a.bio, '&', '&amp;') || '</p>' end,
    'url': 'https://' || a.host || '/@' || split_part(a.acct, '@', 1),
    'uri': 'https://' || a.host || '/users/' || split_part(a.acct, '@', 1),
    'avatar': 'https://' || a.host || '/avatars/' || a.native_id || '.png',
    'followers_count': k(a.rid, 'm followers', 900),
    'following_count': k(a.rid, 'm following', 600),
    'statuses_count': k(a.rid, 'm statuses', 5000),
    'last_status_at': '2026-11-14',
    'emojis': []::varchar[],
    'fields': case when a.website is null then []::struct(name varchar, value varchar, verified_at varchar)[] else [{
        'name': 'Website',
        'value': '<a href="https://' || a.website || '" rel="me nofollow noopener" target="_blank">' || a.website || '</a>',
        'verified_at': strftime(a.created_at + interval 30 day, '%Y-%m-%dT%H:%M:%S.744+00:00')
    }] end
}"""

_MASTODON_ACCOUNTS = f"""
select to_json(struct_insert({_MASTODON_ACCOUNT}, _c360_visible_from := strftime(a.created_at, '%Y-%m-%dT%H:%M:%SZ')))::varchar
from authors_shown as a
where a.network = 'mastodon' and a.is_new
order by a.rid
"""

_MASTODON_CONTENT = """
    case when s.direction = 'out'
        then '<p><span class="h-card"><a href="https://' || c.host || '/@' || split_part(c.acct, '@', 1) || '" class="u-url mention">@<span>' || split_part(c.acct, '@', 1) || '</span></a></span> '
        else '<p><span class="h-card"><a href="https://social.example/@quay" class="u-url mention">@<span>quay</span></a></span> '
    end || case when s.link is null then replace({words}, '&', '&amp;')
        else replace(replace({words}, '&', '&amp;'), s.link, '<a href="' || s.link || '" rel="nofollow noopener noreferrer" target="_blank"><span class="invisible">https://</span><span class="">' || substr(s.link, 9) || '</span></a>') end || '</p>'"""

_MASTODON_STATUSES = (
    f"""
with
bodies as (
    select
        s.*,
        {{{{
            'id': s.message_id,
            'uri': 'https://' || a.host || '/users/' || split_part(a.acct, '@', 1) || '/statuses/' || s.message_id,
            'url': 'https://' || a.host || '/@' || split_part(a.acct, '@', 1) || '/' || s.message_id,
            'created_at': s.at_iso,
            'edited_at': null::varchar,
            'in_reply_to_id': s.parent_id,
            'in_reply_to_account_id': case when s.parent_id is null then null when s.direction = 'out' then s.native_id when s.step >= 100 then s.root_native_id else '1' end,
            'sensitive': false,
            'spoiler_text': '',
            'visibility': case when u(s.message_no, 'unlisted') < 0.1 then 'unlisted' else 'public' end,
            'language': s.shown_language,
            'replies_count': 0,
            'reblogs_count': s.likes // 4,
            'favourites_count': s.likes,
            'content': {_MASTODON_CONTENT.format(words="s.words")},
            'account': {_MASTODON_ACCOUNT},
            'mentions': case when s.direction = 'out'
                then [{{{{'id': s.native_id, 'username': split_part(c.acct, '@', 1), 'url': 'https://' || c.host || '/@' || split_part(c.acct, '@', 1), 'acct': c.acct}}}}]
                else [{{{{'id': '1', 'username': 'quay', 'url': 'https://social.example/@quay', 'acct': 'quay'}}}}] end,
            'tags': []::varchar[],
            'media_attachments': []::varchar[],
            'reblog': null::varchar
        }}}} as entity,
        {_MASTODON_CONTENT.format(words="s.final_words")} as final_content
    from shown as s
    inner join authors_shown as c on c.rid = s.rid
    inner join authors_shown as a
        on a.network = 'mastodon' and a.native_id = case when s.direction = 'out' then '1' else s.native_id end
    where s.network = 'mastodon'
)
select to_json(struct_insert(
    entity,
    _c360_visible_from := strftime(moment, '%Y-%m-%dT%H:%M:%SZ'),
    _c360_edits := case when is_edited then [{{{{
        'at': strftime(edited_at, '%Y-%m-%dT%H:%M:%SZ'),
        'entity': struct_update(entity, content := final_content, edited_at := strftime(edited_at, '%Y-%m-%dT%H:%M:%S.000Z'))
    }}}}] end,
    _c360_deleted_at := case when is_deleted then strftime(deleted_at, '%Y-%m-%dT%H:%M:%SZ') end,
    _c360_hidden := is_hidden
))::varchar
from bodies
order by moment, message_no
""".replace("{{{{", "{")
    .replace("}}}}", "}")
    .replace("{{", "{")
    .replace("}}", "}")
)

_BLUESKY_PROFILES = """
select to_json({
    'did': a.native_id,
    'handle': a.acct,
    'displayName': a.full_name,
    'description': coalesce(a.bio, ''),
    'website': case when a.website is not null then 'https://' || a.website end,
    'followersCount': k(a.rid, 'b followers', 900),
    'followsCount': k(a.rid, 'b follows', 600),
    'postsCount': k(a.rid, 'b posts', 5000),
    'createdAt': strftime(a.created_at, '%Y-%m-%dT%H:%M:%S.000Z'),
    'indexedAt': strftime(a.created_at + interval 2 minute, '%Y-%m-%dT%H:%M:%S.000Z'),
    'labels': case when u(a.rid, 'no guests') < 0.03 then [{'src': a.native_id, 'uri': 'at://' || a.native_id || '/app.bsky.actor.profile/self', 'val': '!no-unauthenticated', 'cts': strftime(a.created_at, '%Y-%m-%dT%H:%M:%S.000Z')}] else []::struct(src varchar, uri varchar, val varchar, cts varchar)[] end,
    'viewer': {'muted': false, 'blockedBy': false},
    '_c360_visible_from': strftime(a.created_at, '%Y-%m-%dT%H:%M:%SZ')
})::varchar
from authors_shown as a
where a.network = 'bluesky' and a.is_new
order by a.rid
"""

_BLUESKY_POSTS = """
with
addressed as (
    select
        s.*,
        a.acct,
        a.full_name as author_name,
        a.native_id as author_did,
        case when s.direction = 'out' then c.native_id else 'did:plc:quayquayquayquayquayquay' end as mentioned_did,
        case when s.direction = 'out' then c.acct else 'quay.example.org' end as mentioned,
        'at://' || a.native_id || '/app.bsky.feed.post/' || s.message_id as uri,
        case s.step when 0 then null
            else 'at://' || s.root_native_id || '/app.bsky.feed.post/' || s.root_id end as root_uri,
        case when s.step = 0 then null
            when s.direction = 'out' then 'at://' || s.native_id || '/app.bsky.feed.post/' || s.parent_id
            when s.step >= 100 then 'at://' || s.root_native_id || '/app.bsky.feed.post/' || s.parent_id
            else 'at://did:plc:quayquayquayquayquayquay/app.bsky.feed.post/' || s.parent_id end as parent_uri
    from shown as s
    inner join authors_shown as c on c.rid = s.rid
    inner join authors_shown as a
        on a.network = 'bluesky'
        and a.native_id = case when s.direction = 'out' then 'did:plc:quayquayquayquayquayquay' else s.native_id end
    where s.network = 'bluesky'
)
select to_json({
    'uri': uri,
    'cid': 'bafyrei' || translate(substr(sha256(uri), 1, 52), '0189', 'wxyz'),
    'author': {'did': author_did, 'handle': acct, 'displayName': author_name, 'labels': []::varchar[], 'viewer': {'muted': false, 'blockedBy': false}},
    'record': compact({
        '$type': 'app.bsky.feed.post',
        'text': '@' || mentioned || ' ' || words,
        'createdAt': at_iso,
        'langs': [shown_language],
        'facets': list_concat([compact({
            'index': {'byteStart': 0, 'byteEnd': strlen(mentioned) + 1},
            'features': [{'$type': 'app.bsky.richtext.facet#mention', 'did': mentioned_did}]
        })], case when link is not null then [compact({
            'index': {'byteStart': strlen(mentioned) + 2 + strlen(words) - strlen(link), 'byteEnd': strlen(mentioned) + 2 + strlen(words)},
            'features': [{'$type': 'app.bsky.richtext.facet#link', 'uri': link}]
        })] end),
        'reply': case when root_uri is not null then {
            'root': {'uri': root_uri, 'cid': 'bafyrei' || translate(substr(sha256(root_uri), 1, 52), '0189', 'wxyz')},
            'parent': {'uri': parent_uri, 'cid': 'bafyrei' || translate(substr(sha256(parent_uri), 1, 52), '0189', 'wxyz')}
        } end
    }),
    'replyCount': 0,
    'repostCount': likes // 4,
    'likeCount': likes,
    'quoteCount': 0,
    'indexedAt': strftime(moment + interval 2 second, '%Y-%m-%dT%H:%M:%S.') || lpad((at_ms % 1000)::varchar, 3, '0') || 'Z',
    'labels': []::varchar[],
    '_c360_visible_from': strftime(moment, '%Y-%m-%dT%H:%M:%SZ'),
    '_c360_deleted_at': case when is_deleted then strftime(deleted_at, '%Y-%m-%dT%H:%M:%SZ') end,
    '_c360_hidden': is_hidden
})::varchar
from addressed
order by moment, message_no
"""

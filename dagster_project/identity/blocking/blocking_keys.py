"""Blocking keys: the cheap keys of a record that blocking rules are conjunctions of.

Each becomes a table ``work.blocking_key_<name>(rid, value)``. Records share a
blocking key when they share
one of its values.

Belongs here: what the blocking keys are. Does not belong here: which conjunctions are worth their
pairs (``rules``), and how pairs are made of them (``candidates``).
"""

from dataclasses import dataclass

from dagster_project.identity.workspace import Workspace


@dataclass(frozen=True)
class BlockingKey:
    """One cheap key.

    ``topic``: blocking keys of one topic say nearly the same; a rule takes one of each at most.
    ``values_sql`` yields rid and value, some perhaps twice where ``may_repeat``. ``column``: an
    expression over a feature row that stands for the blocking key where a value is too common to
    be joined, ``source`` the column of feature rows without which there are no values.
    ``is_single``: the column is all there is to it. ``is_own``: few people share a value, so that
    sharing one alone makes a pair worth a look; ``is_bought``: but no rule where pairs are dear.
    ``within``: the blocking key that records share too when they share this one.
    """

    name: str
    topic: str
    values_sql: str
    column: str | None = None
    source: str | None = None
    may_repeat: bool = True
    is_single: bool = False
    is_own: bool = False
    is_bought: bool = False
    within: str | None = None

    @property
    def sql(self) -> str:
        """A query of rid and value, each pair once."""
        if not self.may_repeat:
            return self.values_sql
        return f"select distinct rid, value from ({self.values_sql})"


def write_blocking_keys(work: Workspace, names: tuple[str, ...]) -> None:
    """Make the tables of those blocking keys that are more than a column of feature rows."""
    for blocking_key in BLOCKING_KEYS:
        if blocking_key.name in names and not blocking_key.is_single:
            work.run(
                f"create or replace table work.blocking_key_{blocking_key.name} as "
                f"{blocking_key.sql}"
            )


def _identifier(
    name: str, kind: str, value: str = "identifier.value_id", *, within: str | None = None
) -> BlockingKey:
    sql = f"""
        select identifier.rid, {value} as value
        from work.identifier
        inner join work.feature on identifier.rid = feature.rid
        where identifier.kind = '{kind}' and (identifier.flag is null or identifier.flag = 'shared')
    """
    return BlockingKey(name, kind, sql, is_own=True, within=within)


def _feature(
    name: str, topic: str, value: str, source: str | None = None, *, is_own: bool = False
) -> BlockingKey:
    """A value that a feature row holds once."""
    sql = f"select rid, hash({value}) as value from work.feature where {value} is not null"
    return BlockingKey(
        name, topic, sql, value, source, may_repeat=False, is_single=True, is_own=is_own
    )


def _address(name: str, topic: str, value: str, column: str | None) -> BlockingKey:
    sql = f"""
        select address.rid, hash({value}) as value
        from work.address
        inner join work.feature on address.rid = feature.rid
        where {value} is not null
    """
    return BlockingKey(name, topic, sql, column)


_EMAIL_USER = BlockingKey(
    "email_user", "email",
    """
        select alias.rid, hash(alias.alias) as value
        from work.alias
        inner join work.feature on alias.rid = feature.rid
        where user_part is not null and not is_common
    """,
    is_own=True,
    within="alias",
)  # fmt: skip

_EMAIL_START = BlockingKey(
    "email_start", "email",
    """
        select alias.rid, hash(left(alias.letters, 6)) as value
        from work.alias
        inner join work.feature on alias.rid = feature.rid
        where user_part is not null and length(alias.letters) >= 4
    """,
    "left(letters, 6)",
)  # fmt: skip

_EMAIL_DOMAIN = BlockingKey(
    "email_domain", "organisation",
    """
        select domain.rid, hash(domain) as value
        from work.domain
        inner join work.feature on domain.rid = feature.rid
    """,
    "domain_1",
)  # fmt: skip

_ALIAS = BlockingKey(
    "alias", "alias",
    "select rid, hash(alias) as value from work.alias where not is_common",
    is_own=True,
)  # fmt: skip

# What a nameless record goes by may be another's name; many bear a common one.
_SPELLED_NAME = BlockingKey(
    "spelled_name", "alias",
    """
        select rid, hash(letters) as value from work.alias where length(letters) >= 6
        union all
        select feature.rid, hash(word) as value
        from work.feature
        inner join (select name_id, unnest(long_words) as word from work.name_word) as word
            on feature.name_id = word.name_id
        where length(word) >= 6
    """,
    is_own=True,
    is_bought=True,
)  # fmt: skip

# Either name may be a nickname, and either may stand in the other's place.
_NAME_PAIR = BlockingKey(
    "name_pair", "name",
    """
        select rid, hash(least(one, other), greatest(one, other)) as value
        from (
            select rid, given as one, family as other from work.feature
            union all
            select feature.rid, nickname.root as one, feature.family as other
            from work.feature
            inner join work.nickname on feature.given = nickname.nick
            union all
            select feature.rid, feature.given as one, nickname.root as other
            from work.feature
            inner join work.nickname on feature.family = nickname.nick
        )
        where one is not null and other is not null
    """,
)  # fmt: skip

_GIVEN_ROOT = BlockingKey(
    "given_root", "given",
    """
        select feature.rid, hash(root) as value
        from work.feature
        inner join (select name_id, unnest(roots) as root from work.name) as rooted
            on feature.name_id = rooted.name_id
    """,
    "given",
)  # fmt: skip

_FAMILY_SOUND = BlockingKey(
    "family_sound", "family",
    """
        select rid, hash(family_sound) as value from work.feature where family_sound <> ''
        union all
        select feature.rid, hash(family_group.root, 'group') as value
        from work.feature
        inner join work.family_group on feature.family = family_group.family
    """,
    "nullif(family_sound, '')",
)  # fmt: skip

_WORD = BlockingKey(
    "word", "word",
    """
        select feature.rid, hash(word) as value
        from work.feature
        inner join (select name_id, unnest(words) as word from work.name) as word
            on feature.name_id = word.name_id
        where length(word) >= 3
    """,
    "coalesce(family, given)",
)  # fmt: skip

_NAME_PREFIXES = BlockingKey(
    "name_prefixes", "name",
    """
        select feature.rid, hash(list_sort(list_transform(name.words, lambda w: left(w, 3)))) as value
        from work.feature
        inner join work.name on feature.name_id = name.name_id
        where name.word_count > 1
    """,
    may_repeat=False,
)  # fmt: skip

BLOCKING_KEYS: tuple[BlockingKey, ...] = (
    _identifier("email", "email"),
    _identifier("phone", "phone", within="phone_tail"),
    _identifier("phone_tail", "phone", "hash(right(identifier.canonical, 8))"),
    _identifier("handle", "handle"),
    _identifier("url", "url"),
    _EMAIL_USER,
    _EMAIL_START,
    _EMAIL_DOMAIN,
    _ALIAS,
    _SPELLED_NAME,
    _feature("id_number", "id_number", "id_number", "id_number", is_own=True),
    _feature("id_head", "id_number", "left(id_number, 4)", "id_number"),
    _feature("id_tail", "id_number", "right(id_number, 4)", "id_number"),
    _feature("name", "name", "case when word_count > 1 then name end"),
    _NAME_PAIR,
    _NAME_PREFIXES,
    _GIVEN_ROOT,
    _feature("given_start", "given", "left(given, 3)", "given"),
    _feature("initial", "given", "initial", "initial"),
    _feature("family", "family", "family", "family"),
    _FAMILY_SOUND,
    _feature("family_start", "family", "left(family, 4)", "family"),
    _WORD,
    _feature("birth_date", "birth", "birth_digits", "birth_digits"),
    _feature("birth_year", "birth", "birth_year", "birth_year"),
    _feature("birth_day_of_year", "birth", "birth_month::integer * 100 + birth_day", "birth_day"),
    _address("postal_code", "place", "address.postal_code", "postal_1"),
    _feature("postal_area", "place", "postal_area", "postal_area"),
    _address("city", "city", "address.city", "city_1"),
    _address(
        "street", "street",
        "regexp_replace(address.street, '[^0-9]+', '', 'g') || left(address.street, 4)", None,
    ),
    _feature("organisation", "organisation", "company", "company"),
    _feature("country", "country", "country", "country"),
    _feature("birth_place", "birth_place", "birth_place", "birth_place"),
    _feature("occupation", "occupation", "occupation", "occupation"),
    _feature("gender", "gender", "gender", "gender"),
    *(_feature(f"other_{n}", f"other_{n}", f"other_{n}", f"other_{n}") for n in (1, 2, 3)),
)  # fmt: skip
"""All blocking keys, in the order of their bits in a mask."""

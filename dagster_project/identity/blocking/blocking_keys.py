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
    ``of_records`` yields rid and value, some perhaps twice where ``may_repeat``; ``of_names`` yields
    name_id and value for what follows from a name, and is asked once for all who bear it.
    ``column``: an expression over a feature row that stands for the blocking key where a value is
    too common to be joined, ``source`` the column of feature rows without which there are no values.
    ``is_single``: the column is all there is to it. ``has_mailboxes``: ``of_records`` knows theirs
    too. ``is_own``: few people share a value, so that sharing one alone makes a pair worth a look;
    ``is_bought``: but no rule where pairs are dear. ``within``: the blocking key that records share
    too when they share this one.
    """

    name: str
    topic: str
    of_records: str | None = None
    of_names: str | None = None
    column: str | None = None
    source: str | None = None
    may_repeat: bool = True
    is_single: bool = False
    has_mailboxes: bool = False
    is_own: bool = False
    is_bought: bool = False
    within: str | None = None

    @property
    def sql(self) -> str:
        """A query of rid and value, each pair once."""
        return self.sql_of()

    def sql_of(self, *, among: str | None = None, has_mailboxes: bool = True) -> str:
        """The same, only ``among`` the values that a query yields.

        Most values are of nobody asked for: they go before anything is joined to them. Without
        mailboxes anywhere (``has_mailboxes``) all who have a value are persons.
        """
        wanted = f" where value in ({among})" if among else ""
        parts = []
        if self.of_records:
            is_mixed = self.has_mailboxes and has_mailboxes
            semi = " semi join work.feature as person on valued.rid = person.rid"
            distinct = "distinct" if self.may_repeat else ""
            parts.append(
                f"select {distinct} valued.rid, valued.value from "
                f"(from ({self.of_records}){wanted}) as valued{semi if is_mixed else ''}"
            )
        if self.of_names:
            parts.append(
                "select person.rid, valued.value from "
                f"(select distinct name_id, value from ({self.of_names}){wanted}) as valued "
                "inner join work.feature as person on valued.name_id = person.name_id"
            )
        return parts[0] if len(parts) == 1 else " union ".join(parts)


def write_blocking_keys(work: Workspace, names: tuple[str, ...]) -> None:
    """Make the tables of those blocking keys that are more than a column of feature rows."""
    mailboxes = has_mailboxes(work)
    for blocking_key in BLOCKING_KEYS:
        if blocking_key.name in names and not blocking_key.is_single:
            work.run(
                f"create or replace table work.blocking_key_{blocking_key.name} as "
                f"{blocking_key.sql_of(has_mailboxes=mailboxes)}"
            )


def has_mailboxes(work: Workspace) -> bool:
    """Whether any record is a mailbox."""
    return work.count("(from work.record where is_mailbox limit 1)") > 0


def _identifier(
    name: str, kind: str, value: str = "identifier.value_id", *, within: str | None = None
) -> BlockingKey:
    sql = f"""
        select identifier.rid, {value} as value
        from work.identifier
        where identifier.kind = '{kind}' and (identifier.flag is null or identifier.flag = 'shared')
    """
    return BlockingKey(name, kind, sql, has_mailboxes=True, is_own=True, within=within)


def _feature(
    name: str, topic: str, value: str, source: str | None = None, *, is_own: bool = False
) -> BlockingKey:
    """A value that a feature row holds once."""
    return BlockingKey(
        name,
        topic,
        f"select rid, hash({value}) as value from work.feature where {value} is not null",
        column=value,
        source=source,
        may_repeat=False,
        is_single=True,
        is_own=is_own,
    )


def _address(
    name: str, topic: str, column: str | None, *, part: str, value: str | None = None
) -> BlockingKey:
    """A ``part`` of an address, or what an expression makes of it."""
    sql = f"select address.rid, hash({value or part}) as value from work.address where {part} is not null"
    return BlockingKey(name, topic, sql, column=column, has_mailboxes=True)


# the number alone is looked for where a street is not written as most are
_HOUSE = """
    case
        when regexp_matches(address.street, '^[0-9]+ [^0-9]*$') then split_part(address.street, ' ', 1)
        else regexp_replace(address.street, '[^0-9]+', '', 'g')
    end || left(address.street, 4)
"""

_EMAIL_USER = BlockingKey(
    "email_user", "email",
    """
        select rid, hash(alias) as value
        from work.alias
        where user_part is not null and not is_common
    """,
    has_mailboxes=True,
    is_own=True,
    within="alias",
)  # fmt: skip

_EMAIL_START = BlockingKey(
    "email_start", "email",
    """
        select rid, hash(left(letters, 6)) as value
        from work.alias
        where user_part is not null and length(letters) >= 4
    """,
    has_mailboxes=True,
    column="left(letters, 6)",
)  # fmt: skip

_EMAIL_DOMAIN = BlockingKey(
    "email_domain", "organisation",
    "select rid, hash(domain) as value from work.domain",
    has_mailboxes=True,
    column="domain_1",
)  # fmt: skip

_ALIAS = BlockingKey(
    "alias", "alias",
    "select rid, hash(alias) as value from work.alias where not is_common",
    is_own=True,
)  # fmt: skip

# What a nameless record goes by may be another's name; many bear a common one.
_SPELLED_NAME = BlockingKey(
    "spelled_name", "alias",
    "select rid, hash(letters) as value from work.alias where length(letters) >= 6",
    """
        select name_id, hash(word) as value
        from (select name_id, unnest(long_words) as word from work.name_word)
        where length(word) >= 6
    """,
    is_own=True,
    is_bought=True,
)  # fmt: skip

# Either name may be a nickname, and either may stand in the other's place.
_NAME_PAIR = BlockingKey(
    "name_pair", "name",
    of_names="""
        select name_id, hash(least(one, other), greatest(one, other)) as value
        from (
            select name_id, given as one, family as other from work.name
            union all
            select name.name_id, nickname.root as one, name.family as other
            from work.name
            inner join work.nickname on name.given = nickname.nick
            union all
            select name.name_id, name.given as one, nickname.root as other
            from work.name
            inner join work.nickname on name.family = nickname.nick
        )
        where one is not null and other is not null
    """,
)  # fmt: skip

_GIVEN_ROOT = BlockingKey(
    "given_root", "given",
    of_names="""
        select name_id, hash(root) as value
        from (select name_id, unnest(roots) as root from work.name)
    """,
    column="given",
)  # fmt: skip

_FAMILY_SOUND = BlockingKey(
    "family_sound", "family",
    of_names="""
        select name_id, hash(family_sound) as value from work.name where family_sound <> ''
        union all
        select name.name_id, hash(family_group.root, 'group') as value
        from work.name
        inner join work.family_group on name.family = family_group.family
    """,
    column="nullif(family_sound, '')",
)  # fmt: skip

_WORD = BlockingKey(
    "word", "word",
    of_names="""
        select name_id, hash(word) as value
        from (select name_id, unnest(words) as word from work.name)
        where length(word) >= 3
    """,
    column="coalesce(family, given)",
)  # fmt: skip

_NAME_PREFIXES = BlockingKey(
    "name_prefixes", "name",
    of_names="""
        select name_id, hash(list_sort(list_transform(words, lambda w: left(w, 3)))) as value
        from work.name
        where word_count > 1
    """,
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
    _address("postal_code", "place", "postal_1", part="postal_code"),
    _feature("postal_area", "place", "postal_area", "postal_area"),
    _address("city", "city", "city_1", part="city"),
    _address("street", "street", None, part="street", value=_HOUSE),
    _feature("organisation", "organisation", "company", "company"),
    _feature("country", "country", "country", "country"),
    _feature("birth_place", "birth_place", "birth_place", "birth_place"),
    _feature("occupation", "occupation", "occupation", "occupation"),
    _feature("gender", "gender", "gender", "gender"),
    *(_feature(f"other_{n}", f"other_{n}", f"other_{n}", f"other_{n}") for n in (1, 2, 3)),
)  # fmt: skip
"""All blocking keys, in the order of their bits in a mask."""

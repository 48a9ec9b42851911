"""Names of the invented people, per culture: Faker's lists as data, spellings added to them.

Belongs here: which names exist, how each is also written (nickname, other romanisation, own
script). Does not belong here: who bears a name (people), which record shows which spelling
(records).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module

from anyascii import anyascii

CULTURES = ("fr", "en", "de", "pl", "el", "ru", "in", "zh")


@dataclass(frozen=True)
class Name:
    """One name: ``value`` as its bearer writes it in Latin letters, and its other spellings.

    ``role`` is ``m`` or ``f`` (given), ``family``. ``feminine`` is a family name's form for
    women. ``variant`` is another romanisation; ``native`` its own script.
    """

    culture: str
    role: str
    value: str
    feminine: str | None = None
    variant: str | None = None
    variant_feminine: str | None = None
    native: str | None = None
    native_feminine: str | None = None
    nickname: str | None = None
    nickname_2: str | None = None


def read_names() -> Iterator[Name]:
    """Every name of every culture, in a fixed order; frequent ones first."""
    for culture, locale in (("fr", "fr_FR"), ("en", "en_GB"), ("de", "de_DE"), ("in", "en_IN")):
        yield from _latin(culture, locale)
    yield from _polish()
    yield from _greek()
    yield from _russian()
    yield from _cantonese()


def _faker(locale: str, attribute: str) -> list[str]:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    return list(dict.fromkeys(getattr(provider, attribute)))


def _latin(culture: str, locale: str) -> Iterator[Name]:
    """Given names lead with those of ``_NICKNAMES``, which are the common ones."""
    for role, attribute in (("m", "first_names_male"), ("f", "first_names_female")):
        yield from _given(culture, role, _common_first(culture, _faker(locale, attribute)))
    families = [*_faker(locale, "last_names"), *_compounds(culture)]
    for family in dict.fromkeys(families):
        yield Name(culture, "family", family)


def _given(culture: str, role: str, values: Iterable[str]) -> Iterator[Name]:
    nicknames = _NICKNAMES.get(culture, {})
    for value in values:
        short = nicknames.get(value, "").split()
        yield Name(
            culture,
            role,
            value,
            nickname=short[0] if short else None,
            nickname_2=short[-1] if short else None,
        )


def _common_first(culture: str, values: list[str]) -> list[str]:
    nicknames = _NICKNAMES.get(culture, {})
    return sorted(values, key=lambda value: value not in nicknames)


def _compounds(culture: str) -> Iterator[str]:
    """Plausible rarer family names, so that a hundred thousand people are not all namesakes."""
    stems, endings = _STEMS.get(culture, ("", ""))
    for ending in endings.split():
        for stem in stems.split():
            yield stem + ending


def _polish() -> Iterator[Name]:
    for role, attribute in (("m", "first_names_male"), ("f", "first_names_female")):
        yield from _given("pl", role, _common_first("pl", _faker("pl_PL", attribute)))
    families = [*_faker("pl_PL", "male_last_names"), *_faker("pl_PL", "unisex_last_names")]
    for family in dict.fromkeys(families):
        feminine = family[:-1] + "a" if family.endswith(("ski", "cki", "dzki")) else family
        yield Name("pl", "family", family, feminine)


def _greek() -> Iterator[Name]:
    for role, attribute in (("m", "first_names_male"), ("f", "first_names_female")):
        for native in _common_first("el", _faker("el_GR", attribute)):
            short = _NICKNAMES["el"].get(native, "").split()
            value = _title(anyascii(native))
            yield Name(
                "el",
                role,
                value,
                variant=_respelt(value, _GREEK_VARIANT),
                native=native,
                nickname=short[0] if short else None,
                nickname_2=short[-1] if short else None,
            )
    for native in _faker("el_GR", "last_names_male"):
        feminine = _greek_feminine(native)
        yield _declined("el", native, feminine, _GREEK_VARIANT)


def _greek_feminine(native: str) -> str:
    for ending, feminine in (("όπουλος", "οπούλου"), ("ίδης", "ίδου"), ("άδης", "άδου")):
        if native.endswith(ending):
            return native.removesuffix(ending) + feminine
    return native.removesuffix("ς") if native.endswith(("ης", "ας")) else native


def _russian() -> Iterator[Name]:
    for role, attribute in (("m", "first_names_male"), ("f", "first_names_female")):
        for native in _common_first("ru", _faker("ru_RU", attribute)):
            short = _NICKNAMES["ru"].get(native, "").split()
            value = _title(anyascii(native).replace("'", ""))
            yield Name(
                "ru",
                role,
                value,
                variant=_respelt(value, _RUSSIAN_VARIANT),
                native=native,
                nickname=short[0] if short else None,
                nickname_2=short[-1] if short else None,
            )
    men, women = _faker("ru_RU", "last_names_male"), _faker("ru_RU", "last_names_female")
    for native, feminine in zip(men, women, strict=True):
        yield _declined("ru", native, feminine, _RUSSIAN_VARIANT)


def _declined(
    culture: str, native: str, feminine: str, respelling: tuple[tuple[str, str], ...]
) -> Name:
    value = _title(anyascii(native).replace("'", ""))
    of_women = _title(anyascii(feminine).replace("'", ""))
    return Name(
        culture,
        "family",
        value,
        of_women,
        _respelt(value, respelling),
        _respelt(of_women, respelling),
        native,
        feminine,
    )


def _cantonese() -> Iterator[Name]:
    """Hong Kong names; ``nickname`` is the English name many bear beside the Chinese one.

    ``variant`` is how other clerks romanise the same sounds, or Mandarin where they agree.
    """
    for number, entry in enumerate(_CANTONESE_FAMILIES.split()):
        native, value, mandarin = entry.split("/")
        other = _respelt(value, _CANTONESE_VARIANT)
        fallback = mandarin if number % 4 == 0 else None
        yield Name(
            "zh", "family", value, variant=other if other != value else fallback, native=native
        )
    english = {
        "m": _faker("en_GB", "first_names_male"),
        "f": _faker("en_GB", "first_names_female"),
    }
    for role, entries in (("m", _CANTONESE_MALE), ("f", _CANTONESE_FEMALE)):
        first, second = (part.split() for part in entries)
        for i, one in enumerate(first):
            for j, two in enumerate(second):
                a, b = one.split("/"), two.split("/")
                if a[0] != b[0]:
                    names = english[role]
                    yield _cantonese_given(
                        role,
                        a,
                        b,
                        names[(i * 31 + j * 7) % len(names)],
                        is_mandarin=(i + j) % 8 == 0,
                    )


def _cantonese_given(
    role: str, first: list[str], second: list[str], english: str, *, is_mandarin: bool
) -> Name:
    value = f"{first[1]} {second[1]}"
    other = " ".join(_respelt(part, _CANTONESE_VARIANT) for part in (first[1], second[1]))
    if is_mandarin:
        other = f"{first[2]}{second[2].lower()}"
    elif other == value:
        other = f"{first[1]}-{second[1].lower()}"
    return Name(
        "zh",
        role,
        value,
        variant=other,
        native=first[0] + second[0],
        nickname=english,
        nickname_2=f"{english} {value}",
    )


def _title(text: str) -> str:
    return "-".join(part[:1].upper() + part[1:].lower() for part in text.split("-"))


def _respelt(text: str, rules: tuple[tuple[str, str], ...]) -> str:
    lower = text.lower()
    for old, new in rules:
        lower = lower.replace(old, new)
    return _title(lower)


_GREEK_VARIANT = (
    ("ch", "h"),
    ("gg", "ng"),
    ("ei", "i"),
    ("oi", "i"),
    ("y", "i"),
    ("x", "ks"),
    ("ii", "i"),
    ("ou", "u"),
    ("ph", "f"),
)
"""How other clerks romanise Greek: Georgios/Georgios stays, Chrysi becomes Hrisi."""

_RUSSIAN_VARIANT = (
    ("zh", "j"),
    ("sh", "ch"),
    ("kh", "h"),
    ("yu", "iou"),
    ("ya", "ia"),
    ("ye", "e"),
    ("ey", "ei"),
    ("iy", "i"),
    ("y", "i"),
    ("u", "ou"),
    ("oouou", "ou"),
)
"""The French romanisation of Russian beside the English one: Yury/Iouri, Pushkin/Pouchkin."""

_CANTONESE_VARIANT = (
    ("eung", "eong"),
    ("ung", "ong"),
    ("ee", "i"),
    ("oo", "u"),
    ("kwok", "kuok"),
    ("tsz", "chi"),
    ("hiu", "hio"),
    ("kai", "kei"),
    ("yuen", "un"),
    ("law", "lo"),
    ("chow", "chau"),
    ("wai", "vai"),
    ("kar", "ka"),
    ("shuk", "sok"),
    ("man", "men"),
)
"""Spellings of Macau and of older registers beside Hong Kong's: Yeung/Yeong, Kwok/Kuok."""

_STEMS = {
    "fr": (
        "Beau Mont Clair Ville Bois Cour Dam Fer Gran Haut Lam Mar Nav Per Roch Sauv Val Ver "
        "Char Bel Cham Del Font Gar Hab Lau Mer Nor Pont Quer Rav Sal Tour Vin Brun Cor Dor Fau",
        "champ ault ard ier eau ot elle aud in on ette et ois ac euil",
    ),
    "en": (
        "Ash Black Brad Brom Burn Carl Chad Clay Clif Crans Dal Eas Ed Ham Har Hol Kings Lang "
        "Lin Mar Mid Nor Oak Pem Rad Red Shel Stan Sut Thorn Wal War Wes Whit Win Wood",
        "ley worth ton ford field more wick combe brook well bury land ridge cote",
    ),
    "de": (
        "Alten Berg Blumen Brand Burg Diet Eber Ehren Falken Feld Fried Gold Grun Hag Hart Heil "
        "Hoch Kalt Korn Lang Licht Lind Morgen Neu Ober Reich Rosen Schon Stein Stern Wald Wein",
        "mann bach berger hauser stein meier thal huber feld wald brecht hoff ner",
    ),
    "in": (
        "Bala Chandra Deva Gopal Hari Jaya Krishna Lakshmi Maha Nara Padma Raja Rama Sita Surya "
        "Venkata Vijaya",
        "nathan raman krishnan rajan swamy moorthy murthy subramaniam kumaran",
    ),
}

_NICKNAMES = {
    "en": {
        "William": "Bill Will", "Robert": "Bob Rob", "Richard": "Dick Rick", "James": "Jim Jamie",
        "Michael": "Mike Mick", "Christopher": "Chris Kit", "Thomas": "Tom Tommy",
        "Anthony": "Tony Ant", "Andrew": "Andy Drew", "Matthew": "Matt Matty", "David": "Dave Davy",
        "Daniel": "Dan Danny", "Stephen": "Steve Ste", "Steven": "Steve Stevie",
        "Edward": "Ted Ed", "Charles": "Charlie Chuck", "Joseph": "Joe Joey",
        "Benjamin": "Ben Benny", "Samuel": "Sam Sammy", "Alexander": "Alex Sandy",
        "Nicholas": "Nick Nicky", "Timothy": "Tim Timmy", "Kenneth": "Ken Kenny",
        "Ronald": "Ron Ronnie", "Jonathan": "Jon Jonny", "Gregory": "Greg", "Joshua": "Josh",
        "Philip": "Phil Pip", "Peter": "Pete", "Raymond": "Ray", "Frederick": "Fred Freddie",
        "Geoffrey": "Geoff", "Jeffrey": "Jeff", "Douglas": "Doug", "Lawrence": "Larry Laurie",
        "Leonard": "Len Lenny", "Elizabeth": "Liz Beth", "Margaret": "Maggie Peggy",
        "Catherine": "Cathy Kate", "Katherine": "Kathy Kate", "Rebecca": "Becky Becca",
        "Susan": "Sue Susie", "Deborah": "Debbie Deb", "Jennifer": "Jenny Jen",
        "Patricia": "Pat Trish", "Victoria": "Vicky Tori", "Christine": "Chris Tina",
        "Jacqueline": "Jackie Jacqui", "Samantha": "Sam Sammie", "Jessica": "Jess Jessie",
        "Barbara": "Barb Babs", "Dorothy": "Dot Dolly", "Pamela": "Pam", "Judith": "Judy",
        "Theresa": "Terri Tess", "Abigail": "Abby Gail", "Alexandra": "Alex Sandra",
        "Amanda": "Mandy", "Valerie": "Val", "Danielle": "Dani", "Josephine": "Jo Josie",
    },
    "fr": {
        "Alexandre": "Alex", "Benjamin": "Ben", "Frédéric": "Fred", "Christophe": "Chris",
        "Emmanuel": "Manu", "Nicolas": "Nico", "Sébastien": "Seb", "Stéphane": "Steph",
        "Philippe": "Phil", "Grégoire": "Greg", "Matthieu": "Mat", "Guillaume": "Guigui Guil",
        "François": "Fanfan", "Jacques": "Jacquot", "Dominique": "Dom", "Laurent": "Lolo",
        "Thibault": "Tibo", "Théodore": "Théo", "Catherine": "Cathy", "Christine": "Chris",
        "Élisabeth": "Babeth", "Émilie": "Mimi", "Isabelle": "Isa", "Véronique": "Véro",
        "Stéphanie": "Steph", "Valérie": "Val", "Sandrine": "Sandy", "Joséphine": "Jo",
        "Alexandria": "Alex", "Caroline": "Caro", "Gabrielle": "Gaby", "Margaux": "Margot",
        "Susanne": "Suzy", "Virginie": "Nini", "Patricia": "Pat", "Michèle": "Mimi",
    },
    "de": {
        "Alexander": "Alex Sascha", "Johannes": "Hannes Jo", "Andreas": "Andi", "Matthias": "Matze",
        "Maximilian": "Max", "Friedrich": "Fritz", "Wilhelm": "Willi", "Heinrich": "Heinz",
        "Joachim": "Achim Jochen", "Sebastian": "Basti", "Christian": "Chris", "Thomas": "Tom",
        "Stefan": "Stefan", "Michael": "Michi", "Ulrich": "Uli", "Wolfgang": "Wolf",
        "Benjamin": "Ben", "Katharina": "Kathi", "Elisabeth": "Lisa Elli", "Margarete": "Grete",
        "Susanne": "Susi", "Christine": "Tine", "Gabriele": "Gabi", "Ulrike": "Uli",
        "Johanna": "Hanna", "Magdalena": "Leni", "Franziska": "Franzi", "Josefine": "Josi",
    },
    "pl": {
        "Jakub": "Kuba", "Aleksander": "Olek", "Krzysztof": "Krzysiek", "Tomasz": "Tomek",
        "Piotr": "Piotrek", "Michał": "Michałek", "Maciej": "Maciek", "Stanisław": "Staszek",
        "Wojciech": "Wojtek", "Paweł": "Pawełek", "Andrzej": "Andrzejek", "Katarzyna": "Kasia",
        "Małgorzata": "Gosia", "Agnieszka": "Aga", "Aleksandra": "Ola", "Zuzanna": "Zuzia",
        "Joanna": "Asia", "Barbara": "Basia", "Magdalena": "Magda", "Anna": "Ania",
    },
    "el": {
        "Γεώργιος": "Giorgos George", "Ιωάννης": "Giannis John", "Δημήτριος": "Dimitris Jimmy",
        "Κωνσταντίνος": "Kostas Dinos", "Νικόλαος": "Nikos Nick", "Παναγιώτης": "Panos",
        "Βασίλειος": "Vasilis Bill", "Χρήστος": "Chris", "Αθανάσιος": "Thanasis",
        "Εμμανουήλ": "Manolis", "Ελένη": "Lena Helen", "Αικατερίνη": "Katerina Kate",
        "Βασιλική": "Vaso Vicky", "Παρασκευή": "Voula", "Γεωργία": "Gogo", "Δήμητρα": "Mimi",
    },
    "ru": {
        "Александр": "Sasha Alex", "Алексей": "Alyosha Lyosha", "Дмитрий": "Dima", "Иван": "Vanya",
        "Михаил": "Misha", "Николай": "Kolya", "Владимир": "Volodya Vova", "Андрей": "Andryusha",
        "Евгений": "Zhenya", "Анастасия": "Nastya", "Екатерина": "Katya", "Наталья": "Natasha",
        "Мария": "Masha", "Анна": "Anya", "Татьяна": "Tanya", "Елена": "Lena", "Ольга": "Olya",
        "Светлана": "Sveta", "Юлия": "Yulya", "Ирина": "Ira",
    },
    "in": {
        "Rajesh": "Raj", "Krishna": "Kris", "Siddharth": "Sid", "Aditya": "Adi",
        "Vikram": "Vik", "Aishwarya": "Aish", "Priyanka": "Priya", "Lakshmi": "Lucky",
    },
}  # fmt: skip

_CANTONESE_FAMILIES = """
陳/Chan/Chen 黃/Wong/Huang 李/Lee/Li 張/Cheung/Zhang 林/Lam/Lin 王/Wong/Wang 吳/Ng/Wu
劉/Lau/Liu 楊/Yeung/Yang 梁/Leung/Liang 何/Ho/He 鄭/Cheng/Zheng 郭/Kwok/Guo 曾/Tsang/Zeng
馬/Ma/Ma 朱/Chu/Zhu 胡/Wu/Hu 葉/Yip/Ye 徐/Tsui/Xu 周/Chow/Zhou 鄧/Tang/Deng 許/Hui/Xu
謝/Tse/Xie 羅/Law/Luo 余/Yu/Yu 潘/Poon/Pan 袁/Yuen/Yuan 方/Fong/Fang 馮/Fung/Feng 蔡/Choi/Cai
蘇/So/Su 鍾/Chung/Zhong 譚/Tam/Tan 盧/Lo/Lu 江/Kong/Jiang 關/Kwan/Guan 杜/To/Du 曹/Cho/Cao
施/Sze/Shi 石/Shek/Shi 彭/Pang/Peng 高/Ko/Gao 唐/Tong/Tang 黎/Lai/Li 邱/Yau/Qiu 溫/Wan/Wen
莫/Mok/Mo 麥/Mak/Mai 侯/Hau/Hou 歐陽/Au Yeung/Ouyang 簡/Kan/Jian 呂/Lui/Lu 甘/Kam/Gan 伍/Ng/Wu
姚/Yiu/Yao 湯/Tong/Tang 區/Au/Ou 霍/Fok/Huo 龍/Lung/Long 古/Koo/Gu
""".replace("Au Yeung", "Au-Yeung")

_CANTONESE_MALE = (
    "家/Ka/Jia 志/Chi/Zhi 俊/Chun/Jun 偉/Wai/Wei 文/Man/Wen 國/Kwok/Guo 子/Tsz/Zi 明/Ming/Ming "
    "建/Kin/Jian 永/Wing/Yong 浩/Ho/Hao 嘉/Kar/Jia 天/Tin/Tian 啟/Kai/Qi 德/Tak/De 振/Chun/Zhen",
    "明/Ming/Ming 偉/Wai/Wei 強/Keung/Qiang 傑/Kit/Jie 豪/Ho/Hao 華/Wah/Hua 輝/Fai/Hui 文/Man/Wen "
    "龍/Lung/Long 樂/Lok/Le 峰/Fung/Feng 賢/Yin/Xian 恩/Yan/En 軒/Hin/Xuan 康/Hong/Kang 光/Kwong/Guang",
)
_CANTONESE_FEMALE = (
    "嘉/Ka/Jia 詠/Wing/Yong 曉/Hiu/Xiao 美/Mei/Mei 淑/Shuk/Shu 慧/Wai/Hui 麗/Lai/Li 雅/Nga/Ya "
    "佩/Pui/Pei 思/Sze/Si 穎/Wing/Ying 婉/Yuen/Wan 寶/Po/Bao 潔/Kit/Jie 靜/Ching/Jing 綺/Yee/Qi",
    "欣/Yan/Xin 儀/Yee/Yi 玲/Ling/Ling 敏/Man/Min 珍/Chun/Zhen 怡/Yi/Yi 雯/Man/Wen 瑩/Ying/Ying "
    "芬/Fan/Fen 琪/Ki/Qi 君/Kwan/Jun 蓮/Lin/Lian 貞/Ching/Zhen 恩/Yan/En 彤/Tung/Tong 嫻/Han/Xian",
)

"""``config/attacks.yml``: from when loudness in public is an attack, and who pretends to be the brand.

Belongs here: the file's shape. Does not belong here: how signs are counted; that is
``int_attack_posts``.
"""

from pathlib import Path

from dagster_project.config.entry import Entries, entry
from dagster_project.config.yaml_file import read_yaml


class Volume(Entries):
    """When an hour or a day is loud."""

    least_posts: int = entry("posts from which there is a crowd", 20, ge=1)
    least_z: float = entry("standard deviations above the season's median", 5.0, gt=0)
    weeks: int = entry("weeks the season is taken from", 8, ge=1, le=52)


class NearCopies(Entries):
    """Posts that say nearly the same."""

    share: float = entry("share of the posts", 0.3, gt=0, le=1)
    accounts: int = entry("accounts that say it", 5, ge=2)


class SharedObjects(Entries):
    """Accounts that post the same links or hashtags together."""

    within_seconds: int = entry("seconds that are together", 60, ge=2)
    objects: int = entry("different objects a pair must share", 2, ge=1)
    pairs: int = entry("pairs that are a sign", 3, ge=1)


class YoungAccounts(Entries):
    """Accounts opened lately."""

    days: int = entry("days from which an account is no longer young", 30, ge=1)
    share: float = entry("share of the posts whose author's age is known", 0.25, gt=0, le=1)
    times: float = entry("times the share of the 90 days before", 3.0, ge=1)


class BlockedLinks(Entries):
    """Posts that lead to a blocked domain."""

    share: float = entry("share of the posts", 0.1, gt=0, le=1)


class Signs(Entries):
    """What a crowd does that is none."""

    near_copies: NearCopies = entry("the same words", NearCopies(), example="{share: 0.3}")
    shared_objects: SharedObjects = entry(
        "the same links within seconds", SharedObjects(), example="{pairs: 3}"
    )
    young_accounts: YoungAccounts = entry(
        "accounts days old", YoungAccounts(), example="{share: 0.25}"
    )
    blocked_links: BlockedLinks = entry(
        "links to blocked domains", BlockedLinks(), example="{share: 0.1}"
    )


class Impersonation(Entries):
    """Who pretends to speak for the brand."""

    words: tuple[str, ...] = entry(
        "words that, beside the brand's name, pretend to speak for it", (), example="[support]"
    )
    genuine: tuple[str, ...] = entry(
        "handles of accounts that bear its name by right", (), example="[quay_dealers]"
    )


class Attacks(Entries):
    """The whole file."""

    volume: Volume = entry("when it is loud", Volume(), example="{least_posts: 20}")
    least_signs: int = entry("signs that must stand beside the volume", 2, ge=1, le=4)
    signs: Signs = entry("signs of a crowd that is none", Signs(), example="{}")
    blocked_domains: tuple[str, ...] = entry(
        "hosts known to be bad, subdomains included", (), example="[lure.example]"
    )
    impersonation: Impersonation = entry(
        "who pretends to speak for the brand", Impersonation(), example="{}"
    )
    alarm_days: int = entry("days before the newest event an attack is raised", 7, ge=0)

    def settings(self) -> tuple[tuple[str, str], ...]:
        """Rows ``(key, value)`` of ``config.settings``."""
        copies, objects = self.signs.near_copies, self.signs.shared_objects
        young, links = self.signs.young_accounts, self.signs.blocked_links
        values = {
            "least_posts": self.volume.least_posts,
            "least_z": self.volume.least_z,
            "weeks": self.volume.weeks,
            "least_signs": self.least_signs,
            "copies_share": copies.share,
            "copies_accounts": copies.accounts,
            "within_seconds": objects.within_seconds,
            "objects": objects.objects,
            "pairs": objects.pairs,
            "young_days": young.days,
            "young_share": young.share,
            "young_times": young.times,
            "blocked_share": links.share,
            "alarm_days": self.alarm_days,
        }
        return tuple((f"attacks.{key}", str(value)) for key, value in values.items())

    def lists(self) -> tuple[tuple[str, str], ...]:
        """Rows ``(kind, value)`` of ``config.conversation_lists``, in small letters."""
        return tuple(
            (kind, value.strip().lower().removeprefix("@").removeprefix("www.").strip("."))
            for kind, values in (
                ("blocked_domain", self.blocked_domains),
                ("brand_word", self.impersonation.words),
                ("genuine", self.impersonation.genuine),
            )
            for value in values
            if value.strip()
        )


def read_attacks(file: Path) -> Attacks:
    """Read the file; ``ConfigError`` names file, line and remedy.

    A root from before there was such a file has the thresholds that ship, and blocks no domain.
    """
    return read_yaml(file).parse(Attacks) if file.exists() else Attacks()

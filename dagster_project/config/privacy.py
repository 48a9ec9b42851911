"""``config/privacy.yml``: what must not be erased, by how many people, and whether quotes are shown."""

from datetime import date
from pathlib import Path

from pydantic import model_validator

from dagster_project.config.entry import Entries, entry
from dagster_project.config.yaml_file import read_yaml


class LegalHold(Entries):
    """What an erasure leaves alone, and why: a lawsuit, a duty to keep invoices."""

    reason: str = entry("why it must be kept", example="lawsuit 12/2026")
    customers: tuple[str, ...] = entry(
        "customer ids of whom nothing is erased", (), example="[c0123456789abcdef0123]"
    )
    sources: tuple[str, ...] = entry(
        "sources whose rows stay, whoever they are about", (), example="[billing_emea]"
    )
    until: date | None = entry(
        "the last day of the hold", None, form="a day", example="2031-12-31"
    )

    @model_validator(mode="after")
    def _holds_something(self) -> "LegalHold":
        if not (self.customers or self.sources):
            raise ValueError("a hold names customers or sources; add `sources: [billing_emea]`")
        return self

    def is_in_force(self, day: date) -> bool:
        """Whether it still holds on a day."""
        return self.until is None or day <= self.until


class Controller(Entries):
    """Who decides what is collected and why: the company, and whom people may ask."""

    name: str = entry("the company", example="Quay GmbH, Harbour Street 1, 20457 Hamburg")
    contact: str = entry(
        "where people reach it about their data", example="privacy@example.org"
    )
    representative: str | None = entry(
        "its representative in the Union, where it has none of its own (article 27 GDPR)",
        None,
        example="Quay Europe B.V., Amsterdam",
    )
    protection_officer: str | None = entry(
        "its data protection officer", None, example="dpo@example.org"
    )
    authority: str | None = entry(
        "the authority people may complain to", None, example="CNIL, Paris"
    )


class Privacy(Entries):
    """The whole file."""

    controller: Controller | None = entry(
        "who answers for the data; the register and the notice name it", None, example="{…}"
    )
    security_measures: tuple[str, ...] = entry(
        "what the company does to keep data safe, beside what this project does",
        (),
        example="[disks are encrypted]",
    )

    two_people: bool = entry(
        "whether an erasure that one account asks for must be confirmed by another",
        False,  # noqa: FBT003
        example="true",
    )
    two_people_to_unmask: bool = entry(
        "whether another account must agree before one is told who stands behind a key of a masked product",
        False,  # noqa: FBT003
        example="true",
    )
    masked_quotes: bool = entry(
        "whether design reads quotes, of which only words that many customers use are left",
        False,  # noqa: FBT003
        example="true",
    )
    legal_holds: dict[str, LegalHold] = entry(
        "what must not be erased, by a name of your own", example="{…}", default_factory=dict
    )

    def settings(self) -> tuple[tuple[str, str], ...]:
        """Rows ``(key, value)`` of ``config.settings``."""
        return (("privacy.masked_quotes", str(self.masked_quotes).lower()),)

    def holds_on(self, day: date) -> dict[str, LegalHold]:
        """Legal holds that are in force on a day."""
        return {n: hold for n, hold in self.legal_holds.items() if hold.is_in_force(day)}


def read_privacy(file: Path) -> Privacy:
    """Read the file; a root without it has no holds."""
    return read_yaml(file).parse(Privacy) if file.exists() else Privacy()

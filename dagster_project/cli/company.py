"""A root as erasure and retention work on it: with its register, rules and secret."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster_project.privacy.erase import Company
    from dagster_project.settings import Settings


def company_of(settings: "Settings") -> "Company":
    """The root with its register, rules and secret."""
    from dagster_project.config.privacy import read_privacy
    from dagster_project.config.sources import read_sources
    from dagster_project.consent.secret import VARIABLE
    from dagster_project.privacy.erase import Company
    from dagster_project.sources.catalogue import STREAMS

    return Company(
        root=settings.root,
        sources=read_sources(settings.config_dir / "sources.yml", streams=STREAMS),
        streams=STREAMS,
        rules=read_privacy(settings.config_dir / "privacy.yml"),
        options=settings.engine,
        key=settings.variables.get(VARIABLE),
    )

"""The evidence of the last run, opened for a command that asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.config.roots import open_root

if TYPE_CHECKING:
    from dagster_project.config.identity import IdentitySpec
    from dagster_project.identity.learning.model import Model
    from dagster_project.identity.workspace import Workspace
    from dagster_project.settings import Settings


@contextmanager
def opened(root: Path | None) -> "Iterator[tuple[Settings, Workspace, IdentitySpec, Model]]":
    """Settings of a root, the evidence of its last run, and what it was made with."""
    from dagster_project.config.identity import read_identity
    from dagster_project.identity.evidence.file import evidence_file, opened_evidence
    from dagster_project.settings import read_settings

    settings = read_settings(root)
    open_root(settings.root)
    spec = read_identity(settings.config_dir / "identity.yml")
    with opened_evidence(evidence_file(settings.root.warehouse)) as (work, model):
        yield settings, work, spec, model

"""``c360 doctor``: each thing that is wrong is said once, with what to do."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from dagster_project.cli import doctor, main
from dagster_project.cli.doctor import examine, print_findings
from dagster_project.config.roots import init_company_root
from dagster_project.domain.root import Root
from dagster_project.engines.duckdb.writer_lock import writer_lock
from dagster_project.settings import PROJECT

SOURCE = """\
sources:
  mastodon_brand:
    vendor: mastodon
    owner: social@example.org
    brand: quay
    region: emea
    purpose: tests
    lawful_basis: contract
    retention_days: 30
    disclosure: https://example.org/privacy
    api: {base_url: "https://social.example.org", token: "${NO_SUCH_TOKEN}", account: quay}
"""


@pytest.fixture
def root(tmp_path: Path) -> Root:
    root = Root(tmp_path / "company")
    init_company_root(root, PROJECT / "config")
    (root.config / "sources.yml").write_text(
        SOURCE.replace("    api", "    timezone: UTC\n    api")
    )
    return root


def wrong(root: Root) -> list[str]:
    """What is wrong, warnings included, with the remedies."""
    return [f"{f.what} → {f.remedy}" for f in examine(root.path) if not f.is_good]


def test_a_good_root_has_nothing_to_mend(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_SUCH_TOKEN", "given")

    assert wrong(root) == []
    assert print_findings(examine(root.path)) == 0


def test_a_folder_that_is_no_root_is_told_as_that_alone(tmp_path: Path) -> None:
    (problem,) = wrong(Root(tmp_path / "nowhere"))

    assert "is not a root yet" in problem
    assert "c360 init" in problem


def test_a_missing_secret_is_named(root: Root) -> None:
    (problem,) = wrong(root)

    assert problem.startswith("source mastodon_brand: the environment variable NO_SUCH_TOKEN")


def test_a_source_without_a_time_zone_is_a_warning(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_SUCH_TOKEN", "given")
    (root.config / "sources.yml").write_text(SOURCE)

    (problem,) = wrong(root)

    assert "names no time zone" in problem
    assert print_findings(examine(root.path)) == 0


def test_a_register_without_sources_is_to_be_mended(root: Root) -> None:
    (root.config / "sources.yml").write_text("sources: {}\n")

    (problem,) = wrong(root)

    assert "a run reads nothing" in problem
    assert print_findings(examine(root.path)) == 1


def test_a_run_with_an_empty_register_stops_at_once_with_what_doctor_says(root: Root) -> None:
    (root.config / "sources.yml").write_text("sources: {}\n")
    (root.inbox / "salesforce_emea").mkdir()
    before = sorted(root.path.rglob("*"))

    stopped = CliRunner().invoke(main, ["run", "--root", str(root.path)])

    assert stopped.exit_code == 2
    assert "the register names no source" in stopped.output
    assert "no source is named after: salesforce_emea" in stopped.output
    assert sorted(root.path.rglob("*")) == before


def test_warnings_are_not_followed_by_nothing_to_mend(
    root: Root, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NO_SUCH_TOKEN", "given")
    (root.inbox / "strange").mkdir()

    print_findings(examine(root.path))

    assert capsys.readouterr().out.endswith("Nothing that must be mended, 1 to look at.\n")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("sources:\n  crm:\n   - vendor: [\n", "sources.yml:", id="syntax"),
        pytest.param(
            SOURCE.replace("retention_days: 30", "retention_days: soon"), ":9)", id="value"
        ),
        pytest.param(SOURCE.replace("vendor: mastodon", "vendor: orkut"), ":3)", id="vendor"),
    ],
)
def test_a_broken_register_is_told_once_with_its_line(
    root: Root, text: str, place: str
) -> None:
    (root.config / "sources.yml").write_text(text)

    (problem,) = wrong(root)

    assert place in problem


def test_the_mistakes_of_all_files_are_told_in_one_go(root: Root) -> None:
    (root.config / "sources.yml").write_text(
        SOURCE.replace("brand: quay", "brnd: quay").replace("30", "soon")
    )
    works = root.config / "works.yml"
    works.write_text(works.read_text().replace("neighbours: 10", "neighbours: 0"))

    told = wrong(root)

    assert len(told) == 3
    assert "did you mean brand?" in told[0] + told[1]
    assert "works.yml:" in told[2]


def test_a_disk_that_is_nearly_full_is_told(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_SUCH_TOKEN", "given")
    monkeypatch.setattr(doctor, "FREE_BYTES", 2**60)

    (problem,) = wrong(root)

    assert problem.endswith("free at least 2 GB")


@pytest.mark.skipif(os.geteuid() == 0, reason="everything is writable to root")
def test_a_folder_that_cannot_be_written_is_named(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_SUCH_TOKEN", "given")
    root.landing.chmod(0o500)

    (problem,) = wrong(root)

    root.landing.chmod(0o700)
    assert "not writable: landing" in problem


def test_who_writes_the_root_and_strange_folders_are_warnings(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_SUCH_TOKEN", "given")
    (root.inbox / "mastodon_brand").mkdir()
    (root.inbox / "mastodonbrand").mkdir()

    with writer_lock(root, "a test"):
        problems = wrong(root)

    assert "no source is named after: mastodonbrand" in problems[-1]
    assert print_findings(examine(root.path)) == 0

"""config/email_engagement.yml as settings, and what is wrong with it by line."""

from pathlib import Path

import duckdb
import pytest

from dagster_project.config.email_engagement import read_email_engagement
from dagster_project.domain.errors import ConfigError

COMMITTED = Path(__file__).resolve().parents[3] / "config" / "email_engagement.yml"
GOOD = """\
scanner_agents: ['barracuda']
opens: {prefetch_agents: ['^mozilla/5\\.0$'], proxy_agents: [], proxy_seconds: 10}
clicks: {fast_seconds: 3, burst_links: 3, burst_seconds: 10}
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "email_engagement.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_setting_has_one_value() -> None:
    settings = read_email_engagement(COMMITTED).settings()

    assert len(dict(settings)) == len(settings) == 8
    assert all(value for _, value in settings)


@pytest.mark.parametrize(
    ("key", "agent", "expected"),
    [
        ("email.scanner_agents", "Mimecast Targeted Threat Protection", True),
        ("email.scanner_agents", "Googlebot/2.1", True),
        ("email.scanner_agents", "Mozilla/5.0 (X11; Linux) Firefox/130.0", False),
        ("email.prefetch_agents", "Mozilla/5.0", True),
        ("email.prefetch_agents", "Mozilla/5.0 (Macintosh) Safari/605", False),
        ("email.proxy_agents", "Firefox/11.0 (via ggpht.com GoogleImageProxy)", True),
    ],
)
def test_the_committed_patterns_know_their_agents(key: str, agent: str, expected: bool) -> None:
    pattern = dict(read_email_engagement(COMMITTED).settings())[key]

    found = duckdb.execute("select regexp_matches(?, ?, 'i')", [agent, pattern]).fetchone()

    assert found == (expected,)


def test_no_patterns_match_no_agent(tmp_path: Path) -> None:
    settings = dict(read_email_engagement(write(tmp_path, GOOD)).settings())

    pattern = settings["email.proxy_agents"]
    found = duckdb.execute(
        "select regexp_matches('Mozilla', ?, 'i'), regexp_matches('', ?, 'i')",
        [pattern, pattern],
    ).fetchone()

    assert found == (False, False)


@pytest.mark.parametrize(
    ("good", "bad", "line", "what"),
    [
        pytest.param(
            "'barracuda'", "'(barracuda'", ":1", "not a regular expression", id="broken"
        ),
        pytest.param("'barracuda'", "'(?!person)'", ":1", "looks ahead", id="look-ahead"),
        pytest.param(
            "proxy_seconds: 10", "proxy_seconds: -1", ":2", "proxy_seconds", id="negative"
        ),
        pytest.param("burst_links: 3", "burst_links: 1", ":3", "burst_links", id="one-link"),
        pytest.param("fast_seconds: 3, ", "", "", "fast_seconds", id="missing"),
        pytest.param("clicks:", "click:", "", "click", id="unknown-key"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, good: str, bad: str, line: str, what: str
) -> None:
    file = write(tmp_path, GOOD.replace(good, bad))

    with pytest.raises(ConfigError) as error:
        read_email_engagement(file)

    assert what in error.value.what
    assert f"email_engagement.yml{line}" in error.value.where

"""Who is told of failed runs and failed checks, of what, how often, and what a broken target does."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest

from dagster_project.config.alerts import Alerts, read_alerts
from dagster_project.defs.alert_delivery import deliver
from dagster_project.defs.alerts import alert_sensors, close_and_tell, tell_of
from dagster_project.defs.instance import PROCESS_TAG, from_the_command_line, prepare_instance
from dagster_project.domain.errors import ConfigError
from dagster_project.settings import PROJECT, Settings, read_settings

SECRET_PATH = "/hook/T0-secret"


class Hook:
    """A webhook on loopback; it answers with the statuses it is given, then with 200."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                hook.got.append(json.loads(body))
                self.send_response(hook.statuses.pop(0) if hook.statuses else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}{SECRET_PATH}"


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    thread = threading.Thread(target=hook.server.serve_forever, daemon=True)
    thread.start()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()
    thread.join()


def configured(root: Path, alerts: str, **variables: str) -> Settings:
    (root / "config").mkdir(exist_ok=True)
    (root / "config" / "alerts.yml").write_text(alerts, encoding="utf-8")
    settings = read_settings(root, variables=variables)
    prepare_instance(settings)
    return settings


@pytest.fixture
def settings(tmp_path: Path, hook: Hook) -> Settings:
    return configured(tmp_path, "webhook_env: C360_HOOK\n", C360_HOOK=hook.address)


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        yield instance


def ran(
    instance: dg.DagsterInstance,
    *,
    held: int = 0,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN,
    breaks: bool = False,
    tags: dict[str, str] | None = None,
    run_id: str | None = None,
) -> str:
    """A run whose gate holds back so many rows; its id."""

    @dg.asset(
        key=["landing", "crm__contact"],
        check_specs=[dg.AssetCheckSpec("gate", asset=["landing", "crm__contact"])],
    )
    def landed() -> Iterator[Any]:
        yield dg.MaterializeResult()
        yield dg.AssetCheckResult(
            passed=not held,
            severity=severity,
            metadata={"rows_quarantined": held, "why": dg.MetadataValue.md("ada@example.org")},
        )
        if breaks:
            raise dg.Failure("cannot read ada@example.org", allow_retries=False)

    job = dg.Definitions([landed], jobs=[dg.define_asset_job("customer_360")])
    result = job.resolve_job_def("customer_360").execute_in_process(
        instance=instance, raise_on_error=False, tags=tags, run_id=run_id
    )
    return result.run_id


def test_a_failed_run_is_told_of_with_names_and_counts_only(
    instance: dg.DagsterInstance, settings: Settings, hook: Hook
) -> None:
    run_id = ran(instance, held=3, breaks=True, tags={"user": "c360 run"})

    problems = tell_of(instance, run_id, settings)

    assert problems == ()
    link = f"http://127.0.0.1:3000/runs/{run_id}"
    assert hook.got == [
        {
            "event": "run_failed",
            "text": "Customer 360: a run of customer_360 failed at landing__crm__contact; "
            f"1 check failed (landing/crm__contact: gate). {link}",
            "run_id": run_id,
            "job": "customer_360",
            "started_by": "c360 run",
            "steps": ["landing__crm__contact"],
            "checks": [
                {
                    "asset": "landing/crm__contact",
                    "check": "gate",
                    "severity": "WARN",
                    "counts": {"rows_quarantined": 3},
                }
            ],
            "checks_failed": 1,
            "link": link,
        }
    ]
    assert "ada" not in json.dumps(hook.got)


def test_a_check_is_told_of_when_it_fails_first_changes_or_fails_again(
    instance: dg.DagsterInstance, settings: Settings, hook: Hook
) -> None:
    told = []
    for held in (0, 3, 3, 4, 0, 4):
        before = len(hook.got)
        tell_of(instance, ran(instance, held=held), settings)
        told.append(len(hook.got) - before)

    assert told == [0, 1, 0, 1, 0, 1]
    assert {alert["event"] for alert in hook.got} == {"checks_failed"}


@pytest.mark.parametrize(
    ("wanted", "severity", "is_told"),
    [
        ("all", dg.AssetCheckSeverity.WARN, True),
        ("errors", dg.AssetCheckSeverity.WARN, False),
        ("errors", dg.AssetCheckSeverity.ERROR, True),
        ("none", dg.AssetCheckSeverity.ERROR, False),
    ],
)
def test_which_failed_checks_are_told_of_is_configured(
    instance: dg.DagsterInstance,
    tmp_path: Path,
    hook: Hook,
    wanted: str,
    severity: dg.AssetCheckSeverity,
    is_told: bool,
) -> None:
    settings = configured(
        tmp_path, f"webhook_env: C360_HOOK\nchecks: {wanted}\n", C360_HOOK=hook.address
    )

    tell_of(instance, ran(instance, held=3, severity=severity), settings)

    assert bool(hook.got) is is_told


def test_what_could_not_be_delivered_is_told_with_the_next_run(
    instance: dg.DagsterInstance, settings: Settings, hook: Hook
) -> None:
    hook.statuses = [403]

    first = tell_of(instance, ran(instance, held=3), settings)
    second = tell_of(instance, ran(instance, held=3), settings)

    assert first == ("the alert's webhook (C360_HOOK) answered 403",)
    assert second == ()
    assert len(hook.got) == 2


def test_a_killed_run_of_the_command_line_is_told_of_by_whoever_closes_it(
    instance: dg.DagsterInstance, settings: Settings, hook: Hook
) -> None:
    @dg.job
    def customer_360() -> None:
        pass

    run_id = str(uuid4())
    tags = from_the_command_line(run_id, demo=False)
    run = instance.create_run_for_job(
        customer_360,
        run_id=run_id,
        status=dg.DagsterRunStatus.STARTED,
        tags={**tags, PROCESS_TAG: f"{run_id} 999999999 1"},
    )

    close_and_tell(instance, settings)
    close_and_tell(instance, settings)

    assert [(a["event"], a["run_id"]) for a in hook.got] == [("run_failed", run.run_id)]


@pytest.mark.parametrize(
    ("tags", "is_told"),
    [
        pytest.param({}, True, id="from-the-ui"),
        pytest.param({"dagster/schedule_name": "every_morning"}, True, id="by-the-schedule"),
        pytest.param(from_the_command_line("ITS-ID", demo=False), False, id="command-line"),
        pytest.param(from_the_command_line("other", demo=False), True, id="executed-again"),
    ],
)
def test_sensors_tell_of_runs_that_do_not_tell_of_themselves(
    instance: dg.DagsterInstance,
    settings: Settings,
    hook: Hook,
    tags: dict[str, str],
    is_told: bool,
) -> None:
    sensors = {sensor.name: sensor for sensor in alert_sensors(settings)}

    for breaks, name in (
        (True, "alert_on_failed_runs"),
        (False, "alert_on_failed_checks"),
    ):
        run_id = str(uuid4())
        own = {name: value.replace("ITS-ID", run_id) for name, value in tags.items()}
        ran(instance, held=3 + breaks, breaks=breaks, tags=own, run_id=run_id)
        run = instance.get_run_by_id(run_id)
        ended = dg.DagsterEventType.RUN_FAILURE if breaks else dg.DagsterEventType.RUN_SUCCESS
        assert run is not None
        (event,) = (e.dagster_event for e in instance.all_logs(run.run_id, of_type=ended))
        context = dg.build_run_status_sensor_context(name, event, instance, run)
        sensors[name](context.for_run_failure() if breaks else context)  # type: ignore[arg-type]

    told = [alert["event"] for alert in hook.got]
    assert told == (["run_failed", "checks_failed"] if is_told else [])
    assert all(s.default_status is dg.DefaultSensorStatus.RUNNING for s in sensors.values())


def test_without_a_target_nobody_is_told_and_there_is_no_sensor(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    settings = configured(tmp_path, "checks: all\n")

    assert tell_of(instance, ran(instance, breaks=True), settings) == ()
    assert list(alert_sensors(settings)) == []
    assert not (tmp_path / "audit").exists()


@pytest.mark.parametrize(
    ("statuses", "sent", "problems"),
    [
        pytest.param([503, 429], 3, (), id="late"),
        pytest.param([503] * 3, 3, ("the alert's webhook (W) answered 503",), id="down"),
        pytest.param([302], 1, ("the alert's webhook (W) answered 302",), id="sends-elsewhere"),
    ],
)
def test_a_webhook_is_asked_three_times_at_most(
    hook: Hook, statuses: list[int], sent: int, problems: tuple[str, ...]
) -> None:
    hook.statuses = list(statuses)
    waits: list[float] = []

    told = deliver({}, Alerts(webhook_env="W"), {"W": hook.address}, sleep=waits.append)

    assert (told, len(hook.got)) == (problems, sent)
    assert sum(waits) <= 3


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        pytest.param("http://127.0.0.1:9" + SECRET_PATH, "was not reached: ConnectError", id="shut"),
        pytest.param("T0-secret", "is no web address", id="no-address"),
        pytest.param("ftp://127.0.0.1" + SECRET_PATH, "is no web address", id="no-web-address"),
        pytest.param("http://127.0.0.1:T0-secret/", "is no web address", id="broken"),
        pytest.param("", "is not set", id="unset"),
    ],
)  # fmt: skip
def test_a_webhook_that_is_not_reached_is_told_without_its_address(
    address: str, problem: str
) -> None:
    (told,) = deliver({}, Alerts(webhook_env="W"), {"W": address}, sleep=lambda s: None)

    assert told.endswith(problem)
    assert "secret" not in told


def test_a_command_gets_the_alert_on_its_standard_input(tmp_path: Path) -> None:
    code = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    alerts = Alerts(command=(sys.executable, "-c", code, str(tmp_path / "got.json")))

    problems = deliver({"run_id": "its-id"}, alerts, {})

    assert problems == ()
    assert json.loads((tmp_path / "got.json").read_text()) == {"run_id": "its-id"}


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        pytest.param(("/no/such/program",), "cannot be started: No such file", id="missing"),
        pytest.param(("/bin/sh", "-c", "exit 7"), "ended with status 7", id="fails"),
        pytest.param(("/bin/sh", "-c", "sleep 60 & wait"), "took more than 0.5 s", id="hangs"),
        pytest.param(("/bin/sh", "-c", "exec <&-; exit 0"), None, id="does-not-read"),
    ],
)
def test_a_command_that_fails_fails_nothing(command: tuple[str, ...], problem: str) -> None:
    alert = {"text": "x" * 200_000}

    told = deliver(alert, Alerts(command=command), {}, command_seconds=0.5)

    assert (problem is None) == (told == ())
    assert problem is None or problem in told[0]


def test_the_shipped_file_tells_nobody_and_a_root_without_one_has_none(tmp_path: Path) -> None:
    assert not read_alerts(PROJECT / "config" / "alerts.yml").has_target
    assert read_alerts(tmp_path / "alerts.yml") == Alerts()


def test_an_address_in_the_file_is_refused_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "alerts.yml"
    file.write_text(f"webhook_env: https://hooks.example{SECRET_PATH}\n", encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        read_alerts(file)

    assert "the name of an environment variable" in str(raised.value)
    assert "secret" not in str(raised.value)

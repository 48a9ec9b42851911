"""What ``c360 ui`` says once Dagster answers."""

import socket
import subprocess
import sys

import pytest

from dagster_project.console import _say_ready


@pytest.mark.parametrize(
    ("answers", "said"),
    [pytest.param(True, True, id="answers"), pytest.param(False, False, id="ended-before")],
)
def test_the_ui_is_called_ready_when_it_answers(
    answers: bool, said: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        if answers:
            server.listen()
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(2)"])

        _say_ready(process, port)

        process.terminate()
        process.wait()
    assert (f"ready at http://127.0.0.1:{port}" in capsys.readouterr().out) is said

"""Dagster's own web server on a root, asked as its pages ask it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from dagster_project.domain.root import Root
from dagster_project.settings import PROJECT


@dataclass(frozen=True)
class DagsterWeb:
    """A web server that answers."""

    port: int

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data that a GraphQL query is answered with."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            data=json.dumps({"query": query, "variables": variables}).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            told = json.load(answer)
        assert "errors" not in told, told
        data: dict[str, Any] = told["data"]
        return data


@contextmanager
def dagster_web(root: Root, *, seconds: float = 180) -> Iterator[DagsterWeb]:
    """Serve our definitions on a root's instance, on loopback, until the block ends."""
    port = _free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "dagster_webserver", "--module-name"),
            *("dagster_project.definitions", "--host", "127.0.0.1", "--port", str(port)),
        ],
        cwd=PROJECT,
        env={**os.environ, **_environment(root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(process, port, until=time.monotonic() + seconds)
        yield DagsterWeb(port)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(root: Root) -> Mapping[str, str]:
    return {"C360_ROOT": str(root.path), "DAGSTER_HOME": str(root.path / ".dagster")}


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


def _await(process: "subprocess.Popen[bytes]", port: int, *, until: float) -> None:
    while time.monotonic() < until:
        assert process.poll() is None, "the web server ended before it answered"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the web server did not answer")

"""Runs a command and writes down what the system says it cost; standard library only.

A process counts the memory of the one that started it as its own peak, up to the moment it
becomes another program. So contestants are started by this small script, not by the harness.
Usage: ``launch.py USAGE.json LOG.txt COMMAND …``; ends with the command's status.
"""

import json
import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Start, wait, account."""
    usage_file, log_file, *command = sys.argv[1:]
    with Path(log_file).open("w", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603 — what the harness asked for
            command, stdout=log, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    figures = {
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss * unit / 2**20,
    }
    Path(usage_file).write_text(json.dumps(figures), encoding="utf-8")
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())

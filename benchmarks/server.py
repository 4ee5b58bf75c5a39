"""A running server for benchmarks, what it uses of the machine, and a session over its agent interface."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AGENT = ("--server.enableAgentApi", "true")
"""Options that turn the agent interface on."""
_STARTED = 300
"""Tenths of a second that a server may take to start."""


@dataclass(frozen=True)
class Server:
    """A running server: its port and its process."""

    port: int
    pid: int

    @property
    def memory(self) -> float:
        """Memory in use, resident, in MB; Linux only."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    @property
    def sessions(self) -> tuple[int, int]:
        """How many sessions are open, and how many ever were."""
        with urllib.request.urlopen(f"http://localhost:{self.port}/_stcore/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        found = {
            name: int(float(value)) for name, _, value in (line.rpartition(" ") for line in lines) if name[:1] != "#"
        }
        return int(found["active_sessions"]), int(found['session_events_total{type="connect"}'])

    @property
    def cpu(self) -> float:
        """Seconds of a processor that it has used since it was started; Linux only."""
        user, system = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def started(
    script: Path, store: str | None = None, options: tuple[str, ...] = (), log: Path | None = None
) -> Iterator[Server]:
    """Run a server on a free port until the block ends.

    Parameters
    ----------
    script
        The script that it runs.
    store
        Folder of the store; otherwise the one of the environment.
    options
        Further options of ``streamlit run``.
    log
        File that takes what the server prints; otherwise it is lost.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    environment = {"CONFIDENCE_METRICS": "true"} | ({"CONFIDENCE_STORE": store} if store else {})
    with (log or Path(os.devnull)).open("wb") as printed:
        process = subprocess.Popen(  # noqa: S603
            [*command, "--server.headless", "true", *options],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=printed,
            stderr=printed,
        )
    try:
        _wait(port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def server(script: Path, store: str | None = None) -> Iterator[int]:
    """Run a server with its agent interface on a free port, which is given, until the block ends."""
    with started(script, store, AGENT) as running:
        yield running.port


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


class Session:
    """One session with a running server."""

    def __init__(self, port: int) -> None:
        self.address = f"http://localhost:{port}/_stcore/agent/interact"
        self.snapshot = self.send({})

    def send(self, body: dict[str, object]) -> dict[str, object]:
        """Send one change and wait for the finished page."""
        if hasattr(self, "snapshot"):
            body = {"session_id": self.snapshot["session_id"], **body}
        request = urllib.request.Request(  # noqa: S310
            self.address, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            self.snapshot: dict[str, object] = json.load(answer)
        if self.snapshot["status"] == "error":
            raise RuntimeError("The page raised an error; its log says which.")
        return self.snapshot

    def timed(self, key: str, value: str) -> float:
        """Milliseconds from setting one widget to the finished page."""
        start = time.perf_counter()
        self.send({"widget_state": {key: value}})
        return (time.perf_counter() - start) * 1000

    def options(self, key: str) -> list[str]:
        """What a select box offers."""
        return next((node["props"]["options"] for node in _nodes(self.snapshot["tree"]) if node.get("key") == key), [])


def _nodes(node: dict[str, object]) -> Iterator[dict[str, object]]:
    yield node
    for child in node.get("children", []):
        yield from _nodes(child)


def _wait(port: int) -> None:
    for _ in range(_STARTED):
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start within 30 seconds.")

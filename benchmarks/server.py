"""A running server for benchmarks, what it uses of the machine, and a session over its agent interface."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
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
    """A running server: its port, its process and the file that takes what it prints."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def host(self) -> str:
        """Host and port."""
        return f"localhost:{self.port}"

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{self.host}"

    def __str__(self) -> str:
        return self.address

    @property
    def memory(self) -> float:
        """Memory in use, resident, in MB; Linux only."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    @property
    def sessions(self) -> tuple[int, int]:
        """How many sessions are open, and how many ever were, of a server that tells what it measures."""
        with urllib.request.urlopen(f"http://{self.host}/_stcore/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        found = {
            name: int(float(value)) for name, _, value in (line.rpartition(" ") for line in lines) if name[:1] != "#"
        }
        return int(found["active_sessions"]), int(found['session_events_total{type="connect"}'])

    @property
    def cpu(self) -> float:
        """Seconds of a processor that it has used since it was started; Linux only."""
        user, system = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def started(
    script: Path = ROOT / "app.py",
    store: str | Path | None = None,
    options: Sequence[str] = (),
    log: Path = Path(os.devnull),
    port: int | None = None,
    below: str = "",
    **environment: str,
) -> Iterator[Server]:
    """Run a server until the block ends.

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
    port
        Otherwise a free one.
    below
        The address below which it answers, such as ``/force``.
    environment
        Variables of the environment beside those of now.

    Raises
    ------
    RuntimeError
        If it has not started within 30 seconds; the message holds what it printed.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    environment = ({"CONFIDENCE_STORE": str(store)} if store else {}) | environment
    with log.open("wb") as printed:
        process = subprocess.Popen(  # noqa: S603
            [*command, "--server.headless", "true", *options],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    found = Server(port, process, log)
    try:
        _wait(found, below)
        yield found
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


def _wait(server: Server, below: str) -> None:
    for _ in range(_STARTED):
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://{server.host}{below}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    told = server.log.read_text(errors="replace") if server.log.is_file() else ""
    raise RuntimeError(f"The server did not start within {_STARTED // 10} seconds.\n{told}")

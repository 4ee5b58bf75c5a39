"""Time a rerun of each page after a filter change, over the running server.

    python -m benchmarks.rerun [--store URL] [--changes N] [--page NAME ...]

A server of its own is started with its agent interface on; each change sets one filter in one session
and waits for the finished page. First visits to a view are timed apart from returns to it. Beside it,
in the same run, stands the same server's answer for a page without any figure: the floor.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.machine import machine

ROOT = Path(__file__).resolve().parent.parent
FILTERS = {
    "overview": ("area", "to"),
    "trends": ("measure", "area", "by", "from", "to"),
    "neighbourhoods": ("layer", "area", "area_level", "to"),
    "engagement": ("by", "from", "to"),
    "stop_and_search": ("force", "group", "area", "from", "to", "power", "definition"),
}
"""The filters that are changed on each page."""
FIRST_PAGE = "overview"  # It has no address of its own.
_BARE = "import streamlit as st\nst.selectbox('x', range(100), key='filter')\n"


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


@contextmanager
def server(script: Path, store: str | None = None) -> Iterator[int]:
    """Run a server on a free port until the block ends."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    environment = {"CONFIDENCE_STORE": store} if store else {}
    process = subprocess.Popen(  # noqa: S603
        [*command, "--server.enableAgentApi", "true", "--server.headless", "true"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="folder of the store; otherwise CONFIDENCE_STORE, otherwise .store")
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--page", action="append", choices=list(FILTERS), help="may be given several times")
    options = parser.parse_args()
    print(machine())
    with TemporaryDirectory() as folder:
        bare_script = Path(folder) / "bare.py"
        bare_script.write_text(_BARE)
        with server(bare_script) as port:
            bare = Session(port)
            floor = [bare.timed("filter", value) for value in random.Random(1).choices(range(100), k=50)]  # noqa: S311
    _print("a page without any figure", floor, floor)
    for page in options.page or FILTERS:
        with server(ROOT / "app.py", options.store) as port:
            session = Session(port)
            if page != FIRST_PAGE:
                session.send({"page": page})
            first, again = _walk(session, FILTERS[page], options.changes)
        _print(f"{page}, every change", first + again, floor)
        _print(f"{page}, view not seen before", first, floor)
        _print(f"{page}, view seen before", again, floor)


def _walk(session: Session, filters: tuple[str, ...], changes: int) -> tuple[list[float], list[float]]:
    """Change one filter after the other, at random but the same in every run."""
    chance = random.Random(2)  # noqa: S311
    seen: set[str] = {json.dumps(session.snapshot["query_params"], sort_keys=True)}
    first: list[float] = []
    again: list[float] = []
    while len(first) + len(again) < changes:
        key = f"filter_{chance.choice(filters)}"
        values = session.options(key)
        if len(values) < 2:
            continue
        taken = session.timed(key, chance.choice(values))
        address = json.dumps(session.snapshot["query_params"], sort_keys=True)
        (again if address in seen else first).append(taken)
        seen.add(address)
    return first, again


def _print(what: str, times: list[float], floor: list[float]) -> None:
    if len(times) < 2:
        print(f"{what}: {len(times)} changes, too few to say")
        return
    cuts = statistics.quantiles(times, n=20)
    ratio = statistics.median(times) / statistics.median(floor)
    print(
        f"{what}: {len(times)} changes, median {statistics.median(times):.0f} ms, p95 {cuts[18]:.0f} ms, "
        f"worst {max(times):.0f} ms, {ratio:.1f} times the floor"
    )


def _nodes(node: dict[str, object]) -> Iterator[dict[str, object]]:
    yield node
    for child in node.get("children", []):
        yield from _nodes(child)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start within 30 seconds.")


if __name__ == "__main__":
    main()

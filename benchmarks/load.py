"""Time a first load of a folder into an empty store, and a second one that finds nothing new.

    python -m benchmarks.load FOLDER

Each run is a process of its own. The peer in the same run is the time to read every byte of the folder
and hash it: what no loader can do without.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.machine import machine

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    print(machine())
    start = time.perf_counter()
    for path in folder.rglob("*"):
        if path.is_file():
            hashlib.sha256(path.read_bytes())
    floor = time.perf_counter() - start
    print(f"reading and hashing every byte: {floor:.2f} s")
    with TemporaryDirectory() as store:
        for what in ("first load", "second load"):
            seconds, memory, told = _run(folder, store)
            print(f"{what}: {seconds:.1f} s, {seconds / floor:.0f} times the floor, {memory:.0f} MB at most. {told}")


def _run(folder: Path, store: str) -> tuple[float, float, str]:
    command = [sys.executable, "-m", "data", "load", str(folder), "--store", store, "--reason", "benchmark"]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    printed = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"The load failed: {printed[-500:]}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, printed.strip().splitlines()[-1]


if __name__ == "__main__":
    main()

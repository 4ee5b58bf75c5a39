"""Read thousands of hostile files, and the worst ones of 20 MB, and say what became of them and what memory it took.

    python -m benchmarks.hostile [--files 20000] [--seed 1]

Each batch is read by a process of its own, whose peak of memory is measured, its children's with it; so a file that
brings the process down is found, and named. Small real files of CONFIDENCE_REAL_FILES are damaged too.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.machine import machine
from data.loading import LOG, check_files, load_files
from data.readers.sources import Upload
from data.store import Store
from tests.hostile.crafted import crafted, largest
from tests.hostile.genuine import genuine
from tests.hostile.judged import faults
from tests.hostile.mutate import Hostile, damaged, mutated

ROOT = Path(__file__).resolve().parent.parent
BATCH = 1_000
_SMALL = 300_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="leave out the files of 20 MB")
    parser.add_argument("--batch", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.batch:
        _child(options.batch, options.seed)
        return
    print(machine())
    if options.files:
        _small(options.files, options.seed)
    if not options.small:
        _large()


def _small(files: int, seed: int) -> None:
    outcomes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    peak, slowest, wrong = 0.0, (0.0, ""), []
    for batch in range(-(-files // BATCH) + 1 if files else 0):
        told = _run(f"{batch}", seed)
        if told is None:
            wrong.append(f"batch {batch}: the process was brought down")
            continue
        print(f"batch {batch}: {told['peak']:.0f} MB, {len(told['wrong'])} wrong", file=sys.stderr, flush=True)
        outcomes.update(told["outcomes"])
        kinds.update(told["kinds"])
        peak = max(peak, told["peak"])
        slowest = max(slowest, (told["seconds"], told["slowest"]))
        wrong += told["wrong"]
    print(f"{kinds.total():,} files; {', '.join(f'{count:,} {status}' for status, count in outcomes.most_common())}")
    for kind, count in sorted(kinds.items()):
        print(f"  {kind}: {count:,}")
    print(f"peak {peak:.0f} MB; slowest {slowest[0]:.1f} s: {slowest[1]}")
    print(f"unforeseen or badly told: {len(wrong):,}", *wrong[:50], sep="\n  ")


def _large() -> None:
    for name, _ in largest():
        told = _run(f"large {name}", 0)
        if told is None:
            print(f"{name}: THE PROCESS WAS BROUGHT DOWN")
            continue
        said = "; ".join(told["wrong"]) or told["said"]
        print(f"{name}: {told['size']:.1f} MB, peak {told['peak']:.0f} MB, {told['seconds']:.1f} s: {said[:160]}")


def _run(batch: str, seed: int) -> dict | None:
    command = [sys.executable, "-m", "benchmarks.hostile", "--batch", batch, f"--seed={seed}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - this module
    if done.returncode:
        print(done.stderr[-2_000:], file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


class _Kept(logging.Handler):
    """Keeps what was logged of failures that nobody foresaw."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.said.append(f"{record.getMessage()}: {type(error).__name__}: {error}"[:300])


def _child(batch: str, seed: int) -> None:
    kept = _Kept()
    LOG.addHandler(kept)
    LOG.propagate = False
    large = batch.startswith("large ")
    chosen = [dict(largest())[batch.removeprefix("large ")]()] if large else list(corpus(int(batch), seed))
    outcomes: Counter[str] = Counter()
    slowest, wrong, said, idle = (0.0, ""), [], "", _peak()
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        for file in chosen:
            started = time.process_time()
            # The worst ones as the page reads them, whole files into a store; the many without one, which is enough.
            given = [Upload(file.name, file.content)]
            report = load_files(given, store, "benchmark", "hostile") if large else check_files(given, store)
            slowest = max(slowest, (time.process_time() - started, f"{file.what} {file.name[:60]!r}"))
            outcomes.update(outcome.status for outcome in report.outcomes)
            wrong += [f"{file.what} {file.name[:60]!r}: {f}" for o in report.outcomes for f in faults(o)]
            said = str(report.outcomes[0]) if report.outcomes else "nothing"
    told = {
        "outcomes": outcomes,
        "kinds": Counter(file.what.partition(":")[0] for file in chosen),
        "peak": _peak(),
        "idle": idle,
        "seconds": slowest[0],
        "slowest": slowest[1],
        "wrong": wrong + kept.said,
        "said": said,
        "size": sum(len(file.content) for file in chosen) / 2**20,
    }
    print(json.dumps(told))


def _peak() -> float:
    """Megabytes at most of this process, or of the largest of its children."""
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return most / 1024


def corpus(batch: int, seed: int) -> Iterator[Hostile]:
    """The files of a batch: the first are those that were made; then come damaged ones of every kind, real ones too."""
    if batch == 0:
        yield from crafted()
        return
    made = chain(_real(seed + batch, BATCH // 10), mutated(seed + batch, BATCH // len(genuine()) + 1))
    yield from islice(made, BATCH)


def _real(seed: int, files: int) -> Iterator[Hostile]:
    """Real files, the small ones, damaged."""
    folder = os.environ.get("CONFIDENCE_REAL_FILES")
    paths = [] if not folder else sorted(path for path in Path(folder).rglob("*") if path.is_file())
    small = [path for path in paths if 0 < path.stat().st_size < _SMALL]
    for turn in range(files if small else 0):
        random = Random(f"{seed} real {turn}")  # noqa: S311 - no secret
        path = small[turn % len(small)]
        yield Hostile(path.name, damaged(path.read_bytes(), random), "a real file: bytes")


if __name__ == "__main__":
    main()

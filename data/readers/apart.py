"""Files read in a process of their own, by libraries that a damaged file can bring down.

The libraries that read SPSS files and geometry are written in C: a bit flipped in such a file can stop the whole
process, fill the memory or run for ever. So they run apart, with a limit of time and memory; what they hand back is a
table of Arrow, which is read without running anything. Why: docs/decisions/0022-hostile-files.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.readers.source import Problem, Refused

if TYPE_CHECKING:
    import pyarrow as pa

_ROOT = Path(__file__).resolve().parents[2]
_ABOUT = b"about"
_REFUSED = 3
_SECONDS = 300
_MEMORY = 4 * 2**30
_READERS = {"spss": "data.readers.spss", "geometry": "data.readers.geometry"}
"""Modules whose function ``apart`` makes a table and a description of some bytes."""


def read_apart(reader: str, content: bytes, **options: object) -> tuple[pa.Table, dict[str, Any]]:
    """Have some bytes read in a process of its own.

    Parameters
    ----------
    reader
        ``spss`` or ``geometry``.
    content
        Bytes of the file.
    options
        What the reader is told, as JSON holds it.

    Returns
    -------
    tuple of Table and dict
        The rows, and the description beside them.

    Raises
    ------
    Refused
        If the reader refuses the file, is brought down by it, or does not come to an end.
    RuntimeError
        If it fails in a way that nobody foresaw.
    """
    import pyarrow as pa

    command = [sys.executable, "-m", "data.readers.apart", reader, json.dumps(options)]
    try:
        done = subprocess.run(  # noqa: S603 - the bytes of the file are its input and no part of the command
            command, cwd=_ROOT, input=content, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Refused([_stopped(f"it took more than {_SECONDS // 60} minutes")]) from error
    if done.returncode == 0:
        with pa.ipc.open_stream(done.stdout) as stream:
            table = stream.read_all()
        return table, json.loads(table.schema.metadata[_ABOUT])
    if done.returncode == _REFUSED:
        raise Refused([Problem(**problem) for problem in json.loads(done.stdout)])
    if done.returncode < 0:
        raise Refused([_stopped("the program that reads it was brought down by it")])
    raise RuntimeError(done.stderr.decode("utf-8", "replace"))


def _stopped(why: str) -> Problem:
    return Problem(f"the file can't be read: {why}", "It may be damaged or cut short; export or fetch it again")


def main(reader: str, options: str) -> int:
    """Read the bytes of the standard input, and write the table to the standard output."""
    import pyarrow as pa

    _limit()
    content = sys.stdin.buffer.read()
    try:
        table, about = import_module(_READERS[reader]).apart(content, **json.loads(options))
    except Refused as refusal:
        problems = [{"what": problem.what, "remedy": problem.remedy} for problem in refusal.problems]
        sys.stdout.write(json.dumps(problems))
        return _REFUSED
    table = table.replace_schema_metadata({_ABOUT: json.dumps(about)})
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
        stream.write_table(table)
    return 0


def _limit() -> None:
    """Take no more time and memory than a file may cost."""
    if sys.platform == "win32":
        return
    import resource

    limits = {resource.RLIMIT_CPU: _SECONDS, resource.RLIMIT_CORE: 0}
    if sys.platform == "linux":
        limits[resource.RLIMIT_DATA] = _MEMORY
    for what, wanted in limits.items():
        # The service itself may be allowed less.
        hard = resource.getrlimit(what)[1]
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

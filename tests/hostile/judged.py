"""What must be true of every hostile file, whatever became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from data.loading import Outcome
from data.readers.source import Problem

ROOT = Path(__file__).resolve().parents[2]

INNER = re.compile(
    rf"Traceback|site-packages|/tmp/|{re.escape(str(ROOT))}|/home/|/root/|/proc/"
    r"|\bFile \"|0x[0-9a-f]{6,}|<class |object at "
    r"|\b[A-Z]\w*(?:Error|Exception|Warning)\b|\bNoneType\b|\bcodec\b|\bpandas\b|\bnumpy\b|\bpyarrow\b|\bopenpyxl\b"
)
"""What no sentence says: how the program is made, and where it lies."""

LONGEST = 3_000
"""Letters of the longest sentence: one that nobody reads to its end says nothing."""


def faults(outcome: Outcome) -> Iterator[str]:
    """What is wrong with what is said of a file."""
    said = (outcome.detail, *outcome.notes, *map(str, outcome.remarks))
    for sentence in said:
        # What the file itself holds stands in quotation marks.
        own = re.sub(r"“[^”]*”", "“”", sentence)
        if found := INNER.search(own):
            yield f"{found[0]!r} in {sentence[:200]!r}"
        if len(sentence) > LONGEST:
            yield f"{len(sentence):,} letters: {sentence[:100]!r}"
    if len(outcome.path) > 1_000:
        yield f"a path of {len(outcome.path):,} letters"
    if outcome.status == "refused":
        yield from _of_a_refusal(outcome)
    if outcome.status == "loaded" and (outcome.load is None or outcome.load.rows < 0):
        yield "loaded without a load"


def _of_a_refusal(outcome: Outcome) -> Iterator[str]:
    if not outcome.detail.strip():
        yield "refused without a reason"
    if outcome.load is not None:
        yield "refused and loaded"
    for problem in outcome.problems:
        if not _is_worded(problem):
            yield f"no reason or no remedy: {problem}"


def _is_worded(problem: Problem) -> bool:
    return len(problem.what) > 5 and len(problem.remedy) > 5

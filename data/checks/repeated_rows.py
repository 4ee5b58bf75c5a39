"""Searches that stand in a file more than once, value for value: counted, and never dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from data.checks.remark import MOST_PLACES, Remark
from data.readers.source import Problem
from data.tables import LOAD_ID
from data.words import percent, plural

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from data.checks.background import Background
    from data.readers.source import Reading
    from data.store import Load

RULE = "Rows that repeat another"
_OWN = (LOAD_ID.name, "row")
_WHERE = ["at", "latitude", "longitude"]


def repeats(load: Load, reading: Reading, before: Background) -> Iterator[Remark]:
    """A remark with the number of rows that are the same as one above them in every column.

    Two people who are searched together at one anonymised point look the same, so no row is dropped.
    """
    frame = reading.frame
    again = _repeated(frame)
    number = len(again)
    if not number:
        return
    what = (
        f"{plural(number, 'row')} of {len(frame):,} ({percent(number / len(frame))}) "
        f"{'is' if number == 1 else 'are'} the same as one above, value for value"
    )
    remedy = "Nothing need be done: two people searched together look the same"
    rows = frame["row"].iloc[again[:MOST_PLACES]]
    places = tuple(Problem("this row is the same as one above it", remedy, int(row)) for row in rows)
    yield Remark(RULE, what, "Kept and counted: two people searched together look the same", number, places, usual=True)


def _repeated(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Places of the rows that are the same as one above them.

    Most rows are alone at their time and place; only the others are compared in every column, by Arrow, which groups
    few rows by many columns faster than pandas.
    """
    import numpy as np
    import pyarrow as pa

    together = np.flatnonzero(frame.duplicated(_WHERE, keep=False))
    if not len(together):
        return together
    names = [name for name in frame.columns if name not in _OWN]
    rows = {name: pa.array(frame[name], from_pandas=True).take(pa.array(together)) for name in names}
    first = pa.table({**rows, "place": together}).group_by(names).aggregate([("place", "min")])["place_min"]
    return np.setdiff1d(together, first.to_numpy(), assume_unique=True)

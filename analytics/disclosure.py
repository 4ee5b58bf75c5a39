"""Small-number protection, applied where Findings are made: screen, file and command line agree.

Primary protection only: a count below the threshold inside a breakdown by a personal attribute is
withheld, and with it every figure made from it. A zero counts as small: it tells as much as a one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def withhold(frame: pd.DataFrame, counts: Sequence[str], figures: Sequence[str], threshold: int) -> pd.DataFrame:
    """Withhold the rows in which any count is below the threshold.

    Parameters
    ----------
    frame
        One row a group; must have the column ``flag``.
    counts
        Columns of counts; a missing count is not small.
    figures
        Columns made from the counts; they and the counts become null in withheld rows.
    threshold
        Smallest count that is shown.

    Returns
    -------
    DataFrame
        A copy; ``flag`` of a withheld row says so in words.
    """
    small = np.zeros(len(frame), dtype=bool)
    for name in counts:
        small |= frame[name].to_numpy(dtype=float, na_value=np.inf) < threshold
    kept = frame.copy()
    for name in [*counts, *figures]:
        if not frame[name].isna().to_numpy()[small].all():
            kept[name] = kept[name].astype("Float64" if kept[name].dtype.kind == "f" else "Int64").mask(small)
    kept.loc[small, "flag"] = f"withheld: fewer than {threshold} searches"
    return kept

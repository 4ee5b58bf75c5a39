"""Shares of the searches of each group, and how far each is from the comparator's, tested together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, disparity, wording
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.findings.stop_and_search.shared import CHANCE, UNTESTED
from analytics.findings.tested import SIDES
from analytics.records import with_nulls
from analytics.survey import q_values, verdicts
from data.cubes import EVERYONE
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd
    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from analytics.finding import Mode

    Counts = NDArray[np.int64]
    Row = Mapping[Hashable, Any]

GAP = ["gap", "gap_low", "gap_high", "p_value", "q_value", "verdict"]
"""Columns of how far a share is from the comparator's."""

SHARE_METHOD = (
    "95 % interval of a share: Wilson's, with the effective number of searches that months as clusters leave, and "
    "Student's t. Difference: from both intervals, with the searches that the differences of the months leave. Clear: "
    "the interval leaves out 0 and the false-discovery rate (Benjamini and Hochberg) over all differences of the table "
    "lies below the setting; with fewer than 3 months nothing is tested."
)
SHARE_REFERENCE = (
    "Wilson 1927, JASA 22, 209; Newcombe 1998, Statistics in Medicine 17, 873; Cochran 1977, Sampling Techniques, 3.12 "
    "(clusters); Benjamini and Hochberg 1995, JRSS B 57, 289"
)


def rows_of(groups: Sequence[str], counts: Counts, base: Counts, comparator: str) -> list[dict[str, Any]]:
    """Everyone's share and that of each group, with how far a group's is from the comparator's.

    Parameters
    ----------
    groups
        Broad groups, then those of unknown ethnicity.
    counts, base : ndarray of shape (groups, months)
        Searches in question, and all of which they are a share.
    comparator
        The group that the others are set against.
    """
    own = disparity.find_rates(counts, base)
    whole = disparity.find_rates(counts.sum(axis=0)[None], base.sum(axis=0)[None])
    places = [(EVERYONE, whole, 0), *((group, own, place) for place, group in enumerate(groups))]
    against = list(groups).index(comparator)
    rows = []
    for group, made, at in places:
        row: dict[str, Any] = {"group": group, "searches": made.found[at], "base": made.searched[at], "flag": ""}
        if made.searched[at]:
            row |= {"share": made.estimate[at], "share_low": made.low[at], "share_high": made.high[at]}
            row["flag"] = CHANCE if made.found[at] and made.cells[at] < MINIMUM_PERIODS else ""
        if group in BROAD_GROUPS and group != comparator:
            row |= _gap((counts[at], base[at]), (counts[against], base[against]))
        rows.append(row)
    return rows


def _gap(one: tuple[Counts, Counts], other: tuple[Counts, Counts]) -> dict[str, Any]:
    """How far two shares differ; nothing where a count is too small to be shown."""
    (x_a, n_a), (x_b, n_b) = one, other
    if min(x_a.sum(), x_b.sum(), n_a.sum(), n_b.sum()) < settings().threshold:
        return {}
    made = disparity.find_rate_gap(x_a, n_a, x_b, n_b)
    gap = made.difference
    return {"gap": gap.estimate, "gap_low": gap.low, "gap_high": gap.high, "p_value": made.p_value}


def tested(table: pd.DataFrame) -> pd.DataFrame:
    """The table with q-values and verdicts, all its differences tested together."""
    import pandas as pd

    low, high, p = (table[name].to_numpy(dtype=float, na_value=np.nan) for name in ("gap_low", "gap_high", "p_value"))
    said = verdicts(low, high, p, words=SIDES, discovery_rate=settings().false_discovery)
    q = q_values(p)
    return table.assign(q_value=with_nulls(q, np.isnan(q)), verdict=pd.array(said, dtype="str"))


def share(row: Row) -> str:
    """A share with its interval."""
    return f"{wording.percent(row['share'])} ({wording.percent_between(row['share_low'], row['share_high'])})"


def differ(row: Row) -> str:
    """How far a group's share is from the comparator's, as the end of a sentence; what was not tested is no claim."""
    if wording.missing(row["gap"]):
        return "no difference is given"
    if is_clear(row):
        return f"a difference of {in_points(row)}"
    between = wording.points_between(row["gap_low"], row["gap_high"])
    said = "no clear difference" if row["verdict"] else "a difference that was not tested"
    return f"{said} (between {between.replace(' to ', ' and ')})"


def in_points(row: Row) -> str:
    """A difference in points with its interval; to a tenth where a whole point would not show on which side of 0."""
    ends = [100 * row[name] for name in ("gap", "gap_low", "gap_high")]
    digits = 1 if any(round(end) == 0 for end in ends) else 0
    low, high = (wording.signed(end, digits) for end in ends[1:])
    return f"{wording.points(row['gap'], digits)} ({low} to {high} points)"


def is_clear(row: Row) -> bool:
    """Whether a difference is called clear."""
    return row["verdict"] in (SIDES.above, SIDES.below)


def untested(table: pd.DataFrame) -> list[str]:
    """A sentence where differences are given and none of them could be tested."""
    return [UNTESTED] if table["gap"].notna().any() and table["p_value"].isna().all() else []


def key(group: str, comparator: str) -> str:
    """What the marks of `drawn` are."""
    return f"filled: {group}, hollow: {comparator}"


def drawn(labels: Sequence[str], pairs: Sequence[tuple[Row, Row]], mode: Mode) -> go.Figure:
    """Shares of a group beside the comparator's, one row a label.

    Parameters
    ----------
    labels
        Name of each row.
    pairs
        The row of the group and that of the comparator, for each label.
    mode
        Ground of the page.
    """
    import pandas as pd

    rows = pd.DataFrame(
        {
            "label": list(labels),
            **{name: [one[of] for one, _ in pairs] for name, of in _DRAWN.items()},
            **{f"was{name}": [other[f"share{name}"] for _, other in pairs] for name in ("", "_low", "_high")},
            "verdict": [one["verdict"] for one, _ in pairs],
            "flag": [one["flag"] for one, _ in pairs],
        }
    )
    return charts.share_pairs(rows, mode, none="no difference given")


_DRAWN = {
    "estimate": "share", "low": "share_low", "high": "share_high",
    "change": "gap", "change_low": "gap_low", "change_high": "gap_high",
}  # fmt: skip

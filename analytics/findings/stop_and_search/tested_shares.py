"""Shares of a kind of searches by group beside how far each is from the comparator's, in one row a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics import charts
from analytics.findings.stop_and_search import shares
from analytics.findings.stop_and_search.shared import CHANCE
from data.cubes import EVERYONE
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd
    import plotly.graph_objects as go

    from analytics.finding import Mode
    from analytics.findings.stop_and_search.shares import Counts

    Row = Mapping[Hashable, Any]

GAP = ["gap", "gap_low", "gap_high", "p_value", "q_value", "verdict"]
"""Columns of how far a share is from the comparator's."""


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
    against = list(groups).index(comparator)
    rows = []
    for at, (group, made) in enumerate(zip((EVERYONE, *groups), shares.shares_of(counts, base), strict=True), -1):
        row: dict[str, Any] = {"group": group, "searches": made.found, "base": made.searched, "flag": ""}
        if made.searched:
            row |= {"share": made.estimate, "share_low": made.low, "share_high": made.high}
            row["flag"] = CHANCE if made.found and made.by_chance else ""
        if group in BROAD_GROUPS and group != comparator:
            row |= _gap((counts[at], base[at]), (counts[against], base[against]))
        rows.append(row)
    return rows


def _gap(one: tuple[Counts, Counts], other: tuple[Counts, Counts]) -> dict[str, Any]:
    """How far two shares differ; nothing where a count is too small to be shown."""
    if min(counts.sum() for counts in (*one, *other)) < settings().threshold:
        return {}
    made = shares.gap_of(one, other)
    return {"gap": made.estimate, "gap_low": made.low, "gap_high": made.high, "p_value": made.p_value}


def tested(table: pd.DataFrame, mirrored: Mapping[int, int]) -> pd.DataFrame:
    """The table with q-values and verdicts, all its differences tested together and a mirrored pair once."""
    return shares.judged(table, "gap_low", "gap_high", mirrored)


def share(row: Row) -> str:
    """A share with its interval."""
    return shares.in_words(row["share"], row["share_low"], row["share_high"])


def differ(row: Row) -> str:
    """How far a group's share is from the comparator's, as the end of a sentence."""
    return shares.difference_in_words(row["gap"], row["gap_low"], row["gap_high"], row["verdict"])


def in_points(row: Row) -> str:
    """A difference in points with its interval."""
    return shares.in_points(row["gap"], row["gap_low"], row["gap_high"])


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

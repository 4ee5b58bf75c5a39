"""The level behind the points of a trend, drawn from all points between two breaks together."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from analytics.charts import middle
from analytics.findings.survey import choices
from analytics.findings.survey.answers import Answers
from analytics.survey.waves import smooth_waves

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 6
"""Comparable points that it takes: fewer tell little of how much the level moves."""

COLUMNS = ["wave", "label", "month", "starts", "ends", "estimate", "low", "high", "broken"]

WHY_ROLLING = (
    "No level is drawn: rolling years share answers, and their errors hang together. Choose each wave as points."
)
WHY_SHARED = "No level is drawn: waves share people or sampling units, and their errors hang together."
WHY_FEW = f"No level is drawn: it takes {FEWEST} points that can be compared."
SAID = (
    "The thin line is the level behind the points, drawn from all of them together and broken where the series is; the "
    "dotted lines are the edges of its 95 % interval. It is a model: the points are what was measured."
)


def why_not(answers: Answers, table: pd.DataFrame) -> str:
    """Why no level can be drawn behind points, in a sentence; empty where one can."""
    if answers.pooling.kind == "rolling":
        return WHY_ROLLING
    if _overlap(answers):
        return WHY_SHARED
    return "" if any(_is_long(run) for run in _runs(table)) else WHY_FEW


def level_behind(table: pd.DataFrame) -> pd.DataFrame:
    """The level behind each point of a trend; nulls where a point has no figure or stands among too few.

    Parameters
    ----------
    table
        Points in order, as a trend has them.
    """
    runs = [_level(run) for run in _runs(table)]
    figures = {name: np.concatenate([run[name] for run in runs]) for name in ("estimate", "low", "high")}
    return table.assign(**figures)[COLUMNS]


def _runs(table: pd.DataFrame) -> list[pd.DataFrame]:
    """The points between breaks."""
    broken = (table["broken"] != "").to_numpy().cumsum()
    return [table[broken == number] for number in range(int(broken[-1]) + 1)]


def _is_long(run: pd.DataFrame) -> bool:
    return int(run["estimate"].notna().sum()) >= FEWEST


def _level(run: pd.DataFrame) -> dict[str, np.ndarray]:
    nothing = np.full(len(run), np.nan)
    if not _is_long(run):
        return {"estimate": nothing, "low": nothing, "high": nothing}
    share, base, deff = (run[name].to_numpy(dtype=float, na_value=np.nan) for name in ("estimate", "base", "deff"))
    days = tuple(zip(run["starts"].astype(str), run["ends"].astype(str), strict=True))
    level, low, high = _smooth(share.tobytes(), base.tobytes(), deff.tobytes(), days)
    hidden = np.isnan(share)
    return {
        "estimate": np.where(hidden, np.nan, level),
        "low": np.where(hidden, np.nan, np.maximum(low, 0)),
        "high": np.where(hidden, np.nan, np.minimum(high, 1)),
    }


@lru_cache(maxsize=256)
def _smooth(
    shares: bytes, bases: bytes, deffs: bytes, days: tuple[tuple[str, str], ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Level and interval, with variances of one design factor and one share: a point's own are noise."""
    share, base, deff = (np.frombuffer(values, dtype=float) for values in (shares, bases, deffs))
    known = np.isfinite(share)
    mean = float(np.average(share[known], weights=base[known]))
    factor = float(np.average(deff[known & np.isfinite(deff)], weights=base[known & np.isfinite(deff)]))
    variance = np.where(known, factor * mean * (1 - mean) / np.where(known, base, 1), np.nan)
    at = np.array([middle(*period) for period in days])
    fitted = smooth_waves(np.where(known, share, np.nan), variance, (at - at[0]) / np.median(np.diff(at)))
    return fitted.level, fitted.low, fitted.high


@lru_cache(maxsize=64)
def _overlap(answers: Answers) -> bool:
    """Whether waves share units or respondents, so that their errors hang together."""
    waves = choices.waves(answers.view)
    own = waves[(waves["force"] == answers.force) & (waves["survey"] == answers.survey)]
    return bool((own["shared"] != "nothing").any())

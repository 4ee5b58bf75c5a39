"""Estimates from answers, ready to be shown: withheld where there are too few, never without their interval."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from analytics.findings.survey import choices
from analytics.findings.survey.answers import SHARE, Answers
from analytics.survey import (
    DomainMeans,
    PublicationRule,
    Verdicts,
    against_rest,
    change,
    domain_means_of_cells,
    pooled_deff,
    publish,
    smoothed,
    verdicts,
)
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd

FIGURES = ["estimate", "low", "high", "base", "se", "n_eff", "deff", "df", "flag"]
"""Columns of every estimate, in order."""


def by_wave(answers: Answers) -> pd.DataFrame:
    """The share in each wave of the period; index: wave."""
    figures = _shown(_wave_means(answers))
    return figures.assign(wave=figures["wave"].astype(object)).set_index("wave").reindex(answers.waves["wave"])


def by_wave_and_group(answers: Answers, grouping: str) -> pd.DataFrame:
    """The share in each wave of each group; columns: group, wave and the figures."""
    return _shown(_means(answers.cells_by(grouping), answers, ["group", "wave"]))


def year_on_year(answers: Answers) -> pd.DataFrame | None:
    """The change from the wave a year before to the last one, in one row; None where the two can't be compared."""
    before = answers.a_year_before
    if before is None or answers.broken_between(before, answers.last):
        return None
    compared = change(_wave_means(answers), "wave", before, answers.last)
    return compared if len(compared) else None


def by_group(answers: Answers, grouping: str) -> pd.DataFrame:
    """The share of each group over the pooled waves, against everyone else's.

    Returns
    -------
    DataFrame
        Columns group, the figures, difference, difference_low, difference_high, p_value and rest.
    """
    cells = _pooled(answers.cells_by(grouping), answers)
    parts, whole = _means(cells, answers, ["group"]), _means(cells, answers, [])
    return _with_differences(_shown(parts), against_rest(parts, whole), ["group"])


def by_area(answers: Answers, level: str) -> pd.DataFrame:
    """The share of each area over the pooled waves, against everyone else's in the force.

    The design factor is the one that areas have in common, since an area's own is noise.

    Returns
    -------
    DataFrame
        Columns area, the figures, difference, difference_low, difference_high, p_value and rest.
    """
    cells = _at_level(_pooled(answers.everywhere, answers), answers, level)
    parts, whole = _means(cells, answers, ["area"]), _means(cells, answers, [])
    parts = smoothed(parts, pooled_deff(parts)) if _clustered(parts) else parts
    return _with_differences(_shown(parts), against_rest(parts, whole), ["area"])


def overall(answers: Answers) -> pd.DataFrame:
    """The share of everyone in the force over the pooled waves, in one row."""
    return _shown(_means(_pooled(answers.everywhere, answers), answers, []))


def called(differences: pd.DataFrame, words: Verdicts) -> list[str]:
    """What each difference is called, with the false-discovery rate of the settings over all of them.

    Parameters
    ----------
    differences
        Columns low, high and p_value.
    words
        What a clear difference above 0, one below 0 and an unclear one are called.
    """
    limits = (differences[name].to_numpy(dtype=float, na_value=np.nan) for name in ("low", "high", "p_value"))
    return verdicts(*limits, words=words, discovery_rate=settings().false_discovery)


@lru_cache(maxsize=256)
def _wave_means(answers: Answers) -> DomainMeans:
    return _means(answers.cells, answers, ["wave"])


def _means(cells: pd.DataFrame, answers: Answers, by: list[str]) -> DomainMeans:
    return domain_means_of_cells(cells, answers.design, SHARE, by, stratum="strata", psu="psu", answer="answer_class")


def _clustered(means: DomainMeans) -> bool:
    """Whether some area has two sampling units and answers that differ, to learn a common design factor from."""
    return bool(((means.table["psus"].to_numpy() > 1) & (means.spread > 0)).any())


def _pooled(cells: pd.DataFrame, answers: Answers) -> pd.DataFrame:
    return cells[cells["wave"].isin(answers.pooled)]


def _at_level(cells: pd.DataFrame, answers: Answers, level: str) -> pd.DataFrame:
    """Cells whose area is one of a level: the area itself, or the one that it lies in."""
    known = choices.areas(answers.view, answers.force, answers.survey).set_index("code")
    own = known.index[known["area_level"] == level]
    above = known.loc[~known.index.isin(own), "parent_code"]
    mapped = {**dict(zip(own, own, strict=True)), **above[above.isin(own)].to_dict()}
    return cells.assign(area=cells["area"].map(mapped))


def _shown(means: DomainMeans) -> pd.DataFrame:
    rule = PublicationRule(least_base=settings().fewest_answers, least_n_eff=settings().fewest_effective)
    table = publish(means, rule)
    return table[[*means.by, *FIGURES]]


def _with_differences(figures: pd.DataFrame, compared: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    names = {"estimate": "difference", "low": "difference_low", "high": "difference_high"}
    both = figures.merge(compared.rename(columns=names)[[*keys, *names.values(), "p_value", "rest"]], on=keys)
    withheld = both["estimate"].isna()
    both.loc[withheld, [*names.values(), "p_value", "rest"]] = None
    return both

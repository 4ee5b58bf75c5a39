"""Estimates from answers, ready to be shown: withheld where there are too few, never without their interval."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from analytics import wording
from analytics.findings.survey import choices
from analytics.findings.survey.answers import Answers, NoAnswers
from analytics.findings.survey.points import WAVES, YEAR, YEARS, Point, Pooling
from analytics.records import with_nulls
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
from data.survey_cubes import EVERYONE, NOT_KNOWN

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_OF_BASE = ("n_eff", "deff", "df")
"""What tells a base together with the standard error."""
COMPANY = "number of answers withheld: it would give away that of another group"
FIGURES = ["estimate", "low", "high", "base", "se", "n_eff", "deff", "df", "flag"]
"""Columns of every estimate, in order."""


def by_point(answers: Answers) -> pd.DataFrame:
    """The share at each point of the period; index: point."""
    return _figures(answers).reindex([point.name for point in answers.points])


def by_point_and_group(answers: Answers, grouping: str) -> pd.DataFrame:
    """The share at each point of each group; columns: group, wave (the name of the point) and the figures."""
    figures = _group_figures(answers.series, grouping, answers.pooling)
    return figures[figures["wave"].isin([point.name for point in answers.points])].reset_index(drop=True)


def change_to_last(answers: Answers) -> pd.DataFrame | None:
    """The change from the earlier point to the last one, in one row.

    None where there is no such point, the series breaks between the two, or either figure is withheld: a change would
    give it away.
    """
    before, last, area = answers.earlier, answers.last, answers.scope.area
    if before is None or not answers.comparable(before, last):
        return None
    if _figures(answers)["estimate"].reindex([before.name, last.name]).isna().any():
        return None
    if area is None:
        return change(_force_means(answers.series, answers.pooling), "point", before.name, last.name)
    means = _area_means(answers.series.everyone, _level(answers), answers.pooling)[1].only(area=area)
    return change(means, "point", before.name, last.name).drop(columns="area")


def share_at(answers: Answers, point: Point) -> float | None:
    """The share at one point, in the period or before it; None where it is withheld."""
    found = _figures(answers)["estimate"].get(point.name)
    return None if found is None or wording.missing(found) else float(found)


def by_group(answers: Answers, grouping: str) -> pd.DataFrame:
    """The share of each group over the pooled waves, against everyone else's.

    Returns
    -------
    DataFrame
        Columns group, the figures, difference, difference_low, difference_high, p_value and score_p_value.

    Raises
    ------
    NoAnswers
        If nobody in the scope's area was asked in the pooled waves.
    """
    if not len(_year_means(answers.years).rows(point=answers.year.name)):
        raise NoAnswers(f"Nobody in this area was asked in {answers.year.span}.")
    found = _groups_against_rest(answers.years, grouping, answers.year.name)
    return in_company(found, "base", _OF_BASE)


def in_company(figures: pd.DataFrame, base: str, beside: tuple[str, ...] = ()) -> pd.DataFrame:
    """Figures of all groups with a second base withheld where one alone is: the total would give it away.

    Parameters
    ----------
    figures
        One row a group, who is of none among them.
    base
        The column of bases; of the others the smallest is withheld.
    beside
        Columns from which it could be found with the standard error; they are withheld with it.
    """
    hidden = figures[base].isna().to_numpy()
    # Who is of no group that is known has no characteristic that could be given away.
    if hidden.sum() != 1 or hidden.all() or figures["group"][hidden].iloc[0] == NOT_KNOWN:
        return figures
    smallest = np.argmin(np.where(hidden, np.inf, figures[base].to_numpy(dtype=float, na_value=np.inf)))
    second = np.arange(len(figures)) == smallest
    columns = {
        name: with_nulls(figures[name].to_numpy(dtype=float, na_value=np.nan), second) for name in (base, *beside)
    }
    flags = zip(figures["flag"], second, strict=True)
    said = [f"{flag}; {COMPANY}".removeprefix("; ") if row else flag for flag, row in flags]
    return figures.assign(**columns, flag=said)


def groups_of_year(answers: Answers, grouping: str) -> tuple[DomainMeans, pd.DataFrame]:
    """The share of each group over the pooled waves, for comparisons between groups, and its figures in the same order.

    Only the figures may be shown: they are withheld where there are too few answers.
    """
    means = _group_means(answers.years, grouping).only(point=answers.year.name)
    return means, publishable(means)


def by_area(answers: Answers, level: str, span: int = YEAR) -> pd.DataFrame:
    """The share of each area over the pooled waves, against everyone else's in the force.

    The design factor is the one that areas have in common in all years, since an area's own is noise.

    Parameters
    ----------
    answers
        The answers of a scope.
    level
        Level of the areas.
    span
        Months whose waves are pooled, back from the last one; never across a break.

    Returns
    -------
    DataFrame
        Columns area, the figures, difference, difference_low, difference_high, p_value and score_p_value.
    """
    if span == YEAR:
        return _areas_against_rest(answers.years.everyone, level, answers.year.name).copy()
    return _areas_against_rest(answers.everyone, level, answers.pooled(span).name, span).copy()


def area_shares(answers: Answers, level: str, span: int) -> pd.DataFrame:
    """The share of each area over the pooled waves as it is, however few its answers: for models, never to be shown.

    Returns
    -------
    DataFrame
        Columns area, estimate, base, n_eff (with the design factor that areas have in common) and weight.
    """
    table = _area_means(answers.everyone, level, Pooling("years", span))[1].table
    own = (table["point"] == answers.pooled(span).name).to_numpy()
    return table.loc[own, ["area", "estimate", "base", "n_eff", "weight"]]


def overall(answers: Answers, span: int = YEAR) -> pd.DataFrame:
    """The share of everyone in the force over the pooled waves, in one row."""
    if span == YEAR:
        return publishable(_year_means(answers.years.everyone).only(point=answers.year.name))
    return publishable(_year_means(answers.everyone, span).only(point=answers.pooled(span).name))


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


def _figures(answers: Answers) -> pd.DataFrame:
    """The share at every point, whatever the period starts with; index: point."""
    if answers.scope.area is None:
        return _force_figures(answers.series, answers.pooling)
    return _area_figures(answers.series.everyone, _level(answers), answers.scope.area, answers.pooling)


@lru_cache(maxsize=256)
def _group_figures(series: Answers, grouping: str, pooling: Pooling) -> pd.DataFrame:
    figures = publishable(shares_of(series.cells(grouping, pooling), series, ["group", "point"]))
    figures = figures.rename(columns={"point": "wave"}).astype({"group": object, "wave": object})
    return _each_in_company(figures) if figures["base"].isna().any() else figures


def _each_in_company(figures: pd.DataFrame) -> pd.DataFrame:
    """The same at each point: see `in_company`."""
    import pandas as pd

    parts = [in_company(part, "base", _OF_BASE) for _, part in figures.groupby("wave", sort=False)]
    return pd.concat(parts).reindex(figures.index)


def _level(answers: Answers) -> str:
    levels = choices.levels(answers.view, answers.force, answers.survey)
    return levels[str(answers.scope.area)]


@lru_cache(maxsize=256)
def _force_means(force: Answers, pooling: Pooling = WAVES) -> DomainMeans:
    return shares_of(force.cells(EVERYONE, pooling), force, ["point"])


@lru_cache(maxsize=256)
def _force_figures(force: Answers, pooling: Pooling = WAVES) -> pd.DataFrame:
    return _by_name(publishable(_force_means(force, pooling)))


@lru_cache(maxsize=128)
def _area_means(force: Answers, level: str, pooling: Pooling = YEARS) -> tuple[DomainMeans, DomainMeans]:
    """The share in each area and year, as it is and with the design factor that areas have in common.

    There is none where no area has two sampling units and answers that differ, to learn it from. Of points other than
    years it is the one of the years, of which none shares a wave with another.
    """
    means = shares_of(_area_cells(force, level, pooling), force, ["area", "point"])
    return means, _smoothed(means, means if pooling.kind == "years" else _area_means(force.years, level, YEARS)[0])


def with_shared_design(means: DomainMeans, force: Answers, level: str) -> DomainMeans:
    """Shares of areas with the design factor that areas of a level have in common in all years."""
    return _smoothed(means, _area_means(force.years, level, YEARS)[0])


def _smoothed(means: DomainMeans, years: DomainMeans) -> DomainMeans:
    known = (years.table["psus"].to_numpy() > 1) & (years.spread > 0)
    return smoothed(means, pooled_deff(years)) if known.any() else means


@lru_cache(maxsize=256)
def _area_figures(force: Answers, level: str, area: str, pooling: Pooling = YEARS) -> pd.DataFrame:
    figures = _every_area(force, level, pooling)
    return _by_name(figures[(figures["area"] == area).to_numpy()].drop(columns="area"))


@lru_cache(maxsize=64)
def _every_area(force: Answers, level: str, pooling: Pooling) -> pd.DataFrame:
    """The figures of all areas: to judge all of them takes hardly longer than to judge one."""
    return publishable(_area_means(force, level, pooling)[1])


def _by_name(figures: pd.DataFrame) -> pd.DataFrame:
    return figures.assign(point=figures["point"].astype(object)).set_index("point")


@lru_cache(maxsize=256)
def _year_means(years: Answers, span: int = YEAR) -> DomainMeans:
    return shares_of(years.cells(EVERYONE, Pooling("years", span)), years, ["point"])


@lru_cache(maxsize=256)
def _group_means(years: Answers, grouping: str) -> DomainMeans:
    """The share of each group in each year; who is in none is in one of its own, so together they are everyone."""
    return shares_of(years.cells(grouping, YEARS), years, ["group", "point"])


@lru_cache(maxsize=256)
def _groups_against_rest(years: Answers, grouping: str, point: str) -> pd.DataFrame:
    parts = _group_means(years, grouping).only(point=point)
    return _against_rest(parts, parts, _year_means(years).only(point=point))


@lru_cache(maxsize=256)
def _areas_against_rest(years: Answers, level: str, point: str, span: int = YEAR) -> pd.DataFrame:
    pooling = Pooling("years", span)
    parts, shown = (means.only(point=point) for means in _area_means(years, level, pooling))
    return _against_rest(shown, parts, _year_means(years, span).only(point=point))


def shares_of(cells: pd.DataFrame, answers: Answers, by: list[str]) -> DomainMeans:
    """The share in some domains of counted cells, of the whole sample of some answers."""
    scores = answers.scores
    return domain_means_of_cells(cells, answers.sample, scores, by, stratum="strata", psu="psu", answer="answer_class")


def _area_cells(force: Answers, level: str, pooling: Pooling) -> pd.DataFrame:
    """Cells of everyone, with the area of the level that each lies in."""
    return in_areas(force.cells(EVERYONE, pooling), force, level)


def in_areas(cells: pd.DataFrame, answers: Answers, level: str) -> pd.DataFrame:
    """Cells of a survey's answers, with the area of a level that each lies in; see `placed`."""
    return placed(cells, answers.view, answers.force, answers.survey, level)


def placed(cells: pd.DataFrame, view: View, force: str, survey: str, level: str) -> pd.DataFrame:
    """Cells whose ``area`` is the area of a level that each lies in, or its own; missing where none is known."""
    import pandas as pd

    known = choices.areas(view, force, survey).set_index("code")
    own = known.index[known["area_level"] == level]
    above = known.loc[~known.index.isin(own), "parent_code"]
    mapped = {**dict(zip(own, own, strict=True)), **above[above.isin(own)].to_dict()}
    areas = cells["area"].cat
    names = sorted(set(mapped.values()))
    places = np.array([*(names.index(mapped[c]) if c in mapped else -1 for c in areas.categories), -1])
    return cells.assign(area=pd.Categorical.from_codes(places[areas.codes], pd.Index(names, dtype=object)))


def publishable(means: DomainMeans) -> pd.DataFrame:
    """The figures of some domains, withheld where there are too few answers."""
    rule = PublicationRule(least_base=settings().fewest_answers, least_n_eff=settings().fewest_effective)
    table = publish(means, rule)
    return table[[*means.by, *FIGURES]]


def _against_rest(shown: DomainMeans, parts: DomainMeans, whole: DomainMeans) -> pd.DataFrame:
    """Figures of parts with their differences from the rest; none where the part or the rest has too few answers.

    With a difference, a figure gives away that of its rest, which may be a single group that is withheld.
    """
    figures = publishable(shown)
    compared = against_rest(shown, whole)
    everyone = whole.table.iloc[0]
    weight, n_eff = (parts.table[name].to_numpy(dtype=float) for name in ("weight", "n_eff"))
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = (everyone["weight"] - weight) ** 2 / (everyone["weight"] ** 2 / everyone["n_eff"] - weight**2 / n_eff)
    few = (compared["other_base"] < settings().fewest_answers) | ~(rest >= settings().fewest_effective)
    names = {"estimate": "difference", "low": "difference_low", "high": "difference_high"}
    names |= {name: name for name in ("p_value", "score_p_value")}
    hidden = few.to_numpy() | figures["estimate"].isna().to_numpy()
    differences = {new: with_nulls(compared[old].to_numpy(), hidden) for old, new in names.items()}
    return figures.assign(**differences)

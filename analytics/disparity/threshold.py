"""The threshold test: whether groups are searched from the same chance of a find on, or one from a lower one."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logsumexp

from analytics.disparity.discriminant import log_shares, risk_at_the_cut
from analytics.disparity.estimate import TAIL, count_array
from analytics.disparity.threshold_posterior import Point, Posterior, draws

Floats = NDArray[np.float64]

PRIOR_SCALES = (1.0, 3.0)
"""Scales of the priors at which a gap is given: it is told only where all of them say the same."""

LEAST_GROUPS = 3
LEAST_AREAS = 5
LEAST_SEARCHES = 5
"""Searches that every group needs in every area."""

MOST_ERROR = 0.03
"""By how much, beyond chance, rates that the model predicts may miss the recorded ones."""

MOST_SCATTER = 1.0
"""By what factor finds may vary around the best prediction, over what chance leaves. Where the model holds it is .4 to
.9, since there is a threshold for every cell."""

_UNSETTLED = "The fit of the threshold test did not settle: these searches are not what it takes searches to be."

DRAWS = 1_000
_SEED = 20_171_193


@dataclass(frozen=True, slots=True)
class ThresholdGap:
    """How far a group's mean threshold lies from the comparator's at one prior scale.

    Attributes
    ----------
    group : hashable
        Its name.
    scale : float
        Of the priors of the level.
    gap, low, high : float
        The group's threshold less the comparator's, as a difference of probabilities, and its 95 % interval; below 0
        the group is searched on a smaller chance of a find, if the model holds.
    agree : bool
        Whether all prior scales say the same of this group.
    refusal : str
        Why nothing is said of this group; empty where something may be.
    """

    group: Hashable
    scale: float
    gap: float
    low: float
    high: float
    agree: bool
    refusal: str

    @property
    def verdict(self) -> Literal["lower", "higher", "not clear"]:
        """On which side of 0 the interval lies."""
        return _verdict(self.low, self.high)


@dataclass(frozen=True, slots=True)
class ThresholdFit:
    """How the model was fitted at one prior scale, and how well it predicts what was recorded.

    Attributes
    ----------
    scale : float
        Of the priors of the level.
    settled : bool
        Whether every search for a mode came to its end.
    observed : bool
        Whether the curvature at every mode was the observed one; otherwise the expected one stood in.
    spread : float
        Standard deviation of thresholds between areas, in signals; its posterior mean.
    find_error, find_chance : float
        Root mean square, over cells by their searches, of the find rate recorded less that predicted; and what chance
        alone would leave of it.
    search_error, search_chance : float
        The same of a group's share of an area's searches.
    group_find_error, group_search_error : float
        The largest miss of a whole group's find rate, and of its share of all searches.
    scatter : float
        Mean square of the finds of cells around what the highest point of the posterior predicts, over their variance
        by chance.
    """

    scale: float
    settled: bool
    observed: bool
    spread: float
    find_error: float
    find_chance: float
    search_error: float
    search_chance: float
    group_find_error: float
    group_search_error: float
    scatter: float

    @property
    def error(self) -> float:
        """The largest miss beyond chance, of finds or searches, of cells or whole groups."""
        beyond = (
            math.sqrt(max(0.0, error**2 - chance**2))
            for error, chance in ((self.find_error, self.find_chance), (self.search_error, self.search_chance))
        )
        return max(*beyond, self.group_find_error, self.group_search_error)


@dataclass(frozen=True, slots=True)
class ThresholdGaps:
    """Gaps between the thresholds of groups and a comparator's, or why there are none.

    Attributes
    ----------
    comparator : hashable
        The group that all others are set against.
    areas, searches : int
        Areas used, and all searches in them.
    gaps : tuple of ThresholdGap
        One a group and prior scale, groups in the order in which they were first given; none where all are refused.
    fits : tuple of ThresholdFit
        One a prior scale; none where the data were refused before anything was fitted.
    refusal : str
        Why there are no gaps; empty where there are.
    """

    comparator: Hashable
    areas: int
    searches: int
    gaps: tuple[ThresholdGap, ...]
    fits: tuple[ThresholdFit, ...]
    refusal: str


class _Table(NamedTuple):
    """One row an area, one column a group, the comparator's first."""

    groups: tuple[Hashable, ...]
    searches: Floats
    found: Floats
    people: Floats


def threshold_gaps(
    searches: ArrayLike,
    found: ArrayLike,
    population: ArrayLike | None,
    group: Sequence[Hashable],
    area: Sequence[Hashable],
    comparator: Hashable,
    prior_scales: Sequence[float] = PRIOR_SCALES,
) -> ThresholdGaps:
    r"""Gaps between the chance of a find from which groups are searched, by the threshold test's population form.

    Of the residents of group :math:`r` in area :math:`d`, the share :math:`\varphi_{rd}` carries something. Their
    signal is :math:`N(\delta_{rd}, 1)`, that of others :math:`N(0, 1)`, and whoever is seen above :math:`t_{rd}` is
    searched (`analytics.disparity.discriminant`). The threshold is the chance of a find right there,
    :math:`\tau_{rd} = \mathrm{expit}(\mathrm{logit}\,\varphi + \delta t - \delta^2/2)`. Of the searches in an area only
    their split by group and find is used, so the residents of an area need only be right relative to each other. The
    gap is :math:`\sum_d w_d(\tau_{rd} - \tau_{cd})`, with the area's share of all searches as its weight.

    The posterior (`Posterior`) is approximated by Laplace's method at up to 17 spreads :math:`\sigma` of the thresholds
    between areas, which are weighed by their marginal posterior. Estimate and limits are mean and quantiles of 1,000
    draws, the same for the same data.

    **Levels are not given**: the priors decide on them. A gap is told where all prior scales put it on the same side of
    0, or none does. It rests on risks of groups that are alike: the odds of carrying something, and how far carriers
    stand out, differ by a tenth or so. Where they differ more, that is taken for a gap between thresholds, and nothing
    in the data need show it (docs/methods.md).

    Parameters
    ----------
    searches, found : array_like of shape (cells,)
        Searches of a group in an area, and those with a find.
    population : array_like of shape (cells,) or None
        Residents of the group in the area; NaN or 0 where they are not known.
    group, area : sequence of shape (cells,)
        Names; one cell for every group and area.
    comparator : hashable
        The group that the others are set against.
    prior_scales : sequence of float
        Prior standard deviations of what sets the level: the mean log odds, log distance and cuts.

    Returns
    -------
    ThresholdGaps
        Refused (`refusal`, no gaps) with fewer than 3 groups, fewer than 5 areas or not more than
        :math:`2R/(R - 2)` of them, a cell without residents or with fewer than 5 searches, a group without a find or
        with nothing else, a fit that did not settle, predictions that miss rates by 3 points beyond chance, and finds
        that vary more around them than by chance. A single group is refused (`ThresholdGap.refusal`) where prior scales
        disagree.

    Raises
    ------
    ValueError
        If the lengths differ, a count is none, there are more finds than searches, a group and area are given twice,
        the comparator is none of the groups or a prior scale is not above 0.

    References
    ----------
    Simoiu C., Corbett-Davies S. and Goel S. (2017). The problem of infra-marginality in outcome tests for
    discrimination. Annals of Applied Statistics 11, 1193-1216. Pierson E., Corbett-Davies S. and Goel S. (2018). Fast
    threshold tests for detecting discrimination. Proceedings of Machine Learning Research 84 (AISTATS), 96-105.
    """
    scales = _scales(prior_scales)
    table = _table(searches, found, population, group, area, comparator)
    size = (len(table.searches), int(np.nansum(table.searches)))
    refusal = _unfit(table)
    if refusal:
        return ThresholdGaps(comparator, *size, (), (), refusal)
    try:
        fitted = [_fitted(table, scale) for scale in scales]
    except np.linalg.LinAlgError:
        return ThresholdGaps(comparator, *size, (), (), _UNSETTLED)
    fits = tuple(fit for fit, _ in fitted)
    refusal = next((reason for reason in map(_unsound, fits) if reason), "")
    gaps = () if refusal else _gaps(table.groups, scales, [drawn for _, drawn in fitted])
    return ThresholdGaps(comparator, *size, gaps, fits, refusal)


def least_areas(groups: int) -> int:
    r"""Areas that so many groups need: 5, and more than :math:`2R/(R - 2)`, or more is estimated than is seen."""
    return max(LEAST_AREAS, 2 * groups // (groups - 2) + 1)


def _scales(given: Sequence[float]) -> tuple[float, ...]:
    scales = tuple(float(scale) for scale in given)
    if not scales or not all(math.isfinite(scale) and scale > 0 for scale in scales):
        raise ValueError(f"The prior scales are {scales}: give at least one, each more than 0.")
    return scales


def _table(
    searches: ArrayLike,
    found: ArrayLike,
    population: ArrayLike | None,
    group: Sequence[Hashable],
    area: Sequence[Hashable],
    comparator: Hashable,
) -> _Table:
    """Cells as a table of areas and groups; NaN where there is none, residents NaN where they are not known."""
    s, h = count_array("searches", searches), count_array("found", found)
    people = np.full(s.size, np.nan) if population is None else np.asarray(population, dtype=float)
    if not s.shape == h.shape == people.shape == (len(group),) == (len(area),):
        sizes = f"{s.size}, {h.size}, {people.size}, {len(group)} and {len(area)}"
        raise ValueError(f"searches, found, population, group and area have {sizes} values: give one of each per cell.")
    if (h > s).any():
        place = int(np.flatnonzero(h > s)[0])
        raise ValueError(f"found[{place}] is {h[place]:.0f}, more than the {s[place]:.0f} searches of the cell.")
    names, areas = list(dict.fromkeys(group)), list(dict.fromkeys(area))
    if comparator not in names:
        raise ValueError(f"The comparator {comparator} is none of the {len(names)} groups.")
    names.sort(key=lambda name: name != comparator)
    rows, columns = ({one: place for place, one in enumerate(many)} for many in (areas, names))
    row, column = [rows[one] for one in area], [columns[one] for one in group]
    if len(set(zip(row, column, strict=True))) < s.size:
        raise ValueError("A group is given twice in an area: add its counts up, one cell for every group and area.")
    tables = [np.full((len(areas), len(names)), np.nan) for _ in range(3)]
    for table, values in zip(tables, (s, h, np.where(people > 0, people, np.nan)), strict=True):
        table[row, column] = values
    return _Table(tuple(names), *tables)


def _unfit(table: _Table) -> str:
    """Why the data can't bear the test; empty where they can."""
    areas, groups = table.searches.shape
    if groups < LEAST_GROUPS:
        return (
            f"The threshold test needs {LEAST_GROUPS} groups and has {groups}: with fewer, the searches and finds of "
            "all areas say less than there is to estimate."
        )
    needed = least_areas(groups)
    if areas < needed:
        return f"The threshold test needs {needed} areas for {groups} groups and has {areas}: use smaller areas."
    cells = table.searches.size
    absent = int(np.isnan(table.searches).sum())
    if absent:
        return (
            f"{absent} of {cells} cells of a group in an area are missing: give every group in every area, or leave "
            "these areas out."
        )
    unknown = int(np.isnan(table.people).sum())
    if unknown:
        return (
            f"The residents of {unknown} of {cells} cells of a group in an area are not known. Searches without "
            "residents are no search rates, and the threshold test needs these: leave these areas out, or load a "
            "census that has them."
        )
    few = int((table.searches < LEAST_SEARCHES).sum())
    if few:
        return (
            f"{few} of {cells} cells of a group in an area have fewer than {LEAST_SEARCHES} searches, too few for the "
            "threshold test: pool groups or areas, leave these areas out, or take a longer period."
        )
    return _one_sided(table)


def _one_sided(table: _Table) -> str:
    finds, searches = table.found.sum(axis=0), table.searches.sum(axis=0)
    for name, found, searched in zip(table.groups, finds, searches, strict=True):
        if found == 0:
            return f"No search of {name} found anything, so the threshold test has no find rate to compare."
        if found == searched:
            return f"Every search of {name} found something, so the threshold test can't tell where searching begins."
    return ""


def _unsound(fit: ThresholdFit) -> str:
    """Why a fit can't be used; empty where it can."""
    if not fit.settled:
        return _UNSETTLED
    if fit.error >= MOST_ERROR:
        return (
            f"The threshold test does not describe these searches: at the prior scale {fit.scale:g} what it predicts "
            f"misses the recorded rates by {100 * fit.error:.1f} points, and {100 * MOST_ERROR:g} is the limit."
        )
    if fit.scatter > MOST_SCATTER:
        return (
            "Finds differ more from area to area and group to group than the threshold test can explain: around what "
            f"it predicts they vary {fit.scatter:.2f} times as much as by chance, so that a gap would say nothing."
        )
    return ""


def _fitted(table: _Table, scale: float) -> tuple[ThresholdFit, Floats]:
    """The fit at one prior scale, and draws of the gaps of all groups but the comparator."""
    posterior = Posterior(table.found, table.searches - table.found, table.people, scale)
    modes = posterior.modes()
    drawn = draws(modes, DRAWS, np.random.default_rng(_SEED))
    weight = posterior.searches / posterior.searches.sum()
    thresholds = np.einsum("ndr,d->nr", risk_at_the_cut(drawn.signals), weight)
    log = np.array([one.log_marginal for one in modes])
    spread = np.exp(log - logsumexp(log)) @ np.array([one.spread for one in modes])
    fit = ThresholdFit(
        scale,
        all(one.settled for one in modes),
        all(one.curvature.observed for one in modes),
        float(spread),
        *_misses(table, drawn),
        _scatter(table, max(modes, key=lambda one: one.log_marginal).point),
    )
    return fit, thresholds[:, 1:] - thresholds[:, :1]


def _misses(table: _Table, drawn: Point) -> tuple[float, float, float, float, float, float]:
    """Of find rates and shares of searches: error and chance of cells; then the largest errors of whole groups."""
    # A mean of every fourth draw is as good: it is off by a sixteenth of the draws' own spread.
    shares = log_shares(Point(drawn.groups[::4], drawn.areas[::4]).signals)
    find = expit(shares.found - shares.unfound).mean(axis=0)
    weight = np.log(table.people) + np.logaddexp(shares.found, shares.unfound)
    part = np.exp(weight - logsumexp(weight, axis=2, keepdims=True)).mean(axis=0)
    whole = table.searches.sum(axis=1, keepdims=True)
    finds = _miss(table.found, table.searches, find)
    parts = _miss(table.searches, np.broadcast_to(whole, table.searches.shape), part)
    by_group = table.searches.sum(axis=0)
    group_find = np.abs((table.found - table.searches * find).sum(axis=0)) / by_group
    group_search = np.abs((table.searches - whole * part).sum(axis=0)) / whole.sum()
    return *finds, *parts, float(group_find.max()), float(group_search.max())


def _scatter(table: _Table, best: Point) -> float:
    shares = log_shares(best.signals)
    find = expit(shares.found - shares.unfound)
    variance = table.searches * find * (1 - find)
    return float(((table.found - table.searches * find) ** 2 / variance).mean())


def _miss(counted: Floats, base: Floats, predicted: Floats) -> tuple[float, float]:
    """Root mean square error of predicted shares, cells weighed by their base, and that by chance alone."""
    weight = base / base.sum()
    error = (weight * (counted / base - predicted) ** 2).sum()
    chance = (weight * predicted * (1 - predicted) / base).sum()
    return math.sqrt(error), math.sqrt(chance)


def _gaps(groups: tuple[Hashable, ...], scales: tuple[float, ...], drawn: list[Floats]) -> tuple[ThresholdGap, ...]:
    means = np.array([one.mean(axis=0) for one in drawn])
    lows, highs = np.quantile(np.array(drawn), [TAIL, 1 - TAIL], axis=1)
    gaps = []
    for place, name in enumerate(groups[1:]):
        refusal = _disagreement(name, scales, lows[:, place], highs[:, place])
        for row, scale in enumerate(scales):
            gap, low, high = (float(values[row, place]) for values in (means, lows, highs))
            gaps.append(ThresholdGap(name, scale, gap, low, high, not refusal, refusal))
    return tuple(gaps)


def _disagreement(group: Hashable, scales: tuple[float, ...], low: Floats, high: Floats) -> str:
    """Why prior scales say different things of a group; empty where they say the same."""
    verdicts = [_verdict(*ends) for ends in zip(low, high, strict=True)]
    if len(set(verdicts)) == 1:
        return ""
    said = ", ".join(f"{verdict} at {scale:g}" for verdict, scale in zip(verdicts, scales, strict=True))
    return (
        f"What the threshold test says of {group} hangs on how wide its priors are ({said}), so it says nothing of "
        "this group."
    )


def _verdict(low: float, high: float) -> Literal["lower", "higher", "not clear"]:
    if high < 0:
        return "lower"
    return "higher" if low > 0 else "not clear"

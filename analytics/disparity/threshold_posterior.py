"""The posterior of the threshold test's population form: its mode by Newton's steps, and draws by Laplace."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from analytics.disparity.discriminant import Shares, Signals, log_shares, slopes

Floats = NDArray[np.float64]

GROUP_SPREAD = 0.1
"""Prior standard deviation of a group's log odds and log distance around those of all groups: how far the risks of
groups may differ. Whatever differs more goes into the thresholds."""

AREA_SPREAD = 0.1
"""Of what an area adds to both."""

SETTLED = 1e-6
"""Newton's decrement under which the mode has been reached."""

_STEPS, _HALVINGS = 200, 40
_LONGEST = 2.0
"""No parameter moves further in one step."""

_START, _STRIDE = 0.1, 0.5
"""Spread of cuts from which on the best is sought, and the strides of its log."""

_LEAST_SPREAD, _MOST_SPREAD = 0.005, 4.0
"""Spreads are taken no further out: under the first, thresholds of areas are the same for every purpose."""

_LEAST_BEND = 0.5
"""Of the marginal posterior over the log of the spread: so that no two spreads are taken far apart."""

_APART = 1.0
"""Distance of the spreads at which the posterior is taken, on their log, in standard deviations."""

_DROP, _SIDE = 4.0, 8
"""The log of the marginal posterior is followed so far down to each side, and so many spreads."""


class Point(NamedTuple):
    """Values of the parameters; axes in front are draws.

    Attributes
    ----------
    groups : ndarray of shape (..., 3, groups)
        Log odds, log distance and mean cut of each group.
    areas : ndarray of shape (..., areas, 2 + groups)
        What the area adds to the log odds and to the log distance; then the cut of each group there.
    """

    groups: Floats
    areas: Floats

    @property
    def signals(self) -> Signals:
        """Of every cell: arrays of shape (..., areas, groups)."""
        odds, distance = (self.groups[..., place, :][..., None, :] for place in (0, 1))
        return Signals(odds + self.areas[..., :1], distance + self.areas[..., 1:2], self.areas[..., 2:])

    def moved(self, step: Point, part: float) -> Point:
        """The point a part of a step away."""
        return Point(self.groups + part * step.groups, self.areas + part * step.areas)


class Curvature(NamedTuple):
    """The negative Hessian in the shape of an arrow, areas eliminated.

    Attributes
    ----------
    area_root : ndarray of shape (areas, 2 + groups, 2 + groups)
        Cholesky factor of each area's own block.
    lead : ndarray of shape (areas, 2 + groups, 3 * groups)
        The own block's inverse times the block between area and groups.
    group_root : ndarray of shape (3 * groups, 3 * groups)
        Cholesky factor of what is left for the groups.
    observed : bool
        Whether it is the observed curvature; otherwise it is the expected one.
    """

    area_root: Floats
    lead: Floats
    group_root: Floats
    observed: bool

    @property
    def half_log_determinant(self) -> float:
        """Of the whole."""
        own = np.log(np.diagonal(self.area_root, axis1=1, axis2=2)).sum()
        return float(own + np.log(np.diag(self.group_root)).sum())


class Mode(NamedTuple):
    """The highest point for one spread of cuts.

    Attributes
    ----------
    spread : float
        Standard deviation of the cuts of areas around their group's.
    point : Point
    curvature : Curvature
    log_marginal : float
        Log of the posterior of the spread's log, by Laplace, up to a constant.
    settled : bool
        Whether Newton's steps have come to an end.
    """

    spread: float
    point: Point
    curvature: Curvature
    log_marginal: float
    settled: bool


@dataclass(frozen=True, eq=False)
class Posterior:
    r"""Joint posterior of the parameters and of :math:`\log\sigma`.

    Of the searches of an area, group and whether something was found are multinomial,
    :math:`P \propto N_{rd} A_{rd}` with a find and :math:`N_{rd} B_{rd}` without: how many searches an area has says
    nothing. With the prior scale :math:`k`,

    .. math:: u_{rd} = \mu_\varphi + \varphi_r + \varphi_d,\ v_{rd} = \mu_\delta + \delta_r + \delta_d,\
        t_{rd} \sim N(t_r, \sigma^2),\ \mu, t_r \sim N(0, k^2),\ \varphi_., \delta_. \sim N(0, .1^2)

    and :math:`\sigma` is half-:math:`N(0, 1)`. The means :math:`\mu` are integrated out. No area is pinned, so that
    their order does not matter.

    Attributes
    ----------
    found, unfound, people : ndarray of shape (areas, groups)
        Searches with a find and without one, and residents.
    scale : float
        Prior standard deviation of the means, which set the level.

    References
    ----------
    Simoiu C., Corbett-Davies S. and Goel S. (2017). The problem of infra-marginality in outcome tests for
    discrimination. Annals of Applied Statistics 11, 1193-1216. Pierson E., Corbett-Davies S. and Goel S. (2018). Fast
    threshold tests for detecting discrimination. Proceedings of Machine Learning Research 84 (AISTATS), 96-105.
    """

    found: Floats
    unfound: Floats
    people: Floats
    scale: float

    @cached_property
    def searches(self) -> Floats:
        """Of each area, by all groups together."""
        return np.asarray((self.found + self.unfound).sum(axis=1))

    @cached_property
    def _log_people(self) -> Floats:
        return np.log(self.people)

    @cached_property
    def _group_precision(self) -> Floats:
        """Of the parameters of groups, the means integrated out: shape (3, groups, groups)."""
        groups = self.people.shape[1]
        level, own = self.scale**2, GROUP_SPREAD**2
        risk = np.linalg.inv(level + own * np.eye(groups))
        return np.stack([risk, risk, np.eye(groups) / level])

    def height(self, spread: float, point: Point) -> float:
        """Log of the posterior density, up to a constant."""
        shares = log_shares(point.signals)
        total = _log_total(np.concatenate(self._weights(shares), axis=1))[:, 0]
        likelihood = (self.found * shares.found + self.unfound * shares.unfound).sum() - self.searches @ total
        own = point.areas[:, 2:] - point.groups[2]
        penalty = (point.groups * np.matvec(self._group_precision, point.groups)).sum()
        penalty += (point.areas[:, :2] ** 2).sum() / AREA_SPREAD**2 + (own**2).sum() / spread**2
        width = np.log(spread) * (1 - own.size) - spread**2 / 2
        return float(likelihood - penalty / 2 + width)

    def slope(self, spread: float, point: Point) -> Point:
        """Gradient of `height` by every parameter but the spread."""
        return self._terms(spread, point)[0]

    def mode(self, spread: float, start: Point | None = None) -> Mode:
        """The highest point for one spread of cuts, by Newton's steps, halved until they gain.

        The curvature is the observed one, or the expected one where that is not positive definite.
        """
        areas, groups = self.people.shape
        point = start or _start(areas, groups)
        height, settled = self.height(spread, point), False
        for _ in range(_STEPS):
            slope, curvature = self._system(spread, point)
            step = _solved(curvature, slope)
            decrement = float((slope.groups * step.groups).sum() + (slope.areas * step.areas).sum())
            settled = decrement < SETTLED
            higher = None if settled else self._higher(spread, point, step, height)
            if higher is None:
                break
            point, height = higher
        return Mode(spread, point, curvature, height - curvature.half_log_determinant, settled)

    def modes(self) -> list[Mode]:
        """Modes over the spread of cuts, evenly apart on its log, wherever the marginal posterior has some weight."""
        low, best, high = self._bracket()
        bend = (2 * best.log_marginal - low.log_marginal - high.log_marginal) / _STRIDE**2
        aside = (high.log_marginal - low.log_marginal) / (2 * _STRIDE * max(bend, _LEAST_BEND))
        middle = self._aside(best, float(np.clip(aside, -_STRIDE, _STRIDE)))
        apart = _APART / np.sqrt(max(bend, _LEAST_BEND))
        return [middle, *self._side(middle, -apart), *self._side(middle, apart)]

    def _weights(self, shares: Shares) -> tuple[Floats, Floats]:
        return self._log_people + shares.found, self._log_people + shares.unfound

    def _higher(self, spread: float, point: Point, step: Point, least: float) -> tuple[Point, float] | None:
        """The point that a step leads to, halved until it gains; none where no part of it does."""
        longest = max(np.abs(step.groups).max(), np.abs(step.areas).max())
        for halving in range(_HALVINGS):
            tried = point.moved(step, min(1.0, _LONGEST / longest) * 0.5**halving)
            height = self.height(spread, tried)
            if height > least:
                return tried, height
        return None

    def _bracket(self) -> tuple[Mode, Mode, Mode]:
        """Three spreads, a stride apart on their log, of which the middle one has the highest marginal posterior."""
        start = self.mode(_START)
        low, high = self._aside(start, -_STRIDE), self._aside(start, _STRIDE)
        while max(_weight(low), _weight(high)) > _weight(start):
            if _weight(low) > _weight(high):
                low, start, high = self._aside(low, -_STRIDE), low, start
            else:
                low, start, high = start, high, self._aside(high, _STRIDE)
            if not _LEAST_SPREAD < start.spread < _MOST_SPREAD:
                break
        return low, start, high

    def _aside(self, beside: Mode, step: float) -> Mode:
        """The mode at a spread whose log is a step away; it starts from there, its cuts drawn apart by as much."""
        part = float(np.exp(step))
        areas = beside.point.areas.copy()
        areas[:, 2:] = beside.point.groups[2] + part * (areas[:, 2:] - beside.point.groups[2])
        return self.mode(part * beside.spread, Point(beside.point.groups, areas))

    def _side(self, best: Mode, step: float) -> list[Mode]:
        side = [best]
        while len(side) <= _SIDE and _near(side[-1], best):
            side.append(self._aside(side[-1], step))
        return side[1:]

    def _terms(self, spread: float, point: Point) -> tuple[Point, Floats, Floats]:
        """Gradient; and the likelihood's curvature by the signals of an area's cells: expected, and observed less that.

        The last two have the shape (areas, 3 * groups, 3 * groups): log odds of all groups, log distances, cuts.
        """
        areas, groups = self.people.shape
        signals = point.signals
        by = slopes(signals)
        weights = np.concatenate(self._weights(log_shares(signals)), axis=1)
        share = np.exp(weights - _log_total(weights)) * self.searches[:, None]
        found, unfound = share[:, :groups], share[:, groups:]
        more, less = (self.found - found)[..., None], (self.unfound - unfound)[..., None]
        cells = (more * by.found + less * by.unfound).transpose(0, 2, 1).reshape(areas, 3 * groups)
        mean = found[..., None] * by.found + unfound[..., None] * by.unfound
        flat = mean.transpose(0, 2, 1).reshape(areas, 3 * groups)
        own = (found[..., None] * by.found)[..., None] * by.found[..., None, :]
        own += (unfound[..., None] * by.unfound)[..., None] * by.unfound[..., None, :]
        expected = _by_cell(own) - flat[:, :, None] * flat[:, None, :] / self.searches[:, None, None]
        bend = _by_cell(-(more[..., None] * by.found_bend + less[..., None] * by.unfound_bend))
        return self._with_prior(spread, point, cells), expected, bend

    def _with_prior(self, spread: float, point: Point, cells: Floats) -> Point:
        groups = self.people.shape[1]
        own = (point.areas[:, 2:] - point.groups[2]) / spread**2
        by_group = -np.matvec(self._group_precision, point.groups)
        by_group[:2] += cells.sum(axis=0)[: 2 * groups].reshape(2, groups)
        by_group[2] += own.sum(axis=0)
        by_area = np.empty_like(point.areas)
        by_area[:, :2] = cells[:, : 2 * groups].reshape(-1, 2, groups).sum(axis=2)
        by_area[:, :2] -= point.areas[:, :2] / AREA_SPREAD**2
        by_area[:, 2:] = cells[:, 2 * groups :] - own
        return Point(by_group, by_area)

    def _system(self, spread: float, point: Point) -> tuple[Point, Curvature]:
        slope, expected, bend = self._terms(spread, point)
        try:
            return slope, self._arrow(spread, expected + bend, observed=True)
        except np.linalg.LinAlgError:
            return slope, self._arrow(spread, expected, observed=False)

    def _arrow(self, spread: float, cells: Floats, *, observed: bool) -> Curvature:
        """Cholesky factors of the curvature, prior and all; an error where it is not positive definite."""
        areas, groups = self.people.shape
        risk = 2 * groups
        spreads = np.full(2 + groups, spread**-2)
        spreads[:2] = AREA_SPREAD**-2
        member = _members(groups)
        aside = cells @ member
        own = member.T @ aside + np.diag(spreads)
        between = aside
        between[:, risk:] = 0
        between[:, risk:, 2:] = -np.eye(groups) / spread**2
        whole = np.zeros((3 * groups, 3 * groups))
        whole[:risk, :risk] = cells[:, :risk, :risk].sum(axis=0)
        whole[risk:, risk:] = areas / spread**2 * np.eye(groups)
        for place, precision in enumerate(self._group_precision):
            part = slice(place * groups, (place + 1) * groups)
            whole[part, part] += precision
        area_root = np.linalg.cholesky(own)
        lead = np.linalg.solve(own, between.transpose(0, 2, 1))
        left = whole - np.tensordot(between, lead, axes=([0, 2], [0, 1]))
        return Curvature(area_root, lead, np.linalg.cholesky((left + left.T) / 2), observed)


def draws(modes: list[Mode], number: int, random: np.random.Generator) -> Point:
    """Draws from the normal distributions at the modes, from each as many as its marginal posterior says.

    Returns
    -------
    Point
        With one more axis in front.
    """
    log = np.array([one.log_marginal for one in modes])
    ends = np.rint(np.cumsum(np.exp(log - logsumexp(log))) * number).astype(int)
    drawn = [_drawn(one, count, random) for one, count in zip(modes, np.diff(ends, prepend=0), strict=True) if count]
    return Point(np.concatenate([one.groups for one in drawn]), np.concatenate([one.areas for one in drawn]))


def _drawn(mode: Mode, number: int, random: np.random.Generator) -> Point:
    areas, own = mode.point.areas.shape
    curvature = mode.curvature
    whole = np.linalg.solve(curvature.group_root.T, random.standard_normal((mode.point.groups.size, number))).T
    alone = np.linalg.solve(curvature.area_root.transpose(0, 2, 1), random.standard_normal((areas, own, number)))
    by_area = alone - curvature.lead @ whole.T
    return Point(mode.point.groups + whole.reshape(number, 3, -1), mode.point.areas + by_area.transpose(2, 0, 1))


def _start(areas: int, groups: int) -> Point:
    """One in eight carries something, seen 1.3 above the others, and searching begins at 1."""
    middle, own = np.zeros((3, groups)), np.ones((areas, 2 + groups))
    middle[0], middle[1], middle[2], own[:, :2] = -2, 0.3, 1, 0
    return Point(middle, own)


def _near(mode: Mode, best: Mode) -> bool:
    """Whether something may lie beyond this spread."""
    return best.log_marginal - mode.log_marginal < _DROP and _LEAST_SPREAD < mode.spread < _MOST_SPREAD


def _weight(mode: Mode) -> float:
    return mode.log_marginal


def _log_total(logs: Floats) -> Floats:
    """Log of the sum of each row, as a column; `logsumexp` takes ten times as long for so few."""
    highest = logs.max(axis=1, keepdims=True)
    return np.asarray(highest + np.log(np.exp(logs - highest).sum(axis=1, keepdims=True)))


def _solved(curvature: Curvature, slope: Point) -> Point:
    """The step that Newton's method takes."""
    root, flat = curvature.area_root, slope.groups.ravel()
    alone = np.linalg.solve(root.transpose(0, 2, 1), np.linalg.solve(root, slope.areas[..., None]))
    left = flat - np.einsum("dap,da->p", curvature.lead, slope.areas)
    whole = np.linalg.solve(curvature.group_root.T, np.linalg.solve(curvature.group_root, left))
    by_group = np.asarray(whole, dtype=float).reshape(slope.groups.shape)
    return Point(by_group, alone[..., 0] - curvature.lead @ whole)


def _by_cell(blocks: Floats) -> Floats:
    """Blocks of cells, (areas, groups, 3, 3), on the diagonal of those of areas, (areas, 3 * groups, 3 * groups)."""
    areas, groups = blocks.shape[:2]
    spread = np.zeros((areas, 3, groups, 3, groups))
    cell = np.arange(groups)
    spread[:, :, cell, :, cell] = blocks.transpose(1, 0, 2, 3)
    return spread.reshape(areas, 3 * groups, 3 * groups)


def _members(groups: int) -> Floats:
    """Which of an area's parameters the signals of its cells hold: shape (3 * groups, 2 + groups)."""
    member = np.zeros((3 * groups, 2 + groups))
    member[:groups, 0] = member[groups : 2 * groups, 1] = 1
    member[2 * groups :, 2:] = np.eye(groups)
    return member

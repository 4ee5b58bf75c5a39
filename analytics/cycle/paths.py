"""A chain of scores, such as fairness, trust, legitimacy and cooperation: what goes along it, and what goes past it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from analytics.cycle.adjusted import DEMOGRAPHICS, Adjusted, Design, present, respondents
from analytics.survey.intervals import t_interval
from analytics.survey.sample import Floats, check_columns

if TYPE_CHECKING:
    import pandas as pd

_STEP = 1e-30
"""Of the derivative along the imaginary axis, which loses no digits however small the step."""


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Paths along a chain of scores.

    Attributes
    ----------
    table : DataFrame
        One row a path from one score to a later one: ``from``, ``to``, ``kind`` (direct, indirect or total),
        ``through`` (names between, joined by an arrow; empty where it is direct or all of them), ``coefficient``
        (standard deviations of the later score for one of the earlier), ``se``, ``low``, ``high`` (95 %), ``p_value``.
        Direct paths of every pair; from the first score to the last also every indirect path, all indirect ones
        together (``through`` being ``all``), and the total, which is the direct one and all indirect ones.
    df : int
        Degrees of freedom.
    base : int
        Respondents who have all scores.
    adjusted_for : tuple of str
    """

    table: pd.DataFrame
    df: int
    base: int
    adjusted_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Path:
    """What one row of the table is made of: products of direct paths, added up."""

    origin: int
    target: int
    kind: str
    through: str
    routes: tuple[tuple[int, ...], ...]


def paths(
    people: pd.DataFrame,
    chain: Sequence[str],
    design: Design = Design(),  # noqa: B008  (a tuple, which nobody changes)
    *,
    adjust: Sequence[str] = DEMOGRAPHICS,
    area: str | None = "area",
    wave: str | None = "wave",
) -> Paths:
    r"""Direct and indirect paths along a chain, each score explained by all those before it.

    With areas, waves and demographics taken out of the scores :math:`v` and the weighted moments
    :math:`M = \sum w \tilde v \tilde v'/\sum w` of what is left, score :math:`j` has the coefficients
    :math:`b_j = M_{<j,<j}^{-1} M_{<j,j}`, standardised by :math:`\sigma_i/\sigma_j`, the standard deviations among all
    respondents. A path is the product of the coefficients along it, and the total from :math:`i` to :math:`j` the sum
    over all paths, which in a linear model is the coefficient of :math:`i` where only what lies before it is held
    equal.
    All are functions of moments; with the gradient :math:`g` in them the linearised variable is

    .. math:: u_k = g'\Big[\frac{\operatorname{vech}(\tilde v_k \tilde v_k') - \operatorname{vech} M}{\sum w},
        \frac{(v_k - \bar v)^2 - \sigma^2}{\sum w}\Big]

    and the variance that of the PSU totals of :math:`w u` (delta method). The order of the chain is assumed, not found:
    the same moments fit every order equally well. Nothing here says what would follow if a score changed.

    Parameters
    ----------
    people : DataFrame
        One row a respondent of the whole sample, scores in columns.
    chain : sequence of str
        Columns of the scores in order, two or more.
    design : Design
    adjust, area, wave
        As for `links`.

    Raises
    ------
    ValueError
        As `links`; if the chain has fewer than two scores or one twice, or a score follows from those before it.

    References
    ----------
    Alwin D. F. and Hauser R. M. (1975). The decomposition of effects in path analysis. American Sociological Review 40,
    37-47. Sobel M. E. (1982). Sociological Methodology 13, 290-312. Deville J.-C. (1999). Survey Methodology 25,
    193-203. Squire W. and Trapp G. (1998). Using complex variables to estimate derivatives of real functions. SIAM
    Review 40, 110-112.
    """
    import pandas as pd

    names = list(chain)
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"A chain needs two different scores or more; it is {', '.join(names) or 'empty'}.")
    check_columns(people, [*names, *(name for name in (area, wave) if name is not None)], "survey")
    known = people[names].notna().all(axis=1).to_numpy()
    answered = respondents(people, known, " and ".join(names), design)
    held = present(people, adjust)
    controls = (*held, *present(people, [] if wave is None else [wave]))
    adjusted = Adjusted.of(people, answered.row, answered.weight, controls, area)
    df = answered.df - adjusted.terms
    if df < 1:
        raise ValueError(
            f"{answered.psus:,} sampling points in {answered.strata:,} strata are too few for paths with "
            f"{adjusted.terms:,} areas and groups held equal: hold fewer equal, or pool waves."
        )
    values = people[names].to_numpy(dtype=float)[answered.row]
    left, apart = adjusted.residual(values), adjusted.centred(values)
    one, other = np.triu_indices(len(names))
    of_each = np.column_stack([left[:, one] * left[:, other], apart**2])
    share = answered.weight / answered.weight.sum()
    moments = share @ of_each
    _check_apart(names, moments)
    wanted = list(_paths(names))
    figures = _figures(wanted, len(names))
    estimate = figures(moments)
    gradient = np.array([figures(moments + step).imag for step in 1j * _STEP * np.eye(len(moments))]).T / _STEP
    linearised = (of_each - moments) @ gradient.T / answered.weight.sum()
    se = np.sqrt(np.diag(answered.covariance(linearised)))
    low, high = t_interval(estimate, se, df)
    table = pd.DataFrame(
        {
            "from": [names[path.origin] for path in wanted],
            "to": [names[path.target] for path in wanted],
            "kind": [path.kind for path in wanted],
            "through": [path.through for path in wanted],
            "coefficient": estimate,
            "se": se,
            "low": low,
            "high": high,
            "p_value": 2 * stdtr(df, -np.abs(estimate) / se),
        }
    )
    return Paths(table, df, len(answered.row), held)


def _paths(names: Sequence[str]) -> Iterator[_Path]:
    last = len(names) - 1
    for origin, target in combinations(range(len(names)), 2):
        yield _Path(origin, target, "direct", "", ((origin, target),))
    if last < 2:
        return
    between = [chosen for size in range(1, last) for chosen in combinations(range(1, last), size)]
    routes = tuple((0, *chosen, last) for chosen in between)
    for chosen, route in zip(between, routes, strict=True):
        yield _Path(0, last, "indirect", " → ".join(names[place] for place in chosen), (route,))
    yield _Path(0, last, "indirect", "all", routes)
    yield _Path(0, last, "total", "", ((0, last), *routes))


def _figures(wanted: Sequence[_Path], number: int) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """All paths as a function of the moments, real or complex."""
    one, other = np.triu_indices(number)

    def figures(moments: NDArray[Any]) -> NDArray[Any]:
        left = np.zeros((number, number), dtype=moments.dtype)
        left[one, other] = left[other, one] = moments[: len(one)]
        sd = np.sqrt(moments[len(one) :])
        step = np.zeros_like(left)
        for target in range(1, number):
            before = slice(0, target)
            step[before, target] = np.linalg.solve(left[before, before], left[before, target]) * sd[before] / sd[target]
        return np.array([sum(np.prod([step[a, b] for a, b in _steps(route)]) for route in p.routes) for p in wanted])

    return figures


def _steps(route: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    return pairwise(route)


def _check_apart(names: Sequence[str], moments: Floats) -> None:
    number = len(names)
    left = np.zeros((number, number))
    left[np.triu_indices(number)] = moments[:-number]
    length = np.sqrt(np.maximum(np.diag(left), np.finfo(float).tiny))
    left = (left + np.triu(left, 1).T) / length / length[:, None]
    for place, name in enumerate(names):
        if length[place] ** 2 <= 1e-9 * moments[-number + place] or moments[-number + place] <= 0:
            raise ValueError(f"{name} is the same for everybody, or follows from what is held equal: leave it out.")
        if np.linalg.matrix_rank(left[: place + 1, : place + 1], tol=1e-9, hermitian=True) <= place:
            raise ValueError(f"{name} follows from the scores before it: leave one of them out.")

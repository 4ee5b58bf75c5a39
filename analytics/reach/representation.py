"""Shares of groups among participants against their shares among residents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

from analytics.survey.intervals import effective_sample, t_quantile, wilson_t

LEAST_EVENTS = 10
"""Events with participants of known group under which there are counts and no shares."""


@dataclass(frozen=True, slots=True, eq=False)
class Representation:
    """Representation of each group, in the order given; NaN where there are too few events to tell.

    Attributes
    ----------
    groups : tuple of str
    participants : ndarray of shape (groups,)
        Participations of each group.
    share, share_low, share_high : ndarray of shape (groups,)
        Share among participations of known group, and its 95 % interval.
    population_share : ndarray of shape (groups,)
        Share among residents.
    index, low, high : ndarray of shape (groups,)
        The one share over the other, and its 95 % interval: 1 where a group takes part as often as it lives there.
    p_value : ndarray of shape (groups,)
        Of an index of 1, two-sided, by Student's t; not below what the interval says.
    if_unknown_others, if_unknown_group : ndarray of shape (groups,)
        The index if all participants of unknown group were of the other groups, or all of this one.
    events : int
        Events with participants of known group.
    unknown : int
        Participations of unknown group.
    """

    groups: tuple[str, ...]
    participants: NDArray[np.int64]
    share: NDArray[np.float64]
    share_low: NDArray[np.float64]
    share_high: NDArray[np.float64]
    population_share: NDArray[np.float64]
    index: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    p_value: NDArray[np.float64]
    if_unknown_others: NDArray[np.float64]
    if_unknown_group: NDArray[np.float64]
    events: int
    unknown: int

    @property
    def told(self) -> bool:
        """Whether there are enough events for shares and intervals."""
        return self.events >= LEAST_EVENTS


def representation(
    counts: ArrayLike, groups: Sequence[str], population: Mapping[str, float], unknown: int = 0
) -> Representation:
    r"""Representation index of groups among the participants of events.

    People come in clumps, so events are the clusters:

    .. math:: p_g = \frac{\sum_e a_{eg}}{\sum_e a_e},\quad
        V_g = \frac{m}{m-1}\,\frac{\sum_e (a_{eg} - p_g a_e)^2}{(\sum_e a_e)^2}

    over the :math:`m` events with participants of known group. The interval of :math:`p_g` is Wilson's with the
    effective number :math:`n^* = p(1-p)/V`, at most the participants counted, and Student's t with :math:`m - 1`
    degrees of freedom; that of the index :math:`p_g/P_g` is the same over :math:`P_g`, the share among residents being
    taken as known.

    Parameters
    ----------
    counts : array_like of shape (events, groups)
        Participants of each group at each event.
    groups : sequence of str
        Names of the groups.
    population : mapping of str to float
        Residents of each group.
    unknown : int
        Participants whose group is not known.

    Raises
    ------
    ValueError
        If the sizes do not fit, a count is negative or no number, or a group has no residents.

    References
    ----------
    Cochran W. G. (1977). Sampling Techniques, 3rd ed., section 3.12 (a proportion from clusters of unequal size).
    """
    table = np.atleast_2d(np.asarray(counts, dtype=float))
    _check(table, groups, population, unknown)
    of_event = table.sum(axis=1)
    table, of_event = table[of_event > 0], of_event[of_event > 0]
    events, people = len(table), of_event.sum()
    of_group = table.sum(axis=0)
    residents = np.array([population[group] for group in groups], dtype=float)
    among_residents = residents / residents.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        share = of_group / people
        variance = events / (events - 1) * ((table - of_event[:, None] * share) ** 2).sum(axis=0) / people**2
        # At 0 and 1 the events hold no variance: as many effective people as the most clustered other group has.
        fallback = np.nanmin(np.append(np.where(variance > 0, share * (1 - share) / variance, np.nan), people))
        low, high = wilson_t(share, effective_sample(share, variance, people, fallback), events - 1)
        nearer = np.where(share > among_residents, share - low, high - share)
        se = np.maximum(np.sqrt(variance), nearer / t_quantile(events - 1))
        p_value = 2 * stdtr(max(events - 1, 1), -np.abs(share - among_residents) / se)
        everyone = people + unknown
        spread = (of_group / everyone / among_residents, (of_group + unknown) / everyone / among_residents)
    shown = np.where(events >= LEAST_EVENTS, 1.0, np.nan)
    return Representation(
        groups=tuple(groups),
        participants=of_group.astype(np.int64),
        share=share * shown,
        share_low=low * shown,
        share_high=high * shown,
        population_share=among_residents,
        index=share / among_residents * shown,
        low=low / among_residents * shown,
        high=high / among_residents * shown,
        p_value=p_value * shown,
        if_unknown_others=spread[0] * shown,
        if_unknown_group=spread[1] * shown,
        events=events,
        unknown=unknown,
    )


def _check(table: NDArray[np.float64], groups: Sequence[str], population: Mapping[str, float], unknown: int) -> None:
    if table.shape[1] != len(groups):
        raise ValueError(f"There are counts of {table.shape[1]} groups and {len(groups)} names: give one name each.")
    if not (np.isfinite(table) & (table >= 0)).all() or unknown < 0:
        raise ValueError("A number of participants is missing or negative: correct it or leave the event out.")
    lacking = [group for group in groups if not population.get(group, 0) > 0]
    if lacking:
        raise ValueError(f"There are no residents of {', '.join(lacking)}: leave the group out, or load its residents.")

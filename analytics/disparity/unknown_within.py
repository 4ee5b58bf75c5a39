"""Events of unknown ethnicity given to groups as the known ones are, within strata such as what was looked for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.disparity.estimate import count_array

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Events of unknown ethnicity given to groups.

    Attributes
    ----------
    given : ndarray of shape (groups,)
        Events that each group is given; they need not be whole, and add up to the unknown ones.
    by_whole : int
        Of them, those of strata without a known event, given by the mix of all the known ones.
    """

    given: Floats
    by_whole: int


def spread_unknown(known: ArrayLike, unknown: ArrayLike) -> Spread:
    r"""Give events of unknown ethnicity to groups in the proportions of the known events of the same stratum.

    Group `g` is given :math:`\sum_s u_s k_{sg}/k_s`, with :math:`k_s` the known events of the stratum. Where there are
    none, the mix of all strata stands in. With one stratum every group's events are multiplied by one factor,
    :math:`1 + u/k`, so that a ratio of two groups stays as it is and a rate or a difference grows by it; the same holds
    of several strata where :math:`u_s/k_s` is the same in all, or where both groups lie in the strata alike. A ratio
    moves by :math:`(1 + \sum_s w_s k_{sa}/k_a)/(1 + \sum_s w_s k_{sb}/k_b)` with :math:`w_s = u_s/k_s`, and never
    beyond what it is if all the unknown are of the one or of the other group (see `unknown_range`).

    It takes ethnicity to be missing at random within a stratum, which no file can show.

    Parameters
    ----------
    known : array_like of shape (strata, groups)
        Events of known ethnicity.
    unknown : array_like of shape (strata,)
        Events without a usable ethnicity.

    Raises
    ------
    ValueError
        If the shapes differ, a value is not a count, or there are unknown events and no known one.

    References
    ----------
    Little R. J. A. and Rubin D. B. (2019). Statistical Analysis with Missing Data, 3rd ed., section 3.2 (adjustment
    cells).
    """
    table = np.asarray(known, dtype=float)
    if table.ndim != 2:
        raise ValueError(f"known has {table.ndim} dimensions, but one row a stratum and one column a group is needed.")
    count_array("known", table.ravel())
    missing = count_array("unknown", unknown)
    if len(missing) != len(table):
        raise ValueError(f"There are {len(table)} strata of known and {len(missing)} of unknown events: give one each.")
    of_stratum, of_group = table.sum(axis=1), table.sum(axis=0)
    if missing.any() and not of_group.any():
        raise ValueError("No event has a known ethnicity, so those of unknown ethnicity can't be given to groups.")
    empty = of_stratum == 0
    by_whole = float(missing[empty].sum())
    given = (missing / np.where(empty, 1.0, of_stratum)) @ table
    if by_whole:
        given = given + by_whole * of_group / of_group.sum()
    return Spread(given, int(by_whole))

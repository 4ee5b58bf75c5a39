"""Why find rates alone can't show a lower bar: searches of people whose risk lies above one."""

from __future__ import annotations

from typing import NamedTuple

from scipy.special import betaincc


class SearchesAbove(NamedTuple):
    """What is seen where everybody above a bar is searched: how many are, and of how many of them something comes."""

    search_rate: float
    find_rate: float


def searches_above(bar: float, mean: float, concentration: float) -> SearchesAbove:
    r"""Search rate and find rate where everybody whose chance of carrying something is above a bar is searched.

    The chances of a group are :math:`X \sim Beta(\lambda p, \lambda(1 - p))`. Then

    .. math:: P(X > t) = 1 - I_t(\lambda p, \lambda(1 - p)),\qquad
        E(X \mid X > t) = p\,\frac{1 - I_t(\lambda p + 1, \lambda(1 - p))}{1 - I_t(\lambda p, \lambda(1 - p))}

    The find rate is the mean above the bar, and not the bar: of two groups the one with the lower bar may have the
    higher find rate, and the same two pairs of rates may come from either bar being the lower.

    Parameters
    ----------
    bar : float
        Chance above which everybody is searched, between 0 and 1.
    mean : float
        Mean chance in the group, between 0 and 1.
    concentration : float
        How alike the chances of the group are: their variance is :math:`p(1 - p)/(\lambda + 1)`.

    Raises
    ------
    ValueError
        If `bar` or `mean` is not between 0 and 1, or `concentration` is not above 0.

    References
    ----------
    Simoiu C., Corbett-Davies S. and Goel S. (2017). The problem of infra-marginality in outcome tests for
    discrimination. Annals of Applied Statistics 11, 1193-1216.
    """
    for name, value in (("bar", bar), ("mean", mean)):
        if not 0 < value < 1:
            raise ValueError(f"{name} is {value}, but a chance lies between 0 and 1.")
    if not concentration > 0:
        raise ValueError(f"concentration is {concentration}, but it is a number above 0.")
    carrying, not_carrying = concentration * mean, concentration * (1 - mean)
    searched = float(betaincc(carrying, not_carrying, bar))
    if searched == 0:
        raise ValueError(f"Next to nobody of this group has a chance above {bar}: take a lower bar.")
    return SearchesAbove(searched, mean * float(betaincc(carrying + 1, not_carrying, bar)) / searched)

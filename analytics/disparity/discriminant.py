"""Discriminant distributions: what is seen of those who carry something and of others, and who is searched."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, log_ndtr

Floats = NDArray[np.float64]

_HALF_LOG_TAU = float(np.log(2 * np.pi)) / 2


class Signals(NamedTuple):
    r"""Cells: log odds of carrying something, log of what sets carriers apart, and the signal searched from.

    Attributes
    ----------
    odds : ndarray
        Log odds of the share that carries something, :math:`u = \mathrm{logit}\\,\varphi`.
    distance : ndarray
        Log of how far the signals of carriers lie above the others', :math:`v = \log\delta`.
    cut : ndarray
        Signal from which on people are searched, :math:`t`.
    """

    odds: Floats
    distance: Floats
    cut: Floats


class Shares(NamedTuple):
    """Logs of the shares of people who are searched: with a find, and without one."""

    found: Floats
    unfound: Floats


class Slopes(NamedTuple):
    """First and second derivatives of `Shares` by odds, distance and cut, which are the last axes.

    Attributes
    ----------
    found, unfound : ndarray of shape (..., 3)
    found_bend, unfound_bend : ndarray of shape (..., 3, 3)
    """

    found: Floats
    unfound: Floats
    found_bend: Floats
    unfound_bend: Floats


def log_shares(signals: Signals) -> Shares:
    r"""Shares of people who are searched and found with something, or searched and not.

    The signal is :math:`N(\delta, 1)` of the share :math:`\varphi` that carries something and :math:`N(0, 1)` of the
    rest, and whoever lies above the cut is searched:
    :math:`A = \varphi\,Q(t - \delta)` and :math:`B = (1 - \varphi)\,Q(t)`, :math:`Q` being the upper tail.

    References
    ----------
    Pierson E., Corbett-Davies S. and Goel S. (2018). Fast threshold tests for detecting discrimination. Proceedings of
    Machine Learning Research 84 (AISTATS), 96-105.
    """
    odds, distance, cut = signals
    return Shares(log_expit(odds) + log_ndtr(np.exp(distance) - cut), log_expit(-odds) + log_ndtr(-cut))


def slopes(signals: Signals) -> Slopes:
    r"""Derivatives of `log_shares`.

    With the hazard :math:`m(x) = n(x)/Q(x)`, whose derivative is :math:`c = m(m - x)`: of :math:`\log A` by
    :math:`(u, v, t)` they are :math:`(1 - \varphi,\ \delta m_1,\ -m_1)` at :math:`x_1 = t - \delta`, and of
    :math:`\log B` :math:`(-\varphi,\ 0,\ -m_0)` at :math:`x_0 = t`.
    """
    odds, distance, cut = signals
    share, apart = expit(odds), np.exp(distance)
    near, far = _hazard(cut - apart), _hazard(cut)
    near_bend, far_bend = near * (near - cut + apart), far * (far - cut)
    found, unfound = np.zeros((*odds.shape, 3)), np.zeros((*odds.shape, 3))
    found[..., 0], found[..., 1], found[..., 2] = 1 - share, apart * near, -near
    unfound[..., 0], unfound[..., 2] = -share, -far
    found_bend, unfound_bend = np.zeros((*odds.shape, 3, 3)), np.zeros((*odds.shape, 3, 3))
    found_bend[..., 0, 0] = unfound_bend[..., 0, 0] = -share * (1 - share)
    found_bend[..., 1, 1] = apart * (near - apart * near_bend)
    found_bend[..., 1, 2] = found_bend[..., 2, 1] = apart * near_bend
    found_bend[..., 2, 2], unfound_bend[..., 2, 2] = -near_bend, -far_bend
    return Slopes(found, unfound, found_bend, unfound_bend)


def risk_at_the_cut(signals: Signals) -> Floats:
    r"""Chance that a person right at the cut carries something: the threshold, as a probability.

    :math:`\varphi\,n(t; \delta)/[\varphi\,n(t; \delta) + (1 - \varphi)\,n(t; 0)]`, the logit of which is
    :math:`u + \delta t - \delta^2/2`.
    """
    odds, distance, cut = signals
    apart = np.exp(distance)
    return np.asarray(expit(odds + apart * (cut - apart / 2)))


def cut_at_the_risk(odds: Floats, distance: Floats, log_odds_of_risk: Floats) -> Floats:
    """Signal at which the chance of carrying something has the log odds given: the inverse of `risk_at_the_cut`."""
    apart = np.exp(distance)
    return np.asarray((log_odds_of_risk - odds) / apart + apart / 2)


def _hazard(x: Floats) -> Floats:
    return np.asarray(np.exp(-(x**2) / 2 - _HALF_LOG_TAU - log_ndtr(-x)))

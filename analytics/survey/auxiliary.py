"""What calibrated weights know of the population, taken out of the variance of what is estimated with them.

An estimate with calibrated weights varies only by what the margins do not say of it: with the design-based totals
:math:`t` of its linearised variable and :math:`x` of the dummies of the margins, its variance is that of
:math:`t - x'B`, B being the weighted regression of the variable on the dummies. The totals of a domain are never filled
up to all PSUs: the three terms of the square are enough.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.survey.calibration import Calibration
from analytics.survey.sample import Floats, Integers, Sample, grouped


@dataclass(frozen=True, slots=True, eq=False)
class Auxiliary:
    """The dummies of the margins of calibrated weights, in one sample.

    Attributes
    ----------
    calibration : Calibration
    totals : ndarray of shape (psus, dummies)
        Weighted totals of the dummies in each PSU.
    spread : ndarray of shape (psus, dummies)
        The same less the mean of their stratum, times the factor of the stratum.
    covariance : ndarray of shape (dummies, dummies)
        Design-based covariances of the totals.
    """

    calibration: Calibration
    totals: Floats
    spread: Floats
    covariance: Floats

    @classmethod
    def of(cls, calibration: Calibration, sample: Sample, unit: Integers) -> Auxiliary:
        """The dummies of a calibration whose rows are in the given PSUs."""
        totals = np.hstack(
            [
                grouped(
                    unit * len(margin.target) + margin.codes, calibration.weights, sample.psus * len(margin.target)
                ).reshape(sample.psus, -1)
                for margin in calibration.margins
            ]
        )
        spread = centred(sample, totals) * sample.factor[sample.stratum][:, None]
        return cls(calibration, totals, spread, totals.T @ spread)

    def coefficients(self, row: Integers, group: Integers, value: Floats, groups: int) -> Floats:
        """Regressions on the dummies of variables that are 0 outside some rows.

        Parameters
        ----------
        row, group : ndarray of shape (entries,)
            Row of the calibration, and which of the variables.
        value : ndarray of shape (entries,)
        groups : int
            Number of variables.

        Returns
        -------
        ndarray of shape (groups, dummies)
        """
        weighted = self.calibration.before[row] * value
        products = [
            grouped(group * len(margin.target) + margin.codes[row], weighted, groups * len(margin.target)).reshape(
                groups, -1
            )
            for margin in self.calibration.margins
        ]
        return np.asarray(np.hstack(products) @ self.calibration.inverse)

    def adjustment(self, beta: Floats, domain: Integers, psu: Integers, linearised: Floats) -> Adjustment:
        """What the margins take from the covariances of variables with these coefficients and PSU totals."""
        shared = [grouped(domain, linearised * column[psu], len(beta)) for column in self.spread.T]
        return Adjustment(self, beta, np.column_stack(shared))

    def residual_totals(self, row: Integers, value: Floats, totals: Floats) -> Floats:
        """PSU totals of some variables less what the margins say of them.

        Parameters
        ----------
        row : ndarray of shape (entries,)
            Rows of the calibration.
        value : ndarray of shape (entries, variables)
        totals : ndarray of shape (psus, variables)
            Weighted totals of `value`.
        """
        nothing = np.zeros(len(row), dtype=np.int64)
        beta = np.vstack([self.coefficients(row, nothing, column, 1) for column in value.T])
        return np.asarray(totals - self.totals @ beta.T)


@dataclass(frozen=True, slots=True, eq=False)
class Adjustment:
    """What the margins take from the covariances of estimates of domains.

    Attributes
    ----------
    auxiliary : Auxiliary
    beta : ndarray of shape (domains, dummies)
        Coefficients of the linearised variable of each domain.
    shared : ndarray of shape (domains, dummies)
        Design-based covariances of its totals with those of the dummies.
    """

    auxiliary: Auxiliary
    beta: Floats
    shared: Floats

    def only(self, rows: Integers) -> Adjustment:
        """The same of some domains."""
        return replace(self, beta=self.beta[rows], shared=self.shared[rows])

    def covariance(self, a: Integers, other: Adjustment, b: Integers) -> Floats:
        """What is to be added to the covariances of domains `a` with domains `b` of another result."""
        beta_a, beta_b = self.beta[a], other.beta[b]
        both = ((beta_a @ self.auxiliary.covariance) * beta_b).sum(axis=1)
        return np.asarray(both - (beta_a * other.shared[b]).sum(axis=1) - (beta_b * self.shared[a]).sum(axis=1))


def centred(sample: Sample, totals: Floats) -> Floats:
    """PSU totals (PSUs by variables) less the mean of their stratum.

    Where one PSU alone was sampled nothing is taken off, the mean of a linearised variable being 0 (R's "adjust").
    """
    starts = np.flatnonzero(np.diff(sample.stratum, prepend=-1))
    means: NDArray[np.float64] = np.add.reduceat(totals, starts, axis=0) / sample.size[:, None]
    means[sample.lonely] = 0.0
    return np.asarray(totals - means[sample.stratum])

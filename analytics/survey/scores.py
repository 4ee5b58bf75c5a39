"""Design-based covariances of a few estimates at once, from one variable a respondent and estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analytics.survey.auxiliary import Auxiliary, centred
from analytics.survey.calibration import Calibration, weights_of
from analytics.survey.sample import Columns, Floats, Integers, Sample, grouped

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """The respondents that an estimate is made from, in the sample that they are part of.

    Attributes
    ----------
    sample : Sample
    row, unit : ndarray of shape (respondents,)
        Position in the frame, and position of the PSU.
    weight : ndarray of shape (respondents,)
    psus, strata : int
        Those that hold one of the respondents.
    auxiliary : Auxiliary, optional
        Of calibrated weights.
    """

    sample: Sample
    row: Integers
    unit: Integers
    weight: Floats
    psus: int
    strata: int
    auxiliary: Auxiliary | None

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        known: NDArray[np.bool_],
        what: str,
        weight: str | Calibration | None,
        stratum: Columns | None,
        psu: Columns | None,
        fpc: str | None,
    ) -> Answered:
        """Those rows of a sample in which all is known and that weigh anything.

        Raises
        ------
        ValueError
            As `domain_means`; and if nobody is left. `what` names what they should have answered.
        """
        weights = weights_of(frame, weight)
        sample, unit = Sample.of(frame, stratum, psu, fpc, "survey")
        row = np.flatnonzero(known & (weights > 0))
        if not row.size:
            raise ValueError(f"Nobody who weighs anything has answered {what}: there is nothing to estimate from.")
        present = np.unique(unit[row])
        strata = len(np.unique(sample.stratum[present]))
        auxiliary = Auxiliary.of(weight, sample, unit) if isinstance(weight, Calibration) else None
        return cls(sample, row, unit[row], weights[row], len(present), strata, auxiliary)

    @property
    def df(self) -> int:
        """Degrees of freedom of the design."""
        return self.psus - self.strata

    def covariance(self, values: Floats) -> Floats:
        r"""Design-based covariances of the weighted totals of some variables.

        .. math:: \sum_h (1 - f_h)\frac{m_h}{m_h - 1} \sum_c (t_{hc} - \bar t_h)(t_{hc} - \bar t_h)'

        over every sampled PSU, also those in which none of the respondents is.

        Parameters
        ----------
        values : ndarray of shape (respondents, variables)

        Returns
        -------
        ndarray of shape (variables, variables)
        """
        weighted = self.weight[:, None] * values
        totals = np.column_stack([grouped(self.unit, column, self.sample.psus) for column in weighted.T])
        if self.auxiliary is not None:
            totals = self.auxiliary.residual_totals(self.row, values, totals)
        apart = centred(self.sample, totals)
        return np.asarray((apart * self.sample.factor[self.sample.stratum][:, None]).T @ apart)


def counted(number: int, one: str, several: str) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else several}"

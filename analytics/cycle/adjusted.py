"""Respondents with what their scores are adjusted for, and the design-based covariance of whatever is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from analytics.survey.sample import Columns, Floats, Integers, check_columns
from analytics.survey.scores import Answered

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

DEMOGRAPHICS = ("age_band", "sex", "ethnicity", "disability", "tenure")
"""What associations are adjusted for where a survey knows it. What people went through with the police is not among
them: it may stand between two stages."""


class Design(NamedTuple):
    """Columns of the sample.

    Attributes
    ----------
    weight : str, optional
        Weights; all 1 without it.
    stratum, psu : str or sequence of str, optional
        Stratum, waves being strata of their own where nobody is asked twice, and sampling unit; without units every
        respondent is one.
    fpc : str, optional
        Finite population correction, as for `domain_means`.
    """

    weight: str | None = "weight"
    stratum: Columns | None = ("wave", "stratum")
    psu: Columns | None = "psu"
    fpc: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """Some respondents, their weights, and what their values are taken apart from.

    Attributes
    ----------
    row : ndarray of shape (respondents,)
        Position in the frame.
    weight : ndarray of shape (respondents,)
    controls : ndarray of shape (respondents, controls)
        One column a category but the first of each control.
    area : ndarray of shape (respondents,)
        Position of the area, each of which has a level of its own.
    terms : int
        Levels and controls together.
    """

    row: Integers
    weight: Floats
    controls: Floats
    area: Integers
    terms: int

    @classmethod
    def of(
        cls, people: pd.DataFrame, row: Integers, weight: Floats, adjust: Sequence[str], area: str | None
    ) -> Adjusted:
        """The respondents in some rows of a frame; whoever's category is not known is of a category of their own."""
        import pandas as pd

        inside = people.iloc[row]
        columns = []
        for name in adjust:
            codes = pd.factorize(inside[name], sort=True, use_na_sentinel=True)[0] + 1
            made = (codes[:, None] == np.unique(codes)[1:]).astype(float)
            columns.append(made)
        controls = np.column_stack([np.empty((len(row), 0)), *columns])
        places = np.zeros(len(row), dtype=np.int64)
        if area is not None:
            places = np.unique(pd.factorize(inside[area])[0], return_inverse=True)[1].astype(np.int64)
        made = cls(row, weight, controls, places, 0)
        rank = np.linalg.matrix_rank(made._within(controls)) if controls.shape[1] else 0
        return cls(row, weight, controls, places, int(places.max() + 1 + rank))

    def residual(self, values: Floats) -> Floats:
        """What is left of some variables, shape (respondents, variables), once areas and controls are taken out."""
        apart = self._within(values)
        if not self.controls.shape[1]:
            return apart
        root = np.sqrt(self.weight)[:, None]
        controls = self._within(self.controls)
        fitted, *_ = np.linalg.lstsq(root * controls, root * apart, rcond=None)
        return np.asarray(apart - controls @ fitted)

    def centred(self, values: Floats) -> Floats:
        """Variables less their mean."""
        return np.asarray(values - self.weight @ values / self.weight.sum())

    def _within(self, values: Floats) -> Floats:
        total = np.bincount(self.area, self.weight)
        means = [np.bincount(self.area, self.weight * column) / total for column in values.T]
        return np.asarray(values - np.array(means).reshape(values.shape[1], len(total)).T[self.area])


def present(people: pd.DataFrame, names: Sequence[str]) -> tuple[str, ...]:
    """Those columns that a frame has and that tell its respondents apart."""
    return tuple(name for name in names if name in people.columns and people[name].nunique(dropna=False) > 1)


def respondents(people: pd.DataFrame, known: NDArray[np.bool_], what: str, design: Design) -> Answered:
    """Those in some rows of a sample that weigh anything, refused as `domain_means` refuses a sample."""
    check_columns(people, [] if design.weight is None else [design.weight], "survey")
    return Answered.of(people, known, what, *design)

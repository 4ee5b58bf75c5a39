"""The columns of a regression: numbers as they are, answers as one column for each category but the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.survey.sample import Floats

if TYPE_CHECKING:
    import pandas as pd

CONSTANT = "constant"


@dataclass(frozen=True, slots=True)
class Term:
    """One column of a regression.

    Attributes
    ----------
    name : str
        The predictor, or ``constant``.
    category, against : object
        Of an answer: the category that the column is of, and the one that it is compared with; None for numbers.
    """

    name: str
    category: object = None
    against: object = None

    def __str__(self) -> str:
        return self.name if self.category is None else f"{self.name} ({self.category})"


def columns(
    frame: pd.DataFrame, predictors: Sequence[str], references: Mapping[str, object]
) -> tuple[tuple[Term, ...], Floats]:
    """The terms of some predictors, and their values: rows by terms, the first being the constant.

    Numbers and booleans are one column as they are; of anything else each category but its reference is one, the
    reference being the one that is given, else the first: of a pandas categorical in its own order, otherwise sorted.

    Raises
    ------
    ValueError
        If a predictor has one category only, a reference is not among its categories, a number is infinite, or a column
        follows from those before it.
    """
    import pandas as pd

    terms = [Term(CONSTANT)]
    values: list[Floats] = [np.ones(len(frame))]
    for name in predictors:
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            terms.append(Term(name))
            values.append(column.to_numpy(dtype=float))
            continue
        categories = _categories(column)
        reference = references.get(name, categories[0])
        if reference not in categories:
            raise ValueError(
                f"{name} can't be compared with {reference}, which nobody answered, only with one of "
                f"{', '.join(map(str, categories))}."
            )
        if len(categories) < 2:
            raise ValueError(f"Everybody has the same {name}, {reference}: leave it out.")
        for category in categories:
            if category != reference:
                terms.append(Term(name, category, reference))
                values.append(np.asarray(column == category, dtype=float))
    x = np.column_stack(values)
    if not np.isfinite(x).all():
        raise ValueError("A predictor is infinite: correct it or leave it out.")
    _check_apart(terms, x)
    return tuple(terms), x


def _categories(column: pd.Series) -> list[object]:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.remove_unused_categories().cat.categories)
    return sorted(column.unique(), key=str)


def _check_apart(terms: Sequence[Term], x: Floats) -> None:
    length = np.sqrt((x**2).sum(axis=0))
    # On the diagonal: the length of what is left of each column once those before it are taken out.
    left = np.abs(np.diag(np.linalg.qr(x / np.where(length > 0, length, 1.0), mode="r")))
    follows = np.flatnonzero(left < 1e-7)
    if follows.size:
        raise ValueError(f"{terms[follows[0]]} follows from the predictors before it: leave one of them out.")

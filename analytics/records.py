"""The rows of small tables, and columns that hold nulls, made without what makes pandas slow on them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def records_of(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """The rows of a frame, one dictionary each, with Python's own numbers: several times faster than ``to_dict``."""
    names = list(frame.columns)
    columns = [frame[name].tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def with_nulls(values: np.ndarray, hidden: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """Numbers as nullable ones, null where they are NaN and in the hidden rows.

    Parameters
    ----------
    values : ndarray, shape (rows,)
        Floats or integers.
    hidden : ndarray of bool, shape (rows,)
    """
    import pandas as pd

    if values.dtype.kind == "f":
        return pd.arrays.FloatingArray(values.copy(), np.isnan(values) | hidden)
    return pd.arrays.IntegerArray(values.astype(np.int64), hidden.copy())


def nullable(values: Iterable[Any]) -> pd.api.extensions.ExtensionArray:
    """Numbers of which some are missing, None, NaN or null, as nullable ones: many times faster than ``astype``."""
    import pandas as pd

    held = np.array([np.nan if value is None or value is pd.NA else float(value) for value in values], dtype=float)
    return with_nulls(held, np.zeros(len(held), dtype=bool))

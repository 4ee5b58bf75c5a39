"""The sample of a survey: every sampled unit (PSU) by stratum, whoever is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Columns = str | Sequence[str]
"""The name of a column, or the names of several that make one key together."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def grouped(codes: Integers, values: NDArray[Any], groups: int) -> Floats:
    """Sum of the values of each group."""
    return np.asarray(np.bincount(codes, weights=values, minlength=groups), dtype=np.float64)


def column_names(columns: Columns | None) -> tuple[str, ...]:
    """Names of columns as a tuple; empty for none."""
    return () if columns is None else (columns,) if isinstance(columns, str) else tuple(columns)


def check_columns(frame: pd.DataFrame, names: Sequence[str], what: str) -> None:
    """Refuse a frame that lacks a column.

    Raises
    ------
    ValueError
        The sentence names the columns that are missing.
    """
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise ValueError(
            f"There is no column {', '.join(missing)} in the {what}, only {', '.join(map(str, frame.columns))}."
        )


def numbers(frame: pd.DataFrame, name: str) -> Floats:
    """A column of numbers or booleans; NaN where it is missing.

    Raises
    ------
    ValueError
        If a value is not a number; the sentence names the first.
    """
    import pandas as pd

    read = pd.to_numeric(frame[name], errors="coerce")
    lost = np.flatnonzero((read.isna() & frame[name].notna()).to_numpy())
    if lost.size:
        raise ValueError(
            f"{name} is {frame[name].iloc[lost[0]]} in row {lost[0]}, which is no number: give numbers, or leave it "
            "blank."
        )
    return np.asarray(read.to_numpy(dtype=float, na_value=np.nan))


def check_weights(values: Floats) -> None:
    """Refuse weights that are missing, infinite or negative.

    Raises
    ------
    ValueError
        The sentence names the first of them and its row.
    """
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if wrong.size:
        raise ValueError(
            f"{wrong.size:,} weights or counts are missing, infinite or negative, such as {values[wrong[0]]} in row "
            f"{wrong[0]}: correct them or leave the answers out."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """The distinct combinations of the values of some columns, sorted; a combination is known by its position."""

    names: tuple[str, ...]
    values: tuple[pd.Index, ...]
    combined: Integers

    @classmethod
    def of(cls, frame: pd.DataFrame, names: Sequence[str]) -> tuple[Labels, Integers]:
        """The combinations of `frame`, and the position of each row's; -1 where one of its values is missing."""
        import pandas as pd

        values = []
        combined = np.zeros(len(frame), dtype=np.int64)
        missing = np.zeros(len(frame), dtype=bool)
        for name in names:
            codes, distinct = _sorted_codes(frame[name])
            values.append(distinct)
            combined = combined * max(1, len(distinct)) + codes
            missing |= codes < 0
        positions = np.full(len(frame), -1, dtype=np.int64)
        positions[~missing], known = pd.factorize(combined[~missing], sort=True)
        return cls(tuple(names), tuple(values), np.asarray(known, dtype=np.int64)), positions

    def find(self, frame: pd.DataFrame) -> Integers:
        """The position of each row of another frame with the same columns; -1 where it is not among these."""
        import pandas as pd

        combined = np.zeros(len(frame), dtype=np.int64)
        unknown = np.zeros(len(frame), dtype=bool)
        for name, values in zip(self.names, self.values, strict=True):
            codes, distinct = codes_of(frame[name])
            position = np.append(values.get_indexer(distinct), -1)[codes]
            combined = combined * max(1, len(values)) + position
            unknown |= position < 0
        positions = pd.Index(self.combined).get_indexer(pd.Index(combined)).astype(np.int64)
        positions[unknown] = -1
        return positions

    def frame(self) -> pd.DataFrame:
        """One row a combination."""
        import pandas as pd

        rest, columns = self.combined, {}
        for name, values in zip(self.names[::-1], self.values[::-1], strict=True):
            rest, code = np.divmod(rest, max(1, len(values)))
            columns[name] = values.take(code)
        return pd.DataFrame({name: columns[name] for name in self.names}, index=pd.RangeIndex(len(self.combined)))

    def same(self, other: Labels) -> bool:
        """Whether the other combinations are the same, in the same order."""
        return (
            np.array_equal(self.combined, other.combined)
            and len(self.values) == len(other.values)
            and all(one.equals(two) for one, two in zip(self.values, other.values, strict=True))
        )


def codes_of(column: pd.Series) -> tuple[Integers, pd.Index]:
    """The place of each value among the distinct ones, -1 where it is missing; what a category is called counts."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes, dtype=np.int64), column.cat.categories
    codes, distinct = pd.factorize(column)
    return np.asarray(codes, dtype=np.int64), pd.Index(distinct)


def _sorted_codes(column: pd.Series) -> tuple[Integers, pd.Index]:
    """As `codes_of`, the distinct values sorted and only those that occur."""
    import pandas as pd

    if not isinstance(column.dtype, pd.CategoricalDtype):
        codes, distinct = pd.factorize(column, sort=True)
        return np.asarray(codes, dtype=np.int64), pd.Index(distinct)
    codes, categories = codes_of(column)
    used = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(categories)))
    used = used[categories[used].argsort()]
    places = np.full(len(categories) + 1, -1)
    places[used] = np.arange(len(used))
    return places[codes], categories[used]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    r"""Every sampled PSU, those of a stratum side by side.

    Attributes
    ----------
    stratum : ndarray of shape (psus,)
        Position of the stratum of each PSU, rising.
    size : ndarray of shape (strata,)
        Number of sampled PSUs, :math:`m_h`.
    factor : ndarray of shape (strata,)
        :math:`(1 - f_h)\, m_h / (m_h - 1)`, and :math:`1 - f_h` where :math:`m_h = 1`; without a finite population
        correction :math:`f_h = 0`.
    lonely : ndarray of shape (strata,)
        Whether only one PSU was sampled of a stratum that has more.
    corrected : bool
        Whether there is a finite population correction.
    labels : Labels
        What the PSUs are called; the strata where every row is a PSU.
    rows : Index, optional
        What the rows are called where every row is a PSU.
    """

    stratum: Integers
    size: Floats
    factor: Floats
    lonely: NDArray[np.bool_]
    corrected: bool
    labels: Labels
    rows: pd.Index | None

    @classmethod
    def of(
        cls, frame: pd.DataFrame, stratum: Columns | None, psu: Columns | None, fpc: str | None, what: str
    ) -> tuple[Sample, Integers]:
        """The sample that a frame describes, and the position of each row's PSU.

        Parameters
        ----------
        frame : DataFrame
            All rows of the sample.
        stratum, psu, fpc
            As for `domain_means`.
        what : str
            What the frame is, for errors.

        Raises
        ------
        ValueError
            If a column is missing, a row has no stratum or PSU, or the correction is impossible.
        """
        strata, psus = column_names(stratum), column_names(psu)
        check_columns(frame, [*strata, *psus, *column_names(fpc)], what)
        if not len(frame):
            raise ValueError(f"There are no rows in the {what}, and an estimate needs a sample.")
        stratum_labels, stratum_of_row = Labels.of(frame, strata)
        _check_complete(stratum_of_row, what, "stratum")
        strata_found = len(stratum_labels.combined)
        if psus:
            labels, unit_of_row = Labels.of(frame, [*strata, *psus])
            _check_complete(unit_of_row, what, "PSU")
            # Sorted by the columns of the stratum first, so that the PSUs of a stratum stand side by side.
            stratum_of_unit = np.zeros(len(labels.combined), dtype=np.int64)
            stratum_of_unit[unit_of_row] = stratum_of_row
        else:
            labels = stratum_labels
            order = np.argsort(stratum_of_row, kind="stable")
            unit_of_row = np.empty(len(frame), dtype=np.int64)
            unit_of_row[order] = np.arange(len(frame))
            stratum_of_unit = stratum_of_row[order]
        size = np.bincount(stratum_of_unit, minlength=strata_found).astype(float)
        fraction = _fractions(frame[fpc].to_numpy(dtype=float, na_value=np.nan), stratum_of_row, size) if fpc else 0.0
        factor = (1 - fraction) * np.where(size > 1, size / np.maximum(size - 1, 1), 1.0)
        lonely = (size == 1) & (factor > 0)
        rows = None if psus else frame.index
        return cls(stratum_of_unit, size, factor, lonely, fpc is not None, labels, rows), unit_of_row

    @classmethod
    def listed(cls, design: pd.DataFrame, stratum: Columns, psu: Columns, fpc: str | None = None) -> Sample:
        """The sample that a list of its PSUs describes.

        Parameters
        ----------
        design : DataFrame
            Every sampled PSU once, with the columns of `stratum` and `psu`, whoever answered what.
        stratum, psu, fpc
            As for `domain_means_of_cells`.

        Raises
        ------
        ValueError
            As `of`; and if a PSU is listed twice.
        """
        if not column_names(psu):
            raise ValueError("Cells need the PSU: name its column.")
        sample, _ = cls.of(design, stratum, psu, fpc, "design")
        if sample.psus < len(design):
            raise ValueError(f"The design lists {len(design):,} PSUs, but only {sample.psus:,} differ: list each once.")
        return sample

    @property
    def psus(self) -> int:
        """Number of sampled PSUs."""
        return len(self.stratum)

    @property
    def strata(self) -> int:
        """Number of strata."""
        return len(self.size)

    def same(self, other: Sample) -> bool:
        """Whether the other is the same sample, so that its PSUs have the same positions."""
        if self is other:
            return True
        return (
            np.array_equal(self.stratum, other.stratum)
            and np.array_equal(self.factor, other.factor)
            and self.labels.same(other.labels)
            and (other.rows is None if self.rows is None else other.rows is not None and self.rows.equals(other.rows))
        )


def _check_complete(codes: Integers, what: str, key: str) -> None:
    missing = int((codes < 0).sum())
    if missing:
        raise ValueError(f"{missing:,} rows of the {what} have no {key}, and every row of a sample has one.")


def _fractions(values: Floats, stratum: Integers, size: Floats) -> Floats:
    """Sampled fraction of each stratum, from a fraction or a number of PSUs in the population on every row."""
    first = np.zeros(len(size))
    first[stratum] = values
    if not np.array_equal(first[stratum], values):
        raise ValueError(
            "The finite population correction is missing or differs within a stratum: give one value each."
        )
    fraction = np.where(first <= 1, first, size / np.maximum(first, 1))
    if not ((fraction > 0) & (fraction <= 1)).all():
        raise ValueError(
            "The finite population correction must be a fraction above 0 and up to 1, or the number of PSUs in the "
            "stratum, which is at least the number sampled."
        )
    return fraction

"""Drawing: streams of random numbers that do not touch each other, and columns made of codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PARTS = (
    "county", "census", "levels", "survey", "crime", "searches", "events", "feedback", "plans", "reasons", "conduct",
    "ages",
)  # fmt: skip
"""Each has a stream of its own, so that a change to one leaves the others as they are. Add new ones at the end."""


def stream(seed: int, part: str) -> np.random.Generator:
    """The random numbers of one part of the force."""
    import numpy as np

    children = np.random.SeedSequence(seed).spawn(len(_PARTS))
    return np.random.Generator(np.random.PCG64(children[_PARTS.index(part)]))


def pick(random: np.random.Generator, shares: NDArray[np.float64], size: int | None = None) -> NDArray[np.int64]:
    """Draw one code a row.

    Parameters
    ----------
    shares
        Relative frequency of each code: shape (codes,), with ``size``, or (rows, codes).
    size
        Number of rows, where all have the same shares.
    """
    import numpy as np

    edges = np.cumsum(shares, axis=-1)
    if edges.ndim == 1:
        return np.searchsorted(edges, random.random(size) * edges[-1], side="right")
    return (random.random((len(edges), 1)) * edges[:, -1:] >= edges).sum(axis=1)


def words(values: Sequence[str], codes: NDArray[np.int64]) -> Any:  # noqa: ANN401  (pandas has no public type for it)
    """A column of texts from codes; −1 is blank."""
    import pandas as pd

    return pd.array(list(values), dtype="str").take(codes, allow_fill=True)

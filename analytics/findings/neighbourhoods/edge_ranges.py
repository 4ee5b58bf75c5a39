"""Between which numbers the figures of a layer of searches lie, by where the searches near an edge were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from analytics import wording
from analytics.finding import files_of
from analytics.findings.neighbourhoods.layers import Layer, Row
from analytics.findings.searches import NoSearches, Searches
from analytics.findings.stop_and_search.edges import RANGE, UTMOST, Edges, edges_of
from analytics.records import with_nulls
from data.edges import NEAR

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Figures = NDArray[np.float64]


def ranged(
    layer: Layer, searches: Searches, groups: Sequence[str], figure: Callable[[Edges], tuple[Figures, Figures]]
) -> Layer:
    """The layer with the range of each figure that it shows; where none can be told, with the reason.

    Parameters
    ----------
    searches
        The searches of the layer.
    groups
        Broad groups whose searches the figure is of; none where it is of all.
    figure
        Lowest and highest figure of each area of the layer's table.
    """
    try:
        near = edges_of(searches, tuple(layer.table["area"]), groups)
    except NoSearches as why:
        return replace(layer, caveats=(*layer.caveats, str(why)))
    hidden = layer.table["estimate"].isna().to_numpy()
    limits = {name: with_nulls(values, hidden) for name, values in zip(RANGE, figure(near), strict=True)}
    loads = searches.view.current_loads
    boundaries = files_of(loads[loads["load_id"] == near.boundaries.load_id])
    return replace(
        layer,
        table=layer.table.assign(**limits),
        own_columns=(*layer.own_columns, *RANGE),
        beside=lambda row: (*layer.beside(row), *_beside(layer, row)),
        caveats=(*layer.caveats, UTMOST),
        made=replace(layer.made, files=tuple(dict.fromkeys([*layer.made.files, *boundaries]))),
    )


def _beside(layer: Layer, row: Row) -> tuple[str, ...]:
    low, high = (row[name] for name in RANGE)
    if wording.missing(low) or low == high:
        return ()
    return (f"{layer.write_between(low, high)}, by where searches within {NEAR} metres of its edge were",)

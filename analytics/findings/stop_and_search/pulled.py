"""Ratios of search rates as a model of all areas has them: pulled towards the others, the more the fewer searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analytics.findings.stop_and_search.ranges import HUNDRED_FOLD
from analytics.findings.survey.small_areas import LEAST_AREAS, MODEL_ONLY, NoModel
from analytics.records import with_nulls
from analytics.small_area import small_area_ratios
from data.settings import settings

if TYPE_CHECKING:
    import pandas as pd

    from analytics.findings.stop_and_search.areas import PairAreas

METHOD = (
    "Pulled towards the others: log ratios of all areas normal around their middle, an area's own searches by their "
    "binomial likelihood over the variance factor of clumps (small-area model, hierarchical Bayes); medians with 95 % "
    "intervals, and chances."
)
REFERENCE = "Rao and Molina 2015, Small Area Estimation, ch. 10"

_OWN = ("ratio_pulled", "low", "high", "chance_above_1", "chance_above_force", "own_share")
COLUMNS = ("area", "name", "ratio", *_OWN, "flag")
_WIDE = f"range more than {HUNDRED_FOLD}-fold wide"


def pulled(areas: PairAreas, own: pd.DataFrame, force: float, factor: float | None) -> pd.DataFrame:
    """The ratio of each area by a model of all of them, beside the area's own.

    All areas are in the model. One whose own counts are withheld has the figures of an area of which nothing is known,
    since those that its searches move would tell them.

    Parameters
    ----------
    own
        Of each area its ``ratio`` and ``stops`` as they are shown, and the ``flag`` that says why not.
    force
        The ratio within areas of the force, with which areas are compared.
    factor
        Variance factor of clumps; None where it can't be told.

    Raises
    ------
    NoModel
        With the reason, where there is no model of so few areas.
    """
    import pandas as pd

    known, searched = areas.known, areas.stops.sum(axis=1) > 0
    if (known & searched).sum() < LEAST_AREAS:
        raise NoModel(f"fewer than {LEAST_AREAS} {areas.level}s have searches and residents of both groups")
    # The last area has no searches, and so the figures of one of which nothing is known.
    stops = np.vstack([areas.stops, [[0, 0]]])
    residents = np.vstack([np.where(known[:, None], areas.residents, 0), [[1, 1]]])
    try:
        model = small_area_ratios(stops[:, 0], residents[:, 0], stops[:, 1], residents[:, 1], factor or 1.0)
    except ValueError as why:
        raise NoModel(str(why).rstrip(".")) from why
    held = own["stops"].isna().to_numpy() & known
    shown = np.where(held, len(held), np.arange(len(held)))
    figures = [model.estimate, model.low, model.high, model.chance_above(1), model.chance_above(force), model.shrinkage]
    wide = (model.high > HUNDRED_FOLD * model.low)[shown]
    few = f"{MODEL_ONLY}: fewer than {settings().threshold} searches of a group"
    flags = own["flag"].where(~held, few).where(~wide, _WIDE)
    return pd.DataFrame(
        {
            "area": own["area"],
            "name": own["name"],
            "ratio": own["ratio"],
            **{name: with_nulls(values[shown], wide) for name, values in zip(_OWN, figures, strict=True)},
            "flag": flags,
        }
    )[list(COLUMNS)]


def how_to_read(level: str, table: pd.DataFrame) -> str:
    """What the figures are, in one sentence."""
    said = (
        f"Pulled towards the others, a ratio is a model's figure: the fewer searches a {level} has, the nearer it is "
        f"pulled to what {level}s have in common"
    )
    if table["flag"].str.startswith(MODEL_ONLY).any():
        said += f", and of one with fewer than {settings().threshold} searches of a group it is that alone"
    return f"{said}; the order is that of the alphabet."


def without(why: NoModel) -> str:
    """Why no ratio is pulled, in one sentence."""
    return f"No ratio is pulled towards the others: {why}."

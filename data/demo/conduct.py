"""How searches were carried out and looked at: what the force's own file says beside the published columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.demo.county import county
from data.demo.draw import pick, stream, words
from data.demo.truth import TEAMS, Truth
from data.tables import GROUNDS_GRADES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.int64]


def conduct(truth: Truth, area: Codes) -> dict[str, object]:
    """The columns of a force's own file, of searches in some neighbourhoods.

    Parameters
    ----------
    truth
        What is planted.
    area
        Place of each search's neighbourhood in the county.

    Returns
    -------
    dict
        Columns of ``stops`` by name; nothing of them differs between groups.
    """
    import numpy as np

    random, planted = stream(truth.seed, "conduct"), truth.searches
    number = len(area)
    # Two teams a district.
    team = 2 * county(truth.seed).district[area] + (random.random(number) < 0.5)
    on = np.where(team == TEAMS.index(planted.team_without_video), planted.its_body_worn, planted.body_worn)
    grade = pick(random, np.array(planted.grades), number)
    graded = random.random(number) < planted.graded
    return {
        "team": words(TEAMS, team),
        "bwv_on": either(random, on, np.full(number, 0.02)),
        "grounds_grade": words(GROUNDS_GRADES, np.where(graded, grade, -1)),
        "supervisor_reviewed": either(random, np.full(number, planted.reviewed), np.full(number, 0.08)),
        "receipt": either(random, np.full(number, planted.receipt), np.full(number, 0.05)),
        "force_used": either(random, np.full(number, planted.force_used), np.full(number, 0.03)),
    }


def either(random: np.random.Generator, true: NDArray[np.float64], blank: NDArray[np.float64]) -> object:
    """True with one chance, blank with another, else False."""
    import pandas as pd

    chance = random.random(len(true))
    return pd.arrays.BooleanArray(chance < true, (chance >= true) & (chance < true + blank))

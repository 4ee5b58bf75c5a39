"""What the figures of a release were counted with: the lists, the settings and the code that counted them.

Facts are stored as published, and cubes hold what the vocabularies made of them when they were counted.
The table ``counted_with`` keeps which lists those were, pinned by the release like every other table;
where today's are others, the next release counts everything again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from data import vocabularies
from data.settings import settings
from data.tables import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

CODE = 3
"""Version of the code that counts. Raise it whenever the same rows would be counted otherwise than before."""

COUNTED_WITH = Table(
    "counted_with",
    "What the figures of a release were counted with: one row for each list and setting, and one for the code.",
    (
        Column("name", "text", "File of the list, variable of the setting, or code", required=True),
        Column("value", "text", "The setting as it was; of lists and code a fingerprint", required=True),
    ),
)

_VARIABLE = "CONFIDENCE_{}"

_NOT_COUNTED = {"policy_dates"}
"""Lists that are read when a question is answered: no figure is counted with them."""


def inputs(cubes: Iterable[Table]) -> dict[str, str]:
    """What counting depends on now, by name: the lists as this process has read them, the settings and the code.

    Parameters
    ----------
    cubes
        The tables that are counted: a column more or less is other code.
    """
    chosen = {"boundary_sets": ",".join(settings().boundary_sets), **settings().grouping}
    names = sorted(path.stem for path in vocabularies._FOLDER.glob("*.csv") if path.stem not in _NOT_COUNTED)
    return {
        "code": _fingerprint([CODE, [[cube.name, *cube.names] for cube in cubes]]),
        **{_VARIABLE.format(name.upper()): value for name, value in chosen.items() if value},
        # The rows in memory, not the file: a list that was corrected under a running process counts nothing there.
        **{f"{name}.csv": _fingerprint([list(row.items()) for row in vocabularies._rows(name)]) for name in names},
    }


def frame(counted_with: dict[str, str]) -> pd.DataFrame:
    """What was counted with, as rows of the table."""
    return COUNTED_WITH.frame({"name": list(counted_with), "value": list(counted_with.values())})


@lru_cache(maxsize=8)
def counted_with(view: View) -> dict[str, str]:
    """What the figures of a release were counted with; empty where a program of before this table made it."""
    if not view.has(COUNTED_WITH.name):
        return {}
    rows = view.rows(COUNTED_WITH.name).collect("pyarrow").to_native().to_pylist()
    return {row["name"]: row["value"] for row in rows}


def differences(view: View, cubes: Iterable[Table]) -> list[str]:
    """Names of what is not now as it was when the figures of a release were counted."""
    then, now = counted_with(view), inputs(cubes)
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))


def grouping(view: View) -> dict[str, str]:
    """The grouping choices that a release was counted with, as `data.vocabularies.ethnicity` takes them.

    Whoever groups the detailed groups of a cube uses these and not the settings of today: the residents
    of the same release were grouped with them.
    """
    choices = vocabularies.vocabulary("ethnicity_choices").values
    variables = {_VARIABLE.format(choice.upper()): choice for choice in choices}
    return {variables[name]: value for name, value in counted_with(view).items() if name in variables}


def _fingerprint(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]

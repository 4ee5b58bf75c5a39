"""Answers counted once, when a release is made, so that any share can be estimated from the counts alone.

Two cubes belong together. ``survey_design`` names every sampling unit of every wave and is never
filtered: a unit without anybody of a group still counts in the variance. ``survey_cells`` holds the
answers by area, group, measure and class; a question chooses among its rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from data.geography import codes_by_name
from data.tables import LOAD_ID, RESPONSES, Column, Table
from data.vocabularies.survey import DONT_KNOW, NOT_ASKED, attributes, measures

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

EVERYONE = "everyone"
NOT_KNOWN = "Not known"

_SURVEY = (
    LOAD_ID,
    Column("survey", "text", "The survey", required=True),
    Column("force", "text", "Force", required=True),
    Column("wave", "text", "The wave", required=True),
)
_UNIT = (
    Column("stratum", "text", "Stratum of the sample, as the wave names it; blank where there is one", required=True),
    Column("psu", "text", "Primary sampling unit, as the wave names it", required=True),
)

SURVEY_DESIGN = Table(
    "survey_design",
    "Every sampling unit of every wave, whoever answered in it.",
    (
        *_SURVEY,
        *_UNIT,
        Column("n", "integer", "Respondents", required=True),
        Column("weight", "number", "Sum of their weights", required=True),
    ),
)

SURVEY_CELLS = Table(
    "survey_cells",
    "Answers counted by wave, area, group, measure, class and sampling unit; each grouping counts every answer once.",
    (
        *_SURVEY,
        Column("grouping", "text", "everyone, or the attribute that the groups are of", required=True),
        Column("group", "text", "The group; Not known where the respondent gave none", required=True),
        Column("area", "text", "GSS code of the area of residence, or its name where no code is known; may be blank"),
        Column("measure", "text", "Measure of the catalogue", required=True),
        Column("answer_class", "text", "positive, neutral, negative, don't know or not asked", required=True),
        *_UNIT,
        Column("n", "integer", "Answers", required=True),
        Column("weight", "number", "Sum of their weights", required=True),
        Column("weight_squared", "number", "Sum of their squared weights", required=True),
    ),
)

_WHO = ["load_id", "survey", "force", "wave", "stratum", "psu"]


def count_design(view: View, loads: list[str]) -> pd.DataFrame:
    """Count the respondents of some loads by sampling unit.

    A respondent without a primary sampling unit is one of their own.

    Returns
    -------
    DataFrame
        Rows of ``survey_design``.
    """
    people = _people(view, loads)
    design = people.groupby(_WHO, sort=True)["weight"].agg(["size", "sum"]).reset_index()
    return SURVEY_DESIGN.frame({**{name: design[name] for name in _WHO}, "n": design["size"], "weight": design["sum"]})


def count_answers(view: View, loads: list[str]) -> pd.DataFrame:
    """Count the answers of some loads into cells, once for each grouping.

    Returns
    -------
    DataFrame
        Rows of ``survey_cells``, ordered by grouping and measure, so that a question reads few of them.
    """
    import pandas as pd

    people = _people(view, loads)
    people["area"] = _area_codes(people["area"], view)
    answers = _answers(people)
    groupings = [EVERYONE, *(a.id for a in attributes().values() if a.is_grouping and people[a.id].notna().any())]
    cells = pd.concat([_cells(people, answers, grouping) for grouping in groupings], ignore_index=True)
    return SURVEY_CELLS.frame({name: cells[name] for name in SURVEY_CELLS.names})


def _people(view: View, loads: list[str]) -> pd.DataFrame:
    people = view.every_row(RESPONSES.name).filter(nw.col("load_id").is_in(loads)).collect("pandas").to_native()
    alone = "respondent in row " + people["row"].astype(str)
    return people.assign(stratum=people["stratum"].fillna(""), psu=people["psu"].fillna(alone))


def _area_codes(areas: pd.Series, view: View) -> pd.Series:
    codes = codes_by_name(view)
    return areas.map({name: codes.get(name.casefold(), name) for name in areas.dropna().unique()})


def _answers(people: pd.DataFrame) -> pd.DataFrame:
    """One row a respondent and measure that the load asked: person (row of ``people``), measure, answer_class."""
    import pandas as pd

    frames = []
    for measure in measures().values():
        classes = people[measure.id].map(dict(measure.classes))
        # An answer that the scale does not have is nobody's opinion.
        classes = classes.where(classes.notna() | people[measure.id].isna(), DONT_KNOW)
        asked = classes.notna().groupby(people["load_id"]).transform("any").to_numpy(dtype=bool)
        frames.append(
            pd.DataFrame(
                {
                    "person": np.flatnonzero(asked),
                    "measure": measure.id,
                    "answer_class": classes.fillna(NOT_ASKED).to_numpy()[asked],
                }
            )
        )
    return pd.concat(frames, ignore_index=True).astype({"measure": "category", "answer_class": "category"})


def _cells(people: pd.DataFrame, answers: pd.DataFrame, grouping: str) -> pd.DataFrame:
    """Add up weights by distinct key: each respondent's place, group, measure and class as one whole number."""
    import pandas as pd

    keys = people[[*_WHO, "area"]].assign(
        grouping=grouping, group=EVERYONE if grouping == EVERYONE else people[grouping].fillna(NOT_KNOWN)
    )
    place = keys.groupby(list(keys.columns), sort=True, dropna=False).ngroup().to_numpy()
    of_measures, of_classes = (answers[name].cat.categories for name in ("measure", "answer_class"))
    person = answers["person"].to_numpy()
    codes = (answers["measure"].cat.codes.to_numpy(dtype="int64") * (place.max(initial=0) + 1) + place[person]) * len(
        of_classes
    ) + answers["answer_class"].cat.codes.to_numpy()
    distinct, cell = np.unique(codes, return_inverse=True)
    weight = people["weight"].to_numpy()[person]
    rest, of_class = np.divmod(distinct, len(of_classes))
    of_measure, where = np.divmod(rest, place.max(initial=0) + 1)
    _, first = np.unique(place, return_index=True)
    return (
        keys.iloc[first[where]]
        .reset_index(drop=True)
        .assign(
            measure=pd.Series(of_measures.take(of_measure), dtype="str"),
            answer_class=pd.Series(of_classes.take(of_class), dtype="str"),
            n=np.bincount(cell, minlength=len(distinct)),
            weight=np.bincount(cell, weight, minlength=len(distinct)),
            weight_squared=np.bincount(cell, weight**2, minlength=len(distinct)),
        )
    )

"""Answers counted once, when a release is made, so that any share can be estimated from the counts alone.

Two cubes belong together. ``survey_design`` names every sampling unit of every wave and is never
filtered: a unit without anybody of a group still counts in the variance. ``survey_cells`` holds the
answers by area, group, measure and class; a question chooses among its rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
import pyarrow as pa

from data.geography import codes_by_name
from data.tables import LOAD_ID, RESPONSES, Column, Table
from data.vocabularies import normalise
from data.vocabularies.survey import (
    CLASSES,
    DONT_KNOW,
    NOT_ASKED,
    SATISFACTION,
    JointGrouping,
    Measure,
    attributes,
    joint_groupings,
    measures,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from data.store import View

    Codes = NDArray[np.int64]

EVERYONE = "everyone"
NOT_KNOWN = "Not known"
ALONE = "respondent "
"""How the unit is called of a respondent who is their own."""

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
        Column(
            "grouping", "text", "everyone, or the attribute or joint grouping that the groups are of", required=True
        ),
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


def count_answers(view: View, loads: list[str]) -> pa.Table:
    """Count the answers of some loads into cells, once for each grouping.

    Returns
    -------
    Table
        Rows of ``survey_cells``, ordered by grouping and measure, so that a question reads few of them.
    """
    people = _people(view, loads)
    people["area"] = _area_codes(people["area"], view)
    person, measure, answer_class = _answers(people)
    weight = people["weight"].to_numpy()[person]
    of_contact = np.isin(measure, [place for place, one in enumerate(measures().values()) if _is_of_contact(one)])
    every = np.ones(len(measure), dtype=bool)
    parts = []
    for grouping, group, is_choice in _groups(people):
        asked = every if is_choice else of_contact
        keys = {**{name: _codes(people[name]) for name in (*_WHO, "area")}, "group": group}
        place, first = _places([codes for codes, _ in keys.values()])
        cell = (measure[asked] * len(first) + place[person[asked]]) * len(CLASSES) + answer_class[asked]
        weighs = weight[asked]
        which, cells = _factorised(cell)
        rest, of_class = np.divmod(cells, len(CLASSES))
        of_measure, where = np.divmod(rest, len(first))
        counted = {name: _words(codes[first[where]], words) for name, (codes, words) in keys.items()}
        counted |= {
            "grouping": _words(np.zeros(len(cells), dtype=np.int64), [grouping]),
            "measure": _words(of_measure, list(measures())),
            "answer_class": _words(of_class, list(CLASSES)),
            # Whoever weighs nothing is in no figure, and so in no base; their unit stays in the design.
            "n": np.bincount(which, weighs > 0, minlength=len(cells)).astype(np.int64),
            "weight": np.bincount(which, weighs, minlength=len(cells)),
            "weight_squared": np.bincount(which, weighs**2, minlength=len(cells)),
        }
        parts.append(pa.table({name: counted[name] for name in SURVEY_CELLS.names}, schema=SURVEY_CELLS.arrow))
    return pa.concat_tables(parts)


def _people(view: View, loads: list[str]) -> pd.DataFrame:
    people = view.every_row(RESPONSES.name).filter(nw.col("load_id").is_in(loads)).collect("pandas").to_native()
    # A respondent who comes again in another wave is the same unit there, if the waves share respondents.
    # Without a number they are nobody's but their own row's.
    row = "in row " + people["row"].astype(str) + " of " + people["load_id"]
    alone = ALONE + people["respondent"].fillna(row)
    return people.assign(stratum=people["stratum"].fillna(""), psu=people["psu"].fillna(alone))


def _area_codes(areas: pd.Series, view: View) -> pd.Series:
    codes = codes_by_name(view)
    return areas.map({name: codes.get(name.casefold(), name) for name in areas.dropna().unique()})


def _is_of_contact(measure: Measure) -> bool:
    """Whether a measure is counted by what is no grouping to choose, too: those of confidence and contact alone are.

    A grouping of every measure would be a tenth of the cube, which every question takes longer to read past.
    """
    return measure.stage == "confidence" or measure.id == SATISFACTION


def _groups(people: pd.DataFrame) -> Iterator[tuple[str, tuple[Codes, list[str]], bool]]:
    """Everyone's group in each grouping that somebody's answers tell of, and whether it is one to choose.

    Who is in none of its groups is not known.
    """
    yield EVERYONE, _one(EVERYONE, len(people)), True
    for attribute in attributes().values():
        if attribute.is_counted and people[attribute.id].notna().any():
            yield attribute.id, _codes(people[attribute.id].fillna(NOT_KNOWN)), attribute.is_grouping
    for grouping in joint_groupings().values():
        if all(people[column].notna().any() for column in grouping.columns):
            yield grouping.id, _joint(people, grouping), False


def _joint(people: pd.DataFrame, grouping: JointGrouping) -> tuple[Codes, list[str]]:
    said = {column: people[column].map(_meanings(column, people[column].dropna())) for column in grouping.columns}
    names = [*grouping.groups, NOT_KNOWN]
    place = np.full(len(people), len(names) - 1)
    # Backwards, so that the first group that fits is the one that stays.
    for number, needed in reversed([*enumerate(grouping.groups.values())]):
        fits = np.all([said[column].isin(words).to_numpy() for column, words in needed.items()], axis=0)
        place[fits] = number
    return place, names


def _meanings(column: str, words: Iterable[str]) -> dict[str, str]:
    """What each word of a column means to a joint grouping: the class of an answer, or the word of an attribute."""
    classes = measures()[column].classes if column in measures() else None
    return {word: normalise(word) if classes is None else classes.get(word, DONT_KNOW) for word in set(words)}


def _answers(people: pd.DataFrame) -> tuple[Codes, Codes, Codes]:
    """For every respondent and measure that the load asked: row of ``people``, measure and class, as whole numbers."""
    load, _ = _codes(people["load_id"])
    asked_of, of_measure, classes = [], [], []
    for place, measure in enumerate(measures().values()):
        codes, words = _codes(people[measure.id])
        # An answer that the scale does not have is nobody's opinion; code -1, a blank, is the last of these.
        meaning = [CLASSES.index(measure.classes.get(word, DONT_KNOW)) for word in words] + [CLASSES.index(NOT_ASKED)]
        found = np.array(meaning)[codes]
        loads_asked = np.bincount(load, codes >= 0, minlength=load.max(initial=0) + 1) > 0
        rows = np.flatnonzero(loads_asked[load])
        asked_of.append(rows)
        of_measure.append(np.full(len(rows), place))
        classes.append(found[rows])
    return np.concatenate(asked_of), np.concatenate(of_measure), np.concatenate(classes)


def _codes(values: pd.Series) -> tuple[Codes, list[str]]:
    """Each value as the place of its word in a list; -1 where it is missing."""
    import pandas as pd

    codes, words = pd.factorize(values, sort=True)
    return codes.astype(np.int64), [str(word) for word in words]


def _one(word: str, number: int) -> tuple[Codes, list[str]]:
    return np.zeros(number, dtype=np.int64), [word]


def _words(codes: Codes, words: list[str]) -> pa.Array:
    places = pa.array(codes, mask=codes < 0)
    return pa.DictionaryArray.from_arrays(places, pa.array(words, pa.string())).cast(pa.string())


def _places(keys: list[Codes]) -> tuple[Codes, Codes]:
    """The place of each row among the distinct combinations of keys, and the first row of each combination."""
    combined = np.zeros(len(keys[0]), dtype=np.int64)
    for codes in keys:
        combined = _factorised(combined * (codes.max(initial=0) + 2) + codes + 1)[0]
    _, first = np.unique(combined, return_index=True)
    return combined, first


def _factorised(values: Codes) -> tuple[Codes, Codes]:
    """The place of each value among the distinct ones, which are in order."""
    import pandas as pd

    codes, distinct = pd.factorize(values, sort=True)
    return codes.astype(np.int64), np.asarray(distinct, dtype=np.int64)

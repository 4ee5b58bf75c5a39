"""Answers counted once, when a release is made, so that any share can be estimated from the counts alone.

Two cubes belong together. ``survey_design`` names every sampling unit of every wave and is never
filtered: a unit without anybody of a group still counts in the variance. ``survey_cells`` holds the
answers by area, group, measure and class; a question chooses among its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from data.geography import codes_by_name
from data.respondents import people_of
from data.tables import LOAD_ID, Column, Table
from data.vocabularies import normalise
from data.vocabularies.survey import (
    CLASSES,
    DONT_KNOW,
    FAIR_USE,
    NOT_ASKED,
    SATISFACTION,
    JointGrouping,
    attributes,
    joint_groupings,
    measures,
)

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from data.store import View

    Codes = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Coded = tuple[Codes, list[str]]

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
    import pandas as pd

    people = _people(view, loads)
    keys = {name: _coded(people[name]) for name in _WHO}
    place, first = _places([codes for codes, _ in keys.values()])
    design = pd.Series(people["weight"].to_numpy()).groupby(place, sort=True).agg(["size", "sum"])
    named = {name: _words(codes[first], words).to_pandas() for name, (codes, words) in keys.items()}
    return SURVEY_DESIGN.frame({**named, "n": design["size"], "weight": design["sum"]})


def count_answers(view: View, loads: list[str]) -> pa.Table:
    """Count the answers of some loads into cells, once for each grouping.

    Returns
    -------
    Table
        Rows of ``survey_cells``, ordered by grouping and measure, so that a question reads few of them.
    """
    people = _people(view, loads)
    keys = {name: _coded(people[name]) for name in _WHO}
    keys["area"] = _area_codes(*_coded(people["area"]), view)
    weight = people["weight"].to_numpy()
    answers = list(_answers(people, keys["load_id"][0]))
    parts = [SURVEY_CELLS.arrow.empty_table()]
    for grouping, group, is_choice in _groups(people):
        keys["group"] = group
        place, first = _places([codes for codes, _ in keys.values()])
        of_place = {name: (codes[first], words) for name, (codes, words) in keys.items()}
        for answer in answers if is_choice else filter(_is_of_contact, answers):
            where, numbers = _cells(answer, place, weight, len(first))
            counted = {name: _words(codes[where], words) for name, (codes, words) in of_place.items()}
            counted |= {"grouping": pa.repeat(grouping, len(where)), "measure": pa.repeat(answer.measure, len(where))}
            counted |= numbers
            parts.append(pa.table({name: counted[name] for name in SURVEY_CELLS.names}, schema=SURVEY_CELLS.arrow))
    return pa.concat_tables(parts)


def _people(view: View, loads: list[str]) -> pa.Table:
    """The respondents, with the columns that are counted by; everyone with a stratum and a unit."""
    names = {*_WHO, "area", "weight", *measures()}
    names |= {a.id for a in attributes().values() if a.is_counted}
    names |= {column for grouping in joint_groupings().values() for column in grouping.columns}
    return people_of(view, loads, sorted(names))


def _area_codes(areas: Codes, names: list[str], view: View) -> Coded:
    codes = codes_by_name(view)
    return _in_order(areas, [codes.get(name.casefold(), name) for name in names])


class _Answer(NamedTuple):
    """The answers to one measure: rows of those that a load asked (None for all), and the class of each."""

    measure: str
    rows: Codes | None
    classes: Codes


_BESIDE = (SATISFACTION, FAIR_USE)
"""Measures that are counted by what is no grouping to choose, beside those of confidence."""


def _is_of_contact(answer: _Answer) -> bool:
    """Whether a measure is counted by what is no grouping to choose, too: those of confidence and contact alone are.

    So is that of fair use of stop and search, which is asked of those who were stopped.

    A grouping of every measure would be a tenth of the cube, which every question takes longer to read past.
    """
    return measures()[answer.measure].stage == "confidence" or answer.measure in _BESIDE


def _groups(people: pa.Table) -> Iterator[tuple[str, Coded, bool]]:
    """Everyone's group in each grouping that somebody's answers tell of, and whether it is one to choose.

    Who is in none of its groups is not known.
    """
    said = {name for name in people.column_names if people[name].null_count < len(people)}
    yield EVERYONE, (np.zeros(len(people), dtype=np.int64), [EVERYONE]), True
    for attribute in attributes().values():
        if attribute.is_counted and attribute.id in said:
            codes, words = _coded(people[attribute.id])
            known = np.where(codes < 0, len(words), codes)
            yield attribute.id, _in_order(known, [*words, NOT_KNOWN]), attribute.is_grouping
    for grouping in joint_groupings().values():
        if said.issuperset(grouping.columns):
            yield grouping.id, _joint(people, grouping), False


def _joint(people: pa.Table, grouping: JointGrouping) -> Coded:
    """The group of each respondent: the first one that fits."""
    said = {column: _coded(people[column]) for column in grouping.columns}
    names = [*grouping.groups, NOT_KNOWN]
    place = np.full(len(people), len(names) - 1)
    # Backwards, so that the first group that fits is the one that stays.
    for number, needed in reversed([*enumerate(grouping.groups.values())]):
        fits = np.ones(len(people), dtype=bool)
        for column, wanted in needed.items():
            codes, words = said[column]
            fits &= np.array([*(_meaning(column, word) in wanted for word in words), False])[codes]
        place[fits] = number
    return _in_order(place, names)


def _meaning(column: str, word: str) -> str:
    """What a word of a column means to a joint grouping: the class of an answer, or the word of an attribute."""
    measure = measures().get(column)
    return normalise(word) if measure is None else measure.classes.get(word, DONT_KNOW)


def _answers(people: pa.Table, load: Codes) -> Iterator[_Answer]:
    """The answers to every measure that some load asked."""
    for measure in measures().values():
        if people[measure.id].null_count == len(people):
            continue
        codes, words = _coded(people[measure.id])
        # An answer that the scale does not have is nobody's opinion; code -1, a blank, is the last of these.
        meaning = [CLASSES.index(measure.classes.get(word, DONT_KNOW)) for word in words] + [CLASSES.index(NOT_ASKED)]
        found = np.array(meaning, dtype=np.int64)[codes]
        asked = np.bincount(load, codes >= 0) > 0
        rows = None if asked.all() else np.flatnonzero(asked[load])
        yield _Answer(measure.id, rows, found if rows is None else found[rows])


def _cells(answer: _Answer, place: Codes, weight: Floats, places: int) -> tuple[Codes, dict[str, pa.Array]]:
    """The place of each cell that holds an answer, in order of place and class, and what is counted in it."""
    at, heavy = (place, weight) if answer.rows is None else (place[answer.rows], weight[answer.rows])
    cell = at * len(CLASSES) + answer.classes
    size = places * len(CLASSES)
    held = np.bincount(cell, minlength=size)
    cells = np.flatnonzero(held)
    where, of_class = np.divmod(cells, len(CLASSES))
    # Whoever weighs nothing is in no figure, and so in no base; their unit stays in the design.
    n = held if (heavy > 0).all() else np.bincount(cell, heavy > 0, minlength=size)
    return where, {
        "answer_class": _words(of_class, list(CLASSES)),
        "n": pa.array(n[cells].astype(np.int64)),
        "weight": pa.array(np.bincount(cell, heavy, minlength=size)[cells]),
        "weight_squared": pa.array(np.bincount(cell, heavy**2, minlength=size)[cells]),
    }


def _coded(column: pa.ChunkedArray) -> Coded:
    """Each value as the place of its word in a list in order; -1 where it is missing."""
    encoded = column.cast(pa.string()).dictionary_encode().unify_dictionaries()
    if not len(encoded):
        return np.zeros(0, dtype=np.int64), []
    codes = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in encoded.chunks]
    return _in_order(np.concatenate(codes), encoded.chunk(0).dictionary.to_pylist())


def _in_order(codes: Codes, words: list[str]) -> Coded:
    """The same with each word once, in order, and without those that nobody has."""
    used = np.bincount(codes[codes >= 0], minlength=len(words)) > 0
    distinct = sorted({word for word, there in zip(words, used, strict=True) if there})
    at = {word: place for place, word in enumerate(distinct)}
    return np.array([*(at.get(word, -1) for word in words), -1], dtype=np.int64)[codes], distinct


def _words(codes: Codes, words: list[str]) -> pa.Array:
    if len(words) == 1 and not codes.any():
        return pa.repeat(words[0], len(codes))
    places = pa.array(codes, mask=codes < 0)
    return pa.array(words, pa.string()).take(places)


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

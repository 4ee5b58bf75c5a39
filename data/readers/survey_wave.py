"""One wave of a survey, one row a respondent, read through its mapping file.

Only the columns that the mapping names are kept, in the words of the scales. A code that the mapping does not have is
never dropped in silence: it is named with its number of people and counts as not answered. Respondents' numbers leave
this reader as the file has them; loading puts keyed hashes in their place before anything is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from data.readers import tabular
from data.readers.personal_data import personal_problems
from data.readers.source import InForm, Problem, Reading, Refused, Slot, Source
from data.readers.sources import sha256
from data.readers.survey_form import ALIKE, ROLES
from data.readers.survey_mapping import MappedAttribute, MappedMeasure, SurveyMapping, matches, parse, wave_years
from data.readers.survey_raking import AREA
from data.readers.survey_weights import Weighed, raked
from data.readers.tabular import Sheet
from data.tables import QUESTIONS, RESPONSES, WAVES
from data.vocabularies import normalise
from data.words import listing, plural

if TYPE_CHECKING:
    import pandas as pd

KIND = "survey wave"

_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})([ T].*)?")
_BRITISH_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})([ T].*)?")


@dataclass(frozen=True)
class _Recoded:
    """A column in the words of its mapping; with what was left out, by code."""

    words: pd.Series
    not_answers: Mapping[str, int]
    unknown: Mapping[str, int]


def recognise(source: Source) -> Slot | None:
    """The wave that the file fills, as its mapping says; None where no mapping comes with it.

    Parameters
    ----------
    source
        Any file.

    Raises
    ------
    Refused
        If the mapping is wrong; every problem at once.
    """
    if source.mapping is None:
        return None
    mapping = parse(source.mapping)
    return Slot(KIND, RESPONSES.name, mapping.slot_subject, mapping.wave)


def read(source: Source, slot: Slot) -> Reading:
    """The respondents of a wave, with the tables ``waves`` and ``questions`` beside them.

    Parameters
    ----------
    source
        A file that `recognise` knows.
    slot
        What `recognise` said of it.

    Returns
    -------
    Reading
        Rows of the table ``responses``; ``respondent`` holds the numbers of the file.

    Raises
    ------
    Refused
        If the file is no table or the mapping is for another, a column is missing or holds personal data, a weight is
        no number or none is above 0, a date no day, a respondent stands twice, or nobody answers anything; every
        problem at once. Then, if weights can't be raked as the mapping says.
    """
    if source.mapping is None:
        raise Refused([Problem("the file has no mapping", "Start one with `python -m data mapping FILE`")])
    mapping = parse(source.mapping)
    if not tabular.is_tabular(source):
        what = "a mapping lies beside this file, and it is no table"
        raise Refused([Problem(what, "Save it as .csv, .tsv, .xlsx or .sav, or remove the mapping")])
    sheet = tabular.read(source, mapping.sheet)
    problems = [
        *_file_problems(source, mapping, sheet),
        *_column_problems(mapping, sheet),
        *personal_problems(sheet, mapping.starts, mapping.drop, mapping.columns.get("area")),
        *_row_problems(mapping, sheet),
    ]
    if problems:
        raise sheet.refused(problems, _unmeant(mapping, sheet))
    answers = {m.measure.id: _answers(m, sheet) for m in mapping.measures}
    if all(recoded.words.isna().all() for recoded in answers.values()):
        raise sheet.refused([_nobody_answers(mapping, len(sheet.cells))])
    known = {a.id: _attribute(a, sheet) for a in mapping.attributes}
    made = _made_weights(source.mapping.name, mapping, sheet, known)
    frame = RESPONSES.frame(
        {
            "row": sheet.cells.index.to_numpy(),
            "survey": mapping.survey,
            "force": mapping.force,
            "wave": mapping.wave,
            **_plain(mapping, sheet),
            "weight": _weights(mapping, sheet) if made is None else made.weights,
            **{id: recoded.words.to_numpy() for id, recoded in {**known, **answers}.items()},
        }
    )
    return Reading(
        frame,
        len(frame),
        tuple(_notes(source, source.mapping, mapping, sheet, known, answers, made, frame)),
        {WAVES.name: _waves(mapping, made, len(frame)), QUESTIONS.name: _questions(mapping, answers)},
        tuple(item for m in mapping.measures for item in _unread(m, answers[m.measure.id], sheet)),
        _named_columns(mapping),
    )


def columns_to_weigh(mapping: SurveyMapping) -> tuple[str, ...]:
    """The columns of the file that raking needs; none where the weights are as the file has them.

    Parameters
    ----------
    mapping
        The mapping.
    """
    if mapping.raking is None:
        return ()
    wanted = {margin.of for margin in mapping.raking.margins} | ({"weight"} if mapping.raking.from_weights else set())
    named = {**{attribute.id: attribute.column for attribute in mapping.attributes}, **mapping.columns}
    return tuple(dict.fromkeys(named[name] for name in sorted(wanted)))


def sheet_to_weigh(source: Source, mapping: SurveyMapping) -> Sheet:
    """A file with the columns that raking needs alone, to try margins on.

    Parameters
    ----------
    source
        The file.
    mapping
        The mapping.

    Raises
    ------
    Refused
        If the file is no table or can't be read.
    """
    sheet = tabular.read(source, mapping.sheet)
    return replace(sheet, cells=sheet.cells[list(columns_to_weigh(mapping))])


def weighed(name: str, mapping: SurveyMapping, sheet: Sheet) -> Weighed | None:
    """The weights that a mapping makes, before anything else is read; None where they are as the file has them.

    Parameters
    ----------
    name
        Name of the mapping file.
    mapping
        The mapping.
    sheet
        The file, or those columns of it that `columns_to_weigh` names.

    Raises
    ------
    Refused
        If a weight to begin with is no number or none is above 0, or the weights can't be raked as the mapping says.
    """
    if mapping.raking is None:
        return None
    problems = list(_weight_problems(mapping.columns["weight"], sheet)) if mapping.raking.from_weights else []
    if problems:
        raise sheet.refused(problems)
    margins = {margin.of for margin in mapping.raking.margins}
    known = {a.id: _attribute(a, sheet) for a in mapping.attributes if a.id in margins}
    return _made_weights(name, mapping, sheet, known)


def day_of(cell: str) -> str | None:
    """The day that a cell holds, YYYY-MM-DD; None where it holds none. 01/02/2026 is the first of February.

    Parameters
    ----------
    cell
        A cell of a survey file.
    """
    iso, british = _ISO_DAY.fullmatch(cell), _BRITISH_DAY.fullmatch(cell)
    if iso is not None:
        year, month, day = map(int, iso.group(1, 2, 3))
    elif british is not None:
        day, month, year = map(int, british.group(1, 2, 3))
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


# What is wrong


def _file_problems(source: Source, mapping: SurveyMapping, sheet: Sheet) -> Iterator[Problem]:
    if mapping.file is not None and not matches(mapping.file, source.name):
        what = f"the mapping is for files named “{mapping.file}”"
        remedy = "Correct file = … in the mapping, or take another mapping"
        told = InForm("the mapping that it began with is for files of another name", "Begin with another one")
        yield Problem(what, remedy, value=source.name, in_form=told)
    if sheet.cells.empty:
        yield Problem("the file holds no respondents", "Export it again; it may have been cut short")


def _column_problems(mapping: SurveyMapping, sheet: Sheet) -> Iterator[Problem]:
    for column in mapping.needed:
        if column not in sheet.columns:
            close = get_close_matches(column, sheet.columns, 1)
            remedy = f"Did you mean “{close[0]}”? Correct the mapping" if close else "Correct the mapping"
            yield Problem("the mapping names this column and the file does not have it", remedy, column=column)


def _row_problems(mapping: SurveyMapping, sheet: Sheet) -> Iterator[Problem]:
    for key, check in (("weight", _weight_problems), ("date", _date_problems), ("respondent", _respondent_problems)):
        column = mapping.columns.get(key)
        if column is not None and column in sheet.columns:
            yield from check(column, sheet)


def _weight_problems(column: str, sheet: Sheet) -> Iterator[Problem]:
    weights = {tabular.number(cell, sheet.decimal_comma) if cell else 0 for cell in sheet.cells[column].unique()}
    if weights == {0}:
        what = "every weight is 0 or blank, so nobody would count in any figure"
        told = InForm(what, f"Say under The columns which column is “{ROLES['weight']}”, or choose “{ALIKE}”")
        remedy = "Map the column of the weights; leave it out where there are none"
        yield Problem(what, remedy, column=column, in_form=told)
        return
    for row, cell in sheet.cells[column].items():
        weight = tabular.number(cell, sheet.decimal_comma)
        remedy = "Give every respondent a weight; leave the column out of the mapping where there are none"
        then = f"Give every respondent a weight in the file, or choose “{ALIKE}” under The weights"
        if not cell:
            what = "this respondent has no weight"
            yield Problem(what, remedy, _row(row), column, in_form=InForm(what, then))
        elif weight is None or weight < 0:
            what = "this is not a weight, a number of 0 or more"
            yield Problem(what, remedy, _row(row), column, cell, in_form=InForm(what, then))


def _date_problems(column: str, sheet: Sheet) -> Iterator[Problem]:
    bad = {cell for cell in sheet.cells[column].unique() if cell and day_of(cell) is None}
    for row, cell in sheet.cells[column].items():
        if cell in bad:
            yield Problem("this is not a day", "Write it as 2026-07-01 or 01/07/2026", _row(row), column, cell)


def _respondent_problems(column: str, sheet: Sheet) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row, number in sheet.cells[column].items():
        before = first.setdefault(number, _row(row))
        if number and before != row:
            # The number itself says who it is, so it is not repeated here.
            what, keep = "this respondent stands in an earlier row too", f"Keep it or row {before:,}"
            then = f"{keep}, or say under The columns which column is “{ROLES['respondent']}”"
            remedy = f"{keep}, or map the column that numbers respondents"
            yield Problem(what, remedy, _row(row), column, in_form=InForm(what, then))


def _nobody_answers(mapping: SurveyMapping, respondents: int) -> Problem:
    one = len(mapping.measures) == 1
    asked = "the mapped question has" if one else "none of the mapped questions has"
    what = f"{asked} {'no' if one else 'an'} answer in any of {plural(respondents, 'row')}"
    remedy = "Map the columns that hold the answers, and give each of their codes its answer"
    there = what.replace("mapped ", "")
    then = "Say under The columns which hold the answers, and under The answers what each of their codes means"
    return Problem(what, remedy, column=listing([m.column for m in mapping.measures]), in_form=InForm(there, then))


# Columns of the table


def _plain(mapping: SurveyMapping, sheet: Sheet) -> dict[str, object]:
    """Columns that are stored as the file has them, days and areas in one writing."""
    found: dict[str, object] = {}
    for key in ("respondent", "stratum", "psu", "date", "area"):
        if key in mapping.columns:
            cells = sheet.cells[mapping.columns[key]]
            if key == "date":
                cells = _each(cells, day_of)
            elif key == "area":
                cells = _areas(mapping, sheet)
            found[key] = cells.where(cells != "").to_numpy()
    return found


def _weights(mapping: SurveyMapping, sheet: Sheet) -> object:
    if "weight" not in mapping.columns:
        return 1.0
    cells = sheet.cells[mapping.columns["weight"]]
    return [tabular.number(cell, sheet.decimal_comma) for cell in cells]


def _made_weights(name: str, mapping: SurveyMapping, sheet: Sheet, known: Mapping[str, _Recoded]) -> Weighed | None:
    """The weights that are made when the file is loaded; None where they are as the file has them."""
    import numpy as np

    if mapping.raking is None:
        return None
    start = np.ones(len(sheet.cells))
    if mapping.raking.from_weights:
        start = np.array(_weights(mapping, sheet), dtype=np.float64)
    words = {id: recoded.words for id, recoded in known.items()}
    if any(margin.of == AREA for margin in mapping.raking.margins):
        areas = _areas(mapping, sheet)
        words[AREA] = areas.where(areas != "")
    return raked(mapping.raking, words, start, name)


def _areas(mapping: SurveyMapping, sheet: Sheet) -> pd.Series:
    return _each(sheet.cells[mapping.columns["area"]], lambda area: mapping.areas.get(normalise(area), area))


def _named_columns(mapping: SurveyMapping) -> dict[str, str]:
    """Column of the file by column of the table; a weight that was made here is in none of the file."""
    named = {**mapping.columns, **{m.measure.id: m.column for m in mapping.measures}}
    if mapping.raking is not None:
        named.pop("weight", None)
    return named


def _answers(mapped: MappedMeasure, sheet: Sheet) -> _Recoded:
    """Answers of the scale; blank where there is none."""
    declared = sheet.missing.get(mapped.column, frozenset())

    def is_answer(cell: str) -> bool:
        return normalise(cell) in mapped.answers

    def is_none(cell: str) -> bool:
        return not is_answer(cell) and (normalise(cell) in mapped.not_answers or cell in declared)

    cells = sheet.cells[mapped.column]
    return _Recoded(
        _each(cells, lambda cell: mapped.answers.get(normalise(cell))),
        _counts(cells, is_none),
        _counts(cells, lambda cell: not is_answer(cell) and not is_none(cell)),
    )


def _attribute(mapped: MappedAttribute, sheet: Sheet) -> _Recoded:
    """Words of the mapping; as written where it has none, blank where the file declares the code missing."""
    declared = sheet.missing.get(mapped.column, frozenset())

    def is_none(cell: str) -> bool:
        return normalise(cell) not in mapped.values and cell in declared

    def word(cell: str) -> str | None:
        return None if is_none(cell) else mapped.values.get(normalise(cell), cell or None)

    cells = sheet.cells[mapped.column]
    unknown = _counts(cells, lambda cell: normalise(cell) not in mapped.values and not is_none(cell))
    return _Recoded(_each(cells, word), _counts(cells, is_none), unknown if mapped.values else {})


def _each(cells: pd.Series, means: Callable[[str], str | None]) -> pd.Series:
    """What every cell means, each distinct one asked for once."""
    return cells.map({cell: means(cell) for cell in cells.unique()}).astype("str")


def _counts(cells: pd.Series, wanted: Callable[[str], bool]) -> dict[str, int]:
    """Number of cells by value, of those that are wanted; blank ones never are."""
    counts = Counter(cells)
    return {cell: counts[cell] for cell in sorted(counts) if cell and wanted(cell)}


def _row(label: object) -> int:
    return int(str(label))


# Beside the respondents


def _waves(mapping: SurveyMapping, made: Weighed | None, respondents: int) -> pd.DataFrame:
    about = dict(mapping.about)
    if made is not None:
        about["weighting"] = "; ".join(filter(None, [about.get("weighting"), made.done]))
        about["raked_to"] = made.margins
    return WAVES.frame(
        {
            "survey": [mapping.survey],
            "force": mapping.force,
            "wave": mapping.wave,
            "label": mapping.label,
            "starts": mapping.starts.isoformat(),
            "ends": mapping.ends.isoformat(),
            "shared": mapping.shared,
            "respondents": respondents,
            **about,
        }
    )


def _questions(mapping: SurveyMapping, answers: Mapping[str, _Recoded]) -> pd.DataFrame:
    return QUESTIONS.frame(
        {
            "survey": mapping.survey,
            "force": mapping.force,
            "wave": mapping.wave,
            "measure": [m.measure.id for m in mapping.measures],
            "wording": [m.wording for m in mapping.measures],
            "asked_of": [m.asked_of for m in mapping.measures],
            "comparable": [m.comparable for m in mapping.measures],
            "answered": [int(answers[m.measure.id].words.notna().sum()) for m in mapping.measures],
        }
    )


# What was noticed


def _notes(
    source: Source,
    file: Source,
    mapping: SurveyMapping,
    sheet: Sheet,
    known: Mapping[str, _Recoded],
    answers: Mapping[str, _Recoded],
    made: Weighed | None,
    frame: pd.DataFrame,
) -> Iterator[str]:
    yield sheet.how
    yield (
        f"SHA-256 of the file: {sha256(source.content)}. It was read with the mapping “{file.name}”, "
        f"SHA-256 {file.sha256}; the mapping is kept, the file is not. SHA-256 of both together, as figures name their "
        f"files: {source.sha256}."
    )
    yield from _wave_notes(mapping)
    yield from _column_notes(mapping, sheet)
    for measure in mapping.measures:
        yield from _measure_notes(measure, answers[measure.measure.id], sheet)
    for attribute in mapping.attributes:
        yield from _attribute_notes(attribute, known[attribute.id], sheet)
    if made is not None:
        yield f"Weights: {made.done}. {made.figures}"
    yield from _row_notes(mapping, sheet, frame)


def _wave_notes(mapping: SurveyMapping) -> Iterator[str]:
    years = wave_years(mapping.wave)
    if not {mapping.starts.year, mapping.ends.year} <= set(years):
        days = f"{mapping.starts} to {mapping.ends}"
        yield f"The wave is called {mapping.wave}, yet its days are {days}: check its id, starts and ends."


def _column_notes(mapping: SurveyMapping, sheet: Sheet) -> Iterator[str]:
    dropped = [column for column in sheet.columns if column in mapping.drop]
    rest = [column for column in sheet.columns if column not in {*mapping.needed, *mapping.drop}]
    absent = [column for column in mapping.drop if column not in sheet.columns]
    if dropped:
        yield f"Columns dropped as the mapping says: {', '.join(dropped)}."
    if absent:
        yield f"Columns to drop that the file does not have: {', '.join(absent)}."
    if rest:
        yield f"Columns not mapped and so not kept: {', '.join(rest)}."


def _measure_notes(mapped: MappedMeasure, recoded: _Recoded, sheet: Sheet) -> Iterator[str]:
    name = f"{mapped.measure.id}, column “{mapped.column}”"
    labels = sheet.value_labels.get(mapped.column, {})
    if mapped.is_reversed:
        yield f"{name}: the item is worded negatively, so every answer counts as its opposite."
    if recoded.not_answers:
        yield f"{name}: no answer for {_people(recoded.not_answers, labels)}."


def _unmeant(mapping: SurveyMapping, sheet: Sheet) -> Iterator[Problem]:
    """The codes without a meaning in a file that is refused for something else."""
    for measure in mapping.measures:
        if measure.column in sheet.columns:
            yield from (problem for problem, _ in _unread(measure, _answers(measure, sheet), sheet))


def _unread(mapped: MappedMeasure, recoded: _Recoded, sheet: Sheet) -> Iterator[tuple[Problem, int]]:
    """The codes of a question that the mapping gives no meaning, with the number of people who have each."""
    labels = sheet.value_labels.get(mapped.column, {})
    for code, people in recoded.unknown.items():
        what = f"{_number(people)}; the mapping gives this code of {mapped.measure.id} no meaning"
        remedy = "Give it an answer of the scale, or say that it is no answer"
        cells = sheet.cells[mapped.column]
        first = _row(cells.index[cells == code][0])
        told = InForm(f"{_number(people)}; this code of “{mapped.measure.label}” has no meaning", remedy)
        value = f"{code} {labels[code]}" if code in labels else code
        yield Problem(what, remedy, first, mapped.column, value, in_form=told), people


def _attribute_notes(mapped: MappedAttribute, recoded: _Recoded, sheet: Sheet) -> Iterator[str]:
    name = f"{mapped.id}, column “{mapped.column}”"
    labels = sheet.value_labels.get(mapped.column, {})
    if recoded.not_answers:
        yield f"{name}: left blank for {_people(recoded.not_answers, labels)}."
    if recoded.unknown:
        yield f"{name}: what is not in our list of codes is kept as written: {_people(recoded.unknown, labels)}."


def _row_notes(mapping: SurveyMapping, sheet: Sheet, frame: pd.DataFrame) -> Iterator[str]:
    if "weight" not in mapping.columns and mapping.raking is None:
        yield "The file has no weight: every respondent counts as 1."
    for key in ("respondent", "stratum", "psu", "date", "area"):
        blank = int(frame[key].isna().sum())
        if key in mapping.columns and blank:
            yield f"{_number(blank)} without {key}."
    if mapping.areas:
        cells = sheet.cells[mapping.columns["area"]]
        unknown = _counts(cells, lambda cell: normalise(cell) not in mapping.areas)
        if unknown:
            yield f"area: what is not in our list of codes is kept as written: {_people(unknown, {})}."


def _people(counts: Mapping[str, int], labels: Mapping[str, str]) -> str:
    """Codes with their labels and numbers of people: ``“8” Refusal (12 people), “9” (1 person)``."""
    told: Iterable[str] = (
        f"“{code}”{f' {labels[code]}' if code in labels else ''} ({_number(count)})" for code, count in counts.items()
    )
    return ", ".join(told)


def _number(people: int) -> str:
    return "1 person" if people == 1 else f"{people:,} people"

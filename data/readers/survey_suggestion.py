"""A mapping to start from: what the columns of a survey file seem to be, written as a mapping file.

Everything here is a guess, from column names, from labels and from the values themselves; what could not be guessed is
left as a comment, and a person checks every line against the questionnaire before the file is loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data.readers import gss, tabular
from data.readers.personal_data import personal_columns
from data.readers.source import Problem, Refused, Source
from data.readers.sources import Unopened, find_sources
from data.readers.survey_mapping import EXAMPLES
from data.readers.survey_wave import day_of
from data.readers.tabular import Sheet
from data.vocabularies import normalise, vocabulary
from data.vocabularies.survey import DONT_KNOW, Measure, measures

_LOOKED_AT = 2_000
"""Records that are looked at to tell answers from other tables."""

_FEWEST = 30
"""Records below which a table is not taken for a wave of a survey."""

_OF_ANY_TABLE = ("quality", "yes_no", "weekly", "band3")
"""Scales whose words stand in tables of all kinds."""

_MOST_CODES = 15
"""Distinct values above which a column is not taken for the answers to one question."""

_CODE = re.compile(r"-?[0-9]{1,2}")
_ROLES = {
    "respondent": r"(?:respondent|resp|serial|case|record|unique|interview|row)?(?:id|no|number|label|serial)"
    r"|respondent|serial",
    "weight": r".*weight.*|.*wgt.*|wt.*|.*wt",
    "stratum": r"strat(?:um|a)?[0-9]*",
    "psu": r"psu.*|.*cluster|sampl(?:e|ing)point.*",
    "date": r"(?:int|interview)?date(?:ofinterview)?|int(?:erview)?day",
    "area": r"lsoa.*|msoa.*|ward.*|neighbourhood.*|borough.*|c2|district.*|area(?:code|name)?",
}
_ATTRIBUTES = {
    "age_band": r"age(?:band|group|grp|r)?[0-9]*|(?:re)?q136r?|whatageareyou",
    "sex": r"sex|gender|sexofrespondent|(?:re|n)?xq135r?",
    "ethnicity": r"eth.*|(?:re)?n+q147r?",
    "disability": r"disab.*|longstanding.*",
    "religion": r"relig.*",
    "sexual_orientation": r"sexual(?:orientation|identity).*",
    "gender_identity": r"genderid.*|trans(?:gender)?",
    "language": r"(?:main|first)?language",
    "tenure": r"tenure[0-9]*|housingtenure",
    "imd_quintile": r"imd.*|e?depriv.*",
    "contact_12m": r"contact(?:12m|withpolice)?|policecontact",
    "contact_reason": r"(?:police)?contact(?:reason|role|as)|reasonfor(?:the|last|latest|police)?contact"
    r"|(?:role|capacity)incontact",
    "stopped_12m": r"stopped(?:12m)?|xq128a",
    "victim_12m": r"(?:bcs)?victim(?:12m)?|bq90a",
}
_DONT_KNOW = ("don't know", "dont know", "dk", "not sure", "refusal", "refused", "prefer not to say", "no opinion")
_STOP_WORDS = re.compile(
    r"(?:a|about|am|an|and|are|as|at|be|by|can|do|does|for|from|had|has|have|having|here|how|i|if|in|into|is|it|of|on"
    r"|or|our|own|that|the|their|them|there|they|this|to|was|what|when|where|which|who|with|would|you|your)"
)


@dataclass(frozen=True)
class _Guess:
    """A measure that a column seems to hold, and what its codes seem to mean."""

    measure: Measure
    column: str
    answers: Mapping[str, str]
    not_answers: tuple[str, ...]
    sure: bool


def looks_like_answers(source: Source) -> bool:
    """Whether a file looks like the answers to a survey, one row a respondent.

    An SPSS file always does. Another table does if it has many rows, and at least three of its columns and a quarter of
    them hold few codes or answers of a scale, or one column holds answers to a question of the catalogue; not if each
    row is an area of its own. Of another table with a question or two nobody but a person can say it.

    Parameters
    ----------
    source
        A file that no reader knows.

    Raises
    ------
    Refused
        If it is an SPSS file and can't be opened.
    """
    if not tabular.is_tabular(source):
        return False
    if tabular.is_spss(source):
        return bool(tabular.read(source, limit=1).columns)
    try:
        sheet = tabular.read(source, limit=_LOOKED_AT)
    except Refused:
        return False
    if len(sheet.cells) < _FEWEST or _one_row_an_area(sheet):
        return False
    coded = sum(_holds_answers(sheet, column) for column in sheet.columns)
    many = coded >= 3 and coded >= len(sheet.columns) / 4
    return many or any(_asks(sheet, column) for column in sheet.columns)


def suggest_mapping(source: Source, sheet: Sheet | None = None) -> str:
    """A mapping file to start from.

    Parameters
    ----------
    source
        A file of survey answers.
    sheet
        Its table, where it was read already.

    Returns
    -------
    str
        TOML; lines that begin with ``#`` could not be guessed.

    Raises
    ------
    Refused
        If the file is no table or can't be read.
    """
    sheet = tabular.read(source) if sheet is None else sheet
    roles = _roles(sheet)
    attributes = _attributes(sheet, set(roles.values()))
    guesses = _guesses(sheet, {*roles.values(), *attributes.values()})
    days = sorted(filter(None, map(day_of, sheet.cells[roles["date"]].unique()))) if "date" in roles else []
    last = date.fromisoformat(days[-1]) if days else date.today()
    personal = personal_columns(sheet, last, roles.get("area"))
    taken = {*roles.values(), *attributes.values(), *(guess.column for guess in guesses)}
    rest = [column for column in sheet.columns if column not in {*taken, *personal}]
    lines = [
        *_head(source, sheet, days, personal),
        *_role_lines(roles, sheet),
        *(line for id, column in attributes.items() for line in _attribute_lines(id, column, sheet)),
        *(line for guess in guesses for line in _measure_lines(guess, sheet)),
        *_rest_lines(rest, sheet),
    ]
    return "\n".join(lines) + "\n"


def suggest_for(path: Path) -> str:
    """A mapping file to start from, for the one table that a path leads to.

    Parameters
    ----------
    path
        A file; a zip or a folder where it holds one table.

    Raises
    ------
    Refused
        If there is no file, it holds no table or several, or the table can't be read.
    """
    found = list(find_sources([path]))
    tables = [source for source in found if isinstance(source, Source) and tabular.is_tabular(source)]
    unopened = [item for item in found if isinstance(item, Unopened)]
    if not tables and unopened:
        raise Refused([Problem(unopened[0].why, "Name a file that can be opened")])
    if len(tables) != 1:
        what = f"it holds {len(tables):,} tables" if tables else "it is no table"
        raise Refused([Problem(what, "Name one .csv, .tsv, .tab, .xlsx or .sav file")])
    return suggest_mapping(tables[0])


def write_new(path: Path, text: str) -> None:
    """Write a text to a file that is not there yet.

    Parameters
    ----------
    path
        Where to.
    text
        What.

    Raises
    ------
    Refused
        If the file is there already or can't be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Refused([Problem(f"“{path}” is there already", "Name another file, or remove that one")]) from error
    except OSError as error:
        raise Refused([Problem(f"“{path}” can't be written: {error.strerror}", "Name another file")]) from error


# Telling answers from other tables


def _one_row_an_area(sheet: Sheet) -> bool:
    for column in sheet.columns:
        values = sheet.cells[column]
        if gss.is_code(values.iloc[0]) and values.nunique() > 0.9 * len(values):
            return True
    return False


def _holds_answers(sheet: Sheet, column: str) -> bool:
    distinct = [value for value in sheet.cells[column].unique() if value]
    if not 2 <= len(distinct) <= _MOST_CODES:
        return False
    return all(_CODE.fullmatch(value) for value in distinct) or _scale_answers(distinct) >= 2


def _asks(sheet: Sheet, column: str) -> bool:
    """Whether a column holds answers to a question of the catalogue: words of its scale, or codes under its name."""
    distinct = [value for value in sheet.cells[column].unique() if value]
    if not 2 <= len(distinct) <= _MOST_CODES:
        return False
    coded = all(_CODE.fullmatch(value) for value in distinct)
    return any(
        _is_named(column, measure) if coded else _opinions(distinct, measure) >= max(2, len(distinct) / 2)
        for measure in measures().values()
        if coded or measure.scale not in _OF_ANY_TABLE or _is_named(column, measure)
    )


def _is_named(column: str, measure: Measure) -> bool:
    """Whether the header of a column is that of a question: its number in a published file, or several of its words."""
    known = vocabulary("published_measures", "pas_questions").lookup(column)
    if known is not None:
        return bool(known["measure"] == measure.id)
    theirs = _words(column)
    ours = [_words(text) for text in (measure.wording, measure.label, measure.id)]
    return len(theirs) > 1 and max(_alike(theirs, other) for other in ours) >= 0.5


def _opinions(words: list[str], measure: Measure) -> int:
    """How many of some words are opinions of the scale of a measure."""
    answers = [measure.answer(word) for word in words]
    return sum(answer is not None and measure.classes[answer] != DONT_KNOW for answer in answers)


def _scale_answers(words: list[str]) -> int:
    """How many of some words are answers of the scale that has most of them."""
    return max(sum(scale.answer(word) is not None for word in words) for scale in measures().values())


# Guesses


def _roles(sheet: Sheet) -> dict[str, str]:
    found: dict[str, str] = {}
    for role, pattern in _ROLES.items():
        for column in sheet.columns:
            if (
                column not in found.values()
                and re.fullmatch(pattern, _letters(column))
                and _can_be(role, column, sheet)
            ):
                found[role] = column
                break
    return found


def _can_be(role: str, column: str, sheet: Sheet) -> bool:
    values = sheet.cells[column]
    if role == "respondent":
        return bool(values.is_unique)
    if role == "weight":
        return all(tabular.number(value, sheet.decimal_comma) is not None for value in values.unique())
    if role == "date":
        return all(day_of(value) is not None for value in values.unique() if value)
    return bool((values != "").any())


def _attributes(sheet: Sheet, taken: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for id, pattern in _ATTRIBUTES.items():
        for column in sheet.columns:
            free = column not in taken and column not in found.values()
            if free and re.fullmatch(pattern, _letters(column)) and sheet.cells[column].nunique() <= 2 * _MOST_CODES:
                found[id] = column
                break
    return found


def _guesses(sheet: Sheet, taken: set[str]) -> list[_Guess]:
    """Pairs of column and measure, the likeliest first, each column and each measure once; in the file's order."""
    scored = [
        (score, column, measure)
        for column in sheet.columns
        if column not in taken and _holds_answers(sheet, column)
        for measure in measures().values()
        if (score := _score(sheet, column, measure)) >= 0.5
    ]
    chosen: dict[str, Measure] = {}
    for _, column, measure in sorted(scored, key=lambda item: -item[0]):
        if column not in chosen and measure not in chosen.values():
            chosen[column] = measure
    return [_guess(sheet, column, chosen[column]) for column in sheet.columns if column in chosen]


def _score(sheet: Sheet, column: str, measure: Measure) -> float:
    """From 0 to 1, how likely a column holds a measure."""
    labels = list(sheet.value_labels.get(column, {}).values())
    words = labels or [value for value in sheet.cells[column].unique() if value and not _CODE.fullmatch(value)]
    if words and sum(measure.answer(word) is not None for word in words) < 2:
        return 0
    known = vocabulary("published_measures", "pas_questions").lookup(column)
    if known is not None:
        return 1 if known["measure"] == measure.id else 0
    theirs = [_words(text) for text in (sheet.labels.get(column, ""), column)]
    ours = [_words(text) for text in (measure.wording, measure.label, measure.id)]
    return max(_alike(one, other) for one in theirs for other in ours)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", _STOP_WORDS.sub(" ", text.casefold().replace("_", " "))))


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if len(one & other) > 1 or one == other != set() else 0


def _guess(sheet: Sheet, column: str, measure: Measure) -> _Guess:
    labels = sheet.value_labels.get(column, {})
    present = sorted(filter(None, sheet.cells[column].unique()), key=_in_order)
    codes = list(dict.fromkeys([*labels, *present]))
    if labels or not all(_CODE.fullmatch(code) for code in codes):
        means = {code: _answer(labels.get(code, code), measure) for code in codes}
        sure = True
    else:
        # Record-level files of the Public Attitude Survey number answers from 1; higher codes are no answers.
        order = [answer for answer, class_ in measure.classes.items() if class_ != DONT_KNOW]
        means = {code: order[int(code) - 1] if 1 <= int(code) <= len(order) else None for code in codes}
        sure = False
    answers = {code: answer for code, answer in means.items() if answer is not None}
    return _Guess(measure, column, answers, tuple(code for code in codes if code not in answers), sure)


def _answer(words: str, measure: Measure) -> str | None:
    dont_know = next(answer for answer, class_ in measure.classes.items() if class_ == DONT_KNOW)
    return measure.answer(words) or (dont_know if normalise(words.replace("’", "'")) in _DONT_KNOW else None)


# Writing


def _head(source: Source, sheet: Sheet, days: list[str], personal: Mapping[str, str]) -> Iterator[str]:
    yield f"# A start for the mapping of {_text(source.name)}, guessed from its columns and labels."
    yield "# Check every line against the questionnaire. Lines that begin with # could not be guessed: fill them in and"
    yield "# remove the sign. What every key means: docs/mapping.md."
    yield ""
    guessed = {"starts": days[0], "ends": days[-1]} if days else {}
    for key, example in EXAMPLES.items():
        yield f"{key} = {guessed[key]}" if key in guessed else f"# {example}"
    yield '# population = "adults aged 16 and over"'
    yield '# design = "how the sample was drawn"'
    if personal:
        yield "# These columns look like personal data. Drop them on purpose here, or remove them from the file:"
        for column, what in personal.items():
            yield f"#   {_text(column)}: {what}"
        yield f"# drop = [{', '.join(map(_text, personal))}]"


def _role_lines(roles: Mapping[str, str], sheet: Sheet) -> Iterator[str]:
    yield from ("", "[columns]")
    for role in _ROLES:
        yield f"{role} = {_text(roles[role])}{_told(roles[role], sheet)}" if role in roles else f'# {role} = "…"'


def _attribute_lines(id: str, column: str, sheet: Sheet) -> Iterator[str]:
    labels = sheet.value_labels.get(column, {})
    values = sorted(filter(None, sheet.cells[column].unique()), key=_in_order)
    yield from ("", f"[attributes.{id}]", f"column = {_text(column)}{_told(column, sheet)}")
    if labels or all(_CODE.fullmatch(value) for value in values):
        yield f"[attributes.{id}.values]"
        for value in dict.fromkeys([*labels, *values]):
            yield f"{_key(value)} = {_text(labels[value])}" if value in labels else f'# {_key(value)} = "…"'


def _measure_lines(guess: _Guess, sheet: Sheet) -> Iterator[str]:
    id, labels = guess.measure.id, sheet.value_labels.get(guess.column, {})
    yield from ("", f"[measures.{id}]", f"column = {_text(guess.column)}{_told(guess.column, sheet)}")
    yield f"# {guess.measure.wording}"
    if guess.not_answers:
        told = ", ".join(_text(labels[code]) for code in guess.not_answers if code in labels)
        yield f"not_answers = [{', '.join(map(_text, guess.not_answers))}]{f'  # {told}' if told else ''}"
    if guess.sure and all(normalise(code) == normalise(answer) for code, answer in guess.answers.items()):
        return
    if not guess.sure:
        yield "# The file has no labels: this is the usual order of the answers, to be checked."
    yield f"[measures.{id}.answers]"
    for code, answer in guess.answers.items():
        yield f"{_key(code)} = {_text(answer)}"


def _rest_lines(rest: list[str], sheet: Sheet) -> Iterator[str]:
    if rest:
        yield ""
        yield "# Columns that nothing was guessed for; those that stay unmapped are not kept:"
        for column in rest:
            yield f"#   {_text(column)}{_told(column, sheet)}"


def _told(column: str, sheet: Sheet) -> str:
    label = sheet.labels.get(column, "")
    return f"  # {_text(label)[1:-1]}" if label else ""


def _text(words: str) -> str:
    """A text in quotes, as TOML has it."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(code: str) -> str:
    return code if re.fullmatch(r"[A-Za-z0-9_-]+", code) else _text(code)


def _in_order(code: str) -> tuple[float, str]:
    return (float(code), "") if _CODE.fullmatch(code) else (float("inf"), code)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()

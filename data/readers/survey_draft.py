"""A mapping in the making: what a form shows of a survey file, and the mapping file that comes of what is chosen.

A draft begins with the mapping of an earlier wave where all its columns are in the file, else with what the file's own
columns suggest. What the form does not show, such as codes of areas, stays as it was.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from data.readers import tabular
from data.readers.personal_data import personal_columns
from data.readers.source import Refused, Source
from data.readers.survey_mapping import COLUMNS, EXAMPLES, parse, why_not
from data.readers.survey_suggestion import suggest_mapping
from data.vocabularies import normalise
from data.vocabularies.survey import attributes, measures
from data.words import listing

NOT_KEPT, DROPPED = "", "drop"
ATTRIBUTE, MEASURE = "attribute ", "measure "
NO_ANSWER = "not an answer"
"""What a code means that is no answer, such as not applicable."""

WAVE = (*EXAMPLES, "questionnaire", "design", "mode", "population", "weighting")
"""What a form asks about the wave."""

OF_A_MEASURE = ("reversed", "wording", "asked_of")
"""What a form asks about a question beside its codes."""

ROLES = (
    NOT_KEPT,
    *COLUMNS,
    *(ATTRIBUTE + id for id in attributes()),
    *(MEASURE + id for id in measures()),
    DROPPED,
)
"""What a column can be."""

NEEDED = {
    "survey": "survey",
    "force": "force",
    "wave": "wave",
    "label": "wave in words",
    "starts": "first day of fieldwork",
    "ends": "last day of fieldwork",
}
"""What must be said about a wave, in words."""

_MOST_CODES = 20
_OF_A_WAVE = ("wave", "label", "starts", "ends")
_QUARTERS = ("January to March", "April to June", "July to September", "October to December")


@dataclass(frozen=True)
class Code:
    """One value of a column: as written, its label in the file, and how many people have it."""

    value: str
    label: str
    people: int


@dataclass(frozen=True)
class Seen:
    """A column as it stands in the file.

    Attributes
    ----------
    name, label
        Its header and, in an SPSS file, its label.
    codes
        Its values, where they are few enough to be codes.
    example
        A few of its values.
    personal
        What personal data it seems to hold; blank where none.
    """

    name: str
    label: str
    codes: tuple[Code, ...]
    example: str
    personal: str


@dataclass(frozen=True)
class Draft:
    """A mapping to start from.

    Attributes
    ----------
    content
        The mapping as TOML has it.
    columns
        The columns of the file, in order.
    remembered
        The earlier wave whose mapping it is; blank where it was guessed.
    """

    content: Mapping[str, Any]
    columns: tuple[Seen, ...]
    remembered: str = ""

    def role(self, column: str) -> str:
        """What a column is taken for: one of `ROLES`."""
        for role, name in self.content.get("columns", {}).items():
            if name == column:
                return str(role)
        for prefix, table in ((ATTRIBUTE, "attributes"), (MEASURE, "measures")):
            for id, about in self.content.get(table, {}).items():
                if about.get("column") == column:
                    return prefix + str(id)
        return DROPPED if column in self.content.get("drop", ()) else NOT_KEPT

    def said(self, role: str, key: str) -> Any:  # noqa: ANN401 - a text, or whether the item is reversed
        """What the draft says of a measure beside its codes, by key of `OF_A_MEASURE`; None where it says nothing."""
        return self.content.get("measures", {}).get(role.removeprefix(MEASURE), {}).get(key)

    def means(self, role: str, code: Code) -> str:
        """What a code means in a role: an answer of the scale, `NO_ANSWER`, or words; blank where nobody said."""
        if role.startswith(MEASURE):
            return self._answer(role.removeprefix(MEASURE), code)
        values = self.content.get("attributes", {}).get(role.removeprefix(ATTRIBUTE), {}).get("values", {})
        return _of_code(values, code.value) or code.label

    def _answer(self, id: str, code: Code) -> str:
        about = self.content.get("measures", {}).get(id, {})
        if normalise(code.value) in {normalise(tabular.code(item)) for item in about.get("not_answers", ())}:
            return NO_ANSWER
        given = _of_code(about.get("answers", {}), code.value) or code.label or code.value
        return measures()[id].answer(given) or ""


def drafted(source: Source, earlier: Iterable[tuple[str, Source]] = ()) -> Draft:
    """A mapping to start from for a file of survey answers.

    Parameters
    ----------
    source
        The file.
    earlier
        Mappings of earlier waves with the name of the wave, the newest first; the first that fits is taken.

    Raises
    ------
    Refused
        If the file is no table or can't be read.
    """
    suggested = tomllib.loads(suggest_mapping(source))
    days: dict[str, Any] = {key: suggested[key] for key in ("starts", "ends") if key in suggested}
    columns = _columns(source, days.get("ends") or date.today())
    content, remembered = suggested, ""
    for label, file in earlier:
        fitting = _fitting(file, source)
        if fitting is not None:
            content = {key: value for key, value in fitting.items() if key not in _OF_A_WAVE} | days
            remembered = label
            break
    mapped = Draft(content, columns)
    drop = [column.name for column in columns if column.personal and mapped.role(column.name) == NOT_KEPT]
    return Draft({**content, **named(days), "drop": [*content.get("drop", ()), *drop]}, columns, remembered)


def named(days: Mapping[str, Any]) -> dict[str, str]:
    """The id and the name of a wave whose days all lie in one month or quarter; nothing where they do not.

    Parameters
    ----------
    days
        ``starts`` and ``ends``, where they are known.
    """
    starts, ends = days.get("starts"), days.get("ends")
    if not isinstance(starts, date) or not isinstance(ends, date) or starts.year != ends.year:
        return {}
    if starts.month == ends.month:
        return {"wave": f"{starts:%Y-%m}", "label": f"{starts:%B %Y}"}
    quarter = (starts.month - 1) // 3
    if quarter != (ends.month - 1) // 3:
        return {}
    return {"wave": f"{starts:%Y}-Q{quarter + 1}", "label": f"{_QUARTERS[quarter]} {starts:%Y}"}


def written(
    draft: Draft,
    wave: Mapping[str, Any],
    roles: Mapping[str, str],
    meanings: Mapping[tuple[str, str], str],
    questions: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> str:
    """The mapping file that comes of what was chosen in a form.

    Parameters
    ----------
    draft
        What the form began with; what the form does not show is taken from here.
    wave
        What is said about the wave, by key of `WAVE`; blank for what is not said.
    roles
        What each column is, by column: one of `ROLES`.
    meanings
        What each code means, by column and code; blank for nothing.
    questions
        What is said of a question beside its codes, by column and key of `OF_A_MEASURE`; blank or false for nothing.

    Returns
    -------
    str
        TOML, as `data.readers.survey_mapping.parse` reads it; whether it is whole is for that to say.
    """
    import tomli_w

    content = {key: deepcopy(value) for key, value in draft.content.items() if key not in (*WAVE, *_MADE_OF_ROLES)}
    content |= {key: wave[key] for key in WAVE if wave.get(key)}
    content["drop"] = [column for column, role in roles.items() if role == DROPPED]
    content["columns"] = {role: column for column, role in roles.items() if role in COLUMNS}
    if draft.content.get("areas") and "area" in content["columns"]:
        content["areas"] = dict(draft.content["areas"])
    for prefix, table in ((ATTRIBUTE, "attributes"), (MEASURE, "measures")):
        before = draft.content.get(table, {})
        content[table] = {
            role.removeprefix(prefix): _about(before, role, prefix, column, meanings)
            | {key: value for key, value in questions.get(column, {}).items() if value}
            for column, role in roles.items()
            if role.startswith(prefix)
        }
    return tomli_w.dumps({key: value for key, value in content.items() if value not in ({}, [])})


_MADE_OF_ROLES = ("drop", "columns", "areas", "attributes", "measures")


def _about(
    before: Mapping[str, Any], role: str, prefix: str, column: str, meanings: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    """A table of one attribute or measure: what the draft has of it, with the column and the codes that were chosen."""
    old = before.get(role.removeprefix(prefix), {})
    shown = ("column", "values", "answers", "not_answers", *OF_A_MEASURE)
    about = {key: value for key, value in old.items() if key not in shown}
    about["column"] = column
    chosen = {code: meaning for (name, code), meaning in meanings.items() if name == column and meaning}
    said = {normalise(code) for name, code in meanings if name == column}
    unseen = {
        str(code): words
        for code, words in old.get("values" if prefix == ATTRIBUTE else "answers", {}).items()
        if normalise(tabular.code(code)) not in said
    }
    if prefix == ATTRIBUTE:
        return about | ({"values": {**unseen, **chosen}} if unseen or chosen else {})
    answers = {code: meaning for code, meaning in chosen.items() if meaning != NO_ANSWER}
    none = [code for code, meaning in chosen.items() if meaning == NO_ANSWER]
    none += [code for code in map(tabular.code, old.get("not_answers", ())) if normalise(code) not in said]
    return about | {"answers": {**unseen, **answers}} | ({"not_answers": none} if none else {})


def lacking(
    draft: Draft,
    wave: Mapping[str, Any],
    roles: Mapping[str, str],
    meanings: Mapping[tuple[str, str], str],
    questions: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """What has still to be said in a form before its mapping can be used, in sentences.

    Parameters
    ----------
    draft, wave, roles, meanings, questions
        As `written` takes them.
    """
    blank = [words for key, words in NEEDED.items() if not wave.get(key)]
    asked = {name: measures()[role.removeprefix(MEASURE)] for name, role in roles.items() if role.startswith(MEASURE)}
    said = [f"Fill in, under The wave: {listing(blank)}."] if blank else []
    if not asked:
        said.append("Choose, under The columns, which column holds the answers to which question.")
    for column, measure in asked.items():
        said += _lacking(column, measure.label, meanings, questions.get(column, {}))
    counts = Counter(role for role in roles.values() if role not in (NOT_KEPT, DROPPED))
    twice = [role.partition(" ")[2] or role for role, times in counts.items() if times > 1]
    return said + [f"Say of one column alone, under The columns, that it is {role}." for role in twice]


def _lacking(
    column: str, label: str, meanings: Mapping[tuple[str, str], str], question: Mapping[str, Any]
) -> Iterator[str]:
    codes = [code for (name, code), meaning in meanings.items() if name == column and not meaning]
    if codes:
        yield (
            f"Say, under The answers, what {listing([f'“{code}”' for code in codes])} of “{column}” {_mean(codes)} for "
            f"“{label}”, or that {'it is no answer' if len(codes) == 1 else 'they are no answers'}."
        )
    if question.get("reversed") and not question.get("wording"):
        yield f"Write, under The answers, how “{label}” was worded: a negative item has a wording of its own."


def _mean(codes: Sequence[str]) -> str:
    return "means" if len(codes) == 1 else "mean"


def _fitting(file: Source, source: Source) -> dict[str, Any] | None:
    """The content of a mapping whose columns are all in a file; None where they are not, or its form is of before."""
    try:
        mapping = parse(file)
    except Refused:  # written for an earlier version of the catalogue: the file itself suggests one
        return None
    return tomllib.loads(file.content.decode("utf-8-sig")) if why_not(mapping, source) is None else None


def _columns(source: Source, last: date) -> tuple[Seen, ...]:
    sheet = tabular.read(source)
    personal = personal_columns(sheet, last)
    return tuple(_seen(sheet, column, personal.get(column, "")) for column in sheet.columns)


def _seen(sheet: tabular.Sheet, column: str, personal: str) -> Seen:
    counts = sheet.cells[column].value_counts()
    counts = counts[counts.index != ""]
    labels = sheet.value_labels.get(column, {})
    values = sorted({*counts.index, *labels}, key=_in_order) if len(counts) <= _MOST_CODES else []
    codes = tuple(Code(str(value), labels.get(value, ""), int(counts.get(value, 0))) for value in values)
    # Of what seems personal no example is shown.
    example = "" if personal else ", ".join(map(str, counts.index[:3]))
    return Seen(column, sheet.labels.get(column, ""), codes, example[:60], personal)


def _in_order(code: str) -> tuple[float, str]:
    try:
        return float(code), ""
    except ValueError:
        return float("inf"), code


def _of_code(table: Mapping[str, Any], code: str) -> str:
    wanted = normalise(code)
    return next((str(words) for given, words in table.items() if normalise(tabular.code(given)) == wanted), "")

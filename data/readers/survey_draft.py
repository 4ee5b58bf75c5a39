"""A mapping in the making: what a form shows of a survey file, and the mapping file that comes of what is chosen.

A draft begins with the mapping of an earlier wave where the file has at least half of its questions, else with what the
file's own columns suggest. What is not as it was before is said, column by column. What the form does not show stays as
it was.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from data.readers import tabular
from data.readers.source import Source
from data.readers.survey_before import Earlier, label_answer, mirrored, runs_against, take_over, usable
from data.readers.survey_columns import Code, Seen, columns_of, of_code
from data.readers.survey_form import ATTRIBUTE as ATTRIBUTE
from data.readers.survey_form import DROPPED as DROPPED
from data.readers.survey_form import MEASURE as MEASURE
from data.readers.survey_form import NOT_KEPT as NOT_KEPT
from data.readers.survey_form import role_words
from data.readers.survey_mapping import COLUMNS, EXAMPLES
from data.readers.survey_suggestion import suggest_mapping
from data.readers.wave_names import following, named
from data.vocabularies import normalise
from data.vocabularies.survey import attributes, measures
from data.words import listing

NO_ANSWER = "not an answer"
"""What a code means that is no answer, such as not applicable."""

WAVE = (*EXAMPLES, "questionnaire", "design", "mode", "population", "weighting")
"""What a form asks about the wave."""

OF_A_MEASURE = ("reversed", "wording", "comparable", "asked_of")
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

_NOTHING: Mapping[str, Any] = MappingProxyType({})


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
    before
        That earlier mapping, as TOML has it.
    differs
        What is not as it was before, in sentences by column.
    lacks
        What the earlier mapping has and the file lacks, in sentences.
    follows
        Whether the wave is taken for the one after, as no day of an interview says which it is.
    """

    content: Mapping[str, Any]
    columns: tuple[Seen, ...]
    remembered: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    differs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    follows: bool = False

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

    def means(self, role: str, code: Code, turned: bool = False) -> str:
        """What a code means in a role: an answer of the scale, `NO_ANSWER`, or words; blank where nobody said.

        With `turned`, the answer at the other end of the scale, for a file whose codes run the other way.
        """
        if role.startswith(MEASURE):
            id = role.removeprefix(MEASURE)
            answer = self._answer(id, code)
            return mirrored(measures()[id], answer) if turned else answer
        values = self.content.get("attributes", {}).get(role.removeprefix(ATTRIBUTE), {}).get("values", {})
        return of_code(values, code.value) or code.label

    def area(self, code: Code) -> str:
        """The name or GSS code of an area by what the file calls it; blank where it is kept as written."""
        return of_code(self.content.get("areas", {}), code.value) or code.label

    def asked_before(self, role: str) -> str:
        """The question as the wave before asked it; blank where that is not known."""
        id = role.removeprefix(MEASURE)
        about = self.before.get("measures", {}).get(id)
        return "" if about is None else str(about.get("wording") or measures()[id].wording)

    def against(self, role: str, meanings: Mapping[str, str]) -> str:
        """A sentence where the codes of a question run the other way than before; blank where they do not."""
        id = role.removeprefix(MEASURE)
        before = self.before.get("measures", {}).get(id, {})
        return runs_against(measures()[id], meanings, before, self.remembered)

    def _answer(self, id: str, code: Code) -> str:
        about = self.content.get("measures", {}).get(id, {})
        if normalise(code.value) in {normalise(tabular.code(item)) for item in about.get("not_answers", ())}:
            return NO_ANSWER
        measure = measures()[id]
        given = label_answer(measure, code) or of_code(about.get("answers", {}), code.value) or code.value
        return measure.answer(given) or ""


@dataclass(frozen=True)
class Start:
    """What a draft can begin with.

    Attributes
    ----------
    suggested
        What the file itself suggests, as TOML has it.
    columns
        The columns of the file, in order.
    earlier
        The mappings of earlier waves that are of use, the best first.
    """

    suggested: Mapping[str, Any]
    columns: tuple[Seen, ...]
    earlier: tuple[Earlier, ...]

    @property
    def days(self) -> dict[str, Any]:
        """The first and the last day of an interview, where the file has them."""
        return {key: self.suggested[key] for key in ("starts", "ends") if key in self.suggested}

    def draft(self, before: Earlier | None) -> Draft:
        """A mapping to start from.

        Parameters
        ----------
        before
            One of `earlier`; None for what the file itself suggests.
        """
        days = self.days or (following(before.content, date.today()) if before else {})
        if before is None:
            return _whole(Draft(self.suggested, self.columns), days)
        made = take_over(before, self.columns, self.suggested)
        draft = Draft(
            made.content,
            self.columns,
            before.label,
            before.content,
            made.differs,
            tuple(made.lacks),
            bool(days) and not self.days,
        )
        return _whole(draft, days)


def begun(source: Source, earlier: Iterable[tuple[str, Source]] = ()) -> Start:
    """What a mapping for a file of survey answers can begin with.

    Parameters
    ----------
    source
        The file.
    earlier
        Mappings of earlier waves with the name of the wave, the newest first.

    Raises
    ------
    Refused
        If the file is no table or can't be read.
    """
    sheet = tabular.read(source)
    suggested = tomllib.loads(suggest_mapping(source, sheet))
    columns = columns_of(sheet, suggested.get("ends") or date.today())
    return Start(suggested, columns, tuple(usable(source, sheet.columns, suggested, earlier)))


def drafted(source: Source, earlier: Iterable[tuple[str, Source]] = ()) -> Draft:
    """A mapping to start from for a file of survey answers: the best of the earlier ones, else a guess.

    Parameters
    ----------
    source, earlier
        As `begun` takes them.

    Raises
    ------
    Refused
        If the file is no table or can't be read.
    """
    start = begun(source, earlier)
    return start.draft(next(iter(start.earlier), None))


def _whole(draft: Draft, days: Mapping[str, Any]) -> Draft:
    """A draft with the days and the name of its wave, and with what looks personal left out."""
    drop = [column.name for column in draft.columns if column.personal and draft.role(column.name) == NOT_KEPT]
    content = {**draft.content, **days, **named(days), "drop": [*draft.content.get("drop", ()), *drop]}
    return replace(draft, content=content)


def written(
    draft: Draft,
    wave: Mapping[str, Any],
    roles: Mapping[str, str],
    meanings: Mapping[tuple[str, str], str],
    questions: Mapping[str, Mapping[str, Any]] = _NOTHING,
    areas: Mapping[str, str] = _NOTHING,
    raking: Mapping[str, Any] | None = None,
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
    areas
        Name or GSS code of an area by what the file calls it, where a form shows them; blank for as written.
    raking
        How weights are made, as TOML has it; empty for not at all, None for as the draft has it.

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
    if "area" in content["columns"]:
        content["areas"] = _areas(draft.content.get("areas", {}), areas)
    for prefix, table in ((ATTRIBUTE, "attributes"), (MEASURE, "measures")):
        before = draft.content.get(table, {})
        content[table] = {
            role.removeprefix(prefix): _about(before, role, prefix, column, meanings)
            | {key: value for key, value in questions.get(column, {}).items() if value}
            for column, role in roles.items()
            if role.startswith(prefix)
        }
    if raking is not None:
        content["raking"] = dict(raking)
    return tomli_w.dumps({key: value for key, value in content.items() if value not in ({}, [])})


def for_weights(file: Source) -> Source:
    """A mapping in the making with a wave and a question in place of those not yet said, so that raking can be tried.

    Parameters
    ----------
    file
        The mapping file, as `written` makes it.
    """
    import tomli_w

    content = tomllib.loads(file.content.decode())
    held: dict[str, Any] = {
        key: content[key] for key in ("sheet", "columns", "areas", "attributes", "raking") if key in content
    }
    wave = tomllib.loads("\n".join(EXAMPLES.values()))
    question = {"measures": {next(iter(measures())): {"column": "-"}}}
    return replace(file, content=tomli_w.dumps({**wave, **held, **question}).encode())


def _areas(before: Mapping[str, Any], chosen: Mapping[str, str]) -> dict[str, str]:
    """The areas that were chosen, and those of before that this file does not have."""
    said = {normalise(code) for code in chosen}
    unseen = {str(code): words for code, words in before.items() if normalise(tabular.code(code)) not in said}
    return {**unseen, **_each_once({code: words for code, words in chosen.items() if words})}


def _each_once(meanings: Mapping[str, str]) -> dict[str, str]:
    """The meanings by code; codes that differ in case and spaces alone stand once where they mean the same."""
    kept: dict[tuple[str, str], str] = {}
    for code, words in meanings.items():
        kept.setdefault((normalise(code), words), code)
    return {code: words for (_, words), code in kept.items()}


_MADE_OF_ROLES = ("drop", "columns", "areas", "attributes", "measures")


def _about(
    before: Mapping[str, Any], role: str, prefix: str, column: str, meanings: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    """A table of one attribute or measure: what the draft has of it, with the column and the codes that were chosen."""
    old = before.get(role.removeprefix(prefix), {})
    shown = ("column", "values", "answers", "not_answers", *OF_A_MEASURE)
    about = {key: value for key, value in old.items() if key not in shown}
    about["column"] = column
    chosen = _each_once({code: meaning for (name, code), meaning in meanings.items() if name == column and meaning})
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
    return said + [
        f"Say of one column alone, under The columns, that it is “{role_words(role)}”: "
        f"{listing([f'“{column}”' for column, own in roles.items() if own == role])} are said to be."
        for role, times in counts.items()
        if times > 1
    ]


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

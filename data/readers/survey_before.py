"""What a mapping in the making takes over from that of an earlier wave, and what of it has to be looked at.

Columns are renamed from one questionnaire to the next and their codes stay, so what a column is goes by its name where
the file has it, else by what the file suggests for the same question. Everything that is not as it was is said.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from data.readers import tabular
from data.readers.source import Refused, Source
from data.readers.survey_columns import Code, Seen, of_code
from data.readers.survey_mapping import COLUMNS, matches, parse
from data.readers.survey_raking import NO_MARGINS, SOURCES, START, TRIM, WEIGHT, label_of
from data.vocabularies import normalise
from data.vocabularies.survey import DONT_KNOW, Measure, attributes, measures
from data.words import listing, plural

OF_A_WAVE = ("wave", "label", "starts", "ends")
"""What a mapping says of its wave alone."""

_ROLES = {
    "respondent": "number of the respondent",
    "weight": "weight",
    "stratum": "stratum of the sample",
    "psu": "sampling unit",
    "date": "day of the interview",
    "area": "area",
}
_ENOUGH = 0.5
"""Share of a mapping's questions that a file must have for the mapping to be of use to it."""


@dataclass(frozen=True)
class Earlier:
    """A mapping of an earlier wave.

    Attributes
    ----------
    label
        The wave.
    content
        The mapping as TOML has it.
    """

    label: str
    content: Mapping[str, Any]


@dataclass
class TakenOver:
    """A mapping that began with an earlier one.

    Attributes
    ----------
    content
        The mapping as TOML has it, without what is said of the wave.
    differs
        Sentences on what is not as it was, by column of the file.
    lacks
        Sentences on what the earlier mapping has and the file lacks.
    """

    content: dict[str, Any]
    differs: dict[str, list[str]] = field(default_factory=dict)
    lacks: list[str] = field(default_factory=list)

    def mark(self, column: str, sentence: str) -> None:
        """Say of a column what is not as it was."""
        self.differs.setdefault(column, []).append(sentence)


def usable(
    source: Source, names: Sequence[str], suggested: Mapping[str, Any], earlier: Iterable[tuple[str, Source]]
) -> list[Earlier]:
    """The mappings of earlier waves that are of use for a file, the best first, of the same content the newest alone.

    Parameters
    ----------
    source
        The file.
    names
        Its columns.
    suggested
        What the file itself suggests.
    earlier
        Mappings with the name of their wave, the newest first.
    """
    found: list[tuple[float, Earlier]] = []
    seen = []
    for label, file in earlier:
        content = _content(file)
        if content is None or not matches(content.get("file", "*"), source.name):
            continue
        rest = {key: value for key, value in content.items() if key not in OF_A_WAVE}
        share = _share(content, names, suggested)
        if rest not in seen and share >= _ENOUGH:
            found.append((share, Earlier(label, content)))
        seen.append(rest)
    return [before for _, before in sorted(found, key=lambda pair: -pair[0])]


def take_over(before: Earlier, columns: Sequence[Seen], suggested: Mapping[str, Any]) -> TakenOver:
    """A mapping that begins with an earlier one.

    Parameters
    ----------
    before
        The earlier mapping.
    columns
        The columns of the file.
    suggested
        What the file itself suggests.
    """
    names = {column.name: column for column in columns}
    old = before.content
    made = TakenOver({key: deepcopy(value) for key, value in old.items() if key not in (*OF_A_WAVE, "columns")})
    _columns(made, old, names, suggested)
    for table in ("attributes", "measures"):
        _table(made, table, old, names, suggested)
    _codes(made, names, before.label)
    _unkept(made, names, suggested)
    if "drop" in made.content:
        made.content["drop"] = [name for name in made.content["drop"] if name in names]
    if "area" not in made.content["columns"]:
        made.content.pop("areas", None)
    _raking(made)
    return made


def mirrored(measure: Measure, answer: str) -> str:
    """The answer at the other end of a scale; of don't know, and of what is no answer of it, itself.

    Parameters
    ----------
    measure
        The question.
    answer
        An answer of its scale.
    """
    order = _order(measure)
    return order[-1 - order.index(answer)] if answer in order else answer


def runs_against(measure: Measure, meanings: Mapping[str, str], before: Mapping[str, Any], label: str) -> str:
    """A sentence where the codes of a question run the other way than in an earlier mapping; blank where they do not.

    Parameters
    ----------
    measure
        The question.
    meanings
        Answer by code, as chosen.
    before
        What the earlier mapping says of the question.
    label
        The earlier wave.
    """
    theirs = {tabular.code(code): measure.answer(str(words)) or "" for code, words in before.get("answers", {}).items()}
    now, then = _direction(measure, meanings), _direction(measure, theirs)
    if now * then >= 0:
        return ""
    code = next((code for code in meanings if theirs.get(code, "") not in ("", meanings[code])), None)
    said = f": there “{code}” was {theirs[code]}, here it is {meanings[code]}" if code is not None else ""
    return f"The codes run the other way than in {label}{said}. Check the questionnaire."


def label_answer(measure: Measure, code: Code) -> str:
    """The answer that the file itself says a code is; blank where it does not say."""
    return measure.answer(code.label) or "" if code.label else ""


def _order(measure: Measure) -> list[str]:
    return [answer for answer, class_ in measure.classes.items() if class_ != DONT_KNOW]


def _direction(measure: Measure, meanings: Mapping[str, str]) -> float:
    """Above 0 where higher codes stand further down the scale, below 0 where further up, 0 where neither."""
    order = _order(measure)
    pairs = [(float(code), order.index(words)) for code, words in meanings.items() if code.isdigit() and words in order]
    return sum((a - b) * (one - other) for place, (a, one) in enumerate(pairs) for b, other in pairs[:place])


def _content(file: Source) -> dict[str, Any] | None:
    try:
        parse(file)
    except Refused:  # written for an earlier version of the catalogue: the file itself suggests one
        return None
    return tomllib.loads(file.content.decode("utf-8-sig"))


def _share(content: Mapping[str, Any], names: Sequence[str], suggested: Mapping[str, Any]) -> float:
    """The share of the columns of a mapping that a file has; a question under another name counts as half."""
    asked = content.get("measures", {})
    there = [1 if a["column"] in names else 0.5 * (id in suggested.get("measures", {})) for id, a in asked.items()]
    if not any(there) or sum(map(bool, there)) < _ENOUGH * len(asked):
        return 0
    others = [*content.get("columns", {}).values(), *(a["column"] for a in content.get("attributes", {}).values())]
    return 0.5 + (sum(there) + sum(name in names for name in others)) / (2 * (len(asked) + len(others)))


def _columns(made: TakenOver, old: Mapping[str, Any], names: Mapping[str, Seen], suggested: Mapping[str, Any]) -> None:
    held: dict[str, str] = {}
    kept, new = old.get("columns", {}), suggested.get("columns", {})
    for role in COLUMNS:
        name = kept.get(role)
        if name in names:
            held[role] = name
        elif name is not None and role in new:
            held[role] = new[role]
            made.mark(new[role], f"Before, the column of the {_ROLES[role]} was “{name}”.")
        elif name is not None:
            counts = " Every respondent counts as 1." if role == "weight" else ""
            made.lacks.append(f"The file has no column “{name}”, which was the {_ROLES[role]}.{counts}")
        elif role == "weight" and role in new:
            held[role] = new[role]
            made.mark(new[role], "The wave before had no weight; this looks like one.")
    made.content["columns"] = held


def _table(
    made: TakenOver, table: str, old: Mapping[str, Any], names: Mapping[str, Seen], suggested: Mapping[str, Any]
) -> None:
    held: dict[str, Any] = {}
    taken = set(made.content["columns"].values())
    for id, about in old.get(table, {}).items():
        name, new = about["column"], suggested.get(table, {}).get(id, {}).get("column")
        if name in names:
            held[id] = deepcopy(about)
        elif new is not None and new not in taken:
            held[id] = {**deepcopy(about), "column": new}
            made.mark(new, f"Before, “{_called(table, id)}” was the column “{name}”. Its codes are taken over.")
        else:
            made.lacks.append(f"The file has no column “{name}”, which was “{_called(table, id)}”.")
    made.content[table] = held


def _codes(made: TakenOver, names: Mapping[str, Seen], label: str) -> None:
    """Mark the codes of a question that the mapping before did not have, or whose label says something else."""
    for id, about in made.content["measures"].items():
        measure, column = measures()[id], names[about["column"]]
        none = {normalise(tabular.code(item)) for item in about.get("not_answers", ())}
        for sentence in _of_codes(measure, column, about.get("answers", {}), none, label):
            made.mark(column.name, sentence)


def _of_codes(measure: Measure, column: Seen, answers: Mapping[str, Any], none: set[str], label: str) -> Iterator[str]:
    new = []
    for code in column.codes:
        if normalise(code.value) in none:
            continue
        before = measure.answer(of_code(answers, code.value)) or ""
        here = label_answer(measure, code)
        if before and here and here != before:
            yield f"Its label says that “{code.value}” is {here}; in {label} it was {before}. The label is taken."
        elif not before and not here and code.people and measure.answer(code.value) is None:
            new.append(f"“{code.value}” ({plural(code.people, 'person', 'people')})")
    if new:
        yield f"{listing(new)} had no meaning before."


def _unkept(made: TakenOver, names: Mapping[str, Seen], suggested: Mapping[str, Any]) -> None:
    """Mark the columns that look like a question or a group that the mapping before did not keep."""
    kept = {about["column"] for table in ("attributes", "measures") for about in made.content[table].values()}
    kept |= {*made.content["columns"].values(), *made.content.get("drop", ())}
    for table in ("measures", "attributes"):
        for id, about in suggested.get(table, {}).items():
            if about["column"] not in kept and id not in made.content[table]:
                made.mark(about["column"], f"It looks like “{_called(table, id)}”, which was not kept before.")


def _raking(made: TakenOver) -> None:
    """Keep of the margins those that the file still has a column for."""
    held = {*made.content["attributes"], *(["area"] if "area" in made.content["columns"] else [])}
    old = made.content.pop("raking", {})
    margins = {of: shares for of, shares in old.items() if of in held}
    gone = [of for of in old if of not in (*held, *NO_MARGINS)]
    if gone:
        made.lacks.append(
            f"Weights were raked to {listing([label_of(of) for of in gone])} too; the file has no column of it."
        )
    rest = {key: old[key] for key in (START, TRIM) if key in old}
    if "weight" not in made.content["columns"] and rest.get(START) == WEIGHT:
        del rest[START]
    sources = {of: text for of, text in old.get(SOURCES, {}).items() if of in margins}
    if margins:
        made.content["raking"] = {**rest, **({SOURCES: sources} if sources else {}), **margins}


def _called(table: str, id: str) -> str:
    return measures()[id].label if table == "measures" else attributes()[id].label

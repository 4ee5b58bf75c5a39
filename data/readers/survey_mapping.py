"""The mapping file: what the columns and codes of one survey file mean, as TOML. How to write one: docs/mapping.md.

Every key is checked, and every problem is told at once, with the key it stands under.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from data.readers import tabular
from data.readers.source import InForm, Problem, Refused, Source
from data.readers.survey_form import REVERSED, ROLES, SHARES, field_of
from data.readers.survey_raking import AREA, Raking, read_raking
from data.readers.text import decode
from data.vocabularies import normalise, published_forces
from data.vocabularies.survey import DONT_KNOW, NEGATIVE, NEUTRAL, POSITIVE, Measure, attributes, measures

LARGEST = 2**20
"""The most bytes of a mapping: one of a thousand columns has fewer."""

NATIONAL = "england and wales"
"""What stands as force of a survey of the whole country, which no force's figures show."""

SHARED = ("nothing", "psus", "respondents")
"""What two waves of one survey may have in common."""

COLUMNS = ("respondent", "weight", "stratum", "psu", "date", "area")
"""What a column can be, beside attributes and measures."""

EXAMPLES = {
    "survey": 'survey = "Public Attitude Survey"',
    "force": 'force = "metropolitan"',
    "wave": 'wave = "2026-Q3"',
    "label": 'label = "July to September 2026"',
    "starts": "starts = 2026-07-01",
    "ends": "ends = 2026-09-30",
    "shared": 'shared = "nothing"',
}
"""The keys that every mapping has, each with an example."""

_OPTIONAL = ("questionnaire", "design", "mode", "population", "weighting", "sheet", "file")
_TABLES = ("columns", "areas", "attributes", "measures", "raking")
_KEYS = (*EXAMPLES, *_OPTIONAL, "drop", *_TABLES)
_MEASURE_KEYS = ("column", "answers", "wording", "comparable", "reversed", "not_answers", "asked_of")
_WAVE = re.compile(r"(?P<year>[0-9]{4})(?:-(?:Q[1-4]|H[12]|(?P<month>0[1-9]|1[0-2])|(?P<end>[0-9]{2})))?")
_WAVES = "2026, 2026-Q1 to 2026-Q4, 2026-01 to 2026-12, 2026-H1 or 2026-H2, or 2025-26 for two years"
_MOST_UNKNOWN = 50
_LONGEST_WORDS, _LONGEST_TEXT = 200, 2_000
"""Letters of what names a wave, and of any other text: a question, a column, an area."""
_OPPOSITE = {POSITIVE: NEGATIVE, NEUTRAL: NEUTRAL, NEGATIVE: POSITIVE}


@dataclass(frozen=True)
class MappedAttribute:
    """A column that says something of the respondent.

    Attributes
    ----------
    id
        The attribute of the catalogue.
    column
        Column of the file.
    values
        Words by code; codes are matched whatever their case and spaces.
    """

    id: str
    column: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class MappedMeasure:
    """A column that holds the answers to one question.

    Attributes
    ----------
    measure
        The measure of the catalogue.
    column
        Column of the file.
    answers
        Answer of the scale by code, turned round already where the item is worded negatively.
    wording
        The question as it was asked.
    is_reversed
        Whether the item is worded negatively.
    not_answers
        Codes that are no answers.
    asked_of
        Whom it was asked of, where not everyone.
    comparable
        Whether its answers can be compared with those to the wording before, so that new words break no series.
    """

    measure: Measure
    column: str
    answers: Mapping[str, str]
    wording: str
    is_reversed: bool
    not_answers: frozenset[str]
    asked_of: str | None
    comparable: bool = False


@dataclass(frozen=True)
class SurveyMapping:
    """A mapping file, checked.

    Attributes
    ----------
    survey, force, wave, label, starts, ends, shared, about
        What the table ``waves`` says of the wave; ``about`` holds what need not be given.
    sheet, file
        Sheet of a workbook, and the pattern of file names that the mapping is for; None where not given.
    columns
        Column of the file by what it is: one of `COLUMNS`.
    areas
        Code or name of an area by what the file calls it.
    attributes, measures
        The rest of the columns that are kept.
    drop
        Columns that are left out on purpose, though they hold personal data.
    raking
        How weights are made; None where they are as the file has them.
    """

    survey: str
    force: str
    wave: str
    label: str
    starts: date
    ends: date
    shared: str
    about: Mapping[str, str]
    sheet: str | None
    file: str | None
    columns: Mapping[str, str]
    areas: Mapping[str, str]
    attributes: tuple[MappedAttribute, ...]
    measures: tuple[MappedMeasure, ...]
    drop: tuple[str, ...]
    raking: Raking | None = None

    @property
    def slot_subject(self) -> str:
        """The survey and, where it is one force's, the force: two forces may give their surveys one name."""
        return self.survey if self.force == NATIONAL else f"{self.survey}, {published_forces()[self.force]['short']}"

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that a file of this mapping has, each once."""
        mapped = (*self.columns.values(), *(a.column for a in self.attributes), *(m.column for m in self.measures))
        return tuple(dict.fromkeys(mapped))


def parse(source: Source) -> SurveyMapping:
    """Read a mapping file.

    Parameters
    ----------
    source
        The mapping file.

    Raises
    ------
    Refused
        If it is not TOML, a key is missing, unknown or can't be what it is, or a code is given an answer that its scale
        does not have; every problem at once.
    """
    if len(source.content) > LARGEST:
        what = f"the mapping “{source.name}” holds more than {LARGEST // 2**20} MB"
        raise Refused([Problem(what, "Name the columns that are wanted, and no others")])
    try:
        content = tomllib.loads(decode(source.content)[0])
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits is no error of TOML, and lists in lists have no end.
        why = error if isinstance(error, tomllib.TOMLDecodeError) else "a number is too long, or lists are too deep"
        what = f"the mapping “{source.name}” can't be read as TOML: {why}"
        raise Refused([Problem(what, "Correct that line; words stand in quotes, tables in [brackets]")]) from error
    reader = _Reader(source.name)
    mapping = reader.mapping(content)
    if reader.problems or mapping is None:
        raise Refused(reader.problems)
    return mapping


def wave_years(wave: str) -> tuple[int, ...]:
    """The years that the id of a wave speaks of; none where it has no form that sorts in time.

    Parameters
    ----------
    wave
        The id, such as ``2026-Q3``. What may be October 2009 or the two years 2009 and 2010, ``2009-10``, is of both.
    """
    found = _WAVE.fullmatch(wave)
    if found is None:
        return ()
    year, two_digits = int(found["year"]), found["end"] or found["month"]
    if two_digits and int(two_digits) == (year + 1) % 100:
        return (year, year + 1)
    return () if found["end"] else (year,)


def why_not(mapping: SurveyMapping, source: Source) -> str | None:
    """Why a mapping is not for a file, as a phrase; None where it is.

    Parameters
    ----------
    mapping
        The mapping.
    source
        The file.
    """
    if mapping.file is not None and not matches(mapping.file, source.name):
        return f"it is for files named “{mapping.file}”"
    present = set(tabular.header(source, mapping.sheet))
    missing = [column for column in mapping.needed if column not in present]
    return f"the file has no column {_listed(missing)}" if missing else None


def matches(pattern: str, name: str) -> bool:
    """Whether a file name is of a pattern with stars, whatever its case."""
    from fnmatch import fnmatchcase

    return fnmatchcase(name.casefold(), pattern.casefold())


class _Reader:
    """Reads the keys of one mapping and gathers what is wrong with them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []

    def wrong(
        self,
        key: str,
        what: str,
        remedy: str,
        value: object = None,
        in_form: tuple[str, str] | None = None,
        as_: str = "",
    ) -> None:
        """Note a problem: in the words of the file and, where the form has others, what it is and what to do there.

        With `as_`, the value is shown so in the form.
        """
        shown = None if value is None else str(value)
        there, then = in_form or (what, remedy)
        told = InForm(f"{field_of(key)}: {there}", then, as_ or None)
        self.problems.append(Problem(f"in the mapping “{self.name}”, {key}: {what}", remedy, value=shown, in_form=told))

    def mapping(self, content: Mapping[str, Any]) -> SurveyMapping | None:
        self.unknown("the top", content, _KEYS)
        texts = {key: self.text(key, content.get(key)) for key in (*EXAMPLES, *_OPTIONAL) if key not in _DAYS}
        for key, example in EXAMPLES.items():
            if key not in content:
                self.wrong(key, "it is missing", f"Add it above the first [table], such as {example}")
        days = {key: self.day(key, content.get(key)) for key in _DAYS}
        starts, ends = days["starts"], days["ends"]
        if starts and ends and ends < starts:
            what, then = f"it lies before starts, {starts}", "Correct one of the two days"
            told = f"it lies before the first day of fieldwork, {starts:%d/%m/%Y}"
            self.wrong("ends", what, then, ends, (told, then), f"{ends:%d/%m/%Y}")
        self.force(texts["force"])
        self.wave(texts["wave"])
        columns = self.columns(self.table("[columns]", content.get("columns")))
        self.shared(texts["shared"], columns)
        areas = self.codes("[areas]", self.table("[areas]", content.get("areas")))
        if areas and "area" not in columns:
            self.wrong("[areas]", "there is no column it belongs to", "Add area = … under [columns]")
        mapped_attributes = self.attributes(self.table("[attributes]", content.get("attributes")))
        mapped_measures = self.measures(self.table("[measures]", content.get("measures")))
        raking = self.raking(self.table("[raking]", content.get("raking")), columns, mapped_attributes)
        drop = self.texts("drop", content.get("drop"))
        if not content.get("measures"):
            remedy = "Add at least one table such as [measures.good_job_local], with its column"
            self.wrong("[measures]", "no measure is mapped", remedy)
        self.twice([m.column for m in mapped_measures], drop, columns, mapped_attributes)
        if self.problems or starts is None or ends is None:
            return None
        about = {key: texts[key] for key in ("questionnaire", "design", "mode", "population", "weighting")}
        return SurveyMapping(
            survey=texts["survey"] or "",
            force=texts["force"] or "",
            wave=texts["wave"] or "",
            label=texts["label"] or "",
            starts=starts,
            ends=ends,
            shared=texts["shared"] or "",
            about=MappingProxyType({key: text for key, text in about.items() if text}),
            sheet=texts["sheet"],
            file=texts["file"],
            columns=MappingProxyType(columns),
            areas=MappingProxyType(areas),
            attributes=tuple(mapped_attributes),
            measures=tuple(mapped_measures),
            drop=tuple(drop),
            raking=raking,
        )

    def unknown(self, key: str, content: Mapping[str, Any], known: tuple[str, ...]) -> None:
        surplus = [name for name in content if name not in known]
        for name in surplus[:_MOST_UNKNOWN]:
            if key != "the top" and name in _KEYS:
                remedy = f"“{name}” belongs to the top of the file: move it above the first [table]"
            else:
                close = get_close_matches(name, known, 1)
                remedy = f"Perhaps “{close[0]}” is meant" if close else f"Use one of {_listed(known)}, or remove it"
            self.wrong(key, f"there is no key “{name}”", remedy)
        if len(surplus) > _MOST_UNKNOWN:
            self.wrong(key, f"{len(surplus) - _MOST_UNKNOWN:,} more keys are not known", "Remove them")

    def text(self, key: str, value: object) -> str | None:
        if value is None:
            return None
        # A year is a wave as good as any.
        text = str(value) if type(value) is int else value
        if not isinstance(text, str) or not text.strip():
            self.wrong(key, "this is not a text", "Write words in quotes", value)
            return None
        most = _LONGEST_WORDS if key in EXAMPLES else _LONGEST_TEXT
        if len(text) > most:
            what, in_file = f"it has more than {most:,} letters", "Shorten the header of the column in the file"
            self.wrong(key, what, "Write it shorter", text, (what, in_file) if key.startswith("[") else None)
            return None
        return text.strip()

    def texts(self, key: str, value: object) -> list[str]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(key, "this is not a list", f'Write {key} = ["…", "…"]', value)
            return []
        return [tabular.code(item) for item in value]

    def day(self, key: str, value: object) -> date | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.wrong(key, "this is not a day", "Write it as 2026-07-01", value)
            return None

    def table(self, key: str, value: object) -> Mapping[str, Any]:
        if value is None or isinstance(value, dict):
            return value or {}
        self.wrong(key, "this is not a table", f"Begin it with a line {key}", value)
        return {}

    def force(self, slug: str | None) -> None:
        known = published_forces()
        if slug is None or slug in known or slug == NATIONAL:
            return
        named = [
            row["slug"] for row in known.values() if normalise(slug) in map(normalise, (row["name"], row["short"]))
        ]
        close = named or get_close_matches(slug.casefold(), known, 1)
        remedy = "Write it as data.police.uk does in file names" + (f": “{close[0]}”" if close else "")
        self.wrong(
            "force", "no force is called that", f"{remedy}; a survey of the whole country has “{NATIONAL}”", slug
        )

    def wave(self, wave: str | None) -> None:
        if wave is not None and not wave_years(wave):
            self.wrong("wave", "waves called like this do not sort in time", f"Write it as {_WAVES}", wave)

    def shared(self, shared: str | None, columns: Mapping[str, str]) -> None:
        if shared is None or shared == "nothing":
            return
        if shared not in SHARED:
            self.wrong("shared", "waves can't share that", f"Write one of {_listed(SHARED)}", shared)
            return
        key, whose = {"respondents": ("respondent", "the numbers of respondents"), "psus": ("psu", "PSUs")}[shared]
        if key not in columns:
            what = f"{whose} tell what waves share, and no column of them is mapped"
            remedy = f'Add {key} = … under [columns], or write shared = "nothing"'
            missing = f"{whose} tell what waves share, and no column is said to hold them"
            choose = f"Say under The columns which column is “{ROLES[key]}”, or choose “{SHARES['nothing']}” here"
            self.wrong("shared", what, remedy, shared, (missing, choose), SHARES[shared])

    def columns(self, table: Mapping[str, Any]) -> dict[str, str]:
        self.unknown("[columns]", table, COLUMNS)
        found = {key: self.text(f"[columns] {key}", table.get(key)) for key in COLUMNS}
        return {key: column for key, column in found.items() if column}

    def codes(self, key: str, table: Mapping[str, Any]) -> dict[str, str]:
        """Texts by normalised code."""
        found: dict[str, str] = {}
        for given, value in table.items():
            text = self.text(f"{key} {given}", value)
            place = normalise(tabular.code(given))
            if place in found:
                self.wrong(key, f"the code “{given}” stands twice", "Keep one of the two lines", in_form=_alike(given))
            if text is not None:
                found[place] = text
        return found

    def column(self, key: str, table: Mapping[str, Any]) -> str | None:
        if "column" not in table:
            self.wrong(key, "it names no column", 'Add column = "…", as the header of the file writes it')
        return self.text(f"{key} column", table.get("column"))

    def attributes(self, tables: Mapping[str, Any]) -> list[MappedAttribute]:
        found = []
        for name, content in tables.items():
            key = f"[attributes.{name}]"
            if not self.known(key, name, tuple(attributes())):
                continue
            table = self.table(key, content)
            self.unknown(key, table, ("column", "values"))
            column = self.column(key, table)
            values = self.codes(f"{key} values", self.table(f"[attributes.{name}.values]", table.get("values")))
            if column:
                found.append(MappedAttribute(name, column, MappingProxyType(values)))
        return found

    def measures(self, tables: Mapping[str, Any]) -> list[MappedMeasure]:
        found = []
        for name, content in tables.items():
            key = f"[measures.{name}]"
            if not self.known(key, name, tuple(measures())):
                continue
            table = self.table(key, content)
            self.unknown(key, table, _MEASURE_KEYS)
            column = self.column(key, table)
            answers = self.answers(name, key, table)
            not_answers = frozenset(map(normalise, self.texts(f"{key} not_answers", table.get("not_answers"))))
            given = self.table(f"[measures.{name}.answers]", table.get("answers"))
            for code in sorted(not_answers & {normalise(tabular.code(code)) for code in given}):
                what = f"the code “{code}” stands under answers and under not_answers"
                self.wrong(key, what, "Keep it under one of them", in_form=_alike(code))
            wording = self.text(f"{key} wording", table.get("wording"))
            if table.get("reversed") is True and not wording:
                what = "a reversed item has another wording than the catalogue"
                self.wrong(key, what, 'Add wording = "…", the question as it was asked')
            asked_of = self.text(f"{key} asked_of", table.get("asked_of"))
            self.truth(f"{key} comparable", table.get("comparable", False))
            if column:
                measure = measures()[name]
                found.append(
                    MappedMeasure(
                        measure,
                        column,
                        MappingProxyType(answers),
                        wording or measure.wording,
                        table.get("reversed") is True,
                        not_answers,
                        asked_of,
                        table.get("comparable") is True,
                    )
                )
        return found

    def raking(
        self, table: Mapping[str, Any], columns: Mapping[str, str], mapped: list[MappedAttribute]
    ) -> Raking | None:
        offered = [*(attribute.id for attribute in mapped), *([AREA] if AREA in columns else [])]
        return read_raking(table, offered, "weight" in columns, self.wrong)

    def answers(self, name: str, key: str, table: Mapping[str, Any]) -> dict[str, str]:
        """Answer of the scale by normalised code; an answer in words is its own code."""
        measure = measures()[name]
        scale = measure.answers
        found = {normalise(answer): answer for answer in scale}
        for code, text in self.codes(f"{key} answers", self.table(f"{key} answers", table.get("answers"))).items():
            answer = measure.answer(text)
            if answer is None:
                what = f"the code “{code}” is given an answer that the scale {measure.scale} does not have"
                self.wrong(f"{key} answers", what, f"Use one of {_listed(scale)}", text)
            else:
                found[code] = answer
        turned = table.get("reversed", False)
        self.truth(f"{key} reversed", turned)
        if turned is not True:
            return found
        opposite = _opposites(measure)
        if opposite is None:
            what = f"the scale {measure.scale} has no opposite for every answer"
            untick = f"Take away the tick of “{REVERSED}”, and give each code the answer that it means"
            remedy = "Remove the line and give each code its answer under answers"
            self.wrong(
                f"{key} reversed", what, remedy, in_form=(f"some answers of {measure.label} have no opposite", untick)
            )
            return found
        return {code: opposite[answer] for code, answer in found.items()}

    def truth(self, key: str, value: object) -> None:
        if not isinstance(value, bool):
            self.wrong(key, "this is neither true nor false", "Write true or false, without quotes", value)

    def known(self, key: str, name: str, catalogue: tuple[str, ...]) -> bool:
        if name in catalogue:
            return True
        close = get_close_matches(name, catalogue, 3)
        what = f"the catalogue has no “{name}”"
        self.wrong(
            key, what, f"Perhaps {_listed(close, 'or')} is meant" if close else f"Use one of {_listed(catalogue)}"
        )
        return False

    def twice(
        self, asked: list[str], drop: list[str], columns: Mapping[str, str], mapped: list[MappedAttribute]
    ) -> None:
        for column, times in Counter(asked).items():
            if times > 1:
                self.wrong("[measures]", f"the column “{column}” is mapped {times} times", "Map it to one measure")
        for column in drop:
            if column in {*asked, *columns.values(), *(attribute.column for attribute in mapped)}:
                self.wrong("drop", f"the column “{column}” is dropped and mapped", "Keep it in one of the two places")


_DAYS = ("starts", "ends")


def _alike(code: object) -> tuple[str, str]:
    """What the form says of two codes that are one, and what to do."""
    what = f"“{code}” stands there twice, for codes are the same whatever their case and spaces"
    return what, "Give both the same meaning"


def _opposites(measure: Measure) -> Mapping[str, str] | None:
    """The mirror of each answer; None where a mirror would not turn positive and negative round."""
    order = [answer for answer, class_ in measure.classes.items() if class_ != DONT_KNOW]
    mirror = dict(zip(order, reversed(order), strict=True))
    if any(measure.classes[other] != _OPPOSITE[measure.classes[answer]] for answer, other in mirror.items()):
        return None
    return {answer: mirror.get(answer, answer) for answer in measure.answers}


def _listed(words: tuple[str, ...] | list[str], last: str = "and") -> str:
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"

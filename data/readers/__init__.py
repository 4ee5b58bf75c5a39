"""One module per family of real files: each says whether it recognises a file, and reads it."""

from __future__ import annotations

from io import BytesIO
from types import ModuleType
from zipfile import is_zipfile

from data.readers import (
    area_lookup,
    boundaries,
    census,
    census_by_age,
    crime_outcomes,
    deprivation,
    own_table,
    police_api,
    population_table,
    published_survey,
    stop_and_search,
    street_crime,
    survey_wave,
    tabular,
)
from data.readers.mappings import ENDING
from data.readers.source import Slot, Source
from data.readers.survey_suggestion import looks_like_answers

READERS: tuple[ModuleType, ...] = (
    survey_wave,
    stop_and_search,
    street_crime,
    crime_outcomes,
    police_api,
    own_table,
    census,
    census_by_age,
    population_table,
    deprivation,
    area_lookup,
    published_survey,
    boundaries,
)

NOT_KNOWN = "its columns are not those of any file we read"
"""Why nothing reads a file that could be opened; it may be answers to a survey all the same, which its mapping says."""

_NO_READER_YET = (
    (".xls", "workbooks of before Excel 2007 have no reader; save it as .xlsx"),
    (".md", "it is a text page, not data"),
    (ENDING, "it is a mapping, read with the file that it is named after"),
)


def recognise(source: Source) -> tuple[ModuleType, Slot] | None:
    """The first reader that recognises the file, with the slot the file fills.

    Raises
    ------
    Refused
        If a reader recognises its kind of file but can't place it.
    """
    for reader in READERS:
        slot = reader.recognise(source)
        if slot is not None:
            return reader, slot
    return None


def needs_mapping(source: Source) -> bool:
    """Whether a file that nothing reads looks like survey answers, which a mapping would let us read.

    Raises
    ------
    Refused
        If it is an SPSS file and can't be opened.
    """
    return bool(source.content) and _by_name(source) is None and looks_like_answers(source)


def why_passed_over(source: Source) -> str:
    """One phrase that says why nothing reads this file."""
    if not source.content:
        return "it is empty"
    if source.name.lower().endswith(tabular.EXCEL) and not tabular.header(source):
        whole = is_zipfile(BytesIO(source.content))
        return (
            "no sheet of it can be read as a table" if whole else "the workbook is damaged or cut short; fetch it again"
        )
    if population_table.lacks_year(source):
        return population_table.NO_YEAR
    return _by_name(source) or NOT_KNOWN


def is_table(name: str) -> bool:
    """Whether a file is a table by its name, so that a mapping could say what its columns mean."""
    return tabular.is_tabular(Source(name, name, b"", ""))


def _by_name(source: Source) -> str | None:
    return next((why for ending, why in _NO_READER_YET if source.name.lower().endswith(ending)), None)

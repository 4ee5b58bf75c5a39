"""What the API of data.police.uk answers, saved as JSON: searches, crimes or outcomes of one force and month.

Each record is brought into the columns and words of the archive and then read as a row of it, so that a month is the
same whichever way it came. Methods: https://data.police.uk/docs/ (stops-force, stops-street, stops-no-location;
crimes-street, crimes-no-location; outcomes-at-location).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from data.readers import crime_outcomes, police_api_records, stop_and_search, street_crime
from data.readers.police_api_records import Odd, Words
from data.readers.police_uk import named_slot, unnamed
from data.readers.source import Problem, Reading, Refused, Slot, Source
from data.readers.text import json_in
from data.tables import CRIME, CRIME_OUTCOMES, STOPS
from data.words import agreeing, plural

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 64 * 2**20
"""The most bytes of a list: a month of the largest force has fewer."""

_MOST_ODD = 1_000
"""So many records that can't be read, and the rest is left unread."""
_HEAD, _BOM = 65_536, b"\xef\xbb\xbf"
_SUFFIX = "json"
_WHOLE = (
    "The API answers for what was asked of it, such as a mile around a point; the list counts as the whole month of "
    "the force."
)
_TWICE = "{records} {repeat} a crime that the list holds already; {they} {are} left out."
_EMPTY = "The list is empty; the API answers so for a month without any and for one that the force has not sent."
_FETCH = "Save the answer of the API once more, as it comes"


@dataclass(frozen=True)
class _Family:
    """One kind of records.

    Attributes
    ----------
    kind, table, ending
        Of the file of the archive that holds the same.
    sign
        A field that no other kind of records has.
    fields, blank
        The field of each column of the archive, and columns that the API has nothing for.
    cells
        Makes a record into cells of the archive.
    read
        Reads cells of the archive.
    """

    kind: str
    table: str
    ending: str
    sign: bytes
    fields: Mapping[str, str]
    blank: tuple[str, ...]
    cells: Callable[[Mapping[str, Any], Words], dict[str, str]]
    read: Callable[[pd.DataFrame, Slot, Sequence[str]], Reading]


_FAMILIES = (
    _Family(
        stop_and_search.KIND,
        STOPS.name,
        "stop-and-search",
        b'"officer_defined_ethnicity"',
        police_api_records.SEARCH,
        (),
        police_api_records.search,
        stop_and_search.from_cells,
    ),
    _Family(
        street_crime.KIND,
        CRIME.name,
        "street",
        b'"outcome_status"',
        police_api_records.CRIME,
        ("LSOA code",),
        police_api_records.crime,
        street_crime.from_cells,
    ),
    _Family(
        crime_outcomes.KIND,
        CRIME_OUTCOMES.name,
        "outcomes",
        b'"person_id"',
        police_api_records.OUTCOME,
        ("LSOA code",),
        police_api_records.outcome,
        crime_outcomes.from_cells,
    ),
)


def recognise(source: Source) -> Slot | None:
    """The force-month that the list fills; None where the file is no answer of the API.

    Raises
    ------
    Refused
        If it is one, but its name does not say the force and the month.
    """
    for family in _FAMILIES:
        slot = named_slot(source.name, family.kind, family.table, family.ending, _SUFFIX)
        if slot is not None:
            return slot
    head = source.content[:_HEAD].removeprefix(_BOM).lstrip()
    for family in _FAMILIES:
        if head.startswith(b"[") and family.sign in head:
            raise Refused([unnamed(family.kind, f"{family.ending}.{_SUFFIX}")])
    return None


def read(source: Source, slot: Slot) -> Reading:
    """Read the searches, crimes or outcomes of one force-month, in the words of the archive.

    A crime that stands twice, as where the lists of two areas overlap, is taken once: the API numbers its crimes.

    Raises
    ------
    Refused
        If the file is no list of records, a record lacks a field or is not laid out as the API lays it out, or a row
        of the archive with the same cells would be refused.
    """
    family = next(family for family in _FAMILIES if family.kind == slot.kind)
    records, notes = _records(source)
    raw = _cells(records, family, Words.of(slot.subject))
    twice = len(records) - len(raw)
    notes += [agreeing(_TWICE, twice, records="record")] if twice else []
    notes += [_WHOLE if records else _EMPTY]
    try:
        reading = family.read(raw, slot, notes)
    except Refused as refusal:
        fields = family.fields
        problems = [replace(p, column=fields.get(p.column, p.column) if p.column else None) for p in refusal.problems]
        raise Refused(problems) from refusal
    return replace(reading, records=len(records))


def _records(source: Source) -> tuple[list[Any], list[str]]:
    if len(source.content) > LARGEST:
        what = f"It holds more than {LARGEST // 2**20} MB, more than the API has for a month"
        raise Refused([Problem(what, "Load the month from the archive of data.police.uk instead")])
    held, note = json_in(source.content)
    if not isinstance(held, list):
        raise Refused([Problem("The file holds no list, and the API gives one", _FETCH)])
    return held, [note] if note else []


def _cells(records: list[Any], family: _Family, words: Words) -> pd.DataFrame:
    """Cells of the archive, indexed by place in the list from 1; of a crime that stands twice the first.

    Raises
    ------
    Refused
        If records are not laid out as the API lays them out.
    """
    import pandas as pd

    rows: dict[int, dict[str, str]] = {}
    numbered: dict[int, dict[str, str]] = {}
    odd: dict[tuple[str | None, str], list[int]] = {}
    for place, record in enumerate(records, start=1):
        try:
            cells = family.cells(record, words)
        except Odd as error:
            odd.setdefault((error.field, error.what), []).append(place)
            if sum(map(len, odd.values())) == _MOST_ODD:
                break
            continue
        number = record.get("id")
        if isinstance(number, int) and numbered.get(number) == cells:
            continue
        rows[place] = cells
        if isinstance(number, int):
            numbered[number] = cells
    if odd:
        raise Refused([_problem(field, what, places) for (field, what), places in odd.items()])
    found = pd.DataFrame(list(rows.values()), list(rows), list(family.fields), dtype="str")
    return found.assign(**dict.fromkeys(family.blank, ""))


def _problem(field: str | None, what: str, places: list[int]) -> Problem:
    more = f", here and in {plural(len(places) - 1, 'more record')}" if len(places) > 1 else ""
    return Problem(f"{what}{more}", _FETCH, places[0], field)

"""One module per family of real files: each says whether it recognises a file, and reads it."""

from __future__ import annotations

from types import ModuleType

from data.readers import area_lookup, boundaries, census, stop_and_search
from data.readers.source import Slot, Source

READERS: tuple[ModuleType, ...] = (stop_and_search, census, area_lookup, boundaries)

_NO_READER_YET = (
    ("-street.csv", "street crime has no reader yet"),
    ("-outcomes.csv", "crime outcomes have no reader yet"),
    (".sav", "survey answers have no reader yet"),
    (".xlsx", "Excel workbooks have no reader yet"),
    (".md", "it is a text page, not data"),
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


def why_passed_over(source: Source) -> str:
    """One phrase that says why nothing reads this file."""
    if not source.content:
        return "it is empty"
    if b'"Topology"' in source.content[:1000]:
        return "TopoJSON boundaries have no reader yet; GeoJSON has"
    for ending, why in _NO_READER_YET:
        if source.name.lower().endswith(ending):
            return why
    return "its columns are not those of any file we read"

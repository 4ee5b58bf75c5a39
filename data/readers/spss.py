"""SPSS files as tables of text, with labels and the codes that they declare missing; read in a process of its own."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from data.readers.cells import code
from data.readers.source import Problem, Refused

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_BYTES_OF_A_CELL = 64
"""Bytes of a text that weigh as much as one cell."""


def apart(content: bytes, limit: int | None, cells: int, columns: int) -> tuple[pa.Table, dict[str, Any]]:
    """The records of an SPSS file as texts, and what it says of them.

    Parameters
    ----------
    content
        Bytes of the file.
    limit
        The most records to read; None for all.
    cells, columns
        What it may hold at most.

    Raises
    ------
    Refused
        If it can't be opened, or holds more than it may.
    """
    import pyarrow as pa

    _, about = _opened(content, metadataonly=True)
    names = list(about.column_names)
    if not all(isinstance(name, str) for name in names):
        raise _damaged()
    if len(names) > columns:
        raise _too_large(f"{columns:,} columns")
    # A packed record is read as wide as its columns are, whatever it holds.
    width = sum(max(1, (wide or 0) // _BYTES_OF_A_CELL) for wide in about.variable_storage_width.values())
    most = cells // max(width, 1)
    ranges: Mapping[str, list[Any]] = about.missing_ranges
    if limit != 0:
        frame, about = _opened(content, user_missing=True, row_limit=most + 1 if limit is None else limit)
        ranges = about.missing_ranges
    else:
        frame = None
    if frame is not None and len(frame) > most:
        raise _too_large(f"{most:,} respondents with so many columns")
    texts = [[] if frame is None else _texts(frame.iloc[:, place]) for place in range(len(names))]
    labels = {name: label.strip() for name, label in about.column_names_to_labels.items() if label}
    values = {
        name: {code(value): str(label).strip() for value, label in labels.items()}
        for name, labels in about.variable_value_labels.items()
    }
    missing = (
        {}
        if frame is None
        else {name: sorted(set(_missing(frame[name].dropna().unique(), ranges[name]))) for name in ranges}
    )
    # Columns go by their place: a damaged file can give two of them one name.
    table = pa.table([pa.array(column, pa.string()) for column in texts], [str(place) for place in range(len(names))])
    return table, {"columns": names, "labels": labels, "value_labels": values, "missing": missing}


def _opened(content: bytes, **options: Any) -> tuple[Any, Any]:  # noqa: ANN401 - as pyreadstat takes and gives them
    import pyreadstat

    try:
        return pyreadstat.read_sav(io.BytesIO(content), **options)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
        raise _damaged() from error


def _damaged() -> Refused:
    what = "the file can't be opened as an SPSS file"
    return Refused([Problem(what, "It may be damaged or cut short; export it again as .sav")])


def _too_large(what: str) -> Refused:
    return Refused([Problem(f"the table has more than {what}", "Split the file, or leave out columns")])


def _texts(values: pd.Series) -> list[str]:
    import pandas as pd

    # Few values are distinct, and none is written twice.
    which, distinct = pd.factorize(values)
    words = [*(code(value).encode("utf-8", "replace").decode() for value in distinct), ""]
    return [words[place] for place in which]


def _missing(values: Iterable[Any], ranges: list[Any]) -> Iterator[str]:
    for value in values:
        if any(isinstance(value, str) == isinstance(r["lo"], str) and r["lo"] <= value <= r["hi"] for r in ranges):
            yield code(value)

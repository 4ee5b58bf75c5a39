"""CSV files that need no rule: no quote, no blank record, a cell for each column in every record.

Nearly every file of data.police.uk is one. Arrow reads it column by column, many times faster than record by record,
and the cells are the same, sign for sign. Of any other file this says nothing: `data.readers.text.records` reads it,
and names the row of everything that is wrong.
"""

from __future__ import annotations

import codecs
import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def plain_table(content: bytes) -> pa.Table | None:
    """The cells of a plain file as columns of text, record *n* from 0 being row *n* + 2 of the file.

    Parameters
    ----------
    content
        Bytes of the file.

    Returns
    -------
    Table or None
        None where the file is not plain, or may not be.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    text = content.removeprefix(codecs.BOM_UTF8)
    head, _, body = text.partition(b"\n")
    if b'"' in text or b"\0" in text or text.count(b"\r") != text.count(b"\r\n"):
        return None
    body = body.removesuffix(b"\n").removesuffix(b"\r")
    if not body:
        return None
    try:
        names = [name.strip() for name in head.removesuffix(b"\r").decode().split(",")]
        if len(names) < 2 or len(set(names)) < len(names):
            return None
        table = arrow_csv.read_csv(
            pa.BufferReader(body),
            arrow_csv.ReadOptions(use_threads=False, block_size=len(body) + 1, column_names=names),
            arrow_csv.ParseOptions(quote_char=False, double_quote=False, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    # The reader of other files leaves blank records out, counting their rows, and refuses cells that are too long.
    plain = _every_record_filled(table) and min(len(content), _longest(table)) <= csv.field_size_limit()
    return table if plain else None


def _every_record_filled(table: pa.Table) -> bool:
    """Whether every record surely holds more than spaces: a letter or a digit in some cell."""
    import pyarrow.compute as pc

    filled = False
    for column in table.columns:
        filled = pc.or_(filled, pc.match_substring_regex(column, "[0-9A-Za-z]"))
        if pc.all(filled).as_py():
            return True
    return False


def _longest(table: pa.Table) -> int:
    """Bytes of the longest cell."""
    import pyarrow.compute as pc

    return max(pc.max(pc.binary_length(column)).as_py() for column in table.columns)

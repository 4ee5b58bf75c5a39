"""Workbooks looked at before they are opened: openpyxl builds in memory whatever the XML in them says.

A row and a shared text are freed one after the other, and everything else is held at once; so of each part is counted
what it holds, while it is unpacked in small pieces.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO

from data.readers.source import Limits, Problem, Refused, TooLarge
from data.readers.sources import DAMAGED_ZIP

_PIECE = 2**20
_OF_A_ROW = 100_000
"""Tags of one row or text: a row of a sheet has 16,384 cells of a few tags each."""
_OF_A_PART = 1_000_000
"""Tags of a part that is held as a whole, such as the styles."""
_ENCODING = re.compile(
    rb"""^(?:\xff\xfe|\xfe\xff|<\x00|\x00<)|<\?xml[^>]*encoding\s*=\s*["'](?!utf-8|us-ascii|iso-8859-1)""", re.I
)
"""Encodings in which a mark would not be found, though the parser of the XML would find it."""


def check_workbook(content: bytes, limits: Limits) -> None:
    """Refuse a workbook that would take more memory than one of its size may.

    Parameters
    ----------
    content
        Bytes of the workbook.
    limits
        What it may hold.

    Raises
    ------
    Refused
        If it is no zip, or holds more than it may.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > limits.members or sum(part.file_size for part in parts) > 2 * limits.unpacked:
                raise _refused(f"it unpacks to more than {2 * limits.unpacked // 2**20} MB")
            for part in parts:
                # Whatever it is called: a workbook says itself where its parts lie.
                with packed.open(part) as stream:
                    _check_part(part.filename.lower(), stream, limits)
    except Refused:
        raise
    except DAMAGED_ZIP as error:
        what = "the file can't be opened as an Excel workbook"
        raise Refused([Problem(what, "It may be damaged or locked with a password; save it again as .xlsx")]) from error


def _check_part(name: str, stream: IO[bytes], limits: Limits) -> None:
    mark = b"<row" if "worksheets/" in name else b"<si" if "sharedstrings" in name else None
    tags = marks = since = 0
    before = b""
    while piece := stream.read(_PIECE):
        if not tags and _ENCODING.search(piece[:200]):
            raise _refused("its text is in another encoding than UTF-8")
        # What a piece ends with may be the beginning of a mark.
        piece, before = before + piece, b""
        cut = piece.rfind(b"<", -8)
        if cut > 0 and len(piece) >= _PIECE:
            piece, before = piece[:cut], piece[cut:]
        if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
            raise _refused("it declares a document type or entities, which no workbook needs")
        tags += piece.count(b"<")
        if mark is None:
            if tags > _OF_A_PART:
                raise _refused(f"a part of it beside its cells has more than {_OF_A_PART:,} tags")
            continue
        first, *others = piece.split(mark)
        marks += len(others)
        since += first.count(b"<")
        most = max([since, *(other.count(b"<") for other in others)])
        since = others[-1].count(b"<") if others else since
        if most > _OF_A_ROW:
            raise _refused("a row of it has more cells than a row of a sheet can have")
        if marks > limits.rows or tags > 6 * limits.cells:
            raise _refused(f"a sheet has more than {limits.rows:,} rows or {limits.cells:,} cells")


def _refused(what: str) -> TooLarge:
    return TooLarge(
        [Problem(f"the workbook can't be read: {what}", "Save the sheet that is wanted as a file of its own")]
    )

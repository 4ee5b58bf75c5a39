"""What was found in uploaded files, as CSV for whoever corrects them."""

from __future__ import annotations

from collections.abc import Iterable

from analytics.briefings.spreadsheet import frame_csv
from analytics.findings.upload import Group


def problems_csv(found: Iterable[Group]) -> bytes:
    """Every problem of a refused file, and the examples of what is worth a look, as CSV.

    Parameters
    ----------
    found
        What `analytics.findings.upload.groups` gives.
    """
    import pandas as pd

    names = ["file", "rule", "sheet", "row", "column", "value", "what_to_do"]
    rows = [
        (group.file, group.rule, place.sheet, place.row, place.column, place.value, place.remedy)
        for group in found
        for place in group.places
    ]
    return frame_csv(pd.DataFrame(rows, columns=names).astype({"row": "Int64"}))

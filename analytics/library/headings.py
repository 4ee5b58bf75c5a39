"""Lists as people read them: which columns are shown, in which order and under which heading."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS: dict[str, dict[str, str]] = {
    "groupings": {"value": "Value", "counts_as": "Counts as"},
    "coverage": {"case": "What was simulated", "held": "The 95 % interval held the truth in"},
}
"""Headings by column, for each table that is shown whole: those of few, short columns."""


@dataclass(frozen=True)
class _Entry:
    """Which columns of a row are its name, its text and its notes, the last with their headings."""

    name: str
    text: tuple[str, ...]
    notes: Mapping[str, str]


_ENTRIES = {
    "terms": _Entry("term", ("meaning",), {"formula": "Computed as", "where": "Used on"}),
    "measures": _Entry(
        "label",
        ("wording",),
        {"positive": "Positive", "neutral": "Neutral", "negative": "Negative", "better": "Welcome", "source": "Survey"},
    ),
    "rules": _Entry("rule", ("says", "why"), {"setting": "Setting"}),
}
"""Tables whose rows are read one by one, like the entries of a dictionary, because no phone holds their columns."""

_PAIRS: dict[str, dict[str, str]] = {
    "methods": {
        "answers": "What it answers",
        "estimator": "What is estimated",
        "formula": "Formula",
        "interval": "95 % interval",
        "engine": "Made by",
        "checked": "Checked against",
        "source": "Source",
        "refuses": "Withheld or refused",
        "measured": "Coverage measured with",
        "written": "Every formula",
        "key": "Name on the command line",
    },
    "studies": {
        "reference": "Reference",
        "design": "Design",
        "limits": "Limits",
        "strength": "Strength",
        "stage": "Stages",
        "cited": "Cited by the guidance for",
        "used": "Used in",
        "read": "What was read of it",
    },
}
"""Headings by column, for each table of which one row is shown at a time."""


def table_of(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table under plain headings, without columns that are empty throughout.

    Parameters
    ----------
    name
        Name of the table in its Finding.
    rows
        All of it or a part.
    """
    headings = _COLUMNS[name]
    shown = rows[list(headings)].set_axis(list(headings.values()), axis=1)
    return shown.loc[:, (shown != "").any()]


def entry_of(name: str, row: Mapping[Hashable, Any]) -> tuple[str, str, str]:
    """One row as an entry: its name, its text, and its notes as sentences, each with its heading; there may be none."""
    entry = _ENTRIES[name]
    notes = [f"{heading}: {row[column]}" for column, heading in entry.notes.items() if row[column]]
    ended = [note if note.endswith((".", "?")) else f"{note}." for note in notes]
    return str(row[entry.name]), " ".join(str(row[column]) for column in entry.text), " ".join(ended)


def pairs_of(name: str, row: Mapping[Hashable, Any]) -> pd.DataFrame:
    """One row as pairs of a heading and a text, without those that are empty."""
    import pandas as pd

    pairs = [(heading, row[column]) for column, heading in _PAIRS[name].items() if row[column]]
    return pd.DataFrame(pairs, columns=["what", "how"])

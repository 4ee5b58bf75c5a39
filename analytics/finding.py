"""A Finding: a question, its answer in one sentence, tables, a chart, caveats and provenance.

There is no other way for a number to reach a reader: pages show Findings, documents print them and
the command line writes them as JSON.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analytics import wording
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from analytics.maps import AreaMap

Mode = Literal["light", "dark"]

CLAIMS = ("described", "associated", "moves before", "fits the timing", "estimated effect under the stated design")
"""The statement ladder. A method sets the claim, never a writer."""


@dataclass(frozen=True)
class File:
    """A file that a figure rests on.

    Attributes
    ----------
    name
        The file.
    sha256
        Of its bytes; of answers to a survey, which are read with their mapping, of both together.
    rows
        Its rows.
    mapping
        SHA-256 of the mapping that it was read with; blank where it needs none.
    """

    name: str
    sha256: str
    rows: int
    mapping: str = ""

    @property
    def of(self) -> str:
        """What its SHA-256 is of, in words."""
        return f"The file with its mapping, whose own is {self.mapping}" if self.mapping else "The file"


def files_of(loads: pd.DataFrame) -> tuple[File, ...]:
    """The files of some rows of the table ``loads``, in their order."""
    return tuple(
        File(
            row["file"], row["sha256"], int(row["rows"]), "" if wording.missing(row.get("mapping")) else row["mapping"]
        )
        for row in records_of(loads)
    )


@dataclass(frozen=True)
class Provenance:
    """How a figure was made.

    Attributes
    ----------
    release
        Number of the release of the store; 0 for an empty one.
    files
        Every file that the figure rests on.
    scope
        What was asked, as an address.
    base
        How many records are counted, in words.
    weights
        How records are weighted, in words.
    method, reference
        The method in words, and where it is published.
    rules
        Rules that fired: what was withheld, what is missing, what was left out.
    settings
        Settings that matter to the figure.
    """

    release: int
    files: tuple[File, ...]
    scope: Mapping[str, str]
    base: str
    method: str
    reference: str
    weights: str = "None: every recorded search counts once"
    rules: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Version of the code."""
        return code_version()


@dataclass(frozen=True)
class Lead:
    """Where a figure is shown in full: a page by its address, such as ``trends``, and that of the scope there."""

    page: str
    address: Mapping[str, str]


@dataclass(frozen=True)
class Tile:
    """One figure of a strip: its name, value, interval and what it is of.

    Where its change was tested: ``verdict`` is rose, fell or no clear change, ``change`` its interval in words, and
    ``welcome`` whether a rise is. ``picture`` is a sparkline as SVG, and ``alt`` says it in words. ``older`` is the
    period of a figure that is older than those beside it; ``leads`` is the page that shows the figure in full.
    """

    label: str
    value: str
    interval: str
    base: str
    verdict: str = ""
    change: str = ""
    welcome: bool = True
    picture: str = ""
    alt: str = ""
    older: str = ""
    leads: Lead | None = None


@dataclass(frozen=True)
class Panel:
    """One of several small charts of a Finding: its name, figure and interval, what draws it, and a Material icon."""

    label: str
    value: str
    interval: str
    draw: Callable[[Mode], go.Figure]
    alt: str
    icon: str = ""

    def __post_init__(self) -> None:
        """Let the chart be built once a mode."""
        object.__setattr__(self, "draw", cache(self.draw))


@dataclass(frozen=True)
class Line:
    """One line of a card or a list: a Material icon, a bold beginning and the rest; text from files is plain text.

    ``look`` marks what needs a look, ``mark`` is a word that stands in a badge beside it, and ``leads`` is the page
    that shows it in full.
    """

    text: str
    bold: str = ""
    icon: str = ""
    look: bool = False
    mark: str = ""
    leads: Lead | None = None


@dataclass(frozen=True)
class Card:
    """One of several cards about a place: its title, its lines, and a note on period and source."""

    title: str
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True, eq=False)
class Finding:
    """A question answered from one release.

    Attributes
    ----------
    key
        Name of the question: ``stop_and_search.rates``.
    question
        The question in words.
    headline
        The finding in under 70 characters.
    answer
        The finding in one sentence with its interval, base and period; where it is refused, why.
    tables
        Frames by name, the main one first. A withheld figure is null and its reason stands in ``flag``.
    caveats
        Sentences that change how the figure is read.
    notes
        Of the caveats, those that analysts noted at a date.
    claim
        Rung of the statement ladder, 0 to 4.
    chart_title
        What the chart shows, in a few words; empty where the headline says it.
    draw, alt
        Builds the chart for a light or dark ground, and its text alternative.
    tiles
        Figures to show at a glance.
    panels
        Small charts side by side, in place of one chart.
    map
        What is drawn on a map, in place of a chart.
    cards
        Cards side by side.
    lines
        A short list, in place of a chart.
    onward
        Where to go on from the figure: what each line is about, and the page that shows it.
    refused
        Whether the data can't answer the question; ``answer`` then says why.
    """

    key: str
    question: str
    headline: str
    answer: str
    tables: Mapping[str, pd.DataFrame]
    provenance: Provenance
    caveats: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    claim: int = 0
    chart_title: str = ""
    draw: Callable[[Mode], go.Figure] | None = field(default=None, compare=False)
    alt: str = ""
    tiles: tuple[Tile, ...] = ()
    panels: tuple[Panel, ...] = field(default=(), compare=False)
    map: AreaMap | None = field(default=None, compare=False)
    cards: tuple[Card, ...] = ()
    lines: tuple[Line, ...] = ()
    onward: tuple[Line, ...] = ()
    refused: bool = False

    def __post_init__(self) -> None:
        """Let each chart be built once a mode."""
        if self.draw is not None:
            object.__setattr__(self, "draw", cache(self.draw))

    @property
    def table(self) -> pd.DataFrame:
        """The main table."""
        return next(iter(self.tables.values()))

    @property
    def claim_name(self) -> str:
        """The claim in words."""
        return CLAIMS[self.claim]

    def chart(self, mode: Mode = "light") -> go.Figure | None:
        """The chart, built when it is first asked for; None where there is nothing to draw."""
        if self.draw is None or self.refused:
            return None
        return self.draw(mode)

    def as_dict(self) -> dict[str, Any]:
        """The Finding as plain values, ready for JSON."""
        tables = {name: _records(frame) for name, frame in self.tables.items()}
        return {
            "key": self.key,
            "question": self.question,
            "answer": self.answer,
            "headline": self.headline,
            "refused": self.refused,
            "claim": self.claim,
            "claim_name": self.claim_name,
            "scope": dict(self.provenance.scope),
            "table": next(iter(tables.values())),
            "tables": tables,
            "caveats": list(self.caveats),
            "provenance": {
                "release": self.provenance.release,
                "files": [vars(file) for file in self.provenance.files],
                "scope": dict(self.provenance.scope),
                "base": self.provenance.base,
                "weights": self.provenance.weights,
                "method": self.provenance.method,
                "reference": self.provenance.reference,
                "rules": list(self.provenance.rules),
                "settings": dict(self.provenance.settings),
                "code": self.provenance.code,
            },
        }

    def as_json(self) -> str:
        """The Finding as JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2, allow_nan=False)


def code_version() -> str:
    """Version of the product, from its own project file."""
    try:
        return version("confidence-cycle")
    except PackageNotFoundError:
        import tomllib

        project = Path(__file__).resolve().parent.parent / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in records_of(frame)]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    if wording.missing(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and math.isinf(value):
        return None
    return value if isinstance(value, str | int | float | bool) else str(value)

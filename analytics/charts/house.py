"""The house style of every chart: one palette for each mode, one template, and how text and numbers are written.

A title is never in the figure: it is the heading above it. Every text that comes with a table is escaped, because
Plotly draws a part of HTML, links among it.
"""

from __future__ import annotations

import html
import math
import textwrap
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.finding import Mode

if TYPE_CHECKING:
    import plotly.graph_objects as go

CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "doubleClick": False,
    "scrollZoom": False,
    "showTips": False,
}
"""What ``st.plotly_chart`` passes on: nothing to drag, to zoom or to press."""


FONT = "Plex, system-ui, sans-serif"


@dataclass(frozen=True)
class Palette:
    """Colours of one mode.

    Attributes
    ----------
    ground, panel, border
        Of the page, and of what is shown over a chart.
    text, muted
        Of words.
    blue, orange, soft
        Of data, of what to look at, and of what is compared with.
    warning
        Of words about what to look at: the orange of marks is too pale to read.
    axis, grid
        Of lines that are no data.
    band
        Opacity of a band.
    """

    ground: str
    panel: str
    border: str
    text: str
    muted: str
    blue: str
    orange: str
    warning: str
    soft: str
    axis: str
    grid: str
    band: float


PALETTES: Mapping[Mode, Palette] = {
    "light": Palette(
        ground="#FFFFFF",
        panel="#F2F5F8",
        border="#D3DAE1",
        text="#0B0C0C",
        muted="#4A5662",
        blue="#12436D",
        orange="#F46A25",
        warning="#9A3B06",
        soft="#76899B",
        axis="#8593A0",
        grid="#E4E9EE",
        band=0.16,
    ),
    "dark": Palette(
        ground="#030508",
        panel="#10161D",
        border="#2E3945",
        text="#E6ECF2",
        muted="#A9B6C3",
        blue="#5C9BDB",
        orange="#FFB383",
        warning="#FFB383",
        soft="#7C8C9B",
        axis="#6F7E8C",
        grid="#1F2932",
        band=0.22,
    ),
}


HANG = 118  # Right margin of labels that hang beside the drawing; wider, and nothing is left of a phone.


FOOT = 32  # Under the x axis.


STANDING: Mapping[str, Any] = {"autotickangles": [0, 90], "automargin": "bottom"}
"""An x axis whose labels stand on end where they would lie over each other, as on a phone."""


LINE = 17  # Height of a line of text.


BAR = 3


@cache
def template(mode: Mode) -> go.layout.Template:
    """The house template: type, ground, axes and hover of every chart."""
    import plotly.graph_objects as go

    palette = PALETTES[mode]
    axis = {
        "fixedrange": True,
        "zeroline": False,
        "tickfont": {"color": palette.muted},
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 13, "color": palette.text},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "dragmode": False,
            "hovermode": "closest",
            "showlegend": False,
            "margin": {"l": 8, "r": 16, "t": 6, "b": FOOT},
            "minreducedwidth": 24,  # Rather a drawing of a thumb's breadth than half a label.
            "hoverlabel": {
                "bgcolor": palette.panel,
                "bordercolor": palette.border,
                "font": {"family": FONT, "size": 13, "color": palette.text},
                "align": "left",
                "namelength": -1,
            },
            "xaxis": {
                **axis,
                "showgrid": False,
                "showline": True,
                "linecolor": palette.axis,
                "linewidth": 1,
                "ticks": "outside",
                "ticklen": 5,
                "tickcolor": palette.axis,
            },
            "yaxis": {
                **axis,
                "tickangle": 0,
                "automargin": "left",
                "gridcolor": palette.grid,
                "gridwidth": 1,
                "ticks": "",
            },
        }
    )


@dataclass(frozen=True)
class Dot:
    """An estimate on its interval, in a row."""

    place: int
    estimate: float
    low: float
    high: float
    symbol: str
    hover: str


def figure_of(
    mode: Mode,
    height: int,
    traces: Sequence[Mapping[str, Any]],
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    **layout: object,
) -> go.Figure:
    """The figure, made in one go and unchecked: Plotly's check takes five times as long, and the tests do it."""
    flat: dict[str, Any] = {} if "autotickangles" in x else {"tickangle": 0}

    return _figure_class()(
        data=[{"type": "scatter", **trace} for trace in traces],
        layout={"template": template(mode), "height": height, "xaxis": {**flat, **x}, "yaxis": y, **layout},
        _validate=False,
    )


@cache
def _figure_class() -> type[go.Figure]:
    """Plotly's figure, which a page writes out without a deep copy of it: a rerun writes all that it shows."""
    import plotly.graph_objects as go

    return type("Drawn", (go.Figure,), {"to_dict": _as_it_is})


def _as_it_is(figure: go.Figure) -> dict[str, Any]:
    """Its parts, in dictionaries of their own down to each trace; its numbers are lists already."""
    return {"data": [{**trace} for trace in figure._data], "layout": {**figure._layout}}


def number(value: object) -> float | None:
    """A cell as a number; None where it holds none."""
    return None if wording.missing(value) else float(value)  # type: ignore[arg-type]


def as_text(value: object) -> str:
    """A cell as text; empty where it holds none."""
    return "" if wording.missing(value) else str(value)


def is_true(value: object) -> bool:
    """Whether a cell holds a truth."""
    return not wording.missing(value) and bool(value)


def escaped(value: object, width: int, lines: int) -> str:
    """Text in lines of at most `width` characters, escaped: its own line breaks stay, markup does not come alive."""
    text = as_text(value)
    short = len(text) <= width and text.replace(wording.NBSP, "").isprintable()
    parts = [text.strip()] if short else [part for line in text.splitlines() for part in textwrap.wrap(line, width)]
    if len(parts) > lines:
        parts = [*parts[: lines - 1], textwrap.shorten(" ".join(parts[lines - 1 :]), width, placeholder="…")]
    # Plotly knows no &quot;, so quotation marks stay as they are.
    return "<br>".join(html.escape(part, quote=False) for part in parts)


def hover_text(title: object, *lines: object) -> str:
    """What is shown over a mark: a bold title and lines below it, all escaped."""
    parts = [escaped(line, 60, 3) for line in lines]
    return "<br>".join([f"<b>{escaped(title, 60, 3)}</b>", *(part for part in parts if part)])


def spaced(text: str) -> str:
    """Text with every run of spaces made one."""
    return " ".join(text.split())


def beside(value: str, interval: str) -> str:
    """A bold value and its interval, on two lines where one would not fit the margin."""
    between = "<br>" if len(value) + len(interval) > 16 else wording.NBSP * 2
    parts = [f"<b>{html.escape(value, quote=False)}</b>" if value else "", html.escape(interval, quote=False)]
    return between.join(part for part in parts if part)


def annotation(text: str, x: float, y: float, **more: object) -> dict[str, Any]:
    """A text in a drawing, left of its place and in the middle of its height unless told otherwise."""
    place = {"x": x, "y": y, "xanchor": "left", "yanchor": "middle", "align": "left", "showarrow": False}
    return {"text": text, **place, **more}


def flag_note(
    row: Mapping[Hashable, Any], place: int, palette: Palette, x: float = 0, xref: str = "x"
) -> dict[str, Any]:
    """Why there is no figure, in the place of the figure."""
    text = escaped(row.get("flag") or "no figure", 32, 2)
    plate = {"font": {"color": palette.muted}, "bgcolor": palette.ground, "borderpad": 3}
    return annotation(text, x, place, xref=xref, xshift=8, **plate)


def row_axis(
    records: Iterable[Mapping[Hashable, Any]], palette: Palette, head: float = 0, width: int = 20
) -> dict[str, Any]:
    """A y axis of labelled rows, the first on top."""
    labels = [escaped(row["label"], width, 3) for row in records]
    return {
        "range": [max(len(labels), 1) - 0.5, -0.5 - head],
        "tickvals": list(range(len(labels))),
        "ticktext": labels,
        "tickfont": {"color": palette.text},
        "ticklabelstandoff": 8,
        "showgrid": False,
    }


def dot_traces(dots: Sequence[Dot], palette: Palette) -> list[dict[str, Any]]:
    """Traces of estimates on their intervals."""
    hollow = [dot.symbol == "circle-hollow" for dot in dots]
    bars = {
        "x": [x for dot in dots for x in (dot.low, dot.high, None)],
        "y": [y for dot in dots for y in (dot.place, dot.place, None)],
        "mode": "lines",
        "line": {"color": palette.blue, "width": BAR},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    marks = {
        "x": [dot.estimate for dot in dots],
        "y": [dot.place for dot in dots],
        "mode": "markers",
        "marker": {
            "symbol": [dot.symbol.removesuffix("-hollow") for dot in dots],
            "size": [12 if dot.symbol == "diamond" else 10 for dot in dots],
            "color": [palette.ground if empty else palette.blue for empty in hollow],
            "line": {
                "color": [palette.blue if empty else palette.ground for empty in hollow],
                "width": [2 if empty else 1 for empty in hollow],
            },
            "opacity": 1,  # Plotly fades marks whose sizes come as a list.
        },
        "hovertext": [dot.hover for dot in dots],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    return [bars, marks]


def rate_ticks(highest: float) -> list[float]:
    """Two to four round ticks from 0 whose last is not below the highest value, and as near to it as can be."""
    steps = [digit * 10.0**power for power in range(-2, 7) for digit in (1, 2, 2.5, 3, 4, 5)]
    steps = [step for step in steps if abs(round(step, 2 if step < 1 else 1) - step) < 1e-9]
    _, _, step, count = min(
        (round(step * count, 2), -count, step, count) for step in steps for count in (2, 3) if step * count >= highest
    )
    return [round(step * place, 2) for place in range(count + 1)]


def tick_text(text: str) -> str:
    """A formatted number without the zeros that only line up columns: ``10.0`` as ``10``."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_unit(texts: Sequence[str], unit: str) -> list[str]:
    """Tick texts whose last carries the unit and keeps its number under the tick.

    Plotly centres a label on its tick, so a long unit would push its number over the tick before. No-break spaces in
    front, as wide as the unit, hold it in place.
    """
    pad = wording.NBSP * round(len(unit) * 1.9 + 1)
    return [*texts[:-1], f"{pad}{texts[-1]}{wording.NBSP}{html.escape(unit, quote=False)}"] if texts else []


def month_ticks(months: Sequence[str]) -> dict[str, Any]:
    """At most four months at even steps, the last one among them."""
    steps = (1, 2, 3, 4, 6, 12, 24, 36, 60, 120, 240, 480)
    step = next(step for step in steps if math.ceil(len(months) / step) <= 4)
    places = sorted(range(len(months) - 1, -1, -step))
    return {"tickvals": places, "ticktext": [wording.short_month(months[place]) for place in places]}


def faded(colour: str, opacity: float) -> str:
    """A colour of the palette, see-through."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgba({red},{green},{blue},{opacity})"

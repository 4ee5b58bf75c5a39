"""Plotly figures from tidy tables, with one house template and one palette for each mode.

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
    import pandas as pd
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
        soft="#7C8C9B",
        axis="#6F7E8C",
        grid="#1F2932",
        band=0.22,
    ),
}


@dataclass(frozen=True)
class Mark:
    """How a status is drawn: its name in words, its Plotly symbol, the colour of the palette and its size."""

    words: str
    symbol: str
    colour: str
    size: float = 1.0


STATUS_MARKS: Mapping[str, Mark] = {
    "submitted": Mark("blue square", "square", "blue"),
    "refreshed": Mark("blue diamond", "diamond", "blue", 1.35),
    "partial suspected": Mark("orange triangle", "triangle-up", "orange", 1.25),
    "empty": Mark("hollow square", "square-open", "blue", 0.9),
    "missing": Mark("grey cross", "x-thin", "muted", 0.9),
}
"""The mark of every status of a force-month, for the grid and for the key in words beside it."""

_HANG = 118  # Right margin of labels that hang beside the drawing; wider, and nothing is left of a phone.
_FOOT = 32  # Under the x axis.
_LINE = 17  # Height of a line of text.
_UNIT = "per 1,000"
_FARTHEST = 1000.0  # A ratio beyond this, or below one part of it, is drawn at the edge.
_BAR = 3


@cache
def template(mode: Mode) -> go.layout.Template:
    """The house template: type, ground, axes and hover of every chart."""
    import plotly.graph_objects as go

    palette = PALETTES[mode]
    axis = {
        "fixedrange": True,
        "zeroline": False,
        "tickangle": 0,
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
            "margin": {"l": 8, "r": 16, "t": 6, "b": _FOOT},
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
            "yaxis": {**axis, "automargin": "left", "gridcolor": palette.grid, "gridwidth": 1, "ticks": ""},
        }
    )


def ratio_scale(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """Ratios of two rates on a log scale, with a line where the rates are the same.

    Parameters
    ----------
    rows
        One row each: label, kind (``estimate``, ``adjusted`` or ``range``), estimate, low, high. Where there is no
        figure, they are null and the column flag says why. A range has no estimate.
    mode
        Ground of the page.

    Returns
    -------
    Figure
        Estimates are circles, adjusted ones diamonds, both on their interval; a range is a dashed plate. What lies
        off the scale, such as an infinite limit, is drawn up to the edge; a triangle there is an estimate.
    """
    palette = PALETTES[mode]
    records = _records(rows)
    span = _ratio_span([_number(row[name]) for row in records for name in ("estimate", "low", "high")])
    plates, marks, notes = (
        [],
        [],
        [_note("same rate", 0, 1, yref="paper", yanchor="top", xshift=7, font={"color": palette.muted})],
    )
    for place, row in enumerate(records):
        estimate, low, high = (_number(row[name]) for name in ("estimate", "low", "high"))
        if low is None or high is None or (estimate is None and row["kind"] != "range"):
            notes.append(_flag(row, place, palette, x=0 if span[0] == 1 else math.log10(span[0])))
            continue
        value = "" if estimate is None or math.isinf(estimate) else wording.times(estimate)
        interval = wording.between(wording.times(low), wording.times(high))
        end = _inside(high, span)
        if row["kind"] == "range":
            plates.append(_plate(palette, place, _inside(low, span), end, _hover(row["label"], f"{interval} times")))
        else:
            hover = _hover(row["label"], f"{value} times" if value else "", interval)
            symbol = _off_scale(estimate, span) or ("diamond" if row["kind"] == "adjusted" else "circle")
            marks.append(_Dot(place, _inside(estimate, span), _inside(low, span), end, symbol, hover))
        notes.append(_note(_beside(value, interval), math.log10(end), place, xshift=11))
    ticks = _ratio_ticks(span)
    return _figure(
        mode,
        _FOOT + 10 + 44 * max(len(records), 1),
        [*plates, *_dot_traces(marks, palette)],
        x={
            "type": "log",
            "range": [math.log10(span[0]) - 0.01, math.log10(span[1])],
            "tickvals": ticks,
            "ticktext": _with_unit([_tick(wording.times(tick)) for tick in ticks], "times"),
        },
        y=_row_axis(records, palette, head=0.3),
        annotations=notes,
        margin={"r": _HANG},
        shapes=[
            {
                "type": "line",
                "x0": 1,
                "x1": 1,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "layer": "below",
                "line": {"color": palette.text, "width": 1.5},
            }
        ],
    )


def rate_dots(rows: pd.DataFrame, mode: Mode, unit: str = _UNIT) -> go.Figure:
    """Rates of several groups with their intervals, from 0.

    Parameters
    ----------
    rows
        One row each: label; estimate, low, high; text, the value and after two spaces its interval, of which the value
        is bold; detail, such as the base, in grey below; hollow, for a group that is not stated. Where the estimate is
        null the column flag says why.
    mode
        Ground of the page.
    unit
        What the last tick of the axis carries, such as ``per 1,000``.
    """
    palette = PALETTES[mode]
    records = _records(rows)
    marks, notes, most = [], [], 2
    highest = 0.0
    for place, row in enumerate(records):
        estimate, low, high = (_number(row[name]) for name in ("estimate", "low", "high"))
        if estimate is None:
            notes.append(_flag(row, place, palette, xref="paper"))
            continue
        ends = [estimate if low is None else low, estimate if high is None else high]
        value, _, interval = _text(row["text"]).partition("  ")
        label = _beside(_spaced(value), _spaced(interval))
        detail = _escaped(row["detail"], 17, 2)
        lines = [label, *([f'<span style="color:{palette.muted}">{detail}</span>'] if detail else [])]
        most = max(most, sum(line.count("<br>") + 1 for line in lines))
        notes.append(_note("<br>".join(lines), 1, place, xref="paper", xshift=7))
        hover = _hover(row["label"], f"{_spaced(value)} {unit}", _spaced(interval), row["detail"])
        symbol = "circle-hollow" if _true(row.get("hollow")) else "circle"
        marks.append(_Dot(place, estimate, ends[0], ends[1], symbol, hover))
        highest = max(highest, estimate, ends[1])
    ticks = _rate_ticks(highest)
    return _figure(
        mode,
        _FOOT + 6 + (most * _LINE + 10) * max(len(records), 1),
        _dot_traces(marks, palette),
        x={
            "range": [0, ticks[-1]],
            "tickvals": ticks,
            "ticktext": _with_unit([_tick(wording.rate(tick)) for tick in ticks], unit),
        },
        y=_row_axis(records, palette),
        annotations=notes,
        margin={"r": _HANG},
    )


def rate_trend(rows: pd.DataFrame, focus: str, comparator: str, mode: Mode) -> go.Figure:
    """Rates of two groups, month by month.

    Parameters
    ----------
    rows
        One row a month and group: month (``YYYY-MM``, every one of the period), group, rate, low, high. A month without
        a figure has nulls, and breaks the line; the column flag may say why.
    focus, comparator
        The group in blue and the one in grey. Both are named at the right with the figure of the last month.
    mode
        Ground of the page.
    """
    palette = PALETTES[mode]
    height, top = 240, 10
    months = sorted({str(month) for month in rows["month"]})
    chosen = {name: rows[rows["group"] == name] for name in (comparator, focus)}
    series = {name: _Series.of(frame, months) for name, frame in chosen.items()}
    drawn = [value for line in series.values() for value in (*line.rate, *line.high) if value is not None]
    ticks = _rate_ticks(max(drawn, default=0))
    traces = [
        trace
        for name, line in series.items()
        for trace in _series_traces(line, name, months, palette, focus=name == focus)
    ]
    ceiling = ticks[-1] * 1.05
    pixels = (height - top - _FOOT) / ceiling
    notes = [
        _note(text, 1, place / pixels, xref="paper", xshift=10)
        for text, place in _end_labels(series, focus, months, palette, pixels, height - top - _FOOT)
    ]
    # The unit continues the highest tick, on a plate that cuts the grid line.
    notes.append(
        _note(_UNIT, 0, ticks[-1], xref="paper", bgcolor=palette.ground, font={"color": palette.muted}, xshift=-2)
    )
    last = max(len(months) - 1, 0)
    aside = max(0.25, last * 0.02) if last else 0.5
    return _figure(
        mode,
        height,
        traces,
        x={"range": [-aside, last + aside], **_month_ticks(months)},
        y={
            "range": [0, ceiling],
            "tickvals": ticks,
            "ticktext": [_tick(wording.rate(tick)) for tick in ticks],
            "ticklabelstandoff": 4,
        },
        annotations=notes,
        margin={"r": _HANG, "t": top},
    )


def coverage_grid(rows: pd.DataFrame, mode: Mode) -> go.Figure:
    """The status of every force and month: a shape and a fill for each status, see `STATUS_MARKS`.

    Parameters
    ----------
    rows
        One row a force and month: label, month (``YYYY-MM``), status (a key of `STATUS_MARKS`), rows (null where
        the month is missing).
    mode
        Ground of the page.

    Raises
    ------
    ValueError
        If a status has no mark.
    """
    palette = PALETTES[mode]
    records = _records(rows)
    labels = list(dict.fromkeys(_text(row["label"]) for row in records))
    held = sorted({str(row["month"]) for row in records})
    months = wording.month_range(held[0], held[-1]) if held else []
    across = {month: place for place, month in enumerate(months)}
    down = {label: place for place, label in enumerate(labels)}
    size = min(11.0, max(5.0, 170 / max(len(months), 1)))
    tall = len(labels) > 12
    unknown = {str(row["status"]) for row in records} - STATUS_MARKS.keys()
    if unknown:
        raise ValueError(f"“{min(unknown)}” is no status of a month; there are {wording.listing(list(STATUS_MARKS))}.")
    traces = []
    for status, mark in STATUS_MARKS.items():
        cells = [row for row in records if row["status"] == status]
        colour = getattr(palette, mark.colour)
        traces.append(
            {
                "name": status,
                "x": [across[str(row["month"])] for row in cells],
                "y": [down[_text(row["label"])] for row in cells],
                "mode": "markers",
                "cliponaxis": False,
                "marker": {
                    "symbol": mark.symbol,
                    "size": size * mark.size,
                    "color": colour,
                    "line": {"color": colour, "width": 0 if mark.symbol in _FILLED else 1.5},
                },
                "hovertext": [_hover(row["label"], wording.month(str(row["month"])), *_status(row)) for row in cells],
                "hoverinfo": "text",
            }
        )
    shown: list[Mapping[Hashable, Any]] = [{"label": textwrap.shorten(label, 22, placeholder="…")} for label in labels]
    return _figure(
        mode,
        _FOOT + 18 + max(40, 20 * len(labels)),
        traces,
        x={
            "range": [-0.5, max(len(months), 1) - 0.5],
            "side": "top" if tall else "bottom",
            **_month_ticks(months),
        },
        y={**_row_axis(shown, palette, width=22), "showgrid": True},
        margin={"t": _FOOT if tall else 10, "b": 10 if tall else _FOOT, "r": 26},
    )


@dataclass(frozen=True)
class _Dot:
    """An estimate on its interval, in a row."""

    place: int
    estimate: float
    low: float
    high: float
    symbol: str
    hover: str


@dataclass(frozen=True)
class _Series:
    """Rates of one group, one value for each month of the axis."""

    rate: list[float | None]
    low: list[float | None]
    high: list[float | None]
    flag: list[str]

    @classmethod
    def of(cls, frame: pd.DataFrame, months: Sequence[str]) -> _Series:
        by_month = {str(row["month"]): row for row in _records(frame)}
        found = [by_month.get(month, {}) for month in months]
        return cls(
            rate=[_number(row.get("rate")) for row in found],
            low=[_number(row.get("low")) for row in found],
            high=[_number(row.get("high")) for row in found],
            flag=[_text(row.get("flag")) for row in found],
        )

    def runs(self) -> list[list[int]]:
        """Places of months that follow each other without a gap."""
        runs: list[list[int]] = []
        for place, rate in enumerate(self.rate):
            if rate is None:
                continue
            if runs and runs[-1][-1] == place - 1:
                runs[-1].append(place)
            else:
                runs.append([place])
        return runs


_FILLED = {"square", "diamond", "triangle-up"}


def _figure(
    mode: Mode,
    height: int,
    traces: Sequence[Mapping[str, Any]],
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    **layout: object,
) -> go.Figure:
    """The figure, made in one go: Plotly checks every later change of a figure again."""
    import plotly.graph_objects as go

    return go.Figure(
        data=[{"type": "scatter", **trace} for trace in traces],
        layout={"template": template(mode), "height": height, "xaxis": x, "yaxis": y, **layout},
    )


def _records(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return frame.to_dict("records")


def _number(value: object) -> float | None:
    return None if wording.missing(value) else float(value)  # type: ignore[arg-type]


def _text(value: object) -> str:
    return "" if wording.missing(value) else str(value)


def _true(value: object) -> bool:
    return not wording.missing(value) and bool(value)


def _escaped(value: object, width: int, lines: int) -> str:
    """Text in lines of at most `width` characters, escaped: its own line breaks stay, markup does not come alive."""
    parts = [part for line in _text(value).splitlines() for part in textwrap.wrap(line, width)]
    if len(parts) > lines:
        parts = [*parts[: lines - 1], textwrap.shorten(" ".join(parts[lines - 1 :]), width, placeholder="…")]
    # Plotly knows no &quot;, so quotation marks stay as they are.
    return "<br>".join(html.escape(part, quote=False) for part in parts)


def _hover(title: object, *lines: object) -> str:
    parts = [_escaped(line, 60, 3) for line in lines]
    return "<br>".join([f"<b>{_escaped(title, 60, 3)}</b>", *(part for part in parts if part)])


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _beside(value: str, interval: str) -> str:
    """A bold value and its interval, on two lines where one would not fit the margin."""
    between = "<br>" if len(value) + len(interval) > 16 else wording.NBSP * 2
    parts = [f"<b>{html.escape(value, quote=False)}</b>" if value else "", html.escape(interval, quote=False)]
    return between.join(part for part in parts if part)


def _note(text: str, x: float, y: float, **more: object) -> dict[str, Any]:
    place = {"x": x, "y": y, "xanchor": "left", "yanchor": "middle", "align": "left", "showarrow": False}
    return {"text": text, **place, **more}


def _flag(row: Mapping[Hashable, Any], place: int, palette: Palette, x: float = 0, xref: str = "x") -> dict[str, Any]:
    """Why there is no figure, in the place of the figure."""
    text = _escaped(row.get("flag") or "no figure", 32, 2)
    plate = {"font": {"color": palette.muted}, "bgcolor": palette.ground, "borderpad": 3}
    return _note(text, x, place, xref=xref, xshift=8, **plate)


def _row_axis(
    records: Iterable[Mapping[Hashable, Any]], palette: Palette, head: float = 0, width: int = 20
) -> dict[str, Any]:
    labels = [_escaped(row["label"], width, 3) for row in records]
    return {
        "range": [max(len(labels), 1) - 0.5, -0.5 - head],
        "tickvals": list(range(len(labels))),
        "ticktext": labels,
        "tickfont": {"color": palette.text},
        "ticklabelstandoff": 8,
        "showgrid": False,
    }


def _dot_traces(dots: Sequence[_Dot], palette: Palette) -> list[dict[str, Any]]:
    hollow = [dot.symbol == "circle-hollow" for dot in dots]
    bars = {
        "x": [x for dot in dots for x in (dot.low, dot.high, None)],
        "y": [y for dot in dots for y in (dot.place, dot.place, None)],
        "mode": "lines",
        "line": {"color": palette.blue, "width": _BAR},
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


def _plate(palette: Palette, place: int, low: float, high: float, hover: str) -> dict[str, Any]:
    up, down = place - 0.17, place + 0.17
    return {
        "x": [low, high, high, low, low],
        "y": [up, up, down, down, up],
        "mode": "lines",
        "fill": "toself",
        "fillcolor": _faded(palette.soft, 0.28),
        "line": {"color": palette.soft, "width": 1.5, "dash": "3px,3px"},
        "hoveron": "fills",
        "text": hover,
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _ratio_span(values: Iterable[float | None]) -> tuple[float, float]:
    """Ends of a log axis: all finite values, 1, and an octave beyond it on a side that is used."""
    known = [value for value in values if value is not None]
    drawn = [value for value in known if 1 / _FARTHEST <= value <= _FARTHEST]
    low, high = min(drawn, default=1.0), max(drawn, default=1.0)
    below = low < 1 or min(known, default=1) < 1
    beyond = len(drawn) < len(known)
    return (
        min(low, 0.5) / (1.3 if beyond else 1.04) if below else 1.0,
        max(high, 2.0) * (1.3 if beyond else 1.04),
    )


def _ratio_ticks(span: tuple[float, float]) -> list[float]:
    """Powers of 2, 4 or 10 within the span, at most four, that two decimals can write."""
    for base in (2, 4, 10, 100):
        powers = [float(base) ** power for power in range(-10, 11)]
        ticks = [tick for tick in powers if span[0] <= tick <= span[1]]
        if len(ticks) <= 4 and all(round(tick, 2) == tick for tick in ticks):
            return ticks
    return [1.0]


def _inside(value: float | None, span: tuple[float, float]) -> float:
    return min(max(span[0] if value is None else value, span[0]), span[1])


def _off_scale(value: float | None, span: tuple[float, float]) -> str:
    if value is None or span[0] <= value <= span[1]:
        return ""
    return "triangle-right" if value > span[1] else "triangle-left"


def _rate_ticks(highest: float) -> list[float]:
    """Two to four round ticks from 0 whose last is not below the highest value, and as near to it as can be."""
    steps = [digit * 10.0**power for power in range(-2, 7) for digit in (1, 2, 2.5, 3, 4, 5)]
    steps = [step for step in steps if abs(round(step, 2 if step < 1 else 1) - step) < 1e-9]
    _, _, step, count = min(
        (round(step * count, 2), -count, step, count) for step in steps for count in (2, 3) if step * count >= highest
    )
    return [round(step * place, 2) for place in range(count + 1)]


def _tick(text: str) -> str:
    """A formatted number without the zeros that only line up columns: ``10.0`` as ``10``."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_unit(texts: Sequence[str], unit: str) -> list[str]:
    """Tick texts whose last carries the unit and keeps its number under the tick.

    Plotly centres a label on its tick, so a long unit would push its number over the tick before. No-break spaces in
    front, as wide as the unit, hold it in place.
    """
    pad = wording.NBSP * round(len(unit) * 1.9 + 1)
    return [*texts[:-1], f"{pad}{texts[-1]}{wording.NBSP}{html.escape(unit, quote=False)}"] if texts else []


def _month_ticks(months: Sequence[str]) -> dict[str, Any]:
    """At most four months at even steps, the last one among them."""
    steps = (1, 2, 3, 4, 6, 12, 24, 36, 60, 120, 240, 480)
    step = next(step for step in steps if math.ceil(len(months) / step) <= 4)
    places = sorted(range(len(months) - 1, -1, -step))
    return {"tickvals": places, "ticktext": [wording.short_month(months[place]) for place in places]}


def _series_traces(
    line: _Series, name: str, months: Sequence[str], palette: Palette, focus: bool
) -> list[dict[str, Any]]:
    colour = palette.blue if focus else palette.soft
    # A single month has no line: the two groups step aside so that neither hides the other.
    aside = (-0.04 if focus else 0.04) if len(months) == 1 else 0
    runs = line.runs()
    ring: list[tuple[float | None, float | None]] = []
    bars: list[tuple[float | None, float | None]] = []
    for run in runs:
        known = [place for place in run if line.low[place] is not None and line.high[place] is not None]
        if len(known) > 1:
            ring += [(place, line.high[place]) for place in known]
            ring += [(place, line.low[place]) for place in reversed(known)]
            ring += [(None, None)]
        for place in known:
            if len(run) == 1 or place == len(months) - 1:
                bars += [(place + aside, line.low[place]), (place + aside, line.high[place]), (None, None)]
    band = {
        "x": [x for x, _ in ring],
        "y": [y for _, y in ring],
        "mode": "lines",
        "fill": "toself",
        "fillcolor": _faded(colour, palette.band),
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
    }
    # Past this number, points would hide the line: only those without one keep theirs, and the last.
    lone = {run[0] for run in runs if len(run) == 1} | {len(months) - 1}
    size = 8 if focus else 7
    points = {
        "name": html.escape(_text(name), quote=False),
        "x": [place + aside for place in range(len(months))],
        "y": line.rate,
        "connectgaps": False,
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2.5 if focus else 2},
        "marker": {
            "symbol": "circle" if focus else "diamond",
            "size": [size if len(months) <= 18 or place in lone else 0 for place in range(len(months))],
            "color": colour,
            "opacity": 1,
            "line": {"color": palette.ground, "width": 1.5},
        },
        "hovertext": [_month_hover(line, place, name, month) for place, month in enumerate(months)],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    intervals = {
        "x": [x for x, _ in bars],
        "y": [y for _, y in bars],
        "mode": "lines",
        "line": {"color": colour, "width": _BAR},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    return [band, points, intervals]


def _month_hover(line: _Series, place: int, name: str, month: str) -> str:
    rate, low, high = line.rate[place], line.low[place], line.high[place]
    if rate is None:
        return ""
    interval = "" if low is None or high is None else wording.between(wording.rate(low), wording.rate(high))
    return _hover(f"{name}, {wording.month(month)}", f"{wording.rate(rate)} {_UNIT}", interval)


def _end_labels(
    series: Mapping[str, _Series], focus: str, months: Sequence[str], palette: Palette, pixels: float, room: float
) -> list[tuple[str, float]]:
    """Text of each label at the right end and its height in pixels above 0, pushed apart where they would overlap."""
    labels = []
    for name, line in series.items():
        text, rate = _end_label(line, name, months, palette.blue if name == focus else palette.muted, palette)
        labels.append((text, rate * pixels))
    if len(labels) < 2:
        return labels
    (below, low), (above, high) = sorted(labels, key=lambda label: label[1])
    half_below, half_above = (_LINE * (text.count("<br>") + 1) / 2 for text in (below, above))
    overlap = half_below + half_above + 4 - (high - low)
    if overlap > 0:
        low, high = low - overlap / 2, high + overlap / 2
        lift = max(0.0, half_below - low) or min(0.0, room - half_above - high)
        low, high = low + lift, high + lift
    return [(below, low), (above, high)]


def _end_label(line: _Series, name: str, months: Sequence[str], colour: str, palette: Palette) -> tuple[str, float]:
    title = f'<b><span style="color:{colour}">{_escaped(name, 16, 2)}</span></b>'
    rate, low, high = (values[-1] if values else None for values in (line.rate, line.low, line.high))
    if rate is None:
        known = [value for value in line.rate if value is not None]
        why = (line.flag[-1] if months else "") or "no figure"
        return f'{title}<br><span style="color:{palette.muted}">{_escaped(why, 17, 3)}</span>', (known or [0.0])[-1]
    interval = "" if low is None or high is None else wording.between(wording.rate(low), wording.rate(high))
    return f"{title}<br>{_beside(wording.rate(rate), interval)}", rate


def _status(row: Mapping[Hashable, Any]) -> list[str]:
    count = _number(row["rows"])
    return [str(row["status"]), "" if count is None else wording.plural(int(count), "row")]


def _faded(colour: str, opacity: float) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgba({red},{green},{blue},{opacity})"

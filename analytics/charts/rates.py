"""Ratios, rates and their course from month to month."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics import near_one, wording
from analytics.charts.house import (
    BAR,
    FOOT,
    HANG,
    LINE,
    PALETTES,
    Dot,
    Palette,
    annotation,
    as_text,
    beside,
    dot_traces,
    escaped,
    faded,
    figure_of,
    flag_note,
    hover_text,
    is_true,
    month_ticks,
    number,
    rate_ticks,
    row_axis,
    spaced,
    tick_text,
    with_unit,
)
from analytics.charts.marks import FLAGS, Mark, flag, thin_line, together
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

_UNIT = "per 1,000"


_SYMBOLS: Mapping[Any, str] = {"adjusted": "diamond", "before": "circle-hollow"}

_FARTHEST = 1000.0  # A ratio beyond this, or below one part of it, is drawn at the edge.


def ratio_scale(
    rows: pd.DataFrame,
    mode: Mode,
    same: str = "same rate",
    write: Callable[[float], str] = near_one.times,
    axis: str = "",
) -> go.Figure:
    """Ratios of two rates on a log scale, with a line where the rates are the same.

    Parameters
    ----------
    rows
        One row each: label, kind (``estimate``, ``adjusted``, ``before`` or ``range``), estimate, low, high. Where
        there is no figure, they are null and the column flag says why. A range has no estimate.
    mode
        Ground of the page.
    same
        What the line at 1 is called.
    write
        Writes a ratio.
    axis
        Title of the axis, where the last tick alone could not say of what the ratios are.

    Returns
    -------
    Figure
        Estimates are circles, those of before hollow and adjusted ones diamonds, all on their interval; a range is a
        dashed plate. What lies off the scale, such as an infinite limit, is drawn up to the edge; a triangle there is
        an estimate.
    """
    palette = PALETTES[mode]
    records = records_of(rows)
    span = _ratio_span([number(row[name]) for row in records for name in ("estimate", "low", "high")])
    plates, marks, notes = (
        [],
        [],
        [annotation(same, 0, 1, yref="paper", yanchor="top", xshift=7, font={"color": palette.muted})],
    )
    for place, row in enumerate(records):
        estimate, low, high = (number(row[name]) for name in ("estimate", "low", "high"))
        if low is None or high is None or (estimate is None and row["kind"] != "range"):
            notes.append(flag_note(row, place, palette, x=0 if span[0] == 1 else math.log10(span[0])))
            continue
        value = "" if estimate is None or math.isinf(estimate) else write(estimate)
        interval = wording.between(write(low), write(high))
        end = _inside(high, span)
        if row["kind"] == "range":
            plates.append(
                _plate(palette, place, _inside(low, span), end, hover_text(row["label"], f"{interval} times"))
            )
        else:
            hover = hover_text(row["label"], f"{value} times" if value else "", interval)
            symbol = _off_scale(estimate, span) or _SYMBOLS.get(row["kind"], "circle")
            marks.append(Dot(place, _inside(estimate, span), _inside(low, span), end, symbol, hover))
        notes.append(annotation(beside(value, interval), math.log10(end), place, xshift=11, bgcolor=palette.ground))
    ticks = ratio_ticks(span)
    texts = [tick_text(wording.times(tick)) for tick in ticks]
    foot = FOOT + (LINE + 4 if axis else 0)
    return figure_of(
        mode,
        foot + 10 + 44 * max(len(records), 1),
        [*plates, *dot_traces(marks, palette)],
        x={
            "type": "log",
            "range": [math.log10(span[0]) - 0.01, math.log10(span[1])],
            "tickvals": ticks,
            "ticktext": texts if axis else with_unit(texts, "times"),
            **(
                {"title": {"text": escaped(axis, 40, 1), "standoff": 4, "font": {"size": 13, "color": palette.muted}}}
                if axis
                else {}
            ),
        },
        y=row_axis(records, palette, head=0.3),
        annotations=notes,
        margin={"r": HANG, "b": foot},
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
    records = records_of(rows)
    marks, notes, most = [], [], 2
    highest = 0.0
    for place, row in enumerate(records):
        estimate, low, high = (number(row[name]) for name in ("estimate", "low", "high"))
        if estimate is None:
            notes.append(flag_note(row, place, palette, xref="paper"))
            continue
        ends = [estimate if low is None else low, estimate if high is None else high]
        value, _, interval = as_text(row["text"]).partition("  ")
        label = beside(spaced(value), spaced(interval))
        detail = escaped(row["detail"], 17, 2)
        lines = [label, *([f'<span style="color:{palette.muted}">{detail}</span>'] if detail else [])]
        most = max(most, sum(line.count("<br>") + 1 for line in lines))
        notes.append(annotation("<br>".join(lines), 1, place, xref="paper", xshift=7))
        hover = hover_text(row["label"], f"{spaced(value)} {unit}", spaced(interval), row["detail"])
        symbol = "circle-hollow" if is_true(row.get("hollow")) else "circle"
        marks.append(Dot(place, estimate, ends[0], ends[1], symbol, hover))
        highest = max(highest, estimate, ends[1])
    ticks = rate_ticks(highest)
    return figure_of(
        mode,
        FOOT + 6 + (most * LINE + 10) * max(len(records), 1),
        dot_traces(marks, palette),
        x={
            "range": [0, ticks[-1]],
            "tickvals": ticks,
            "ticktext": with_unit([tick_text(wording.rate(tick)) for tick in ticks], unit),
        },
        y=row_axis(records, palette),
        annotations=notes,
        margin={"r": HANG},
    )


def rate_trend(rows: pd.DataFrame, focus: str, comparator: str, mode: Mode, marks: Sequence[Mark] = ()) -> go.Figure:
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
    marks
        Thin lines with a label above the drawing, placed by `month_place`; labels that would cover each other on a
        phone are put together.
    """
    palette = PALETTES[mode]
    top = FLAGS if marks else 10
    height = 230 + top
    months = sorted({str(month) for month in rows["month"]})
    chosen = {name: rows[rows["group"] == name] for name in (comparator, focus)}
    series = {name: _Series.of(frame, months) for name, frame in chosen.items()}
    drawn = [value for line in series.values() for value in (*line.rate, *line.high) if value is not None]
    ticks = rate_ticks(max(drawn, default=0))
    traces = [
        trace
        for name, line in series.items()
        for trace in _series_traces(line, name, months, palette, focus=name == focus)
    ]
    ceiling = ticks[-1] * 1.05
    pixels = (height - top - FOOT) / ceiling
    notes = [
        annotation(text, 1, place / pixels, xref="paper", xshift=10)
        for text, place in _end_labels(series, focus, months, palette, pixels, height - top - FOOT)
    ]
    # The unit continues the highest tick, on a plate that cuts the grid line.
    notes.append(
        annotation(_UNIT, 0, ticks[-1], xref="paper", bgcolor=palette.ground, font={"color": palette.muted}, xshift=-2)
    )
    last = max(len(months) - 1, 0)
    aside = max(0.25, last * 0.02) if last else 0.5
    start, end = -aside, last + aside
    inside = [mark._replace(place=min(max(mark.place, start), end)) for mark in marks]
    notes += [flag(group, palette) for group in together(inside, end - start)]
    return figure_of(
        mode,
        height,
        traces,
        x={"range": [start, end], **month_ticks(months)},
        y={
            "range": [0, ceiling],
            "tickvals": ticks,
            "ticktext": [tick_text(wording.rate(tick)) for tick in ticks],
            "ticklabelstandoff": 4,
        },
        annotations=notes,
        shapes=[thin_line(mark.place, palette) for mark in inside],
        margin={"r": HANG, "t": top},
    )


@dataclass(frozen=True)
class _Series:
    """Rates of one group, one value for each month of the axis."""

    rate: list[float | None]
    low: list[float | None]
    high: list[float | None]
    flag: list[str]

    @classmethod
    def of(cls, frame: pd.DataFrame, months: Sequence[str]) -> _Series:
        by_month = {str(row["month"]): row for row in records_of(frame)}
        found = [by_month.get(month, {}) for month in months]
        return cls(
            rate=[number(row.get("rate")) for row in found],
            low=[number(row.get("low")) for row in found],
            high=[number(row.get("high")) for row in found],
            flag=[as_text(row.get("flag")) for row in found],
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


def _plate(palette: Palette, place: int, low: float, high: float, hover: str) -> dict[str, Any]:
    up, down = place - 0.17, place + 0.17
    return {
        "x": [low, high, high, low, low],
        "y": [up, up, down, down, up],
        "mode": "lines",
        "fill": "toself",
        "fillcolor": faded(palette.soft, 0.28),
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


def ratio_ticks(span: tuple[float, float]) -> list[float]:
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
        "fillcolor": faded(colour, palette.band),
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
    }
    # Past this number, points would hide the line: only those without one keep theirs, and the last.
    lone = {run[0] for run in runs if len(run) == 1} | {len(months) - 1}
    size = 8 if focus else 7
    points = {
        "name": html.escape(as_text(name), quote=False),
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
        "line": {"color": colour, "width": BAR},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    return [band, points, intervals]


def _month_hover(line: _Series, place: int, name: str, month: str) -> str:
    rate, low, high = line.rate[place], line.low[place], line.high[place]
    if rate is None:
        return ""
    interval = "" if low is None or high is None else wording.between(wording.rate(low), wording.rate(high))
    return hover_text(f"{name}, {wording.month(month)}", f"{wording.rate(rate)} {_UNIT}", interval)


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
    half_below, half_above = (LINE * (text.count("<br>") + 1) / 2 for text in (below, above))
    overlap = half_below + half_above + 4 - (high - low)
    if overlap > 0:
        low, high = low - overlap / 2, high + overlap / 2
        lift = max(0.0, half_below - low) or min(0.0, room - half_above - high)
        low, high = low + lift, high + lift
    return [(below, low), (above, high)]


def _end_label(line: _Series, name: str, months: Sequence[str], colour: str, palette: Palette) -> tuple[str, float]:
    title = f'<b><span style="color:{colour}">{escaped(name, 16, 2)}</span></b>'
    rate, low, high = (values[-1] if values else None for values in (line.rate, line.low, line.high))
    if rate is None:
        known = [value for value in line.rate if value is not None]
        why = (line.flag[-1] if months else "") or "no figure"
        return f'{title}<br><span style="color:{palette.muted}">{escaped(why, 17, 3)}</span>', (known or [0.0])[-1]
    interval = "" if low is None or high is None else wording.between(wording.rate(low), wording.rate(high))
    return f"{title}<br>{beside(wording.rate(rate), interval)}", rate

"""Shares of answers: their course over waves, groups beside each other, areas against the whole."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import (
    BAR,
    FOOT,
    HANG,
    PALETTES,
    Palette,
    annotation,
    as_text,
    escaped,
    faded,
    figure_of,
    hover_text,
    number,
    row_axis,
)
from analytics.charts.marks import FLAGS, Mark, flag, thin_line, together
from analytics.charts.times import borders, middles, time_ticks
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

_HEAD = 0.04  # Room above the highest tick, so that the line of 80 % is not the edge.
_ROW = 25
_THIN_ROW = 12
_SMALL = 158
_SMALL_TICKS = 2

Row = Mapping[Hashable, Any]


def share_trend(
    rows: pd.DataFrame,
    mode: Mode,
    marks: Sequence[Mark] = (),
    *,
    level: pd.DataFrame | None = None,
    beside: Sequence[pd.DataFrame] = (),
) -> go.Figure:
    """A share over waves with its band.

    Parameters
    ----------
    rows
        One row a point, in order: label, starts and ends (first and last day, ``YYYY-MM-DD``), estimate, low, high
        (fractions of 1; null where there is no figure), base, flag, and broken: words where the series breaks before
        this point, else empty.
    mode
        Ground of the page.
    marks
        Thin lines with a label above the drawing; labels that would cover each other on a phone are put together.
    level
        The level behind the points, drawn thin with the edge of its band: the same columns, estimate being the level.
    beside
        Other figures of the same thing without an interval, each drawn as a dashed line: the same columns.

    Returns
    -------
    Figure
        A point stands in the middle of its period, on an axis of time. A break cuts line and band; a point without a
        figure is a gap. Without an interval there is no band.
    """
    palette = PALETTES[mode]
    records, at = records_of(rows), middles(rows)
    ceiling = _ceiling(max(map(_highest, [rows, *beside, *([] if level is None else [level])])))
    traces = [] if level is None else _level_lines(level, palette)
    traces += [trace for other in beside for trace in _dashed(other, palette)]
    # Behind points that are joined by a line of their own, a level would not be seen.
    traces += _line(records, at, palette, palette.blue, 2.5 if level is None else 0)
    notes, shapes = [], []
    for row, border in zip(records, borders(rows), strict=True):
        if as_text(row["broken"]):
            shapes.append(_upright(border, palette))
            if any(mark.breaks and mark.place == border for mark in marks):
                continue
            notes.append(
                annotation(
                    escaped(row["broken"], 18, 2),
                    border,
                    1,
                    yref="paper",
                    yanchor="top",
                    xshift=6,
                    font={"color": palette.muted},
                    bgcolor=palette.ground,
                )
            )
    shown = [place for place, row in enumerate(records) if number(row["estimate"]) is not None]
    for place in {shown[0], shown[-1]} if shown else ():
        traces.append(_bar(records[place], at[place], palette.blue))
    if shown:
        notes.append(_last_label(records[shown[-1]], palette))
    first, last = _ends([*at, *(place for other in beside for place in middles(other))])
    inside = [mark._replace(place=min(max(mark.place, first), last)) for mark in marks]
    shapes += [thin_line(mark.place, palette) for mark in inside if not mark.breaks]
    notes += [flag(group, palette) for group in together(inside, last - first)]
    head = FLAGS if marks else 12
    return figure_of(
        mode,
        248 + head,
        traces,
        x={"range": [first, last], **time_ticks(first, last)},
        y=share_axis(ceiling),
        annotations=notes,
        shapes=shapes,
        margin={"r": HANG, "t": head},
    )


def share_small(rows: pd.DataFrame, everyone: pd.DataFrame, ceiling: float, mode: Mode) -> go.Figure:
    """One panel of small multiples: the share of one group, and in grey that of everyone.

    Parameters
    ----------
    rows, everyone
        As for `share_trend`, the same waves.
    ceiling
        Upper end of the axis, the same in every panel: see `shared_ceiling`.
    mode
        Ground of the page.
    """
    palette = PALETTES[mode]
    records, at = records_of(rows), middles(rows)
    everywhere = {
        **_cut(everyone),
        "mode": "lines",
        "line": {"color": palette.soft, "width": 1.5},
        "hoverinfo": "skip",
    }
    first, last = _ends(at)
    return figure_of(
        mode,
        _SMALL,
        [everywhere, *_line(records, at, palette, palette.blue, 2, points=False)],
        x={"range": [first, last], **time_ticks(first, last, _SMALL_TICKS)},
        y=share_axis(ceiling, step=0.4),
        margin={"r": 22, "t": 8},
    )


def _cut(rows: pd.DataFrame) -> dict[str, list[float | None]]:
    """The line of some points, cut where the series breaks."""
    x: list[float | None] = []
    y: list[float | None] = []
    for place, share, broken in zip(middles(rows), rows["estimate"], rows["broken"], strict=True):
        if as_text(broken):
            x.append(None)
            y.append(None)
        x.append(place)
        y.append(number(share))
    return {"x": x, "y": y}


def shared_ceiling(frames: Sequence[pd.DataFrame]) -> float:
    """Upper end of an axis that holds every interval of several panels."""
    return _ceiling(max(map(_highest, frames), default=0.0))


def share_rows(
    rows: pd.DataFrame,
    reference: Row,
    mode: Mode,
    *,
    ceiling: float = 1.0,
    welcome: bool = True,
    quiet: bool = False,
) -> go.Figure:
    """Shares of several areas with their intervals, against the share of all.

    Parameters
    ----------
    rows
        One row an area: label, estimate, low, high, verdict (``above``, ``below``, else not clearly different), base.
        Where the estimate is null the column flag says why.
    reference
        estimate, low and high of all areas together: a line over a strip of its interval; it may have no interval.
    mode
        Ground of the page.
    ceiling
        Upper end of the axis, the same in panels that stand beside each other.
    welcome
        Whether a larger share is: what is unwelcome is orange, so that it is looked at.
    quiet
        Thin rows close together without names, for many areas of which nothing is to be said.
    """
    palette = PALETTES[mode]
    records = records_of(rows)
    whole = number(reference["estimate"])
    shapes = [] if whole is None else _reference(reference, palette)
    tick = [] if whole is None else [whole]
    return figure_of(
        mode,
        FOOT + 10 + (_THIN_ROW if quiet else _ROW) * max(len(records), 1),
        _row_marks(records, palette, welcome, quiet),
        x={
            "range": [0, ceiling],
            "tickvals": [0, *[t for t in (0.3, 0.8) if not tick or abs(t - tick[0]) > 0.14], *tick],
            "tickformat": ".0%",
        },
        y={**row_axis(records, palette, width=24), **({"showticklabels": False} if quiet else {})},
        shapes=shapes,
        annotations=[
            annotation(
                escaped(row["flag"] or "no figure", 34, 1),
                0,
                place,
                xshift=8,
                font={"color": palette.muted},
                bgcolor=palette.ground,
            )
            for place, row in enumerate(records)
            if number(row["estimate"]) is None
        ],
        margin={"t": 2, "r": 26},
    )


def _row_marks(records: Sequence[Row], palette: Palette, welcome: bool, quiet: bool) -> list[dict[str, Any]]:
    drawn = [(place, row) for place, row in enumerate(records) if number(row["estimate"]) is not None]
    looks = [_look(as_text(row["verdict"]), palette, welcome) for _, row in drawn]
    colours: dict[str, list[tuple[float | None, float | None]]] = {look["color"]: [] for look in looks}
    for (place, row), look in zip(drawn, looks, strict=True):
        if number(row["low"]) is not None:
            colours[look["color"]] += [(number(row["low"]), place), (number(row["high"]), place), (None, None)]
    bars = [
        {
            "x": [x for x, _ in ends],
            "y": [y for _, y in ends],
            "mode": "lines",
            "line": {"color": colour, "width": 1.5 if quiet else BAR},
            "hoverinfo": "skip",
        }
        for colour, ends in colours.items()
    ]
    marks = {
        "x": [number(row["estimate"]) for _, row in drawn],
        "y": [place for place, _ in drawn],
        "mode": "markers",
        "marker": {
            "symbol": [look["symbol"] for look in looks],
            "size": [5 if quiet else look["size"] for look in looks],
            "color": [look["fill"] for look in looks],
            "line": {"color": [look["edge"] for look in looks], "width": 1.5},
            "opacity": 1,
        },
        "hovertext": [_row_hover(row) for _, row in drawn],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    return [*bars, marks]


def _look(verdict: str, palette: Palette, welcome: bool) -> dict[str, Any]:
    """Colour and shape of an area: a filled circle below, a diamond above, a hollow circle where it is not clear."""
    good, bad = (palette.blue, palette.orange) if welcome else (palette.orange, palette.blue)
    if verdict == "below":
        return {"color": bad, "fill": bad, "edge": palette.ground, "symbol": "circle", "size": 11}
    if verdict == "above":
        return {"color": good, "fill": good, "edge": palette.ground, "symbol": "diamond", "size": 12}
    return {"color": palette.soft, "fill": palette.ground, "edge": palette.soft, "symbol": "circle", "size": 9}


def _reference(reference: Row, palette: Palette) -> list[dict[str, Any]]:
    low, high = number(reference["low"]), number(reference["high"])
    whole = number(reference["estimate"])
    place = {"y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    line = {"type": "line", "x0": whole, "x1": whole, "line": {"color": palette.blue, "width": 1.5}, **place}
    if low is None or high is None:
        return [line]
    strip = {
        "type": "rect",
        "x0": low,
        "x1": high,
        "fillcolor": faded(palette.blue, 0.1),
        "line": {"width": 0},
        **place,
    }
    return [strip, line]


def _ends(places: Sequence[float]) -> tuple[float, float]:
    """Where an axis of time begins and ends: with a little room beside the first and the last point."""
    if not places:
        return 0.0, 1.0
    aside = max(0.08, (max(places) - min(places)) * 0.02)
    return min(places) - aside, max(places) + aside


def _level_lines(level: pd.DataFrame, palette: Palette) -> list[dict[str, Any]]:
    """The level behind some points, and the two edges of its band."""
    records, at = records_of(level), middles(level)
    runs = _runs(records)
    x = [place for run in runs for place in [*(at[n] for n in run), None]]
    look: dict[str, dict[str, Any]] = {
        "estimate": {"width": 1.5},
        "low": {"width": 1, "dash": "1px,3px"},
        "high": {"width": 1, "dash": "1px,3px"},
    }
    return [
        {
            "x": x,
            "y": [y for run in runs for y in [*(number(records[n][name]) for n in run), None]],
            "mode": "lines",
            "line": {"color": palette.text, **line},
            "hoverinfo": "skip",
            "connectgaps": False,
        }
        for name, line in look.items()
    ]


def _dashed(rows: pd.DataFrame, palette: Palette) -> list[dict[str, Any]]:
    """Figures of another source, without an interval."""
    records, at = records_of(rows), middles(rows)
    runs = _runs(records)
    return [
        {
            "x": [place for run in runs for place in [*(at[n] for n in run), None]],
            "y": [y for run in runs for y in [*(number(records[n]["estimate"]) for n in run), None]],
            "mode": "lines+markers",
            "line": {"color": palette.orange, "width": 2, "dash": "6px,4px"},
            "marker": {"size": 5, "symbol": "diamond", "color": palette.orange, "opacity": 1},
            "hovertext": [
                text for run in runs for text in [*(_wave_hover(records[n]) + "<br>no interval" for n in run), ""]
            ],
            "hoverinfo": "text",
            "connectgaps": False,
            "cliponaxis": False,
        }
    ]


def _line(
    records: Sequence[Row], at: Sequence[float], palette: Palette, colour: str, width: float, points: bool = True
) -> list[dict[str, Any]]:
    ring: list[tuple[float | None, float | None]] = []
    x: list[int | None] = []
    y: list[float | None] = []
    for run in _runs(records):
        known = [place for place in run if number(records[place]["low"]) is not None]
        if len(known) > 1:
            ring += [(at[place], number(records[place]["high"])) for place in known]
            ring += [(at[place], number(records[place]["low"])) for place in reversed(known)]
            ring.append((None, None))
        x += [*run, None]
        y += [*(number(records[place]["estimate"]) for place in run), None]
    last = max((place for place in x if place is not None), default=None)
    many = (len(records) > 20 or not points) and width > 0
    band = {
        "x": [place for place, _ in ring],
        "y": [value for _, value in ring],
        "mode": "lines",
        "fill": "toself",
        "fillcolor": faded(colour, palette.band),
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
    }
    line = {
        "x": [None if place is None else at[place] for place in x],
        "y": y,
        "connectgaps": False,
        "mode": "lines+markers",
        "line": {"color": colour, "width": width},
        "marker": {
            "size": [0 if place is None or (many and place != last) else 8 for place in x],
            "color": colour,
            "opacity": 1,
            "line": {"color": palette.ground, "width": 1.5},
        },
        "hovertext": ["" if place is None else _wave_hover(records[place]) for place in x],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    return [band, line]


def _runs(records: Sequence[Row]) -> list[list[int]]:
    """Places of waves that follow each other without a gap or a break."""
    runs: list[list[int]] = []
    for place, row in enumerate(records):
        if number(row["estimate"]) is None:
            continue
        if runs and runs[-1][-1] == place - 1 and not as_text(row.get("broken")):
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _bar(row: Row, place: float, colour: str) -> dict[str, Any]:
    return {
        "x": [place, place],
        "y": [number(row["low"]), number(row["high"])],
        "mode": "lines",
        "line": {"color": colour, "width": BAR},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _upright(x: float, palette: Palette) -> dict[str, Any]:
    line = {"color": palette.muted, "width": 1.5, "dash": "4px,4px"}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "layer": "below", "line": line}


def _last_label(row: Row, palette: Palette) -> dict[str, Any]:
    lines = [f'<b><span style="font-size:20px">{wording.percent(float(row["estimate"]))}</span></b>']
    if number(row["low"]) is not None:
        lines.append(wording.percent_between(float(row["low"]), float(row["high"])))
    grey = [wording.plural(int(row["base"]), "answer")] if number(row["base"]) is not None else ["no interval"]
    lines += [f'<span style="color:{palette.muted}">{text}</span>' for text in grey]
    return annotation("<br>".join(lines), 1, float(row["estimate"]), xref="paper", xshift=8)


def _wave_hover(row: Row) -> str:
    return hover_text(row["label"], *_figures(row))


def _row_hover(row: Row) -> str:
    return hover_text(row["label"], *_figures(row))


def _figures(row: Row) -> list[str]:
    said = [wording.percent(float(row["estimate"]))]
    if number(row["low"]) is not None:
        said.append(wording.percent_between(float(row["low"]), float(row["high"])))
    if number(row.get("base")) is not None:
        said.append(wording.plural(int(row["base"]), "answer"))
    return said


def _highest(rows: pd.DataFrame) -> float:
    """The highest estimate or limit of some rows; 0 where there is none."""
    return max((float(rows[name].max()) for name in ("estimate", "high") if rows[name].notna().any()), default=0.0)


def _ceiling(highest: float, most: float = 1.0, least: float = 0.8) -> float:
    """80 % with a little room above, or 100 % where an interval is higher."""
    return least + _HEAD if highest <= least + _HEAD else most


def share_axis(ceiling: float, step: float = 0.2) -> dict[str, Any]:
    """An axis of per cent from 0."""
    count = int(ceiling / step + 1e-9)
    ticks = [round(place * step, 1) for place in range(count + 1)]
    texts = [f"{tick * 100:.0f}" for tick in ticks]
    return {
        "range": [0, ceiling],
        "tickvals": ticks,
        "ticktext": [*texts[:-1], f"{texts[-1]}{wording.NBSP}%"],
        "ticklabelstandoff": 4,
    }

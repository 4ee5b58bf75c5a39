"""Counts by month in layers, and shares with their intervals in rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.charts.house import (
    BAR,
    FOOT,
    HANG,
    LINE,
    PALETTES,
    STANDING,
    Palette,
    annotation,
    as_text,
    beside,
    escaped,
    figure_of,
    flag_note,
    hover_text,
    is_true,
    month_ticks,
    number,
    rate_ticks,
    row_axis,
    tick_text,
)
from analytics.finding import Mode
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

_MOST = 4  # Layers that can be told apart.
_SWATCH = 10
_USUAL, _LETTER = 14, 7  # Letters of “26 % 25 to 27 %”, and pixels of one more.
_WIDE_BARS = 24  # Months past which an edge would be half of a bar on a phone.
_HEIGHT, _TOP = 250, 22


def month_stacks(rows: pd.DataFrame, series: Mapping[str, str], mode: Mode, unit: str) -> go.Figure:
    """Counts of each month in layers, the first of `series` at the foot.

    Parameters
    ----------
    rows
        One row a month, in order: month (``YYYY-MM``), a column for each layer (null in a month of which nothing is
        known), and flag, which then says why.
    series
        Name of each layer by its column, four at most; a layer that is 0 throughout is left out.
    mode
        Ground of the page.
    unit
        What is counted, beside the highest tick: ``events``.

    Returns
    -------
    Figure
        Layers are named at the right, in their order, each with a patch of its colour. A month without a figure has no
        bar and a small grey cross, which is no zero.

    Raises
    ------
    ValueError
        If there are more than four layers.
    """
    if len(series) > _MOST:
        raise ValueError(f"There are {len(series)} layers and {_MOST} can be told apart: put some together.")
    palette, records = PALETTES[mode], records_of(rows)
    shown = {column: name for column, name in series.items() if rows[column].fillna(0).gt(0).any()}
    totals = [sum(number(row[column]) or 0 for column in shown) for row in records]
    ticks = [tick for tick in rate_ticks(max([1.0, *totals])) if tick == round(tick)]
    colours = dict(zip(series, _layers(palette), strict=False))
    pale = list(series)[2:]
    traces = [
        {
            "type": "bar",
            "name": escaped(name, 30, 1),
            "x": list(range(len(records))),
            "y": [number(row[column]) for row in records],
            "marker": {
                "color": colours[column],
                # What is pale has an edge that can be seen; the others a gap.
                "line": {
                    "color": palette.soft if column in pale else palette.ground,
                    "width": 1 if len(records) <= _WIDE_BARS else 0.5,
                },
            },
            "hovertext": [_month_hover(row, shown, unit) for row in records],
            "hoverinfo": "text",
        }
        for column, name in shown.items()
    ]
    unknown = [place for place, row in enumerate(records) if all(number(row[column]) is None for column in series)]
    cross = {
        "x": unknown,
        "y": [0] * len(unknown),
        "mode": "markers",
        "cliponaxis": False,
        "marker": {"symbol": "x-thin", "size": 7, "line": {"color": palette.muted, "width": 1.5}},
        "hovertext": [
            hover_text(wording.month(str(records[place]["month"])), records[place]["flag"]) for place in unknown
        ],
        "hoverinfo": "text",
    }
    names = list(shown.items())[::-1]
    return figure_of(
        mode,
        _HEIGHT,
        [*traces, cross],
        x={
            "range": [-0.6, max(len(records), 1) - 0.4],
            **STANDING,
            **month_ticks([str(row["month"]) for row in records]),
        },
        y={
            "range": [0, ticks[-1] * 1.05],
            "tickvals": ticks,
            "ticktext": [tick_text(wording.count(tick)) if tick else "0" for tick in ticks],
            "ticklabelstandoff": 4,
        },
        barmode="stack",
        bargap=0.28,
        annotations=[
            annotation(
                unit, 0, ticks[-1], xref="paper", bgcolor=palette.ground, font={"color": palette.muted}, xshift=-2
            ),
            *(
                annotation(
                    escaped(name, 14, 1), 1, 1, xref="paper", yref="paper", xshift=26, yshift=-(place * (LINE + 5) + 9)
                )
                for place, (_, name) in enumerate(names)
            ),
        ],
        shapes=[
            _patch(colours[column], palette.soft if column in pale else colours[column], place)
            for place, (column, _) in enumerate(names)
        ],
        margin={"r": HANG, "t": _TOP},
    )


def share_dots(rows: pd.DataFrame, mode: Mode, *, width: int = 17, fine: bool = False) -> go.Figure:
    """Shares of one whole with their intervals in labelled rows, from 0, each written beside its row.

    Parameters
    ----------
    rows
        One row each: label; estimate, low, high (fractions of 1); detail, such as the base, in grey; look, whether to
        look at it: an orange diamond in place of a blue circle. Where the estimate is null the column flag says why;
        where only the limits are, there is no interval.
    mode
        Ground of the page.
    width
        Letters of a label on one line.
    fine
        Whether shares are written to a tenth of a point, and small ones get an axis of their own.
    """
    palette, records = PALETTES[mode], records_of(rows)
    ends = [number(row["estimate" if number(row["high"]) is None else "high"]) for row in records]
    ceiling = max([0.02 if fine else 0.2, *(min(1.0, end * 1.05) for end in ends if end is not None)])
    step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5) if ceiling / step <= 3.4)
    ticks = [round(step * place, 2) for place in range(int(ceiling / step + 1e-9) + 1)]
    drawn = [(place, row) for place, row in enumerate(records) if number(row["estimate"]) is not None]
    traces = [
        trace
        for look, colour in ((False, palette.blue), (True, palette.orange))
        for trace in _dots(
            [(place, row) for place, row in drawn if is_true(row["look"]) == look], colour, palette, fine
        )
    ]
    notes = [annotation(_beside(row, palette, fine), 1, place, xref="paper", xshift=8) for place, row in drawn]
    notes += [
        flag_note(row, place, palette, xref="paper")
        for place, row in enumerate(records)
        if number(row["estimate"]) is None
    ]
    texts = [f"{tick * 100:.0f}" for tick in ticks]
    # Figures to a tenth stand in two lines, and are never the longest.
    beside = [len("" if fine else "".join(_figures(row, fine))) for _, row in drawn]
    longest = max([*beside, *(len(str(row["detail"])) for _, row in drawn)], default=0)
    return figure_of(
        mode,
        # Figures to a tenth stand in two lines, with the base in a third.
        FOOT + 8 + ((3 if fine else 2) * LINE + 10) * max(len(records), 1),
        traces,
        x={
            **STANDING,
            "range": [0, max(ceiling, ticks[-1])],
            "tickvals": ticks,
            "ticktext": [*texts[:-1], f"{texts[-1]}{wording.NBSP}%"],
        },
        y=row_axis(records, palette, width=width),
        annotations=notes,
        # Figures of 100 % are longer than those that the usual margin is for.
        margin={"r": HANG + _LETTER * max(0, longest - _USUAL)},
    )


def _layers(palette: Palette) -> tuple[str, ...]:
    """Colours from what matters most to what is not known; no two differ by hue alone."""
    blue, soft, ground = palette.blue, palette.soft, palette.ground
    return blue, _mixed(blue, ground, 0.62), _mixed(soft, ground, 0.42), _mixed(soft, ground, 0.1)


def _mixed(colour: str, ground: str, share: float) -> str:
    """A colour thinned with the ground, not see-through: grid lines stay behind it."""
    pairs = zip(*(bytes.fromhex(one.removeprefix("#")) for one in (colour, ground)), strict=True)
    return "#" + bytes(round(share * top + (1 - share) * below) for top, below in pairs).hex().upper()


def _patch(colour: str, edge: str, place: int) -> dict[str, Any]:
    """A square of a layer's colour beside its name, in pixels from the upper right corner of the drawing."""
    top = -(place * (LINE + 5) + 9 - _SWATCH / 2)
    return {
        "type": "rect",
        "xref": "paper",
        "yref": "paper",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": 1,
        "yanchor": 1,
        "x0": 10,
        "x1": 10 + _SWATCH,
        "y0": top,
        "y1": top - _SWATCH,
        "fillcolor": colour,
        "line": {"color": edge, "width": 1},
    }


def _month_hover(row: Mapping[Any, Any], series: Mapping[str, str], unit: str) -> str:
    counts = [(name, number(row[column])) for column, name in series.items()]
    if all(count is None for _, count in counts):
        return ""
    lines = [f"{name}: {wording.count(count)}" for name, count in counts[::-1] if count]
    total = sum(count or 0 for _, count in counts)
    return hover_text(wording.month(str(row["month"])), f"{wording.count(total)} {unit}", *lines)


def _dots(
    drawn: Sequence[tuple[int, Mapping[Any, Any]]], colour: str, palette: Palette, fine: bool
) -> list[dict[str, Any]]:
    if not drawn:
        return []
    ends = [(row["low"], row["high"], place) for place, row in drawn if number(row["low"]) is not None]
    bars = {
        "x": [x for low, high, _ in ends for x in (float(low), float(high), None)],
        "y": [y for *_, place in ends for y in (place, place, None)],
        "mode": "lines",
        "line": {"color": colour, "width": BAR},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    look = colour == palette.orange
    marks = {
        "x": [float(row["estimate"]) for _, row in drawn],
        "y": [place for place, _ in drawn],
        "mode": "markers",
        "marker": {
            "symbol": "diamond" if look else "circle",
            "size": 12 if look else 10,
            "color": colour,
            "opacity": 1,
            "line": {"color": palette.ground, "width": 1},
        },
        "hovertext": [hover_text(row["label"], *_figures(row, fine), row["detail"]) for _, row in drawn],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
    return [bars, marks]


def _figures(row: Mapping[Any, Any], fine: bool) -> list[str]:
    share, span = (wording.tenths, wording.tenths_between) if fine else (wording.percent, wording.percent_between)
    said = [share(float(row["estimate"]))]
    if number(row["low"]) is not None:
        said.append(span(float(row["low"]), float(row["high"])))
    return said


def _beside(row: Mapping[Any, Any], palette: Palette, fine: bool) -> str:
    value, *interval = _figures(row, fine)
    detail = escaped(as_text(row["detail"]), 17, 1)
    figures = f"{beside(value, '')}<br>{beside('', ''.join(interval))}" if fine else beside(value, "".join(interval))
    return f'{figures}<br><span style="color:{palette.muted}">{detail}</span>'

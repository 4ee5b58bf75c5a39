"""Figures: the house look, scales that cover the data, gaps that stay gaps, and text from files that stays text."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import charts, wording
from analytics.finding import Mode
from analytics.wording import NBSP

THEME = tomllib.loads((Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
MODES: tuple[Mode, ...] = ("light", "dark")
HOSTILE = '<b>bold</b> <a href="https://x.example">press</a> %{x} & <img src=x>'
OURS = re.compile(r'</?b>|<br>|<span style="color:#[0-9A-Fa-f]{6}">|</span>')
NAN = math.nan


def ratios(*rows: tuple[str, str, float, float, float, str]) -> pd.DataFrame:
    rows = rows or (
        ("As recorded", "estimate", 5.4, 5.2, 5.6, ""),
        ("Range if not stated\nwere all or none", "range", NAN, 3.5, 7.9, ""),
        ("Adjusted for place", "adjusted", 3.9, 3.3, 4.6, ""),
    )
    return pd.DataFrame(list(rows), columns=["label", "kind", "estimate", "low", "high", "flag"])


def dots(highest: float = 25.2, label: str = "Black") -> pd.DataFrame:
    columns = ["label", "estimate", "low", "high", "text", "detail", "hollow", "flag"]
    rows = [
        (label, highest * 0.9, highest * 0.8, highest, "24.1  23.0 to 25.2", "12,345 searches", False, ""),
        ("Mixed", None, None, None, "", "", False, f"not enough searches: 3, {label}"),
        ("Not stated", highest / 4, highest / 5, highest / 3, "2.0  0.60 to 4.1", label, True, ""),
    ]
    return pd.DataFrame(rows, columns=columns).astype({"estimate": "Float64", "low": "Float64", "high": "Float64"})


def trend(months: int = 6, missing: tuple[int, ...] = (), levels: tuple[float, float] = (4.2, 0.8)) -> pd.DataFrame:
    rows = [
        {"month": month, "group": group, "rate": rate, "low": rate * 0.9, "high": rate * 1.1, "flag": ""}
        if place not in missing
        else {"month": month, "group": group, "rate": None, "low": None, "high": None, "flag": "no file here"}
        for group, rate in zip(("Black", "White"), levels, strict=True)
        for place, month in enumerate(wording.month_range("2018-04", "2030-12")[:months])
    ]
    return pd.DataFrame(rows).astype({"rate": "Float64", "low": "Float64", "high": "Float64"})


def coverage(forces: int, months: int) -> pd.DataFrame:
    statuses = list(charts.STATUS_MARKS)
    rows = [
        (f"Force {force}", month, statuses[(force + place) % len(statuses)], 1000 * place)
        for force in range(forces)
        for place, month in enumerate(wording.month_range("2018-04", "2030-12")[:months])
    ]
    table = pd.DataFrame(rows, columns=["label", "month", "status", "rows"]).astype({"rows": "Int64"})
    table.loc[table["status"] == "missing", "rows"] = pd.NA
    return table


RULES = [charts.Mark(place, str(number), f"Rule {number}.") for number, place in enumerate((-0.5, 4.2, 4.3), 1)]
LAYERS = {"further": "Went further", "consult": "Consulted", "inform": "Informed"}


def stacks(months: int = 6, unknown: tuple[int, ...] = ()) -> pd.DataFrame:
    rows = [
        {"month": month, "further": 3, "consult": 10 + place, "inform": 0 if place else 20, "flag": ""}
        if place not in unknown
        else {"month": month, "further": None, "consult": None, "inform": None, "flag": "no log here"}
        for place, month in enumerate(wording.month_range("2018-04", "2030-12")[:months])
    ]
    columns = ["month", *LAYERS, "flag"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(LAYERS, "Int64"))


def shares(*rows: tuple[str, float | None, float | None, float | None, bool, str]) -> pd.DataFrame:
    rows = rows or (("Done", 0.63, 0.59, 0.66, False, ""), ("Overdue", 0.11, 0.09, 0.13, True, ""))
    table = pd.DataFrame(list(rows), columns=["label", "estimate", "low", "high", "look", "flag"])
    figures = dict.fromkeys(("estimate", "low", "high"), "Float64")
    return table.astype(figures).assign(detail="798 items")


def held(label: str = "Share\n1 of 2 within") -> pd.DataFrame:
    rows = [
        (label, "p .5, 100 answers", "Wilson-t", 0.951, 1.0, False, False),
        (label, "p .1, 50 answers", "Wilson-t", 0.91, 0.8, True, False),
        (label, "p .1, 50 answers", "Wald-t", 0.62, 0.8, False, True),
        ("Ratio", "5 expected", label, 0.97, 1.0, False, False),
    ]
    table = pd.DataFrame(rows, columns=["label", "case", "interval", "coverage", "given", "outside", "hollow"])
    return table.assign(aim_low=0.93, aim_high=[0.99, 0.99, 0.99, 0.985])


def areas(*names: str, flagged: str = "High") -> pd.DataFrame:
    """Areas of which each can tell more than the one before; the limits are those of a normal distribution around 2."""
    names = names or ("Few", "Low", "Usual", "High")
    equal_to = [20.0 * 3**place for place in range(len(names))]
    table = pd.DataFrame({"name": names, "equal_to": equal_to})
    table["ratio"] = [8.0 if name == flagged else 0.6 if name == "Low" else 2.1 for name in names]
    for name, z in (("95", 1.96), ("998", 3.09)):
        for side, sign in (("low", -1), ("high", 1)):
            table[f"limit_{side}_{name}"] = [2 * math.exp(sign * z / math.sqrt(value / 2)) for value in equal_to]
    table["low"], table["high"] = table["ratio"] / 1.5, table["ratio"] * 1.5
    table["flagged"] = pd.array([name in (flagged, "Low") for name in names], dtype="boolean")
    none = pd.DataFrame({"name": ["Withheld"], "ratio": [None], "flagged": pd.array([None], dtype="boolean")})
    whole = pd.concat([table, none], ignore_index=True)
    return whole.astype({name: "Float64" for name in whole if name not in ("name", "flagged")})


def criteria(name: str = "Power recorded", flag: str = "not in the files") -> pd.DataFrame:
    rows = [
        ("Legality", name, "share", 0.97, 0.96, 0.98, 0.95, "at least 95 %, our own", "met", ""),
        ("Legality", "Grounds", "share", None, None, None, 0.95, "at least 95 %, our own", "no data", flag),
        ("Necessity", "Broad", "share", 0.2, 0.18, 0.22, 0.25, "at least 25 %, our own", "not met", ""),
        ("Necessity", "Strict", "share", 0.2, 0.17, 0.23, 0.2, "at least 20 %, our own", "not clear", ""),
        ("Proportionality", "Ratio", "ratio", 5.4, 5.2, 5.6, 0.8, "0.80 to 1.25 times, our own", "not met", ""),
    ]
    columns = ["test", "criterion", "measured_as", "estimate", "low", "high", "floor", "yardstick", "verdict", "flag"]
    figures = dict.fromkeys(("estimate", "low", "high", "floor"), "Float64")
    return pd.DataFrame(rows, columns=columns).astype(figures).assign(met_by=1168, base=1204, ceiling=1.25, note="")


def limits(name: str = "Team 1", flag: str = "withheld: fewer than 20 searches") -> pd.DataFrame:
    rows = [
        (name, 0.26, 0.24, 0.28, 0.24, 0.29, 900, "within the limits", ""),
        ("Team 2", 0.2, 0.16, 0.23, 0.23, 0.3, 500, "clearly below", ""),
        ("Team 3", 0.4, 0.36, 0.44, 0.23, 0.3, 500, "clearly above", ""),
        ("Team 4", None, None, None, None, None, None, "", flag),
    ]
    figures = ["estimate", "low", "high", "limit_low_95", "limit_high_95"]
    table = pd.DataFrame(rows, columns=["label", *figures, "searches", "verdict", "flag"])
    return table.astype({**dict.fromkeys(figures, "Float64"), "searches": "Int64"})


def five(name: str = "Legality") -> pd.DataFrame:
    rows = [(name, "no data"), ("Necessity", "not met"), ("Proportionality", "not met")]
    return pd.DataFrame(rows, columns=["test", "verdict"])


DRAWN: dict[str, Callable[[Mode], go.Figure]] = {
    "ratio": lambda mode: charts.ratio_scale(ratios(), mode),
    "dots": lambda mode: charts.rate_dots(dots(), mode, "per 1,000"),
    "trend": lambda mode: charts.rate_trend(trend(12, (3, 4)), "Black", "White", mode),
    "one month": lambda mode: charts.rate_trend(trend(1), "Black", "White", mode),
    "trend with marks": lambda mode: charts.rate_trend(trend(12, (3, 4)), "Black", "White", mode, RULES),
    "coverage": lambda mode: charts.coverage_grid(coverage(44, 36), mode),
    "stacks": lambda mode: charts.month_stacks(stacks(24, (0, 23)), LAYERS, mode, "events"),
    "shares": lambda mode: charts.share_dots(shares(), mode),
    "held": lambda mode: charts.held_dots(held(), mode),
    "funnel": lambda mode: charts.ratio_funnel(areas(), mode, 2.0),
    "limits": lambda mode: charts.limit_rows(limits(), mode),
    "verdicts": lambda mode: charts.verdict_rows(criteria(), five(), mode),
    "one cell": lambda mode: charts.coverage_grid(coverage(1, 1), mode),
}
HOSTILE_DRAWN = {
    "ratio": charts.ratio_scale(
        ratios(
            (HOSTILE, "estimate", 5.4, 5.2, 5.6, ""),
            (HOSTILE, "range", NAN, 3.5, 7.9, ""),
            ("Adjusted", "adjusted", NAN, NAN, NAN, HOSTILE),
        ),
        "light",
    ),
    "dots": charts.rate_dots(dots(label=HOSTILE).assign(text=f"1  {HOSTILE}"), "light", HOSTILE),
    "trend": charts.rate_trend(
        trend(6, (5,)).replace({"group": {"Black": HOSTILE}, "flag": {"no file here": HOSTILE}}),
        HOSTILE,
        "White",
        "light",
    ),
    "coverage": charts.coverage_grid(coverage(2, 3).assign(label=HOSTILE), "light"),
    "held": charts.held_dots(held(HOSTILE), "light"),
    "funnel": charts.ratio_funnel(areas("Usual", HOSTILE, flagged=HOSTILE), "light", 2.0),
    "limits": charts.limit_rows(limits(HOSTILE, HOSTILE), "light"),
    "verdicts": charts.verdict_rows(
        criteria(HOSTILE, HOSTILE).replace({"test": {"Legality": HOSTILE}}), five(HOSTILE), "light"
    ),
    "stacks": charts.month_stacks(stacks(3, (1,)).assign(flag=HOSTILE), {"consult": HOSTILE}, "light", "events"),
    "shares": charts.share_dots(
        shares((HOSTILE, 0.5, 0.4, 0.6, False, ""), ("None", None, None, None, False, HOSTILE)).assign(detail=HOSTILE),
        "light",
    ),
}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def notes(figure: go.Figure) -> list[str]:
    return [re.sub(r"<[^>]*>", " ", note.text).replace(wording.NBSP, " ").strip() for note in figure.layout.annotations]


def ticks(axis: Any) -> list[str]:
    return [text.replace(wording.NBSP, " ").strip() for text in axis.ticktext]


def luminance(colour: str) -> float:
    shares = [level / 255 for level in bytes.fromhex(colour.removeprefix("#"))]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", MODES)
def test_palette_is_that_of_the_theme(mode: Mode) -> None:
    palette, theme = charts.PALETTES[mode], THEME[mode]
    assert palette.ground == theme["backgroundColor"]
    assert palette.panel == theme["secondaryBackgroundColor"]
    assert palette.border == theme["borderColor"]
    assert palette.text == theme["textColor"]
    assert palette.muted == theme["grayTextColor"]
    assert [palette.blue, palette.orange] == theme["chartCategoricalColors"][:2]
    assert THEME["font"] == charts.FONT


@pytest.mark.parametrize("mode", MODES)
def test_words_and_marks_can_be_told_from_the_ground(mode: Mode) -> None:
    # WCAG 2.2: 4.5 to 1 for text (1.4.3), 3 to 1 for what is needed to understand a graphic (1.4.11).
    palette = charts.PALETTES[mode]
    assert min(contrast(palette.ground, colour) for colour in (palette.text, palette.muted)) >= 4.5
    marks = (palette.blue, palette.orange, palette.soft, palette.axis)
    assert min(contrast(palette.ground, colour) for colour in marks) >= 3


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_has_the_house_look(name: str, mode: Mode) -> None:
    figure = DRAWN[name](mode)
    # What a browser gets: the figure over its template.
    house, own = figure.layout.template.layout, figure.layout
    assert house.paper_bgcolor == house.plot_bgcolor == "rgba(0,0,0,0)"
    assert house.dragmode is False
    assert house.showlegend is False
    assert (house.font.family, house.font.size) == (charts.FONT, 13)
    for axis in ("xaxis", "yaxis"):
        assert house[axis].fixedrange is True
        assert own[axis].fixedrange is None
    assert house.yaxis.tickangle == 0
    assert own.yaxis.tickangle is None
    assert own.xaxis.tickangle == 0 or own.xaxis.autotickangles == (0, 90)
    assert house.xaxis.showgrid is False
    assert own.xaxis.showgrid is None
    assert own.title.text is None
    assert own.margin.r <= 118
    assert len(own.xaxis.tickvals) <= 4
    assert json.loads(figure.to_json())["data"]


def test_modes_differ_in_colour_alone() -> None:
    for draw in DRAWN.values():
        light, dark = (draw(mode).to_json() for mode in MODES)
        without = [re.sub(r"#[0-9A-Fa-f]{6}|rgba\([\d.,]+\)", "colour", text) for text in (light, dark)]
        assert light != dark
        assert without[0] == without[1]


@pytest.mark.parametrize("name", HOSTILE_DRAWN)
def test_text_of_files_stays_text(name: str) -> None:
    written = list(texts(json.loads(HOSTILE_DRAWN[name].to_json())))
    assert [text for text in written if "<" in OURS.sub("", text)] == []
    assert any("&lt;b&gt;" in text for text in written)
    # A template would put a value in place of %{x}.
    assert not any(trace.hovertemplate or trace.texttemplate for trace in HOSTILE_DRAWN[name].data)


def test_quotation_marks_are_not_escaped() -> None:
    # plotly.js decodes amp, lt, gt, nbsp, times, plusmn, deg, mu and numbers: &quot; would show as it is.
    figure = charts.ratio_scale(ratios(('King\'s "Own" & Co', "estimate", 2.0, 1.5, 2.5, "")), "light")
    assert figure.layout.yaxis.ticktext[0] == 'King\'s "Own" &amp; Co'


def test_ratio_scale() -> None:
    figure = charts.ratio_scale(ratios(), "light")
    assert figure.layout.xaxis.type == "log"
    assert ticks(figure.layout.xaxis) == ["1", "2", "4", "8 times"]
    assert notes(figure) == ["same rate", "5.4   5.2 to 5.6", "3.5 to 7.9", "3.9   3.3 to 4.6"]
    assert "<b>5.4</b>" in figure.layout.annotations[1].text
    line = figure.layout.shapes[0]
    assert (line.x0, line.x1) == (1, 1)
    plate, bars, marks = figure.data
    assert (plate.fill, plate.line.dash, min(plate.x), max(plate.x)) == ("toself", "3px,3px", 3.5, 7.9)
    assert list(bars.x) == [5.2, 5.6, None, 3.3, 4.6, None]
    assert bars.line.width == 3
    assert (list(marks.x), list(marks.marker.symbol)) == ([5.4, 3.9], ["circle", "diamond"])
    assert 160 <= figure.layout.height <= 180
    assert list(figure.layout.yaxis.ticktext)[1] == "Range if not stated<br>were all or none"


def test_an_axis_can_say_of_what_the_ratios_are() -> None:
    plain = charts.ratio_scale(ratios(), "light")
    figure = charts.ratio_scale(ratios(), "light", axis="times their share of residents")
    assert figure.layout.xaxis.title.text == "times their share of residents"
    assert ticks(figure.layout.xaxis) == ["1", "2", "4", "8"]
    assert figure.layout.height > plain.layout.height
    assert figure.layout.margin.b > plain.layout.template.layout.margin.b


def test_a_stack_has_every_layer_and_names_them_in_its_order() -> None:
    figure = charts.month_stacks(stacks(3), LAYERS, "light", "events")
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [(bar.name, list(bar.y)) for bar in bars] == [
        ("Went further", [3, 3, 3]),
        ("Consulted", [10, 11, 12]),
        ("Informed", [20, 0, 0]),
    ]
    assert figure.layout.barmode == "stack"
    # The uppermost name is that of the uppermost layer, and each has a patch of its layer's colour.
    assert notes(figure)[1:] == ["Informed", "Consulted", "Went further"]
    assert [shape.fillcolor for shape in figure.layout.shapes] == [bar.marker.color for bar in bars[::-1]]
    assert len({bar.marker.color for bar in bars}) == 3
    assert figure.layout.yaxis.range[1] >= 33


def test_a_month_of_which_nothing_is_known_has_a_cross_and_no_bar() -> None:
    figure = charts.month_stacks(stacks(4, (0, 3)), LAYERS, "light", "events")
    *bars, cross = figure.data
    assert all(bar.y[0] is None and bar.y[3] is None and bar.y[1] is not None for bar in bars)
    assert list(cross.x) == [0, 3]
    assert "no log here" in cross.hovertext[0]


def test_a_layer_that_is_nowhere_is_left_out_and_five_are_too_many() -> None:
    figure = charts.month_stacks(stacks(3).assign(consult=0), LAYERS, "light", "events")
    assert notes(figure)[1:] == ["Informed", "Went further"]
    with pytest.raises(ValueError, match="5 layers and 4 can be told apart"):
        charts.month_stacks(stacks(), dict.fromkeys("abcde", ""), "light", "events")


@pytest.mark.parametrize("mode", MODES)
def test_layers_are_told_apart_by_lightness_too(mode: Mode) -> None:
    figure = charts.month_stacks(stacks(3), LAYERS, mode, "events")
    colours = [trace.marker.color for trace in figure.data if trace.type == "bar"]
    assert min(contrast(one, other) for one, other in pairwise(colours)) >= 1.6
    edges = [trace.marker.line.color for trace in figure.data if trace.type == "bar"]
    ground = charts.PALETTES[mode].ground
    assert all(max(contrast(ground, seen) for seen in pair) >= 3 for pair in zip(colours, edges, strict=True))


def test_shares_are_written_beside_their_rows_and_what_to_look_at_has_another_shape() -> None:
    figure = charts.share_dots(shares(), "light")
    assert notes(figure) == ["63 %   59 to 66 %  798 items", "11 %   9 to 13 %  798 items"]
    symbols = {trace.marker.symbol: trace.marker.color for trace in figure.data if trace.mode == "markers"}
    assert symbols == {"circle": charts.PALETTES["light"].blue, "diamond": charts.PALETTES["light"].orange}
    bars = [list(trace.x) for trace in figure.data if trace.mode == "lines"]
    assert bars == [[0.59, 0.66, None], [0.09, 0.13, None]]
    low, high = figure.layout.xaxis.range
    assert low == 0
    assert high >= 0.66


def test_small_shares_are_written_to_a_tenth_on_an_axis_of_their_own() -> None:
    rows = shares(("One", 0.037, 0.029, 0.0468, False, ""), ("Other", 0.05, 0.04, 0.06, False, ""))
    usual, fine = charts.share_dots(rows, "light"), charts.share_dots(rows, "light", fine=True)
    assert [" ".join(note.split()) for note in notes(usual)] == ["4 % 3 to 5 % 798 items", "5 % 4 to 6 % 798 items"]
    assert [" ".join(note.split()) for note in notes(fine)] == [
        "3.7 % 2.9 to 4.7 % 798 items",
        "5 % 4 to 6 % 798 items",
    ]
    assert usual.layout.xaxis.range[1] >= 0.2
    assert fine.layout.xaxis.range[1] == pytest.approx(0.063)
    assert list(fine.layout.xaxis.tickvals) == [0, 0.02, 0.04, 0.06]


def test_a_share_that_is_not_given_says_why_in_its_row() -> None:
    figure = charts.share_dots(shares(("Few", None, None, None, False, "fewer than 10 events")), "light")
    assert notes(figure) == ["fewer than 10 events"]
    assert not figure.data


def test_a_funnel_has_two_pairs_of_limits_and_a_shape_of_its_own_for_each_side() -> None:
    figure = charts.ratio_funnel(areas(), "light", 2.0)
    palette = charts.PALETTES["light"]
    limits = [trace for trace in figure.data if trace.mode == "lines"]
    assert [trace.line.dash for trace in limits] == ["5px,4px", "5px,4px", "solid", "solid"]
    expected = areas().set_index("name")
    for trace, name in zip(limits, ("low_95", "high_95", "low_998", "high_998"), strict=True):
        assert list(trace.x) == [20, 60, 180, 540]
        assert trace.y[-1] == pytest.approx(expected.at["High", f"limit_{name}"])
    marks = {trace.marker.symbol: trace for trace in figure.data if trace.mode == "markers"}
    assert {symbol: (list(trace.x), trace.marker.color) for symbol, trace in marks.items()} == {
        "circle": ([20, 180], palette.soft),
        "triangle-up": ([540], palette.orange),
        "triangle-down": ([60], palette.blue),
    }
    assert "outside the limits, below" in marks["triangle-down"].hovertext[0]
    assert notes(figure) == ["times", "all areas", "95 %", "99.8 %", "High", "Low"]
    (line,) = figure.layout.shapes
    assert (line.y0, line.y1) == (2, 2)


def test_names_of_a_funnel_lie_beside_their_marks_and_over_no_other() -> None:
    figure = charts.ratio_funnel(areas(), "light", 2.0)
    high, low = figure.layout.annotations[-2:]
    # The right end has no room for a name; on a log axis a note is placed by its exponent.
    assert (high.x, high.y, high.xanchor) == (*map(pytest.approx, (math.log10(540), math.log10(8))), "right")
    assert (low.x, low.xanchor) == (pytest.approx(math.log10(60)), "left")
    near = areas("High", "Higher", "Usual").assign(flagged=True, ratio=[8.0, 8.1, 2.0, math.nan])
    assert notes(charts.ratio_funnel(near, "light", 2.0))[-2:] == ["Higher", "Usual"]
    many = areas(*"abcdefgh").assign(flagged=True, ratio=[*(2.2**place for place in range(2, 10)), math.nan])
    assert notes(charts.ratio_funnel(many, "light", 2.0))[-6:] == list("hgfedc")


def test_what_lies_beyond_the_limits_by_chance_has_a_grey_name() -> None:
    rows = areas().assign(flagged=pd.array([False, False, False, True, None], dtype="boolean"))
    high, low = charts.ratio_funnel(rows, "light", 2.0).layout.annotations[-2:]
    palette = charts.PALETTES["light"]
    assert (high.text, high.font.color) == ("High", palette.text)
    assert (low.text, low.font.color) == ("Low", palette.muted)


@pytest.mark.parametrize(
    ("equal_to", "expected"),
    [
        ([20, 1030], ["30", "100", "300", "1,000"]),
        ([10, 30], ["10", "20"]),
        ([90, 90], ["50", "100"]),
        ([4, 90_000], ["10", "1,000", "100,000"]),
        ([0.4, 3], ["0.5", "1", "2"]),
    ],
)
def test_what_areas_can_tell_has_few_round_ticks(equal_to: list[float], expected: list[str]) -> None:
    rows = areas("Usual", "High").iloc[:2].assign(equal_to=equal_to)
    axis = charts.ratio_funnel(rows, "light", 2.0).layout.xaxis
    assert ticks(axis) == expected
    low, high = (10**end for end in axis.range)
    assert low < min(equal_to)
    assert high > max(equal_to)


def test_a_limit_of_nothing_or_without_end_stays_on_a_log_axis() -> None:
    rows = areas()
    rows.loc[0, ["limit_low_998", "limit_high_998"]] = [0.0, math.inf]
    figure = charts.ratio_funnel(rows, "light", 2.0)
    low, high = (10**end for end in figure.layout.yaxis.range)
    lines = [value for trace in figure.data if trace.mode == "lines" for value in trace.y]
    assert min(lines) == pytest.approx(low / 4)
    assert max(lines) == pytest.approx(high * 4)
    assert low < 0.6
    assert high > 8


def test_coverage_below_the_axis_stands_at_its_edge_and_what_misses_has_another_shape() -> None:
    figure = charts.held_dots(held(), "light")
    palette = charts.PALETTES["light"]
    hollow, within, outside = figure.data
    assert (list(hollow.x), list(hollow.marker.symbol)) == ([0.85], ["triangle-left"])
    assert (hollow.marker.color, hollow.marker.line.color) == (palette.ground, palette.soft)
    assert (list(within.x), set(within.marker.symbol), within.marker.color) == ([0.951, 0.97], {"circle"}, palette.blue)
    assert (list(outside.x), list(outside.marker.symbol)) == ([0.91], ["diamond"])
    assert outside.marker.color == palette.orange
    assert "Wald-t: 62 %" in hollow.hovertext[0].replace(wording.NBSP, " ")
    # Two rows, each with its own aim behind it; ours above what it takes the place of.
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes if shape.type == "rect"] == [
        (0.93, 0.99),
        (0.93, 0.985),
    ]
    assert list(figure.layout.yaxis.ticktext) == ["Share<br>1 of 2 within", "Ratio"]
    assert -0.5 < within.y[0] < 0 < hollow.y[0] < 0.5
    assert ticks(figure.layout.xaxis) == ["85", "90", "95", "100 %"]


def test_label_of_a_ratio_stands_at_its_upper_limit() -> None:
    figure = charts.ratio_scale(ratios(), "light")
    assert [10**note.x for note in figure.layout.annotations[1:]] == pytest.approx([5.6, 7.9, 4.6])


def test_ratio_that_is_not_given_says_why() -> None:
    figure = charts.ratio_scale(ratios(("Adjusted", "adjusted", NAN, NAN, NAN, "not given: 2 districts")), "light")
    assert notes(figure)[1] == "not given: 2 districts"
    assert figure.layout.annotations[1].font.color == charts.PALETTES["light"].muted
    assert [len(trace.x) for trace in figure.data] == [0, 0]


def test_infinite_and_zero_ratios_stay_on_the_scale() -> None:
    rows = ratios(
        ("No searches of White people", "estimate", math.inf, 3.6, math.inf, ""),
        ("Range", "range", NAN, 3.5, math.inf, ""),
        ("No searches of Black people", "adjusted", 0.0, 0.0, 1.3, ""),
    )
    figure = charts.ratio_scale(rows, "light")
    low, high = (10**end for end in figure.layout.xaxis.range)
    drawn = [value for trace in figure.data for value in trace.x if value is not None]
    assert all(low <= value <= high for value in drawn)
    assert list(figure.data[-1].marker.symbol) == ["triangle-right", "triangle-left"]
    assert notes(figure)[1:] == ["3.6 or more", "3.5 or more", "0.00   0.00 to 1.3"]


@settings(deadline=None)
@given(st.lists(st.floats(0.002, 900), min_size=3, max_size=3).map(sorted))
def test_ratio_ticks_are_few_and_hold_one(values: list[float]) -> None:
    low, estimate, high = values
    figure = charts.ratio_scale(ratios(("Any", "estimate", estimate, low, high, "")), "light")
    axis = figure.layout.xaxis
    left, right = (10**end for end in axis.range)
    assert left <= min(low, 1)
    assert right >= max(high, 1)
    assert 1 in axis.tickvals
    assert 2 <= len(axis.tickvals) <= 4
    assert all(left <= tick <= right for tick in axis.tickvals)
    said = [float(text.removesuffix(" times").replace(",", "")) for text in ticks(axis)]
    assert said == list(axis.tickvals)


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (25.2, ["0", "10", "20", "30 per 1,000"]),
        (44.0, ["0", "25", "50 per 1,000"]),
        (7.6, ["0", "4", "8 per 1,000"]),
        (0.55, ["0", "0.2", "0.4", "0.6 per 1,000"]),
        (1100.0, ["0", "400", "800", "1,200 per 1,000"]),
    ],
)
def test_rate_axis_starts_at_nought_and_ends_on_a_round_number(highest: float, expected: list[str]) -> None:
    assert ticks(charts.rate_dots(dots(highest), "light", "per 1,000").layout.xaxis) == expected


@settings(deadline=None)
@given(st.floats(0.001, 100_000))
def test_rate_ticks_cover_the_data_evenly(highest: float) -> None:
    axis = charts.rate_dots(dots(highest), "light", "per 1,000").layout.xaxis
    values = list(axis.tickvals)
    assert values[0] == axis.range[0] == 0
    assert values[-1] == axis.range[1] >= highest
    assert 3 <= len(values) <= 4
    steps = [after - before for before, after in pairwise(values)]
    assert steps == pytest.approx([steps[0]] * len(steps))
    assert [float(text.removesuffix(" per 1,000").replace(",", "")) for text in ticks(axis)] == pytest.approx(values)


def test_rate_dots() -> None:
    figure = charts.rate_dots(dots(), "light", "per 1,000")
    assert notes(figure)[0].split() == ["24.1", "23.0", "to", "25.2", "12,345", "searches"]
    assert "<b>24.1</b>" in figure.layout.annotations[0].text
    assert notes(figure)[1] == "not enough searches: 3, Black"
    bars, marks = figure.data
    assert list(bars.y) == [0, 0, None, 2, 2, None]
    palette = charts.PALETTES["light"]
    assert list(marks.marker.color) == [palette.blue, palette.ground]
    assert [line for line in marks.marker.line.color] == [palette.ground, palette.blue]
    assert list(figure.layout.yaxis.range) == [2.5, -0.5]


def test_long_labels_hang_on_more_lines_and_rows_grow() -> None:
    short = charts.rate_dots(dots(), "light")
    long = charts.rate_dots(dots().assign(text="124.1  103.0 to 145.2"), "light")
    assert "<b>124.1</b><br>103.0 to 145.2" in long.layout.annotations[0].text
    assert long.layout.height > short.layout.height


def test_trend_breaks_where_a_month_is_missing() -> None:
    figure = charts.rate_trend(trend(6, (2,)), "Black", "White", "light")
    band, line, bars = figure.data[3:]
    assert line.connectgaps is False
    assert list(line.y) == [4.2, 4.2, None, 4.2, 4.2, 4.2]
    # Two polygons, around April and May and around July to September; no edge crosses June.
    assert list(band.x) == [0, 1, 1, 0, None, 3, 4, 5, 5, 4, 3, None]
    assert band.fill == "toself"
    # The last month carries its interval.
    assert list(bars.x) == [5, 5, None]
    assert list(bars.y)[:2] == pytest.approx([3.78, 4.62])


def test_month_between_gaps_has_an_interval_of_its_own() -> None:
    figure = charts.rate_trend(trend(6, (1, 3)), "Black", "White", "light")
    band, _, bars = figure.data[3:]
    assert list(bars.x) == [0, 0, None, 2, 2, None, 5, 5, None]
    assert list(band.x) == [4, 5, 5, 4, None]


def test_trend_names_both_groups_with_the_last_figure() -> None:
    figure = charts.rate_trend(trend(), "Black", "White", "light")
    palette = charts.PALETTES["light"]
    said = [" ".join(note.split()) for note in notes(figure)]
    assert said == ["White 0.80 0.72 to 0.88", "Black 4.2 3.8 to 4.6", "per 1,000"]
    assert palette.blue in figure.layout.annotations[1].text
    assert [trace.line.color for trace in figure.data if trace.name] == [palette.soft, palette.blue]
    assert [" ".join(text.split()) for text in ticks(figure.layout.xaxis)] == ["May 18", "Jul 18", "Sep 18"]
    assert figure.layout.yaxis.range[0] == figure.layout.yaxis.tickvals[0] == 0


def test_marks_of_a_trend_stand_within_the_drawing_and_share_a_plate_where_close() -> None:
    plain = charts.rate_trend(trend(12), "Black", "White", "light")
    figure = charts.rate_trend(trend(12), "Black", "White", "light", RULES)
    # Twelve months: the axis begins a quarter of a month before the first, where what lies before is put.
    assert [line.x0 for line in figure.layout.shapes] == [-0.25, 4.2, 4.3]
    plates = {note.text: (note.x, note.hovertext) for note in figure.layout.annotations if note.yanchor == "bottom"}
    assert plates == {"1": (-0.25, "Rule 1."), "2, 3": (pytest.approx(4.25), "Rule 2.<br>Rule 3.")}
    assert figure.layout.height - figure.layout.margin.t == plain.layout.height - plain.layout.margin.t
    assert [trace.y for trace in figure.data] == [trace.y for trace in plain.data]


@pytest.mark.parametrize(
    ("day", "first", "place"),
    [("2019-03-01", "2019-03", -0.5), ("2019-04-16", "2019-03", 1.0), ("2020-01-01", "2019-03", 9.5)],
)
def test_a_day_stands_between_the_middles_of_months(day: str, first: str, place: float) -> None:
    assert charts.month_place(day, first) == pytest.approx(place)


def test_trend_says_that_the_last_month_has_no_figure() -> None:
    figure = charts.rate_trend(trend(6, (5,)), "Black", "White", "light")
    assert all("no file here" in note for note in notes(figure)[:2])


@settings(deadline=None)
@given(st.floats(0.01, 50), st.floats(0.01, 50))
def test_end_labels_do_not_overlap_and_stay_in_the_figure(one: float, other: float) -> None:
    figure = charts.rate_trend(trend(3, levels=(one, other)), "Black", "White", "light")
    margin = figure.layout.margin.t + figure.layout.template.layout.margin.b
    pixels = (figure.layout.height - margin) / figure.layout.yaxis.range[1]
    low, high = (note.y * pixels for note in figure.layout.annotations[:2])
    assert high - low >= 34  # two lines of 17
    assert low >= -17
    assert high <= figure.layout.height - margin


@pytest.mark.parametrize("last", [0.1, 9.9])
def test_end_labels_near_an_edge_stay_in_the_figure(last: float) -> None:
    rows = trend(3, levels=(10, 10))
    rows.loc[rows["month"] == "2018-06", ["rate", "low", "high"]] = last
    figure = charts.rate_trend(rows, "Black", "White", "light")
    room = figure.layout.height - figure.layout.margin.t - figure.layout.template.layout.margin.b
    low, high = (note.y * room / figure.layout.yaxis.range[1] for note in figure.layout.annotations[:2])
    assert low >= 17  # half of two lines of 17
    assert high <= room - 17


def test_one_month_is_points_with_their_intervals() -> None:
    figure = charts.rate_trend(trend(1), "Black", "White", "light")
    comparator, focus = (trace for trace in figure.data if trace.name)
    assert comparator.x[0] != focus.x[0]
    assert [len(trace.x) for trace in (figure.data[2], figure.data[5])] == [3, 3]
    assert [len(trace.x) for trace in (figure.data[0], figure.data[3])] == [0, 0]


@pytest.mark.parametrize("months", [1, 2, 4, 5, 11, 12, 13, 24, 36, 100])
def test_month_ticks_are_few_even_and_hold_the_last(months: int) -> None:
    axis = charts.rate_trend(trend(months), "Black", "White", "light").layout.xaxis
    places = list(axis.tickvals)
    assert 1 <= len(places) <= 4
    assert places[-1] == months - 1
    assert len({after - before for before, after in pairwise(places)}) <= 1


def test_every_status_has_a_shape_of_its_own() -> None:
    symbols = [mark.symbol for mark in charts.STATUS_MARKS.values()]
    words = [mark.words for mark in charts.STATUS_MARKS.values()]
    assert len(set(symbols)) == len(set(words)) == len(symbols) == 5


def test_coverage_grid_draws_every_force_and_month_once() -> None:
    rows = coverage(3, 5)
    figure = charts.coverage_grid(rows, "light")
    drawn = {
        (figure.layout.yaxis.ticktext[y], x, trace.name)
        for trace in figure.data
        for x, y in zip(trace.x, trace.y, strict=True)
    }
    months = wording.month_range("2018-04", "2018-08")
    assert drawn == {(row.label, months.index(row.month), row.status) for row in rows.itertuples()}
    hover = {text for trace in figure.data for text in trace.hovertext}
    assert "<b>Force 0</b><br>May 2018<br>refreshed<br>1,000 rows" in hover
    assert "<b>Force 0</b><br>August 2018<br>missing" in hover


def test_coverage_keeps_the_place_of_a_month_that_no_force_has() -> None:
    rows = coverage(1, 3).query("month != '2018-05'")
    figure = charts.coverage_grid(rows, "light")
    assert sorted(x for trace in figure.data for x in trace.x) == [0, 2]


def test_coverage_grid_grows_with_its_forces() -> None:
    heights = [charts.coverage_grid(coverage(forces, 2), "light").layout.height for forces in (1, 10, 44)]
    assert heights[0] == 90
    assert heights[1] < heights[2]
    assert heights[2] / 44 >= 16  # a line of 13 px text


def test_marks_of_a_full_grid_do_not_touch_on_a_phone() -> None:
    # 400 px less the page's margins, the widest name and the right margin leave 200.
    marks = [trace.marker for trace in charts.coverage_grid(coverage(44, 36), "light").data]
    assert [mark.size for mark in marks if mark.symbol == "square"] == [5]
    assert 200 / 36 > 5


def test_what_lies_outside_its_limits_points_to_its_side_and_says_so() -> None:
    figure = charts.limit_rows(limits(), "light")
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [trace.marker.symbol for trace in marks] == [("circle",), ("triangle-down", "triangle-up")]
    assert list(marks[1].y) == [1, 2]
    assert [(band.x0, band.x1) for band in figure.layout.shapes] == [(0.24, 0.29), (0.23, 0.3), (0.23, 0.3)]
    said = [note.text for note in figure.layout.annotations]
    # What lies outside keeps the number of its searches.
    assert [[re.sub("<[^>]*>", "", line) for line in text.split("<br>")[1:]] for text in said[:3]] == [
        ["900 searches"], ["clearly below", "500 searches"], ["clearly above", "500 searches"],
    ]  # fmt: skip
    assert said[3].replace("<br>", " ") == "withheld: fewer than 20 searches"
    assert figure.layout.xaxis.range[1] >= 0.44


def test_a_verdict_is_a_word_and_a_shape_and_its_yardstick_is_drawn() -> None:
    figure = charts.verdict_rows(criteria(), five(), "light")
    said = [note.text for note in figure.layout.annotations]
    assert said[:3] == ["<b>No data</b>", "<b>Not met</b>", "<b>Not met</b>"]
    assert [text.partition("<br>")[0] for text in said[3:]] == [
        f"Met: 97{NBSP}%", "No data: not in the", f"Not met: 20{NBSP}%", f"Not clear: 20{NBSP}%", "Not met",
    ]  # fmt: skip
    assert said[3].endswith("<br>1,168 of 1,204")
    marks = {
        x: (symbol, colour)
        for trace in figure.data
        if trace.mode == "markers"
        for x, symbol, colour in zip(trace.x, trace.marker.symbol, trace.marker.color, strict=True)
    }
    palette = charts.PALETTES["light"]
    assert marks[0.97] == ("circle", palette.blue)
    assert [trace.marker.symbol for trace in figure.data if trace.mode == "markers"] == [("circle",) * 2, ("diamond",)]
    assert {trace.marker.color[-1] for trace in figure.data if trace.mode == "markers"} == {
        palette.ground,  # not clear is hollow
        palette.orange,
    }
    assert figure.layout.yaxis.ticktext[-1] == "Ratio<br>0.80 to 1.25 is met"
    lines = [shape for shape in figure.layout.shapes if shape.x0 == shape.x1]
    assert [line.x0 for line in lines] == [0.95, 0.25, 0.2]  # a ratio has no place on an axis of shares


def test_beside_a_verdict_stands_what_is_to_be_known_of_it_and_a_count_of_all_has_no_interval() -> None:
    rows = criteria().assign(note=["given for 84 %", "", "", "fewer than 3 months", ""])
    rows.loc[0, ["low", "high"]] = None
    said = [note.text for note in charts.verdict_rows(rows, five(), "light").layout.annotations][3:]
    assert said[0] == f"Met: 97{NBSP}%<br>all are counted<br>1,168 of 1,204<br>given for 84 %"
    assert said[3].endswith("<br>fewer than 3 months")


def test_unknown_status_is_refused() -> None:
    with pytest.raises(ValueError, match="“lost” is no status of a month; there are submitted, refreshed"):
        charts.coverage_grid(coverage(1, 1).assign(status="lost"), "light")


@pytest.mark.parametrize(
    "draw",
    [
        lambda: charts.ratio_scale(ratios().iloc[:0], "light"),
        lambda: charts.rate_dots(dots().iloc[:0], "light"),
        lambda: charts.rate_trend(trend().iloc[:0], "Black", "White", "light"),
        lambda: charts.coverage_grid(coverage(1, 1).iloc[:0], "light"),
        lambda: charts.month_stacks(stacks().iloc[:0], LAYERS, "light", "events"),
        lambda: charts.share_dots(shares().iloc[:0], "light"),
        lambda: charts.ratio_funnel(areas().iloc[:0], "light", 2.0),
        lambda: charts.verdict_rows(criteria().iloc[:0], five(), "light"),
        lambda: charts.limit_rows(limits().iloc[:0], "light"),
    ],
    ids=["ratio", "dots", "trend", "coverage", "stacks", "shares", "funnel", "verdicts", "limits"],
)
def test_empty_tables_draw_an_empty_figure(draw: Callable[[], go.Figure]) -> None:
    figure = draw()
    assert [x for trace in figure.data for x in trace.x or ()] == []
    assert figure.layout.height >= 80


def test_nothing_to_press_or_drag() -> None:
    assert charts.CONFIG["displayModeBar"] is False
    assert charts.CONFIG["scrollZoom"] is False


@pytest.mark.parametrize("figure", [*[draw("light") for draw in DRAWN.values()], *HOSTILE_DRAWN.values()])
def test_plotly_finds_nothing_wrong(figure: go.Figure) -> None:
    assert go.Figure(figure.to_dict()).to_dict()["data"] == figure.to_dict()["data"]


def test_plotly_would_say_what_is_wrong() -> None:
    figure = DRAWN["dots"]("light").to_dict()
    figure["data"][0]["mode"] = "dotty"
    with pytest.raises(ValueError, match="mode"):
        go.Figure(figure)

"""Charts of gaps and of two groups' risks: what is drawn, what is written beside it, and words stay words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analytics import charts

HOSTILE = '<a href="https://beacon.invalid">here</a> & co'
GAPS = pd.DataFrame(
    {
        "label": ["One\nscale 1", HOSTILE, "Three"],
        "gap": [-0.021, 0.004, None],
        "low": [-0.034, -0.01, None],
        "high": [-0.008, 0.018, None],
        "flag": ["", "", "not given: so"],
    }
)


def curve(name: str, bar: float) -> charts.RiskCurve:
    chances = np.linspace(0.05, 0.95, 19)
    return charts.RiskCurve(name, chances.tolist(), (6 * chances * (1 - chances)).tolist(), bar)


RISKS = (curve("first group", 0.3), curve(HOSTILE, 0.22))


def drawn() -> list[go.Figure]:
    risks = [charts.risk_curves(*RISKS, mode, ceiling=2.0) for mode in ("light", "dark")]
    return [*(charts.gap_dots(GAPS, mode, "no gap") for mode in ("light", "dark")), *risks]


def test_gaps_lie_around_none_with_their_intervals_beside_them() -> None:
    figure = charts.gap_dots(GAPS, "light", "no gap")
    low, high = figure.layout.xaxis.range
    assert low == -high
    assert high > 0.034
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(0, 0)]
    marks = next(trace for trace in figure.data if trace.mode == "markers")
    assert list(marks.x) == [-0.021, 0.004]
    said = [note.text.replace("\u00a0", " ").replace("<br>", " ") for note in figure.layout.annotations]
    assert "no gap" in said
    assert any("−2.1" in text and "−3.4 to −0.8" in text for text in said)
    assert any("not given: so" in text for text in said)
    assert list(figure.layout.xaxis.ticktext) == ["−2", "0", "+2"]


@pytest.mark.parametrize("reach", [0.001, 0.038, 0.05, 0.0953, 0.3, 1.0])
def test_three_ticks_stand_within_the_axis(reach: float) -> None:
    rows = pd.DataFrame({"label": ["a"], "gap": [0.0], "low": [-reach], "high": [reach], "flag": [""]})
    axis = charts.gap_dots(rows, "light", "no gap").layout.xaxis
    below, none, above = axis.tickvals
    assert axis.range[0] < below == -above < none == 0 < above < axis.range[1]


def test_what_lies_above_a_bar_is_shaded_and_named_in_words() -> None:
    figure = charts.risk_curves(*RISKS, "light", ceiling=2.0)
    shades = [trace for trace in figure.data if trace.fill == "toself"]
    assert [min(shade.x) for shade in shades] == [pytest.approx(0.3), pytest.approx(0.25)]
    assert [shape.x0 for shape in figure.layout.shapes] == [0.3, 0.22]
    lines = [trace.line.dash for trace in figure.data if trace.fill is None]
    assert lines == ["solid", "5px,4px"]
    said = [note.text for note in figure.layout.annotations]
    assert "Full line: first group, bar 30\u00a0%" in said


def test_no_text_becomes_a_link_and_plotly_finds_nothing_wrong() -> None:
    for figure in drawn():
        go.Figure(figure.to_dict())
        assert "<a href" not in figure.to_json()

"""The ring: boxes for six stages, widths that are strengths, dashes where a link is not told from none."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics import charts
from analytics.charts import PALETTES
from data.vocabularies.survey import STAGES


def stages(**first):
    row = {"score": 0.5, "low": 0.4, "high": 0.6, "base": 900, "questions": "a", "flag": "", "verdict": ""}
    return pd.DataFrame([{"stage": name, **row, **(first if n == 0 else {})} for n, name in enumerate(STAGES)])


def links(*strengths):
    ends = [STAGES[(n + 1) % 6] for n in range(6)]
    rows = zip(STAGES, ends, strengths, strict=True)
    table = pd.DataFrame(rows, columns=["from", "to", "strength"])
    return table.assign(low=table["strength"] - 0.05, high=table["strength"] + 0.05, clear=table["strength"] > 0.05)


def parts(figure):
    drawn = figure.to_plotly_json()["layout"]
    lines = [
        shape["line"]
        for shape in drawn["shapes"]
        if " C " in shape.get("path", "") or shape.get("path", "")[:3] in ("M 0", "M 1")
    ]
    return lines, " ".join(note["text"] for note in drawn["annotations"])


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_widths_are_in_proportion_and_the_weakest_is_orange_and_named(mode):
    figure = charts.ring(stages(), links(0.2, 0.1, 0.2, 0.2, 0.04, 0.2), mode, ("Weakest link", "Here"), [4])
    shafts = [line for line in parts(figure)[0] if line["width"] and "rgba" not in line["color"]]
    widths = [line["width"] for line in shafts]
    assert [width / widths[0] for width in widths] == pytest.approx([1, 0.5, 1, 1, 0.2, 1])
    assert [line.get("dash") is not None for line in shafts] == [False] * 4 + [True, False]
    assert [line["color"] == PALETTES[mode].orange for line in shafts] == [False] * 4 + [True, False]
    assert "<b>Here</b>" in parts(figure)[1]
    assert "+4 points" in parts(figure)[1]


def test_links_that_are_not_known_are_thin_and_grey_and_have_no_words():
    figure = charts.ring(stages(), pd.DataFrame(columns=["strength"]), "light", ("Links", "not fitted yet"))
    assert {(line["color"], line["width"]) for line in parts(figure)[0] if line["width"]} == {
        (PALETTES["light"].axis, 2)
    }
    assert "points" not in parts(figure)[1]


def test_a_stage_without_a_score_says_why_and_text_stays_text():
    nothing = {"score": None, "low": None, "high": None, "base": None, "flag": "<b>no question</b>"}
    words = parts(charts.ring(stages(**nothing), links(*[0.2] * 6), "light"))[1]
    assert "&lt;b&gt;no question" in words
    fell = parts(charts.ring(stages(verdict="fell"), links(*[0.2] * 6), "light"))[1]
    assert "↓ fell" in fell

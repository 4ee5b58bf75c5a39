"""The Engagement page on the demonstration: its Finding, its filters, its address."""

from __future__ import annotations

import pytest

from analytics.findings import QUESTIONS
from analytics.scope import Scope
from analytics.wording import plain

PAGE = "pages/scrutinise/engagement.py"


@pytest.fixture
def found(demonstration):
    def answer(**scope):
        return QUESTIONS["engagement.reach"].answer(Scope(**scope), demonstration.view())

    return answer


def test_the_page_shows_its_finding(run, demonstration, found) -> None:
    app = run(PAGE, demonstration)
    assert not app.exception
    shown = " ".join(markdown.value for markdown in app.markdown)
    expected = found()
    assert f"## {plain(expected.headline)}" in shown
    assert all(plain(caveat) in shown for caveat in expected.caveats)
    assert [chart.proto.alt for chart in app.get("plotly_chart")] == [expected.alt]


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [("filter_by", "age_band", {"by": "age_band"}), ("filter_from", "2024-01", {"from_month": "2024-01"})],
)
def test_each_filter_changes_the_figure_and_the_address(run, demonstration, found, key, value, part) -> None:
    app = run(PAGE, demonstration)
    app.selectbox(key=key).select(value).run()
    assert not app.exception
    assert plain(found(**part).headline) in " ".join(markdown.value for markdown in app.markdown)
    assert app.query_params[key.removeprefix("filter_")] == value

"""The Data page: what is loaded, and what is missing."""

from __future__ import annotations

from tests.app.small_store import SEARCHES

PAGE = "pages/manage/data.py"


def texts(app) -> list[str]:
    return [part.value for part in app.markdown]


def test_it_counts_what_is_loaded_and_what_is_missing(run) -> None:
    app = run(PAGE)
    # By hand: five months of one force with one gap between them, three of the other.
    assert "## 1 of 9 force\\-months missing" in texts(app)
    assert any(f"8 files with {len(SEARCHES):,} searches" in text for text in texts(app))
    assert len(app.get("plotly_chart")) == 1
    assert app.get("plotly_chart")[0].proto.alt
    assert "missing" in app.caption[0].value

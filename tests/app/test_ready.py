"""What is counted before anybody comes."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest

from analytics.findings import QUESTIONS
from analytics.findings.survey import choices
from data.settings import settings
from pages.parts import ready, release


@pytest.fixture
def asked(monkeypatch):
    """What is asked of the release that is shown, in order."""
    found = []
    monkeypatch.setattr(release, "answered", lambda key, scope, view: found.append((key, scope.to_month, scope.area)))
    return found


@pytest.fixture
def shown(monkeypatch):
    """A function that chooses the store that is shown."""

    def choose(store):
        monkeypatch.setenv("CONFIDENCE_STORE", str(store.root))
        settings.cache_clear()

    yield choose
    settings.cache_clear()


def test_every_month_is_counted_the_newest_first(asked, shown, demonstration):
    shown(demonstration)
    assert ready.count_ahead(600) == 16 * 3 * len(ready._OVERVIEW)
    months = list(dict.fromkeys(month for _, month, _ in asked))
    assert len(months) == 16
    assert months == sorted(months, reverse=True)
    of_first = [area for key, month, area in asked if month == months[0] and key == "overview.headline"]
    assert [None if area is None else area[:3] for area in of_first] == [None, "X07", "X05"]


def test_it_ends_when_its_time_is_up(asked, shown, demonstration):
    shown(demonstration)
    assert ready.count_ahead(0) == 0
    assert asked == []


def test_every_measure_is_counted_by_every_grouping_behind_the_pages(asked, shown, demonstration, monkeypatch):
    monkeypatch.setattr(ready, "_PAUSE", 0.0)
    shown(demonstration)
    view = demonstration.view()
    force, survey = choices.forces(view)[0], choices.surveys(view, choices.forces(view)[0])[0]
    pairs = [(m, by) for by in choices.groupings(view, force, survey) for m in choices.asked(view, force, survey)]
    monkeypatch.setattr(release, "answered", lambda key, scope, view: asked.append((key, scope.measure, scope.by)))
    assert ready.count_behind(Event()) == len(pairs) * len(ready._TRENDS)
    assert [(measure, by) for key, measure, by in asked if key == "trends.by_group"] == pairs


def test_nothing_is_begun_when_the_server_ends(asked, shown, demonstration):
    shown(demonstration)
    closed = Event()
    closed.set()
    assert ready.count_behind(closed) == ready.count_behind(Event(), 0) == 0
    assert asked == []


def test_stops_alone_are_nothing_to_count(asked, shown, small):
    shown(small)
    assert ready.count_ahead() == ready.count_behind(Event()) == 0
    assert asked == []


def test_a_demonstration_is_not_built_for_it(asked, monkeypatch, tmp_path):
    monkeypatch.setenv("CONFIDENCE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("CONFIDENCE_DEMONSTRATION", str(tmp_path / "demonstration"))
    settings.cache_clear()
    assert ready.count_ahead() == 0
    assert not (tmp_path / "demonstration").exists()
    settings.cache_clear()


@pytest.mark.parametrize("name", ["opened", "answered"])
def test_whatever_fails_the_server_starts_and_its_log_says_why(name, shown, demonstration, monkeypatch, caplog):
    def broken(*_):
        raise IndexError("out of range")

    shown(demonstration)
    monkeypatch.setattr(release, name, broken)
    assert ready.count_ahead() == ready.count_behind(Event()) == 0
    assert "Counting ahead failed" in caplog.text


def test_the_page_finds_what_was_counted_ahead(run, demonstration, monkeypatch):
    """What the Overview asks first is what was asked before: nothing is counted again."""
    monkeypatch.setenv("CONFIDENCE_STORE", str(demonstration.root))
    settings.cache_clear()
    ready.count_ahead(600)
    counted = []
    for key in ready._OVERVIEW:
        asked = QUESTIONS[key]
        answer = asked.answer
        monkeypatch.setitem(
            QUESTIONS,
            key,
            replace(asked, answer=lambda *a, key=key, answer=answer: counted.append(key) or answer(*a)),
        )
    app = run("pages/explore/overview.py", demonstration)
    assert not app.exception
    assert counted == []

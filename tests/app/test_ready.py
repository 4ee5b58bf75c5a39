"""What is counted before anybody asks for it."""

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


def test_every_measure_is_counted_by_every_grouping_behind_the_pages(shown, demonstration, monkeypatch):
    monkeypatch.setattr(ready, "_PAUSE", 0.0)
    shown(demonstration)
    view, asked = demonstration.view(), []
    force = choices.forces(view)[0]
    survey = choices.surveys(view, force)[0]
    measures, groupings = choices.asked(view, force, survey), choices.groupings(view, force, survey)
    month = choices.months(view, force, survey)[-1]
    monkeypatch.setattr(choices, "months", lambda *_: [month])
    monkeypatch.setattr(
        release, "answered", lambda key, scope, view: asked.append((key, scope.measure or scope.to_month, scope.by))
    )
    assert ready.count_behind(Event()) == len(asked)
    first = [(key, measure, None) for measure in measures for key in ready._TRENDS]
    trends = [*first, *(("trends.by_group", measure, by) for by in groupings[1:] for measure in measures)]
    of_cycle = [("cycle.ring", month, None)] * 3
    assert asked == [*trends, *of_cycle]


def test_nothing_is_begun_when_the_server_ends(asked, shown, demonstration):
    shown(demonstration)
    closed = Event()
    closed.set()
    assert ready.count_behind(closed) == 0
    assert asked == []


def test_nothing_is_begun_behind_the_pages_when_its_time_is_up(asked, shown, demonstration):
    shown(demonstration)
    assert ready.count_behind(Event(), -1) == 0
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
    assert "Counting before it is asked for failed" in caplog.text


@pytest.fixture
def counted(monkeypatch):
    """A function that lists some questions whenever they are answered anew."""
    found = []

    def watch(keys):
        for key in keys:
            asked = QUESTIONS[key]
            answer = asked.answer
            monkeypatch.setitem(
                QUESTIONS,
                key,
                replace(asked, answer=lambda *a, key=key, answer=answer: found.append(key) or answer(*a)),
            )
        return found

    return watch


@pytest.mark.long
def test_the_page_finds_what_was_counted_ahead(run, demonstration, shown, counted):
    """What the Overview asks first is what was asked before: nothing is counted again."""
    shown(demonstration)
    ready.count_ahead(600)
    again = counted(ready._OVERVIEW)
    app = run("pages/explore/overview.py", demonstration)
    assert not app.exception
    assert again == []


def test_the_page_finds_what_was_counted_behind(run, demonstration, shown, counted, monkeypatch):
    monkeypatch.setattr(ready, "_PAUSE", 0.0)
    view = demonstration.view()
    force = choices.forces(view)[0]
    measure = choices.asked(view, force, choices.surveys(view, force)[0])[1]
    monkeypatch.setattr(choices, "asked", lambda *_: [measure])
    monkeypatch.setattr(ready, "_of_cycle", lambda *_: iter(()))
    shown(demonstration)
    ready.count_behind(Event())
    monkeypatch.undo()
    shown(demonstration)
    again = counted(ready._TRENDS)
    assert not run("pages/explore/trends.py", demonstration, measure=measure).exception
    assert not run("pages/explore/trends.py", demonstration, measure=measure, by="sex").exception
    assert again == []

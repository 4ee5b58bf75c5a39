"""What is counted before anybody comes."""

from __future__ import annotations

import pytest

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
    assert ready.count_ahead(600) == 16 * 3
    months = list(dict.fromkeys(month for _, month, _ in asked))
    assert len(months) == 16
    assert months == sorted(months, reverse=True)
    of_first = [area for key, month, area in asked if month == months[0] and key == "overview.headline"]
    assert [None if area is None else area[:3] for area in of_first] == [None, "X07", "X05"]


def test_it_ends_when_its_time_is_up(asked, shown, demonstration):
    shown(demonstration)
    assert ready.count_ahead(0) == 0
    assert asked == []


def test_stops_alone_are_nothing_to_count(asked, shown, small):
    shown(small)
    assert ready.count_ahead() == 0
    assert asked == []


def test_a_demonstration_is_not_built_for_it(asked, monkeypatch, tmp_path):
    monkeypatch.setenv("CONFIDENCE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("CONFIDENCE_DEMONSTRATION", str(tmp_path / "demonstration"))
    settings.cache_clear()
    assert ready.count_ahead() == 0
    assert not (tmp_path / "demonstration").exists()
    settings.cache_clear()


def test_a_store_that_cannot_be_read_lets_the_server_start(shown, small, monkeypatch):
    from data.store import StoreError

    def broken(store):
        raise StoreError("The store is damaged.")

    shown(small)
    monkeypatch.setattr(release, "opened", broken)
    assert ready.count_ahead() == 0

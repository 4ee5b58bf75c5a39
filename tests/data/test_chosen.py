"""Which store is shown: one's own where it holds anything, else the demonstration, built once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from data import chosen, demo
from data.chosen import chosen_store, demonstration_store, is_demonstration, needs_building
from data.settings import settings

APRIL = "2018-04-surrey-stop-and-search.csv"


@pytest.fixture
def built(monkeypatch, tmp_path, police_csv):
    """The stores that were built as demonstration: a small stand-in of one month takes no time."""
    calls = []

    def build(store, progress):
        from data.loading import load_files

        calls.append(store.root)
        progress("drawing")
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        (folder / APRIL).write_bytes(police_csv([{"Type": "Person search"}]))
        load_files([folder], store)

    monkeypatch.setattr(demo, "build", build)
    monkeypatch.setenv("CONFIDENCE_DEMONSTRATION", str(tmp_path / "demo"))
    settings.cache_clear()
    yield calls
    settings.cache_clear()


def test_an_empty_store_gives_way_to_the_demonstration_which_is_built_once(store, built):
    steps = []
    assert needs_building(store.root)
    shown = chosen_store(store.root, steps.append)
    assert (shown.root, built, steps) == (demonstration_store().root, [shown.root], ["drawing"])
    assert not needs_building(store.root)
    assert chosen_store(store.root).root == shown.root
    assert len(built) == 1
    assert is_demonstration(shown.view())
    assert not is_demonstration(store.view())


def test_whoever_comes_while_it_is_drawn_waits_for_it(store, built, monkeypatch):
    drawing, going = threading.Event(), threading.Event()
    draw = demo.build

    def slowly(target, progress):
        drawing.set()
        assert going.wait(20)
        draw(target, progress)

    monkeypatch.setattr(demo, "build", slowly)
    steps = []
    with ThreadPoolExecutor(2) as people:
        first = people.submit(chosen_store, store.root)
        assert drawing.wait(20)
        second = people.submit(chosen_store, store.root, lambda step: (steps.append(step), going.set()))
        assert first.result(30).root == second.result(30).root == demonstration_store().root
    assert len(built) == 1
    assert steps == ["waiting: it is being drawn for somebody else already"]


def test_a_store_with_a_file_is_shown_and_nothing_is_built(store, built, load, police_csv):
    load({APRIL: police_csv([{"Type": "Person search"}])})
    assert chosen_store(store.root).root == store.root
    assert built == []


@pytest.mark.long
def test_a_store_whose_every_file_was_withdrawn_is_empty_again(store, built, load, police_csv):
    from data.publishing import withdraw

    load({APRIL: police_csv([{"Type": "Person search"}])})
    withdraw(store, store.history()["load_id"].iloc[0], "Ada", "wrong month")
    assert is_demonstration(chosen_store(store.root).view())


def test_without_a_folder_there_is_no_demonstration(store, built, monkeypatch):
    monkeypatch.setenv("CONFIDENCE_DEMONSTRATION", "")
    settings.cache_clear()
    assert chosen_store(store.root).root == store.root
    assert not needs_building(store.root)
    assert built == []


def test_other_code_or_lists_give_the_demonstration_a_new_folder_and_the_old_one_goes(store, built, monkeypatch):
    first = chosen_store(store.root).root
    beside = first.parent / "notes"
    beside.mkdir()
    monkeypatch.setattr(chosen, "_made_of", lambda: "0123456789ab")
    second = chosen_store(store.root).root
    assert second.name == "0123456789ab"
    assert not first.exists()
    assert beside.exists()

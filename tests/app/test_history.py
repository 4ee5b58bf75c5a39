"""The history on the Upload page: how every file came, and how one is withdrawn and restored."""

from __future__ import annotations

import pytest
from streamlit.typing import DataframeState

from analytics import wording
from data.loading import load_files
from data.publishing import withdraw
from data.vocabularies import forces
from pages.parts.identity import User
from tests.app.small_store import HOSTILE_BY, MONTHS, SEARCHES, files

STOPS = "pages/scrutinise/stop_and_search.py"
PAGE = "pages/manage/upload.py"
MAY = "2018-05-surrey-stop-and-search.csv"


def texts(app) -> list[str]:
    return [part.value for part in app.markdown]


def history(app):
    return next(frame.value for frame in app.dataframe if frame.key == "history_table")


def load_of(store, subject: str, period: str) -> str:
    loads = store.history()
    return loads.loc[(loads["subject"] == subject) & (loads["period"] == period), "load_id"].item()


def status_of(store, load: str) -> str:
    return store.history().set_index("load_id").at[load, "status"]


def submit(app, label: str):
    return next(button for button in app.button if button.label == label)


def test_the_history_has_a_row_for_every_file(run, police_csv) -> None:
    app = run(PAGE)
    shown = history(app)
    assert sorted(shown["File"]) == sorted(files(police_csv))
    assert set(shown["Status"]) == {"current"}
    assert set(shown["By"]) == {HOSTILE_BY}
    assert set(shown["Reason"]) == {"first load"}
    by_month = {(row["Force or source"], row["Month or year"]): row["Rows"] for row in shown.to_dict("records")}
    for force, months in MONTHS.items():
        for month in months:
            expected = sum((search.force, search.month) == (force, month) for search in SEARCHES)
            assert by_month[forces()[force]["short"], month] == expected


def test_a_withdrawn_file_becomes_a_gap_and_comes_back(run, own) -> None:
    load = load_of(own, "surrey", "2018-05")
    app = run(PAGE, own)
    app.selectbox(key="history_load").set_value(load).run()
    assert any("nothing takes its place" in text for text in texts(app))
    assert any("Rows that repeat another\\: " in text for text in texts(app))
    app.text_input(key="history_name").set_value("Grace")
    app.text_input(key="history_reason").set_value("sent by mistake")
    submit(app, "Withdraw").click().run()
    assert not app.exception
    assert [said.value for said in app.success] == [
        wording.plain(f"{MAY} is withdrawn: every page now shows release 2.")
    ]
    assert status_of(own, load) == "withdrawn"
    assert history(app).set_index("Load").at[load, "Status"] == "withdrawn"
    release = own.releases()[-1]
    assert (release.number, release.action, release.reason, release.withdrawn) == (
        2,
        "withdraw",
        "sent by mistake",
        (load,),
    )
    assert release.by == "Grace"
    assert app.selectbox(key="history_load").value is None  # the next file is chosen anew

    app.selectbox(key="history_load").set_value(load).run()
    assert any("Its rows become current again; no file stands in its place now." in text for text in texts(app))
    assert not app.success
    app.text_input(key="history_reason").set_value("right after all")
    submit(app, "Restore").click().run()
    assert [said.value for said in app.success] == [
        wording.plain(f"{MAY} is current again: every page now shows release 3.")
    ]
    assert status_of(own, load) == "current"


@pytest.mark.long
def test_what_a_restored_file_takes_the_place_of_is_said(run, own, police_csv, tmp_path) -> None:
    load = load_of(own, "surrey", "2018-05")
    withdraw(own, load, "Grace", "sent by mistake")
    name = MAY
    (tmp_path / name).write_bytes(police_csv([{"Type": "Drone search"}]))
    load_files([tmp_path / name], own, "Grace", "corrected")
    app = run(PAGE, own)
    app.selectbox(key="history_load").set_value(load).run()
    when = f"{own.history()['at'].iloc[0]:%d %B %Y}"
    said = f"It takes the place of {wording.plain(name)}, loaded on {when}, which stays in the history."
    assert any(said in text for text in texts(app))
    app.text_input(key="history_reason").set_value("  ")
    submit(app, "Restore").click().run()
    assert [said.value for said in app.error] == ["Say why: the reason stays in the history."]
    assert status_of(own, load) == "withdrawn"


@pytest.mark.long
def test_what_was_noticed_in_a_file_is_shown(run, own, police_csv, tmp_path) -> None:
    file = tmp_path / "2018-07-surrey-stop-and-search.csv"
    hostile = "![x](https://beacon.invalid/note.png)"
    file.write_bytes(police_csv([{"Type": hostile, "Date": "2018-06-01T00:00:00+00:00"}]))
    load_files([file], own, "Grace", "July")
    app = run(PAGE, own)
    # By hand: the two censuses, the boundaries, the lookup, this file and 8 months with repeats; it alone of a value.
    said = "Something was noticed in all 13 files, in 1 of them a value that our lists do not know."
    assert any(said in text for text in texts(app))
    load = load_of(own, "surrey", "2018-07")
    assert history(app).set_index("Load").at[load, "Notes"] == 2
    app.selectbox(key="history_load").set_value(load).run()
    noticed = next(text for text in texts(app) if "What was noticed in it" in text)
    assert "is not in our list\\: 1 search, kept as written" in noticed
    assert "1 row is dated outside the month of the file, London time; it stays in its month" in noticed
    assert "![x](" not in noticed


@pytest.mark.long
def test_a_file_in_which_nothing_was_noticed(run, own, police_csv, tmp_path) -> None:
    file = tmp_path / "2018-07-surrey-stop-and-search.csv"
    file.write_bytes(police_csv([{"Type": "Person search"}]))
    load_files([file], own, "Grace", "July")
    app = run(PAGE, own)
    app.selectbox(key="history_load").set_value(load_of(own, "surrey", "2018-07")).run()
    assert "Nothing was noticed in it." in texts(app)


def test_a_viewer_reads_what_was_noticed_in_a_picked_file(run, monkeypatch) -> None:
    monkeypatch.setattr("pages.parts.identity.current_user", lambda: User("Vera", "viewer"))
    app = run(PAGE)
    place = int((history(app)["Kind"] == "area lookup").to_numpy().argmax())
    app.session_state["history_table"] = DataframeState({"selection": {"rows": [place], "columns": [], "cells": []}})
    app.run()
    assert any("7 districts in 2 police force areas" in text for text in texts(app))


def test_figures_that_were_counted_with_other_lists_are_told(run, own, monkeypatch) -> None:
    assert not run(PAGE, own).warning
    monkeypatch.setenv("CONFIDENCE_CHINESE", "Other")
    told = [said.value for said in run(PAGE, own).warning]
    assert len(told) == 1
    assert "counted with other lists or settings than today's (CONFIDENCE_CHINESE)" in told[0]
    assert "`python -m data recount --reason TEXT` does it now" in told[0]


@pytest.mark.long
def test_a_withdrawn_file_is_gone_from_the_answers(run, own) -> None:
    before = run(STOPS, own, **{"from": "2018-05", "to": "2018-05"})
    assert len(before.metric) > 0
    app = run(PAGE, own)
    app.selectbox(key="history_load").set_value(load_of(own, "surrey", "2018-05")).run()
    app.text_input(key="history_reason").set_value("sent by mistake")
    submit(app, "Withdraw").click().run()
    after = run(STOPS, own, **{"from": "2018-05", "to": "2018-05"})
    assert not after.exception
    assert not after.metric
    assert any("Surrey Police has no stop\\-and\\-search file for May 2018" in text for text in texts(after))


@pytest.mark.long
def test_a_force_whose_every_file_is_withdrawn_is_named(run, own) -> None:
    app = run(PAGE, own)
    for month in MONTHS["west-yorkshire"]:
        app.selectbox(key="history_load").set_value(load_of(own, "west-yorkshire", month)).run()
        app.text_input(key="history_reason").set_value("not ours to show")
        submit(app, "Withdraw").click().run()
        assert not app.exception
    after = run(STOPS, own, force="west-yorkshire")
    assert any("No stop\\-and\\-search file of West Yorkshire Police is loaded" in text for text in texts(after))
    after.button(key="filter_reset").click().run()
    assert after.selectbox(key="filter_force").options == ["Surrey Police"]
    assert len(after.metric) > 0


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_is_withdrawn(reason, run, own) -> None:
    load = load_of(own, "surrey", "2018-05")
    app = run(PAGE, own)
    app.selectbox(key="history_load").set_value(load).run()
    app.text_input(key="history_reason").set_value(reason)
    submit(app, "Withdraw").click().run()
    assert [said.value for said in app.error] == ["Say why: the reason stays in the history."]
    assert status_of(own, load) == "current"
    assert len(own.releases()) == 1


def test_a_picked_row_chooses_its_file(run, small) -> None:
    app = run(PAGE)
    place = 3
    picked = history(app).iloc[place]
    app.session_state["history_table"] = DataframeState({"selection": {"rows": [place], "columns": [], "cells": []}})
    app.run()
    assert app.selectbox(key="history_load").value == picked["Load"]
    # A file chosen by name afterwards stays chosen.
    other = history(app).iloc[0]["Load"]
    app.selectbox(key="history_load").set_value(other).run()
    assert app.selectbox(key="history_load").value == other


def test_a_viewer_sees_the_history_and_no_way_to_change_it(run, monkeypatch) -> None:
    monkeypatch.setattr("pages.parts.identity.current_user", lambda: User("Vera", "viewer"))
    app = run(PAGE)
    assert len(history(app)) == 12
    assert not app.selectbox
    assert not app.text_input
    assert {button.label for button in app.button} == set()


@pytest.mark.long
def test_the_releases_are_listed_newest_first(run, own) -> None:
    app = run(PAGE, own)
    app.selectbox(key="history_load").set_value(load_of(own, "surrey", "2018-05")).run()
    app.text_input(key="history_reason").set_value("![x](https://beacon.invalid/reason.png)")
    submit(app, "Withdraw").click().run()
    releases = next(frame.value for frame in app.dataframe if "Release" in frame.value)
    assert list(releases["Release"]) == [2, 1]
    assert list(releases["Files"]) == [1, 12]
    # In a data frame, which shows text as it is, and nowhere else.
    assert not any("beacon.invalid/reason" in text for text in texts(app))

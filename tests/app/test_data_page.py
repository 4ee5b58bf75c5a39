"""The Data page: what is loaded, how it came, and how a file is withdrawn and restored."""

from __future__ import annotations

import pytest
from streamlit.typing import DataframeState

from data.vocabularies import forces
from pages.parts.identity import User
from tests.app.small_store import HOSTILE_BY, MONTHS, SEARCHES, files

PAGE = "pages/manage/data.py"


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


def test_it_counts_what_is_loaded_and_what_is_missing(run) -> None:
    app = run(PAGE)
    # By hand: five months of one force with one gap between them, three of the other.
    assert "## 1 of 9 force\\-months missing" in texts(app)
    assert any(f"8 files with {len(SEARCHES):,} searches" in text for text in texts(app))
    assert len(app.get("plotly_chart")) == 1
    assert app.get("plotly_chart")[0].proto.alt
    assert "missing" in app.caption[0].value


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
    app.text_input(key="history_name").set_value("Grace")
    app.text_input(key="history_reason").set_value("sent by mistake")
    submit(app, "Withdraw").click().run()
    assert not app.exception
    assert [said.value for said in app.success] == ["Done: every page now shows release 2."]
    assert status_of(own, load) == "withdrawn"
    assert "## 2 of 9 force\\-months missing" in texts(app)
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
    assert not app.success
    app.text_input(key="history_reason").set_value("right after all")
    submit(app, "Restore").click().run()
    assert [said.value for said in app.success] == ["Done: every page now shows release 3."]
    assert status_of(own, load) == "current"
    assert "## 1 of 9 force\\-months missing" in texts(app)


def test_a_withdrawn_file_is_gone_from_the_answers(run, own) -> None:
    before = run(store=own, **{"from": "2018-05", "to": "2018-05"})
    assert len(before.metric) > 0
    app = run(PAGE, own)
    app.selectbox(key="history_load").set_value(load_of(own, "surrey", "2018-05")).run()
    app.text_input(key="history_reason").set_value("sent by mistake")
    submit(app, "Withdraw").click().run()
    after = run(store=own, **{"from": "2018-05", "to": "2018-05"})
    assert not after.exception
    assert not after.metric
    assert any("Surrey Police has no stop\\-and\\-search file for May 2018" in text for text in texts(after))


def test_a_force_whose_every_file_is_withdrawn_is_named(run, own) -> None:
    app = run(PAGE, own)
    for month in MONTHS["west-yorkshire"]:
        app.selectbox(key="history_load").set_value(load_of(own, "west-yorkshire", month)).run()
        app.text_input(key="history_reason").set_value("not ours to show")
        submit(app, "Withdraw").click().run()
        assert not app.exception
    after = run(store=own, force="west-yorkshire")
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

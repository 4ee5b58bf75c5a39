"""What was begun on Upload stays while other pages are looked at, until it is published, begun again or another's."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from analytics.wording import plain
from data.loading import load_files
from data.readers.sources import Upload
from pages.parts.identity import User
from pages.parts.server import uploads
from tests.app.test_upload_page import MONTH, PAGE, SEARCH, give, press, staged, texts, wave, widget
from tests.app.test_upload_weights import choose, drawn, fields, file_of, say

TRENDS = "pages/explore/trends.py"


def away_and_back(app):
    """Another page, a filter of it, and Upload again."""
    app.switch_page(TRENDS).run()
    assert not app.exception
    app.run()
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


@pytest.mark.long
def test_files_and_form_are_there_again_and_can_be_published(run, store) -> None:
    app = give(run(PAGE, store), ("wave.csv", file_of(drawn(), "Weight")))
    assert any("are kept while you look at other pages" in part.value for part in app.caption)
    say(app)
    choose(app, "raked")
    for group, share in (("16-34", 30.0), ("35-64", 45.0), ("65+", 25.0)):
        fields(app, "age_band")[group].set_value(share)
    widget(app, "text_area", "pasted_sex").set_value("F\t51\nM\t49")
    widget(app, "text_input", "source_sex").set_value("Census 2021")
    app.run()
    assert len(app.info) == 1
    before = {part.key: part.value for kind in ("text_input", "selectbox", "number_input") for part in app.get(kind)}
    app = away_and_back(app)
    assert any(text.startswith("Kept from before: **wave.csv**") for text in texts(app))
    after = {part.key: part.value for kind in ("text_input", "selectbox", "number_input") for part in app.get(kind)}
    assert after == before
    assert len(app.info) == 1
    press(app, "Use this mapping")
    assert not app.error
    app = away_and_back(app)
    assert "## 1 file can be published" in texts(app)
    next(part for part in app.text_input if part.key.startswith("upload_reason_")).set_value("raked")
    press(app, "Publish")
    assert not app.exception
    assert store.history()["kind"].tolist() == ["survey wave"]
    assert staged(store) == []
    # Nothing is left of what was published.
    app = away_and_back(app)
    assert "## Add files" in texts(app)
    assert not any(text.startswith("Kept from before") for text in texts(app))
    assert [key for key in app.session_state if key.startswith("mapping_")] == []


@pytest.mark.long
def test_a_file_of_the_same_name_takes_the_place_of_the_one_that_was_kept(run, own, police_csv) -> None:
    app = away_and_back(give(run(PAGE, own), (MONTH, police_csv([SEARCH] * 3))))
    other = "2018-08-surrey-stop-and-search.csv"
    august = {**SEARCH, "Date": "2018-08-02T10:00:00+00:00"}
    app = give(app, (MONTH, police_csv([SEARCH] * 5)), (other, police_csv([august])))
    assert not app.error
    assert any(plain("2 files: 2 ready to publish; 6 rows in all would be published.") in text for text in texts(app))
    assert len(staged(own)) == 1


@pytest.mark.long
def test_starting_again_takes_away_what_was_kept(run, own, police_csv) -> None:
    app = away_and_back(give(run(PAGE, own), (MONTH, police_csv([SEARCH]))))
    press(app, "Start again")
    assert "## Add files" in texts(app)
    assert staged(own) == []
    assert "## Add files" in texts(away_and_back(app))


@pytest.mark.long
def test_what_was_published_meanwhile_is_seen_before_anything_is_published(run, own, police_csv) -> None:
    app = give(run(PAGE, own), (MONTH, police_csv([SEARCH] * 3)))
    load_files([Upload(MONTH, police_csv([SEARCH] * 50))], own, "Grace", "meanwhile")
    app = away_and_back(app)
    assert any(f"replaces {MONTH}" in text.replace("\\", "") for text in app.table[0].value["What we recognised"])


@pytest.mark.long
@pytest.mark.parametrize("role", ["analyst", "viewer"])
def test_nobody_sees_what_another_began(role, run, own, police_csv, monkeypatch) -> None:
    app = give(run(PAGE, own), (MONTH, police_csv([SEARCH])))
    assert len(staged(own)) == 1
    monkeypatch.setattr("pages.parts.identity.current_user", lambda: User("Vera", role))
    app = away_and_back(app)
    assert not any(MONTH in text for text in texts(app))
    assert staged(own) == []
    assert [part for part in app.button if part.label == "Publish"] == []


def test_the_forms_of_files_that_were_taken_away_are_forgotten(run, store) -> None:
    """A session that is given one file after another holds no more than those that are there."""
    app = run(PAGE, store)
    for people in (90, 91, 92):
        app = give(app, ("wave.csv", wave(people)))
        assert not app.exception
        assert len(app.session_state["mapping_drafts"]) == 1
        prefixes = {str(key)[:20] for key in app.session_state if str(key).startswith("mapping_")}
        assert (
            len(
                [name for name in prefixes if not name.startswith(("mapping_drafts", "mapping_view", "mapping_people"))]
            )
            == 1
        )


@pytest.mark.long
def test_a_table_that_nobody_knew_can_be_said_to_hold_answers(run, store) -> None:
    rows = "\n".join(f"{n},{n % 5 + 1},{n % 3}" for n in range(60))
    app = give(run(PAGE, store), ("counts.csv", f"person,v1,v2\n{rows}".encode()))
    assert app.table[0].value["What becomes of it"].tolist() == ["Not loaded"]
    asked = next(part for part in app.multiselect if part.label.startswith("Are some of these files answers"))
    assert asked.options == ["counts.csv"]
    asked.set_value(["counts.csv"])
    app.run()
    assert not app.exception
    widget(app, "text_input", "_survey").set_value("Residents")
    widget(app, "selectbox", "_force").set_value("surrey")
    widget(app, "text_input", "_wave").set_value("2026-Q3")
    widget(app, "text_input", "_label").set_value("July to September 2026")
    from datetime import date

    widget(app, "date_input", "_starts").set_value(date(2026, 7, 1))
    widget(app, "date_input", "_ends").set_value(date(2026, 9, 30))
    widget(app, "selectbox", "_role_v1").set_value("measure good_job_local")
    app.run()
    for code in range(1, 6):
        answer = ("Excellent", "Good", "Fair", "Poor", "Very poor")[code - 1]
        widget(app, "selectbox", f"code_v1_measure good_job_local_{code}").set_value(answer)
    press(app, "Use this mapping")
    assert not app.error
    assert "## 1 file can be published" in texts(app)
    app.text_input(key="upload_reason_0").set_value("said to be answers")
    press(app, "Publish")
    assert len(store.view().rows("responses").collect("pandas").to_native()) == 60


def test_a_text_that_is_no_table_is_not_offered(run, own) -> None:
    app = give(run(PAGE, own), ("notes.json", b"{}"))
    assert [part for part in app.multiselect if part.label.startswith("Are some")] == []


def test_what_is_wrong_stands_in_the_words_of_the_form(run, store) -> None:
    app = give(run(PAGE, store), ("wave.csv", file_of(drawn(), "Weight")))
    say(app)
    widget(app, "text_input", "_wave").set_value("summer")
    choose(app, "raked")
    widget(app, "multiselect", "_margins").set_value(["sex"])
    app.run()
    fields(app, "sex")["Female"].set_value(100.0)
    press(app, "Use this mapping")
    said = [error.value.replace("\\", "") for error in app.error]
    assert said[0].startswith("value “summer”: “Wave”, under The wave: waves called like this do not sort in time.")
    widget(app, "text_input", "_wave").set_value("2026-Q3")
    press(app, "Use this mapping")
    (said,) = [error.value.replace("\\", "") for error in app.error]
    assert said.startswith("value “Male”: “Sex”, under The weights: this group has no share, and ")


def test_limits_and_shares_out_of_range_are_told(run, store) -> None:
    app = give(run(PAGE, store), ("wave.csv", file_of(drawn(), "Weight")))
    say(app)
    choose(app, "raked")
    widget(app, "multiselect", "_margins").set_value(["sex"])
    app.run()
    for group, share in (("Female", 120.0), ("Male", -20.0)):
        fields(app, "sex")[group].set_value(share)
    widget(app, "number_input", "_least").set_value(1.5)
    widget(app, "number_input", "_greatest").set_value(0.5)
    app.run()
    assert [part.value for part in app.warning] == [
        "These are no limits: the smallest, 1.5, is to lie between 0 and 1 and the largest, 0.5, is to be 1 or above."
    ]
    assert any("a share is above 0" in text for text in texts(app))
    assert not app.info
    press(app, "Use this mapping")
    assert len(app.error) == 2


def test_a_group_that_was_pasted_twice_is_told_and_nothing_is_taken(run, store) -> None:
    app = give(run(PAGE, store), ("wave.csv", file_of(drawn(), "Weight")))
    say(app)
    choose(app, "raked")
    widget(app, "text_area", "pasted_sex").set_value("Female\t51\nMale\t49\nF\t30")
    app.run()
    assert [part.value for part in app.warning] == [
        "Nothing pasted is taken: “Female” stands in several lines. Leave one line of each group."
    ]
    assert [part.value for part in fields(app, "sex").values()] == [None, None]


def test_names_of_fields_hold_no_backslash(run, store) -> None:
    app = give(run(PAGE, store), ("wave.csv", file_of(drawn(), "Weight").replace(b"Age,", b"Age_Band,")))
    say_as = {"Age_Band": "age_band"}
    for column, id in say_as.items():
        for code, word in {"1": "16-34", "2": "35-64", "3": "65+"}.items():
            widget(app, "text_input", f"code_{column}_attribute {id}_{code}").set_value(word)
    app.run()
    choose(app, "raked")
    kinds = ("text_input", "selectbox", "number_input", "multiselect", "checkbox", "text_area", "date_input")
    labels = [part.label for kind in kinds for part in app.get(kind)]
    assert any(label.startswith("16-34 · ") for label in labels)
    assert [label for label in labels if "\\" in label] == []


def test_the_server_holds_no_longer_what_was_published_or_taken_away(monkeypatch) -> None:
    manager = MemoryUploadedFileManager("/files")
    for session, name in (("mine", "a"), ("mine", "b"), ("another", "a")):
        manager.add_file(session, UploadedFileRec(name, f"{name}.csv", "text/csv", b"1"))
    monkeypatch.setattr(
        uploads, "get_script_run_ctx", lambda: SimpleNamespace(uploaded_file_mgr=manager, session_id="mine")
    )
    uploads.forget(["a", "gone"])
    assert {name: set(files) for name, files in manager.file_storage.items()} == {"mine": {"b"}, "another": {"a"}}


def test_what_is_kept_is_the_very_bytes_that_the_server_counts() -> None:
    record = UploadedFileRec("a", "a.csv", "text/csv", bytes(range(256)) * 10)
    assert UploadedFile(record, None).getvalue() is record.data

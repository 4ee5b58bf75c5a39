"""Notes on the page Trends: an analyst writes, changes, removes and undoes them; a viewer reads them."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from analytics.findings.survey import notes
from analytics.wording import plain
from data.registers import current, history, record, remove, undo
from data.series_notes import NOTES
from data.store import Store
from pages.parts.identity import User
from tests.surveys import FORCE, SURVEY, answers, publish, wave

TRENDS = "pages/explore/trends.py"
HOSTILE = "![x](https://beacon.invalid/note.png) :red[word]"


@pytest.fixture(scope="module")
def waves(tmp_path_factory):
    """A store with two waves of a measure that rose. Nobody may change it."""
    store = Store(tmp_path_factory.mktemp("waves") / "store")
    publish(
        store,
        wave("2025-Q1", "2025-03", trust_force=answers(200, 200)),
        wave("2026-Q1", "2026-03", trust_force=answers(300, 100)),
    )
    return store


@pytest.fixture
def surveyed(waves, tmp_path):
    """A copy of it that a test may change."""
    return Store(shutil.copytree(waves.root, tmp_path / "copy"))


@pytest.fixture
def page(run, surveyed):
    """The page over that store."""

    def start():
        app = run(TRENDS, surveyed, opened=True)
        assert not app.exception
        return app

    return start


def field(app, kind, label):
    """The one field of a kind with a label."""
    (found,) = (part for part in getattr(app, kind) if part.label == label)
    return found


def fill(app, text="Patrols began", reason="for the report", day=date(2025, 8, 15), kind="event"):
    field(app, "date_input", "Day").set_value(day)
    field(app, "selectbox", "Kind").set_value(kind)
    field(app, "text_area", "What happened").set_value(text)
    field(app, "text_input", "Reason, kept in the history").set_value(reason)
    return app


def press(app, label):
    app = field(app, "button", label).click().run()
    assert not app.exception
    return app


def choose(app, row):
    return field(app, "selectbox", "Note").set_value(row).run()


def said(app):
    return [part.value for kind in ("markdown", "success", "warning", "error") for part in app.get(kind)]


def write(store, by="Grace", **more):
    note = {"date": "2025-08-15", "kind": "event", "text": "Patrols began", **more}
    return record(store, NOTES, [note], by, "for the report")[0]


def test_a_note_is_added_and_stands_under_the_chart(page, surveyed):
    app = press(fill(page()), "Save")
    assert "Note 1 is saved; choose it here to change or undo it." in said(app)
    assert f":material/flag: {plain('Note 1 (event, 15 August 2025): Patrols began.')}" in said(app)
    (row,) = current(surveyed.view(), NOTES).to_dict("records")
    assert {name: row[name] for name in ("date", "kind", "text", "force", "survey", "measure", "reason")} == {
        "date": "2025-08-15",
        "kind": "event",
        "text": "Patrols began",
        "force": FORCE,
        "survey": SURVEY,
        "measure": "trust_force",
        "reason": "for the report",
    }
    # The form is empty again.
    assert field(app, "text_area", "What happened").value == ""


@pytest.mark.long
def test_a_break_that_is_noted_takes_the_change_away_at_once(page):
    app = page()
    assert any("rose in the past year" in text for text in said(app))
    app = press(fill(app, kind="series break", text="Another agency"), "Save")
    assert any("series break \\(note 1\\) since then" in text for text in said(app))
    assert not any("rose in the past year" in text for text in said(app))


@pytest.mark.long
def test_a_note_is_changed_for_every_survey_and_its_history_is_shown(page, surveyed):
    write(surveyed)
    app = choose(page(), 1)
    assert field(app, "text_area", "What happened").value == "Patrols began"
    field(app, "selectbox", "Survey").set_value("")
    app = press(fill(app, text="Patrols began again"), "Save")
    (row,) = current(surveyed.view(), NOTES).to_dict("records")
    assert (row["text"], row["version"], row["survey"] == row["survey"]) == ("Patrols began again", 2, False)
    app = choose(app, 1)
    (told,) = (frame.value for frame in app.dataframe if "Version" in frame.value.columns)
    assert list(told["Version"]) == ["2", "1"]
    assert list(told["Note"]) == ["Patrols began again", "Patrols began"]
    assert list(told["By"])[1] == "Grace"


@pytest.mark.long
def test_a_note_is_removed_brought_back_and_undone(page, surveyed):
    write(surveyed)
    app = choose(page(), 1)
    field(app, "text_input", "Reason, kept in the history").set_value("wrong survey")
    app = press(app, "Remove")
    assert "Note 1 is removed; choose it here to bring it back." in said(app)
    assert current(surveyed.view(), NOTES).empty
    app = choose(app, 1)
    field(app, "text_input", "Reason, kept in the history").set_value("right after all")
    app = press(app, "Bring it back")
    assert list(current(surveyed.view(), NOTES)["text"]) == ["Patrols began"]
    app = choose(app, 1)
    field(app, "text_input", "Reason, kept in the history").set_value("no")
    press(app, "Undo the last change")
    assert list(history(surveyed.view(), NOTES, 1)["action"]) == ["undo", "undo", "remove", "add"]
    assert current(surveyed.view(), NOTES).empty


@pytest.mark.long
def test_a_conflict_is_told_and_what_was_typed_stays(page, surveyed):
    write(surveyed)
    app = fill(choose(page(), 1), text="Mine")
    record(
        surveyed,
        NOTES,
        [{"row": 1, "date": "2025-08-15", "kind": "event", "text": f"Grace's {HOSTILE}"}],
        "Grace",
        "x",
        {1: 1},
    )
    app = press(app, "Save")
    (warning,) = app.warning
    assert "Note 1 was changed by Grace on" in warning.value
    assert plain(f"Grace's {HOSTILE}") in warning.value
    assert "press again if it is to take the place of that" in warning.value
    assert field(app, "text_area", "What happened").value == "Mine"
    assert list(current(surveyed.view(), NOTES)["by"]) == ["Grace"]
    press(app, "Save")
    assert list(current(surveyed.view(), NOTES)["text"]) == ["Mine"]


@pytest.mark.long
def test_what_was_removed_meanwhile_is_told_and_can_be_written_anew(page, surveyed):
    write(surveyed)
    app = fill(choose(page(), 1), text="Mine")
    remove(surveyed, NOTES, 1, "Grace", "gone", 1)
    app = press(app, "Save")
    assert "It is removed now." in app.warning[0].value
    assert field(app, "text_area", "What happened").value == "Mine"
    press(app, "Save")
    assert list(current(surveyed.view(), NOTES)["text"]) == ["Mine"]


@pytest.mark.long
def test_what_was_brought_back_meanwhile_is_not_removed_by_bringing_it_back_again(page, surveyed):
    write(surveyed)
    remove(surveyed, NOTES, 1, "Grace", "gone", 1)
    app = choose(page(), 1)
    field(app, "text_input", "Reason, kept in the history").set_value("right after all")
    undo(surveyed, NOTES, 1, "Grace", "mine", 2)
    app = press(app, "Bring it back")
    assert "the button now undoes that change" in app.warning[0].value
    app.run()
    assert not [part for part in app.button if part.label == "Bring it back"]
    assert field(app, "text_area", "What happened").value == "Patrols began"
    assert list(current(surveyed.view(), NOTES)["text"]) == ["Patrols began"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": " "}, "Say why: the reason stays in the history of the note."),
        ({"day": None}, "The note has no day; say which, as in 2026-03-31."),
        ({"text": ""}, "The note says nothing; say what happened."),
    ],
    ids=str,
)
def test_what_is_missing_is_said_and_what_was_typed_stays(more, words, page, surveyed):
    app = press(fill(page(), **more), "Save")
    assert [error.value for error in app.error] == [plain(words)]
    assert field(app, "text_area", "What happened").value == more.get("text", "Patrols began")
    assert current(surveyed.view(), NOTES).empty


def test_a_hostile_note_stays_words(page, surveyed):
    write(surveyed, text=HOSTILE)
    shown = " ".join(said(page()))
    assert "![x](" not in shown
    assert ":red[" not in shown


@pytest.mark.long
def test_many_notes_are_one_click_away(page, surveyed):
    for number in range(6):
        write(surveyed, text=f"Patrol {number}")
    app = page()
    assert sum(text.startswith(":material/flag:") for text in said(app)) == 4
    assert any("Patrol 5" in text and text.startswith("- ") for text in said(app))


def test_a_viewer_reads_notes_and_has_no_form(page, surveyed, monkeypatch):
    write(surveyed)
    monkeypatch.setattr("pages.parts.identity.current_user", lambda: User("Viv", "viewer"))
    app = page()
    assert any("Patrols began" in text for text in said(app))
    assert "Grace" not in " ".join(said(app))
    assert "Grace" not in notes.table(notes.of_series(surveyed.view(), FORCE, SURVEY, "trust_force")).to_csv()
    assert not [part for part in app.text_area if part.label == "What happened"]
    assert not [part for part in app.get("expander") if part.label == "Notes on this series"]


@pytest.mark.long
def test_the_demonstration_can_not_be_noted_on(run, store, demonstrations, monkeypatch):
    monkeypatch.setenv("CONFIDENCE_DEMONSTRATION", str(demonstrations))
    app = run(TRENDS, store, opened=True)
    assert not app.exception
    assert any(text.startswith("Nothing can be noted on the demonstration:") for text in said(app))
    assert not [part for part in app.text_area if part.label == "What happened"]

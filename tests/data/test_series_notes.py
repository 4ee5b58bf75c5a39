"""Notes on a series: what is kept of one, what is refused, and the command that writes them."""

from __future__ import annotations

import pytest

from data.__main__ import main
from data.registers import current, record
from data.series_notes import KINDS, NOTES
from data.store import StoreError
from tests.surveys import FORCE, SURVEY, answers, publish, wave

GOOD = {"date": "2026-02-11", "kind": "event", "text": "Patrols began"}


@pytest.fixture
def surveyed(store):
    """A store with one wave that asks two measures."""
    publish(store, wave("2026-Q1", "2026-03", trust_force=answers(60, 40), fair=answers(50, 50)))
    return store


def write(store, **more):
    return record(store, NOTES, [{**GOOD, **more}], "Ada", "for the report")[0]


def refused(store, **more):
    """Why a note is refused; nothing of it is kept."""
    with pytest.raises(StoreError) as caught:
        write(store, **more)
    assert current(store.view(), NOTES).empty
    return str(caught.value)


def test_a_note_is_kept_in_one_line_and_holds_for_what_it_names(surveyed):
    write(surveyed, text="Patrols\nbegan\u202e ", survey=SURVEY, measure="trust_force", force=FORCE)
    write(surveyed, survey="", measure=None)
    rows = current(surveyed.view(), NOTES).astype(object).where(lambda frame: frame.notna(), None)
    assert list(rows[["text", "force", "survey", "measure"]].itertuples(index=False, name=None)) == [
        ("Patrols began", FORCE, SURVEY, "trust_force"),
        ("Patrols began", None, None, None),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_taken(kind, surveyed):
    assert write(surveyed, kind=kind)["kind"] == kind


@pytest.mark.parametrize("day", ["1900-01-01", "2099-12-31", "2024-02-29"])
def test_days_of_two_centuries_are_taken(day, surveyed):
    assert write(surveyed, date=day)["date"] == day


@pytest.mark.parametrize(
    "day", ["1899-12-31", "2100-01-01", "2023-02-29", "11/02/2026", "20260211", "2026-W07-3", "soon"]
)
def test_any_other_day_is_refused(day, surveyed):
    assert refused(surveyed, date=day) == (f"The date “{day}” is not a day from 1900 to 2099; write it as 2026-03-31.")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"date": None}, "The note has no day; say which, as in 2026-03-31."),
        ({"kind": "rumour"}, "“rumour” is no kind of note; there are wording change, series break, event and note."),
        ({"text": " \n"}, "The note says nothing; say what happened."),
        ({"text": "a" * 301}, "The note has 301 characters; 300 are the most."),
        ({"force": "kent"}, "No survey of a force “kent” is loaded; there are surveys of surrey."),
        ({"survey": "Other"}, "“Other” is not a survey that is loaded; there is Residents."),
        (
            {"survey": "Other", "force": FORCE},
            "“Other” is not a survey of Surrey Police that is loaded; there is Residents.",
        ),
        ({"measure": "mood"}, "“mood” is no measure of the surveys that are loaded; there is trust_force and fair."),
        (
            {"measure": "listen", "survey": SURVEY},
            "“listen” is no measure of Residents; there is trust_force and fair.",
        ),
        (
            {"date": "x", "kind": "y", "text": ""},
            "The date “x” is not a day from 1900 to 2099; write it as 2026-03-31. “y” is no kind of note; there are "
            "wording change, series break, event and note. The note says nothing; say what happened.",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_with_what_there_is(more, words, surveyed):
    assert refused(surveyed, **more) == words


def test_without_a_survey_there_is_nothing_to_note_on(store):
    assert refused(store) == "No survey is loaded, so there is no series to note anything on."


def test_published_figures_can_be_noted_on(store, load):
    load({"perception.csv": b"date,measure,proportion\nDec-22,Police do a good job in the local area,50\n"})
    assert write(store, survey="Public Attitude Survey", force="metropolitan")["row"] == 1


@pytest.fixture
def run(surveyed, capsys):
    """Run a command on the store: exit code, lines of output, lines of error."""

    def command(*arguments):
        code = main([*arguments, "--store", str(surveyed.root)])
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err.splitlines()

    return command


def test_the_command_adds_lists_removes_and_undoes(run):
    who = ("--by", "Ada", "--reason", "for the report")
    assert run("note", "list") == (0, ["There is no note."], [])
    added = run("note", "add", "2026-02-11", "Patrols began", "--kind", "event", "--measure", "fair", *who)
    assert added == (0, ["Note 1 is added."], [])
    (line,) = run("note", "list")[1]
    assert line.startswith("1 · 2026-02-11 · event · Patrols began · fair · version 1, add · ")
    assert line.endswith(" · Ada · for the report")
    assert run("note", "remove", "1", *who) == (0, ["Note 1 is removed, in version 2."], [])
    assert run("note", "list") == (0, ["There is no note; --all lists what was removed (1)."], [])
    assert run("note", "undo", "1", *who) == (0, ["Note 1 is as it was before, in version 3."], [])
    assert [text.split(" · ")[5] for text in run("note", "list", "--all")[1]] == [
        "version 3, undo",
        "version 2, remove",
        "version 1, add",
    ]


def test_the_command_says_no_in_one_sentence(run):
    assert run("note", "undo", "9", "--reason", "x") == (
        1,
        [],
        ["There is no note 9; `python -m data note list --all` lists them."],
    )
    code, _, err = run("note", "add", "2026-02-11", "x", "--measure", "mood", "--reason", "x")
    assert (code, err) == (1, ["“mood” is no measure of the surveys that are loaded; there is trust_force and fair."])

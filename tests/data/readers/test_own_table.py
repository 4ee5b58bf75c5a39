"""Engagement logs in the columns of our own templates."""

import io

import pytest
from openpyxl import load_workbook

from analytics.scope import Scope
from data.loading import check_files, load_files
from data.readers import own_table
from data.readers.source import Refused, Slot
from data.readers.sources import Upload
from data.store import Store
from data.templates import as_excel

HEAD = "event,force,date,level,participants,recurring,cost,before_decision,remarks\n"
MEETING = "E1,surrey,2026-03-31,neighbourhood,12,yes,10.50,No,from Mr X\n"


@pytest.fixture
def read(source):
    def run(text, name="events.csv"):
        given = source(name, text.encode())
        return own_table.read(given, own_table.recognise(given))

    return run


@pytest.fixture
def problems(read):
    def run(text):
        with pytest.raises(Refused) as caught:
            read(text)
        return [(p.row, p.column, p.value, p.what) for p in caught.value.problems]

    return run


def test_an_event_in_the_types_of_the_table(read):
    reading = read(HEAD + MEETING)
    (row,) = reading.frame.drop(columns="load_id").to_dict("records")
    expected = {"force": "surrey", "event": "E1", "date": "2026-03-31", "level": "neighbourhood", "participants": 12}
    expected |= {"recurring": True, "cost": 10.5, "before_decision": False}
    assert {name: row[name] for name in expected} == expected
    assert reading.frame[["area", "method", "rung", "officer_hours"]].isna().all(axis=None)
    assert reading.notes[-1] == "Columns not used, and not kept: remarks."
    assert reading.notes[-2].startswith("Columns of the template that the file lacks: area, method, channel")


def test_days_as_british_people_write_them_are_read_and_said(read):
    reading = read(HEAD + MEETING.replace("2026-03-31", "1/12/2025"))
    assert reading.frame["date"].tolist() == ["2025-12-01"]
    assert "Days read as day/month/year: 1." in reading.notes


def test_a_month_may_be_the_day_that_a_spreadsheet_made_of_it(read):
    text = "force,area,month,method\nsurrey,E05000026,2026-03,walk\nsurrey,E05000026,2026-04-01,walk\n"
    assert read(text).frame["month"].tolist() == ["2026-03", "2026-04"]


@pytest.mark.parametrize("written", ["1899-12-31", "2100-01-01", "0206-01-01", "1/1/2206", "9999-12-31"])
def test_a_day_of_no_year_that_can_be_is_refused(source, written):
    given = source("events.csv", (HEAD + MEETING + MEETING.replace("E1", "E2").replace("2026-03-31", written)).encode())
    with pytest.raises(Refused) as caught:
        own_table.read(given, own_table.recognise(given))
    (found,) = caught.value.problems
    assert (found.row, found.column, found.value) == (3, "date", written)
    assert (found.what, found.remedy) == ("this day is not of 1900 to 2099", "Write a day from 1900 to 2099")


@pytest.mark.parametrize("written", ["1899-12", "2100-01", "2206-04-01"])
def test_a_month_of_no_year_that_can_be_is_refused(problems, written):
    found = problems(f"force,area,month,method\nsurrey,E05000026,{written},walk\n")
    assert found == [(2, "month", written, "this month is not of 1900 to 2099")]


def test_the_first_and_the_last_day_that_can_be_are_a_month_of_a_scope(read):
    reading = read(
        HEAD + MEETING.replace("2026-03-31", "1900-01-01") + MEETING.replace("E1", "E2").replace("2026", "2099")
    )
    first, last = reading.frame["date"].str[:7]
    assert Scope.of({"from": first, "to": last}).from_month == "1900-01"


def test_the_columns_tell_the_table(source):
    feedback = "force,item,event,raised_on,issue,status\nsurrey,F1,E1,2026-03-31,Lights,OPEN\n"
    given = source("x.csv", feedback.encode())
    assert own_table.recognise(given) == Slot("feedback", "feedback", "surrey", "")
    assert own_table.read(given, own_table.recognise(given)).frame["status"].tolist() == ["open"]
    assert own_table.recognise(source("x.csv", b"force,event\nsurrey,E1\n")) is None


def test_every_problem_is_named_with_its_place(problems):
    rows = [
        MEETING,
        MEETING.replace("E1", "").replace("neighbourhood", "village"),
        MEETING.replace("E1", "E2").replace("2026-03-31", "2026-02-30").replace(",12,", ",a dozen,"),
        MEETING.replace("E1", "E3").replace("yes", "perhaps").replace("10.50", "£10"),
    ]
    assert problems(HEAD + "".join(rows)) == [
        (3, "event", "", "this must be filled in"),
        (3, "level", "village", "this is none of the values that the column can have"),
        (4, "date", "2026-02-30", "there is no such day"),
        (4, "participants", "a dozen", "this is not a whole number of 0 or more"),
        (5, "cost", "£10", "this is not a number"),
        (5, "recurring", "perhaps", "this is neither yes nor no"),
    ]


@pytest.mark.parametrize(("force", "rows"), [("nowhere", [2]), ("eskmere", [2]), ("", [2])])
def test_a_file_is_of_a_force_that_there_is(problems, force, rows):
    found = problems(HEAD + MEETING.replace("surrey", force))
    assert [(row, what) for row, _, _, what in found] == [(2, "this names no force that data.police.uk knows")]


@pytest.mark.parametrize("force", ["Surrey", "surrey police", "SURREY"])
def test_a_force_may_be_written_by_its_name(read, force):
    assert read(HEAD + MEETING + MEETING.replace("E1", "E2").replace("surrey", force)).frame["force"].tolist() == [
        "surrey",
        "surrey",
    ]


def test_a_row_of_totals_is_named_and_so_is_all_else(problems):
    found = problems(HEAD + MEETING.replace("yes", "perhaps") + "E2,Total,2026-03-31,,12,,,,\n")
    assert [(row, column) for row, column, _, _ in found] == [(2, "recurring"), (3, "force")]


def test_what_stands_twice_is_refused(problems):
    assert problems(HEAD + MEETING + MEETING)[0] == (3, "event", "E1", "this event stands already above")
    came = "event,force,attribute,group,participants\nE1,surrey,sex,Female,8\nE1,surrey,sex,Male,8\n"
    assert problems(came + "E1,surrey,sex,Female,9\n")[0][::3] == (
        4,
        "this event and attribute and group stands already above",
    )


def test_contact_details_are_never_kept(problems, tmp_path, source):
    feedback = "force,item,raised_on,issue,status\nsurrey,F1,2026-03-31,Ring me: {},open\n"
    assert "e-mail" in problems(feedback.format("jane.smith@example.com"))[0][3]
    store = Store(tmp_path / "store")
    (tmp_path / "events.csv").write_text(HEAD + MEETING)
    load_files([tmp_path / "events.csv"], store)
    assert not list((store.root / "files").rglob("*.zst"))


def test_two_forces_are_refused(problems):
    assert problems(HEAD + MEETING + MEETING.replace("surrey", "kent"))[0][3] == "the file is of 2 forces: kent, surrey"


def test_a_log_that_grows_replaces_itself_and_one_that_goes_on_stands_beside(tmp_path):
    store = Store(tmp_path / "store")

    def load(name, *events):
        (tmp_path / name).write_text(HEAD + "".join(MEETING.replace("E1", event) for event in events))
        return [str(outcome) for outcome in load_files([tmp_path / name], store).outcomes]

    def held():
        return sorted(store.view().rows("events").collect("pandas").to_native()["event"])

    load("march.csv", "E1", "E2")
    load("march_and_april.csv", "E1", "E2", "E3")
    assert held() == ["E1", "E2", "E3"]
    load("may.csv", "E4")
    assert held() == ["E1", "E2", "E3", "E4"]
    (line,) = load("less.csv", "E1")
    assert "lacks 2 of its 3 events (E2, E3), which would vanish" in line
    assert held() == ["E1", "E2", "E3", "E4"]


def test_the_next_month_and_another_attribute_stand_beside(tmp_path):
    store = Store(tmp_path / "store")
    files = {
        "march.csv": "force,area,month,method\nsurrey,E05000001,2026-03,stall\n",
        "april.csv": "Force,Area,Month,Method\nsurrey,E05000001,2026-04,stall\n",
        "ages.csv": "force,event,attribute,group,participants\nsurrey,E1,age_band,16 to 24,5\n",
        "sexes.csv": "force,event,attribute,group,participants\nsurrey,E1,sex,Female,5\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        assert not load_files([tmp_path / name], store).refused
    assert (store.history()["status"] == "current").all()
    assert len(store.history()) == 4


def test_a_problem_of_a_workbook_names_its_sheet(store):
    workbook = load_workbook(io.BytesIO(as_excel("events")))
    for place, value in enumerate(["surrey", "E1", "not a day"], start=1):
        workbook["events"].cell(2, place, value)
    packed = io.BytesIO()
    workbook.save(packed)
    (outcome,) = check_files([Upload("events.xlsx", packed.getvalue())], store).outcomes
    ((problem,), (text,)) = outcome.problems, outcome.notes
    assert (problem.sheet, problem.row, problem.column, problem.value) == ("events", 2, "date", "not a day")
    assert text.startswith("sheet “events”, row 2, column “date”, value “not a day”: ")

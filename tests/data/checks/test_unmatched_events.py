"""Numbers of events that participants, feedback and plans refer to."""

import pytest

from data.checks.unmatched_events import COLUMN, RULE
from data.tables import CANONICAL

EVENTS = b"event,force,date\nE1,surrey,2026-03-31\nE2,surrey,2026-04-30\n"
OF_OTHERS = b"event,force,date\nE3,kent,2026-03-31\n"


@pytest.fixture
def remarks(load):
    """The remarks on participants of events, loaded with other files."""

    def run(numbers, **others):
        lines = [f"surrey,{number},sex,Female,4" for number in numbers]
        text = "force,event,attribute,group,participants\n" + "\n".join(lines)
        report = load({"came.csv": text.encode(), **{f"{name}.csv": content for name, content in others.items()}})
        (outcome,) = (outcome for outcome in report.outcomes if outcome.path == "came.csv")
        return [remark for remark in outcome.remarks if remark.rule == RULE]

    return run


def test_events_of_the_command_and_of_the_store_are_known(remarks):
    assert remarks(["E1", "E2"], held=EVENTS) == []
    assert remarks(["E2"]) == []


def test_a_number_that_no_event_has(remarks):
    (remark,) = remarks(["E1", "E3", "e2"], held=EVENTS, kent=OF_OTHERS)
    assert (remark.rows, [place.value for place in remark.places]) == (2, ["E3", "e2"])
    assert remark.what == "2 events in 2 rows: “E3” (1 row) and “e2” (1 row)"


def test_without_any_event_of_the_force_one_sentence_says_so(remarks):
    (remark,) = remarks(["E1", "E3"], kent=OF_OTHERS)
    assert remark.what == "no event of this force is loaded, so 2 rows of 2 events have none"
    assert remark.places == ()


def test_feedback_that_came_another_way_has_no_event(load):
    text = "force,item,event,raised_on,issue,status\nsurrey,F1,,2026-03-31,Lights,open\n"
    (outcome,) = load({"asked.csv": text.encode()}).outcomes
    assert (outcome.status, outcome.remarks) == ("loaded", ())


def test_every_table_has_the_column_that_is_looked_at():
    assert all(column in CANONICAL[table].names for table, column in COLUMN.items())

"""Records of engagement that can't be so: found by number, and nothing said of those that can."""

from __future__ import annotations

from data.loading import check_files
from data.readers.sources import Upload

EVENTS = """force,event,date,participants,first_time,rated,useful
surrey,E1,2026-09-01,60,10,20,15
surrey,E2,2026-09-02,60,61,20,999
surrey,E3,2026-09-03,,5,4,4
"""
PARTICIPANTS = """force,event,attribute,group,participants
surrey,E1,sex,Female,30
surrey,E1,sex,Male,30
surrey,E2,sex,Female,500
surrey,E3,sex,Female,500
"""
FEEDBACK = """force,item,raised_on,issue,status,told_on
surrey,F1,2026-09-01,Lighting,action taken,2026-09-01
surrey,F2,2026-09-03,Speeding,action taken,2026-09-02
surrey,F3,2026-09-03,Speeding,open,
"""


def remarks(store, rules, **files):
    report = check_files([Upload(f"{name}.csv", text.encode()) for name, text in files.items()], store)
    assert report.count("loaded") == len(files), report.outcomes
    return [remark for outcome in report.outcomes for remark in outcome.remarks if remark.rule in rules]


def test_more_of_a_part_than_of_the_whole(store) -> None:
    of_events, of_groups = remarks(
        store, ["More of a part than of the whole"], events=EVENTS, participants=PARTICIPANTS
    )
    # By hand: E2 has 999 useful of 20 rated and 61 first-time of 60; of E3 nobody knows how many came.
    assert [(place.column, place.value, place.what) for place in of_events.places] == [
        ("useful", "999", "this is more than its rated, event “E2”"),
        ("first_time", "61", "this is more than its participants, event “E2”"),
    ]
    assert [(place.value, place.what) for place in of_groups.places] == [
        ("500", "this is more than the event had, event “E2”")
    ]
    assert str(of_groups) == (
        "More of a part than of the whole: 1 row can't be so. Kept and counted; the share of the group is too large."
    )


def test_participants_are_set_against_a_log_that_is_loaded_already(store, load) -> None:
    load({"events.csv": EVENTS.encode()})
    (remark,) = remarks(store, ["More of a part than of the whole"], participants=PARTICIPANTS)
    assert [place.value for place in remark.places] == ["500"]


def test_answered_before_it_was_raised(store) -> None:
    (remark,) = remarks(store, ["Answered before it was raised"], feedback=FEEDBACK)
    assert [(place.value, place.what) for place in remark.places] == [
        ("2026-09-02", "this is before the day it was raised, item “F2”")
    ]


def test_what_can_be_so_is_passed_over(store) -> None:
    good = "\n".join(line for line in EVENTS.splitlines() if "E2" not in line)
    assert remarks(store, ["More of a part than of the whole"], events=good) == []

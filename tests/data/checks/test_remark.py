"""A remark says itself in one sentence, stays with the load and is counted at the line's end."""

import pickle

import pytest

from data.__main__ import main
from data.checks import RULES, Remark
from data.checks.remark import MOST_PLACES
from data.loading import check_files
from data.tables import CANONICAL

APRIL = "2018-04-surrey-stop-and-search.csv"
REPEATS = (
    "Rows that repeat another: 2 rows of 3 (67\u00a0%) are the same as one above, value for value. Kept and counted: "
    "two people searched together look the same."
)


def test_a_remark_is_one_line_that_says_what_and_what_becomes_of_it():
    assert str(Remark("Odd rows", "3 rows are odd", "Kept", 3)) == "Odd rows: 3 rows are odd. Kept."


def test_the_load_keeps_the_sentences_after_the_notes_of_its_reader(store, load, police_csv):
    (outcome,) = load({APRIL: police_csv([{"Type": "Drone search"}] * 3)}).outcomes
    unknown = "Type “Drone search” is not in our list: 3 searches, kept as written."
    assert outcome.notes == (unknown,)
    assert [str(remark) for remark in outcome.remarks] == [REPEATS]
    assert list(store.history()["notes"].iloc[0]) == [unknown, REPEATS]


def test_checking_gives_the_same_remarks_and_they_can_be_handed_on(store, load, police_csv, tmp_path):
    (tmp_path / APRIL).write_bytes(police_csv([{"Type": "Person search"}] * 3))
    (checked,) = check_files([tmp_path / APRIL], store).outcomes
    assert not store.root.exists()
    (loaded,) = load({APRIL: (tmp_path / APRIL).read_bytes()}).outcomes
    assert checked.remarks == loaded.remarks
    assert pickle.loads(pickle.dumps(loaded.remarks)) == loaded.remarks  # noqa: S301


@pytest.mark.parametrize(
    ("row", "rows", "end", "notes"),
    [
        ({}, 1, "1 row", 0),
        ({}, 3, "3 rows", 1),  # what is usual, such as repeats, is said and not counted
        ({"Date": "2018-04-05T23:00:00+00:00"}, 12, "12 rows · 1 thing to look at", 3),  # midnight in London
    ],
)
def test_the_command_line_counts_them_and_prints_them_when_asked(tmp_path, capsys, police_csv, row, rows, end, notes):
    (tmp_path / APRIL).write_bytes(police_csv([{"Type": "Person search", **row}] * rows))
    main(["check", str(tmp_path / APRIL), "--store", str(tmp_path / "store")])
    line, last = capsys.readouterr().out.splitlines()
    assert line == f"would load · {APRIL} · stop and search, surrey 2018-04: {end}"
    assert last == "1 would load. Nothing was stored."
    main(["check", str(tmp_path / APRIL), "--store", str(tmp_path / "store"), "--notes"])
    assert len(capsys.readouterr().out.splitlines()[1:-1]) == notes


def test_every_rule_looks_at_tables_that_there_are():
    assert all(tables and tables <= set(CANONICAL) for _, tables in RULES)


def test_real_remarks_are_short_and_give_few_places(real_report):
    every = [remark for outcome in real_report[1].outcomes for remark in outcome.remarks]
    assert len(every) == 267
    assert max(len(remark.places) for remark in every) == MOST_PLACES
    assert max(len(str(remark)) for remark in every) < 500
    assert all(remark.rows > 0 and "\n" not in str(remark) for remark in every)

"""Values of one column under another: named by row, column and value; ordinary and unknown values are not."""

import pytest

from data.checks.shifted_columns import FEWEST, RULE
from data.readers.source import Problem

POWER = "Misuse of Drugs Act 1971 (section 23)"


def test_a_power_under_object_of_search(remarks, searches):
    rows = [*searches(20), *searches(6, "2018-04", **{"Object of search": POWER})]
    remark = remarks(m201804=rows)["2018-04"][RULE]
    assert remark.rows == 6
    assert remark.what == (
        f"6 rows, the first of them row 22, have a value of “Legislation” under “Object of search”: “{POWER}” (6 rows)"
    )
    assert remark.kept == "Kept as written; they count as values that no list knows"
    remedy = "Move it there and load the file again"
    assert remark.places == tuple(
        Problem("this is a value of the column “Legislation”", remedy, row, "Object of search", POWER)
        for row in range(22, 28)
    )


@pytest.mark.parametrize(("rows", "said"), [(FEWEST - 1, False), (FEWEST, True)])
def test_a_few_rows_are_a_slip_of_the_hand(remarks, searches, rows, said):
    month = [*searches(20), *searches(rows, Outcome="Controlled drugs")]
    assert (RULE in remarks(m201804=month)["2018-04"]) == said


def test_values_that_no_list_knows_or_two_lists_share_are_no_shift(remarks, searches):
    month = [
        *searches(10, Outcome="Something else"),
        *searches(10, **{"Gender": "Other", "Officer-defined ethnicity": "Other"}),
        *searches(10, **{"Object of search": ""}),
    ]
    assert RULE not in remarks(m201804=month)["2018-04"]


def test_two_columns_that_are_swapped_are_two_things(load, police_csv, searches):
    swapped = [
        row | {"Legislation": row["Object of search"], "Object of search": row["Legislation"]} for row in searches(30)
    ]
    (outcome,) = load({"2018-04-surrey-stop-and-search.csv": police_csv(swapped)}).outcomes
    found = [remark for remark in outcome.remarks if remark.rule == RULE]
    assert [(remark.rows, len(remark.places), remark.places[0].column) for remark in found] == [
        (30, 20, "Legislation"),
        (30, 20, "Object of search"),
    ]


def test_no_real_file_is_shifted(real_remarks):
    assert real_remarks(RULE) == []

"""Rows that repeat another are counted and kept."""

from data.checks.repeated_rows import RULE


def test_repeats_are_counted_and_stay(remarks, searches, store):
    (one, other) = searches(2)
    found = remarks(m201804=[one, other, one, one])["2018-04"][RULE]
    assert (found.rows, [place.row for place in found.places]) == (2, [4, 5])
    assert len(store.view().rows("stops").collect("pandas").to_native()) == 4


def test_rows_that_differ_in_anything_are_none(remarks, searches):
    (one,) = searches(1)
    assert RULE not in remarks(m201804=[one, one | {"Gender": "Female"}, one | {"Outcome": ""}])["2018-04"]


def test_real_repeats_are_as_many_as_the_sources_say(real_remarks, published_facts):
    expected = {
        name: int(facts["exact duplicate rows"])
        for name, facts in published_facts.items()
        if facts["exact duplicate rows"] != "0"
    }
    found = {name: remark.rows for name, remark in real_remarks(RULE)}
    assert found == expected
    of_force = {force: sum(n for name, n in found.items() if f"-{force}-" in name) for force in ("metropolitan", "btp")}
    assert of_force == {"metropolitan": 1_920, "btp": 169}
    assert sum(n for name, n in found.items() if "-surrey-" in name) == 247

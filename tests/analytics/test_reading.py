"""Tables as people read them."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics.columns import meaning
from analytics.finding import Finding, Provenance
from analytics.findings import QUESTIONS
from analytics.reading import provenance_table, reading_table, reading_titles
from analytics.scope import Scope


def finding(table: pd.DataFrame, key: str = "weather.rain") -> Finding:
    provenance = Provenance(1, (), {}, "3 days", "Counting.", "", rules=("A rule",), settings={"A setting": "10"})
    return Finding(key, "Did it rain?", "It did", "It did.", {"rain": table}, provenance)


def test_a_finding_that_nobody_has_said_how_to_read_shows_its_columns_under_plain_names():
    table = pd.DataFrame(
        {
            "month": ["2019-06", "2019-07"],
            "wet_days": pd.array([12_345, None], dtype="Int64"),
            "estimate": [0.61234, 1234.5],
            "low": [0.5, None],
            "high": [0.7, None],
            "empty": [None, None],
            "flag": ["", "too few"],
        }
    )
    read = reading_table(finding(table))
    assert read.to_dict("list") == {
        "Month": ["June 2019", "July 2019"],
        "Wet days": ["12,345", ""],
        "Estimate": ["0.612", "1,234.5"],
        "From": ["0.5", ""],
        "To": ["0.7", ""],
        "Note": ["", "too few"],
    }


@pytest.mark.parametrize("key", list(QUESTIONS))
def test_every_question_has_a_table_that_reads(golden_town, key):
    made = QUESTIONS[key].answer(Scope(), golden_town.view())
    read = reading_table(made)
    assert len(read) > 0 or made.refused
    assert not read.map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None)
    assert not any("_" in heading for heading in read.columns)


def test_how_it_was_made_is_told_in_pairs():
    pairs = dict(provenance_table(finding(pd.DataFrame({"x": [1]}))).to_numpy().tolist())
    assert (pairs["Base"], pairs["Rules that fired"], pairs["Settings"]) == ("3 days", "A rule", "A setting: 10")
    assert (pairs["Files"], pairs["Level"]) == ("None", "described: it says what was recorded, not why")


@pytest.mark.parametrize("key", [key for key in QUESTIONS if key.startswith(("stop_and_search.", "data."))])
def test_how_it_was_made_starts_in_plain_words(golden_town, key):
    made = QUESTIONS[key].answer(Scope(), golden_town.view())
    what, how = provenance_table(made).iloc[0]
    assert what == "In plain words"
    assert how.startswith("We counted ")
    assert "{" not in how
    if key == "stop_and_search.disproportionality":
        assert "(Black and White)" in how
        assert "about 19 times in 20" in how


@pytest.mark.parametrize("key", [key for key in QUESTIONS if key.startswith(("stop_and_search.", "data."))])
def test_every_column_has_a_meaning(golden_town, key):
    for table in QUESTIONS[key].answer(Scope(), golden_town.view()).tables.values():
        assert [name for name in table.columns if not meaning(name)] == []


@pytest.mark.parametrize("key", [key for key in QUESTIONS if key.startswith("engagement.")])
def test_every_table_of_engagement_reads_and_every_column_has_a_meaning(demonstration, key):
    made = QUESTIONS[key].answer(Scope(), demonstration.view())
    titles = reading_titles(made)
    assert next(iter(titles)) == next(iter(made.tables))
    assert all(titles.values()) or len(titles) == 1
    for name, table in made.tables.items():
        assert [column for column in table.columns if not meaning(column)] == []
        read = reading_table(made, name)
        assert not read.map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None)
        if name in titles:
            assert not any("_" in heading for heading in read.columns)


def test_the_meaning_of_ends_follows_from_the_figure():
    assert meaning("excess_low") == "Lower end of the 95 % interval of excess"
    assert meaning("adjusted_high") == "Upper end of the 95 % interval of ratio_adjusted"
    assert meaning("comparator_rate_dispersion") == "The same factor as dispersion, of comparator_rate"
    assert meaning("nobody_said_low") == meaning("nobody_said") == ""

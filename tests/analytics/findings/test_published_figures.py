"""Published figures: shown as they are, never with an interval, never spliced from two publications."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from analytics.findings import overview, trends
from analytics.scope import Scope

WORDS = "Police do a good job in the local area"
BOROUGH = '"Good Job" local'


def force_wide(figures):
    return ("date,measure,proportion\n" + "".join(f"{d},{WORDS},{p}\n" for d, p in figures)).encode()


def by_borough(figures):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Date", "Survey", "Borough", "Measure", "Proportion", "MPS"])
    for date, borough, share, whole in figures:
        writer.writerow([date, "PAS", borough, BOROUGH, str(share).replace(".", ","), str(whole).replace(".", ",")])
    return text.getvalue().encode()


@pytest.fixture
def both(store, load):
    """Two publications: the borough file to June 2023, the force-wide one to December 2023, apart by 3 points once."""
    load(
        {
            "PAS_boroughs.csv": by_borough(
                [
                    ("31/03/2023", "Barnet", 0.6, 0.50),
                    ("31/03/2023", "Brent", 0.4, 0.50),
                    ("30/06/2023", "Barnet", 0.61, 0.52),
                    ("30/06/2023", "Brent", 0.41, 0.52),
                ]
            ),
            "perception.csv": force_wide([("Dec-22", 51), ("Mar-23", 50), ("Jun-23", 49), ("Dec-23", 47)]),
        }
    )
    return store.view()


def test_a_series_comes_from_one_publication_and_says_where_the_other_differs(both):
    found = trends.measure(Scope(), both)
    assert list(found.table["month"]) == ["2022-12", "2023-03", "2023-06", "2023-12"]
    assert list(found.table["estimate"]) == pytest.approx([0.51, 0.50, 0.49, 0.47])
    assert (
        "PAS by borough gives other figures in 1 of 2 months that both hold, 3 points apart at most; shown is "
        "Public perception." in found.caveats
    )


def test_how_answers_are_pooled_and_counted_says_nothing_of_published_figures(both):
    found = trends.measure(Scope(points="rolling", dont_know="counted", smooth="yes"), both)
    assert {"points", "dont_know", "smooth"}.isdisjoint(found.provenance.scope)
    assert found.table.equals(trends.measure(Scope(), both).table)


def test_no_interval_no_change_and_the_reason(both):
    found = trends.measure(Scope(), both)
    assert found.table[["low", "high", "base"]].isna().all(axis=None)
    assert set(found.table["flag"]) == {"no interval can be given: no base is published"}
    assert "no interval can be given" in found.headline
    assert "whether that is a change can't be told" in found.answer
    assert "change" not in found.tables


def test_districts_of_the_last_month_in_alphabetical_order_untested(both):
    found = trends.by_area(Scope(), both)
    assert found.table[["name", "estimate", "verdict"]].to_numpy().tolist() == [
        ["Barnet", 0.61, "not tested"],
        ["Brent", 0.41, "not tested"],
    ]
    assert "year to June 2023" in found.headline
    assert "Shown is PAS by borough." in found.caveats


def test_one_borough_over_time(both):
    found = trends.measure(Scope(area="Brent"), both)
    assert list(found.table["estimate"]) == pytest.approx([0.40, 0.41])
    assert "in Brent" in found.answer


def test_groups_are_refused_with_the_reason(both):
    found = trends.by_group(Scope(), both)
    assert found.refused
    assert found.answer == "Of Public Attitude Survey only published figures are loaded, not the answers behind them."


def test_overview_shows_the_figure_and_tests_nothing(both):
    headline, tiles = overview.headline(Scope(), both), overview.tiles(Scope(), both)
    assert headline.headline == "Confidence is 47\u00a0%; no interval can be given"
    assert headline.table["change"].isna().all()
    assert [(tile.label, tile.value, tile.interval, tile.base, tile.verdict) for tile in tiles.tiles] == [
        ("Confidence", "47\u00a0%", "no interval", "year to December 2023", "")
    ]
    assert tiles.answer == "No change over a year can be tested with these figures."


def test_a_later_edition_counts_once(store, load):
    load({"one.csv": force_wide([("Mar-23", 50), ("Jun-23", 49)])})
    load({"two.csv": force_wide([("Jun-23", 48), ("Sep-23", 47)])})
    found = trends.measure(Scope(), store.view())
    assert list(found.table["month"]) == ["2023-03", "2023-06", "2023-09"]
    assert list(found.table["estimate"]) == pytest.approx([0.50, 0.48, 0.47])


def test_real_boroughs_to_december_2023(real_store, real_files):
    """The last quarter of every borough, read here from the file by hand."""
    frame = pd.read_csv(real_files / "survey" / "PAS_boroughs.csv", sep=";", decimal=",")
    last = frame[(frame["Date"] == "31/12/2023") & (frame["Measure"] == BOROUGH)]
    expected = {name.casefold(): share for name, share in zip(last["Borough"], last["Proportion"], strict=True)}
    found = trends.by_area(Scope(force="metropolitan", measure="good_job_local"), real_store.view())
    rows = found.table
    assert len(rows) == 32
    assert {name.casefold(): share for name, share in zip(rows["name"], rows["estimate"], strict=True)} == expected
    assert "December 2023" in found.headline
    assert rows["low"].isna().all()


def test_real_force_wide_series_agree(real_store, real_files):
    frame = pd.read_csv(real_files / "survey" / "mopac_public-perception-data.csv")
    own = frame[frame["measure"] == WORDS]
    found = trends.measure(Scope(force="metropolitan", from_month="2014-12"), real_store.view())
    assert list(found.table["estimate"]) == pytest.approx(list(own["proportion"] / 100))
    assert "PAS by borough gives the same figures in all 37 months that both hold." in found.caveats

"""Which months of stop and search are loaded, and which are missing."""

from __future__ import annotations

import json

import pytest

from analytics.findings.stop_and_search import months
from analytics.scope import Scope

COLUMNS = ["table", "kind", "force", "month_or_wave", "status", "rows", "flag"]


def statuses(finding):
    return [
        (row["force"], row["month_or_wave"], row["status"], row["rows"])
        for row in json.loads(finding.as_json())["table"]
    ]


def test_every_status_of_a_force_month(town):
    for month, searches in (("2019-01", 20), ("2019-02", 30), ("2019-03", 0), ("2019-05", 4), ("2019-06", 5)):
        town.stops(month, {"White": searches})
    town.view()
    town.stops("2019-02", {"White": 31})
    # Median of the months with searches before May: (20 + 31) / 2 = 25.5, a fifth of it 5.1; before June with May's 4
    # in it: 20, a fifth of it 4. So 4 in May is suspected to be partial, and 5 in June is not.
    finding = months(Scope(), town.view())
    assert list(finding.table.columns) == COLUMNS
    assert statuses(finding) == [
        ("surrey", "2019-01", "submitted", 20),
        ("surrey", "2019-02", "refreshed", 31),
        ("surrey", "2019-03", "empty", 0),
        ("surrey", "2019-04", "missing", None),
        ("surrey", "2019-05", "partial suspected", 4),
        ("surrey", "2019-06", "submitted", 5),
    ]
    assert finding.headline == "1 of 6 force-months missing"
    assert finding.answer == (
        "1 force, January to June 2019: 5 files with 60 searches; of 6 force-months 2 submitted, 1 refreshed, "
        "1 partial suspected, 1 empty and 1 missing."
    )
    assert sum(file.rows for file in finding.provenance.files) == 60
    assert finding.provenance.settings == {"Partial suspected below": "20\u00a0%", "High above": "2.5 times"}


def test_nothing_missing(town):
    town.stops("2019-01", {"White": 20})
    assert months(Scope(), town.view()).headline == "One month is loaded"
    town.stops("2019-02", {"White": 20})
    assert months(Scope(), town.view()).headline == "Every month has a file"


def test_one_force_and_a_period(town):
    town.stops("2019-01", {"White": 20})
    town.stops("2019-02", {"White": 20})
    town.stops("2019-02", {"White": 7}, force="kent")
    finding = months(Scope("surrey", from_month="2019-02", to_month="2019-03"), town.view())
    assert statuses(finding) == [("surrey", "2019-02", "submitted", 20), ("surrey", "2019-03", "missing", None)]
    assert set(finding.table["table"]) == {"stops"}
    assert [file.name for file in finding.provenance.files] == ["2019-02-surrey-stop-and-search.csv"]
    assert finding.answer.startswith("Surrey Police, February to March 2019: 1 file with 20 searches;")


def test_what_is_missing_is_what_the_method_says(town):
    """The period asked for, where it is; else from the first file, or up to the last one."""
    town.stops("2019-02", {"White": 20})
    town.stops("2019-04", {"White": 20})
    view = town.view()
    first_to_last = [("2019-02", "submitted"), ("2019-03", "missing"), ("2019-04", "submitted")]
    before, after = [("2019-01", "missing")], [("2019-05", "missing")]
    for scope, expected in (
        (Scope("surrey"), first_to_last),
        (Scope("surrey", from_month="2019-01"), before + first_to_last),
        (Scope("surrey", to_month="2019-05"), first_to_last + after),
        (Scope("surrey", from_month="2019-01", to_month="2019-05"), before + first_to_last + after),
    ):
        finding = months(scope, view)
        assert [(month, status) for _, month, status, _ in statuses(finding)] == expected
    assert finding.provenance.method == (
        "One file is one force and month. Partial is suspected where a month has fewer searches than 20\u00a0% of the "
        "median of the months with searches among the twelve before it. A month without a file is missing: every month "
        "of the period that was asked for; where its start or end is left open, from the force's first file or up to "
        "its last. High is a month, whatever its status, with more than 2.5 times the median of the other months "
        "within a year of it."
    )


def test_a_high_month_is_marked_whatever_its_status(town):
    for month, searches in (("2019-01", 20), ("2019-02", 30), ("2019-03", 60), ("2019-04", 22)):
        town.stops(month, {"White": searches})
    town.stops("2019-03", {"White": 5}, force="kent")
    town.view()
    town.stops("2019-03", {"White": 66})
    finding = months(Scope(), town.view())
    (march,) = [r for r in json.loads(finding.as_json())["table"] if r["flag"]]
    # 66 over the median 22 of 20, 22 and 30 is 3.
    assert (march["month_or_wave"], march["status"], march["flag"]) == (
        "2019-03",
        "refreshed",
        "high: 3.0 times the months near it",
    )
    assert [caveat[:57] for caveat in finding.caveats] == ["The file of Surrey Police for March 2019 has 66 rows, 3.0"]
    assert months(Scope(from_month="2019-04"), town.view()).caveats == ()


def test_an_empty_store(town):
    finding = months(Scope(), town.view())
    assert finding.refused
    assert finding.answer == "No stop-and-search file is loaded."
    assert list(finding.table.columns) == COLUMNS
    assert json.loads(finding.as_json())["table"] == []


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        (Scope("kent"), "No stop-and-search file of Kent Police is loaded."),
        (Scope("surrey", from_month="2021-01"), "No stop-and-search file of Surrey Police is loaded for this period."),
    ],
    ids=["force", "period"],
)
def test_nothing_of_what_is_asked(town, scope, sentence):
    town.stops("2019-01", {"White": 20})
    finding = months(scope, town.view())
    assert (finding.refused, finding.answer) == (True, sentence)


def test_every_real_file_is_there(real_store, real_files):
    files = [path.name for path in real_files.glob("police_uk/*/*-stop-and-search.csv*")]
    finding = months(Scope(), real_store.view())
    found = statuses(finding)
    assert sum(status != "missing" for _, _, status, _ in found) == len(files)
    assert {f"{month}-{force}-stop-and-search.csv" for force, month, status, _ in found if status != "missing"} == {
        name.removesuffix(".gz") for name in files
    }
    assert finding.chart("light") is not None

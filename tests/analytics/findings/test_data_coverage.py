"""Which files of every kind are loaded, and what is missing."""

from __future__ import annotations

import json

import pytest

from analytics.findings.data import coverage
from analytics.findings.stop_and_search import months
from analytics.reading import reading_table
from analytics.scope import Scope
from tests.surveys import answers, publish, wave

COLUMNS = ["table", "kind", "force", "month_or_wave", "status", "rows", "flag"]
RESIDENTS = {"White": 50_000, "Black": 4_000}
STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)


def street(town, month: str, crimes: int, force: str = "surrey") -> None:
    row = f",{month},Police,Police,-0.25,51.25,On or near Road,E01000001,Area 001A,Burglary,,\n"
    town.write(f"{month}-{force}-street.csv", (STREET + row * crimes).encode())


def rows(finding, *columns: str) -> list[tuple]:
    return [tuple(row[name] for name in columns) for row in json.loads(finding.as_json())["table"]]


def test_force_months_of_every_kind_are_told_apart(town):
    for month in ("2019-01", "2019-03"):
        town.stops(month, {"White": 20})
    street(town, "2019-02", 7)
    street(town, "2019-03", 8)
    finding = coverage(Scope(), town.view())
    assert list(finding.table.columns) == COLUMNS
    assert rows(finding, "kind", "month_or_wave", "status", "rows") == [
        ("stop and search", "2019-01", "submitted", 20),
        ("stop and search", "2019-02", "missing", None),
        ("stop and search", "2019-03", "submitted", 20),
        ("street crime", "2019-02", "submitted", 7),
        ("street crime", "2019-03", "submitted", 8),
    ]
    assert finding.headline == "1 of 5 force-months missing"
    assert finding.answer == (
        "Stop and search of 1 force, January to March 2019, 2 files with 40 rows, 1 month missing; street crime of 1 "
        "force, February to March 2019, 2 files with 15 rows, no month missing."
    )
    assert len(finding.provenance.files) == 4


def test_each_kind_of_force_months_has_a_grid_of_its_own(town):
    town.stops("2019-01", {"White": 20})
    town.stops("2019-03", {"White": 20})
    street(town, "2019-03", 8)
    first, second = coverage(Scope(), town.view()).panels
    assert (first.label, first.value) == ("Stop and search", "2 files")
    assert first.interval == "1 force, January to March 2019; 1 month missing"
    assert first.alt == (
        "Stop and search, 1 force, January to March 2019: of 3 force-months 2 submitted and 1 missing."
    )
    assert (second.label, second.value) == ("Street crime", "1 file")
    drawn = {trace.name: len(trace.x) for trace in first.draw("light").data}
    assert {status: number for status, number in drawn.items() if number} == {"submitted": 2, "missing": 1}


def test_what_has_no_month_of_a_force_stands_below_under_its_readers_word(town):
    town.stops("2019-01", {"White": 20})
    town.boundaries()
    town.census({town.east: ("East", RESIDENTS)})
    finding = coverage(Scope(), town.view())
    assert rows(finding, "kind", "force", "month_or_wave", "status", "rows")[1:] == [
        ("boundaries", "LAD22", "", "submitted", 2),
        ("area lookup", "LAD22 to PFA22", "", "submitted", 2),
        ("census ethnicity", "Census 2021 by district", "2021", "submitted", 38),
    ]
    assert finding.answer.endswith(
        "no month missing; besides boundaries (1 file), area lookup (1 file) and census ethnicity (1 file)."
    )


def test_a_log_says_from_when_to_when_its_rows_are(town):
    town.write(
        "events.csv",
        b"force,event,date,participants\nsurrey,1,2025-03-31,12\nsurrey,2,2025-11-02,8\n",
    )
    town.write("milestones.csv", b"force,name,kind,date,areas\nsurrey,Start,initiative,2025-06-01,E05000001\n")
    finding = coverage(Scope("surrey"), town.view())
    assert rows(finding, "kind", "force", "month_or_wave", "rows") == [
        ("engagement events", "surrey", "2025-03 to 2025-11", 2),
        ("milestones", "surrey", "2025-06", 1),
    ]
    assert (finding.headline, finding.panels) == ("2 files loaded", ())
    assert coverage(Scope("kent"), town.view()).answer == "No file of Kent Police is loaded."


def test_waves_are_those_of_the_force_that_they_asked_about(store):
    view = publish(store, wave("2025-Q1", "2025-03", good_job_local=answers(60, 40)), areas={"A": "Ashby"})
    everything = coverage(Scope(), view)
    assert rows(everything, "kind", "month_or_wave", "rows")[0] == ("boundaries", "", 1)
    assert rows(coverage(Scope("surrey"), view), "kind", "month_or_wave", "rows") == [("survey wave", "2025-Q1", 100)]
    assert coverage(Scope("kent"), view).refused


@pytest.mark.long
def test_a_replaced_file_is_counted_once(town):
    town.census({town.east: ("East", RESIDENTS)})
    town.stops("2019-01", {"White": 20})
    town.view()
    town.census({town.east: ("East", {**RESIDENTS, "White": 51_000})})
    town.stops("2019-01", {"White": 21})
    found = rows(coverage(Scope(), town.view()), "kind", "status", "rows")
    assert found == [("stop and search", "refreshed", 21), ("census ethnicity", "submitted", 38)]


def test_an_empty_store(town):
    finding = coverage(Scope(), town.view())
    assert (finding.refused, finding.answer) == (True, "No file is loaded.")
    assert list(finding.table.columns) == COLUMNS


def test_a_period_without_a_file(town):
    town.stops("2019-01", {"White": 20})
    finding = coverage(Scope("surrey", from_month="2021-01"), town.view())
    assert (finding.refused, finding.answer) == (True, "No file of Surrey Police is loaded for this period.")


def test_every_current_file_of_the_real_ones_is_in_it_once(real_store):
    view = real_store.view()
    finding = coverage(Scope(), view)
    held = finding.table[finding.table["status"] != "missing"]
    assert len(held) == len(finding.provenance.files) == int(view.loads["current"].sum())
    assert int(held["rows"].sum()) == int(view.current_loads["rows"].sum())
    assert {panel.label for panel in finding.panels} == {"Stop and search", "Street crime"}
    assert list(finding.caveats) == list(months(Scope(), view).caveats)
    for panel in finding.panels:
        assert panel.draw("dark").data


def test_a_whole_year_stands_beside_the_total_of_the_home_office(town, police_csv) -> None:
    search = {"Type": "Person search", "Date": "2024-04-02T10:00:00+00:00"}
    months = [f"2024-{month:02}" for month in range(4, 13)] + ["2025-01", "2025-02", "2025-03"]
    for month in months:
        town.write(f"{month}-surrey-stop-and-search.csv", police_csv([search] * 30))
    found = coverage(Scope(), town.view())
    # Home Office, table SS_20, year to March 2025: Surrey 5,637. By hand: 12 times 30 of them, 6 %.
    assert found.tables["home_office"].to_dict("records") == [
        {"force": "surrey", "year": "2024/25", "archive": 360, "home_office": 5_637, "of_published": 360 / 5_637}
    ]
    assert any(
        caveat.startswith(
            "Surrey Police, year to March 2025: 360 searches are loaded and the Home Office published 5,637"
        )
        for caveat in found.caveats
    )
    assert reading_table(found, "home_office").to_numpy().tolist() == [
        ["Surrey Police", "2024/25", "360", "5,637", "6\u00a0%"]
    ]

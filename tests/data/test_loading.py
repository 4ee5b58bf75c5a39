"""Loading: what becomes of each file, and that the same file never counts twice."""

import csv
import gzip
import io
import zipfile
from collections import Counter
from datetime import datetime

import pandas as pd
import pytest
from deltalake import DeltaTable

from data import loading
from data import store as store_module
from data.loading import check_files, load_files
from data.publishing import restore, withdraw
from data.readers import (
    area_lookup,
    boundaries,
    census,
    deprivation,
    population_table,
    published_survey,
    stop_and_search,
    street_crime,
)
from data.tables import AGGREGATES, AREAS, CRIME, DEPRIVATION, POPULATION, STOPS

APRIL, MAY = "2018-04-surrey-stop-and-search.csv", "2018-05-surrey-stop-and-search.csv"


def zipped(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def versions(store):
    return {path.name: DeltaTable(str(path)).version() for path in sorted((store.root / "tables").iterdir())}


def statuses(report):
    return [outcome.status for outcome in report.outcomes]


def status_of(store):
    history = store.history()
    return dict(zip(history["file"], history["status"], strict=True))


def months(store):
    """Number of rows of each month that the newest release shows, in stops and in the cube."""
    stops = store.view().rows("stops").collect("pandas").to_native()
    cube = store.view().rows("stops_cube").collect("pandas").to_native()
    district = cube[cube["area_level"] == "district"]
    counted = district.groupby("month")["stops"].sum().to_dict()
    assert counted == stops.groupby("month").size().to_dict()
    return counted


def load_of(store, file):
    history = store.history()
    return history.loc[history["file"] == file, "load_id"].iloc[0]


@pytest.fixture
def searches(police_csv):
    """A month with so many searches."""
    return lambda count: police_csv([{"Type": "Person search"}] * count)


def test_each_file_gets_one_line(load, searches):
    report = load(
        {
            APRIL: searches(2),
            "2018-05-surrey-notes.md": b"# May\n",
            "2018-06-surrey-stop-and-search.csv": b"Type,Date\n",
            ".DS_Store": b"\0",
            "pack.zip": zipped({MAY: searches(1), "x.zip": b""}),
        }
    )
    assert [str(outcome) for outcome in report.outcomes] == [
        "passed over · .DS_Store · its columns are not those of any file we read",
        "loaded · 2018-04-surrey-stop-and-search.csv · stop and search, surrey 2018-04: 2 rows",
        "passed over · 2018-05-surrey-notes.md · it is a text page, not data",
        "refused · 2018-06-surrey-stop-and-search.csv · column “Part of a policing operation”: This column is missing."
        " Fetch the file again from data.police.uk. 12 more: --notes prints them all.",
        "loaded · pack.zip » 2018-05-surrey-stop-and-search.csv · stop and search, surrey 2018-05: 1 row",
        "refused · pack.zip » x.zip · a zip inside a zip is not opened; unpack it first",
    ]
    assert report.refused
    assert len(report.outcomes[3].notes) == 13
    assert (report.count("loaded"), report.release.number) == (2, 1)


def test_a_refused_file_keeps_nothing_else_out(store, load, searches):
    load({APRIL: searches(2), MAY: searches(1).replace(b"Person search,", b"Person search,?")})
    assert months(store) == {"2018-04": 2}


def test_what_was_noticed_stays_in_the_history(store, load, police_csv):
    load({APRIL: police_csv([{"Type": "Drone search"}])}, by="Ada", reason="April")
    load_ = store.history().iloc[0]
    assert (load_["by"], load_["reason"], load_["rows"], load_["records"]) == ("Ada", "April", 1, 1)
    assert list(load_["notes"]) == ["Type “Drone search” is not in our list: 1 search, kept as written."]


def test_two_months_without_searches_are_two_loads(store, load, searches):
    assert statuses(load({APRIL: searches(0), MAY: searches(0)})) == ["loaded", "loaded"]
    history = store.history()
    assert history["sha256"].nunique() == 1
    assert (history["load_id"].nunique(), set(history["status"])) == (2, {"current"})


def test_plain_gzip_and_zip_member_are_one_load(store, load, searches):
    packed = {"a.zip": zipped({f"2018-04/{APRIL}": searches(2)}), f"b/{APRIL}.gz": gzip.compress(searches(2))}
    assert statuses(load({APRIL: searches(2)})) == ["loaded"]
    assert statuses(load(packed)) == ["already loaded", "already loaded"]
    assert (months(store), len(store.history())) == ({"2018-04": 2}, 1)


def test_the_same_file_twice_in_one_command_is_one_load(store, load, searches):
    assert statuses(load({APRIL: searches(2), f"{APRIL}.gz": gzip.compress(searches(2))})) == [
        "loaded",
        "already loaded",
    ]
    assert months(store) == {"2018-04": 2}


@pytest.mark.long
def test_a_copy_named_as_another_month_is_another_load(store, load, searches):
    assert statuses(load({APRIL: searches(2)})) == ["loaded"]
    assert statuses(load({MAY: searches(2)})) == ["loaded"]
    assert months(store) == {"2018-04": 2, "2018-05": 2}


def test_a_second_run_changes_nothing(store, load, searches, square_areas):
    files = {APRIL: searches(2), MAY: searches(0), "wards.geojson": square_areas("WD22", {"E05000001": (0, 51)})}
    load(files)
    before, kept = versions(store), sorted(store.root.rglob("*.zst"))
    again = load(files)
    assert (set(statuses(again)), again.release, again.refused) == ({"already loaded"}, None, False)
    assert versions(store) == before
    assert (len(store.releases()), sorted(store.root.rglob("*.zst"))) == (1, kept)


@pytest.mark.long
def test_one_commit_a_table_for_each_command_however_many_files(store, load, searches, square_areas):
    year = {f"2018-{month:02}-surrey-stop-and-search.csv": searches(month) for month in range(1, 7)}
    wards = {f"{n}.geojson": square_areas("WD22", {f"E0500000{n}": (n, 51)}) for n in range(2)}
    load(year | wards)
    cubes = ("conduct_cube", "hours_cube", "outcomes_cube", "stops_cube", "team_cube")
    searches_of = (*cubes, "loads", "releases", "stops")
    areas_of = ("areas", "counted_with", "geography", "shapes")
    assert versions(store) == dict.fromkeys((*searches_of, *areas_of), 0)
    load({name.replace("2018", "2019"): content for name, content in year.items()})
    assert versions(store) == dict.fromkeys(areas_of, 0) | dict.fromkeys(searches_of, 1)


def test_rows_carry_their_load(store, load, searches):
    load({APRIL: searches(2), MAY: searches(3)})
    stops = store.view().rows("stops").collect("pandas").to_native()
    expected = {load_of(store, APRIL): ["2018-04"] * 2, load_of(store, MAY): ["2018-05"] * 3}
    assert stops.groupby("load_id")["month"].agg(list).to_dict() == expected


def test_a_later_file_of_the_month_supersedes(store, load, searches):
    load({f"first/{APRIL}": searches(2), MAY: searches(1)})
    load({f"second/{APRIL}": searches(5)})
    assert months(store) == {"2018-04": 5, "2018-05": 1}
    assert status_of(store) == {f"first/{APRIL}": "superseded", f"second/{APRIL}": "current", MAY: "current"}


def test_of_two_files_of_a_month_in_one_command_the_later_one_is_current(store, load, searches):
    load({f"a/{APRIL}": searches(2), f"b/{APRIL}": searches(5)})
    assert months(store) == {"2018-04": 5}
    assert status_of(store) == {f"a/{APRIL}": "superseded", f"b/{APRIL}": "current"}


@pytest.mark.long
def test_a_superseded_file_loaded_again_changes_nothing(store, load, searches):
    load({APRIL: searches(2)})
    load({APRIL: searches(5)})
    before = versions(store)
    (outcome,) = load({APRIL: searches(2)}).outcomes
    assert (outcome.status, outcome.detail) == (
        "already loaded",
        "stop and search, surrey 2018-04; a later file has superseded it",
    )
    assert versions(store) == before
    assert months(store) == {"2018-04": 5}


def test_a_withdrawn_file_loaded_again_stays_withdrawn(store, load, searches):
    load({APRIL: searches(2), MAY: searches(1)})
    withdraw(store, load_of(store, APRIL), "Ada", "wrong file")
    assert months(store) == {"2018-05": 1}
    before = versions(store)
    report = load({APRIL: searches(2), f"{APRIL}.gz": gzip.compress(searches(2))})
    assert (statuses(report), report.release, report.refused) == (["passed over", "passed over"], None, False)
    today = store.releases()[-1].at
    assert report.outcomes[0].detail == (
        f"stop and search, surrey 2018-04: withdrawn on {today.day} {today:%B %Y}; `python -m data restore "
        f"{load_of(store, APRIL)} --reason TEXT` brings it back"
    )
    assert versions(store) == before
    assert months(store) == {"2018-05": 1}


@pytest.mark.long
def test_a_folder_loaded_again_undoes_no_withdrawal(store, load, searches):
    wrong, right = {f"1/{APRIL}": searches(2)}, {f"2/{APRIL}": searches(5)}
    load(wrong)
    withdraw(store, load_of(store, f"1/{APRIL}"), "Ada", "wrong file")
    load(right)
    # As a scheduled job does: the folder still holds the wrong file.
    report = load(wrong | right)
    assert (statuses(report), report.release) == (["passed over", "already loaded"], None)
    assert months(store) == {"2018-04": 5}
    restore(store, load_of(store, f"1/{APRIL}"), "Ada", "it was right after all")
    assert months(store) == {"2018-04": 2}


@pytest.mark.long
def test_a_clock_that_was_put_back_changes_no_order(store, load, searches, monkeypatch):
    def at(year):
        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime(year, 1, 1, tzinfo=tz)

        monkeypatch.setattr(loading, "datetime", Clock)
        monkeypatch.setattr(store_module, "datetime", Clock)

    at(2031)
    load({f"first/{APRIL}": searches(2)})
    at(2026)
    load({f"second/{APRIL}": searches(5)})
    history = store.history()
    assert history["file"].tolist() == [f"second/{APRIL}", f"first/{APRIL}"]
    assert history["status"].tolist() == ["current", "superseded"]
    assert history["at"].dt.year.tolist() == [2026, 2031]
    assert store.view().loads["file"].tolist() == [f"first/{APRIL}", f"second/{APRIL}"]
    assert months(store) == {"2018-04": 5}
    withdraw(store, load_of(store, f"second/{APRIL}"), "Ada", "wrong file")
    assert months(store) == {"2018-04": 2}


def test_check_reports_the_same_and_stores_nothing(store, load, searches, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / APRIL).write_bytes(searches(2))
    (tmp_path / "in" / MAY).write_bytes(b"")
    checked = check_files([tmp_path / "in"], store)
    assert not store.root.exists()
    assert checked.release is None
    assert checked.outcomes == load_files([tmp_path / "in"], store).outcomes
    assert statuses(check_files([tmp_path / "in"], store)) == ["already loaded", "refused"]


def test_progress_names_every_file_and_every_long_step(store, searches, square_areas, tmp_path):
    (tmp_path / APRIL).write_bytes(searches(2))
    (tmp_path / "wards.geojson").write_bytes(square_areas("WD22", {"E05000001": (0, 51)}))
    said = []
    load_files([tmp_path / APRIL, tmp_path / "wards.geojson"], store, progress=said.append)
    assert said == [
        APRIL,
        "wards.geojson",
        "writing rows",
        "working out which area lies in which",
        "drawing the areas",
        "counting searches",
        "counting outcomes of searches",
        "counting how searches were carried out",
        "counting searches by team",
        "counting searches by hour",
    ]


def test_no_file_makes_no_release(store, load):
    report = load({})
    assert (report.outcomes, report.release) == ((), None)


# The real files


def independent_count(folder):
    """Searches by force and month, counted with the csv module alone."""
    counts = Counter()
    for path in sorted((folder / "police_uk").rglob("*-stop-and-search.csv*")):
        text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode()
        month, force = path.name[:7], path.name[8 : path.name.index("-stop-and-search")]
        counts[force, month] += sum(1 for _ in csv.DictReader(io.StringIO(text, newline="")))
    return counts


def test_real_files_each_get_one_line_and_a_reason(real_report, real_files):
    _, report = real_report
    assert [o.path for o in report.outcomes] == [
        str(path.relative_to(real_files)) for path in sorted(real_files.rglob("*")) if path.is_file()
    ]
    assert len(report.outcomes) == 221
    assert Counter(statuses(report)) == {"loaded": 208, "needs a mapping": 1, "passed over": 12}
    assert Counter(o.detail for o in report.outcomes if o.status == "passed over") == {
        "its columns are not those of any file we read": 9,
        population_table.NO_YEAR: 1,
        "it is a text page, not data": 2,
    }


def test_real_files_of_each_kind_are_all_loaded(real_store):
    history = real_store.history()
    # As SOURCES.md of the folder lists them; 17 boundary files are the wards of one district each, two of them twice.
    assert history.groupby("kind").size().to_dict() == {
        area_lookup.KIND: 1,
        boundaries.KIND: 27,
        deprivation.KIND: 1,
        population_table.KIND: 1,
        census.RESIDENTS: 1,
        census.KIND: 3,
        published_survey.KIND: 2,
        stop_and_search.KIND: 143,
        street_crime.KIND: 29,
    }
    assert history.loc[history["kind"] == street_crime.KIND, "rows"].sum() == 112_184
    assert history.loc[history["kind"] == stop_and_search.KIND, "rows"].sum() == 152_877
    assert history.loc[history["kind"] == published_survey.KIND, "rows"].sum() == 9_312 + 291 + 280
    superseded = history[history["status"] != "current"]
    assert sorted(superseded["file"].str[-14:]) == ["E09000001.json", "E09000007.json"]
    population = real_store.view().rows("population").collect("pandas").to_native()
    # ONS: 56,075,912 usual residents of England and Wales in 2011 and 59,597,542 in 2021, the latter here rounded to
    # fives by area and without suppressed counts.
    residents = population.groupby(["source", "level"])["residents"].sum().to_dict()
    assert residents["Census 2011", "district"] == residents["Census 2011", "lsoa"] == 56_075_912
    assert residents["Census 2021", "district"] == pytest.approx(59_597_542, rel=1e-4)


def test_real_months_have_as_many_searches_as_the_csv_module_counts(real_store, real_files):
    expected = independent_count(real_files)
    assert (len(expected), expected.total()) == (143, 152_877)
    levels = [("stops_cube", "district"), ("stops_cube", "neighbourhood"), ("outcomes_cube", "district")]
    whole = ("stops", "conduct_cube", "team_cube", "hours_cube")
    for table, level in (*((name, None) for name in whole), *levels):
        found = real_store.view().rows(table).collect("pandas").to_native()
        found = found.assign(stops=1) if table == "stops" else found
        found = found if level is None else found[found["area_level"] == level]
        assert found.groupby(["force", "month"])["stops"].sum().to_dict() == dict(expected), (table, level)


def test_real_rows_are_the_cells_of_the_files(real_store, real_files):
    path = real_files / "police_uk" / "2018-04" / "2018-04-metropolitan-stop-and-search.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    stops = real_store.view().rows("stops").collect("pandas").to_native()
    found = stops[(stops["force"] == "metropolitan") & (stops["month"] == "2018-04")].sort_values("row")
    for column, name in (
        ("Type", "type"),
        ("Gender", "gender"),
        ("Age range", "age_range"),
        ("Self-defined ethnicity", "self_defined_ethnicity"),
        ("Officer-defined ethnicity", "officer_defined_ethnicity"),
        ("Legislation", "legislation"),
        ("Object of search", "object_of_search"),
        ("Outcome", "outcome"),
    ):
        assert [row[column] or None for row in expected] == [
            None if pd.isna(value) else value for value in found[name]
        ], column
    assert [float(row["Latitude"]) if row["Latitude"] else None for row in expected] == [
        None if pd.isna(value) else value for value in found["latitude"]
    ]
    assert [pd.Timestamp(row["Date"]) for row in expected] == list(found["at"])


def test_real_files_loaded_again_load_nothing(real_report, real_files):
    store, first = real_report
    before = versions(store)
    again = load_files([real_files], store)
    assert Counter(statuses(again)) == {"already loaded": 208, "needs a mapping": 1, "passed over": 12}
    assert again.release is None
    assert versions(store) == before
    assert set(before.values()) == {0}
    tables = {table.name for table in (AGGREGATES, AREAS, CRIME, DEPRIVATION, POPULATION, STOPS)}
    assert set(before) == {
        *tables,
        "conduct_cube",
        "counted_with",
        "crime_cube",
        "geography",
        "hours_cube",
        "loads",
        "outcomes_cube",
        "people_cube",
        "releases",
        "residents_cube",
        "shapes",
        "stops_cube",
        "team_cube",
    }
    assert first.release == store.release()


@pytest.mark.long
def test_a_file_that_takes_the_place_of_another_says_so(store, load, searches):
    load({APRIL: searches(2)})
    report = load({APRIL: searches(3)})
    assert f"; replaces {APRIL}" in report.outcomes[0].detail
    assert "replaces" not in load({MAY: searches(3)}).outcomes[0].detail

"""What a file may hold: each limit refuses the file that passes it, in words that name the limit."""

import pytest

from data.loading import check_files
from data.readers import cells, personal_data
from data.readers.source import OF_A_PATH, OF_AN_UPLOAD
from data.readers.sources import Upload
from data.store import Store
from tests.hostile.crafted import crafted, geojson_of, star


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What is said of each crafted file, by what it is and its name."""
    store = Store(tmp_path_factory.mktemp("limits") / "store")
    made = [file for file in crafted() if not file.what.startswith(("program", "name"))]

    def say(what, name=""):
        chosen = [file for file in made if file.what == what and file.name.startswith(name)]
        assert chosen
        report = check_files([Upload(file.name, file.content) for file in chosen], store)
        return [(outcome.status, outcome.detail) for outcome in report.outcomes]

    return say


@pytest.mark.long
@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("zip: high ratio", "it holds more than 64 MB once it is unpacked; split it, or load it with"),
        ("gzip: high ratio", "it holds more than 64 MB once it is unpacked"),
        ("shapefile: high ratio", "it holds more than 64 MB once it is unpacked"),
        ("zip: 6,000 members", "the zip holds more than 5,000 files"),
        ("zip: 66,000 members", "the zip holds more than 5,000 files"),
        ("zip: members in one place", "several files in one place"),
        ("zip: a size that is none", "more than 192 MB once it is unpacked"),
        ("zip in zip", "a zip inside a zip is not opened"),
        ("table: a long cell", "near line 2 holds more than 131,072 letters"),
        ("table: a long name", "a column name has more than 2,000 letters"),
        ("table: 20,000 columns", "it holds more than 16,384 columns"),
        ("workbook: entities", "declares a document type or entities"),
        ("workbook: external entity", "declares a document type or entities"),
        ("workbook: entities in UTF-16", "in another encoding than UTF-8"),
        ("workbook: EBCDIC", "in another encoding than UTF-8"),
        ("workbook: styles", "beside its cells has more than 1,000,000 tags"),
        ("GeoJSON: a large star", "cross themselves too often to be mended"),
        ("GeoJSON: 1,500 kinds of properties", "more than 1,000 kinds of properties"),
        ("GeoPackage: a layer that is a view without end", "holds views"),
        ("mapping: huge", "holds more than 1 MB"),
        ("mapping: nested", "lists are too deep"),
        ("mapping: a number of many digits", "a number is too long"),
        ("mapping: a survey of no end", "it has more than 200 letters"),
    ],
)
def test_what_passes_a_limit_is_refused_by_its_name(told, what, said):
    outcomes = [outcome for outcome in told(what) if outcome[0] == "refused"]
    assert outcomes
    assert all(said in detail for _, detail in outcomes), outcomes


@pytest.mark.long
def test_a_row_far_down_is_no_million_rows(told):
    (near, far) = told("workbook: a row far down")
    assert far[0] == "refused"
    assert "more than 1,048,576 rows" in far[1]
    assert near[0] == "refused"


def test_a_row_that_begins_in_the_last_column_takes_the_room_of_its_cells(told):
    ((status, detail),) = told("workbook: 3,000 rows far out")
    assert status == "refused"
    assert "more than 4,000,000 cells" in detail


@pytest.mark.long
def test_areas_inside_areas_are_refused_at_once(told):
    outcomes = told("KML")
    assert sum("stand inside other areas" in detail for _, detail in outcomes) == 3
    assert sum("declares a document type" in detail for _, detail in outcomes) == 2


def test_very_many_problems_are_counted_and_the_first_are_told(store):
    rows = "".join(f"surrey,E{n},no day\n" for n in range(12_000))
    (outcome,) = check_files([Upload("events.csv", f"force,event,date\n{rows}".encode())], store).outcomes
    days = [problem for problem in outcome.problems if problem.what.startswith("there is no such day")]
    assert len(days) == 10_001
    assert any(problem.what == "there is no such day, in 2,000 more rows too" for problem in days)


def test_very_many_notes_are_cut_to_what_is_read(told, store):
    file = next(file for file in crafted() if file.what == "table: thousands of unlisted values")
    (outcome,) = check_files([Upload(file.name, file.content)], store).outcomes
    assert outcome.load is not None
    assert len(outcome.load.notes) < 250
    assert any("more of this kind" in note for note in outcome.load.notes)


def test_a_shape_that_crosses_itself_a_little_is_mended(store):
    shape = {"type": "Polygon", "coordinates": [star(60)]}
    content = geojson_of(({"WD13CD": "E05000026"}, shape))
    (outcome,) = check_files([Upload("wards.geojson", content)], store).outcomes
    assert outcome.status == "loaded"
    assert any("mended" in note for note in outcome.notes)


@pytest.mark.parametrize("text", ["1e400", "-1e400", "9" * 400])
def test_no_cell_holds_a_number_without_end(text):
    assert cells.number(text, decimal_comma=False) is None


@pytest.mark.parametrize("text", ["a@b.uk", "see x.y-z+1@mail.example.org today", "é@é.fr"])
def test_an_address_is_found_wherever_it_stands(text):
    assert personal_data._EMAIL.search(text)


@pytest.mark.parametrize("text", ["@", "a@b", "@b.uk", "a@.uk", "a @ b.uk", "@" + "a" * 100_000])
def test_what_is_no_address_is_none(text):
    assert not personal_data._EMAIL.search(text)


def test_a_path_may_hold_whatever_an_upload_may():
    for name in ("unpacked", "together", "members", "cells", "rows", "columns", "elements"):
        assert getattr(OF_A_PATH, name) >= getattr(OF_AN_UPLOAD, name)

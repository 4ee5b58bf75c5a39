"""Templates and the data dictionary: made from the tables, and read again by the readers that they are for."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from data import templates
from data.__main__ import main
from data.readers import own_table, population_table, recognise
from data.readers.source import Refused
from data.tables import CANONICAL

ROOT = Path(__file__).resolve().parents[2]
FILLED = {
    "text": "words",
    "texts": "E05000026 E05000027",
    "day": "2026-03-31",
    "month": "2026-03",
    "integer": "12",
    "number": "2.5",
    "boolean": "yes",
}
SPECIAL = {"force": "surrey", "area_code": "E05000026", "year": "2022", "ethnicity_list": "census_2021"}
SPECIAL |= {"ethnicity": "White: Irish", "name": "Market", "sex": "Female"}


def row(name):
    """A filled row of a template."""
    return [
        column.options[0] if column.options else SPECIAL.get(column.name, FILLED[column.kind])
        for column in templates.TEMPLATES[name]
    ]


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_a_filled_template_goes_to_its_reader_whole(name, source):
    columns = [column.name for column in templates.TEMPLATES[name]]
    text = io.StringIO(newline="")
    csv.writer(text).writerow(row(name))
    book = openpyxl.load_workbook(io.BytesIO(templates.as_excel(name)))
    book[name].append(row(name))
    packed = io.BytesIO()
    book.save(packed)
    frames = []
    for given in (
        source(f"{name}.csv", templates.as_csv(name) + text.getvalue().encode()),
        source(f"{name}.xlsx", packed.getvalue()),
    ):
        reader, slot = recognise(given)
        assert reader is (population_table if name == "population" else own_table)
        assert slot.table == name
        reading = reader.read(given, slot)
        frame = reading.frame[columns]
        assert frame.notna().all(axis=None)
        CANONICAL[name].schema.validate(reading.frame.assign(load_id="1").astype({"load_id": "str"}), lazy=True)
        frames.append(frame.astype(str).to_numpy().tolist())
    assert frames[0] == frames[1]


@pytest.mark.parametrize("name", own_table.TABLES)
def test_an_empty_template_says_what_to_do(name, source):
    for given in (source(f"{name}.csv", templates.as_csv(name)), source(f"{name}.xlsx", templates.as_excel(name))):
        with pytest.raises(Refused, match=r"the file holds no rows\. Fill the template in below its header"):
            recognise(given)


def test_a_workbook_offers_what_may_be_written_and_explains_every_column():
    book = openpyxl.load_workbook(io.BytesIO(templates.as_excel("events")))
    offered = {rule.formula1 for rule in book["events"].data_validations.dataValidation}
    assert '"individual,neighbourhood,strategic"' in offered
    assert '"yes,no"' in offered
    told = [cells[0] for cells in book["Columns"].iter_rows(min_row=2, values_only=True)]
    assert told == [column.name for column in templates.TEMPLATES["events"]]
    assert templates.as_excel("events") == templates.as_excel("events")


def test_the_data_dictionary_is_the_one_of_these_tables():
    written = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == templates.dictionary(), "run: python -m data dictionary > docs/data-dictionary.md"
    for table in CANONICAL.values():
        assert all(column.about and "|" not in column.about for column in table.columns), table.name


def test_all_templates_are_written_by_one_command(tmp_path, capsys):
    assert main(["templates", str(tmp_path / "new")]) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        f"{name}.{ending}" for name in templates.TEMPLATES for ending in ("csv", "xlsx")
    }
    (tmp_path / "new" / "events.xlsx").write_text("a day's work")
    capsys.readouterr()
    assert main(["templates", str(tmp_path / "new")]) == 0
    assert "14 files of these names were there already and are left as they are." in capsys.readouterr().out
    assert (tmp_path / "new" / "events.xlsx").read_text() == "a day's work"
    (tmp_path / "file").write_text("")
    assert main(["templates", str(tmp_path / "file")]) == 1
    assert "can't be written to" in capsys.readouterr().err


def test_the_dictionary_is_printed(capsys):
    assert main(["dictionary"]) == 0
    assert capsys.readouterr().out == templates.dictionary()

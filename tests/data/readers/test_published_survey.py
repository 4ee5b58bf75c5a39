"""Published shares: both layouts as they travel, what is harmonised, and what is refused."""

import csv
import io

import pandas as pd
import pytest

from data.readers import published_survey
from data.readers.source import Refused, Slot
from data.tables import AGGREGATES

PAS = """Date;Survey;Borough;Measure;Proportion;MPS
31/12/2014;PAS;Barnet;\"\"\"Good Job\"\" local\";0,67;0,65
31/12/2014;PAS;Richmond upon Thames;\"\"\"Good Job\"\" local\";0,7;0,65
31/03/2015;PAS;Richmond upon Thames;Trust MPS;0,81;0,72
31/03/2015;PAS;Richmond Upon Thames;\"\"\"Good Job\"\" local\";0,66;0,64
"""
PERCEPTION = """date,measure,proportion
Dec-14,Agree the police listen to the concerns of local people,74
Mar-15,Police do a good job in the local area,68
"""


@pytest.fixture
def read(source):
    def run(text, name="shares.csv"):
        given = source(name, text.replace("\n", "\r\n").encode())
        slot = published_survey.recognise(given)
        assert slot is not None
        return published_survey.read(given, slot)

    return run


@pytest.fixture
def refused(read):
    def run(text):
        with pytest.raises(Refused) as caught:
            read(text)
        return [str(problem) for problem in caught.value.problems]

    return run


def rows(reading, *columns):
    return [tuple(None if pd.isna(v) else v for v in row) for row in reading.frame[list(columns)].to_numpy()]


def test_the_slot_is_the_publication_to_its_last_month(source):
    for text, publication, month in ((PAS, "PAS by borough", "2015-03"), (PERCEPTION, "Public perception", "2015-03")):
        slot = published_survey.recognise(source("x.csv", text.encode()))
        assert slot == Slot("published survey", "aggregates", f"Public Attitude Survey, {publication}", month)


@pytest.mark.parametrize("text", ["", "date,measure\n", "Date;Survey;Borough;Measure;Proportion\n", "a;b\n1;2\n"])
def test_other_files_are_not_recognised(source, text):
    assert published_survey.recognise(source("x.csv", text.encode())) is None
    assert published_survey.recognise(source("x.json", PAS.encode())) is None


def test_shares_by_borough_and_the_force_once_a_date_and_measure(read):
    reading = read(PAS)
    assert list(reading.frame.columns) == AGGREGATES.names
    AGGREGATES.schema.validate(reading.frame.assign(load_id="x"), lazy=True)
    assert reading.records == 4
    assert rows(reading, "row", "month", "level", "area", "measure", "words", "share") == [
        (2, "2014-12", "district", "Barnet", "good_job_local", '"Good Job" local', 0.67),
        (3, "2014-12", "district", "Richmond upon Thames", "good_job_local", '"Good Job" local', 0.7),
        (4, "2015-03", "district", "Richmond upon Thames", "trust_force", "Trust MPS", 0.81),
        (5, "2015-03", "district", "Richmond upon Thames", "good_job_local", '"Good Job" local', 0.66),
        (2, "2014-12", "force", None, "good_job_local", '"Good Job" local', 0.65),
        (4, "2015-03", "force", None, "trust_force", "Trust MPS", 0.72),
        (5, "2015-03", "force", None, "good_job_local", '"Good Job" local', 0.64),
    ]
    same = ["survey", "force", "publication", "months"]
    assert set(rows(reading, *same)) == {("Public Attitude Survey", "metropolitan", "PAS by borough", 12)}
    assert reading.frame[["base", "low", "high"]].isna().all(axis=None)
    assert list(reading.notes) == [
        "Read as UTF-8 text with columns separated by semicolons.",
        "Borough “Richmond Upon Thames” (1 row) is read as “Richmond upon Thames”, as most rows write it.",
        "The file gives no number of answers, so no interval can be given.",
    ]


def test_the_same_table_with_commas_and_points(read):
    cells = list(csv.reader(io.StringIO(PAS), delimiter=";"))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[cell.replace("0,", "0.") for cell in row] for row in cells])
    assert rows(read(text.getvalue()), "month", "share") == rows(read(PAS), "month", "share")


def test_whole_percents_of_the_force(read):
    reading = read(PERCEPTION)
    assert rows(reading, "row", "month", "months", "level", "area", "measure", "share") == [
        (2, "2014-12", 12, "force", None, "listen", 0.74),
        (3, "2015-03", 12, "force", None, "good_job_local", 0.68),
    ]
    assert set(reading.frame["publication"]) == {"Public perception"}


def test_other_surveys_and_unknown_measures_are_named_and_left_out(read):
    more = "31/03/2015;USS;Barnet;Trust MPS;0,5;0,5\n" + "31/03/2015;PAS;Barnet;Sees officers;0,5;0,4\n" * 2
    reading = read(PAS + more)
    assert len(reading.frame) == 7
    assert reading.records == 7
    assert list(reading.notes[1:3]) == [
        "Survey “USS” is another one: 1 row left out.",
        "Measure “Sees officers” is not in our list: 2 rows left out.",
    ]


def test_a_file_without_a_measure_that_we_know_is_refused(refused):
    (problem,) = refused("date,measure,proportion\nDec-14,Sees officers,74\n")
    assert problem.startswith(
        "the file holds no figure of a measure that we know. We know “Agree the police are dealing"
    )


def test_what_can_not_be_read_is_told_at_once(refused):
    measure = "Police do a good job in the local area"
    changed = f"14-Dec,{measure},74\nFoo-15,{measure},74\nMar-15,{measure},101\nJun-15,{measure},\nJun-15,,3\n"
    month = "this is not a month, written Dec-14. Excel may have changed it; fetch the file again and load it unopened."
    share = "this is not a number from 0 to 100. Fetch the file again; it was changed."
    assert refused("date,measure,proportion\n" + changed) == [
        "row 6, column “measure”: the measure is blank. Fetch the file again.",
        f"row 2, column “date”, value “14-Dec”: {month}",
        f"row 3, column “date”, value “Foo-15”: {month}",
        f"row 4, column “proportion”, value “101”: {share}",
        f"row 5, column “proportion”, value “”: {share}",
    ]


def test_a_share_above_one_and_a_day_that_is_none(refused):
    told = refused(PAS.replace("0,81", "81").replace("31/12/2014;PAS;Barnet", "31/11/2014;PAS;Barnet"))
    assert [line.split(": ")[0] for line in told] == [
        "row 2, column “Date”, value “31/11/2014”",
        "row 4, column “Proportion”, value “81”",
    ]


def test_a_figure_that_stands_twice_under_either_spelling(refused):
    (problem,) = refused(PAS + "31/03/2015;PAS;RICHMOND upon Thames;Trust MPS;0,80;0,72\n")
    assert problem.startswith("row 6, column “Measure”, value “Trust MPS”: this figure stands already in row 4.")


def test_the_force_has_one_share_for_a_date_and_measure(refused):
    assert refused(PAS.replace("0,7;0,65", "0,7;0,66")) == [
        "row 3, column “MPS”, value “0,66”: the force has another share for this date and measure in row 2. Fetch the "
        "file again; it was changed."
    ]


def test_the_real_tables_are_read_whole(source, real_files):
    """Counted and added up with the csv module alone."""
    path = real_files / "survey" / "PAS_boroughs.csv"
    with path.open(newline="", encoding="utf-8") as file:
        expected = list(csv.DictReader(file, delimiter=";"))
    given = source(path.name, path)
    frame = published_survey.read(given, published_survey.recognise(given)).frame
    districts, force = frame[frame["level"] == "district"], frame[frame["level"] == "force"]
    assert (len(districts), len(force)) == (len(expected), len({(r["Date"], r["Measure"]) for r in expected}))
    assert (len(expected), len(force), districts["area"].nunique()) == (9_312, 291, 32)
    shares = {(r["Date"][6:] + "-" + r["Date"][3:5], r["Borough"].lower(), r["Measure"]): r for r in expected}
    for row in districts.itertuples():
        assert row.share == float(shares[row.month, row.area.lower(), row.words]["Proportion"].replace(",", "."))
    whole = {(r["Date"][6:] + "-" + r["Date"][3:5], r["Measure"]): r["MPS"] for r in expected}
    for row in force.itertuples():
        assert row.share == float(whole[row.month, row.words].replace(",", "."))
    assert (frame["month"].min(), frame["month"].max(), frame["month"].nunique()) == ("2014-12", "2023-12", 37)


def test_the_real_perception_table_is_read_whole(source, real_files):
    path = real_files / "survey" / "mopac_public-perception-data.csv"
    with path.open(newline="", encoding="utf-8") as file:
        expected = list(csv.DictReader(file))
    given = source(path.name, path)
    reading = published_survey.read(given, published_survey.recognise(given))
    assert [float(row["proportion"]) for row in expected] == pytest.approx(list(reading.frame["share"] * 100))
    assert reading.frame["measure"].value_counts().to_dict() == dict.fromkeys(
        ("matter", "relied_on", "listen", "fair", "good_job_local"), 44
    ) | dict.fromkeys(("informed_local", "ward_contact"), 30)
    assert (reading.frame["month"].iloc[0], reading.frame["month"].iloc[-1]) == ("2014-12", "2025-09")

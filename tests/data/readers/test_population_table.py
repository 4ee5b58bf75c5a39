"""Population tables that somebody holds: told by their columns, refused where a number could mean something else."""

import io

import openpyxl
import pytest

from data.readers import population_table, recognise, why_passed_over
from data.readers.source import Refused, Slot
from data.tables import POPULATION

WARDS = b"Code,Borough,Ward_Name,Year,Population\nE05000026,B,Abbey,2011,12904\nE05000026,B,Abbey,2012,13000\n"
GROUPS = (
    "area_code,area_name,year,ethnicity_list,ethnicity,sex,age,residents\n"
    "E09000002,Barking,2022,census_2021,White: Roma,Female,0-15,\n"
    "E09000002,Barking,2022,census_2021,White: Irish,Female,0-15,120\n"
)


def read(source):
    return population_table.read(source, population_table.recognise(source))


def refused(source):
    with pytest.raises(Refused) as caught:
        read(source)
    return [(p.row, p.column, p.value, p.what) for p in caught.value.problems]


def test_wards_by_year_under_names_of_their_own(source):
    given = source("london_ward_pop.csv", WARDS)
    assert recognise(given) == (population_table, Slot("population table", "population", "london_ward_pop by ward", ""))
    reading = read(given)
    assert list(reading.frame.columns) == POPULATION.names
    shown = ["source", "year", "level", "area_code", "area_name", "residents"]
    assert reading.frame[shown].to_numpy().tolist() == [
        ["london_ward_pop, 2011", 2011, "ward", "E05000026", "Abbey", 12904],
        ["london_ward_pop, 2012", 2012, "ward", "E05000026", "Abbey", 13000],
    ]
    assert reading.frame[["ethnicity", "ethnicity_list", "sex", "age"]].isna().all(axis=None)
    assert reading.notes[1:] == ("Areas: 1, 2011 to 2012.", "Columns not used: Borough.")


def test_groups_sexes_and_ages_with_a_suppressed_number(source):
    reading = read(source("own.csv", GROUPS.encode()))
    assert reading.frame["ethnicity"].tolist() == ["White: Roma", "White: Irish"]
    assert reading.frame["residents"].tolist()[1] == 120
    assert reading.frame["residents"].isna().tolist() == [True, False]
    assert "Blank numbers: 1; they count as suppressed, never as zero." in reading.notes


def test_a_workbook(source):
    book = openpyxl.Workbook()
    book.active.append(["gss_code", "year", "residents"])
    book.active.append(["E01000001", 2021, 1500])
    packed = io.BytesIO()
    book.save(packed)
    frame = read(source("lsoas.xlsx", packed.getvalue())).frame
    assert frame[["level", "residents"]].to_numpy().tolist() == [["lsoa", 1500]]


def test_without_a_year_it_is_passed_over_and_says_what_to_add(source):
    given = source("wards.csv", b"gss_code,ward,population\nE05001643,Anchorsholme,6278\n")
    assert recognise(given) is None
    assert why_passed_over(given) == (
        "it counts residents by area, but no column says of which year; add a column “year”"
    )


def test_every_problem_is_named_with_its_place(source):
    rows = [
        "E05000026,2011,10,,",
        "E05000026,2011,11,,",
        "E09000002,2011,10,,",
        "K04000001,2011,10,,",
        "E05000027,11,ten,,",
        "E05000028,2011,1.5,,White",
        "E05000029,2011,3,census_2021,Martian",
    ]
    content = "\n".join(["code,year,residents,ethnicity_list,ethnicity", *rows]).encode()
    assert refused(source("bad.csv", content)) == [
        (None, "code", None, "the file mixes area levels (district, ward)"),
        (3, "code", "E05000026", "this area stands already with the same year, group, sex and age"),
        (5, "code", "K04000001", "this is not the GSS code of a district, ward, MSOA or LSOA of England or Wales"),
        (6, "year", "11", "this is no year"),
        (6, "residents", "ten", "this is not a whole number of residents"),
        (7, "residents", "1.5", "this is not a whole number of residents"),
        (7, "ethnicity", "White", "the list of this ethnic group is “”, which is none that we know"),
        (8, "ethnicity", "Martian", "this ethnic group is not in the list census_2021"),
    ]


def test_a_header_alone_is_refused(source):
    assert refused(source("x.csv", b"code,year,residents\n"))[0][3] == "the file holds no rows"


def test_the_real_wards_of_london(source, real_files):
    import gzip

    path = real_files / "population" / "london_ward_pop.csv.gz"
    frame = read(source("london_ward_pop.csv", gzip.decompress(path.read_bytes()))).frame
    assert (len(frame), frame["area_code"].nunique(), frame["source"].nunique()) == (24_960, 624, 40)
    assert frame.loc[frame["year"] == 2011, "residents"].sum() == pytest.approx(8_204_000, rel=0.01)  # Census 2011


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["100,,", "60,Female,", "40,Male,"], "this is blank, and other rows of the same area give the sex"),
        (["100,,", "60,,0-15", "40,,16+"], "this is blank, and other rows of the same area give the age"),
        (["100,All,"], "this is neither Female nor Male"),
        (["100,,All ages"], "this is a total, and its parts would count again"),
    ],
)
def test_a_total_beside_its_parts_is_refused(source, rows, said):
    text = "area_code,year,residents,sex,age\n" + "".join(f"E09000001,2021,{row}\n" for row in rows)
    found = refused(source("x.csv", text.encode()))
    assert found[0][0] == 2
    assert found[0][3].startswith(said)


def test_its_source_is_never_that_of_a_census(source):
    assert read(source("Census.csv", WARDS)).frame["source"].tolist() == ["Census, 2011", "Census, 2012"]

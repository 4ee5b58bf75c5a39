"""Census ethnicity: small files in the genuine layouts, and the real files where they are at hand."""

import csv
import gzip
import io
import time

import pytest

from data.readers import census
from data.readers.source import Refused, Slot
from data.tables import POPULATION

GROUPS_2021 = [
    "Asian, Asian British or Asian Welsh: Bangladeshi",
    "Asian, Asian British or Asian Welsh: Chinese",
    "Asian, Asian British or Asian Welsh: Indian",
    "Asian, Asian British or Asian Welsh: Pakistani",
    "Asian, Asian British or Asian Welsh: Other Asian",
    "Black, Black British, Black Welsh, Caribbean or African: African",
    "Black, Black British, Black Welsh, Caribbean or African: Caribbean",
    "Black, Black British, Black Welsh, Caribbean or African: Other Black",
    "Mixed or Multiple ethnic groups: White and Asian",
    "Mixed or Multiple ethnic groups: White and Black African",
    "Mixed or Multiple ethnic groups: White and Black Caribbean",
    "Mixed or Multiple ethnic groups: Other Mixed or Multiple ethnic groups",
    "White: English, Welsh, Scottish, Northern Irish or British",
    "White: Gypsy or Irish Traveller",
    "White: Irish",
    "White: Roma",
    "White: Other White",
    "Other ethnic group: Arab",
    "Other ethnic group: Any other ethnic group",
]
LABELS_2011 = [
    "All categories: Ethnic group",
    "White",
    "White: English/Welsh/Scottish/Northern Irish/British",
    "White: Irish",
    "White: Gypsy or Irish Traveller",
    "White: Other White",
    "Mixed",
    "Mixed/multiple ethnic group: White and Black Caribbean",
    "Mixed/multiple ethnic group: White and Black African",
    "Mixed/multiple ethnic group: White and Asian",
    "Mixed/multiple ethnic group: Other Mixed",
    "Asian",
    "Asian/Asian British: Indian",
    "Asian/Asian British: Pakistani",
    "Asian/Asian British: Bangladeshi",
    "Asian/Asian British: Chinese",
    "Asian/Asian British: Other Asian",
    "Black",
    "Black/African/Caribbean/Black British: African",
    "Black/African/Caribbean/Black British: Caribbean",
    "Black/African/Caribbean/Black British: Other Black",
    "Other",
    "Other ethnic group: Arab",
    "Other ethnic group: Any other ethnic group",
]
# Darlington in the published table.
DARLINGTON = [
    105564, 101595, 98898, 328, 350, 2019, 1146, 463, 97, 350, 236, 2205, 726, 145, 523, 349, 462, 357, 206, 105, 46,
    261, 112, 149,
]  # fmt: skip
HEADER_MLID = (
    "LSOA,Persons,WhiteBrit,Irish,OtherWhite,Mixed,Indian,Pakistani,Bangladeshi,Chinese,OtherAsian,BlkAfrican,"
    "BlkCaribbean,OtherBlk,Arab,Other,MSOA,LAD,RGN"
)
# The first LSOA of the published table: 1,465 persons, of whom 1,464 are in the 14 groups.
LSOA = "E01000001,1465,968,32,237,54,49,3,3,44,29,6,1,4,6,28,E02000001,City of London,London"


def table(rows, ends="\r\n", bom=True):
    text = io.StringIO()
    csv.writer(text, lineterminator=ends).writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode()


def census_2021(*rows, groups=GROUPS_2021):
    return table([["Geography Code", "Geography Name", "Sex", *groups], *rows])


def pair(code, name, female=None, male=None):
    female, male = female or [10 * n for n in range(1, 20)], male or [5 * n for n in range(2, 21)]
    return [code, name, "Female", *female], [code, name, "Male", *male]


def census_2011(*rows, fixed=("2011", "Total")):
    header = ["date", "geography", "geography code", "Rural Urban"]
    header += [f"Ethnic Group: {label}; measures: Value" for label in LABELS_2011]
    return table(
        [header, *([fixed[0], name, code, fixed[1], *counts] for code, name, *counts in rows)], "\n", bom=False
    )


def mlid(*rows):
    return "\n".join([HEADER_MLID, *rows, ""]).encode()


def read(source):
    slot = census.recognise(source)
    assert slot is not None
    return census.read(source, slot)


def refused(source):
    with pytest.raises(Refused) as caught:
        read(source)
    return caught.value.problems


def test_2021_slot_comes_from_the_header_not_the_name(source):
    slot = census.recognise(source("anything.txt", census_2021(*pair("E06000001", "Hartlepool"))))
    assert slot == Slot("census ethnicity", "population", "Census 2021 by district", "2021")


def test_2021_one_row_for_each_area_group_and_sex(source):
    reading = read(
        source("c.csv", census_2021(*pair("E06000001", "Hartlepool"), *pair("W06000001", "Isle of Anglesey")))
    )
    frame = reading.frame
    assert list(frame.columns) == POPULATION.names
    assert len(frame) == 2 * 2 * 19
    assert reading.records == 4
    assert frame.load_id.isna().all()
    one = frame[(frame.area_code == "W06000001") & (frame.sex == "Male") & (frame.ethnicity == "White: Roma")]
    row = one.iloc[0]
    assert (row.source, row.year, row.level, row.area_name) == ("Census 2021", 2021, "district", "Isle of Anglesey")
    assert (row.ethnicity_list, row.residents) == ("census_2021", 85)  # 5 × 17: White: Roma is the 16th group
    assert frame.residents.sum() == 2 * (10 * sum(range(1, 20)) + 5 * sum(range(2, 21)))
    assert sorted(set(frame.ethnicity)) == sorted(GROUPS_2021)


@pytest.mark.parametrize("sign", ["", "c", " c "])
def test_suppressed_counts_are_blank_and_never_zero(source, sign):
    female = [sign, *range(2, 20)]
    reading = read(source("c.csv", census_2021(*pair("E06000001", "Hartlepool", female=female))))
    first = reading.frame.iloc[0]
    assert first.residents is POPULATION.frame({"residents": [None]}).residents[0]
    assert reading.frame.residents.isna().sum() == 1
    assert any("suppressed: 1 of 38" in note for note in reading.notes)


def test_a_published_nought_stays_nought(source):
    reading = read(source("c.csv", census_2021(*pair("E06000001", "Hartlepool", female=[0] * 19))))
    assert (reading.frame.residents == 0).sum() == 19
    assert any("suppressed: 0 of 38" in note for note in reading.notes)


def test_regions_and_countries_are_left_out_and_named(source):
    rows = [*pair("K04000001", "England and Wales"), *pair("E12000007", "London"), *pair("E09000030", "Tower Hamlets")]
    source_ = source("c.csv", census_2021(*rows))
    assert census.recognise(source_).subject == "Census 2021 by district"
    reading = read(source_)
    assert set(reading.frame.area_code) == {"E09000030"}
    assert reading.records == 6
    note = next(note for note in reading.notes if "larger areas" in note)
    assert note.startswith("4 rows")
    assert "England and Wales 2" in note
    assert "region 2" in note


def test_a_merged_area_is_said(source):
    reading = read(source("c.csv", census_2021(*pair("E09000001", "City of London and Westminster"))))
    assert any("E09000001" in note and "E09000033" in note for note in reading.notes)
    alone = read(source("c.csv", census_2021(*pair("E09000001", "City of London"))))
    assert not any("E09000033" in note for note in alone.notes)


@pytest.mark.parametrize("bad", ["12.5", "-3", "1,465", "n/a", "١٢", "1e3", "9" * 30])
def test_a_count_that_is_no_whole_number_is_refused_with_its_place(source, bad):
    female = [*range(1, 16), bad, *range(17, 20)]
    problems = refused(source("c.csv", census_2021(*pair("E06000001", "Hartlepool", female=female))))
    assert len(problems) == 1
    assert (problems[0].row, problems[0].column, problems[0].value) == (2, "White: Roma", bad)
    assert "digits" in str(problems[0])


def test_every_problem_is_told_at_once(source):
    bad = [*range(1, 18), "x", "y"]
    rows = [*pair("E06000001", "Hartlepool", female=bad), *pair("E99", "Nowhere")]
    problems = refused(source("c.csv", census_2021(*rows)))
    assert {(p.row, p.value) for p in problems} == {(2, "x"), (2, "y"), (4, "E99"), (5, "E99")}


def test_duplicate_areas_are_refused(source):
    rows = [*pair("E06000001", "Hartlepool"), *pair("E06000001", "Hartlepool")]
    problems = refused(source("c.csv", census_2021(*rows)))
    assert [(p.row, p.column, p.value) for p in problems] == [
        (4, "Geography Code", "E06000001"),
        (5, "Geography Code", "E06000001"),
    ]
    assert "row 2" in problems[0].what


def test_both_sexes_are_needed(source):
    problems = refused(source("c.csv", census_2021(pair("E06000001", "Hartlepool")[0])))
    assert "Female only" in problems[0].what


def test_a_row_for_both_sexes_together_is_refused(source):
    everyone = ["E06000001", "Hartlepool", "Persons", *range(1, 20)]
    problems = refused(source("c.csv", census_2021(*pair("E06000001", "Hartlepool"), everyone)))
    assert [(p.row, p.column, p.value) for p in problems] == [(4, "Sex", "Persons")]


def test_mixed_levels_are_refused(source):
    rows = [*pair("E06000001", "Hartlepool"), *pair("E01000001", "City of London 001A")]
    problems = refused(source("c.csv", census_2021(*rows)))
    assert "LSOA, district" in problems[0].what


def test_a_missing_group_is_refused_by_name(source):
    rows = [row[:-1] for row in pair("E06000001", "Hartlepool")]
    problems = refused(source("c.csv", census_2021(*rows, groups=GROUPS_2021[:-1])))
    assert [p.column for p in problems] == [GROUPS_2021[-1]]


def test_other_columns_are_left_out_and_said(source):
    rows = [[*row, 999] for row in pair("E06000001", "Hartlepool")]
    reading = read(source("c.csv", census_2021(*rows, groups=[*GROUPS_2021, "All usual residents"])))
    assert len(reading.frame) == 38
    assert any("All usual residents" in note for note in reading.notes)


def test_hostile_names_stay_text(source):
    name = '<img src=x onerror=alert(1)> **[a](javascript:b)** "q", =1+1'
    reading = read(source("c.csv", census_2021(*pair("E06000001", name))))
    assert set(reading.frame.area_name) == {name}


def test_2011_by_authority_leaves_subtotals_out(source):
    source_ = source("x.csv", census_2011(["E06000005", "Darlington", *DARLINGTON]))
    slot = census.recognise(source_)
    assert slot == Slot("census ethnicity", "population", "Census 2011 by district", "2011")
    reading = census.read(source_, slot)
    assert len(reading.frame) == 18
    assert reading.frame.residents.sum() == 105564
    assert set(reading.frame.ethnicity_list) == {"census_2011"}
    assert set(reading.frame.ethnicity) == {label for label in LABELS_2011[1:] if ": " in label}
    assert reading.frame.sex.isna().all()
    assert any("Ethnic Group: White;" in note for note in reading.notes)


def test_2011_groups_must_add_up_to_their_total(source):
    changed = [*DARLINGTON[:3], DARLINGTON[3] + 1, *DARLINGTON[4:]]
    problems = refused(source("x.csv", census_2011(["E06000005", "Darlington", *changed])))
    assert [(p.row, p.value) for p in problems] == [(2, "105,564")]
    assert "105,565" in problems[0].what


@pytest.mark.parametrize(("fixed", "column"), [(("2001", "Total"), "date"), (("2011", "Urban"), "Rural Urban")])
def test_2011_other_dates_and_parts_are_refused(source, fixed, column):
    problems = refused(source("x.csv", census_2011(["E06000005", "Darlington", *DARLINGTON], fixed=fixed)))
    assert [(p.row, p.column) for p in problems] == [(2, column)]


def test_2011_by_lsoa_derives_the_group_that_is_left_out(source):
    source_ = source("a.csv", mlid(LSOA, LSOA.replace("E01000001,1465", "W01000002,1477")))
    slot = census.recognise(source_)
    assert slot == Slot("census ethnicity", "population", "Census 2011 by LSOA", "2011")
    reading = census.read(source_, slot)
    frame = reading.frame
    assert len(frame) == 30
    assert frame.residents.sum() == 1465 + 1477
    derived = frame[frame.ethnicity == "Gypsy or Irish Traveller"]
    assert derived.residents.tolist() == [1465 - 1464, 1477 - 1464]
    assert set(frame.ethnicity_list) == {"census_2011_mlid"}
    assert set(frame.level) == {"lsoa"}
    assert any("Gypsy or Irish Traveller" in note and " 14 residents" in note for note in reading.notes)
    assert any("MSOA, LAD, RGN" in note for note in reading.notes)


def test_2011_by_lsoa_a_negative_remainder_is_refused(source):
    problems = refused(source("a.csv", mlid(LSOA.replace("1465", "1463"))))
    assert [(p.row, p.column, p.value) for p in problems] == [(2, "Persons", "1,463")]
    assert "1,464" in problems[0].what


def test_2011_by_lsoa_nothing_is_derived_from_a_blank(source):
    frame = read(source("a.csv", mlid(LSOA.replace(",968,", ",,")))).frame
    assert frame.residents.isna().sum() == 2
    assert frame[frame.ethnicity == "Gypsy or Irish Traveller"].residents.isna().all()


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xef\xbb\xbf", b"a,b\n1,2\n", b'"open', b"PK\x03\x04\x00", b"\x00" * 50]
)
def test_other_files_are_not_recognised(source, content):
    assert census.recognise(source("census2021_ethnic_group_by_sex_lad.csv", content)) is None


@pytest.mark.parametrize("header", [census_2021(), census_2011(), mlid()])
def test_a_header_alone_is_refused(source, header):
    assert "no records" in refused(source("c.csv", header))[0].what


def test_regions_alone_are_refused(source):
    problems = refused(source("c.csv", census_2021(*pair("E12000007", "London"))))
    assert "region" in problems[0].what


def test_a_row_cut_short_is_refused(source):
    problems = refused(source("a.csv", mlid(LSOA, "E01000002,1436,1024")))
    assert [p.row for p in problems] == [3]
    assert "3 cells" in problems[0].what


def test_an_open_quote_is_refused(source):
    whole = census_2021(*pair("E06000001", "Hartlepool"))
    problems = refused(source("c.csv", whole.replace(b",Hartlepool,Male", b',"Hartlepool,Male')))
    assert "as a table near line" in problems[0].what


def test_a_column_that_stands_twice_is_refused(source):
    rows = [[*row, 1] for row in pair("E06000001", "Hartlepool")]
    problems = refused(source("c.csv", census_2021(*rows, groups=[*GROUPS_2021, "White: Roma"])))
    assert [(p.row, p.column) for p in problems] == [(1, "White: Roma")]


def test_windows_1252_is_read_and_said(source):
    content = census_2021(*pair("W06000001", "Môn")).removeprefix(b"\xef\xbb\xbf").decode().encode("cp1252")
    reading = read(source("c.csv", content))
    assert set(reading.frame.area_name) == {"Môn"}
    assert any("Windows-1252" in note for note in reading.notes)


def test_blank_lines_count_as_rows_and_hold_nothing(source):
    content = mlid("", ",".join([""] * 19), LSOA.replace("968", "many"))
    assert [p.row for p in refused(source("a.csv", content))] == [4]


def test_real_census_2021(source, real_files):
    reading = read(source("c.csv", real_files / "census" / "census2021_ethnic_group_by_sex_lad.csv"))
    frame = reading.frame
    assert reading.records == 682
    assert frame.residents.isna().sum() == 139
    assert frame[frame.area_code.str.startswith("E09")].residents.sum() == 8_799_730
    assert frame.area_code.nunique() == 329
    assert any(note.startswith("24 rows") for note in reading.notes)
    assert sum("merged" in note for note in reading.notes) == 2


def test_real_census_2011_by_authority(source, real_files):
    reading = read(source("c.csv", real_files / "census" / "census2011_ethnic_groups_la.csv"))
    # Census 2011: 56,075,912 usual residents in England and Wales (Office for National Statistics).
    assert reading.frame.residents.sum() == 56_075_912
    assert len(reading.frame) == 348 * 18


def test_real_census_2011_by_lsoa(source, real_files):
    packed = real_files / "census" / "census2011_ethnic_group_lsoa_msoa_lad.csv.gz"
    source_ = source("c.csv", gzip.decompress(packed.read_bytes()))
    started = time.perf_counter()
    reading = read(source_)
    seconds = time.perf_counter() - started
    assert len(reading.frame) == 34_753 * 15
    assert reading.frame.residents.sum() == 56_075_912
    # Census 2011: 57,680 Gypsies or Irish Travellers in England and Wales (Office for National Statistics).
    assert reading.frame[reading.frame.ethnicity == "Gypsy or Irish Traveller"].residents.sum() == 57_680
    assert any("57,680" in note and "675" in note for note in reading.notes)
    assert seconds < 5


def test_the_two_real_tables_of_2011_agree(source, real_files):
    authority = read(source("c.csv", real_files / "census" / "census2011_ethnic_groups_la.csv")).frame
    packed = real_files / "census" / "census2011_ethnic_group_lsoa_msoa_lad.csv.gz"
    lsoa = read(source("c.csv", gzip.decompress(packed.read_bytes()))).frame
    by_group, by_word = authority.groupby("ethnicity").residents.sum(), lsoa.groupby("ethnicity").residents.sum()
    for group, word in {
        "White: Gypsy or Irish Traveller": "Gypsy or Irish Traveller",
        "White: Irish": "Irish",
        "Black/African/Caribbean/Black British: African": "BlkAfrican",
        "Other ethnic group: Any other ethnic group": "Other",
    }.items():
        assert by_group[group] == by_word[word]


NOMIS = """
"TS001 - Number of usual residents in households and communal establishments"
"ONS Crown Copyright Reserved [from Nomis on 6 January 2026]"
"Population :","All usual residents"

"2021 super output area - lower layer","mnemonic","2021"
"Barking and Dagenham 001A","E01000027","2082"
"Barking and Dagenham 001B","E01000028","1,817"


"","In order to protect against disclosure of personal information, records"
"","have been swapped."
"",""
"""


def test_everyone_as_nomis_hands_it_out(source):
    given = source("residents.csv", NOMIS.replace("1,817", "1817").encode())
    slot = census.recognise(given)
    assert slot == Slot("census residents", "population", "Census 2021 by LSOA, all residents", "2021")
    frame = census.read(given, slot).frame
    assert frame[["level", "area_code", "area_name", "residents"]].to_numpy().tolist() == [
        ["lsoa", "E01000027", "Barking and Dagenham 001A", 2082],
        ["lsoa", "E01000028", "Barking and Dagenham 001B", 1817],
    ]
    assert frame[["ethnicity", "ethnicity_list"]].isna().all(axis=None)


def test_rows_of_nomis_are_numbered_as_in_the_file(source):
    given = source("residents.csv", NOMIS.encode())
    with pytest.raises(Refused) as caught:
        census.read(given, census.recognise(given))
    (problem,) = caught.value.problems
    assert (problem.row, problem.column, problem.value) == (8, "TS001 2021", "1,817")


def test_ethnic_groups_as_nomis_hands_them_out(source):
    header = ["local authority: district / unitary (as of April 2021)", "mnemonic", "Total: All usual residents"]
    numbers = [str(10 * place) for place in range(1, 20)]
    lines = [
        ["TS021 - Ethnic group"],
        ["ONS Crown Copyright Reserved [from Nomis on 6 January 2026]"],
        [],
        [*header, "White", *GROUPS_2021],
        ["Barking and Dagenham", "E09000002", "1900", "777", *numbers],
        ["", "Note."],
    ]
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(lines)
    given = source("ts021.csv", text.getvalue().encode())
    slot = census.recognise(given)
    assert slot == Slot("census ethnicity", "population", "Census 2021 by district", "2021")
    frame = census.read(given, slot).frame
    assert dict(zip(frame["ethnicity"], frame["residents"].astype(str), strict=True)) == dict(
        zip(GROUPS_2021, numbers, strict=True)
    )
    wrong = source("ts021.csv", text.getvalue().replace('"1900"', '"1890"').encode())
    with pytest.raises(Refused, match="add up to 1,900, not to this total"):
        census.read(wrong, slot)


@pytest.mark.parametrize(
    ("change", "said"),
    [(('"mnemonic",', '"code",'), None), (('"E01000028",', ""), "has 2 cells where the header has 3")],
)
def test_a_nomis_table_without_codes_or_cells(source, change, said):
    given = source("residents.csv", NOMIS.replace(*change).encode())
    slot = census.recognise(given)
    if said is None:
        assert slot is None
        return
    with pytest.raises(Refused, match=said):
        census.read(given, slot)


def test_the_real_residents_of_london_by_lsoa(source, real_files):
    path = real_files / "census" / "total_residents_lsoa2021_london_nomis.csv"
    given = source(path.name, path)
    frame = census.read(given, census.recognise(given)).frame
    # Census 2021: 8,799,800 residents of London, 8,600 of them of the City, which the file leaves out.
    assert (len(frame), int(frame["residents"].sum())) == (4988, pytest.approx(8_791_200, abs=100))


@pytest.mark.parametrize(
    "change",
    [
        ("TS001 - Number of usual residents in households and communal establishments", "TS041 - Number of households"),
        ('"Population :","All usual residents"', '"Population :","All usual residents"\n"Sex :","Female"'),
        ("All usual residents", "Residents of communal establishments"),
    ],
)
def test_a_nomis_count_of_others_is_not_taken_for_everyone(source, change):
    assert NOMIS.count(change[0]) == 1
    assert census.recognise(source("x.csv", NOMIS.replace(*change).encode())) is None


def test_an_area_of_nomis_without_a_name_is_kept(source):
    given = source("x.csv", NOMIS.replace("1,817", "1817").replace("Barking and Dagenham 001B", "").encode())
    assert census.read(given, census.recognise(given)).frame["residents"].tolist() == [2082, 1817]

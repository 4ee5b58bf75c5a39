"""Census files that cross ethnicity with age: small ones in the genuine layouts, with invented counts."""

import csv
import io
from itertools import product

import pytest

from analytics.findings.ages import OLDEST, made_of
from data.readers import census_by_age, recognise
from data.readers.source import Refused, Slot

# The 23 age categories of Census 2021 (RM121 and custom datasets), and the 21 of DC2101EW of Census 2011.
AGES_2021 = [
    "Aged 2 years and under", "Aged 3 to 4 years", "Aged 5 to 7 years", "Aged 8 to 9 years", "Aged 10 to 14 years",
    "Aged 15 years", "Aged 16 to 17 years", "Aged 18 to 19 years",
    *(f"Aged {first} to {first + 4} years" for first in range(20, 65, 5)), "Aged 65 years", "Aged 66 to 69 years",
    "Aged 70 to 74 years", "Aged 75 to 79 years", "Aged 80 to 84 years", "Aged 85 years and over",
]  # fmt: skip
AGES_2011 = [
    "Age 0 to 4", "Age 5 to 7", "Age 8 to 9", "Age 10 to 14", "Age 15", "Age 16 to 17", "Age 18 to 19",
    *(f"Age {first} to {first + 4}" for first in range(20, 85, 5)), "Age 85 and over",
]  # fmt: skip
# The nine of RM032.
AGES_RM032 = [
    "Aged 4 years and under", "Aged 5 to 9 years", "Aged 10 to 15 years", "Aged 16 to 24 years", "Aged 25 to 34 years",
    "Aged 35 to 49 years", "Aged 50 to 64 years", "Aged 65 to 74 years", "Aged 75 years and over",
]  # fmt: skip
SEARCHED_AGES = [(0, 9), (10, 17), (18, 24), (25, 34), (35, OLDEST)]
GROUPS_2021 = {
    "-8": "Does not apply",
    "6": "Black, Black British, Black Welsh, Caribbean or African: African",
    "13": "White: English, Welsh, Scottish, Northern Irish or British",
}


def table(header, rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


def custom(areas=(("E06000001", "Hartlepool"),), ages=AGES_2021, sexes=("Female", "Male"), groups=GROUPS_2021):
    """A custom dataset: of nobody does the question of ethnicity not apply; every other row counts its place."""
    header = [
        *("Lower tier local authorities Code", "Lower tier local authorities"),
        *("Ethnic group (20 categories) Code", "Ethnic group (20 categories)"),
        *(f"Age ({len(ages)} categories) Code", f"Age ({len(ages)} categories)"),
        *(("Sex (2 categories) Code", "Sex (2 categories)") if sexes else ()),
        "Observation",
    ]
    rows = []
    for (code, name), group, (age, sex) in product(areas, groups.items(), product(enumerate(ages, 1), sexes or [""])):
        counted = 0 if group[0] == "-8" else len(rows)
        told = ["1" if sex == "Female" else "2", sex] if sexes else []
        rows.append([code, name, *group, age[0], age[1], *told, counted])
    return header, rows


def nomis(groups=(("1", "White: Total"), ("2", "White: English/Welsh/Scottish/Northern Irish/British"))):
    header = [
        *("GEOGRAPHY_CODE", "GEOGRAPHY_NAME", "C_ETHPUK11", "C_ETHPUK11_NAME"),
        *("C_SEX", "C_SEX_NAME", "C_AGE", "C_AGE_NAME", "OBS_VALUE"),
    ]
    sexes, ages = ["All persons", "Males", "Females"], ["All categories: Age", *AGES_2011]
    rows = [
        ["E09000003", "Barnet", *group, sex, sexes[sex], age, ages[age], 10 * age]
        for group, sex, age in product(groups, range(3), range(len(ages)))
    ]
    return header, rows


def read(given):
    return census_by_age.read(given, census_by_age.recognise(given))


def refused(given):
    with pytest.raises(Refused) as caught:
        read(given)
    return [(p.row, p.column, p.value, p.what) for p in caught.value.problems]


def test_a_custom_dataset_of_2021(source):
    given = source("custom-filtered.csv", table(*custom()))
    slot = Slot(
        "census ethnicity by age", "population", "Census 2021, age and sex crossed with ethnicity by district", "2021"
    )
    assert recognise(given) == (census_by_age, slot)
    reading = read(given)
    frame = reading.frame
    assert (len(frame), reading.records) == (2 * 23 * 2, 3 * 23 * 2)
    first = frame.iloc[0]
    assert first[["source", "level", "area_code", "area_name"]].tolist() == [
        *("Census 2021, age and sex crossed with ethnicity", "district", "E06000001", "Hartlepool"),
    ]
    assert first[["ethnicity_list", "ethnicity", "age", "sex", "year", "residents"]].tolist() == [
        *("census_2021", GROUPS_2021["6"], "Aged 2 years and under", "Female", 2021, 46),
    ]
    # Rows 46 to 137 of the file, each counting its place.
    assert frame["residents"].sum() == sum(range(46, 138))
    assert reading.notes[1:] == (
        "Areas: 1; residents: 8,418; ages: 23 bands, Aged 2 years and under to Aged 85 years and over.",
        "Rows left out, under “Does not apply”: 46, with 0 residents.",
    )


def test_dc2101ew_of_2011_without_its_totals(source):
    given = source("dc2101ew.csv", table(*nomis()))
    assert recognise(given)[1].subject == "Census 2011, age and sex crossed with ethnicity by district"
    reading = read(given)
    assert set(reading.frame["ethnicity"]) == {"White: English/Welsh/Scottish/Northern Irish/British"}
    assert set(reading.frame["ethnicity_list"]) == {"census_2011"}
    assert reading.frame.groupby("sex")["residents"].sum().to_dict() == {"Female": 2310, "Male": 2310}
    assert f"Rows left out, for they add up others or are per cents: {132 - 42}." in reading.notes


def test_the_bands_of_both_make_up_the_ages_of_searches():
    for ages in (AGES_2021, AGES_2011):
        assert all(made_of(ages, *span) for span in SEARCHED_AGES)
        assert [band for span in SEARCHED_AGES for band in made_of(ages, *span)] == ages


def test_the_bands_of_rm032_make_up_only_some():
    assert [bool(made_of(AGES_RM032, *span)) for span in SEARCHED_AGES] == [True, False, False, True, True]


def test_ages_without_sexes(source):
    reading = read(source("c.csv", table(*custom(sexes=(), ages=AGES_RM032))))
    assert reading.frame["sex"].isna().all()
    assert set(reading.frame["source"]) == {"Census 2021, age crossed with ethnicity"}


def test_per_cents_of_nomis_are_no_counts(source):
    header, rows = nomis()
    rows = [[*row, "Value"] for row in rows] + [[*row[:-1], "7.5", "Percent"] for row in rows]
    assert read(source("c.csv", table([*header, "MEASURES_NAME"], rows))).frame["residents"].sum() == 4620


def test_a_file_cut_short_is_refused(source):
    header, rows = custom(areas=(("E06000001", "Hartlepool"), ("E06000002", "Middlesbrough")))
    what = "it has 91 of the 92 rows of ethnic groups, ages and sexes in the file"
    assert refused(source("c.csv", table(header, rows[:-1]))) == [
        (None, "Lower tier local authorities Code", "E06000002", what)
    ]


def test_groups_of_another_classification_are_refused(source):
    header, rows = custom(groups={"1": "Asian, Asian British or Asian Welsh"}, ages=AGES_RM032[:1], sexes=())
    what = "this ethnic group is not in the list census_2021"
    header[2:4] = ["Ethnic group (6 categories) Code", "Ethnic group (6 categories)"]
    assert refused(source("c.csv", table(header, rows))) == [
        (2, "Ethnic group (6 categories)", "Asian, Asian British or Asian Welsh", what)
    ]


def test_a_dataset_that_is_split_further_is_refused(source):
    header, rows = custom(ages=AGES_RM032[:1], sexes=())
    header, rows = [*header, "Disability (3 categories)"], [[*row, kind] for row in rows for kind in ("Yes", "No")]
    found = refused(source("c.csv", table(header, rows)))
    assert {what for *_, what in found} == {"this area stands already with the same year, group, sex and age"}


def test_totals_alone_are_refused(source):
    header, rows = nomis(groups=(("1", "White: Total"),))
    assert refused(source("c.csv", table(header, rows))) == [
        (None, None, None, "the file holds no row of one ethnic group and age")
    ]


def test_a_census_without_ages_is_not_its_own(source):
    header = "Lower tier local authorities Code,Lower tier local authorities,Ethnic group (20 categories),Observation"
    assert census_by_age.recognise(source("c.csv", f"{header}\nE06000001,Hartlepool,White: Irish,3\n".encode())) is None

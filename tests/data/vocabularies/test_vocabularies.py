"""The vocabularies against the published lists, the census's own subtotals and the real files."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.vocabularies import (
    BROAD_GROUPS,
    GROUPS,
    NOT_STATED,
    Vocabulary,
    ethnicity,
    forces,
    grouping_notes,
    normalise,
    published_forces,
    unknown_values,
    vocabulary,
)
from data.vocabularies.survey import CLASSES, DONT_KNOW, NEGATIVE, POSITIVE, STAGES, measures

REPOSITORY = Path(__file__).parents[3]
FOLDER = REPOSITORY / "data" / "vocabularies"

LISTS = ("police_18_1", "pace_2023", "16_1", "officer_5", "ic", "census_2011", "census_2011_mlid", "census_2021")
SINGLE = (
    "forces",
    "powers",
    "objects",
    "outcomes",
    "stop_types",
    "crime_types",
    "crime_outcomes",
    "genders",
    "age_bands",
    "ethnicity_choices",
    "measures",
    "attributes",
    "policy_dates",
)
SCALES = (
    "quality",
    "agree5",
    "confident4",
    "informed3",
    "likely4",
    "satisfied5",
    "safe4",
    "worried4",
    "common4",
    "yes_no",
    "weekly",
    "trust5",
    "band3",
)
PUBLISHED_MEASURES = {"pas_boroughs": 8, "public_perception": 7, "pas_questions": 23}
ALL = [
    *((name, None) for name in SINGLE),
    *(("ethnicity", name) for name in LISTS),
    *(("scales", name) for name in SCALES),
    *(("published_measures", name) for name in PUBLISHED_MEASURES),
]

# PACE 2023 code, string of data.police.uk, Census 2021 group and broad group (ONS; College of Policing).
PUBLISHED = [
    ("W1", "White - English/Welsh/Scottish/Northern Irish/British", "White British", "White"),
    ("W2", "White - Irish", "White Irish", "White"),
    ("W3", "White - Gypsy or Irish Traveller", "Gypsy or Irish Traveller", "White"),
    ("W4", "White - Roma", "Roma", "White"),
    ("W9", "White - Any other White background", "Other White", "White"),
    ("M1", "Mixed/Multiple ethnic groups - White and Black Caribbean", "White and Black Caribbean", "Mixed"),
    ("M2", "Mixed/Multiple ethnic groups - White and Black African", "White and Black African", "Mixed"),
    ("M3", "Mixed/Multiple ethnic groups - White and Asian", "White and Asian", "Mixed"),
    ("M9", "Mixed/Multiple ethnic groups - Any other Mixed/Multiple ethnic background", "Other Mixed", "Mixed"),
    ("A1", "Asian/Asian British - Indian", "Indian", "Asian"),
    ("A2", "Asian/Asian British - Pakistani", "Pakistani", "Asian"),
    ("A3", "Asian/Asian British - Bangladeshi", "Bangladeshi", "Asian"),
    ("A4", "Asian/Asian British - Chinese", "Chinese", "Asian"),
    ("A9", "Asian/Asian British - Any other Asian background", "Other Asian", "Asian"),
    ("B1", "Black/African/Caribbean/Black British - Caribbean", "Black Caribbean", "Black"),
    ("B2", "Black/African/Caribbean/Black British - African", "Black African", "Black"),
    (
        "B9",
        "Black/African/Caribbean/Black British - Any other Black/African/Caribbean background",
        "Other Black",
        "Black",
    ),
    ("O1", "Other ethnic group - Arab", "Arab", "Other"),
    ("O9", "Other ethnic group - Any other ethnic group", "Any other ethnic group", "Other"),
    ("NS", "Other ethnic group - Not stated", "Not stated", "Not stated"),
]


def test_normalise_ignores_case_and_spaces_and_nothing_else() -> None:
    assert normalise("  White -\u00a0 IRISH ") == normalise("White - Irish")
    assert normalise("Act 1990 (section 34B )") == normalise("act 1990(section 34b)")
    assert normalise("White - Irish") != normalise("White Irish")
    assert normalise("A1") != normalise("A 1")


@given(st.text())
def test_normalise_twice_is_normalise_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(("name", "list_name"), ALL)
def test_every_value_maps_once_whatever_its_case_and_spaces(name: str, list_name: str | None) -> None:
    chosen = vocabulary(name, list_name)
    for row in chosen.rows:
        value = row[chosen.key]
        noisy = "  " + value.upper().replace(" ", "   ").replace(")", " )") + "\t"
        assert chosen.lookup(value) == chosen.lookup(noisy) == dict(row)
    collapsed = ["".join(value.lower().split()) for value in chosen.values]
    assert len(collapsed) == len(set(collapsed)) == len(chosen.rows)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.csv")), ids=lambda path: path.stem)
def test_every_row_fills_every_column_and_has_no_stray_spaces(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert len(set(header)) == len(header)
    assert rows
    for row in rows:
        assert len(row) == len(header)
        assert row == [cell.strip() for cell in row]


def test_a_value_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="“WHITE” twice"):
        Vocabulary("test", ({"value": "White"}, {"value": "WHITE"}))
    with pytest.raises(ValueError, match="without a value"):
        Vocabulary("test", ({"value": " "},))


def test_missing_and_unknown_values_are_not_guessed() -> None:
    chosen = vocabulary("outcomes")
    for value in ("", "  ", None, float("nan"), "Arrested"):
        assert chosen.lookup(value) is None
    grouping = ethnicity("police_18_1")
    for other in ("", "W1", "White", "White - Irish White - Gypsy or Irish Traveller"):
        assert grouping.get(other) is None


def test_a_looked_up_row_can_be_changed_without_changing_the_vocabulary() -> None:
    row = vocabulary("forces").lookup("kent")
    assert row is not None
    row["name"] = "changed"
    assert vocabulary("forces").lookup("kent") == {
        "slug": "kent",
        "name": "Kent Police",
        "short": "Kent Police",
        "pfa_code": "E23000032",
    }


def test_messages_name_what_can_be_chosen() -> None:
    with pytest.raises(ValueError, match="no vocabulary “crimes”; choose one of age_bands"):
        vocabulary("crimes")
    with pytest.raises(ValueError, match=r"no vocabulary “\.\./tables”"):
        vocabulary("../tables")
    with pytest.raises(ValueError, match="needs the name of a list; choose one of police_18_1, pace_2023"):
        vocabulary("ethnicity")
    with pytest.raises(ValueError, match="has no list “18_1”"):
        ethnicity("18_1")
    with pytest.raises(ValueError, match="single list"):
        vocabulary("powers", "police_18_1")


def test_unknown_values_are_named_with_their_counts_and_blanks_are_not() -> None:
    counts = {"Arrest": 3, "ARREST ": 2, "": 7, " ": 1, "Details not available": 4, "details not available": 1}
    unknown = unknown_values(counts, vocabulary("outcomes"))
    assert unknown == {"Details not available": 4, "details not available": 1}


def test_the_loader_needs_no_pandas() -> None:
    code = "import sys, data.vocabularies as v; v.vocabulary('powers'); sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=False).returncode == 0


# Ethnic groups


@pytest.mark.parametrize(
    ("list_name", "size"),
    [
        ("police_18_1", 18 + 1 + 1 + 19),
        ("pace_2023", 20),
        ("16_1", 17),
        ("officer_5", 5),
        ("ic", 8),
        ("census_2011", 18),
        ("census_2011_mlid", 15),
        ("census_2021", 19),
    ],
)
def test_each_list_has_as_many_values_as_its_source(list_name: str, size: int) -> None:
    assert len(ethnicity(list_name)) == size == len(set(ethnicity(list_name)))


@pytest.mark.parametrize(("code", "string", "group", "broad"), PUBLISHED)
def test_published_strings_and_pace_codes_agree(code: str, string: str, group: str, broad: str) -> None:
    assert ethnicity("police_18_1")[string] == ethnicity("pace_2023")[code] == (group, broad)


def test_the_published_list_is_whole() -> None:
    """A comma left out of a list joins two strings into one; then these would be fewer, or longer."""
    older = [value for value in ethnicity("police_18_1") if re.search(r"\([A-Z0-9]{2}\)$", value)]
    assert set(ethnicity("police_18_1")) - set(older) == {string for _, string, _, _ in PUBLISHED}
    assert len(older) == 19
    assert set(ethnicity("pace_2023")) == {code for code, _, _, _ in PUBLISHED}


@pytest.mark.parametrize("list_name", ["census_2011", "census_2021"])
def test_census_headings_count_as_the_group_they_end_with(list_name: str) -> None:
    worded = {
        "English/Welsh/Scottish/Northern Irish/British": "White British",
        "English, Welsh, Scottish, Northern Irish or British": "White British",
        "Irish": "White Irish",
        "Other Mixed or Multiple ethnic groups": "Other Mixed",
        "African": "Black African",
        "Caribbean": "Black Caribbean",
    }
    for heading, group in ethnicity(list_name).items():
        ending = heading.rsplit(": ", 1)[1]
        assert group.group == worded.get(ending, ending)


def test_short_census_names_count_as_what_they_shorten() -> None:
    assert {name: group.group for name, group in ethnicity("census_2011_mlid").items()} == {
        "WhiteBrit": "White British",
        "Irish": "White Irish",
        "Gypsy or Irish Traveller": "Gypsy or Irish Traveller",
        "OtherWhite": "Other White",
        "Mixed": "Mixed",
        "Indian": "Indian",
        "Pakistani": "Pakistani",
        "Bangladeshi": "Bangladeshi",
        "Chinese": "Chinese",
        "OtherAsian": "Other Asian",
        "BlkAfrican": "Black African",
        "BlkCaribbean": "Black Caribbean",
        "OtherBlk": "Other Black",
        "Arab": "Arab",
        "Other": "Any other ethnic group",
    }


def test_older_strings_agree_with_the_code_in_their_brackets() -> None:
    codes = ethnicity("16_1")
    covered = set()
    for value, group in ethnicity("police_18_1").items():
        found = re.search(r"\((\w\w)\)$", value)
        if found:
            code = found[1].replace("0", "O")
            covered.add(code)
            assert group.group == codes[code].group, value
    assert covered == set(codes)


@pytest.mark.parametrize("list_name", LISTS)
def test_groups_and_broad_groups_are_the_declared_ones(list_name: str) -> None:
    published = {group: broad for _, _, group, broad in PUBLISHED}
    assert tuple(sorted(published)) == tuple(sorted((*GROUPS, NOT_STATED)))
    for value, (group, broad) in ethnicity(list_name).items():
        assert broad in (*BROAD_GROUPS, NOT_STATED)
        assert (group == NOT_STATED) == (broad == NOT_STATED), value
        if group in published and (list_name, value) != ("16_1", "O1"):
            assert broad == published[group], value


def test_not_stated_is_never_other() -> None:
    for list_name, value in [
        ("police_18_1", "Other ethnic group - Not stated"),
        ("police_18_1", "Not Stated (NS)"),
        ("pace_2023", "NS"),
        ("16_1", "NS"),
    ]:
        assert ethnicity(list_name)[value] == (NOT_STATED, NOT_STATED)


def test_o1_is_chinese_in_one_list_and_arab_in_the_other() -> None:
    assert ethnicity("16_1")["O1"] == ("Chinese", "Other")
    assert ethnicity("pace_2023")["O1"] == ("Arab", "Other")
    assert ethnicity("16_1", {"chinese": "Asian"})["O1"] == ("Chinese", "Asian")
    assert ethnicity("pace_2023", {"chinese": "Asian"})["O1"] == ("Arab", "Other")


def test_identity_codes_follow_the_setting() -> None:
    broad = {code: group.broad for code, group in ethnicity("ic").items()}
    assert broad == {
        "IC1": "White",
        "IC2": "White",
        "IC3": "Black",
        "IC4": "Asian",
        "IC5": "Asian",
        "IC6": "Other",
        "IC9": NOT_STATED,
        "IC0": NOT_STATED,
    }
    other = {code: group.broad for code, group in ethnicity("ic", {"ic5": "Other"}).items()}
    assert other == broad | {"IC5": "Other"}
    assert ethnicity("ic").get("IC7") is None


@pytest.mark.parametrize(
    ("choice", "group", "default", "other"),
    [
        ("mixed_black", "White and Black Caribbean", "Mixed", "Black"),
        ("mixed_black", "White and Black African", "Mixed", "Black"),
        ("chinese", "Chinese", "Asian", "Other"),
    ],
)
@pytest.mark.parametrize("list_name", ["police_18_1", "pace_2023", "census_2011", "census_2021"])
def test_a_choice_moves_its_groups_and_no_others(
    list_name: str, choice: str, group: str, default: str, other: str
) -> None:
    before, after = ethnicity(list_name), ethnicity(list_name, {choice: other})
    assert {found.broad for found in before.values() if found.group == group} == {default}
    assert {found.broad for found in after.values() if found.group == group} == {other}
    moved = {before[value].broad for value in before if before[value] != after[value]}
    assert moved == {default}
    assert ethnicity(list_name, {choice: default}) == before


def test_choices_are_checked_and_said() -> None:
    with pytest.raises(ValueError, match="“mixed_black” can't be “White”; use Black or Mixed"):
        ethnicity("police_18_1", {"mixed_black": "White"})
    with pytest.raises(ValueError, match="no grouping choice “ic6”"):
        ethnicity("ic", {"ic6": "Asian"})
    assert grouping_notes("16_1") == (
        "Chinese: counted as Other.",
        "White and Black Caribbean, and White and Black African: counted as Mixed.",
    )
    assert grouping_notes("police_18_1", {"mixed_black": "Black", "ic5": "Other"}) == (
        "Chinese: counted as Asian.",
        "White and Black Caribbean, and White and Black African: counted as Black.",
    )
    assert grouping_notes("ic", {"ic5": "Other"}) == ("IC5 (Chinese, Japanese or South East Asian): counted as Other.",)
    assert grouping_notes("officer_5") == ()


def test_every_choice_has_words_and_one_default_in_a_list() -> None:
    about = set(vocabulary("ethnicity_choices").values)
    used = set()
    for list_name in LISTS:
        defaults: dict[str, set[tuple[str, str]]] = {}
        for row in vocabulary("ethnicity", list_name).rows:
            assert bool(row["choice"]) == bool(row["other_broad"])
            if row["choice"]:
                defaults.setdefault(row["choice"], set()).add((row["broad"], row["other_broad"]))
        assert all(len(pairs) == 1 for pairs in defaults.values())
        used |= set(defaults)
    assert used == about


# Stop and search


def test_powers_are_the_known_ones_and_no_suspicion_is_kept_apart() -> None:
    powers = vocabulary("powers")
    classes = Counter(row["class"] for row in powers.rows)
    assert classes == {"reasonable grounds": 18, "no suspicion": 4, "order": 1}
    assert {row["name"] for row in powers.rows if row["class"] == "no suspicion"} == {
        "Criminal Justice and Public Order Act 1994, section 60",
        "Terrorism Act 2000, section 47A",
        "Public Order Act 2023, section 11",
        "Police and Criminal Evidence Act 1984, section 6",
    }
    waste = powers.lookup("Environmental Protection Act 1990 (section 34B)")
    assert waste is not None
    assert waste["value"] == "Environmental Protection Act 1990 (section 34B )"
    assert waste["name"] == "Environmental Protection Act 1990, section 34B"


def test_names_and_labels_of_powers_keep_the_section_and_are_unambiguous() -> None:
    rows = vocabulary("powers").rows
    for column in ("name", "label"):
        assert len({row[column] for row in rows}) == len(rows)
    for row in rows:
        number = re.search(r"(?:section |s)(\d+[A-Z]?)", row["value"])
        year = re.search(r"\d{4}", row["value"])
        assert number is not None
        assert year is not None
        assert f"section {number[1]}" in row["name"]
        assert f"(section {number[1]})" in row["label"]
        assert year[0] in row["name"]


def test_objects_and_types_are_as_many_as_published() -> None:
    assert len(vocabulary("objects").rows) == 17
    assert {row["value"]: row["person"] for row in vocabulary("stop_types").rows} == {
        "Person search": "yes",
        "Person and Vehicle search": "yes",
        "Vehicle search": "no",
    }


def test_older_and_current_outcomes_meet() -> None:
    outcomes = vocabulary("outcomes")
    assert Counter(row["wording"] for row in outcomes.rows) == {"current": 9, "older": 8}
    for older, current in [
        ("Nothing found - no further action", "A no further action disposal"),
        ("false", "A no further action disposal"),
        ("Suspect arrested", "Arrest"),
        ("Local resolution", "Community resolution"),
        ("Offender given drugs possession warning", "Khat or Cannabis warning"),
        ("Offender cautioned", "Caution (simple or conditional)"),
        ("Offender given penalty notice", "Penalty Notice for Disorder"),
        ("Suspect summonsed to court", "Summons / charged by post"),
    ]:
        one, other = outcomes.lookup(older), outcomes.lookup(current)
        assert one is not None
        assert other is not None
        assert one["outcome"] == other["outcome"]
    assert len({row["outcome"] for row in outcomes.rows}) == 8


def test_age_bands_leave_no_age_out() -> None:
    rows = vocabulary("age_bands").rows
    ends = [int(row["to_age"]) for row in rows[:-1]]
    assert [int(row["from_age"]) for row in rows] == [0, *(end + 1 for end in ends)]
    assert ends == [9, 17, 24, 34]
    assert rows[-1]["to_age"] == ""


def test_forces_are_43_areas_and_british_transport_police() -> None:
    rows = vocabulary("forces").rows
    codes = [row["pfa_code"] for row in rows if row["pfa_code"]]
    assert len(rows) == 44
    assert len(set(codes)) == len(codes) == 43
    assert sum(code.startswith("E23") for code in codes) == 39
    assert sum(code.startswith("W15") for code in codes) == 4
    assert [row["slug"] for row in rows if not row["pfa_code"]] == ["btp"]
    assert len({row["short"] for row in rows}) == 44
    assert all(re.fullmatch(r"[a-z-]+", row["slug"]) for row in rows)
    assert list(published_forces()) == [row["slug"] for row in rows]
    assert list(forces()) == [*published_forces(), "eskmere", "england and wales"]
    assert forces()["metropolitan"]["short"] == "Metropolitan Police"
    assert forces()["city-of-london"]["pfa_code"] == "E23000034"
    assert "scotland" not in forces()


# Surveys


def test_every_measure_has_a_scale_and_a_stage_that_exist() -> None:
    assert {measure.scale for measure in measures().values()} <= set(SCALES)
    assert {measure.stage for measure in measures().values()} == {*STAGES, "benefit"}
    for measure in measures().values():
        assert set(measure.classes.values()) <= set(CLASSES)
        assert {POSITIVE, NEGATIVE, DONT_KNOW} <= set(measure.classes.values()), measure.id


@pytest.mark.parametrize("list_name", PUBLISHED_MEASURES)
def test_published_names_mean_measures_of_the_catalogue_and_no_two_the_same(list_name: str) -> None:
    meant = [row["measure"] for row in vocabulary("published_measures", list_name).rows]
    assert len(meant) == len(set(meant)) == PUBLISHED_MEASURES[list_name]
    assert set(meant) <= set(measures())


# Documentation


def test_every_list_of_published_measures_is_described_with_its_size() -> None:
    text = (REPOSITORY / "docs" / "vocabularies.md").read_text(encoding="utf-8")
    for list_name, size in PUBLISHED_MEASURES.items():
        assert f"| `{list_name}` | {size} |" in text


@pytest.mark.parametrize("page", ["docs/vocabularies.md", "data/vocabularies/README.md"])
def test_every_file_is_described(page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    paths = sorted(FOLDER.glob("*.csv"))
    assert len(paths) >= 10
    assert [path.name for path in paths if f"`{path.name}`" not in text] == []


def test_the_readme_names_every_column() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FOLDER.glob("*.csv"):
        header = path.read_text(encoding="utf-8").splitlines()[0]
        assert f"| `{path.name}` | {header.replace(',', ', ')} |" in text


def test_every_ethnicity_list_and_choice_is_described_with_its_size() -> None:
    text = (REPOSITORY / "docs" / "vocabularies.md").read_text(encoding="utf-8")
    for list_name in LISTS:
        assert f"| `{list_name}` | {len(ethnicity(list_name))} |" in text
    for choice in vocabulary("ethnicity_choices").values:
        assert f"| `{choice}` |" in text


# Real files


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    yield from csv.DictReader(io.StringIO(text, newline=""))


@pytest.fixture(scope="module")
def stop_counts(real_files: Path) -> dict[str, Counter[str]]:
    columns = {
        "Type",
        "Gender",
        "Age range",
        "Self-defined ethnicity",
        "Officer-defined ethnicity",
        "Legislation",
        "Object of search",
        "Outcome",
    }
    counts: dict[str, Counter[str]] = {column: Counter() for column in columns}
    for path in sorted((real_files / "police_uk").glob("*/*stop-and-search.csv*")):
        for row in read_rows(path):
            for column in columns:
                counts[column][row[column]] += 1
    return counts


@pytest.mark.parametrize(
    ("column", "name", "list_name"),
    [
        ("Type", "stop_types", None),
        ("Gender", "genders", None),
        ("Age range", "age_bands", None),
        ("Self-defined ethnicity", "ethnicity", "police_18_1"),
        ("Officer-defined ethnicity", "ethnicity", "officer_5"),
        ("Legislation", "powers", None),
        ("Object of search", "objects", None),
        ("Outcome", "outcomes", None),
    ],
)
def test_real_stops_are_all_known_and_none_is_lost(
    stop_counts: dict[str, Counter[str]], column: str, name: str, list_name: str | None
) -> None:
    counts, chosen = stop_counts[column], vocabulary(name, list_name)
    known = sum(n for value, n in counts.items() if chosen.lookup(value) is not None)
    assert unknown_values(counts, chosen) == {}
    assert known + counts[""] == sum(counts.values()) == 152_877


def test_real_stops_by_broad_group(stop_counts: dict[str, Counter[str]]) -> None:
    """Added up by hand from the distinct values listed with the files."""
    grouping = ethnicity("police_18_1")
    broad: Counter[str] = Counter()
    for value, n in stop_counts["Self-defined ethnicity"].items():
        group = grouping.get(value)
        broad["blank" if group is None else group.broad] += n
    assert broad == {
        "White": 51_526 + 11_626 + 1_129 + 102,
        "Black": 11_839 + 11_219 + 9_398,
        "Asian": 7_201 + 6_310 + 4_239 + 2_820 + 203,
        "Mixed": 2_731 + 2_211 + 813 + 657,
        "Other": 2_144 + 13,
        NOT_STATED: 20_975,
        "blank": 5_721,
    }


def test_pace_codes_agree_with_the_reference_table(real_files: Path) -> None:
    renamed = {
        "British": "White British",
        "Irish": "White Irish",
        "African": "Black African",
        "Caribbean": "Black Caribbean",
        "Other ethnic group": "Any other ethnic group",
        "Unknown": NOT_STATED,
    }
    reference = {
        row["police_code"]: (
            renamed.get(row["ethnicity_19"], row["ethnicity_19"]),
            renamed.get(row["ethnicity_5"], row["ethnicity_5"]),
        )
        for row in read_rows(real_files / "reference" / "ethnicity_police_to_census2021.csv")
    }
    assert dict(ethnicity("pace_2023")) == reference


def test_forces_agree_with_the_reference_table_the_boundaries_and_the_file_names(real_files: Path) -> None:
    listed = vocabulary("forces")
    reference = [
        (row["slug"], row["name"], row["pfa_code"]) for row in read_rows(real_files / "reference" / "forces.csv")
    ]
    assert [(row["slug"], row["name"], row["pfa_code"]) for row in listed.rows] == reference
    shapes = json.loads((real_files / "boundaries" / "police_force_areas_2022_simplified.geojson").read_text("utf-8"))
    areas = {feature["properties"]["id"] for feature in shapes["features"]}
    assert areas == {row["pfa_code"] for row in listed.rows} - {""}
    slugs = {
        re.sub(r"^\d{4}-\d\d-(.*)-stop-and-search\.csv(\.gz)?$", r"\1", path.name)
        for path in (real_files / "police_uk").glob("*/*stop-and-search.csv*")
    }
    assert slugs
    assert unknown_values(dict.fromkeys(slugs, 1), listed) == {}


def census_2011(real_files: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Ethnic-group headings of the local-authority table, and its rows by those headings."""
    rows = list(read_rows(real_files / "census" / "census2011_ethnic_groups_la.csv"))
    wording = {
        column: found[1]
        for column in rows[0]
        if (found := re.fullmatch(r"Ethnic Group: (.*); measures: Value", column))
    }
    return list(wording.values()), [{name: row[column] for column, name in wording.items()} for row in rows]


def test_census_2011_headings_map_or_are_subtotals(real_files: Path) -> None:
    headings, _ = census_2011(real_files)
    groups, subtotals = set(ethnicity("census_2011")), set(vocabulary("census_subtotals", "census_2011").values)
    assert not groups & subtotals
    assert set(headings) == groups | subtotals
    assert len(headings) == 24


def test_census_2011_groups_add_up_to_the_subtotals_the_census_prints(real_files: Path) -> None:
    grouping = ethnicity("census_2011")
    subtotals = {row["value"]: row["sums"] for row in vocabulary("census_subtotals", "census_2011").rows}
    _, rows = census_2011(real_files)
    assert len(rows) == 348
    for row in rows:
        broad: Counter[str] = Counter()
        for value, group in grouping.items():
            broad[group.broad] += int(row[value])
            broad["All"] += int(row[value])
        assert {value: broad[sums] for value, sums in subtotals.items()} == {
            value: int(row[value]) for value in subtotals
        }


def test_census_2011_small_areas_add_up_to_the_local_authorities(real_files: Path) -> None:
    """Two files of one census: each short column name must hold as many people as the full heading it stands for."""
    rows = list(read_rows(real_files / "census" / "census2011_ethnic_group_lsoa_msoa_lad.csv.gz"))
    groups, derived = ethnicity("census_2011_mlid"), "Gypsy or Irish Traveller"
    subtotals = set(vocabulary("census_subtotals", "census_2011_mlid").values)
    assert set(rows[0]) - {"LSOA", "MSOA", "LAD", "RGN"} == (set(groups) - {derived}) | subtotals
    totals = {value: sum(int(row[value]) for row in rows) for value in (set(groups) - {derived}) | subtotals}
    totals[derived] = 2 * totals["Persons"] - sum(totals.values())
    assert totals[derived] == 57_680
    small: Counter[str] = Counter()
    for value, group in groups.items():
        small[group.group] += totals[value]
    large: Counter[str] = Counter()
    for row in census_2011(real_files)[1]:
        for value, group in ethnicity("census_2011").items():
            large["Mixed" if group.broad == "Mixed" else group.group] += int(row[value])
    assert small == large


def test_census_2021_headings_map_to_the_group_they_begin_with(real_files: Path) -> None:
    first = next(read_rows(real_files / "census" / "census2021_ethnic_group_by_sex_lad.csv"))
    headings = [column for column in first if column not in ("Geography Code", "Geography Name", "Sex")]
    grouping = ethnicity("census_2021")
    assert set(headings) == set(grouping)
    assert {group.group for group in grouping.values()} == set(GROUPS)
    for heading in headings:
        assert heading.startswith(grouping[heading].broad)

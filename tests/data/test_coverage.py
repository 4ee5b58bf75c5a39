"""Censuses and boundary sets in several files: replaced, side by side or refused, and no area ever twice."""

import re

import pytest

from data.loading import check_files
from data.publishing import restore, withdraw
from data.store import StoreError

APRIL = "2018-04-surrey-stop-and-search.csv"
GROUPS_2011 = (
    "White: English/Welsh/Scottish/Northern Irish/British",
    "White: Irish",
    "White: Gypsy or Irish Traveller",
    "White: Other White",
    "Mixed/multiple ethnic group: White and Black Caribbean",
    "Mixed/multiple ethnic group: White and Black African",
    "Mixed/multiple ethnic group: White and Asian",
    "Mixed/multiple ethnic group: Other Mixed",
    "Asian/Asian British: Indian",
    "Asian/Asian British: Pakistani",
    "Asian/Asian British: Bangladeshi",
    "Asian/Asian British: Chinese",
    "Asian/Asian British: Other Asian",
    "Black/African/Caribbean/Black British: African",
    "Black/African/Caribbean/Black British: Caribbean",
    "Black/African/Caribbean/Black British: Other Black",
    "Other ethnic group: Arab",
    "Other ethnic group: Any other ethnic group",
)
ENGLAND, MORE, WALES = ("E07000209", "E07000210"), ("E07000211",), ("W06000001", "W06000002")


def census(*codes, each=10):
    """A census file: in every area so many residents, all of one group."""
    labels = ["All categories: Ethnic group", *GROUPS_2011]
    header = ["date", "geography", "geography code", *(f"Ethnic Group: {label}; measures: Value" for label in labels)]
    lines = [["2011", f"Area {code}", code, each, each, *[0] * 17] for code in codes]
    return "\n".join(",".join(map(str, line)) for line in (header, *lines)).encode()


def residents(store):
    """Residents by area, by rows and by the cube, which must agree; a row that counts twice shows."""
    rows = store.view().rows("population").collect("pandas").to_native()
    cube = store.view().rows("residents_cube").collect("pandas").to_native()
    counted = cube.groupby("area_code")["residents"].sum().to_dict()
    assert counted == rows.groupby("area_code")["residents"].sum().to_dict()
    return {code: int(number) for code, number in counted.items()}


def status_of(store):
    history = store.history()
    return dict(zip(history["file"], history["status"], strict=True))


def load_of(store, file):
    history = store.history()
    return history.loc[history["file"] == file, "load_id"].item()


def told(report):
    return [(outcome.status, outcome.detail) for outcome in report.outcomes]


def test_a_revision_of_the_same_areas_replaces(store, load):
    load({"first/england.csv": census(*ENGLAND)})
    report = load({"second/england.csv": census(*ENGLAND, each=11)})
    assert report.outcomes[0].detail.endswith("; replaces first/england.csv")
    assert residents(store) == dict.fromkeys(ENGLAND, 11)
    assert status_of(store) == {"first/england.csv": "superseded", "second/england.csv": "current"}


def test_a_revision_with_one_more_area_replaces_and_counts_nobody_twice(store, load):
    load({"first/england.csv": census(*ENGLAND)})
    load({"second/england.csv": census(*ENGLAND, *MORE, each=11)})
    assert residents(store) == dict.fromkeys((*ENGLAND, *MORE), 11)
    assert status_of(store)["first/england.csv"] == "superseded"


@pytest.mark.parametrize("together", [True, False])
def test_files_of_other_areas_stand_side_by_side(store, load, together):
    files = {"england.csv": census(*ENGLAND), "wales.csv": census(*WALES)}
    reports = [load(files)] if together else [load({name: content}) for name, content in files.items()]
    outcomes = [outcome.detail for report in reports for outcome in report.outcomes]
    assert outcomes == [
        "census ethnicity, Census 2011 by district 2011: 36 rows",
        "census ethnicity, Census 2011 by district 2011: 36 rows; its areas stand beside those of other files as "
        "“Census 2011 by district / part 2”",
    ]
    assert residents(store) == dict.fromkeys((*ENGLAND, *WALES), 10)
    assert set(status_of(store).values()) == {"current"}
    assert {outcome.status for outcome in load(files).outcomes} == {"already loaded"}


def test_each_part_is_revised_and_withdrawn_alone(store, load):
    load({"england.csv": census(*ENGLAND), "wales.csv": census(*WALES)})
    report = load({"new/wales.csv": census(*WALES, each=12)})
    assert report.outcomes[0].detail.endswith("; replaces wales.csv")
    assert residents(store) == dict.fromkeys(ENGLAND, 10) | dict.fromkeys(WALES, 12)
    withdraw(store, load_of(store, "new/wales.csv"), "Grace", "wrong")
    assert residents(store) == dict.fromkeys((*ENGLAND, *WALES), 10)
    withdraw(store, load_of(store, "england.csv"), "Grace", "wrong")
    assert residents(store) == dict.fromkeys(WALES, 10)


@pytest.mark.parametrize("together", [True, False])
def test_a_file_without_areas_of_the_one_it_would_replace_is_refused(store, load, together):
    files = {"a/england.csv": census(*ENGLAND, *MORE), "b/england.csv": census(*ENGLAND[:1], *WALES, each=11)}
    reports = [load(files)] if together else [load({name: content}) for name, content in files.items()]
    status, detail = told(reports[-1])[-1]
    assert (status, detail) == (
        "refused",
        "It would replace a/england.csv and lacks 2 of its 3 areas (E07000210, E07000211), which would vanish. Load "
        "one file that holds them all, or withdraw the other first: `python -m data withdraw "
        f"{load_of(store, 'a/england.csv')} --reason TEXT`.",
    )
    assert residents(store) == dict.fromkeys((*ENGLAND, *MORE), 10)


def test_what_the_refusal_says_helps(store, load):
    load({"a/england.csv": census(*ENGLAND, *MORE)})
    fewer = {"b/england.csv": census(*ENGLAND, each=11)}
    identity = re.search(r"withdraw ([0-9a-f]{16}) ", load(fewer).outcomes[0].detail)[1]
    withdraw(store, identity, "Grace", "an area was merged")
    assert told(load(fewer))[0][0] == "loaded"
    assert residents(store) == dict.fromkeys(ENGLAND, 11)


def test_a_file_of_everything_does_not_count_its_parts_again(store, load):
    load({"england.csv": census(*ENGLAND), "wales.csv": census(*WALES)})
    whole = {"whole.csv": census(*ENGLAND, *WALES, each=13)}
    status, detail = told(load(whole))[0]
    assert status == "refused"
    assert detail.startswith(
        "It holds areas of 2 files that are current beside each other, england.csv and wales.csv. Withdraw them first: "
    )
    assert residents(store) == dict.fromkeys((*ENGLAND, *WALES), 10)
    for identity in re.findall(r"withdraw ([0-9a-f]{16}) ", detail):
        withdraw(store, identity, "Grace", "one file has both now")
    load(whole)
    assert residents(store) == dict.fromkeys((*ENGLAND, *WALES), 13)


@pytest.mark.long
def test_nothing_that_is_restored_counts_an_area_twice(store, load):
    load({"whole.csv": census(*ENGLAND, *WALES)})
    whole = load_of(store, "whole.csv")
    withdraw(store, whole, "Grace", "in two files now")
    load({"england.csv": census(*ENGLAND, each=11), "wales.csv": census(*WALES, each=11)})
    with pytest.raises(StoreError) as caught:
        restore(store, whole, "Ada", "it was right")
    wales = load_of(store, "wales.csv")
    assert str(caught.value) == (
        "whole.csv and wales.csv would both be current and hold 2 of the same areas (W06000001, W06000002), which "
        f"would count twice; withdraw one of them first: `python -m data withdraw {whole} --reason TEXT` or "
        f"`python -m data withdraw {wales} --reason TEXT`."
    )
    assert residents(store) == dict.fromkeys((*ENGLAND, *WALES), 11)
    withdraw(store, wales, "Grace", "for the whole")
    restore(store, whole, "Ada", "it was right")
    assert residents(store) == dict.fromkeys((*ENGLAND, *WALES), 10)


@pytest.mark.long
def test_nothing_that_a_withdrawal_brings_back_counts_an_area_twice(store, load):
    load({"a/england.csv": census(*ENGLAND)})
    load({"b/england.csv": census(*ENGLAND, *MORE)})
    wide, narrow = load_of(store, "b/england.csv"), load_of(store, "a/england.csv")
    withdraw(store, narrow, "Grace", "aside")
    restore(store, narrow, "Ada", "a person may choose the narrower one")
    assert residents(store) == dict.fromkeys(ENGLAND, 10)
    load({"more.csv": census(*MORE, each=11)})
    with pytest.raises(StoreError, match=r"b/england\.csv and more\.csv would both be current and hold 1 of the same"):
        withdraw(store, narrow, "Grace", "wrong")
    assert residents(store) == dict.fromkeys(ENGLAND, 10) | dict.fromkeys(MORE, 11)
    withdraw(store, wide, "Grace", "as the message says")
    withdraw(store, narrow, "Grace", "wrong")
    assert residents(store) == dict.fromkeys(MORE, 11)


@pytest.mark.long
def test_a_withdrawn_part_comes_back_to_its_own_place(store, load):
    load({"england.csv": census(*ENGLAND), "wales.csv": census(*WALES)})
    old = {name: load_of(store, f"{name}.csv") for name in ("england", "wales")}
    for load_id in old.values():
        withdraw(store, load_id, "Grace", "both wrong")
    # Wales comes first now; it must not come to stand where England stood.
    load({"new/wales.csv": census(*WALES, each=11)})
    load({"new/england.csv": census(*ENGLAND, each=11)})
    restore(store, old["england"], "Ada", "it was right")
    assert residents(store) == dict.fromkeys(ENGLAND, 10) | dict.fromkeys(WALES, 11)


def test_boundaries_of_the_same_name_from_two_folders_are_both_used(store, load, police_csv, square_areas):
    search = {"Type": "Person search", "Latitude": "51.5"}
    load(
        {
            APRIL: police_csv([search | {"Longitude": "0.5"}, search | {"Longitude": "1.5"}]),
            "north/wards.geojson": square_areas("WD22", {"E05000001": (0, 51)}),
            "south/wards.geojson": square_areas("WD22", {"E05000002": (1, 51)}),
        }
    )
    cube = store.view().rows("stops_cube").collect("pandas").to_native()
    placed = cube[cube["area_level"] == "neighbourhood"].groupby("area")["stops"].sum().to_dict()
    assert placed == {"E05000001": 1, "E05000002": 1}
    geography = store.view().rows("geography").collect("pandas").to_native()
    assert geography[["boundary_set", "code", "rank"]].sort_values("code").to_numpy().tolist() == [
        ["WD22", "E05000001", 1],
        ["WD22", "E05000002", 1],
    ]
    report = load({"south/wards.geojson": square_areas("WD22", {"E05000002": (1, 51), "E05000001": (0, 51)})})
    assert told(report)[0][0] == "refused"


def test_check_says_what_load_would(store, load, tmp_path):
    load({"a/england.csv": census(*ENGLAND, *MORE)})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "england.csv").write_bytes(census(*ENGLAND))
    (tmp_path / "in" / "wales.csv").write_bytes(census(*WALES))
    checked = check_files([tmp_path / "in"], store)
    assert [outcome.status for outcome in checked.outcomes] == ["refused", "loaded"]
    assert residents(store) == dict.fromkeys((*ENGLAND, *MORE), 10)

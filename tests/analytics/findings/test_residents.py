"""The residents that searches are set against, and who is missing from them."""

from __future__ import annotations

import csv

import pytest

from analytics.findings.residents import NoResidents, residents, sources

WEST = {"White": 9_000, "Black": 1_000, "Asian": 500, "Mixed": 200, "Other": 100}
EAST = {"White": 1_000, "Black": 9_000, "Asian": 300, "Mixed": None, "Other": 50}


def test_residents_by_district_and_group(town):
    town.boundaries()
    town.census({town.west: ("West", WEST), town.east: ("East", EAST), "E07000112": ("Elsewhere", WEST)})
    found = residents(town.view(), "surrey", "Census 2021")
    assert found.by_group == {"Asian": 800, "Black": 10_000, "Mixed": 200, "Other": 150, "White": 10_000}
    assert found.by_area.loc[town.east].to_dict() == {k: v or 0 for k, v in EAST.items()}
    assert found.names == {town.east: "East", town.west: "West"}
    assert (found.absent, found.joint, found.suppressed, found.parents) == ((), (), 1, {"lookup": 2})
    assert sources(town.view()) == [("Census 2021", 2021)]


def test_one_district(town):
    town.boundaries()
    town.census({town.west: ("West", WEST), town.east: ("East", EAST)})
    found = residents(town.view(), "surrey", "Census 2021", town.west)
    assert found.by_group == WEST
    assert found.suppressed == 0


def test_an_area_that_the_file_lacks_is_absent_and_not_empty(town):
    town.boundaries()
    town.census({town.east: ("East", EAST)})
    found = residents(town.view(), "surrey", "Census 2021")
    assert found.absent == ("West",)
    assert list(found.by_area.index) == [town.east]
    with pytest.raises(NoResidents, match=r"^Census 2021 holds no residents of this area"):
        residents(town.view(), "surrey", "Census 2021", town.west)


def test_one_area_that_is_counted_with_others_is_refused_for_that_reason(town):
    """Westminster in the row “City of London and Westminster”: its residents are in the file, not on their own."""
    town.boundaries()
    town.write(
        "kent.csv",
        b"LAD22CD,LAD22NM,PFA22CD,PFA22NM\nE07000105,Ashford,E23000032,Kent\n"
        + _row(town.west, "West")
        + _row(town.east, "East"),
    )
    town.census({town.east: ("East", EAST), "E07000105": ("Ashford and West", WEST)})
    with pytest.raises(NoResidents) as refusal:
        residents(town.view(), "surrey", "Census 2021", town.west)
    assert str(refusal.value) == (
        "Census 2021 counts the residents of Ashford and West in one row, and they belong to two forces, "
        "so no rate can be given for West with it."
    )


def test_one_area_that_is_counted_with_another_of_the_same_force(town):
    town.boundaries()
    town.census({town.east: ("East and West", EAST)})
    with pytest.raises(NoResidents) as refusal:
        residents(town.view(), "surrey", "Census 2021", town.west)
    assert str(refusal.value) == (
        "Census 2021 counts the residents of East and West in one row, so no rate can be given for West alone with it."
    )


def test_an_area_counted_in_a_row_of_the_same_force_is_not_missing(town):
    town.boundaries()
    town.census({town.east: ("East and West", EAST)})
    found = residents(town.view(), "surrey", "Census 2021")
    assert (found.absent, found.joint) == ((), ())
    assert found.by_group["Black"] == 9_000


def test_a_row_that_two_forces_share_is_left_out(town):
    town.boundaries()
    town.write(
        "kent.csv",
        b"LAD22CD,LAD22NM,PFA22CD,PFA22NM\nE07000105,Ashford,E23000032,Kent\n"
        + _row(town.west, "West")
        + _row(town.east, "East"),
    )
    town.census({town.east: ("East", EAST), "E07000105": ("Ashford and West", WEST)})
    found = residents(town.view(), "surrey", "Census 2021")
    assert found.absent == ("West",)
    (joint,) = found.joint
    assert (joint.name, joint.absent, joint.residents.to_dict()) == ("Ashford and West", "West", WEST)
    with pytest.raises(NoResidents) as refusal:
        residents(town.view(), "kent", "Census 2021")
    assert str(refusal.value) == (
        "Census 2021 counts the residents of Ashford and West in one row, and they belong to two forces, "
        "so no rate can be given for Kent Police with it."
    )


def _row(code, name):
    return f"{code},{name},E23000031,Surrey\n".encode()


def test_a_force_without_residents(town):
    town.boundaries()
    town.census({town.east: ("East", EAST)})
    with pytest.raises(NoResidents, match="British Transport Police has no area of its own"):
        residents(town.view(), "btp", "Census 2021")


def test_nothing_says_which_areas_belong_to_the_force(town):
    town.census({town.east: ("East", EAST)})
    with pytest.raises(NoResidents, match="load the ONS lookup of local authorities to police force areas"):
        residents(town.view(), "surrey", "Census 2021")
    town.boundaries()
    with pytest.raises(NoResidents, match="Nothing loaded says which local authorities belong to Kent Police"):
        residents(town.view(), "kent", "Census 2021")


def test_a_file_of_other_places(town):
    town.boundaries()
    town.census({"E07000112": ("Elsewhere", WEST)})
    with pytest.raises(NoResidents, match=r"holds no residents of the local authorities of Surrey Police \(.*East"):
        residents(town.view(), "surrey", "Census 2021")


def test_residents_of_every_force_are_those_of_its_districts(real_store, real_files):
    """Sums straight from the census file, over the districts that the lookup of 2016 gives to each force.

    Districts that were formed later are not in that lookup; forces that have some are left out here.
    """
    view = real_store.view()
    with (real_files / "census" / "lad_to_csp_to_pfa_dec2016_lookup.csv").open(encoding="utf-8-sig") as file:
        parent = {row["LAD16CD"]: row["PFA16CD"] for row in csv.DictReader(file)}
    with (real_files / "census" / "census2011_ethnic_groups_la.csv").open(encoding="utf-8-sig") as file:
        census = list(csv.DictReader(file))
    from data.vocabularies import forces

    checked = 0
    for force, names in forces().items():
        rows = [row for row in census if parent.get(row["geography code"]) == names["pfa_code"]]
        if not rows or any(
            code not in {row["geography code"] for row in census} for code in _of(parent, names["pfa_code"])
        ):
            continue
        found = residents(view, force, "Census 2011")
        for broad in ("White", "Black", "Asian", "Mixed", "Other"):
            column = f"Ethnic Group: {broad}; measures: Value"
            assert found.by_group[broad] == sum(int(row[column]) for row in rows), (force, broad)
        checked += 1
    assert checked > 35


def _of(parent, force):
    return [code for code, above in parent.items() if above == force]


def test_the_shared_row_of_the_real_census(real_store):
    view = real_store.view()
    with pytest.raises(NoResidents) as refusal:
        residents(view, "city-of-london", "Census 2021")
    assert "in one row, and they belong to two forces" in str(refusal.value)
    assert str(refusal.value).endswith("choose Census 2011 instead.")
    with pytest.raises(
        NoResidents, match=r"^Census 2021 counts the residents of City of London and Westminster"
    ) as why:
        residents(view, "metropolitan", "Census 2021", "E09000033")
    assert str(why.value).endswith("so no rate can be given for Westminster with it; choose Census 2011 instead.")
    assert residents(view, "city-of-london", "Census 2011").absent == ()
    metropolitan = residents(view, "metropolitan", "Census 2021")
    assert metropolitan.absent == ("Westminster",)
    assert [row.name for row in metropolitan.joint] == ["City of London and Westminster"]
    # Cornwall and the Isles of Scilly share a row too, and a force: nobody is missing.
    assert residents(view, "devon-and-cornwall", "Census 2021").absent == ()

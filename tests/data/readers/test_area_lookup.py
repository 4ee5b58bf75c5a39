"""Lookups from districts to police force areas."""

import pytest

from data.readers import area_lookup
from data.readers.source import Refused, Slot
from data.tables import AREAS

HEADER = "LAD16CD,LAD16NM,CSP16CD,CSP16NM,PFA16CD,PFA16NM,FID"
BROADLAND = "E07000144,Broadland,E22000220,Broadland,E23000024,Norfolk,1"
SURREY_HEATH = "E07000214,Surrey Heath,E22000286,Surrey Heath,E23000031,Surrey,5"


def lookup(*rows, header=HEADER):
    return b"\xef\xbb\xbf" + "\n".join([header, *rows, ""]).encode()


def read(source):
    slot = area_lookup.recognise(source)
    assert slot is not None
    return area_lookup.read(source, slot)


def refused(source):
    with pytest.raises(Refused) as caught:
        read(source)
    return caught.value.problems


def test_districts_with_their_force(source):
    source_ = source("anything.csv", lookup(BROADLAND, SURREY_HEATH))
    slot = area_lookup.recognise(source_)
    assert slot == Slot("area lookup", "areas", "LAD16 to PFA16", "")
    reading = area_lookup.read(source_, slot)
    assert list(reading.frame.columns) == AREAS.names
    columns = ["boundary_set", "level", "code", "name", "parent_code"]
    assert reading.frame[columns].to_numpy().tolist() == [
        ["LAD16 to PFA16", "district", "E07000144", "Broadland", "E23000024"],
        ["LAD16 to PFA16", "district", "E07000214", "Surrey Heath", "E23000031"],
    ]
    assert reading.frame["shape"].isna().all()
    assert reading.records == 2


def test_any_year_and_any_order_of_columns(source):
    content = lookup("Suffolk,E23000025,Ipswich,E07000202", header="PFA22NM,PFA22CD,LAD23NM,LAD23CD")
    frame = read(source("x.csv", content)).frame
    assert frame.loc[0, ["boundary_set", "code", "parent_code"]].tolist() == [
        "LAD23 to PFA22",
        "E07000202",
        "E23000025",
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"LAD16CD,LAD16NM\nE07000144,Broadland\n",
        b"LAD16CD,PFA16CD\nE07000144,E23000024\n",
        b"\xff\xfe\x00",
        b'"LAD',
    ],
)
def test_other_files_are_not_recognised(source, content):
    assert area_lookup.recognise(source("lad_to_csp_to_pfa_dec2016_lookup.csv", content)) is None


def test_a_header_alone_is_refused(source):
    assert "no records" in refused(source("x.csv", lookup()))[0].what


def test_wrong_codes_are_refused_with_their_place(source):
    rows = [BROADLAND.replace("E07000144", "E05000144"), SURREY_HEATH.replace("E23000031", "")]
    problems = refused(source("x.csv", lookup(*rows)))
    assert [(p.row, p.column, p.value) for p in problems] == [(2, "LAD16CD", "E05000144"), (3, "PFA16CD", "")]


def test_a_district_with_two_forces_is_refused(source):
    problems = refused(source("x.csv", lookup(BROADLAND, SURREY_HEATH, BROADLAND.replace("E23000024", "E23000025"))))
    assert [(p.row, p.value) for p in problems] == [(4, "E07000144")]
    assert "row 2" in problems[0].what


def test_a_district_that_is_only_repeated_stands_once(source):
    reading = read(source("x.csv", lookup(BROADLAND, BROADLAND.replace("E22000220", "E22000221"))))
    assert len(reading.frame) == 1
    assert reading.records == 2
    assert reading.notes == (
        "1 district in 1 police force area.",
        "1 row repeats a district that stands further up; it was left out.",
    )


def test_hostile_names_stay_text(source):
    name = "<script>alert(1)</script> **b**"
    assert read(source("x.csv", lookup(BROADLAND.replace("Broadland", name)))).frame.name[0] == name


def test_real_lookup(source, real_files):
    reading = read(source("x.csv", real_files / "census" / "lad_to_csp_to_pfa_dec2016_lookup.csv"))
    assert len(reading.frame) == 348
    # England and Wales have 43 police force areas.
    assert reading.frame.parent_code.nunique() == 43
    forces = reading.frame.set_index("code").parent_code
    assert forces["E09000001"] == "E23000034"
    assert forces["E09000033"] == "E23000001"

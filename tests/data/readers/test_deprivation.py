"""The indices of deprivation: what is taken of them, and what is refused."""

import pytest

from data.readers import deprivation, recognise
from data.readers.source import Refused, Slot
from data.tables import DEPRIVATION

INDEX = "Index of Multiple Deprivation (IMD)"
HEADER = ",".join(
    [
        "LSOA code (2011)",
        "LSOA name (2011)",
        "Local Authority District code (2019)",
        f"{INDEX} Score",
        f"{INDEX} Rank (where 1 is most deprived)",
        f"{INDEX} Decile (where 1 is most deprived 10% of LSOAs)",
        "Income Score (rate)",
    ]
)
CITY = "E01000001,City of London 001A,E09000001,6.208,29199,9,0.007"


@pytest.fixture
def given(source):
    return lambda *rows, name="File_7_IoD2019.csv": source(name, "\n".join([HEADER, *rows]).encode())


def refused(source):
    with pytest.raises(Refused) as caught:
        deprivation.read(source, deprivation.recognise(source))
    return [(p.row, p.value, p.what) for p in caught.value.problems]


def test_score_rank_and_decile_of_the_index_alone(given):
    source = given(CITY)
    assert recognise(source) == (deprivation, Slot("deprivation", "deprivation", "IMD 2019", ""))
    reading = deprivation.read(source, deprivation.recognise(source))
    assert list(reading.frame.columns) == DEPRIVATION.names
    assert reading.frame.drop(columns="load_id").to_numpy().tolist() == [
        [2, "IMD 2019", "E01000001", "City of London 001A", 6.208, 29199, 9]
    ]
    assert reading.notes[-1] == "Columns of domains and larger areas left out: 2."


def test_without_an_edition_in_its_name_it_is_called_as_the_file_is(given):
    assert deprivation.recognise(given(CITY, name="mine.csv")).subject == "mine"


def test_what_can_not_be_is_named_with_its_place(given):
    rows = [
        CITY,
        CITY,
        CITY.replace("E01000001", "E05000026"),
        CITY.replace("E01000001", "E01000002").replace(",9,", ",11,"),
    ]
    assert refused(given(*rows)) == [
        (3, "E01000001", "this area stands already"),
        (4, "E05000026", "this is not the GSS code of an LSOA of England"),
        (5, "11", "this is no decile, which lies between 1 and 10"),
    ]
    assert refused(given(CITY.replace("29199", "29199.5")))[0][1] == "29199.5"
    assert refused(given()) == [(None, None, "the file holds no rows")]


def test_the_real_workbook_of_london(source, real_files):
    path = real_files / "deprivation" / "london_lsoa_deprivation.xlsx"
    given = source(path.name, path)
    frame = deprivation.read(given, deprivation.recognise(given)).frame
    assert (len(frame), set(frame["source"]), frame["area_code"].nunique()) == (4835, {"IMD 2019"}, 4835)
    assert frame["decile"].between(1, 10).all()
    # The more deprived, the higher the score and the lower the rank.
    assert frame["score"].corr(frame["rank"], method="spearman") == pytest.approx(-1, abs=1e-3)

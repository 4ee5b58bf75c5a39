"""Columns that a force adds to a file of its own: read by name, checked by value, and never an officer's."""

import pandas as pd
import pytest

from data.readers import stop_and_search
from data.readers.own_columns import OWN
from data.readers.source import Refused
from data.tables import STOPS
from tests.conftest import POLICE_COLUMNS

NAME = "2018-04-surrey-stop-and-search.csv"
SEARCH = {"Type": "Person search", "Date": "2018-04-03T14:05:00+00:00"}


@pytest.fixture
def read(source, police_csv):
    """Read searches with some further columns; quoted, so that the careful way reads them, where asked for."""

    def run(rows, columns=tuple(OWN), quoted=False):
        content = police_csv([SEARCH | row for row in rows], [*POLICE_COLUMNS, *columns])
        content = content.replace(b"Person search", b'"Person search"') if quoted else content
        given = source(NAME, content)
        return stop_and_search.read(given, stop_and_search.recognise(given))

    return run


BOTH_WAYS = pytest.mark.parametrize("quoted", [False, True])


@BOTH_WAYS
def test_every_column_is_read_and_blank_is_never_false(read, quoted):
    told = {
        "Team": "Team 4",
        "Body-worn video on": "TRUE",
        "Grounds grade": "Amber",
        "Supervisor reviewed": "false",
        "Receipt given": "True",
        "Force used": "False",
    }
    reading = read([told, {}], quoted=quoted)
    names = list(OWN.values())
    assert reading.frame[names].iloc[0].tolist() == ["Team 4", True, "amber", False, True, False]
    assert reading.frame[names].iloc[1].isna().all()
    assert reading.notes == ()
    STOPS.schema.validate(reading.frame.assign(load_id="1"), lazy=True)


@BOTH_WAYS
def test_a_file_without_them_has_blanks(read, quoted):
    reading = read([{}], columns=(), quoted=quoted)
    assert reading.frame[list(OWN.values())].isna().all(axis=None)
    assert reading.kept


@pytest.mark.parametrize("header", ["bwv_on", "BODY-WORN VIDEO ON", "Body worn video on", "Bwv on"])
def test_a_column_may_be_headed_by_either_name(read, header):
    assert read([{header: "True"}], columns=[header]).frame["bwv_on"].tolist() == [True]


def test_two_columns_of_one_meaning_are_refused(read):
    with pytest.raises(Refused) as caught:
        read([{}], columns=["Force used", "force_used"])
    (problem,) = caught.value.problems
    assert (problem.column, problem.row) == ("force_used", 1)


@BOTH_WAYS
def test_what_is_wrong_is_named_with_row_column_value_and_remedy(read, quoted):
    with pytest.raises(Refused) as caught:
        read(
            [{"Grounds grade": "purple"}, {}, {"Force used": "yes", "Team": "PC 1234"}, {"Team": "Team 4"}],
            quoted=quoted,
        )
    assert [str(problem) for problem in caught.value.problems] == [
        "row 2, column “Grounds grade”, value “purple”: This is no grade of grounds. Write green, amber or red, or "
        "leave it blank.",
        "row 4, column “Team”, value “PC 1234”: This may be the number or the name of an officer. Write a pseudonym of "
        "the team, such as Team 4, or leave it blank.",
        "row 4, column “Force used”, value “yes”: This is neither True nor False. Write True or False, or leave it "
        "blank.",
    ]


@BOTH_WAYS
@pytest.mark.parametrize(
    "value", ["1234", "7", "PC1234", "pc 1234 Smith", "Sgt. Jones", "a.b@c.police.uk", "Officer 3"]
)
def test_what_may_be_an_officer_is_no_team(read, value, quoted):
    with pytest.raises(Refused, match="the number or the name of an officer"):
        read([{"Team": value}], quoted=quoted)


@pytest.mark.parametrize("value", ["Team 4", "T07", "Discovery", "PC", "North 2 nights", "Officers' mess"])
def test_a_pseudonym_is_kept_as_written(read, value):
    assert read([{"Team": value}]).frame["team"].tolist() == [value]


@BOTH_WAYS
def test_a_column_of_officers_is_never_read_and_the_file_is_not_kept(read, quoted):
    reading = read([{"Collar number": "1234", "Weather": "rain"}], columns=["Collar number", "Weather"], quoted=quoted)
    assert reading.notes == (
        "Columns not used: Weather.",
        "Columns that may name an officer are never read: Collar number.",
    )
    assert "1234" not in reading.frame.astype(str).to_numpy()
    assert not reading.kept


def test_the_bytes_of_a_published_file_are_kept_and_of_a_force_s_own_are_not(store, load, police_csv):
    own = police_csv([SEARCH | {"Team": "Team 4", "Collar number": "1234"}], [*POLICE_COLUMNS, "Team", "Collar number"])
    load({NAME: own, NAME.replace("04", "05"): police_csv([SEARCH])})
    kept = store.history().set_index("period")["sha256"].map(lambda sha256: store.kept_path(sha256).exists())
    assert kept.to_dict() == {"2018-04": False, "2018-05": True}
    stops = store.view().rows("stops").collect("pandas").to_native()
    assert stops.sort_values("month")["team"].fillna("").tolist() == ["Team 4", ""]


def test_an_older_store_is_read_and_takes_new_files(store, load, police_csv, monkeypatch):
    """Rows that were written before the table had these columns have blanks in them."""
    from data import loading, publishing, tables

    older = tables.Table("stops", STOPS.about, tuple(c for c in STOPS.columns if c.name not in OWN.values()))
    with monkeypatch.context() as then:
        then.setitem(tables.CANONICAL, "stops", older)
        then.setattr(publishing, "CUBES", tuple(c for c in publishing.CUBES if c.table.name == "stops_cube"))
        then.setattr(loading, "CANONICAL", {**tables.CANONICAL, "stops": older})
        read = stop_and_search.read
        then.setattr(
            stop_and_search,
            "read",
            lambda source, slot: _without(read(source, slot)),
        )
        load({NAME: police_csv([SEARCH] * 2)})
    before = store.view().rows("stops").collect("pandas").to_native()
    assert before[list(OWN.values())].isna().all(axis=None)
    assert not store.view().has("conduct_cube")
    load({NAME.replace("04", "05"): police_csv([SEARCH | {"Force used": "True"}], [*POLICE_COLUMNS, "Force used"])})
    after = store.view().rows("conduct_cube").collect("pandas").to_native()
    # The new cube is not what the older release was counted with, so both months are in it.
    assert after.groupby(["month", "force_used"])["stops"].sum().to_dict() == {
        ("2018-04", "Blank"): 2,
        ("2018-05", "Yes"): 1,
    }


def _without(reading):
    from dataclasses import replace

    return replace(reading, frame=reading.frame.drop(columns=list(OWN.values())))


def test_missing_columns_are_pandas_missing(read):
    frame = read([{}], columns=()).frame
    assert isinstance(frame["bwv_on"].dtype, pd.BooleanDtype)

"""Plain files: read column by column, they hold what they hold record by record, or nothing is said of them."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.readers import stop_and_search
from data.readers.plain_csv import plain_table
from data.readers.police_uk import cells_of
from data.readers.source import Refused, Slot
from data.readers.text import records

SLOT = Slot("stop and search", "stops", "kent", "2023-03")

CELLS = st.sampled_from(
    ["a", "b 1", "", " ", "Ł", "\x1c", "\x85", "é,", '"', '"x"', "x" * 30, "7", "\v", "\u2028", "\0"]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\n,,\n"])


@st.composite
def files(draw):
    width = draw(st.integers(1, 4))
    lines = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width + draw(st.integers(0, 1))), max_size=6))
    head = ",".join(draw(st.sampled_from([["A", "B", "C", "D"], [" A ", "B", "C", "D"], ["A", "A", "C", "D"]]))[:width])
    end = draw(ENDS)
    text = end.join([head, *(",".join(line) for line in lines)]) + draw(st.sampled_from(["", end]))
    content = text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))
    return draw(st.sampled_from([b"", b"\xff"])) + content if draw(st.booleans()) else content


@given(files())
def test_a_plain_file_holds_what_its_records_hold(content):
    plain = plain_table(content)
    if plain is None:
        return
    found = records(content)  # It would raise where the file is not good.
    assert plain.column_names == found.columns
    assert found.note is None
    assert found.rows == list(range(2, len(plain) + 2))
    assert [list(row) for row in zip(*(column.to_pylist() for column in plain.columns), strict=True)] == found.cells


@pytest.mark.parametrize("content", [b"A,B\n1,2\n", b"A,B\r\n1,2\r\n", b"\xef\xbb\xbfA,B\n1,2", "A,B\nŁ1,\n".encode()])
def test_usual_files_are_plain(content):
    assert len(plain_table(content)) == 1


@pytest.mark.parametrize(
    "content",
    [
        b'A,B\n"1",2\n',
        b"A,B\n1,2\n\n3,4\n",
        b"A,B\n1,2\n,\n3,4\n",
        b"A,B\n1\n",
        b"A,B\n1,2,3\n",
        b"A,B\r1,2\r",
        b"A,A\n1,2\n",
        b"A,B\n1,\xff\n",
        b"A,B\n1,\0\n",
        b"A,B\n1," + b"x" * 200_000 + b"\n",
        b"A\n1\n",
        b"A,B\n",
        b"",
    ],
)
def test_of_other_files_nothing_is_said(content):
    assert plain_table(content) is None


DATES = ["2023-03-01T00:00:00+00:00", "2023-03-31T23:30:00+00:00", "", "2023-02-30T00:00:00+00:00", "2023-03-01", "now"]
DATES += [
    "2023-03-05T10:00:00.250+00:00",
    "2023-03-05T10:00:00Z",
    "2023-04-01T00:00:00+01:00",
    "1969-03-01T00:00:00+00:00",
]
POINTS = [
    ("51.1", "-0.5"),
    ("", ""),
    ("51.100001", "0"),
    ("91", "0"),
    ("51", ""),
    ("x", "0"),
    ("1e1", " 5"),
    ("nan", "0"),
]
TRUTHS = ["True", "False", "", "TRUE", "yes"]


def usual_first(values):
    return st.one_of(st.just(values[0]), st.sampled_from(values[:3]), st.sampled_from(values))


OWN = {
    "Team": usual_first(["Team 4", "", "=1+1", "PC 123", "77"]),
    "grounds_grade": usual_first(["green", "RED", "", "purple"]),
    "Receipt given": usual_first(TRUTHS),
}

SEARCH = st.fixed_dictionaries(
    {
        **OWN,
        "Type": st.sampled_from(["Person search", "Vehicle search", "Boat search"]),
        "Date": usual_first(DATES),
        "point": usual_first(POINTS),
        "Part of a policing operation": usual_first(TRUTHS),
        "Outcome linked to object of search": usual_first(TRUTHS),
        "Self-defined ethnicity": st.sampled_from(["Not Stated (NS)", "", "Martian", " "]),
        "Outcome": st.sampled_from(["Arrest", "arrest", ""]),
    }
)


def file_of(searches, police_csv, extra):
    rows = [
        {
            **{k: v for k, v in search.items() if k != "point"},
            "Latitude": search["point"][0],
            "Longitude": search["point"][1],
        }
        for search in searches
    ]
    columns = [*stop_and_search.COLUMNS, *(["Extra", "Officer number"] if extra else OWN)]
    return police_csv([{name: row.get(name, "") for name in columns} for row in rows], columns)


@settings(max_examples=60)
@given(st.lists(SEARCH, min_size=1, max_size=5), st.booleans())
def test_the_fast_way_reads_what_the_careful_way_reads(police_csv, searches, extra):
    content = file_of(searches, police_csv, extra)
    fast = stop_and_search.from_plain(plain_table(content), SLOT)
    if fast is None:
        return
    raw, notes = cells_of(content, stop_and_search.COLUMNS, OWN)
    careful = stop_and_search.from_cells(raw, SLOT, notes)
    pd.testing.assert_frame_equal(fast.frame, careful.frame, check_exact=True)
    assert (fast.records, fast.notes, fast.kept) == (careful.records, careful.notes, careful.kept)


def test_faultless_searches_are_read_the_fast_way(police_csv):
    search = {"Type": "Person search", "Date": DATES[0], "Latitude": "51.1", "Longitude": "-0.5"}
    searches = [
        search,
        {"Type": "Vehicle search"},
        {**search, "Self-defined ethnicity": "Martian", "Date": DATES[4][:4]},
    ]
    fast = stop_and_search.from_plain(plain_table(police_csv(searches[:2])), SLOT)
    assert list(fast.frame["latitude"].fillna(0)) == [51.1, 0]
    assert fast.frame["at"].tolist() == [pd.Timestamp(DATES[0]), pd.NaT]
    # A year alone is no time: the careful way says so.
    assert stop_and_search.from_plain(plain_table(police_csv(searches)), SLOT) is None
    with pytest.raises(Refused, match="This is not a date and time"):
        stop_and_search.read(pretend(police_csv(searches)), SLOT)


def pretend(content):
    from data.readers.source import Source

    return Source("2023-03-kent-stop-and-search.csv", "x", content, "0" * 64)


def test_columns_of_cells_take_missing_for_nothing():
    from data.readers import columnar

    assert columnar.counts(pa.array(["b", "a", "a", ""])) == {"a": 2, "b": 1, "": 1}
    assert list(columnar.counts(pd.Series(["b", "a", "a", "c"]))) == ["a", "b", "c"]
    # London is an hour ahead from 26 March to 29 October 2023.
    times = ["2023-03-31T22:59:59", "2023-03-31T23:00:00", "2023-03-01T00:00:00", "2023-02-28T23:59:59"]
    at = pa.array(pd.to_datetime(times, utc=True))
    assert columnar.away_from(at, "2023-03") == 2

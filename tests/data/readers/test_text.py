"""From bytes to text and to records."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.source import Refused
from data.readers.text import decode, header, ragged, records, split


@given(st.text())
def test_utf_8_comes_back_as_it_was(text):
    assert decode(b"\xef\xbb\xbf" + text.encode()) == (text, None)


@given(st.binary())
def test_any_bytes_become_text(content):
    text, note = decode(content)
    assert isinstance(text, str)
    assert note is None or "Windows-1252" in note


def test_windows_1252_with_a_byte_that_it_lacks():
    text, note = decode(b"caf\xe9 \x96 \x81")
    assert text == "café \u2013 \ufffd"
    assert "1 bytes" in note


@given(st.binary())
def test_no_header_breaks_the_reading_of_it(content):
    assert all(isinstance(name, str) for name in header(content))


@given(st.binary())
def test_no_content_breaks_the_reading_of_records(content):
    widths: set[int] = set()
    with suppress(Refused):
        table = records(content)
        widths = {len(cells) - len(table.columns) for cells in table.cells}
    assert widths <= {0}


def test_rows_are_numbered_as_in_the_file():
    table = records(b'a,b\r\n1,"two\r\nlines"\r\n\r\n , \r\n3,4\r\n')
    assert table.columns == ["a", "b"]
    assert table.cells == [["1", "two\r\nlines"], ["3", "4"]]
    assert table.rows == [2, 5]
    assert table.column("b") == ["two\r\nlines", "4"]


def test_text_is_split_at_its_delimiter_up_to_a_limit():
    text = 'a;b\n1;"two; lines"\n;\n3;4\n5\n'
    header, numbered = split(text, ";", limit=2)
    assert (header, numbered) == (["a", "b"], [(2, ["1", "two; lines"]), (4, ["3", "4"])])
    assert ragged(header, numbered) == []
    assert [problem.row for problem in ragged(*split(text, ";"))] == [5]


def test_every_ragged_row_is_told():
    with pytest.raises(Refused) as caught:
        records(b"a,b\n1\n2,3\n4,5,6\n")
    assert [problem.row for problem in caught.value.problems] == [2, 4]

"""How numbers, months and names are written."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import wording

JOINER = "\u2060"

FINITE = st.floats(allow_nan=False, allow_infinity=False)
POSITIVE = st.floats(min_value=0, allow_nan=False, allow_infinity=False)
SIGNED_ZERO = re.compile(r"[+\u2212-]0(\.0*)?")
MONTH = st.builds("{:04d}-{:02d}".format, st.integers(1900, 2099), st.integers(1, 12))


@pytest.mark.parametrize(("day", "said"), [("2026-09-30", "30 September 2026"), ("2024-02-01", "1 February 2024")])
def test_a_day_is_written_out(day, said):
    assert wording.day(day) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0.9469, "94.7 %"), (1.0, "100 %"), (0.95, "95 %"), (0.0, "0 %"), (0.9996, "over 99.9 %")]
)
def test_a_tenth_of_a_point_is_written_where_it_counts(share, said):
    assert wording.tenths(share).replace(wording.NBSP, " ") == said
    assert wording.tenths_between(0.93, share).replace(wording.NBSP, " ") == f"93 to {said}"


def test_a_share_never_reads_as_all_or_none_and_two_ends_written_alike_are_one():
    assert wording.tenths(71150 / 71152) == f"over 99.9{wording.NBSP}%"
    assert wording.tenths_between(0.99986, 0.99999) == f"over 99.9{wording.NBSP}%"
    assert wording.tenths_between(0.0, 0.0004) == f"0 to under 0.1{wording.NBSP}%"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.0503, -0.0004, "\u22125.03 to \u22120.04 points"),
        (0.002, 0.054, "+0.2 to +5.4 points"),
        (-0.05, 0.001, "\u22125 to 0 points"),
        (0.0, 0.051, "0 to +5 points"),
    ],
)
def test_an_end_beyond_zero_is_never_written_as_zero(low, high, said):
    assert wording.points_between(low, high) == said


@given(FINITE | st.floats(-2, 2), st.none() | st.integers(0, 4))
def test_a_difference_has_a_true_minus_and_never_a_signed_zero(value, digits):
    text = wording.signed(value, digits)
    assert "-" not in text
    assert not SIGNED_ZERO.fullmatch(text)
    assert text == "0" or text[0] == ("+" if value > 0 else "\u2212")


@given(POSITIVE | st.floats(0, 2))
def test_rates_ratios_and_shares_have_no_hyphen_and_no_false_zero(value):
    for write in (wording.count, wording.rate, wording.times, wording.percent):
        assert "-" not in write(value)
        assert "+" not in write(value)
    for write in (wording.rate, wording.times):
        assert value == 0 or write(value) != "0.00"


@given(st.floats(0, 1))
def test_a_share_is_0_or_100_only_if_it_is(share):
    number = wording.percent(share).removesuffix(f"{wording.NBSP}%")
    assert (number == "0") == (share == 0)
    assert (number == "100") == (share == 1)


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (wording.count, 24230.0, "24,230"),
        (wording.rate, 11.04, "11.0"),
        (wording.rate, 0.423, "0.42"),
        (wording.rate, 0.9949, "0.99"),
        (wording.rate, 0.9951, "1.0"),
        (wording.rate, 0.001, "under 0.01"),
        (wording.times, 4.8, "4.8"),
        (wording.times, 0.726, "0.73"),
        (wording.times, 1234.5, "1,234.5"),
        (wording.times, math.inf, "no upper limit"),
        (wording.percent, 0.61, "61\u00a0%"),
        (wording.percent, 0.005, "under 1\u00a0%"),
        (wording.percent, 0.999, "over 99\u00a0%"),
        (wording.signed, 7.5, "+7.5"),
        (wording.signed, -2.14, "\u22122.1"),
        (wording.signed, 0.42, "+0.42"),
        (wording.signed, -0.0001, "0"),
        (wording.month, "2018-04", "April 2018"),
        (wording.short_month, "2018-04", "Apr 18"),
    ],
)
def test_written(write, value, text):
    assert write(value) == text


def test_a_difference_may_be_whole():
    assert wording.signed(-1234.4, 0) == "\u22121,234"
    assert wording.signed(0.4, 0) == "0"


def test_intervals():
    assert wording.between("3.6", "6.4") == "3.6 to 6.4"
    assert wording.between("3.6", wording.times(math.inf)) == "3.6 or more"


@pytest.mark.parametrize(
    ("first", "last", "span", "during"),
    [
        ("2019-06", "2019-06", "June 2019", "in June 2019"),
        ("2018-04", "2018-09", "April to September 2018", "from April to September 2018"),
        ("2022-04", "2023-03", "year to March 2023", "in the year to March 2023"),
        ("2018-11", "2019-02", "November 2018 to February 2019", "from November 2018 to February 2019"),
        ("2018-01", "2018-12", "year to December 2018", "in the year to December 2018"),
    ],
)
def test_spans_of_months(first, last, span, during):
    assert wording.months(first, last) == span
    assert wording.during(first, last) == during


@given(MONTH, MONTH)
def test_a_range_of_months_has_every_month_once(one, other):
    first, last = sorted((one, other))
    months = wording.month_range(first, last)
    assert months == sorted(set(months))
    assert (months[0], months[-1], len(months)) == (first, last, wording.months_between(first, last))
    # An independent count: pandas' own calendar.
    assert months == pd.period_range(first, last, freq="M").strftime("%Y-%m").tolist()


def test_names_in_a_sentence():
    assert wording.listing([]) == ""
    assert wording.listing(["Barnet"]) == "Barnet"
    assert wording.listing(["Barnet", "Brent"]) == "Barnet and Brent"
    assert wording.listing(["Barnet", "Brent", "Camden"]) == "Barnet, Brent and Camden"
    assert wording.listing(["Barnet", "Brent", "Camden"], most=2) == "Barnet, Brent and 1 more"
    assert wording.listing(["Barnet"] * 1_236, most=2) == "Barnet, Barnet and 1,234 more"


def test_nouns_agree_with_their_number():
    assert wording.plural(1, "search", "searches") == "1 search"
    assert wording.plural(1204, "search", "searches") == "1,204 searches"
    assert wording.plural(0, "file") == "0 files"


@pytest.mark.parametrize("value", [None, math.nan, pd.NA, pd.NaT])
def test_no_number(value):
    assert wording.missing(value)


@pytest.mark.parametrize("value", [0, 0.0, "", "<NA>", "nan", math.inf])
def test_a_number_or_a_text(value):
    assert not wording.missing(value)


UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@given(st.text())
def test_text_from_a_file_stays_text_in_markdown(text):
    made = wording.plain(text)
    # What is bound together by a space that never breaks stays so.
    read = UNSEEN.sub("\ufffd", re.sub(r"[^\S\xa0]+", " ", text).strip())
    assert re.sub(r"\\(.)", r"\1", made).replace(JOINER, "") == read.replace(JOINER, "")
    without_escapes = re.sub(r"\\.", "", made)
    assert not set(without_escapes) & set("\\`*_{}[]()<>#+!|$~:^=-")


@pytest.mark.parametrize("address", ["www.evil.example/x", "a@evil.example", "https://evil.example"])
def test_a_bare_address_is_broken_so_that_no_link_comes_of_it(address):
    assert JOINER in wording.plain(address)
    assert address not in wording.plain(address)


def test_hostile_markdown_is_escaped():
    assert wording.plain("[x](javascript:1)\n# <b>") == r"\[x\]\(javascript\:1\) \# \<b\>"


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("\u202e\u2066\x1b\x9b\x00\ud800")))
def test_no_sign_of_a_file_turns_others_round_or_breaks_the_page(text):
    made = wording.plain(text)
    made.encode()  # halves of signs can't be sent to a browser
    assert not UNSEEN.search(made)


def test_what_a_person_can_read_stays_as_it_is():
    for text in ("Ynys Môn, Ŵ", "חולון", "نص", "女性", "a\u200db", "£5, 10 % – so"):
        assert re.sub(r"\\(.)", r"\1", wording.plain(text)) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("16-24 · 20 people, 10 % (of all)", "16-24 · 20 people, 10 % (of all)"),
        ("Age_Band", "Age_Band"),
        ("65+ | a: b", "65+ | a: b"),
        ("![x](https://beacon.invalid/x.png)", "!\\[x\\](https:\u2060//beacon.invalid/x.png)"),
        ("a -> b -- c *d* `e` _f_ ~g~ $h$", "a \\-\\> b \\-\\- c \\*d\\* \\`e\\` \\_f\\_ \\~g\\~ \\$h\\$"),
        (":material/home: :red[x] :+1:", "\\:material/home: \\:red\\[x\\] \\:+1:"),
        ("# one", "\\# one"),
        ("- one", "\\- one"),
        ("a\\b\u202ec", "a\\\\b\ufffdc"),
    ],
)
def test_a_label_is_safe_and_reads_as_it_is_written(text, said) -> None:
    assert wording.label(text) == said


def test_a_limit_is_not_rounded_on_to_what_it_leaves_out() -> None:
    assert wording.points_between(0.002, 0.054) == "+0.2 to +5.4 points"
    assert wording.points_between(-0.054, -0.002) == f"{wording.MINUS}5.4 to {wording.MINUS}0.2 points"
    assert wording.points_between(-0.002, 0.054) == "0 to +5 points"
    assert wording.percent_between(0.0, 0.004) == f"under 1{wording.NBSP}%"
    assert wording.percent_between(0.0, 0.0) == f"0 to 0{wording.NBSP}%"

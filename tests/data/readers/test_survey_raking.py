"""The margins of a mapping: what they say, and every way in which they can be wrong, in words."""

from __future__ import annotations

import pytest

from data.readers.source import Refused
from data.readers.survey_mapping import parse
from data.readers.survey_raking import RakedMargin

HEAD = """
survey = "Residents"
force = "surrey"
wave = "2026-Q3"
label = "July to September 2026"
starts = 2026-07-01
ends = 2026-09-30
shared = "nothing"
[columns]
weight = "WT"
area = "Ward"
[measures.fair]
column = "Q62C"
[attributes.sex]
column = "Sex"
[attributes.age_band]
column = "Age"
"""
SEX = '[raking.sex]\nFemale = 0.51\nMale = 0.49\nRefused = "As it is"\n'
WEIGHTLESS = HEAD.replace('weight = "WT"\n', "")


@pytest.fixture
def read(source):
    return lambda text: parse(source("q3.toml", text.encode())).raking


@pytest.fixture
def told(read):
    """What is said of a mapping, without its name, each problem a line."""

    def problems(text):
        with pytest.raises(Refused) as caught:
            read(text)
        return [str(problem).replace("in the mapping “q3.toml”, ", "") for problem in caught.value.problems]

    return problems


def test_without_margins_weights_are_as_the_file_has_them(read) -> None:
    assert read(HEAD) is None


def test_a_margin_says_what_it_was_given(read) -> None:
    raking = read(HEAD + SEX + "[raking.area]\nE05000026 = 1\n[raking.age_band]\n25 = 1.0\n")
    # In the order of the catalogue, areas last, whatever order they are written in.
    assert raking.margins == (
        RakedMargin("age_band", {"25": 1.0}, ()),
        RakedMargin("sex", {"Female": 0.51, "Male": 0.49}, ("Refused",)),
        RakedMargin("area", {"E05000026": 1.0}, ()),
    )
    assert [margin.label for margin in raking.margins] == ["age", "sex", "area"]
    assert (raking.from_weights, raking.bounds) == (True, (0.3, 3.0))


@pytest.mark.parametrize(
    ("head", "keys", "from_weights", "bounds"),
    [
        (HEAD, "start = 1", False, (0.3, 3.0)),
        (HEAD, 'start = "weight"', True, (0.3, 3.0)),
        (WEIGHTLESS, "", False, (0.3, 3.0)),
        (HEAD, "trim = [0.5, 2]", True, (0.5, 2.0)),
        (HEAD, "trim = false", True, None),
    ],
)
def test_what_it_begins_with_and_its_limits(read, head, keys, from_weights, bounds) -> None:
    raking = read(f"{head}[raking]\n{keys}\n{SEX}")
    assert (raking.from_weights, raking.bounds) == (from_weights, bounds)


def test_where_shares_come_from_is_kept(read) -> None:
    raking = read(f'{HEAD}[raking.sources]\nsex = "Census 2021,  Surrey "\n{SEX}[raking.area]\nE05000026 = 1\n')
    assert [margin.source for margin in raking.margins] == ["Census 2021, Surrey", ""]


def test_rounded_shares_are_taken(read) -> None:
    assert read(HEAD + "[raking.sex]\nFemale = 0.507\nMale = 0.489\n").margins[0].shares["Male"] == 0.489


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            HEAD + "[raking.sex]\nFemale = 0.51\nMale = 0.4\n",
            "[raking.sex]: the shares add up to 0.91 and should add up to 1. Correct the shares of its categories.",
        ),
        (
            HEAD + "[raking.sex]\nFemale = 51\nMale = 49\n",
            "[raking.sex]: the shares add up to 100 and should add up to 1. Write shares as fractions of "
            "1: 51 % is 0.51.",
        ),
        (
            HEAD + '[raking.sex]\nFemale = 1.0\nMale = "half"\n',
            "value “half”: [raking.sex]: the share of “Male” is no number above 0. Write a share such as 0.51, or "
            '"as it is" for what is no group of the population.',
        ),
        (
            HEAD + "[raking.sex]\nFemale = 1.0\nMale = 0\n",
            "value “0”: [raking.sex]: the share of “Male” is no number above 0. Write a share such as 0.51, or "
            '"as it is" for what is no group of the population.',
        ),
        (
            HEAD + "[raking.sex]\nFemale = 0.5\nfemale = 0.5\n",
            "[raking.sex]: the category “female” stands twice. Keep one of the two lines.",
        ),
        (
            HEAD + '[raking.sex]\nRefused = "as it is"\n',
            "[raking.sex]: it gives no shares. Give at least one category its share of the population.",
        ),
        (
            HEAD + "[raking]\nsex = 0.5\n",
            "[raking.sex]: it gives no shares. Write each category with its share of the population, such as "
            "Female = 0.51.",
        ),
        (
            HEAD + "[raking.tenure]\nOwned = 1\n",
            "[raking.tenure]: no column of it is mapped. Rake to what the mapping names a column of: “sex”, "
            "“age_band”, “area”.",
        ),
        (
            HEAD + "[raking.height]\nTall = 1\n",
            "[raking.height]: there is no attribute “height”. Rake to what the mapping names a column of: “sex”, "
            "“age_band”, “area”.",
        ),
        (
            f'{HEAD}[raking.sources]\nage_band = "Census"\n{SEX}',
            "[raking.sources]: “age_band” is none of the margins. Name one of them, or add a table [raking.age_band].",
        ),
        (
            f"{HEAD}[raking.sources]\nsex = 2021\n{SEX}",
            "value “2021”: [raking.sources]: the source of “sex” is not a text. Write words in quotes, of up to 200 "
            "letters.",
        ),
        (
            f'{HEAD}[raking]\nsources = "Census"\n{SEX}',
            "value “Census”: [raking.sources]: this is not a table. Begin it with a line [raking.sources], and write "
            'sex = "Census 2021" below.',
        ),
        (
            HEAD + "[raking]\nstart = 1\n",
            "[raking]: it names no margin. Add a table such as [raking.sex], with each category and its share of the "
            "population.",
        ),
        (
            f'{WEIGHTLESS}[raking]\nstart = "weight"\n{SEX}',
            "value “weight”: [raking] start: no column of weights is mapped to begin with. Add weight = … under "
            "[columns], or write start = 1.",
        ),
        (
            f"{HEAD}[raking]\nstart = true\n{SEX}",
            "value “True”: [raking] start: raking can't begin with that. Write "
            'start = "weight" to begin with the weights of the file, or start = 1.',
        ),
        (
            f"{HEAD}[raking]\ntrim = [2, 3]\n{SEX}",
            "value “[2, 3]”: [raking] trim: these are no limits: the least and the greatest weight in medians, on both "
            "sides of 1. Write trim = [0.3, 3], or trim = false to trim nothing.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_key_value_and_remedy(told, text, said) -> None:
    assert told(text) == [said]

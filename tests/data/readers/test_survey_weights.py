"""Weights raked when a wave is read: those fitted by hand, what is said of them, and what can't be raked."""

from __future__ import annotations

import re

import numpy as np
import pytest

from data.readers import survey_wave
from data.readers.mappings import join
from data.readers.source import Refused
from tests.surveys import raked_by_hand

HEAD = """
survey = "Residents"
force = "surrey"
wave = "2026-Q3"
label = "July to September 2026"
starts = 2026-07-01
ends = 2026-09-30
shared = "nothing"
weighting = "by chance of selection"
[columns]
weight = "WT"
area = "Ward"
[areas]
1 = "E05000026"
2 = "E05000027"
[measures.fair]
column = "Q62C"
answers = { 1 = "Strongly agree", 2 = "Tend to disagree" }
[attributes.sex]
column = "Sex"
values = { 1 = "Female", 2 = "Male", 9 = "Refused" }
[attributes.age_band]
column = "Age"
"""
SEX = "[raking.sex]\nFemale = 0.51\nMale = 0.49\n"
AGE = "[raking.age_band]\n16-34 = 0.3\n35-64 = 0.45\n'65+' = 0.25\n"
SHARES = {
    "Sex": {"1": 0.51, "2": 0.49},
    "Age": {"16-34": 0.3, "35-64": 0.45, "65+": 0.25},
}


def people(size: int = 120) -> list[dict[str, str]]:
    random = np.random.default_rng(11)
    return [
        {
            "Sex": str(random.choice(["1", "2"], p=[0.6, 0.4])),
            "Age": str(random.choice(list(SHARES["Age"]), p=[0.1, 0.4, 0.5])),
            "Ward": str(random.integers(1, 3)),
            "WT": f"{random.uniform(0.5, 2):.3f}",
            "Q62C": str(random.integers(1, 3)),
        }
        for _ in range(size)
    ]


def file_of(rows: list[dict[str, str]]) -> str:
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)])


@pytest.fixture
def read(source):
    def run(rows, mapping):
        given = join(source("wave.csv", file_of(rows).encode()), source("wave.toml", mapping.encode()))
        slot = survey_wave.recognise(given)
        assert slot is not None
        return survey_wave.read(given, slot)

    return run


@pytest.fixture
def refused(read):
    def run(rows, mapping):
        with pytest.raises(Refused) as caught:
            read(rows, mapping)
        return [str(problem).replace("in the mapping “wave.toml”, ", "") for problem in caught.value.problems]

    return run


@pytest.mark.parametrize(
    ("keys", "limits", "begun"),
    [
        ("", (0.3, 3.0), True),
        ("[raking]\nstart = 1\n", (0.3, 3.0), False),
        ("[raking]\ntrim = [0.7, 1.4]\n", (0.7, 1.4), True),
        ("[raking]\ntrim = false\n", None, True),
    ],
)
def test_weights_are_those_fitted_by_hand_and_the_wave_says_so(read, keys, limits, begun) -> None:
    rows = people()
    reading = read(rows, HEAD + keys + SEX + AGE)
    start = [float(row["WT"]) if begun else 1.0 for row in rows]
    expected = raked_by_hand(rows, SHARES, start, limits)
    assert reading.frame["weight"].tolist() == pytest.approx(expected, rel=1e-6)
    assert reading.frame["weight"].sum() == pytest.approx(sum(start))
    effect = len(rows) * sum(w * w for w in expected) / sum(expected) ** 2
    wave = reading.also["waves"].iloc[0]
    assert wave["raked_to"] == "age and sex"
    begins = ", beginning with the weights of the file" if begun else ""
    assert wave["weighting"].startswith(
        f"by chance of selection; raked to age and sex{begins}; design effect of weighting {effect:.2f}; "
    )
    free = raked_by_hand(rows, SHARES, start, None)
    least, greatest = (limit * float(np.median(free)) for limit in limits or (0, np.inf))
    cut = sum(not least <= weight <= greatest for weight in free)
    assert (f"{cut} weights trimmed to 0.7 to 1.4 times the median" in wave["weighting"]) == (limits == (0.7, 1.4))
    assert cut > 1 or limits != (0.7, 1.4)
    (note,) = (note for note in reading.notes if note.startswith("Weights:"))
    mean = sum(expected) / len(expected)
    assert (
        f"Smallest weight {min(expected) / mean:.2f} and largest {max(expected) / mean:.2f}, the mean being 1" in note
    )
    assert f"effective base {sum(expected) ** 2 / sum(w * w for w in expected):,.0f} of 120 respondents." in note


def test_a_file_without_weights_begins_with_1_and_is_not_said_to_count_everyone_alike(read) -> None:
    rows = people()
    reading = read(rows, HEAD.replace('weight = "WT"\n', "") + SEX)
    women = sum(row["Sex"] == "1" for row in rows)
    # One margin: poststratification in closed form, each woman .51 n / women.
    expected = [(0.51 * 120 / women) if row["Sex"] == "1" else 0.49 * 120 / (120 - women) for row in rows]
    assert reading.frame["weight"].tolist() == pytest.approx(expected)
    assert not any("every respondent counts as 1" in note for note in reading.notes)


def test_areas_make_a_margin_by_the_names_that_the_mapping_gives_them(read) -> None:
    rows = people()
    reading = read(rows, HEAD + "[raking.area]\nE05000026 = 0.8\nE05000027 = 0.2\n")
    total = sum(float(row["WT"]) for row in rows)
    held = reading.frame.groupby("area")["weight"].sum() / total
    assert held.to_dict() == pytest.approx({"E05000026": 0.8, "E05000027": 0.2})


def test_those_of_whom_nothing_is_known_keep_their_share(read) -> None:
    rows = people()
    for row in rows[:6]:
        row["Sex"] = ""
    for row in rows[6:10]:
        row["Sex"] = "9"
    mapping = HEAD.replace('weight = "WT"\n', "") + SEX + 'refused = "as it is"\n'
    reading = read(rows, mapping)
    held = reading.frame.assign(sex=reading.frame["sex"].fillna("")).groupby("sex")["weight"].sum()
    # By hand: 6 and 4 of 120 stay 6 and 4; the other 110 are shared out.
    assert held.to_dict() == pytest.approx({"": 6, "Refused": 4, "Female": 0.51 * 110, "Male": 0.49 * 110})
    assert "; 10 people without a known sex keep the share they have" in reading.also["waves"].iloc[0]["weighting"]


def test_whoever_weighs_nothing_stays_so_and_needs_no_share(read) -> None:
    rows = people()
    rows[0] |= {"WT": "0", "Sex": "9"}
    reading = read(rows, HEAD + SEX)
    assert reading.frame["weight"].iloc[0] == 0
    assert "of 119 respondents" in next(note for note in reading.notes if note.startswith("Weights:"))


def test_huge_weights_are_raked_as_their_parts(read) -> None:
    rows = people()
    huge = [{**row, "WT": f"{row['WT']}e200"} for row in rows]
    one, other = (read(given, HEAD + SEX + AGE) for given in (rows, huge))
    assert other.frame["weight"].to_numpy() / 1e200 == pytest.approx(one.frame["weight"].to_numpy())
    assert other.also["waves"]["weighting"].tolist() == one.also["waves"]["weighting"].tolist()


def test_what_does_not_fit_the_file_is_refused_with_both_sides(refused) -> None:
    rows = people()
    rows[0]["Sex"] = rows[1]["Sex"] = "9"
    assert refused(rows, HEAD + "[raking.sex]\nFemale = 0.5\nMale = 0.45\nOther = 0.05\n") == [
        "value “Refused”: [raking.sex]: this category has no share, and 2 people of the file are of it. Give it a "
        'share, or write "as it is" if it is no group of the population.',
        "value “Other”: [raking.sex]: 5\u00a0% of the population are of this category, and nobody in the file is. "
        "Merge it with another category, in the margin and in the values of its column.",
    ]


def test_margins_that_no_weights_can_meet_are_refused_with_the_one_that_is_off(refused) -> None:
    rows = [{**row, "Age": "16-34" if row["Sex"] == "1" else "65+"} for row in people()]
    (said,) = refused(
        rows, HEAD + SEX.replace("0.51", "0.8").replace("0.49", "0.2") + "[raking.age_band]\n16-34 = 0.2\n'65+' = 0.8\n"
    )
    # Everybody young is a woman: sex and age are one margin with two different shares.
    assert said.startswith("[raking]: no weights were found in 100 rounds; ")
    assert re.search(r"(sex|age), [^,]+, adds up to 0\.[28]\d* and should add up to 0\.[28]\.", said)
    assert said.endswith("Merge categories with few respondents, or leave a margin out.")


def test_the_weights_can_be_tried_with_nothing_but_their_columns(source) -> None:
    from data.readers.survey_mapping import parse

    rows = people()
    file, mapping = source("wave.csv", file_of(rows).encode()), parse(source("w.toml", (HEAD + SEX + AGE).encode()))
    assert survey_wave.columns_to_weigh(mapping) == ("Age", "Sex", "WT")
    sheet = survey_wave.sheet_to_weigh(file, mapping)
    assert sheet.columns == ["Age", "Sex", "WT"]
    found = survey_wave.weighed("w.toml", mapping, sheet)
    assert found is not None
    assert found.weights == pytest.approx(raked_by_hand(rows, SHARES, [float(row["WT"]) for row in rows]), rel=1e-6)
    rows[3]["WT"] = "heavy"
    again = survey_wave.sheet_to_weigh(source("wave.csv", file_of(rows).encode()), mapping)
    with pytest.raises(Refused, match="row 5, column “WT”, value “heavy”: this is not a weight"):
        survey_wave.weighed("w.toml", mapping, again)

"""Crime Survey for England and Wales 2013-14, teaching file: from an SPSS file to stored answers and weighted shares.

What is expected is worked out here from the SPSS file with pyreadstat and numpy alone. Attitudes were asked of modules
of the sample; whoever was not in a module is blank in the file and must be blank in the store.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from analytics.survey import domain_means_of_cells
from data.loading import load_files
from data.store import Store
from data.survey_cubes import EVERYONE
from data.vocabularies.survey import DONT_KNOW, NEGATIVE, NEUTRAL, NOT_ASKED, POSITIVE, measures

pytestmark = pytest.mark.real

SAFE = (
    "{ 1 = 'Very safe', 2 = 'Fairly safe', 3 = 'A bit unsafe', 4 = 'Very unsafe', "
    '8 = "Don\'t know", 9 = "Don\'t know" }'
)
WORRIED = (
    "{ 1 = 'Very worried', 2 = 'Fairly worried', 3 = 'Not very worried', 4 = 'Not at all worried', "
    '8 = "Don\'t know", 9 = "Don\'t know" }'
)
COMMON = "{ 1 = 'Very common', 2 = 'Fairly common', 3 = 'Not very common', 4 = 'Not at all common' }"
QUESTIONS = {
    "safe_dark": ("walkdark", SAFE),
    "safe_day": ("walkday", SAFE),
    "safe_home": ("homealon", SAFE),
    "worry_burglary": ("wburgl", WORRIED),
    "worry_mugging": ("wmugged", WORRIED),
    "worry_car_stolen": ("wcarstol", WORRIED),
    "worry_from_car": ("wfromcar", WORRIED),
    "worry_rape": ("wraped", WORRIED),
    "worry_attack": ("wattack", WORRIED),
    "worry_race_attack": ("wraceatt", WORRIED),
    "rubbish_common": ("rubbcomm", COMMON),
    "vandalism_common": ("vandcomm", COMMON),
    "poor_housing": ("poorhou", COMMON),
}
MAPPING = """
survey = "Crime Survey for England and Wales"
force = "england and wales"
wave = "2013-14"
label = "April 2013 to March 2014"
starts = 2013-04-01
ends = 2014-03-31
shared = "nothing"
mode = "face to face"
population = "adults aged 16 and over in households"
[columns]
respondent = "rowlabel"
weight = "IndivWgtx"
[attributes.age_band]
column = "agegrp7"
values = { 1 = "16-24", 2 = "25-34", 3 = "35-44", 4 = "45-54", 5 = "55-64", 6 = "65-74", 7 = "75+" }
[attributes.sex]
column = "sex"
values = { 1 = "Male", 2 = "Female" }
""" + "".join(
    f'[measures.{measure}]\ncolumn = "{column}"\nnot_answers = [5]\nanswers = {answers}\n'
    for measure, (column, answers) in QUESTIONS.items()
)


@pytest.fixture(scope="module")
def raw(real_files):
    """The file as it is: codes as numbers, those declared missing kept."""
    path = real_files / "survey" / "csew1314teachingopen.sav"
    return pyreadstat.read_sav(str(path), user_missing=True)[0]


@pytest.fixture(scope="module")
def store(real_files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("csew")
    (folder / "csew.toml").write_text(MAPPING, encoding="utf-8")
    store = Store(folder / "store")
    path = real_files / "survey" / "csew1314teachingopen.sav"
    (outcome,) = load_files([path], store, mappings=[folder / "csew.toml"]).outcomes
    assert (outcome.status, outcome.detail) == (
        "loaded",
        "survey wave, Crime Survey for England and Wales 2013-14: 8,843 rows",
    )
    return store


@pytest.fixture(scope="module")
def stored(store):
    return store.view().rows("responses").collect("pandas").to_native().sort_values("row", ignore_index=True)


def classes(stored, measure):
    """The class of every answer; a blank is not asked."""
    return stored[measure].map(measures()[measure].classes).fillna(NOT_ASKED)


@pytest.mark.parametrize("measure", QUESTIONS)
def test_weighted_shares_equal_those_of_the_file(raw, stored, measure):
    codes, weight = raw[QUESTIONS[measure][0]].to_numpy(), raw["IndivWgtx"].to_numpy()
    answered = np.isin(codes, [1, 2, 3, 4])
    expected = weight[np.isin(codes, [1, 2])].sum() / weight[answered].sum()
    of_class = classes(stored, measure)
    base = of_class.isin([POSITIVE, NEGATIVE])
    found = stored["weight"][of_class == POSITIVE].sum() / stored["weight"][base].sum()
    assert found == pytest.approx(expected, rel=1e-12)
    assert 0.01 < expected < 0.99
    assert base.sum() == answered.sum()


@pytest.fixture(scope="module")
def cubes(store):
    view = store.view()
    return [view.rows(name).collect("pandas").to_native() for name in ("survey_cells", "survey_design")]


@pytest.mark.parametrize("measure", QUESTIONS)
@pytest.mark.parametrize(("grouping", "column", "groups"), [
    (EVERYONE, None, {EVERYONE: None}),
    ("sex", "sex", {"Male": 1, "Female": 2}),
])  # fmt: skip
def test_the_product_gives_the_shares_of_the_file(raw, cubes, measure, grouping, column, groups):
    cells, design = cubes
    wanted = cells[(cells["grouping"] == grouping) & (cells["measure"] == measure)]
    table = domain_means_of_cells(wanted, design, {POSITIVE: 1, NEUTRAL: 0, NEGATIVE: 0}, "group").table
    found = table.set_index("group")
    assert set(groups) <= set(found.index)
    codes, weight = raw[QUESTIONS[measure][0]].to_numpy(), raw["IndivWgtx"].to_numpy()
    for group, code in groups.items():
        people = np.full(len(raw), True) if code is None else raw[column].to_numpy() == code
        # Whoever has the weight 0 counts in no figure.
        answered = people & np.isin(codes, [1, 2, 3, 4]) & (weight > 0)
        share = weight[answered & np.isin(codes, [1, 2])].sum() / weight[answered].sum()
        assert found.loc[group, "estimate"] == pytest.approx(share, abs=1e-9)
        assert found.loc[group, "base"] == answered.sum()
        assert found.loc[group, "weight"] == pytest.approx(weight[answered].sum(), rel=1e-9)


@pytest.mark.parametrize("measure", QUESTIONS)
def test_who_was_not_asked_is_blank_and_who_does_not_know_is_not(raw, stored, measure):
    codes = raw[QUESTIONS[measure][0]]
    of_class = classes(stored, measure)
    assert (of_class == NOT_ASKED).tolist() == (codes.isna() | (codes == 5)).tolist()
    assert (of_class == DONT_KNOW).tolist() == codes.isin([8, 9]).tolist()


@pytest.mark.parametrize("measure", QUESTIONS)
def test_every_answer_is_the_label_of_its_code(real_files, raw, stored, measure):
    column = QUESTIONS[measure][0]
    labels = pyreadstat.read_sav(str(real_files / "survey" / "csew1314teachingopen.sav"), metadataonly=True)[1]
    expected = raw[column].map({k: v for k, v in labels.variable_value_labels[column].items() if k <= 4})
    found = stored[measure].where(stored[measure] != "Don't know")
    pd.testing.assert_series_equal(found.astype("str"), expected.astype("str"), check_names=False)


def test_attitudes_were_asked_of_modules_and_disorder_of_everyone(stored):
    asked = {measure: int(stored[measure].notna().sum()) for measure in QUESTIONS}
    assert len(stored) == 8_843
    assert all(1_500 < asked[measure] < 2_500 for measure in QUESTIONS if measure.startswith(("safe", "worry")))
    assert all(asked[measure] > 7_500 for measure in ("rubbish_common", "vandalism_common", "poor_housing"))


def test_weights_and_respondents(raw, stored):
    assert stored["weight"].tolist() == raw["IndivWgtx"].tolist()
    assert stored["respondent"].nunique() == 8_843
    assert not set(stored["respondent"]) & {f"{number:.0f}" for number in raw["rowlabel"]}
    assert stored["age_band"].value_counts()["75+"] == (raw["agegrp7"] == 7).sum()


def test_the_wave_and_its_questions(store):
    view = store.view()
    (wave,) = view.rows("waves").collect("pandas").to_native().to_dict("records")
    assert (wave["force"], wave["starts"], wave["respondents"]) == ("england and wales", "2013-04-01", 8_843)
    questions = view.rows("questions").collect("pandas").to_native().set_index("measure")
    assert set(questions.index) == set(QUESTIONS)
    assert "safe do you feel walking alone" in questions.loc["safe_dark", "wording"]

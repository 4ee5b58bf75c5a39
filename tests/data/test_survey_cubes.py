"""Survey cubes: every answer counted once in each grouping, every sampling unit named, whoever answered in it."""

from __future__ import annotations

import pytest
from deltalake import DeltaTable

from data.survey_cubes import EVERYONE, NOT_KNOWN
from tests.surveys import publish, wave


@pytest.fixture
def release(store):
    """A function that publishes waves with some areas by name and code."""
    return lambda *waves, areas=None: publish(store, *waves, areas=areas)


def responses(name="2026-Q1", **columns):
    return wave(name, {"2026-Q1": "2026-03", "2026-Q2": "2026-06"}[name], **columns)


def rows(view, cube):
    return view.rows(cube).collect("pandas").to_native()


def counted(cells, *by):
    return {key: int(n) for key, n in cells.groupby(list(by) if len(by) > 1 else by[0])["n"].sum().items()}


def test_each_grouping_counts_every_answer_once(release):
    view = release(
        responses(
            fair=["Strongly agree", "Tend to disagree", "Neither agree nor disagree", "Don't know", None],
            sex=["Female", "Male", None, "Female", "Male"],
            weight=[0.5, 1.0, 1.5, 2.0, 3.0],
        )
    )
    cells = rows(view, "survey_cells")
    assert set(cells["grouping"]) == {EVERYONE, "sex"}
    for _, of_grouping in cells.groupby("grouping"):
        assert counted(of_grouping, "answer_class") == {
            "positive": 1,
            "neutral": 1,
            "negative": 1,
            "don't know": 1,
            "not asked": 1,
        }
        assert of_grouping["weight"].sum() == pytest.approx(8.0)
        assert of_grouping["weight_squared"].sum() == pytest.approx(0.25 + 1 + 2.25 + 4 + 9)
    assert counted(cells[cells["grouping"] == "sex"], "group") == {"Female": 2, "Male": 2, NOT_KNOWN: 1}


def test_a_measure_that_nobody_was_asked_makes_no_cell(release):
    cells = rows(release(responses(fair=["Strongly agree"], listen=[None])), "survey_cells")
    assert set(cells["measure"]) == {"fair"}


def test_an_answer_that_the_scale_lacks_counts_as_no_opinion(release):
    cells = rows(release(responses(fair=["Strongly agree", "Refused"])), "survey_cells")
    assert counted(cells, "answer_class") == {"positive": 1, "don't know": 1}


def test_the_design_names_units_in_which_nobody_has_an_opinion(release):
    view = release(responses(fair=["Strongly agree", "Don't know", None], psu=["a", "b", "c"], stratum=["s", "s", "t"]))
    design = rows(view, "survey_design")
    assert {(row.stratum, row.psu): row.n for row in design.itertuples()} == {
        ("s", "a"): 1,
        ("s", "b"): 1,
        ("t", "c"): 1,
    }


def test_without_sampling_units_everyone_is_their_own(release):
    view = release(responses(fair=["Strongly agree"] * 3))
    assert len(rows(view, "survey_design")) == 3
    assert len(rows(view, "survey_cells")) == 3


def test_areas_by_name_become_codes_and_unknown_ones_stay_as_written(release):
    view = release(
        responses(fair=["Strongly agree"] * 4, area=["WOKING", "E07000217", "Nowhere", None]),
        areas={"E07000217": "Woking", "E07000209": "Guildford"},
    )
    cells = rows(view, "survey_cells")
    assert counted(cells.assign(area=cells["area"].fillna("")), "area") == {"E07000217": 2, "Nowhere": 1, "": 1}


def test_areas_that_come_later_are_counted_anew(release, store):
    release(responses(fair=["Strongly agree"], area=["Woking"]))
    assert set(rows(store.view(), "survey_cells")["area"]) == {"Woking"}
    later = responses("2026-Q2", fair=["Strongly agree"], area=["Woking"])
    view = release(later, areas={"E07000217": "Woking"})
    assert set(rows(view, "survey_cells")["area"]) == {"E07000217"}
    assert counted(rows(view, "survey_cells"), "wave") == {"2026-Q1": 1, "2026-Q2": 1}


def test_cells_and_rows_hold_the_same_weights_by_any_key(release):
    """Counted here the plain way, row by row."""
    import numpy as np

    draw = np.random.default_rng(5)
    size = 400
    words = ["Strongly agree", "Tend to agree", "Tend to disagree", "Don't know", None]
    frame = responses(
        fair=list(draw.choice(np.array(words, dtype=object), size)),
        respect=list(draw.choice(np.array(words, dtype=object), size)),
        sex=list(draw.choice(["Female", "Male"], size)),
        area=list(draw.choice(["E07000217", "E07000209"], size)),
        psu=[f"p{n}" for n in draw.integers(0, 20, size)],
        weight=list(draw.gamma(2, 0.5, size)),
    )
    cells = rows(release(frame), "survey_cells")
    frame = frame.rows
    positive = {"Strongly agree", "Tend to agree"}
    for measure in ("fair", "respect"):
        for (sex, area, psu), group in frame.groupby(["sex", "area", "psu"]):
            expected = group.loc[group[measure].isin(positive), "weight"].sum()
            own = cells[
                (cells["grouping"] == "sex")
                & (cells["group"] == sex)
                & (cells["area"] == area)
                & (cells["psu"] == psu)
                & (cells["measure"] == measure)
                & (cells["answer_class"] == "positive")
            ]
            assert own["weight"].sum() == pytest.approx(expected, abs=1e-12)


CONTACT = {
    "contact_12m": ["No", "yes", "Yes", "Yes", "Yes", None, "Yes"],
    "satisfied_contact": [
        None,
        "Very satisfied",
        "Neither satisfied nor dissatisfied",
        "Very dissatisfied",
        "Don't know",
        "Fairly satisfied",
        None,
    ],
    "treated_fairly_contact": [None, "Yes", "No", "No", "Yes", "Yes", "Perhaps"],
    "outcome_wanted": [None, "No", "Yes", "No", None, "Yes", "Yes"],
    "prior_opinion": [None, "High", "Low", "Low", None, None, "Low"],
}


def test_joint_groupings_count_everyone_once_by_what_they_said_together(release):
    cells = rows(release(responses(trust_force=["Strongly agree"] * 7, **CONTACT)), "survey_cells")
    cells = cells[cells["measure"] == "trust_force"]
    assert counted(cells[cells["grouping"] == "contact_experience"], "group") == {
        "No contact": 1,
        "Contact, satisfied": 1,
        "Contact, not satisfied": 2,
        NOT_KNOWN: 3,
    }
    assert counted(cells[cells["grouping"] == "treatment_and_outcome"], "group") == {
        "No contact": 1,
        "Treated fairly, not the outcome wanted": 1,
        "Not treated fairly, outcome wanted": 1,
        "Not treated fairly, not the outcome wanted": 1,
        NOT_KNOWN: 3,
    }
    assert counted(cells[cells["grouping"] == "prior_opinion"], "group") == {"High": 1, "Low": 3, NOT_KNOWN: 3}
    assert {int(n) for n in cells.groupby("grouping")["n"].sum()} == {7}


def test_what_is_no_grouping_to_choose_is_counted_for_confidence_and_contact_alone(release):
    asked = responses(trust_force=["Strongly agree"] * 7, fair=["Strongly agree"] * 7, **CONTACT)
    held = rows(release(asked), "survey_cells").groupby("grouping")["measure"].agg(set)
    assert held["contact_experience"] == held["prior_opinion"] == {"trust_force", "satisfied_contact"}
    assert held["contact_12m"] == {"trust_force", "satisfied_contact", "fair"}


@pytest.mark.parametrize("left_out", ["contact_12m", "satisfied_contact"])
def test_a_joint_grouping_needs_each_of_its_questions(left_out, release):
    asked = {name: answers for name, answers in CONTACT.items() if name != left_out}
    held = set(rows(release(responses(trust_force=["Strongly agree"] * 7, **asked)), "survey_cells")["grouping"])
    assert "contact_experience" not in held
    assert ("treatment_and_outcome" in held) == (left_out == "satisfied_contact")


def test_a_new_joint_grouping_is_counted_for_old_loads_too(release, store, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr("data.survey_cubes.joint_groupings", dict)
        before.setattr("data.counting.CODE", 1)
        view = release(responses(trust_force=["Strongly agree"] * 7, **CONTACT))
        assert "contact_experience" not in set(rows(view, "survey_cells")["grouping"])
    view = release(responses("2026-Q2", trust_force=["Strongly agree"] * 7, **CONTACT))
    cells = rows(view, "survey_cells")
    experience = cells[(cells["grouping"] == "contact_experience") & (cells["measure"] == "trust_force")]
    assert counted(experience, "wave") == {"2026-Q1": 7, "2026-Q2": 7}


def test_a_store_from_before_an_attribute_was_asked_opens_and_counts_with_it_blank(store, monkeypatch):
    """What was written before the table gained a column has it blank, counted again or beside newer waves."""
    from dataclasses import replace

    from data import tables
    from data.publishing import recount
    from tests import surveys

    asked = {"fair": ["Strongly agree", "Tend to disagree"], "sex": ["Female", "Male"]}
    older = replace(tables.RESPONSES, columns=tuple(c for c in tables.RESPONSES.columns if c.name != "contact_reason"))
    waves = replace(tables.WAVES, columns=tuple(c for c in tables.WAVES.columns if c.name != "raked_to"))
    with monkeypatch.context() as before:
        before.setattr(surveys, "RESPONSES", older)
        before.setattr(surveys, "WAVES", waves)
        surveys.publish(store, responses(**asked))
    written = {
        name: set(DeltaTable(str(store.table_path(name))).to_pyarrow_table().column_names)
        for name in ("responses", "waves")
    }
    assert "contact_reason" not in written["responses"]
    assert "raked_to" not in written["waves"]

    def groupings(view):
        return set(rows(view, "survey_cells")["grouping"])

    view = store.view()
    assert rows(view, "responses")["contact_reason"].isna().tolist() == [True, True]
    assert rows(view, "waves")["raked_to"].isna().all()
    assert groupings(view) == {EVERYONE, "sex"}
    recount(store, "Ada", "the list of attributes has one more")
    assert groupings(store.view()) == {EVERYONE, "sex"}
    later = publish(store, responses("2026-Q2", **asked, contact_reason=["Victim", None]))
    cells = rows(later, "survey_cells")
    of_reason = cells[cells["grouping"] == "contact_reason"]
    assert counted(of_reason, "wave", "group") == {
        ("2026-Q2", "Victim"): 1,
        ("2026-Q2", NOT_KNOWN): 1,
    }
    assert rows(later, "responses").groupby("wave")["contact_reason"].count().to_dict() == {"2026-Q1": 0, "2026-Q2": 1}

"""What is said of the fits of the cycle: hand-made ones of a small survey, so that every sentence is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics import fits
from analytics.briefings.spreadsheet import to_csv, to_excel
from analytics.claims import blocked, sentences_of
from analytics.columns import meaning
from analytics.findings import QUESTIONS
from analytics.reading import reading_table, reading_titles, rows_to_look_at
from analytics.records import records_of
from analytics.scope import Scope
from data import fit_results
from data.fit_results import Result
from data.vocabularies.survey import STAGES
from tests.surveys import answers, publish, wave

ENGAGEMENT, FAIR, CONFIDENCE, WILLING, INFORMATION, ACTION = STAGES
STRENGTH = [0.128, 0.174, 0.127, 0.152, 0.049, 0.114]


def links(strength=STRENGTH, named=4, missing=""):
    rows = [
        {"from": stage, "to": STAGES[(n + 1) % 6], "strength": s, "se": 0.006, "low": s - 0.012, "high": s + 0.012}
        for n, (stage, s) in enumerate(zip(STAGES, strength, strict=True))
        if missing not in (stage, STAGES[(n + 1) % 6]) or not missing
    ]
    table = pd.DataFrame(rows).assign(p_value=0.001, base=9_000)
    place = table.index == named if named is not None else np.zeros(len(table), dtype=bool)
    return table.assign(at_least=np.where(place, 0.05, 0.0), named=place)


def places():
    """East, with one link far below the rest; people of two sexes, of whom one group is small."""
    rows = []
    for by, place, base, gap in (
        ("area", "E1", 400, -0.08),
        ("sex", "Female", 300, 0.0),
        ("sex", "Male", 90, -0.02),
        ("sex", "Other", 7, np.nan),
    ):
        for n, (stage, s) in enumerate(zip(STAGES, STRENGTH, strict=True)):
            d = gap if n == 1 else 0.0 * gap
            rows.append(
                {
                    **{"by": by, "place": place, "from": stage, "to": STAGES[(n + 1) % 6], "base": base},
                    **{"strength": s + d, "low": s + d - 0.02, "high": s + d + 0.02, "difference": d},
                    **{"difference_low": d - 0.03, "difference_high": d + 0.03},
                    "p_value": 1e-6 if n == 1 and gap < -0.05 else 0.5 if gap == gap else np.nan,
                }
            )
    return pd.DataFrame(rows)


ABOUT = {"first_wave": "a", "last_wave": "a", "respondents": 9_600, "adjusted_for": "age_band, sex"}


def of_links(table, missing=""):
    about = pd.DataFrame([{**ABOUT, "base": 9_600, "df": 400, "margin": 2 / 3, "missing": missing}])
    questions = pd.DataFrame({"stage": ["fair treatment", "confidence"], "question": ["fair", "good_job_local"]})
    return {"links": table, "places": places(), "questions": questions, "about": about}


DRIVERS = {
    "confidence": pd.DataFrame(
        {
            "driver": ["worry_asb", "listen", "fair"],
            "effect": [0.07, 0.06, -0.01],
            "low": [0.06, 0.05, -0.02],
            "high": [0.08, 0.07, 0.0],
            "se": 0.005,
            "p_value": 0.001,
            "per_sd": [0.07, 0.07, -0.01],
            "per_sd_low": [0.06, 0.06, -0.02],
            "per_sd_high": [0.08, 0.08, 0.0],
            "share": [0.4, 0.5, 0.1],
            "steps": [3, 4, 4],
            "sd": 0.3,
        }
    ),
    "about": pd.DataFrame(
        [
            {
                **{**ABOUT, "base": 5_000, "outcome": "confidence", "measure": "trust_force", "fit": 0.1, "lost": 0.27},
                "warning": "27% of those who answered are left out.",
            }
        ]
    ),
}


def path(origin, target, kind, through, coefficient, width=0.02):
    ends = {"low": coefficient - width, "high": coefficient + width, "se": width / 2, "p_value": 0.001}
    return {"from": origin, "to": target, "kind": kind, "through": through, "coefficient": coefficient, **ends}


PATHS = {
    "paths": pd.DataFrame(
        [
            path("fairness", "trust", "direct", "", 0.40),
            path("fairness", "cooperation", "direct", "", 0.01),
            path("trust", "cooperation", "direct", "", 0.32),
            path("fairness", "cooperation", "indirect", "trust", 0.128),
            path("fairness", "cooperation", "indirect", "all", 0.128),
            path("fairness", "cooperation", "total", "", 0.138),
        ]
    ),
    "about": pd.DataFrame([{**ABOUT, "base": 9_000, "chain": "fairness, trust, cooperation", "missing": "legitimacy"}]),
}
FIGURES = {"low": [0.55, 0.70], "high": [0.62, 0.78], "base": [6_000, 2_500]}
INFLUENCE = {
    "force": pd.DataFrame([{"estimate": 0.13, "se": 0.01, "low": 0.11, "high": 0.15, "df": 400, "p_value": 0.0}]),
    "shares": pd.DataFrame({"can": [0.0, 1.0], "estimate": [0.59, 0.74], **FIGURES}),
    "areas": pd.DataFrame(
        {
            "area": ["E2", "E1"],
            "base_can": [4, 60],
            "base_cannot": [100, 90],
            "direct": [0.3, 0.1],
            "estimate": [0.14, 0.12],
            "low": [0.05, 0.06],
            "high": [0.23, 0.18],
            "own": [0.02, 0.2],
        }
    ),
    "about": pd.DataFrame([{**ABOUT, "measure": "trust_force", "mean": 0.13, "between": 0.001}]),
}
FITS = {
    "cycle.links": of_links(links()),
    "cycle.drivers": DRIVERS,
    "cycle.paths": PATHS,
    "cycle.influence": INFLUENCE,
}
KEYS = ["cycle.links", "cycle.weakest_link", "cycle.drivers", "cycle.paths", "cycle.influence", "cycle.ring"]


def survey(store):
    rows = {"trust_force": answers(60, 40), "fair": answers(70, 30), "area": ["E1"] * 60 + ["E2"] * 40}
    rows["sex"] = ["Female"] * 60 + ["Male"] * 40
    return publish(store, wave("a", "2026-03", **rows), areas={"E1": "East", "E2": "West"})


def keep(view, tables, refusal=""):
    for fit in fits.declared(view):
        if fit.model.key in tables:
            result = Result(tables[fit.model.key], refusal, 1, 0.1)
            fit_results.keep(view.store, fit.key(view), result)


def ask(view, key, **scope):
    return QUESTIONS[key].answer(Scope.of(scope), view)


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    from data.store import Store

    made = survey(Store(tmp_path_factory.mktemp("fitted") / "store"))
    keep(made, FITS)
    return made


def test_a_weak_link_is_named_with_how_sure_that_is(view):
    found = ask(view, "cycle.weakest_link")
    assert found.headline == "The weakest link is from community information to action and feedback"
    assert found.answer == (
        "Strength +4.9 points (+3.7 to +6.1): of 100 answers on action and feedback, about 5 more are positive where "
        "people's answers on community information are better by as much as people usually differ (one standard "
        "deviation). The next weakest has +11.4 points (+10.2 to +12.6); this one lies below every other link, by "
        "5.0 points or more and by a third or more, with 95 % certainty over all comparisons; January to March 2026 "
        "(9,000 people or more a link)."
    )
    assert (found.claim, found.claim_name) == (1, "associated")
    assert found.lines[0].bold == "Community information to action and feedback"
    assert found.lines[0].leads.page == "cycle"


def test_a_weak_link_leads_to_the_questions_of_both_its_stages_in_the_same_view(store):
    asked = {"gave_information": answers(60, 40), "matter": answers(70, 30), "fair": answers(70, 30)}
    view = publish(store, wave("a", "2026-03", **asked))
    keep(view, {"cycle.links": of_links(links())})
    lines = ask(view, "cycle.weakest_link").onward
    assert [(line.bold, line.leads.page, line.leads.address["measure"]) for line in lines] == [
        ("Community information", "trends", "gave_information"),
        ("Action and feedback", "trends", "matter"),
    ]
    assert {line.leads.address["to"] for line in lines} == {"2026-03"}


@pytest.mark.parametrize(
    ("strength", "said"), [(-0.021, "about 2 fewer are positive"), (0.001, "about as many are positive")]
)
def test_of_a_link_below_none_fewer_are_positive_and_of_one_near_it_as_many(strength, said, store):
    view = survey(store)
    keep(view, {"cycle.links": of_links(links([*STRENGTH[:4], strength, STRENGTH[5]]))})
    assert said in ask(view, "cycle.weakest_link").answer


def test_where_none_stands_out_none_is_named(store):
    view = survey(store)
    keep(view, {"cycle.links": of_links(links(named=None))})
    found = ask(view, "cycle.weakest_link")
    assert found.headline == "No link of the cycle stands out as the weakest"
    assert "can't be told with 95 % certainty that the lowest is weaker than every other" in found.answer
    assert not found.onward
    assert found.lines[0].bold == "None stands out"
    drawn = " ".join(note["text"] for note in ask(view, "cycle.ring").chart().to_plotly_json()["layout"]["annotations"])
    assert "None stands out" in drawn


@pytest.mark.parametrize(
    ("scope", "at", "words"), [({}, 4, "weakest of all"), ({"area": "E1"}, 1, "weaker than the others")], ids=str
)
def test_the_link_to_look_at_stands_out_in_words_and_is_marked(scope, at, words, view):
    ring = ask(view, "cycle.ring", **scope)
    read = reading_table(ring, "links")
    assert list(read.columns)[:3] == ["Link", "Strength, points", "How sure"]
    assert list(read["How sure"]) == [f"clear, {words}" if place == at else "clear" for place in range(6)]
    drawn = [note["text"] for note in ring.chart().to_plotly_json()["layout"]["annotations"]]
    assert ["weak link" in text for text in drawn if "points</b>" in text] == [place == at for place in range(6)]
    assert rows_to_look_at(ring, "links") == {at}
    assert rows_to_look_at(ring, "stages") == frozenset()


def test_a_month_of_which_nothing_is_fitted_says_what_to_choose_and_mixes_no_years(store):
    asked = {"trust_force": answers(60, 40), "fair": answers(70, 30)}
    view = publish(store, wave("a", "2024-03", **asked), wave("b", "2026-03", **asked))
    keep(view, FITS)
    told = "Links, drivers, paths and influence are of the newest year alone: choose March 2026 as the last month."
    for key in (key for key in KEYS if key != "cycle.ring"):
        found = ask(view, key, to="2024-03")
        assert (found.refused, found.answer) == (True, told)
        assert not ask(view, key, to="2026-03").refused
    ring = ask(view, "cycle.ring", to="2024-03")
    assert "links" not in ring.tables
    assert ring.caveats[0] == f"Links between the stages: l{told[1:]}"


def test_every_link_has_its_row_and_one_whose_stage_was_not_asked_of_says_so(store):
    view = survey(store)
    keep(view, {"cycle.links": of_links(links(named=None, missing=INFORMATION), INFORMATION)})
    table = ask(view, "cycle.links").table
    assert list(table["from"]) == list(STAGES)
    assert list(table["to"]) == [*STAGES[1:], ENGAGEMENT]
    flags = list(table["flag"])
    assert [flags[3], flags[4]] == ["no question asked about community information"] * 2
    assert table["strength"].notna().sum() == 4
    assert set(table["claim"]) == {1}


def test_an_area_is_set_against_the_rest_of_the_force(view):
    found = ask(view, "cycle.weakest_link", area="E1")
    assert found.headline == "1 link is clearly weaker than in the rest of the force"
    assert "Fair treatment to confidence +9 points (+7 to +11), lower by 8 points; of 6 links tested" in found.answer
    ring = ask(view, "cycle.ring", area="E1")
    assert ring.tables["links"]["verdict"].tolist().count("below") == 1


def test_the_smallest_group_is_not_given_away_by_the_others(view):
    """Seven people of another sex have no number; the men, who are the next fewest, have none either."""
    male, female = (ask(view, "cycle.links", by="sex", among=name).table for name in ("Male", "Female"))
    assert male["base"].isna().all()
    assert female["base"].eq(300).all()


def test_of_a_part_without_a_clearly_weaker_link_the_lowest_is_told_with_its_interval(view):
    found = ask(view, "cycle.weakest_link", by="sex", among="Female")
    assert found.headline == "No link is clearly weaker than among everyone else"
    rows = records_of(ask(view, "cycle.links", by="sex", among="Female").table)
    lowest = min(rows, key=lambda row: row["difference"])
    assert f"Lowest against everyone else is {lowest['from']} to {lowest['to']}: " in found.answer
    assert "not clear; of 6 links tested" in found.answer


def test_what_goes_with_confidence_is_in_the_order_of_its_shares(view):
    found = ask(view, "cycle.drivers")
    assert list(found.table["driver"]) == ["Listened to", "Less worried about disorder", "Treated fairly"]
    assert found.headline == "2 of 3 questions clearly go with more confidence"
    assert "has the largest share, 50" in found.answer
    assert (
        "“Trust the force”: 27\u00a0% of those who answered are left out, as they did not answer every question; what "
        "is said rests on the other 5,000."
    ) in found.caveats


def test_a_chain_says_what_goes_along_it_and_that_its_order_is_assumed(view):
    found = ask(view, "cycle.paths")
    assert found.headline == "Fairness goes with cooperation, along the chain"
    assert "+0.13 (+0.11 to +0.15) along the chain and +0.01 (−0.01 to +0.03) past it" in found.answer
    assert "It is assumed, not found" in found.caveats[0]
    assert "Not asked, and passed over: legitimacy." in found.caveats


def test_a_chain_is_drawn_with_the_stages_that_it_has_and_says_which_it_lacks(view):
    figure = ask(view, "cycle.paths").chart().to_plotly_json()["layout"]
    texts = [note["text"] for note in figure["annotations"]]
    assert [text for text in texts if text.startswith("<b>") and text.endswith("</b>")] == [
        "<b>Fairness</b>",
        "<b>Trust</b>",
        "<b>Cooperation</b>",
    ]
    assert texts[-3:] == [
        "Along the chain +0.13 (+0.11 to +0.15)",
        "Past it +0.01 (−0.01 to +0.03)",
        "Not asked: legitimacy",
    ]
    told = {text.split("<br>")[0] for text in texts if "<br>" in text}
    assert told == {"<b>+0.40</b>", "<b>+0.32</b>", "<b>+0.01</b>"}


def test_small_numbers_of_those_who_can_influence_are_withheld_with_the_others(view):
    table = ask(view, "cycle.influence").table
    assert list(table["name"]) == ["East", "West"]
    assert table.loc[1, ["base_can", "base_cannot"]].isna().all()
    assert list(table.loc[0, ["base_can", "base_cannot"]]) == [60, 90]


@pytest.mark.parametrize("key", KEYS)
def test_words_tables_and_files_say_what_they_should(key, view):
    found = ask(view, key)
    assert not found.refused
    assert len(found.headline) < 70
    assert found.claim == 1
    assert [blocked(text, found.claim) for text in sentences_of(found) if blocked(text, found.claim)] == []
    assert set(reading_titles(found)) == set(found.tables)
    for name, table in found.tables.items():
        assert [column for column in table.columns if not meaning(column)] == []
        read = reading_table(found, name)
        assert not any("_" in heading for heading in read.columns)
        assert not read.map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None)
        assert to_csv(found, name)
    assert to_excel(found)[:2] == b"PK"
    assert found.provenance.files
    for panel in found.panels:
        assert panel.draw("dark").to_plotly_json()["data"]


def test_a_file_of_links_names_the_month_beside_the_stages(view):
    first = to_csv(ask(view, "cycle.links")).decode("utf-8-sig").splitlines()[0]
    assert first.startswith("force,to_month,survey,from,to,strength,low,high,claim")


@pytest.mark.parametrize("key", [key for key in KEYS if key != "cycle.ring"])
def test_what_nobody_has_fitted_says_how_to(key, store):
    found = ask(survey(store), key)
    assert found.refused
    assert found.answer.startswith("Not fitted yet. What is fitted ahead is made after a release is published")
    assert "`" not in found.answer


def test_an_earlier_month_is_never_fitted_and_says_so_before_anything_is(store):
    asked = {"trust_force": answers(60, 40), "fair": answers(70, 30)}
    view = publish(store, wave("a", "2024-03", **asked), wave("b", "2026-03", **asked))
    told = "Links, drivers, paths and influence are of the newest year alone: choose March 2026 as the last month."
    assert ask(view, "cycle.links", to="2024-03").answer == told


def test_influence_and_drivers_each_say_why_the_other_has_another_figure(store):
    view = survey(store)
    more = DRIVERS["confidence"].assign(driver=["worry_asb", "listen", "influence"])
    keep(view, {**FITS, "cycle.drivers": {**DRIVERS, "confidence": more}})
    of_drivers, of_influence = ask(view, "cycle.drivers").caveats[1], ask(view, "cycle.influence").caveats[1]
    assert "“Can influence” has −1.0 points here" in of_drivers
    assert "The part Influence has +13 points" in of_drivers
    assert "The part What goes with confidence has −1.0 points for the same question" in of_influence


def test_what_the_data_can_not_bear_says_why_and_the_ring_stands_without_links(store):
    view = survey(store)
    keep(view, {"cycle.links": {}}, "No two neighbouring stages of the cycle were asked of, and a link needs both.")
    assert ask(view, "cycle.links").answer.startswith("No two neighbouring stages")
    ring = ask(view, "cycle.ring")
    assert not ring.refused
    assert ring.claim == 0
    assert "links" not in ring.tables
    assert any(caveat.startswith("Links between the stages: no two neighbouring") for caveat in ring.caveats)

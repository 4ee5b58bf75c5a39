"""What the cycle is fitted with: whose links are kept, and which failures are refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analytics import cycle_fits, fits
from analytics.cycle import DEMOGRAPHICS, item_positive, item_score
from analytics.findings import QUESTIONS
from analytics.findings.cycle.scores import Cycle
from analytics.scope import Scope
from data import respondents
from data.fit_results import Unfit
from data.vocabularies.survey import STAGES, measures


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (ValueError("Nobody was asked."), Unfit),
        (np.linalg.LinAlgError("Singular matrix"), np.linalg.LinAlgError),
        (UnicodeError("no text"), UnicodeError),
    ],
)
def test_only_what_a_model_words_is_a_refusal(failure, told):
    def make(_scope, _view):
        raise failure

    with pytest.raises(told, match=str(failure)):
        cycle_fits._refusing(make)(Scope(), None)


@pytest.mark.long
@pytest.mark.parametrize(("by", "asked"), [("area", {"area": "X05000011"}), ("sex", {"by": "sex", "among": "Female"})])
def test_links_of_a_place_and_of_a_group_hold_areas_and_waves_equal(fitted_demonstration, by, asked):
    """From the rows of the demonstration: what is held equal is taken out by dummies, then one slope is fitted."""
    view = fitted_demonstration.view()
    shown = QUESTIONS["cycle.links"].answer(Scope(**asked), view).table.iloc[0]
    force, survey = respondents.surveys(view)[0]
    waves = respondents.last_year(view, force, survey)["wave"]
    people = respondents.respondents(view, force, survey, list(waves))
    score, share = (
        pd.DataFrame({m.id: of(people[m.id], m) for m in measures().values() if m.stage == stage and m.id in people})
        for of, stage in ((item_score, STAGES[0]), (item_positive, STAGES[1]))
    )
    s, p = (one.loc[:, one.notna().mean() >= 0.5].mean(axis=1) for one in (score, share))
    known = s.notna() & p.notna() & people[by].notna()
    people, s, p = people[known], s[known], p[known]
    held = people[["area", "wave", *(name for name in DEMOGRAPHICS if name in people)]].astype(object).fillna("none")
    dummies = sm.add_constant(pd.get_dummies(held, drop_first=True, dtype=float))
    x, y = (sm.WLS(one, dummies, weights=people["weight"]).fit().resid for one in (s, p))
    own = (people[by] == list(asked.values())[-1]).to_numpy()
    w = people["weight"]
    slope = (w * x * y)[own].sum() / (w * x**2)[own].sum()
    sd = np.sqrt(np.average((s - np.average(s, weights=w)) ** 2, weights=w))
    assert shown["strength"] == pytest.approx(sd * slope)


def test_a_stage_is_scored_by_the_questions_that_the_page_names(fitted_demonstration):
    view = fitted_demonstration.view()
    (kept,) = [fit for fit in fits.declared(view) if fit.model.key == "cycle.links"]
    held = fits.fitted("cycle.links", kept.scope, view).tables["questions"]
    shown = Cycle.of(kept.scope, view)
    assert {stage: set(own) for stage, own in held.groupby("stage")["question"]} == {
        stage: set(shown.questions(stage)) for stage in STAGES
    }

"""What goes with confidence in the demonstration, against a logit and a sandwich that are taken in by hand here.

Answers are read from the store as they were loaded; scales, strata, design matrix and variance are written out below,
and the coefficients are those of statsmodels' formulas. Nothing of ``analytics/cycle`` or ``analytics/survey`` is used
for what is expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from itertools import combinations, permutations

import narwhals as nw
import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.genmod.families import Binomial

from analytics import cycle_fits, fits

AGREE = ("Strongly agree", "Tend to agree", "Neither agree nor disagree", "Tend to disagree", "Strongly disagree")
SCALES = {
    "matter": AGREE,
    "fair": AGREE,
    "respect": AGREE,
    "listen": AGREE,
    "informed_local": ("Very well informed", "Fairly well informed", "Not at all well informed"),
    "influence": AGREE,
    "worry_asb": ("Not at all worried", "Not very worried", "Fairly worried", "Very worried"),
}
"""The seven questions and their answers, the most welcome first."""

OUTCOMES = {
    "confidence": ("good_job_local", ("Excellent", "Good"), ("Fair", "Poor", "Very poor")),
    "willingness": ("would_report", ("Very likely", "Fairly likely"), ("Not very likely", "Not at all likely")),
}
"""The question, its answers that count, and those that do not; don't know is no answer."""

YEAR = ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
PEOPLE = ("age_band", "sex", "ethnicity", "disability", "tenure")
DRIVERS = list(SCALES)
STEPS = np.array([len(scale) - 1 for scale in SCALES.values()])
HELD = " + ".join(f"C({name})" for name in (*PEOPLE, "wave"))


@dataclass(frozen=True)
class Expected:
    """A logit taken in by hand: the sample, who answered all of it, coefficients with their covariance, and effects."""

    whole: pd.DataFrame
    coefficients: pd.Series
    covariance: np.ndarray
    effect: np.ndarray
    error: np.ndarray
    df: int
    sd: np.ndarray


@pytest.fixture(scope="module")
def people(demonstration):
    rows = demonstration.view().rows("responses").filter(nw.col("wave").is_in(YEAR)).collect("pandas").to_native()
    rows = rows.assign(**{name: rows[name].astype(object).fillna("not known") for name in PEOPLE})
    for name, scale in SCALES.items():
        rows[name] = rows[name].map({answer: 1 - place / (len(scale) - 1) for place, answer in enumerate(scale)})
    return rows


def by_hand(people: pd.DataFrame, outcome: str) -> Expected:
    question, yes, no = OUTCOMES[outcome]
    told = people.assign(y=people[question].map({**dict.fromkeys(yes, 1.0), **dict.fromkeys(no, 0.0)}))
    whole = told[told[["y", *DRIVERS]].notna().all(axis=1)].reset_index(drop=True)
    formula = f"y ~ {' + '.join(DRIVERS)} + {HELD} + C(area)"
    model = smf.glm(formula, whole, family=Binomial(), freq_weights=whole["weight"].to_numpy())
    fitted = model.fit(tol=1e-13, maxiter=100)
    x, w = model.exog, whole["weight"].to_numpy()
    mean = 1 / (1 + np.exp(-x @ fitted.params.to_numpy()))
    spread = mean * (1 - mean)
    bread = np.linalg.inv((x * (w * spread)[:, None]).T @ x)
    scores = pd.DataFrame((w * (whole["y"].to_numpy() - mean))[:, None] * x)
    units = scores.groupby([whole["wave"], whole["stratum"], whole["psu"]]).sum()
    every = people[["wave", "stratum", "psu"]].drop_duplicates()
    units = units.reindex(pd.MultiIndex.from_frame(every), fill_value=0.0)
    meat = np.zeros(bread.shape)
    for _, own in units.groupby(level=["wave", "stratum"]):
        apart = own.to_numpy() - own.to_numpy().mean(axis=0)
        meat += len(own) / (len(own) - 1) * apart.T @ apart
    covariance = bread @ meat @ bread
    # Average marginal effects and their gradients: of beta_j times the mean of p(1 - p).
    share = w / w.sum()
    at = [model.exog_names.index(name) for name in DRIVERS]
    beta = fitted.params.to_numpy()[at]
    gradients = np.outer(beta, (share * spread * (1 - 2 * mean)) @ x)
    gradients[np.arange(len(at)), at] += share @ spread
    held = whole[["wave", "stratum", "psu"]].drop_duplicates()
    df = len(held) - len(held[["wave", "stratum"]].drop_duplicates()) - x.shape[1] + 1
    middle = share @ whole[DRIVERS].to_numpy()
    sd = np.sqrt(share @ (whole[DRIVERS].to_numpy() - middle) ** 2)
    error = np.sqrt(np.diag(gradients @ covariance @ gradients.T))
    return Expected(whole, fitted.params, covariance, beta * (share @ spread), error, df, sd)


@pytest.fixture(scope="module")
def found(demonstration):
    """What the model finds of each outcome, shares apart: they take 128 regressions each."""
    made = []

    def recorded(*given, **more):
        made.append(drivers(*given, **more))
        return made[-1]

    with pytest.MonkeyPatch.context() as patched:
        drivers = cycle_fits.fit_drivers
        patched.setattr(cycle_fits, "fit_drivers", recorded)
        patched.setattr(import_module("analytics.cycle.drivers"), "_fits", lambda _, __, names, *___: alike(names))
        view = demonstration.view()
        cycle_fits.drivers(cycle_fits.scopes(view)[0], view)
    return dict(zip(OUTCOMES, made, strict=True))


@pytest.fixture(scope="module")
def expected(people):
    return {outcome: by_hand(people, outcome) for outcome in OUTCOMES}


def alike(names):
    """Every set of drivers tells as much as it has drivers."""
    return {frozenset(of): float(size) for size in range(len(names) + 1) for of in combinations(names, size)}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_coefficients_and_their_standard_errors_are_those_taken_in_by_hand(outcome, expected, found):
    own, table = expected[outcome], found[outcome].regression.table
    names = [in_a_formula(*row) for row in table[["term", "category"]].itertuples(index=False)]
    assert sorted(names) == sorted(own.coefficients.index)
    at = [own.coefficients.index.get_loc(name) for name in names]
    covariance = own.covariance[np.ix_(at, at)]
    assert table["estimate"].to_numpy() == pytest.approx(own.coefficients[names].to_numpy(), abs=1e-8)
    assert table["se"].to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-6)
    assert found[outcome].regression.covariance == pytest.approx(covariance, abs=1e-9)


def in_a_formula(term, category):
    if term == "constant":
        return "Intercept"
    return term if category is None else f"C({term})[T.{category}]"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_average_effects_of_a_step_and_of_a_standard_deviation_have_their_errors(outcome, expected, found):
    own, table = expected[outcome], found[outcome].table
    assert list(table["driver"]) == DRIVERS
    t = stats.t.ppf(0.975, own.df)
    assert found[outcome].regression.df == own.df
    for prefix, name, unit in (("", "effect", 1 / STEPS), ("per_sd_", "per_sd", own.sd)):
        assert table[name].to_numpy() == pytest.approx(own.effect * unit, rel=1e-6)
        for end, side in (("low", -t), ("high", t)):
            assert table[f"{prefix}{end}"].to_numpy() == pytest.approx((own.effect + side * own.error) * unit, rel=1e-5)
    assert table["se"].to_numpy() == pytest.approx(own.error / STEPS, rel=1e-6)
    p_value = 2 * stats.t.sf(np.abs(own.effect / own.error), own.df)
    assert table["p_value"].to_numpy() == pytest.approx(p_value, rel=1e-5)
    assert table["sd"].to_numpy() == pytest.approx(own.sd)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_who_did_not_answer_everything_is_left_out_and_counted(outcome, expected, found, people):
    question, base = OUTCOMES[outcome][0], len(expected[outcome].whole)
    told = people[question].notna() & (people[question] != "Don't know")
    assert found[outcome].base == base
    assert found[outcome].lost == pytest.approx(1 - base / told.sum())


@pytest.mark.long
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_kept_fit_has_these_figures_and_the_shares_of_every_order(outcome, expected, fitted_demonstration):
    own = expected[outcome]
    view = fitted_demonstration.view()
    kept = fits.fitted("cycle.drivers", fits.declared(view)[0].scope, view)
    table = kept.tables[outcome].set_index("driver")
    assert table.loc[DRIVERS, "effect"].to_numpy() == pytest.approx(own.effect / STEPS, rel=1e-6)
    assert table.loc[DRIVERS, "se"].to_numpy() == pytest.approx(own.error / STEPS, rel=1e-6)
    sets = (frozenset(of) for size in range(len(DRIVERS) + 1) for of in combinations(DRIVERS, size))
    likelihood = {of: reached(own.whole, of) for of in sets}
    w, y = own.whole["weight"], own.whole["y"]
    rate = np.average(y, weights=w)
    nothing = float((w * np.where(y == 1, np.log(rate), np.log(1 - rate))).sum())
    told = {name: [] for name in DRIVERS}
    for order in permutations(DRIVERS):
        for place, name in enumerate(order):
            before, after = frozenset(order[:place]), frozenset(order[: place + 1])
            told[name].append((likelihood[before] - likelihood[after]) / nothing)
    shares = np.array([np.mean(told[name]) for name in DRIVERS])
    about = kept.tables["about"].set_index("outcome").loc[outcome]
    assert about["fit"] == pytest.approx(shares.sum(), rel=1e-6)
    assert table.loc[DRIVERS, "share"].to_numpy() == pytest.approx(shares / shares.sum(), rel=1e-6)


def reached(whole: pd.DataFrame, of: frozenset[str]) -> float:
    """Weighted log likelihood with some drivers, demographics and waves, by Newton's steps."""
    parts = [pd.get_dummies(whole[name], drop_first=True, dtype=float) for name in (*PEOPLE, "wave")]
    x = np.column_stack([np.ones(len(whole)), whole[sorted(of)].to_numpy(), *parts])
    y, w, beta = whole["y"].to_numpy(), whole["weight"].to_numpy(), np.zeros(x.shape[1])
    for _ in range(12):
        mean = 1 / (1 + np.exp(-x @ beta))
        beta += np.linalg.solve((x * (w * mean * (1 - mean))[:, None]).T @ x, x.T @ (w * (y - mean)))
    linear = x @ beta
    return float(w @ (y * linear - np.logaddexp(0, linear)))

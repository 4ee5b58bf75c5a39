"""Paths along a chain against plain regressions, and derivatives taken by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from analytics.cycle import paths

CHAIN = ("fairness", "trust", "legitimacy", "cooperation")
PLAIN = {"adjust": (), "area": None, "wave": None}


def chained(frame, scores) -> pd.DataFrame:
    names = ("fair treatment", "confidence", "willingness to help", "community information")
    return frame.assign(**{to: scores.score[name] for to, name in zip(CHAIN, names, strict=True)})


@pytest.fixture(scope="module")
def people(large) -> pd.DataFrame:
    return chained(*large)


def at(table: pd.DataFrame, origin: str, target: str, kind: str, through: str = "") -> pd.Series:
    found = table[(table[["from", "to", "kind", "through"]] == [origin, target, kind, through]).all(axis=1)]
    assert len(found) == 1
    return found.iloc[0]


def standardised(people, target, given):
    """Least squares of standardised scores, weighted."""
    known = people.dropna(subset=[*CHAIN])
    w = known["weight"].to_numpy()
    z = known[[*CHAIN]]
    mean = (z * w[:, None]).sum() / w.sum()
    z = (z - mean) / np.sqrt(((z - mean) ** 2 * w[:, None]).sum() / w.sum())
    x = z[list(given)].to_numpy()
    return np.linalg.solve(x.T @ (x * w[:, None]), x.T @ (w * z[target].to_numpy()))


def test_direct_paths_are_standardised_regressions_on_all_scores_before(people):
    table = paths(people, CHAIN, **PLAIN).table
    for place in range(1, 4):
        for origin, expected in zip(CHAIN[:place], standardised(people, CHAIN[place], CHAIN[:place]), strict=True):
            assert at(table, origin, CHAIN[place], "direct")["coefficient"] == pytest.approx(expected)


def test_direct_and_indirect_paths_add_up_to_the_total(people):
    table = paths(people, CHAIN, **PLAIN).table
    (total,) = standardised(people, "cooperation", ["fairness"])
    assert at(table, "fairness", "cooperation", "total")["coefficient"] == pytest.approx(total)
    indirect = table[(table["kind"] == "indirect") & (table["through"] != "all")]["coefficient"]
    assert len(indirect) == 3
    assert at(table, "fairness", "cooperation", "indirect", "all")["coefficient"] == pytest.approx(indirect.sum())
    direct = at(table, "fairness", "cooperation", "direct")["coefficient"]
    assert direct + indirect.sum() == pytest.approx(total)
    product = [at(table, a, b, "direct")["coefficient"] for a, b in itertools.pairwise(CHAIN)]
    assert at(table, "fairness", "cooperation", "indirect", "trust → legitimacy")["coefficient"] == pytest.approx(
        np.prod(product)
    )


def test_adjusted_totals_are_the_same_whichever_way(people):
    """With areas, waves and demographics held equal too the total is the one path of the two scores alone."""
    whole = paths(people, CHAIN)
    same = people.where(people[[*CHAIN]].notna().all(axis=1)).assign(
        **{name: people[name] for name in ("psu", "stratum", "wave", "weight", "area", "age_band", "sex")}
    )
    two = paths(same, (CHAIN[0], CHAIN[3]))
    total = at(whole.table, "fairness", "cooperation", "total")
    alone = at(two.table, "fairness", "cooperation", "direct")
    assert total[["coefficient", "se", "low", "high"]].tolist() == pytest.approx(
        alone[["coefficient", "se", "low", "high"]].tolist()
    )
    assert (whole.base, whole.df, whole.adjusted_for) == (two.base, two.df, ("age_band", "sex"))


def test_standard_errors_against_numerical_derivatives_in_the_weights(small):
    people = chained(*small)
    found = paths(people, CHAIN[:3], **PLAIN)
    weight = people["weight"].to_numpy()
    z = people[[*CHAIN[:3]]].to_numpy()
    known = np.isfinite(z).all(axis=1)
    z = np.nan_to_num(z)

    def figures(w):
        r = np.cov(z[known].T, aweights=w[known], bias=True)
        r = r / np.sqrt(np.outer(np.diag(r), np.diag(r)))
        b, c = np.linalg.solve(r[:2, :2], r[:2, 2])
        return np.array([r[0, 1], b, c, r[0, 1] * c, r[0, 1] * c, r[0, 2]])

    assert found.table["coefficient"].to_numpy() == pytest.approx(figures(weight))
    totals = pd.DataFrame(np.zeros((len(people), 6)))
    for k in np.flatnonzero(known):
        step = 1e-5 * (np.arange(len(people)) == k)
        totals.loc[k] = weight[k] * (figures(weight + step) - figures(weight - step)) / 2e-5
    by_unit = totals.groupby([people["wave"], people["stratum"], people["psu"]]).sum()
    variance = sum(len(own) * own.var(ddof=1) for _, own in by_unit.groupby(level=[0, 1]))
    assert found.table["se"].to_numpy() == pytest.approx(np.sqrt(variance.to_numpy()), rel=1e-5)


def test_a_planted_chain_without_a_way_past_it_is_found():
    random = np.random.default_rng(8)
    n = 6_000
    a = random.normal(size=n)
    b = 0.6 * a + 0.8 * random.normal(size=n)
    c = 0.5 * b + np.sqrt(0.75) * random.normal(size=n)
    people = pd.DataFrame({"a": a, "b": b, "c": c, "weight": 1.0, "wave": 1, "stratum": 1, "psu": range(n)})
    table = paths(people, "abc", **PLAIN).table
    assert at(table, "a", "b", "direct")["coefficient"] == pytest.approx(0.6, abs=0.03)
    assert at(table, "a", "c", "indirect", "b")["coefficient"] == pytest.approx(0.3, abs=0.03)
    past = at(table, "a", "c", "direct")
    assert past["low"] < 0 < past["high"]


def test_what_is_no_chain_is_said(people):
    with pytest.raises(ValueError, match="A chain needs two different scores or more; it is trust, trust"):
        paths(people, ["trust", "trust"])
    with pytest.raises(ValueError, match="twice follows from the scores before it"):
        paths(people.assign(twice=people["trust"] * 2), ["fairness", "trust", "twice"])
    with pytest.raises(ValueError, match="trust is the same for everybody"):
        paths(people.assign(trust=0.5), ["fairness", "trust"])
    with pytest.raises(ValueError, match="are too few for paths"):
        paths(people.assign(psu=people["psu"] % 2), ["fairness", "trust"])

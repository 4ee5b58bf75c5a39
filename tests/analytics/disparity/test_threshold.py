"""The threshold test: what it says, what it refuses, and what a Metropolis sampler says of the same searches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import log_ndtr

from analytics.disparity import threshold, threshold_gaps
from analytics.disparity.threshold import ThresholdFit, ThresholdGaps
from benchmarks import threshold as simulation

GROUPS = ("White", "Black", "Asian")


def cells(areas: int = 12, gap: float = 0.0, seed: int = 5) -> dict[str, list]:
    """Searches of three groups, as the arguments of the test."""
    world = replace(simulation.PLAIN, areas=areas, gap=gap)
    drawn = simulation.draw(world, np.random.default_rng(seed))
    return {
        "searches": drawn.searches.ravel().tolist(),
        "found": drawn.found.ravel().tolist(),
        "population": drawn.people.ravel().tolist(),
        "group": list(GROUPS) * areas,
        "area": np.repeat([f"E{place:02}" for place in range(areas)], 3).tolist(),
    }


def said(columns: dict[str, list], **more: object) -> ThresholdGaps:
    return threshold_gaps(**columns, comparator="White", **more)


def test_every_group_has_a_gap_at_every_prior_scale() -> None:
    columns = cells(gap=-0.05)
    found = said(columns)
    assert found.refusal == ""
    assert [(one.group, one.scale) for one in found.gaps] == [
        ("Black", 1), ("Black", 3), ("Asian", 1), ("Asian", 3),
    ]  # fmt: skip
    assert (found.areas, found.searches) == (12, sum(columns["searches"]))
    assert all(one.low < one.gap < one.high for one in found.gaps)
    assert [one.verdict for one in found.gaps[:2]] == ["lower", "lower"]
    assert found.gaps[0].agree
    assert found.gaps[0].refusal == ""
    assert [fit.scale for fit in found.fits] == [1, 3]
    assert all(fit.settled and fit.error < threshold.MOST_ERROR for fit in found.fits)


def test_the_same_searches_say_the_same_in_any_order() -> None:
    columns = cells()
    order = np.random.default_rng(2).permutation(len(columns["searches"]))
    moved = {name: [values[place] for place in order] for name, values in columns.items()}
    one, again, other = said(columns), said(columns), said(moved)
    assert one == again
    for gap in one.gaps:
        (same,) = (its for its in other.gaps if (its.group, its.scale) == (gap.group, gap.scale))
        # Draws are dealt to areas and groups in their order, so that a thousand of them differ a little.
        assert same.gap == pytest.approx(gap.gap, abs=(gap.high - gap.low) / 15)


def test_only_the_mix_of_residents_within_an_area_counts() -> None:
    columns = cells()
    factor = np.repeat(np.random.default_rng(3).uniform(0.1, 10, 12), 3)
    scaled = {**columns, "population": (np.array(columns["population"]) * factor).tolist()}
    one, other = said(columns), said(scaled)
    for gap, same in zip(one.gaps, other.gaps, strict=True):
        assert (same.gap, same.low, same.high) == pytest.approx((gap.gap, gap.low, gap.high), abs=1e-5)


def without(columns: dict[str, list], *places: int) -> dict[str, list]:
    return {name: [one for place, one in enumerate(values) if place not in places] for name, values in columns.items()}


def changed(columns: dict[str, list], name: str, values: dict[int, float]) -> dict[str, list]:
    return {**columns, name: [values.get(place, one) for place, one in enumerate(columns[name])]}


TWELVE = cells()
PLACES = range(len(TWELVE["searches"]))


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (without(TWELVE, *PLACES[2::3]), "needs 3 groups and has 2"),
        (without(TWELVE, *PLACES[18:]), "needs 7 areas for 3 groups and has 6"),
        (without(TWELVE, 4), "1 of 36 cells of a group in an area are missing"),
        ({**TWELVE, "population": None}, "The residents of 36 of 36 cells of a group in an area are not known"),
        (changed(TWELVE, "population", {3: 0, 4: np.nan}), "The residents of 2 of 36 cells"),
        (
            changed(changed(TWELVE, "searches", {3: 4, 7: 0}), "found", {3: 0, 7: 0}),
            "2 of 36 cells of a group in an area have fewer than 5 searches",
        ),
        (changed(TWELVE, "found", dict.fromkeys(PLACES[1::3], 0)), "No search of Black found anything"),
        (
            {**TWELVE, "found": [s if g == "Asian" else h for s, h, g in zip(
                TWELVE["searches"], TWELVE["found"], TWELVE["group"], strict=True)]},
            "Every search of Asian found something",
        ),
    ],
    ids=["groups", "areas", "cell", "population", "residents", "searches", "finds", "nothing but finds"],
)  # fmt: skip
def test_what_the_test_can_not_bear_is_refused_in_a_sentence(columns, sentence) -> None:
    found = said(columns)
    assert sentence in found.refusal
    assert (found.gaps, found.fits) == ((), ())


@pytest.mark.parametrize(("groups", "areas"), [(3, 7), (4, 5), (5, 5), (10, 5)])
def test_so_many_areas_are_needed(groups: int, areas: int) -> None:
    # Simoiu and others' count: 2RD figures for RD cuts and 2(R + D) others, so D > 2R/(R - 2); and 5 at least.
    for given, refused in ((areas - 1, True), (areas, False)):
        names = [f"g{place}" for place in range(groups)] * given
        places = np.repeat(np.arange(given), groups).tolist()
        found = threshold_gaps([50] * len(names), [12] * len(names), [900] * len(names), names, places, "g0", [1])
        assert bool(found.refusal) is refused
        assert ("areas for" in found.refusal) is refused


@pytest.mark.parametrize(
    ("columns", "more", "sentence"),
    [
        ({**TWELVE, "found": TWELVE["found"][1:]}, {}, "have 36, 35, 36, 36 and 36 values"),
        (changed(TWELVE, "found", {2: 10**6}), {}, r"found\[2\] is 1000000, more than the"),
        (changed(TWELVE, "searches", {2: -1}), {}, r"searches\[2\] is -1.0, but a count"),
        ({**TWELVE, "area": ["E00"] * 36}, {}, "A group is given twice in an area"),
        (TWELVE, {"prior_scales": []}, "The prior scales are"),
        (TWELVE, {"prior_scales": [1, 0]}, "each more than 0"),
    ],
)
def test_what_is_no_set_of_cells_is_an_error(columns, more, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        said(columns, **more)


def test_a_comparator_that_nobody_is_of_is_an_error() -> None:
    with pytest.raises(ValueError, match="The comparator Green is none of the 3 groups"):
        threshold_gaps(**TWELVE, comparator="Green")


def test_finds_that_no_threshold_explains_are_refused() -> None:
    # Searches of Black and White people split everywhere as in TWELVE; their finds are all or nothing by area.
    searches, place = np.array(TWELVE["searches"]), np.arange(36)
    found = np.where((place // 3 + place % 3) % 2 == 0, np.rint(0.9 * searches), np.rint(0.02 * searches))
    shown = said({**TWELVE, "found": found.tolist()})
    assert "does not describe these searches" in shown.refusal or "than the threshold test can explain" in shown.refusal
    assert shown.gaps == ()
    assert max(fit.error for fit in shown.fits) >= threshold.MOST_ERROR


@pytest.mark.long
def test_a_fit_that_does_not_settle_is_refused() -> None:
    # Millions of searches of which one in a hundred finds something in some cells and nearly all do in others.
    random = np.random.default_rng(0)
    searches = 10 ** random.uniform(1, 9, 36)
    found = searches * np.where(random.random(36) < 0.5, 0.01, 0.99)
    columns = {**TWELVE, "searches": np.rint(searches).tolist(), "found": np.floor(found).tolist()}
    shown = said(columns, prior_scales=[30])
    assert "did not settle" in shown.refusal
    assert shown.gaps == ()


def test_the_miss_is_what_chance_leaves_over() -> None:
    fit = ThresholdFit(1, True, True, 0.3, 0.05, 0.04, 0.01, 0.02, 0.002, 0.001, 0.7)
    assert fit.error == pytest.approx(0.03)
    assert replace(fit, group_find_error=0.04).error == 0.04


def log_density(at: np.ndarray, searches: np.ndarray, found: np.ndarray, people: np.ndarray) -> np.ndarray:
    """The model at prior scale 1 with its means in it, for many chains: the last is the log of the spread."""
    areas, groups = searches.shape
    ends = np.cumsum([1, 1, groups, groups, groups, areas, areas, areas * groups, 1])
    mu_odds, mu_apart, odds, apart, middle, area_odds, area_apart, cut, log_spread = np.split(at, ends[:-1], axis=1)
    cut = cut.reshape(-1, areas, groups)
    logit = mu_odds[..., None] + odds[:, None, :] + area_odds[..., None]
    distance = np.exp(mu_apart[..., None] + apart[:, None, :] + area_apart[..., None])
    find = log_ndtr(distance - cut) - np.logaddexp(0, -logit)
    none = log_ndtr(-cut) - np.logaddexp(0, logit)
    split = np.log(people) + np.logaddexp(find, none)
    split -= np.log(np.exp(split).sum(axis=2, keepdims=True))
    total = (found * find + (searches - found) * none - searches * np.logaddexp(find, none)).sum(axis=(1, 2))
    total += (searches * split).sum(axis=(1, 2))
    spread = np.exp(log_spread[:, 0])
    for part in (mu_odds, mu_apart, middle):
        total -= (part**2).sum(axis=1) / 2
    for part in (odds, apart, area_odds, area_apart):
        total -= (part**2).sum(axis=1) / (2 * 0.1**2)
    total -= ((cut - middle[:, None, :]) ** 2).sum(axis=(1, 2)) / (2 * spread**2) + areas * groups * np.log(spread)
    return total - spread**2 / 2 + np.log(spread)


def thresholds(at: np.ndarray, areas: int, groups: int, weight: np.ndarray) -> np.ndarray:
    ends = np.cumsum([1, 1, groups, groups, groups, areas, areas, areas * groups, 1])
    mu_odds, mu_apart, odds, apart, _, area_odds, area_apart, cut, _ = np.split(at, ends[:-1], axis=1)
    logit = mu_odds[..., None] + odds[:, None, :] + area_odds[..., None]
    distance = np.exp(mu_apart[..., None] + apart[:, None, :] + area_apart[..., None])
    cut = cut.reshape(-1, areas, groups)
    return np.einsum("ndr,d->nr", 1 / (1 + np.exp(-(logit + distance * cut - distance**2 / 2))), weight)


@pytest.mark.long
def test_a_metropolis_sampler_says_nearly_the_same() -> None:
    """Random walks of forty chains; each round steps by the covariance of all chains in the round before.

    With eight areas Laplace's method is at its roughest: it may be off by two thirds of a standard deviation, and its
    intervals by a quarter.
    """
    areas, size = 8, 2 + 9 + 16 + 24 + 1
    columns = cells(areas=areas, gap=-0.04, seed=2)
    searches, found, people = (
        np.array(columns[name]).reshape(areas, 3) for name in ("searches", "found", "population")
    )
    random, chains = np.random.default_rng(9), 40
    at, root = random.normal(0, 0.1, (chains, size)), 0.02 * np.eye(size)
    density = log_density(at, searches, found, people)
    for steps in (2_000, 2_000, 2_000, 2_000, 2_000, 12_000):
        seen = []
        for step in range(steps):
            tried = at + random.standard_normal((chains, size)) @ root.T
            height = log_density(tried, searches, found, people)
            better = np.log(random.random(chains)) < height - density
            at, density = np.where(better[:, None], tried, at), np.where(better, height, density)
            if step % 10 == 0 and step > steps // 4:
                seen.append(at)
        root = np.linalg.cholesky(np.cov(np.concatenate(seen).T)) * 1.9 / np.sqrt(size)
    weight = searches.sum(axis=1) / searches.sum()
    walked = np.array([thresholds(one, areas, 3, weight) for one in seen])
    for place, name in ((1, "Black"), (2, "Asian")):
        gap = walked[..., place] - walked[..., 0]
        between, within = gap.mean(axis=0).var(ddof=1), gap.var(axis=0, ddof=1).mean()
        assert np.sqrt(1 + between / within) < 1.05
        (ours,) = (one for one in said(columns, prior_scales=[1]).gaps if one.group == name)
        low, high = np.quantile(gap, [0.025, 0.975])
        assert ours.gap == pytest.approx(gap.mean(), abs=2 / 3 * gap.std())
        assert (ours.high - ours.low) / (high - low) == pytest.approx(1, abs=0.25)

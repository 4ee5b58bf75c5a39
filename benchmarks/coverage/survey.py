"""How often the 95 % intervals of ``analytics.survey`` hold the truth, by simulation, beside those they replace.

People in a sampling unit (PSU) resemble each other: their answers are beta-binomial. Weights are log-normal and say
nothing about the answer. Every replication is a stratum with a sample of its own, so that one call estimates many.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri

from analytics.library.measured import Measured
from analytics.survey import (
    DomainMeans,
    Limits,
    against_rest,
    average_effects,
    differences,
    domain_means,
    effective_sample,
    korn_graubard,
    pooled_deff,
    publish,
    rake,
    smoothed,
    survey_regression,
    t_interval,
    wilson_t,
)
from benchmarks.coverage.rows import (
    SURVEY,
    Drawn,
    Flags,
    Floats,
    Interval,
    batches,
    instead,
    later,
    row,
    rows_of,
    shown,
    spread_over,
    together,
)

PART = "survey"
SEED = 20_231
ICC = 0.05
WEIGHT_CV = 0.6
SHARES = (0.05, 0.20, 0.50)
"""A share of .80 behaves as one of .20 does."""
ANSWERS, PSUS = (50, 100, 200, 1_000), (5, 10, 20, 40)
WEIGHT_CVS = (0.0, 0.6, 1.0)
SHARE_GRID = tuple(product(SHARES, ANSWERS, PSUS, WEIGHT_CVS))
CHANGES = ((0.60, 0.65), (0.20, 0.20), (0.05, 0.08))
CHANGED = ((100, 10), (200, 20), (1_000, 40))
"""Answers of each wave and PSUs."""
CHANGE_GRID = tuple(product(CHANGES, CHANGED, WEIGHT_CVS, (False, True)))
"""The last is whether both waves ask the same PSUs."""
NET_SCORES = ((0.6, 0.25), (0.9, 0.03))
"""Shares above and below."""
DISTRICTS, AREAS, WAVES, PSUS_OF_AREA, TAKE = 6, 60, 4, 2, 20
AREA_SPREAD, AREA_WEIGHT_CV = 0.25, 0.5
RAKED = ((0.50, 40, 10), (0.50, 20, 10), (0.15, 40, 10))
"""Share, PSUs and people asked in each."""
AGES, SEXES = np.array([0.2, 0.3, 0.5]), np.array([0.49, 0.51])
"""Shares of the population."""
ANSWERED = np.array([0.3, 0.6, 0.9])
"""Chance to answer by age."""
REGRESSED = ((20, 10), (40, 10))
"""PSUs and people in each."""
LOG_ODDS = np.array([-0.3, 0.5, 0.8])
"""Constant, a number and a group."""

WILSON, MOVER = shown("Wilson-t", SURVEY), shown("MOVER", SURVEY)
WALD, KORN_GRAUBARD, RAW = instead("Wald-t"), instead("Korn-Graubard"), instead("Wilson, raw n")
POOLED = shown("design factor in common", SURVEY)
OWN, OF_FORCE, MEAN = (instead(name) for name in ("own design factor", "that of the force", "mean of the areas'"))
RAKED_WEIGHTS, AS_GIVEN, UNRAKED = later("raked", SURVEY), shown("raked, as if given", SURVEY), instead("not raked")
DESIGN, WITHOUT = later("design", SURVEY), instead("without PSUs")


def limits_of(table: pd.DataFrame) -> Limits:
    """The intervals of a table."""
    return Limits(table["low"].to_numpy(dtype=float), table["high"].to_numpy(dtype=float))


def published(result: DomainMeans) -> Flags:
    """Which domains have a figure after the rule that withholds, with its thresholds as they are by default."""
    return publish(result)["estimate"].notna().to_numpy(dtype=bool)


def people(
    random: np.random.Generator, share: Floats, take: NDArray[np.int64], cv: ArrayLike, icc: float = ICC
) -> pd.DataFrame:
    """Everybody asked in some PSUs, each with its own share around the given one."""
    spread = (1 - icc) / icc
    own = random.beta(share * spread, (1 - share) * spread)
    psu = np.repeat(np.arange(len(share)), take)
    sd = np.sqrt(np.log(1 + np.broadcast_to(np.asarray(cv, dtype=float), share.shape) ** 2))[psu]
    return pd.DataFrame(
        {
            "psu": psu,
            "answer": (random.random(len(psu)) < own[psu]).astype(float),
            "weight": np.exp(random.normal(0, 1, len(psu)) * sd),
        }
    )


def samples(random: np.random.Generator, number: int, share: float, answers: int, psus: int, cv: float) -> pd.DataFrame:
    """People of many samples of one design; the column ``sample`` says of which."""
    take = np.tile(spread_over(answers, psus), number)
    asked = people(random, np.full(number * psus, share), take, cv)
    asked["sample"] = asked["psu"] // psus
    return asked


def shares(
    random: np.random.Generator, replications: int, grid: Iterable[tuple[float, int, int, float]] = SHARE_GRID
) -> Iterator[Measured]:
    """Intervals of one share, over a grid of shares, answers, PSUs and weights."""
    for p, answers, psus, cv in grid:
        setting = f"share {p:.2f}, {answers:,} answers, {psus} PSUs, weight CV {cv:g}"
        drawn = (_share(random, number, p, answers, psus, cv) for number in batches(replications, answers))
        yield from rows_of(PART, "Share", setting, drawn)


def _share(
    random: np.random.Generator, number: int, p: float, answers: int, psus: int, cv: float
) -> dict[Interval, Drawn]:
    asked = samples(random, number, p, answers, psus, cv)
    result = domain_means(asked, "answer", "sample", "weight", "sample", "psu", kind="share")
    table, given = result.table, published(result)
    estimate, se, base, df = (table[name].to_numpy() for name in ("estimate", "se", "base", "df"))
    size = effective_sample(estimate, se**2, base, table["n_eff"])
    found = {
        WILSON: limits_of(table),
        WALD: t_interval(estimate, se, df),
        KORN_GRAUBARD: korn_graubard(estimate, size, base, df),
        RAW: wilson_t(estimate, base, 1e9),
    }
    return {interval: Drawn.of(limits, p, given) for interval, limits in found.items()}


def net_scores(random: np.random.Generator, replications: int) -> Iterator[Measured]:
    """Intervals of a net score: .6 above, .25 below, and .9 above, .03 below."""
    for (above, below), (answers, psus) in product(NET_SCORES, CHANGED):
        setting = f"net score {above - below:+.2f}, {answers:,} answers, {psus} PSUs, weight CV {WEIGHT_CV:g}"
        drawn = (_net_score(random, number, above, below, answers, psus) for number in batches(replications, answers))
        yield from rows_of(PART, "Net score", setting, drawn)


def _net_score(
    random: np.random.Generator, number: int, above: float, below: float, answers: int, psus: int
) -> dict[Interval, Drawn]:
    asked = samples(random, number, above, answers, psus, WEIGHT_CV)
    other = random.random(len(asked)) < below / (1 - above)
    asked["net"] = np.where(asked["answer"] > 0, 1.0, np.where(other, -1.0, 0.0))
    result = domain_means(asked, "net", "sample", "weight", "sample", "psu", kind="net")
    table, given = result.table, published(result)
    plain = t_interval(table["estimate"], table["se"], table["df"])
    found = {MOVER: limits_of(table), WALD: plain}
    return {interval: Drawn.of(limits, above - below, given) for interval, limits in found.items()}


def changes(
    random: np.random.Generator,
    replications: int,
    grid: Iterable[tuple[tuple[float, float], tuple[int, int], float, bool]] = CHANGE_GRID,
) -> Iterator[Measured]:
    """Intervals of a change between two waves, of new PSUs or of the same PSUs with the same leanings."""
    for shares_of, (answers, psus), cv, overlap in grid:
        before, after = shares_of
        units = f"the same {psus} PSUs in both" if overlap else f"{psus} new PSUs in each"
        setting = f"{before:.2f} to {after:.2f}, {answers:,} answers a wave, {units}, weight CV {cv:g}"
        draw = _same_units if overlap else _new_units
        drawn = (
            _change(*draw(random, number, shares_of, answers, psus, cv), overlap)
            for number in batches(replications, 2 * answers)
        )
        yield from rows_of(PART, "Change", setting, drawn)


def _new_units(
    random: np.random.Generator, number: int, shares_of: tuple[float, float], answers: int, psus: int, cv: float
) -> tuple[list[pd.DataFrame], Floats]:
    """Two waves of samples whose PSUs are others, and the true change of each."""
    waves = [samples(random, number, share, answers, psus, cv) for share in shares_of]
    return waves, np.full(number, shares_of[1] - shares_of[0])


def _same_units(
    random: np.random.Generator, number: int, shares_of: tuple[float, float], answers: int, psus: int, cv: float
) -> tuple[list[pd.DataFrame], Floats]:
    """Two waves of samples of the same people: half of them answer by the same uniform number.

    The change that is estimated is that of the shares of the PSUs, which are those of very many.
    """
    spread = (1 - ICC) / ICC
    take = np.tile(spread_over(answers, psus), number)
    rank = random.beta(0.5 * spread, 0.5 * spread, len(take)) - 0.5
    psu = np.repeat(np.arange(len(take)), take)
    shares_in = [np.clip(p + 2 * math.sqrt(p * (1 - p)) * rank, 0, 1) for p in shares_of]
    same, uniform = random.random(len(psu)) < 0.5, random.random((2, len(psu)))
    uniform[1] = np.where(same, uniform[0], uniform[1])
    weight = np.exp(random.normal(0, math.sqrt(math.log(1 + cv**2)), len(psu)))
    waves = [
        pd.DataFrame({"psu": psu, "answer": (uniform[w] < shares_in[w][psu]) * 1.0, "weight": weight}).assign(
            sample=psu // psus
        )
        for w in (0, 1)
    ]
    return waves, np.full(number, _true_change(shares_of))


def _true_change(shares_of: tuple[float, float]) -> float:
    """The mean change over all PSUs: that of the clipped leanings of a beta distribution, by its quantiles."""
    from scipy.special import betaincinv

    spread = (1 - ICC) / ICC
    rank = betaincinv(0.5 * spread, 0.5 * spread, (np.arange(20_000) + 0.5) / 20_000) - 0.5
    before, after = (np.clip(p + 2 * math.sqrt(p * (1 - p)) * rank, 0, 1).mean() for p in shares_of)
    return float(after - before)


def _change(waves: list[pd.DataFrame], truth: Floats, overlap: bool) -> dict[Interval, Drawn]:
    asked = pd.concat([waves[0].assign(wave=1), waves[1].assign(wave=2)], ignore_index=True)
    stratum = ["sample"] if overlap else ["sample", "wave"]
    result = domain_means(asked, "answer", ["sample", "wave"], "weight", stratum, "psu", kind="share")
    before, after = result.rows(wave=1), result.rows(wave=2)
    compared = differences(result, None, after, before)
    both = published(result)
    found = {
        MOVER: limits_of(compared),
        WALD: t_interval(compared["estimate"], compared["se"], compared["df"]),
    }
    return {interval: Drawn.of(limits, truth, both[before] & both[after]) for interval, limits in found.items()}


@dataclass(frozen=True, slots=True)
class Layout:
    """Areas: whether they differ in weights (CV .2 and 1) and in answers a PSU (10 and 30)."""

    share: float
    unequal: bool

    @property
    def name(self) -> str:
        """What the areas are like."""
        return f"{AREAS} areas of {WAVES * PSUS_OF_AREA} PSUs, share {self.share:.2f}, {self.alike}"

    @property
    def alike(self) -> str:
        """Whether they are alike, in a word."""
        return "unequal" if self.unequal else "alike"


LAYOUTS = (Layout(0.6, False), Layout(0.2, False), Layout(0.08, False), Layout(0.6, True), Layout(0.1, True))
KINDS = ("even weights, 10 a PSU", "uneven weights, 10 a PSU", "even weights, 30 a PSU", "uneven weights, 30 a PSU")


def draw_areas(random: np.random.Generator, layout: Layout) -> tuple[DomainMeans, DomainMeans, Floats, Floats]:
    """Estimates of areas and of the force from four waves, the true shares of the areas and of the rest of the force.

    A stratum is a district in a wave; two PSUs of every area fall into it.
    """
    truth = expit(logit(layout.share) + random.normal(0, AREA_SPREAD, AREAS))
    area = np.tile(np.repeat(np.arange(AREAS), PSUS_OF_AREA), WAVES)
    take, cv = np.full(len(area), TAKE), np.full(len(area), AREA_WEIGHT_CV)
    if layout.unequal:
        take, cv = np.where(area // 2 % 2 == 0, 10, 30), np.where(area % 2 == 0, 0.2, 1.0)
    asked = people(random, truth[area], take, cv)
    asked["area"] = area[asked["psu"]]
    asked["district"] = asked["area"] % DISTRICTS
    asked["wave"] = asked["psu"] // (AREAS * PSUS_OF_AREA)
    areas, force = (
        domain_means(asked, "answer", by, "weight", ["wave", "district"], "psu", kind="share") for by in ("area", ())
    )
    of_wave = slice(0, AREAS * PSUS_OF_AREA, PSUS_OF_AREA)
    people_of = take[of_wave] * np.sqrt(1 + cv[of_wave] ** 2)
    rest = ((people_of * truth).sum() - people_of * truth) / (people_of.sum() - people_of)
    return areas, force, truth, rest


def area_intervals(random: np.random.Generator, replications: int) -> Iterator[Measured]:
    """Intervals of areas with design effects of their own, of the force, or pooled in two ways."""
    for layout in LAYOUTS:
        alone: dict[Interval, list[Drawn]] = {}
        rest: dict[Interval, list[Drawn]] = {}
        for _ in range(replications):
            one, other = _areas(random, layout)
            for held, found in ((alone, one), (rest, other)):
                for interval, drawn in found.items():
                    held.setdefault(interval, []).append(drawn)
        for interval, parts in alone.items():
            yield row(PART, "Area", layout.name, interval, together(parts))
        for interval, parts in rest.items():
            yield row(PART, "Area against the rest", layout.name, interval, together(parts))
        if layout.unequal:
            yield from _by_kind(layout, alone)


def _areas(random: np.random.Generator, layout: Layout) -> tuple[dict[Interval, Drawn], dict[Interval, Drawn]]:
    """Intervals of areas alone, and against the rest of the force."""
    areas, force, truth, rest = draw_areas(random, layout)
    table, of_all = areas.table, force.table
    p, base, df = (table[name].to_numpy(dtype=float) for name in ("estimate", "base", "df"))
    pooled = pooled_deff(areas)
    mean_deff = float(np.nansum(table["deff"] * df) / df.sum())
    of_areas = smoothed(areas, pooled)
    given = published(of_areas)
    alone = {
        POOLED: limits_of(of_areas.table),
        OWN: limits_of(table),
        OF_FORCE: wilson_t(p, base / of_all["deff"].iloc[0], of_all["df"].iloc[0]),
        MEAN: wilson_t(p, np.minimum(base / mean_deff, base), df.sum()),
    }
    compared = {
        POOLED: limits_of(against_rest(of_areas, force)),
        OWN: limits_of(against_rest(areas, force)),
    }
    return (
        {interval: Drawn.of(limits, truth, given, 0) for interval, limits in alone.items()},
        {interval: Drawn.of(limits, truth - rest, given, 0) for interval, limits in compared.items()},
    )


def _by_kind(layout: Layout, alone: dict[Interval, list[Drawn]]) -> Iterator[Measured]:
    """Of areas that differ, each kind on its own."""
    for interval in (POOLED, OF_FORCE, MEAN):
        every = together(alone[interval])
        kind = np.tile(np.arange(AREAS) % 4, len(alone[interval]))
        for which, words in enumerate(KINDS):
            setting = f"{layout.name}: those of {words}"
            yield row(PART, "Area", setting, interval, every.only(kind == which))


def alike(random: np.random.Generator, chance: Floats, psu: NDArray[np.int64], icc: float = 2 * ICC) -> Floats:
    """Answers with exactly these chances that resemble each other within a PSU, by a normal variable behind them.

    A correlation of .1 behind the answers is one of .06 between answers with a chance of one half.
    """
    behind = math.sqrt(icc) * random.normal(size=psu.max() + 1)[psu] + math.sqrt(1 - icc) * random.normal(size=len(psu))
    return (behind < ndtri(chance)) * 1.0


def raked_shares(random: np.random.Generator, replications: int) -> Iterator[Measured]:
    """Intervals of a share with raked weights, where the young answer seldom and think otherwise."""
    for share, psus, take in RAKED:
        # The young 12 points below, the old 8 above at a share of one half, and men 5 below women.
        scale = 4 * share * (1 - share)
        chances = share + scale * (np.array([-0.14, 0.02, 0.06])[:, None] + np.array([-0.025, 0.025]))
        truth = float(AGES @ chances @ SEXES)
        drawn = (_raked(random, chances, psus, take, truth) for _ in range(replications))
        yield from rows_of(PART, "Raked share", f"share {truth:.2f}, {psus} PSUs of {take}", drawn)


def _raked(random: np.random.Generator, chances: Floats, psus: int, take: int, truth: float) -> dict[Interval, Drawn]:
    asked = pd.DataFrame({"psu": np.repeat(np.arange(psus), take)})
    asked["age"] = random.choice(3, len(asked), p=AGES)
    asked["sex"] = random.choice(2, len(asked), p=SEXES)
    asked["answer"] = alike(random, chances[asked["age"], asked["sex"]], asked["psu"].to_numpy())
    asked["weight"] = np.exp(random.normal(0, math.sqrt(math.log(1 + 0.3**2)), len(asked)))
    asked = asked[random.random(len(asked)) < ANSWERED[asked["age"]]].reset_index(drop=True)
    margins = {"age": dict(enumerate(AGES)), "sex": dict(enumerate(SEXES))}
    weights = rake(asked, margins, "weight")
    asked["raked"] = weights.weights
    ways = {RAKED_WEIGHTS: weights, AS_GIVEN: "raked", UNRAKED: "weight"}
    results = {way: domain_means(asked, "answer", (), by, psu="psu", kind="share") for way, by in ways.items()}
    return {way: Drawn.of(limits_of(result.table), truth, published(result)) for way, result in results.items()}


def regressions(random: np.random.Generator, replications: int) -> Iterator[Measured]:
    """Intervals of a logit: coefficients of a number that PSUs share in part and of a group, and average effects."""
    truths = _true_effects(random)
    for psus, take in REGRESSED:
        held: dict[tuple[str, str, Interval], list[Drawn]] = {}
        for _ in range(replications):
            psu = np.repeat(np.arange(psus), take)
            x = math.sqrt(0.5) * (random.normal(size=psus)[psu] + random.normal(size=len(psu)))
            g = random.random(len(psu)) < 0.4
            chance = expit(LOG_ODDS[0] + LOG_ODDS[1] * x + LOG_ODDS[2] * g)
            weight = np.exp(random.normal(0, math.sqrt(math.log(1 + WEIGHT_CV**2)), len(psu)))
            columns = {"psu": psu, "x": x, "group": np.where(g, "b", "a"), "weight": weight}
            asked = pd.DataFrame({**columns, "answer": alike(random, chance, psu)})
            fit = survey_regression(asked, "answer", ["x", "group"], "weight", psu="psu")
            plain = survey_regression(asked, "answer", ["x", "group"], "weight")
            for figure, interval, table in (
                ("Log odds", DESIGN, fit.table[1:]),
                ("Log odds", WITHOUT, plain.table[1:]),
                ("Average difference", DESIGN, average_effects(fit)),
            ):
                for which, limits in zip(("a number", "a group"), table[["low", "high"]].to_numpy(), strict=True):
                    drawn = Drawn.of(Limits(limits[:1], limits[1:]), truths[figure, which])
                    held.setdefault((figure, which, interval), []).append(drawn)
        for (figure, which, interval), parts in held.items():
            yield row(PART, figure, f"of {which}, {psus} PSUs of {take}", interval, together(parts))


def _true_effects(random: np.random.Generator) -> dict[tuple[str, str], float]:
    """Coefficients, and differences in chance over very many people."""
    number, group = random.normal(size=1_000_000), random.random(1_000_000) < 0.4
    linear = LOG_ODDS[0] + LOG_ODDS[1] * number
    mean = expit(linear + LOG_ODDS[2] * group)
    return {
        ("Log odds", "a number"): float(LOG_ODDS[1]),
        ("Log odds", "a group"): float(LOG_ODDS[2]),
        ("Average difference", "a number"): float(LOG_ODDS[1] * (mean * (1 - mean)).mean()),
        ("Average difference", "a group"): float((expit(linear + LOG_ODDS[2]) - expit(linear)).mean()),
    }


def measured(replications: int = 2_000) -> Iterator[Measured]:
    """Every row of the part."""
    random = np.random.default_rng(SEED)
    yield from shares(random, replications)
    yield from net_scores(random, replications)
    yield from changes(random, replications)
    yield from area_intervals(random, max(2, replications // 10))
    yield from raked_shares(random, max(2, replications // 2))
    yield from regressions(random, max(2, replications // 2))

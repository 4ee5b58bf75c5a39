"""How often the 95 % intervals of ``analytics.survey`` hold the truth, by simulation, beside those they replace.

    python -m benchmarks.coverage_survey [replications]

People in a PSU resemble each other: their answers are beta-binomial. Weights are log-normal and say nothing about the
answer. Every replication is a stratum with a sample of its own, so that one call estimates all of them.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri

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
    rake,
    smoothed,
    survey_regression,
    t_interval,
    wilson_t,
)
from benchmarks.machine import machine

SEED = 20_231
ICC = 0.05
WEIGHT_CV = 0.6
SHARES = ((0.05, 20, 5), (0.05, 50, 10), (0.05, 100, 20), (0.20, 50, 10), (0.50, 100, 20), (0.50, 200, 40))
"""Share, answers and PSUs."""
CHANGES = ((0.60, 0.65), (0.20, 0.20), (0.05, 0.08))
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

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of intervals that hold the truth, and their median width."""

    name: str
    method: str
    coverage: float
    width: float
    intervals: int

    @classmethod
    def of(cls, name: str, method: str, limits: Limits, truth: ArrayLike) -> Coverage:
        """Compare limits with the truth; an interval that does not exist holds nothing."""
        low, high = np.asarray(limits.low), np.asarray(limits.high)
        held = (low <= truth) & (truth <= high)
        return cls(name, method, float(held.mean()), float(np.nanmedian(high - low)), held.size)

    @property
    def monte_carlo_error(self) -> float:
        """Three standard errors of a coverage of .95 over this number of independent intervals."""
        return 3 * math.sqrt(0.95 * 0.05 / self.intervals)


def shown(table: pd.DataFrame) -> Limits:
    """The intervals of a table."""
    return Limits(table["low"].to_numpy(), table["high"].to_numpy())


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


def shares(random: np.random.Generator, replications: int) -> Iterator[Coverage]:
    """Intervals of one share."""
    for p, n, psus in SHARES:
        asked = people(random, np.full(replications * psus, p), np.full(replications * psus, n // psus), WEIGHT_CV)
        asked["sample"] = asked["psu"] // psus
        result = domain_means(asked, "answer", "sample", "weight", "sample", "psu", kind="share")
        table = result.table
        estimate, se, base, df = (table[name].to_numpy() for name in ("estimate", "se", "base", "df"))
        size = effective_sample(estimate, se**2, base, table["n_eff"])
        name = f"share {p:.2f}, {n} answers, {psus} PSUs"
        yield Coverage.of(name, "Wald-t", t_interval(estimate, se, df), p)
        yield Coverage.of(name, "Wilson-t", shown(table), p)
        yield Coverage.of(name, "Korn-Graubard", korn_graubard(estimate, size, base, df), p)
        yield Coverage.of(name, "Wilson, raw n", wilson_t(estimate, base, 1e9), p)


def net_scores(random: np.random.Generator, replications: int) -> Iterator[Coverage]:
    """Intervals of a net score: .6 above, .25 below, and .9 above, .03 below."""
    for above, below in ((0.6, 0.25), (0.9, 0.03)):
        psus = 20
        asked = people(random, np.full(replications * psus, above), np.full(replications * psus, 5), WEIGHT_CV)
        other = random.random(len(asked)) < below / (1 - above)
        asked["net"] = np.where(asked["answer"] > 0, 1.0, np.where(other, -1.0, 0.0))
        asked["sample"] = asked["psu"] // psus
        table = domain_means(asked, "net", "sample", "weight", "sample", "psu", kind="net").table
        name = f"net score {above - below:+.2f}, 100 answers, 20 PSUs"
        yield Coverage.of(name, "Wald-t", t_interval(table["estimate"], table["se"], table["df"]), above - below)
        yield Coverage.of(name, "MOVER", shown(table), above - below)


def changes(random: np.random.Generator, replications: int) -> Iterator[Coverage]:
    """Intervals of a change between two waves, of new PSUs or of the same PSUs with the same leanings."""
    psus, take = 20, 10
    for before, after in CHANGES:
        for overlap in (False, True):
            sizes = np.full(replications * psus, take)
            if overlap:
                # The same person answers twice: one uniform number a person against the two shares of the PSU.
                spread = (1 - ICC) / ICC
                rank = random.beta(0.5 * spread, 0.5 * spread, len(sizes)) - 0.5
                psu = np.repeat(np.arange(len(sizes)), take)
                shares_of = [np.clip(p + 2 * math.sqrt(p * (1 - p)) * rank, 0, 1) for p in (before, after)]
                same, uniform = random.random(len(psu)) < 0.5, random.random((2, len(psu)))
                uniform[1] = np.where(same, uniform[0], uniform[1])
                weight = np.exp(random.normal(0, math.sqrt(math.log(1 + WEIGHT_CV**2)), len(psu)))
                waves = [
                    pd.DataFrame({"psu": psu, "answer": (uniform[w] < shares_of[w][psu]) * 1.0, "weight": weight})
                    for w in (0, 1)
                ]
                truth = float(np.mean(shares_of[1]) - np.mean(shares_of[0]))
            else:
                waves = [people(random, np.full(len(sizes), p), sizes, WEIGHT_CV) for p in (before, after)]
                truth = after - before
            asked = pd.concat([waves[0].assign(wave=1), waves[1].assign(wave=2)], ignore_index=True)
            asked["sample"] = asked["psu"] // psus
            stratum = ["sample"] if overlap else ["sample", "wave"]
            result = domain_means(asked, "answer", ["sample", "wave"], "weight", stratum, "psu", kind="share")
            compared = differences(result, None, result.rows(wave=2), result.rows(wave=1))
            name = f"change {before:.2f} to {after:.2f}, 200 answers, {'same' if overlap else 'new'} PSUs"
            yield Coverage.of(name, "t", t_interval(compared["estimate"], compared["se"], compared["df"]), truth)
            yield Coverage.of(name, "MOVER", shown(compared), truth)


@dataclass(frozen=True, slots=True)
class Layout:
    """Areas: whether they differ in weights (CV .2 and 1) and in answers a PSU (10 and 30)."""

    share: float
    unequal: bool

    @property
    def name(self) -> str:
        """What the areas are like."""
        return f"areas of 8 PSUs, share {self.share:.2f}, {'unequal' if self.unequal else 'alike'}"


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


def area_intervals(random: np.random.Generator, replications: int) -> Iterator[Coverage]:
    """Intervals of areas with design effects of their own, of the force, or pooled in two ways."""
    for layout in (Layout(0.6, False), Layout(0.2, False), Layout(0.08, False), Layout(0.6, True), Layout(0.1, True)):
        held: dict[str, list[tuple[Limits, Floats]]] = {}
        for _ in range(replications):
            areas, force, truth, rest = draw_areas(random, layout)
            table = areas.table
            p, base, df = (table[name].to_numpy(dtype=float) for name in ("estimate", "base", "df"))
            pooled = pooled_deff(areas)
            mean_deff = float(np.nansum(table["deff"] * df) / df.sum())
            of_areas = smoothed(areas, pooled)
            compared = against_rest(of_areas, force)
            rows = {
                "own": (shown(table), truth),
                "of the force": (wilson_t(p, base / force.table["deff"].iloc[0], force.table["df"].iloc[0]), truth),
                "mean of the areas'": (wilson_t(p, np.minimum(base / mean_deff, base), df.sum()), truth),
                "pooled (shown)": (shown(of_areas.table), truth),
                "against the rest": (shown(compared), truth - rest),
                "against the rest, own": (shown(against_rest(areas, force)), truth - rest),
            }
            for method, row in rows.items():
                held.setdefault(method, []).append(row)
        for method, drawn in held.items():
            limits = Limits(*(np.concatenate([row[0][end] for row in drawn]) for end in (0, 1)))
            yield Coverage.of(layout.name, method, limits, np.concatenate([row[1] for row in drawn]))
        if layout.unequal:
            kind = np.tile(np.arange(AREAS) % 4, replications)
            for method in ("of the force", "mean of the areas'", "pooled (shown)"):
                drawn = held[method]
                low, high = (np.concatenate([row[0][end] for row in drawn]) for end in (0, 1))
                truths = np.concatenate([row[1] for row in drawn])
                for which, words in enumerate(("even, 10", "uneven, 10", "even, 30", "uneven, 30")):
                    of = kind == which
                    yield Coverage.of(f"  {words} a PSU", method, Limits(low[of], high[of]), truths[of])


def alike(random: np.random.Generator, chance: Floats, psu: NDArray[np.int64], icc: float = 2 * ICC) -> Floats:
    """Answers with exactly these chances that resemble each other within a PSU, by a normal variable behind them.

    A correlation of .1 behind the answers is one of .06 between answers with a chance of one half.
    """
    behind = math.sqrt(icc) * random.normal(size=psu.max() + 1)[psu] + math.sqrt(1 - icc) * random.normal(size=len(psu))
    return (behind < ndtri(chance)) * 1.0


def raked_shares(random: np.random.Generator, replications: int) -> Iterator[Coverage]:
    """Intervals of a share with raked weights, where the young answer seldom and think otherwise."""
    for share, psus, take in RAKED:
        # The young 12 points below, the old 8 above at a share of one half, and men 5 below women.
        scale = 4 * share * (1 - share)
        chances = share + scale * (np.array([-0.14, 0.02, 0.06])[:, None] + np.array([-0.025, 0.025]))
        truth = float(AGES @ chances @ SEXES)
        margins = {"age": dict(enumerate(AGES)), "sex": dict(enumerate(SEXES))}
        held: dict[str, list[tuple[float, float]]] = {}
        for _ in range(replications):
            asked = pd.DataFrame({"psu": np.repeat(np.arange(psus), take)})
            asked["age"] = random.choice(3, len(asked), p=AGES)
            asked["sex"] = random.choice(2, len(asked), p=SEXES)
            asked["answer"] = alike(random, chances[asked["age"], asked["sex"]], asked["psu"].to_numpy())
            asked["weight"] = np.exp(random.normal(0, math.sqrt(math.log(1 + 0.3**2)), len(asked)))
            asked = asked[random.random(len(asked)) < ANSWERED[asked["age"]]].reset_index(drop=True)
            weights = rake(asked, margins, "weight")
            asked["raked"] = weights.weights
            ways = {"raked (shown)": weights, "raked, as if given": "raked", "not raked": "weight"}
            for method, weight in ways.items():
                row = domain_means(asked, "answer", (), weight, psu="psu", kind="share").table.iloc[0]
                held.setdefault(method, []).append((row["low"], row["high"]))
        for method, drawn in held.items():
            limits = Limits(*np.array(drawn).T)
            yield Coverage.of(f"raked share {truth:.2f}, {psus} PSUs of {take}", method, limits, truth)


def regressions(random: np.random.Generator, replications: int) -> Iterator[Coverage]:
    """Intervals of a logit: coefficients of a number that PSUs share in part and of a group, and average effects."""
    number, group = random.normal(size=1_000_000), random.random(1_000_000) < 0.4
    linear = LOG_ODDS[0] + LOG_ODDS[1] * number
    mean = expit(linear + LOG_ODDS[2] * group)
    effects = [LOG_ODDS[1] * (mean * (1 - mean)).mean(), (expit(linear + LOG_ODDS[2]) - expit(linear)).mean()]
    truths = {"number": (LOG_ODDS[1], effects[0]), "group": (LOG_ODDS[2], effects[1])}
    for psus, take in REGRESSED:
        held: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for _ in range(replications):
            psu = np.repeat(np.arange(psus), take)
            x = math.sqrt(0.5) * (random.normal(size=psus)[psu] + random.normal(size=len(psu)))
            g = random.random(len(psu)) < 0.4
            chance = expit(LOG_ODDS[0] + LOG_ODDS[1] * x + LOG_ODDS[2] * g)
            weight = np.exp(random.normal(0, math.sqrt(math.log(1 + WEIGHT_CV**2)), len(psu)))
            columns = {"psu": psu, "x": x, "group": np.where(g, "b", "a"), "weight": weight}
            asked = pd.DataFrame({**columns, "answer": alike(random, chance, psu)})
            shown_here = survey_regression(asked, "answer", ["x", "group"], "weight", psu="psu")
            without = survey_regression(asked, "answer", ["x", "group"], "weight")
            tables = {"design (shown)": shown_here.table[1:], "without PSUs": without.table[1:]}
            tables["average effect (shown)"] = average_effects(shown_here)
            for method, table in tables.items():
                for which, (low, high) in zip(truths, table[["low", "high"]].to_numpy(), strict=True):
                    held.setdefault((which, method), []).append((low, high))
        for (which, method), drawn in held.items():
            truth = truths[which]["average" in method]
            yield Coverage.of(f"logit, {which}, {psus} PSUs of {take}", method, Limits(*np.array(drawn).T), truth)


def measured(replications: int) -> Iterator[Coverage]:
    """Every row of the table."""
    random = np.random.default_rng(SEED)
    yield from shares(random, replications)
    yield from net_scores(random, replications)
    yield from changes(random, replications)
    yield from area_intervals(random, max(1, replications // 20))
    yield from raked_shares(random, max(1, replications // 4))
    yield from regressions(random, max(1, replications // 4))


def main(replications: int = 4_000) -> None:
    """Print the table of coverages."""
    print(machine())
    print(f"{'figure':<52}{'interval':<24}{'coverage':>9}{'width':>8}")
    for row in measured(replications):
        print(f"{row.name:<52}{row.method:<24}{row.coverage:>9.3f}{row.width:>8.3f}", flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))

"""How often the intervals of a neighbourhood's stages hold what was planted, in forces that are drawn anew.

Score and difference from the rest of the force are those of the page Confidence cycle: averages of the questions of a
stage, with the design factor that neighbourhoods have in common. What they should hold is the share that the truth
gives (`data.demo.survey.expected`), in a county whose neighbourhoods stay where they are, so that the year that was
asked is like any other; and in one whose neighbourhoods move from quarter to quarter, as in the demonstration, the
level that they move around, which is not what a survey of one year asks about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from analytics.findings.survey.answers import SHARE
from analytics.library.measured import Measured
from analytics.survey import DomainMeans, averaged, differences, domain_means, smoothed_within
from benchmarks.coverage.rows import SURVEY, Drawn, Floats, later, row, shown, together
from benchmarks.cycle import force, items
from data.demo.survey import expected
from data.demo.truth import TRUTH, WAVES, Truth
from data.vocabularies.survey import STAGES, Measure

PART = "stages"
FIRST = 70_000
"""Seed of the first force."""

YEAR = WAVES[-4:]
EVERY = 5
"""One neighbourhood in so many is set against the rest of each force, another set in each."""

ASKED = "160 asked in 8 sampling units"
STAY = replace(TRUTH, levels=replace(TRUTH.levels, between_quarters=0.0))
OF_YEAR = shown("Wilson-t, design factor shared by areas", SURVEY)
OF_DIFFERENCE = shown("MOVER", SURVEY)
AROUND = {interval: later(f"{interval.name}, around many years", SURVEY) for interval in (OF_YEAR, OF_DIFFERENCE)}
FIGURES = {"score": OF_YEAR, "difference from the rest": OF_DIFFERENCE}


def measured(replications: int = 100) -> Iterator[Measured]:
    """Every row of the part; a replication is a force."""
    for figure, drawn in _drawn(STAY, replications).items():
        for stage in STAGES:
            yield row(PART, "Stage of a neighbourhood", f"{figure}, {stage}, {ASKED}", FIGURES[figure], drawn[stage])
    for figure, drawn in _drawn(TRUTH, replications).items():
        every = together([drawn[stage] for stage in STAGES])
        setting = f"{figure}, all stages, {ASKED}, quarters move by {TRUTH.levels.between_quarters:.1f}"
        yield row(PART, "Stage of a neighbourhood", setting, AROUND[FIGURES[figure]], every)


def _drawn(truth: Truth, number: int) -> dict[str, dict[str, Drawn]]:
    """Intervals of so many forces by figure and stage; those of one force are one draw."""
    held: dict[str, dict[str, list[Drawn]]] = {figure: {stage: [] for stage in STAGES} for figure in FIGURES}
    for seed in range(number):
        for figure, table in figures(truth, FIRST + seed, seed % EVERY).items():
            for stage, of in table.groupby("stage"):
                limits = (of["low"].to_numpy(), of["high"].to_numpy())
                held[figure][str(stage)].append(Drawn.of(limits, of["truth"].to_numpy(), draw=0))
    return {figure: {stage: together(parts) for stage, parts in of.items()} for figure, of in held.items()}


def figures(truth: Truth, seed: int, first: int) -> dict[str, pd.DataFrame]:
    """Scores of every neighbourhood of a new force, and of some the difference from the rest.

    Returns
    -------
    mapping of str to DataFrame
        By figure; columns ``stage``, ``low``, ``high`` and ``truth``.
    """
    asked = _questions()
    answers = _stacked(force(truth, seed), asked)
    stages = {item.id: item.stage for item in asked}
    turned = {item.id for item in asked if not item.higher_is_better}
    of_areas = averaged(smoothed_within(_shares(answers, ["measure", "area"]), "measure"), "measure", stages, turned)
    planted = _planted(truth)
    scores = of_areas.table.assign(truth=[planted[0][key] for key in _keys(of_areas, "area")])
    rows = []
    for area in sorted(answers["area"].unique())[first::EVERY]:
        sides = answers.assign(side=np.where(answers["area"] == area, "inside", "others"))
        others = averaged(_shares(sides, ["measure", "side"]), "measure", stages, turned).only(side="others")
        parts = of_areas.only(area=area)
        places = [list(others.table["stage"]).index(stage) for stage in parts.table["stage"]]
        found = differences(parts, others, range(len(places)), places)
        rows.append(found.assign(truth=[planted[0][key] - planted[1][key] for key in _keys(parts, "area")]))
    names = ["stage", "low", "high", "truth"]
    return dict(zip(FIGURES, (scores[names], pd.concat(rows, ignore_index=True)[names]), strict=True))


def _questions() -> list[Measure]:
    """The questions of the ring that everybody is asked."""
    held = set(expected(TRUTH)["measure"])
    return [item for item in items() if item.id in held]


def _stacked(people: pd.DataFrame, asked: list[Measure]) -> pd.DataFrame:
    """One row a respondent and question, measure below measure; NaN where there is no answer of the scale."""
    design = people[["wave", "stratum", "psu", "area", "weight"]]
    parts = []
    for item in asked:
        parts.append(design.assign(measure=item.id, answer=people[item.id].map(item.classes).map(SHARE)))
    return pd.concat(parts, ignore_index=True)


def _shares(answers: pd.DataFrame, by: list[str]) -> DomainMeans:
    return domain_means(answers, "answer", by, "weight", ["wave", "stratum"], "psu", kind="share")


def _keys(means: DomainMeans, by: str) -> list[tuple[str, str]]:
    return [(str(area), str(stage)) for area, stage in zip(means.table[by], means.table["stage"], strict=True)]


@lru_cache(maxsize=2)
def _planted(truth: Truth) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """The score of each neighbourhood and stage over the year, and that of everybody who lives elsewhere."""
    asked = {item.id: item for item in _questions()}
    shares = expected(truth)
    shares = shares[shares["wave"].isin(YEAR) & shares["measure"].isin(asked)]
    good = np.array([asked[name].higher_is_better for name in shares["measure"]])
    stage = [asked[name].stage for name in shares["measure"]]
    shares = shares.assign(stage=stage, score=np.where(good, shares["share"], 1 - shares["share"]))
    own = shares.groupby(["area", "stage"]).agg(score=("score", "mean"), adults=("adults", "first")).reset_index()
    total: Floats = own["adults"] * own["score"]
    whole = own.assign(total=total).groupby("stage")[["total", "adults"]].transform("sum")
    rest = (whole["total"] - total) / (whole["adults"] - own["adults"])
    keys = list(zip(own["area"], own["stage"], strict=True))
    return dict(zip(keys, own["score"], strict=True)), dict(zip(keys, rest, strict=True))

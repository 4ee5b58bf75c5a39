"""A ring of scores in a small sample with strata, sampling units, areas, waves and unequal weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.cycle import STAGES, StageScores

SLOPES = (0.6, 0.5, 0.4, 0.5, 0.5)
"""Of each stage on the one before it. Nothing goes back from the last to the first: there the ring is weakest."""


def ring(people: int, seed: int) -> tuple[pd.DataFrame, StageScores]:
    """So many people in units of ten, and scores that go with the score before them."""
    random = np.random.default_rng(seed)
    unit = np.arange(people) // 10
    frame = pd.DataFrame(
        {
            "psu": unit,
            "wave": np.where(unit % 2 == 0, "2025-Q1", "2025-Q2"),
            "stratum": np.where(unit % 4 < 2, "east", "west"),
            "area": [f"N{place}" for place in unit // 2 % 6],
            "weight": 0.5 + random.random(people) * 2,
            "age_band": random.choice(["young", "middle", "old"], people),
        }
    )
    frame["sex"] = np.where(random.random(people) < 0.1, None, random.choice(["f", "m"], people))
    level = (
        random.normal(0, 0.3, (unit.max() + 1, len(STAGES)))[unit] + (frame["age_band"] == "old").to_numpy()[:, None]
    )
    latent = np.zeros((people, len(STAGES)))
    for stage, slope in enumerate((0.0, *SLOPES)):
        latent[:, stage] = slope * latent[:, stage - 1] + random.normal(size=people)
    value = 1 / (1 + np.exp(-(latent + level)))
    score = pd.DataFrame(value.round(2), columns=STAGES).mask(random.random((people, len(STAGES))) < 0.04)
    positive = (value * 3).round() / 3
    shares = pd.DataFrame(positive, columns=STAGES).where(score.notna())
    return frame, StageScores(score, shares, {stage: (f"q_{stage}",) for stage in STAGES}, {})


@pytest.fixture(scope="session")
def small() -> tuple[pd.DataFrame, StageScores]:
    return ring(240, 3)


@pytest.fixture(scope="session")
def large() -> tuple[pd.DataFrame, StageScores]:
    return ring(2_400, 5)

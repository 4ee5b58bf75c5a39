"""Real processes that fit a release, killed between two fits and in the middle of one: what of the fits is there."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest

from analytics.fits import run
from benchmarks import killed_fits
from data import fit_results
from data.fit_results import Key, Result
from data.store import Store
from data.tables import FITS
from data.vocabularies.survey import measures
from tests.surveys import publish, wave

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL and forks no process"),
]

ASKED = (*("influence", "fair", "good_job_local", "trust_force", "would_report", "gave_information", "matter"),)
OTHERS = 63
"""Fits of another method in the store: one more, and with the next the whole table is written anew in one file."""


def survey(name, ends, seed):
    """Six hundred people of two districts in sixty sampling units, whose answers go together."""
    random = np.random.default_rng(seed)
    number = 600
    opinion = random.normal(size=number)
    columns = {}
    for measure in ASKED:
        scale = list(measures()[measure].answers)[: len(measures()[measure].classes) - 1]
        rank = np.argsort(np.argsort(-(0.6 * opinion + random.normal(size=number))))
        columns[measure] = [scale[place] for place in rank * len(scale) // number]
    units = np.arange(number) // 10
    return wave(
        name,
        ends,
        **columns,
        psu=[f"{name} {unit}" for unit in units],
        stratum=["north" if unit < 30 else "south" for unit in units],
        sex=random.choice(["Female", "Male"], number).tolist(),
        weight=random.uniform(0.5, 2, number).round(2).tolist(),
    )


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Two releases, the first of which is fitted, and many fits of another method."""
    store = Store(tmp_path_factory.mktemp("base") / "store")
    publish(store, survey("2026-Q1", "2026-03", 1))
    other = Result({"slopes": pd.DataFrame({"slope": [0.1]})}, "", 1, 0.1)
    with store.writing() as writer:
        for number in range(OTHERS - 4):
            writer.append(FITS, fit_results._rows(Key("test.other", "{}", number, "none"), other))
    list(run(store.view()))
    publish(store, survey("2026-Q2", "2026-06", 2))
    return store.root


@pytest.fixture(scope="module")
def expected(base, tmp_path_factory):
    return killed_fits.whole(base, tmp_path_factory.mktemp("whole"))


def test_every_fit_of_the_new_release_is_made_where_nobody_kills_it(expected):
    assert [len(expected.before[number]) for number in (1, 2)] == [4, 0]
    assert [len(expected.after[number]) for number in (1, 2)] == [4, 4]
    assert expected.after[1] == expected.before[1]


@pytest.mark.parametrize("commits", range(4))
def test_a_kill_leaves_every_fit_whole_or_not_there_and_a_rerun_makes_the_others(commits, base, expected, tmp_path):
    # A tenth of the whole into the next fit, where that takes so long; else at once.
    shares = (0.1, 0.0)
    kills = (killed_fits.kill(base, commits, share * expected.seconds, expected, tmp_path) for share in shares)
    assert any(kill.killed and kill.made >= commits for kill in kills)


def test_a_half_fit_would_be_seen(base, expected, tmp_path):
    fit = next(iter(expected.after[2]))
    other = killed_fits.Whole(expected.before, {**expected.after, 2: {**expected.after[2], fit: "other"}}, 0.0)
    with pytest.raises(AssertionError, match="release 2 are not the first ones, each whole"):
        killed_fits.kill(base, 1, 0.0, other, tmp_path)

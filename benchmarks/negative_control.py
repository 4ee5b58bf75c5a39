"""How often Trends says rose or fell where nothing changed: sampling units shuffled over waves, again and again.

    python -m benchmarks.negative_control [--store URL] [--runs N]

In each run every sampled unit of the demonstration, with its respondents, is given a wave by lot: within its stratum,
and within the waves between two series breaks, so that each wave keeps as many units of each stratum as it had. Waves
then differ by chance alone, whatever the truth behind the answers is. Beside the share of runs in which a question says
rose or fell of anything stands the band in which 99 of 100 such experiments would lie at the nominal rate: at most the
false-discovery rate of the settings. One measure alone is called so less often: its change is judged with those of all.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.stats import binom

from analytics.findings import QUESTIONS
from analytics.findings.survey import choices
from analytics.scope import Scope
from analytics.survey import CHANGE
from benchmarks.machine import machine
from data.settings import settings
from data.store import Release, Store, View
from data.survey_cubes import SURVEY_CELLS, SURVEY_DESIGN

ASKED = {
    "trends.measure": "change",
    "trends.compare": "compared",
    "trends.change": "changed",
    "overview.what_changed": "changes",
}
"""Questions, with the table that holds their changes."""


class Shuffled(View):
    """A view of a release whose sampling units have been given their waves by lot."""

    def __init__(self, store: Store, release: Release | None, seed: int) -> None:
        super().__init__(store, release)
        self._chance = np.random.default_rng(seed)
        self._waves: dict[tuple[str, str], dict[tuple[str, str, str], str]] = {}

    def select(self, table: str, columns: Any, **values: str) -> pa.Table:  # noqa: ANN401
        """As of a view; units bear the name of the wave that they were drawn in."""
        found = super().select(table, columns, **values)
        if table not in (SURVEY_CELLS.name, SURVEY_DESIGN.name):
            return found
        force, survey = values["force"], values["survey"]
        if (force, survey) not in self._waves:
            self._waves[force, survey] = self._lots(force, survey)
        lots = self._waves[force, survey]
        keys = list(zip(*(found[name].to_pylist() for name in ("wave", "stratum", "psu")), strict=True))
        for name, made in (
            ("wave", [lots[key] for key in keys]),
            ("psu", [f"{wave} {psu}" for wave, _, psu in keys]),
        ):
            found = found.set_column(found.column_names.index(name), name, pa.array(made))
        return found

    def _lots(self, force: str, survey: str) -> dict[tuple[str, str, str], str]:
        design = super().select(SURVEY_DESIGN.name, ["wave", "stratum", "psu"], force=force, survey=survey)
        units = sorted(zip(*(design[name].to_pylist() for name in ("wave", "stratum", "psu")), strict=True))
        parts = _parts(self, force, survey)
        groups: dict[tuple[int, str], list[tuple[str, str, str]]] = {}
        for unit in units:
            groups.setdefault((parts[unit[0]], unit[1]), []).append(unit)
        lots = {}
        for members in groups.values():
            waves = self._chance.permutation([wave for wave, _, _ in members])
            lots |= {unit: str(wave) for unit, wave in zip(members, waves, strict=True)}
        return lots


def _parts(view: View, force: str, survey: str) -> dict[str, int]:
    """The number of the part between two breaks that each wave lies in: of mode and questionnaire."""
    waves = choices.waves(view)
    own = waves[(waves["force"] == force) & (waves["survey"] == survey)]
    said = own["questionnaire"].fillna("").astype(str) + own["mode"].fillna("").astype(str)
    return dict(zip(own["wave"], (said != said.shift()).cumsum(), strict=True))


@dataclass(frozen=True)
class Run:
    """What one question said in one run: changes tested, intervals that leave out 0, and called rose or fell."""

    key: str
    tested: int
    left_out: int
    called: int


def runs(store: Store, count: int, first: int = 0) -> Iterator[list[Run]]:
    """Answer each question from so many shuffled views."""
    for seed in range(first, first + count):
        view = Shuffled(store, store.view().release, seed)
        yield [_run(key, view) for key in ASKED]


def _run(key: str, view: View) -> Run:
    found = QUESTIONS[key].answer(Scope(), view)
    table = found.tables[ASKED[key]]
    table = table[table["p_value"].notna()]
    away = (table["change_low"] > 0) | (table["change_high"] < 0)
    return Run(key, len(table), int(away.sum()), int(table["verdict"].isin([CHANGE.above, CHANGE.below]).sum()))


@lru_cache(maxsize=8)
def band(count: int, rate: float) -> tuple[int, int]:
    """The fewest and the most of so many runs that 99 of 100 experiments would count at a rate."""
    return int(binom.ppf(0.005, count, rate)), int(binom.ppf(0.995, count, rate))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="folder of the store; otherwise CONFIDENCE_STORE, otherwise .store")
    parser.add_argument("--runs", type=int, default=200)
    options = parser.parse_args()
    print(machine())
    made = [run for each in runs(Store(options.store), options.runs) for run in each]
    nominal = settings().false_discovery
    for key in ASKED:
        own = [run for run in made if run.key == key]
        said, (fewest, most) = sum(run.called > 0 for run in own), band(len(own), nominal)
        shares = np.array([run.left_out / run.tested for run in own])
        error = 2.576 * shares.std(ddof=1) / np.sqrt(len(shares))
        tests = round(float(np.mean([run.tested for run in own])))
        print(
            f"{key}: {len(own)} runs of {tests} changes; rose or fell in {said} runs, band at "
            f"most {nominal:.0%}: {fewest} to {most}; intervals that leave out 0: "
            f"{shares.mean():.1%}, ± {error:.1%} by chance"
        )


if __name__ == "__main__":
    main()

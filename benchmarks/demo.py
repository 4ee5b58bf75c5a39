"""Time the building of the demonstration force, stage by stage; or draw it anew and see what can be found.

    python -m benchmarks.demo [--runs N]
    python -m benchmarks.demo --power FORCES

The first builds into an empty folder, each run a process of its own. The second asks that many new samples of the same
county with plain estimators, and prints the mean and the spread of what they find beside what was planted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.machine import machine

if TYPE_CHECKING:
    import pandas as pd

    from data.demo.truth import Truth

ROOT = Path(__file__).resolve().parent.parent
_NEXT = {
    ("informed_local", "fair"): "engagement → fair treatment",
    ("fair", "good_job_local"): "fair treatment → confidence",
    ("good_job_local", "would_inform"): "confidence → willingness",
    ("would_inform", "gave_information"): "willingness → information",
    ("gave_information", "matter"): "information → action",
    ("matter", "informed_local"): "action → engagement",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--power", type=int, metavar="FORCES")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _build(options.one)
        return
    print(machine())
    if options.power:
        _power(options.power)
        return
    for _ in range(options.runs):
        with TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "benchmarks.demo", "--one", str(Path(folder) / "store")]
            start = time.perf_counter()
            subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
            print(f"{time.perf_counter() - start:6.2f} s in all, with the start of Python; {size / 2**20:.0f} MiB\n")


def _build(folder: str) -> None:
    from data.demo import build
    from data.store import Store

    steps: list[tuple[float, str]] = []
    build(Store(folder), lambda step: steps.append((time.perf_counter(), step)))
    steps.append((time.perf_counter(), "end"))
    for (start, step), (end, _) in pairwise(steps):
        print(f"{end - start:6.2f} s {step}")
    print(f"{steps[-1][0] - steps[0][0]:6.2f} s from the first step to the release", flush=True)


def _power(forces: int) -> None:
    import pandas as pd

    from data.demo.survey import survey
    from data.demo.truth import INFORMATION, TRUTH

    found = pd.DataFrame([_found(survey(TRUTH, seed).responses, TRUTH) for seed in range(forces)])
    print(f"\n{'':55}{'mean':>9}{'spread':>9}")
    for name, values in found.items():
        print(f"{name!s:55}{values.mean():9.4f}{values.std():9.4f}")
    print("\nstrength of information → action, and how often its marginal difference is the smallest by 3.5 spreads")
    for strength in (0.1, 0.2, 0.3, 0.4, 0.55):
        links = tuple(replace(one, strength=strength) if one.origin == INFORMATION else one for one in TRUTH.links)
        truth = replace(TRUTH, links=links)
        drawn = pd.DataFrame([_links(survey(truth, seed).responses) for seed in range(forces)])
        weakest, others = drawn["information → action"], drawn.drop(columns="information → action")
        apart = others.min(axis=1) - weakest > 3.5 * (weakest.std() ** 2 + others.std().max() ** 2) ** 0.5
        print(f"{strength:.2f}: {apart.mean():.2f}")


def _found(people: pd.DataFrame, truth: Truth) -> dict[str, float]:
    good, informed = "good_job_local", "informed_local"
    whole = people["wave"].notna()
    hit = people["stratum"] == truth.incident.district
    return {
        "informed_local, 2026-Q3 on a year earlier": _change(people, informed, whole, "2025-Q3", "2026-Q3"),
        "good_job_local, 2026-Q3 on a year earlier": _change(people, good, whole, "2025-Q3", "2026-Q3"),
        "incident: county, 2024-Q2 on 2023-Q4": _change(people, good, whole, "2023-Q4", "2024-Q2"),
        "incident: district, 2024-Q2 on 2023-Q4": _change(people, good, hit, "2023-Q4", "2024-Q2"),
        **{f"initiative: {name}": size for name, size in _initiatives(people, truth).items()},
        **{f"difference: {name}": size for name, size in _differences(people, truth).items()},
        **{f"link: {name}": size for name, size in _links(people).items()},
    }


def _positive(people: pd.DataFrame, measure: str) -> pd.Series:
    """1 or 0; blank for those who don't know or were not asked."""
    from data.vocabularies.survey import DONT_KNOW, measures

    classes = people[measure].map(dict(measures()[measure].classes))
    return (classes == "positive").astype(float).where(classes.notna() & (classes != DONT_KNOW))


def _change(people: pd.DataFrame, measure: str, domain: pd.Series, before: str, after: str) -> float:
    shares = _shares(_positive(people, measure)[domain], people["weight"], people["wave"])
    return float(shares[after] - shares[before])


def _shares(positive: pd.Series, weight: pd.Series, by: pd.Series) -> pd.Series:
    known = positive.dropna()
    by, weight = by[known.index], weight[known.index]
    return (known * weight).groupby(by).sum() / weight.groupby(by).sum()


def _initiatives(people: pd.DataFrame, truth: Truth) -> dict[str, float]:
    """Differences in differences of neighbourhoods' shares, from those that nothing planted touched."""
    from data.demo.survey import treated

    places = treated(truth)
    touched = {code for codes in places.values() for code in codes}
    positive = _positive(people, "good_job_local")
    found = {}
    for one in truth.initiatives:
        after = people["date"] >= one.date
        change = (
            _shares(positive[after], people["weight"], people["area"])
            - _shares(positive[~after], people["weight"], people["area"])
        )  # fmt: skip
        found[one.name] = float(change[places[one.name]].mean() - change[~change.index.isin(touched)].mean())
    return found


def _differences(people: pd.DataFrame, truth: Truth) -> dict[str, float]:
    """A weighted linear model of the last four waves, with a level for each neighbourhood."""
    import numpy as np
    import pandas as pd

    last = people[people["wave"] >= "2025-Q4"]
    positive = _positive(last, "good_job_local").dropna()
    last = last.loc[positive.index]
    columns = {
        f"{one.attribute}: {', '.join(one.groups)}": last[one.attribute].isin(one.groups).astype(float)
        for one in truth.differences
    }
    matrix = pd.concat([pd.DataFrame(columns), pd.get_dummies(last["area"]).astype(float)], axis=1).to_numpy()
    root = np.sqrt(last["weight"].to_numpy())
    sizes = np.linalg.lstsq(matrix * root[:, None], positive.to_numpy() * root, rcond=None)[0]
    return dict(zip(columns, map(float, sizes), strict=False))


def _links(people: pd.DataFrame) -> dict[str, float]:
    """How much more often the next stage is positive for one standard deviation of the one before; four waves."""
    last = people[people["wave"] >= "2025-Q4"]
    found = {}
    for (before, after), name in _NEXT.items():
        pair = _positive(last, before).to_frame("before").assign(after=_positive(last, after)).dropna()
        found[name] = float(pair.cov().loc["before", "after"] / pair["before"].std())
    return found


if __name__ == "__main__":
    main()

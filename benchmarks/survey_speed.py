"""How long survey estimates take: 640 areas of 200,000 answers, a million respondents counted, 1,000 areas modelled.

    python -m benchmarks.survey_speed [--respondents 1000000] [--r-answers 20000] [--runs 5]

Every step is timed by the wall and by the processor, the best of some runs where it is short, because other work may
share the machine. Where ``Rscript`` with the package survey is there, ``svyby`` estimates the same areas from fewer
answers, both must agree, and the ratio is printed.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.machine import machine

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from data.store import Load, Writer

ANSWERS, AREAS, PSUS, STRATA = 200_000, 640, 4_000, 40
MEASURES = 20
R_SCRIPT = """
suppressMessages(library(survey))
asked <- read.csv(commandArgs(TRUE)[1])
d <- svydesign(~psu, strata = ~stratum, weights = ~weight, data = asked)
took <- system.time(b <- svyby(~answer, ~area, d, svymean))
write.csv(data.frame(area = b$area, estimate = coef(b), se = SE(b)), commandArgs(TRUE)[2], row.names = FALSE)
cat(took["elapsed"], took["user.self"] + took["sys.self"], "\\n")
"""


class Time(NamedTuple):
    """Seconds of the wall and of the processor."""

    wall: float
    processor: float

    def __str__(self) -> str:
        if self.wall < 1:
            return f"{1_000 * self.wall:,.1f} ms, {1_000 * self.processor:,.1f} ms of processor"
        return f"{self.wall:,.2f} s, {self.processor:,.2f} s of processor"


def timed(work: Callable[[], Any], runs: int) -> tuple[Time, Any]:
    """The least wall and processor time of some runs, and the last result."""
    walls, processors, result = [], [], None
    for _ in range(runs):
        wall, processor = time.perf_counter(), time.process_time()
        result = work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return Time(min(walls), min(processors)), result


def drawn(random: np.random.Generator, answers: int) -> pd.DataFrame:
    """Answers in PSUs of strata, and areas that cross them."""
    import pandas as pd

    psu = random.integers(0, PSUS, answers)
    return pd.DataFrame(
        {
            "stratum": psu % STRATA,
            "psu": psu,
            "area": (psu // STRATA * 7 + random.integers(0, 40, answers)) % AREAS,
            "weight": random.lognormal(0, 0.5, answers),
            "answer": (random.random(answers) < 0.6) * 1.0,
        }
    )


def areas(runs: int) -> tuple[Time, pd.DataFrame]:
    """Estimates, errors and intervals of all areas from rows."""
    import numpy as np

    from analytics.survey import domain_means

    asked = drawn(np.random.default_rng(1), ANSWERS)
    took, _ = timed(lambda: domain_means(asked, "answer", "area", "weight", "stratum", "psu", kind="share"), runs)
    return took, asked


def models(runs: int) -> Time:
    """Fay-Herriot of 1,000 areas with five covariates."""
    import numpy as np

    from analytics.small_area import fay_herriot

    random = np.random.default_rng(2)
    x = np.column_stack([np.ones(1_000), random.normal(size=(1_000, 5))])
    variance = random.uniform(0.001, 0.01, 1_000)
    direct = x @ np.array([0.8, 0.05, -0.02, 0.01, 0, 0]) + random.normal(0, 0.05, 1_000)
    direct += random.normal(0, np.sqrt(variance))
    return timed(lambda: fay_herriot(direct, variance, x), 20 * runs)[0]


def raked(asked: pd.DataFrame, runs: int) -> Time:
    """Raking of all answers to three margins, with limits."""
    from analytics.survey import rake

    margins = {
        "stratum": dict.fromkeys(range(STRATA), 1 / STRATA),
        "age": {0: 0.2, 1: 0.3, 2: 0.5},
        "sex": {0: 0.49, 1: 0.51},
    }
    people = asked.assign(age=asked.index % 7 // 3, sex=asked.index % 2)
    return timed(lambda: rake(people, margins, "weight"), runs)[0]


def against_r(answers: int) -> tuple[Time, Time] | None:
    """Our time and that of R's ``svyby`` on the same answers; None without R. Both must agree."""
    import numpy as np
    import pandas as pd

    from analytics.survey import domain_means

    rscript = shutil.which("Rscript")
    if rscript is None or subprocess.run([rscript, "-e", "library(survey)"], capture_output=True).returncode:  # noqa: S603
        return None
    asked = drawn(np.random.default_rng(3), answers)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        asked.to_csv(folder / "asked.csv", index=False, float_format="%.17g")
        (folder / "areas.R").write_text(R_SCRIPT)
        command = [rscript, *(str(folder / name) for name in ("areas.R", "asked.csv", "areas.csv"))]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
        theirs = pd.read_csv(folder / "areas.csv").sort_values("area")
    ours, result = timed(lambda: domain_means(asked, "answer", "area", "weight", "stratum", "psu", kind="share"), 5)
    # R has no fallback where no degrees of freedom are left: the linearised variance is what both have.
    np.testing.assert_allclose(result.table["estimate"], theirs["estimate"], rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(result.variance), theirs["se"], rtol=1e-8)
    return ours, Time(*(float(number) for number in printed.split()[-2:]))


def cubes(folder: Path, respondents: int) -> tuple[Time, Time, int]:
    """Time to count the design and the answers of one wave in a store, and the number of cells."""
    from data.store import Store, load_rows
    from data.survey_cubes import count_answers, count_design
    from data.tables import LOADS

    with Store(folder).writing() as writer:
        load = _fill(writer, respondents)
        writer.append(LOADS, load_rows([load], "benchmark", "benchmark"))
        view = writer.staged("load", "benchmark", "benchmark", [load.load_id], [])
        design, _ = timed(lambda: count_design(view, [load.load_id]), 1)
        answers, cells = timed(lambda: count_answers(view, [load.load_id]), 1)
    return design, answers, cells.num_rows


def _fill(writer: Writer, respondents: int) -> Load:
    """Write one wave with 20 measures, two groupings, areas, weights, strata and PSUs."""
    import hashlib

    import numpy as np
    import pyarrow as pa

    from data.readers.source import Slot
    from data.store import Load
    from data.tables import RESPONSES
    from data.vocabularies.survey import measures

    random = np.random.default_rng(4)
    slot = Slot("survey wave", RESPONSES.name, "Residents, surrey", "2026-Q1")
    digest = hashlib.sha256(b"benchmark").hexdigest()
    load = Load(slot, digest, "2026-Q1", 1, respondents, respondents, ())

    def words(values: Sequence[str], codes: np.ndarray) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(values, pa.string())).cast(pa.string())

    def drawn_of(values: Sequence[str], rows: int) -> pa.Array:
        return words(values, random.integers(0, len(values), rows))

    for start in range(0, respondents, 250_000):
        rows = min(250_000, respondents - start)
        psu = random.integers(0, PSUS, rows)
        nothing = np.zeros(rows, dtype=int)
        columns = {
            "load_id": words([load.load_id], nothing),
            "row": pa.array(np.arange(start + 2, start + rows + 2)),
            "survey": words(["Residents"], nothing),
            "force": words(["surrey"], nothing),
            "wave": words(["2026-Q1"], nothing),
            "area": words([f"E05{number:06}" for number in range(AREAS)], psu * AREAS // PSUS),
            "weight": pa.array(random.lognormal(0, 0.5, rows)),
            "stratum": words([f"s{number:02}" for number in range(STRATA)], psu % STRATA),
            "psu": words([f"p{number:05}" for number in range(PSUS)], psu),
            "sex": drawn_of(["Female", "Male"], rows),
            "age_band": drawn_of(["16-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75 and over"], rows),
        }
        for measure in list(measures().values())[:MEASURES]:
            columns[measure.id] = drawn_of(measure.answers, rows)
        absent = {name: pa.nulls(rows) for name in RESPONSES.names if name not in columns}
        table = pa.table({name: (columns | absent)[name] for name in RESPONSES.names})
        writer.append(RESPONSES, table.cast(RESPONSES.arrow))
    return load


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--respondents", type=int, default=1_000_000)
    parser.add_argument("--r-answers", type=int, default=20_000, help="answers that R's svyby estimates; 0: not at all")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{machine()}; load of the machine {os.getloadavg()[0]:.1f}", flush=True)
    took, asked = areas(options.runs)
    print(f"{AREAS} areas x {ANSWERS:,} answers: {took} (aim 100 ms)", flush=True)
    print(f"raking {ANSWERS:,} answers to 3 margins: {raked(asked, options.runs)}", flush=True)
    print(f"Fay-Herriot, 1,000 areas: {models(options.runs)} (aim 5 ms)", flush=True)
    both = against_r(options.r_answers) if options.r_answers else None
    if both is None:
        print("R's package survey was not asked, or is not here: no ratio", flush=True)
    else:
        ours, theirs = both
        print(
            f"{AREAS} areas x {options.r_answers:,} answers, equal to 8 digits: {ours}; R's svyby {theirs}; "
            f"{theirs.wall / ours.wall:,.0f} times by the wall, {theirs.processor / ours.processor:,.0f} times by the "
            "processor",
            flush=True,
        )
    with TemporaryDirectory() as folder:
        design, answers, cells = cubes(Path(folder), options.respondents)
    print(f"counting the design of {options.respondents:,} respondents: {design}", flush=True)
    print(
        f"counting the answers of {options.respondents:,} respondents to {MEASURES} measures into {cells:,} cells: "
        f"{answers} (aim 6 s)"
    )
    print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()

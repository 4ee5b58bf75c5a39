"""Measure how often intervals hold the truth, and print every row.

    python -m benchmarks.coverage [PART ...] [--replications N] [--write]

With ``--write`` the rows of the parts that were measured take the place of theirs in
``analytics/library/coverage.csv``, with the day; the page Data and methods shows that file. What chance does to a
coverage stands beside it: three Monte Carlo standard errors.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import process_time

from analytics.library.measured import FILE, NO_AIM, UNTOLD, Measured, read, renewed, write
from benchmarks.coverage import (
    contact,
    cycle,
    diagnostic,
    disparity,
    found,
    funnel,
    small_area,
    stages,
    survey,
    threshold,
    waves,
)
from benchmarks.machine import machine

PARTS: dict[str, Callable[..., Iterator[Measured]]] = {
    module.PART: module.measured
    for module in (survey, waves, small_area, contact, disparity, found, funnel, diagnostic, threshold, cycle, stages)
}
HEAD = (
    f"{'figure and setting':<92}{'interval':<36}{'use':<15}{'aim':<13}"
    f"{'held':>6} {'±':>5}{'width':>8}{'given':>7}{'number':>9}"
)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print and perhaps write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all unless named")
    parser.add_argument("--replications", type=int, help="data sets of each case; otherwise what each part takes")
    parser.add_argument("--write", action="store_true", help=f"into {FILE.name}")
    options = parser.parse_args(arguments)
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; there is {', '.join(PARTS)}")
    print(machine())
    print(HEAD)
    rows: list[Measured] = []
    for part in options.parts or PARTS:
        start = process_time()
        number = {} if options.replications is None else {"replications": options.replications}
        for row in PARTS[part](**number):
            print(line(row), flush=True)
            rows.append(row)
        print(f"{part}: {process_time() - start:.0f} s of the processor", flush=True)
    print(summary(rows))
    if options.write:
        held = read(FILE) if FILE.exists() else ()
        write(FILE, renewed(held, rows, f"{datetime.now(UTC):%Y-%m-%d}", list(PARTS)))


def line(row: Measured) -> str:
    """One row of the table; what misses its aim is marked."""
    aim = "" if math.isnan(row.aim_low) else f"{row.aim_low:.3f}-{row.aim_high:.3f}"
    mark = f"  {row.verdict.upper()}{' (by chance)' if row.by_chance else ''}" if row.is_outside else ""
    deciles = f"  {' '.join(f'{share:.2f}' for share in row.deciles)}" if row.deciles else ""
    return (
        f"{f'{row.figure}: {row.setting}':<92}{row.interval:<36}{row.use:<15}{aim:<13}{row.coverage:>6.3f} "
        f"{3 * row.error:>5.3f}{row.width:>8.3f}{row.given:>7.3f}{row.intervals:>9,}{mark}{deciles}"
    )


def summary(rows: list[Measured]) -> str:
    """How many of the rows with an aim lie within it."""
    aimed = [row for row in rows if row.verdict not in (NO_AIM, UNTOLD)]
    outside = [row for row in aimed if row.is_outside]
    return f"{len(rows)} rows; {len(aimed)} with an aim, {len(outside)} outside it"


if __name__ == "__main__":
    main()

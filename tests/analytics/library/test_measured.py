"""Measured coverage: the file has a row for every case of the simulation, and what misses its aim is marked."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from analytics.findings import QUESTIONS
from analytics.library.measured import FILE, INSTEAD, LATER, LEAST, SHOWN, Measured, measured, read, renewed, write
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from benchmarks.coverage import rows
from benchmarks.coverage.__main__ import PARTS, line, main
from benchmarks.coverage.cycle import PART as CYCLE
from benchmarks.coverage.threshold import PART as THRESHOLD

ONE = Measured("survey", "Share", "share .5", "Wilson-t", SHOWN, 0.93, 0.99, 0.95, 0.2, "median", 1.0, 1_000, 0.007)


@pytest.mark.long
@pytest.mark.parametrize("part", PARTS)
def test_the_file_has_a_row_for_every_case_and_no_other(part: str) -> None:
    """So that nobody adds or drops a case and leaves the measurement as it was."""
    simulated = Counter((row.key, row.use, row.aim_low, row.aim_high) for row in blanked(PARTS[part](2)))
    held = Counter((row.key, row.use, row.aim_low, row.aim_high) for row in blanked(measured()) if row.part == part)
    assert held == simulated, f"measure it again: python -m benchmarks.coverage {part} --write"
    assert max(held.values()) == 1


def blanked(some) -> list[Measured]:
    """Rows without an aim, as ones that are equal."""
    return [replace(row, aim_low=-1, aim_high=-1) if math.isnan(row.aim_low) else row for row in some]


def test_rows_are_of_the_parts_and_say_when_they_were_measured() -> None:
    assert list(dict.fromkeys(row.part for row in measured())) == list(PARTS)
    assert {len(row.measured_on) for row in measured()} == {10}
    # Chance may move a coverage of 95 % by three of these; a fit of the threshold test takes long, and forces are few.
    given = [row for row in measured() if row.use == SHOWN and row.given > 0.9]
    assert max(row.error for row in given if row.part not in (THRESHOLD, CYCLE)) < 0.01
    assert max(row.error for row in given if row.part in (THRESHOLD, CYCLE)) < 0.025


def test_what_is_shown_lies_within_its_aim_or_is_marked(store) -> None:
    finding = QUESTIONS["methods.coverage"].answer(Scope(), store.view())
    cases, outside = finding.tables["cases"], finding.tables["outside"]
    known = cases[cases["intervals"] >= LEAST]
    misses = known[(known["coverage"] < known["aim_low"]) | (known["coverage"] > known["aim_high"])]
    assert misses["against_aim"].str.startswith("misses it: too ").all()
    assert not known.drop(misses.index)["against_aim"].str.contains("misses").any()
    names = ["figure", "case", "interval"]
    assert set(map(tuple, outside[names].to_numpy())) == set(map(tuple, misses[names].to_numpy()))
    shown = misses[misses["use"] == SHOWN]
    aimed = known[(known["use"] == SHOWN) & known["aim_low"].notna()]
    within = len(aimed) - len(shown)
    assert finding.headline.startswith(f"In {within:,} of {len(aimed):,} cases")
    assert f"{within:,} of {len(aimed):,} lie within what is aimed at" in finding.answer
    for figure, number in shown["figure"].value_counts().items():
        assert f"{figure}: {number:,} of its cases miss what is aimed at" in finding.provenance.rules
    figures = finding.table.set_index("figure")
    assert figures["cases_within"].sum() == within
    assert (figures["cases"] == figures[["cases_within", "cases_below", "cases_above"]].sum(axis=1)).all()


def test_it_reads_without_an_empty_heading_or_a_number_that_is_none(store) -> None:
    finding = QUESTIONS["methods.coverage"].answer(Scope(), store.view())
    assert list(reading_titles(finding)) == list(finding.tables)
    for name in finding.tables:
        read_out = reading_table(finding, name)
        assert len(read_out) == len(finding.tables[name])
        assert not read_out.map(lambda text: text in ("nan", "None", "<NA>")).any(axis=None)
    assert reading_table(finding)["Aim"].str.endswith("%").all()


def test_the_drawing_has_a_dot_for_every_case_and_its_aim_behind_it(store) -> None:
    finding = QUESTIONS["methods.coverage"].answer(Scope(), store.view())
    figure = finding.chart()
    assert figure is not None
    hollow, *filled = (len(trace.x) for trace in figure.data)
    cases = finding.tables["cases"]
    of_drawn = cases[cases["figure"].isin(finding.table["figure"]) & (cases["intervals"] > 0)]
    assert hollow == (of_drawn["use"] == INSTEAD).sum()
    assert sum(filled) == finding.table["cases"].sum()
    shades = [(shape.x0, shape.x1) for shape in figure.layout.shapes if shape.type == "rect"]
    assert shades == list(zip(finding.table["aim_low"], finding.table["aim_high"], strict=True))
    assert all(figure_name in finding.alt for figure_name in finding.table["figure"])


@pytest.mark.parametrize(
    ("changed", "verdict", "outside", "by_chance"),
    [
        ({}, "within", False, False),
        ({"coverage": 0.93}, "within", False, False),
        ({"coverage": 0.92}, "below", True, True),
        ({"coverage": 0.91}, "below", True, False),
        ({"coverage": 1.0, "error": 0.004}, "above", True, False),
        ({"coverage": math.nan, "intervals": 0, "error": math.nan}, "too few", False, False),
        ({"coverage": 0.5, "intervals": 49}, "too few", False, False),
        ({"aim_low": math.nan, "aim_high": math.nan, "coverage": 0.5}, "no aim", False, False),
    ],
)
def test_a_row_says_where_it_lies(changed: dict, verdict: str, outside: bool, by_chance: bool) -> None:
    row = replace(ONE, **changed)
    assert (row.verdict, row.is_outside, row.by_chance) == (verdict, outside, by_chance)
    assert ("BELOW" in line(row) or "ABOVE" in line(row)) == outside


def test_rows_are_read_as_they_were_written(tmp_path) -> None:
    nothing = replace(ONE, figure="Ratio, “of” rates", coverage=math.nan, intervals=0, aim_low=math.nan)
    tenths = replace(ONE, deciles=(0.5, 1.0), measured_on="2026-11-26")
    write(tmp_path / "some.csv", [nothing, tenths])
    one, other = read(tmp_path / "some.csv")
    assert (one.figure, one.intervals, math.isnan(one.coverage), math.isnan(one.aim_low)) == (
        nothing.figure,
        0,
        True,
        True,
    )
    assert other == tenths
    assert FILE.stat().st_size < 1_000_000


def test_one_part_is_measured_again_alone() -> None:
    old = [replace(ONE, part=part, measured_on="2026-01-01") for part in ("survey", "waves", "gone")]
    new = [replace(ONE, part="waves", setting=f"case {number}") for number in range(2)]
    found = renewed(old, new, "2026-02-02", ["survey", "waves"])
    assert [(row.part, row.measured_on) for row in found] == [
        ("survey", "2026-01-01"), ("waves", "2026-02-02"), ("waves", "2026-02-02")
    ]  # fmt: skip


def test_a_row_counts_what_is_shown_and_holds_the_truth() -> None:
    low, high = [0.1, 0.1, 0.6, math.nan, 0.4], [0.3, 0.6, 0.9, math.nan, math.inf]
    drawn = rows.Drawn.of((low, high), 0.5, [True, True, True, True, False])
    row = rows.row("survey", "Share", "five", rows.shown("any", (0.9, 1)), drawn)
    # Of five draws one has no interval and one is withheld; of the other three one holds .5.
    assert (row.given, row.intervals, row.coverage) == (0.6, 3, pytest.approx(1 / 3))
    assert row.width == pytest.approx(0.3)
    assert row.verdict == "too few"


def test_the_error_of_intervals_that_hang_together_is_that_of_their_draws() -> None:
    """Where all intervals of a draw hold or miss together, there are as many draws as data sets."""
    held = np.repeat(np.random.default_rng(3).random(400) < 0.9, 10)
    drawn = rows.Drawn.of((np.where(held, 0.0, 2.0), np.full(4_000, 3.0)), 1.0, draw=np.repeat(np.arange(400), 10))
    share = held.mean()
    row = rows.row("survey", "Area", "draws", rows.shown("any", (0.9, 1)), drawn)
    assert row.error == pytest.approx(math.sqrt(share * (1 - share) / 399), rel=1e-6)
    alone = rows.row(
        "survey", "Area", "alone", rows.shown("any", (0.9, 1)), rows.Drawn.of((drawn.low, drawn.high), 1.0)
    )
    assert alone.error == pytest.approx(math.sqrt(0.95 * 0.05 / 4_000))


def test_the_command_prints_every_row_and_refuses_a_part_that_is_none(capsys) -> None:
    main(["waves", "--replications", "2"])
    printed = capsys.readouterr().out
    assert sum(text.startswith("Level behind waves: ") for text in printed.splitlines()) == sum(
        row.part == "waves" for row in measured()
    )
    with pytest.raises(SystemExit):
        main(["nowhere"])
    assert "there is no part nowhere" in capsys.readouterr().err


def test_what_is_on_no_page_is_said_to_be(store) -> None:
    finding = QUESTIONS["methods.coverage"].answer(Scope(), store.view())
    cases = finding.tables["cases"]
    assert set(cases["use"]) == {SHOWN, LATER, INSTEAD}
    assert set(cases.loc[cases["figure"] == "Log odds", "use"]) == {LATER, INSTEAD}
    # Raked weights are taken as given on the pages, and what the margins tell is taken off on none.
    of = cases[cases["figure"] == "Raked share"].groupby("interval")["use"].unique().map(list).to_dict()
    assert of == {"raked": [LATER], "raked, as if given": [SHOWN], "not raked": [INSTEAD]}
    said = "log odds and average difference, which are on no page yet"
    assert any(said in text for text in finding.caveats)

"""What a wave is called after the one before it."""

from __future__ import annotations

from datetime import date

import pytest

from data.readers.wave_names import following

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("wave", "starts", "ends", "expected"),
    [
        ("2026-Q2", "2026-04-01", "2026-06-30", ("2026-Q3", "July to September 2026", "2026-07-01", "2026-09-30")),
        ("2025-Q4", "2025-10-06", "2025-12-19", ("2026-Q1", "January to March 2026", "2026-01-06", "2026-03-19")),
        ("2026-H1", "2026-01-01", "2026-06-30", ("2026-H2", "July to December 2026", "2026-07-01", "2026-12-31")),
        ("2025-H2", "2025-07-01", "2025-12-31", ("2026-H1", "January to June 2026", "2026-01-01", "2026-06-30")),
        ("2026-01", "2026-01-01", "2026-01-31", ("2026-02", "February 2026", "2026-02-01", "2026-02-28")),
        ("2025-12", "2025-12-01", "2025-12-31", ("2026-01", "January 2026", "2026-01-01", "2026-01-31")),
        ("2024", "2024-02-29", "2024-11-30", ("2025", "2025", "2025-02-28", "2025-11-30")),
        ("2024-25", "2024-04-01", "2025-03-31", ("2025-26", "2025 to 2026", "2025-04-01", "2026-03-31")),
        # October 2009 by its days, and the two years 2009 and 2010 by theirs.
        ("2009-10", "2009-10-01", "2009-10-31", ("2009-11", "November 2009", "2009-11-01", "2009-11-30")),
        ("2009-10", "2009-04-01", "2010-03-31", ("2010-11", "2010 to 2011", "2010-04-01", "2011-03-31")),
    ],
)
def test_the_wave_after_another(wave, starts, ends, expected) -> None:
    found = following({"wave": wave, "starts": date.fromisoformat(starts), "ends": date.fromisoformat(ends)}, TODAY)
    assert tuple(map(str, found.values())) == expected
    assert list(found) == ["wave", "label", "starts", "ends"]


@pytest.mark.parametrize(
    "before",
    [
        {"wave": "2026-Q4", "starts": date(2026, 10, 1), "ends": date(2026, 12, 31)},  # the next has not begun
        {"wave": "autumn", "starts": date(2025, 10, 1), "ends": date(2025, 12, 31)},
        {"wave": "2025-Q1"},
        {},
    ],
)
def test_a_wave_that_cannot_be_told_is_not(before) -> None:
    assert following(before, TODAY) == {}

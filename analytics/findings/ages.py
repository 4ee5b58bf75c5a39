"""Age bands in the words of files: which years of age they mean, and how the bands of two files fit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import pairwise

OLDEST = 200
"""The last year of age of a band without an end."""

_SPANS = (
    (re.compile(r"(\d+) ?(?:to|-|–) ?(\d+)"), lambda first, last: (int(first), int(last))),
    (re.compile(r"under (\d+)"), lambda first: (0, int(first) - 1)),
    (re.compile(r"(\d+)(?: years?)? (?:and|or) (?:under|below|younger)"), lambda last: (0, int(last))),
    (re.compile(r"(\d+)(?: years?)? ?(?:(?:and|or) (?:over|above|older)|\+)"), lambda first: (int(first), OLDEST)),
    (re.compile(r"(\d+)"), lambda age: (int(age), int(age))),
)


def years_of(age: str) -> tuple[int, int] | None:
    """The first and the last year of age that the words of a file say, both counted; None where they say none.

    Examples
    --------
    >>> years_of("Aged 10 to 14 years"), years_of("Under 16"), years_of("65 and over")
    ((10, 14), (0, 15), (65, 200))
    """
    said = " ".join(re.sub(r"\bage[ds]?\b", "", age.casefold()).split())
    for pattern, span in _SPANS:
        found = pattern.fullmatch(said) or pattern.fullmatch(said.removesuffix("years").removesuffix("year").rstrip())
        if found:
            return span(*found.groups())
    return None


def made_of(bands: Collection[str], first: int, last: int) -> list[str]:
    """The bands that make up an age, the youngest first; none where they leave a year out, reach beyond it or overlap.

    Parameters
    ----------
    bands
        Age bands in the words of a file.
    first, last
        First and last year of age, both counted; `OLDEST` stands for no end.

    Examples
    --------
    >>> made_of(["16 to 17", "18 to 24", "10 to 15"], 10, 17)
    ['10 to 15', '16 to 17']
    >>> made_of(["Under 16", "16 to 24"], 10, 17)
    []
    """
    spans = {band: years_of(band) for band in bands}
    inside = sorted((span, band) for band, span in spans.items() if span and first <= span[0] and span[1] <= last)
    whole = bool(inside) and inside[0][0][0] == first and inside[-1][0][1] == last
    if not whole or any(one[1] + 1 != other[0] for (one, _), (other, _) in pairwise(inside)):
        return []
    return [band for _, band in inside]


def in_bands(residents: Mapping[str, int], wanted: Collection[str]) -> dict[str, int]:
    """Residents by age in the bands that somebody else counts by, where theirs make them up; the youngest first.

    Parameters
    ----------
    residents
        Residents by age band, in the words of a file.
    wanted
        The other bands.

    Examples
    --------
    >>> in_bands({"Under 16": 5, "16 to 17": 2, "18 to 24": 7}, ["16 to 24"])
    {'Under 16': 5, '16 to 24': 9}
    """
    joined = dict(residents)
    for band in wanted:
        span = years_of(band)
        parts = made_of(joined, *span) if span and band not in joined else []
        if parts:
            joined[band] = sum(joined.pop(part) for part in parts)
    return dict(sorted(joined.items(), key=lambda item: years_of(item[0]) or (OLDEST, OLDEST)))

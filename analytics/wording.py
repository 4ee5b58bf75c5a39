"""How numbers, months and names are written: one formatter for screen, file and command line."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from data.words import NBSP as NBSP
from data.words import listing as listing
from data.words import percent as percent
from data.words import plural as plural

MINUS = "\u2212"

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ADDRESS = re.compile(r"www(?=\.)|@|:(?=//)", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_IN_LABEL = re.compile(r"([\\`*\[\]<>$~]|(?<!\w)_|_(?!\w)|:(?=[\w+-])|(?<=-)-|-(?=[-<>])|^#|^[-+=](?=\s|$))")
_SPACES = re.compile(rf"[^\S{NBSP}]+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|$~:^=-])")


NO_RANGE = "no range"
"""What stands beside a figure whose interval says nothing and is not given."""


def missing(value: object) -> bool:
    """Whether there is no number to write: None, NA or NaN."""
    if value is None or isinstance(value, str | int | float):
        return value is None or value != value  # NaN alone is not itself.
    # NA first: it refuses to say whether it equals itself.
    return str(value) == "<NA>" or bool(value != value)


def count(value: float) -> str:
    """A whole number with thousands separated: ``24,230``."""
    return f"{round(value):,}"


def rate(value: float) -> str:
    """A rate per 1,000 to one decimal, two below 1: ``11.0``, ``0.42``; never 0 unless it is."""
    if 0 < value < 0.005:
        return "under 0.01"
    return f"{value:.2f}" if abs(value) < 0.995 else f"{value:,.1f}"


def times(value: float) -> str:
    """A ratio to one decimal, two below 1: ``4.8``, ``0.73``; ``no upper limit`` where it is infinite."""
    if math.isinf(value):
        return "no upper limit"
    return rate(value)


def index(value: float) -> str:
    """One share over another, to two decimals: ``0.67``, ``1.05``."""
    return f"{value:,.2f}"


def chance(value: float) -> str:
    """A chance as whole per cent, never 0 or 100: ``7 %``, ``under 1 %``, ``over 99 %``."""
    return percent(min(max(value, 1e-9), 1 - 1e-9))


def percent_between(low: float, high: float) -> str:
    """An interval of shares, the sign once: ``57 to 65 %``; ``0 to 3 %``; ``under 1 %`` where both would be 0."""
    if 0 <= low <= high <= 0.005 and high > 0:
        return percent(high)
    return f"{low * 100:.0f} to {high * 100:.0f}{NBSP}%"


def tenths(share: float) -> str:
    """A share of 1 as per cent with one decimal, where a tenth of a point counts: ``94.7 %``, ``over 99.9 %``."""
    return f"{_tenths(share)}{NBSP}%"


def tenths_between(low: float, high: float) -> str:
    """Between which shares, to a tenth of a point, the sign once: ``93 to 98.5 %``; one where both read so."""
    ends = list(dict.fromkeys([_tenths(low), _tenths(high)]))
    return f"{' to '.join(ends)}{NBSP}%"


def _tenths(share: float) -> str:
    """Never 0 or 100 unless it is."""
    if 0 < share < 0.0005:
        return "under 0.1"
    if 0.9995 <= share < 1:
        return "over 99.9"
    return f"{share * 100:.1f}".removesuffix(".0")


def points(change: float, digits: int = 0) -> str:
    """A change of a share in points: ``−1 point``, ``+9 points``, ``0 points``; with a digit ``−2.6 points``."""
    text = signed(change * 100, digits)
    return f"{text} {'point' if text[1:] == '1' else 'points'}"


def points_between(low: float, high: float) -> str:
    """An interval of a change in points: ``−5 to +3 points``; finer where an end beyond 0 would be written as 0.

    So ``+0.2 to +5.4 points`` shows on which side of 0 it lies.
    """
    digits = digits_beyond_zero([low * 100, high * 100]) if low > 0 or high < 0 else 0
    return f"{signed(low * 100, digits)} to {signed(high * 100, digits)} points"


def digits_beyond_zero(values: Iterable[float], least: int = 0) -> int:
    """Decimals with which no value but 0 itself is written as 0, three at most.

    Parameters
    ----------
    values
        Differences, in the unit they are written in.
    least
        Decimals that they have anyway.
    """
    sizes = [abs(value) for value in values if value]
    return next((digits for digits in range(least, 3) if all(round(size, digits) for size in sizes)), 3)


def signed(value: float, digits: int | None = None) -> str:
    """A difference with its sign, a true minus and never ``+0``: ``+7.5``, ``−2.1``, ``+0.42``, ``0``.

    Without ``digits`` it has as many decimals as a rate.
    """
    if digits is None:
        digits = 2 if abs(value) < 0.995 else 1
    text = f"{abs(value):,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        return "0"
    return f"{'+' if value > 0 else MINUS}{text}"


def p_value(value: float) -> str:
    """A p value to three decimals, and what is smaller as ``under 0.001``."""
    return "under 0.001" if value < 0.001 else f"{value:.3f}"


def between(low: str, high: str) -> str:
    """An interval: ``3.6 to 6.4``; from a limit up where the upper one is infinite."""
    return f"{low} or more" if high == "no upper limit" else f"{low} to {high}"


def month(value: str) -> str:
    """``2018-04`` as ``April 2018``."""
    return f"{_MONTHS[int(value[5:7]) - 1]} {value[:4]}"


def day(value: str) -> str:
    """``2026-09-30`` as ``30 September 2026``."""
    return f"{int(value[8:10])} {month(value)}"


def months(first: str, last: str) -> str:
    """A span of months: ``June 2019``, ``April to September 2018``, ``year to March 2023``."""
    if first == last:
        return month(first)
    if months_between(first, last) == 12:
        return f"year to {month(last)}"
    if first[:4] == last[:4]:
        return f"{_MONTHS[int(first[5:7]) - 1]} to {month(last)}"
    return f"{month(first)} to {month(last)}"


def during(first: str, last: str) -> str:
    """A span of months after a verb: ``in June 2019``, ``from April to May 2018``, ``in the year to March 2023``."""
    if first == last:
        return f"in {month(first)}"
    if months_between(first, last) == 12:
        return f"in the {months(first, last)}"
    return f"from {months(first, last)}"


def short_months(first: str, last: str) -> str:
    """A span of months where room is short: ``Jun 2019``, ``Apr to Sep 2018``, ``Oct 2018 to Mar 2019``."""
    start, end = _MONTHS[int(first[5:7]) - 1][:3], f"{_MONTHS[int(last[5:7]) - 1][:3]} {last[:4]}"
    if first == last:
        return end
    return f"{start} to {end}" if first[:4] == last[:4] else f"{start} {first[:4]} to {end}"


def short_month(value: str) -> str:
    """``2018-04`` as ``Apr 18``, for narrow axes."""
    return f"{_MONTHS[int(value[5:7]) - 1][:3]} {value[2:4]}"


def months_between(first: str, last: str) -> int:
    """How many months there are from the first to the last, both counted."""
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7]) + 1


def month_range(first: str, last: str) -> list[str]:
    """Every month from the first to the last, ``YYYY-MM``."""
    start = int(first[:4]) * 12 + int(first[5:7]) - 1
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(start, start + months_between(first, last))]


def earlier(value: str, by: int) -> str:
    """The month so many months before: ``2018-04`` by 4 is ``2017-12``."""
    number = int(value[:4]) * 12 + int(value[5:7]) - 1 - by
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def without(text: str, said: Iterable[str]) -> str:
    """A text less the sentences that stand beside it already; it ends as a sentence does."""
    kept = text
    for sentence in said:
        kept = kept.replace(sentence, "") if sentence else kept
    if kept == text:
        return text
    kept = " ".join(kept.split()).strip(" ;,:")
    return kept if not kept or kept.endswith(".") else f"{kept}."


def plain(text: str) -> str:
    """Text from a file made safe for markdown: no link, image, directive or emphasis comes alive.

    Signs that turn the order of others round, control characters and halves of signs are shown as one that is unknown.
    """
    # What belongs together in a line, as a number and its sign, stays so.
    shown = _UNSEEN.sub("\ufffd", _SPACES.sub(" ", text).strip())
    # A bare address would become a link: a word joiner, which nobody sees, breaks it.
    broken = _ADDRESS.sub("\\g<0>\u2060", shown)
    return _MARKDOWN.sub(r"\\\1", broken)


def label(text: str) -> str:
    """Text from a file for the label of a field, as safe as `plain` and with as few backslashes as that takes.

    A label is also the name that a screen reader says, which reads it as it is written, backslashes and all.
    """
    shown = _ADDRESS.sub("\\g<0>\u2060", _UNSEEN.sub("\ufffd", " ".join(text.split())))
    return _IN_LABEL.sub(r"\\\1", shown)

"""What a wave is called: after the days on which it asked, or after the wave before it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

_QUARTERS = ("January to March", "April to June", "July to September", "October to December")
_HALVES = ("January to June", "July to December")
_FORM = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<kind>[QH]?)(?P<number>[0-9]{1,2}))?")
_YEAR = 12
_MONTHS = {"Q": 3, "H": 6}
_LONGEST_MONTH = 31
"""Days of a wave of more than a month: 2009-10 is then the two years, not October."""


def named(days: Mapping[str, Any]) -> dict[str, str]:
    """The id and the name of a wave whose days all lie in one month or quarter; nothing where they do not.

    Parameters
    ----------
    days
        ``starts`` and ``ends``, where they are known.
    """
    starts, ends = days.get("starts"), days.get("ends")
    if not isinstance(starts, date) or not isinstance(ends, date) or starts.year != ends.year:
        return {}
    if starts.month == ends.month:
        return {"wave": f"{starts:%Y-%m}", "label": f"{starts:%B %Y}"}
    quarter = (starts.month - 1) // 3
    if quarter != (ends.month - 1) // 3:
        return {}
    return {"wave": f"{starts:%Y}-Q{quarter + 1}", "label": f"{_QUARTERS[quarter]} {starts:%Y}"}


def following(before: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The id, the name and the days of the wave after another; nothing where they can't be told, or lie in the future.

    Parameters
    ----------
    before
        ``wave``, ``starts`` and ``ends`` of the wave before, as its mapping has them.
    today
        What is no future.
    """
    found = _FORM.fullmatch(str(before.get("wave", "")))
    starts, ends = before.get("starts"), before.get("ends")
    if found is None or not isinstance(starts, date) or not isinstance(ends, date):
        return {}
    month = not found["kind"] and found["number"] is not None and (ends - starts).days < _LONGEST_MONTH
    by = 1 if month else _MONTHS.get(found["kind"] or "", _YEAR)
    starts, ends = _later(starts, by), _later(ends, by)
    wave = _next(found, by)
    return {} if starts > today else {"wave": wave, **_label(wave, by), "starts": starts, "ends": ends}


def _next(found: re.Match[str], by: int) -> str:
    year, kind = int(found["year"]), found["kind"] or ""
    if by == _YEAR:
        return str(year + 1) if found["number"] is None else f"{year + 1}-{(year + 2) % 100:02d}"
    last, number = _YEAR // by, int(found["number"])
    year, number = (year + 1, 1) if number >= last else (year, number + 1)
    return f"{year}-{kind}{number}" if kind else f"{year}-{number:02d}"


def _label(wave: str, by: int) -> dict[str, str]:
    year, _, number = wave.partition("-")
    if by == _YEAR:
        return {"label": f"{year} to {int(year) + 1}" if number else year}
    if by == 1:
        return {"label": f"{date(int(year), int(number), 1):%B %Y}"}
    names = _QUARTERS if by == _MONTHS["Q"] else _HALVES
    return {"label": f"{names[int(number[1:]) - 1]} {year}"}


def _later(day: date, months: int) -> date:
    """The same day so many months later; the last day of a month stays the last one."""
    number = day.year * _YEAR + day.month - 1 + months
    year, month = divmod(number, _YEAR)
    last, was_last = calendar.monthrange(year, month + 1)[1], day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if was_last else min(day.day, last))

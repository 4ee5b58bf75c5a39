"""Days on which a rule about stop and search changed, and the forces that it was a rule of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from data.vocabularies import forces, vocabulary

POLICY_DATES = "policy_dates"
"""The list of these days."""


@dataclass(frozen=True)
class PolicyDate:
    """One rule of the list.

    Attributes
    ----------
    name
        The rule in few words.
    date, end
        The day from which it held, and the last one, ``YYYY-MM-DD``; end is empty where none is known.
    changed
        What changed, without a full stop.
    forces
        The forces it was a rule of, as data.police.uk writes them; none where it was one of every force.
    source
        Who says so, with title and date.
    """

    name: str
    date: str
    end: str
    changed: str
    forces: tuple[str, ...]
    source: str

    def holds_for(self, force: str) -> bool:
        """Whether it was a rule of a force."""
        return not self.forces or force in self.forces


@cache
def policy_dates() -> tuple[PolicyDate, ...]:
    """The rules of the list, by date.

    Raises
    ------
    ValueError
        If a row has no day that the calendar knows, ends before it begins, names an unknown force, or lacks what
        changed or its source.
    """
    return tuple(sorted(map(policy_date, vocabulary(POLICY_DATES).rows), key=lambda rule: (rule.date, rule.name)))


def policy_date(row: Mapping[str, str]) -> PolicyDate:
    """One row of the list, checked.

    Raises
    ------
    ValueError
        As `policy_dates`.
    """
    name, named = row["name"], tuple(row["forces"].split(";")) if row["forces"] else ()
    days = [_day(name, day) for day in (row["date"], row["end"] or row["date"])]
    if days[1] < days[0]:
        raise ValueError(f"Policy date “{name}” ends on {row['end']}, before it begins; correct one of the days.")
    for force in named:
        if force not in forces():
            raise ValueError(f"Policy date “{name}” names the force “{force}”, which forces.csv does not list.")
    for column in ("changed", "source"):
        if not row[column]:
            raise ValueError(f"Policy date “{name}” has nothing under {column}; fill it in or delete the row.")
    return PolicyDate(name, row["date"], row["end"], row["changed"], named, row["source"])


def _day(name: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ValueError(f"Policy date “{name}” has the day “{text}”; write it as YYYY-MM-DD.")
    return day

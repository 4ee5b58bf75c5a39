"""The areas that are loaded, by code and by name, and the one whose name is nearest to another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Area:
    """One area of one boundary set or lookup."""

    boundary_set: str
    level: str
    code: str
    name: str

    def __str__(self) -> str:
        return f"“{self.name}” ({self.code})"


@dataclass(frozen=True)
class KnownAreas:
    """Areas of boundary sets and lookups, matched as figures match them: by code or name, in any case.

    Attributes
    ----------
    codes
        GSS codes in small letters.
    names
        The areas of each name, by the name in small letters.
    levels
        Levels of which any area is loaded: force, district, ward, msoa or lsoa.
    """

    codes: frozenset[str]
    names: dict[str, list[Area]]
    levels: frozenset[str]

    @classmethod
    def of(cls, rows: Iterable[tuple[object, ...]]) -> KnownAreas:
        """Gather areas from rows of boundary set, level, code and name."""
        codes, levels = set(), set()
        names: dict[str, list[Area]] = {}
        for boundary_set, level, code, name in rows:
            codes.add(str(code).casefold())
            levels.add(str(level))
            if isinstance(name, str):
                names.setdefault(name.casefold(), []).append(Area(str(boundary_set), str(level), str(code), name))
        return cls(frozenset(codes), names, frozenset(levels))

    def knows(self, area: str) -> bool:
        """Whether areas are loaded that have this code or name."""
        return area.casefold() in self.codes or area.casefold() in self.names

    def shared(self, name: str) -> list[Area]:
        """The areas of a name that stands for several of one level of every set that has it; none for others."""
        found = [] if name.casefold() in self.codes else self.names.get(name.casefold(), [])
        codes = Counter((area.boundary_set, area.level) for area in {area.code: area for area in found}.values())
        return found if codes and min(codes.values()) > 1 else []

    def named(self, name: object) -> Area | None:
        """A loaded area of this name; None for none."""
        return self.names.get(name.casefold(), [None])[-1] if isinstance(name, str) else None

    def nearest(self, name: str) -> Area | None:
        """The loaded area with the nearest name; None where none is near.

        Nearest is the highest ratio of `difflib` of at least 0.6, among the names that share the first letter or a
        word of four letters: so thousands of names are compared in a moment. Else it is the longest name whose words
        all stand in this one: Camden, of London Borough of Camden.
        """
        wanted = name.casefold()
        near = sorted(set().union(*(self._by_sign.get(sign, ()) for sign in _signs(wanted))))
        words = set(_WORD.findall(wanted))
        within = [other for other in near if (own := set(_WORD.findall(other))) and own <= words]
        close = get_close_matches(wanted, near, 1) or sorted(within, key=len)[-1:]
        return self.names[close[0]][-1] if close else None

    @cached_property
    def _by_sign(self) -> dict[str, set[str]]:
        # Names of small areas are those of their district with a number, and there are tens of thousands of them.
        wide = [name for name, areas in self.names.items() if any(a.level not in ("lsoa", "msoa") for a in areas)]
        found: dict[str, set[str]] = {}
        for name in wide or self.names:
            for sign in _signs(name):
                found.setdefault(sign, set()).add(name)
        return found


def _signs(name: str) -> set[str]:
    return {name[:1], *_WORD.findall(name)}

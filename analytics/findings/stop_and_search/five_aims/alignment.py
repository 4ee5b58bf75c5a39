"""The third aim: whether searches look for what the people of a place said they are concerned about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from analytics import disparity, wording
from analytics.disparity.dispersion import MINIMUM_PERIODS
from analytics.findings.neighbourhoods import places
from analytics.findings.searches import Searches
from analytics.findings.stop_and_search.by_object import contradict
from analytics.findings.stop_and_search.five_aims.criteria import (
    FEW_MONTHS,
    HOPED,
    LOOK,
    NOT_RIGHT,
    SHARE,
    UNCLEAR,
    Criterion,
    Part,
    no_data,
)
from analytics.findings.stop_and_search.followed import Followed
from data.settings import settings
from data.store import whole_subjects
from data.tables import PRIORITIES
from data.vocabularies import vocabulary

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from data.store import View

AIM = 3
ALIGNED = "Do searches look for what local people said they are concerned about?"
MOST = 0.5
"""Share of the assessed searches above which most of them match: our own yardstick."""
MATCHED, UNMATCHED, NOT_ASSESSED = "matched", "unmatched", "not assessed"
CROSSWALK = "priority_themes"
THEMES = ["theme", "searches", "share", "low", "high", "priorities", "priority_share"]
ASSESSED = ["outcome_of_match", "searches", "share"]


@dataclass(frozen=True)
class Theme:
    """One row of the crosswalk: words that begin in a priority, what they are about, and what is then looked for."""

    words: str
    theme: str
    objects: frozenset[str]

    def is_in(self, priority: str) -> bool:
        """Whether a priority holds a word that begins so, upper and lower case apart."""
        return re.search(rf"\b{re.escape(self.words)}", priority, re.IGNORECASE) is not None


@cache
def crosswalk() -> tuple[Theme, ...]:
    """The table that says which priorities speak of what is searched for; a plain file that can be edited.

    It names what is looked for as files do, and cubes hold it by its label.
    """
    labels = {row["value"]: row["label"] for row in vocabulary("objects").rows}
    return tuple(
        Theme(row["value"], row["theme"], frozenset(labels[name] for name in row["objects"].split("; ") if name))
        for row in vocabulary(CROSSWALK).rows
    )


def aligned(followed: Followed, themes: Sequence[Theme] | None = None) -> Part:
    """What the third aim comes to.

    Parameters
    ----------
    followed
        Searches of the whole force.
    themes
        The crosswalk; that of the lists where none is given.
    """
    themes = crosswalk() if themes is None else tuple(themes)
    searches = followed.searches
    priorities = _priorities(searches.view, searches.force, f"{searches.scope.to_month}-31")
    if priorities.empty:
        return Part((no_data(AIM, ALIGNED, "no published priority of this force is loaded."),), _tables([], []))
    if contradict(followed):
        return Part((no_data(AIM, ALIGNED, NOT_RIGHT),), _tables([], []))
    looked_for = by_district(priorities, themes, searches)
    states = assessed(followed, looked_for, themes)
    counts = {state: int(followed.cells["stops"].to_numpy()[states == state].sum()) for state in _STATES}
    loads = searches.view.current_loads
    own = (loads["table"] == PRIORITIES.name) & (whole_subjects(loads) == searches.force)
    unread = sum(not _spoken_of(text, themes) for text in priorities["priority"])
    return Part(
        (_criterion(followed, states, counts),),
        _tables(_states(counts), _by_theme(followed, priorities, themes)),
        (
            "A search matches where a priority of its district names what was looked for: a district's priorities are "
            f"those of all its neighbourhoods that still stand. The list “{CROSSWALK}” says which words name what; it "
            "is ours and can be edited. Where it or the files say nothing, a search is not assessed. Outcomes are "
            "counted by district, so no neighbourhood is judged here.",
            *(
                [
                    f"{wording.plural(unread, 'priority', 'priorities')} of {len(priorities):,} stand in no row of "
                    "that list."
                ]
                if unread
                else []
            ),
        ),
        (f"Searches: {', '.join(f'{number:,} {_STATES[state]}' for state, number in counts.items())}",),
        tuple(loads.loc[own, "load_id"]),
    )


_STATES = {0: MATCHED, 1: UNMATCHED, 2: NOT_ASSESSED}


def by_district(
    priorities: pd.DataFrame, themes: Sequence[Theme], searches: Searches
) -> dict[str, frozenset[str] | None]:
    """What the priorities of each district name as looked for; None where no priority of it is in the crosswalk."""
    view, force = searches.view, searches.force
    found: dict[str, frozenset[str] | None] = {}
    for code in places.district_names(view, force):
        own = priorities[priorities["area"].isin(places.members(view, force, code))]
        matched = [theme for text in own["priority"] for theme in _spoken_of(text, tuple(themes))]
        found[code] = frozenset().union(*(theme.objects for theme in matched)) if matched else None
    return found


def assessed(
    followed: Followed, looked_for: Mapping[str, frozenset[str] | None], themes: Sequence[Theme]
) -> NDArray[np.int64]:
    """Of each cell whether its searches match a priority of their district: 0 yes, 1 no, 2 not assessed.

    Returns
    -------
    ndarray of int, shape (cells,)
    """
    named = frozenset().union(*(theme.objects for theme in themes))
    table = np.full((len(followed.areas) + 1, len(followed.objects)), 2, dtype=np.int64)
    for row, code in enumerate(followed.areas):
        own = looked_for.get(code)
        if own is not None:
            table[row] = [2 if name not in named else int(name not in own) for name in followed.objects]
    # A search without a place has the place −1, and so the last row.
    area, what = (followed.cells[name].to_numpy() for name in ("area", "object"))
    return np.asarray(table[area, what], dtype=np.int64)


def _criterion(followed: Followed, states: NDArray[np.int64], counts: Mapping[int, int]) -> Criterion:
    matched, unmatched, rest = (counts[state] for state in _STATES)
    known, every = matched + unmatched, matched + unmatched + rest
    if known < settings().threshold:
        why = (
            "no search could be assessed: of no district with a search is there a priority that the crosswalk knows."
            if not known
            else f"fewer than {settings().threshold} searches could be assessed."
        )
        return no_data(AIM, ALIGNED, why)
    x, n = (followed.by_month(which).sum(axis=0)[None] for which in (states == 0, states < 2))
    rate = disparity.find_rates(x, n)
    share, low, high = (float(values[0]) for values in (rate.estimate, rate.low, rate.high))
    few = rate.cells[0] < MINIMUM_PERIODS
    verdict = UNCLEAR if few else HOPED if low > MOST else LOOK if high < MOST else UNCLEAR
    why = (
        f"{wording.percent(share)} ({wording.percent_between(low, high)}) of the {known:,} searches that could be "
        f"assessed were for something that a priority of their district names. {wording.percent(rest / every)} of all "
        "searches could not be assessed. We call it as hoped where more than half match."
        f"{f' {FEW_MONTHS}' if few else ''}"
    )
    return Criterion(AIM, ALIGNED, verdict, why, share, low, high, known, SHARE)


def _states(counts: Mapping[int, int]) -> list[dict[str, Any]]:
    every = sum(counts.values())
    return [
        {"outcome_of_match": _STATES[state], "searches": number, "share": number / every if every else None}
        for state, number in counts.items()
    ]


def _by_theme(followed: Followed, priorities: pd.DataFrame, themes: Sequence[Theme]) -> list[dict[str, Any]]:
    """Of each theme its share of the searches whose object the crosswalk names, and of the priorities that it knows."""
    objects = {name: theme.theme for theme in themes for name in theme.objects}
    of_priority = [_themes_of(text, themes) for text in priorities["priority"]]
    known = sum(bool(own) for own in of_priority)
    names = list(dict.fromkeys(theme.theme for theme in themes))
    cells = followed.cells["object"].map(dict(enumerate(followed.objects))).map(objects)
    inside = cells.notna().to_numpy()
    rows = []
    for name in names:
        own = (cells == name).to_numpy()
        number, told = followed.total(own), sum(name in own_themes for own_themes in of_priority)
        row: dict[str, Any] = {"theme": name, "searches": number, "priorities": told}
        row |= {"priority_share": told / known if known else None}
        if any(theme.theme == name and theme.objects for theme in themes) and inside.any():
            rate = disparity.find_rates(*(followed.by_month(which).sum(axis=0)[None] for which in (own, inside)))
            row |= {"share": float(rate.estimate[0]), "low": float(rate.low[0]), "high": float(rate.high[0])}
        rows.append(row)
    return rows


@lru_cache(maxsize=4096)
def _spoken_of(priority: str, themes: tuple[Theme, ...]) -> tuple[Theme, ...]:
    """The rows of the crosswalk that a priority speaks of."""
    return tuple(theme for theme in themes if theme.is_in(priority))


def _themes_of(priority: str, themes: Sequence[Theme]) -> set[str]:
    """The themes of a priority; one that names something that is searched for is about that alone."""
    found = _spoken_of(priority, tuple(themes))
    told = {theme.theme for theme in found if theme.objects}
    return told or {theme.theme for theme in found}


@lru_cache(maxsize=16)
def _priorities(view: View, force: str, last: str) -> pd.DataFrame:
    """Priorities of a force that were set by a day and still stand: area, priority and set_on."""
    import pandas as pd

    if not view.has(PRIORITIES.name):
        return pd.DataFrame({"area": [], "priority": [], "set_on": []}, dtype=object)
    rows = view.rows(PRIORITIES.name).filter(nw.col("force") == force)
    held = rows.select("area", "priority", "set_on", "status").collect("pandas").to_native().astype(object)
    stands = (held["set_on"].astype(str) <= last) & (held["status"].fillna("open") != "closed")
    return held.loc[stands, ["area", "priority", "set_on"]].reset_index(drop=True)


def _tables(states: list[dict[str, Any]], themes: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    import pandas as pd

    def frame(rows: list[dict[str, Any]], names: list[str]) -> pd.DataFrame:
        kinds = {"outcome_of_match": "str", "theme": "str", "searches": "Int64", "priorities": "Int64"}
        return pd.DataFrame(
            {name: pd.Series([row.get(name) for row in rows], dtype=kinds.get(name, "Float64")) for name in names}
        )

    return {"alignment": frame(states, ASSESSED), "themes": frame(themes, THEMES)}

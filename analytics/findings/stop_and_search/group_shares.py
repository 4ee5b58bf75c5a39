"""What share of each group's searches was of a kind, and how far groups differ in it from the comparator."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, wording
from analytics.disclosure import IN_COMPANY, second_with, withhold
from analytics.finding import Panel
from analytics.findings.stop_and_search import shares
from analytics.findings.stop_and_search.conducted import Conducted
from analytics.findings.stop_and_search.shared import (
    CHANCE,
    LEAST_KNOWN,
    UNTESTED,
    none_recorded,
    typed_frame,
    withheld_caveats,
)
from analytics.records import records_of
from data.cubes import EVERYONE
from data.settings import settings
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Chosen = NDArray[np.bool_]
    Codes = NDArray[np.int64]
    Row = Mapping[Any, Any]

_SHARES = [
    "group", "age_band", "searches", "base", "share", "low", "high", "known_share", "share_if_none", "share_if_all",
    "flag",
]  # fmt: skip
_GAPS = [
    "group", "comparator", "age_band", "searches", "comparator_searches", "share", "comparator_share", "gap", "low",
    "high", "p_value", "q_value", "verdict", "base", "flag",
]  # fmt: skip
_COUNTS = ["searches", "comparator_searches"]
_FIGURES = ["share", "low", "high", "share_if_none", "share_if_all"]
_FINE = 0.2
"""The highest end of an interval below which an axis shows tenths of a point."""


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of searches.

    Attributes
    ----------
    name
        What the rows of it are called.
    among
        Cells of the searches that may be of it.
    known
        Of them, those of which the file says whether they are.
    are
        Of these, those that are.
    tested
        Whether groups are compared by it.
    """

    name: str
    among: Chosen
    known: Chosen
    are: Chosen
    tested: bool = True


def share_table(conducted: Conducted, kinds: Sequence[Kind]) -> pd.DataFrame:
    """The share of each kind among the searches of everyone and of each group, of which the file says it.

    Returns
    -------
    DataFrame
        One row a kind and group. ``searches`` are those of the kind and ``base`` all that are known; ``share_if_none``
        and ``share_if_all`` are the share if none or all of the unknown ones were of the kind.
    """
    table = typed_frame([row for kind in kinds for row in _rows(conducted, kind)], _SHARES, ["searches", "base"])
    figures, least = _FIGURES, settings().threshold
    table = withhold(table, ["base"], figures, least, zeros_shown=True)
    # Where the base is withheld so is what is of it; where it is 0, both are told.
    hidden = table["base"].isna()
    table = table.assign(**{name: table[name].mask(hidden) for name in ("searches", "known_share")})
    return withhold(table, ["searches"], figures, least, zeros_shown=True, what="such searches")


def parts_withheld(table: pd.DataFrame, whole: str, parts: Collection[str]) -> pd.DataFrame:
    """The shares with a second part of a whole withheld where one alone is: the whole less the others would tell it.

    Parameters
    ----------
    table
        As from `share_table`.
    whole, parts
        A kind that is shown, and the kinds that add up to it.

    Returns
    -------
    DataFrame
        Of the other parts the one with fewest searches is withheld too, and its ``flag`` says why.
    """
    rows = records_of(table)
    second = []
    for group in dict.fromkeys(row["group"] for row in rows):
        at = {row["age_band"]: place for place, row in enumerate(rows) if row["group"] == group}
        own = [rows[at[name]] for name in parts]
        counts = [np.nan if wording.missing(row["searches"]) else row["searches"] for row in own]
        beside = second_with(counts, [row["flag"].startswith("withheld") for row in own])
        if beside is not None and not wording.missing(rows[at[whole]]["searches"]):
            second.append(at[list(parts)[beside]])
    if not second:
        return table
    chosen = np.isin(np.arange(len(table)), second)
    columns = {name: table[name].mask(chosen) for name in ("searches", *_FIGURES)}
    return table.assign(**columns, flag=table["flag"].mask(chosen, IN_COMPANY))


def what_is_withheld(table: pd.DataFrame) -> list[str]:
    """What is withheld of shares by age, and whether totals tell it all the same; empty if nothing is."""
    if not (table["flag"] == IN_COMPANY).any():
        return withheld_caveats(table)
    return [
        "Small counts are withheld so that nobody reads a rate into them, not to keep them secret: the files are "
        "published. Where one age band below 18 alone of a group has a small count the other is withheld with it, so "
        "that it is not simply the rest of the group's children; other totals may still tell it."
    ]


def _rows(conducted: Conducted, kind: Kind) -> list[dict[str, Any]]:
    among_all, known, are = _counts(conducted, kind)
    every = among_all.sum(axis=1).tolist()
    made = zip((EVERYONE, *conducted.groups), shares.shares_of(are, known), (sum(every), *every), strict=True)
    rows = []
    for group, one, among in made:
        row: dict[str, Any] = {"group": group, "age_band": kind.name}
        if not among:
            none = group in BROAD_GROUPS and not conducted.searches.by_group[group]
            said = none_recorded(conducted.searches, group) if none else "no such search"
            rows.append(row | {"searches": 0, "base": 0, "flag": said})
            continue
        found, base = int(one.found), int(one.searched)
        row |= {"searches": found, "base": base, "known_share": base / among, "flag": ""}
        row |= {"share_if_none": found / among, "share_if_all": (found + among - base) / among}
        if base / among < LEAST_KNOWN:
            rows.append(row | {"flag": _not_known(base / among)})
            continue
        row |= {"share": one.estimate, "low": one.low, "high": one.high}
        rows.append(row | {"flag": CHANCE if found and one.by_chance else ""})
    return rows


def _counts(conducted: Conducted, kind: Kind) -> tuple[Codes, Codes, Codes]:
    """Searches that may be of a kind, of those the known ones, and of these those that are: by group and month."""
    which = (kind.among, kind.among & kind.known, kind.among & kind.known & kind.are)
    every, known, are = (conducted.by_month(cells) for cells in which)
    return every, known, are


def _not_known(share: float) -> str:
    return f"not given: the file says it for {wording.percent(share)}"


def gap_table(conducted: Conducted, kinds: Sequence[Kind]) -> pd.DataFrame:
    """How far the share of each tested kind among a group's searches differs from that of the comparator.

    Returns
    -------
    DataFrame
        One row a kind and group, the group asked about first. All gaps with figures are tested together.
    """
    comparator = str(conducted.searches.scope.comparator)
    first = str(conducted.searches.scope.group)
    groups = [name for name in (first, *(name for name in BROAD_GROUPS if name != first)) if name != comparator]
    rows = [
        {"group": name, "comparator": comparator, "age_band": kind.name, "verdict": ""}
        | _gap(counts, [conducted.groups.index(group) for group in (name, comparator)])
        for kind in kinds
        if kind.tested
        for counts in [_counts(conducted, kind)]
        for name in groups
    ]
    table = typed_frame(rows, _GAPS, [*_COUNTS, "base"])
    figures = ["share", "comparator_share", "gap", "low", "high", "p_value"]
    # The base of a gap is that of both groups: shown with a withheld count it would say more of it than the table may.
    table = withhold(table, _COUNTS, [*figures, "base"], settings().threshold, zeros_shown=True, what="such searches")
    return shares.judged(table)


def _gap(counts: tuple[Codes, Codes, Codes], pair: list[int]) -> dict[str, Any]:
    """The figures of two groups from counts of shape (groups, months); without them, why."""
    every, known, are = (numbers[pair] for numbers in counts)
    whole = every.sum(axis=1)
    if not whole.all():
        of = "one of the groups" if whole.any() else "both groups"
        return {"searches": 0, "flag": f"of {of} nobody was so searched"}
    told = (known.sum(axis=1) / whole).min()
    if told < LEAST_KNOWN:
        return {"flag": _not_known(told)}
    (x, other), (n, others) = are.sum(axis=1).tolist(), known.sum(axis=1).tolist()
    row: dict[str, Any] = {"searches": x, "comparator_searches": other, "base": n + others}
    if not x or not other:
        return row | {"flag": f"of {'one of the groups' if x or other else 'both groups'} there is none"}
    gap = shares.gap_of((are[0], known[0]), (are[1], known[1]))
    row |= {"share": x / n, "comparator_share": other / others, "gap": gap.estimate, "low": gap.low, "high": gap.high}
    return row | {"p_value": gap.p_value, "flag": CHANCE if gap.by_chance else ""}


def share_panel(table: pd.DataFrame, kind: str, label: str) -> Panel | None:
    """A chart of the share of a kind in each group; None where no group has one."""
    import pandas as pd

    rows = [row for row in records_of(table) if row["age_band"] == kind and row["group"] in BROAD_GROUPS]
    if all(wording.missing(row["share"]) for row in rows):
        return None
    drawn = pd.DataFrame(
        {
            "label": [row["group"] for row in rows],
            **{to: [row[of] for row in rows] for to, of in {"estimate": "share", "low": "low", "high": "high"}.items()},
            "detail": [
                "" if wording.missing(row["base"]) else f"of {wording.plural(int(row['base']), 'search', 'searches')}"
                for row in rows
            ],
            "look": False,
            "flag": [row["flag"].partition(":")[0].partition(";")[0] or "none of them" for row in rows],
        }
    )
    told = [row for row in rows if not wording.missing(row["share"])]
    said = "; ".join(f"{row['group']} {share_in_words(row)}" for row in told)
    fine = max(row["high"] for row in told) < _FINE
    return Panel(label, "", "", partial(charts.share_dots, drawn, fine=fine), f"{label}: {said}")


def share_in_words(row: Row) -> str:
    """A share with its interval: ``21 % (19 to 23 %)``; small ones to a tenth of a point."""
    return shares.in_words(row["share"], row["low"], row["high"], fine=True)


def gap_in_words(row: Row) -> str:
    """Whether two groups clearly differ, and by how many points; empty where it is not told."""
    if wording.missing(row["gap"]):
        return ""
    return shares.difference_in_words(row["gap"], row["low"], row["high"], row["verdict"], fine=True)


def chance_caveats(table: pd.DataFrame) -> list[str]:
    """That every interval is by chance alone, where it is, and that nothing was tested where it is so of everyone."""
    alone = table["flag"] == CHANCE
    none = (alone & (table["group"] == EVERYONE)).any()
    return [*([shares.INDEPENDENT] if alone.any() else []), *([UNTESTED] if none else [])]


def range_in_words(row: Row) -> str:
    """Between which shares a share would be if none or all of the unknown ones were of the kind; empty where known."""
    if wording.missing(row["share_if_none"]) or row["known_share"] == 1:
        return ""
    return shares.range_in_words(row["share_if_none"], row["share_if_all"])

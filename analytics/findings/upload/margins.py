"""Residents that the store holds, as margins to rake a wave to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import narwhals as nw

from analytics.findings import choices
from analytics.findings.ages import in_bands
from analytics.findings.engagement.choices import populations, residents, suppressed
from analytics.scope import Scope
from data.cubes import PEOPLE_CUBE
from data.vocabularies import forces, normalise

if TYPE_CHECKING:
    from data.store import View

_AGE = "age_band"


@dataclass(frozen=True)
class Held:
    """Residents of a force by the groups of an attribute.

    Attributes
    ----------
    source
        Where the counts come from, such as Census 2021.
    lines
        A group and its residents on each line.
    about
        Whom they count, and what that means for a survey, in sentences.
    """

    source: str
    lines: str
    about: str


def residents_held(view: View, force: str | None, attribute: str, groups: Sequence[str]) -> Held | None:
    """The newest residents of a force by some groups; None where none are held, or not everybody of its districts.

    Parameters
    ----------
    view
        The release.
    force
        The force; None where it is not known yet.
    attribute
        What the groups are of.
    groups
        The groups, in words; names agree whatever their case and spaces.
    """
    if force is None or force not in forces() or not view or not groups:
        return None
    for source, _ in populations(view, attribute):
        scope = Scope(force=force, by=attribute, population=source)
        if not _whole(view, force, attribute, source) or suppressed(view, scope):
            continue
        counts = residents(view, scope)
        counts = in_bands(counts, groups) if attribute == _AGE else counts
        named = {normalise(group): number for group, number in counts.items()}
        if all(normalise(group) in named for group in groups):
            lines = "\n".join(f"{group}\t{named[normalise(group)]}" for group in groups)
            return Held(source, lines, _about(force, attribute))
    return None


def _about(force: str, attribute: str) -> str:
    who = f"Residents in the districts of {forces()[force]['short']}"
    return f"{who}." if attribute == _AGE else f"{who}, of every age: among those whom a survey asks shares may differ."


@lru_cache(maxsize=64)
def _whole(view: View, force: str, attribute: str, source: str) -> bool:
    """Whether a source counts residents of every district of a force."""
    own = set(choices.districts(view, force))
    rows = view.rows(PEOPLE_CUBE.name).filter(
        nw.col("attribute") == attribute, nw.col("source") == source, nw.col("level") == "district"
    )
    held = rows.select("area_code").unique().collect("pyarrow").to_native()["area_code"].to_pylist()
    return bool(own) and own <= set(held)

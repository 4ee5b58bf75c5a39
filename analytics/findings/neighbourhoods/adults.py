"""The people whom a survey speaks for, area by area, where a population by age holds exactly them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from analytics.findings.neighbourhoods import places
from analytics.findings.residents import nearest
from data.cubes import PEOPLE_CUBE, with_codes

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_FROM = re.compile(r"\baged (\d+)")
_BAND = re.compile(r"(\d+)(?: to \d+| and over)")
_CHILDREN = re.compile(r"[Uu]nder (\d+)")


@lru_cache(maxsize=64)
def adults(view: View, force: str, level: str, told: str, first: str, last: str) -> tuple[str, pd.Series] | None:
    """The source and the people of each drawn area from the age on that a survey says it asks; None where not held.

    Parameters
    ----------
    told
        Whom the survey says it speaks for, such as ``Adults aged 16 and over``.
    first, last
        Months of the period: the source nearest in time counts.
    """
    age, own = _FROM.search(told), places.areas(view, force, level)
    if age is None or own.empty:
        return None
    counts = _by_age(view, str(own["kind"].iloc[0]))
    counts = counts[counts["area_code"].isin(own["code"])]
    source = nearest(
        list({(str(s), int(y)) for s, y in zip(counts["source"], counts["year"], strict=True)}), first, last
    )
    counts = counts[counts["source"] == source]
    starts, least = {str(band): _start(str(band)) for band in counts["group"].unique()}, int(age.group(1))
    if None in starts.values() or least not in starts.values() or counts["suppressed"].any():
        return None
    old_enough = [band for band, start in starts.items() if start is not None and start >= least]
    asked = counts[counts["group"].isin(old_enough)]
    people = asked.groupby("area_code")["residents"].sum().reindex(own["code"])
    return None if people.isna().any() else (f"people aged {least} and over by {source}", people.astype(float))


def _start(band: str) -> int | None:
    """The age that a band starts with; None where it can't be read."""
    if _CHILDREN.fullmatch(band):
        return 0
    found = _BAND.fullmatch(band) or re.fullmatch(r"(\d+)", band)
    return int(found.group(1)) if found else None


@lru_cache(maxsize=16)
def _by_age(view: View, kind: str) -> pd.DataFrame:
    if not view.has(PEOPLE_CUBE.name):
        return PEOPLE_CUBE.frame({"area_code": []}).astype(object)
    names = ["source", "year", "area_code", "group", "residents", "suppressed"]
    held = with_codes(view.select(PEOPLE_CUBE.name, names, level=kind, attribute="age_band"))
    return held.astype({"source": object, "area_code": object, "group": object})

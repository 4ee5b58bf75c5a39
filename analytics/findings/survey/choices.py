"""What can be asked of the surveys of a release, and what is asked where nothing was said."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import narwhals as nw

from analytics import wording
from analytics.findings.survey import notes
from analytics.scope import LEFT_OUT, Scope, ScopeError
from data.geography import GEOGRAPHY, codes_by_name
from data.settings import settings
from data.survey_cubes import SURVEY_CELLS
from data.tables import AGGREGATES, CANONICAL, QUESTIONS, WAVES
from data.vocabularies import NATIONAL
from data.vocabularies import forces as known_forces
from data.vocabularies.survey import CONFIDENCE_FIRST, attributes, measures

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

YEARS = 4
"""How many years of waves are shown where no period is said."""

FIRST = CONFIDENCE_FIRST
"""Measures of confidence, the one shown first where a survey has several at the front."""


@lru_cache(maxsize=8)
def waves(view: View) -> pd.DataFrame:
    """Every wave of every survey that answers a measure, in order of time: rows of the table ``waves``."""
    asked = questions(view)[["force", "survey", "wave"]].drop_duplicates()
    held = _all(view, WAVES.name).merge(asked, on=["force", "survey", "wave"])
    return held.sort_values(["survey", "ends", "wave"], ignore_index=True)


@lru_cache(maxsize=8)
def questions(view: View) -> pd.DataFrame:
    """Every measure of every wave: the table ``questions``."""
    return _all(view, QUESTIONS.name)


@lru_cache(maxsize=256)
def asked_waves(view: View, force: str, survey: str, measure: str) -> pd.DataFrame:
    """The waves of a survey that asked a measure, in order, with ``month`` and what `questions` says of it.

    That is ``wording``, ``asked_of`` and ``comparable``; ``noted`` is the last series break that an analyst noted up to
    the end of the wave.
    """
    held, every = waves(view), questions(view)
    own = held[(held["force"] == force) & (held["survey"] == survey)]
    asked = every[(every["force"] == force) & (every["survey"] == survey) & (every["measure"] == measure)]
    asked = asked.reindex(columns=["wave", "wording", "asked_of", "comparable"]).drop_duplicates("wave")
    found = own.assign(month=own["ends"].str[:7]).merge(asked, on="wave", validate="m:1")
    return found.assign(noted=notes.breaks(notes.of_series(view, force, survey, measure), list(found["ends"])))


def first_month(view: View, force: str, survey: str, measure: str) -> str:
    """The month in which the first wave ended that asked a measure."""
    return str(asked_waves(view, force, survey, measure)["month"].iloc[0])


@lru_cache(maxsize=8)
def published(view: View) -> pd.DataFrame:
    """Every published figure, with ``code``, the area's GSS code where its name is known, else the name."""
    figures = _all(view, AGGREGATES.name)
    # A later edition of a table repeats months of an earlier one: the figure of the latest stands.
    order = {load: place for place, load in enumerate(view.loads["load_id"])} if len(figures) else {}
    figures = figures.sort_values("load_id", key=lambda ids: ids.map(order), kind="stable")
    figures = figures.drop_duplicates(
        ["force", "survey", "publication", "level", "area", "month", "measure"], keep="last", ignore_index=True
    )
    codes = codes_by_name(view)
    named = {name: _code_of(str(name), codes) for name in figures["area"].dropna().unique()}
    # Where answers of a survey are held under the same name, its published figures are another source beside them.
    held = set(zip(waves(view)["force"], waves(view)["survey"], strict=True))
    pairs = zip(figures["force"], figures["survey"], strict=True)
    surveys = [f"{survey}{notes.PUBLISHED}" if (force, survey) in held else survey for force, survey in pairs]
    return figures.assign(code=figures["area"].map(named), survey=surveys)


def _code_of(name: str, codes: dict[str, str]) -> str:
    """The code of an area by its name, with or without “City of”; the name where none is known."""
    plain = name.casefold()
    return codes.get(plain) or codes.get(plain.removeprefix("city of ")) or name


@lru_cache(maxsize=8)
def forces(view: View) -> list[str]:
    """Forces with a survey, by name."""
    held = {*waves(view)["force"], *published(view)["force"]} & known_forces().keys()
    return sorted(held, key=lambda slug: (slug == NATIONAL["slug"], known_forces()[slug]["short"]))


@lru_cache(maxsize=64)
def surveys(view: View, force: str) -> list[str]:
    """Surveys of a force: those with answers first, then those that are only published."""
    own = waves(view)
    others = published(view)
    return list(
        dict.fromkeys([*own.loc[own["force"] == force, "survey"], *others.loc[others["force"] == force, "survey"]])
    )


@lru_cache(maxsize=64)
def has_answers(view: View, force: str, survey: str) -> bool:
    """Whether the release holds the answers of a survey, not only figures that were published."""
    held = waves(view)
    return bool(((held["force"] == force) & (held["survey"] == survey)).any())


@lru_cache(maxsize=64)
def asked(view: View, force: str, survey: str) -> list[str]:
    """Measures of a survey, in the order of the catalogue."""
    rows = questions(view) if has_answers(view, force, survey) else published(view)
    held = set(rows.loc[(rows["force"] == force) & (rows["survey"] == survey), "measure"])
    return [measure for measure in measures() if measure in held]


@lru_cache(maxsize=64)
def groupings(view: View, force: str, survey: str) -> list[str]:
    """Attributes by which a survey's answers can be grouped, in the order of the catalogue."""
    if not has_answers(view, force, survey):
        return []
    rows = view.rows(SURVEY_CELLS.name).filter(nw.col("force") == force, nw.col("survey") == survey)
    held = set(rows.select("grouping").unique().collect("pandas").to_native()["grouping"])
    return [attribute.id for attribute in attributes().values() if attribute.is_grouping and attribute.id in held]


@lru_cache(maxsize=64)
def months(view: View, force: str, survey: str) -> list[str]:
    """Months in which a wave ended, or that a published figure ends with, in order."""
    if has_answers(view, force, survey):
        held = waves(view)
        return sorted(held.loc[(held["force"] == force) & (held["survey"] == survey), "ends"].str[:7].unique())
    figures = published(view)
    return sorted(figures.loc[(figures["force"] == force) & (figures["survey"] == survey), "month"].unique())


@lru_cache(maxsize=64)
def areas(view: View, force: str, survey: str) -> pd.DataFrame:
    """Areas that a survey tells of: code, name, area_level and parent_code, the widest level first."""
    if has_answers(view, force, survey):
        rows = view.rows(SURVEY_CELLS.name).filter(nw.col("force") == force, nw.col("survey") == survey)
        found = set(rows.select("area").unique().collect("pandas").to_native()["area"].dropna())
    else:
        figures = published(view)
        found = set(figures.loc[(figures["force"] == force) & (figures["survey"] == survey), "code"].dropna())
    known = _geography(view)
    below = known[known["code"].isin(found)]
    above = known[known["code"].isin(below["parent_code"]) & (known["area_level"] != "force")]
    listed = _frame([*below.itertuples(index=False), *above.itertuples(index=False)])
    missing = sorted(found - set(listed["code"]))
    unknown = _frame([(code, code, "district", None) for code in missing])
    every = _frame([*listed.itertuples(index=False), *unknown.itertuples(index=False)]).drop_duplicates("code")
    return every.sort_values(["area_level", "name"], ignore_index=True)


@lru_cache(maxsize=1024)
def members(view: View, force: str, survey: str, area: str) -> set[str]:
    """The area itself and every area that lies in it."""
    every = areas(view, force, survey)
    return {area, *every.loc[every["parent_code"] == area, "code"]}


@lru_cache(maxsize=64)
def names(view: View, force: str, survey: str) -> dict[str, str]:
    """Names of the areas by code."""
    every = areas(view, force, survey)
    return {str(code): str(name) for code, name in zip(every["code"], every["name"], strict=True)}


@lru_cache(maxsize=64)
def levels(view: View, force: str, survey: str) -> dict[str, str]:
    """Levels of the areas by code."""
    every = areas(view, force, survey)
    return {str(code): str(level) for code, level in zip(every["code"], every["area_level"], strict=True)}


@lru_cache(maxsize=64)
def called(view: View, force: str, survey: str, level: str) -> str:
    """What the areas of a level are called: ``area`` where nothing that is loaded says what some of them are.

    Parameters
    ----------
    level
        One of those of `levels`.
    """
    every, known = areas(view, force, survey), set(_geography(view)["code"])
    return level if set(every.loc[every["area_level"] == level, "code"]) <= known else "area"


def complete(scope: Scope, view: View) -> Scope:
    """The scope with everything said that was left open.

    The force is the one of the settings, else the first by name of those with answers; the survey the first one of
    it; the measure the first one of confidence; the period the last four years of waves.

    Raises
    ------
    ScopeError
        If the release has nothing of what the scope asks about.
    """
    available = forces(view)
    if not available:
        raise ScopeError("No survey is loaded.")
    chosen = settings().force
    own = [force for force in available if has_answers(view, force, surveys(view, force)[0])]
    force = scope.force or (chosen if chosen and chosen in available else (own or available)[0])
    if force not in available:
        raise ScopeError(f"No survey of {known_forces()[force]['short']} is loaded.")
    held = surveys(view, force)
    survey = scope.survey or held[0]
    if survey not in held:
        raise ScopeError(
            f"“{survey}” is not a survey of {known_forces()[force]['short']}; there is {wording.listing(held)}."
        )
    measure = _measure(scope.measure, asked(view, force, survey), survey)
    if scope.area is not None and scope.area not in set(areas(view, force, survey)["code"]):
        raise ScopeError(f"{survey} has no answers of an area “{scope.area}”.")
    if scope.by is not None and scope.by not in groupings(view, force, survey) and has_answers(view, force, survey):
        raise ScopeError(f"{survey} does not hold {attributes()[scope.by].label.lower()}.")
    if not has_answers(view, force, survey):
        # Published figures are as they are: how answers are pooled and counted says nothing of them.
        scope = scope.but(points=None, dont_know=None, smooth=None)
    usual = {"dont_know": LEFT_OUT, "smooth": "no", "points": "waves" if scope.area is None else None}
    scope = scope.but(**{name: None for name, value in usual.items() if getattr(scope, name) == value})
    first, last = _period(scope, months(view, force, survey), _starts(view, force, survey))
    return scope.but(force=force, survey=survey, measure=measure, from_month=first, to_month=last)


def near(scope: Scope, view: View) -> dict[str, Scope]:
    """Scopes that differ from one in a single part, by what they change in words; the likeliest to help first."""
    force, survey = str(scope.force), str(scope.survey)
    if force not in forces(view) or survey not in surveys(view, force):
        return {}
    held = months(view, force, survey)
    found = {}
    if scope.area:
        found["Show the whole force area"] = scope.but(area=None)
    if (scope.from_month, scope.to_month) != (held[0], held[-1]):
        found[f"Show {wording.months(held[0], held[-1])}"] = scope.but(from_month=held[0], to_month=held[-1])
    for other in surveys(view, force):
        if other != survey:
            found[f"Show {other}"] = Scope(force=force, survey=other)
    return found


def _measure(wanted: str | None, held: list[str], survey: str) -> str:
    if wanted is None:
        return next((measure for measure in FIRST if measure in held), held[0])
    if wanted not in held:
        raise ScopeError(f"{survey} does not ask “{measures()[wanted].label}”.")
    return wanted


def _period(scope: Scope, held: list[str], starts: str) -> tuple[str, str]:
    """The months asked for; else the last years up to the last month, or since the survey began where that is later."""
    last = scope.to_month or held[-1]
    return scope.from_month or max(wording.earlier(last, 12 * YEARS - 1), min(starts, last)), last


@lru_cache(maxsize=64)
def _starts(view: View, force: str, survey: str) -> str:
    """The month in which the first wave of a survey began; of published figures the first month that one ends with."""
    held = waves(view)
    own = held.loc[(held["force"] == force) & (held["survey"] == survey), "starts"]
    return str(own.min())[:7] if len(own) else months(view, force, survey)[0]


def _all(view: View, table: str) -> pd.DataFrame:
    if not view.has(table):
        return CANONICAL[table].frame({"load_id": []}).astype(object)
    rows = view.rows(table).collect("pandas").to_native()
    # Compared many times a page, and plain Python texts compare several times faster than Arrow's.
    return rows.astype({c.name: object for c in CANONICAL[table].columns if c.kind == "text" and c.name in rows})


@lru_cache(maxsize=8)
def _geography(view: View) -> pd.DataFrame:
    """Every area once, as its most preferred set has it."""
    if not view.has(GEOGRAPHY.name):
        return _frame([])
    rows = view.rows(GEOGRAPHY.name).collect("pandas").to_native().sort_values("rank").drop_duplicates("code")
    return rows[["code", "name", "area_level", "parent_code"]].astype(object)


def _frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=["code", "name", "area_level", "parent_code"], dtype=object)

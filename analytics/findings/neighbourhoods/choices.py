"""What a map of a force can show, and what is shown where nothing was said."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from analytics import wording
from analytics.findings import choices as stops_choices
from analytics.findings.engagement import choices as engagement_choices
from analytics.findings.neighbourhoods import crime_layers, places
from analytics.findings.residents import NoResidents
from analytics.findings.survey import choices as survey_choices
from analytics.scope import LAYERS, Scope, ScopeError
from data.settings import settings
from data.vocabularies import forces as known_forces
from data.vocabularies.survey import measures

if TYPE_CHECKING:
    from data.store import View

_OF_STOPS = ("searches", "search_ratio")
_OF_ENGAGEMENT = ("events", "participations")


@lru_cache(maxsize=8)
def forces(view: View) -> list[str]:
    """Forces of which areas are drawn and something is loaded, by name."""
    kinds = (survey_choices, stops_choices, crime_layers, engagement_choices)
    held = {force for kind in kinds for force in kind.forces(view)}
    own = [force for force in held if places.levels(view, force) and layers(view, force)]
    return sorted(own, key=lambda slug: known_forces()[slug]["short"])


@lru_cache(maxsize=256)
def layers(view: View, force: str) -> dict[str, str]:
    """What a map of a force can show, by id: measures of its surveys, searches, crime, engagement."""
    found = {measure: measures()[measure].label for measure in _measures(view, force)}
    if force in stops_choices.forces(view):
        found |= {layer: LAYERS[layer] for layer in _OF_STOPS}
    if force in crime_layers.forces(view):
        found |= {layer: LAYERS[layer] for layer in crime_layers.LAYERS_OF_CRIME}
    if force in engagement_choices.forces(view):
        found |= {layer: LAYERS[layer] for layer in _OF_ENGAGEMENT}
    return found


def label(layer: str) -> str:
    """The name of a layer."""
    return LAYERS[layer] if layer in LAYERS else measures()[layer].label


@lru_cache(maxsize=256)
def levels(view: View, force: str, survey: str | None, layer: str) -> list[str]:
    """Levels at which a layer has figures of drawn areas, the wider first."""
    held = places.levels(view, force)
    if layer in LAYERS or survey is None:
        return held
    told = set(survey_choices.areas(view, force, survey)["code"])
    return [level for level in held if told & set(places.areas(view, force, level)["code"])]


@lru_cache(maxsize=256)
def months(view: View, force: str, survey: str | None, layer: str) -> list[str]:
    """Months that a layer's year can end with, in order."""
    if layer in _OF_STOPS:
        return stops_choices.months(view, force)
    if layer in crime_layers.LAYERS_OF_CRIME:
        return crime_layers.months(view, force)
    if layer in _OF_ENGAGEMENT:
        return engagement_choices.months(view, force)
    return survey_choices.months(view, force, str(survey))


def every_month(view: View, force: str, layer: str) -> list[str]:
    """Months of a layer, of the first survey that asks it where it is a measure."""
    return months(view, force, None if layer in LAYERS else _asking(view, force, layer)[0], layer)


def confidence(view: View, force: str, layer: str) -> str | None:
    """The measure that a profile shows: the layer where it is one, else the first of confidence; else None."""
    if layer not in LAYERS:
        return layer
    held = _measures(view, force)
    return next((measure for measure in survey_choices.FIRST if measure in held), next(iter(held), None))


def complete(scope: Scope, view: View) -> Scope:
    """The scope with everything said that was left open.

    The force is the one of the settings, else the first one with a survey, else the one with most searches; the layer
    its first measure of confidence with answers, else searches; the level the finest one that has figures; the year the
    latest one. What the colours show is left open where the layer has nothing of the kind.

    Raises
    ------
    ScopeError
        If the release has nothing of what the scope asks about.
    """
    available = forces(view)
    if not available:
        raise ScopeError("No areas are drawn for which anything is loaded.")
    force = scope.force or _first(view, available)
    if force not in available:
        raise ScopeError(f"No areas of {known_forces()[force]['short']} are drawn, or nothing of it is loaded.")
    layer = scope.layer or _first_layer(view, force)
    if layer not in layers(view, force):
        raise ScopeError(f"Nothing is loaded of {known_forces()[force]['short']} for “{label(layer)}”.")
    survey = None if layer in LAYERS else _survey(scope, view, force, layer)
    held = levels(view, force, survey, layer)
    if not held:
        raise ScopeError(f"No area of {known_forces()[force]['short']} that is drawn is told of by {survey}.")
    level = scope.area_level or _finest(view, force, held, layer)
    if level not in held:
        raise ScopeError(f"“{label(layer)}” is not told by {level}; there is {wording.listing(held)}.")
    ends = months(view, force, survey, layer)
    return scope.but(
        force=force,
        area=_area(scope, view, force),
        area_level=level,
        to_month=scope.to_month or ends[-1],
        survey=survey,
        layer=layer,
        shows=scope.shows if _can_show(view, force, survey, scope.shows) else None,
    )


def of_map(scope: Scope, view: View) -> Scope:
    """The scope of the map that a page shows: the whole force, or of very many areas one district.

    It is the district that is chosen, or that the chosen area lies in; else the first by name.
    """
    force, level = str(scope.force), str(scope.area_level)
    if not places.too_many(view, force, level):
        return scope.but(area=None)
    every = places.areas(view, force, level)
    if scope.area in set(every["code"]):
        return scope.but(area=str(every.loc[every["code"] == scope.area, "parent_code"].iloc[0]))
    districts = {code: name for code, name in places.district_names(view, force).items()}
    held = [code for code in sorted(districts, key=lambda code: districts[code]) if code in set(every["parent_code"])]
    return scope.but(area=scope.area if scope.area in held else held[0])


def near(scope: Scope, view: View) -> dict[str, Scope]:
    """Scopes that differ from one in a single part, by what they change in words; the likeliest to help first."""
    force, found = str(scope.force), {}
    if force not in forces(view):
        return {}
    for level in places.levels(view, force):
        if level != scope.area_level:
            found[f"Show {level}s"] = scope.but(area_level=level, area=None)
    if scope.to_month:
        found["Show the latest year"] = scope.but(to_month=None)
    for layer, name in layers(view, force).items():
        if layer != scope.layer:
            found[f"Show {name.lower() if layer in LAYERS else name}"] = Scope(force=force, layer=layer)
    return found


def _can_show(view: View, force: str, survey: str | None, shows: str | None) -> bool:
    """Whether the colours can show it: a chance only where a survey's answers are held."""
    return shows != "chance" or (survey is not None and survey_choices.has_answers(view, force, survey))


def _first(view: View, available: list[str]) -> str:
    chosen = settings().force
    if chosen in available:
        return chosen
    asked = [force for force in survey_choices.forces(view) if force in available]
    with_answers = [force for force in asked if any(_answered(view, force, m) for m in _measures(view, force))]
    if with_answers:
        return with_answers[0]
    stops = [force for force in stops_choices.forces(view) if force in available]
    if stops:
        first = stops_choices.complete(Scope(), view).force
        return str(first) if first in stops else stops[0]
    return available[0]


def _first_layer(view: View, force: str) -> str:
    """The first measure of confidence that was answered; published shares, which have no interval, come last."""
    held = layers(view, force)
    answered = [layer for layer in held if layer not in LAYERS and _answered(view, force, layer)]
    first = next((layer for layer in survey_choices.FIRST if layer in answered), None)
    return first or next(iter(answered), None) or next((layer for layer in held if layer in LAYERS), next(iter(held)))


@lru_cache(maxsize=64)
def _measures(view: View, force: str) -> list[str]:
    held = {m for survey in survey_choices.surveys(view, force) for m in survey_choices.asked(view, force, survey)}
    return [measure for measure in measures() if measure in held]


def _asking(view: View, force: str, measure: str) -> list[str]:
    """Surveys of a force that ask a measure, those with answers first."""
    return [s for s in survey_choices.surveys(view, force) if measure in survey_choices.asked(view, force, s)]


def _answered(view: View, force: str, measure: str) -> bool:
    return any(survey_choices.has_answers(view, force, survey) for survey in _asking(view, force, measure))


def _survey(scope: Scope, view: View, force: str, layer: str) -> str:
    held = _asking(view, force, layer)
    if scope.survey is None:
        return held[0]
    if scope.survey not in held:
        raise ScopeError(f"“{scope.survey}” does not ask “{label(layer)}”; there is {wording.listing(held)}.")
    return scope.survey


def _finest(view: View, force: str, held: list[str], layer: str) -> str:
    """The finest level with figures: of a rate, the finest one whose residents are known."""
    if layer not in LAYERS:
        return held[-1]
    last = months(view, force, None, layer)[-1]
    for level in reversed(held):
        try:
            places.people(view, force, level, last, last, layer == "search_ratio")
        except NoResidents:
            continue
        return level
    return held[0]


def _area(scope: Scope, view: View, force: str) -> str | None:
    """The code of the area that a scope asks about, by its code or its name."""
    held = {**places.district_names(view, force), **places.names(view, force)}
    if scope.area is None or scope.area in held:
        return scope.area
    named = [code for code, name in held.items() if name.casefold() == scope.area.casefold()]
    if len(named) != 1:
        raise ScopeError(f"“{scope.area}” is no area of {known_forces()[force]['short']} that is drawn.")
    return named[0]

"""The profile of one area: what the release holds of it, card by card."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from analytics import wording
from analytics.finding import Finding, Provenance
from analytics.findings.asked import question_of
from analytics.findings.neighbourhoods import choices, places
from analytics.findings.neighbourhoods.area_map import UNANSWERABLE, layer_of
from analytics.findings.neighbourhoods.cards import (
    Held,
    Place,
    feedback_card,
    figure_card,
    last_month,
    plan_card,
    priorities_card,
    residents_card,
)
from analytics.findings.neighbourhoods.heard import heard_card
from analytics.findings.neighbourhoods.layers import Layer, NoLayer
from analytics.findings.refusal import refused
from analytics.scope import LAYERS, Scope
from data.settings import settings
from data.vocabularies.survey import measures

if TYPE_CHECKING:
    import pandas as pd

    from analytics.findings import Question
    from data.store import View

COLUMNS = ["card", "text", "note"]
METHOD = (
    "Each card is made as the answer that it comes from: the share, the rate of searches and their verdicts as on the "
    "map, who was not heard as on Engagement, among the events of the area alone."
)
REFERENCE = "docs/methods.md"


def profile(scope: Scope, view: View) -> Finding:
    """What is held of one area."""
    question = question_of(profile)
    try:
        scope = _complete(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _table([]), scope, view, str(why))
    place = _place(scope, view)
    measure = choices.confidence(view, place.force, str(scope.layer))
    confidence = _layer(question, scope, view, place, measure) if measure else "No survey of this force is loaded."
    searches, crime, disorder = (
        _layer(question, scope, view, place, layer) for layer in ("searches", "crime", "disorder")
    )
    people, *others = _whatever_is_asked(place)
    held = [
        people,
        figure_card(place, "Confidence", "confidence", confidence, measures()[measure].says if measure else ""),
        figure_card(place, "Searches", "searches", searches, "searches for every 1,000 residents"),
        figure_card(place, "Crime", "crime", crime, "crimes for every 1,000 residents"),
        figure_card(place, "Anti-social behaviour", "disorder", disorder, "incidents for every 1,000 residents"),
        *others,
    ]
    name = places.names(view, place.force)[place.code]
    files = tuple(dict.fromkeys(file for one in held for file in one.files))
    return Finding(
        key=question.key,
        question=question.asks,
        headline=name,
        answer=_answer(scope, view, place, name, confidence),
        tables={"profile": _table(held), **{one.name: one.table for one in held}},
        provenance=Provenance(
            release=view.release.number if view.release else 0,
            files=files,
            scope=scope.only(question.takes).address(),
            base=f"What is loaded of {name}, up to {wording.month(place.last)}",
            method=METHOD,
            reference=REFERENCE,
            weights="As each source has them",
            settings={
                "Counts withheld below": str(settings().threshold),
                "Fewest answers": str(settings().fewest_answers),
            },
        ),
        cards=tuple(one.card for one in held),
        alt=f"Profile of {name}",
    )


@lru_cache(maxsize=512)
def _whatever_is_asked(place: Place) -> tuple[Held, ...]:
    """The cards that no layer or month changes."""
    return residents_card(place), priorities_card(place), plan_card(place), feedback_card(place), heard_card(place)


def told_of(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where there is no area to tell of."""
    _complete(scope, view)


def _complete(scope: Scope, view: View) -> Scope:
    scope = choices.complete(scope.but(area_level=None), view)
    if scope.area is None:
        raise NoLayer("Choose an area, on the map or in the list, and its profile stands here.")
    if places.level_of(view, str(scope.force), scope.area) is None:
        raise NoLayer("Of this area only the outline is drawn; choose one of the areas in it.")
    return scope


def _place(scope: Scope, view: View) -> Place:
    force, code = str(scope.force), str(scope.area)
    return Place(view, force, code, str(places.level_of(view, force, code)), last_month(view, force))


def _layer(question: Question, scope: Scope, view: View, place: Place, layer: str) -> Layer | str:
    """The figures of a layer at the area's level, up to the scope's month where the layer has it; else why not."""
    if layer not in choices.layers(view, place.force):
        return f"Nothing is loaded for “{choices.label(layer)}”."
    month = scope.to_month if layer == scope.layer else None
    survey = scope.survey if layer == scope.layer and layer not in LAYERS else None
    asked = Scope(force=place.force, area_level=place.level, layer=layer, to_month=month, survey=survey)
    try:
        return layer_of(question, choices.complete(asked, view), view)
    except UNANSWERABLE as why:
        return str(why)


def _answer(scope: Scope, view: View, place: Place, name: str, confidence: Layer | str) -> str:
    own = places.areas(view, place.force, place.level).set_index("code")
    district = places.district_names(view, place.force).get(str(own.at[place.code, "parent_code"]))
    where = f"{district} district. " if place.level == "neighbourhood" and district else ""
    if isinstance(confidence, str):
        return f"{where}{confidence}"
    row = confidence.table[confidence.table["area"] == place.code]
    if row.empty:
        return f"{where}{confidence.label}, {confidence.span}: {confidence.absent} in {name}."
    figure = row.iloc[0].to_dict()
    verdict = "" if wording.missing(figure["estimate"]) or not figure["verdict"] else _against(str(figure["verdict"]))
    return f"{where}{confidence.label}, {confidence.span}: {confidence.says(figure)}{verdict}."


def _against(verdict: str) -> str:
    if verdict == "not tested":
        return ""
    return f"; {verdict} from the rest of the force" if verdict.startswith("not") else f"; clearly {verdict} the rest"


def _table(held: list[Held]) -> pd.DataFrame:
    """Every line of every card, as it stands there."""
    import pandas as pd

    rows = [
        (one.card.title, " ".join(part for part in (line.bold, line.text) if part), one.card.note)
        for one in held
        for line in one.card.lines
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype="object")

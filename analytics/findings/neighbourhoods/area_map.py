"""The map: one layer over the areas of a force, how sure each figure is, and which differ from the rest."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from analytics import maps, wording
from analytics.disclosure import LEAST_OF_A_SHARE, TOO_FEW
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.neighbourhoods import choices, places
from analytics.findings.neighbourhoods.crime_layers import LAYERS_OF_CRIME, crime_layer
from analytics.findings.neighbourhoods.layers import FIGURES, Layer, NoLayer, Row
from analytics.findings.neighbourhoods.rate_layers import engagement_layer, searches_layer
from analytics.findings.neighbourhoods.ratio_layer import HIGHER, ratio_layer
from analytics.findings.neighbourhoods.survey_layer import survey_layer
from analytics.findings.refusal import refused
from analytics.findings.residents import NoResidents
from analytics.findings.searches import NoSearches
from analytics.findings.survey import choices as survey_choices
from analytics.findings.survey.answers import NoAnswers
from analytics.findings.survey.small_areas import MODEL_ONLY, least_answers
from analytics.findings.tested import SIDES, chance_caveat
from analytics.maps import FEW, MODEL, NOT_KNOWN, AreaMap
from analytics.records import records_of
from analytics.scope import LAYERS, Scope, ScopeError
from data.settings import settings
from data.shapes import MOST

if TYPE_CHECKING:
    import pandas as pd

    from analytics.findings import Question
    from data.store import View

UNANSWERABLE = (ScopeError, NoAnswers, NoSearches, NoResidents, NoLayer)
"""Why a question can't be answered; each carries one sentence."""

COLUMNS = [
    "area",
    "name",
    "estimate",
    "low",
    "high",
    "base",
    "certainty",
    "verdict",
    "flag",
    "district",
    "difference",
    "difference_low",
    "difference_high",
    "p_value",
    "layer",
]
"""Columns of every layer; those that only one kind has follow the base."""
_NO_FIGURE = ("no residents", "residents not known", "no figure is published")
"""How the flag of an area begins that has no figure for another reason than that too little is counted."""
_MAKERS = {
    "searches": searches_layer,
    "search_ratio": ratio_layer,
    **dict.fromkeys(LAYERS_OF_CRIME, crime_layer),
    **dict.fromkeys(("events", "participations"), engagement_layer),
}
"""What makes the figures of each layer that is no measure of a survey."""
_FIRST = {SIDES.below: 0, HIGHER.below: 0, SIDES.above: 1, HIGHER.above: 1}
"""What is clearly different stands first: where to look."""
_ORDER = "In the list these stand first, each side in alphabetical order"
_ARROWS = {SIDES.above: "↑ above", SIDES.below: "↓ below", HIGHER.above: "↑ higher", HIGHER.below: "↓ lower"}


def area_map(scope: Scope, view: View) -> Finding:
    """One layer in each area of a force, against the rest."""
    question = question_of(area_map)
    try:
        scope = choices.complete(scope, view)
        layer = layer_of(question, scope, view)
        table = _table(scope, view, layer)
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    level, where = str(scope.area_level), _where(scope, view)
    headline = _headline(layer, table, level)
    alone = layer.headline is not None and table["verdict"].isin(["", "not tested"]).all()
    few, clear = int((table["certainty"] == FEW).sum()), _clear(table)
    answer = (
        f"{layer.label}, {layer.span}: {_whole(layer)}. {clear if alone or clear else f'{headline}. '}"
        f"{_few(few, level)}{_modelled(table, level)}"
        f"{_ORDER if not alone else 'In alphabetical order'}; it is no ranking."
    )
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"map": table[columns(layer)], "force": _force_table(layer), **_named(layer, table)},
        provenance=replace(layer.made, rules=(*layer.made.rules, *_rules(few, scope, view))),
        caveats=(*([where] if where else []), *layer.caveats, *chance_caveat(table)),
        map=_drawn(scope, view, layer, table),
        alt=f"Map: {answer}",
    )


def columns(layer: Layer) -> list[str]:
    """Columns of the map's table."""
    after = COLUMNS.index("base") + 1
    return [*COLUMNS[:after], *layer.own_columns, *COLUMNS[after:]]


def answerable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where a layer can't be drawn for a scope."""
    question, scope = question_of(area_map), choices.complete(scope, view)
    layer_of(question, scope, view)


@lru_cache(maxsize=256)
def layer_of(question: Question, scope: Scope, view: View) -> Layer:
    """The figures of a scope's layer, the scope having everything said."""
    if scope.layer not in LAYERS:
        return survey_layer(question, scope, view)
    return _MAKERS[scope.layer](question, scope, view)


def _table(scope: Scope, view: View, layer: Layer) -> pd.DataFrame:
    """One row for each area that is drawn, in the scope's area where it has one, and for each other that is told of."""
    import numpy as np

    force, level = str(scope.force), str(scope.area_level)
    own = places.areas(view, force, level)
    districts = places.district_names(view, force)
    if scope.area is not None:
        inside = places.members(view, force, scope.area)
        own = own[own["code"].isin(inside)]
        if own.empty:
            raise NoLayer(f"No {level} lies in {districts.get(scope.area, scope.area)}.")
    listed = own.rename(columns={"code": "area"})[["area", "name", "parent_code"]]
    table = listed.merge(layer.table, on="area", how="left" if scope.area is not None else "outer")
    names = survey_choices.names(view, force, str(scope.survey)) if scope.survey else {}
    table["name"] = [
        names.get(area, area) if wording.missing(name) else name
        for area, name in zip(table["area"], table["name"], strict=True)
    ]
    table["district"] = table["parent_code"].map(districts) if level == "neighbourhood" else None
    missing = table["flag"].isna().to_numpy()
    table["flag"] = np.where(missing, layer.absent, table["flag"])
    table["verdict"] = table["verdict"].fillna("")
    table["certainty"] = [
        _certainty(layer, estimate, half, str(flag))
        for estimate, half, flag in zip(table["estimate"], table["half"].astype(float), table["flag"], strict=True)
    ]
    again = (table["name"].duplicated(keep=False) & table["district"].notna()).to_numpy()
    if again.any():
        table.loc[again, "name"] = table["name"] + " (" + table["district"].fillna("") + ")"
    order = table["verdict"].map(_FIRST).fillna(len(_FIRST))
    return table.assign(layer=scope.layer, order=order).sort_values(["order", "name", "area"], ignore_index=True)


def _certainty(layer: Layer, estimate: object, half: float, flag: str) -> str:
    if wording.missing(estimate):
        return NOT_KNOWN if flag.startswith(_NO_FIGURE) else FEW
    return MODEL if flag.startswith(MODEL_ONLY) else layer.scheme.certainty(half)


def _headline(layer: Layer, table: pd.DataFrame, level: str) -> str:
    counts = table["verdict"].value_counts()
    shown = int(table["estimate"].notna().sum())
    below = int(counts.get(SIDES.below, 0) + counts.get(HIGHER.below, 0))
    above = int(counts.get(SIDES.above, 0) + counts.get(HIGHER.above, 0))
    if layer.headline is not None:
        return layer.headline(places.called(level, shown or len(table)), below, above)
    if not shown:
        return f"Too few {layer.counted[1]} in any of {places.called(level, len(table))}"
    if not below and not above:
        return f"None of {places.called(level, shown)} is clearly different from the rest"
    are = "is" if below == 1 else "are"
    return f"{below} of {places.called(level, shown)} {are} clearly below the rest, {above} above"


def _clear(table: pd.DataFrame) -> str:
    """The names of the areas that are clearly different, as far as a sentence holds them."""
    found = {verdict: list(table.loc[table["verdict"] == verdict, "name"]) for verdict in _FIRST}
    return "".join(f"Clearly {verdict}: {wording.listing(names)}. " for verdict, names in found.items() if names)


def _whole(layer: Layer) -> str:
    whole = layer.whole
    if wording.missing(whole["estimate"]):
        if wording.missing(whole["base"]):
            return "no figure of the whole force is published"
        return f"{wording.plural(int(whole['base']), *layer.counted)} {layer.of}"
    return f"{layer.says(whole)} {layer.of}"


def _few(few: int, level: str) -> str:
    if not few:
        return ""
    return f"{places.called(level, few)} {'has' if few == 1 else 'have'} too few to say. "


def _modelled(table: pd.DataFrame, level: str) -> str:
    alone = int((table["certainty"] == MODEL).sum())
    if not alone:
        return ""
    have, their = ("has", "its figure is") if alone == 1 else ("have", "their figures are")
    return f"{places.called(level, alone)} {have} fewer than {least_answers()} answers: {their} the model's alone. "


def _where(scope: Scope, view: View) -> str:
    """Which part of the force is shown, where it is not all of it."""
    if scope.area is None:
        return ""
    name = places.district_names(view, str(scope.force)).get(scope.area, scope.area)
    return f"Shown are the areas of {name}. Every area is set against the whole force, and tested with all others."


def _rules(few: int, scope: Scope, view: View) -> list[str]:
    force, level = str(scope.force), str(scope.area_level)
    own = places.of_level(view, force, level)
    said = [f"{wording.plural(few, 'area')} without a figure: too few to say"] if few else []
    if places.too_many(view, force, level):
        said.append(f"More than {MOST} areas in the force: those of one district are shown at a time")
    if len(own):
        said.append(
            f"Borders of {own['boundary_set'].iloc[0]}, moved by up to {int(own['metres'].max())} m for drawing"
        )
    return said


def _force_table(layer: Layer) -> pd.DataFrame:
    import pandas as pd

    names = ["estimate", "low", "high", "base"]
    return pd.DataFrame({name: pd.Series([layer.whole[name]], dtype="Float64") for name in names})


def _named(layer: Layer, table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Further tables of a layer, with the names of the areas that are shown."""
    names = table.set_index("area")["name"]
    found = {}
    for key, frame in layer.more.items():
        shown = frame[frame["area"].isin(names.index)].copy()
        shown.insert(1, "name", shown["area"].map(names))
        found[key] = shown.sort_values(["name", "area"], ignore_index=True)
    return found


def _drawn(scope: Scope, view: View, layer: Layer, table: pd.DataFrame) -> AreaMap:
    """The map, with what is said of each area when it is pointed at, and the list beside it."""
    import pandas as pd

    force, level = str(scope.force), str(scope.area_level)
    shapes = places.of_level(view, force, level)
    if scope.area is not None:
        shapes = shapes[shapes["code"].isin({*table["area"], scope.area})]
    rows = records_of(table)
    said = table[["area", "certainty"]].assign(
        position=table["position"].astype(float), words=[_pointed(layer, row) for row in rows]
    )
    whole = layer.whole["estimate"]
    against = layer.against or ("Verdict" if wording.missing(whole) else f"Against {layer.write(whole)}")
    listed = pd.DataFrame(
        {
            level.capitalize(): table["name"],
            "Estimate": [_short(layer, row) for row in rows],
            "Certainty": ["" if wording.missing(row["estimate"]) else row["certainty"] for row in rows],
            against: [
                _ARROWS.get(row["verdict"], "not clear" if row["verdict"] == SIDES.neither else "") for row in rows
            ],
        }
    )
    if layer.chances:
        said["chance"] = table["chance"].astype(float)
        listed.insert(3, maps.CHANCE, [wording.chance(row["chance"]) for row in rows])
    return AreaMap(
        said,
        shapes,
        layer.scheme,
        listed,
        _note(layer, table, level),
        f"Map of {layer.label} by {level}, {layer.span}. The list has every figure.",
    )


def _note(layer: Layer, table: pd.DataFrame, level: str) -> str:
    """How colours are read."""
    if table["certainty"].isin([NOT_KNOWN]).all():
        return "No area is coloured: how certain a figure is nobody can say without an interval or residents."
    if layer.chances:
        alone = (table["certainty"] == MODEL).any()
        hatched = f" Hatched: fewer than {least_answers()} answers, the figure is the model's alone." if alone else ""
        return f"The wider the interval, the fewer colours. Figures lean towards that of all {level}s.{hatched}"
    return f"Fewer {layer.counted[1]}, fewer colours. Areas marked “few” have too few to say: {_least(layer)}."


def _least(layer: Layer) -> str:
    least = {"answer": settings().fewest_answers, "search": settings().threshold}
    return f"under {least.get(layer.counted[0], LEAST_OF_A_SHARE)} {layer.counted[1]}"


def _pointed(layer: Layer, row: Row) -> str:
    """An area in short lines: its name, its figure, how sure it is, what the test says, and what else is told of it."""
    figure = layer.says(row)
    without = wording.missing(row["estimate"]) or row["certainty"] == MODEL
    sure = [] if without else [f"certainty {row['certainty']}", _said(str(row["verdict"]))]
    lines = [
        str(row["name"]),
        f"{figure[:1].upper()}{figure[1:]}",
        ", ".join(part for part in sure if part).capitalize(),
        *layer.beside(row),
    ]
    return "\n".join(line for line in lines if line)


def _said(verdict: str) -> str:
    if verdict in (SIDES.above, SIDES.below):
        return f"clearly {verdict} the rest"
    return f"clearly {verdict}" if verdict in (HIGHER.above, HIGHER.below) else verdict


def _short(layer: Layer, row: Row) -> str:
    if wording.missing(row["estimate"]):
        flag = str(row["flag"]).removeprefix("withheld: ").replace("not enough", "few")
        if flag.startswith(_NO_FIGURE) and not wording.missing(row["base"]):
            return f"{wording.plural(int(row['base']), *layer.counted)}, no rate"
        if flag == TOO_FEW:
            return f"{wording.plural(int(row['base']), *layer.counted)}, too few"
        return flag.partition("; ")[0].removesuffix(f" {layer.counted[1]}")
    if wording.missing(row["low"]):
        return layer.write(row["estimate"])
    between = layer.write_between(row["low"], row["high"]).removesuffix(f"{wording.NBSP}%")
    return f"{layer.write(row['estimate']).removesuffix(' times')}{wording.NBSP * 3}{between}"


def _empty() -> pd.DataFrame:
    import pandas as pd

    texts = {"area", "name", "certainty", "verdict", "flag", "district", "layer"}
    kinds = {name: "object" if name in texts else "Float64" for name in COLUMNS}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


__all__ = ["COLUMNS", "FIGURES", "UNANSWERABLE", "answerable", "area_map", "layer_of"]

"""Who is not being heard in an area: who took part in its events, against who lives there."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from analytics import wording
from analytics.disclosure import withhold
from analytics.finding import Card, Line
from analytics.findings.ages import in_bands
from analytics.findings.engagement import choices
from analytics.findings.engagement.reach import OFTEN
from analytics.findings.neighbourhoods import places
from analytics.findings.neighbourhoods.cards import Held, Place
from analytics.findings.residents import nearest
from analytics.reach import Representation, representation
from analytics.reach.representation import LEAST_EVENTS
from analytics.survey import verdicts
from data.cubes import PEOPLE_CUBE
from data.settings import settings
from data.survey_cubes import NOT_KNOWN
from data.tables import EVENTS, PARTICIPANTS
from data.vocabularies.survey import attributes

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

COLUMNS = ["attribute", "group", "participants", "share", "population_share", "index", "low", "high", "verdict", "flag"]
_FIGURES = ["share", "index", "low", "high"]
_TITLE = "Not being heard"


def heard_card(place: Place) -> Held:
    """Groups that took part clearly less often than they live there, over all events of the area in the year."""
    first, last = place.year
    span = wording.months(first, last)
    if place.force not in choices.forces(place.view):
        return _nothing("No engagement event is loaded.")
    events = choices.placed_events(place.view, place.force)
    inside = places.members(place.view, place.force, place.code)
    own = set(events.loc[events["area"].isin(inside) & events["month"].between(first, last), "event"])
    if len(own) < LEAST_EVENTS:
        return _nothing(f"Not enough events to say: {len(own)} in the {span}. Shares need {LEAST_EVENTS}.")
    table, few = _table(place, own)
    if table.empty:
        return _nothing("No residents by group are loaded for this area, so there is nothing to compare.")
    if table["index"].isna().all():
        return _nothing(f"Not enough events say who took part: shares need {LEAST_EVENTS}.")
    less = table[table["verdict"] == OFTEN.below].to_dict("records")
    lines = [
        Line(
            f"{wording.percent(row['share'])} of those who took part, {wording.percent(row['population_share'])} of "
            "residents",
            f"{attributes()[row['attribute']].label}, {row['group']}:",
        )
        for row in less[:4]
    ] or [Line("No group took part clearly less than its share of residents.")]
    hidden = int(table["flag"].str.startswith("withheld").sum())
    if hidden:
        lines.append(
            Line(f"{wording.plural(hidden, 'group')} withheld: fewer than {settings().threshold} participations.")
        )
    return Held(
        Card(_TITLE, tuple(lines), f"{wording.plural(len(own), 'event')}, {span}. Tested together{few}"),
        "reach",
        table,
        place.files(EVENTS.name, PARTICIPANTS.name),
    )


def _table(place: Place, events: set[str]) -> tuple[pd.DataFrame, str]:
    """Index of each group of each attribute whose residents are known here, and what is left out in words."""
    import pandas as pd

    found: list[tuple[str, Representation]] = []
    for attribute in choices.attributes(place.view, place.force):
        made = _of_attribute(place, events, attribute)
        if made is not None:
            found.append((attribute, made))
    if not found:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS}), ""
    low, high, p_value = (
        np.concatenate([getattr(made, name) for _, made in found]) for name in ("low", "high", "p_value")
    )
    said = verdicts(low - 1, high - 1, p_value, words=OFTEN, discovery_rate=settings().false_discovery)
    rows: list[dict[str, Any]] = []
    for attribute, made in found:
        for place_of, group in enumerate(made.groups):
            figures = {name: float(getattr(made, name)[place_of]) for name in (*_FIGURES, "population_share")}
            rows.append(
                {"attribute": attribute, "group": group, "participants": int(made.participants[place_of]), **figures}
            )
    table = pd.DataFrame(rows).assign(verdict=said, flag="")
    table = table.astype({"participants": "Int64", **dict.fromkeys((*_FIGURES, "population_share"), "Float64")})
    table = withhold(table, ["participants"], _FIGURES, settings().threshold)
    small = table["flag"].str.startswith("withheld")
    table.loc[small, "flag"] = f"withheld: fewer than {settings().threshold} participations"
    table.loc[small, "verdict"] = ""
    unknown = sum(made.unknown for _, made in found)
    return table[COLUMNS], ", participations of unknown group left out" if unknown else ""


def _of_attribute(place: Place, events: set[str], attribute: str) -> Representation | None:
    residents = _residents(place.view, place.force, place.level, place.code, place.year).get(attribute, {})
    wide = _attended(place.view, place.force, attribute)
    wide = wide[wide.index.isin(events)].dropna(axis="columns", how="all").fillna(0)
    if wide.empty or not residents:
        return None
    residents = in_bands(residents, [str(group) for group in wide]) if attribute == "age_band" else residents
    # Who is never counted by age, such as children, is no group that stayed away.
    groups = [group for group in residents if group in wide or attribute != "age_band"]
    if len(groups) < 2:
        return None
    unknown = int(wide[NOT_KNOWN].sum()) if NOT_KNOWN in wide else 0
    return representation(wide.reindex(columns=groups, fill_value=0).to_numpy(), groups, residents, unknown)


@lru_cache(maxsize=64)
def _attended(view: View, force: str, attribute: str) -> pd.DataFrame:
    """Participations by event (rows) and group of an attribute (columns); missing where an event counted none of it."""
    came = choices.participants(view, force)
    came = came[came["attribute"] == attribute]
    return came.pivot_table(index="event", columns="group", values="participants", aggfunc="sum", observed=True)


@lru_cache(maxsize=256)
def _residents(view: View, force: str, level: str, code: str, year: tuple[str, str]) -> dict[str, dict[str, int]]:
    """Residents of an area by attribute and group, of the source nearest to a year; of an attribute with gaps, none."""
    own = places.areas(view, force, level).set_index("code")
    counts = _people(view, str(own.at[code, "kind"]), code)
    found = {}
    for attribute, rows in counts.groupby("attribute", observed=True):
        held = [(str(source), int(made)) for source, made in rows[["source", "year"]].drop_duplicates().to_numpy()]
        chosen = rows[rows["source"] == nearest(held, *year)]
        # Where any count is suppressed nobody knows the shares of those who live here.
        if not chosen["suppressed"].any():
            summed = chosen.groupby("group")["residents"].sum()
            found[str(attribute)] = {str(group): int(number) for group, number in summed.items() if number > 0}
    return found


@lru_cache(maxsize=256)
def _people(view: View, kind: str, code: str) -> pd.DataFrame:
    if not view.has(PEOPLE_CUBE.name):
        return PEOPLE_CUBE.frame({"area_code": []}).astype(object)
    rows = view.rows(PEOPLE_CUBE.name).filter(nw.col("level") == kind, nw.col("area_code") == code)
    return rows.collect("pandas").to_native().astype({"attribute": object, "group": object, "source": object})


def _nothing(why: str) -> Held:
    import pandas as pd

    empty = pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS})
    return Held(Card(_TITLE, (Line(why),)), "reach", empty)

"""The cards of an area's profile: what the release holds of it, each said in words where it holds nothing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import narwhals as nw

from analytics import wording
from analytics.finding import Card, File, Line, files_of
from analytics.findings.neighbourhoods import choices, places
from analytics.findings.neighbourhoods.layers import Layer
from analytics.findings.residents import NoResidents
from data.settings import settings
from data.store import whole_subjects
from data.tables import FEEDBACK, PLANS, PRIORITIES
from data.vocabularies import BROAD_GROUPS

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

_SHOWN = 4
"""Lines of a card; the rest is in its table."""
_YEAR = 12
_ICONS = {"closed": "check", "open": "schedule"}


@dataclass(frozen=True)
class Place:
    """The area that a profile is of.

    Attributes
    ----------
    last
        Last month of anything that is loaded of the force.
    """

    view: View
    force: str
    code: str
    level: str
    last: str

    @property
    def year(self) -> tuple[str, str]:
        """First and last of the twelve months up to the last one."""
        return wording.earlier(self.last, _YEAR - 1), self.last

    def rows(self, table: str, order: Iterable[str]) -> pd.DataFrame:
        """Rows of a canonical table about the area and every neighbourhood in it."""
        found = _rows(self.view, table, self.force)
        inside = places.members(self.view, self.force, self.code)
        return found[found["area"].isin(inside)].sort_values(list(order), kind="stable", ignore_index=True)

    def holds(self, table: str) -> bool:
        """Whether anything of a canonical table is loaded of the force."""
        return bool(len(_rows(self.view, table, self.force)))

    def files(self, *tables: str) -> tuple[File, ...]:
        """Files of some canonical tables of the force."""
        loads = self.view.current_loads
        own = loads["table"].isin(tables) & (whole_subjects(loads) == self.force)
        return files_of(loads[own].sort_values(["table", "file"]))


@dataclass(frozen=True, eq=False)
class Held:
    """A card with the table behind it and the files that it rests on."""

    card: Card
    name: str
    table: pd.DataFrame
    files: tuple[File, ...] = ()


def residents_card(place: Place) -> Held:
    """Who lives there, by the source nearest to the last month."""
    try:
        people = places.people(place.view, place.force, place.level, place.last, place.last)
    except NoResidents as why:
        return _nothing("People", str(why), "people", ["group", "residents", "flag"])
    own = people.by_area.T[place.code]
    # A group that is not there is not known.
    counts = {str(group): int(number) for group, number in own.dropna().items()}
    total = sum(counts.values()) if len(counts) == len(own) else None
    if total == 0:
        return _nothing("People", f"{people.source} has no row of its own here.", "people", ["group", "residents"])
    groups = [group for group in BROAD_GROUPS if group in own.index] if people.grouped else []
    least = settings().threshold
    shown = {group: counts[group] for group in groups if counts.get(group, 0) >= least}
    rows: list[dict[str, Any]] = [
        {"group": "Everyone", "residents": total, "flag": places.SUPPRESSED if total is None else ""}
    ]
    for group in groups:
        flag = places.SUPPRESSED if group not in counts else "" if group in shown else _under(least)
        rows.append({"group": group, "residents": shown.get(group), "flag": flag})
    if total is None:
        lines = [Line(f"{places.SUPPRESSED.capitalize()}."), *(Line(g, wording.count(n)) for g, n in shown.items())]
    else:
        shares = [Line(f"{group} {wording.percent(number / total)}") for group, number in shown.items()]
        lines = [Line("residents", wording.count(total)), *shares]
    table = _frame(rows, ["group", "residents", "flag"])
    loads = place.view.current_loads
    return Held(
        Card("People", tuple(lines), f"{people.source}, all ages"),
        "people",
        table,
        files_of(loads[loads["load_id"].isin(people.load_ids)].sort_values("file")),
    )


def figure_card(place: Place, title: str, name: str, layer: Layer | str, ending: str) -> Held:
    """The area's figure of a layer, with its interval, base and verdict; a text says why there is none.

    Parameters
    ----------
    ending
        What follows the figure on the card.
    """
    columns = ["area", "estimate", "low", "high", "base", "verdict", "flag"]
    if isinstance(layer, str):
        return _nothing(title, layer, name, columns)
    columns[5:5] = layer.own_columns
    own = layer.table[layer.table["area"] == place.code]
    if own.empty:
        return _nothing(title, f"{layer.absent.capitalize()}.", name, columns)
    row = own.iloc[0].to_dict()
    note = f"{layer.label}, {layer.span}"
    if wording.missing(row["estimate"]):
        said = [Line(f"{str(row['flag']).capitalize()}.")]
        if not wording.missing(row["base"]):
            said.insert(0, Line(_noun(int(row["base"]), layer.counted), wording.count(row["base"])))
    else:
        said = [Line(ending, layer.write(row["estimate"]))]
        if not wording.missing(row["low"]):
            said.append(Line(f"{layer.write_between(row['low'], row['high'])} (95{wording.NBSP}% interval)"))
        if not wording.missing(row["base"]):
            said.append(Line(wording.plural(int(row["base"]), *layer.counted)))
        said.append(Line(f"{_against(str(row['verdict']))}; whole force {layer.write(layer.whole['estimate'])}"))
        said += [Line(text) for text in layer.beside(row)]
    return Held(Card(title, tuple(said), note), name, own[columns].reset_index(drop=True), layer.made.files)


def priorities_card(place: Place) -> Held:
    """What was promised, and what was done about it."""
    columns = ["area", "priority", "status", "action", "set_on", "reviewed_on"]
    if not place.holds(PRIORITIES.name):
        return _nothing("Priorities and action", "No priorities are loaded.", "priorities", columns)
    rows = place.rows(PRIORITIES.name, ["status", "set_on", "priority"])
    # Those that still stand come first, the newest on top.
    rows = rows[::-1].sort_values("status", key=lambda status: status != "open", kind="stable", ignore_index=True)
    if rows.empty:
        return _nothing("Priorities and action", "No priority is recorded here.", "priorities", columns)
    lines = [
        Line(_done(row), f"{row['priority']}:", _ICONS.get(str(row["status"]), "remove"))
        for row in rows.head(_SHOWN).to_dict("records")
    ]
    return Held(
        Card("Priorities and action", _with_rest(lines, len(rows)), "Open first, the newest on top"),
        "priorities",
        rows[columns],
        place.files(PRIORITIES.name),
    )


def plan_card(place: Place) -> Held:
    """What the engagement plan means to do in the next twelve months."""
    columns = ["area", "month", "method", "audience", "done_as"]
    first, last = _later(place.last, 1), _later(place.last, _YEAR)
    title, contact = "Next twelve months", "No named contact is held."
    if not place.holds(PLANS.name):
        return _nothing(title, "No engagement plan is loaded.", "plan", columns, contact)
    rows = place.rows(PLANS.name, ["month", "method"])
    rows = rows[rows["month"].between(first, last)].reset_index(drop=True)
    if rows.empty:
        return _nothing(title, f"Nothing is planned here from {wording.months(first, last)}.", "plan", columns, contact)
    lines = [Line(_planned(row), wording.month(str(row["month"]))) for row in rows.head(_SHOWN).to_dict("records")]
    return Held(Card(title, _with_rest(lines, len(rows)), contact), "plan", rows[columns], place.files(PLANS.name))


def feedback_card(place: Place) -> Held:
    """What people asked for, and what came of it: counts, of which nothing is withheld."""
    columns, title = ["status", "items"], "Feedback"
    if not place.holds(FEEDBACK.name):
        return _nothing(title, "No feedback is loaded.", "feedback", columns)
    rows = place.rows(FEEDBACK.name, ["raised_on", "item"])
    if rows.empty:
        return _nothing(title, "Nothing that people asked for is recorded here.", "feedback", columns)
    counts = {kind: int((rows["status"] == kind).sum()) for kind in ("action taken", "no action", "open")}
    counts["people told what came of it"] = int(rows["told_on"].notna().sum())
    made = [{"status": kind, "items": number} for kind, number in counts.items()]
    shown = [Line(kind, wording.count(number)) for kind, number in counts.items()]
    first, last = str(rows["raised_on"].iloc[0])[:7], str(rows["raised_on"].iloc[-1])[:7]
    note = f"Raised {wording.during(first, last)}"
    return Held(Card(title, tuple(shown), note), "feedback", _frame(made, columns), place.files(FEEDBACK.name))


def _rest(lines: list[Line], number: int) -> list[Line]:
    return [Line(f"and {number - len(lines)} more in the table")] if number > len(lines) else []


def _with_rest(lines: list[Line], number: int) -> tuple[Line, ...]:
    return (*lines, *_rest(lines, number))


def _done(row: Mapping[Hashable, Any]) -> str:
    action = "no action is recorded" if wording.missing(row["action"]) else str(row["action"])
    status = "" if wording.missing(row["status"]) else f" ({row['status']})"
    return f"{action[:1].lower()}{action[1:]}{status}"


def _planned(row: Mapping[Hashable, Any]) -> str:
    whom = "" if wording.missing(row["audience"]) else f", {str(row['audience'])[:1].lower()}{str(row['audience'])[1:]}"
    done = "" if wording.missing(row["done_as"]) else " (done)"
    return f"{row['method']}{whom}{done}"


def _noun(number: int, words: tuple[str, str]) -> str:
    return words[0] if number == 1 else words[1]


def _against(verdict: str) -> str:
    if verdict in ("", "not tested"):
        return "Not tested against the rest"
    return f"{verdict.capitalize()} from the rest" if verdict.startswith("not") else f"Clearly {verdict} the rest"


def _under(least: int) -> str:
    return f"withheld: fewer than {least}"


def _later(month: str, by: int) -> str:
    return wording.earlier(month, -by)


def _nothing(title: str, why: str, name: str, columns: list[str], note: str = "") -> Held:
    return Held(Card(title, (Line(why),), note), name, _frame([], columns))


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    whole = {"residents", "items"}
    return pd.DataFrame(
        {
            name: pd.Series([row.get(name) for row in rows], dtype="Int64" if name in whole else "object")
            for name in columns
        }
    )


@lru_cache(maxsize=64)
def _rows(view: View, table: str, force: str) -> pd.DataFrame:
    import pandas as pd

    if not view.has(table):
        return pd.DataFrame({"area": pd.Series(dtype=object)})
    return view.rows(table).filter(nw.col("force") == force).collect("pandas").to_native().astype(object)


@lru_cache(maxsize=64)
def last_month(view: View, force: str) -> str:
    """Last month of anything that is loaded of a force."""
    held = [month for layer in choices.layers(view, force) for month in choices.every_month(view, force, layer)[-1:]]
    return max(held)

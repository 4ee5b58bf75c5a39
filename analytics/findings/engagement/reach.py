"""Who took part in engagement, against who lives there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, wording
from analytics.disclosure import withhold
from analytics.finding import Finding, Provenance, files_of
from analytics.findings.ages import in_bands
from analytics.findings.asked import question_of
from analytics.findings.engagement import choices
from analytics.findings.engagement.shared import CLUSTERS, UNANSWERABLE, NoEngagement
from analytics.findings.refusal import refused
from analytics.findings.residents import left_out
from analytics.reach import LEAST_EVENTS, Representation, representation
from analytics.scope import Scope
from analytics.survey import Verdicts, verdicts
from data.settings import settings
from data.store import whole_subjects
from data.survey_cubes import NOT_KNOWN
from data.tables import EVENTS, PARTICIPANTS
from data.vocabularies import forces
from data.vocabularies.survey import attributes

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from analytics.findings import Question
    from data.store import View

COLUMNS = [
    "group",
    "participants",
    "share",
    "population_share",
    "index",
    "low",
    "high",
    "share_low",
    "share_high",
    "index_if_unknown_others",
    "index_if_unknown_group",
    "p_value",
    "verdict",
    "flag",
]
OFTEN = Verdicts("more often", "less often", "not clearly different")

METHOD = (
    "Share of a group among participants of known group over its share among residents. Events are the clusters: "
    "variance between events, 95 % interval Wilson's with the effective number of participants and Student's t; the "
    "residents are taken as known."
)
_AXIS = "times their share of residents"
_LONGEST = 70  # A headline stays on one line.
_PEOPLE = {
    "Female": "women and girls",
    "Male": "men and boys",
    "Yes": "disabled people",
    "No": "people who are not disabled",
}
_COUNTED = "A participation is counted, not a person: whoever comes twice counts twice."


@dataclass(frozen=True, eq=False)
class _Reached:
    """Participants of a scope by group, and what is known of those who live there."""

    scope: Scope
    counts: pd.DataFrame  # shape (events, groups)
    unknown: int
    found: Representation
    without_residents: tuple[str, ...]
    uncounted: tuple[str, ...]
    of_no_event: int
    suppressed: int

    @property
    def share_unknown(self) -> float:
        return self.unknown / max(int(self.found.participants.sum()) + self.unknown, 1)


def reach(scope: Scope, view: View) -> Finding:
    """Who took part in engagement, against who lives there."""
    question = question_of(reach)
    try:
        scope = choices.complete(scope, view)
        reached = _reached(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _frame([]), scope, view, str(why))
    table = _table(reached)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(table, reached),
        answer=_answer(table, reached),
        tables={"reach": table},
        provenance=_provenance(question, reached, table, view),
        caveats=tuple(_caveats(reached)),
        draw=(lambda mode: charts.ratio_scale(_scale(table), mode, "same share", wording.index, axis=_AXIS))
        if reached.found.told
        else None,
        alt=_answer(table, reached),
    )


def answerable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where reach can't be told for a scope."""
    _reached(choices.complete(scope, view), view)


def _reached(scope: Scope, view: View) -> _Reached:
    short, first, last = forces()[str(scope.force)]["short"], str(scope.from_month), str(scope.to_month)
    if scope.by is None:
        raise NoEngagement(f"No file says of which groups the participants of {short} were.")
    label = attributes()[scope.by].label.lower()
    every = choices.attended(view, str(scope.force), scope.by)
    month = every.index.get_level_values("month")
    chosen = every[(month >= first) & (month <= last)]
    if chosen.empty:
        raise NoEngagement(
            f"No event of {short} from {wording.months(first, last)} says how many took part by {label}."
        )
    residents = choices.residents(view, scope)
    if not residents:
        raise NoEngagement(
            f"No residents by {label} are loaded for the districts of {short}, so there is nothing to compare."
        )
    wide = chosen.dropna(axis=1, how="all").fillna(0)
    unknown = int(wide[NOT_KNOWN].sum()) if NOT_KNOWN in wide else 0
    came = [str(group) for group in wide.columns if group != NOT_KNOWN]
    residents = in_bands(residents, came) if scope.by == "age_band" else residents
    # Who is never counted by age, such as children, is no group that stayed away.
    groups = [group for group in residents if group in came or scope.by != "age_band"]
    if len(groups) < 2:
        raise NoEngagement(f"The groups of {label} are not the same among participants and residents.")
    counts = wide.reindex(columns=groups, fill_value=0)
    return _Reached(
        scope=scope,
        counts=counts,
        unknown=unknown,
        found=representation(counts.to_numpy(), groups, residents, unknown),
        without_residents=tuple(group for group in came if group not in residents),
        uncounted=tuple(group for group in residents if group not in groups),
        of_no_event=choices.unplaced(view, str(scope.force), scope.by),
        suppressed=choices.suppressed(view, scope),
    )


def _table(reached: _Reached) -> pd.DataFrame:
    found = reached.found
    said = verdicts(
        found.low - 1, found.high - 1, found.p_value, words=OFTEN, discovery_rate=settings().false_discovery
    )
    few = "" if found.told else f"fewer than {LEAST_EVENTS} events"
    rows = [
        {
            "group": group,
            "participants": found.participants[place],
            "share": found.share[place],
            "population_share": found.population_share[place],
            "index": found.index[place],
            "low": found.low[place],
            "high": found.high[place],
            "share_low": found.share_low[place],
            "share_high": found.share_high[place],
            "index_if_unknown_others": found.if_unknown_others[place],
            "index_if_unknown_group": found.if_unknown_group[place],
            "p_value": found.p_value[place],
            "verdict": said[place],
            "flag": few,
        }
        for place, group in enumerate(found.groups)
    ]
    figures = [name for name in COLUMNS if name not in ("group", "participants", "population_share", "verdict", "flag")]
    table = withhold(_frame(rows), ["participants"], figures, settings().threshold)
    withheld = table["flag"].str.startswith("withheld")
    table.loc[withheld, "flag"] = f"withheld: fewer than {settings().threshold} participants"
    table.loc[withheld, "verdict"] = ""
    return table.sort_values("group", ignore_index=True)


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    kinds = {name: "Float64" for name in COLUMNS} | {"participants": "Int64"}
    kinds |= dict.fromkeys(("group", "verdict", "flag"), "object")
    values: dict[str, list[Any]] = {name: [_missing(row[name]) for row in rows] for name in COLUMNS}
    return pd.DataFrame({name: pd.Series(values[name], dtype=kind) for name, kind in kinds.items()})


def _missing(value: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    return None if isinstance(value, float) and np.isnan(value) else value


def _words(row: Mapping[Hashable, Any]) -> str:
    low, high = wording.index(row["low"]), wording.index(row["high"])
    return f"{row['group']} {wording.index(row['index'])} times ({wording.between(low, high)})"


def _headline(table: pd.DataFrame, reached: _Reached) -> str:
    if not reached.found.told:
        return "Too few events to say who was reached"
    for side, how in ((OFTEN.below, "less"), (OFTEN.above, "more")):
        names = list(table.loc[table["verdict"] == side, "group"])
        if names:
            few = len(names) < 4
            people = _people(names, str(reached.scope.by)) if few else f"People of {len(names)} groups"
            bare = wording.listing(names) if few else f"{len(names)} groups"
            # The answer below says of what it is a share: where the line is short, people come first.
            said = (
                f"{people} took part {how} than their share of residents",
                f"{people} took part {how} than their share",
            )
            return next((text for text in said if len(text) < _LONGEST), f"{bare} took part {how} than their share")
    return "No group clearly took part less than its share of residents"


def _people(names: list[str], by: str) -> str:
    """The people of some groups, at the start of a sentence."""
    if by == "ethnicity":
        said = f"{wording.listing(names)} people" if names != ["Other"] else "People counted as Other"
    elif by == "age_band":
        said = f"People aged {wording.listing(names)}"
    else:
        said = wording.listing([_PEOPLE.get(name, name) for name in names])
    return f"{said[0].upper()}{said[1:]}"


def _answer(table: pd.DataFrame, reached: _Reached) -> str:
    found, scope = reached.found, reached.scope
    label = attributes()[str(scope.by)].label
    period = wording.months(str(scope.from_month), str(scope.to_month))
    when = f"{period[0].upper()}{period[1:]}, {wording.plural(found.events, 'event')}"
    unknown = ""
    if reached.unknown:
        people = wording.plural(int(found.participants.sum()) + reached.unknown, "participation")
        share = wording.percent(reached.share_unknown)
        unknown = f"{label} is not known for {reached.unknown:,} of {people} ({share}). "
    if not found.told:
        return f"{unknown}{when} of known {label.lower()}: shares need {LEAST_EVENTS}, so the table has counts alone."
    shown = [row for row in table.to_dict("records") if not wording.missing(row["index"])]
    others = "Among the others, against" if reached.unknown else "Against"
    return f"{unknown}{when}. {others} their share of residents: {'; '.join(map(_words, shown))}."


def _caveats(reached: _Reached) -> list[str]:
    said = [_COUNTED]
    if reached.unknown:
        said.append(
            "An index is among participants of known group. The table has its range if all the others were of the "
            "other groups, or all of this one."
        )
    if reached.without_residents:
        said.append(f"No residents are counted as {wording.listing(list(reached.without_residents))}: left out.")
    if reached.uncounted:
        said.append(
            f"No event counts {wording.listing(list(reached.uncounted))}, so these residents are left out of the "
            "comparison."
        )
    elif reached.scope.by != "age_band":
        said.append("Residents are of all ages; participants are rarely children.")
    said += left_out(reached.suppressed)
    if reached.of_no_event:
        people = wording.plural(reached.of_no_event, "participation")
        said.append(f"{people} left out: of events that are not loaded, so nobody knows when.")
    said.append("Who lives there is one measure of who should be heard, and not the only one.")
    return said


def _provenance(question: Question, reached: _Reached, table: pd.DataFrame, view: View) -> Provenance:
    scope, loads = reached.scope, view.current_loads
    own = loads["table"].isin([EVENTS.name, PARTICIPANTS.name]) & (whole_subjects(loads) == scope.force)
    population = loads["load_id"].isin(choices.population_loads(view, str(scope.by), str(scope.population)))
    withheld = int(table["flag"].str.startswith("withheld").sum())
    tested = int(table["p_value"].notna().sum())
    return Provenance(
        release=view.release.number if view.release else 0,
        files=files_of(loads[own | population].sort_values(["table", "file"])),
        scope=scope.only(question.takes).address(),
        base=f"{wording.plural(int(reached.found.participants.sum()), 'participation')} of known group at "
        f"{wording.plural(reached.found.events, 'event')}",
        weights="None: every participation counts once",
        method=METHOD,
        reference=CLUSTERS,
        rules=(
            *([f"{wording.plural(withheld, 'group')} withheld: few participants"] if withheld else []),
            f"{wording.plural(tested, 'index', 'indices')} tested against 1, clear below a false-discovery rate of "
            f"{settings().false_discovery:.2f}",
        ),
        settings={"Participants withheld below": str(settings().threshold), "Fewest events": str(LEAST_EVENTS)},
    )


def _scale(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(label=table["group"], kind="estimate", estimate=table["index"])

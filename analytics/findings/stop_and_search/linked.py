"""Whether confidence is lower among people who were stopped and searched, and how areas changed in both.

Nothing here says what made whom think so: people were asked once, and areas are not people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import charts, wording
from analytics.claims import Layer, claim_of
from analytics.disclosure import second_with
from analytics.finding import Finding, Panel
from analytics.findings import choices
from analytics.findings.asked import question_of
from analytics.findings.cycle import joint
from analytics.findings.refusal import refused
from analytics.findings.searches import UNANSWERABLE as NO_SEARCHES
from analytics.findings.stop_and_search import area_changes
from analytics.findings.stop_and_search.area_changes import Between
from analytics.findings.stop_and_search.shared import people
from analytics.findings.stop_and_search.surveyed import (
    NO_SURVEY,
    STOPPED,
    answers_of,
    confidence_measures,
    surveys_with,
)
from analytics.findings.survey import estimates
from analytics.findings.survey.answers import UNANSWERABLE as NO_SURVEYS
from analytics.findings.survey.answers import Answers, NoAnswers
from analytics.findings.tested import SIDES, chance_caveat, rule_of_tests, sides_of
from analytics.records import records_of, with_nulls
from analytics.scope import Scope
from analytics.survey import DomainMeans, differences, held_equal
from data.cubes import EVERYONE
from data.vocabularies import BROAD_GROUPS, normalise
from data.vocabularies.survey import FAIR_USE, measures

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

GROUPING = "ethnicity_and_stopped"
"""The joint grouping of ethnic group and whether somebody was stopped."""
HELD = "ethnic group held equal"
"""Flag of a difference with ethnic group held equal."""
NOT_HELD = "not by ethnic group"
FEW = "not enough answers of people who were stopped, or of others"

METHOD = (
    "Weighted share of positive answers among people who were stopped and searched in the past year and those who "
    "were not, variance by Taylor linearisation over every sampled unit, Wilson's interval with Student's t. Of "
    "everyone the difference is that within ethnic groups, averaged as a weighted regression with a level for each "
    "group does. Tested together, with a false-discovery rate. Areas: Pearson's correlation of the change in searches "
    "for every 1,000 people with the change in confidence, Fisher's interval."
)
REFERENCE = (
    "Särndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, 5.6; Angrist 1998, Econometrica 66, 249; "
    "Fisher 1921, Metron 1, 3; Robinson 1950, American Sociological Review 15, 351 (areas are not people)"
)
PEOPLE = (
    "These are differences between people who were asked once: whoever was stopped may have had less confidence to "
    "begin with, and differs in age, place and much else. Which came first is not known."
)
ECOLOGICAL = (
    "Areas are not people: that two things change together between areas, or do not, says nothing of the people who "
    "were searched. Other things change in the same areas, and most of those who were asked were never searched."
)
ONLY_BETWEEN = (
    "Between areas the two clearly go together, and among people of the same ethnic group they do not: to read the "
    "areas as if they were people would be the ecological fallacy."
)

_SIDES = ("stopped", "not_stopped")
_FIGURES = [f"{side}{end}" for side in _SIDES for end in ("", "_low", "_high", "_base")]
_DIFFERENCE = ["difference", "low", "high", "p_value", "q_value"]
LINK = ["measure", "group", *_FIGURES, *_DIFFERENCE, "verdict", "flag"]


@dataclass(frozen=True, eq=False)
class Linkable:
    """The answers of a survey that knows who was stopped, to each of the measures, the one of confidence first."""

    scope: Scope
    view: View
    answers: tuple[Answers, ...]

    @property
    def first(self) -> Answers:
        """The answers to the first measure."""
        return self.answers[0]


def confidence_link(scope: Scope, view: View) -> Finding:
    """Confidence of people who were stopped against others of their ethnic group, and areas beside each other."""
    return linked(scope, view)[0]


def linked(scope: Scope, view: View) -> tuple[Finding, Between | None]:
    """The same with what areas show, which is None where the question is refused.

    The diagnostic asks it too: both take one answer.
    """
    return _linked(scope.only(question_of(confidence_link).takes), view)


@lru_cache(maxsize=32)
def _linked(scope: Scope, view: View) -> tuple[Finding, Between | None]:
    question = question_of(confidence_link)
    try:
        held = linkable(scope, view)
    except (*NO_SEARCHES, *NO_SURVEYS) as why:
        return refused(question, _table([]), scope, view, str(why)), None
    table = _called([row for answers in held.answers for row in _rows(answers)])
    between = area_changes.between_areas(held.scope, view, held.first)
    whole = [row for row in records_of(table) if row["group"] == EVERYONE]
    if all(wording.missing(row["difference"]) for row in whole):
        few = (
            f"{held.first.survey} has not enough answers of people who were stopped and searched, or of others, up to "
            f"{wording.month(str(held.scope.to_month))} to compare them."
        )
        return refused(question, table, held.scope.only(question.takes), view, few), None
    answer, further = _answer(held, whole), _further(whole, table, between)
    made = held.first.provenance(
        question,
        f"{_base(whole)}, {held.first.year.span}",
        [*_withheld(table), *rule_of_tests(table)],
        held.first.year.waves,
        METHOD,
    )
    finding = Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(whole),
        answer=answer,
        tables={"confidence_link": table, "between": between.table, "areas": between.areas},
        provenance=replace(
            made,
            scope=held.scope.only(question.takes).address(),
            reference=REFERENCE,
            files=tuple(dict.fromkeys([*made.files, *between.files])),
        ),
        caveats=tuple(_caveats(held, whole, table, between, further)),
        claim=claim_of(Layer.ASSOCIATION),
        panels=_panels(held, table, between),
        alt=" ".join([answer, *further]),
    )
    return finding, between


def linkable(scope: Scope, view: View) -> Linkable:
    """The answers that can be set beside searches.

    Raises
    ------
    ScopeError, NoSearches, NoAnswers
        With the reason, where there are none.
    """
    full = choices.complete(scope.but(area=None, area_level=None, power=None), view)
    force, last = str(full.force), str(full.to_month)
    if not surveys_with(view, force, STOPPED):
        why = NO_SURVEY.format(what="whether people were stopped and searched")
        raise NoAnswers(f"{why[0].upper()}{why[1:]}")
    wanted = (confidence_measures(), FAIR_USE)
    held = [answers_of(view, force, measure, last, STOPPED) for measure in wanted]
    found = tuple(answers for answers in held if answers is not None)
    if not found:
        raise NoAnswers(
            f"No wave of {surveys_with(view, force, STOPPED)[0]} up to {wording.month(last)} asks of confidence or of "
            "fair use."
        )
    return Linkable(full, view, found)


# Among people


def _rows(answers: Answers) -> list[dict[str, Any]]:
    """Everyone, then each ethnic group: people who were stopped against those who were not."""
    means, figures = estimates.groups_of_year(answers, STOPPED)
    sides = {normalise(str(group)): place for place, group in enumerate(means.table["group"])}
    whole: dict[str, Any] = {"measure": answers.measure.id, "group": EVERYONE}
    if not {"yes", "no"} <= sides.keys():
        return [whole | {"flag": FEW}]
    pair = (sides["yes"], sides["no"])
    whole |= _pair(means, records_of(figures), *pair)
    by_group = _by_group(answers)
    if by_group is None:
        return [whole | {"flag": "; ".join(filter(None, [str(whole["flag"]), NOT_HELD]))}]
    means, figures, pairs = by_group
    if not wording.missing(whole["difference"]):
        equal = held_equal(means, *zip(*pairs.values(), strict=True))
        whole |= {"difference": equal.estimate, "low": equal.low, "high": equal.high, "p_value": equal.p_value}
        whole |= {"flag": HELD}
    shown = records_of(figures)
    groups = [
        {"measure": answers.measure.id, "group": name, **_pair(means, shown, *pair)} for name, pair in pairs.items()
    ]
    return [whole, *_in_company(groups)]


def _by_group(answers: Answers) -> tuple[DomainMeans, pd.DataFrame, dict[str, tuple[int, int]]] | None:
    """Shares by ethnic group and whether stopped, with the places of both of a group; None where they are not held."""
    if not joint.held(answers, GROUPING):
        return None
    means, figures = estimates.groups_of_year(answers, GROUPING)
    place = {str(group): at for at, group in enumerate(means.table["group"])}
    names = {name: (f"{name}, stopped", f"{name}, not stopped") for name in BROAD_GROUPS}
    pairs = {
        name: (place[one], place[other]) for name, (one, other) in names.items() if one in place and other in place
    }
    return (means, figures, pairs) if pairs else None


def _pair(means: DomainMeans, shown: Sequence[Mapping[Any, Any]], one: int, other: int) -> dict[str, Any]:
    """Both figures and their difference; nothing of either where one has too few answers."""
    if any(wording.missing(shown[place]["estimate"]) for place in (one, other)):
        return {**dict.fromkeys([*_FIGURES, *_DIFFERENCE]), "flag": FEW}
    row: dict[str, Any] = {}
    for side, place in zip(_SIDES, (one, other), strict=True):
        named = {"": "estimate", "_low": "low", "_high": "high", "_base": "base"}
        row |= {f"{side}{end}": shown[place][name] for end, name in named.items()}
    found = records_of(differences(means, None, [one], [other]))[0]
    row |= {"difference": found["estimate"], **{name: found[name] for name in ("low", "high", "p_value")}}
    return row | {"flag": "; ".join(filter(None, dict.fromkeys(str(shown[place]["flag"]) for place in (one, other))))}


def _in_company(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The groups with a second one's numbers of answers withheld where one alone is: the total would give it away."""
    hidden = [wording.missing(row["stopped_base"]) for row in groups]
    bases = [np.nan if few else row["stopped_base"] for row, few in zip(groups, hidden, strict=True)]
    second = second_with(bases, hidden)
    if second is None:
        return groups
    smallest = groups[second]
    smallest |= {"stopped_base": None, "not_stopped_base": None}
    smallest["flag"] = "; ".join(filter(None, [str(smallest["flag"]), estimates.COMPANY]))
    return groups


def _called(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Every difference with its verdict, all tested together."""
    table = _table(rows)
    ends = (table[name].to_numpy(dtype=float, na_value=np.nan) for name in ("low", "high", "p_value"))
    words, q = sides_of(*ends)
    return table.assign(verdict=words, q_value=with_nulls(q, np.isnan(q)))[LINK].astype({"verdict": "str"})


def _table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    def column(name: str) -> Any:  # noqa: ANN401
        if name in ("measure", "group", "verdict", "flag"):
            return pd.array([str(row.get(name) or "") for row in rows], dtype="str")
        numbers = np.array([np.nan if wording.missing(row.get(name)) else row[name] for row in rows], dtype=float)
        none = np.isnan(numbers)
        return with_nulls(np.where(none, 0, numbers).astype(np.int64) if name.endswith("_base") else numbers, none)

    return pd.DataFrame({name: column(name) for name in LINK})


# Sentences


def _headline(whole: Sequence[Mapping[Any, Any]]) -> str:
    told = next(row for row in whole if not wording.missing(row["difference"]))
    what = _what(told)
    if told["verdict"] == SIDES.below:
        return f"{what} is clearly lower among people who were stopped"
    if told["verdict"] == SIDES.above:
        return f"{what} is clearly higher among people who were stopped"
    return f"{what} of people who were stopped: no clear difference"


def _what(row: Mapping[Any, Any]) -> str:
    return "Agreement on fair use" if row["measure"] == FAIR_USE else "Confidence"


def _answer(held: Linkable, whole: Sequence[Mapping[Any, Any]]) -> str:
    """What people answer to the first measure of which the difference is given."""
    return f"{said(_told(whole)[0])}, {held.first.year.span}."


def _told(whole: Sequence[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    return [row for row in whole if not wording.missing(row["difference"])]


def _further(whole: Sequence[Mapping[Any, Any]], table: pd.DataFrame, between: Between) -> list[str]:
    """What the other measures, ethnic groups and areas show, in a sentence each."""
    others = [f"{said(row)}." for row in _told(whole)[1:]]
    return [*others, *filter(None, [_by_group_lower(table), between.said])]


def _by_group_lower(table: pd.DataFrame) -> str:
    """In which ethnic groups each measure is clearly lower among people who were stopped; empty where in none."""
    lower: dict[str, list[str]] = {}
    for row in records_of(table):
        if row["group"] != EVERYONE and row["verdict"] == SIDES.below:
            lower.setdefault(_what(row), []).append(people(str(row["group"])))
    parts = [
        f"{what[0].lower()}{what[1:]} is clearly lower among {wording.listing(names)}" for what, names in lower.items()
    ]
    return f"By ethnic group {'; '.join(parts)}." if parts else ""


def said(row: Mapping[Any, Any]) -> str:
    """What people who were stopped answer and what others do, with their difference, without a full stop."""
    says = measures()[str(row["measure"])].says
    shares = [
        f"{wording.percent(row[side])} ({wording.percent_between(row[f'{side}_low'], row[f'{side}_high'])})"
        for side in _SIDES
    ]
    held, span = str(row["flag"]) == HELD, wording.points_between(row["low"], row["high"])
    if row["verdict"] == SIDES.neither:
        size = f"no clear difference{' within ethnic groups' if held else ''} (between {span.replace(' to ', ' and ')})"
    elif held:
        # The mean within groups is not the difference of the two shares, which a reader would take it to be.
        side = "lower" if row["difference"] < 0 else "higher"
        apart = wording.points(abs(row["difference"])).removeprefix("+")
        size = f"within ethnic groups on average {apart} {side} ({span.removesuffix(' points')})"
    else:
        size = f"a difference of {wording.points(row['difference'])} ({span.removesuffix(' points')})"
    return f"{shares[0]} of people who were stopped and searched {says}, and {shares[1]} of others: {size}"


def _base(whole: Sequence[Mapping[Any, Any]]) -> str:
    told = next(row for row in whole if not wording.missing(row["difference"]))
    bases = [told[f"{side}_base"] for side in _SIDES]
    if any(wording.missing(base) for base in bases):
        return "Answers of people who were stopped, and of others"
    return f"{wording.plural(int(bases[0]), 'answer')} of people who were stopped, {int(bases[1]):,} of others"


def only_between(whole: Sequence[Mapping[Any, Any]], between_verdict: str) -> bool:
    """Whether the two go together between areas alone, and not among people of the same ethnic group."""
    within = any(row["verdict"] in (SIDES.below, SIDES.above) for row in whole)
    return between_verdict in (SIDES.below, SIDES.above) and not within


def _caveats(
    held: Linkable, whole: Sequence[Mapping[Any, Any]], table: pd.DataFrame, between: Between, further: list[str]
) -> list[str]:
    equal = any(HELD in str(row["flag"]) for row in whole)
    unheld = (
        "Ethnic group is not held equal: the survey does not hold it beside who was stopped, or the release was "
        "counted before the two were taken together; the command “python -m data recount --reason TEXT” counts it "
        "again."
    )
    words = [
        f"{answers.wording} {answers.counted} Answers of don't know are left out of the base."
        for answers in held.answers
    ]
    return [
        *([ONLY_BETWEEN] if only_between(whole, between.verdict) else []),
        PEOPLE,
        ECOLOGICAL,
        *further,
        *([] if equal else [unheld]),
        *chance_caveat(table),
        "Who was stopped is what people say of the past year, by whichever force.",
        *between.caveats,
        *words,
    ]


def _withheld(table: pd.DataFrame) -> list[str]:
    few = int(table["difference"].isna().sum())
    return [f"{wording.plural(few, 'difference')} withheld: not enough answers"] if few else []


def _panels(held: Linkable, table: pd.DataFrame, between: Between) -> tuple[Panel, ...]:
    panels = []
    for answers in held.answers:
        rows = [
            row
            for row in records_of(table)
            if row["measure"] == answers.measure.id and not wording.missing(row["difference"])
        ]
        if rows:
            drawn = _drawn(rows)
            alt = f"{answers.measure.label} of people who were stopped and of others: {'; '.join(map(said, rows))}"
            panels.append(Panel(answers.measure.label, "", "", partial(charts.share_dots, drawn), alt))
    if between.draw is not None:
        panels.append(Panel("Areas: change in searches and in confidence", "", "", between.draw, between.said))
    return tuple(panels)


def _drawn(rows: Sequence[Mapping[Any, Any]]) -> pd.DataFrame:
    import pandas as pd

    names = {"stopped": "stopped", "not_stopped": "not stopped"}
    return pd.DataFrame(
        [
            {
                "label": f"{row['group']}, {names[side]}",
                "estimate": row[side],
                "low": row[f"{side}_low"],
                "high": row[f"{side}_high"],
                "detail": ""
                if wording.missing(row[f"{side}_base"])
                else wording.plural(int(row[f"{side}_base"]), "answer"),
                "look": row["verdict"] == SIDES.below and side == "stopped",
                "flag": "",
            }
            for row in rows
            for side in _SIDES
        ]
    )

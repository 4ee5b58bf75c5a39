"""Contact asymmetry: whether bad contact goes with more lost confidence than good contact goes with gained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics import wording
from analytics.claims import Layer, claim_of
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.cycle import joint
from analytics.findings.cycle.joint import NEITHER, Joint
from analytics.findings.refusal import refused
from analytics.findings.survey import choices, estimates
from analytics.findings.survey.answers import REFERENCE as SHARES
from analytics.findings.survey.answers import UNANSWERABLE, Answers, NoAnswers
from analytics.findings.tested import SIDES as OTHERS
from analytics.findings.tested import rule_of_tests, withheld_rule
from analytics.records import records_of
from analytics.scope import Scope, ScopeError
from analytics.survey import Combination, Verdicts, combination, verdicts
from data.settings import settings
from data.survey_cubes import NOT_KNOWN
from data.vocabularies.survey import SATISFACTION, joint_groupings, measures

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

GROUPING, PRIOR = "contact_experience", "prior_opinion"
EXPERIENCE = ["group", *estimates.FIGURES]
OPINION = ["group", *estimates.FIGURES, "difference", "difference_low", "difference_high", "p_value", "verdict"]
SIDES = Verdicts("the loss", "the gain", "no clear difference")
_OPINIONS = ("High", "Mixed", "Low")
GAIN, LOSS, BALANCE = "Gain with good contact", "Loss with bad contact", "Loss less gain"
UNTESTED = (
    "Whether a low opinion beforehand goes with contact that is badly received cannot be tested with these data: "
    "{survey} did not ask what people thought before the contact."
)
METHOD = (
    "Weighted share of positive answers in each group. Gain, loss and the loss less the gain are sums of the three "
    "shares; variance by Taylor linearisation of their totals over every sampled unit; 95 % intervals by Student's t; "
    "of a share, Wilson's; of satisfaction against everyone else's, MOVER."
)


@dataclass(frozen=True, eq=False)
class _Gaps:
    """What is set against no contact; None where one of the figures it is of is withheld."""

    gain: Combination | None
    loss: Combination | None
    balance: Combination | None

    @cached_property
    def verdict(self) -> str:
        """Which of gain and loss is larger."""
        return joint.larger(self.balance, self.loss, self.gain, SIDES)


def contact_asymmetry(scope: Scope, view: View) -> Finding:
    """Confidence without contact, with good and with bad contact; and satisfaction by what people thought before."""
    question = question_of(contact_asymmetry)
    try:
        found = Joint.of(scope, view, GROUPING)
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    answers, groups = found.answers, list(joint_groupings()[GROUPING].groups)
    table, gaps = found.table(groups), _gaps(found, groups)
    prior = _prior(found)
    opinion = _empty_opinion() if prior is None else prior
    base = found.base(*groups)
    panels = [joint.panel(f"{answers.measure.label}, by contact in the past year", table, groups)]
    if prior is not None:
        panels.append(
            joint.panel(f"{measures()[SATISFACTION].label}, by opinion before it", prior, list(prior["group"]))
        )
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(gaps),
        answer=_answer(found, groups, gaps),
        tables={"experience": table, "asymmetry": _asymmetry(gaps), "prior": opinion},
        provenance=replace(
            answers.provenance(
                question,
                f"{wording.plural(base, 'answer')}, {found.span}",
                [*withheld_rule(table), *_left_out(found), *(rule_of_tests(opinion) if len(opinion) else [])],
                answers.year.waves,
                METHOD,
            ),
            reference=SHARES,
        ),
        caveats=(
            *_opinion_words(prior, answers.survey),
            "These are differences between people, not between before and after: people with little confidence may be "
            "less satisfied with whatever contact they have. Not satisfied holds those who were neither satisfied nor "
            "dissatisfied.",
            joint.counted(answers),
        ),
        claim=claim_of(Layer.ASSOCIATION),
        panels=tuple(panels),
        alt=f"{answers.measure.label} by contact in the past year, {found.span}",
    )


def asymmetry_answerable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where a survey does not tell good contact from bad."""
    joint.check(scope, view, GROUPING)


def _gaps(found: Joint, groups: list[str]) -> _Gaps:
    none, good, bad = groups
    place = {group: found.place(group) for group in groups if found.shown(group)}

    def of(**coefficients: int) -> Combination | None:
        named = {{"none": none, "good": good, "bad": bad}[name]: value for name, value in coefficients.items()}
        if not named.keys() <= place.keys():
            return None
        given = [0.0] * len(found.means.table)
        for group, value in named.items():
            given[place[group]] = value
        return combination(found.means, given)

    return _Gaps(of(good=1, none=-1), of(none=1, bad=-1), of(none=2, good=-1, bad=-1))


def _asymmetry(gaps: _Gaps) -> pd.DataFrame:
    return joint.compared_table(
        [
            joint.compared(GAIN, gaps.gain),
            joint.compared(LOSS, gaps.loss),
            joint.compared(BALANCE, gaps.balance, gaps.verdict),
        ]
    )


def _headline(gaps: _Gaps) -> str:
    return {
        SIDES.above: "Confidence differs more with bad contact than with good",
        SIDES.below: "Confidence differs more with good contact than with bad",
        NEITHER: "Neither a gain with good contact nor a loss with bad is clear",
        SIDES.neither: "Gain with good contact, loss with bad: no clear difference",
    }.get(gaps.verdict, "Good and bad contact: not enough answers")


def _answer(found: Joint, groups: list[str], gaps: _Gaps) -> str:
    if gaps.gain is None or gaps.loss is None or gaps.balance is None or not gaps.verdict:
        rows = {group: found.row(group) for group in groups}
        few = "; ".join(f"{group}: {row['flag']}" for group, row in rows.items() if wording.missing(row["estimate"]))
        return f"Gain and loss can't be set against each other for {found.span}. {few or joint.FEW_POINTS}."
    balance = {
        SIDES.above: f"the loss is clearly larger than the gain, by {joint.size(gaps.balance)}",
        SIDES.below: f"the gain is clearly larger than the loss, by {joint.size(gaps.balance)}",
        NEITHER: f"neither is clear, the loss less the gain being {joint.gap(gaps.balance)}",
        SIDES.neither: f"it is not clear which is larger, the loss less the gain being {joint.gap(gaps.balance)}",
    }[gaps.verdict]
    base = wording.plural(found.base(*groups), "answer")
    return (
        f"Against people without contact in the past year, confidence differs by {joint.gap(gaps.gain)} among those "
        f"satisfied with their contact and by {joint.gap(joint.turned(gaps.loss))} among those not satisfied; "
        f"{balance}, {found.span} ({base})."
    )


def _prior(found: Joint) -> pd.DataFrame | None:
    """Satisfaction with contact by what people thought before it, against everyone else's; None where nobody was asked.

    Whoever had no contact has no answer, and is in no group here.
    """
    if not joint.held(found.answers, PRIOR):
        return None
    scope = Scope(force=found.answers.force, survey=found.answers.survey, to_month=found.answers.scope.to_month)
    try:
        answers = Answers.of(choices.complete(scope, found.answers.view).but(measure=SATISFACTION), found.answers.view)
        means, _ = estimates.groups_of_year(answers, PRIOR)
        table = estimates.by_group(answers, PRIOR)
    except (ScopeError, NoAnswers):
        return None
    asked = set(means.table.loc[means.table["base"] > 0, "group"])
    if asked <= {NOT_KNOWN}:
        return None
    rows = sorted(
        (row for row in records_of(table) if row["group"] in asked), key=lambda row: _order(str(row["group"]))
    )
    limits = [
        np.array([_number(row[name]) for row in rows]) for name in ("difference_low", "difference_high", "p_value")
    ]
    called = verdicts(*limits, words=OTHERS, discovery_rate=settings().false_discovery)
    figures = {name: [row[name] for row in rows] for name in OPINION if name != "verdict"}
    return joint.tidy({**figures, "verdict": called})


def _number(value: Any) -> float:  # noqa: ANN401
    return np.nan if wording.missing(value) else float(value)


def _order(opinion: str) -> tuple[int, str]:
    """High before low, then other words by the alphabet, and those of whom it is not known."""
    return (_OPINIONS.index(opinion) if opinion in _OPINIONS else len(_OPINIONS) + (opinion == NOT_KNOWN), opinion)


def _opinion_words(prior: pd.DataFrame | None, survey: str) -> list[str]:
    """What satisfaction by earlier opinion says, or that it can't be tested."""
    if prior is None:
        return [UNTESTED.format(survey=survey)]
    told = [
        f"{wording.listing(names)} clearly {side} everyone else"
        for side in (OTHERS.above, OTHERS.below)
        if (names := list(prior.loc[prior["verdict"] == side, "group"]))
    ]
    said = ", ".join(told) or "no group is clearly different from the others"
    return [
        f"Satisfaction by opinion before the contact: {said}. "
        "Asked afterwards, an earlier opinion may be remembered in the light of the contact."
    ]


def _left_out(found: Joint) -> list[str]:
    if not found.left_out:
        return []
    return [
        f"{joint.few(found.left_out)} of people who did not say how satisfied they were with their contact, left out"
    ]


def _empty() -> pd.DataFrame:
    return _blank(EXPERIENCE)


def _empty_opinion() -> pd.DataFrame:
    return _blank(OPINION)


def _blank(columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    texts: dict[str, Any] = dict.fromkeys(("group", "flag", "verdict"), "object")
    return pd.DataFrame({name: pd.Series(dtype=texts.get(name, "Float64")) for name in columns})

"""Treatment or outcome: which of the two goes more with confidence among people who had contact."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analytics import wording
from analytics.claims import Layer, claim_of
from analytics.finding import Finding
from analytics.findings.asked import question_of
from analytics.findings.cycle import joint
from analytics.findings.cycle.joint import NEITHER, Joint
from analytics.findings.refusal import refused
from analytics.findings.survey import estimates
from analytics.findings.survey.answers import UNANSWERABLE
from analytics.findings.tested import withheld_rule
from analytics.scope import Scope
from analytics.survey import MainEffects, Verdicts, main_effects
from data.settings import settings
from data.vocabularies.survey import joint_groupings

if TYPE_CHECKING:
    import pandas as pd

    from data.store import View

GROUPING = "treatment_and_outcome"
CELLS = ["group", "treated_fairly", "outcome_wanted", *estimates.FIGURES]
SIDES = Verdicts("fair treatment", "the outcome wanted", "no clear difference")
TREATED, WANTED = "Treated fairly", "Got the outcome wanted"
_MANY = 0.1  # Share of answers left out from which it is said beside the figures.
METHOD = (
    "Weighted share of positive answers in four groups. Weighted linear regression of a positive answer on both, "
    "without interaction, from the shares and weights of the four groups: that of the answers themselves. Variance by "
    "Taylor linearisation of its scores over every sampled unit. 95 % intervals: of its coefficients and of their "
    "difference by Student's t, of a share Wilson's."
)
REFERENCE = (
    "Binder 1983, International Statistical Review 51, 279; Särndal, Swensson and Wretman 1992, Model Assisted Survey "
    "Sampling, 5.10; Franco and others 2019, JSSAM 7, 334"
)


def treatment_or_outcome(scope: Scope, view: View) -> Finding:
    """Confidence by how people were treated at contact and whether they got the outcome they wanted."""
    question = question_of(treatment_or_outcome)
    try:
        found = Joint.of(scope, view, GROUPING)
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    cells, effects = _cells(found), _effects(found)
    verdict = _verdict(effects)
    answers = found.answers
    base = found.base(*_said())
    left_out = _left_out(found, base)
    label = f"{answers.measure.label}, by treatment and outcome"
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(verdict),
        answer=_answer(found, effects, verdict),
        tables={"cells": cells, "comparison": _comparison(effects, verdict)},
        provenance=replace(
            answers.provenance(
                question,
                f"{wording.plural(base, 'answer')} of people who had contact, {found.span}",
                [*withheld_rule(cells), *([left_out] if left_out else [])],
                answers.year.waves,
                METHOD,
            ),
            reference=REFERENCE,
        ),
        caveats=(
            "These are differences between people, not between before and after: whoever was treated fairly may have "
            "had more confidence to begin with.",
            "Each is taken with the other held equal, as if it counted the same whatever the other was.",
            *([left_out] if found.left_out > _MANY * (base + found.left_out) else []),
            joint.counted(answers),
        ),
        claim=claim_of(Layer.ASSOCIATION),
        panels=(joint.panel(label, cells, [_label(*yes) for yes in _said().values()]),),
        alt=f"{label}, among people who had contact, {found.span}",
    )


def treatment_answerable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where a survey can't tell treatment from outcome."""
    joint.check(scope, view, GROUPING)


def _said() -> dict[str, tuple[bool, bool]]:
    """Whether they were treated fairly and got the outcome they wanted, of each group of people who had contact."""
    columns = ("treated_fairly_contact", "outcome_wanted")
    groups = joint_groupings()[GROUPING].groups
    return {
        group: (said[columns[0]] == {"yes"}, said[columns[1]] == {"yes"})
        for group, said in groups.items()
        if all(column in said for column in columns)
    }


def _cells(found: Joint) -> pd.DataFrame:
    said = _said()
    fairly, wanted = (["Yes" if yes[place] else "No" for yes in said.values()] for place in (0, 1))
    return found.table(list(said), treated_fairly=fairly, outcome_wanted=wanted)


def _effects(found: Joint) -> MainEffects | None:
    """What each goes with, the other held equal; None where a group is withheld, which the rest would give away."""
    said = _said()
    if not found.shown(*said):
        return None
    return main_effects(found.means, [found.place(group) for group in said], *zip(*said.values(), strict=True))


def _verdict(effects: MainEffects | None) -> str:
    """Which goes more with confidence."""
    if effects is None:
        return ""
    return joint.larger(effects.difference, effects.first, effects.second, SIDES)


def _comparison(effects: MainEffects | None, verdict: str) -> pd.DataFrame:
    first, second, difference = effects or (None, None, None)
    return joint.compared_table(
        [
            joint.compared(TREATED, first),
            joint.compared(WANTED, second),
            joint.compared("The first less the second", difference, verdict),
        ]
    )


def _headline(verdict: str) -> str:
    return {
        SIDES.above: "Fair treatment goes more with confidence than the outcome does",
        SIDES.below: "The outcome goes more with confidence than fair treatment does",
        SIDES.neither: "Fair treatment or the outcome: no clear difference",
        NEITHER: "Neither fair treatment nor the outcome goes with more confidence",
    }.get(verdict, "Fair treatment or the outcome: not enough answers")


def _answer(found: Joint, effects: MainEffects | None, verdict: str) -> str:
    if effects is None or not verdict:
        few = [f"{group}: {row['flag']}" for group in _said() if wording.missing((row := found.row(group))["estimate"])]
        why = "; ".join(few) or joint.FEW_POINTS
        return f"Which of the two goes more with confidence can't be told for {found.span}. {why}."
    said = {
        SIDES.above: "being treated fairly goes more with confidence than getting the outcome wanted",
        SIDES.below: "getting the outcome wanted goes more with confidence than being treated fairly",
        SIDES.neither: "fair treatment and the outcome wanted do not clearly differ in how they go with confidence",
        NEITHER: "neither fair treatment nor the outcome wanted clearly goes with more confidence",
    }[verdict]
    one, other = effects[:2] if verdict != SIDES.below else effects[1::-1]
    sides = f"{joint.gap(one)} against {joint.gap(other)}, each with the other held equal"
    difference = (
        joint.gap(effects.difference) if verdict in (SIDES.neither, NEITHER) else joint.size(effects.difference)
    )
    base = wording.plural(found.base(*_said()), "answer")
    return f"Among people who had contact, {said}: {sides}; a difference of {difference}, {found.span} ({base})."


def _label(fairly: bool, wanted: bool) -> str:
    return f"{'Fair' if fairly else 'Unfair'} treatment, {'wanted' if wanted else 'other'} outcome"


def _left_out(found: Joint, base: int) -> str:
    """How many answers are left out as it is not known how the contact went; empty where none are."""
    if not found.left_out:
        return ""
    number = found.left_out
    share = "" if number < settings().threshold else f" ({wording.percent(number / (base + number))})"
    return f"{joint.few(number)}{share} of people who did not say how their contact went, left out"


def _empty() -> pd.DataFrame:
    import pandas as pd

    texts = {"group", "treated_fairly", "outcome_wanted", "flag", "what", "verdict"}
    return pd.DataFrame({c: pd.Series(dtype="object" if c in texts else "Float64") for c in CELLS})

"""Figures of areas from a model of all of them: what the map says of each, and how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics import wording
from analytics.findings.neighbourhoods import places
from analytics.findings.neighbourhoods.adults import adults
from analytics.findings.neighbourhoods.layers import Row
from analytics.findings.survey import estimates, small_areas
from analytics.findings.survey.answers import METHOD, Answers
from analytics.findings.survey.points import Point
from analytics.findings.survey.small_areas import MODEL_ONLY, MOSTLY_MODEL, NoModel
from analytics.survey.publication import IMPRECISE

if TYPE_CHECKING:
    import pandas as pd

_BORROWS = (
    "Each figure is a small-area estimate: it takes an area's own answers and what all areas have in common, each by "
    "how sure it is. The table has the figure of the area's own answers beside it, and the verdict tests that one."
)
_EXTREMES = (
    "Extremes are pulled in: where few answers are held the figure leans towards that of all areas, so the true "
    "highest and lowest areas lie further out than they are drawn."
)


@dataclass(frozen=True, eq=False)
class Figures:
    """Figures of areas, from a model of all of them or from each area's own answers alone, and what is said of them."""

    table: pd.DataFrame
    method: str
    reference: str = ""
    rules: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    modelled: bool = False


def figures_of(answers: Answers, level: str, span: int, whole: float) -> Figures:
    """The figures of the areas of a level from the waves of so many months, by a model where there is one.

    Parameters
    ----------
    whole
        The force's direct share.
    """
    direct, pooled = estimates.by_area(answers, level, span), answers.pooled(span)
    drawn = set(places.areas(answers.view, answers.force, level)["code"])
    people = _people(answers, level, pooled, drawn >= set(direct["area"]))
    try:
        found = small_areas.small_areas(
            direct, estimates.area_shares(answers, level, span), drawn, whole, people[1] if people else None
        )
    except NoModel as why:
        alone = f"Each figure is from an area's own answers alone: there is no model of all areas, because {why}."
        return Figures(direct, METHOD, caveats=(alone,))
    weighed = people[0] if people else "what the answers of each weigh"
    return Figures(
        found.table,
        small_areas.METHOD,
        small_areas.REFERENCE,
        (_moved(found.shift, weighed), *_marked(found.table)),
        (_BORROWS, _EXTREMES),
        modelled=True,
    )


def _people(answers: Answers, level: str, pooled: Point, all_drawn: bool) -> tuple[str, pd.Series] | None:
    """Whom the last wave says it speaks for, in every area that has answers; None where they are not held."""
    used = answers.waves[answers.waves["wave"].isin(pooled.waves)]
    told = used["population"].iloc[-1]
    if wording.missing(told) or not all_drawn:
        return None
    first = str(used["month"].iloc[0])
    return adults(answers.view, answers.force, level, str(told), first, str(used["month"].iloc[-1]))


def _moved(shift: float, weighed: str) -> str:
    return f"Areas moved by {wording.signed(shift, 4)} on the arcsine scale to add up to the force, by {weighed}"


def _marked(table: pd.DataFrame) -> tuple[str, ...]:
    """What was withheld or marked, for the rules that fired."""
    flags = table["flag"]
    few = int(table["direct"].isna().sum())
    counts = {
        f"{wording.plural(few, 'figure')} of own answers alone withheld: not enough answers": few,
        **{
            f"{wording.plural(number, 'area')} marked: {mark}": number
            for mark in (MODEL_ONLY, MOSTLY_MODEL, IMPRECISE)
            if (number := int(flags.str.contains(mark, regex=False).sum()))
        },
    }
    return tuple(text for text, number in counts.items() if number)


def beside(level: str, row: Row) -> tuple[str, ...]:
    """How much of a figure is the area's own, what its own answers alone say, and the chance of being above."""
    said = [
        f"{str(row['flag'])[:1].upper()}{str(row['flag'])[1:]}"
        if str(row["flag"]).startswith(MODEL_ONLY)
        else f"{wording.percent(row['shrinkage'])} of this figure comes from this {level}'s own answers"
    ]
    if not wording.missing(row["direct"]):
        between = wording.percent_between(row["direct_low"], row["direct_high"])
        said.append(f"From its own answers alone: {wording.percent(row['direct'])} ({between})")
    elif not str(row["flag"]).startswith(MODEL_ONLY):
        said.append(f"From its own answers alone: {row['direct_flag']}")
    return (*said, f"Chance of being above the force: {wording.chance(row['chance'])}")

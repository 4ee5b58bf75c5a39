"""Where to look: areas whose confidence clearly differs from the rest or clearly changed, by strength of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.finding import Finding, Lead, Line
from analytics.findings.asked import question_of
from analytics.findings.overview.stages import completed, first_of_confidence
from analytics.findings.overview.words import by_points
from analytics.findings.refusal import refused
from analytics.findings.survey import changes, choices, estimates
from analytics.findings.survey.answers import IN_A_YEAR, UNANSWERABLE, Answers, NoAnswers
from analytics.findings.tested import SIDES, chance_caveat, withheld_rule
from analytics.records import records_of
from analytics.scope import Scope
from analytics.survey import CHANGE, by_strength, q_values, standardised
from analytics.survey.sample import Floats
from data.settings import settings

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from data.store import View

    Row = Mapping[Hashable, Any]

COLUMNS = [
    "area",
    "name",
    "district",
    "district_code",
    "estimate",
    "low",
    "high",
    "base",
    "difference",
    "difference_low",
    "difference_high",
    "p_value",
    "q_value",
    "standardised",
    "verdict",
    "change",
    "change_low",
    "change_high",
    "change_p_value",
    "change_q_value",
    "change_standardised",
    "change_verdict",
    "since",
    "flag",
]
MOST = 5
"""So many areas are told of; the table has every one."""
_SIDES = (SIDES.above, SIDES.below)
_MOVES = (CHANGE.above, CHANGE.below)


def where_to_look(scope: Scope, view: View) -> Finding:
    """The areas whose confidence is clearly different from the rest of the force, or clearly changed."""
    question = question_of(where_to_look)
    try:
        scope = completed(scope, view)
        answers, level = _asked(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    places, noun = _places(answers, level), choices.called(view, answers.force, answers.survey, level)
    table, clear, told = places.table, places.clear, places.told
    headline = _headline(clear, places.shown, len(table), noun)
    order = _order(clear, places.against_rest)
    answer = f"{answers.measure.label}, {answers.year.span}: {headline[:1].lower()}{headline[1:]}. {order}"
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=answer,
        tables={"areas": table},
        provenance=answers.provenance(
            question,
            f"{wording.plural(places.base, 'answer')} in {wording.plural(len(table), noun)}, {answers.year.span}",
            [
                *places.withheld,
                f"{wording.plural(places.tests, 'difference')} tested, from the rest and from a year before, in "
                f"{clear} areas clear with Benjamini and Hochberg's false-discovery rate below "
                f"{settings().false_discovery:.2f}; ordered by the larger of an area's two standardised differences",
            ],
            answers.year.waves,
        ),
        caveats=(
            f"The figure of an area pools the waves of {answers.year.span}. Each is tested twice here, so that fewer "
            "may stand out than on Trends. The map of Neighbourhoods pools up to three "
            "years, so its figures are others.",
            *places.chance,
        ),
        lines=(
            *(_line(row, answers.scope.but(area=scope.area), level) for row in told),
            *_chosen_one(table, answers.scope.but(area=scope.area), level, [str(row["area"]) for row in told]),
        ),
        alt=answer,
    )


def locatable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where no area can be set against the rest."""
    _asked(completed(scope, view), view)


def _asked(scope: Scope, view: View) -> tuple[Answers, str]:
    """The answers about confidence in the whole force, and the finest level of which the survey tells."""
    force, survey = str(scope.force), str(scope.survey)
    if not choices.has_answers(view, force, survey):
        raise NoAnswers(
            f"Of {survey} only published figures are loaded, not the answers behind them: no area can be tested."
        )
    measure = first_of_confidence(scope, view)
    levels = set(choices.areas(view, force, survey)["area_level"])
    level = next((name for name in ("neighbourhood", "district") if name in levels), None)
    if level is None:
        raise NoAnswers(f"{survey} does not say where people live.")
    return Answers.of(scope.but(measure=measure, area=None), view), level


@dataclass(frozen=True, eq=False)
class _Places:
    """Every area of a level, and what is said of all of them together, whichever of them is chosen.

    Attributes
    ----------
    table
        `COLUMNS`, a row an area. Nobody may change it.
    clear, shown, tests, base
        How many areas stand out, have a figure, how many differences were tested, and answers.
    told
        The rows that are told of.
    against_rest
        Whether any area could be set against the rest.
    withheld, chance
        How many figures are withheld, and how many of those called clear may be so by chance, in sentences.
    """

    table: pd.DataFrame
    clear: int
    shown: int
    tests: int
    base: int
    told: tuple[Row, ...]
    against_rest: bool
    withheld: tuple[str, ...]
    chance: tuple[str, ...]


@lru_cache(maxsize=64)
def _places(answers: Answers, level: str) -> _Places:
    table = _table(answers, level)
    clear, tested = _clear(table), int(table["p_value"].notna().sum())
    return _Places(
        table,
        clear,
        shown=int(table["estimate"].notna().sum()),
        tests=tested + int(table["change_p_value"].notna().sum()),
        base=int(table["base"].fillna(0).sum()),
        told=tuple(records_of(table.head(min(MOST, clear)))),
        against_rest=tested > 0,
        withheld=tuple(withheld_rule(table)),
        chance=tuple(_chance(table)),
    )


def _table(answers: Answers, level: str) -> pd.DataFrame:
    """Every area with its two tests, what is clear first, the strongest evidence before the rest."""
    import numpy as np
    import pandas as pd

    view, force, survey = answers.view, answers.force, answers.survey
    table = estimates.by_area(answers, level).astype({"area": object})
    moved = changes.of_areas(answers.scope, view, level, (answers.measure.id,)).set_index("area")
    for name in ("change", "change_low", "change_high", "p_value", "score_p_value"):
        new = name if name.startswith("change") else f"change_{name}"
        table[new] = moved[name].reindex(table["area"]).to_numpy()
    table["since"] = moved["since"].reindex(table["area"]).to_numpy()
    tests, evidence = (
        table[[name, f"change_{name}"]].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        for name in ("p_value", "score_p_value")
    )
    q = q_values(tests.ravel()).reshape(tests.shape)
    verdicts = _verdicts(table, tests)
    known = choices.areas(view, force, survey).drop_duplicates("code").set_index("code")
    names = choices.names(view, force, survey)
    parents = known["parent_code"].reindex(table["area"])
    strength = standardised(evidence)
    table = table.assign(
        name=[names[area] for area in table["area"]],
        district=pd.Series([names.get(code) for code in parents], dtype=object) if level == "neighbourhood" else None,
        district_code=parents.to_numpy(),
        q_value=pd.array(q[:, 0], dtype="Float64"),
        change_q_value=pd.array(q[:, 1], dtype="Float64"),
        standardised=pd.array(strength[:, 0], dtype="Float64"),
        change_standardised=pd.array(strength[:, 1], dtype="Float64"),
        verdict=verdicts[0],
        change_verdict=verdicts[1],
    )
    clear = table["verdict"].isin(_SIDES) | table["change_verdict"].isin(_MOVES)
    order = by_strength(evidence)
    first = table.iloc[order[clear.to_numpy()[order]]]
    return pd.concat([first, table[~clear].sort_values(["name", "area"])], ignore_index=True)[COLUMNS]


def _verdicts(table: pd.DataFrame, tests: Floats) -> tuple[list[str], list[str]]:
    """What every difference from the rest and every change is called, over all of them together."""
    import pandas as pd

    both = pd.DataFrame(
        {
            "low": pd.concat([table["difference_low"], table["change_low"]]).astype("Float64"),
            "high": pd.concat([table["difference_high"], table["change_high"]]).astype("Float64"),
            "p_value": tests.ravel(order="F"),
        }
    )
    # Which words a verdict has depends on its test; whether it is clear on all of them.
    sides, moves = estimates.called(both, SIDES)[: len(table)], estimates.called(both, CHANGE)[len(table) :]
    return sides, moves


def _clear(table: pd.DataFrame) -> int:
    return int((table["verdict"].isin(_SIDES) | table["change_verdict"].isin(_MOVES)).sum())


def _headline(clear: int, shown: int, every: int, noun: str) -> str:
    if not shown:
        return f"Not enough answers of any of {wording.plural(every, noun)}"
    if not clear:
        return f"Nowhere stands out among {wording.plural(shown, noun)}"
    return f"{clear:,} of {wording.plural(shown, noun)} {'stands' if clear == 1 else 'stand'} out"


def _order(clear: int, against_rest: bool) -> str:
    if not clear:
        none = "None is clearly different from" if against_rest else "None can be set against"
        return f"{none} the rest of the force, and none clearly changed."
    few = (
        f"The {MOST} with the strongest evidence stand here" if clear > MOST else "The strongest evidence stands first"
    )
    return f"{few}; it is no ranking."


def _chance(table: pd.DataFrame) -> list[str]:
    """How many of the differences called clear may be so by chance, of both tests together."""
    import pandas as pd

    moved = table["change_verdict"].map({CHANGE.above: SIDES.above, CHANGE.below: SIDES.below}).fillna("")
    return chance_caveat(pd.DataFrame({"verdict": [*table["verdict"], *moved]}))


def _line(row: Row, scope: Scope, level: str) -> Line:
    """An area with what stands out there, and of how many answers."""
    down = row["verdict"] == SIDES.below or (row["verdict"] not in _SIDES and row["change_verdict"] == CHANGE.below)
    share = f"{wording.percent(row['estimate'])}, " if not wording.missing(row["estimate"]) else ""
    reasons = " and ".join(_reasons(row))
    return Line(
        bold=str(row["name"]),
        text=f"{share}{reasons}; {wording.plural(int(row['base']), 'answer')}",
        icon="arrow_downward" if down else "arrow_upward",
        look=down,
        mark=_mark(row, scope),
        leads=_lead(row, scope, level),
    )


def _reasons(row: Row) -> list[str]:
    said = []
    if row["verdict"] in _SIDES:
        said.append(f"{row['verdict']} the rest {by_points(row, 'difference')}")
    if row["change_verdict"] in _MOVES:
        since = "in a year" if row["since"] == IN_A_YEAR else row["since"]
        said.append(f"{row['change_verdict']} {by_points(row)} {since}")
    return said


def _chosen_one(table: pd.DataFrame, scope: Scope, level: str, told: list[str]) -> tuple[Line, ...]:
    """The chosen area, where it is not among those that are told of."""
    if scope.area is None or scope.area in told or scope.area not in set(table["area"]):
        return ()
    row = records_of(table[table["area"] == scope.area])[0]
    if _reasons(row):
        return (_line(row, scope, level),)
    if wording.missing(row["difference"]):
        text = str(row["flag"]) or "not compared with the rest"
    else:
        between = wording.points_between(row["difference_low"], row["difference_high"])
        text = (
            f"{wording.percent(row['estimate'])}, not clearly different from the rest ({between}); "
            f"{wording.plural(int(row['base']), 'answer')}"
        )
    return (Line(bold=str(row["name"]), text=text, icon="remove", mark="Chosen", leads=_lead(row, scope, level)),)


def _mark(row: Row, scope: Scope) -> str:
    """Whether this is the chosen area, or lies in it."""
    if scope.area is None:
        return ""
    if row["area"] == scope.area:
        return "Chosen"
    return "In the chosen area" if row["district_code"] == scope.area else ""


def _lead(row: Row, scope: Scope, level: str) -> Lead:
    there = Scope(
        force=scope.force,
        survey=scope.survey,
        layer=scope.measure,
        area=str(row["area"]),
        area_level=level,
        to_month=scope.to_month,
    )
    return Lead("neighbourhoods", there.address())


def _empty() -> pd.DataFrame:
    import pandas as pd

    texts = {"area", "name", "district", "district_code", "verdict", "change_verdict", "since", "flag"}
    return pd.DataFrame({name: pd.Series(dtype="object" if name in texts else "Float64") for name in COLUMNS})

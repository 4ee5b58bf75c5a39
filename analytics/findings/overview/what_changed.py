"""What changed: every measure of the survey against a year before, and what passes the test."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from analytics import wording
from analytics.finding import Finding, Lead, Line
from analytics.findings.asked import question_of
from analytics.findings.overview.stages import completed
from analytics.findings.overview.words import by_points
from analytics.findings.refusal import refused
from analytics.findings.survey import changes, choices, verdicts
from analytics.findings.survey.answers import IN_A_YEAR, UNANSWERABLE, Answers, NoAnswers
from analytics.findings.tested import number_tested
from analytics.records import records_of
from analytics.scope import Scope
from analytics.survey import CHANGE, by_strength
from data.settings import settings
from data.vocabularies.survey import STAGES, Measure, measures

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd

    from data.store import View

    Row = Mapping[Hashable, Any]

COLUMNS = ["measure", "area", "name", *changes.SHOWN[2:-1], "q_value", "verdict", "flag"]
MOST = 5
"""So many changes are told of; the table has every one."""
_CLEAR = (CHANGE.above, CHANGE.below)


def what_changed(scope: Scope, view: View) -> Finding:
    """Every measure's change since a year before, in the force and in its districts, or in one area; the clear ones."""
    question = question_of(what_changed)
    try:
        scope = completed(scope, view)
        comparable(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _empty(), scope, view, str(why))
    own = verdicts.of_scope(scope, view)
    districts = verdicts.of_districts(scope, view) if scope.area is None else own.iloc[:0]
    table = _table(own, districts, scope, view)
    clear = table[table["verdict"].isin(_CLEAR)]
    answer = _answer(own, districts, len(clear), scope, view)
    answers = Answers.of(scope.but(measure=str(table["measure"].iloc[0])), view)
    number = number_tested(own) + number_tested(districts)
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_headline(number, len(clear)),
        answer=answer,
        tables={"changes": table},
        provenance=answers.provenance(
            question,
            f"{wording.plural(number, 'change')}; the answers of each stand in the table",
            [*_tests(own, districts, _districts(scope, view)), *_not_tested(table)],
            _waves(scope, view, districts),
            of_every_measure=True,
        ),
        caveats=_caveats(scope, districts, _districts(scope, view)),
        lines=tuple(_line(row, scope) for row in records_of(clear.head(MOST))),
        alt=answer,
    )


def comparable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where no answers are held up to a scope's last month."""
    scope = completed(scope, view)
    force, survey = str(scope.force), str(scope.survey)
    if not choices.has_answers(view, force, survey):
        raise NoAnswers(
            f"Of {survey} only published figures are loaded, not the answers behind them: no change can be tested."
        )
    if verdicts.of_scope(scope, view).empty:
        raise NoAnswers(f"{survey} asks nothing up to {wording.month(str(scope.to_month))}.")


def _table(own: pd.DataFrame, districts: pd.DataFrame, scope: Scope, view: View) -> pd.DataFrame:
    """Every change: the clear ones first, the strongest evidence before the rest; what is not clear is not ranked."""
    import pandas as pd

    every = pd.concat([own, districts], ignore_index=True) if len(districts) else own
    names = choices.names(view, str(scope.force), str(scope.survey))
    every = every.assign(name=["" if wording.missing(area) else names[area] for area in every["area"]])
    clear = every["verdict"].isin(_CLEAR)
    found = every[clear]
    strongest = found.iloc[by_strength(found["p_value"].to_numpy(dtype=float))]
    return pd.concat([strongest, every[~clear]], ignore_index=True)[COLUMNS]


def _waves(scope: Scope, view: View, districts: pd.DataFrame) -> list[str]:
    """The waves that are compared: of the force or the area, and of the years of the districts."""
    areas = [scope.area, *districts["area"].head(1)]
    return sorted({wave for area in areas for wave in changes.compared_waves(scope.but(area=area), view)})


def _headline(tested: int, clear: int) -> str:
    if not tested:
        return "No change can be tested"
    return f"{wording.plural(clear, 'clear change')} among {tested:,} tested" if clear else "Nothing clearly changed"


def _answer(own: pd.DataFrame, districts: pd.DataFrame, clear: int, scope: Scope, view: View) -> str:
    number, beside = number_tested(own), number_tested(districts)
    if not number + beside:
        why = Counter(str(flag) for flag in own["flag"]).most_common(1)[0][0]
        return f"No change can be tested. Of most figures: {why}."
    since = set(own.loc[own["p_value"].notna(), "since"])
    over = "over a year" if since <= {IN_A_YEAR} else "since the figure before"
    where = f" in the {_districts(scope, view)}" if scope.area is None else ""
    also = f" and {beside:,}{where}" if beside else ""
    said = f"{wording.plural(number, 'change')} {over}{also} tested"
    if not clear:
        return f"Nothing clearly changed. {said}. {_still_possible(own, scope, view)}"
    rest = number + beside - clear
    more = f" The {MOST} with the strongest evidence stand here, the others in the table." if clear > MOST else ""
    others = f" The other {rest:,} {'is' if rest == 1 else 'are'} not clear." if rest else ""
    stand = "stands" if clear == 1 else "stand"
    return f"{said}, {clear:,} {stand} out after allowing for the number of tests.{more}{others}"


def _still_possible(own: pd.DataFrame, scope: Scope, view: View) -> str:
    """The narrowest and the widest interval of what was tested, so that no clear change is not read as none."""
    known = own[own["p_value"].notna()]
    if known.empty:
        return "How large a change of the whole force is still possible can't be told."
    width = (known["change_high"] - known["change_low"]).astype(float)
    said = [
        f"{wording.points_between(row['change_low'], row['change_high'])} ({measures()[str(row['measure'])].label})"
        for row in (known.iloc[at].to_dict() for at in dict.fromkeys((int(width.argmin()), int(width.argmax()))))
    ]
    if len(said) == 1:
        return f"A change of {said[0]} is still possible."
    return f"Even where most is known, a change of {said[0]} is still possible; where least is, one of {said[1]}."


def _line(row: Row, scope: Scope) -> Line:
    """One clear change: by how much it rose or fell, to what, of how many answers; and where it is drawn."""
    rose = row["verdict"] == CHANGE.above
    measure = measures()[str(row["measure"])]
    since = "" if row["since"] == IN_A_YEAR else f" {row['since']}"
    area = None if wording.missing(row["area"]) else str(row["area"])
    return Line(
        bold=measure.label,
        text=(
            f"{row['name'] or 'Whole force'}: {row['verdict']} {by_points(row)}{since}, to "
            f"{wording.percent(row['estimate'])} ({wording.percent_between(row['low'], row['high'])}, "
            f"{wording.plural(int(row['base']), 'answer')}), {row['period']}{_in_the_cycle(measure)}"
        ),
        icon="arrow_upward" if rose else "arrow_downward",
        look=rose != measure.higher_is_better,
        leads=Lead("trends", scope.but(measure=measure.id, area=area, from_month=None).address()),
    )


def _in_the_cycle(measure: Measure) -> str:
    """The stage that a question belongs to, and why that need not have changed; nothing of a question of none."""
    if measure.stage not in STAGES:
        return ""
    return (
        f". In the cycle it belongs to {measure.stage}, which averages its questions over a year and so need not have "
        "clearly changed"
    )


def _not_tested(table: pd.DataFrame) -> list[str]:
    reasons = Counter(
        reason if reason in (changes.NEW, changes.OLD, changes.BROKEN) else "too few answers"
        for flag in table.loc[table["p_value"].isna(), "flag"]
        for reason in [str(flag).partition(": ")[0]]
    )
    return [f"{wording.plural(number, 'figure')} not tested: {reason}" for reason, number in reasons.most_common()]


def _districts(scope: Scope, view: View) -> str:
    """What the districts are called: areas, where it is not known what they are."""
    return f"{choices.called(view, str(scope.force), str(scope.survey), verdicts.WIDER)}s"


def _tests(own: pd.DataFrame, districts: pd.DataFrame, called: str) -> list[str]:
    """How many changes were tested together, and how many of them are clear, for the rules that fired."""
    return [
        f"{wording.plural(number_tested(table), 'change')} {where} tested together, "
        f"{int(table['verdict'].isin(_CLEAR).sum())} clear with Benjamini and Hochberg's false-discovery rate below "
        f"{settings().false_discovery:.2f}"
        for table, where in ((own, "of every measure"), (districts, f"in the {called}"))
        if len(table)
    ]


def _caveats(scope: Scope, districts: pd.DataFrame, called: str) -> tuple[str, ...]:
    together = f", those of the {called} apart from those of the whole force" if len(districts) else ""
    pooled = " In an area each figure pools the waves of a year." if scope.area or len(districts) else ""
    return (
        "Rose and fell are only said where the 95 % interval leaves out 0 and the false-discovery rate over all that "
        f"was tested is below {wording.percent(settings().false_discovery)}{together}.{pooled} A change is "
        "described, not explained.",
    )


def _empty() -> pd.DataFrame:
    import pandas as pd

    texts = {"measure", "area", "name", "period", "before", "since", "verdict", "flag"}
    return pd.DataFrame({name: pd.Series(dtype="object" if name in texts else "Float64") for name in COLUMNS})

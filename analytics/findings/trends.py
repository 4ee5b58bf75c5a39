"""Trends: how a measure went from wave to wave, among whom and where."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from analytics import charts, wording
from analytics.finding import Finding, Mode, Panel
from analytics.findings.asked import question_of
from analytics.findings.refusal import refused
from analytics.findings.survey import choices, estimates, levels, notes
from analytics.findings.survey.answers import UNANSWERABLE, Answers, NoAnswers
from analytics.findings.survey.published import NO_INTERVAL, Published, first_day, last_day
from analytics.records import records_of
from analytics.scope import Scope
from analytics.survey import CHANGE, Verdicts
from data.settings import settings
from data.survey_cubes import NOT_KNOWN
from data.vocabularies.survey import attributes

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd
    import plotly.graph_objects as go

    from analytics.findings import Question
    from data.store import View

PUBLISHED = ["publication", "label", "month", "starts", "ends", "estimate"]
TREND = ["wave", "label", "month", "starts", "ends", *estimates.FIGURES, "broken"]
GROUPS = ["group", *estimates.FIGURES, "difference", "difference_low", "difference_high", "p_value", "verdict"]
AREAS = ["area", "name", *GROUPS[1:]]

_POOLED = {
    "waves": "",
    "years": "In an area each point pools the waves of a year: one wave holds few answers of an area.",
    "rolling": (
        "Each point pools the waves of 12 months, so neighbouring points share waves; a change allows for what they "
        "share. Where fewer than 12 months can be compared there is no point."
    ),
    "financial": "Each point pools the waves that end in a financial year, April to March.",
}
_MANY = 12
SIDES = Verdicts("above", "below", "not clearly different")


def measure(scope: Scope, view: View) -> Finding:
    """A measure in each wave, and whether it changed in a year."""
    question = question_of(measure)
    try:
        scope = choices.complete(scope, view)
        if not choices.has_answers(view, str(scope.force), str(scope.survey)):
            return _published_trend(question, Published.of(scope, view))
        answers = Answers.of(scope, view)
    except UNANSWERABLE as why:
        return refused(question, _empty(TREND), scope, view, str(why))
    table, change = trend_table(answers), change_table(answers)
    last = table.iloc[-1].to_dict()
    marks = notes.marks(answers.noted, table)
    said = tuple(map(notes.sentence, answers.noted))
    level, beside = _level_of(answers, table), Published.beside(answers.scope, view)
    others = [published_table(published) for published in beside]
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_change_headline(answers, change),
        answer=f"{_share_sentence(answers, last)}{change_sentence(answers, change)}",
        tables={
            "trend": table,
            "change": change,
            "notes": notes.table(answers.noted),
            **({} if level is None else {"level": level}),
            **_published_tables(beside, others),
        },
        provenance=answers.provenance(
            question,
            _base(table, answers),
            _rules(table, answers),
            [wave for point in answers.points for wave in point.waves],
        ),
        caveats=(
            *_break_caveats(table),
            f"{answers.wording} {answers.counted} {answers.unsure}",
            *filter(None, [_POOLED[answers.pooling.kind], _level_caveat(answers, table)]),
            *(_beside_caveat(published) for published in beside),
            *said,
        ),
        notes=said,
        draw=lambda mode: charts.share_trend(table, mode, marks, level=level, beside=others),
        alt=(
            f"{answers.measure.label} in {wording.plural(len(table), _points_word(answers))}{_marked(marks)}. "
            f"{_share_sentence(answers, last)}"
        ),
    )


def by_group(scope: Scope, view: View) -> Finding:
    """A measure among the groups of an attribute, against everyone else."""
    question = question_of(by_group)
    try:
        scope = choices.complete(scope, view)
        answers, grouping = Answers.of(scope, view), _grouping(scope, view)
        found = estimates.by_group(answers, grouping)
    except UNANSWERABLE as why:
        return refused(question, _empty(GROUPS), scope, view, str(why))
    table = found.sort_values(
        "group", key=lambda names: names.map(lambda name: (name == NOT_KNOWN, name)), ignore_index=True
    )
    table["verdict"] = _sides(table)
    waves = estimates.by_point_and_group(answers, grouping)
    everyone = trend_table(answers)
    panels, label = _group_panels(table, waves, everyone, answers), attributes()[grouping].label
    return Finding(
        key=question.key,
        question=question.asks,
        headline=f"{label}: {_sides_words(table)}",
        answer=(f"{label}, {answers.year.span}: {'; '.join(_group_words(row) for row in records_of(table))}."),
        tables={"groups": table[GROUPS], "waves": waves},
        provenance=answers.provenance(
            question,
            f"{wording.plural(int(table['base'].fillna(0).sum()), 'answer')}, {answers.year.span}",
            [*withheld_rule(table), *tests_rule(table)],
            answers.year.waves,
        ),
        caveats=(
            "Each group is set against everyone who is not in it. Differences are described, not explained.",
            *chance_caveat(table),
        ),
        panels=panels,
        alt=f"{answers.measure.label} by {label.lower()}, wave by wave",
    )


def by_area(scope: Scope, view: View) -> Finding:
    """A measure in each area, against the rest of the force."""
    question = question_of(by_area)
    try:
        scope = choices.complete(scope, view)
        if not choices.has_answers(view, str(scope.force), str(scope.survey)):
            return _published_areas(question, Published.of(scope.but(area=None), view))
        answers = Answers.of(scope.but(area=None), view)
        level = _level(scope, answers)
    except UNANSWERABLE as why:
        return refused(question, _empty(AREAS), scope, view, str(why))
    table = estimates.by_area(answers, level)
    table["name"] = table["area"].map(choices.names(view, answers.force, answers.survey))
    table = table.sort_values("name", ignore_index=True)
    table["verdict"] = _sides(table)
    whole = estimates.overall(answers).iloc[0].to_dict()
    return Finding(
        key=question.key,
        question=question.asks,
        headline=_areas_headline(table, level),
        answer=(
            f"{answers.measure.label}, {answers.year.span}: {_share(whole)} in the force as a whole. "
            f"{_areas_headline(table, level)}. In alphabetical order, not a ranking."
        ),
        tables={"areas": table[AREAS]},
        provenance=answers.provenance(
            question,
            f"{_answers(whole)}, {answers.year.span}",
            [*withheld_rule(table), *tests_rule(table)],
            answers.year.waves,
        ),
        caveats=(
            f"The figure of an area pools {wording.plural(len(answers.year.waves), 'wave')}, those of a year. Each "
            "area is set against the rest of the force.",
            *chance_caveat(table),
        ),
        panels=_area_panels(table, whole, answers.measure.higher_is_better),
        alt=f"{answers.measure.label} by area, against the whole force",
    )


def answerable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where a survey has neither answers nor published figures for a scope."""
    scope = choices.complete(scope, view)
    if choices.has_answers(view, str(scope.force), str(scope.survey)):
        Answers.of(scope, view)
    else:
        Published.of(scope, view)


def groupable(scope: Scope, view: View) -> None:
    """Raise one of ``UNANSWERABLE`` where a survey has no answers for a scope, or nothing to group them by."""
    scope = choices.complete(scope, view)
    Answers.of(scope, view)
    _grouping(scope, view)


@lru_cache(maxsize=256)
def trend_table(answers: Answers) -> pd.DataFrame:
    """The share at each point, in order, with its words and where the series breaks."""
    figures = estimates.by_point(answers).reset_index(names="wave")
    points = answers.points
    figures["label"] = [point.label for point in points]
    figures["month"] = [point.month for point in points]
    figures["starts"] = [point.starts for point in points]
    figures["ends"] = [point.ends for point in points]
    figures["broken"] = ["" if place == 0 else point.broken for place, point in enumerate(points)]
    figures["flag"] = ["nobody answered" if wording.missing(flag) else flag for flag in figures["flag"]]
    return figures[TREND]


def change_table(answers: Answers) -> pd.DataFrame:
    """The change over a year, in one row with its verdict; no row where there is none to be told."""
    import pandas as pd

    compared, before = estimates.change_to_last(answers), answers.earlier
    columns = ["before", "after", "was", "change", "change_low", "change_high", "p_value", "verdict"]
    if compared is None or before is None:
        return pd.DataFrame(columns=columns)
    named = compared.rename(columns={"estimate": "change", "low": "change_low", "high": "change_high"})
    return named.assign(
        before=before.name,
        after=answers.last.name,
        was=estimates.share_at(answers, before),
        verdict=estimates.called(compared, CHANGE),
    )[columns]


def change_sentence(answers: Answers, change: pd.DataFrame) -> str:
    """The change over a year as a sentence, or why there is none."""
    before = answers.earlier
    if before is None:
        return " No earlier wave asked it."
    when = "a year before" if answers.a_year_before else before.said
    if not answers.comparable(before, answers.last):
        return f" It is not compared with {when}: {answers.broken_since(before)} since then."
    if change.empty:
        return f" It is not compared with {when}: one of the two figures has too few answers."
    row = change.iloc[0].to_dict()
    # Whole points, unless they would not fit the two percentages beside them.
    fits = round(row["change"] * 100) == round(_last_share(answers) * 100) - round(row["was"] * 100)
    then = "A year before" if answers.a_year_before else f"In {before.said}"
    return (
        f" {then} it was {wording.percent(row['was'])}: a change of {wording.points(row['change'], 0 if fits else 1)} "
        f"({wording.points_between(row['change_low'], row['change_high']).removesuffix(' points')})."
    )


def _marked(marks: Sequence[charts.Mark]) -> str:
    return f", {wording.plural(len(marks), 'note')} marked" if marks else ""


def _last_share(answers: Answers) -> float:
    return float(trend_table(answers).iloc[-1]["estimate"])


def _change_headline(answers: Answers, change: pd.DataFrame) -> str:
    label, last = answers.measure.label, trend_table(answers).iloc[-1]
    if wording.missing(last["estimate"]):
        return f"{label}: not enough answers"
    if change.empty:
        return f"{label}: {wording.percent(last['estimate'])}, nothing to compare it with"
    verdict = change.iloc[0]["verdict"]
    if verdict == CHANGE.neither:
        return f"{label}: no clear change {answers.since}"
    return f"{label} {verdict} {answers.since}"


def _share_sentence(answers: Answers, row: Mapping[Hashable, Any]) -> str:
    where = "" if answers.scope.area is None else f" in {_area_name(answers)}"
    if wording.missing(row["estimate"]):
        return f"{row['label']}{where}: {row['flag']}."
    return f"{_share(row)} {answers.measure.says}{where}, {row['label']}."


def _answers(row: Mapping[Hashable, Any]) -> str:
    return "Few answers" if wording.missing(row["base"]) else wording.plural(int(row["base"]), "answer")


def _share(row: Mapping[Hashable, Any]) -> str:
    if wording.missing(row["estimate"]):
        return str(row["flag"])
    if wording.missing(row["low"]):
        return wording.percent(row["estimate"])
    base = wording.plural(int(row["base"]), "answer")
    return f"{wording.percent(row['estimate'])} ({wording.percent_between(row['low'], row['high'])}, {base})"


def _area_name(answers: Answers) -> str:
    return choices.names(answers.view, answers.force, answers.survey)[str(answers.scope.area)]


def _base(table: pd.DataFrame, answers: Answers) -> str:
    shown = wording.plural(len(table), _points_word(answers))
    if answers.pooling.kind == "rolling":
        return f"{_answers(table.iloc[-1].to_dict())} in the last of {shown}, which share waves"
    return f"{wording.plural(int(table['base'].fillna(0).sum()), 'answer')} in {shown}"


def _points_word(answers: Answers) -> str:
    return {"rolling": "rolling year", "financial": "financial year"}.get(answers.pooling.kind, "wave")


def _level_of(answers: Answers, table: pd.DataFrame) -> pd.DataFrame | None:
    """The level behind the points, where the reader wants it and there is one."""
    if answers.scope.smooth != "yes" or levels.why_not(answers, table):
        return None
    return levels.level_behind(table)


def _level_caveat(answers: Answers, table: pd.DataFrame) -> str:
    return (levels.why_not(answers, table) or levels.SAID) if answers.scope.smooth == "yes" else ""


def _beside_caveat(published: Published) -> str:
    return f"Dashed: {published.scope.survey}, as published; no interval can be given."


def _published_tables(beside: Sequence[Published], tables: Sequence[pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Figures that others published of the same measure, in one table."""
    import pandas as pd

    if not beside:
        return {}
    named = [table.assign(publication=p.shown) for p, table in zip(beside, tables, strict=True)]
    return {"published": pd.concat(named, ignore_index=True)[[*PUBLISHED, "flag"]]}


def _rules(table: pd.DataFrame, answers: Answers) -> list[str]:
    return [
        *withheld_rule(table),
        *(f"Series broken before {point.said}: {point.broken}" for point in answers.points[1:] if point.broken),
    ]


def withheld_rule(table: pd.DataFrame) -> list[str]:
    """How many figures are withheld, for the rules that fired; empty where none is."""
    few = int(table["estimate"].isna().sum())
    return [f"{wording.plural(few, 'figure')} withheld: not enough answers"] if few else []


def tests_rule(table: pd.DataFrame) -> list[str]:
    """How many differences were tested together, and how many are clear, for the rules that fired."""
    tested = int(table["p_value"].notna().sum())
    clear = int(table["verdict"].isin([SIDES.above, SIDES.below]).sum())
    return [
        f"{wording.plural(tested, 'difference')} tested, {clear} clear with Benjamini and Hochberg's false-discovery "
        f"rate below {settings().false_discovery:.2f}"
    ]


def _break_caveats(table: pd.DataFrame) -> list[str]:
    return [
        f"{broken.capitalize()} from {_began(label, starts, before)}: do not compare across the dashed line."
        for label, starts, broken, before in zip(
            table["label"], table["starts"], table["broken"], table["ends"].shift(fill_value=""), strict=True
        )
        if broken
    ]


def _began(label: str, starts: str, before: str) -> str:
    """When a point began; a year, which is called by its end, with its first month, unless years overlap there."""
    if not label.startswith("year to"):
        return label
    return wording.month(starts[:7]) if starts > before else f"the {label}"


def _break_after(table: pd.DataFrame, place: int) -> str:
    """What first broke a series after a figure of it, in words; empty where nothing did."""
    return next((str(broken) for broken in table["broken"].iloc[place + 1 :] if broken), "")


def _grouping(scope: Scope, view: View) -> str:
    held = choices.groupings(view, str(scope.force), str(scope.survey))
    if not held:
        raise NoAnswers(f"{scope.survey} holds nothing that its answers could be grouped by.")
    return scope.by or held[0]


def _level(scope: Scope, answers: Answers) -> str:
    held = set(choices.areas(answers.view, answers.force, answers.survey)["area_level"])
    if not held:
        raise NoAnswers(f"{answers.survey} does not say where people live.")
    if scope.area_level:
        return scope.area_level
    return "neighbourhood" if "neighbourhood" in held else "district"


def _sides(table: pd.DataFrame) -> list[str]:
    names = {"difference_low": "low", "difference_high": "high"}
    return estimates.called(table[[*names, "p_value"]].rename(columns=names), SIDES)


def _group_words(row: Mapping[Hashable, Any]) -> str:
    if wording.missing(row["estimate"]):
        return f"{row['group']}: {row['flag']}"
    return f"{row['group']} {_share(row)}"


def _sides_words(table: pd.DataFrame) -> str:
    """Which groups are clearly below and above everyone else, by name where they are few."""
    named = [
        f"{wording.listing(names) if len(names) < 3 else f'{len(names)} groups'} clearly {side}"
        for side in (SIDES.below, SIDES.above)
        if (names := list(table.loc[table["verdict"] == side, "group"]))
    ]
    return f"{', '.join(named)} everyone else" if named else "no group is clearly different from everyone else"


def _areas_headline(table: pd.DataFrame, level: str) -> str:
    counts = table["verdict"].value_counts()
    below, above = int(counts.get("below", 0)), int(counts.get("above", 0))
    shown = int(table["estimate"].notna().sum())
    if not shown:
        return f"Not enough answers of any of {wording.plural(len(table), level)}"
    if not below and not above:
        return f"None of {wording.plural(shown, level)} is clearly different from the rest"
    return f"Of {wording.plural(shown, level)} {below} clearly below the rest, {above} clearly above"


def _group_panels(
    table: pd.DataFrame, waves: pd.DataFrame, everyone: pd.DataFrame, answers: Answers
) -> tuple[Panel, ...]:
    rows = records_of(table[table["estimate"].notna()])
    filled = _filled(waves, [row["group"] for row in rows], everyone)
    ceiling = charts.shared_ceiling([filled, everyone])
    return tuple(
        Panel(
            label=str(row["group"]),
            value=wording.percent(row["estimate"]),
            interval=wording.percent_between(row["low"], row["high"]),
            draw=partial(_draw_small, filled.loc[[row["group"]]], everyone, ceiling),
            alt=f"{answers.measure.label}, {row['group']}: {_share(row)}",
        )
        for row in rows
    )


def _draw_small(rows: pd.DataFrame, everyone: pd.DataFrame, ceiling: float, mode: Mode) -> go.Figure:
    return charts.share_small(rows, everyone, ceiling, mode)


def _filled(waves: pd.DataFrame, groups: list[Hashable], everyone: pd.DataFrame) -> pd.DataFrame:
    """The figures of groups in every wave, with nulls where they have none; index: group, wave."""
    import pandas as pd

    every = pd.MultiIndex.from_product([groups, everyone["wave"]])
    places = {pair: place for place, pair in enumerate(zip(waves["group"], waves["wave"], strict=True))}
    # A place of none, -1, gives a row of nulls. Pairs take far longer to find in an index of two levels.
    figures = waves[estimates.FIGURES].reindex([places.get(pair, -1) for pair in every]).set_axis(every)
    words = {name: list(everyone[name]) * len(groups) for name in ("label", "month", "starts", "ends", "broken")}
    return figures.assign(**words)


def chance_caveat(table: pd.DataFrame) -> list[str]:
    """How many of the differences called clear may be so by chance."""
    clear = int(table["verdict"].isin([SIDES.above, SIDES.below]).sum())
    if not clear:
        return []
    rate = settings().false_discovery
    wrong = clear * rate
    about = (
        f"about {wrong:.0f} of these {clear}" if wrong > 0.5 else "this one" if clear == 1 else f"few of these {clear}"
    )
    return [
        f"Called clear with a false-discovery rate below {wording.percent(rate)}: {about} may be so by chance. The "
        "intervals are for one at a time."
    ]


def _area_panels(table: pd.DataFrame, whole: Mapping[Hashable, Any], welcome: bool) -> tuple[Panel, ...]:
    ceiling = charts.shared_ceiling([table])
    sides = {
        SIDES.below: ("Clearly below", "arrow_downward"),
        SIDES.neither: ("Not clearly different", "remove"),
        SIDES.above: ("Clearly above", "arrow_upward"),
    }
    panels = []
    for side, (title, icon) in sides.items():
        rows = table[(table["verdict"] == side) & table["estimate"].notna()]
        if rows.empty:
            continue
        panels.append(
            Panel(
                label=f"{title} · {len(rows)}",
                value="",
                interval="",
                draw=partial(_draw_rows, rows.rename(columns={"name": "label"}), whole, ceiling, welcome),
                alt=f"{title}: {wording.listing(list(rows['name']), 99)}",
                icon=icon,
            )
        )
    return tuple(panels)


def _draw_rows(
    rows: pd.DataFrame, whole: Mapping[Hashable, Any], ceiling: float, welcome: bool, mode: Mode
) -> go.Figure:
    quiet = len(rows) > _MANY and set(rows["verdict"]) == {SIDES.neither}
    return charts.share_rows(rows, whole, mode, ceiling=ceiling, welcome=welcome, quiet=quiet)


def _published_trend(question: Question, published: Published) -> Finding:
    series, table = published.series, published_table(published)
    last, before = table.iloc[-1], table[table["month"] == wording.earlier(str(table["month"].iloc[-1]), 12)]
    label, since = published.measure.label, "" if before.empty else _break_after(table, int(before.index[0]))
    was = (
        f" It is not compared with a year before: {since} since then."
        if since
        else f" A year before it was {wording.percent(before.iloc[0]['estimate'])}; whether that is a change can't be "
        "told without an interval."
        if len(before)
        else ""
    )
    marks = notes.marks(published.noted, table)
    said = tuple(map(notes.sentence, published.noted))
    where = "" if published.scope.area is None else f" in {series['area'].iloc[0]}"
    return Finding(
        key=question.key,
        question=question.asks,
        headline=f"{label}: {wording.percent(last['estimate'])}, no interval can be given",
        answer=(
            f"{wording.percent(last['estimate'])} {published.measure.says}{where}, {last['label']}, as "
            f"{published.scope.survey} publishes it.{was}"
        ),
        tables={"trend": table, "notes": notes.table(published.noted)},
        provenance=published.provenance(
            question, f"{wording.plural(len(table), 'published figure')}; their base is not published", [NO_INTERVAL]
        ),
        caveats=(
            NO_INTERVAL,
            *([published.disagreements] if published.disagreements else []),
            _rolling(series),
            *_break_caveats(table),
            *said,
        ),
        notes=said,
        draw=lambda mode: charts.share_trend(table, mode, marks),
        alt=f"{label}, {wording.plural(len(table), 'published figure')}, without intervals{_marked(marks)}",
    )


def published_table(published: Published) -> pd.DataFrame:
    """Published figures in the columns of a trend."""
    series = published.series
    table = _empty(TREND).reindex(range(len(series)))
    table["wave"] = table["month"] = series["month"].to_numpy()
    pairs = [(str(month), int(months)) for month, months in series[["month", "months"]].itertuples(index=False)]
    table["starts"] = [first_day(wording.earlier(month, months - 1)) for month, months in pairs]
    table["ends"] = [last_day(month) for month, _ in pairs]
    table["label"] = [_twelve(month, months) for month, months in pairs]
    table["estimate"], table["low"], table["high"] = series["share"], series["low"], series["high"]
    table["base"] = series["base"].astype("Float64")
    table["flag"], table["broken"] = "no interval can be given: no base is published", published.broken
    return table


def _published_areas(question: Question, published: Published) -> Finding:
    rows, scope = published.areas, published.scope
    if rows.empty:
        return refused(question, _empty(AREAS), scope, published.view, f"{scope.survey} publishes no areas.")
    table = _empty(AREAS).reindex(range(len(rows)))
    table["area"], table["name"] = rows["code"].to_numpy(), rows["area"].to_numpy()
    table["estimate"], table["base"] = rows["share"].to_numpy(), rows["base"].astype("Float64").to_numpy()
    table["flag"] = "no interval can be given: no base is published"
    table["verdict"] = "not tested"
    when = _twelve(str(rows["month"].iloc[0]), int(rows["months"].iloc[0]))
    lowest, highest = float(table["estimate"].min()), float(table["estimate"].max())
    whole: dict[Hashable, Any] = {
        "estimate": _force_share(published, str(rows["month"].iloc[0])),
        "low": None,
        "high": None,
    }
    headline = f"{len(table)} districts, {when}: no interval can be given"
    return Finding(
        key=question.key,
        question=question.asks,
        headline=headline,
        answer=(
            f"{published.measure.label}, {when}: published figures of {len(table)} districts lie between "
            f"{wording.percent(lowest)} and {wording.percent(highest)}. Which of them differ can't be told without an "
            "interval. In alphabetical order, not a ranking."
        ),
        tables={"areas": table},
        provenance=published.provenance(
            question,
            f"{len(table)} published figures; their base is not published",
            [NO_INTERVAL],
            publication=str(rows["publication"].iloc[0]),
        ),
        caveats=(NO_INTERVAL, f"Shown is {rows['publication'].iloc[0]}."),
        panels=(
            Panel(
                label=f"All districts · {len(table)}",
                value="",
                interval="",
                draw=partial(_draw_rows, table.rename(columns={"name": "label"}), whole, 1.0, True),
                alt=f"{published.measure.label} by district, {when}, without intervals",
            ),
        ),
        alt=headline,
    )


def _force_share(published: Published, month: str) -> float | None:
    own = published.figures
    own = own[(own["level"] == "force") & (own["month"] == month)]
    return None if own.empty else float(own["share"].iloc[0])


def _twelve(month: str, months: int) -> str:
    return (
        f"year to {wording.month(month)}" if months == 12 else wording.months(wording.earlier(month, months - 1), month)
    )


def _rolling(series: pd.DataFrame) -> str:
    months = int(series["months"].iloc[-1])
    return f"Each figure covers {months} months, so neighbouring figures share most of their answers."


def _empty(columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    texts = {"wave", "label", "month", "starts", "ends", "flag", "broken", "group", "verdict", "area", "name"}
    return pd.DataFrame({c: pd.Series(dtype="object" if c in texts else "Float64") for c in columns})

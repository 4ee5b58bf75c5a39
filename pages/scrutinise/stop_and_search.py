"""Stop and search: how big a difference, how sure, for whom, and on what data."""

from functools import partial

import streamlit as st

from analytics.finding import Finding
from analytics.findings.stop_and_search import FAIRNESS
from pages.parts import contents, filters, show, states
from pages.parts.release import answer, current_view, silent_parts


def ask(question: str) -> Finding:
    """One of the page's own questions, of its view."""
    return answer(key(question), scope, view)


def key(question: str) -> str:
    """The name by which everybody else knows a question of the page."""
    return f"stop_and_search.{question}"


def each(*questions: str) -> None:
    """Answers below each other."""
    states.whole_force(scope, map(key, questions))
    show.each(map(ask, questions), said)


def who(rates: str, trend: str) -> None:
    """The ratio drawn with what bears on it, then rates of every group and their course, side by side."""
    if ratio.refused:
        return each(rates, *(() if ask(trend).refused else (trend,)))
    left, right = st.columns(2, gap="large")
    with left:
        show.chart(ratio)
        show.evidence(ratio, beside=False)
    with right:
        st.markdown("### What to bear in mind", anchors=False)
        show.caveats(ratio, said)
    told = [*said, *ratio.caveats]
    left, right = st.columns(2, gap="large")
    with left:
        show.whole(ask(rates), beside=False, said=told)
    with right:
        show.whole(ask(trend), beside=False, said=told, opened=False)


def areas(*questions: str) -> None:
    """Areas set against each other, of the level that is chosen."""
    filters.choose_level(scope, view, ask(questions[0]).provenance.scope.get("area_level"))
    each(*questions)


def thresholds(gaps: str, bars: str) -> None:
    """The test of thresholds, and what a bar moved by hand shows of it."""
    each(gaps)
    show.moved(ask(bars), "Bar of the second group", said=ask(gaps).caveats)


PARTS = {
    "who": ("Who", who, "rates", "trend"),
    "areas": ("Areas", areas, "funnel", "edges"),
    "alike": ("Like with like", each, "standardised", "similar_forces"),
    "powers": ("Under which power", each, "by_power", "by_object"),
    "found": ("What was found", each, "find_rates", "outcomes"),
    "children": ("Children", each, "children", "more_thorough"),
    "tests": ("Five tests", each, "scorecard"),
    "aims": ("Five aims", each, "diagnostic", "confidence_link"),
    "teams": ("Teams", each, "teams"),
    "thresholds": ("Thresholds", thresholds, "threshold_gaps", "bars"),
    "data": ("The data", each, "quality", "hours", "months"),
}

view = current_view()
scope = filters.frame("Stop and search", view, filters.STOPS)

if scope is None:
    states.no_stops(view)
    st.stop()

ratio = ask("disproportionality")
said = [ratio.answer] if ratio.refused else [ratio.answer, FAIRNESS]
show.headline(ratio)
show.strip(ratio)
with st.container(gap="xsmall"):
    show.badges(ask("quality"), "Data", "More under The data", partial(contents.turn_to, "data"))
    if not ratio.refused:
        st.caption(FAIRNESS)

titles = {name: title for name, (title, *_) in PARTS.items()}
silent = silent_parts({name: [*map(key, asked)] for name, (_, _, *asked) in PARTS.items()}, scope, view)
part, place = contents.opened(titles, first="areas" if scope.area_level else "who", silent=silent)
with place:
    _, draw, *questions = PARTS[part]
    draw(*questions)

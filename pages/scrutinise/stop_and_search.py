"""Stop and search: how big a difference, how sure, for whom, and on what data."""

from functools import partial

import streamlit as st

from analytics.finding import Finding
from pages.parts import contents, filters, show, states
from pages.parts.release import answer, current_view


def ask(question: str) -> Finding:
    """One of the page's own questions, of its view."""
    return answer(f"stop_and_search.{question}", scope, view)


def each(*questions: str) -> None:
    """Answers below each other."""
    states.whole_force(scope, [f"stop_and_search.{question}" for question in questions])
    show.each(map(ask, questions), [ratio.answer, *ratio.caveats])


def who() -> None:
    """Rates of every group, and their course; side by side where there is a ratio, too."""
    if ratio.refused:
        return each("rates", *(() if ask("trend").refused else ("trend",)))
    said = [ratio.answer, *ratio.caveats]
    left, right = st.columns(2, gap="large")
    with left:
        show.whole(ask("rates"), beside=False, said=said)
    with right:
        show.whole(ask("trend"), beside=False, said=said, opened=False)


def areas() -> None:
    """Areas set against each other, of the level that is chosen."""
    filters.choose_level(scope, view, ask("funnel").provenance.scope.get("area_level"))
    each("funnel", "edges")


def thresholds() -> None:
    """The test of thresholds, and what a bar moved by hand shows of it."""
    each("threshold_gaps")
    show.moved(ask("bars"), "Bar of the second group", said=ask("threshold_gaps").caveats)


PARTS = {
    "who": ("Who", who),
    "areas": ("Areas", areas),
    "alike": ("Like with like", partial(each, "standardised", "similar_forces")),
    "powers": ("Under which power", partial(each, "by_power", "by_object")),
    "found": ("What was found", partial(each, "find_rates", "outcomes")),
    "children": ("Children", partial(each, "children", "more_thorough")),
    "tests": ("Five tests", partial(each, "scorecard")),
    "aims": ("Five aims", partial(each, "diagnostic", "confidence_link")),
    "teams": ("Teams", partial(each, "teams")),
    "thresholds": ("Thresholds", thresholds),
    "data": ("The data", partial(each, "quality", "hours", "months")),
}

view = current_view()
scope = filters.frame("Stop and search", view, filters.STOPS)

if scope is None:
    states.no_stops(view)
    st.stop()

ratio = ask("disproportionality")
show.headline(ratio)
show.strip(ratio)
show.badges(ask("quality"), "Data", "More under The data", partial(contents.turn_to, "data"))

if not ratio.refused:
    left, right = st.columns(2, gap="large")
    with left:
        show.chart(ratio)
        show.evidence(ratio, beside=False)
    with right:
        st.markdown("### What to bear in mind", anchors=False)
        show.caveats(ratio)

titles = {name: title for name, (title, _) in PARTS.items()}
part, place = contents.opened(titles, first="areas" if scope.area_level else "who")
with place:
    PARTS[part][1]()

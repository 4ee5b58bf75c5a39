"""Stop and search: how big a difference, how sure, for whom, and on what data."""

import streamlit as st

from pages.parts import filters, show, states
from pages.parts.release import answer, current_view


def part(label: str, icon: str, key: str, *questions: str) -> None:
    """A part of the page that is counted when it is opened; no caveat stands in it twice."""
    said = list(ratio.caveats)
    with show.on_demand(label, f":material/{icon}:", key) as opened:
        for question in questions if opened else ():
            finding = answer(f"stop_and_search.{question}", scope, view)
            show.whole(finding, beside=False, said=said)
            said += finding.caveats


view = current_view()
scope = filters.frame("Stop and search", view, filters.STOPS)

if scope is None:
    states.no_stops(view)
    st.stop()

ratio = answer("stop_and_search.disproportionality", scope, view)
show.headline(ratio)
show.strip(ratio)
show.badges(answer("stop_and_search.quality", scope, view), "Data", "More: How good the data are, below.")

if ratio.refused:
    counts = answer("stop_and_search.rates", scope, view)
    show.whole(counts, said=[ratio.answer])
    months = answer("stop_and_search.trend", scope, view)
    if not months.refused:
        show.whole(months, said=counts.caveats)
else:
    left, right = st.columns(2, gap="large")
    with left:
        show.chart(ratio)
        show.evidence(ratio, beside=False)
    with right:
        st.markdown("### What to bear in mind", anchors=False)
        show.caveats(ratio)

    said = [ratio.answer, *ratio.caveats]
    who, months = st.columns(2, gap="large")
    with who:
        show.whole(answer("stop_and_search.rates", scope, view), beside=False, said=said)
    with months:
        show.whole(answer("stop_and_search.trend", scope, view), beside=False, said=said, opened=False)

with show.on_demand("Areas against each other", ":material/scatter_plot:", "funnel", scope.area_level) as opened:
    if opened:
        areas = answer("stop_and_search.funnel", scope, view)
        filters.choose_level(scope, view, areas.provenance.scope.get("area_level"))
        show.whole(areas, beside=False, said=ratio.caveats)
        show.whole(answer("stop_and_search.edges", scope, view), beside=False, said=[*ratio.caveats, *areas.caveats])

part("Of the same age and sex", "supervisor_account", "ages", "standardised")
part("Against the most similar forces", "compare_arrows", "similar", "similar_forces")
part("Under which power, and what was looked for", "rule", "why", "by_power", "by_object")
part("What was found", "manage_search", "found", "find_rates", "outcomes")
part("Children, and more thorough searches", "child_care", "conduct", "children", "more_thorough")
part("Five tests", "checklist", "tests", "scorecard")
part("Diagnostic by the guidance's five aims", "troubleshoot", "diagnostic", "diagnostic", "confidence_link")
part("Teams", "groups", "teams", "teams")

with show.on_demand("Are the thresholds equal? (experimental)", ":material/science:", "thresholds") as opened:
    if opened:
        thresholds = answer("stop_and_search.threshold_gaps", scope, view)
        show.whole(thresholds, beside=False, said=ratio.caveats)
        show.moved(answer("stop_and_search.bars", scope, view), "Bar of the second group", said=thresholds.caveats)

part("How good the data are", "fact_check", "quality", "quality", "hours")

show.whole(answer("stop_and_search.months", scope, view), said=ratio.caveats)

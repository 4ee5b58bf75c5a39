"""Stop and search: how big a difference, how sure, for whom, and on what data."""

import streamlit as st

from pages.parts import filters, show, states
from pages.parts.release import answer, current_view

view = current_view()
scope = filters.frame("Stop and search", view, filters.STOPS)

if scope is None:
    states.no_stops(view)
    st.stop()

ratio = answer("stop_and_search.disproportionality", scope, view)
show.headline(ratio)
show.strip(ratio)

if ratio.refused:
    show.whole(answer("stop_and_search.rates", scope, view), said=[ratio.answer])
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
            show.whole(areas, beside=False, said=said)

with show.on_demand("Why, and under which power", ":material/rule:", "why") as opened:
    if opened:
        powers = answer("stop_and_search.by_power", scope, view)
        show.whole(powers, beside=False, said=ratio.caveats)
        objects = answer("stop_and_search.by_object", scope, view)
        show.whole(objects, beside=False, said=[*ratio.caveats, *powers.caveats])

with show.on_demand("What was found", ":material/manage_search:", "found") as opened:
    if opened:
        found = answer("stop_and_search.find_rates", scope, view)
        show.whole(found, beside=False, said=ratio.caveats)
        followed = answer("stop_and_search.outcomes", scope, view)
        show.whole(followed, beside=False, said=[*ratio.caveats, *found.caveats])

with show.on_demand("How good the data are", ":material/fact_check:", "quality") as opened:
    if opened:
        show.whole(answer("stop_and_search.quality", scope, view), beside=False, said=ratio.caveats)

with show.on_demand("Diagnostic by the guidance's five aims", ":material/rule:", "diagnostic") as opened:
    if opened:
        show.whole(answer("stop_and_search.diagnostic", scope, view), beside=False, said=ratio.caveats)
        show.whole(answer("stop_and_search.confidence_link", scope, view), beside=False)

show.whole(answer("stop_and_search.months", scope, view), said=ratio.caveats)

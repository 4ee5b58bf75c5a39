"""Trends: how a measure went from wave to wave, among whom and where it is different."""

import streamlit as st

from pages.parts import contact, filters, series_notes, show, states
from pages.parts.identity import current_user
from pages.parts.release import answer, current_view

view = current_view()
scope = filters.frame("Trends", view, filters.SURVEY)

if scope is None:
    states.no_survey(view)
    st.stop()

trend = answer("trends.measure", scope, view)
show.headline(trend)
show.chart(trend)
show.notes(trend)
show.caveats(trend, said=trend.notes)
show.evidence(trend)
if not trend.refused:
    series_notes.edit(view, scope, current_user())

if not trend.refused and filters.holds_answers(scope, view):
    said = scope.compare_from or scope.against_from or scope.against_to
    with show.on_demand("Compare two periods", ":material/compare_arrows:", "compare", said) as opened:
        if opened:
            filters.choose_periods(scope, view)
            show.whole(answer("trends.compare", scope, view), beside=False, said=trend.caveats)
    with show.on_demand("Which measures changed", ":material/checklist:", "changes") as opened:
        if opened:
            show.whole(answer("trends.change", scope, view), beside=False, said=trend.caveats)

show.whole(answer("trends.by_group", scope, view), said=trend.caveats)
show.whole(answer("trends.by_area", scope, view), said=trend.caveats)
contact.lead(scope, view)

"""Overview: how confidence and each stage are, what changed, where to look, and where the cycle is weakest."""

import streamlit as st

from analytics.finding import Lead
from pages.parts import filters, show, states
from pages.parts.release import answer, current_view

view = current_view()
scope = filters.frame("Overview", view, filters.OVERVIEW)

if scope is None:
    states.no_survey(view)
    st.stop()

confidence = answer("overview.headline", scope, view)
show.headline(confidence)
stages = answer("overview.tiles", scope, view)
show.tiles(stages)

changed = answer("overview.what_changed", scope, view)
places = answer("overview.where_to_look", scope, view)
weakest = answer("cycle.weakest_link", scope, view)
left, middle, right = st.columns(3, gap="medium")
with left:
    show.lines(changed, "What changed")
with middle:
    show.lines(places, "Where to look")
with right:
    show.lines(weakest, "Where the cycle is weakest", Lead("cycle", scope.address()))
state = answer("overview.data_state", scope, view)
show.badges(state, "Data")
show.behind(
    {"Each stage": stages, "What changed": changed, "Where to look": places, "Weakest link": weakest, "Data": state}
)
show.caveats(confidence)

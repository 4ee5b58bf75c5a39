"""Overview: is confidence up, down or not clearly changed, how is each stage, what changed, and where to look."""

import streamlit as st

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
left, right = st.columns(2, gap="medium")
with left:
    show.lines(changed, "What changed")
with right:
    show.lines(places, "Where to look")
state = answer("overview.data_state", scope, view)
show.badges(state, "Data")
show.behind({"Each stage": stages, "What changed": changed, "Where to look": places, "Data": state})
show.caveats(confidence)

"""Overview: is confidence up, down or not clearly changed, and how is each stage of the cycle."""

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
show.answer(stages)
show.evidence(stages)
show.caveats(confidence)

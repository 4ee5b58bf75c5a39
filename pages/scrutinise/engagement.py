"""Engagement: who was reached, against who lives there."""

import streamlit as st

from pages.parts import filters, show, states
from pages.parts.release import answer, current_view

view = current_view()
scope = filters.frame("Engagement", view, filters.ENGAGEMENT)
show.follow_mode()

if scope is None:
    states.no_engagement(view)
    st.stop()

reached = answer("engagement.reach", scope, view)
show.headline(reached)
show.chart(reached)
show.caveats(reached)
show.evidence(reached)

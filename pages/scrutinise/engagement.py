"""Engagement: who was reached, how much was done and how far people had a say, what came of what they asked for."""

import streamlit as st

from pages.parts import filters, show, states
from pages.parts.release import answer, current_view

view = current_view()
scope = filters.frame("Engagement", view, filters.ENGAGEMENT)

if scope is None:
    states.no_engagement(view)
    st.stop()

reached = answer("engagement.reach", scope, view)
show.headline(reached)
show.chart(reached)
show.caveats(reached)
show.evidence(reached)

held = answer("engagement.activity", scope, view)
show.headline(held, "###", said=[reached.answer])
show.tiles(held)
show.chart(held)
show.panels(held)
show.caveats(held, said=reached.caveats)
show.evidence(held, beside=False)

heard = answer("engagement.feedback", scope, view)
show.whole(heard, said=[held.answer])
show.listing(heard, "ledger", "You said, we did")
states.no_feedback(view, scope)

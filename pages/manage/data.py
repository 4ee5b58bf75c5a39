"""Data: what is loaded, what is missing, who loaded it and why, and how to take it back."""

import streamlit as st

from analytics.scope import Scope
from pages.parts import show
from pages.parts.release import answer, current_view

view = current_view()
st.title("Data")
show.follow_mode()

if view:
    coverage = answer("data.coverage", Scope(), view)
    show.whole(coverage, level="##")
    if not coverage.refused:
        show.status_key()

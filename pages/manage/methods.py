"""Data and methods: what is loaded, what words mean, how figures are made, what is withheld, and what is promised."""

import streamlit as st

from analytics.scope import Scope
from data.settings import settings
from pages.parts import contents, demonstration, document, library, show
from pages.parts.release import answer, current_view

PARTS = {
    "loaded": "What is loaded",
    "definitions": "Definitions",
    "methods": "Methods",
    "withheld": "What is withheld",
    "evidence": "Evidence library",
    "accessibility": "Accessibility",
    "data-protection": "Data protection",
}

view = current_view()
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="xsmall"):
    st.title("Data and methods", anchor=False, width="content")
    demonstration.mark(view)
part, place = contents.opened(PARTS)

with place:
    if part == "loaded":
        coverage = answer("data.coverage", Scope(), view)
        show.whole(coverage, level="##")
        if coverage.panels:
            show.status_key()
        elif coverage.refused:
            st.markdown("[Load files](upload), and this page says what they hold and what is missing.")
    elif part == "definitions":
        library.definitions(answer("methods.definitions", Scope(), view))
    elif part == "methods":
        library.methods(answer("methods.figures", Scope(), view))
        show.whole(answer("methods.coverage", Scope(), view), level="##", beside=False)
    elif part == "withheld":
        library.rules(answer("methods.withheld", Scope(), view))
    elif part == "evidence":
        library.studies(answer("methods.evidence", Scope(), view))
    elif part == "accessibility":
        document.show("accessibility.md", contact=settings().contact or document.NO_CONTACT)
    else:
        document.show("data-protection.md")

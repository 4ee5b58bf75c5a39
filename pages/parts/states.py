"""What a page shows where there is nothing to show: empty states, each with a way out."""

from __future__ import annotations

import streamlit as st

from analytics.findings import choices
from analytics.findings.engagement import choices as engagement_choices
from analytics.findings.neighbourhoods import choices as map_choices
from analytics.findings.survey import choices as survey_choices
from data.shapes import SHAPES
from data.store import View
from data.tables import AREAS


def no_survey(view: View) -> None:
    """Say that no survey is loaded, and how to load one."""
    if survey_choices.forces(view):
        return
    with st.container(border=True):
        st.markdown("### No survey loaded yet")
        st.markdown("**No survey is loaded.** Load one, and this page shows what people think of the police.")
        how_to_load("FILE --mapping MAPPING.toml", "a wave of your survey with its mapping file", "first wave")
        st.caption("Figures that others have published need no mapping. docs/mapping.md says how to write one.")


def no_stops(view: View) -> None:
    """Say that no stop-and-search file is loaded, and how to load one."""
    if choices.forces(view):
        return
    with st.container(border=True):
        st.markdown("### No stop and search loaded yet")
        st.markdown("**No stop-and-search file is loaded.** Load one, and this page fills itself.")
        how_to_load("FOLDER", "files of your force", "first load")


def no_engagement(view: View) -> None:
    """Say that no engagement event is loaded, and how to load some."""
    if engagement_choices.forces(view):
        return
    with st.container(border=True):
        st.markdown("### No engagement loaded yet")
        st.markdown("**No engagement event is loaded.** Load one, and this page shows who was reached.")
        how_to_load("FILES", "filled templates of events and participants", "engagement log")
        st.caption(
            "`python -m data templates FOLDER` writes the templates; docs/data-dictionary.md says what is meant."
        )


def no_areas(view: View) -> None:
    """Say that no area can be drawn, and what to do about it."""
    if map_choices.forces(view):
        return
    with st.container(border=True):
        st.markdown("### No areas to draw yet")
        if view.has(AREAS.name) and not view.has(SHAPES.name):
            st.markdown("**This release was counted before areas were drawn.** Count it again, and the map is here:")
            st.code('.venv/bin/python -m data recount --reason "draw the areas"', language=None, wrap_lines=True)
            return
        st.markdown(
            "**No set of areas that anything could be drawn in is loaded.** Load one, and this page draws it: "
            "boundaries, and a survey, stop and search or engagement of the same force."
        )
        how_to_load("FOLDER", "files of your force", "first load")


def nothing_loaded(view: View) -> None:
    """Say that neither a survey nor a stop-and-search file is loaded, and how to load files."""
    if choices.forces(view) or survey_choices.forces(view):
        return
    with st.container(border=True):
        st.markdown("### Nothing loaded yet")
        st.markdown(
            "**No survey and no stop-and-search file is loaded.** Load one, and this page says what it holds and what "
            "is missing."
        )
        how_to_load("FOLDER", "files of your force", "first load")
        st.caption("A wave of your own survey comes with a mapping file: docs/mapping.md says how to write one.")


def how_to_load(what: str, words: str, reason: str) -> None:
    """The command that loads files, and what to load."""
    st.markdown(
        f"Put {words} into one folder: stop and search, a census file by ethnic group, boundaries, and the lookup of "
        "local authorities to police force areas. Then run this command in the folder of the dashboard:"
        if what == "FOLDER"
        else f"Take {words} and run this command in the folder of the dashboard:"
    )
    st.code(
        f'.venv/bin/python -m data load {what} --by "your name" --reason "{reason}"', language=None, wrap_lines=True
    )
    st.caption("On Windows: .venv\\Scripts\\python in place of .venv/bin/python.")

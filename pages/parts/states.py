"""What a page shows where there is nothing to show: empty states, each with a way out."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from analytics.findings import QUESTIONS, choices
from analytics.findings.engagement import choices as engagement_choices
from analytics.findings.neighbourhoods import choices as map_choices
from analytics.findings.survey import choices as survey_choices
from analytics.scope import Scope
from data.shapes import SHAPES
from data.store import View
from data.tables import AREAS


def no_survey(view: View) -> None:
    """Say that no survey is loaded, and how to load one."""
    if survey_choices.forces(view):
        return
    with st.container(border=True):
        st.markdown("## No survey loaded yet", anchors=False)
        st.markdown("**No survey is loaded.** Load one, and this page shows what people think of the police.")
        how_to_load("FILE --mapping MAPPING.toml", "a wave of your survey with its mapping file", "first wave")
        st.caption("On the Upload page a form makes the mapping. Figures that others have published need none.")


def no_stops(view: View) -> None:
    """Say that no stop-and-search file is loaded, and how to load one."""
    if choices.forces(view):
        return
    with st.container(border=True):
        st.markdown("## No stop and search loaded yet", anchors=False)
        st.markdown("**No stop-and-search file is loaded.** Load one, and this page fills itself.")
        how_to_load("FOLDER", "files of your force", "first load")


def no_engagement(view: View) -> None:
    """Say that no engagement event is loaded, and how to load some."""
    if engagement_choices.forces(view):
        return
    with st.container(border=True):
        st.markdown("## No engagement loaded yet", anchors=False)
        st.markdown("**No engagement event is loaded.** Load one, and this page shows who was reached.")
        how_to_load("FILES", "filled templates of events and participants", "engagement log")
        st.caption("The Upload page has the templates and says what their columns mean.")


def no_areas(view: View) -> None:
    """Say that no area can be drawn, and what to do about it."""
    if map_choices.forces(view):
        return
    with st.container(border=True):
        st.markdown("## No areas to draw yet", anchors=False)
        if view.has(AREAS.name) and not view.has(SHAPES.name):
            st.markdown("**This release was counted before areas were drawn.** Count it again, and the map is here:")
            st.code('.venv/bin/python -m data recount --reason "draw the areas"', language=None, wrap_lines=True)
            return
        st.markdown(
            "**No set of areas that anything could be drawn in is loaded.** Load one, and this page draws it: "
            "boundaries, and a survey, stop and search or engagement of the same force. It also needs the lookup of "
            "local authorities to police force areas, which says what lies in which force."
        )
        how_to_load("FOLDER", "files of your force", "first load")


def no_feedback(view: View, scope: Scope) -> None:
    """Say how to load what people asked for, where nothing of it is loaded for the force."""
    if len(engagement_choices.feedback(view, str(scope.force))):
        return
    with st.container(border=True):
        st.markdown("### Load what people asked for", anchors=False)
        how_to_load("FILE", "the filled template of feedback", "feedback log")
        st.caption("The Upload page has the template and says what its columns mean.")


def may_not_publish() -> None:
    """Say who may upload."""
    with st.container(border=True):
        st.markdown("## You may look, but not upload", anchors=False)
        st.markdown("Ask whoever looks after this dashboard for the role of an analyst.")


def folders() -> None:
    """How whole folders and large files are loaded."""
    with st.expander("Whole folders and large files", icon=":material/folder:", key="upload_folders"):
        st.markdown("A folder is loaded with everything below it by this command, in the folder of the dashboard:")
        command("FOLDER", "first load")


def how_to_load(what: str, words: str, reason: str) -> None:
    """The page that takes files, and the command for folders and large files."""
    st.markdown(f"[Upload](upload) {words}, or run this command in the folder of the dashboard:")
    command(what, reason)


def command(what: str, reason: str) -> None:
    """The command that loads files."""
    st.code(
        f'.venv/bin/python -m data load {what} --by "your name" --reason "{reason}"', language=None, wrap_lines=True
    )
    st.caption("On Windows: .venv\\Scripts\\python in place of .venv/bin/python.")


def whole_force(scope: Scope, questions: Iterable[str]) -> None:
    """That what follows is of everyone, where an area or a group is chosen that no question asked of a force takes."""
    taken = {name for question in questions for name in QUESTIONS[question].takes}
    if "force" in taken and ((scope.area and "area" not in taken) or (scope.among and "among" not in taken)):
        st.caption("This part is of the whole force, not of the area or group that is chosen.")

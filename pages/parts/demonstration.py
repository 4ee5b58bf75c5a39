"""The demonstration force on screen: built at first start with its progress, and marked on every page."""

from __future__ import annotations

import streamlit as st

from analytics.wording import plain
from data.chosen import chosen_store, is_demonstration, needs_building
from data.store import View
from pages.parts import states
from pages.parts.identity import User


def prepare() -> None:
    """Build the demonstration where nothing else can be shown yet, and say what is being done."""
    if not needs_building():
        return
    st.title("Confidence Cycle")
    st.markdown("## An invented county is being drawn")
    st.markdown(
        "No file is loaded yet, so you will see a demonstration: a county that does not exist, with a survey, searches "
        "and engagement. It is drawn once and takes some ten seconds. Your own files take its place when you load them."
    )
    with st.status("Building the demonstration") as status:
        chosen_store(progress=lambda step: status.update(label=plain(step.capitalize())))
        status.update(label="The demonstration is built", state="complete")
    st.rerun()


def own_files(view: View) -> None:
    """Say how files of one's own take the demonstration's place."""
    if is_demonstration(view):
        with st.container(border=True):
            st.markdown("### Load your own")
            states.how_to_load("FOLDER", "files of your force", "first load")


def reader(user: User, view: View) -> User:
    """Who may do what: the demonstration is there to be read, whoever looks at it."""
    return User(user.name, "viewer") if is_demonstration(view) else user


def mark(view: View) -> None:
    """Say that what is shown is invented, where it is."""
    if is_demonstration(view):
        st.markdown(
            ":orange-badge[:material/science: **Demonstration data**] :small[An invented county. "
            "[Load your own](data).]",
            width="content",
        )

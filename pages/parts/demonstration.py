"""The demonstration force on screen: built at first start with its progress, and marked on every page."""

from __future__ import annotations

import streamlit as st

from analytics.wording import plain
from data.chosen import chosen_store, is_demonstration, needs_building
from data.store import View


def prepare() -> None:
    """Build the demonstration where nothing else can be shown yet, and say what is being done."""
    if not needs_building():
        return
    st.title("Confidence Cycle", anchor=False)
    st.markdown("## An invented county is being drawn", anchors=False)
    st.markdown(
        "No file is loaded yet, so you will see a demonstration: a county that does not exist, with a survey, searches "
        "and engagement. It is drawn once and takes some ten seconds. Your own files take its place when you load them."
    )
    with st.status("Building the demonstration") as status:
        chosen_store(progress=lambda step: status.update(label=plain(step.capitalize())))
        status.update(label="The demonstration is built", state="complete")
    st.rerun()


def mark(view: View) -> None:
    """Say that what is shown is invented, where it is."""
    if is_demonstration(view):
        st.markdown(
            ":orange-badge[:material/science: **Demonstration data**] :small[An invented county. "
            "[Load your own](upload).]",
            width="content",
        )

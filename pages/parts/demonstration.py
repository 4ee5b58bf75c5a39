"""The demonstration force on screen: built and fitted at first start with its progress, and marked on every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from analytics.wording import plain
from data.chosen import chosen_store, is_demonstration, needs_building
from data.store import View
from pages.parts import fitting, release

_FITTED: set[Path] = set()
"""Demonstrations that this server has tried to fit: what fails is not tried each time that a page is drawn."""


def prepare() -> None:
    """Build the demonstration where nothing else can be shown yet, with its fits, and say what is being done."""
    if not needs_building() and not _lacks_fits():
        return
    st.title("Confidence Cycle", anchor=False)
    st.markdown("## An invented county is being drawn", anchors=False)
    st.markdown(
        "No file is loaded yet, so you will see a demonstration: a county that does not exist, with a survey, searches "
        "and engagement. It is drawn once, in half a minute at most. Your own files take its place when you load them."
    )
    with st.status("Building the demonstration") as status:
        store = chosen_store(progress=lambda step: status.update(label=plain(step.capitalize())))
        _FITTED.add(store.root)
        fitting.make(store.view(), lambda step: status.update(label=plain(step.capitalize())))
        status.update(label="The demonstration is built", state="complete")
    st.rerun()


def _lacks_fits() -> bool:
    """Whether the demonstration is shown without its fits: the command line may have drawn it."""
    store = chosen_store()
    if store.root in _FITTED:
        return False
    view = release.opened(store)
    return is_demonstration(view) and release.waiting(view) > 0


def mark(view: View) -> None:
    """Say that what is shown is invented, where it is."""
    if is_demonstration(view):
        st.markdown(
            ":orange-badge[:material/science: **Demonstration data**] :small[An invented county. "
            "[Load your own](upload).]",
            width="content",
        )

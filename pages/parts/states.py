"""What a page shows where there is nothing to show: empty states, each with a way out."""

from __future__ import annotations

import streamlit as st

from analytics.findings import choices
from data.store import View


def nothing_loaded(view: View) -> None:
    """Say that no stop-and-search file is loaded, and how to load one."""
    if choices.forces(view):
        return
    with st.container(border=True):
        st.markdown("### Nothing loaded yet")
        st.markdown("**No stop-and-search file is loaded.** Load one, and this page fills itself.")
        st.markdown(
            "Put stop-and-search files of your force, a census file by ethnic group, boundaries, and the lookup of "
            "local authorities to police force areas into one folder. Then run this command in the folder of the "
            "dashboard:"
        )
        command = '.venv/bin/python -m data load FOLDER --by "your name" --reason "first load"'
        st.code(command, language=None, wrap_lines=True)
        st.caption("On Windows: .venv\\Scripts\\python in place of .venv/bin/python.")

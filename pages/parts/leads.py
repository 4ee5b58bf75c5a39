"""Links from a figure to the page that shows it in full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from analytics.finding import Lead

PAGES = {
    "trends": "pages/explore/trends.py",
    "neighbourhoods": "pages/explore/neighbourhoods.py",
    "cycle": "pages/understand/cycle.py",
    "stop_and_search": "pages/scrutinise/stop_and_search.py",
    "methods": "pages/manage/methods.py",
}
"""The file of every page that a figure leads to, by its address."""


def link(lead: Lead, label: str) -> None:
    """A link that opens a page with the scope of a figure, without loading the dashboard anew.

    The label may hold markdown: text from files is made plain before it comes here.
    """
    st.page_link(PAGES[lead.page], label=label, query_params=dict(lead.address))


@contextmanager
def below() -> Iterator[None]:
    """A place below a link that begins where its words begin: a link has room on its left."""
    with st.container(horizontal=True, gap=None):
        st.space("xsmall")
        with st.container(width="stretch"):
            yield

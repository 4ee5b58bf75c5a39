"""Confidence Cycle: the page registry and the frame around every page."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts import demonstration, web

HERE = Path(__file__).parent
NAME = "Confidence Cycle"


class Page(NamedTuple):
    """One page: its section of the menu, its file, whose name is its address, its title and its icon."""

    section: str
    file: str
    title: str
    icon: str


# Every page, in the order of the menu; the first one opens.
PAGES = (
    Page("Explore", "pages/explore/overview.py", "Overview", "dashboard"),
    Page("Explore", "pages/explore/trends.py", "Trends", "show_chart"),
    Page("Explore", "pages/explore/neighbourhoods.py", "Neighbourhoods", "map"),
    Page("Scrutinise", "pages/scrutinise/stop_and_search.py", "Stop and search", "balance"),
    Page("Scrutinise", "pages/scrutinise/engagement.py", "Engagement", "groups"),
    Page("Manage", "pages/manage/upload.py", "Upload", "upload_file"),
    Page("Manage", "pages/manage/methods.py", "Data and methods", "menu_book"),
)


def main() -> None:
    """Draw the frame, and the page that was asked for in it."""
    # The icon comes first: a page's own icon would be fetched from another host.
    st.set_page_config(page_title=NAME, page_icon=str(HERE / "static/icon.png"), layout="wide")
    st.logo(str(HERE / "static/wordmark.svg"), size="large")
    menu: dict[str, list[st.Page]] = {}
    for page in PAGES:
        entry = st.Page(
            HERE / page.file,
            title=page.title,
            icon=f":material/{page.icon}:",
            default=page is PAGES[0],
        )
        menu.setdefault(page.section, []).append(entry)
    chosen = st.navigation(menu, position="top")
    st.set_page_config(page_title=f"{chosen.title} · {NAME}")
    demonstration.prepare()
    chosen.run()


app = st.App(__file__, lifespan=web.lifespan, middleware=web.middleware(), on_script_error=web.on_error)

# Else Streamlit takes the folder pages for a list of pages until somebody has come, and tells that first visitor of any
# other address that there is no such page.
PagesManager.uses_pages_directory = False

# The server reads this file once for the line above, before there is anybody to draw for.
if get_script_run_ctx(suppress_warning=True) is not None:
    main()

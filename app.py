"""Confidence Cycle: the page registry and the frame around every page."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts import demonstration, sign_in, web
from pages.parts.identity import NotAllowed, User, current_user

HERE = Path(__file__).parent
NAME = "Confidence Cycle"


class Page(NamedTuple):
    """One page: its section of the menu, its file, whose name is its address, its title, its icon, and who meets it.

    The menu shows it to everyone, to analysts, or to whoever signed in; by its address everyone comes to it, and the
    page itself says what they may do there.
    """

    section: str
    file: str
    title: str
    icon: str
    whom: Literal["everyone", "analysts", "signed in"] = "everyone"

    @property
    def address(self) -> str:
        """Its address below the dashboard's own."""
        return Path(self.file).stem

    def listed(self, user: User | None) -> bool:
        """Whether the menu shows it to this person, or to nobody in particular."""
        if user is None:
            return False
        return {"everyone": True, "analysts": user.may_publish, "signed in": user.signed_in}[self.whom]


# Every page, in the order of the menu; the first one opens.
PAGES = (
    Page("Explore", "pages/explore/overview.py", "Overview", "dashboard"),
    Page("Explore", "pages/explore/trends.py", "Trends", "show_chart"),
    Page("Explore", "pages/explore/neighbourhoods.py", "Neighbourhoods", "map"),
    Page("Understand", "pages/understand/cycle.py", "Confidence cycle", "cycle"),
    Page("Scrutinise", "pages/scrutinise/stop_and_search.py", "Stop and search", "balance"),
    Page("Scrutinise", "pages/scrutinise/engagement.py", "Engagement", "groups"),
    Page("Manage", "pages/manage/upload.py", "Upload", "upload_file", "analysts"),
    Page("Manage", "pages/manage/methods.py", "Data and methods", "menu_book"),
    Page("Manage", "pages/manage/account.py", "Account", "person", "signed in"),
)


def main() -> None:
    """Draw the frame, and the page that was asked for in it."""
    # The icon comes first: a page's own icon would be fetched from another host.
    st.set_page_config(page_title=NAME, page_icon=str(HERE / "static/icon.png"), layout="wide")
    st.logo(str(HERE / "static/wordmark.svg"), size="large")
    user, refusal = _admitted()
    web.let_upload(user is not None and user.may_publish)
    menu: dict[str, list[st.Page]] = {}
    for page in PAGES:
        entry = st.Page(
            HERE / page.file,
            title=page.title,
            icon=f":material/{page.icon}:",
            default=page is PAGES[0],
            visibility="visible" if page.listed(user) else "hidden",
        )
        menu.setdefault(page.section, []).append(entry)
    chosen = st.navigation(menu, position="top")
    st.set_page_config(page_title=f"{chosen.title} · {NAME}")
    if refusal is not None:
        sign_in.show(refusal)
        return
    demonstration.prepare()
    chosen.run()


def _admitted() -> tuple[User | None, NotAllowed | None]:
    """Who is asking, or why nobody is let in."""
    try:
        return current_user(), None
    except NotAllowed as why:
        return None, why


app = st.App(
    __file__,
    lifespan=web.lifespan,
    routes=web.routes([page.address for page in PAGES[1:]]),
    middleware=web.middleware(__file__),
    secrets=web.secrets(),
    on_script_error=web.on_error,
)

# The server reads this file once for the lines above, before there is anybody to draw for.
if get_script_run_ctx(suppress_warning=True) is not None:
    main()

"""What stands in the place of a page for somebody who may not see it: signed out, session over, not allowed."""

from __future__ import annotations

import streamlit as st

from analytics.wording import plain
from data.settings import settings
from pages.parts.identity import NotAllowed

_WIDTH = 640
"""Pixels: a card for a few words, not for figures."""


def show(why: NotAllowed) -> None:
    """Say why there is no page, and what to do about it."""
    st.title("Confidence Cycle")
    with st.container(border=True, width=_WIDTH):
        if why.standing == "signed out":
            st.markdown("## Sign in to see this page")
            st.markdown("This dashboard is for people of your organisation, who sign in as they do elsewhere in it.")
            _sign_in("Sign in")
        elif why.standing == "expired":
            st.markdown("## Your session is over")
            st.markdown("Sign in again. What you had not yet published is to be given once more.")
            _sign_in("Sign in again")
        else:
            st.markdown("## You may not see this page")
            who = f" as **{plain(why.name)}**" if why.name else ""
            whom = plain(settings().contact or "whoever looks after this dashboard")
            st.markdown(f"You are signed in{who}, who has no role here. Ask {whom} for one, then sign in again.")
            sign_out()


def sign_out() -> None:
    """The button that ends the session, here and at the provider."""
    st.button("Sign out", icon=":material/logout:", key="sign_out", on_click=st.logout)


def _sign_in(label: str) -> None:
    st.button(label, type="primary", icon=":material/login:", key="sign_in", on_click=st.login)

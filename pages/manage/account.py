"""Account: who is signed in, what they may do, until when, and the way out."""

from datetime import datetime

import streamlit as st

from analytics.wording import plain
from data.settings import settings
from pages.parts import sign_in
from pages.parts.identity import current_user

user = current_user()
st.title("Account")
if user.may_publish:
    st.markdown("You are an **analyst**: you see every page, and you may load, withdraw and record.")
else:
    st.markdown("You are a **viewer**: you see every page, and you change nothing.")
if user.until is not None:
    ends = datetime.fromtimestamp(user.until).astimezone()
    st.markdown(f"Signed in as **{plain(user.name)}**. The session ends on {ends:%d %B %Y at %H:%M}.")
    sign_in.sign_out()
elif user.may_publish:
    st.markdown(
        "Nobody signs in here: the dashboard answers this computer alone, and whoever sits at it is an analyst."
    )
else:
    st.markdown("Nobody signs in here: whoever reaches the dashboard may look.")
if not user.may_publish:
    whom = settings().contact or "whoever looks after this dashboard"
    st.markdown(f"Files are loaded by analysts. Ask {plain(whom)} for that role.")

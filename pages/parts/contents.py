"""The parts of a page that is read like a book: one is open at a time, and the address says which."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

_PART = "part"
_KEY = "contents"


def chosen(parts: Mapping[str, str]) -> str:
    """Draw the names of the parts, and give the one that is open.

    Parameters
    ----------
    parts
        The title of each part by its name in the address, ``?part=…``. The first one stands for a name that is none.
    """
    names = list(parts)
    asked = st.query_params.get(_PART)
    st.session_state[_KEY] = asked if asked in parts else names[0]
    st.segmented_control(
        "Part of this page",
        names,
        required=True,
        format_func=lambda name: parts[name],
        key=_KEY,
        on_change=_turn,
        label_visibility="collapsed",
        wrap=True,
    )
    return str(st.session_state[_KEY])


def _turn() -> None:
    st.query_params[_PART] = st.session_state[_KEY]

"""The parts of a page that is read like a book: one is open at a time, and the address says which."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_PART = "part"
_KEY = "contents"


def opened(parts: Mapping[str, str], first: str | None = None) -> tuple[str, DeltaGenerator]:
    """Draw the names of the parts; give the one that is open, and the place where it is drawn.

    Parameters
    ----------
    parts
        The title of each part by its name in the address, ``?part=…``.
    first
        The part that stands for a name that is none; the first of them unless another is named.
    """
    names = {title: name for name, title in parts.items()}
    asked = st.query_params.get(_PART, "")
    st.session_state[_KEY] = parts.get(asked, parts[first or next(iter(parts))])
    tabs = st.tabs(list(names), key=_KEY, on_change=_turn, args=(names,))
    part = names[st.session_state[_KEY]]
    return part, tabs[list(parts).index(part)]


def turn_to(part: str) -> None:
    """Open a part, from a button's callback; everything else in the address stays."""
    st.query_params[_PART] = part


def _turn(names: Mapping[str, str]) -> None:
    turn_to(names[st.session_state[_KEY]])

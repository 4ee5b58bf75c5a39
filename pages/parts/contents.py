"""The parts of a page that is read like a book: one is open at a time, and the address says which."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_PART = "part"
_KEY = "contents"
_ANCHOR = "parts"


def opened(
    parts: Mapping[str, str], first: str | None = None, title: str = "", silent: Collection[str] = ()
) -> tuple[str, DeltaGenerator]:
    """Draw the names of the parts; give the one that is open, and the place where it is drawn.

    The names wrap where the page is narrow: of a strip that scrolls the open one may lie out of sight.

    Parameters
    ----------
    parts
        The title of each part by its name in the address, ``?part=…``.
    first
        The part that stands for a name that is none; the first of them unless another is named.
    title
        What stands above the names, where `lead` leads; nothing unless it is given.
    silent
        Parts that have no answer: they stand behind the others, their names say so, and they open to say why.
    """
    asked = st.query_params.get(_PART, "")
    st.session_state[_KEY] = asked if asked in parts else first or next(iter(parts))
    if title:
        st.subheader(title, anchor=_ANCHOR)
    part = st.radio(
        "Part of this page",
        sorted(parts, key=lambda name: name in silent),
        format_func=lambda name: f":gray[{parts[name]} (no answer)]" if name in silent else parts[name],
        key=_KEY,
        on_change=_turn,
        horizontal=True,
        label_visibility="collapsed",
    )
    return str(part), st.container()


def lead(label: str) -> None:
    """A link down the page to the names of its parts."""
    st.markdown(f"[{label}](#{_ANCHOR})")


def turn_to(part: str) -> None:
    """Open a part, from a button's callback; everything else in the address stays."""
    st.query_params[_PART] = part


def _turn() -> None:
    turn_to(st.session_state[_KEY])

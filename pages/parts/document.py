"""A document of the folder docs on screen, so that what it says is written once."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

from analytics.wording import plain

_FOLDER = Path(__file__).resolve().parents[2] / "docs"
_HEADING = re.compile(r"^(#+) ", re.MULTILINE)
_NEIGHBOUR = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]+\)")


NO_CONTACT = "No contact is named yet: whoever runs this dashboard sets CONFIDENCE_CONTACT."
"""What stands in the place of a contact that nobody has set."""


def show(name: str, **filled: str) -> None:
    """Draw a document under its own title, and offer it as a file.

    Parameters
    ----------
    name
        Name of the file in the folder docs.
    filled
        Text for places that the document leaves open: ``<!-- contact -->`` becomes the text of ``contact``.
    """
    text = (_FOLDER / name).read_text(encoding="utf-8")
    for place, words in filled.items():
        text = text.replace(f"<!-- {place} -->", plain(words))
    st.markdown(_below_the_title(text), anchors=False)
    st.download_button(
        "This text as a file",
        data=text,
        file_name=name,
        mime="text/markdown",
        icon=":material/download:",
        type="tertiary",
        key=f"document_{name}",
        on_click="ignore",
    )


def _below_the_title(text: str) -> str:
    """The document as a part of a page: its title is a heading, and links to files beside it are words."""
    lower = _HEADING.sub(lambda heading: f"#{heading[1]} ", text)
    return _NEIGHBOUR.sub(r"\1", lower)

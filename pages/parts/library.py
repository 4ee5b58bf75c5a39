"""Terms, methods and studies on screen: texts too long for one table, in parts that are opened one at a time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics.finding import Finding
from analytics.library.headings import entry_of, pairs_of, table_of
from analytics.wording import plain
from data import templates
from pages.parts import show

if TYPE_CHECKING:
    import pandas as pd

_ABREAST = 3


def definitions(finding: Finding) -> None:
    """Every term, measures by stage, what values count as, and the dictionary of tables and columns."""
    show.headline(finding)
    _entries("terms", finding.tables["terms"])
    st.markdown("### Measures of the surveys", anchors=False)
    show.caveats(finding)
    _folded(finding.tables["measures"], "stage", partial(_entries, "measures"))
    st.markdown("### What published values count as", anchors=False)
    _folded(finding.tables["groupings"], "grouping", partial(_table, "What values count as", "groupings"))
    _take_away(finding)
    st.markdown("### Tables and their columns", anchors=False)
    st.markdown("What every table holds that can be loaded, column by column, and what may be written in it.")
    st.download_button(
        "Data dictionary",
        data=templates.dictionary(),
        file_name="data-dictionary.md",
        mime="text/markdown",
        icon=":material/download:",
        type="tertiary",
        key="dictionary",
        on_click="ignore",
    )


def methods(finding: Finding) -> None:
    """One part a question: how its figures are made, and how often its intervals held the truth."""
    show.headline(finding)
    show.caveats(finding)
    coverage = finding.tables["coverage"]
    for page, rows in finding.table.groupby("page", sort=False):
        st.markdown(f"### {plain(str(page))}", anchors=False)
        for row in rows.to_dict("records"):
            held = coverage[coverage["key"] == row["key"]]
            _fold(row["question"], f"method_{row['key']}", partial(_method, row, held))
    _take_away(finding)


def rules(finding: Finding) -> None:
    """Every rule about what is withheld, with its setting."""
    show.headline(finding)
    show.caveats(finding)
    _entries("rules", finding.table)
    _take_away(finding)


def studies(finding: Finding) -> None:
    """Studies by the side that they speak for, each under what it found."""
    show.headline(finding)
    show.caveats(finding)
    for side, rows in finding.table.groupby("side", sort=False):
        st.markdown(f"### {plain(str(side).capitalize())}", anchors=False)
        for row in rows.to_dict("records"):
            name = str(row["reference"]).partition(")")[0] + ")"
            with st.container(gap="xsmall"):
                st.markdown(f"**{plain(name)}** {plain(row['found'])}")
                _fold(f"Design, limits and reference: {name}", f"study_{name}", partial(_pairs, "studies", row, name))
    _take_away(finding)


def _method(row: Mapping[Hashable, Any], held: pd.DataFrame) -> None:
    _pairs("methods", row, row["question"])
    if len(held):
        _table(f"Measured coverage: {row['question']}", "coverage", held)


def _folded(rows: pd.DataFrame, by: str, draw: Callable[[pd.DataFrame], None]) -> None:
    """A table in parts, one for each value of a column."""
    for value, part in rows.groupby(by, sort=False):
        label = str(value)
        _fold(f"{label[:1].upper()}{label[1:]} ({len(part)})", f"{by}_{label}", partial(draw, part))


@st.fragment
def _fold(label: str, key: str, draw: Callable[[], None]) -> None:
    """A part that is drawn when it is first opened; opening it reruns nothing else."""
    part = st.expander(plain(label), key=key, on_change="rerun")
    if part.open:
        with part:
            draw()


def _entries(name: str, rows: pd.DataFrame) -> None:
    """Rows as entries side by side, as many as there is room for."""
    grid = st.grid(_ABREAST, min_column_width=300, gap="small")
    for row in rows.to_dict("records"):
        title, text, notes = entry_of(name, row)
        small = f"  \n:gray[:small[{plain(notes)}]]" if notes else ""
        with grid.cell():
            st.markdown(f"**{plain(title)}**  \n{plain(text)}{small}")


def _table(alt: str, name: str, rows: pd.DataFrame) -> None:
    st.table(table_of(name, rows).map(plain), border="horizontal", hide_index=True, alt=alt)


def _pairs(name: str, row: Mapping[Hashable, Any], alt: str) -> None:
    pairs = pairs_of(name, row).map(plain).set_index("what")  # The names are the headers of their rows.
    st.table(pairs, border="horizontal", hide_header=True, alt=alt)


def _take_away(finding: Finding) -> None:
    show.downloads(finding)
    show.made(finding)

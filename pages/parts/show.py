"""A Finding on screen: sentence, chart, Table, How was this made? - always in these places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from analytics import charts
from analytics.briefings.spreadsheet import file_name, to_csv, to_excel
from analytics.finding import Finding, Mode
from analytics.scope import Scope
from analytics.tables import provenance_table, reading_table
from analytics.wording import plain
from data.checks import STATUSES
from pages.parts.filters import go_to, link
from pages.parts.release import current_view, ways_out_of

_LONG = 30
_FIRST = 4


def headline(finding: Finding, level: Literal["##", "###"] = "##") -> None:
    """The finding in a few words, and the answer in one sentence; where it is refused, why."""
    if finding.refused:
        _refusal(finding)
        return
    with st.container(gap="xxsmall"):
        st.markdown(f"{level} {plain(finding.headline)}")
        st.markdown(plain(finding.answer) if level == "##" else f":gray[{plain(finding.answer)}]")


def strip(finding: Finding) -> None:
    """The figures that belong together, side by side."""
    if not finding.tiles:
        return
    st.caption(
        "Under each figure, and in brackets: the 95 % interval. The range of unknown ethnicity is not an interval."
    )
    grid = st.grid(len(finding.tiles), min_column_width=164, gap="small", border=True)
    for tile in finding.tiles:
        with grid.cell(), st.container(gap=None):
            st.metric(tile.label, tile.value)
            st.caption(plain(tile.interval))
            st.caption(plain(tile.base))


def chart(finding: Finding) -> None:
    """The chart, in the colours of the mode."""
    figure = finding.chart(mode())
    if figure is not None:
        if finding.chart_title:
            st.markdown(f"### {plain(finding.chart_title)}")
        st.plotly_chart(
            figure, theme=None, config=charts.CONFIG, alt=finding.alt, key=f"chart_{finding.key}", width="stretch"
        )


def caveats(finding: Finding) -> None:
    """What changes how the figure is read: the weightiest first, the rest one click away."""
    for caveat in finding.caveats[:_FIRST]:
        st.markdown(plain(caveat))
    if finding.caveats[_FIRST:]:
        with st.expander("More to bear in mind", icon=":material/info:", key=f"caveats_{finding.key}"):
            st.markdown("\n".join(f"- {plain(caveat)}" for caveat in finding.caveats[_FIRST:]))


def status_key() -> None:
    """What the marks of a force-month mean."""
    marks = [
        f"{charts.STATUS_MARKS[status].words.capitalize()}: {status}, {about}." for status, about in STATUSES.items()
    ]
    st.caption(plain(" ".join(marks)))


def evidence(finding: Finding, beside: bool = True) -> None:
    """The table and how the figure was made, each one click away; beside each other where there is room."""
    if finding.refused:
        return
    table, made = st.columns(2, gap="small") if beside else (st.container(), st.container())
    with table:
        _opened("Table", ":material/table_rows:", finding, _table)
    with made:
        _opened("How was this made?", ":material/help:", finding, _made)


@st.fragment
def _opened(label: str, icon: str, finding: Finding, draw: Callable[[Finding], None]) -> None:
    """A part that is drawn when it is first opened; opening it reruns nothing else."""
    without_chart = finding.draw is None and draw is _table
    key = f"{label}_{finding.key}"
    part = st.expander(label, icon=icon, key=key, expanded=without_chart, on_change="rerun")
    if part.open:
        with part:
            draw(finding)


def whole(finding: Finding, level: Literal["##", "###"] = "###", beside: bool = True) -> None:
    """All four parts, one below the other."""
    headline(finding, level)
    chart(finding)
    evidence(finding, beside)


def mode() -> Mode:
    """Light or dark, as the reader has it."""
    return "dark" if st.context.theme.type == "dark" else "light"


@st.fragment(run_every=2)
def follow_mode() -> None:
    """Draw the charts anew when the reader switches between light and dark, which by itself reruns nothing."""
    drawn = st.session_state.setdefault("drawn_mode", mode())
    if drawn != mode():
        st.session_state["drawn_mode"] = mode()
        st.rerun()


def _refusal(finding: Finding) -> None:
    with st.container(border=True):
        st.markdown(f"### {plain(finding.question)}")
        st.markdown(f":material/block: **{plain(finding.answer)}**")
        with st.container(horizontal=True):
            for way in ways_out_of(finding, current_view()):
                st.button(
                    way.label,
                    icon=":material/arrow_forward:",
                    key=f"way_{finding.key}_{way.label}",
                    on_click=go_to,
                    args=(way.scope,),
                )


def _table(finding: Finding) -> None:
    rows = reading_table(finding)
    if len(rows) > _LONG:
        st.dataframe(rows, hide_index=True, alt=finding.question, key=f"rows_{finding.key}")
    else:
        st.table(rows.map(plain), border="horizontal", hide_index=True, alt=finding.question)
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            data=to_csv(finding),
            file_name=file_name(finding, "csv"),
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            key=f"csv_{finding.key}",
            on_click="ignore",
        )
        st.download_button(
            "Excel",
            data=to_excel(finding),
            file_name=file_name(finding, "xlsx"),
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            icon=":material/download:",
            type="tertiary",
            key=f"excel_{finding.key}",
            on_click="ignore",
        )


def _made(finding: Finding) -> None:
    st.table(
        provenance_table(finding).map(plain),
        border="horizontal",
        hide_index=True,
        hide_header=True,
        alt=f"How this was made: {finding.question}",
    )
    files = [{"File": file.name, "Rows": file.rows, "SHA-256": file.sha256} for file in finding.provenance.files]
    if files:
        st.dataframe(
            files,
            hide_index=True,
            alt=f"Files that this rests on: {finding.question}",
            key=f"files_{finding.key}",
            height="content" if len(files) <= 8 else 320,
        )
    st.markdown(f"[Link to this view]({link(Scope.of(dict(finding.provenance.scope)))})")

"""A map with its list, either of which chooses an area, and the cards of the one that is chosen."""

from __future__ import annotations

import streamlit as st

from analytics import charts, maps
from analytics.finding import Finding
from analytics.maps import AreaMap
from analytics.scope import Scope
from analytics.wording import plain
from data.store import View
from pages.parts import show
from pages.parts.filters import choose_area, go_to

_MAP = "area_map"
_LIST, _MADE = "area_list", "area_list_made"
_KINDS: dict[maps.Kind, str] = {
    "estimate": "Estimate",
    "certainty": "Certainty",
    "chance": "Chance of being above",
}
_WIDE, _NARROW = 640, 350
_LIST_HEIGHT = 300
_COLUMNS = (104, 118, 76, 96)
"""Widths of the columns of the list in pixels."""


def side_by_side(finding: Finding, scope: Scope, view: View) -> None:
    """The map on the left, its key and the list on the right; below each other where there is no room."""
    drawn = finding.map
    if drawn is None:
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        kind = _kind(drawn, scope)
        _map(drawn, scope, kind)
    with right:
        with st.container(gap="xsmall"):
            st.plotly_chart(
                charts.map_key(drawn.scheme, kind, show.mode(), drawn.hatched),
                theme=None,
                config=charts.CONFIG,
                alt=f"Key of the map: {maps.key_title(drawn.scheme, kind)}",
                key="map_key",
                width="stretch",
            )
            st.caption(plain(drawn.said(kind)))
        choose_area(scope, view, drawn.codes)
        _list(drawn, scope, kind)
    if not scope.area:
        st.markdown(":gray[Choose an area on the map, in the list or by its name, and its profile stands here.]")


def _kind(drawn: AreaMap, scope: Scope) -> maps.Kind:
    """What the colours show: the address says it, and a change goes there."""
    shown = next((kind for kind in drawn.kinds if kind == scope.shows), drawn.kinds[0])
    st.session_state["map_kind"] = shown
    chosen = st.radio(
        "What the colours show",
        drawn.kinds,
        format_func=lambda kind: _KINDS[kind],
        horizontal=True,
        key="map_kind",
        label_visibility="collapsed",
        on_change=_shows,
        args=(scope,),
    )
    return chosen or shown


def _shows(scope: Scope) -> None:
    kind = st.session_state["map_kind"]
    go_to(scope.but(shows=None if kind == "estimate" else kind))


def about(finding: Finding) -> None:
    """What to bear in mind of the map, its table and how it was made."""
    st.markdown("### About this map", anchors=False)
    show.caveats(finding)
    show.evidence(finding)


def profile(finding: Finding) -> None:
    """The cards of one area, side by side, with their tables."""
    show.headline(finding)
    if finding.refused:
        return
    show.cards(finding, width=230)
    show.evidence(finding)


def _map(drawn: AreaMap, scope: Scope, kind: maps.Kind) -> None:
    state = st.pydeck_chart(
        drawn.deck(show.mode(), kind, scope.area, _width()),
        height=maps.HEIGHT,
        on_select="rerun",
        selection_mode="single-object",
        key=_MAP,
        alt=drawn.alt,
    )
    code = maps.picked(state, scope.area)
    if code is not None and code != scope.area:
        go_to(scope.but(area=code))
        st.rerun()


def _list(drawn: AreaMap, scope: Scope, kind: maps.Kind) -> None:
    """The list; it is made anew, with the chosen row marked, where another part of the page has chosen."""
    codes = drawn.codes
    shown = (scope.force, scope.area_level, len(codes))
    if st.session_state.get(_LIST) != (*shown, scope.area):
        st.session_state[_LIST] = (*shown, scope.area)
        st.session_state[_MADE] = st.session_state.get(_MADE, 0) + 1
    rows = [codes.index(scope.area)] if scope.area in codes else []
    state = st.dataframe(
        drawn.listing(kind),
        hide_index=True,
        height=_LIST_HEIGHT,
        column_config={
            name: st.column_config.TextColumn(width=width)
            for name, width in zip(drawn.listing(kind).columns, _COLUMNS, strict=True)
        },
        on_select="rerun",
        selection_mode="single-row",
        selection_default={"selection": {"rows": rows, "columns": [], "cells": []}},
        alt=drawn.alt,
        key=f"{_LIST}_{st.session_state[_MADE]}",
    )
    if state.selection.rows == rows:
        return
    area = codes[state.selection.rows[0]] if state.selection.rows else None
    # The list shows this choice already.
    st.session_state[_LIST] = (*shown, area)
    go_to(scope.but(area=area))
    st.rerun()


def _width() -> int:
    """Pixels that the map is likely to have: a telephone says that it is one."""
    agent = st.context.headers.get("User-Agent", "") or ""
    return _NARROW if "Mobi" in agent else _WIDE

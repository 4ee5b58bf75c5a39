"""The filter bar: a Scope from widgets, and widgets from the address. The address always reopens the view."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from analytics import wording
from analytics.findings import choices
from analytics.scope import ALL_POWERS, DEFINITIONS, Scope, ScopeError
from data.store import View
from data.vocabularies import BROAD_GROUPS, forces

_KEPT = "address"
_WHOLE = "whole"


def frame(title: str, view: View) -> Scope | None:
    """Draw the page's name, the filters and the scope in words.

    Returns
    -------
    Scope or None
        The scope with everything said; None where the release has nothing to filter, and the page
        has been told so.
    """
    asked = _asked()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="xsmall"):
        st.title(title, width="content")
        try:
            scope = choices.complete(asked, view)
        except ScopeError as why:
            _start_again(why, view)
            return None
        with st.container(horizontal=True, gap="xsmall", width="content"):
            _chips(scope, view)
    area = choices.districts(view, scope.force or "").get(scope.area or "")
    st.markdown(f":gray[:small[{wording.plain(scope.words(area))}]]")
    return scope


def link(scope: Scope) -> str:
    """The address of this view, relative to the page."""
    from urllib.parse import urlencode

    return f"?{urlencode(scope.address())}"


def go_to(scope: Scope) -> None:
    """Make the page show another scope, from a button's callback."""
    address = scope.address()
    st.session_state[_KEPT] = address
    st.query_params.from_dict(address)


def _asked() -> Scope:
    named = {name: value for name, value in st.query_params.to_dict().items() if name in Scope.names()}
    if not named:
        named = st.session_state.get(_KEPT, {})
        st.query_params.update(named)
    try:
        scope = Scope.of(named)
    except ScopeError as why:
        st.warning(
            f"{wording.plain(str(why))} The first view is shown instead.", title="This address was not understood"
        )
        return Scope()
    st.session_state[_KEPT] = named
    return scope


def _start_again(why: ScopeError, view: View) -> None:
    if not choices.forces(view):
        return
    with st.container(border=True):
        st.markdown(f"**{wording.plain(str(why))}**")
        st.button("Show the first view", icon=":material/restart_alt:", key="filter_reset", on_click=_reset)


def _reset() -> None:
    st.session_state.pop(_KEPT, None)
    st.query_params.clear()


def _chips(scope: Scope, view: View) -> None:
    force = str(scope.force)
    names = choices.districts(view, force)
    months = choices.months(view, force)
    with st.popover(f":gray[Force] {forces()[force]['short']}", key="chip_force"):
        _choose("Force", "force", choices.forces(view), scope, lambda slug: forces()[slug]["short"])
    with st.popover(f":gray[Compare] {scope.group} with {scope.comparator}", key="chip_compare"):
        _choose("Group", "group", [g for g in BROAD_GROUPS if g != scope.comparator], scope)
        _choose("Compared with", "comparator", [g for g in BROAD_GROUPS if g != scope.group], scope)
        _choose(
            "Whose word on ethnicity", "definition", list(DEFINITIONS), scope, lambda d: DEFINITIONS[d].capitalize()
        )
    with st.popover(f":gray[Area] {wording.plain(names.get(scope.area or '', 'Whole force area'))}", key="chip_area"):
        _choose("District", "area", [_WHOLE, *names], scope, lambda code: names.get(code, "Whole force area"))
    with st.popover(
        f":gray[Period] {wording.short_months(str(scope.from_month), str(scope.to_month))}", key="chip_period"
    ):
        _choose("From", "from", _with(months, scope.from_month), scope, wording.month)
        _choose("To", "to", _with(months, scope.to_month), scope, wording.month)
        _choose("Residents", "population", choices.populations(view), scope)
    with st.popover(f":gray[Power] {wording.plain(_power(str(scope.power)))}", key="chip_power"):
        _choose("Power", "power", [ALL_POWERS, *choices.powers(view, force)], scope, _power)


def _power(name: str) -> str:
    return "All" if name == ALL_POWERS else name


def _with(options: list[str], chosen: str | None) -> list[str]:
    return sorted({*options, *([chosen] if chosen else [])})


def _choose(label: str, name: str, options: list[str], scope: Scope, words: Callable[[str], str] = str) -> None:
    """A select box for one part of the scope; its value comes from the address, a change goes there."""
    if not options:
        return
    key = f"filter_{name}"
    chosen = scope.address().get(name, _WHOLE)
    st.session_state[key] = chosen if chosen in options else options[0]
    st.selectbox(label, options, key=key, format_func=words, on_change=_changed, args=(name, key, scope))


_DEPENDENT = {"force": ("area", "from", "to", "power", "population"), "from": ("population",), "to": ("population",)}


def _changed(name: str, key: str, scope: Scope) -> None:
    address = {**scope.address(), name: st.session_state[key]}
    for dependent in _DEPENDENT.get(name, ()):
        address.pop(dependent, None)
    if address.get("area") == _WHOLE:
        del address["area"]
    if address.get("from", "") > address.get("to", "9999"):
        address["from"], address["to"] = address["to"], address["from"]
    go_to(Scope.of(address))

"""The filter bar: a Scope from widgets, and widgets from the address. The address always reopens the view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from analytics import wording
from analytics.findings import choices, cycle, overview, stop_and_search, trends
from analytics.findings.engagement import choices as engagement_choices
from analytics.findings.neighbourhoods import choices as map_choices
from analytics.findings.neighbourhoods import places
from analytics.findings.survey import choices as survey_choices
from analytics.scope import ALL_POWERS, DEFINITIONS, DONT_KNOWS, POINTS, SMOOTHS, Scope, ScopeError
from data.store import View
from data.vocabularies import BROAD_GROUPS, forces, has_area
from data.vocabularies.survey import attributes, measures
from pages.parts.demonstration import mark

_KEPT = "address"
_WHOLE = "whole"
_EVERYONE = "everyone"


@dataclass(frozen=True)
class Bar:
    """What a kind of page filters by.

    Attributes
    ----------
    name
        Key under which a session keeps the address of pages of this kind.
    forces, complete
        The forces on offer, and the scope with everything said.
    area_name
        The name of the scope's area; None for the whole force area.
    chips
        Draws the filters.
    """

    name: str
    forces: Callable[[View], list[str]]
    complete: Callable[[Scope, View], Scope]
    area_name: Callable[[Scope, View], str | None]
    chips: Callable[[Scope, View], None]


def frame(title: str, view: View, bar: Bar) -> Scope | None:
    """Draw the page's name, the filters and the scope in words.

    Returns
    -------
    Scope or None
        The scope with everything said; None where the release has nothing to filter, and the page
        has been told so.
    """
    if not bar.forces(view):
        st.title(title, anchor=False)
        return None
    st.session_state["bar"] = bar.name
    kept, refused = _understood(bar, view)
    if "force" in refused:
        st.title(title, anchor=False)
        _start_again(refused["force"], bar)
        return None
    st.session_state[_kept(bar.name)] = kept
    scope = bar.complete(Scope.of(kept), view)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="xsmall"):
        st.title(title, anchor=False, width="content")
        with st.container(horizontal=True, gap="xsmall", width="content"):
            bar.chips(scope, view)
    st.session_state["force"] = scope.force
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="xxsmall"):
        words = scope.words(bar.area_name(scope, view))
        st.markdown(f":gray[:small[{wording.plain(words)}]]", width="content")
        mark(view)
    _say_what_was_let_go()
    if refused:
        left_out = " ".join(refused.values())
        st.warning(f"{wording.plain(left_out)} The rest is shown.", title="A part of this address was left out")
    return scope


def link(scope: Scope) -> str:
    """The address of this view, relative to the page."""
    from urllib.parse import urlencode

    return f"?{urlencode(_and_what_is_open(scope))}"


def go_to(scope: Scope) -> None:
    """Make the page show another scope, from a button's callback."""
    st.session_state[_kept(st.session_state["bar"])] = scope.address()
    st.query_params.from_dict(_and_what_is_open(scope))


def _and_what_is_open(scope: Scope) -> dict[str, str]:
    """The address of a scope, with what else the page's address says: what is open on the page stays open."""
    others = set(st.query_params) - set(Scope.names())
    return {**scope.address(), **{name: st.query_params[name] for name in sorted(others)}}


def _kept(bar: str) -> str:
    return f"{_KEPT}_{bar}"


def _understood(bar: Bar, view: View) -> tuple[dict[str, str], dict[str, str]]:
    """The parts of the address that can be followed, and for each of the others why it can't.

    One wrong part costs no other: each is tried on top of those before it.
    """
    kept: dict[str, str] = {}
    refused: dict[str, str] = {}
    for name, value in _asked(bar, view).items():
        try:
            bar.complete(Scope.of({**kept, name: value}), view)
        except ScopeError as why:
            refused[name] = str(why)
        else:
            kept[name] = value
    return kept, refused


def _asked(bar: Bar, view: View) -> dict[str, str]:
    """The parts of a scope that the address names, or that were last asked for on a page of this kind."""
    given = st.query_params.to_dict()
    named = {name: given[name] for name in Scope.names() if name in given}
    if not named:
        last = st.session_state.get("force")
        start = {"force": last} if last in bar.forces(view) else {}
        named = st.session_state.get(_kept(bar.name), start)
        st.query_params.update(named)
    return named


def _start_again(why: str, bar: Bar) -> None:
    """Where the force can't be followed: no figure of another force is shown under its address."""
    with st.container(border=True):
        st.markdown(f"**{wording.plain(why)}**")
        st.button(
            "Show the first view", icon=":material/restart_alt:", key="filter_reset", on_click=_reset, args=(bar.name,)
        )


def _reset(bar: str) -> None:
    st.session_state.pop(_kept(bar), None)
    st.session_state.pop("force", None)
    st.query_params.clear()


def _stops_chips(scope: Scope, view: View) -> None:
    force = str(scope.force)
    names = choices.districts(view, force)
    months = choices.months(view, force)
    _force_chip(scope, choices.forces(view))
    with st.popover(f":gray[Compare] {scope.group} with {scope.comparator}", wrap=True, key="chip_compare"):
        _choose("Group", "group", [g for g in BROAD_GROUPS if g != scope.comparator], scope)
        _choose("Compared with", "comparator", [g for g in BROAD_GROUPS if g != scope.group], scope)
        _choose(
            "Whose word on ethnicity", "definition", list(DEFINITIONS), scope, lambda d: DEFINITIONS[d].capitalize()
        )
    if has_area(force):
        with st.popover(
            f":gray[Area] {wording.plain(names.get(scope.area or '', 'Whole force area'))}", wrap=True, key="chip_area"
        ):
            _choose("District", "area", [_WHOLE, *names], scope, lambda code: names.get(code, "Whole force area"))
    with _period_chip(scope):
        _choose("From", "from", _with(months, scope.from_month), scope, wording.month)
        _choose("To", "to", _with(months, scope.to_month), scope, wording.month)
        if has_area(force):
            _choose("Residents", "population", choices.populations(view), scope)
    with st.popover(f":gray[Power] {wording.plain(_power(str(scope.power)))}", wrap=True, key="chip_power"):
        _choose("Power", "power", [ALL_POWERS, *choices.powers(view, force)], scope, _power)


def _survey_chips(scope: Scope, view: View) -> None:
    _survey_chip(scope, view)
    label = measures()[str(scope.measure)].label
    with st.popover(f":gray[Measure] {label}", wrap=True, key="chip_measure"):
        held = survey_choices.asked(view, str(scope.force), str(scope.survey))
        _choose("Measure", "measure", held, scope, lambda name: measures()[name].label)
    _survey_area_chip(scope, view)
    with _period_chip(scope):
        months = survey_choices.months(view, str(scope.force), str(scope.survey))
        _choose("From", "from", _with(months, scope.from_month), scope, wording.month)
        _choose("To", "to", _with(months, scope.to_month), scope, wording.month)
    groupings = survey_choices.groupings(view, str(scope.force), str(scope.survey))
    if groupings:
        with st.popover(f":gray[Groups] {_by(scope.by or groupings[0])}", wrap=True, key="chip_by"):
            _choose("Groups by", "by", groupings, scope, _by)
    if holds_answers(scope, view):
        with st.popover(f":gray[Points] {_points(scope)(scope.points or _WHOLE)}", wrap=True, key="chip_points"):
            usual = [_WHOLE] if scope.area else []
            _choose("Points", "points", [*usual, *POINTS], scope, lambda name: _points(scope)(name).capitalize())
            _choose("Don't know", "dont_know", list(DONT_KNOWS), scope, lambda name: DONT_KNOWS[name].capitalize())
            _choose("Level", "smooth", list(SMOOTHS), scope, lambda name: SMOOTHS[name].capitalize())


def _points(scope: Scope) -> Callable[[str], str]:
    """What a choice of points is called; nothing chosen are waves, in an area years."""
    usual = "years up to the last wave" if scope.area else POINTS["waves"]
    return lambda name: POINTS.get(name, usual)


def holds_answers(scope: Scope, view: View) -> bool:
    """Whether the survey of a scope is held as answers, not only as figures that were published."""
    return survey_choices.has_answers(view, str(scope.force), str(scope.survey))


def choose_periods(scope: Scope, view: View) -> None:
    """Select boxes of the two periods that are compared; the later one ends with the scope's period."""
    said, begins, ends = trends.chosen(scope, view)
    with st.container(horizontal=True, gap="small"):
        _choose("Earlier period, from", "against_from", _with(begins, said.against_from), said, wording.month)
        _choose("Earlier period, to", "against_to", _with(ends, said.against_to), said, wording.month)
        _choose(
            f"Later period (to {wording.month(str(said.to_month))}), from",
            "compare_from",
            _with(begins, said.compare_from),
            said,
            wording.month,
        )


def _overview_chips(scope: Scope, view: View) -> None:
    _survey_chip(scope, view)
    _survey_area_chip(scope, view)
    months = survey_choices.months(view, str(scope.force), str(scope.survey))
    with st.popover(f":gray[Up to] {wording.month(str(scope.to_month))}", wrap=True, key="chip_period"):
        _choose("Last month", "to", _with(months, scope.to_month), scope, wording.month)


def _cycle_chips(scope: Scope, view: View) -> None:
    _overview_chips(scope, view)
    groupings = survey_choices.groupings(view, str(scope.force), str(scope.survey))
    if not groupings:
        return
    by = scope.by or groupings[0]
    with st.popover(f":gray[Group] {wording.plain(scope.among or 'Everyone')}", wrap=True, key="chip_among"):
        _choose("Groups by", "by", groupings, scope.but(by=by), _by)
        held = cycle.groups(scope, view, by)
        _choose(
            "Group",
            "among",
            [_WHOLE, *held],
            scope.but(by=by),
            lambda name: "Everyone" if name == _WHOLE else wording.label(name),
        )


def _engagement_chips(scope: Scope, view: View) -> None:
    offered, months = engagement_choices.forces(view), engagement_choices.months(view, str(scope.force))
    if len(offered) > 1:
        _force_chip(scope, offered)
    with _period_chip(scope):
        _choose("From", "from", _with(months, scope.from_month), scope, wording.month)
        _choose("To", "to", _with(months, scope.to_month), scope, wording.month)
        sources = engagement_choices.populations(view, str(scope.by))
        _choose("Residents", "population", [name for name, _ in sources], scope)
    if scope.by:
        with st.popover(f":gray[Groups] {_by(scope.by)}", wrap=True, key="chip_by"):
            _choose("Groups by", "by", engagement_choices.attributes(view, str(scope.force)), scope, _by)


def _map_chips(scope: Scope, view: View) -> None:
    force, layer = str(scope.force), str(scope.layer)
    offered = map_choices.forces(view)
    with st.popover(f":gray[Layer] {map_choices.label(layer)}", wrap=True, key="chip_layer"):
        _choose("Layer", "layer", list(map_choices.layers(view, force)), scope, map_choices.label)
    with st.popover(f":gray[Up to] {wording.month(str(scope.to_month))}", wrap=True, key="chip_period"):
        months = map_choices.months(view, force, scope.survey, layer)
        _choose("Last month", "to", _with(months, scope.to_month), scope, wording.month)
    levels = map_choices.levels(view, force, scope.survey, layer)
    with st.popover(f":gray[Areas] {_level(str(scope.area_level))}", wrap=True, key="chip_area_level"):
        _choose("Areas", "area_level", levels, scope, _level)
    if len(offered) > 1:
        _force_chip(scope, offered)


def choose_area(scope: Scope, view: View, codes: list[str]) -> None:
    """A select box of areas by name: what the map and the list choose too."""
    held = {**places.district_names(view, str(scope.force)), **places.names(view, str(scope.force))}
    listed = [_WHOLE, *([scope.area] if scope.area and scope.area not in codes else []), *codes]
    _choose(str(scope.area_level).capitalize(), "area", listed, scope, lambda code: held.get(code, "None chosen"))


def choose_level(scope: Scope, view: View, shown: str | None) -> None:
    """A select box of the areas that are set against each other, where there are several kinds; the area stays."""
    offered = stop_and_search.levels(scope, view)
    if len(offered) > 1:
        _choose("Areas", "area_level", offered, scope.but(area_level=shown), _level, keeps=("area",))


def _level(name: str) -> str:
    return f"{name.capitalize()}s"


def _survey_chip(scope: Scope, view: View) -> None:
    surveys = survey_choices.surveys(view, str(scope.force))
    offered = survey_choices.forces(view)
    if len(offered) > 1:
        _force_chip(scope, offered)
    if len(surveys) > 1:
        with st.popover(f":gray[Survey] {wording.plain(str(scope.survey))}", wrap=True, key="chip_survey"):
            _choose("Survey", "survey", surveys, scope)


def _survey_area_chip(scope: Scope, view: View) -> None:
    names = survey_choices.names(view, str(scope.force), str(scope.survey))
    with st.popover(
        f":gray[Area] {wording.plain(names.get(scope.area or '', 'Whole force area'))}", wrap=True, key="chip_area"
    ):
        _choose("Area", "area", [_WHOLE, *names], scope, lambda code: names.get(code, "Whole force area"))


def _force_chip(scope: Scope, offered: list[str]) -> None:
    with st.popover(f":gray[Force] {forces()[str(scope.force)]['short']}", wrap=True, key="chip_force"):
        _choose("Force", "force", offered, scope, lambda slug: forces()[slug]["short"])


def _period_chip(scope: Scope) -> st.delta_generator.DeltaGenerator:
    span = wording.short_months(str(scope.from_month), str(scope.to_month))
    return st.popover(f":gray[Period] {span}", wrap=True, key="chip_period")


def _power(name: str) -> str:
    return "All" if name == ALL_POWERS else name


def _by(name: str) -> str:
    return attributes()[name].label


def _with(options: list[str], chosen: str | None) -> list[str]:
    return sorted({*options, *([chosen] if chosen else [])})


def _choose(
    label: str,
    name: str,
    options: list[str],
    scope: Scope,
    words: Callable[[str], str] = str,
    keeps: tuple[str, ...] = (),
) -> None:
    """A select box for one part of the scope; its value comes from the address, a change goes there.

    What depends on the part is let go by a change, but for what is kept.
    """
    if not options:
        return
    key = f"filter_{name}"
    chosen = scope.address().get(name, _WHOLE)
    st.session_state[key] = chosen if chosen in options else options[0]
    st.selectbox(
        label, options, key=key, format_func=words, on_change=_changed, args=(name, key, scope, options, keeps)
    )


_PERIODS = ("compare_from", "against_from", "against_to")
_DEPENDENT = {
    "force": (
        *("area", "area_level", "from", "to", "power", "population", "survey", "measure", "by", "among", "layer"),
        *_PERIODS,
    ),
    "layer": ("to", "survey", "area_level"),
    "area_level": ("area",),
    "area": ("among",),
    "by": ("population", "among"),
    "among": ("area",),
    "survey": ("area", "from", "to", "measure", "by", "among", *_PERIODS),
    "from": ("population", *_PERIODS),
    "to": ("population", *_PERIODS),
}


_EITHER = {"area": "among", "among": "area"}
"""Filters that can't both be chosen: which one gives way to which."""
_LET_GO = "let_go"


def _changed(name: str, key: str, scope: Scope, options: list[str], keeps: tuple[str, ...]) -> None:
    if st.session_state[key] not in options:
        return  # A box whose options have just changed reports its old label as a change of its own.
    before = scope.address()
    address = {**before, name: st.session_state[key]}
    for dependent in set(_DEPENDENT.get(name, ())) - set(keeps):
        address.pop(dependent, None)
    address = {part: value for part, value in address.items() if value != _WHOLE}
    if address.get("against_from", "") > address.get("against_to", "9999"):
        address["against_from"], address["against_to"] = address["against_to"], address["against_from"]
    if address.get("from", "") > address.get("to", "9999"):
        address["from"], address["to"] = address["to"], address["from"]
    go_to(Scope.of(address))
    other = _EITHER.get(name)
    if other and other in before and other not in address:
        st.session_state[_LET_GO] = (dict(st.query_params), Scope.of(before), other)


def _say_what_was_let_go() -> None:
    """Say that an area made a group give way, or the other way round, and offer the view before, until it changes."""
    shown, before, other = st.session_state.get(_LET_GO, (None, None, ""))
    if before is None or shown != st.query_params.to_dict():
        return
    was = "the area" if other == "area" else f"the group {before.among}"
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.markdown(
            f":material/info: {wording.plain(was).capitalize()} is no longer chosen: figures here are of an area or of "
            "a group, not of both.",
            width="content",
        )
        st.button("Undo", icon=":material/undo:", key="undo_filter", on_click=go_to, args=(before,))


def _district_name(scope: Scope, view: View) -> str | None:
    return choices.districts(view, str(scope.force)).get(scope.area or "")


def _no_area(scope: Scope, view: View) -> str | None:
    """The map is of every area; the chosen one is named below it."""
    drawn = places.areas(view, str(scope.force), str(scope.area_level))
    return places.called(str(scope.area_level), len(drawn))


def _survey_area_name(scope: Scope, view: View) -> str | None:
    return survey_choices.names(view, str(scope.force), str(scope.survey)).get(scope.area or "")


def _up_to(scope: Scope, view: View) -> Scope:
    return overview.completed(scope, view).but(from_month=None, measure=None)


def _searches(scope: Scope, view: View) -> Scope:
    """Everything said but the areas that are set against each other: the finest that can be, unless an address asks."""
    return choices.complete(scope, view).but(area_level=scope.area_level)


STOPS = Bar("stops", choices.forces, _searches, _district_name, _stops_chips)
NEIGHBOURHOODS = Bar("neighbourhoods", map_choices.forces, map_choices.complete, _no_area, _map_chips)
SURVEY = Bar("survey", survey_choices.forces, survey_choices.complete, _survey_area_name, _survey_chips)
OVERVIEW = Bar("overview", survey_choices.forces, _up_to, _survey_area_name, _overview_chips)
CYCLE = Bar("cycle", survey_choices.forces, cycle.completed, _survey_area_name, _cycle_chips)
ENGAGEMENT = Bar(
    "engagement", engagement_choices.forces, engagement_choices.complete, lambda scope, view: None, _engagement_chips
)

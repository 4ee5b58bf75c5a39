"""How people are weighted, in the form of a mapping: as the file has it, raked to margins, or alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.findings.upload import Held
from analytics.wording import label as as_label
from analytics.wording import listing, plain
from data.raking import BOUNDS
from data.readers import survey_draft as drafts
from data.readers.mappings import ENDING
from data.readers.source import Refused, Source
from data.readers.sources import sha256
from data.readers.survey_draft import ATTRIBUTE, NOT_KEPT
from data.readers.survey_form import ALIKE as ALIKE_WORDS
from data.readers.survey_form import LIMITS, MARGINS, unknown_field
from data.readers.survey_mapping import SurveyMapping, parse
from data.readers.survey_margins import Group, Pasted, groups_of, is_whole, margin_of, pasted, sum_of
from data.readers.survey_raking import (
    AREA,
    AS_IT_IS,
    LONGEST_SOURCE,
    SOURCES,
    START,
    TRIM,
    WEIGHT,
    in_order,
    label_of,
)
from data.readers.survey_wave import columns_to_weigh, sheet_to_weigh, weighed
from data.readers.tabular import Sheet
from data.settings import settings
from pages.parts.mapping_columns import KEPT, Form, in_two

HELD = "mapping_people"
"""Where a session keeps the columns that raking needs, by the digest of their file."""

_FIRST = ("age_band", "sex")
"""Margins that are chosen at first, where the file has them: those of nearly every survey."""

Residents = Callable[[str, tuple[str, ...]], Held | None]

GIVEN, RAKED, ALIKE = "given", "raked", "alike"
_WAYS = {
    GIVEN: "As the file has them",
    RAKED: "Raked to margins of the population",
    ALIKE: ALIKE_WORDS,
}


@dataclass(frozen=True)
class Weights:
    """What was chosen.

    Attributes
    ----------
    roles
        What each column is: without the weight, where it is not to be used.
    raking
        How weights are made, as TOML has it; empty where they are not made.
    whole
        Whether every share is there, so that raking can be tried.
    place
        Where what came of it is shown.
    """

    roles: Mapping[str, str]
    raking: Mapping[str, Any]
    whole: bool
    place: DeltaGenerator


def show(
    form: Form,
    roles: Mapping[str, str],
    meanings: Mapping[tuple[str, str], str],
    areas: Mapping[str, str],
    held: Residents,
) -> Weights:
    """The section of the form, after what each column and code means.

    Parameters
    ----------
    form
        The form.
    roles, meanings, areas
        What was chosen above.
    held
        The residents that the store holds by the groups of an attribute, to fill in.
    """
    st.markdown("### The weights", anchors=False)
    column = next((name for name, role in roles.items() if role == WEIGHT), None)
    groups = _groups(form, roles, meanings, areas)
    way = _way(form, column, bool(groups))
    kept = {name: NOT_KEPT if name == column and way == ALIKE else role for name, role in roles.items()}
    if way != RAKED:
        return Weights(kept, {}, False, st.container())
    before = form.draft.content.get("raking", {})
    of = _margins(form, before, groups)
    shares = {margin: _shares(form, margin, groups[margin], before, held) for margin in of}
    sources = {margin: one.source for margin, one in shares.items() if one.source}
    raking = {
        **_begun(form, column, before),
        TRIM: _trim(form, before),
        **({SOURCES: sources} if sources else {}),
        **{margin: one.shares for margin, one in shares.items()},
    }
    place = st.container()
    if not of:
        place.markdown("Choose at least one margin.")
    return Weights(kept, raking, bool(of) and all(one.whole for one in shares.values()), place)


def tried(source: Source, text: str, weights: Weights) -> None:
    """Show what raking gives, before anything is published; or why it can't be done.

    Parameters
    ----------
    source
        The file of answers.
    text
        The mapping as it is now, whole or not.
    weights
        What was chosen.
    """
    if not weights.whole:
        return
    file = mapping_file(source, text)
    try:
        mapping = parse(drafts.for_weights(file))
        found = weighed(file.name, mapping, _sheet(source, mapping))
    except Refused as refusal:
        for problem in refusal.problems:
            weights.place.warning(plain(str(problem.said_in_form())))
        return
    if found is not None:
        done = plain(found.done[:1].upper() + found.done[1:])
        said, fewest = f"{plain(found.figures)}  \n{done}.", settings().fewest_effective
        if found.effective < fewest:
            weights.place.warning(
                f"{said}  \nA figure needs an effective base of {fewest:g}: look at the shares, or merge small groups.",
                icon=":material/balance:",
            )
        else:
            weights.place.info(said, icon=":material/balance:")


def problems(source: Source, mapping: SurveyMapping, name: str) -> list[str]:
    """Why the weights of a whole mapping can't be made; none where they can, or are as the file has them.

    Parameters
    ----------
    source
        The file of answers.
    mapping, name
        The mapping and the name of its file.
    """
    if mapping.raking is None:
        return []
    try:
        weighed(name, mapping, _sheet(source, mapping))
    except Refused as refusal:
        return [str(problem.said_in_form()) for problem in refusal.problems]
    return []


def mapping_file(source: Source, text: str) -> Source:
    """A mapping that was made here, as the file that it would be."""
    name, content = f"{source.name}{ENDING}", text.encode()
    return Source(name, name, content, sha256(content))


def _sheet(source: Source, mapping: SurveyMapping) -> Sheet:
    """The columns that raking needs, read once for the same columns: every share that is typed asks for them."""
    held: dict[str, tuple[object, Sheet]] = st.session_state.setdefault(HELD, {})
    key = (mapping.sheet, columns_to_weigh(mapping))
    if source.sha256 not in held or held[source.sha256][0] != key:
        held[source.sha256] = key, sheet_to_weigh(source, mapping)
    return held[source.sha256][1]


def _groups(
    form: Form, roles: Mapping[str, str], meanings: Mapping[tuple[str, str], str], areas: Mapping[str, str]
) -> dict[str, tuple[Group, ...]]:
    """The groups of every column that can be a margin, by margin."""
    found = {}
    for column in form.draft.columns:
        role = roles[column.name]
        if role.startswith(ATTRIBUTE):
            words = {code: meaning for (name, code), meaning in meanings.items() if name == column.name}
            found[role.removeprefix(ATTRIBUTE)] = groups_of(column.codes, words)
        elif role == AREA:
            found[AREA] = groups_of(column.areas or column.codes, areas)
    return {margin: groups for margin, groups in found.items() if groups}


def _way(form: Form, column: str | None, can_rake: bool) -> str:
    ways = [way for way in _WAYS if (way != GIVEN or column) and (way != RAKED or can_rake)]
    chosen = RAKED if form.draft.content.get("raking") and can_rake else GIVEN if column else ALIKE
    # Another key where a weight was found or lost: what was chosen without one must not leave it out unseen.
    way = str(
        st.radio(
            "How people are weighted",
            ways,
            index=ways.index(chosen),
            format_func=_WAYS.__getitem__,
            key=form.key(f"weights_{column or ''}"),
            help="Raking needs a column of age, sex or another attribute, and its shares in the population.",
            persist_state=KEPT,
        )
    )
    if column is None and way == ALIKE:
        st.markdown("No column is the weight, so every respondent counts as 1.")
    return way


def _margins(form: Form, before: Mapping[str, Any], groups: Mapping[str, tuple[Group, ...]]) -> list[str]:
    offered = in_order(groups)
    first = [margin for margin in offered if margin in before] or [margin for margin in _FIRST if margin in groups]
    return in_order(
        st.multiselect(
            MARGINS,
            offered,
            default=first,
            format_func=lambda margin: label_of(margin).capitalize(),
            key=form.key("margins"),
            placeholder="Choose margins",
            persist_state=KEPT,
        )
    )


@dataclass(frozen=True)
class _Margin:
    """One margin as the mapping has it: its shares, where they come from, and whether every share is there."""

    shares: Mapping[str, Any]
    source: str
    whole: bool


def _shares(form: Form, margin: str, groups: tuple[Group, ...], raking: Mapping[str, Any], held: Residents) -> _Margin:
    """The fields of one margin."""
    label, before = label_of(margin), raking.get(margin, {})
    with st.container(border=True, key=form.key(f"margin_{margin}")):
        st.markdown(f"**{plain(label.capitalize())}: share of the population, in per cent**")
        fields = st.container()  # They stand above what they are made of.
        from_store, paste, named = st.container(), st.container(), st.container()
        kept = _kept(form, margin, label, groups, before)
        with from_store:
            _residents(form, margin, held(margin, tuple(g.words for g in groups if g.words not in kept)))
        with paste:
            text = _pasted_text(form, margin, label)
        with named:
            source = _source(form, margin, label, raking.get(SOURCES, {}))
    found = pasted(text, groups)
    _forget_others(form.key(f"share_{margin}_"), _stamp(text))
    shares: dict[str, float | None] = {}
    with fields:
        for side, group in in_two([group for group in groups if group.words not in kept]):
            with side:
                # Without bounds: the browser would keep what is outside them to itself, and the field its old value.
                shares[group.words] = st.number_input(
                    as_label(group.said),
                    value=found.shares.get(group.words, _before(before, group.words)),
                    step=0.1,
                    format="%.2f",
                    placeholder="per cent",
                    key=form.key(f"share_{margin}_{group.words}_{_stamp(text)}"),
                    persist_state=KEPT,
                )
        st.markdown(sum_of(shares))
        lost = [words for words in before if before[words] != AS_IT_IS and words not in {g.words for g in groups}]
        if lost:
            lacking = listing([f"{plain(words)} ({before[words] * 100:.1f} %)" for words in lost])
            st.warning(f"Nobody in this file is of {lacking}, as the mapping before has it: add that to another group.")
        _not_taken(found)
    return _Margin(margin_of(shares, kept), source, is_whole(shares))


def _not_taken(found: Pasted) -> None:
    """Say what of a pasted table is not in the fields, and why."""
    if found.twice:
        names = listing([f"“{plain(words)}”" for words in found.twice])
        stand = "stands" if len(found.twice) == 1 else "stand"
        st.warning(f"Nothing pasted is taken: {names} {stand} in several lines. Leave one line of each group.")
    if found.unread:
        lines = listing([f"“{plain(line[:60])}”" for line in found.unread])
        st.markdown(
            f"Not taken, as no group of the file stands there with a number: {lines}. The shares are of the rest: "
            "a group of the population in which nobody answered has to be added to another one."
        )


def _source(form: Form, margin: str, label: str, before: Mapping[str, Any]) -> str:
    """Where the shares come from, as every figure of the wave will say."""
    return st.text_input(
        f"Where the shares of {label} come from, such as Census 2021",
        str(before.get(margin, "")),
        key=form.key(f"source_{margin}"),
        max_chars=LONGEST_SOURCE,
        help="It stands with each figure of the wave, under How was this made?",
        persist_state=KEPT,
    ).strip()


def _forget_others(start: str, stamp: str) -> None:
    """Forget the fields that another pasted text filled in."""
    for key in [str(key) for key in st.session_state if str(key).startswith(start)]:
        if not key.endswith(f"_{stamp}"):
            del st.session_state[key]


def _residents(form: Form, margin: str, held: Held | None) -> None:
    """Fill in what the store holds, where its groups are those of the file."""
    if held is not None:
        st.button(
            f"Fill in {plain(held.source)}",
            icon=":material/groups:",
            key=form.key(f"residents_{margin}"),
            on_click=_fill,
            args=({form.key(f"pasted_{margin}"): held.lines, form.key(f"source_{margin}"): held.source},),
        )
        st.caption(plain(held.about))


def _fill(fields: Mapping[str, str]) -> None:
    st.session_state.update(fields)


def _pasted_text(form: Form, margin: str, label: str) -> str:
    with st.expander("Paste them from a table", icon=":material/content_paste:", key=form.key(f"paste_{margin}")):
        return st.text_area(
            f"Groups of {label} and their numbers, one group a line",
            key=form.key(f"pasted_{margin}"),
            placeholder="Female\t51.2",
            help="Two columns of a spreadsheet. Per cent, fractions of 1, or numbers of people, which become shares.",
            max_chars=20_000,
            persist_state=KEPT,
        )


def _kept(form: Form, margin: str, label: str, groups: tuple[Group, ...], before: Mapping[str, Any]) -> list[str]:
    """The groups that are none of the population."""
    names = [group.words for group in groups]
    return list(
        st.multiselect(
            f"{unknown_field(label)}, such as Refused: they keep the share that they have",
            names,
            default=[group.words for group in groups if _is_kept(group, before)],
            key=form.key(f"kept_{margin}_{_stamp('|'.join(names))}"),
            placeholder="None",
            help="So does whoever has nothing in this column.",
            persist_state=KEPT,
        )
    )


def _is_kept(group: Group, before: Mapping[str, Any]) -> bool:
    return before.get(group.words) == AS_IT_IS if group.words in before else not group.is_known


def _before(before: Mapping[str, Any], words: str) -> float | None:
    share = before.get(words)
    return None if share is None or share == AS_IT_IS else float(share) * 100


def _begun(form: Form, column: str | None, before: Mapping[str, Any]) -> dict[str, Any]:
    """What raking begins with."""
    if column is None:
        return {}
    begins = st.checkbox(
        f"Begin with the weights of {as_label(column)}",
        before.get(START, WEIGHT) == WEIGHT,
        key=form.key(f"begin_{column}"),
        help="Where the file has weights of its own design. Without, everybody begins with 1.",
        persist_state=KEPT,
    )
    return {START: WEIGHT if begins else 1}


def _trim(form: Form, before: Mapping[str, Any]) -> object:
    limits = before.get(TRIM, list(BOUNDS))
    with st.expander(LIMITS, key=form.key("limits")):
        trims = st.checkbox(
            "Bring very small and very large weights to these limits, and rake again",
            limits is not False,
            key=form.key("trims"),
            persist_state=KEPT,
        )
        left, right = st.columns(2, gap="small")
        least, greatest = limits if limits else BOUNDS
        # Without bounds: the browser would keep what is outside them to itself, and the field its old value.
        with left:
            least = _limit(form, "least", "Smallest, in medians: 0 to 1", float(least), 0.05, not trims)
        with right:
            greatest = _limit(form, "greatest", "Largest, in medians: 1 or above", float(greatest), 0.5, not trims)
        wrong = _wrong_limits(least, greatest) if trims else ""
        if wrong:
            st.warning(wrong)
    return [least, greatest] if trims else False


def _limit(form: Form, name: str, label: str, value: float, step: float, disabled: bool) -> float:
    return float(
        st.number_input(label, value=value, step=step, key=form.key(name), disabled=disabled, persist_state=KEPT)
    )


def _wrong_limits(least: float, greatest: float) -> str:
    """Why limits are none, in a sentence; blank where they are."""
    said = []
    if not 0 <= least <= 1:
        said.append(f"the smallest, {least:g}, is to lie between 0 and 1")
    if greatest < 1:
        said.append(f"the largest, {greatest:g}, is to be 1 or above")
    return f"These are no limits: {' and '.join(said)}." if said else ""


def _stamp(text: str) -> str:
    """A few letters that change with a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8] if text else ""

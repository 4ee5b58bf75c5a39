"""How people are weighted, in the form of a mapping: as the file has it, raked to margins, or alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.findings.upload import Held
from analytics.wording import listing, plain
from data.raking import BOUNDS
from data.readers import survey_draft as drafts
from data.readers.mappings import ENDING
from data.readers.source import Refused, Source
from data.readers.sources import sha256
from data.readers.survey_draft import ATTRIBUTE, NOT_KEPT
from data.readers.survey_mapping import SurveyMapping, parse
from data.readers.survey_margins import Group, groups_of, is_whole, margin_of, pasted, sum_of
from data.readers.survey_raking import AREA, AS_IT_IS, START, TRIM, WEIGHT, label_of
from data.readers.survey_wave import columns_to_weigh, sheet_to_weigh, weighed
from data.readers.tabular import Sheet
from data.settings import settings
from pages.parts.mapping_columns import Form, in_two

_HELD = "mapping_people"
_FIRST = ("age_band", "sex")
"""Margins that are chosen at first, where the file has them: those of nearly every survey."""

Residents = Callable[[str, tuple[str, ...]], Held | None]

GIVEN, RAKED, ALIKE = "given", "raked", "alike"
_WAYS = {
    GIVEN: "As the file has them",
    RAKED: "Raked to margins of the population",
    ALIKE: "None: every respondent counts as 1",
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
        _hold(form)
        return Weights(kept, {}, False, st.container())
    before = form.draft.content.get("raking", {})
    of = _margins(form, before, groups)
    shares = {margin: _shares(form, margin, groups[margin], before.get(margin, {}), held) for margin in of}
    raking = {**_begun(form, column, before), TRIM: _trim(form, before), **{of: one for of, (one, _) in shares.items()}}
    place = st.container()
    if not of:
        place.markdown("Choose at least one margin.")
    return Weights(kept, raking, bool(of) and all(whole for _, whole in shares.values()), place)


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
            weights.place.warning(plain(str(problem)))
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
        return [str(problem) for problem in refusal.problems]
    return []


def mapping_file(source: Source, text: str) -> Source:
    """A mapping that was made here, as the file that it would be."""
    name, content = f"{source.name}{ENDING}", text.encode()
    return Source(name, name, content, sha256(content))


def _sheet(source: Source, mapping: SurveyMapping) -> Sheet:
    """The columns that raking needs, read once for the same columns: every share that is typed asks for them."""
    held: dict[str, tuple[object, Sheet]] = st.session_state.setdefault(_HELD, {})
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


def _hold(form: Form) -> None:
    """Keep what was typed while another way is chosen: what is not drawn would be forgotten."""
    typed = tuple(
        form.key(name) for name in ("margins", "share_", "pasted_", "kept_", "begin_", "trims", "least", "greatest")
    )
    for key in [key for key in st.session_state if str(key).startswith(typed)]:
        st.session_state[key] = st.session_state[key]


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
        )
    )
    if column is None and way == ALIKE:
        st.markdown("No column is the weight, so every respondent counts as 1.")
    return way


def _margins(form: Form, before: Mapping[str, Any], groups: Mapping[str, tuple[Group, ...]]) -> list[str]:
    first = [margin for margin in groups if margin in before] or [margin for margin in _FIRST if margin in groups]
    return list(
        st.multiselect(
            "Margins to rake to",
            list(groups),
            default=first,
            format_func=lambda margin: label_of(margin).capitalize(),
            key=form.key("margins"),
            placeholder="Choose margins",
        )
    )


def _shares(
    form: Form, margin: str, groups: tuple[Group, ...], before: Mapping[str, Any], held: Residents
) -> tuple[dict[str, Any], bool]:
    """One margin as the mapping has it, and whether every share is there."""
    label = label_of(margin)
    with st.container(border=True, key=form.key(f"margin_{margin}")):
        st.markdown(f"**{plain(label.capitalize())}: share of the population, in per cent**")
        fields = st.container()  # They stand above what they are made of.
        from_store, paste = st.container(), st.container()
        kept = _kept(form, margin, label, groups, before)
        with from_store:
            _residents(form, margin, held(margin, tuple(g.words for g in groups if g.words not in kept)))
        with paste:
            text = _pasted_text(form, margin, label)
    found = pasted(text, groups)
    shares: dict[str, float | None] = {}
    with fields:
        for side, group in in_two([group for group in groups if group.words not in kept]):
            with side:
                shares[group.words] = st.number_input(
                    plain(group.said),
                    min_value=0.0,
                    max_value=100.0,
                    value=found.shares.get(group.words, _before(before, group.words)),
                    step=0.1,
                    format="%.2f",
                    placeholder="per cent",
                    key=form.key(f"share_{margin}_{group.words}_{_stamp(text)}"),
                )
        st.markdown(sum_of(shares))
        lost = [words for words in before if before[words] != AS_IT_IS and words not in {g.words for g in groups}]
        if lost:
            named = listing([f"{plain(words)} ({before[words] * 100:.1f} %)" for words in lost])
            st.warning(f"Nobody in this file is of {named}, as the mapping before has it: add that to another group.")
        if found.unread:
            lines = listing([f"“{plain(line[:60])}”" for line in found.unread])
            st.markdown(
                f"Not taken, as no group of the file stands there with a number: {lines}. The shares are of the rest: "
                "a group of the population in which nobody answered has to be added to another one."
            )
    return margin_of(shares, kept), is_whole(shares)


def _residents(form: Form, margin: str, held: Held | None) -> None:
    """Fill in what the store holds, where its groups are those of the file."""
    if held is not None:
        st.button(
            f"Fill in {plain(held.source)}",
            icon=":material/groups:",
            key=form.key(f"residents_{margin}"),
            on_click=_fill,
            args=(form.key(f"pasted_{margin}"), held.lines),
        )
        st.caption(plain(held.about))


def _fill(key: str, lines: str) -> None:
    st.session_state[key] = lines


def _pasted_text(form: Form, margin: str, label: str) -> str:
    with st.expander("Paste them from a table", icon=":material/content_paste:", key=form.key(f"paste_{margin}")):
        return st.text_area(
            f"Groups of {label} and their numbers, one group a line",
            key=form.key(f"pasted_{margin}"),
            placeholder="Female\t51.2",
            help="Two columns of a spreadsheet. Per cent, fractions of 1, or numbers of people, which become shares.",
            max_chars=20_000,
        )


def _kept(form: Form, margin: str, label: str, groups: tuple[Group, ...], before: Mapping[str, Any]) -> list[str]:
    """The groups that are none of the population."""
    names = [group.words for group in groups]
    return list(
        st.multiselect(
            f"Without a known {label}, such as Refused: they keep the share that they have",
            names,
            default=[group.words for group in groups if _is_kept(group, before)],
            format_func=plain,
            key=form.key(f"kept_{margin}_{_stamp('|'.join(names))}"),
            placeholder="None",
            help="So does whoever has nothing in this column.",
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
        f"Begin with the weights of {plain(column)}",
        before.get(START, WEIGHT) == WEIGHT,
        key=form.key(f"begin_{column}"),
        help="Where the file has weights of its own design. Without, everybody begins with 1.",
    )
    return {START: WEIGHT if begins else 1}


def _trim(form: Form, before: Mapping[str, Any]) -> object:
    limits = before.get(TRIM, list(BOUNDS))
    with st.expander("Limits of the weights", key=form.key("limits")):
        trims = st.checkbox(
            "Bring very small and very large weights to these limits, and rake again",
            limits is not False,
            key=form.key("trims"),
        )
        left, right = st.columns(2, gap="small")
        least, greatest = limits if limits else BOUNDS
        with left:
            least = st.number_input(
                "Smallest, in medians", 0.0, 1.0, float(least), 0.05, key=form.key("least"), disabled=not trims
            )
        with right:
            greatest = st.number_input(
                "Largest, in medians", 1.0, 100.0, float(greatest), 0.5, key=form.key("greatest"), disabled=not trims
            )
    return [least, greatest] if trims else False


def _stamp(text: str) -> str:
    """A few letters that change with a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8] if text else ""

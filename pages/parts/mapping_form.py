"""A mapping made in a form: what it begins with, the wave, what each column is, and what each code means."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from analytics.findings.upload import residents_held
from analytics.wording import listing, plain
from data.readers import survey_draft as drafts
from data.readers.mappings import ENDING
from data.readers.source import Refused, Source
from data.readers.survey_before import Earlier
from data.readers.survey_draft import Draft, Start
from data.readers.survey_form import FIELDS, SHARES
from data.readers.survey_mapping import NATIONAL, SHARED, parse
from data.series_notes import FIRST_DAY, LAST_DAY
from data.staging import earlier_mappings
from data.store import Store, View
from data.vocabularies import forces
from pages.parts import mapping_columns, mapping_weights
from pages.parts.mapping_columns import KEPT, Form

_KEPT, _VIEW = "mapping_drafts", "mapping_view"
_NO_FOLDER = re.compile(r'[\\/:*?"<>|]')
_GUESS = "A guess from the file alone"

_MORE = {
    "questionnaire": "; a change breaks the series",
    "population": "",
    "design": "",
    "mode": "",
    "weighting": "",
}
"""What is asked below the rest, with what its field says beside its name."""


def forget(but: Collection[Source] = ()) -> None:
    """Begin anew with the next file.

    Parameters
    ----------
    but
        Files whose forms are kept.
    """
    kept = tuple(f"mapping_{source.sha256[:12]}_" for source in but)
    own = [str(key) for key in st.session_state if str(key).startswith("mapping_")]
    for key in own:
        if not key.startswith(kept) and key not in (_KEPT, _VIEW, mapping_weights.HELD):
            del st.session_state[key]
    for name in (_KEPT, mapping_weights.HELD):
        held = st.session_state.get(name, {})
        st.session_state[name] = {source.sha256: held[source.sha256] for source in but if source.sha256 in held}
    if not but:
        for name in (_KEPT, _VIEW, mapping_weights.HELD):
            st.session_state.pop(name, None)


def show(source: Source, store: Store, made: str | None) -> tuple[str | None, bool]:
    """The form for one file: the mapping file once a person says that it is right, else what was made before.

    Parameters
    ----------
    source
        The file of answers.
    store
        Where mappings of earlier waves are kept.
    made
        The mapping that was made here before.

    Returns
    -------
    tuple of str and bool
        The mapping, and whether the form has been changed since it was used.
    """
    chosen, changed = made, False
    with st.expander(
        f"What the columns of {plain(source.path)} mean",
        icon=":material/rule:",
        expanded=_stands_open(source, made),
        key=f"mapping_{source.sha256[:12]}_part",
    ):
        try:
            start = _start(source, store)
        except Refused as refusal:
            st.error(plain(str(refusal)))
            return made, False
        form = _begun(source, start)
        _said(form.draft)
        wave = _wave(form)
        roles = mapping_columns.roles(form)
        areas = mapping_columns.areas(form, roles)
        meanings, questions = mapping_columns.answers(form, roles)
        weights = mapping_weights.show(
            form, roles, meanings, areas, partial(residents_held, _view(store), wave["force"])
        )
        roles = dict(weights.roles)
        text = drafts.written(form.draft, wave, roles, meanings, questions, areas, weights.raking)
        mapping_weights.tried(source, text, weights)
        with st.container(horizontal=True, vertical_alignment="center"):
            used = st.button("Use this mapping", type="primary", icon=":material/check:", key=form.key("use"))
            st.download_button(
                "Download the mapping",
                data=text.encode(),
                file_name=_NO_FOLDER.sub("-", f"{source.name}{ENDING}"),
                mime="text/plain",
                icon=":material/download:",
                type="tertiary",
                key=form.key("download"),
                help="For python -m data load FILE --mapping MAPPING, which gives the same.",
                on_click="ignore",
            )
        told = st.container()  # What the button does is said beside it, where the focus stays.
        if used:
            lacking = drafts.lacking(form.draft, wave, roles, meanings, questions)
            with told:
                chosen = text if _is_whole(source, lacking, text) else made
        changed = made is not None and chosen == made != text
        if changed:
            told.warning("Changed since it was used: use it again, so that what is published is what stands here.")
        elif made is not None:
            told.success("It is used. What was checked and Publish stand below.", icon=":material/check:")
    return chosen, changed


def _stands_open(source: Source, made: str | None) -> bool:
    """Whether the form stands open: from its first sight on, so that its use takes nobody's place from them."""
    return bool(st.session_state.setdefault(f"mapping_{source.sha256[:12]}_open", made is None))


def _start(source: Source, store: Store) -> Start:
    """Made once a file: what is chosen in the form stays in the form."""
    kept: dict[str, Start] = st.session_state.setdefault(_KEPT, {})
    if source.sha256 not in kept:
        kept[source.sha256] = drafts.begun(source, earlier_mappings(_view(store)))
    return kept[source.sha256]


def _view(store: Store) -> View:
    """The release with which the form began: what it holds is asked for again with every field."""
    view: View = st.session_state.setdefault(_VIEW, store.view())
    return view


def _begun(source: Source, start: Start) -> Form:
    """The form with what a person begins with: the mapping of an earlier wave, or a guess."""
    choices = [*start.earlier, None]
    place = 0
    if start.earlier:
        place = st.selectbox(
            "Begin with the mapping of",
            range(len(choices)),
            format_func=lambda number: _named(choices[number]),
            key=f"mapping_{source.sha256[:12]}_begin",
            help="One mapping for each version of the questionnaire; of those that are the same the newest.",
            persist_state=KEPT,
        )
    return Form(f"mapping_{source.sha256[:12]}_{place}", start.draft(choices[place]))


def _named(before: Earlier | None) -> str:
    return _GUESS if before is None else before.label


def _said(draft: Draft) -> None:
    if not draft.remembered:
        st.markdown(
            "Everything here is a guess from the names, labels and values of the columns. Check it against the "
            "questionnaire. It is remembered for the next wave."
        )
        return
    named = f"the mapping of **{plain(draft.remembered)}**"
    if not draft.differs and not draft.lacks:
        st.markdown(f"It begins with {named}, and the file has every column of it. Check the wave, then use it.")
        return
    changed = listing([f"“{plain(name)}”" for name in draft.differs])
    st.markdown(
        f"It begins with {named}. Check the wave"
        + (
            f", and what is marked: {changed} {'is' if len(draft.differs) == 1 else 'are'} not as before."
            if changed
            else "."
        )
    )
    for sentence in draft.lacks:
        st.markdown(f"{mapping_columns.MARK} {plain(sentence)}")


def _wave(form: Form) -> dict[str, Any]:
    st.markdown("### The wave", anchors=False)
    said = form.draft.content
    if form.draft.follows:
        st.markdown("No day of an interview is in the file, so it is taken for the wave after that one.")
    left, right = st.columns(2, gap="small")
    slugs = [*forces(), NATIONAL]
    with left:
        wave: dict[str, Any] = {
            "survey": st.text_input(
                FIELDS["survey"], said.get("survey", ""), key=form.key("survey"), max_chars=100, persist_state=KEPT
            ),
            "force": st.selectbox(
                FIELDS["force"],
                slugs,
                index=slugs.index(said["force"]) if said.get("force") in slugs else None,
                format_func=lambda slug: forces()[slug]["short"] if slug in forces() else "England and Wales",
                key=form.key("force"),
                persist_state=KEPT,
            ),
            "wave": st.text_input(
                f"{FIELDS['wave']}, so that names sort in time: 2026-Q3",
                str(said.get("wave", "")),
                key=form.key("wave"),
                max_chars=20,
                persist_state=KEPT,
            ),
            "label": st.text_input(
                f"{FIELDS['label']}: July to September 2026",
                said.get("label", ""),
                key=form.key("label"),
                max_chars=60,
                persist_state=KEPT,
            ),
        }
    with right:
        for key in ("starts", "ends"):
            day = said.get(key)
            wave[key] = st.date_input(
                FIELDS[key],
                day if isinstance(day, date) else None,
                min_value=FIRST_DAY,
                max_value=LAST_DAY,
                format="DD/MM/YYYY",
                key=form.key(key),
                persist_state=KEPT,
            )
        wave["shared"] = st.selectbox(
            FIELDS["shared"],
            SHARED,
            index=SHARED.index(said["shared"]) if said.get("shared") in SHARED else 0,
            format_func=SHARES.__getitem__,
            key=form.key("shared"),
            persist_state=KEPT,
        )
    with st.expander("More about the survey", key=form.key("about")):
        for key, more in _MORE.items():
            wave[key] = st.text_input(
                f"{FIELDS[key]}{more}", said.get(key, ""), key=form.key(key), max_chars=300, persist_state=KEPT
            )
    return wave


def _is_whole(source: Source, lacking: list[str], text: str) -> bool:
    """Whether the mapping can be used; else every reason is said."""
    problems = lacking or _problems(source, text)
    for problem in problems:
        st.error(plain(problem))
    return not problems


def _problems(source: Source, text: str) -> list[str]:
    file = mapping_weights.mapping_file(source, text)
    try:
        mapping = parse(file)
    except Refused as refusal:
        return [str(problem.said_in_form()) for problem in refusal.problems]
    return mapping_weights.problems(source, mapping, file.name)

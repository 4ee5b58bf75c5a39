"""A mapping made in a form: the wave, what each column is, and what each code means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from analytics.wording import plain, plural
from data.readers import survey_draft as drafts
from data.readers.mappings import ENDING
from data.readers.source import Refused, Source
from data.readers.sources import sha256
from data.readers.survey_draft import ATTRIBUTE, MEASURE, NO_ANSWER, Draft, Seen
from data.readers.survey_mapping import NATIONAL, SHARED, parse
from data.staging import earlier_mappings
from data.store import Store
from data.vocabularies import forces
from data.vocabularies.survey import attributes, measures

_KEPT = "mapping_drafts"
_NO_FOLDER = re.compile(r'[\\/:*?"<>|]')
_FEW = 12
"""Columns that stand open, so that nobody overlooks a question among them."""

_LABELS = {
    "": "Not kept",
    "respondent": "Number of the respondent",
    "weight": "Weight",
    "stratum": "Stratum of the sample",
    "psu": "Sampling unit (PSU)",
    "date": "Day of the interview",
    "area": "Area",
    drafts.DROPPED: "Personal data: left out on purpose",
}
_SHARED = {
    "nothing": "Nothing: each wave is a new sample",
    "psus": "Sampling units (PSUs)",
    "respondents": "Respondents: a panel",
}
_ABOUT = {
    "questionnaire": "Version of the questionnaire; a change breaks the series",
    "population": "Whom the sample stands for",
    "design": "How the sample was drawn",
    "mode": "How people were asked",
    "weighting": "What the weights do",
}


def forget() -> None:
    """Begin anew with the next file."""
    for key in [key for key in st.session_state if str(key).startswith("mapping_")]:
        del st.session_state[key]


def show(source: Source, store: Store, made: str | None) -> str | None:
    """The form for one file; the mapping file once a person says that it is right, else what was made before.

    Parameters
    ----------
    source
        The file of answers.
    store
        Where mappings of earlier waves are kept.
    made
        The mapping that was made here before.
    """
    chosen = made
    with st.expander(
        f"What the columns of {plain(source.path)} mean",
        icon=":material/rule:",
        expanded=made is None,
        key=_key(source, "part"),
    ):
        try:
            draft = _draft(source, store)
        except Refused as refusal:
            st.error(plain(str(refusal)))
            return made
        _said(draft)
        wave = _wave(source, draft)
        roles = _roles(source, draft)
        meanings, questions = _answers(source, draft, roles)
        text = drafts.written(draft, wave, roles, meanings, questions)
        if st.button("Use this mapping", type="primary", icon=":material/check:", key=_key(source, "use")):
            lacking = drafts.lacking(draft, wave, roles, meanings, questions)
            chosen = text if _is_whole(source, lacking, text) else made
        st.download_button(
            "Download the mapping",
            data=text.encode(),
            file_name=_NO_FOLDER.sub("-", f"{source.name}{ENDING}"),
            mime="text/plain",
            icon=":material/download:",
            type="tertiary",
            key=_key(source, "download"),
            on_click="ignore",
        )
    return chosen


def _draft(source: Source, store: Store) -> Draft:
    """Made once a file: what is chosen in the form stays in the form."""
    kept: dict[str, Draft] = st.session_state.setdefault(_KEPT, {})
    if source.sha256 not in kept:
        kept[source.sha256] = drafts.drafted(source, earlier_mappings(store.view()))
    return kept[source.sha256]


def _said(draft: Draft) -> None:
    if draft.remembered:
        st.markdown(f"It begins with the mapping of **{plain(draft.remembered)}**. Check the wave, then use it.")
    else:
        st.markdown(
            "Everything here is a guess from the names, labels and values of the columns. Check it against the "
            "questionnaire. It is remembered for the next wave."
        )


def _wave(source: Source, draft: Draft) -> dict[str, Any]:
    st.markdown("### The wave", anchors=False)
    said = draft.content
    left, right = st.columns(2, gap="small")
    slugs = [*forces(), NATIONAL]
    with left:
        wave: dict[str, Any] = {
            "survey": st.text_input("Survey", said.get("survey", ""), key=_key(source, "survey"), max_chars=100),
            "force": st.selectbox(
                "Force",
                slugs,
                index=slugs.index(said["force"]) if said.get("force") in slugs else None,
                format_func=lambda slug: forces()[slug]["short"] if slug in forces() else "England and Wales",
                key=_key(source, "force"),
            ),
            "wave": st.text_input(
                "Wave, so that names sort in time: 2026-Q3",
                str(said.get("wave", "")),
                key=_key(source, "wave"),
                max_chars=20,
            ),
            "label": st.text_input(
                "Wave in words: July to September 2026", said.get("label", ""), key=_key(source, "label"), max_chars=60
            ),
        }
    with right:
        for key, words in (("starts", "First day of fieldwork"), ("ends", "Last day of fieldwork")):
            day = said.get(key)
            wave[key] = st.date_input(
                words, day if isinstance(day, date) else None, format="DD/MM/YYYY", key=_key(source, key)
            )
        wave["shared"] = st.selectbox(
            "What its waves have in common",
            SHARED,
            index=SHARED.index(said["shared"]) if said.get("shared") in SHARED else 0,
            format_func=_SHARED.__getitem__,
            key=_key(source, "shared"),
        )
    with st.expander("More about the survey", key=_key(source, "about")):
        for key, words in _ABOUT.items():
            wave[key] = st.text_input(words, said.get(key, ""), key=_key(source, key), max_chars=300)
    return wave


def _roles(source: Source, draft: Draft) -> dict[str, str]:
    st.markdown("### The columns", anchors=False)
    taken = [column for column in draft.columns if draft.role(column.name)]
    rest = [column for column in draft.columns if column not in taken]
    roles = {column.name: _role(source, draft, column) for column in taken}
    if rest:
        label = f"Columns that nothing was guessed for: {len(rest)}"
        with st.expander(label, expanded=len(rest) <= _FEW, key=_key(source, "rest")):
            st.caption("They are not kept unless you say what they are: questions of the survey may be among them.")
            roles |= {column.name: _role(source, draft, column) for column in rest}
    return {column.name: roles[column.name] for column in draft.columns}


def _role(source: Source, draft: Draft, column: Seen) -> str:
    name, told = st.columns([2, 3], gap="small", vertical_alignment="center")
    with name:
        st.markdown(f"**{plain(column.name)}**  \n:small[{plain(_about(column))}]")
    with told:
        return str(
            st.selectbox(
                f"What {plain(column.name)} is",
                drafts.ROLES,
                index=drafts.ROLES.index(draft.role(column.name)),
                format_func=_role_words,
                key=_key(source, f"role_{column.name}"),
                label_visibility="collapsed",
            )
        )


def _about(column: Seen) -> str:
    if column.personal:
        return f"It looks like {column.personal}."
    return column.label or (f"such as {column.example}" if column.example else "blank throughout")


def _role_words(role: str) -> str:
    if role.startswith(MEASURE):
        return f"Measure: {measures()[role.removeprefix(MEASURE)].label}"
    if role.startswith(ATTRIBUTE):
        return f"About the person: {attributes()[role.removeprefix(ATTRIBUTE)].label}"
    return _LABELS[role]


def _answers(
    source: Source, draft: Draft, roles: Mapping[str, str]
) -> tuple[dict[tuple[str, str], str], dict[str, dict[str, Any]]]:
    """What the codes of every mapped column mean, and what is said of its question."""
    mapped = [column for column in draft.columns if roles[column.name].startswith((MEASURE, ATTRIBUTE))]
    if mapped:
        st.markdown("### The answers", anchors=False)
    meanings: dict[tuple[str, str], str] = {}
    questions: dict[str, dict[str, Any]] = {}
    for column in mapped:
        role = roles[column.name]
        label = f"{plain(_role_words(role))} · {plain(column.name)}"
        with st.expander(label, key=_key(source, f"codes_{column.name}_{role}")):
            if role.startswith(MEASURE):
                questions[column.name] = _question(source, draft, column, role)
            if not column.codes:
                st.markdown("It has too many different values to be codes; they are kept as written.")
            for code in column.codes:
                meanings[column.name, code.value] = _meaning(source, draft, column, role, code)
    return meanings, questions


def _question(source: Source, draft: Draft, column: Seen, role: str) -> dict[str, Any]:
    st.caption(plain(measures()[role.removeprefix(MEASURE)].wording))
    key = f"question_{column.name}_{role}"
    return {
        "wording": st.text_input(
            "Wording, where it was asked in other words",
            draft.said(role, "wording") or "",
            key=_key(source, f"{key}_wording"),
            max_chars=500,
        ).strip(),
        "reversed": st.checkbox(
            "It is worded negatively: every answer counts as its opposite",
            bool(draft.said(role, "reversed")),
            key=_key(source, f"{key}_reversed"),
        ),
        "asked_of": st.text_input(
            "Whom it was asked of, where not everyone",
            draft.said(role, "asked_of") or "",
            key=_key(source, f"{key}_asked"),
            max_chars=200,
        ).strip(),
    }


def _meaning(source: Source, draft: Draft, column: Seen, role: str, code: drafts.Code) -> str:
    label = f"{code.value}{f' · {code.label}' if code.label else ''} · {plural(code.people, 'person', 'people')}"
    key = _key(source, f"code_{column.name}_{role}_{code.value}")
    means = draft.means(role, code)
    if role.startswith(ATTRIBUTE):
        return st.text_input(plain(label), means, key=key, placeholder="kept as written", max_chars=100)
    offered = ["", *measures()[role.removeprefix(MEASURE)].answers, NO_ANSWER]
    return str(
        st.selectbox(
            plain(label),
            offered,
            index=offered.index(means) if means in offered else 0,
            format_func=lambda answer: answer.capitalize() if answer == NO_ANSWER else answer or "Nobody has said",
            key=key,
        )
    )


def _is_whole(source: Source, lacking: list[str], text: str) -> bool:
    """Whether the mapping can be used; else every reason is said."""
    problems = lacking or _problems(source, text)
    for problem in problems:
        st.error(plain(problem))
    return not problems


def _problems(source: Source, text: str) -> list[str]:
    content = text.encode()
    try:
        parse(Source(f"{source.name}{ENDING}", f"{source.name}{ENDING}", content, sha256(content)))
    except Refused as refusal:
        return [str(problem) for problem in refusal.problems]
    return []


def _key(source: Source, part: str) -> str:
    return f"mapping_{source.sha256[:12]}_{part}"

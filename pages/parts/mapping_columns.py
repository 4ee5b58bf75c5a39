"""The columns and codes of a survey file in the form of its mapping: what each is, and what each means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.wording import label as as_label
from analytics.wording import listing, plain, plural
from data.readers import survey_draft as drafts
from data.readers.survey_columns import Code, Seen
from data.readers.survey_draft import ATTRIBUTE, MEASURE, NO_ANSWER, NOT_KEPT, Draft
from data.readers.survey_form import REVERSED, role_words
from data.vocabularies import normalise
from data.vocabularies.survey import measures

T = TypeVar("T")

KEPT: Literal["session"] = "session"
"""How the fields of the form stay as they are while another page is looked at."""

MARK = ":orange-badge[:material/error: Look]"
"""What stands before everything that is not as it was before."""

_FEW = 12
"""Columns that stand open, so that nobody overlooks a question among them."""

_NO_ANSWER = "Not asked, or no answer"
_COMPARED = {
    False: "A series break: nothing is compared across it",
    True: "A wording change: it is said, and figures are still compared",
}


@dataclass(frozen=True)
class Form:
    """One form: the draft that it begins with, and what the keys of its fields begin with."""

    name: str
    draft: Draft

    def key(self, part: str) -> str:
        """The key of a field."""
        return f"{self.name}_{part}"


def roles(form: Form) -> dict[str, str]:
    """What every column is."""
    st.markdown("### The columns", anchors=False)
    draft = form.draft
    marked = [column for column in draft.columns if column.name in draft.differs]
    taken = [column for column in draft.columns if draft.role(column.name) and column not in marked]
    rest = [column for column in draft.columns if column not in (*marked, *taken)]
    chosen = {column.name: _role(form, column) for column in marked}
    if draft.remembered and taken:
        with st.expander(f"Columns as before: {len(taken)}", key=form.key("taken")):
            chosen |= {column.name: _role(form, column) for column in taken}
    else:
        chosen |= {column.name: _role(form, column) for column in taken}
    if rest:
        were = "were not kept before" if draft.remembered else "nothing was guessed for"
        label = f"Columns that {were}: {len(rest)}"
        open_now = len(rest) <= _FEW and not draft.remembered
        with st.expander(label, expanded=open_now, key=form.key("rest")):
            st.caption("They are not kept unless you say what they are: questions of the survey may be among them.")
            chosen |= {column.name: _role(form, column) for column in rest}
    return {column.name: chosen[column.name] for column in draft.columns}


def areas(form: Form, roles: Mapping[str, str]) -> dict[str, str]:
    """The area that every number or label of the column of areas stands for; blank for as written."""
    column = next((column for column in form.draft.columns if roles[column.name] == "area" and column.areas), None)
    if column is None:
        return {}
    with st.expander(f"The areas of {plain(column.name)}: {len(column.areas)}", key=form.key(f"areas_{column.name}")):
        st.caption("The name or GSS code of each area. What is left blank is kept as the file has it.")
        found = {}
        for side, code in in_two(column.areas):
            with side:
                found[code.value] = st.text_input(
                    as_label(_code_words(code)),
                    form.draft.area(code),
                    key=form.key(f"area_{column.name}_{code.value}"),
                    placeholder="kept as written",
                    max_chars=100,
                    persist_state=KEPT,
                ).strip()
    return found


def answers(form: Form, roles: Mapping[str, str]) -> tuple[dict[tuple[str, str], str], dict[str, dict[str, Any]]]:
    """What the codes of every mapped column mean, and what is said of its question."""
    mapped = [column for column in form.draft.columns if roles[column.name].startswith((MEASURE, ATTRIBUTE))]
    meanings: dict[tuple[str, str], str] = {}
    questions: dict[str, dict[str, Any]] = {}
    if not mapped:
        return meanings, questions
    st.markdown("### The answers", anchors=False)
    turned = _turned(form, [column for column in mapped if roles[column.name].startswith(MEASURE)], roles)
    warnings = st.container()
    for column in mapped:
        role = roles[column.name]
        marked = column.name in form.draft.differs
        label = f"{plain(role_words(role))} · {plain(column.name)}"
        icon = ":material/error:" if marked else None
        with st.expander(label, icon=icon, expanded=marked, key=form.key(f"codes_{column.name}_{role}")):
            for sentence in form.draft.differs.get(column.name, ()):
                st.markdown(f"{MARK} {plain(sentence)}")
            if role.startswith(MEASURE):
                questions[column.name] = _question(form, column, role)
            if not column.codes:
                st.markdown("It has too many different values to be codes; they are kept as written.")
            chosen = {}
            for side, code in in_two(column.codes):
                with side:
                    chosen[code.value] = _meaning(form, column, role, code, column.name in turned)
            if role.startswith(MEASURE):
                _none(column, chosen)
        meanings |= {(column.name, value): meaning for value, meaning in chosen.items()}
        against = form.draft.against(role, chosen) if role.startswith(MEASURE) else ""
        if against:
            warnings.warning(f"**{plain(measures()[_id(role)].label)} · {plain(column.name)}.** {plain(against)}")
    return meanings, questions


def _turned(form: Form, asked: Sequence[Seen], roles: Mapping[str, str]) -> list[str]:
    """The columns whose codes run the other way than the form would have it."""
    if not asked:
        return []
    labels = {column.name: f"{measures()[_id(roles[column.name])].label} · {column.name}" for column in asked}
    return list(
        st.multiselect(
            "Questions whose codes run the other way than shown here",
            list(labels),
            format_func=labels.__getitem__,
            key=form.key("turned"),
            placeholder="None",
            help="Where 1 is the last answer of the scale and not the first: their codes are turned round at once.",
            persist_state=KEPT,
        )
    )


def _role(form: Form, column: Seen) -> str:
    name, told = st.columns([2, 3], gap="small", vertical_alignment="center")
    with name:
        st.markdown(f"**{plain(column.name)}**  \n:small[{plain(_about(column))}]")
    with told:
        chosen = str(
            st.selectbox(
                f"What {as_label(column.name)} is",
                drafts.ROLES,
                index=drafts.ROLES.index(form.draft.role(column.name)),
                format_func=role_words,
                key=form.key(f"role_{column.name}"),
                label_visibility="collapsed",
                persist_state=KEPT,
            )
        )
        if chosen == NOT_KEPT or not chosen.startswith((MEASURE, ATTRIBUTE)):
            for sentence in form.draft.differs.get(column.name, ()):
                st.markdown(f"{MARK} {plain(sentence)}")
    return chosen


def _about(column: Seen) -> str:
    if column.personal:
        return f"It looks like {column.personal}."
    return column.label or (f"such as {column.example}" if column.example else "blank throughout")


def _question(form: Form, column: Seen, role: str) -> dict[str, Any]:
    draft, key = form.draft, f"question_{column.name}_{role}"
    st.caption(plain(measures()[_id(role)].wording))
    if column.label:
        st.caption(f"In the file: {plain(column.label)}")
    if column.blank:
        st.markdown(
            f"Blank for {column.blank:,} of {plural(column.people, 'person', 'people')}: they count as not asked."
        )
    wording = st.text_input(
        "Wording, where it was asked in other words",
        draft.said(role, "wording") or "",
        key=form.key(f"{key}_wording"),
        max_chars=500,
        persist_state=KEPT,
    ).strip()
    return {
        "wording": wording,
        "comparable": _comparable(form, role, key, wording),
        "reversed": st.checkbox(
            f"{REVERSED}: every answer counts as its opposite",
            bool(draft.said(role, "reversed")),
            key=form.key(f"{key}_reversed"),
            persist_state=KEPT,
        ),
        "asked_of": st.text_input(
            "Whom it was asked of, where not everyone",
            draft.said(role, "asked_of") or "",
            key=form.key(f"{key}_asked"),
            max_chars=200,
            persist_state=KEPT,
        ).strip(),
    }


def _comparable(form: Form, role: str, key: str, wording: str) -> bool:
    """Whether a question in other words than before can be compared; asked only where the words differ."""
    said, before = bool(form.draft.said(role, "comparable")), form.draft.asked_before(role)
    if not before or normalise(before) == normalise(wording or measures()[_id(role)].wording):
        return said
    return bool(
        st.radio(
            f"Before, it was asked as “{as_label(before)}”. The new words are",
            list(_COMPARED),
            index=int(said),
            format_func=_COMPARED.__getitem__,
            key=form.key(f"{key}_comparable"),
            persist_state=KEPT,
        )
    )


def _meaning(form: Form, column: Seen, role: str, code: Code, turned: bool) -> str:
    label = as_label(_code_words(code))
    key = form.key(f"code_{column.name}_{role}_{code.value}{'_turned' if turned else ''}")
    means = form.draft.means(role, code, turned)
    if role.startswith(ATTRIBUTE):
        return st.text_input(label, means, key=key, placeholder="kept as written", max_chars=100, persist_state=KEPT)
    offered = ["", *measures()[_id(role)].answers, NO_ANSWER]
    return str(
        st.selectbox(
            label,
            offered,
            index=offered.index(means) if means in offered else 0,
            format_func=lambda answer: _NO_ANSWER if answer == NO_ANSWER else answer or "Nobody has said",
            key=key,
            persist_state=KEPT,
        )
    )


def _none(column: Seen, chosen: Mapping[str, str]) -> None:
    """Name and count the codes that are taken for no answer, so that nobody is left out unseen."""
    none = [code for code in column.codes if chosen[code.value] == NO_ANSWER and code.people]
    if none:
        named = [f"“{plain(code.value)}” ({plural(code.people, 'person', 'people')})" for code in none]
        st.markdown(
            f"Left out of every figure, as not asked: {listing(named)}. Give Don’t know to a code of people who "
            "refused or did not know."
        )


def in_two(items: Sequence[T]) -> Iterator[tuple[DeltaGenerator, T]]:
    """Items with the column of the page that each stands in: the first half on the left, so that Tab keeps to order."""
    if not items:
        return
    left, right = st.columns(2, gap="small")
    half = (len(items) + 1) // 2
    for place, item in enumerate(items):
        yield (left if place < half else right), item


def _code_words(code: Code) -> str:
    return f"{code.value}{f' · {code.label}' if code.label else ''} · {plural(code.people, 'person', 'people')}"


def _id(role: str) -> str:
    return role.removeprefix(MEASURE)

"""Notes on a series on screen: an analyst adds, changes, removes and undoes them, with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from analytics.findings.survey import notes
from analytics.scope import Scope
from analytics.wording import plain
from data.chosen import is_demonstration
from data.registers import Stale, record, remove, undo
from data.series_notes import FIRST_DAY, KINDS, LAST_DAY, LONGEST, NOTES, PLAIN
from data.store import StoreError, View
from pages.parts.identity import User, current_user, name_for_history

_STATE = "series_notes_editing"
_SAID = "series_notes_said"
_FIELDS = ("text", "kind", "measure", "survey", "force")
_NONE = 0
_EVERY = ""
"""No note, and no one force, survey or measure: a select box takes nothing for a choice that is yet to be made."""


@dataclass
class _Editing:
    """Which note a session has open, the version of it that the person saw, and whether that was a removal.

    Attributes
    ----------
    turn
        How often was begun anew: a new turn empties the form.
    """

    series: tuple[str, str, str]
    turn: int = 0
    row: int = _NONE
    version: int = 0
    removed: bool = False

    def key(self, field: str) -> str:
        """Key of a field of the form."""
        return f"note_{field}_{self.turn}_{self.row}"


@st.fragment
def edit(view: View, scope: Scope, user: User) -> None:
    """Draw what changes the notes on a series, once it is opened, for whoever may publish; nothing for anybody else."""
    if not user.may_publish:
        return
    part = st.expander("Notes on this series", icon=":material/edit_note:", key="series_notes", on_change="rerun")
    if not part.open:
        return
    with part:
        if is_demonstration(view):
            st.markdown(
                "Nothing can be noted on the demonstration: [load files of your own](upload), and their notes are "
                "written here."
            )
            return
        _form(view, notes.series_of(scope), user)


def _form(view: View, series: tuple[str, str, str], user: User) -> None:
    if _SAID in st.session_state:
        st.success(st.session_state.pop(_SAID), icon=":material/check:")
    state: _Editing = st.session_state.setdefault(_STATE, _Editing(series))
    if state.series != series:
        state = _begin(series, state.turn + 1)
    held = {int(note["row"]): note for note in notes.ever_of_series(view, *series, also=state.row)}
    row = st.selectbox(
        "Note",
        [_NONE, *held],
        key=f"note_choice_{state.turn}",
        format_func=lambda number: notes.title(held[number]) if number else "A new note",
    )
    if row != state.row:
        state.row = row
        state.version, state.removed = (held[row]["version"], held[row]["removed"]) if row else (0, False)
    pressed, name = _restored(state, user) if state.removed else _fields(state, held.get(row) if row else None, user)
    if pressed is not None:
        _do(view, state, pressed, name)
    if row:
        st.markdown(f"**History of note {row}**")
        st.dataframe(
            notes.versions(view, row), hide_index=True, alt=f"History of note {row}", key=f"note_history_{row}"
        )


def _begin(series: tuple[str, str, str], turn: int) -> _Editing:
    st.session_state[_STATE] = _Editing(series, turn)
    return st.session_state[_STATE]


def _fields(state: _Editing, note: Mapping[str, Any] | None, user: User) -> tuple[str | None, str]:
    """Draw the form of a note; give what was pressed, and who did."""
    _fill(state, note)
    with st.form(state.key("form"), clear_on_submit=False):
        left, right = st.columns(2)
        left.date_input("Day", min_value=FIRST_DAY, max_value=LAST_DAY, format="DD/MM/YYYY", key=state.key("date"))
        right.selectbox("Kind", KINDS, key=state.key("kind"), format_func=str.capitalize)
        st.text_area("What happened", key=state.key("text"), max_chars=LONGEST, height=80)
        for column, (field, value) in zip(st.columns(3), notes.choices_of(state.series).items(), strict=True):
            column.selectbox(
                field.capitalize(),
                [value, _EVERY],
                key=state.key(field),
                format_func=lambda chosen, field=field: notes.part(field, chosen),
            )
        st.caption("A series break cuts the line, and nothing is compared across it. Other kinds change no figure.")
        name = name_for_history(user, state.key("name"))
        st.text_input("Reason, kept in the history", key=state.key("reason"), max_chars=300)
        with st.container(horizontal=True):
            pressed = {"save": st.form_submit_button("Save", type="primary", icon=":material/check:")}
            if note:
                pressed["undo"] = st.form_submit_button("Undo the last change", icon=":material/undo:")
                pressed["remove"] = st.form_submit_button("Remove", icon=":material/remove:")
    return next((button for button, yes in pressed.items() if yes), None), name


def _restored(state: _Editing, user: User) -> tuple[str | None, str]:
    """Draw what brings a removed note back; give what was pressed, and who did."""
    with st.form(state.key("form"), clear_on_submit=False):
        name = name_for_history(user, state.key("name"))
        st.text_input("Reason, kept in the history", key=state.key("reason"), max_chars=300)
        return ("undo" if st.form_submit_button("Bring it back", icon=":material/undo:") else None), name


def _fill(state: _Editing, note: Mapping[str, Any] | None) -> None:
    """Put what a note says into a form that is new; what somebody has typed stays."""
    first = {"date": None, "kind": PLAIN, "text": "", **notes.choices_of(state.series)}
    if note:
        first = {**{field: note[field] or _EVERY for field in _FIELDS}, "date": date.fromisoformat(note["date"])}
    for field, value in first.items():
        st.session_state.setdefault(state.key(field), value)


def _do(view: View, state: _Editing, pressed: str, name: str) -> None:
    current_user().must_publish()  # this part draws itself anew without the page around it
    reason = str(st.session_state[state.key("reason")])
    changes: dict[str, Callable[[], Mapping[str, Any]]] = {
        "save": lambda: record(
            view.store, NOTES, [_typed(state)], name, reason, {state.row: state.version} if state.row else {}
        )[0],
        "remove": lambda: remove(view.store, NOTES, state.row, name, reason, state.version),
        "undo": lambda: undo(view.store, NOTES, state.row, name, reason, state.version),
    }
    try:
        made = changes[pressed]()
    except Stale as stale:
        state.version = stale.now["version"]
        then = "What you typed is still here: press again if it is to take the place of that."
        if pressed == "undo":
            # What the button undoes is another change now, and a note that stands again has the form of one.
            state.removed = bool(stale.now["removed"])
            then = "Look at it before you press again: the button now undoes that change."
        st.warning(f"{plain(str(stale))} {plain(notes.standing(stale.now))} {then}", icon=":material/group:")
    except StoreError as why:
        st.error(plain(str(why)), icon=":material/block:")
    else:
        st.session_state[_SAID] = plain(notes.done(made))
        _begin(state.series, state.turn + 1)
        st.rerun()


def _typed(state: _Editing) -> dict[str, Any]:
    typed = {field: st.session_state[state.key(field)] for field in (*_FIELDS, "date")}
    return {**typed, **({"row": state.row} if state.row else {})}

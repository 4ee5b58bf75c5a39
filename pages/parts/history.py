"""The history of the store on screen: every load, what became of it, and how to withdraw or restore one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics import wording
from data.loading import UNLISTED
from data.publishing import counted_otherwise, gives_way, restore, withdraw
from data.store import Release, StoreError, View
from data.vocabularies import forces
from pages.parts import fitting
from pages.parts.identity import User, name_for_history

if TYPE_CHECKING:
    import pandas as pd
    from streamlit.elements.lib.mutable_status_container import StatusContainer

Change = Callable[..., Release]

_TABLE = "history_table"
_LOAD = "history_load"
_ROW = "history_row"
_SAID = "history_said"
_DONE = "history_done"
_REASON = "history_reason"
_WHEN = "D MMM YYYY, HH:mm"
_WHO = ("By", "Reason")
"""What tells of the people who published, and is for analysts."""


def show(view: View, user: User) -> None:
    """Draw the history of loads, newest first, what was noticed in them, the withdrawal of one, and the releases."""
    loads = view.store.history()
    if loads.empty:
        return
    loads["notes"] = [[] if notes is None else list(notes) for notes in loads["notes"]]
    if _SAID in st.session_state:
        st.success(st.session_state.pop(_SAID), icon=":material/check:")
    otherwise = counted_otherwise(view) if user.may_publish else None
    if otherwise:
        st.warning(otherwise, icon=":material/sync_problem:")
    st.markdown("### Every file that was loaded", anchors=False)
    st.caption(
        "A later file of the same force and month replaces the earlier one. Nothing is ever overwritten: what is "
        "withdrawn can be restored."
    )
    st.markdown(_noticed(loads))
    picked = st.dataframe(
        _shown(loads, user),
        hide_index=True,
        key=_TABLE,
        alt="History of loads",
        on_select="rerun",
        selection_mode="single-row",
        height=320,
        column_config={"Loaded": st.column_config.DatetimeColumn(format=_WHEN)},
    )
    _follow(picked.selection.rows, loads)
    chosen = _change(view, loads, user) if user.may_publish else _picked(picked.selection.rows, loads)
    if chosen is not None:
        _notes(loads.set_index("load_id").loc[chosen, "notes"])
    with st.expander("Releases", icon=":material/history:", key="history_releases"):
        st.dataframe(
            _releases(view, user),
            hide_index=True,
            alt="Releases",
            key="history_release_table",
            column_config={"Published": st.column_config.DatetimeColumn(format=_WHEN)},
        )


def _noticed(loads: pd.DataFrame) -> str:
    """How many files have something to say, and how to read it."""
    noted = int(loads["notes"].map(bool).sum())
    unlisted = int(loads["notes"].map(lambda notes: any(UNLISTED in note for note in notes)).sum())
    if not noted:
        return "Nothing was noticed while these files were read."
    of = f"Something was noticed in {_of(noted, len(loads))}"
    also = f", in {wording.count(unlisted)} of them a value that our lists do not know" if unlisted else ""
    return f"{of}{also}. Choose a file to read what."


def _of(some: int, files: int) -> str:
    if some == files:
        return "the one file" if files == 1 else f"all {wording.count(files)} files"
    return f"{wording.count(some)} of {wording.plural(files, 'file')}"


def _notes(notes: Iterable[str]) -> None:
    """What was noticed while a file was read, in the words of its reader."""
    said = "".join(f"\n- {wording.plain(note)}" for note in notes)
    st.markdown(f"**What was noticed in it**\n{said}" if said else "Nothing was noticed in it.")


def _picked(rows: list[int], loads: pd.DataFrame) -> str | None:
    return str(loads.at[rows[0], "load_id"]) if rows else None


def _change(view: View, loads: pd.DataFrame, user: User) -> str | None:
    """Draw the withdrawal or the restoring of one file, and give the file that was chosen."""
    st.markdown("### Withdraw or restore a file", anchors=False)
    if st.session_state.pop(_DONE, False):
        st.session_state.update({_LOAD: None, _REASON: ""})
    rows = loads.set_index("load_id", drop=False).to_dict("index")
    chosen = st.selectbox(
        "File",
        list(rows),
        index=None,
        key=_LOAD,
        format_func=lambda load: _name(rows[load]),
        placeholder="Choose a file here, or a row above",
    )
    if chosen is None:
        return None
    row = rows[chosen]
    back = row["status"] == "withdrawn"
    what = _restored(loads, chosen) if back else _consequence(loads, row)
    with st.form(f"change_{chosen}", clear_on_submit=False):
        st.markdown(
            f"{wording.plain(_name(row))}, loaded {row['at']:%d %B %Y} "
            f"by {wording.plain(str(row['by']) or 'nobody named')}. {what}"
        )
        name = name_for_history(user, "history_name")
        reason = st.text_input("Reason, kept in the history", key=_REASON, max_chars=300)
        label, act = ("Restore", restore) if back else ("Withdraw", withdraw)
        if st.form_submit_button(label, type="primary", icon=":material/undo:" if back else ":material/remove:"):
            what = f"{row['file']} is {'current again' if back else 'withdrawn'}"
            _run(act, view, chosen, user, name, reason, what)
    return str(chosen)


def _run(act: Change, view: View, load: str, user: User, name: str, reason: str, what: str) -> None:
    user.must_publish()
    if not reason.strip():
        st.error("Say why: the reason stays in the history.")
        return
    with st.status("Making a new release", expanded=True) as status:
        try:
            release = act(view.store, load, name, reason.strip(), _teller(status))
        except StoreError as why:
            status.update(label="Nothing was changed", state="error")
            st.error(wording.plain(str(why)))
            return
        lacking = fitting.after_publication(View(view.store, release), _teller(status))
        status.update(label=f"Release {release.number} is made", state="complete")
    shown = f"every page now shows release {release.number}"
    none = f"release {release.number} shows no file; until one is published, pages are empty or show the demonstration"
    st.session_state[_SAID] = wording.plain(f"{what}: {shown if release.current else none}. {lacking}".strip())
    st.session_state[_DONE] = True
    st.rerun()


def _teller(status: StatusContainer) -> Callable[[str], None]:
    return lambda step: status.update(label=wording.plain(step.capitalize()))


def _follow(rows: list[int], loads: pd.DataFrame) -> None:
    """Choose the file whose row was picked; a file chosen by name afterwards stays chosen."""
    if rows and st.session_state.get(_ROW) != rows[0]:
        st.session_state[_LOAD] = loads.at[rows[0], "load_id"]
    st.session_state[_ROW] = rows[0] if rows else None


def _shown(loads: pd.DataFrame, user: User) -> pd.DataFrame:
    shown = loads[["subject", "period", "status", "kind", "rows", "notes", "at", "by", "reason", "file", "load_id"]]
    shown = shown.assign(subject=shown["subject"].map(_called), notes=shown["notes"].map(len))
    names = ["Force or source", "Month or year", "Status", "Kind", "Rows", "Notes", "Loaded", "By", "Reason", "File"]
    shown = shown.set_axis([*names, "Load"], axis=1)
    return shown if user.may_publish else shown.drop(columns=list(_WHO))


def _name(row: Mapping[str, Any]) -> str:
    place = " ".join(part for part in (_called(row["subject"]), str(row["period"] or "")) if part)
    return f"{row['kind']}, {place} ({row['status']}, {wording.plural(int(row['rows']), 'row')})"


def _called(subject: str) -> str:
    """A force by its name; a census or a boundary set by its own."""
    return forces()[subject]["short"] if subject in forces() else subject


def _consequence(rows: pd.DataFrame, row: Mapping[str, Any]) -> str:
    if row["status"] == "superseded":
        return "A later file has replaced it already; withdrawn, it can't come back when that one is withdrawn."
    slot = (rows["subject"] == row["subject"]) & (rows["period"] == row["period"]) & (rows["table"] == row["table"])
    if (slot & (rows["status"] == "superseded")).any():
        return "The file before it becomes current again."
    return "No earlier file stands behind it, so nothing takes its place."


def _restored(rows: pd.DataFrame, load: str) -> str:
    other = gives_way(rows, load)
    if other is None:
        return "Its rows become current again; no file stands in its place now."
    return (
        f"It takes the place of {wording.plain(str(other['file']))}, loaded on {other['at']:%d %B %Y}, which stays in "
        "the history."
    )


def _releases(view: View, user: User) -> list[dict[str, object]]:
    rows = [
        {
            "Release": release.number,
            "Published": release.at,
            "What": release.action,
            "Files": len(release.added) + len(release.withdrawn),
            "By": release.by,
            "Reason": release.reason,
        }
        for release in reversed(view.store.releases())
    ]
    return rows if user.may_publish else [{k: v for k, v in row.items() if k not in _WHO} for row in rows]

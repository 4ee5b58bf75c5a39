"""The four steps of an upload: the files, what we recognised, what we checked, and publishing with a reason."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_status_container import StatusContainer
from streamlit.runtime.uploaded_file_manager import UploadedFile

from analytics import charts
from analytics.briefings.problems import problems_csv
from analytics.findings import upload
from analytics.wording import listing, plain
from data.faults import of_the_store
from data.loading import Report
from data.readers.mappings import ENDING
from data.readers.source import Source
from data.readers.sources import Upload
from data.staging import Staged, sources_of, stage
from data.store import Store, StoreError, View
from pages.parts import fitting, mapping_form
from pages.parts.identity import User, name_for_history
from pages.parts.server import uploads
from pages.parts.show import mode

_STATE = "upload"
_DONE = "upload_done"
_LONGEST = 10
"""Problems of one rule that are shown; the file to download has more."""

_PAGES = {
    "stops": ("pages/scrutinise/stop_and_search.py", "Stop and search"),
    "responses": ("pages/explore/trends.py", "Trends"),
    "aggregates": ("pages/explore/trends.py", "Trends"),
    "areas": ("pages/explore/neighbourhoods.py", "Neighbourhoods"),
    "events": ("pages/scrutinise/engagement.py", "Engagement"),
    "participants": ("pages/scrutinise/engagement.py", "Engagement"),
    "feedback": ("pages/scrutinise/engagement.py", "Engagement"),
}
"""Where a table is seen once it is published."""


@dataclass(frozen=True)
class _Given:
    """One file that was given: its name, its bytes, and what tells it from another of that name."""

    name: str
    content: bytes
    id: str


@dataclass
class _Upload:
    """What a session has given so far.

    It is kept while other pages are looked at, until it is published, begun anew or its person is another. Its bytes
    are those that the server holds of what was uploaded, and counts.

    Attributes
    ----------
    owner
        Who gave it.
    turn
        How often was begun anew: a new turn empties the field of files.
    given, kept
        Every file, and those of them that were given before another page was looked at, which left the field empty.
    as_answers
        Files that somebody says are answers to a survey, though they were not known as such.
    mappings
        The mappings that were made here, by the path of their file.
    key, staged, previews
        What was staged last, what it was made of, and what publishing it would change; None where that failed.
    anew
        Whether it was staged in this very run, so that nobody has seen it yet.
    changed
        Files whose mapping has been changed in its form since it was used.
    """

    owner: str = ""
    turn: int = 0
    given: tuple[_Given, ...] = ()
    kept: tuple[_Given, ...] = ()
    as_answers: tuple[str, ...] = ()
    mappings: dict[str, str] = field(default_factory=dict)
    key: object = None
    staged: Staged | None = None
    previews: list[upload.Preview] | None = None
    anew: bool = False
    changed: list[str] = field(default_factory=list)

    def clear(self) -> None:
        """Begin anew, and remove the copy that was made."""
        if self.staged is not None:
            self.staged.discard()
        uploads.forget([file.id for file in self.given])
        self.turn, self.mappings, self.key, self.staged = self.turn + 1, {}, None, None
        self.previews, self.given, self.kept, self.as_answers, self.changed = None, (), (), (), []
        mapping_form.forget()


def done() -> None:
    """Say what was published last, and where it is seen."""
    if _DONE in st.session_state:
        said, lacking, pages = st.session_state.pop(_DONE)
        st.success(said, icon=":material/check:")
        if lacking:
            st.warning(lacking, icon=":material/sync_problem:")
        if pages:
            with st.container(horizontal=True):
                for page, title, address in pages:
                    st.page_link(
                        page, label=f"See it on {title}", icon=":material/arrow_forward:", query_params=dict(address)
                    )


def forget() -> None:
    """Keep nothing of what was given: whoever is here now may not publish."""
    if _STATE in st.session_state:
        st.session_state.pop(_STATE).clear()


def steps(store: Store, user: User) -> None:
    """Draw the four steps."""
    user.must_publish()
    state = _state_of(user)
    head = st.container()  # The headline stands above the step that gives it its files.
    files = _files(state)
    # The place stays where nothing is read: what stands below it is not drawn anew, and keeps the focus.
    progress = st.container()
    if not files:
        head.markdown("## Add files", anchors=False)
        if state.staged:
            state.clear()
        return
    wrong = upload.names_twice([file.name for file in files]) or upload.too_large(
        {file.name: len(file.content) for file in files}, st.get_option("server.maxUploadSize")
    )
    if wrong:
        st.error(plain(wrong))
        return
    staged = _staged(state, files, store, progress)
    if staged is None:
        return
    head.markdown(f"## {plain(upload.headline(staged.report))}", anchors=False)
    left, right = st.columns([5, 3], gap="large")
    with left:
        _recognised(state, staged, store)
        _checked(state, staged)
        _publish(state, staged, user)
    with right:
        _changes(staged, state.previews)
        st.button("Start again", icon=":material/restart_alt:", key="upload_again", on_click=state.clear)


_MARKS = {"done": "check_circle", "now": "radio_button_checked", "later": "radio_button_unchecked"}


def _step(number: int, name: str, state: Literal["done", "now", "later"]) -> None:
    st.markdown(f"### :material/{_MARKS[state]}: {number} · {name}", anchors=False)


def _state_of(user: User) -> _Upload:
    """What this person has given so far; nothing of what another has who sat here before."""
    state: _Upload = st.session_state.setdefault(_STATE, _Upload(user.name))
    if state.owner != user.name:
        state.clear()
        state.owner = user.name
    return state


def _files(state: _Upload) -> tuple[_Given, ...]:
    """The first step: the files, with those that were given before another page was looked at."""
    if state.given and f"upload_files_{state.turn}" not in st.session_state:
        # A field that was not drawn in between is empty. Under another key nothing of it comes back twice.
        state.kept, state.turn = state.given, state.turn + 1
    key = f"upload_files_{state.turn}"
    _step(1, "Files", "done" if st.session_state.get(key) or state.kept else "now")
    uploaded: list[UploadedFile] = st.file_uploader(
        "Stop and search, a survey wave with its mapping, a filled template, boundaries, a census table",
        accept_multiple_files=True,
        key=key,
        help="Also several at once, or a zip. Larger files and folders: python -m data load FOLDER.",
    )
    fresh = [_Given(file.name, file.getvalue(), file.file_id) for file in uploaded]
    names = {file.name for file in fresh}
    uploads.forget([file.id for file in state.kept if file.name in names])
    state.kept = tuple(file for file in state.kept if file.name not in names)
    state.given = (*state.kept, *fresh)
    _said_to_be_kept(state)
    return state.given


def _said_to_be_kept(state: _Upload) -> None:
    if state.kept:
        named = listing([f"**{plain(file.name)}**" for file in state.kept])
        st.markdown(f"Kept from before: {named}. A file of the same name takes its place; Start again takes all away.")
    if state.given:
        st.caption(
            "Your files and what you fill in are kept while you look at other pages, until you publish, start again, "
            "close this window or sign out. Nobody else sees them."
        )


def _staged(state: _Upload, files: Sequence[_Given], store: Store, progress: DeltaGenerator) -> Staged | None:
    """The files loaded into a copy of the store; once for the same files, mappings and release."""
    names = {file.name for file in files}
    state.mappings = {path: text for path, text in state.mappings.items() if path.partition(" » ")[0] in names}
    key = (tuple(file.id for file in files), tuple(state.mappings.items()), str(store.root), store.version)
    state.anew = state.key != key
    if state.anew:
        state.key = key
        _stage(state, files, store, progress)
    return state.staged


def _stage(state: _Upload, files: Sequence[_Given], store: Store, progress: DeltaGenerator) -> None:
    if state.staged is not None:
        state.staged.discard()
        state.staged = None
    given = [Upload(file.name, file.content) for file in files]
    mappings = [file for file in given if file.name.endswith(".toml")]
    made = [Upload(f"{path}{ENDING}", text.encode()) for path, text in state.mappings.items()]
    data = [file for file in given if file not in mappings]
    with progress, st.status("Reading and checking", expanded=False) as status:
        try:
            state.staged = stage(data, store, [*made, *mappings], _teller(status))
        except StoreError as why:
            state.key = None
            status.update(label="Nothing was changed", state="error")
            st.error(plain(str(why)))
            return
        status.update(label="Counting what would change")
        state.previews = _previews(state.staged)
        status.update(label="Read and checked; nothing is changed", state="complete")


def _recognised(state: _Upload, staged: Staged, store: Store) -> None:
    waiting = [outcome.path for outcome in staged.report.outcomes if outcome.status == "needs a mapping"]
    _step(2, "What we recognised", "done" if staged.recognised else "now")
    st.markdown(plain(upload.summary(staged.report)))
    st.table(
        upload.recognised(staged.report).map(plain),
        border="horizontal",
        hide_index=True,
        alt="What became of each file",
    )
    chosen = _as_answers(state, staged)
    sources = sources_of(staged.files, [*waiting, *chosen, *state.mappings])
    mapping_form.forget(but=sources)
    state.changed = [source.path for source in sources if _mapping(state, source, store)]
    noted = [outcome for outcome in staged.report.outcomes if outcome.notes and outcome.status == "loaded"]
    if noted:
        with st.expander("What was noticed while reading", icon=":material/info:", key="upload_notes"):
            for outcome in noted:
                notes = "\n".join(f"- {plain(note)}" for note in outcome.notes)
                st.markdown(f"**{plain(outcome.path)}**\n{notes}")


def _as_answers(state: _Upload, staged: Staged) -> list[str]:
    """The files that a person says are answers to a survey: a table of a question or two looks like any other."""
    offered = [*upload.tables_not_known(staged.report), *(path for path in state.as_answers if path in state.mappings)]
    if not offered:
        return []
    state.as_answers = tuple(
        st.multiselect(
            "Are some of these files answers to a survey, one row a respondent?",
            offered,
            default=[path for path in state.as_answers if path in offered],
            key=f"upload_answers_{state.turn}",
            placeholder="None",
            help="Then a form asks what their columns mean.",
        )
    )
    return list(state.as_answers)


def _mapping(state: _Upload, source: Source, store: Store) -> bool:
    """The form of a mapping, which can be opened again; whether it was changed since it was used."""
    made = state.mappings.get(source.path)
    text, changed = mapping_form.show(source, store, made)
    if text is not None and text != made:
        state.mappings[source.path] = text
        st.rerun()
    return changed


def _checked(state: _Upload, staged: Staged) -> None:
    found = upload.groups(staged.report, state.mappings)
    if not staged.recognised and not found:
        _step(3, "What we checked", "later")
        return
    _step(3, "What we checked", "now" if any(group.stops for group in found) else "done")
    weighty, usual = [g for g in found if not g.usual], [g for g in found if g.usual]
    if not weighty:
        st.markdown("Nothing was found that needs you.")
    for place, group in enumerate(weighty):
        _group(group, place)
    if usual:
        with st.expander("What most published files have", icon=":material/info:", key="upload_usual"):
            for group in usual:
                said = f"{plain(group.what)} {plain(group.kept)}."
                st.markdown(f"**{plain(group.rule)}**  \n{said}  \n:small[{plain(group.file)}]")
    if any(group.places for group in found):
        st.download_button(
            "Download what was found",
            data=problems_csv(found),
            file_name="what-was-found.csv",
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            key="upload_problems",
            on_click="ignore",
        )


def _group(group: upload.Group, place: int) -> None:
    colour, icon = ("orange", "error") if group.stops else ("gray", "info")
    badge = (
        f":{colour}-badge[:material/{icon}: {plain(group.count)}] "
        if group.rows
        else f":{colour}-badge[:material/{icon}:] "
    )
    said = f"  \n{plain(group.what)}" if group.what else ""
    st.markdown(f"{badge}**{plain(group.rule)}**{said}  \n:small[{plain(group.file)} · {plain(group.kept)}]")
    if group.places:
        st.table(
            upload.problem_table(group.places[:_LONGEST]).map(plain),
            border="horizontal",
            hide_index=True,
            alt=f"Rows: {group.rule}, {place + 1}",
        )


def _changes(staged: Staged, previews: Sequence[upload.Preview] | None) -> None:
    """The headlines that hang on the files, before and after."""
    with st.container(border=True):
        st.markdown("### What publishing would change", anchors=False)
        if not staged.changes:
            st.markdown("Nothing: no file is ready to be published.")
            return
        if previews is None:
            st.warning("The figures after publishing could not be made; the log says why. The files can be published.")
            return
        for place, preview in enumerate(previews):
            _preview(preview, place)


def _previews(staged: Staged) -> list[upload.Preview] | None:
    loads = [outcome.load for outcome in staged.report.outcomes if outcome.load is not None]
    try:
        return upload.previews(staged.before, staged.after, loads)
    except Exception as error:
        why = of_the_store(error)
        if why is not None:
            raise why from error
        # The files are read and checked, and a figure that fails must not lose them.
        logging.getLogger("confidence_cycle").exception("A preview failed")
        return None


def _preview(preview: upload.Preview, place: int) -> None:
    st.markdown(f"**{plain(preview.question)}**")
    if preview.same:
        st.markdown(f"It stays as it is. {plain(preview.after.answer)}")
        return
    figure = preview.chart(mode())
    if figure is not None:
        st.plotly_chart(
            figure,
            theme=None,
            config=charts.CONFIG,
            alt=f"{preview.question} {preview.after.answer}",
            key=f"preview_{place}",
            width="stretch",
        )
    st.markdown(f":gray[**Now**] {plain(preview.now)}\n\n**After** {plain(preview.after.answer)}")


def _publish(state: _Upload, staged: Staged, user: User) -> None:
    _step(4, "Publish", "now" if staged.changes else "later")
    if not staged.changes:
        st.markdown("There is nothing to publish yet.")
        return
    if not staged.complete:
        st.markdown("Only the files that are ready to publish are published.")
    if state.changed:
        named = listing([plain(path) for path in state.changed])
        st.warning(f"The mapping of {named} was changed since it was used. Use it again under step 2, then publish.")
    with st.form("upload_publish", clear_on_submit=False):
        name = name_for_history(user, "upload_name")
        reason = st.text_input("Reason, kept in the history", key=f"upload_reason_{state.turn}", max_chars=300)
        st.caption("It can be withdrawn later, on this page.")
        if st.form_submit_button("Publish", type="primary", icon=":material/publish:", disabled=bool(state.changed)):
            _run(state, staged, user, name, reason)


def _run(state: _Upload, staged: Staged, user: User, name: str, reason: str) -> None:
    user.must_publish()
    if not reason.strip():
        st.error("Say why: the reason stays in the history.")
        return
    if state.anew:
        st.warning("Something was published meanwhile. Look at what would change now, then publish again.")
        return
    with st.status("Publishing", expanded=True) as status:
        try:
            report = staged.publish(name, reason, _teller(status))
        except StoreError as why:
            status.update(label="Nothing was changed", state="error")
            st.error(plain(str(why)))
            return
        view = staged.before.store.view()
        lacking = fitting.after_publication(view, _teller(status))
        status.update(label="Published", state="complete")
    st.session_state[_DONE] = _said(report, view, lacking)
    state.clear()
    st.rerun()


def _said(report: Report, view: View, lacking: str) -> tuple[str, str, list[tuple[str, str, Mapping[str, str]]]]:
    loads = [outcome.load for outcome in report.outcomes if outcome.load is not None]
    pages = {
        (page, title): upload.address_of(load, view)
        for load in loads
        for page, title in [_PAGES.get(load.slot.table, ("", ""))]
        if page
    }
    shown = [(page, title, address) for (page, title), address in pages.items()]
    return plain(upload.published(report)), plain(lacking), shown


def _teller(status: StatusContainer) -> Callable[[str], None]:
    return lambda step: status.update(label=plain(step[:1].upper() + step[1:]))

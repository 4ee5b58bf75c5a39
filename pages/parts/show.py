"""A Finding on screen: sentence, chart, Table, How was this made? - always in these places."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Literal

import streamlit as st

from analytics import charts, wording
from analytics.briefings.spreadsheet import file_name, to_csv, to_excel
from analytics.finding import CLAIMS, Finding, Lead, Line, Mode, Tile
from analytics.findings import QUESTIONS
from analytics.reading import ladder, provenance_table, reading_table, reading_titles, rows_to_look_at
from analytics.reading import level as level_words
from analytics.scope import Scope, ScopeError
from analytics.survey import CHANGE
from analytics.wording import plain
from data.checks import STATUSES
from pages.parts import leads
from pages.parts.filters import go_to, link
from pages.parts.release import current_view, ways_out_of

if TYPE_CHECKING:
    import pandas as pd

_LONG = 30
_WIDE = 8
_READABLE = 230
_LETTER, _EDGES = 7, 22  # Pixels of a letter, and beside the text of a cell.
_WIDTHS = {"Simulated": 390}  # Cases that differ at their end.
_FIRST = 4
_SIDES = 3


def headline(finding: Finding, level: Literal["##", "###"] = "##", said: Collection[str] = ()) -> None:
    """The finding in a few words, and the answer in one sentence; where it is refused, why.

    Of the answer, sentences that stand on the page already are left out.
    """
    if finding.refused:
        _refusal(finding, level)
        return
    with st.container(gap="xxsmall"):
        st.markdown(f"{level} {plain(finding.headline)}", anchors=False)
        new = wording.without(finding.answer, said)
        if new and new != f"{finding.headline}.":
            st.markdown(plain(new) if level == "##" else f":gray[{plain(new)}]")


def strip(finding: Finding) -> None:
    """The figures that belong together, side by side."""
    if not finding.tiles:
        return
    st.caption(
        "Under each figure, and in brackets: the 95 % interval. The range of unknown ethnicity is not an interval."
    )
    grid = st.grid(len(finding.tiles), min_column_width=164, gap="small", border=True)
    for tile in finding.tiles:
        with grid.cell(), st.container(gap=None):
            st.metric(tile.label, tile.value)
            st.caption(plain(tile.interval))
            st.caption(plain(tile.base))


def tiles(finding: Finding) -> None:
    """Figures side by side, each with its interval, its course, whether it changed, and a link to its page."""
    if finding.refused:
        _refusal(finding)
        return
    grid = st.grid(len(finding.tiles), min_column_width=164, gap="small", border=True)
    for tile in finding.tiles:
        with grid.cell():
            _tile(tile)
            if tile.leads is not None:
                leads.link(tile.leads, f":blue[{plain(tile.label)}]")


def _tile(tile: Tile) -> None:
    with st.container(gap=None):
        st.metric(tile.label, tile.value)
        st.caption(plain(tile.interval))
        st.caption(plain(tile.base))
    if tile.picture:
        st.image(tile.picture, width=180, alt=tile.alt)
    if tile.change or tile.older:
        with st.container(gap=None):
            if tile.verdict:
                st.markdown(_badge(tile))
            if tile.older:
                st.markdown(f":orange-badge[:material/schedule: {plain(tile.older.capitalize())}]")
            if tile.change:
                st.caption(plain(tile.change))


def lines(finding: Finding, title: str, otherwise: Lead | None = None) -> None:
    """A short list under its title: what each line is about leads to its page. The answer stands below it.

    Where the question can't be answered the reason stands there, and the page that says more, where one is given.
    """
    with st.container(gap="xsmall"):
        st.markdown(f"### {title}", anchors=False)
        if finding.refused:
            st.markdown(f":material/block: {plain(finding.answer)}")
            if otherwise is not None:
                leads.link(otherwise, f":blue[{title}]")
            return
        if not finding.lines:
            st.markdown(f"**{plain(finding.headline)}**")
        for line in finding.lines:
            with st.container(gap=None):
                with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
                    label = f"{_arrow(line)}:blue[**{plain(line.bold)}**]"
                    if line.leads:
                        leads.link(line.leads, label)
                    else:
                        st.markdown(label, width="content")
                    if line.mark:
                        st.markdown(f":blue-badge[{plain(line.mark)}]", width="content")
                with leads.below():
                    st.markdown(f":small[{plain(line.text)}]")
        st.caption(plain(finding.answer.removeprefix(f"{finding.headline}. ")))


def onward(finding: Finding) -> None:
    """Where to go on from a figure: what its questions are of, and a link to the page of each, in a row that wraps."""
    if finding.refused or not finding.onward:
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        for of, lines in groupby(finding.onward, key=lambda line: line.bold):
            st.markdown(f":small[Questions of **{plain(of.lower())}**]", width="content")
            for line in lines:
                if line.leads:
                    leads.link(line.leads, f":blue[{plain(line.text)}]")


def badges(finding: Finding, title: str, more: str = "", turn: Callable[[], None] | None = None) -> None:
    """What each line says, in a row with one link to the page that says more, or words that turn to another part."""
    if finding.refused:
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.markdown(f"**{title}**", width="content")
        for line in finding.lines:
            colour = "orange" if line.look else "gray"
            st.markdown(f":{colour}[:small[:material/{line.icon}: {plain(line.text)}]]", width="content")
        lead = next((line.leads for line in finding.lines if line.leads), None)
        if lead:
            leads.link(lead, ":blue[Data and methods]")
        if more:
            st.button(f":blue[{plain(more)}]", type="tertiary", key=f"more_{finding.key}", on_click=turn)


def _arrow(line: Line) -> str:
    if not line.icon:
        return ""
    colour = "orange" if line.look else "gray" if line.icon == "remove" else "blue"
    return f":{colour}[:material/{line.icon}:] "


def answer(finding: Finding) -> None:
    """The answer alone, where the figures above it are its headline."""
    if not finding.refused:
        st.markdown(plain(finding.answer))


def _badge(tile: Tile) -> str:
    if tile.verdict not in (CHANGE.above, CHANGE.below):
        return f":gray-badge[:material/remove: {tile.verdict.capitalize()}]"
    rose = tile.verdict == CHANGE.above
    colour = "blue" if rose == tile.welcome else "orange"
    return f":{colour}-badge[:material/{'arrow_upward' if rose else 'arrow_downward'}: {tile.verdict.capitalize()}]"


def panels(finding: Finding) -> None:
    """Small charts side by side, in the place of one chart."""
    if not finding.panels:
        return
    few = len(finding.panels) <= _SIDES
    grid = st.grid(len(finding.panels), min_column_width=260 if few else 170, gap="small")
    for place, panel in enumerate(finding.panels):
        with grid.cell(), st.container(gap="xxsmall"):
            icon = f":material/{panel.icon}: " if panel.icon else ""
            st.markdown(f"{icon}**{plain(panel.label)}**")
            if panel.value:
                st.markdown(f"**{plain(panel.value)}** :small[{plain(panel.interval)}]")
            st.plotly_chart(
                panel.draw(mode()),
                theme=None,
                config=charts.CONFIG,
                alt=panel.alt,
                key=f"panel_{finding.key}_{place}",
                width="stretch",
            )


def moved(finding: Finding, label: str, said: Collection[str] = ()) -> None:
    """A Finding whose charts take each other's place: one at a time, at the place of a slider."""
    headline(finding, "###", said)
    _slider(finding, label)
    caveats(finding, said)
    evidence(finding, beside=False)


@st.fragment
def _slider(finding: Finding, label: str) -> None:
    """The slider and the chart at its place; moving it reruns nothing else."""
    places = range(len(finding.panels))
    place = st.select_slider(
        label, places, format_func=lambda at: finding.panels[at].label, key=f"moved_{finding.key}", width=460
    )
    panel = finding.panels[place]
    st.plotly_chart(
        panel.draw(mode()),
        theme=None,
        config=charts.CONFIG,
        alt=panel.alt,
        key=f"moving_{finding.key}",
        width="stretch",
    )


def chart(finding: Finding) -> None:
    """The chart, in the colours of the mode."""
    figure = finding.chart(mode())
    if figure is not None:
        if finding.chart_title:
            st.markdown(f"### {plain(finding.chart_title)}", anchors=False)
        st.plotly_chart(
            figure, theme=None, config=charts.CONFIG, alt=finding.alt, key=f"chart_{finding.key}", width="stretch"
        )


def notes(finding: Finding) -> None:
    """What analysts noted at the days that the chart marks: the first ones, the rest one click away."""
    if not finding.notes:
        return
    with st.container(gap="xxsmall"):
        for note in finding.notes[:_FIRST]:
            st.markdown(f":material/flag: {plain(note)}")
    if finding.notes[_FIRST:]:
        with st.expander("More notes", icon=":material/flag:", key=f"notes_{finding.key}"):
            st.markdown("\n".join(f"- {plain(note)}" for note in finding.notes[_FIRST:]))


def caveats(finding: Finding, said: Collection[str] = ()) -> None:
    """What changes how the figure is read: the weightiest first, the rest one click away.

    Parameters
    ----------
    finding
        Whose caveats are shown.
    said
        Sentences that stand on the page already; a caveat that one of them holds is left out.
    """
    # A sentence that goes on where the caveat ends says the same and more.
    new = [caveat for caveat in finding.caveats if not any(text.startswith(caveat.removesuffix(".")) for text in said)]
    for caveat in new[:_FIRST]:
        st.markdown(plain(caveat))
    if new[_FIRST:]:
        with st.expander("More to bear in mind", icon=":material/info:", key=f"caveats_{finding.key}"):
            st.markdown("\n".join(f"- {plain(caveat)}" for caveat in new[_FIRST:]))


def status_key() -> None:
    """What the marks of a force-month mean."""
    marks = [
        f"{charts.STATUS_MARKS[status].words.capitalize()}: {status}, {about}." for status, about in STATUSES.items()
    ]
    st.caption(plain(" ".join(marks)))


def evidence(finding: Finding, beside: bool = True, opened: bool = True) -> None:
    """The table and how the figure was made, each one click away; beside each other where there is room.

    A table without a chart stands open, unless told otherwise.
    """
    if finding.refused:
        return
    table, made = st.columns(2, gap="small") if beside else (st.container(), st.container())
    with table:
        without_chart = not (
            finding.draw or finding.panels or finding.tiles or finding.map or finding.cards or finding.lines
        )
        _opened("Table", ":material/table_rows:", finding, _table, opened and without_chart)
    with made:
        _opened("How was this made?", ":material/help:", finding, _made)


@st.fragment
def behind(findings: Mapping[str, Finding]) -> None:
    """What stands behind several Findings, each under its tab: what to bear in mind, its table, how it was made.

    Only the tab that is open is drawn; opening another one reruns nothing else.
    """
    told = {name: finding for name, finding in findings.items() if not finding.refused}
    if not told:
        return
    for tab, finding in zip(st.tabs(list(told), key="behind", on_change="rerun"), told.values(), strict=True):
        if tab.open:
            with tab:
                if finding.tiles:
                    answer(finding)
                caveats(finding)
                evidence(finding)


def made(finding: Finding, label: str = "How was this made?") -> None:
    """How the figure was made, one click away."""
    _opened(label, ":material/help:", finding, _made)


@st.fragment
def _opened(label: str, icon: str, finding: Finding, draw: Callable[[Finding], None], expanded: bool = False) -> None:
    """A part that is drawn when it is first opened; opening it reruns nothing else."""
    part = st.expander(label, icon=icon, key=f"{label}_{finding.key}", expanded=expanded, on_change="rerun")
    if part.open:
        with part:
            draw(finding)


@contextmanager
def on_demand(label: str, icon: str, key: str, opened: object = None) -> Iterator[bool]:
    """A part of the page that is counted and drawn when it is opened; open from the start where an address asks for it.

    Yields
    ------
    bool
        Whether it is open.
    """
    part = st.expander(label, icon=icon, key=f"part_{key}", expanded=bool(opened), on_change="rerun")
    with part:
        yield bool(part.open)


def cards(finding: Finding, width: int = 300) -> None:
    """The cards of a Finding side by side: a title, lines that may bear a verdict in a badge, and a note."""
    if not finding.cards:
        return
    grid = st.grid(len(finding.cards), min_column_width=width, gap="small", border=True)
    for card in finding.cards:
        with grid.cell():
            st.markdown(f"### {plain(card.title)}", anchors=False)
            if any(line.mark for line in card.lines):
                for line in card.lines:
                    _marked(line)
            else:
                st.markdown("  \n".join(map(_plain_line, card.lines)))
            if card.note:
                st.caption(plain(card.note))


def _marked(line: Line) -> None:
    """A line of a card with its verdict in a badge."""
    colour = "orange" if line.look else "gray"
    with st.container(gap=None):
        st.markdown(f"**{plain(line.bold)}**")
        st.markdown(f":{colour}-badge[:material/{line.icon}: {plain(line.mark.capitalize())}]")
        st.markdown(f":small[{plain(line.text)}]")


def _plain_line(line: Line) -> str:
    icon = f":material/{line.icon}: " if line.icon else ""
    bold = f"**{plain(line.bold)}** " if line.bold else ""
    return f"{icon}{bold}{plain(line.text)}"


def whole(
    finding: Finding,
    level: Literal["##", "###"] = "###",
    beside: bool = True,
    said: Collection[str] = (),
    opened: bool = True,
) -> None:
    """All parts, one below the other; nothing that is said on the page already, such as the reason of a refusal."""
    if finding.refused and finding.answer in said:
        return
    headline(finding, level, said)
    chart(finding)
    panels(finding)
    cards(finding)
    caveats(finding, said)
    evidence(finding, beside, opened)


def each(findings: Iterable[Finding], said: Iterable[str]) -> None:
    """Findings below each other, with nothing that is said on the page already; where that is all, a word of it."""
    told, drawn = list(said), False
    for finding in findings:
        if finding.refused and finding.answer in told:
            continue
        whole(finding, beside=False, said=told)
        told += [*finding.caveats, *([finding.answer] if finding.refused else [])]
        drawn = True
    if not drawn:
        st.markdown(":gray[What is said above holds here too.]")


def mode() -> Mode:
    """Light or dark, as the reader has it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _refusal(finding: Finding, level: Literal["##", "###"] = "###") -> None:
    with st.container(border=True):
        st.markdown(f"{level} {plain(finding.question)}", anchors=False)
        st.markdown(f":material/block: **{plain(finding.answer)}**")
        with st.container(horizontal=True):
            for way in ways_out_of(finding, current_view()):
                st.button(
                    way.label,
                    icon=":material/arrow_forward:",
                    wrap=True,
                    key=f"way_{finding.key}_{way.label}",
                    on_click=go_to,
                    args=(_of_the_page(finding, way.scope),),
                )


def twin(finding: Finding, table: str | None = None) -> None:
    """A table that says what the drawing beside it shows, in the open; the main one unless one is named and there."""
    name = table if table in finding.tables else next(iter(finding.tables))
    _rows(finding, name, f"{finding.question} The drawing as a table.")


def level(finding: Finding) -> None:
    """The rung of the statement ladder that a Finding stands on, and what that means."""
    name, _, meaning = level_words(finding).partition(": ")
    st.markdown(
        f":gray-badge[Level {finding.claim} of {len(CLAIMS) - 1}: {name}] :small[{plain(meaning).capitalize()}.]"
    )
    with st.expander("What the other levels would take", icon=":material/help:", key=f"ladder_{finding.key}"):
        st.markdown("\n".join(f"- {plain(rung)}" for rung in ladder()))


def listing(finding: Finding, table: str, title: str) -> None:
    """One further table of a Finding that stands on the page, with its file."""
    if finding.refused or finding.tables[table].empty:
        return
    st.markdown(f"### {title}", anchors=False)
    _rows(finding, table, title)
    _csv(finding, table)


def _table(finding: Finding) -> None:
    """The tables of a Finding, each under its tab where there are several, and their files."""
    titles = reading_titles(finding)
    if len(titles) == 1:
        _rows(finding, next(iter(titles)), finding.question)
        downloads(finding, next(iter(titles)))
        return
    for tab, (name, title) in zip(st.tabs(list(titles.values())), titles.items(), strict=True):
        with tab:
            _rows(finding, name, f"{title}: {finding.question}")
            downloads(finding, name)


def _rows(finding: Finding, table: str, alt: str) -> None:
    rows = reading_table(finding, table)
    if len(rows) > _LONG or len(rows.columns) > _WIDE:
        wide = {name: st.column_config.Column(width=_width(name, rows[name])) for name in rows}
        st.dataframe(rows, hide_index=True, alt=alt, key=f"rows_{_key(finding, table)}", column_config=wide)
    else:
        told = rows.map(plain)
        for place in rows_to_look_at(finding, table):
            told.iloc[place] = [f"**{text}**" if text else "" for text in told.iloc[place]]
        st.table(told, border="horizontal", hide_index=True, alt=alt)


def _width(name: str, texts: pd.Series) -> int:
    """Pixels in which the name and every text of a column fit, as far as a column stays readable."""
    longest = max(len(name), int(texts.str.len().max() or 0))
    return min(_WIDTHS.get(name, _READABLE), _EDGES + _LETTER * longest)


def downloads(finding: Finding, table: str | None = None) -> None:
    """One table as CSV, the main one where none is named, and every table as Excel."""
    with st.container(horizontal=True):
        _csv(finding, table or next(iter(finding.tables)))
        st.download_button(
            "Excel",
            data=partial(to_excel, finding),
            file_name=file_name(finding, "xlsx"),
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            icon=":material/download:",
            type="tertiary",
            key=f"excel_{_key(finding, table)}",
            on_click="ignore",
        )


def _csv(finding: Finding, table: str) -> None:
    st.download_button(
        "CSV",
        data=partial(to_csv, finding, table),  # Written when it is asked for: a ledger is long.
        file_name=file_name(finding, "csv", table),
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        key=f"csv_{_key(finding, table)}",
        on_click="ignore",
    )


def _key(finding: Finding, table: str) -> str:
    """What tells the parts of one table from those of another; the main one goes by its question alone."""
    return finding.key if table == next(iter(finding.tables)) else f"{finding.key}_{table}"


def _made(finding: Finding) -> None:
    st.table(
        provenance_table(finding).map(plain).set_index("what"),  # The names are the headers of their rows.
        border="horizontal",
        hide_header=True,
        alt=f"How this was made: {finding.question}",
    )
    files = [
        {"File": file.name, "Rows": file.rows, "SHA-256": file.sha256, "SHA-256 of": file.of}
        for file in finding.provenance.files
    ]
    if files:
        st.dataframe(
            files,
            hide_index=True,
            alt=f"Files that this rests on: {finding.question}",
            key=f"files_{finding.key}",
            height="content" if len(files) <= 8 else 320,
        )
    if QUESTIONS[finding.key].takes:
        view = _of_the_page(finding, Scope.of(dict(finding.provenance.scope)))
        st.markdown(f"[Link to this view: {plain(finding.question)}]({link(view)})")


def _of_the_page(finding: Finding, scope: Scope) -> Scope:
    """A scope of a Finding, with what the page asks and the Finding's question does not take."""
    others = {
        name: value
        for name, value in st.query_params.to_dict().items()
        if name not in QUESTIONS[finding.key].takes and _is_part(name, value)
    }
    try:
        return Scope.of({**others, **scope.address()})
    except ScopeError:
        return scope


def _is_part(name: str, value: str) -> bool:
    """Whether a part of the address is one of a scope; the page leaves others out too."""
    try:
        Scope.of({name: value})
    except ScopeError:
        return False
    return True

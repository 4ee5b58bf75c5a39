"""The release that a page shows: the newest one, opened once for all sessions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain
from threading import RLock

import streamlit as st

from analytics import fits
from analytics.finding import Finding
from analytics.findings import QUESTIONS
from analytics.findings.ways_out import WayOut, answerable, glanced_at, silent, ways_out
from analytics.scope import Scope
from data.chosen import chosen_store
from data.faults import of_the_store
from data.store import Store, StoreError, View
from pages.parts import identity

_ONE_AT_A_TIME = RLock()
"""Held while something is counted.

Python runs one thread at a time, so that many who count at once all wait for the last of them, and where they need the
same thing for the first time each of them counts it. Pages whose figures are kept wait for nobody.
"""


def current_view() -> View:
    """A view of the newest release of the store; while that is empty, of the demonstration.

    Raises
    ------
    NotAllowed
        If whoever asks may not look.
    """
    identity.current_user()
    return opened(chosen_store())


def opened(store: Store) -> View:
    """A view of the newest release of a store, the same one for all who ask."""
    return _view(str(store.root), store.version)


def answer(key: str, scope: Scope, view: View) -> Finding:
    """The Finding for a question, kept for whoever asks the same of the same release and may look.

    Raises
    ------
    NotAllowed
        If whoever asks may not look.
    """
    identity.current_user()
    return answered(key, scope, view)


def answered(key: str, scope: Scope, view: View) -> Finding:
    """The same, whoever asks: for the server itself, never for a page."""
    scope = scope.only(QUESTIONS[key].takes)
    # A fit may come later than its release, and what was said without it is then said no more.
    number = view.release.number if view.release else 0
    return _answer(key, str(scope), str(view.store.root), number, waiting(view), scope, view)


def waiting(view: View) -> int:
    """How many fits of a release nobody has made yet; −1 where what there is can't be read."""
    try:
        return len(fits.missing(view))
    except StoreError:  # The page that needs them says so; the others are drawn.
        return -1


def ways_out_of(finding: Finding, view: View) -> list[WayOut]:
    """The nearest scopes for which a refused question can be answered."""
    scope = Scope.of(dict(finding.provenance.scope))
    return _ways_out(finding.key, scope, str(view.store.root), view.release.number if view.release else 0, view)


def silent_parts(parts: Mapping[str, Collection[str]], scope: Scope, view: View) -> frozenset[str]:
    """Parts of a page without any question that can be answered, as far as a glance tells; kept for all who ask.

    Parameters
    ----------
    parts
        The questions of each part, by its name.
    scope
        What is asked about, with everything said.
    """
    asked = scope.only(glanced_at(chain.from_iterable(parts.values())))
    release = view.release.number if view.release else 0
    return _silent_parts(tuple(parts), str(asked), str(view.store.root), release, parts, asked, view)


@st.cache_resource(max_entries=4, show_spinner=False)
def _view(root: str, version: int) -> View:
    with _ONE_AT_A_TIME:
        view = Store(root).view()
        try:
            # What all pages ask first, so that a crowd that comes at once finds it.
            answerable(view)
        except Exception as error:
            # The page that needs what can't be read says so; the others are drawn.
            if of_the_store(error) is None:
                raise
        return view


# Streamlit takes a millisecond to tell whether two scopes are the same, and starts a thread for each spinner.
@st.cache_resource(max_entries=512, show_spinner=False)
def _answer(key: str, asked: str, root: str, release: int, waiting: int, _scope: Scope, _view: View) -> Finding:
    with _ONE_AT_A_TIME:
        return QUESTIONS[key].answer(_scope, _view)


@st.cache_resource(max_entries=512, show_spinner=False)
def _silent_parts(
    names: tuple[str, ...],
    asked: str,
    root: str,
    release: int,
    _parts: Mapping[str, Collection[str]],
    _scope: Scope,
    _view: View,
) -> frozenset[str]:
    with _ONE_AT_A_TIME:
        return frozenset(name for name, keys in _parts.items() if silent(keys, _scope, _view))


@st.cache_resource(max_entries=256, show_spinner=False)
def _ways_out(key: str, scope: Scope, root: str, release: int, _view: View) -> list[WayOut]:
    with _ONE_AT_A_TIME:
        return ways_out(key, scope, _view)

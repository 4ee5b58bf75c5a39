"""Heavy fits on screen: made with their progress after a publication, and for the demonstration when it is drawn."""

from __future__ import annotations

from collections import Counter
from threading import Lock

from analytics import fits
from analytics.wording import plural
from data.publishing import Progress
from data.store import StoreError, View

_ONE_AT_A_TIME = Lock()
"""Held while a release is fitted: whoever wants the same meanwhile waits, and finds it there."""


def after_publication(view: View, progress: Progress) -> str:
    """Make what the new release lacks; the release stands, whatever becomes of it.

    Parameters
    ----------
    view
        The new release.
    progress
        Called with a few words before each fit.

    Returns
    -------
    str
        A sentence where some could not be made; else blank.
    """
    try:
        counts = make(view, progress)
    except StoreError as why:
        return f"The heavy fits of this release could not be kept. {why} Then run `{fits.COMMAND}`."
    failed = counts["failed"]
    return f"{plural(failed, 'heavy fit')} of this release failed; the log says how." if failed else ""


def make(view: View, progress: Progress) -> Counter[fits.Status]:
    """Make the fits that a release lacks; how many there are of each kind of outcome.

    Raises
    ------
    StoreError
        If the store can't be read or written to.
    """
    with _ONE_AT_A_TIME:
        return Counter(outcome.status for outcome in fits.run(view, progress))

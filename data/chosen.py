"""Which store is shown: the chosen one, or the demonstration while that one is empty."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from data.publishing import Progress, silent
from data.settings import settings
from data.store import Store, StoreError, View

_LOCK = "drawing.lock"


def chosen_store(url: str | None = None, progress: Progress = silent) -> Store:
    """The store to show, with the demonstration built where it is needed for the first time.

    Parameters
    ----------
    url
        The store that was asked for; otherwise the one of the settings.
    progress
        Called with a few words before each step of building.

    Returns
    -------
    Store
        The store asked for if it shows anything, or if there is to be no demonstration.

    Raises
    ------
    StoreError
        If the demonstration can't be built in its folder.
    """
    store = Store(url)
    if store.view() or not settings().demonstration:
        return store
    return built_demonstration(progress)


def own_store(url: str | None = None) -> Store:
    """The store that files are loaded into, empty or not: never the demonstration.

    Parameters
    ----------
    url
        The store that was asked for; otherwise the one of the settings.
    """
    return Store(url)


def built_demonstration(progress: Progress = silent) -> Store:
    """The store of the demonstration force, drawn if it is not there yet.

    Raises
    ------
    StoreError
        If it can't be drawn in its folder.
    """
    store = demonstration_store()
    if not store.view():
        _build(store, progress)
    return store


def demonstration_store() -> Store:
    """The store of the demonstration force, built or not; a change of what it is made of gives it a new folder."""
    return Store(Path(settings().demonstration) / _made_of())


def is_demonstration(view: View) -> bool:
    """Whether a view shows the demonstration force."""
    return bool(settings().demonstration) and view.store.root == demonstration_store().root


def needs_building(url: str | None = None) -> bool:
    """Whether the demonstration has to be built before anything can be shown."""
    return bool(settings().demonstration) and not Store(url).view() and not demonstration_store().view()


def _build(store: Store, progress: Progress) -> None:
    """Draw it, one at a time: whoever comes meanwhile waits, and finds it there."""
    from data.demo import build

    try:
        store.root.parent.mkdir(parents=True, exist_ok=True)
        with _alone(store.root.parent / _LOCK, progress):
            if store.view():
                return
            for older in store.root.parent.glob("[0-9a-f]" * 12):
                if older != store.root and older.is_dir():
                    shutil.rmtree(older, ignore_errors=True)
            build(store, progress)
    except OSError as error:
        raise StoreError(f"The demonstration can't be built in “{store.root.parent}”: {error.strerror}.") from error


@contextmanager
def _alone(lock: Path, progress: Progress) -> Iterator[None]:
    held = FileLock(lock)
    try:
        held.acquire(blocking=False)
    except Timeout:
        progress("waiting: it is being drawn for somebody else already")
        held.acquire()
    try:
        yield
    finally:
        held.release()


@cache
def _made_of() -> str:
    """A hash of the code and the lists that the demonstration comes from."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for path in here.rglob("*") if path.suffix in (".py", ".csv")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

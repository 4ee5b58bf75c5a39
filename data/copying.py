"""A copy of a store that opens at one release, though somebody publishes while it is made.

Everything that a release needs is written before the release, and is never changed or removed after it. So the list of
releases is copied first, and whatever it names is there to be copied afterwards. So is the list of fits, which are of
no release.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from data.faults import StoreError
from data.readers.personal_data import KEY_FILE
from data.releases import MARK, Release, listed
from data.store import Store
from data.tables import FITS, RELEASES

_LOGS = [Path("tables", name, "_delta_log") for name in (RELEASES.name, FITS.name)]
_HINT = "_last_checkpoint"
"""Delta Lake's hint where to begin to read a log: in a copy it may point to what came too late for it."""


def back_up(store: Store, folder: Path) -> Release:
    """Copy a whole store, kept files and key included, into a new folder on any disk.

    Parameters
    ----------
    store
        The store; whoever writes to it need not stop.
    folder
        Where the copy is made.

    Returns
    -------
    Release
        The newest release of the copy.

    Raises
    ------
    StoreError
        If nothing is loaded yet, the folder is not empty or in the store, or it can't be written to.
    """
    if store.release() is None:
        raise StoreError("Nothing has been loaded yet, so there is nothing to copy.")
    if folder.absolute().is_relative_to(store.root):
        raise StoreError(f"The folder “{folder}” lies in the store: give one outside of it.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise StoreError(f"The folder “{folder}” is not empty: give a new one, so that no two copies mix.")
        copy_into(folder, store.root, shutil.copy2, kept=True)
    except OSError as error:
        raise StoreError(f"The copy in “{folder}” can't be made: {error.strerror}.") from error
    return listed(folder, folder / "tables" / RELEASES.name)[-1]


def copy_into(folder: Path, root: Path, copied: Callable[[Path, Path], object], kept: bool) -> None:
    """Copy the tables of a store and the key of its respondents.

    Parameters
    ----------
    folder, root
        The folder of the copy, and that of the store.
    copied
        Copies or links one file.
    kept
        Whether the bytes of published open files are copied too.
    """
    for path in _in_order(root, kept):
        to = folder / path.relative_to(root)
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            copied(path, to)
        except FileNotFoundError:
            # What goes while a copy is made was left behind by a writer, and is of no release.
            if path.exists():
                raise


def _in_order(root: Path, kept: bool) -> Iterator[Path]:
    """The files of a store; each folder is looked into when it is reached, and not before."""
    yield from (path for path in (root / MARK,) if path.exists())
    first = [root / log for log in _LOGS]
    for log in first:
        yield from (path for path in sorted(log.glob("*")) if path.name != _HINT)
    for path in sorted((root / "tables").rglob("*")):
        if path.is_file() and path.name != _HINT and path.parent not in first:
            yield path
    yield from (path for path in (root / KEY_FILE,) if path.exists())
    if kept:
        yield from sorted((root / "files").glob("*/*.zst"))

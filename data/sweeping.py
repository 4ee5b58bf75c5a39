"""What a killed or failed writer left behind, taken away: rows of no release, and files that nobody names.

Whoever calls holds the writer's lock, so nothing here is still being written. What a release pins is never touched:
files go that only versions after the newest release name, or that no version names at all. Fits belong to no release:
each is one commit, and what was committed stays.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from deltalake import DeltaTable

from data.faults import reading
from data.tables import FITS, RELEASES
from data.versions import newest_version

_LOG = "_delta_log"
_BY_THEMSELVES = (RELEASES.name, FITS.name)
"""Tables whose own newest version counts, whatever a release says."""


def sweep(root: Path, versions: dict[str, int], kept: set[str]) -> None:
    """Bring every table back to its version of the newest release, and remove what is left over.

    Parameters
    ----------
    root
        Folder of the store.
    versions
        Version of every table in the newest release; empty before the first one.
    kept
        Hashes of the files that any load of that release names.

    Raises
    ------
    StoreError
        If a table is damaged.
    """
    tables = root / "tables"
    for table in sorted(tables.iterdir()) if tables.exists() else []:
        if table.name in versions:
            _remove_unnamed(table, _brought_back(table, versions[table.name]), versions[table.name] + 1)
        elif table.name in _BY_THEMSELVES and versions and newest_version(table) >= 0:
            with reading(table.name):
                named = files_of(table)
            _remove_unnamed(table, named, 1)
        elif table.name not in _BY_THEMSELVES and (table / _LOG).is_dir():
            shutil.rmtree(table)
        elif table.is_dir():
            _remove_unnamed(table, set(), 0)
    for part in (*root.glob("*.part"), *(root / "files").glob("*/*.part")):
        part.unlink()
    for file in (root / "files").glob("*/*.zst"):
        if file.stem not in kept:
            file.unlink()


def files_of(table: Path, version: int | None = None) -> set[str]:
    """Names of the files of a version of a table: the newest one, if none is given."""
    return _names(DeltaTable(str(table), version=version))


def _names(table: DeltaTable) -> set[str]:
    return {address.rpartition("/")[2] for address in table.file_uris()}


def _brought_back(table: Path, version: int) -> set[str]:
    """Make the newest version of a table equal to that of the newest release, whose files are given."""
    with reading(table.name):
        newest = DeltaTable(str(table))
        if newest.version() == version:
            return _names(newest)
        pinned = files_of(table, version)
        later = set[str]().union(*(files_of(table, number) for number in range(version + 1, newest.version() + 1)))
    # Files first: of a kill in between the newest version still tells, and on a full disk there is room again.
    for name in later - pinned:
        (table / name).unlink(missing_ok=True)
    if _names(newest) != pinned:
        newest.restore(version)
    return pinned


def _remove_unnamed(table: Path, known: set[str], fewest: int) -> None:
    """Remove what a kill left before any version named it: whole files, halves of files and halves of commits.

    A log of fewer commits than the newest release knows of, or with a gap, can't say what it never named.
    """
    for half in (*table.glob("part-*#*"), *(table / _LOG).glob("_commit_*"), *(table / _LOG).glob("*#*")):
        half.unlink()
    here = {path.name for path in table.glob("part-*.parquet")} - known
    if not here and known:
        return
    commits = sorted(path for path in (table / _LOG).glob("*.json") if path.stem.isdigit())
    if len(commits) < fewest or (commits and int(commits[-1].stem) != len(commits) - 1):
        return
    for commit in reversed(commits):
        text = commit.read_text(encoding="utf-8")
        here = {name for name in here if name not in text}
        if not here:
            return
    for name in here:
        (table / name).unlink()
    if not commits and not any(table.iterdir()):
        table.rmdir()

"""What a killed or failed writer left behind, taken away: rows of no release, and files that nobody names.

Whoever calls holds the writer's lock, so nothing here is still being written. What a release pins is never touched:
files go that only versions after the newest release name, or that no version names at all.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from deltalake import DeltaTable

from data.faults import reading
from data.tables import RELEASES

_LOG = "_delta_log"


def sweep(root: Path, versions: dict[str, int]) -> None:
    """Bring every table back to its version of the newest release, and remove what is left over.

    Parameters
    ----------
    root
        Folder of the store.
    versions
        Version of every table in the newest release; empty before the first one.

    Raises
    ------
    StoreError
        If a table is damaged.
    """
    tables = root / "tables"
    for table in sorted(tables.iterdir()) if tables.exists() else []:
        if not table.is_dir():
            continue
        if table.name in versions:
            _bring_back(table, versions[table.name])
        elif table.name != RELEASES.name and (table / _LOG).is_dir():
            shutil.rmtree(table)
            continue
        pinned = versions.get(table.name, 0 if versions and table.name == RELEASES.name else -1)
        _remove_unnamed(table, pinned + 1)
    for part in (*root.glob("*.part"), *(root / "files").glob("*/*.part")):
        part.unlink()


def files_of(table: Path, version: int | None = None) -> set[str]:
    """Names of the files of a version of a table: the newest one, if none is given."""
    return {address.rpartition("/")[2] for address in DeltaTable(str(table), version=version).file_uris()}


def _bring_back(table: Path, version: int) -> None:
    with reading(table.name):
        newest = DeltaTable(str(table))
        if newest.version() == version:
            return
        pinned = files_of(table, version)
        later = set[str]().union(*(files_of(table, number) for number in range(version + 1, newest.version() + 1)))
        back = files_of(table) != pinned
    # Files first: of a kill in between the newest version still tells, and on a full disk there is room again.
    for name in later - pinned:
        (table / name).unlink(missing_ok=True)
    if back:
        newest.restore(version)


def _remove_unnamed(table: Path, fewest: int) -> None:
    """Remove what a kill left before any version named it: whole files, halves of files and halves of commits.

    A log of fewer commits than the newest release knows of, or with a gap, can't say what it never named.
    """
    for half in (*table.glob("part-*#*"), *(table / _LOG).glob("_commit_*"), *(table / _LOG).glob("*#*")):
        half.unlink()
    here = {path.name for path in table.glob("part-*.parquet")}
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

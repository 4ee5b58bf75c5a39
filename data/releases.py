"""The list of releases: what each shows, how the store numbers its own format, and whether the list is whole."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from deltalake import DeltaTable

from data.faults import RESTORE, StoreError, reading
from data.tables import RELEASES
from data.versions import newest_commit

FORMAT = 1
"""Number of the format in which this program writes a store; raised when an older program would misread it."""

MARK = "store.json"
"""Name of the file in the store's folder that holds the number. It also says that a release was published here."""


@dataclass(frozen=True)
class Release:
    """Which loads are current, and which version of every table belongs with them.

    Attributes
    ----------
    digests
        SHA-256 of every Parquet file that came with this release, by table and name: ``stops/part-….parquet``.
    """

    number: int
    at: datetime
    by: str
    reason: str
    action: str
    added: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    current: frozenset[str] = frozenset()
    versions: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


def listed(root: Path, table: Path) -> list[Release]:
    """Every release of a store, oldest first.

    Parameters
    ----------
    root
        Folder of the store.
    table
        Folder of its table of releases.

    Raises
    ------
    StoreError
        If a newer program wrote the store, or the list is missing or damaged.
    """
    published = _checked_format(root)
    newest = newest_commit(table)
    if newest is not None:
        with reading(RELEASES.name):
            return list(_read(str(table), newest, newest.stat().st_mtime_ns))
    if published:
        # An empty list is no beginning here: to sweep what it does not name would remove every row.
        raise StoreError(f"The list of releases is missing, though the store holds some: {RESTORE}.")
    return []


def mark(root: Path) -> None:
    """Write the number of the format, once a release is there, and anew where this program has a higher one."""
    path = root / MARK
    if not path.exists() or json.loads(path.read_text(encoding="utf-8"))["format"] < FORMAT:
        # Written beside and moved, so that a kill never leaves half a number.
        part = path.with_suffix(".part")
        part.write_text(json.dumps({"format": FORMAT}) + "\n", encoding="utf-8")
        part.replace(path)


def stacks(releases: list[Release], slots: dict[str, tuple[str, str, str]]) -> dict[tuple[str, str, str], list[str]]:
    """Replay the releases: for each slot its loads in the order they became current, the last one being so."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for release in releases:
        for load in release.withdrawn:
            found[slots[load]].remove(load)
        for load in release.added:
            found.setdefault(slots[load], []).append(load)
    return found


def _checked_format(root: Path) -> bool:
    """Whether the store says that it holds a release; an older one does not say."""
    try:
        number = json.loads((root / MARK).read_text(encoding="utf-8"))["format"]
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(f"The file “{MARK}” of the store can't be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"The file “{MARK}” of the store is damaged: {RESTORE}.") from error
    if type(number) is not int:
        raise StoreError(f"The file “{MARK}” of the store is damaged: {RESTORE}.")
    if number > FORMAT:
        raise StoreError(
            f"A newer version of this program wrote the store, in format {number} where this one reads up to {FORMAT}: "
            "update the program."
        )
    return True


@lru_cache(maxsize=8)
def _read(table: str, newest: Path, written: int) -> tuple[Release, ...]:
    """The releases up to a commit, by when it was written: a page asks for them several times."""
    rows = DeltaTable(table).to_pyarrow_table().to_pylist()
    return tuple(
        Release(
            row["release"],
            row["at"],
            row["by"],
            row["reason"],
            row["action"],
            tuple(row["added"] or ()),
            tuple(row["withdrawn"] or ()),
            frozenset(row["current"] or ()),
            json.loads(row["versions"]),
            # A column that is newer than the release is missing or blank.
            json.loads(row.get("digests") or "{}"),
        )
        for row in sorted(rows, key=lambda row: row["release"])
    )

"""Whether a store, or a backup of one, is as it was written: every file of every release, every row of the newest one.

The digest of a data file is kept with the release that brought it; a file of an older program has none, and is only
read. Fits belong to no release, and each of their rows holds its own.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data import fit_results
from data.faults import StoreError, of_the_store, reading
from data.publishing import Progress, silent
from data.readers.sources import is_named
from data.store import Store, View
from data.sweeping import files_of
from data.tables import LOADS
from data.words import plural

if TYPE_CHECKING:
    import duckdb

_FILES = Path("files")


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what is wrong.

    Attributes
    ----------
    release
        Number of the newest release.
    tables, rows
        Tables of the newest release, and rows in them.
    files
        Data files of all releases.
    unsigned
        Those of them that have no digest.
    kept
        Files whose bytes are kept.
    fits
        Heavy fits that are kept.
    faults
        One sentence for each thing that is wrong.
    """

    release: int
    tables: int
    rows: int
    files: int
    unsigned: int
    kept: int
    fits: int
    faults: tuple[str, ...]

    def __str__(self) -> str:
        """One line: all is well, or how much is not."""
        if self.faults:
            return f"{plural(len(self.faults), 'fault')}: restore the store from a backup."
        older = f" ({self.unsigned:,} of them older than digests, and only read)" if self.unsigned else ""
        kept = plural(self.kept, "kept file")
        last = f", {kept} and {plural(self.fits, 'fit')}" if self.fits else f" and {kept}"
        return (
            f"All is well: release {self.release} with {plural(self.tables, 'table')} and {plural(self.rows, 'row')}, "
            f"{plural(self.files, 'data file')}{older}{last}, as they were written."
        )


def verify(store: Store, progress: Progress = silent) -> Verified:
    """Read everything that the releases of a store name, and compare it with what was written.

    Parameters
    ----------
    store
        The store.
    progress
        Called with a few words before each step.

    Raises
    ------
    StoreError
        If nothing is loaded, or not even the list of releases can be read.
    """
    view = store.view()
    if view.release is None:
        raise StoreError("Nothing has been loaded yet, so there is nothing to verify.")
    digests = {name: digest for release in store.releases() for name, digest in release.digests.items()}
    files, faults = _data_files(store, digests, progress)
    rows, unread = _every_row(view, [table for table in view.release.versions if table not in faults], progress)
    faults |= unread
    lost = [] if LOADS.name in faults else list(_lost_rows(view, rows))
    progress("checking fits")
    fits, spoilt = _fits(store)
    progress("checking kept files")
    kept = sorted((store.root / _FILES).glob("*/*.zst"))
    damaged = [f"The kept file {path.name} is damaged." for path in kept if not _is_whole(store, path.stem)]
    return Verified(
        view.release.number,
        len(view.release.versions),
        sum(sum(counts.values()) for counts in rows.values()),
        len(files),
        len(files - digests.keys()),
        len(kept),
        fits,
        (*faults.values(), *lost, *spoilt, *damaged),
    )


def _fits(store: Store) -> tuple[int, list[str]]:
    """The number of fits, and a sentence for each that is not as it was written."""
    try:
        number, wrong = fit_results.damaged(store)
    except StoreError as why:
        return 0, [str(why)]
    return number, [f"The fit “{name}” is not as written." for name in wrong]


def _data_files(store: Store, digests: dict[str, str], progress: Progress) -> tuple[set[str], dict[str, str]]:
    """The data files of all releases, and by table what is wrong with them."""
    files: set[str] = set()
    faults: dict[str, str] = {}
    for table, versions in _versions(store).items():
        progress(f"checking {table}")
        try:
            with reading(table):
                named = set[str]().union(*(files_of(store.table_path(table), version) for version in versions))
                wrong = [name for name in sorted(named) if not _as_written(store, table, name, digests)]
        except StoreError as why:
            faults[table] = str(why)
            continue
        if wrong:
            are = "is" if len(wrong) == 1 else "are"
            faults[table] = f"The table “{table}”: {', '.join(wrong)} {are} not as written."
        files |= {f"{table}/{name}" for name in named}
    return files, faults


def _every_row(
    view: View, tables: list[str], progress: Progress
) -> tuple[dict[str, dict[str | None, int]], dict[str, str]]:
    """The rows of each table by their load, and by table why it can't be read."""
    rows: dict[str, dict[str | None, int]] = {}
    faults: dict[str, str] = {}
    for table in tables:
        progress(f"reading {table}")
        try:
            rows[table] = _rows(view, table)
        except Exception as error:
            why = of_the_store(error)
            if why is None:
                raise
            faults[table] = str(why)
    return rows, faults


def _versions(store: Store) -> dict[str, list[int]]:
    """The versions of every table that any release pins."""
    found: dict[str, set[int]] = {}
    for release in store.releases():
        for table, version in release.versions.items():
            found.setdefault(table, set()).add(version)
    return {table: sorted(versions) for table, versions in sorted(found.items())}


def _as_written(store: Store, table: str, name: str, digests: dict[str, str]) -> bool:
    path = store.table_path(table) / name
    if not path.is_file():
        return False
    digest = digests.get(f"{table}/{name}")
    if digest is None:
        return True
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def _rows(view: View, table: str) -> dict[str | None, int]:
    """Rows of a table by their load, with every value read."""
    relation: duckdb.DuckDBPyRelation = view.every_row(table).to_native()
    counts: Counter[str | None] = Counter()
    for batch in relation.to_arrow_reader():
        if "load_id" in batch.schema.names:
            loads, numbers = batch.column("load_id").value_counts().flatten()
            counts.update(dict(zip(loads.to_pylist(), numbers.to_pylist(), strict=True)))
        else:
            counts[None] += batch.num_rows
    return counts


def _lost_rows(view: View, rows: dict[str, dict[str | None, int]]) -> Iterator[str]:
    """Loads that have other numbers of rows than were loaded."""
    for load in view.loads.to_dict("records"):
        if load["table"] in rows:
            held = rows[load["table"]].get(load["load_id"], 0)
            if held != load["rows"]:
                of = plural(load["rows"], "row")
                yield f"The table “{load['table']}” holds {held:,} of the {of} of {load['file']}."


def _is_whole(store: Store, sha256: str) -> bool:
    try:
        content = store.kept(sha256)
    except StoreError:  # what can't be unpacked is not whole
        return False
    return is_named(sha256, content)

"""Files loaded into a copy of the store, so that a person sees what publishing would change before anything changes.

The copy is made of links to the same rows and takes no room; it is a store like any other, and so every question can be
asked of it. Publishing loads the same bytes into the store itself.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from data.copying import copy_into
from data.loading import Report, load_files, opened_sources
from data.publishing import Progress, silent
from data.readers.source import Source
from data.readers.sources import Given
from data.store import Store, StoreError, View

_FOLDER = "staged"
_KEPT_HOURS = 24


@dataclass(frozen=True)
class Staged:
    """Files as they would be once they were published.

    Attributes
    ----------
    files, mappings
        What was given.
    report
        What became of every file.
    before, after
        The store as it is, and a copy of it with the files loaded; both the same where nothing new came of them.
    """

    files: tuple[Given, ...]
    mappings: tuple[Given, ...]
    report: Report
    before: View
    after: View

    @property
    def changes(self) -> bool:
        """Whether publishing would change anything."""
        return self.report.release is not None

    @property
    def recognised(self) -> bool:
        """Whether some file is known for what it is, and none waits for its mapping."""
        counts = {status: self.report.count(status) for status in ("loaded", "already loaded", "refused")}
        return any(counts.values()) and not self.report.count("needs a mapping")

    @property
    def complete(self) -> bool:
        """Whether publishing would load every file that was given."""
        return self.report.count("loaded") == len(self.report.outcomes)

    def publish(self, by: str, reason: str, progress: Progress = silent) -> Report:
        """Load the files into the store itself.

        Raises
        ------
        StoreError
            If no reason is given, or the store can't be written to.
        """
        if not reason.strip():
            raise StoreError("Say why the files are published: the reason stays in the history.")
        return load_files(self.files, self.before.store, by, reason.strip(), progress, self.mappings)

    def discard(self) -> None:
        """Remove the copy; the store itself is untouched."""
        if self.after.store.root != self.before.store.root:
            shutil.rmtree(self.after.store.root, ignore_errors=True)


def stage(files: Sequence[Given], store: Store, mappings: Sequence[Given] = (), progress: Progress = silent) -> Staged:
    """Load files into a copy of a store.

    Parameters
    ----------
    files, mappings
        As `data.loading.load_files` takes them.
    store
        The store, which is not changed.
    progress
        Called with a few words before each step.

    Raises
    ------
    StoreError
        If the copy can't be made beside the tables of the store.
    """
    sweep(store)
    copy = _copied(store)
    try:
        report = load_files(files, copy, progress=progress, mappings=mappings)
    except BaseException:
        shutil.rmtree(copy.root, ignore_errors=True)
        raise
    before = store.view()
    if report.release is None:
        shutil.rmtree(copy.root, ignore_errors=True)
    after = before if report.release is None else copy.view()
    return Staged(tuple(files), tuple(mappings), report, before, after)


def sweep(store: Store) -> None:
    """Remove copies that nobody came back to for a day.

    Parameters
    ----------
    store
        The store beside which they lie.
    """
    for folder in (store.root / _FOLDER).glob("*"):
        # Another session may remove its copy just now.
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > _KEPT_HOURS * 3600:
                shutil.rmtree(folder, ignore_errors=True)


def earlier_mappings(view: View) -> Iterator[tuple[str, Source]]:
    """The mappings of the waves that a release shows, with the name of the wave, the newest wave first.

    Parameters
    ----------
    view
        A release.
    """
    if not view:
        return
    mapped = view.current_loads
    # Names of waves sort in time; of one wave the last that was loaded stands first.
    newest = mapped[mapped["mapping"].notna()][::-1].sort_values("period", ascending=False, kind="stable")
    for row in newest.to_dict("records"):
        label = f"{row['subject']}, {row['period']}"
        if not view.store.kept_path(str(row["mapping"])).exists():  # a store of which the kept files were removed
            continue
        content = view.store.kept(str(row["mapping"]))
        yield label, Source(f"{row['period']}.mapping.toml", label, content, str(row["mapping"]))


def sources_of(files: Sequence[Given], paths: Sequence[str]) -> list[Source]:
    """The opened files that stand under some paths of a report, each path once."""
    wanted = set(paths)
    if not wanted:
        return []
    return list({source.path: source for source in opened_sources(files) if source.path in wanted}.values())


def _copied(store: Store) -> Store:
    folder = store.root / _FOLDER / uuid.uuid4().hex
    try:
        folder.mkdir(parents=True)
        copy_into(folder, store.root, _link, kept=False)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StoreError(f"A preview can't be made in “{store.root / _FOLDER}”: {error.strerror}.") from error
    return Store(folder, keeps_files=False)


def _link(path: Path, to: Path) -> None:
    """Rows are never changed once they are written, so the copy shares them; a log is written on, and so is copied."""
    if path.suffix == ".parquet" and path.parent.name != "_delta_log":
        try:
            os.link(path, to)
        except OSError:  # a disk without links
            shutil.copyfile(path, to)
    else:
        shutil.copy2(path, to)

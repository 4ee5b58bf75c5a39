"""Which mapping file belongs to which survey file: the one named after it, or one that is named on the command line.

A survey file and its mapping are one source, as the parts of a shapefile are: its digest is of both, so the same
answers read through another mapping are another load, which takes the place of the one before.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO

from data.readers.source import Source
from data.readers.sources import DAMAGED_ZIP, Given, Unopened, Upload, as_text, find_sources, sha256
from data.readers.survey_mapping import LARGEST, SurveyMapping, why_not

ENDING = ".mapping.toml"
"""What follows the name of a data file in the name of its mapping: ``wave.csv.mapping.toml``."""


Named = tuple[Source, SurveyMapping]
"""A mapping file named on the command line, with what it says."""


def find_mapped_sources(
    paths: Iterable[Given], named: Sequence[Named] = (), among: Iterable[Given] | None = None
) -> Iterator[Source | Unopened]:
    """Open every file as `find_sources` does, and join each with its mapping.

    The mapping of a file is the one named after it, beside it in its folder or zip or among those named; else the first
    of those named that is for it and is not named after another of the uploads.

    Parameters
    ----------
    paths
        Files, folders, zips and uploads.
    named
        Mapping files that were named, on the command line or by uploading them.
    among
        Everything that is given, where these paths are a part of it.

    Yields
    ------
    Source or Unopened
        One item a file or zip member.
    """
    given = list(paths)
    uploads = {root.name for root in (given if among is None else among) if isinstance(root, Upload)}
    after = {file.path.removesuffix(ENDING): file for file, _ in named if file.path.endswith(ENDING)}
    of_others = {path for path in after if path.partition(" » ")[0] in uploads}
    free = [item for item in named if item[0].path.removesuffix(ENDING) not in of_others]
    for root in given:
        beside = {**after, **mappings_beside(root)} if isinstance(root, Upload) else mappings_beside(root)
        for source in find_sources([root]):
            yield source if isinstance(source, Unopened) else _joined(source, beside, free)


def misfits(source: Source, named: Sequence[Named]) -> str:
    """Why none of the mappings named is for a file, in phrases; blank where none is named.

    Parameters
    ----------
    source
        A file without a mapping.
    named
        Mapping files named on the command line.
    """
    return "; ".join(f"“{file.name}” is not for it: {why_not(mapping, source)}" for file, mapping in named)


def join(source: Source, mapping: Source) -> Source:
    """One source of a survey file and its mapping, with the digest of both.

    Parameters
    ----------
    source, mapping
        The two files.
    """
    digest = hashlib.sha256(f"{source.sha256}\n{mapping.sha256}".encode()).hexdigest()
    return replace(source, sha256=digest, mapping=mapping)


def mappings_beside(root: Given) -> dict[str, Source]:
    """The mapping files of a folder, a zip or a single file, by the path of the data file they are named after.

    Parameters
    ----------
    root
        A file, folder, zip or upload, as it is given to be loaded.
    """
    return {path.removesuffix(ENDING): _source(path, content) for path, content in _found(root)}


def _found(root: Given) -> Iterator[tuple[str, bytes]]:
    if isinstance(root, Upload):
        if root.name.lower().endswith(".zip"):
            yield from _packed(io.BytesIO(root.content), as_text(root.name))
    elif root.is_dir():
        for path in sorted(root.rglob("*")):
            yield from _opened(path, as_text(path.relative_to(root)))
    else:
        beside = (root.with_name(f"{name}{ENDING}") for name in (root.name, root.name.removesuffix(".gz")))
        for path in (root, *beside):
            yield from _opened(path, as_text(path.name))


def _opened(path: Path, shown: str) -> Iterator[tuple[str, bytes]]:
    # What can't be opened is told where every file is opened, not here.
    try:
        if path.name.endswith(ENDING) and path.is_file():
            with path.open("rb") as file:
                yield shown, file.read(LARGEST + 1)
        elif path.suffix.lower() == ".zip" and path.is_file():
            with path.open("rb") as file:
                yield from _packed(file, shown)
    except OSError:
        return


def _packed(file: IO[bytes], shown: str) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                # Of a larger one the first bytes are enough for it to be refused.
                if member.filename.endswith(ENDING):
                    with archive.open(member) as stream:
                        yield as_text(f"{shown} » {member.filename}"), stream.read(LARGEST + 1)
    except DAMAGED_ZIP:
        return


def _source(path: str, content: bytes) -> Source:
    return Source(PurePosixPath(path.rpartition(" » ")[2]).name, path, content, sha256(content))


def _joined(source: Source, beside: Mapping[str, Source], named: Sequence[Named]) -> Source:
    for path in (source.path, source.path.removesuffix(".gz")):
        if path in beside:
            return join(source, beside[path])
    return next((join(source, file) for file, mapping in named if why_not(mapping, source) is None), source)

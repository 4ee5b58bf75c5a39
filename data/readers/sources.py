"""From paths to sources: files, folders, gzip and zip opened, every file named exactly once."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from data.readers.source import Source

LARGEST = 512 * 2**20
"""The most bytes that one file may hold once it is decompressed."""


@dataclass(frozen=True)
class Upload:
    """A file that came without a path: its bytes are opened where they are, and never written to a disk.

    Attributes
    ----------
    name
        The file's own name, without folders.
    content
        Its bytes as they came.
    """

    name: str
    content: bytes


Given = Path | Upload
"""What a person gives to be loaded: a file, a folder or a zip by its path, or a file that was uploaded."""

_DAMAGED = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error)


@dataclass(frozen=True)
class Unopened:
    """A file that could not even be opened, and why; ``refused`` where the person must do something."""

    path: str
    why: str
    refused: bool


def find_sources(paths: Iterable[Given]) -> Iterator[Source | Unopened]:
    """Open every file below the given paths, in order of name, one at a time.

    Parameters
    ----------
    paths
        Files, folders and uploads. Folders are walked; a ``.gz`` is decompressed; the members of a zip are
        opened one by one, except for a zipped shapefile, which is one source.

    Yields
    ------
    Source or Unopened
        One item a file or zip member.
    """
    for root in paths:
        if isinstance(root, Upload):
            yield from _unpacked(as_text(root.name), as_text(root.name), root.content)
        elif root.is_dir():
            for path in sorted(p for p in root.rglob("*") if p.is_file()):
                yield from _open(path, as_text(path.relative_to(root)))
        elif root.is_file():
            yield from _open(root, as_text(root.name))
        else:
            yield Unopened(as_text(root), "there is no file or folder of this name", refused=True)


def sha256(content: bytes) -> str:
    """SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _open(path: Path, shown: str) -> Iterator[Source | Unopened]:
    try:
        content = path.read_bytes()
    except OSError as error:
        yield Unopened(shown, f"it can't be opened: {error.strerror}", refused=True)
        return
    yield from _unpacked(as_text(path.name), shown, content)


def _unpacked(name: str, shown: str, content: bytes) -> Iterator[Source | Unopened]:
    if name.lower().endswith(".zip"):
        yield from _open_zip(name, shown, content)
    else:
        yield _source(name, shown, content)


def as_text(path: Path | str) -> str:
    """A path as text: a file name may hold bytes that are no text."""
    return str(path).encode("utf-8", "replace").decode()


def _source(name: str, shown: str, content: bytes) -> Source | Unopened:
    if name.lower().endswith(".gz"):
        name = name[:-3]
        try:
            with gzip.open(io.BytesIO(content)) as stream:
                content = stream.read(LARGEST + 1)
        except (OSError, EOFError, zlib.error):
            return Unopened(shown, "the gzip file is damaged or cut short; fetch it again", refused=True)
    if len(content) > LARGEST:
        return Unopened(shown, f"it holds more than {LARGEST // 2**20} MB; split it by month", refused=True)
    return Source(name, shown, content, sha256(content))


def _open_zip(name: str, shown: str, content: bytes) -> Iterator[Source | Unopened]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = sorted((m for m in archive.infolist() if not m.is_dir()), key=lambda m: m.filename)
            if not members:
                yield Unopened(shown, "the zip holds no file", refused=False)
            if any(_is_shapefile(member.filename) for member in members):
                yield _shapefile(name, shown, content, archive, members)
                return
            for member in members:
                yield _member(shown, archive, member)
    except zipfile.BadZipFile:
        yield Unopened(shown, "the zip file is damaged or cut short; fetch it again", refused=True)


def _is_shapefile(member: str) -> bool:
    # macOS puts a shadow file ._NAME beside every file.
    return member.lower().endswith(".shp") and not PurePosixPath(member).name.startswith("._")


def _member(shown: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Source | Unopened:
    path = f"{shown} » {member.filename}"
    if member.filename.lower().endswith(".zip"):
        return Unopened(path, "a zip inside a zip is not opened; unpack it first", refused=True)
    if member.file_size > LARGEST:
        return Unopened(path, f"it holds more than {LARGEST // 2**20} MB; split it by month", refused=True)
    try:
        with archive.open(member) as stream:
            content = stream.read(LARGEST + 1)
    except _DAMAGED:
        return Unopened(path, "this member of the zip is damaged or locked with a password", refused=True)
    return _source(PurePosixPath(member.filename).name, path, content)


def _shapefile(
    name: str, shown: str, content: bytes, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]
) -> Source | Unopened:
    if sum(member.file_size for member in members) > LARGEST:
        return Unopened(shown, f"it holds more than {LARGEST // 2**20} MB", refused=True)
    digest = hashlib.sha256()
    try:
        for member in members:
            digest.update(member.filename.encode() + b"\0" + archive.read(member))
    except _DAMAGED:
        return Unopened(shown, "a member of the zip is damaged or locked with a password", refused=True)
    return Source(name, shown, content, digest.hexdigest())

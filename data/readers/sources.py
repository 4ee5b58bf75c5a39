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
from unicodedata import category

from data.readers.source import OF_A_PATH, OF_AN_UPLOAD, Limits, Source


@dataclass(frozen=True)
class Upload:
    """A file that came without a path: its bytes are opened where they are.

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

DAMAGED_ZIP = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, ValueError, OSError)
"""What opening a damaged zip, or a member of it, can raise: some heads of members lead to before the file's start."""

_LONGEST_NAME = 1_000


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
            yield from _unpacked(as_text(root.name), as_text(root.name), root.content, OF_AN_UPLOAD)
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
    yield from _unpacked(as_text(path.name), shown, content, OF_A_PATH)


def _unpacked(name: str, shown: str, content: bytes, limits: Limits) -> Iterator[Source | Unopened]:
    if len(shown) > _LONGEST_NAME:
        yield Unopened(shown, f"its name has more than {_LONGEST_NAME:,} letters; give it a shorter one", refused=True)
    elif name.lower().endswith(".zip"):
        yield from _open_zip(name, shown, content, limits)
    else:
        yield _source(name, shown, content, limits)


def as_text(path: Path | str) -> str:
    """A path as text that can be shown: a file name may hold bytes that are no text, and signs that turn it round."""
    text = str(path).encode("utf-8", "replace").decode()
    return "".join("\ufffd" if category(sign) in ("Cc", "Cf", "Zl", "Zp") else sign for sign in text)


def _source(name: str, shown: str, content: bytes, limits: Limits) -> Source | Unopened:
    if name.lower().endswith(".gz"):
        name = name[:-3]
        try:
            with gzip.open(io.BytesIO(content)) as stream:
                content = stream.read(limits.unpacked + 1)
        except (OSError, EOFError, zlib.error):
            return Unopened(shown, "the gzip file is damaged or cut short; fetch it again", refused=True)
    why = _too_much(content, limits)
    if why:
        return Unopened(shown, f"it holds more than {why}; {limits.way}", refused=True)
    return Source(name, shown, content, sha256(content), limits=limits)


def _too_much(content: bytes, limits: Limits) -> str:
    """What a file holds too much of, told from single signs before anything is made of them; blank where nothing."""
    if len(content) > limits.unpacked:
        return f"{limits.unpacked // 2**20} MB once it is unpacked"
    start = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"[", b"<"):
        elements = content.count(b"<") if start == b"<" else content.count(b"[") + content.count(b"{")
        too_many = elements > limits.elements or content.count(b",") > 2 * limits.elements
        return f"{limits.elements:,} lists, records or elements" if too_many else ""
    rows = max(content.count(b"\n"), content.count(b"\r"))
    if rows > limits.rows:
        return f"{limits.rows:,} lines"
    delimiters = (b",", b";", b"\t", b"|")
    if max(map(content.partition(b"\n")[0].count, delimiters)) >= limits.columns:
        return f"{limits.columns:,} columns"
    cells = rows + max(map(content.count, delimiters))
    return f"{limits.cells:,} cells" if cells > limits.cells else ""


def _open_zip(name: str, shown: str, content: bytes, limits: Limits) -> Iterator[Source | Unopened]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = _files_in(archive)
            why = _too_much_in(members, limits)
            if why:
                yield Unopened(shown, f"the zip holds {why}; {limits.way}", refused=True)
                return
            if not members:
                yield Unopened(shown, "the zip holds no file", refused=False)
            if any(_is_shapefile(member.filename) for member in members):
                yield _shapefile(name, shown, content, archive, members, limits)
                return
            for member in members:
                yield _member(shown, archive, member, limits)
    except DAMAGED_ZIP:
        yield Unopened(shown, "the zip file is damaged or cut short; fetch it again", refused=True)


def _too_much_in(members: list[zipfile.ZipInfo], limits: Limits) -> str:
    """What a zip holds too much of; blank where nothing."""
    if len(members) > limits.members:
        return f"more than {limits.members:,} files"
    if sum(member.file_size for member in members) > limits.together:
        return f"more than {limits.together // 2**20:,} MB once it is unpacked"
    if len({member.header_offset for member in members}) < len(members):
        return "several files in one place, which no program writes"
    return ""


def _is_shapefile(member: str) -> bool:
    # macOS puts a shadow file ._NAME beside every file.
    return member.lower().endswith(".shp") and not PurePosixPath(member).name.startswith("._")


def _member(shown: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits) -> Source | Unopened:
    path = as_text(f"{shown} » {member.filename}")
    if len(path) > _LONGEST_NAME:
        return Unopened(path, f"its name has more than {_LONGEST_NAME:,} letters; give it a shorter one", refused=True)
    if member.filename.lower().endswith(".zip"):
        return Unopened(path, "a zip inside a zip is not opened; unpack it first", refused=True)
    if member.file_size > limits.unpacked:
        return Unopened(
            path, f"it holds more than {limits.unpacked // 2**20} MB once it is unpacked; {limits.way}", refused=True
        )
    try:
        with archive.open(member) as stream:
            content = stream.read(limits.unpacked + 1)
    except DAMAGED_ZIP:
        return Unopened(path, "this member of the zip is damaged or locked with a password", refused=True)
    return _source(as_text(PurePosixPath(member.filename).name), path, content, limits)


def _shapefile(
    name: str,
    shown: str,
    content: bytes,
    archive: zipfile.ZipFile,
    members: list[zipfile.ZipInfo],
    limits: Limits,
) -> Source | Unopened:
    if sum(member.file_size for member in members) > limits.unpacked:
        return Unopened(
            shown, f"it holds more than {limits.unpacked // 2**20} MB once it is unpacked; {limits.way}", refused=True
        )
    try:
        identity = _sha256_of_members(archive, members)
    except DAMAGED_ZIP:
        return Unopened(shown, "a member of the zip is damaged or locked with a password", refused=True)
    return Source(name, shown, content, identity, limits=limits)


def _sha256_of_members(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> str:
    digest = hashlib.sha256()
    for member in members:
        digest.update(member.filename.encode("utf-8", "replace") + b"\0" + archive.read(member))
    return digest.hexdigest()


def is_named(identity: str, content: bytes) -> bool:
    """Whether bytes are those that a source was made of.

    Parameters
    ----------
    identity
        What a source says of itself: of a zipped shapefile the SHA-256 of its members, of any other file that of its
        bytes.
    content
        The bytes as they are now.
    """
    if sha256(content) == identity:
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _sha256_of_members(archive, _files_in(archive)) == identity
    except DAMAGED_ZIP:
        return False


def _files_in(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return sorted((m for m in archive.infolist() if m.filename and not m.is_dir()), key=lambda m: m.filename)

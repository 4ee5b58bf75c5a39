"""Whether a place can hold a store: a local disk can, a network share can't."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path, PurePath

_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "fuse.sshfs", "9p", "afs", "ncpfs", "webdav", "fuse.davfs"}
_MOUNTS = Path("/proc/self/mounts")
_REMOTE_DRIVE = 4
# Delta Lake turns the path into a web address, and these do not survive that.
_UNUSABLE = set("%[]^|" if os.name == "nt" else "%[]^|\\")


def why_unsuitable(place: str) -> str | None:
    """One sentence that says why a store can't be kept here, or None where it can.

    A network share does not promise that a file is written whole before others see it, which every
    commit of the store relies on. Some signs in a path keep Delta Lake from finding its tables again.
    """
    if "://" in place:
        return f"The store “{place}” is not a folder on a local disk; give a folder."
    if Path(place).is_file():
        return f"The store “{place}” is a file; give a folder."
    share = place.startswith(("\\\\", "//")) or _is_remote_drive(place) or _file_system(Path(place)) in _NETWORK
    if share:
        return f"The store “{place}” is on a network share; put it on a local disk."
    unusable = sorted(set(str(Path(place).absolute())) & _UNUSABLE)
    if unusable:
        return f"The path of the store, “{place}”, holds {' and '.join(unusable)}; choose a folder without."
    return None


def _file_system(place: Path) -> str:
    if not _MOUNTS.exists():
        return ""
    return _mounted_on(place.resolve(), _MOUNTS.read_text())


@lru_cache(maxsize=8)
def _mounted_on(path: Path, table: str) -> str:
    mounts = [line.split() for line in table.splitlines()]
    holding = [mount for mount in mounts if path.is_relative_to(mount[1].replace("\\040", " "))]
    # Of two mounts on one folder the later one is seen.
    return max(reversed(holding), key=lambda mount: len(mount[1]))[2] if holding else ""


def _is_remote_drive(place: str) -> bool:
    if os.name != "nt":
        return False
    import ctypes

    drive = PurePath(place).drive or PurePath(Path.cwd()).drive
    kind: int = ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\")  # type: ignore[attr-defined,unused-ignore]
    return kind == _REMOTE_DRIVE

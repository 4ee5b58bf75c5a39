"""Disks for tests: a small one that fills up, and a folder that can't be written to."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_MOUNT, _UNMOUNT = shutil.which("mount"), shutil.which("umount")
_NO_MOUNT = "nothing can be mounted here, which takes the rights of an administrator on Linux"


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A disk of its own with so much room, mounted on a new folder."""
    folder.mkdir()
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs"):
        yield folder


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """A folder while nobody can write to it: mounted so for an administrator, whom no permission holds back."""
    if os.name != "posix":
        pytest.skip("permissions are made otherwise on Windows")
    if os.geteuid() == 0:
        with _mounted(folder, "--bind", str(folder)):
            subprocess.run([str(_MOUNT), "-o", "remount,bind,ro", str(folder)], check=True)
            yield folder
        return
    paths = [folder, *folder.rglob("*")]
    modes = [path.stat().st_mode for path in paths]
    try:
        for path, mode in zip(paths, modes, strict=True):
            path.chmod(mode & 0o555)
        yield folder
    finally:
        for path, mode in zip(paths, modes, strict=True):
            path.chmod(mode)


def fill(folder: Path, left: int) -> Path:
    """Fill a disk with one file until so many kilobytes are left."""
    filler = folder / "filler"
    room = os.statvfs(folder)
    with filler.open("wb") as file:
        file.write(bytes(room.f_bavail * room.f_frsize - left * 1024))
    return filler


@contextmanager
def _mounted(folder: Path, *options: str) -> Iterator[None]:
    if _MOUNT is None or _UNMOUNT is None:
        pytest.skip(_NO_MOUNT)
    if subprocess.run([_MOUNT, *options, str(folder)], capture_output=True, check=False).returncode != 0:
        pytest.skip(_NO_MOUNT)
    try:
        yield
    finally:
        subprocess.run([_UNMOUNT, "--lazy", str(folder)], check=True)

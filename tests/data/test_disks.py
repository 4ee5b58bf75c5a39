"""Places that can hold a store, and network shares that can't."""

import pytest

from data import disks
from data.disks import why_unsuitable


@pytest.fixture
def mounts(tmp_path, monkeypatch):
    """Pretend that these are the mounts of the machine: (folder below the test's own, file system)."""

    def pretend(*lines):
        table = tmp_path / "mounts"
        rows = [
            f"device {str(tmp_path / folder).replace(' ', chr(92) + '040')} {kind} rw 0 0" for folder, kind in lines
        ]
        table.write_text("\n".join(["root / ext4 rw 0 0", *rows]))
        monkeypatch.setattr(disks, "_MOUNTS", table)

    return pretend


def test_a_local_folder_is_suitable(tmp_path, mounts):
    mounts()
    assert why_unsuitable(str(tmp_path / "new" / "store")) is None
    assert why_unsuitable("relative") is None


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "afs"])
def test_a_mounted_share_is_not(tmp_path, mounts, kind):
    mounts(("share", kind))
    place = str(tmp_path / "share" / "below" / "store")
    assert why_unsuitable(place) == f"The store “{place}” is on a network share; put it on a local disk."
    assert why_unsuitable(str(tmp_path / "shared-name-begins-alike")) is None


def test_the_nearest_mount_decides_and_of_two_on_one_folder_the_later(tmp_path, mounts):
    mounts(("share", "nfs4"), ("share/local", "ext4"), ("auto", "autofs"), ("auto", "nfs4"))
    assert why_unsuitable(str(tmp_path / "share" / "local" / "store")) is None
    assert "network share" in why_unsuitable(str(tmp_path / "auto" / "store"))


def test_a_mount_with_a_space_in_its_name(tmp_path, mounts):
    mounts(("our share", "cifs"))
    assert "network share" in why_unsuitable(str(tmp_path / "our share" / "store"))


def test_a_link_to_a_share_is_the_share(tmp_path, mounts):
    mounts(("share", "nfs4"))
    (tmp_path / "share").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "share")
    assert "network share" in why_unsuitable(str(tmp_path / "link" / "store"))


@pytest.mark.parametrize("place", ["\\\\server\\share\\store", "//server/share/store"])
def test_a_windows_share_is_not(place):
    assert "network share" in why_unsuitable(place)


@pytest.mark.parametrize("place", ["s3://bucket/store", "file:///home/store", "https://example.org/store"])
def test_an_address_is_no_folder(place):
    assert why_unsuitable(place) == f"The store “{place}” is not a folder on a local disk; give a folder."


@pytest.mark.parametrize("sign", ["%", "[", "]", "^", "|"])
def test_a_path_that_delta_can_not_take(tmp_path, sign):
    place = str(tmp_path / f"our{sign}folder" / "store")
    assert why_unsuitable(place) == f"The path of the store, “{place}”, holds {sign}; choose a folder without."


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "store").write_text("")
    assert why_unsuitable(str(tmp_path / "store")) == f"The store “{tmp_path / 'store'}” is a file; give a folder."


def test_a_machine_without_a_table_of_mounts(tmp_path, monkeypatch):
    monkeypatch.setattr(disks, "_MOUNTS", tmp_path / "none")
    assert why_unsuitable(str(tmp_path)) is None

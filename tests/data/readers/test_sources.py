"""From paths to sources: every file named exactly once, whatever it is packed in and however it is damaged."""

import gzip
import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from data.readers import sources
from data.readers.source import OF_A_PATH
from data.readers.sources import Unopened, find_sources, is_named

CONTENT = b"some,bytes\n" * 100


def zipped(members, **more):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, **more), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def locked(packed):
    # Bit 0 of the general purpose flag says that a member is encrypted (PKWARE APPNOTE 4.4.4): offset 6 of a local
    # header, offset 8 of a central one.
    changed = bytearray(packed)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(signature)
        while place >= 0:
            changed[place + offset] |= 1
            place = changed.find(signature, place + 4)
    return bytes(changed)


@pytest.fixture
def find(tmp_path):
    """Write files and find the sources below their folder."""

    def run(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return list(find_sources([tmp_path]))

    return run


@pytest.fixture
def find_one(find):
    def run(name, content):
        (found,) = find({name: content})
        return found

    return run


def test_plain_gzip_and_zip_member_are_the_same_source(find):
    found = find({"a.csv": CONTENT, "b.csv.gz": gzip.compress(CONTENT), "c.zip": zipped({"below/a.csv": CONTENT})})
    assert [(s.name, s.path) for s in found] == [
        ("a.csv", "a.csv"),
        ("b.csv", "b.csv.gz"),
        ("a.csv", "c.zip » below/a.csv"),
    ]
    assert {(s.content, s.sha256) for s in found} == {(CONTENT, hashlib.sha256(CONTENT).hexdigest())}


def test_a_gzip_inside_a_zip_is_opened(find_one):
    found = find_one("a.zip", zipped({"a.csv.gz": gzip.compress(CONTENT)}))
    assert (found.name, found.path, found.content) == ("a.csv", "a.zip » a.csv.gz", CONTENT)


def test_folders_are_walked_in_order_of_name(find):
    names = ["2018-05/b.csv", "2018-04/c.csv", "2018-04/a.csv", "z.csv", "2018-04/deep/er/d.csv"]
    assert [s.path for s in find(dict.fromkeys(names, CONTENT))] == [
        "2018-04/a.csv",
        "2018-04/c.csv",
        "2018-04/deep/er/d.csv",
        "2018-05/b.csv",
        "z.csv",
    ]


def test_members_of_a_zip_come_in_order_of_name_and_folders_are_no_files(find):
    found = find({"a.zip": zipped({"b.csv": b"1", "empty/": b"", "a.csv": b"2"})})
    assert [s.path for s in found] == ["a.zip » a.csv", "a.zip » b.csv"]


def test_paths_are_taken_in_the_order_given(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(CONTENT)
    assert [s.path for s in find_sources([tmp_path / "b.csv", tmp_path / "a.csv"])] == ["b.csv", "a.csv"]


def test_a_path_that_is_not_there_is_refused(tmp_path):
    (found,) = find_sources([tmp_path / "gone.csv"])
    assert found == Unopened(str(tmp_path / "gone.csv"), "there is no file or folder of this name", refused=True)


def test_hidden_files_are_sources_too(find):
    assert [s.path for s in find({".DS_Store": b"\0", "a.zip": zipped({"__MACOSX/._a.csv": b"\0"})})] == [
        ".DS_Store",
        "a.zip » __MACOSX/._a.csv",
    ]


def test_a_zip_inside_a_zip_is_not_opened(find):
    found = find({"a.zip": zipped({"inner.ZIP": zipped({"a.csv": CONTENT}), "b.csv": CONTENT})})
    why = "a zip inside a zip is not opened; unpack it first"
    assert [(s.path, getattr(s, "why", None)) for s in found] == [("a.zip » b.csv", None), ("a.zip » inner.ZIP", why)]
    assert found[1].refused


def test_a_zip_without_files_is_named(find_one):
    found = find_one("a.zip", zipped({"empty/": b""}))
    assert found == Unopened("a.zip", "the zip holds no file", refused=False)


def test_a_locked_member_is_refused(find_one):
    found = find_one("a.zip", locked(zipped({"a.csv": CONTENT})))
    why = "this member of the zip is damaged or locked with a password"
    assert found == Unopened("a.zip » a.csv", why, refused=True)


def test_a_damaged_member_is_refused_and_the_others_are_read(find):
    packed = bytearray(zipped({"a.csv": bytes(range(256)) * 20, "b.csv": CONTENT}))
    packed[60] ^= 0xFF  # within the compressed bytes of the first member
    found = find({"a.zip": bytes(packed)})
    why = "this member of the zip is damaged or locked with a password"
    assert found[0] == Unopened("a.zip » a.csv", why, refused=True)
    assert found[1].content == CONTENT


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(zipped({"a.csv": CONTENT})[:-30], id="cut short"),
        pytest.param(b"PK\x03\x04", id="start alone"),
        pytest.param(b"<html>Not found</html>", id="a web page"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_damaged_zip_is_refused(find_one, content):
    why = "the zip file is damaged or cut short; fetch it again"
    assert find_one("a.zip", content) == Unopened("a.zip", why, refused=True)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(gzip.compress(CONTENT)[:-12], id="cut short"),
        pytest.param(b"some,bytes\n", id="plain text"),
        pytest.param(gzip.compress(CONTENT) + b"junk", id="junk behind"),
    ],
)
def test_a_damaged_gzip_is_refused(find_one, content):
    why = "the gzip file is damaged or cut short; fetch it again"
    assert find_one("a.csv.gz", content) == Unopened("a.csv.gz", why, refused=True)


def test_names_that_climb_out_are_shown_and_do_nothing(find, tmp_path):
    found = find({"in/a.zip": zipped({"../../evil.csv": CONTENT, "/absolute.csv": CONTENT})})
    assert [(s.name, s.path) for s in found] == [
        ("evil.csv", "in/a.zip » ../../evil.csv"),
        ("absolute.csv", "in/a.zip » /absolute.csv"),
    ]
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a.zip"]
    assert not (tmp_path.parent / "evil.csv").exists()


def test_more_than_the_most_bytes_is_refused_before_it_fills_the_memory(find, monkeypatch):
    monkeypatch.setattr(sources, "OF_A_PATH", replace(OF_A_PATH, unpacked=1_000))
    found = find(
        {"a.csv": b"x" * 1_001, "b.gz": gzip.compress(b"x" * 1_001), "c.zip": zipped({"c": b"x" * 1_001}), "d": b"x"}
    )
    assert [isinstance(s, Unopened) and s.refused for s in found] == [True, True, True, False]
    assert all(s.why.endswith("MB once it is unpacked; split it") for s in found[:3])


def test_a_file_that_can_not_be_opened_is_refused(find_one, monkeypatch):
    def denied(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert find_one("a.csv", CONTENT) == Unopened("a.csv", "it can't be opened: Permission denied", refused=True)


def test_a_name_that_is_no_text_is_shown_as_text(find_one):
    assert find_one("caf\udce9.csv", CONTENT).path == "caf?.csv"


def test_a_zipped_shapefile_is_one_source_whatever_its_timestamps(find):
    parts = {f"map/areas.{ending}": ending.encode() for ending in ("shp", "shx", "dbf", "prj")}
    reverse = dict(reversed(parts.items()))
    old = zipped(parts, date_time=(1990, 1, 1, 0, 0, 0))
    new = zipped(reverse, date_time=(2020, 2, 2, 2, 2, 2))
    other = zipped(parts | {"map/areas.dbf": b"other"})
    found = find({"a.zip": old, "b.zip": new, "c.zip": other})
    assert [(s.name, s.path) for s in found] == [("a.zip", "a.zip"), ("b.zip", "b.zip"), ("c.zip", "c.zip")]
    assert found[0].sha256 == found[1].sha256 != found[2].sha256
    assert [s.content for s in found] == [old, new, other]


def test_a_locked_shapefile_is_refused(find_one):
    found = find_one("a.zip", locked(zipped({"a.shp": b"shapes", "a.dbf": b"table"})))
    assert found == Unopened("a.zip", "a member of the zip is damaged or locked with a password", refused=True)


def test_a_shadow_of_a_shapefile_is_none(find):
    found = find({"a.zip": zipped({"__MACOSX/._a.shp": b"\0", "a.csv": CONTENT})})
    assert [s.path for s in found] == ["a.zip » __MACOSX/._a.shp", "a.zip » a.csv"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", CONTENT), ("a.zip", zipped({"a.shp": b"shapes", "a.dbf": b"table"}))],
    ids=["plain", "zip"],
)
def test_bytes_are_known_by_the_name_that_their_source_has(name, content, find_one):
    identity = find_one(name, content).sha256
    assert is_named(identity, content)
    assert not is_named(identity, zipped({"a.shp": b"shapez", "a.dbf": b"table"}))
    assert not is_named(identity, content[:-1])
    assert not is_named("0" * 64, content)

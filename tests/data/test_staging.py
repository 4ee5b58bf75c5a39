"""Staging: a copy of the store with the files loaded, and the store itself untouched until they are published."""

from __future__ import annotations

import io
import os
import shutil
import time
import zipfile

import pytest

from data.readers.sources import Upload, find_sources
from data.staging import earlier_mappings, sources_of, stage
from data.store import StoreError
from tests.data.readers.test_survey_loading import CSV as WAVE
from tests.data.readers.test_survey_loading import MAPPING

APRIL, MAY = "2018-04-surrey-stop-and-search.csv", "2018-05-surrey-stop-and-search.csv"


def everything(folder) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stops(view) -> int:
    return len(view.rows("stops").collect("pandas").to_native())


@pytest.mark.long
def test_the_store_is_untouched_until_the_files_are_published(store, load, police_csv) -> None:
    load({APRIL: police_csv([{"Type": "Person search"}] * 2)})
    before = everything(store.root)
    staged = stage([Upload(MAY, police_csv([{"Type": "Person search"}] * 3))], store)
    assert staged.changes
    assert (stops(staged.before), stops(staged.after)) == (2, 5)
    # The cube of the copy is counted as that of a store is.
    assert staged.after.rows("stops_cube").collect("pandas").to_native()["month"].nunique() == 2
    assert {path: content for path, content in everything(store.root).items() if "/staged/" not in path} == before
    report = staged.publish("Grace", " May ")
    staged.discard()
    assert (report.release.number, report.release.by, report.release.reason) == (2, "Grace", "May")
    assert stops(store.view()) == 5
    assert list((store.root / "staged").iterdir()) == []


@pytest.mark.long
def test_what_is_written_to_the_copy_never_reaches_the_store(store, load, police_csv) -> None:
    load({APRIL: police_csv([{"Type": "Person search"}])})
    staged = stage([Upload(MAY, police_csv([{"Type": "Person search"}]))], store)
    again = stage([Upload(MAY, police_csv([{"Type": "Vehicle search"}] * 4))], store)
    staged.discard()
    assert stops(again.after) == 5
    assert stops(store.view()) == 1
    again.discard()


def test_an_empty_store_is_staged_too(store, police_csv) -> None:
    staged = stage([Upload(APRIL, police_csv([{"Type": "Person search"}]))], store)
    assert not staged.before
    assert stops(staged.after) == 1
    staged.discard()
    assert store.release() is None


def test_where_nothing_is_new_no_copy_stays(store, load, police_csv) -> None:
    content = police_csv([{"Type": "Person search"}])
    load({APRIL: content})
    staged = stage([Upload(APRIL, content), Upload("notes.csv", b"a,b\n1,2\n")], store)
    assert not staged.changes
    assert staged.after is staged.before
    assert list((store.root / "staged").iterdir()) == []


@pytest.mark.parametrize("reason", ["", "  "])
def test_publishing_wants_a_reason(reason, store, police_csv) -> None:
    staged = stage([Upload(APRIL, police_csv())], store)
    with pytest.raises(StoreError, match="Say why the files are published"):
        staged.publish("Grace", reason)
    assert store.release() is None


def test_copies_that_nobody_came_back_to_are_removed_after_a_day(store, police_csv) -> None:
    forgotten = stage([Upload(APRIL, police_csv())], store)
    fresh = stage([Upload(APRIL, police_csv())], store)
    day = time.time() - 25 * 3600
    os.utime(forgotten.after.store.root, (day, day))
    stage([Upload("notes.csv", b"a,b\n1,2\n")], store)
    assert not forgotten.after.store.root.exists()
    assert fresh.after.store.root.exists()


def test_a_folder_that_can_not_be_written_is_told(store, police_csv) -> None:
    store.root.mkdir()
    (store.root / "staged").write_text("in the way")
    with pytest.raises(StoreError, match="A preview can't be made in"):
        stage([Upload(APRIL, police_csv())], store)


def test_uploaded_bytes_are_never_written_to_a_disk(store) -> None:
    staged = stage([Upload("wave.csv", WAVE)], store, [Upload("wave.mapping.toml", MAPPING.encode())])
    assert staged.changes
    assert [path for path, content in everything(store.root).items() if WAVE in content] == []
    staged.publish("Grace", "first wave")
    staged.discard()
    assert [path for path, content in everything(store.root).items() if WAVE in content] == []


def test_a_copy_keeps_no_bytes_of_open_files_either(store, police_csv) -> None:
    staged = stage([Upload(APRIL, police_csv())], store)
    assert list(staged.after.store.root.rglob("*.zst")) == []
    staged.publish("Grace", "April")
    assert len(list((store.root / "files").rglob("*.zst"))) == 1


def test_each_wave_is_read_with_the_mapping_that_is_named_after_it(store) -> None:
    later = MAPPING.replace("2026-Q3", "2026-Q4")
    mappings = [Upload("b.csv.mapping.toml", later.encode()), Upload("a.csv.mapping.toml", MAPPING.encode())]
    staged = stage([Upload("a.csv", WAVE), Upload("b.csv", WAVE), Upload("c.csv", WAVE)], store, mappings)
    periods = {outcome.path: outcome.load and outcome.load.slot.period for outcome in staged.report.outcomes}
    # A mapping that is named after another upload is not for a file without one.
    assert periods == {"a.csv": "2026-Q3", "b.csv": "2026-Q4", "c.csv": None}
    staged.discard()


def test_a_mapping_whose_kept_file_is_gone_is_left_out(store) -> None:
    staged = stage([Upload("wave.csv", WAVE)], store, [Upload("wave.mapping.toml", MAPPING.encode())])
    staged.publish("Grace", "wave")
    shutil.rmtree(store.root / "files")
    assert list(earlier_mappings(store.view())) == []


@pytest.mark.long
def test_mappings_of_published_waves_come_back_the_newest_wave_first(store) -> None:
    assert list(earlier_mappings(store.view())) == []
    later = MAPPING.replace("2026-Q3", "2026-Q4")
    for text in (later, MAPPING):  # the order in which they are loaded says nothing
        stage([Upload("wave.csv", WAVE)], store, [Upload("wave.mapping.toml", text.encode())]).publish("Grace", "wave")
    found = list(earlier_mappings(store.view()))
    assert [file.content.decode() for _, file in found] == [later, MAPPING]
    assert [label.rpartition(", ")[2] for label, _ in found] == ["2026-Q4", "2026-Q3"]


def test_a_kept_file_that_is_not_there_is_told(store) -> None:
    with pytest.raises(StoreError, match="keeps no file"):
        store.kept("0" * 64)


def test_an_uploaded_zip_is_opened_member_by_member(police_csv) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"2018-04/{APRIL}", police_csv())
        archive.writestr("readme.md", "about")
    found = sources_of([Upload("archive.zip", packed.getvalue())], [f"archive.zip » 2018-04/{APRIL}"])
    assert [source.name for source in found] == [APRIL]
    assert len(list(find_sources([Upload("archive.zip", packed.getvalue())]))) == 2

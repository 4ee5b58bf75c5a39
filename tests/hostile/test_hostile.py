"""Thousands of hostile files: each has an outcome and a plain sentence, and the store has its whole load or none."""

import csv
import io
import logging
import tomllib
from collections import Counter
from itertools import islice

import pytest

from data import __main__ as command_line
from data import loading
from data.loading import check_files, load_files, opened_sources
from data.readers import READERS, apart
from data.readers.sources import Upload
from data.readers.survey_suggestion import suggest_mapping
from data.tables import CANONICAL
from tests.hostile.crafted import crafted
from tests.hostile.genuine import genuine
from tests.hostile.judged import faults
from tests.hostile.mutate import VALUES, mutated

pytestmark = pytest.mark.long

SEED = 20_261_126
EACH = 60
_APART = ("SPSS", "sav", "GeoPackage", "shapefile")


def in_batches(files, size=100):
    files = iter(files)
    while batch := list(islice(files, size)):
        yield batch


def uploads(files):
    return [Upload(file.name, file.content) for file in files]


def corpus():
    """Every crafted file, and so many of every kind; fewer of those that take long to be read."""
    yield from (file for file in crafted() if not any(word in file.what for word in _APART))
    taken = Counter()
    for file in mutated(SEED, EACH):
        kind = file.what.partition(":")[0]
        taken[kind] += 1
        if taken[kind] <= (4 if any(word in kind for word in _APART) else 20 if "wave" in kind else EACH):
            yield file


@pytest.fixture
def unforeseen(caplog):
    """What the log says of failures that nobody foresaw."""
    caplog.set_level(logging.ERROR, logger=loading.LOG.name)
    return lambda: [(record.getMessage(), str(record.exc_info[1])) for record in caplog.records if record.exc_info]


def rows(store):
    view = store.view()
    return {name: len(view.every_row(name).collect("pandas").to_native()) for name in CANONICAL if view.has(name)}


def test_every_genuine_file_is_loaded(store):
    for number, file in enumerate(genuine()):
        outcome, *_ = check_files([Upload(*file.as_upload(number, file.content))], store).outcomes
        assert outcome.status == "loaded", (file.kind, outcome)


def test_thousands_of_hostile_files_are_told_plainly(store, unforeseen):
    seen, wrong = Counter(), []
    for batch in in_batches(corpus()):
        report = check_files(uploads(batch), store)
        assert len(report.outcomes) >= len(batch) - 5
        seen.update(outcome.status for outcome in report.outcomes)
        wrong += [(outcome.path, fault) for outcome in report.outcomes for fault in faults(outcome)]
        seen["files"] += len(batch)
    assert wrong == []
    assert unforeseen() == []
    assert seen["files"] >= 2_000
    assert min(seen[status] for status in ("loaded", "refused", "passed over")) > 100


def test_a_refused_file_leaves_the_store_as_it_was_and_a_loaded_one_is_whole(store, unforeseen):
    genuine_ones = [Upload(*file.as_upload(900_000 + n, file.content)) for n, file in enumerate(genuine()[:6])]
    load_files(genuine_ones, store, "Ada", "genuine")
    version, before = store.version, rows(store)
    files = [file for file in mutated(SEED + 1, 6) if not any(word in file.what for word in _APART)]
    outcomes = [outcome for batch in in_batches(files) for outcome in check_files(uploads(batch), store).outcomes]
    assert (store.version, rows(store)) == (version, before)

    refused = {outcome.path.partition(" » ")[0] for outcome in outcomes if outcome.status == "refused"}
    assert load_files(uploads(f for f in files if f.name in refused), store, "Ada", "refused").count("refused") >= 20
    assert [outcome for outcome in outcomes if list(faults(outcome))] == []

    report = load_files(uploads(f for f in files if f.name not in refused), store, "Ada", "hostile")
    history = store.history().set_index("load_id")
    loaded = [outcome.load for outcome in report.outcomes if outcome.load is not None]
    assert len(loaded) > 30
    assert unforeseen() == []
    for table in {load.slot.table for load in loaded}:
        held = store.view().every_row(table).collect("pandas").to_native().groupby("load_id").size()
        for load in loaded:
            if load.slot.table == table:
                assert (history.at[load.load_id, "rows"], held.get(load.load_id, 0)) == (load.rows, load.rows)


def test_what_nobody_foresaw_refuses_one_file_and_is_logged(store, unforeseen, monkeypatch):
    searches, crimes = genuine()[:2]

    def fail(source, slot):
        raise ZeroDivisionError("a secret of the program")

    reader = next(reader for reader in READERS if getattr(reader, "KIND", "") == "stop and search")
    monkeypatch.setattr(reader, "read", fail)
    report = load_files([Upload(*file.as_upload(1, file.content)) for file in (searches, crimes)], store, "Ada", "x")
    assert [outcome.status for outcome in report.outcomes] == ["refused", "loaded"]
    first = report.outcomes[0]
    assert first.detail.startswith("it could not be read; the log says why.")
    assert list(faults(first)) == []
    assert unforeseen() == [(f"{first.path!r} could not be read", "a secret of the program")]


@pytest.mark.parametrize("where", ["background", "remarks", "rows"])
def test_what_nobody_foresaw_after_reading_refuses_one_file_too(store, unforeseen, monkeypatch, where):
    searches, crimes = genuine()[:2]
    if where == "rows":
        whole = loading._rows

        def rows_of(items, writer):
            if any(item.load.slot.table == "stops" for item in items):
                raise ZeroDivisionError
            return whole(items, writer)

        monkeypatch.setattr(loading, "_rows", rows_of)
    else:
        whole_of = loading.remarks_on if where == "remarks" else loading.Background.add

        def fail(*arguments):
            load = arguments[0] if where == "remarks" else arguments[1]
            if load.slot.table == "stops":
                raise ZeroDivisionError
            return whole_of(*arguments)

        monkeypatch.setattr(
            *((loading, "remarks_on", fail) if where == "remarks" else (loading.Background, "add", fail))
        )
    report = load_files([Upload(*file.as_upload(1, file.content)) for file in (searches, crimes)], store, "Ada", "x")
    assert [outcome.status for outcome in report.outcomes] == ["refused", "loaded"]
    assert len(unforeseen()) == 1
    assert store.view().current_loads["table"].tolist() == ["crime"]


def test_memory_that_runs_out_is_said_and_logged(store, unforeseen, monkeypatch):
    def fail(source, slot):
        raise MemoryError

    reader = next(reader for reader in READERS if getattr(reader, "KIND", "") == "stop and search")
    monkeypatch.setattr(reader, "read", fail)
    (outcome,) = check_files([Upload(*genuine()[0].as_upload(1, genuine()[0].content))], store).outcomes
    assert "more memory than this machine has" in outcome.detail
    assert len(unforeseen()) == 1


def test_what_stops_the_program_is_not_caught(store, monkeypatch):
    def stop(source, slot):
        raise KeyboardInterrupt

    reader = next(reader for reader in READERS if getattr(reader, "KIND", "") == "stop and search")
    monkeypatch.setattr(reader, "read", stop)
    with pytest.raises(KeyboardInterrupt):
        check_files([Upload(*genuine()[0].as_upload(1, genuine()[0].content))], store)


@pytest.mark.parametrize("kind", ["wave as sav", "wave as zsav", "GeoPackage", "shapefile"])
def test_a_file_that_brings_its_reader_down_brings_nothing_else_down(store, unforeseen, monkeypatch, kind):
    # As a segmentation fault does: the process ends by a signal, and nothing is handed back.
    program = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    real = apart.subprocess.run
    monkeypatch.setattr(
        apart.subprocess, "run", lambda command, **more: real([command[0], "-c", program], **{**more, "input": None})
    )
    file = next(file for file in genuine() if file.kind == kind)
    other = genuine()[1]
    given = [Upload(*file.as_upload(1, file.content)), Upload(*other.as_upload(1, other.content))]
    first, *_, last = check_files(given, store).outcomes
    assert (first.status, last.status) == ("refused", "loaded")
    assert "was brought down by it" in first.detail
    assert unforeseen() == []


def test_what_nobody_foresaw_of_a_reader_apart_is_logged_and_not_told(store, unforeseen, monkeypatch):
    real = apart.subprocess.run
    monkeypatch.setattr(
        apart.subprocess, "run", lambda command, **more: real([command[0], "-c", "1/0"], **{**more, "input": None})
    )
    file = next(file for file in genuine() if file.kind == "GeoPackage")
    (outcome,) = check_files([Upload(*file.as_upload(1, file.content))], store).outcomes
    assert outcome.detail.startswith("it could not be read; the log says why")
    assert ["ZeroDivisionError" in why for _, why in unforeseen()] == [True]


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_a_mapping_can_be_begun_from_any_words(value):
    rows = "".join(f"{n},{n % 3},{n % 2},{n % 5},x\n" for n in range(40))
    text = io.StringIO(newline="")
    csv.writer(text).writerow(["Serial", "Q60", "Q61", "Q62", value[:1_000] or "blank"])
    content = (text.getvalue() + rows).encode()
    source = next(opened_sources([Upload("wave.csv", content)]))
    assert tomllib.loads(suggest_mapping(source))["columns"]["respondent"] == "Serial"


def test_the_command_line_tells_and_prints_no_way_in(store, capsys, monkeypatch, tmp_path):
    def fail(*_, **__):
        raise ZeroDivisionError("\x1b[2Ja secret of the program")

    monkeypatch.setattr(command_line, "check_files", fail)
    arguments = ["check", str(tmp_path), "--store", str(store.root)]
    assert command_line.main(arguments) == 1
    told = capsys.readouterr()
    assert "nobody foresaw" in told.err
    assert "secret" not in told.out + told.err
    assert command_line.main([*arguments, "--traceback"]) == 1
    told = capsys.readouterr()
    assert "ZeroDivisionError" in told.err
    assert "\x1b" not in told.err

"""The command line, as people and schedules use it."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data import store as module
from data.__main__ import main
from data.settings import Settings, settings

APRIL, MAY = "2018-04-surrey-stop-and-search.csv", "2018-05-surrey-stop-and-search.csv"
UNKNOWN = "Type “Drone search” is not in our list: 1 search, kept as written."
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path, police_csv):
    """A folder with a good file, one that nobody reads and, if asked, a bad one."""

    def make(bad=False):
        place = tmp_path / "in"
        place.mkdir(exist_ok=True)
        (place / APRIL).write_bytes(police_csv([{"Type": "Drone search"}]))
        (place / "notes.md").write_text("# Notes")
        if bad:
            (place / MAY).write_bytes(police_csv([{"Type": "Person search", "Date": "31/05/2018"}]))
        return place

    return make


@pytest.fixture
def run(tmp_path, capsys):
    """Run a command on a store of its own: exit code, lines of output, lines of error."""

    def command(*arguments):
        code = main([*map(str, arguments), "--store", str(tmp_path / "store")])
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err.splitlines()

    return command


@pytest.fixture
def fresh_settings():
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_load_prints_one_line_a_file_and_a_sum(run, folder):
    assert run("load", folder(), "--by", "Ada", "--reason", "monthly files") == (
        0,
        [
            f"loaded · {APRIL} · stop and search, surrey 2018-04: 1 row",
            f"    {UNKNOWN}",
            "passed over · notes.md · it is a text page, not data",
            "1 loaded, 1 passed over. Release 1 is published.",
        ],
        [],
    )
    code, out, _ = run("load", folder())
    assert (code, out[-1]) == (0, "1 already loaded, 1 passed over. Nothing new; no release made.")


def test_values_that_no_list_knows_are_always_named_and_other_notes_when_asked_for(run, tmp_path, police_csv):
    searches = [
        {"Type": "Drone search", "Gender": "Robot", "Age range": "over 99", "Date": "2018-05-01T00:00:00+00:00"}
    ]
    (tmp_path / APRIL).write_bytes(police_csv(searches))
    always = [
        f"    {UNKNOWN}",
        "    Gender “Robot” is not in our list: 1 search, kept as written.",
        "    Age range “over 99” is not in our list: 1 search, kept as written.",
    ]
    asked = "    1 row is dated outside the month of the file, London time; it stays in its month."
    assert run("check", tmp_path / APRIL)[1][1:-1] == always
    assert run("load", tmp_path / APRIL, "--notes")[1][1:-1] == [*always, asked]


def test_only_a_refused_file_makes_the_exit_code_1(run, folder):
    code, out, _ = run("load", folder(bad=True))
    assert code == 1
    assert out[2] == (
        f"refused · {MAY} · row 2, column “Date”, value “31/05/2018”: This is not a date and time."
        " Write it as 2023-03-31T14:05:00+00:00."
    )
    assert out[-1] == "1 loaded, 1 passed over, 1 refused. Release 1 is published."


def test_a_path_that_is_not_there_is_refused(run, tmp_path):
    code, out, _ = run("load", tmp_path / "gone")
    assert (code, out[0]) == (1, f"refused · {tmp_path / 'gone'} · there is no file or folder of this name")


def test_an_empty_folder(run, tmp_path):
    (tmp_path / "in").mkdir()
    assert run("load", tmp_path / "in")[:2] == (0, ["No file found. Nothing new; no release made."])


def test_check_prints_the_same_and_stores_nothing(run, folder, tmp_path):
    code, out, _ = run("check", folder(bad=True))
    assert (code, len(out), out[-1]) == (1, 5, "1 would load, 1 passed over, 1 refused. Nothing was stored.")
    assert not (tmp_path / "store").exists()
    assert run("load", folder(bad=True))[1][:-1] == [line.replace("would load · ", "loaded · ") for line in out[:-1]]


@pytest.mark.long
def test_whoever_stops_reading_gets_no_traceback(run, folder, tmp_path):
    run("load", folder())
    command = [sys.executable, "-m", "data", "--store", str(tmp_path / "store"), "history"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    read, written = os.pipe()
    os.close(read)
    ended = subprocess.run(command, stdout=written, stderr=subprocess.PIPE, check=False, env=environment)
    os.close(written)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_the_demonstration_is_drawn_once_and_said_to_be_shown_or_not(
    run, folder, tmp_path, monkeypatch, fresh_settings
):
    from data import demo
    from data.loading import load_files

    drawn = []

    def build(store, progress):
        drawn.append(store.root)
        load_files([folder()], store)

    monkeypatch.setattr(demo, "build", build)
    monkeypatch.setenv("CONFIDENCE_DEMONSTRATION", str(tmp_path / "demo"))
    code, out, _ = run("demo")
    assert (code, out[-1]) == (0, f"The demonstration lies in {drawn[0]} and is shown while the store is empty.")
    run("load", folder())
    code, out, _ = run("demo")
    assert (code, out[-1]) == (
        0,
        f"The demonstration lies in {drawn[0]} and is not shown, since the store holds files.",
    )
    assert len(drawn) == 1


def test_without_a_folder_there_is_no_demonstration_to_draw(run):
    assert run("demo") == (1, [], ["CONFIDENCE_DEMONSTRATION is blank, so there is no demonstration."])


def test_history_of_loads_and_releases(run, folder):
    assert run("history") == (0, ["Nothing has been loaded yet."], [])
    run("load", folder(), "--by", "Ada", "--reason", "monthly files")
    _, out, _ = run("history")
    load, release = (line.split(" · ") for line in out)
    assert load[1:5] == ["current", "stop and search", "surrey 2018-04", "1 rows"]
    assert load[6:] == ["Ada", "monthly files", APRIL]
    assert (release[0], release[2:]) == ("release 1", ["load", "Ada", "monthly files"])


def test_withdraw_by_the_identity_that_history_prints(run, folder):
    run("load", folder())
    identity = run("history")[1][0].split(" · ")[0]
    assert run("withdraw", identity, "--reason", "wrong file") == (
        0,
        [f"Load {identity} is withdrawn in release 2."],
        [],
    )
    assert run("history")[1][0].split(" · ")[1] == "withdrawn"
    assert run("withdraw", identity, "--reason", "again") == (
        1,
        [],
        [f"Load {identity} has been withdrawn already."],
    )
    code, out, _ = run("load", folder())
    assert (code, out[-1]) == (0, "2 passed over. Nothing new; no release made.")
    assert f"`python -m data restore {identity} --reason TEXT` brings it back" in out[0]


@pytest.mark.long
def test_restore_says_what_gives_way(run, folder, police_csv):
    place = folder()
    run("load", place)
    identity = run("history")[1][0].split(" · ")[0]
    run("withdraw", identity, "--reason", "wrong file")
    assert run("restore", identity, "--reason", "right after all", "--by", "Ada") == (
        0,
        [f"Load {identity} is current again in release 3."],
        [],
    )
    assert "release 3 · " in run("history")[1][1]
    run("withdraw", identity, "--reason", "wrong file")
    (place / APRIL).write_bytes(police_csv([{"Type": "Person search"}] * 2))
    run("load", place)
    code, out, _ = run("restore", identity, "--reason", "right after all")
    today = f"{datetime.now(UTC).day} {datetime.now(UTC):%B %Y}"
    assert (code, out) == (
        0,
        [
            f"Load {identity} is current again in release 6; it takes the place of {APRIL}, loaded on {today}, which "
            "stays in the history."
        ],
    )
    assert run("restore", identity, "--reason", "again")[0::2] == (
        1,
        [f"Load {identity} is not withdrawn, so there is nothing to restore."],
    )
    assert run("restore", "0" * 16, "--reason", "x")[0::2] == (
        1,
        ["There is no load “0000000000000000”; `python -m data history` lists them."],
    )
    assert run("restore", identity, "--reason", " ")[0] == 1
    with pytest.raises(SystemExit) as left:
        run("restore", identity)
    assert left.value.code == 2


def test_withdraw_needs_a_load_and_a_reason(run, folder):
    run("load", folder())
    assert run("withdraw", "0" * 16, "--reason", "x")[0::2] == (
        1,
        ["There is no load “0000000000000000”; `python -m data history` lists them."],
    )
    assert run("withdraw", "0" * 16, "--reason", " ")[0] == 1
    with pytest.raises(SystemExit) as left:
        run("withdraw", "0" * 16)
    assert left.value.code == 2


def test_the_store_is_named_before_or_after_the_command(folder, tmp_path, capsys):
    store = str(tmp_path / "named")
    assert main(["--store", store, "load", str(folder())]) == 0
    assert main(["history", "--store", store]) == 0
    assert main(["--store", store, "history"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[4:6] == out[6:8]
    assert Path(store).is_dir()


def test_the_store_of_the_variable(folder, tmp_path, monkeypatch, fresh_settings, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONFIDENCE_STORE", str(tmp_path / "from the variable"))
    assert main(["load", str(folder())]) == 0
    assert (tmp_path / "from the variable" / "tables").is_dir()
    assert not (tmp_path / ".store").exists()
    assert main(["--store", str(tmp_path / "other"), "history"]) == 0
    assert capsys.readouterr().out.endswith("Nothing has been loaded yet.\n")


def test_the_store_by_default(folder, tmp_path, monkeypatch, fresh_settings):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONFIDENCE_STORE", raising=False)
    assert main(["load", str(folder())]) == 0
    assert (tmp_path / ".store" / "tables").is_dir()


def test_a_store_on_a_share_is_refused_in_one_sentence(capsys):
    assert main(["history", "--store", "//server/share"]) == 1
    assert capsys.readouterr().err == "The store “//server/share” is on a network share; put it on a local disk.\n"


def test_a_second_load_is_told_to_wait(run, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "settings", lambda: Settings(lock_seconds=0))
    with module.Store(tmp_path / "store").writing():
        assert run("load", folder()) == (
            1,
            [],
            ["Another load is being published; try again when it has finished."],
        )


def test_hostile_names_and_values_neither_break_the_line_nor_command_the_terminal(run, tmp_path, police_csv):
    place = tmp_path / "in"
    place.mkdir()
    (place / MAY).write_bytes(police_csv([{"Type": "x", "Date": "one\ntwo\x1b[2J"}]))
    (place / "a\nloaded · fake.csv\x1b[31m.md").write_text("")
    code, out, _ = run("load", place)
    assert code == 1
    assert [line.split(" · ")[0] for line in out[:2]] == ["refused", "passed over"]
    assert len(out) == 3
    assert all(line.isprintable() for line in out)
    assert "value “one\ufffdtwo\ufffd[2J”" in out[0]


def shell(store, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "data", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"CONFIDENCE_STORE": str(store), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.long
def test_the_module_runs_and_its_exit_code_reaches_the_shell(tmp_path):
    done = shell(tmp_path / "store", "check", tmp_path / "gone")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-1] == "1 refused. Nothing was stored."


@pytest.mark.long
def test_a_load_that_went_well_prints_its_report_and_nothing_else(tmp_path, police_csv):
    (tmp_path / APRIL).write_bytes(police_csv([{"Type": "Person search"}]))
    done = shell(tmp_path / "store", "load", tmp_path / APRIL)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "1 loaded. Release 1 is published."

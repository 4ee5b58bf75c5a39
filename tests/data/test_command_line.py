"""The command line, as people and schedules use it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data import store as module
from data.__main__ import main
from data.settings import Settings, settings

APRIL, MAY = "2018-04-surrey-stop-and-search.csv", "2018-05-surrey-stop-and-search.csv"
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
            f"loaded · {APRIL} · stop and search, surrey 2018-04: 1 rows",
            "passed over · notes.md · it is a text page, not data",
            "1 loaded, 1 passed over. Release 1 is published.",
        ],
        [],
    )
    code, out, _ = run("load", folder())
    assert (code, out[-1]) == (0, "1 already loaded, 1 passed over. Nothing new; no release made.")


def test_notes_are_printed_when_asked_for(run, folder):
    _, out, _ = run("load", folder(), "--notes")
    assert out[1] == "    Type “Drone search” is not in our list: 1 search, kept as written."


def test_only_a_refused_file_makes_the_exit_code_1(run, folder):
    code, out, _ = run("load", folder(bad=True))
    assert code == 1
    assert out[1] == (
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
    assert (code, len(out), out[-1]) == (1, 4, "1 loaded, 1 passed over, 1 refused. Nothing was stored.")
    assert not (tmp_path / "store").exists()
    assert run("load", folder(bad=True))[1][:-1] == out[:-1]


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
    assert (
        run("load", folder())[1][0]
        == f"restored · {APRIL} · stop and search, surrey 2018-04: withdrawn before, current again"
    )


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
    assert out[3:5] == out[5:7]
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


def test_the_module_runs_and_its_exit_code_reaches_the_shell(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "data", "check", str(tmp_path / "gone")],
        cwd=ROOT,
        env=os.environ | {"CONFIDENCE_STORE": str(tmp_path / "store"), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-1] == "1 refused. Nothing was stored."

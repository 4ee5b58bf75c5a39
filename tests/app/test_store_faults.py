"""What is wrong with the store is told on every page in one sentence, and a store that can't be written to is read."""

from __future__ import annotations

import json
import runpy

import pytest
from streamlit.runtime.scriptrunner import exec_code

from analytics.wording import plain
from data.releases import FORMAT, MARK
from pages.parts import release, web
from tests.app.conftest import ROOT
from tests.disks import read_only

FILES = [page.file for page in runpy.run_path(str(ROOT / "app.py"))["PAGES"]]
STOPS = "pages/scrutinise/stop_and_search.py"
UPLOAD = "pages/manage/upload.py"
RESTORE = "restore the store from a backup."


def newer(store):
    (store.root / MARK).write_text(json.dumps({"format": FORMAT + 1}))


def without_releases(store):
    for path in store.table_path("releases").rglob("*.json"):
        path.unlink()


def without_loads(store):
    max(store.table_path("loads").glob("*.parquet")).unlink()


def without_cube(store):
    max(store.table_path("stops_cube").glob("*.parquet")).write_bytes(b"PAR1")


FAULTS = {
    newer: "A newer version of this program wrote the store, in format "
    f"{FORMAT + 1} where this one reads up to {FORMAT}: update the program.",
    without_releases: f"The list of releases is missing, though the store holds some: {RESTORE}",
    without_loads: "The table “loads” of the store can't be read, because a file of it is missing or damaged: "
    + RESTORE,
    without_cube: "The table “stops_cube” of the store can't be read, because a file of it is missing or damaged: "
    + RESTORE,
}


@pytest.fixture(autouse=True)
def _errors_as_the_server_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a server nobody hands over what `st.App` was given for errors."""
    handle = exec_code.handle_user_script_exception
    monkeypatch.setattr(exec_code, "handle_user_script_exception", lambda error, _: handle(error, web.on_error))


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("page", [STOPS, UPLOAD])
def test_a_page_says_what_is_wrong_with_the_store(page, fault, run, own) -> None:
    fault(own)
    app = run(page, own)
    # Upload shows what is loaded, and counts nothing.
    said = [] if (page, fault) == (UPLOAD, without_cube) else [plain(FAULTS[fault])]
    assert [error.value for error in app.error] == said
    assert not app.exception
    assert str(own.root) not in " ".join(error.value for error in app.error)


def test_what_is_no_fault_of_the_store_is_left_to_the_log(run, own, monkeypatch) -> None:
    monkeypatch.setattr(release, "chosen_store", lambda: 1 / 0)
    app = run(STOPS, own)
    assert [error.value.partition(".")[0] for error in app.error] == ["Nothing was changed"]


@pytest.mark.long
def test_every_page_is_read_from_a_store_that_can_not_be_written_to(run, own) -> None:
    with read_only(own.root):
        for page in FILES:
            app = run(page, own)
            assert not app.exception, page
            assert not app.error, page
            assert len(app.title) == 1, page


def test_a_withdrawal_from_a_store_that_can_not_be_written_to_is_told(run, own) -> None:
    releases = len(own.releases())
    with read_only(own.root):
        app = run(UPLOAD, own)
        app.selectbox(key="history_load").select_index(0).run()
        app.text_input(key="history_reason").set_value("wrong file")
        button = next(button for button in app.button if button.label == "Withdraw")
        button.click().run()
        said = [error.value for error in app.error]
        assert len(said) == 1
        assert "can't be written to" in said[0]
        assert said[0].endswith("so nothing was changed.")
    assert len(own.releases()) == releases

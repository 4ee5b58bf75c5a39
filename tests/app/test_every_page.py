"""Every page of the registry: it starts, with data and without, and text from files stays text."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from tests.app.conftest import ROOT
from tests.app.small_store import HOSTILE, HOSTILE_BY, files

REGISTRY = runpy.run_path(str(ROOT / "app.py"))["PAGES"]
FILES = [page.file for page in REGISTRY]
PARTS = "pages/parts"


def test_every_page_file_is_in_the_registry() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").rglob("*.py")}
    assert {path for path in found if not path.startswith(PARTS)} == set(FILES)


def test_page_files_lie_one_folder_down_and_addresses_differ() -> None:
    # Beside each other in pages/ they would be found a second time by Streamlit, under other addresses.
    assert all(file.count("/") == 2 for file in FILES)
    assert len({Path(file).stem for file in FILES}) == len(FILES)


def test_the_address_without_a_page_opens_the_overview(run) -> None:
    app = run()
    assert [title.value for title in app.title] == ["Overview"]


@pytest.mark.parametrize("page", REGISTRY, ids=FILES)
def test_page_starts_with_its_title(page, run) -> None:
    app = run(str(page.file))
    assert not app.exception
    assert [title.value for title in app.title] == [page.title]
    assert not app.error
    assert not app.warning


WANTED = {"Explore": "survey", "Understand": "survey"}
MISSING = {page.file: WANTED.get(page.section, "stop-and-search file") for page in REGISTRY if page.section != "Manage"}
MISSING["pages/scrutinise/engagement.py"] = "engagement event"
MISSING["pages/explore/neighbourhoods.py"] = "set of areas that anything could be drawn in"
"""What each page needs before it can show anything; those under Manage need nothing."""


@pytest.mark.parametrize("page", MISSING)
def test_without_any_data_a_page_says_how_to_load_some(page, run, store) -> None:
    app = run(page, store)
    assert not app.exception
    assert len(app.title) == 1
    assert any(m.value.startswith(f"**No {MISSING[page]} is loaded.** Load one, and") for m in app.markdown)
    assert any(m.value.startswith("[Upload](upload) ") for m in app.markdown)
    assert re.fullmatch(
        r'\S+python -m data load F\w+( --mapping \S+)? --by "[^"]+" --reason "[^"]+"', app.code[0].value
    )
    assert not app.get("plotly_chart")


@pytest.mark.parametrize("page", MISSING)
def test_a_census_alone_is_no_more_than_nothing(page, run, store, load, police_csv) -> None:
    load({"census-2021.csv": files(police_csv)["census-2021.csv"]})
    app = run(page, store)
    assert not app.exception
    assert len(app.code) == 1
    assert f"No {MISSING[page]} is loaded." in " ".join(m.value for m in app.markdown)


STOPS = "pages/scrutinise/stop_and_search.py"
LIVE = re.compile(r"(?<!\\)(!\[|\]\(|:red\[|\$x|<b|https?:)")
"""Marks of markdown that nothing has escaped."""


def test_live_marks_are_found_where_nothing_is_escaped() -> None:
    assert len(LIVE.findall(HOSTILE)) == 6
    assert LIVE.search(HOSTILE_BY)


@pytest.mark.parametrize("area", ["", "E08000034"])
def test_a_hostile_district_name_is_shown_as_text(area, run) -> None:
    app = run(STOPS, opened=True, force="west-yorkshire", **({"area": area} if area else {}))
    assert not app.exception
    texts = [part.value for kind in ("markdown", "caption", "warning") for part in app.get(kind)]
    texts += [part.proto.popover.label for part in app.get("popover")]
    texts += [part.label for kind in ("button", "metric", "expander") for part in app.get(kind)]
    texts += [cell for table in app.table for cell in table.value.astype(str).to_numpy().ravel()]
    said = [text for text in texts if "beacon" in text]
    assert len(said) >= 2
    assert [text for text in said if LIVE.search(text)] == []


def test_a_hostile_name_in_the_history_is_shown_as_text(run, small) -> None:
    app = run("pages/manage/upload.py")
    app.selectbox(key="history_load").select_index(0).run()
    said = [part.value for part in app.markdown if "beacon" in part.value]
    assert len(said) == 1
    assert not LIVE.search(said[0])


@pytest.mark.parametrize("value", [HOSTILE, "nowhere ![x](https://beacon.invalid/address.png)"])
@pytest.mark.parametrize("name", ["force", "group", "from", "definition"])
def test_a_hostile_address_is_shown_as_text(name, value, run) -> None:
    app = run(STOPS, **{name: value})
    assert not app.exception
    said = [part.value for kind in ("markdown", "warning") for part in app.get(kind) if "beacon" in part.value]
    assert len(said) == 1
    assert not LIVE.search(said[0])

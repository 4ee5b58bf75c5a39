"""A new user's four uploads in the browser: each previewed, published, seen on its page, and withdrawn."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from openpyxl import load_workbook

from data.templates import as_excel
from tests.browser.conftest import PATIENCE, settle
from tests.browser.test_accessibility import judged

pytestmark = pytest.mark.long

MAPPING = """
survey = "Residents"
force = "surrey"
wave = "2026-Q3"
label = "July to September 2026"
starts = 2026-07-01
ends = 2026-09-30
shared = "nothing"
[measures.good_job_local]
column = "Q60"
answers = { 1 = "Excellent", 2 = "Good", 3 = "Fair", 4 = "Poor", 5 = "Very poor" }
"""
ONE_WAY_BACK = """() => [...document.querySelectorAll('button')]
    .filter(button => button.innerText.match('Start again')).length === 1"""
EVENTS = [
    {"force": "surrey", "event": f"E{n}", "date": f"2026-09-{n + 1:02d}", "method": "street surgery", "participants": 9}
    for n in range(12)
]
PARTICIPANTS = [
    {"force": "surrey", "event": f"E{n}", "attribute": "ethnicity", "group": group, "participants": people}
    for n in range(12)
    for group, people in (("White", 6), ("Asian", 3))
]


@dataclass(frozen=True)
class Case:
    """One upload: its files by name, what the report says of them, and the page where it is seen.

    `without` stands on that page while the files are not published, `seen` while they are.
    """

    files: dict[str, bytes]
    preview: str
    address: str
    without: str
    seen: str


def filled(name: str, rows: list[dict[str, object]]) -> bytes:
    """A template as a person fills it in."""
    workbook = load_workbook(io.BytesIO(as_excel(name)))
    sheet = workbook[name]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for place, row in enumerate(rows, start=2):
        for column, value in row.items():
            sheet.cell(place, columns[column], value)
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


def square(code: str, name: str, west: float, south: float, side: float) -> dict[str, object]:
    corners = [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]
    return {
        "type": "Feature",
        "properties": {"WD21CD": code, "WD21NM": name},
        "geometry": {"type": "Polygon", "coordinates": [[[west + x, south + y] for x, y in corners]]},
    }


@pytest.fixture(scope="module")
def cases(police_csv: Callable[..., bytes]) -> dict[str, Case]:
    """The four uploads."""
    search = {"Type": "Person search", "Date": "2018-07-02T10:00:00+00:00", "Self-defined ethnicity": "White - Irish"}
    wards = [square(f"E0500{n:04d}", f"Ward {n}", -1 + n / 8, 51.0, 0.125) for n in range(4)]
    answers = "Serial,Q60\n" + "\n".join(f"{n},{n % 5 + 1}" for n in range(120))
    return {
        "stops": Case(
            {"2018-07-surrey-stop-and-search.csv": police_csv([search] * 40)},
            "Stop and search, surrey 2018-07: 40 rows",
            "/stop_and_search?force=surrey&from=2018-07&to=2018-07",
            "Surrey Police has no stop-and-search file for July 2018",
            "Surrey Police",
        ),
        "wave": Case(
            {"wave.csv": answers.encode(), "wave.mapping.toml": MAPPING.encode()},
            "Survey wave, Residents, Surrey Police 2026-Q3: 120 rows",
            "/trends",
            "No survey is loaded.",
            "40 %",  # By hand: of codes 1 to 5, as many each, two are positive.
        ),
        "engagement": Case(
            {"events.xlsx": filled("events", EVENTS), "participants.xlsx": filled("participants", PARTICIPANTS)},
            "Engagement events, surrey: 12 rows",
            "/engagement",
            "No engagement event is loaded.",
            "12 events",
        ),
        "boundaries": Case(
            {"wards.geojson": json.dumps({"type": "FeatureCollection", "features": wards}).encode()},
            "Boundaries, ",
            "/neighbourhoods?force=surrey&area_level=neighbourhood",
            "A part of this address was left out",
            "Surrey Police · 4 neighbourhoods",
        ),
    }


def test_a_preview_with_problems_and_a_form_is_accessible(mine, window, police_csv) -> None:
    server, store = mine
    answers = "Serial,Q60,Q13,Q62F\n" + "\n".join(f"{n},{n % 5 + 1},{n % 4 + 1},{n % 5 + 1}" for n in range(120))
    bad = police_csv([{"Type": "Person search", "Date": "yesterday"}])
    good = police_csv([{"Type": "Person search", "Date": "2018-07-02T00:00:00+00:00"}] * 30)
    page = window.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{server}/upload")
    settle(page)
    give(
        page,
        {
            "wave.csv": answers.encode(),
            "2018-07-surrey-stop-and-search.csv": good,
            "2018-08-surrey-stop-and-search.csv": bad,
        },
    )
    page.get_by_role("heading", name="can't be loaded").wait_for(timeout=PATIENCE)
    page.get_by_role("button", name="Use this mapping").wait_for(timeout=PATIENCE)
    assert judged(page).wrong == {}
    # While the page is drawn anew in other colours, what is to go stands beside what has come.
    page.wait_for_function(ONE_WAY_BACK)
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("heading", name="can't be loaded").wait_for(state="detached", timeout=PATIENCE)
    page.close()
    assert list((store.root / "staged").glob("*")) == []


def give(page, files: dict[str, bytes]) -> None:
    page.set_input_files(
        "input[type=file]",
        [{"name": name, "mimeType": "", "buffer": content} for name, content in files.items()],
    )


def says(page, text: str) -> bool:
    settle(page)
    return text in page.locator("main, [data-testid=stMain]").first.inner_text()


@pytest.mark.parametrize("name", ["stops", "wave", "engagement", "boundaries"])
def test_an_upload_from_the_file_to_its_page_and_back(name, cases, mine, window) -> None:
    case, (server, store) = cases[name], mine
    before = store.history()
    releases = len(store.releases())
    page = window.new_page()
    page.goto(f"{server}{case.address}")
    assert says(page, case.without)

    page.goto(f"{server}/upload")
    settle(page)
    give(page, case.files)
    page.get_by_text("can be published").wait_for(timeout=PATIENCE)
    page.get_by_text(case.preview).first.wait_for(timeout=PATIENCE)
    page.get_by_role("heading", name="What publishing would change").wait_for(timeout=PATIENCE)
    settle(page)
    assert len(store.releases()) == releases
    page.get_by_label("Reason, kept in the history").first.fill("a first try")
    page.get_by_role("button", name="Publish").click()
    page.get_by_text(f"every page now shows release {releases + 1}").wait_for(timeout=PATIENCE)
    added = store.history()[~store.history()["load_id"].isin(before["load_id"])]
    assert set(added["reason"]) == {"a first try"}

    page.goto(f"{server}{case.address}")
    page.get_by_text(case.seen).first.wait_for(timeout=PATIENCE)
    assert not says(page, case.without)

    page.goto(f"{server}/upload")
    settle(page)
    for place in range(len(added)):  # the newest files stand first
        file = page.get_by_role("combobox", name="File").last
        file.scroll_into_view_if_needed()
        page.wait_for_timeout(300)  # a list closes when the page scrolls
        file.press("ArrowDown")
        page.get_by_role("option").nth(place).click()
        page.get_by_label("Reason, kept in the history").last.fill("only a try")
        page.get_by_role("button", name="Withdraw").click()
        page.get_by_text(f"every page now shows release {releases + place + 2}").wait_for(timeout=PATIENCE)
        settle(page)
    assert set(store.history().set_index("load_id").loc[added["load_id"], "status"]) == {"withdrawn"}
    page.goto(f"{server}{case.address}")
    settle(page)
    assert says(page, case.without)
    page.close()

"""A wave of 10,000 answers whose questionnaire is known, from an SPSS file to published; what it costs is printed."""

from __future__ import annotations

import os
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from benchmarks.server import Server, started
from data.loading import load_files
from data.store import Store
from tests.browser.conftest import PATIENCE, settle
from tests.browser.test_upload import give, says

pytestmark = pytest.mark.long

PEOPLE = 10_000
ASKED = {
    "Q60": "good_job_local",
    "Q62A": "relied_on",
    "Q62B": "respect",
    "Q62C": "fair",
    "Q62D": "minor_crimes",
    "Q62E": "understand",
    "Q62F": "matter",
    "Q62H": "helpful",
    "Q62TG": "listen",
    "Q62TI": "approachable",
    "Q62TJ": "easy_contact",
    "NQ135BD": "trust_force",
}
QUALITY = ("Excellent", "Good", "Fair", "Poor", "Very poor")
AGREE = ("Strongly agree", "Tend to agree", "Neither agree nor disagree", "Tend to disagree", "Strongly disagree")
HEAD = """
survey = "Public Attitude Survey"
force = "metropolitan"
wave = "{wave}"
label = "{wave}"
starts = {starts}
ends = {ends}
shared = "nothing"
[columns]
respondent = "Serial"
weight = "WT_Discrete"
area = "Borough"
[attributes.age_band]
column = "ReQ136"
values = {{ 1 = "18-24", 2 = "25-34", 3 = "35-44", 4 = "45-54", 5 = "55-64", 6 = "65 and over" }}
"""
TWICE, ODD = 4_000, 7_000
"""Places of a person whose number stands already, and of one with a code that nobody has given a meaning."""


def written(folder: Path, name: str, seed: int, mend: bool = True) -> Path:
    """A wave as an SPSS file; without `mend` with a number that stands twice and a code without a meaning."""
    random = np.random.default_rng(seed)
    columns = {
        "Serial": np.arange(1.0, PEOPLE + 1),
        "WT_Discrete": random.uniform(0.4, 2.5, PEOPLE).round(3),
        "Borough": random.integers(1, 33, PEOPLE).astype(float),
        "ReQ136": random.integers(1, 7, PEOPLE).astype(float),
        **{name: random.choice([1.0, 2, 3, 4, 5, 9], PEOPLE, p=[0.2, 0.35, 0.2, 0.12, 0.08, 0.05]) for name in ASKED},
        **{f"X{n}": random.integers(0, 9, PEOPLE).astype(float) for n in range(20)},
    }
    if not mend:
        columns["Serial"][TWICE] = 1.0
        columns["Q62C"][ODD] = 7.0
    path = folder / name
    labels = {name: dict(enumerate(QUALITY if name == "Q60" else AGREE, start=1)) for name in ASKED}
    pyreadstat.write_sav(
        pd.DataFrame(columns),
        path,
        variable_value_labels={name: {**each, 9: "Don't know"} for name, each in labels.items()},
    )
    return path


def mapping(wave: str, starts: str, ends: str) -> str:
    answers = {name: dict(enumerate(QUALITY if name == "Q60" else AGREE, start=1)) for name in ASKED}
    tables = "".join(
        f'[measures.{id}]\ncolumn = "{name}"\n[measures.{id}.answers]\n'
        + "".join(f'{code} = "{answer}"\n' for code, answer in {**answers[name], 9: "Don't know"}.items())
        for name, id in ASKED.items()
    )
    return HEAD.format(wave=wave, starts=starts, ends=ends) + tables


@pytest.fixture(scope="module")
def known(chromium, tmp_path_factory):
    """The app over a store that holds the wave before with its mapping."""
    folder, log = tmp_path_factory.mktemp("known"), tmp_path_factory.mktemp("known_log") / "log"
    store = Store(folder / "store")
    files = folder / "files"
    files.mkdir()
    written(files, "pas-1.sav", 1)
    (files / "pas-1.sav.mapping.toml").write_text(mapping("2026-Q2", "2026-04-01", "2026-06-30"))
    load_files([files], store, by="Ada", reason="the wave before")
    assert store.history()["rows"].tolist() == [PEOPLE]
    with started(store=store.root, log=log) as server:
        page = chromium.new_page()
        page.goto(server.address)
        settle(page)
        page.close()
        yield server, store


def processor(server: Server) -> float:
    """Seconds of a processor that the server and the processes of its own have used; Linux only, else 0."""
    if sys.platform != "linux":
        return 0.0
    times = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def test_ten_thousand_answers_from_the_file_to_published(known, window, tmp_path) -> None:
    server, store = known
    path = written(tmp_path, "pas-2.sav", 2)
    releases = len(store.releases())
    page = window.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{server.address}/upload")
    settle(page)
    spent, clicks, used = {}, 0, processor(server)

    began = time.perf_counter()
    clicks += 1  # the button that opens the system's own window, in which the file is chosen
    give(page, {path.name: path.read_bytes()})
    use = page.get_by_role("button", name="Use this mapping")
    use.wait_for(timeout=PATIENCE)
    settle(page)
    spent["until the mapping is shown"] = time.perf_counter() - began
    assert says(page, "the file has every column of it. Check the wave, then use it.")
    assert says(page, "No day of an interview is in the file, so it is taken for the wave after that one.")
    assert page.get_by_label("Wave, so that names sort in time: 2026-Q3").input_value() == "2026-Q3"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the mapping").click()
    offered = download.value.path().read_bytes()

    began = time.perf_counter()
    clicks += 1
    use.click()
    page.get_by_text(f"Survey wave, Public Attitude Survey, Metropolitan Police 2026-Q3: {PEOPLE:,} rows").wait_for(
        timeout=PATIENCE
    )
    publish = page.get_by_role("button", name="Publish")
    publish.wait_for(timeout=PATIENCE)
    settle(page)
    spent["until what would change is shown"] = time.perf_counter() - began
    assert len(store.releases()) == releases
    assert page.get_by_role("heading", name="What publishing would change").count() == 1

    clicks += 1
    page.get_by_label("Reason, kept in the history").first.fill("the third quarter")
    began = time.perf_counter()
    clicks += 1
    publish.click()
    page.get_by_text(f"every page now shows release {releases + 1}").wait_for(timeout=PATIENCE)
    spent["until it is published"] = time.perf_counter() - began
    settle(page)
    print(f"J11: {clicks} clicks, {processor(server) - used:.1f} s of a processor; by the clock:", end=" ")
    print("; ".join(f"{seconds:.1f} s {what}" for what, seconds in spent.items()))
    page.close()

    kept = store.history().set_index("period").at["2026-Q3", "mapping"]
    assert store.kept(str(kept)) == offered
    assert (
        tomllib.loads(offered.decode())["measures"]
        == tomllib.loads(mapping("", "2026-01-01", "2026-01-01"))["measures"]
    )
    assert store.view().rows("responses").collect("pandas").to_native()["wave"].value_counts()["2026-Q3"] == PEOPLE


def test_every_row_that_is_wrong_is_listed_and_nothing_changes(known, window, tmp_path) -> None:
    server, store = known
    path = written(tmp_path, "pas-3.sav", 3, mend=False)
    releases = len(store.releases())
    page = window.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{server.address}/upload")
    settle(page)
    text = mapping("2026-Q4", "2026-10-01", "2026-11-20")
    give(page, {path.name: path.read_bytes(), f"{path.name}.mapping.toml": text.encode()})
    page.get_by_role("heading", name="1 file can't be loaded as it is").wait_for(timeout=PATIENCE)
    settle(page)
    # By hand: the header is row 1, so the person at place 4,000 stands in row 4,002.
    for said in (
        "This respondent stands in an earlier row too",
        f"{TWICE + 2:,}",
        "Keep it or row 2",
        "Noticed besides",
    ):
        assert says(page, said), said
    assert says(page, f"{ODD + 2:,}")
    assert page.get_by_role("button", name="Publish").count() == 0
    assert len(store.releases()) == releases
    page.close()

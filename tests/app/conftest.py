"""A small store, and the app run over it without a browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from analytics.finding import Finding
from analytics.findings import QUESTIONS
from data.chosen import demonstration_store
from data.settings import settings
from data.store import Store
from tests.app import small_store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def _one_look_for_components() -> Iterator[None]:
    """Look through the installed packages for components once, not once a test: it takes longer than a page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, police_csv: Callable[..., bytes]) -> Store:
    """The small store. Nobody may change it."""
    return small_store.build(tmp_path_factory.mktemp("small"), police_csv)


@pytest.fixture(scope="session")
def demonstrations(demonstration: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder, as the setting names it, in which the demonstration is built already. Nobody may change it."""
    folder = tmp_path_factory.mktemp("demonstrations")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONFIDENCE_DEMONSTRATION", str(folder))
        settings.cache_clear()
        shutil.copytree(demonstration.root, demonstration_store().root)
    settings.cache_clear()
    return folder


@pytest.fixture
def own(small: Store, tmp_path: Path) -> Store:
    """A copy of the small store that a test may change."""
    return Store(shutil.copytree(small.root, tmp_path / "copy"))


@pytest.fixture
def run(small: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    """A function that opens an address of the app over a store: the small one where none is given.

    With `opened`, every Table and every How was this made? is open, the notes on a series and the parts of pages
    that are counted when they are opened.
    """

    def start(page: str = "", store: Store | None = None, opened: bool = False, **address: str) -> AppTest:
        monkeypatch.setenv("CONFIDENCE_STORE", str((store or small).root))
        settings.cache_clear()
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        app.query_params.update(address)
        for key in QUESTIONS if opened else ():
            app.session_state[f"Table_{key}"] = app.session_state[f"How was this made?_{key}"] = True
        if opened:
            app.session_state["series_notes"] = True
            for part in ("compare", "changes"):
                app.session_state[f"part_{part}"] = True
        if page:
            app.switch_page(page)
        return app.run()

    yield start
    settings.cache_clear()


@pytest.fixture(scope="session")
def answer(small: Store) -> Callable[[str, dict[str, str]], Finding]:
    """A function that answers a question for an address from the small store, without any page."""
    return partial(small_store.answer, small.view())


@pytest.fixture
def shown() -> Callable[[AppTest], list[str]]:
    """A function that lists all that a page shows, in order of its kinds."""

    def read(app: AppTest) -> list[str]:
        texts = [
            f"{kind}: {part.value}" for kind in ("title", "markdown", "caption", "warning") for part in app.get(kind)
        ]
        texts += [f"chip: {part.proto.popover.label}" for part in app.get("popover")]
        texts += [f"tile: {metric.label} {metric.value}" for metric in app.metric]
        texts += [f"chart: {chart.proto.alt} {chart.proto.spec}" for chart in app.get("plotly_chart")]
        texts += [f"table: {frame.value.to_csv()}" for frame in [*app.table, *app.dataframe]]
        return texts + [f"filter: {box.label} {box.value} of {box.options}" for box in app.selectbox]

    return read

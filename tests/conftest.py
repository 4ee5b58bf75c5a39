"""What tests share: sources made of bytes, police files, the folder of real files and a store of them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import pickle
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock
from hypothesis import settings as hypothesis_settings

# Before the settings are read: a test that wants the demonstration says so.
os.environ["CONFIDENCE_DEMONSTRATION"] = ""
# Threads of linear algebra that wait for each other by spinning take minutes where many tests run at once.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from data.loading import Report, load_files
from data.readers.source import Source
from data.store import Store, View

# How long an example takes says something of the machine and nothing of the code.
hypothesis_settings.register_profile("any_machine", deadline=None)
hypothesis_settings.load_profile("any_machine")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever reads the real files, by whichever way, and put first what takes long.

    Two workers end together where the tests that are left for the end are short. Those of a file stay together, since
    they share what is made for it, and so do those in the browser, which share servers.
    """
    for item in items:
        if "real_files" in getattr(item, "fixturenames", ()):
            item.add_marker("real")
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: ("browser" not in item.path.parts, item.path not in long))


@pytest.fixture(scope="session")
def real_files() -> Path:
    """Folder of real files: CONFIDENCE_REAL_FILES, else shared/data/real beside the repository."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "real"
    folder = Path(os.environ.get("CONFIDENCE_REAL_FILES", beside))
    if not folder.is_dir():
        pytest.skip("no folder of real files here: set CONFIDENCE_REAL_FILES")
    return folder


@pytest.fixture(scope="session")
def source() -> Callable[[str, bytes | Path], Source]:
    """A function that makes a source from a name and bytes, or from a name and the path of a file."""

    def make(name: str, content: bytes | Path) -> Source:
        content = content.read_bytes() if isinstance(content, Path) else content
        return Source(name, name, content, hashlib.sha256(content).hexdigest())

    return make


T = TypeVar("T")

POLICE_COLUMNS = (
    "Type",
    "Date",
    "Part of a policing operation",
    "Policing operation",
    "Latitude",
    "Longitude",
    "Gender",
    "Age range",
    "Self-defined ethnicity",
    "Officer-defined ethnicity",
    "Legislation",
    "Object of search",
    "Outcome",
    "Outcome linked to object of search",
    "Removal of more than just outer clothing",
)


@pytest.fixture(scope="session")
def police_csv() -> Callable[..., bytes]:
    """A function that writes a stop-and-search file as data.police.uk lays it out; cells not given are blank."""

    def write(rows: Sequence[Mapping[str, str]] = (), columns: Sequence[str] = POLICE_COLUMNS) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()

    return write


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder of a test session that all its workers have."""
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


class Unchanged(Store):
    """A store that nobody changes: whoever looks at its release has the same view, as everybody who opens a page has.

    What findings read for one question they keep for the next by its view.
    """

    def view(self, number: int | None = None) -> View:
        return self._newest if number is None else super().view(number)

    @cached_property
    def _newest(self) -> View:
        return super().view()


def made_once(name: str, factory: pytest.TempPathFactory, make: Callable[[Store], T]) -> tuple[Store, T]:
    """A store of a test session, made by whichever worker needs it first, and what making it gave."""
    folder = shared_folder(factory) / name
    root, made = folder / "store", folder / "made.pickle"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock"):
        if not made.exists():
            made.write_bytes(pickle.dumps(make(Store(root))))
    return Unchanged(root), pickle.loads(made.read_bytes())  # noqa: S301 - written above


@pytest.fixture(scope="session")
def real_report(real_files: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Report]:
    """A store into which every real file was loaded with one command, and the report of that. Nobody may change it."""
    return made_once(
        "real", tmp_path_factory, lambda store: load_files([real_files], store, by="Ada", reason="every real file")
    )


@pytest.fixture(scope="session")
def real_store(real_report: tuple[Store, Report]) -> Store:
    """The store of every real file. Nobody may change it."""
    return real_report[0]


@pytest.fixture(scope="session")
def square_areas() -> Callable[..., bytes]:
    """A function that writes square areas as GeoJSON: the south-west corner of each by its code."""

    def write(
        layer: str,
        corners: Mapping[str, tuple[float, float]],
        side: float = 1.0,
        parents: Mapping[str, str] | None = None,
    ) -> bytes:
        features = []
        for code, (west, south) in corners.items():
            east, north = west + side, south + side
            ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
            properties = {f"{layer}CD": code, f"{layer}NM": f"Area {code}"}
            properties |= {"LAD22CD": parents[code]} if parents else {}
            geometry = {"type": "Polygon", "coordinates": [ring]}
            features.append({"type": "Feature", "properties": properties, "geometry": geometry})
        return json.dumps({"type": "FeatureCollection", "features": features}).encode()

    return write


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The demonstration force, built once. Nobody may change it."""
    from data.demo import build

    return made_once("demonstration", tmp_path_factory, lambda store: build(store))[0]


@pytest.fixture(scope="session")
def fitted_demonstration(demonstration: Store, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The demonstration force with its heavy fits, beside the one without. Nobody may change it."""
    from analytics.fits import run
    from data.copying import copy_into

    def fit(store: Store) -> list[str]:
        copy_into(store.root, demonstration.root, os.link, kept=False)
        return [str(outcome) for outcome in run(store.view())]

    return made_once("fitted", tmp_path_factory, fit)[0]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "store")


@pytest.fixture
def load(store: Store, tmp_path: Path) -> Callable[..., Report]:
    """A function that writes files, given as name and bytes, and loads them into the store with one command."""

    def run(files: Mapping[str, bytes], by: str = "Ada", reason: str = "monthly files") -> Report:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return load_files([folder], store, by, reason)

    return run

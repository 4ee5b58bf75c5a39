"""A small invented force area, written as the publishers write their files and loaded through the one door."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import itertools
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from data.loading import load_files
from data.store import Store, View
from tests.conftest import made_once, shared_folder

ETHNICITY = {
    "White": "White - English/Welsh/Scottish/Northern Irish/British",
    "Black": "Black/African/Caribbean/Black British - Caribbean",
    "Asian": "Asian/Asian British - Indian",
    "Mixed": "Mixed/Multiple ethnic groups - White and Asian",
    "Other": "Other ethnic group - Any other ethnic group",
    "Not stated": "Other ethnic group - Not stated",
    "Blank": "",
}
CENSUS = {
    "Asian": (
        "Asian, Asian British or Asian Welsh: Bangladeshi",
        "Asian, Asian British or Asian Welsh: Chinese",
        "Asian, Asian British or Asian Welsh: Indian",
        "Asian, Asian British or Asian Welsh: Pakistani",
        "Asian, Asian British or Asian Welsh: Other Asian",
    ),
    "Black": (
        "Black, Black British, Black Welsh, Caribbean or African: African",
        "Black, Black British, Black Welsh, Caribbean or African: Caribbean",
        "Black, Black British, Black Welsh, Caribbean or African: Other Black",
    ),
    "Mixed": (
        "Mixed or Multiple ethnic groups: White and Asian",
        "Mixed or Multiple ethnic groups: White and Black African",
        "Mixed or Multiple ethnic groups: White and Black Caribbean",
        "Mixed or Multiple ethnic groups: Other Mixed or Multiple ethnic groups",
    ),
    "White": (
        "White: English, Welsh, Scottish, Northern Irish or British",
        "White: Gypsy or Irish Traveller",
        "White: Irish",
        "White: Roma",
        "White: Other White",
    ),
    "Other": ("Other ethnic group: Arab", "Other ethnic group: Any other ethnic group"),
}
GOLDEN = {"White": 80_000, "Black": 5_000, "Asian": 4_000, "Mixed": 2_000, "Other": 1_000}
EAST, WEST = (-0.25, 51.25), (-0.75, 51.25)
"""Longitude and latitude of a point inside each of the two districts."""

OF_PLACE = ("districts.geojson", "lookup.csv", "census.csv")


def _key(files: Sequence[Path]) -> str:
    named = "\n".join(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files)
    return hashlib.sha256(named.encode()).hexdigest()


@dataclass
class Town:
    """Files of one force, Surrey by its codes: two square districts side by side, west and east.

    `view` loads what was written since the last call and gives a view of the store. Many tests write the same files,
    and nearly all the same place: what an empty store became by them is kept in `made`, for the next to copy.
    """

    folder: Path
    police_csv: Callable[..., bytes]
    west: str = "E07000209"
    east: str = "E07000211"
    force: str = "surrey"
    made: Path | None = None
    _waiting: list[Path] = field(default_factory=list)
    _shown: dict[int, View] = field(default_factory=dict)
    _number: Iterator[int] = field(default_factory=itertools.count)

    @property
    def store(self) -> Store:
        return Store(self.folder / "store")

    def view(self) -> View:
        if self._waiting and self.made and self.store.version < 0:
            self._make(self._waiting, self.made)
        elif self._waiting:
            self._load(self._waiting)
        self._waiting.clear()
        # Asked twice of a release, a question finds what it read, as it does on a page.
        version = self.store.version
        if version not in self._shown:
            self._shown[version] = self.store.view()
        return self._shown[version]

    def _make(self, files: Sequence[Path], made: Path) -> None:
        """Load files into a store that has none, those of the place first, or copy what came of it before."""
        shared = made / _key(files)
        if shared.is_dir():
            shutil.copytree(shared, self.store.root)
            return
        of_place = [file for file in files if file.name in OF_PLACE]
        others = [file for file in files if file.name not in OF_PLACE]
        if of_place and others:
            self._make(of_place, made)
        self._load(others or of_place)
        self._keep(shared)

    def _load(self, files: Sequence[Path]) -> None:
        report = load_files(files, self.store)
        assert {outcome.status for outcome in report.outcomes} == {"loaded"}, report.outcomes

    def _keep(self, shared: Path) -> None:
        half = Path(tempfile.mkdtemp(dir=shared.parent)) / "store"
        shutil.copytree(self.store.root, half)
        # Whoever kept it meanwhile kept the same.
        with contextlib.suppress(OSError):
            half.rename(shared)

    def write(self, name: str, content: bytes) -> None:
        path = self.folder / f"{next(self._number)}" / name
        path.parent.mkdir()
        path.write_bytes(content)
        self._waiting.append(path)

    def stops(
        self,
        month: str,
        counts: Mapping[tuple[str, tuple[float, float] | None], int] | Mapping[str, int],
        *,
        force: str | None = None,
        **cells: str,
    ) -> None:
        """One file: counts by group, or by group and point; further cells by column with underscores."""
        rows = []
        for key, number in counts.items():
            group, point = (key, EAST) if isinstance(key, str) else key
            row = {
                "Type": "Person search",
                "Date": f"{month}-15T12:00:00+00:00",
                "Self-defined ethnicity": ETHNICITY[group],
                "Officer-defined ethnicity": group if group in CENSUS else "",
                "Legislation": "Misuse of Drugs Act 1971 (section 23)",
                **({"Longitude": str(point[0]), "Latitude": str(point[1])} if point else {}),
                **cells,
            }
            rows += [row] * number
        self.write(f"{month}-{force or self.force}-stop-and-search.csv", self.police_csv(rows))

    def census(self, areas: Mapping[str, tuple[str, Mapping[str, int | None]]]) -> None:
        """Census 2021: residents by code and broad group, None for suppressed; every other cell is 0."""
        groups = [group for names in CENSUS.values() for group in names]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, ["Geography Code", "Geography Name", "Sex", *groups], restval="0")
        writer.writeheader()
        for code, (name, residents) in areas.items():
            firsts = {CENSUS[broad][0]: "" if n is None else str(n) for broad, n in residents.items()}
            writer.writerow({"Geography Code": code, "Geography Name": name, "Sex": "Female", **firsts})
            writer.writerow({"Geography Code": code, "Geography Name": name, "Sex": "Male"})
        self.write("census.csv", b"\xef\xbb\xbf" + text.getvalue().encode())

    def boundaries(self, names: tuple[str, str] = ("West", "East"), own: int = 2) -> None:
        """Two districts, and a lookup that gives the force both, or the eastern one alone."""
        features = [
            {
                "type": "Feature",
                "properties": {"LAD22CD": code, "LAD22NM": name},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[w, 51.0], [w + 0.5, 51.0], [w + 0.5, 51.5], [w, 51.5], [w, 51.0]]],
                },
            }
            for code, name, w in ((self.west, names[0], -1.0), (self.east, names[1], -0.5))
        ]
        self.write("districts.geojson", json.dumps({"type": "FeatureCollection", "features": features}).encode())
        self.lookup(dict([(self.west, names[0]), (self.east, names[1])][-own:]))

    def lookup(self, names: Mapping[str, str], force: str = "E23000031") -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(["LAD22CD", "LAD22NM", "PFA22CD", "PFA22NM"])
        writer.writerows([code, name, force, "Surrey"] for code, name in names.items())
        self.write("lookup.csv", text.getvalue().encode())


@pytest.fixture(scope="session")
def towns_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where stores of towns are kept for every worker of a test session."""
    folder = shared_folder(tmp_path_factory) / "towns"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def town(request, tmp_path: Path, towns_made: Path, police_csv: Callable[..., bytes]) -> Town:
    """An invented force area without any file; write the ones that a test needs."""
    # Whoever changes what loads makes a store that is no one else's.
    alone = "monkeypatch" in request.fixturenames
    return Town(tmp_path, police_csv, made=None if alone else towns_made)


@pytest.fixture(scope="session")
def golden_town(tmp_path_factory: pytest.TempPathFactory, police_csv: Callable[..., bytes]) -> Town:
    """The golden example, 60 searches of 5,000 people against 200 of 80,000, for whoever only reads it."""

    def make(store: Store) -> None:
        town = Town(store.root.parent, police_csv)
        town.boundaries(own=1)
        town.census({town.east: ("East", GOLDEN)})
        town.stops("2019-06", {"Black": 60, "White": 200})
        town.view()

    return Town(made_once("golden", tmp_path_factory, make)[0].root.parent, police_csv)

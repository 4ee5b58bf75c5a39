"""A small store for the screen: two invented forces, written as the publishers write their files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from analytics.finding import Finding
from analytics.findings import QUESTIONS, choices
from analytics.scope import Scope
from data.loading import load_files
from data.store import Store, View

HOSTILE = '![x](https://beacon.invalid/name.png) :red[Upper] $x$ <b onclick="x()">Dale</b>'
"""A district's name as an ill-meaning file has it: a picture elsewhere, a directive, mathematics and HTML."""
HOSTILE_BY = "Ada ![x](https://beacon.invalid/by.png)"

DRUGS = "Misuse of Drugs Act 1971 (section 23)"
PACE = "Police and Criminal Evidence Act 1984 (section 1)"

MONTHS = {
    "surrey": ("2018-04", "2018-05", "2018-06", "2018-08", "2018-09"),
    "west-yorkshire": ("2019-05", "2019-06", "2019-07"),
}
"""Months with a file; July 2018 is a gap."""
GAP = "2018-07"

FORCE_CODES = {"surrey": ("E23000031", "Surrey"), "west-yorkshire": ("E23000010", "West Yorkshire")}


class District(NamedTuple):
    """A square of half a degree, with its residents by broad group; None where a census has no row for it."""

    force: str
    name: str
    west: float
    south: float
    residents_2021: dict[str, int] | None
    residents_2011: dict[str, int] | None


DISTRICTS = {
    "E07000209": District(
        "surrey", "Guildford", -1.0, 51.0,
        {"Black": 4000, "White": 80000, "Asian": 9000, "Mixed": 3000, "Other": 2000},
        {"Black": 3000, "White": 84000, "Asian": 6000, "Mixed": 2000, "Other": 1000},
    ),
    "E07000211": District(
        "surrey", "Reigate and Banstead", -0.5, 51.0,
        {"Black": 6000, "White": 70000, "Asian": 12000, "Mixed": 4000, "Other": 2500},
        {"Black": 4500, "White": 75000, "Asian": 8000, "Mixed": 2500, "Other": 1500},
    ),
    "E07000210": District(
        "surrey", "Mole Valley", -1.0, 51.5,
        {"Black": 3000, "White": 75000, "Asian": 8000, "Mixed": 3000, "Other": 1500},
        {"Black": 2500, "White": 80000, "Asian": 5000, "Mixed": 2000, "Other": 1000},
    ),
    "E07000214": District(
        "surrey", "Surrey Heath", -0.5, 51.5,
        {"Black": 5000, "White": 65000, "Asian": 11000, "Mixed": 3500, "Other": 2500},
        {"Black": 4000, "White": 70000, "Asian": 7000, "Mixed": 2500, "Other": 1500},
    ),
    "E08000032": District(
        "west-yorkshire", "Bradford", -2.0, 53.5,
        {"Black": 9000, "White": 60000, "Asian": 30000, "Mixed": 5000, "Other": 4000}, None,
    ),
    "E08000033": District(
        "west-yorkshire", "Calderdale", -1.5, 53.5,
        {"Black": 5000, "White": 90000, "Asian": 12000, "Mixed": 3000, "Other": 1000}, None,
    ),
    "E08000034": District("west-yorkshire", HOSTILE, -1.0, 53.5, None, None),
}  # fmt: skip
"""The last district is in no census; West Yorkshire is in the newer one alone. None lies beside another one's force."""

_SELF = {
    "White": "White - English/Welsh/Scottish/Northern Irish/British",
    "Black": "Black/African/Caribbean/Black British - Caribbean",
    "Asian": "Asian/Asian British - Indian",
    "Mixed": "Mixed/Multiple ethnic groups - White and Asian",
    "Other": "Other ethnic group - Any other ethnic group",
    "Not stated": "Other ethnic group - Not stated",
}
_OF_2021 = {
    "Asian": [
        f"Asian, Asian British or Asian Welsh: {name}"
        for name in ("Bangladeshi", "Chinese", "Indian", "Pakistani", "Other Asian")
    ],
    "Black": [
        f"Black, Black British, Black Welsh, Caribbean or African: {name}"
        for name in ("African", "Caribbean", "Other Black")
    ],
    "Mixed": [
        f"Mixed or Multiple ethnic groups: {name}"
        for name in (
            "White and Asian", "White and Black African", "White and Black Caribbean",
            "Other Mixed or Multiple ethnic groups",
        )
    ],
    "White": [
        f"White: {name}"
        for name in (
            "English, Welsh, Scottish, Northern Irish or British", "Gypsy or Irish Traveller", "Irish", "Roma",
            "Other White",
        )
    ],
    "Other": [f"Other ethnic group: {name}" for name in ("Arab", "Any other ethnic group")],
}  # fmt: skip
_OF_2011 = {
    "White": [
        f"White: {name}"
        for name in (
            "English/Welsh/Scottish/Northern Irish/British", "Irish", "Gypsy or Irish Traveller", "Other White",
        )
    ],
    "Mixed": [
        f"Mixed/multiple ethnic group: {name}"
        for name in ("White and Black Caribbean", "White and Black African", "White and Asian", "Other Mixed")
    ],
    "Asian": [
        f"Asian/Asian British: {name}" for name in ("Indian", "Pakistani", "Bangladeshi", "Chinese", "Other Asian")
    ],
    "Black": [f"Black/African/Caribbean/Black British: {name}" for name in ("African", "Caribbean", "Other Black")],
    "Other": ["Other ethnic group: Arab", "Other ethnic group: Any other ethnic group"],
}  # fmt: skip


class Search(NamedTuple):
    """One search of a person."""

    force: str
    month: str
    district: str
    group: str
    officer: str
    power: str


def _searches() -> Iterator[Search]:
    base = {"White": 26, "Black": 12, "Asian": 11, "Mixed": 5, "Other": 3, "Not stated": 4}
    for place, (code, district) in enumerate(DISTRICTS.items()):
        for at, month in enumerate(MONTHS[district.force]):
            for group, number in base.items():
                for n in range(number + place + 2 * at):
                    officer = "Asian" if group == "White" and n % 6 == 0 else group if group in _OF_2011 else "White"
                    yield Search(district.force, month, code, group, officer, PACE if n % 3 == 0 else DRUGS)


SEARCHES = tuple(_searches())


def searched(*groups: str, force: str, definition: str = "self", **where: str) -> int:
    """How many searches of people of some groups there are, counted one by one; `first` and `last` limit the months."""
    first, last = where.pop("first", ""), where.pop("last", "9999")
    return sum(
        (search.group if definition == "self" else search.officer) in groups
        and search.force == force
        and first <= search.month <= last
        and all(getattr(search, name) == value for name, value in where.items())
        for search in SEARCHES
    )


def files(police_csv: Callable[..., bytes]) -> dict[str, bytes]:
    """Every file by name, in its publisher's layout."""
    made = {
        "census-2021.csv": _census_2021(),
        "census-2011.csv": _census_2011(),
        "districts.geojson": _boundaries(),
        "lookup.csv": _lookup(),
    }
    for force, months in MONTHS.items():
        for month in months:
            rows = [_row(search) for search in SEARCHES if (search.force, search.month) == (force, month)]
            made[f"{month}-{force}-stop-and-search.csv"] = police_csv(rows)
    return made


def build(folder: Path, police_csv: Callable[..., bytes]) -> Store:
    """Write the files, and load them into a store beside them in one release."""
    source = folder / "files"
    source.mkdir()
    for name, content in files(police_csv).items():
        (source / name).write_bytes(content)
    store = Store(folder / "store")
    report = load_files([source], store, by=HOSTILE_BY, reason="first load")
    assert {outcome.status for outcome in report.outcomes} == {"loaded"}, report.outcomes
    return store


def answer(view: View, key: str, address: dict[str, str]) -> Finding:
    """The answer to a question for an address, without any page."""
    return QUESTIONS[key].answer(choices.complete(Scope.of(address), view).only(QUESTIONS[key].takes), view)


def _row(search: Search) -> dict[str, str]:
    district = DISTRICTS[search.district]
    return {
        "Type": "Person search",
        "Date": f"{search.month}-15T12:00:00+00:00",
        "Longitude": str(district.west + 0.25),
        "Latitude": str(district.south + 0.25),
        "Gender": "Male",
        "Age range": "18-24",
        "Self-defined ethnicity": _SELF[search.group],
        "Officer-defined ethnicity": search.officer,
        "Legislation": search.power,
        "Outcome": "A no further action disposal",
    }


def _census_2021() -> bytes:
    columns = [name for names in _OF_2021.values() for name in names]
    rows: list[list[object]] = [["Geography Code", "Geography Name", "Sex", *columns]]
    for code, district in DISTRICTS.items():
        if district.residents_2021 is not None:
            counts = {_OF_2021[broad][0]: number for broad, number in district.residents_2021.items()}
            rows.append([code, district.name, "Female", *(counts.get(name, 0) for name in columns)])
            rows.append([code, district.name, "Male", *(0 for _ in columns)])
    return _csv(rows)


def _census_2011() -> bytes:
    labels = ["All categories: Ethnic group"]
    for broad, names in _OF_2011.items():
        labels += [broad, *([] if broad in names else names)]
    header = ["date", "geography", "geography code", "Rural Urban"]
    rows: list[list[object]] = [[*header, *(f"Ethnic Group: {label}; measures: Value" for label in labels)]]
    for code, district in DISTRICTS.items():
        if district.residents_2011 is not None:
            counts = {labels[0]: sum(district.residents_2011.values()), **district.residents_2011}
            counts |= {_OF_2011[broad][0]: number for broad, number in district.residents_2011.items()}
            rows.append(["2011", district.name, code, "Total", *(counts.get(label, 0) for label in labels)])
    return _csv(rows)


def _boundaries() -> bytes:
    features = []
    for code, district in DISTRICTS.items():
        west, south = district.west, district.south
        ring = [(0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.0, 0.5), (0.0, 0.0)]
        geometry = {"type": "Polygon", "coordinates": [[[west + x, south + y] for x, y in ring]]}
        properties = {"LAD22CD": code, "LAD22NM": district.name}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _lookup() -> bytes:
    rows: list[list[object]] = [["LAD22CD", "LAD22NM", "PFA22CD", "PFA22NM"]]
    rows += [[code, district.name, *FORCE_CODES[district.force]] for code, district in DISTRICTS.items()]
    return _csv(rows)


def _csv(rows: list[list[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()

"""One small genuine file of every kind that is read: what the hostile ones are made from."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pyogrio.raw
import pyreadstat
import shapely
from xlsxwriter import Workbook

from data.readers.mappings import ENDING
from data.vocabularies import forces
from tests.conftest import POLICE_COLUMNS
from tests.data.readers import test_boundaries as boundaries
from tests.data.readers import test_census as census
from tests.data.readers import test_deprivation as deprivation
from tests.data.readers.test_area_lookup import BROADLAND, SURREY_HEATH, lookup
from tests.data.readers.test_police_api import CRIME, INCIDENT, OUTCOME, SEARCH, SEARCH_ROW
from tests.data.readers.test_published_survey import PAS, PERCEPTION
from tests.data.readers.test_survey_loading import MAPPING

_STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)
_OUTCOMES = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type\n"
    + "".join(
        f"{n:04x},2024-01,Surrey Police,Surrey Police,-0.56,51.24,On or near High Street,E01030000,Guildford 1,"
        "Offender sent to prison\n"
        for n in range(8)
    )
)
_OWN = {
    "events": "event,force,date,area,level,method,channel,rung,topic,participants,cost,recurring\n"
    + "".join(
        f"E{n},surrey,2026-03-{n:02d},E05000026,neighbourhood,stall,in person,inform,Speeding,{n},10.50,yes\n"
        for n in range(1, 9)
    ),
    "participants": "force,event,attribute,group,participants\nsurrey,E1,sex,Female,5\nsurrey,E1,sex,Male,4\n",
    "feedback": "force,item,event,area,raised_on,issue,status,action,due\n"
    + "".join(
        f"surrey,F{n},E1,E05000026,2026-03-0{n},Cars go too fast,action taken,A sign,31/03/2026\n" for n in (1, 2, 3)
    ),
    "priorities": "force,area,priority,set_on,status\nsurrey,E05000026,Speeding,2026-03-01,open\n",
    "plans": "force,area,month,method,audience\nsurrey,E05000026,2026-05,stall,Young adults\n",
    "milestones": "force,name,kind,date,areas,about\nsurrey,Plan,initiative,2026-03-01,E05000026 E05000027,Patrols\n",
}
_RING = "-0.1,51.5 0.0,51.5 0.0,51.6 -0.1,51.6 -0.1,51.5"
_KML = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
    "<name>Abbey</name><ExtendedData><SchemaData>"
    '<SimpleData name="WD13CD">E05000026</SimpleData><SimpleData name="WD13NM">Abbey</SimpleData>'
    "</SchemaData></ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>"
    f"{_RING}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
)


@dataclass(frozen=True)
class Genuine:
    """A genuine file.

    Attributes
    ----------
    kind
        What it is, in a word or two.
    name
        Its name for the n-th of the files that are made from it: no two files have one name.
    content
        Its bytes.
    mapping
        The mapping of a survey file, with which it stands in a zip; blank where it needs none.
    """

    kind: str
    name: Callable[[int], str]
    content: bytes
    mapping: bytes = b""

    @property
    def ending(self) -> str:
        """How its own name ends, in small letters."""
        return Path(self.name(0)).suffix.lower()

    def as_upload(self, number: int, content: bytes, mapping: bytes | None = None) -> tuple[str, bytes]:
        """Name and bytes with which some content takes the place of its own."""
        if not self.mapping:
            return self.name(number), content
        name = self.name(number)
        return f"{number:06d}-survey.zip", zipped(
            {name: content, f"{name}{ENDING}": self.mapping if mapping is None else mapping}
        )


@cache
def genuine() -> tuple[Genuine, ...]:
    """One genuine file of every kind."""
    return (*_police(), *_own(), *_residents(), *_surveys(), *_boundaries(), *_packed())


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of some members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return packed.getvalue()


def police_name(ending: str) -> Callable[[int], str]:
    """Names as data.police.uk writes them, each of another force and month."""
    slugs = sorted(forces())

    def name(number: int) -> str:
        month = number // len(slugs)
        return f"{1900 + month // 12}-{month % 12 + 1:02d}-{slugs[number % len(slugs)]}-{ending}"

    return name


def _numbered(ending: str) -> Callable[[int], str]:
    return lambda number: f"{number:06d}-{ending}"


def _police() -> Iterator[Genuine]:
    rows = [SEARCH_ROW | {"Date": f"2024-01-{day:02d}T22:45:00+00:00"} for day in range(1, 11)]
    yield Genuine("searches", police_name("stop-and-search.csv"), delimited(rows, POLICE_COLUMNS))
    crimes = "".join(
        f"{n:04x},2024-01,Surrey Police,Surrey Police,-0.56,51.24,On or near High Street,E01030000,Guildford 1,"
        "Burglary,Under investigation,\n"
        for n in range(8)
    )
    yield Genuine("crimes", police_name("street.csv"), (_STREET + crimes).encode())
    yield Genuine("outcomes", police_name("outcomes.csv"), _OUTCOMES.encode())
    for kind, ending, records in (
        ("searches of the API", "stop-and-search.json", [SEARCH, SEARCH]),
        ("crimes of the API", "street.json", [CRIME, INCIDENT]),
        ("outcomes of the API", "outcomes.json", [OUTCOME]),
    ):
        yield Genuine(kind, police_name(ending), json.dumps(records).encode())


def delimited(rows: Sequence[dict[str, str]], columns: Sequence[str], delimiter: str = ",") -> bytes:
    """Rows as delimited text."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook of one sheet."""
    packed = io.BytesIO()
    book = Workbook(packed, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Data")
    for place, row in enumerate(rows):
        sheet.write_row(place, 0, row)
    book.close()
    return packed.getvalue()


def _as_workbook(content: str) -> bytes:
    return workbook(list(csv.reader(io.StringIO(content))))


def _own() -> Iterator[Genuine]:
    for name, content in _OWN.items():
        yield Genuine(name, _numbered(f"{name}.csv"), content.encode())
    yield Genuine("events in a workbook", _numbered("events.xlsx"), _as_workbook(_OWN["events"]))
    yield Genuine("feedback in tabs", _numbered("feedback.tsv"), _OWN["feedback"].replace(",", "\t").encode())


def _residents() -> Iterator[Genuine]:
    pair = census.pair("E06000001", "Hartlepool")
    yield Genuine("census 2021", _numbered("census.csv"), census.census_2021(*pair))
    darlington = ("E06000005", "Darlington", *census.DARLINGTON)
    yield Genuine("census 2011", _numbered("census.csv"), census.census_2011(darlington))
    yield Genuine("census by LSOA", _numbered("mlid.csv"), census.mlid(census.LSOA))
    yield Genuine("Nomis", _numbered("nomis.csv"), census.NOMIS.replace("1,817", "1817").encode())
    table = "area_code,year,residents,sex,age\n" + "".join(
        f"E0500002{n},2022,{n}00,{sex},18-24\n" for n in range(6, 9) for sex in ("Female", "Male")
    )
    yield Genuine("population table", _numbered("population.csv"), table.encode())
    yield Genuine("population workbook", _numbered("population.xlsx"), _as_workbook(table))
    deprived = "\n".join([deprivation.HEADER, deprivation.CITY])
    yield Genuine("deprivation", _numbered("IoD2019.csv"), deprived.encode())
    yield Genuine("lookup", _numbered("lookup.csv"), lookup(BROADLAND, SURREY_HEATH))


def _surveys() -> Iterator[Genuine]:
    yield Genuine("published by borough", _numbered("pas.csv"), PAS.encode())
    yield Genuine("public perception", _numbered("perception.csv"), PERCEPTION.encode())
    rows = {
        "Serial": [f"9000170{n:02d}" for n in range(40)],
        "Q60": [str(n % 6 + 1) for n in range(40)],
        "Weight": [f"{0.5 + n / 40:.3f}" for n in range(40)],
        "Comment": ["more patrols"] * 40,
    }
    mapping = MAPPING.replace("[columns]\n", '[columns]\nweight = "Weight"\n').encode()
    frame = pd.DataFrame(rows)
    for ending, delimiter in (("csv", ","), ("tsv", "\t"), ("tab", "|")):
        text = frame.to_csv(index=False, sep=delimiter).encode()
        yield Genuine(f"wave as {ending}", _numbered(f"wave.{ending}"), text, mapping)
    yield Genuine("wave as xlsx", _numbered("wave.xlsx"), workbook([list(rows), *frame.to_numpy().tolist()]), mapping)
    coded = frame.assign(Serial=frame["Serial"].astype(float), Q60=frame["Q60"].astype(float))
    coded["Weight"] = coded["Weight"].astype(float)
    for ending, options in (("sav", {}), ("zsav", {"compress": True})):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"wave.{ending}"
            labels = {"Q60": {float(n): word for n, word in enumerate(("Excellent", "Good", "Fair"), start=1)}}
            pyreadstat.write_sav(coded, str(path), variable_value_labels=labels, **options)
            yield Genuine(f"wave as {ending}", _numbered(f"wave.{ending}"), path.read_bytes(), mapping)


def _boundaries() -> Iterator[Genuine]:
    areas = boundaries.geojson(
        boundaries.feature(boundaries.ward()),
        boundaries.feature(
            boundaries.ward("E05000027"),
            [[[0.0, 51.5], [0.1, 51.5], [0.1, 51.6], [0.0, 51.6], [0.0, 51.5]]],
        ),
    )
    yield Genuine("GeoJSON", _numbered("wards.geojson"), areas)
    yield Genuine("TopoJSON", _numbered("wards.json"), json.dumps(boundaries.TOPOLOGY).encode())
    yield Genuine("KML", _numbered("wards.kml"), _KML.encode())
    with tempfile.TemporaryDirectory() as folder:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
        path = Path(folder)
        yield Genuine("GeoPackage", _numbered("wards.gpkg"), _written(path / "made.gpkg").read_bytes())
        _written(path / "made.shp")
        parts = {f"wards{part.suffix}": part.read_bytes() for part in sorted(path.glob("made.*"))}
        yield Genuine("shapefile", _numbered("wards.zip"), zipped({n: c for n, c in parts.items() if "gpkg" not in n}))


def _written(path: Path) -> Path:
    shapes = [shapely.box(530_000 + 1000 * n, 180_000, 531_000 + 1000 * n, 181_000) for n in range(3)]
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object),
        field_data=[
            np.array(["E05000405", "E05000414", "E05000415"], dtype=object),
            np.array(["Chessington", "Tolworth", "Wörth"], dtype=object),
        ],
        fields=np.array(["GSS_CODE", "NAME"]),
        geometry_type="Polygon",
        crs="EPSG:27700",
    )
    return path


def _packed() -> Iterator[Genuine]:
    searches, crimes, *_ = _police()
    yield Genuine("gzip", police_name("street.csv.gz"), gzip.compress(crimes.content, mtime=0))
    members = {
        "2024-02/2024-02-surrey-stop-and-search.csv": searches.content,
        "2024-02/2024-02-surrey-street.csv": crimes.content,
        "notes.txt": b"as published",
    }
    yield Genuine("zip", _numbered("archive.zip"), zipped(members))

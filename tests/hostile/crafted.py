"""Files made to do harm: bombs that unpack, nest or repeat, programs under other names, lies about sizes, odd names.

Each is small enough to be sent: what it would cost comes of reading it. The worst stand in `largest`, at 20 MB.
"""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from random import Random

from data.readers.mappings import ENDING
from tests.hostile.genuine import genuine, zipped
from tests.hostile.mutate import VALUES, Hostile

_LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"lol" * 10) for n in range(10))
_EXTERNAL = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY f SYSTEM "http://evil.example/x">]>'
_SEARCHES = "2031-01-surrey-stop-and-search.csv"
_STREET = "2031-01-surrey-street"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = b"force,event,date\n"
_EVENT = b"surrey,E%d,2026-03-01\n"
_SQUARE = [[-0.1, 51.5], [0.0, 51.5], [0.0, 51.6], [-0.1, 51.6], [-0.1, 51.5]]


def crafted() -> Iterator[Hostile]:
    """Small files made to do harm."""
    yield from _tables()
    yield from _names()
    yield from _programs()
    yield from _zips()
    yield from _workbooks()
    yield from _json()
    yield from _shapes()
    yield from _mappings()
    yield from _databases()


def _tables() -> Iterator[Hostile]:
    for name in ("events.csv", "wave.csv", _SEARCHES, "lookup.csv", "x.txt", "wards.geojson", "wards.kml", "y.sav"):
        for what, content in (
            ("nothing", b""),
            ("blanks", b" \r\n\t\n"),
            ("a mark alone", b"\xef\xbb\xbf"),
            ("NULs", b"\x00" * 5_000),
            ("one quote", b'"'),
            ("commas", b"," * 3_000),
            ("lines", b"\n" * 3_000),
            ("carriage returns", b"a,b\r1,2\r" * 500),
            ("one line without end", b"x" * 300_000),
        ):
            yield Hostile(name, content, f"table: {what}")
    head = _HEAD.strip()
    yield Hostile(
        "events.csv", head + b",purpose\nsurrey,E1,2026-03-01," + b"x" * 300_000 + b"\n", "table: a long cell"
    )
    yield Hostile("events.csv", head + b"," + b"p" * 10_000 + b"\nsurrey,E1,2026-03-01,x\n", "table: a long name")
    wide = b",".join(b"c%d" % n for n in range(20_000))
    yield Hostile("wave.csv", wide + b"\n" + b",".join([b"1"] * 20_000) + b"\n", "table: 20,000 columns")
    yield Hostile("events.csv", head + b"," + wide + b"\n", "table: 20,000 columns")
    yield Hostile(
        "events.csv", _HEAD + b'surrey,"E1,2026-03-01\n' + b"surrey,E2,2026-03-01\n" * 50, "table: open quote"
    )
    events = [b"surrey,E%d,2026-03-01,%s\n" % (n, json.dumps(v).encode()) for n, v in enumerate(VALUES)]
    yield Hostile("events.csv", head + b",purpose\n" + b"".join(events), "table: every value at once")
    many = b"".join(b"x%d,E%d,no day\n" % (n, n) for n in range(3_000))
    yield Hostile("events.csv", _HEAD + many, "table: thousands of problems")
    searches = next(file for file in genuine() if file.kind == "searches").content
    kinds = [searches.splitlines()[1].replace(b"Male", b"kind %d" % n) for n in range(2_000)]
    content = b"\n".join([searches.splitlines()[0], *kinds, b""])
    yield Hostile(_SEARCHES, content, "table: thousands of unlisted values")
    for length in (50, 5_000, 60_000):
        rows = [b"%d,%d,%d,%s\n" % (n, n % 3, n % 2, b"@" + b"a" * length) for n in range(40)]
        yield Hostile("wave.csv", b"a,b,c,d\n" + b"".join(rows), "table: addresses without end")


def _names() -> Iterator[Hostile]:
    searches = next(file for file in genuine() if file.kind == "searches").content
    for name in (
        f"../../{_SEARCHES}",
        f"/etc/{_SEARCHES}",
        f"..\\..\\{_SEARCHES}",
        f"{_SEARCHES}\x00.exe",
        "x" * 4_000 + ".csv",
        "\u202egpj.csv",
        "\x1b[2J.csv",
        "=1+1.csv",
        "![](https://evil.example/x.png).csv",
        "<script>alert(1)</script>.csv",
        "a\nb.csv",
        "",
        ".",
        "..",
        ".csv",
        "CON.csv",
        "\ud800.csv",
        " » .csv",
    ):
        yield Hostile(name, searches, "name")
        if "\x00" not in name and "\ud800" not in name:
            yield Hostile("names.zip", zipped({name: searches, "other.txt": b"x"}), "name in a zip")


def _programs() -> Iterator[Hostile]:
    heads = (
        b"MZ\x90\x00\x03\x00\x00\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"#!/bin/sh\nrm -rf /\n",
        b"%PDF-1.7\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"Rar!\x1a\x07\x01\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"\x89PNG\r\n\x1a\n",
        b"<?php system($_GET['x']); ?>",
        b"GIF89a",
    )
    random = Random(7)  # noqa: S311 - no secret
    for ending in ("csv", "xlsx", "sav", "zsav", "zip", "gz", "gpkg", "geojson", "kml", "tsv", "mapping.toml"):
        for head in heads:
            yield Hostile(f"program.{ending}", head + random.randbytes(2_000), "program")


def _zips() -> Iterator[Hostile]:
    bomb = zipped({"zeros.csv": b"0" * 80_000_000})
    yield Hostile("bomb.zip", bomb, "zip: high ratio")
    yield Hostile("bomb.csv.gz", gzip.compress(b"0" * 80_000_000, mtime=0), "gzip: high ratio")
    yield Hostile("twice.csv.gz", gzip.compress(gzip.compress(b"a,b\n1,2\n", mtime=0), mtime=0), "gzip in gzip")
    yield Hostile("joined.csv.gz", gzip.compress(b"a,b\n", mtime=0) * 2_000, "gzip: many parts")
    yield Hostile("nested.zip", zipped({"inner.zip": bomb}), "zip in zip")
    yield Hostile("many.zip", _members(6_000), "zip: 6,000 members")
    yield Hostile("most.zip", _members(66_000), "zip: 66,000 members")
    yield Hostile("twins.zip", _twins(), "zip: one name twice")
    yield Hostile("overlap.zip", _overlapping(200), "zip: members in one place")
    searches = next(file for file in genuine() if file.kind == "searches").content
    packed = bytearray(zipped({_SEARCHES: searches}))
    place = packed.rfind(b"PK\x01\x02")
    packed[place + 24 : place + 28] = struct.pack("<I", 2**32 - 2)
    yield Hostile("lie.zip", bytes(packed), "zip: a size that is none")
    packed[place + 42 : place + 46] = struct.pack("<I", 2**31)
    yield Hostile("far.zip", bytes(packed), "zip: a member beyond the end")
    locked = bytearray(zipped({_SEARCHES: searches}))
    locked[6] |= 1
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    yield Hostile("locked.zip", bytes(locked), "zip: locked")
    for ending in (".shp", ".dbf", ".shx"):
        yield Hostile(
            "half.zip", zipped({f"wards{ending}": b"\x00\x00\x27\x0a" + b"\x00" * 200}), "shapefile: a part alone"
        )
    parts = {f"wards{ending}": b"" for ending in (".shp", ".shx", ".dbf", ".prj")}
    yield Hostile("hollow.zip", zipped(parts), "shapefile: hollow")
    yield Hostile("large.zip", zipped({**parts, "wards.dbf": b"0" * 80_000_000}), "shapefile: high ratio")


def _members(number: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for place in range(number):
            archive.writestr(zipfile.ZipInfo(f"{place}.txt"), b"")
    return packed.getvalue()


def _twins() -> bytes:
    packed = io.BytesIO()
    searches = next(file for file in genuine() if file.kind == "searches").content
    with zipfile.ZipFile(packed, "w") as archive:
        for content in (searches, b"a,b\n1,2\n", searches):
            info = zipfile.ZipInfo(_SEARCHES)
            archive.writestr(info, content)
    return packed.getvalue()


def _overlapping(number: int) -> bytes:
    """A zip whose members are all the same bytes: each unpacks to as much as one."""
    packed = bytearray(zipped({"0.csv": b"0" * 1_000_000}))
    head = packed.rfind(b"PK\x01\x02")
    end = packed.rfind(b"PK\x05\x06")
    entry = bytes(packed[head:end])
    directory = entry * number
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, number, number, len(directory), head, 0)
    return bytes(packed[:head]) + directory + tail


def workbook_of(sheet: bytes, strings: bytes = b"", more: dict[str, bytes] | None = None) -> bytes:
    """A workbook of one sheet, whose XML is given."""
    base = b"http://schemas.openxmlformats.org"
    parts = {
        "[Content_Types].xml": b'<Types xmlns="%s/package/2006/content-types">'
        b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        b'<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        b'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
        b'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml"'
        b' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
        % base,
        "_rels/.rels": b'<Relationships xmlns="%s/package/2006/relationships"><Relationship Id="r1" Type="%s/'
        b'officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>' % (base, base),
        "xl/workbook.xml": b'<workbook xmlns="%s/spreadsheetml/2006/main" xmlns:r="%s/officeDocument/2006/relationships'
        b'"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>' % (base, base),
        "xl/_rels/workbook.xml.rels": b'<Relationships xmlns="%s/package/2006/relationships"><Relationship Id="r1" '
        b'Type="%s/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        % (base, base),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": strings or b'<sst xmlns="%s/spreadsheetml/2006/main"></sst>' % base,
    }
    return zipped({**parts, **(more or {})})


def sheet_of(rows: bytes, head: bytes = b"") -> bytes:
    """The XML of a sheet, its first row being the header of engagement events."""
    names = b"".join(b'<c t="inlineStr"><is><t>%s</t></is></c>' % name for name in (b"force", b"event", b"date"))
    return b'%s<worksheet xmlns="%s"><sheetData><row>%s</row>%s</sheetData></worksheet>' % (
        head,
        _SHEET.encode(),
        names,
        rows,
    )


def _workbooks() -> Iterator[Hostile]:
    name = "events.xlsx"
    laughs = b"<!DOCTYPE x [%s]>" % _LAUGHS
    yield Hostile(name, workbook_of(sheet_of(b"<row><c><v>&l9;</v></c></row>", laughs)), "workbook: entities")
    yield Hostile(
        name, workbook_of(sheet_of(b"<row><c><v>&e;&f;</v></c></row>", _EXTERNAL)), "workbook: external entity"
    )
    strings = laughs + b'<sst xmlns="%s"><si><t>&l9;</t></si></sst>' % _SHEET.encode()
    yield Hostile(name, workbook_of(sheet_of(b'<row><c t="s"><v>0</v></c></row>'), strings), "workbook: entities")
    wide = (laughs + sheet_of(b"<row><c><v>&l9;</v></c></row>")).decode().encode("utf-16")
    yield Hostile(name, workbook_of(wide), "workbook: entities in UTF-16")
    yield Hostile(
        name, workbook_of(b'<?xml version="1.0" encoding="cp037"?>' + "<a/>".encode("cp037")), "workbook: EBCDIC"
    )
    for row in (b'<row r="1048576"><c><v>1</v></c></row>', b'<row r="999999999"><c><v>1</v></c></row>'):
        yield Hostile(name, workbook_of(sheet_of(row)), "workbook: a row far down")
    for cell in (b"XFD1", b"ZZZ1", b"AAAAAAA1", b"A0", b"A-1", b"1", b""):
        yield Hostile(
            name, workbook_of(sheet_of(b'<row><c r="%s"><v>1</v></c></row>' % cell)), "workbook: a cell far out"
        )
    far = b'<row><c r="XFD2"><v>1</v></c></row>' * 3_000
    yield Hostile(name, workbook_of(sheet_of(far)), "workbook: 3,000 rows far out")
    lie = sheet_of(b"").replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    yield Hostile(name, workbook_of(lie), "workbook: a size that is none")
    for kind, value in (
        (b"s", b"99999999"),
        (b"s", b"-1"),
        (b"s", b"x"),
        (b"b", b"x"),
        (b"d", b"275760-09-13"),
        (b"e", b"#REF!"),
        (b"n", b"1e400"),
        (b"n", b"9" * 5_000),
        (b"n", b"NaN"),
        (b"z", b"1"),
    ):
        row = b'<row><c t="inlineStr"><is><t>surrey</t></is></c><c t="%s"><v>%s</v></c></row>' % (kind, value)
        yield Hostile(name, workbook_of(sheet_of(row)), "workbook: a value that is none")
    yield Hostile(name, workbook_of(sheet_of(b"<row/>" * 100_000)), "workbook: 100,000 empty rows")
    yield Hostile(name, workbook_of(sheet_of(b"<x>" * 20_000 + b"</x>" * 20_000)), "workbook: nested")
    strings = b'<sst xmlns="%s">%s</sst>' % (_SHEET.encode(), b"<si/>" * 300_000)
    yield Hostile(name, workbook_of(sheet_of(b""), strings), "workbook: 300,000 blank texts")
    yield Hostile(
        name,
        workbook_of(sheet_of(b""), more={"xl/styles.xml": b"<a>" + b"<b/>" * 1_100_000 + b"</a>"}),
        "workbook: styles",
    )
    yield Hostile(name, zipped({"xl/workbook.xml": b"<x/>"}), "workbook: hollow")


def _json() -> Iterator[Hostile]:
    for name in (f"{_STREET}.json", "wards.geojson", "2031-01-surrey-stop-and-search.json"):
        for what, content in (
            ("lists without end", b"[" * 100_000),
            ("lists in lists", b"[" * 900 + b"]" * 900),
            ("objects in objects", b'{"a":' * 900 + b"1" + b"}" * 900),
            ("a number of many digits", b'[{"id": %s}]' % (b"9" * 10_000)),
            ("one key twice", b'[{"category": "a", "category": {"b": []}}]'),
            ("not a number", b"[NaN, Infinity, -Infinity]"),
            ("halves of signs", b'[{"category": "\\ud800", "id": 1}]'),
            ("trailing text", b"[] []"),
            ("a mark and UTF-16", "[]".encode("utf-16")),
            ("many blanks", b" " * 200_000 + b"[]"),
            ("long", b'[{"category": "%s"}]' % (b"x" * 500_000)),
        ):
            yield Hostile(name, content, f"JSON: {what}")


def geojson_of(*features: tuple[dict[str, object], object], **more: object) -> bytes:
    """Features of properties and geometry as GeoJSON."""
    listed = [{"type": "Feature", "properties": facts, "geometry": shape} for facts, shape in features]
    return json.dumps({"type": "FeatureCollection", **more, "features": listed}).encode()


def star(points: int, seed: int = 1) -> list[list[float]]:
    """A ring that crosses itself nearly everywhere."""
    random = Random(seed)  # noqa: S311 - no secret
    ring = [[round(random.uniform(-0.1, 0.0), 6), round(random.uniform(51.5, 51.6), 6)] for _ in range(points)]
    return [*ring, ring[0]]


def _shapes() -> Iterator[Hostile]:
    ward = {"WD13CD": "E05000026", "WD13NM": "Abbey"}
    for what, shape in (
        ("no shape", None),
        ("an empty ring", {"type": "Polygon", "coordinates": [[]]}),
        ("two points", {"type": "Polygon", "coordinates": [[[0, 51], [0, 51]]]}),
        ("one point many times", {"type": "Polygon", "coordinates": [[[0, 51.5]] * 1_000]}),
        ("huge", {"type": "Polygon", "coordinates": [[[1e308, 51], [-1e308, 51], [0, 1e308], [1e308, 51]]]}),
        ("texts", {"type": "Polygon", "coordinates": [[["0", "51"]] * 4]}),
        ("five numbers a point", {"type": "Polygon", "coordinates": [[[x, y, 0, 0, 0] for x, y in _SQUARE]]}),
        ("a star", {"type": "Polygon", "coordinates": [star(300)]}),
        ("a large star", {"type": "Polygon", "coordinates": [star(6_000)]}),
        ("many holes", {"type": "Polygon", "coordinates": [_SQUARE] * 2_000}),
        ("many parts", {"type": "MultiPolygon", "coordinates": [[_SQUARE]] * 2_000}),
        ("collections in collections", _collections(400)),
        ("a bow tie", {"type": "Polygon", "coordinates": [[[0, 51], [1, 52], [1, 51], [0, 52], [0, 51]]]}),
    ):
        yield Hostile("wards.geojson", geojson_of((ward, shape)), f"GeoJSON: {what}")
    text = geojson_of((ward, {"type": "Polygon", "coordinates": [_SQUARE]}))
    for number in (b"NaN", b"Infinity", b"1e400", b"-1e400", b"null", b"9" * 500):
        yield Hostile("wards.geojson", text.replace(b"-0.1", number), "GeoJSON: a number that is none")
    square = {"type": "Polygon", "coordinates": [_SQUARE]}
    for projection in (
        "https://evil.example/crs",
        "file:///etc/passwd",
        "/etc/passwd",
        "EPSG:999999",
        "EPSG:4979",
        "EPSG:5701",
        "EPSG:4978",
        "IAU_2015:30100",
        "ESRI:102100",
        "+proj=pipeline +step +proj=utm +zone=30 +step +inv +proj=utm +zone=31",
        "+proj=ob_tran +o_proj=moll +o_lon_p=0 +o_lat_p=0",
        "+proj=longlat +nadgrids=/etc/passwd",
        "+init=/etc/passwd:1",
        "x" * 100_000,
        "PROJCS[" * 500,
        "\x00",
        "",
    ):
        crs = {"type": "name", "properties": {"name": projection}}
        yield Hostile("wards.geojson", geojson_of((ward, square), crs=crs), "GeoJSON: a projection")
    names = [({"WD13CD": f"E{5_000_000 + n:08d}"[:9], f"p{n}": n}, square) for n in range(1_500)]
    yield Hostile("wards.geojson", geojson_of(*names), "GeoJSON: 1,500 kinds of properties")
    yield Hostile(
        "wards.json", _topology(arcs=[[[0, 0], [1, 1]]], drawn=[0] * 50_000), "TopoJSON: one arc again and again"
    )
    yield Hostile("wards.json", _topology(arcs=[], drawn=[10**18]), "TopoJSON: an arc that is none")
    yield Hostile("wards.json", _topology(arcs=[[[10**300, 1]]] * 3, drawn=[0, 1, 2]), "TopoJSON: large numbers")
    for body in (
        b"<!DOCTYPE x [%s]>%s" % (_LAUGHS, b"<kml>&l9;</kml>"),
        _EXTERNAL + b"<kml>&e;</kml>",
        b"<kml><Placemark>" * 3_000 + b"</Placemark></kml>" * 3_000,
        b"<kml>" + b"<Placemark>" * 3_000 + b"</Placemark>" * 3_000 + b"</kml>",
        b"<kml><Placemark>" + b"<Polygon>" * 3_000 + b"</Polygon>" * 3_000 + b"</Placemark></kml>",
        b"<kml><Placemark>" + b"<name/>" * 50_000 + b"</Placemark></kml>",
        b"<kml><NetworkLink><Link><href>https://evil.example/x.kml</href></Link></NetworkLink></kml>",
        b'<?xml version="1.0" encoding="cp037"?><kml/>',
        b"<kml xmlns='x' xmlns='y'/>",
        b"<kml>\x00</kml>",
    ):
        yield Hostile("wards.kml", body, "KML")


def _collections(depth: int) -> object:
    shape: object = {"type": "Polygon", "coordinates": [_SQUARE]}
    for _ in range(depth):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    return shape


def _topology(arcs: list[object], drawn: list[int]) -> bytes:
    layer = {
        "type": "GeometryCollection",
        "geometries": [{"type": "Polygon", "properties": {"WD13CD": "E05000026"}, "arcs": [drawn]}],
    }
    return json.dumps({"type": "Topology", "objects": {"wards": layer}, "arcs": arcs}).encode()


def _mappings() -> Iterator[Hostile]:
    wave = next(file for file in genuine() if file.kind == "wave as csv")
    for what, text in (
        ("nested", b"x = " + b"[" * 5_000 + b"]" * 5_000),
        ("a number of many digits", b"x = " + b"9" * 10_000),
        ("huge", b"# " + b"x" * 2_000_000),
        ("thousands of keys", b"".join(b"k%d = 1\n" % n for n in range(20_000))),
        ("dots", b".".join([b"a"] * 3_000) + b" = 1"),
        ("days that are none", wave.mapping.replace(b"2026-07-01", b"0000-00-00")),
        ("a pattern", b'file = "' + b"*a" * 30 + b'b"\n' + wave.mapping),
        ("a pattern", b'file = "[[[[!]*?"\n' + wave.mapping),
        ("a survey of signs", wave.mapping.replace(b"Public Attitude Survey", b"\\u202e<script>=1+1\\t\\u0000x")),
        ("a survey of no end", wave.mapping.replace(b"Public Attitude Survey", b"s" * 100_000)),
        ("a wave of signs", wave.mapping.replace(b"2026-Q3", b"../../x")),
        ("not TOML", b"\x00\xff\xfe"),
        ("nothing", b""),
        ("a column of no end", wave.mapping.replace(b'"Q60"', b'"' + b"q" * 100_000 + b'"')),
        ("dropped columns", b"drop = [" + b"'a'," * 50_000 + b"]\n" + wave.mapping),
    ):
        yield Hostile("wave.zip", zipped({"wave.csv": wave.content, f"wave.csv{ENDING}": text}), f"mapping: {what}")


def _databases() -> Iterator[Hostile]:
    without_end = "WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c) SELECT x AS table_name FROM c"
    for what, statements in (
        ("a view without end", [f"CREATE VIEW gpkg_geometry_columns AS {without_end}"]),
        ("nothing", ["CREATE TABLE x (y)"]),
        ("a table of views", ["CREATE TABLE gpkg_geometry_columns (table_name)", f"CREATE VIEW v AS {without_end}"]),
    ):
        yield Hostile("wards.gpkg", database_of(statements), f"GeoPackage: {what}")
    gpkg = next(file for file in genuine() if file.kind == "GeoPackage").content
    connection = sqlite3.connect(":memory:")
    connection.deserialize(gpkg)
    connection.execute("ALTER TABLE made RENAME TO held") if _has(connection, "made") else None
    connection.execute(f"CREATE VIEW made AS {without_end}")
    connection.commit()
    yield Hostile("wards.gpkg", connection.serialize(), "GeoPackage: a layer that is a view without end")


def _has(connection: sqlite3.Connection, table: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchall())


def database_of(statements: list[str]) -> bytes:
    """A GeoPackage made by some statements."""
    connection = sqlite3.connect(":memory:")
    for statement in (*statements, "PRAGMA application_id = 1196444487"):
        connection.execute(statement)
    connection.commit()
    return connection.serialize()


def _times(content: bytes, size: int) -> bytes:
    return content * (size // len(content))


MB = 2**20
_LARGE = 19 * MB


def largest() -> Iterator[tuple[str, Callable[[], Hostile]]]:
    """The worst files of 20 MB, each made when it is asked for."""
    yield from _LARGEST.items()


def _packed_csv(line: bytes, size: int, name: str = "events.csv.gz") -> Hostile:
    return Hostile(name, gzip.compress(_HEAD + _times(line, size), 1), "large")


def _stored(name: str, content: bytes) -> Hostile:
    return Hostile(name, content, "large")


_LARGEST: dict[str, Callable[[], Hostile]] = {
    "CSV, two signs a row": lambda: _stored("wave.csv", _times(b"1\n", _LARGE)),
    "CSV, a million short rows": lambda: _stored(
        "wave.csv", b"a,b,c\n" + _times(b"1,2,x%d\n", 8 * 1_040_000)[: 8 * 1_040_000]
    ),
    "CSV, cells as many as may be": lambda: _stored(
        "events.csv", _HEAD.strip() + b"," + b",".join(b"c%d" % n for n in range(97)) + b"\n" + _wide(38_000)
    ),
    "CSV, 16,000 columns": lambda: _stored(
        "wave.csv", b",".join(b"c%d" % n for n in range(16_000)) + b"\n" + (b"12," * 15_999 + b"1\n") * 200
    ),
    "CSV, one line": lambda: _stored("wave.csv", b"x" * _LARGE),
    "CSV, commas": lambda: _stored("wave.csv", b"," * _LARGE),
    "CSV, a problem in every row": lambda: _stored(
        "events.csv", _HEAD + _times(b"x,E,no day\n", _LARGE)[: 11 * 1_040_000]
    ),
    "CSV of searches, unlisted everywhere": lambda: _searches(60_000),
    "gzip, 60 MB of events": lambda: _packed_csv(b"surrey,E1,2026-03-01,and,more,cells\n", 60 * MB),
    "gzip, 2 GB of zeros": lambda: _stored("x.csv.gz", _deflated(2_000)),
    "zip, 4,900 members of 50 kB": lambda: _stored("x.zip", _archive(4_900, b"a,b\n" + b"1,2\n" * 12_000)),
    "zip, 190 MB of searches": lambda: _stored("x.zip", _months()),
    "workbook, shared texts": lambda: _stored(
        "events.xlsx",
        workbook_of(sheet_of(b""), b'<sst xmlns="%s">%s</sst>' % (_SHEET.encode(), b"<si><t>ab</t></si>" * 1_000_000)),
    ),
    "workbook, cells as many as may be": lambda: _stored(
        "events.xlsx", workbook_of(sheet_of((b"<row>" + b"<c><v>12</v></c>" * 100 + b"</row>") * 39_000))
    ),
    "workbook, rows far out": lambda: _stored(
        "events.xlsx", workbook_of(sheet_of(b'<row><c r="XFD1"><v>1</v></c></row>' * 900_000))
    ),
    "workbook, styles": lambda: _stored(
        "events.xlsx", workbook_of(sheet_of(b""), more={"xl/styles.xml": b"<a>" + b"<b/>" * 990_000 + b"</a>"})
    ),
    "JSON, records without fields": lambda: _stored(f"{_STREET}.json", b"[" + b"{}," * 1_990_000 + b"{}]"),
    "JSON, lists": lambda: _stored(f"{_STREET}.json", b"[" + b"[]," * 1_990_000 + b"[]]"),
    "JSON, numbers": lambda: _stored(f"{_STREET}.json", b"[" + b"1.5," * 3_990_000 + b"1]"),
    "GeoJSON, features without anything": lambda: _stored(
        "wards.geojson", b'{"type": "FeatureCollection", "features": [' + b"{}," * 1_990_000 + b"{}]}"
    ),
    "GeoJSON, points": lambda: _stored("wards.geojson", _points(1_400_000)),
    "GeoJSON, a star": lambda: _stored(
        "wards.geojson", geojson_of(({"WD13CD": "E05000026"}, {"type": "Polygon", "coordinates": [star(400_000)]}))
    ),
    "KML, elements": lambda: _stored("wards.kml", b"<kml>" + b"<Placemark/>" * 1_600_000 + b"</kml>"),
    "SPSS, packed": lambda: _stored("wave.sav", packed_spss(19 * MB)),
    "SPSS, packed twice": lambda: _stored("wave.zsav", packed_spss(200 * MB, zipped=True)),
}


def _wide(rows: int) -> bytes:
    """Events with 97 more cells in each row, no two of them alike."""
    return b"".join(_EVENT.strip() % n + b",%04x" * 97 % tuple(range(n, n + 97)) + b"\n" for n in range(rows))


def _deflated(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(MB)
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


def _archive(number: int, content: bytes) -> bytes:
    return zipped({f"{n}.csv": content + b"%d,1\n" % n for n in range(number)})


def _searches(rows: int) -> Hostile:
    first, second, *_ = next(file for file in genuine() if file.kind == "searches").content.splitlines()
    lines = [second.replace(b"Male", b"m%d" % n).replace(b"18-24", b"a%d" % n) for n in range(rows)]
    return Hostile(_SEARCHES, b"\n".join([first, *lines, b""]), "large")


def _months() -> bytes:
    first, second, *_ = next(file for file in genuine() if file.kind == "searches").content.splitlines()
    content = b"\n".join([first, *[second] * (4 * MB // len(second))])
    return zipped({f"20{n // 12:02d}-{n % 12 + 1:02d}-surrey-stop-and-search.csv": content + b"\n" for n in range(46)})


def _points(number: int) -> bytes:
    ring = [[round(-0.1 + n / number / 10, 5), 51.5 if n % 2 else 51.6] for n in range(number)]
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"WD13CD": "E05000026"},
                    "geometry": {"type": "MultiPolygon", "coordinates": [[[*ring, ring[0]]]]},
                }
            ],
        },
        separators=(",", ":"),
    ).encode()


def packed_spss(size: int, zipped: bool = False) -> bytes:
    """An SPSS file of 100 columns whose records are packed as small as they can be, of about this many bytes before."""
    import tempfile
    from pathlib import Path

    import numpy as np
    import pandas as pd
    import pyreadstat

    rows = size // 100
    frame = pd.DataFrame(np.ones((rows, 100)), columns=[f"q{n}" for n in range(100)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.sav"
        pyreadstat.write_sav(frame, str(path), compress=zipped, row_compress=not zipped)
        return path.read_bytes()

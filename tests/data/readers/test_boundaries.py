"""Boundaries: small GeoJSON, GeoPackage and zipped shapefiles, and the real files where they are at hand."""

import io
import json
import socket
import time
import zipfile

import numpy as np
import pyogrio.raw
import pytest
import shapely

from data.readers import boundaries
from data.readers.source import Refused, Slot
from data.tables import AREAS

SQUARE = [[[-0.1, 51.5], [0.0, 51.5], [0.0, 51.6], [-0.1, 51.6], [-0.1, 51.5]]]
BOW_TIE = [[[-0.1, 51.5], [0.0, 51.6], [0.0, 51.5], [-0.1, 51.6], [-0.1, 51.5]]]
# The water tower at Caister: OSGB36 grid and ETRS89, which is WGS84 here (Ordnance Survey, Transformations and OSGM15
# User Guide, annexe A: 651307.003 + 102.801, 313255.686 − 78.236).
CAISTER_GRID, CAISTER = (651409.804, 313177.450), (1.716073973, 52.658007833)


def feature(properties, coordinates=SQUARE, kind="Polygon", **more):
    geometry = None if coordinates is None else {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry, **more}


def geojson(*features, **more):
    return json.dumps({"type": "FeatureCollection", **more, "features": list(features)}).encode()


def ward(code="E05000026", **more):
    return {"WD13CD": code, "WD13CDO": "00ABFX", "WD13NM": "Abbey", "WD13NMW": None} | more


def grid_square(centre=CAISTER_GRID):
    return shapely.box(centre[0] - 100, centre[1] - 100, centre[0] + 100, centre[1] + 100)


def written(path, columns, shapes, crs, **more):
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object),
        field_data=[np.array(values, dtype=object) for values in columns.values()],
        fields=np.array(list(columns)),
        geometry_type="Polygon",
        crs=crs,
        **more,
    )
    return path


def geopackage(folder, columns, shapes, crs="EPSG:27700", **more):
    return written(folder / "made.gpkg", columns, shapes, crs, **more).read_bytes()


def shapefile(folder, columns, shapes, leave_out=(), below=""):
    written(folder / "made.shp", columns, shapes, "EPSG:27700")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in sorted(folder.glob("made.*")):
            if part.suffix not in leave_out:
                archive.writestr(f"{below}London{part.suffix}", part.read_bytes())
    return packed.getvalue()


def read(source):
    slot = boundaries.recognise(source)
    assert slot is not None
    return boundaries.read(source, slot)


def refused(source):
    with pytest.raises(Refused) as caught:
        read(source)
    return caught.value.problems


def centre(frame):
    point = shapely.centroid(shapely.from_wkb(frame["shape"][0]))
    return point.x, point.y


def metres_from_caister(frame):
    x, y = centre(frame)
    # A degree of latitude is 111.2 km here; one of longitude is shorter by the cosine of the latitude.
    return np.hypot((x - CAISTER[0]) * np.cos(np.radians(CAISTER[1])), y - CAISTER[1]) * 111_200


def test_geojson_of_a_layer_of_ons(source):
    source_ = source("E09000002.json", geojson(feature(ward()), feature(ward("E05000027"))))
    slot = boundaries.recognise(source_)
    assert slot == Slot("boundaries", "areas", "WD13", "")
    reading = boundaries.read(source_, slot)
    assert list(reading.frame.columns) == AREAS.names
    row = reading.frame.iloc[0]
    assert (row.boundary_set, row.level, row.code, row["name"]) == ("WD13", "ward", "E05000026", "Abbey")
    assert reading.frame.parent_code.isna().all()
    assert reading.frame.load_id.isna().all()
    assert shapely.from_wkb(row["shape"]).equals(shapely.Polygon(SQUARE[0]))
    assert reading.records == 2


def test_without_a_layer_the_set_is_the_name_of_the_file(source):
    source_ = source("my_areas.geojson", geojson(feature({"id": "E23000001", "name": "Metropolitan Police"})))
    assert boundaries.recognise(source_).subject == "my_areas"
    frame = read(source_).frame
    assert (frame.boundary_set[0], frame.level[0], frame.name[0]) == ("my_areas", "force", "Metropolitan Police")


def test_the_finest_layer_holds_the_codes_and_the_next_one_the_parents(source):
    record = {"LAD21CD": "E09000002", "LAD21NM": "Barking and Dagenham", "wd21cd": "E05000026", "wd21nm": "Abbey"}
    source_ = source("wards.geojson", geojson(feature(record)))
    assert boundaries.recognise(source_).subject == "WD21"
    row = read(source_).frame.iloc[0]
    assert (row.code, row["name"], row.parent_code) == ("E05000026", "Abbey", "E09000002")


def test_the_code_may_stand_beside_the_properties(source):
    frame = read(source("x.geojson", geojson(feature({"name": "Hartlepool"}, id="E06000001")))).frame
    assert frame.code.tolist() == ["E06000001"]


def test_type_may_come_last(source):
    content = json.dumps({"features": [feature(ward())], "type": "FeatureCollection"}).encode()
    assert len(read(source("x.json", b"\xef\xbb\xbf" + content)).frame) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.geojson", b""),
        ("x.json", b'{"type":"Feature","properties":{},"geometry":null}'),
        ("x.json", b'[{"type":"FeatureCollection"}]'),
        ("x.kml", b'<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1"/>'),
        ("x.csv", b"WD13CD,WD13NM\nE05000026,Abbey\n"),
        ("x.gpkg", b"SQLite"),
        ("x.zip", b"PK\x03\x04 and then nothing"),
        ("x.db", b"SQLite format 3\0" + bytes(200)),
    ],
)
def test_other_files_are_not_recognised(source, name, content):
    assert boundaries.recognise(source(name, content)) is None


def test_a_zip_without_a_shapefile_is_not_recognised(source):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "a,b")
        archive.writestr("__MACOSX/._London.shp", "shadow")
    assert boundaries.recognise(source("x.zip", packed.getvalue())) is None


@pytest.mark.parametrize(
    "content",
    [
        geojson(),
        b'{"type":"FeatureCollection"}',
        b'{"type":"FeatureCollection","features":{}}',
        geojson(feature(ward()))[:-30],
        b'{"type":"FeatureCollection","features":' + b"[" * 200_000,
    ],
)
def test_geojson_without_areas_or_cut_short_is_refused(source, content):
    assert "fetch it again" in str(refused(source("x.geojson", content))[0])


def test_hostile_names_stay_text(source):
    name = "<script>alert(1)</script> **[a](javascript:b)** =1+1"
    assert read(source("x.geojson", geojson(feature(ward(WD13NM=name))))).frame.name[0] == name


def test_geojson_in_windows_1252_is_read_and_said(source):
    content = geojson(feature(ward("W05000026", WD13NM="M-n"))).replace(b"M-n", "Môn".encode("cp1252"))
    reading = read(source("x.geojson", content))
    assert reading.frame.name[0] == "Môn"
    assert any("Windows-1252" in note for note in reading.notes)


def test_a_file_without_gss_codes_names_its_columns(source):
    problems = refused(source("x.geojson", geojson(feature({"code": "00ABFX", "label": "Abbey"}))))
    assert "code, label" in problems[0].what


def test_one_wrong_code_is_named_with_its_feature(source):
    codes = ["E05000026", "E05000027", "E0500002", None]
    problems = refused(source("x.geojson", geojson(*(feature({"code": code}) for code in codes))))
    assert "codes" in problems[0].what  # half of the codes are wrong: the column is no column of codes
    problems = refused(source("x.geojson", geojson(*(feature({"code": code}) for code in codes[:3]))))
    assert [(p.row, p.column, p.value) for p in problems] == [(3, "code", "E0500002")]


def test_duplicate_codes_are_refused(source):
    problems = refused(source("x.geojson", geojson(feature(ward()), feature(ward("E05000027")), feature(ward()))))
    assert [(p.row, p.column, p.value) for p in problems] == [(3, "WD13CD", "E05000026")]
    assert "feature 1" in problems[0].what


@pytest.mark.parametrize(("code", "said"), [("E10000017", "county"), ("E12000007", "region"), ("E22000220", "E22")])
def test_other_levels_are_refused_by_name(source, code, said):
    problems = refused(source("x.geojson", geojson(feature({"id": code}))))
    assert [p.value for p in problems] == [code]
    assert said in problems[0].what


def test_mixed_levels_are_refused(source):
    problems = refused(source("x.geojson", geojson(feature({"id": "E05000026"}), feature({"id": "E09000002"}))))
    assert "district, ward" in problems[0].what


def test_scotland_and_northern_ireland_are_left_out_and_said(source):
    codes = ["S12000033", "N09000001", "W06000001"]
    reading = read(source("x.geojson", geojson(*(feature({"LAD22CD": code}) for code in codes))))
    assert reading.frame.code.tolist() == ["W06000001"]
    assert reading.records == 3
    assert any("Northern Ireland" in note and "2" in note for note in reading.notes)
    assert "England or Wales" in refused(source("x.geojson", geojson(feature({"LAD22CD": "S12000033"}))))[0].what


@pytest.mark.parametrize(
    ("coordinates", "kind", "said"),
    [
        ([-0.1, 51.5], "Point", "Point"),
        (SQUARE[0], "LineString", "LineString"),
        (None, "Polygon", "no shape"),
        ([], "Polygon", "no shape"),
        ([[[-0.1, 51.5], [0.0, 51.5]]], "Polygon", "no shape"),
        ("here", "Polygon", "no shape"),
    ],
)
def test_only_polygons_are_read(source, coordinates, kind, said):
    problems = refused(source("x.geojson", geojson(feature(ward("E05000027")), feature(ward(), coordinates, kind))))
    assert [(p.row, p.value) for p in problems] == [(2, "E05000026")]
    assert said in problems[0].what


def test_invalid_shapes_are_mended_and_counted(source):
    reading = read(source("x.geojson", geojson(feature(ward(), BOW_TIE), feature(ward("E05000027")))))
    shape = shapely.from_wkb(reading.frame["shape"][0])
    assert shape.is_valid
    # The two halves of a bow tie are half its square.
    assert shape.area == pytest.approx(0.1 * 0.1 / 2)
    assert any("mended: 1 (E05000026)" in note for note in reading.notes)


def test_a_shape_of_which_nothing_is_left_is_refused(source):
    flat = [[[-0.1, 51.5], [0.0, 51.5], [-0.1, 51.5], [-0.1, 51.5]]]
    assert "nothing is left" in refused(source("x.geojson", geojson(feature(ward(), flat))))[0].what


def test_heights_are_dropped(source):
    high = [[[x, y, 25.0] for x, y in SQUARE[0]]]
    assert not shapely.from_wkb(read(source("x.geojson", geojson(feature(ward(), high)))).frame["shape"][0]).has_z


def test_shapes_outside_great_britain_are_refused(source):
    swapped = [[[y, x] for x, y in SQUARE[0]]]
    problem = refused(source("x.geojson", geojson(feature(ward(), swapped))))[0]
    assert "projection looks wrong" in problem.what
    assert "longitude 51.50 to 51.60" in problem.what


def test_not_a_number_is_refused(source):
    content = geojson(feature(ward())).replace(b"51.6", b"NaN")
    assert refused(source("x.geojson", content))


def test_geojson_that_names_the_national_grid(source):
    square = [[list(point) for point in grid_square().exterior.coords]]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    reading = read(source("x.geojson", geojson(feature(ward(), square), crs=crs)))
    assert metres_from_caister(reading.frame) < 3.5
    assert any("British National Grid" in note for note in reading.notes)


def test_geojson_in_metres_without_a_projection_is_taken_as_national_grid(source):
    square = [[list(point) for point in grid_square().exterior.coords]]
    reading = read(source("x.geojson", geojson(feature(ward(), square))))
    assert metres_from_caister(reading.frame) < 3.5
    assert any("taken as British National Grid" in note for note in reading.notes)


def test_a_projection_given_as_a_web_address_is_never_fetched(source):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/crs"
        for crs in (
            {"type": "link", "properties": {"href": address}},
            {"type": "url", "properties": {"url": address}},
            {"type": "name", "properties": {"name": address}},
        ):
            assert "projection" in refused(source("x.geojson", geojson(feature(ward()), crs=crs)))[0].what
        with pytest.raises(TimeoutError):
            server.accept()


def test_geopackage_in_national_grid(source, tmp_path):
    columns = {"objectid": [1], "name": ["Great Yarmouth"], "gss_code": ["E07000145"]}
    source_ = source("boroughs.gpkg", geopackage(tmp_path, columns, [grid_square()]))
    assert boundaries.recognise(source_) == Slot("boundaries", "areas", "boroughs", "")
    reading = read(source_)
    assert metres_from_caister(reading.frame) < 3.5
    row = reading.frame.iloc[0]
    assert (row.level, row.code, row["name"]) == ("district", "E07000145", "Great Yarmouth")


@pytest.mark.long
def test_geopackage_in_wgs84_with_a_layer_of_ons(source, tmp_path):
    content = geopackage(
        tmp_path, {"PFA22CD": ["E23000024"], "PFA22NM": ["Norfolk"]}, [shapely.Point(CAISTER).buffer(1)], "EPSG:4326"
    )
    source_ = source("forces.gpkg", content)
    assert boundaries.recognise(source_).subject == "PFA22"
    reading = read(source_)
    assert reading.frame.boundary_set[0] == "PFA22"
    assert centre(reading.frame) == pytest.approx(CAISTER)
    assert not any("Converted" in note for note in reading.notes)


@pytest.mark.long
def test_geopackage_in_another_projection_is_converted_too(source, tmp_path):
    # Web Mercator: x = R λ, y = R ln tan(π/4 + φ/2), R = 6,378,137 m.
    x = 6_378_137 * np.radians(CAISTER[0])
    y = 6_378_137 * np.log(np.tan(np.pi / 4 + np.radians(CAISTER[1]) / 2))
    content = geopackage(tmp_path, {"code": ["E07000145"]}, [grid_square((x, y))], "EPSG:3857")
    reading = read(source("x.gpkg", content))
    assert metres_from_caister(reading.frame) < 0.1
    assert any("Pseudo-Mercator" in note for note in reading.notes)
    assert any("No column holds names" in note for note in reading.notes)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9])
def test_a_truncated_geopackage_is_refused(source, tmp_path, share):
    content = geopackage(tmp_path, {"code": ["E07000145"]}, [grid_square()])
    cut = content[: int(len(content) * share)]
    problems = refused(source("x.gpkg", cut))
    assert "fetch it again" in str(problems[0])
    assert str(tmp_path) not in str(problems[0])


@pytest.mark.long
def test_a_geopackage_of_several_layers_is_refused_by_their_names(source, tmp_path):
    geopackage(tmp_path, {"code": ["E07000145"]}, [grid_square()], layer="one")
    content = geopackage(tmp_path, {"code": ["E07000145"]}, [grid_square()], layer="two", append=True)
    assert "one, two" in refused(source("x.gpkg", content))[0].what


def london(codes=("E05000405", "E05000414"), parents=("E09000021", "E09000021")):
    return {"NAME": ["Chessington", "Tolworth"], "GSS_CODE": list(codes), "LB_GSS_CD": list(parents)}


def test_zipped_shapefile_with_parents(source, tmp_path):
    content = shapefile(tmp_path, london(), [grid_square(), grid_square((651000, 313000))], below="a/b/")
    source_ = source("london_wards.zip", content)
    assert boundaries.recognise(source_) == Slot("boundaries", "areas", "london_wards", "")
    reading = read(source_)
    assert metres_from_caister(reading.frame) < 3.5
    columns = ["boundary_set", "level", "code", "name", "parent_code"]
    assert reading.frame[columns].to_numpy().tolist() == [
        ["london_wards", "ward", "E05000405", "Chessington", "E09000021"],
        ["london_wards", "ward", "E05000414", "Tolworth", "E09000021"],
    ]


@pytest.mark.long
def test_zipped_shapefile_with_a_layer_of_ons(source, tmp_path):
    content = shapefile(tmp_path, {"LSOA11CD": ["E01000001"], "LSOA11NM": ["City"]}, [grid_square()])
    source_ = source("lsoa.zip", content)
    assert boundaries.recognise(source_).subject == "LSOA11"
    assert read(source_).frame.boundary_set[0] == "LSOA11"


@pytest.mark.long
def test_a_shapefile_without_projection_is_taken_as_national_grid(source, tmp_path):
    content = shapefile(tmp_path, london(), [grid_square(), grid_square((651000, 313000))], leave_out=(".prj",))
    reading = read(source("x.zip", content))
    assert metres_from_caister(reading.frame) < 3.5
    assert any("taken as British National Grid" in note for note in reading.notes)


@pytest.mark.long
@pytest.mark.parametrize("part", [".dbf", ".shx"])
def test_a_shapefile_that_lacks_a_part_is_refused(source, tmp_path, part):
    content = shapefile(tmp_path, london(), [grid_square(), grid_square((651000, 313000))], leave_out=(part,))
    assert part in refused(source("x.zip", content))[0].what


@pytest.mark.long
def test_two_shapefiles_in_a_zip_are_refused(source, tmp_path):
    packed = io.BytesIO(shapefile(tmp_path, london(), [grid_square(), grid_square((651000, 313000))]))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("other.shp", b"")
    assert "London.shp, other.shp" in refused(source("x.zip", packed.getvalue()))[0].what


@pytest.mark.long
def test_a_damaged_member_of_a_zip_is_refused(source, tmp_path):
    content = shapefile(tmp_path, london(), [grid_square(), grid_square((651000, 313000))])
    place = content.index(b"E05000405")
    assert "damaged" in refused(source("x.zip", content[:place] + b"F" + content[place + 1 :]))[0].what


REAL = {
    "lancashire_districts.geojson": (14, "district", "lancashire_districts"),
    "lancashire_wards.gpkg": (271, "ward", "lancashire_wards"),
    "london_boroughs.gpkg": (33, "district", "london_boroughs"),
    "london_wards.zip": (654, "ward", "london_wards"),
    "london_lsoa_2021.geojson": (4994, "lsoa", "LSOA21"),
    "police_force_areas_2022_simplified.geojson": (43, "force", "police_force_areas_2022_simplified"),
    "local_authorities_2022_simplified.geojson": (331, "district", "local_authorities_2022_simplified"),
}
# Wards of each authority, E09000001 to E09000017, in 2013.
WARDS = [25, 17, 21, 21, 21, 22, 18, 24, 23, 21, 17, 19, 16, 19, 21, 18, 22]


def test_real_boundaries(source, real_files):
    folder = real_files / "boundaries"
    sources = {name: source(name, folder / name) for name in REAL}
    wards = [source(f"E09{n:06}.json", folder / "wards_by_lad" / f"E09{n:06}.json") for n in range(1, 18)]
    started = time.process_time()
    readings = {name: read(source_) for name, source_ in sources.items()}
    ward_readings = [read(source_) for source_ in wards]
    seconds = time.process_time() - started
    for name, (areas, level, boundary_set) in REAL.items():
        frame = readings[name].frame
        assert len(frame) == areas
        assert set(frame.level) == {level}
        assert set(frame.boundary_set) == {boundary_set}
        assert frame.name.notna().all()
        assert shapely.is_valid(shapely.from_wkb(frame["shape"])).all()
    assert [len(reading.frame) for reading in ward_readings] == WARDS
    assert {name for reading in ward_readings for name in reading.frame.boundary_set} == {"WD13"}
    assert readings["london_wards.zip"].frame.parent_code.nunique() == 33
    assert seconds < 20


def test_real_boroughs_lie_where_another_publisher_has_them(source, real_files):
    folder = real_files / "boundaries"
    grid = read(source("b.gpkg", folder / "london_boroughs.gpkg")).frame.set_index("code")["shape"]
    other = read(source("l.geojson", folder / "local_authorities_2022_simplified.geojson")).frame
    simplified = other.set_index("code")["shape"][grid.index]
    shapes, others = shapely.from_wkb(grid), shapely.from_wkb(simplified)
    shared = shapely.area(shapely.intersection(shapes, others)) / shapely.area(shapely.union(shapes, others))
    assert shared.min() > 0.85


# A bow of two neighbours: they share the arc from the top of the border to its foot. From the specification's example.
TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.1, 0.1], "translate": [-0.2, 51.5]},
    "objects": {
        "wards": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "id": "a", "properties": {"WD13CD": "E05000026"}, "arcs": [[0, 1]]},
                {"type": "MultiPolygon", "properties": {"WD13CD": "E05000027"}, "arcs": [[[2, -1]], [[3]]]},
            ],
        }
    },
    # The border downwards; round the west; round the east; an island of which rounding left two points.
    "arcs": [
        [[1, 1], [0, -1]],
        [[1, 0], [-1, 0], [0, 1], [1, 0]],
        [[1, 1], [1, 0], [0, -1], [-1, 0]],
        [[5, 5], [0, 0]],
    ],
}


def test_neighbours_of_a_topology_share_their_border(source):
    west, east = shapely.from_wkb(read(source("wards.json", json.dumps(TOPOLOGY).encode())).frame["shape"])
    assert west.normalize().equals_exact(shapely.MultiPolygon([shapely.box(-0.2, 51.5, -0.1, 51.6)]).normalize(), 1e-9)
    assert east.normalize().equals_exact(shapely.MultiPolygon([shapely.box(-0.1, 51.5, 0.0, 51.6)]).normalize(), 1e-9)


def test_a_topology_without_rounding_and_with_a_hole(source):
    outer, hole = (list(shapely.box(*sides).exterior.coords) for sides in ((-1, 51, 1, 53), (0, 52, 0.5, 52.5)))
    held = {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "arcs": [[0], [1]]}]}
    held["geometries"][0]["properties"] = {"LAD13CD": "E06000001", "LAD13NM": None}
    topology = {"arcs": [outer, hole], "objects": {"lad": held}, "type": "Topology"}
    (shape,) = shapely.from_wkb(read(source("x.topojson", json.dumps(topology).encode())).frame["shape"])
    assert shape.area == pytest.approx(4 - 0.25)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"objects": {}}, "not one layer, but these: none"),
        ({"objects": {"a": {}, "b": {}}}, "not one layer, but these: a, b"),
        ({"objects": 3}, "not one layer"),
        ({"arcs": []}, "can't be put together"),
        ({"arcs": [[["x", "y"]]] * 4}, "can't be put together"),
        ({"transform": {"scale": 1}}, "can't be put together"),
        ({"arcs": [[[10**400, 1], [1, 1]]] * 4}, "can't be put together"),
        ({"objects": {"a": {"geometries": [{"type": "Polygon", "arcs": [[0] * 2000]}]}}}, "can't be put together"),
        ({"objects": {"a": {"geometries": [[]]}}}, "can't be put together"),
        ({"objects": {"a": {"geometries": []}}}, "holds no areas"),
    ],
)
def test_a_broken_topology_is_refused(source, changes, said):
    assert said in refused(source("x.json", json.dumps(TOPOLOGY | changes).encode()))[0].what


def kml(*placemarks, head=""):
    body = "".join(placemarks)
    return f'<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'.encode()


def placemark(facts, rings):
    sides = ["outerBoundaryIs", *["innerBoundaryIs"] * (len(rings) - 1)]
    shape = "".join(
        f"<{side}><LinearRing><coordinates>{ring}</coordinates></LinearRing></{side}>"
        for side, ring in zip(sides, rings, strict=True)
    )
    return f"<Placemark><name>Abbey</name>{facts}<Polygon>{shape}</Polygon></Placemark>"


RING = "-0.1,51.5,0 0.0,51.5,0\n 0.0,51.6,0 -0.1,51.6,0 -0.1,51.5,0"
HOLE = "-0.08,51.52 -0.06,51.52 -0.06,51.54 -0.08,51.54 -0.08,51.52"


@pytest.mark.parametrize(
    "facts",
    [
        '<ExtendedData><SchemaData><SimpleData name="WD13CD">E05000026</SimpleData></SchemaData></ExtendedData>',
        '<ExtendedData><Data name="WD13CD"><value>E05000026</value></Data></ExtendedData>',
    ],
)
def test_kml_with_facts_typed_or_not(source, facts):
    source_ = source("wards.kml", kml(placemark(facts, [RING, HOLE])))
    assert boundaries.recognise(source_) == Slot("boundaries", "areas", "WD13", "")
    (row,) = read(source_).frame.to_dict("records")
    assert (row["code"], row["name"]) == ("E05000026", "Abbey")
    assert shapely.from_wkb(row["shape"]).area == pytest.approx(0.1 * 0.1 - 0.02 * 0.02)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (kml(), "holds no areas"),
        (kml(head='<!DOCTYPE x [<!ENTITY a "aaaa">]>'), "declares a document type or entities"),
        (kml("<Placemark>"), "can't be read as XML"),
        (kml(placemark("", ["a,b c,d"])), "a coordinate of the file is no number"),
        (kml("<Placemark><name>E05000026</name><Point/></Placemark>"), "Point"),
    ],
)
def test_kml_that_holds_no_areas_is_refused(source, content, said):
    assert any(said in problem.what for problem in refused(source("x.kml", content)))


@pytest.mark.parametrize("encoding", ["windows-1252", "ISO-8859-1", "utf-8", "foo"])
def test_names_in_kml_are_read_whatever_it_says_of_its_encoding(source, encoding):
    facts = '<ExtendedData><Data name="WD13CD"><value>E05000026</value></Data></ExtendedData>'
    text = kml(placemark(facts, [RING]).replace("Abbey", "Ynys Môn")).decode()
    text = text.replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
    content = text.encode("utf-8" if encoding in ("utf-8", "foo") else encoding)
    assert read(source("x.kml", content)).frame["name"].tolist() == ["Ynys Môn"]


def test_kml_with_a_prefix(source):
    facts = '<ExtendedData><Data name="WD13CD"><value>E05000026</value></Data></ExtendedData>'
    text = (
        kml(placemark(facts, [RING]))
        .decode()
        .replace("<kml xmlns=", "<kml:kml xmlns:kml=")
        .replace("</kml>", "</kml:kml>")
    )
    assert len(read(source("x.kml", text.encode())).frame) == 1


def test_half_a_sign_in_a_name_is_replaced(source):
    content = geojson(feature(ward(WD13NM="?"))).replace(b'"?"', b'"\\ud800x"')
    assert read(source("x.geojson", content)).frame["name"].tolist() == ["?x"]


def test_real_topologies_are_what_gdal_makes_of_them(source, real_files):
    folder = real_files / "boundaries"
    for path, level, count in (
        (folder / "topo_lad_england.json", "district", 326),
        (folder / "wards_by_lad" / "topo_E09000001.json", "ward", 25),
    ):
        frame = read(source(path.name, path)).frame
        meta, _, geometry, values = pyogrio.raw.read(path)
        codes = values[[str(name)[-2:] for name in meta["fields"]].index("CD")]
        made = shapely.make_valid(shapely.from_wkb(geometry), method="structure", keep_collapsed=False)
        expected = dict(zip(codes, made, strict=True))
        assert (len(frame), set(frame.level)) == (count, {level})
        shapes = dict(zip(frame.code, shapely.from_wkb(frame["shape"]), strict=True))
        for code, shape in shapes.items():
            assert shape.area == pytest.approx(expected[code].area, rel=1e-6)
            assert shapely.symmetric_difference(shape, expected[code]).area < 1e-6 * shape.area

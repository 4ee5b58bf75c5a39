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
    assert slot == Slot("boundaries", "areas", "WD13 E09000002", "")
    reading = boundaries.read(source_, slot)
    assert list(reading.frame.columns) == AREAS.names
    row = reading.frame.iloc[0]
    assert (row.boundary_set, row.level, row.code, row["name"]) == ("WD13", "ward", "E05000026", "Abbey")
    assert reading.frame.parent_code.isna().all()
    assert reading.frame.load_id.isna().all()
    assert shapely.from_wkb(row["shape"]).equals(shapely.Polygon(SQUARE[0]))
    assert reading.records == 2


def test_a_file_named_like_its_layer_has_it_as_subject(source):
    assert boundaries.recognise(source("WD13.geojson", geojson(feature(ward())))).subject == "WD13"


def test_without_a_layer_the_set_is_the_name_of_the_file(source):
    source_ = source("my_areas.geojson", geojson(feature({"id": "E23000001", "name": "Metropolitan Police"})))
    assert boundaries.recognise(source_).subject == "my_areas"
    frame = read(source_).frame
    assert (frame.boundary_set[0], frame.level[0], frame.name[0]) == ("my_areas", "force", "Metropolitan Police")


def test_the_finest_layer_holds_the_codes_and_the_next_one_the_parents(source):
    record = {"LAD21CD": "E09000002", "LAD21NM": "Barking and Dagenham", "wd21cd": "E05000026", "wd21nm": "Abbey"}
    source_ = source("wards.geojson", geojson(feature(record)))
    assert boundaries.recognise(source_).subject == "WD21 wards"
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
        ("x.json", b'{"type":"Topology","objects":{"a":{"type":"GeometryCollection","geometries":[]}},"arcs":[]}'),
        ("x.json", b'{"type":"Feature","properties":{},"geometry":null}'),
        ("x.json", b'[{"type":"FeatureCollection"}]'),
        ("x.kml", b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"/>'),
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


def test_geopackage_in_wgs84_with_a_layer_of_ons(source, tmp_path):
    content = geopackage(
        tmp_path, {"PFA22CD": ["E23000024"], "PFA22NM": ["Norfolk"]}, [shapely.Point(CAISTER).buffer(1)], "EPSG:4326"
    )
    source_ = source("forces.gpkg", content)
    assert boundaries.recognise(source_).subject == "PFA22 forces"
    reading = read(source_)
    assert reading.frame.boundary_set[0] == "PFA22"
    assert centre(reading.frame) == pytest.approx(CAISTER)
    assert not any("Converted" in note for note in reading.notes)


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


def test_zipped_shapefile_with_a_layer_of_ons(source, tmp_path):
    content = shapefile(tmp_path, {"LSOA11CD": ["E01000001"], "LSOA11NM": ["City"]}, [grid_square()])
    source_ = source("lsoa.zip", content)
    assert boundaries.recognise(source_).subject == "LSOA11 lsoa"
    assert read(source_).frame.boundary_set[0] == "LSOA11"


def test_a_shapefile_without_projection_is_taken_as_national_grid(source, tmp_path):
    content = shapefile(tmp_path, london(), [grid_square(), grid_square((651000, 313000))], leave_out=(".prj",))
    reading = read(source("x.zip", content))
    assert metres_from_caister(reading.frame) < 3.5
    assert any("taken as British National Grid" in note for note in reading.notes)


@pytest.mark.parametrize("part", [".dbf", ".shx"])
def test_a_shapefile_that_lacks_a_part_is_refused(source, tmp_path, part):
    content = shapefile(tmp_path, london(), [grid_square(), grid_square((651000, 313000))], leave_out=(part,))
    assert part in refused(source("x.zip", content))[0].what


def test_two_shapefiles_in_a_zip_are_refused(source, tmp_path):
    packed = io.BytesIO(shapefile(tmp_path, london(), [grid_square(), grid_square((651000, 313000))]))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("other.shp", b"")
    assert "London.shp, other.shp" in refused(source("x.zip", packed.getvalue()))[0].what


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


@pytest.mark.real
def test_real_boundaries(source, real_files):
    folder = real_files / "boundaries"
    sources = {name: source(name, folder / name) for name in REAL}
    wards = [source(f"E09{n:06}.json", folder / "wards_by_lad" / f"E09{n:06}.json") for n in range(1, 18)]
    started = time.perf_counter()
    readings = {name: read(source_) for name, source_ in sources.items()}
    ward_readings = [read(source_) for source_ in wards]
    seconds = time.perf_counter() - started
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


@pytest.mark.real
def test_real_boroughs_lie_where_another_publisher_has_them(source, real_files):
    folder = real_files / "boundaries"
    grid = read(source("b.gpkg", folder / "london_boroughs.gpkg")).frame.set_index("code")["shape"]
    other = read(source("l.geojson", folder / "local_authorities_2022_simplified.geojson")).frame
    simplified = other.set_index("code")["shape"][grid.index]
    shapes, others = shapely.from_wkb(grid), shapely.from_wkb(simplified)
    shared = shapely.area(shapely.intersection(shapes, others)) / shapely.area(shapely.union(shapes, others))
    assert shared.min() > 0.85


@pytest.mark.real
def test_real_topojson_is_not_recognised(source, real_files):
    folder = real_files / "boundaries"
    for path in (folder / "topo_lad_england.json", folder / "wards_by_lad" / "topo_E09000001.json"):
        assert boundaries.recognise(source(path.name, path)) is None

"""Maps: classes by their breaks, colours that nobody takes for each other, and a deck that asks no other host."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest

from analytics import charts, maps
from analytics.charts.house import PALETTES
from analytics.hatching import hatched
from analytics.maps import FEW, HIGH, LOW, MEDIUM, MODEL, NOT_KNOWN, POINTS, RATES, RATIOS, AreaMap

HOSTILE = "<b onclick=\"x()\">Up & 'Down'</b>"


@pytest.mark.parametrize(
    ("position", "place"),
    [(-20, 0), (-8, 0), (-7.9, 1), (-3, 1), (-2.9, 2), (0, 2), (2.9, 2), (3, 3), (7.9, 3), (8, 4), (30, 4)],
)
def test_classes_have_the_breaks_of_the_look(position, place):
    assert POINTS.place(position) == place


@pytest.mark.parametrize(
    ("half", "certainty"),
    [(0.1, HIGH), (5.99, HIGH), (6, MEDIUM), (8, MEDIUM), (8.01, LOW), (40, LOW), (math.nan, NOT_KNOWN)],
)
def test_certainty_is_by_half_the_width(half, certainty):
    assert POINTS.certainty(half) == certainty


@pytest.mark.parametrize(
    ("position", "certainty", "light", "dark"),
    [
        (-9, HIGH, "#A8470B", "#FFC299"),
        (-5, HIGH, "#E58A4E", "#CC7A45"),
        (0, HIGH, "#A3AFBB", "#66737F"),
        (5, HIGH, "#5F97C9", "#4A86BF"),
        (9, HIGH, "#12436D", "#B3D9FA"),
        (-9, MEDIUM, "#F7CBAC", "#7A4C2E"),
        (-5, MEDIUM, "#F7CBAC", "#7A4C2E"),
        (0, MEDIUM, "#D9DFE5", "#36424E"),
        (5, MEDIUM, "#B5D6F2", "#294C6E"),
        (9, LOW, "#F8FAFB", "#131A21"),
        (9, NOT_KNOWN, "#F8FAFB", "#131A21"),
        (9, FEW, "", ""),
        (9, MODEL, "", ""),
        (math.nan, NOT_KNOWN, "", ""),
    ],
)
def test_fills_are_those_of_the_look(position, certainty, light, dark):
    assert maps.fill(POINTS, "estimate", "light", position, certainty) == light
    assert maps.fill(POINTS, "estimate", "dark", position, certainty) == dark


def test_where_less_is_better_the_colours_change_places_and_the_numbers_do_not():
    swapped = maps.replace(POINTS, swapped=True)
    assert maps.fill(swapped, "estimate", "light", -9, HIGH) == maps.fill(POINTS, "estimate", "light", 9, HIGH)
    assert maps.fill(swapped, "estimate", "light", 5, MEDIUM) == "#F7CBAC"
    assert swapped.place(-9) == 0
    assert maps.fill(swapped, "certainty", "light", -9, HIGH) == maps.fill(POINTS, "certainty", "light", -9, HIGH)


def test_ratios_merge_their_classes_around_the_same_rate():
    grey = maps.SEQUENTIAL["light"].faded
    shown = [maps.fill(RATIOS, "estimate", "light", ratio, MEDIUM) for ratio in (0.5, 1, 1.5, 3, 9)]
    assert shown == [grey[0], grey[1], grey[2], grey[2], grey[2]]


# Machado, Oliveira and Fernandes 2009, severity 1: what protan, deutan and tritan eyes see of linear sRGB.
EYES = {
    "usual": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}


def lab(colour, eye):
    """CIELAB of a colour as an eye sees it; CIE 15, white D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(EYES[eye] @ _linear(colour), 0, 1) / np.array([0.95047, 1, 1.08883])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def apart(colours, eye):
    return min(np.linalg.norm(lab(a, eye) - lab(b, eye)) for a, b in itertools.combinations(colours, 2))


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize(
    ("palette", "least"),
    [
        # look.md measured 9.8 and 13.7 for the diverging nine.
        (maps.DIVERGING["light"], 9.7),
        (maps.DIVERGING["dark"], 13.6),
        # The lightest of the five blues and the ground are 8.4 apart, which the look gives.
        (maps.SEQUENTIAL["light"], 8.3),
        (maps.SEQUENTIAL["dark"], 13.5),
    ],
)
def test_any_two_of_the_nine_colours_are_told_apart_by_every_eye(palette, least, eye):
    assert apart([*palette.full, *palette.faded, palette.uncertain], eye) >= least


def contrast(one, other):
    light = [float(np.array([0.2126, 0.7152, 0.0722]) @ _linear(colour)) + 0.05 for colour in (one, other)]
    return max(light) / min(light)


def _linear(colour):
    coded = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_outlines_are_seen_on_the_ground(mode):
    palette = maps.DIVERGING[mode]
    assert contrast(palette.area_line, PALETTES[mode].ground) >= 3
    assert contrast(palette.outer_line, PALETTES[mode].ground) >= 7


def square(x, y, side=0.1):
    return json.dumps([[[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]][0:1]])


@pytest.fixture
def drawn():
    """Three areas in two districts: one sure, one with few answers, one of two parts."""
    rows = [
        ("A", "area", "Alpha", 0.05, 51.05, square(0, 51)),
        ("B", "area", HOSTILE, 0.15, 51.05, square(0.1, 51)),
        ("C", "area", "Gamma", 0.25, 51.05, square(0.2, 51)[:-1] + "," + square(0.5, 51)[1:]),
        ("D1", "outline", "East", 0.1, 51.05, square(0, 51, 0.2)),
        ("D2", "outline", "West", 0.3, 51.05, square(0.2, 51)),
    ]
    shapes = pd.DataFrame(rows, columns=["code", "part", "name", "longitude", "latitude", "polygons"])
    table = pd.DataFrame(
        {
            "area": ["A", "B", "C"],
            "position": [-9.0, math.nan, 4.0],
            "certainty": [HIGH, FEW, MEDIUM],
            "words": ["Alpha\n51 %", HOSTILE, "Gamma\n65 %"],
        }
    )
    return AreaMap(table, shapes, POINTS, pd.DataFrame({"Area": ["Alpha", HOSTILE, "Gamma"]}), "note", "alt")


def layers(deck):
    return {layer["id"]: layer for layer in json.loads(deck.to_json())["layers"]}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_deck_has_every_area_and_no_address_but_its_own(drawn, mode):
    deck = drawn.deck(mode)
    text = deck.to_json()
    assert "http" not in text
    spec = json.loads(text)
    assert spec["mapStyle"] == f"/app/static/blank-{mode}.json"
    held = layers(deck)
    areas = held["areas"]["data"]
    assert [row["code"] for row in areas] == ["A", "B", "C", "C"]
    assert areas[0]["fill"] == maps._rgb(maps.fill(POINTS, "estimate", mode, -9, HIGH))
    assert areas[1]["fill"] == maps._rgb(PALETTES[mode].ground)
    assert areas[2]["fill"] == areas[3]["fill"]
    assert [row["text"] for row in held["few"]["data"]] == ["few"]
    assert {row["text"] for row in held["names"]["data"]} <= {"East", "West"}
    assert held["chosen"]["data"] == []


def test_words_of_files_are_shown_as_text(drawn):
    deck = drawn.deck("light")
    # Streamlit puts "html" into the page as HTML, and "text" as text.
    assert set(deck._tooltip) == {"text", "style"}
    assert layers(deck)["areas"]["data"][1]["words"] == HOSTILE


def test_the_chosen_area_has_an_outline_and_the_layer_another_name(drawn):
    held = layers(drawn.deck("light", chosen="C"))
    assert len(held["chosen"]["data"]) == 2
    assert "areas C" in held
    clicked = {"selection": {"objects": {"areas C": [{"code": "A"}]}}}
    assert maps.picked(clicked, "C") == "A"
    assert maps.picked(clicked, "A") is None
    assert maps.picked({"selection": {"objects": {}}}, None) is None
    assert maps.picked({}, None) is None


def test_the_certainty_view_has_three_classes(drawn):
    areas = layers(drawn.deck("light", kind="certainty"))["areas"]["data"]
    shown = maps.SEQUENTIAL["light"].by_certainty
    assert areas[0]["fill"] == maps._rgb(shown[HIGH])
    assert areas[2]["fill"] == maps._rgb(shown[MEDIUM])
    assert len(shown) == 3


def test_the_map_fits_the_pixels_it_is_given():
    # 360 degrees are 512 pixels at zoom 0: with 12 pixels of air, 512 + 24 wide is zoom 0.
    assert maps.zoom(-180, -60, 180, 60, 536, 5000) == pytest.approx(0, abs=1e-9)
    # At the equator a degree is as high as it is wide.
    assert maps.zoom(0, -0.5, 1, 0.5, 1024, 1024) == pytest.approx(math.log2(1000 / (512 / 360)), abs=1e-4)
    wide, narrow = (maps.zoom(0, 51, 1, 52, width, 4000) for width in (1024, 524))
    assert wide - narrow == pytest.approx(1)


def test_labels_never_overlap(drawn):
    crowd = pd.concat([drawn.shapes.iloc[[3]]] * 5, ignore_index=True).assign(name=list("VWXYZ"))
    kept = maps._fitting(crowd, 9.0, [], 7.4, 22.0, whole=False)
    assert list(kept["name"]) == ["V"]


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("kind", ["estimate", "certainty", "chance"])
@pytest.mark.parametrize("scheme", [POINTS, RATES, RATIOS])
def test_the_key_shows_every_colour_of_the_view(scheme, kind, mode):
    figure = charts.map_key(scheme, kind, mode)
    fills = {shape.fillcolor for shape in figure.layout.shapes}
    palette = maps.colours(scheme, kind, mode)
    expected = {
        "estimate": {*palette.full, *palette.faded, palette.uncertain},
        "certainty": {*palette.by_certainty.values()},
        "chance": {*palette.full},
    }
    assert fills == expected[kind]
    said = " ".join(note.text for note in figure.layout.annotations)
    words = ["5\u00a0%", "20\u00a0%", "80\u00a0%", "95\u00a0%", "unclear"] if kind == "chance" else scheme.margin_words
    assert all(word in said for word in words)
    hatched = charts.map_key(scheme, kind, mode, hatched=True)
    assert "the model alone" in " ".join(note.text for note in hatched.layout.annotations)
    assert hatched.layout.height > figure.layout.height
    # Plotly checks what was drawn unchecked.
    type(figure)(figure.to_dict())


@pytest.mark.parametrize(
    ("chance", "place"),
    [(0, 0), (0.049, 0), (0.05, 1), (0.19, 1), (0.2, 2), (0.5, 2), (0.8, 2), (0.81, 3), (0.95, 3), (0.951, 4), (1, 4)],
)
def test_chances_are_classed_at_5_20_80_and_95_per_cent(chance, place):
    assert maps.chance_class(chance) == place
    full = maps.DIVERGING["light"].full
    assert maps.fill(POINTS, "chance", "light", 4.0, LOW, chance) == full[place]
    swapped = maps.replace(POINTS, swapped=True)
    assert maps.fill(swapped, "chance", "light", 4.0, LOW, chance) == full[4 - place]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_chance_view_has_marks_that_can_be_read_on_their_colours(drawn, mode):
    chances = maps.replace(drawn, table=drawn.table.assign(chance=[0.99, math.nan, 0.1], certainty=[HIGH, MODEL, LOW]))
    held = layers(chances.deck(mode, "chance"))
    marks = {(row["text"], name.split()[1]) for name, layer in held.items() if "marks" in name for row in layer["data"]}
    assert {text for text, _ in marks} == {"↑↑", "↓"}
    full = maps.DIVERGING[mode].full
    for text, colour in marks:
        assert contrast(colour, full[4 if text == "↑↑" else 1]) >= 4.5
    for fill in full:
        assert contrast(maps.readable(fill), fill) >= 4.5
    assert held["hatching"]["data"]


def test_a_hatching_stays_inside_and_goes_on_in_the_neighbour():
    left, right = ([[[x, 51.0], [x + 0.1, 51.0], [x + 0.1, 51.1], [x, 51.1], [x, 51.0]]] for x in (0.0, 0.1))
    squash = math.cos(math.radians(51.05))
    lines = np.array(hatched([left, right], 0.02, squash))
    assert ((lines[..., 0] >= 0) & (lines[..., 0] <= 0.2) & (lines[..., 1] >= 51.0) & (lines[..., 1] <= 51.1)).all()
    # Every end of every line has a whole number of steps: neighbours carry each other's lines on.
    steps = (lines[..., 0] + lines[..., 1] / squash) / 0.02
    assert steps == pytest.approx(np.round(steps), abs=2e-3)
    hole = [*left, [[0.03, 51.03], [0.07, 51.03], [0.07, 51.07], [0.03, 51.07], [0.03, 51.03]]]
    for line in hatched([hole], 0.005, squash):
        x, y = np.mean(line, axis=0)
        assert not (0.031 < x < 0.069 and 0.031 < y - 51 < 0.069)

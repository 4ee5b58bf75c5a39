"""Maps of areas: classes, colours and the deck that is drawn from a tidy table and shapes.

As certainty falls, classes are merged: five colours, three faded ones, one near the ground. A faded colour is never
the full colour of another class, so nobody takes an unsure "well above" for a sure "a little above". The outline is the
same for every area. An area whose figure is a model's alone is hatched, in every view.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from analytics import wording
from analytics.charts.house import PALETTES
from analytics.finding import Mode
from analytics.hatching import hatched
from analytics.records import records_of

if TYPE_CHECKING:
    import pandas as pd
    import pydeck

HIGH, MEDIUM, LOW, FEW, NOT_KNOWN, MODEL = "high", "medium", "low", "few", "not known", "model only"
"""Certainty of an area's figure: the width of its interval, too few to say, no interval at all, or no own answers."""

Kind = Literal["estimate", "certainty", "chance"]

CHANCE = "Chance"
"""Column of the list with the chance of lying above the force."""
CHANCES = (0.05, 0.2, 0.8, 0.95)
"""Where chances are cut into five classes; what lies on a cut is in the class nearer to the middle."""
MARKS = ("↓↓", "↓", "", "↑", "↑↑")
"""What stands in an area of each class, so that nobody needs the colours."""

_BLANK = "/app/static/blank-{}.json"
_TILE = 512
_PADDING = 12


@dataclass(frozen=True)
class Scheme:
    """How figures of a layer become classes.

    Attributes
    ----------
    title, margin
        What the classes are of, and what certainty is measured by, for the key.
    breaks
        The four breaks between five classes, as positions.
    break_words
        The same in words.
    merged
        The five classes as three, for figures of medium certainty: places of the first and last of each.
    margins
        Half widths of an interval: high certainty under the first one, low over the second one.
    margin_words
        What each certainty is called in the key.
    diverging
        Whether there is a middle that the ends lie below and above, or one direction.
    swapped
        Whether a low figure is the welcome one: blue and orange change places, numbers do not.
    """

    title: str
    margin: str
    breaks: tuple[float, float, float, float]
    break_words: tuple[str, str, str, str]
    merged: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
    margins: tuple[float, float]
    margin_words: tuple[str, str, str]
    diverging: bool
    swapped: bool = False

    def certainty(self, half: float) -> str:
        """How certain a figure is, by the half width of its interval."""
        if math.isnan(half):
            return NOT_KNOWN
        return HIGH if half < self.margins[0] else MEDIUM if half <= self.margins[1] else LOW

    def place(self, position: float) -> int:
        """The class of a position, 0 to 4; on a break the outer one."""
        first, second, third, fourth = self.breaks
        below = (position > first) + (position > second)
        return int(below + (position >= third) + (position >= fourth))


_SIDES = ((0, 1), (2, 2), (3, 4))
_RELATIVE = (0.25, 0.5)
_RELATIVE_WORDS = (f"± under 25{wording.NBSP}%", f"± 25 to 50{wording.NBSP}%", f"± over 50{wording.NBSP}%")

POINTS = Scheme(
    title="Points below or above the force",
    margin="Margin",
    breaks=(-8.0, -3.0, 3.0, 8.0),
    break_words=(f"{wording.MINUS}8", f"{wording.MINUS}3", "+3", "+8"),
    merged=_SIDES,
    margins=(6.0, 8.0),
    margin_words=("± under 6", "± 6 to 8", "± over 8"),
    diverging=True,
)
RATES = Scheme(
    title="Times the rate of the force",
    margin="Margin",
    breaks=(0.5, 0.8, 1.25, 2.0),
    break_words=("0.5", "0.8", "1.25", "2"),
    merged=_SIDES,
    margins=_RELATIVE,
    margin_words=_RELATIVE_WORDS,
    diverging=False,
)
RATIOS = Scheme(
    title="Times the rate of the group compared with",
    margin="Margin",
    breaks=(0.8, 1.25, 2.0, 4.0),
    break_words=("0.8", "1.25", "2", "4"),
    merged=((0, 0), (1, 1), (2, 4)),
    margins=_RELATIVE,
    margin_words=_RELATIVE_WORDS,
    diverging=False,
)


@dataclass(frozen=True)
class Colours:
    """Fills of one mode: five full ones, three faded ones, the uncertain one, and the lines."""

    full: tuple[str, str, str, str, str]
    faded: tuple[str, str, str]
    uncertain: str
    area_line: str
    outer_line: str

    @property
    def by_certainty(self) -> dict[str, str]:
        """Fills of the certainty view."""
        return {HIGH: self.full[4], MEDIUM: self.full[2], LOW: self.full[0]}


_LINES: dict[Mode, tuple[str, str]] = {"light": ("#7E8C99", "#3F4C58"), "dark": ("#6B7885", "#B4C0CB")}

DIVERGING: dict[Mode, Colours] = {
    "light": Colours(
        ("#A8470B", "#E58A4E", "#A3AFBB", "#5F97C9", "#12436D"),
        ("#F7CBAC", "#D9DFE5", "#B5D6F2"),
        "#F8FAFB",
        *_LINES["light"],
    ),
    "dark": Colours(
        ("#FFC299", "#CC7A45", "#66737F", "#4A86BF", "#B3D9FA"),
        ("#7A4C2E", "#36424E", "#294C6E"),
        "#131A21",
        *_LINES["dark"],
    ),
}
SEQUENTIAL: dict[Mode, Colours] = {
    "light": Colours(
        ("#DCE8F3", "#A9C7E2", "#6FA0CC", "#3674A8", "#12436D"),
        ("#E5E1D8", "#CAC5BA", "#AFA99D"),
        "#F8FAFB",
        *_LINES["light"],
    ),
    "dark": Colours(
        ("#12436D", "#3674A8", "#6FA0CC", "#A9C7E2", "#DCE8F3"),
        ("#33302B", "#5E5A52", "#9C968C"),
        "#131A21",
        *_LINES["dark"],
    ),
}


def colours(scheme: Scheme, kind: Kind, mode: Mode) -> Colours:
    """The fills of a scheme; the certainty view always has steps of one blue."""
    chosen = (DIVERGING if scheme.diverging and kind != "certainty" else SEQUENTIAL)[mode]
    if not (scheme.swapped and kind != "certainty"):
        return chosen
    return replace(chosen, full=chosen.full[::-1], faded=chosen.faded[::-1])


def key_title(scheme: Scheme, kind: Kind) -> str:
    """What the colours of a view mean, as the key is headed."""
    titles: dict[Kind, str] = {
        "estimate": scheme.title,
        "certainty": "Certainty of the estimate",
        "chance": "Chance of being above the force",
    }
    return titles[kind]


def chance_class(chance: float) -> int:
    """The class of a chance, 0 to 4: under .05, under .2, between, over .8, over .95."""
    lowest, low, high, highest = CHANCES
    return int(2 - (chance < low) - (chance < lowest) + (chance > high) + (chance > highest))


def readable(ground: str) -> str:
    """Black or white, whichever is read better on a colour."""
    red, green, blue = (int(ground[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return "#0B0C0C" if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.18 else "#FFFFFF"


def fill(scheme: Scheme, kind: Kind, mode: Mode, position: float, certainty: str, chance: float = math.nan) -> str:
    """Colour of an area as #RRGGBB; empty where it has none.

    Parameters
    ----------
    position
        In the unit of the scheme's breaks; NaN where there is no figure.
    certainty
        One of the six.
    chance
        Of lying above the force, where the view shows it.
    """
    palette = colours(scheme, kind, mode)
    if certainty in (FEW, MODEL) or math.isnan(position):
        return ""
    if certainty == NOT_KNOWN:
        return palette.uncertain
    if kind == "chance":
        return palette.full[chance_class(chance)]
    if kind == "certainty":
        return palette.by_certainty[certainty]
    if certainty == LOW:
        return palette.uncertain
    place = scheme.place(position)
    if certainty == HIGH:
        return palette.full[place]
    return next(colour for colour, (a, b) in zip(palette.faded, scheme.merged, strict=True) if a <= place <= b)


@dataclass(frozen=True, eq=False)
class AreaMap:
    """What is drawn of a layer.

    Attributes
    ----------
    table
        Columns area, position (in the unit of the scheme), certainty, words (what is said of the area when it is
        pointed at) and, where there is one, chance (of lying above the force); one row an area.
    shapes
        Rows of the table ``shapes`` of one level: its areas and the outlines above them.
    scheme
        How figures become colours.
    listed
        The same areas in words, for the list beside the map; rows as in `table`, see `listing`.
    note
        How the colours are read, in a sentence or two.
    alt
        The map in words.
    """

    table: pd.DataFrame
    shapes: pd.DataFrame
    scheme: Scheme
    listed: pd.DataFrame
    note: str
    alt: str

    @property
    def codes(self) -> list[str]:
        """Codes of the areas, in the order of the list."""
        return [str(code) for code in self.table["area"]]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The views that there are."""
        return ("estimate", "certainty", "chance") if "chance" in self.table else ("estimate", "certainty")

    @property
    def hatched(self) -> bool:
        """Whether the figure of any area is a model's alone."""
        return bool((self.table["certainty"] == MODEL).any())

    def listing(self, kind: Kind) -> pd.DataFrame:
        """The list beside a view: it has the certainty or the chance of each area, whichever the colours show."""
        hidden = "Certainty" if kind == "chance" else CHANCE
        return self.listed.drop(columns=hidden, errors="ignore")

    def said(self, kind: Kind) -> str:
        """How the colours of a view are read."""
        if kind != "chance":
            return self.note
        return (
            "How likely the true share of an area is above the force's, by the model of all areas. Arrows say the same "
            f"as colours.{' Hatched: the model alone.' if self.hatched else ''}"
        )

    @property
    def size(self) -> int:
        """Bytes of the shapes as they are sent."""
        return int(self.shapes["polygons"].str.len().sum())

    def deck(self, mode: Mode, kind: Kind = "estimate", chosen: str | None = None, width: int = 640) -> pydeck.Deck:
        """The deck for ``st.pydeck_chart``; the chosen area has a thick outline.

        Parameters
        ----------
        mode
            Light or dark.
        kind
            Which view.
        chosen
            GSS code of the area that is chosen.
        width
            Pixels that the map is expected to have; it is fitted to them.
        """
        return _built(self, mode, kind, chosen, width)

    def areas(self, areas: pd.DataFrame, mode: Mode, kind: Kind, chosen: str | None) -> pydeck.Layer:
        """The layer of the areas in their colours, whose names and figures can be pointed at."""
        import pydeck

        rows = {row["area"]: row for row in records_of(self.table)}
        data = []
        for code, polygons in zip(areas["code"], areas["polygons"], strict=True):
            row = rows.get(code)
            if row is None:
                continue
            colour = self.fill(row, kind, mode)
            shown = {"code": code, "words": row["words"], "fill": _rgb(colour or PALETTES[mode].ground)}
            data += [{**shown, "polygon": polygon} for polygon in _parsed(polygons)]
        return pydeck.Layer(
            "PolygonLayer",
            data,
            id=_layer(chosen),
            get_polygon="polygon",
            get_fill_color="fill",
            get_line_color=_rgb(colours(self.scheme, kind, mode).area_line),
            line_width_units=pydeck.types.String("pixels"),
            get_line_width=1,
            line_width_min_pixels=1,
            pickable=True,
        )

    def fill(self, row: Mapping[Hashable, Any], kind: Kind, mode: Mode) -> str:
        """Colour of the area of one row of the table; empty where it has none."""
        return fill(self.scheme, kind, mode, row["position"], row["certainty"], row.get("chance", math.nan))

    def hatching(self, areas: pd.DataFrame, zoom: float) -> list[Any]:
        """Lines across the areas whose figure is a model's alone."""
        alone = set(self.table.loc[self.table["certainty"] == MODEL, "area"])
        own = areas[areas["code"].isin(alone)]
        if own.empty:
            return []
        polygons = [polygon for text in own["polygons"] for polygon in _parsed(text)]
        step = _HATCH * 360 / (_TILE * 2**zoom)
        return hatched(polygons, step, math.cos(math.radians(float(own["latitude"].mean()))))

    def marks(self, areas: pd.DataFrame, mode: Mode) -> pd.DataFrame:
        """The areas that the chance view marks, their name being the mark, with its colour."""
        rows = self.table[self.table["certainty"] != MODEL].set_index("area").to_dict("index")
        named = areas[areas["code"].isin(rows)]
        marks = [MARKS[chance_class(rows[code]["chance"])] for code in named["code"]]
        colour = [readable(self.fill(rows[code], "chance", mode)) for code in named["code"]]
        marked = named.assign(name=marks, colour=colour)
        return marked[marked["name"] != ""]

    def few(self, areas: pd.DataFrame) -> pd.DataFrame:
        """The areas with too few answers, their name being the word for it."""
        few = set(self.table.loc[self.table["certainty"] == FEW, "area"])
        return areas[areas["code"].isin(few)].assign(name=FEW)


@lru_cache(maxsize=32)
def _built(drawn: AreaMap, mode: Mode, kind: Kind, chosen: str | None, width: int) -> pydeck.Deck:
    """The deck, built once: a page asks for the same one with every rerun."""
    palette = colours(drawn.scheme, kind, mode)
    areas = drawn.shapes[drawn.shapes["part"] == "area"]
    outlines = drawn.shapes[drawn.shapes["part"] == "outline"]
    seen = _fitted(drawn.shapes, width)
    hatching = drawn.hatching(areas, seen.zoom)
    marks = drawn.marks(areas, mode) if kind == "chance" else areas.iloc[:0]
    layers = [
        drawn.areas(areas, mode, kind, chosen),
        *([_lines("hatching", hatching, palette.area_line, 1)] if hatching else []),
        _lines("outlines", _rings(outlines), palette.outer_line, 2),
        # In two colours, of which one is seen on any fill.
        _lines("beneath", _rings(areas[areas["code"] == chosen]), PALETTES[mode].ground, 8),
        _lines("chosen", _rings(areas[areas["code"] == chosen]), PALETTES[mode].text, 4),
        *_labels(drawn.few(areas), outlines, marks, mode, seen.zoom),
    ]
    return _deck_class()(
        layers=layers,
        initial_view_state=seen,
        views=[_flat_view()],
        map_style=_BLANK.format(mode),
        tooltip={"text": "{words}", "style": _tooltip(mode)},
    )


def picked(state: Mapping[str, Any], chosen: str | None) -> str | None:
    """The code of the area that was picked, from what ``st.pydeck_chart`` says; None where none was.

    Parameters
    ----------
    state
        What the map says.
    chosen
        The area that was chosen when the map was drawn: what was picked on an earlier drawing is past.
    """
    objects = (state.get("selection", {}).get("objects") or {}).get(_layer(chosen))
    return str(objects[0]["code"]) if objects else None


def _layer(chosen: str | None) -> str:
    """Name of the layer of areas: another one with each choice, so that what was picked before is forgotten.

    While something is picked, Streamlit fades all other areas, and a faded colour would mean another certainty.
    """
    return f"areas {chosen or ''}".strip()


def zoom(west: float, south: float, east: float, north: float, width: float, height: float) -> float:
    r"""The zoom at which a box of degrees fits a box of pixels in Web Mercator.

    The world is :math:`512 \cdot 2^z` pixels wide and high; the height of a latitude is
    :math:`\ln\tan(\pi/4 + \phi/2) / 2\pi` of it.
    """
    across = (east - west) / 360
    upwards = _mercator(north) - _mercator(south)
    fits = min((width - 2 * _PADDING) / max(across, 1e-9), (height - 2 * _PADDING) / max(upwards, 1e-9))
    return math.log2(fits / _TILE)


HEIGHT = 440
"""Pixels of a map."""


def _mercator(latitude: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) / (2 * math.pi)


def _fitted(shapes: pd.DataFrame, width: int) -> pydeck.ViewState:
    import numpy as np
    import pydeck

    bounds = np.array([_bounds(str(text)) for text in shapes["polygons"]])
    (west, south), (east, north) = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    return pydeck.ViewState(
        longitude=round(float((west + east) / 2), 5),
        latitude=round(float((south + north) / 2), 5),
        zoom=round(zoom(west, south, east, north, width, HEIGHT), 2),
        min_zoom=4,
        max_zoom=14,
        height=HEIGHT,
    )


def _flat_view() -> pydeck.View:
    import pydeck

    # The wheel scrolls the page, and nothing turns the map: north is up.
    return pydeck.View(type="MapView", controller={"scrollZoom": False, "dragRotate": False, "touchRotate": False})


def _lines(name: str, rings: Sequence[Any], colour: str, width: int) -> pydeck.Layer:
    import pydeck

    return pydeck.Layer(
        "PathLayer",
        [{"path": ring} for ring in rings],
        id=name,
        get_path="path",
        get_color=_rgb(colour),
        width_units=pydeck.types.String("pixels"),
        get_width=width,
        width_min_pixels=width,
        joint_rounded=True,
        cap_rounded=True,
    )


def _labels(
    few: pd.DataFrame, outlines: pd.DataFrame, marks: pd.DataFrame, mode: Mode, scale: float
) -> list[pydeck.Layer]:
    """Names of districts on a plate, the word of areas with too few answers, and marks, where there is room."""
    palette = PALETTES[mode]
    taken: list[tuple[float, float, float, float]] = []
    named = outlines[outlines["name"].notna()]
    # One outline alone needs no name: it is the force.
    names = _fitting(named, scale, taken, 7.4, _PLATE, whole=False) if len(named) > 1 else named.iloc[:0]
    words = _fitting(few, scale, taken, 6.5, _WORD, whole=True)
    arrows = _fitting(marks, scale, taken, _ARROW, _WORD, whole=True)
    layers = [_text("few", words, palette.muted, 12, 400)] if len(words) else []
    layers += [
        _text(f"marks {colour}", arrows[arrows["colour"] == colour], colour, 15, 600)
        for colour in (sorted(set(arrows["colour"])) if len(arrows) else [])
    ]
    if len(names):
        plate = [*_rgb(palette.ground), 214]
        layers.append(_text("names", names, palette.text, 13.5, 600, background=plate))
    return layers


_PLATE, _WORD, _ARROW = 22.0, 14.0, 4.0
"""Pixels that a name on its plate is high, a word without one, and that an arrow is wide beyond the air around it."""
_HATCH = 7
"""Pixels from one line of a hatching to the next."""


def _fitting(
    places: pd.DataFrame,
    scale: float,
    taken: list[tuple[float, float, float, float]],
    letter: float,
    high: float,
    whole: bool,
) -> pd.DataFrame:
    """The places whose label fits beside those that are written already; the largest first.

    Parameters
    ----------
    scale
        The zoom.
    taken
        Boxes of labels in pixels; those of the labels that fit are added.
    letter, high
        Width of a letter and height of a label in pixels.
    whole
        Whether the area itself must be larger than its label.
    """
    if places.empty:
        return places
    world = _TILE * 2**scale
    sized = sorted(
        ((_extent(row["polygons"], world), place, row) for place, row in enumerate(records_of(places))),
        key=lambda item: -item[0][0] * item[0][1],
    )
    kept = []
    for (across, upwards), place, row in sized:
        wide = letter * len(str(row["name"])) + 10
        if whole and (across < wide or upwards < high):
            continue
        x, y = world * row["longitude"] / 360, world * _mercator(row["latitude"])
        box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        if any(box[0] < c and a < box[2] and box[1] < d and b < box[3] for a, b, c, d in taken):
            continue
        taken.append(box)
        kept.append(place)
    return places.iloc[sorted(kept)]


def _extent(polygons: Hashable, world: float) -> tuple[float, float]:
    """Width and height in pixels of the largest polygon of an area."""
    boxes = []
    for polygon in _parsed(polygons):
        across, upwards = zip(*polygon[0], strict=True)
        boxes.append(
            (
                world * (max(across) - min(across)) / 360,
                world * (_mercator(max(upwards)) - _mercator(min(upwards))),
            )
        )
    return max(boxes, key=lambda box: box[0] * box[1])


def _text(
    name: str, places: pd.DataFrame, colour: str, size: float, weight: int, background: list[int] | None = None
) -> pydeck.Layer:
    import pydeck

    plate = {"background": True, "get_background_color": background, "background_padding": [5, 2]} if background else {}
    data = [
        {"text": str(row["name"]), "at": [round(row["longitude"], 5), round(row["latitude"], 5)]}
        for row in records_of(places)
    ]
    return pydeck.Layer(
        "TextLayer",
        data,
        id=name,
        get_text="text",
        get_position="at",
        get_color=_rgb(colour),
        get_size=size,
        font_family=pydeck.types.String("Plex, system-ui, sans-serif"),
        font_weight=weight,
        character_set=pydeck.types.String("auto"),
        **plate,
    )


def _tooltip(mode: Mode) -> dict[str, str]:
    palette = PALETTES[mode]
    return {
        "backgroundColor": palette.panel,
        "color": palette.text,
        "border": f"1px solid {palette.border}",
        "fontFamily": "Plex, system-ui, sans-serif",
        "fontSize": "13px",
        "maxWidth": "280px",
        "whiteSpace": "pre-wrap",
    }


def _rings(shapes: pd.DataFrame) -> list[Any]:
    return [ring for text in shapes["polygons"] for polygon in _parsed(text) for ring in polygon]


@lru_cache(maxsize=8192)
def _parsed_once(text: str) -> Any:  # noqa: ANN401 - JSON holds anything
    return json.loads(text)


@lru_cache(maxsize=8192)
def _bounds(text: str) -> tuple[float, float, float, float]:
    """The least and greatest longitude and latitude of an area: west, south, east, north."""
    across, upwards = zip(*(point for polygon in _parsed(text) for point in polygon[0]), strict=True)
    return min(across), min(upwards), max(across), max(upwards)


def _parsed(text: Hashable) -> Any:  # noqa: ANN401
    return _parsed_once(str(text))


def _rgb(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


@cache
def _deck_class() -> type[pydeck.Deck]:
    import pydeck
    from pydeck.bindings.json_tools import default_serialize

    class Compact(pydeck.Deck):  # type: ignore[misc]  # It has no types.
        """A deck whose JSON has no white space: pydeck's own is indented, and five times as long."""

        def to_json(self) -> str:
            return text(self)

    @lru_cache(maxsize=32)
    def text(deck: Compact) -> str:
        return json.dumps(deck, sort_keys=True, default=default_serialize, separators=(",", ":"))

    return Compact

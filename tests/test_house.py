"""What surrounds the code: the theme can be read, the look needs no HTML, nothing leaves, the pins agree."""

from __future__ import annotations

import json
import math
import re
import tomllib
from itertools import combinations
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from streamlit import config

from analytics import maps
from analytics.charts import PALETTES
from analytics.finding import Mode

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "static"
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
THEME = CONFIG["theme"]
MODES = ("light", "dark")
BADGES = ("gray", "blue", "orange", "yellow", "red", "green", "violet")
CODE = sorted(path for folder in ("analytics", "data", "pages") for path in (ROOT / folder).rglob("*.py"))
HTML = re.compile(r"unsafe_allow_html|unsafe_allow_javascript|\bst\.(html|iframe)\b|\bcomponents\.(v1|v2)\b")


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def over(colour: str, ground: str, opacity: float) -> str:
    mixed = (round(opacity * top + (1 - opacity) * below) for top, below in zip(rgb(colour), rgb(ground), strict=True))
    return "#" + bytes(mixed).hex()


def luminance(colour: str) -> float:
    shares = [level / 255 for level in rgb(colour)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def pins(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.lstrip().startswith("#")]
    return {canonicalize_name(requirement.name): str(requirement.specifier) for requirement in requirements}


def test_contrast_agrees_with_published_ratios() -> None:
    # WCAG 2.2: black on white is 21:1; #767676 is the lightest grey that reaches 4.5:1 on white, at 4.54.
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)
    assert contrast("#777777", "#FFFFFF") < 4.5


@pytest.mark.parametrize("mode", MODES)
def test_text_reaches_the_contrast_of_wcag_aa(mode: str) -> None:
    theme = THEME[mode]
    ground, panel, text = theme["backgroundColor"], theme["secondaryBackgroundColor"], theme["textColor"]
    pairs = {
        "body": (text, ground),
        "body on a panel": (text, panel),
        "caption": (over(text, ground, 0.6), ground),
        "caption on a panel": (over(text, panel, 0.6), panel),
        "link": (theme["linkColor"], ground),
        "grey text": (theme["grayTextColor"], ground),
        "grey text on a panel": (theme["grayTextColor"], panel),
        "table header": (theme["dataframeHeaderTextColor"], theme["dataframeHeaderBackgroundColor"]),
        "white on a primary button": ("#FFFFFF", theme["primaryColor"]),
        "open tab": (theme["primaryColor"], ground),
        "orange text": (theme["orangeTextColor"], ground),
        **{f"{badge} badge": (theme[f"{badge}TextColor"], theme[f"{badge}BackgroundColor"]) for badge in BADGES},
    }
    assert {name: contrast(*pair) for name, pair in pairs.items() if contrast(*pair) < 4.5} == {}


@pytest.mark.parametrize("mode", MODES)
def test_chart_colours_reach_three_to_one(mode: str) -> None:
    ground = THEME[mode]["backgroundColor"]
    assert [colour for colour in THEME[mode]["chartCategoricalColors"] if contrast(colour, ground) < 3] == []


@pytest.mark.parametrize("mode", MODES)
def test_every_word_of_a_drawing_can_be_read(mode: Mode) -> None:
    palette = PALETTES[mode]
    band = over(palette.blue, palette.ground, palette.band)
    pairs = {
        "words": (palette.text, palette.ground),
        "words beside them": (palette.muted, palette.ground),
        "words over a band": (palette.text, band),
        "words beside them over a band": (palette.muted, band),
        "name of a line": (palette.blue, palette.ground),
        "words that a pointer brings up": (palette.text, palette.panel),
    }
    assert {name: contrast(*pair) for name, pair in pairs.items() if contrast(*pair) < 4.5} == {}


@pytest.mark.parametrize("mode", MODES)
def test_every_mark_of_a_drawing_is_seen(mode: Mode) -> None:
    palette = PALETTES[mode]
    pairs = {
        "estimate": (palette.blue, palette.ground),
        "look here": (palette.orange, palette.ground),
        "compared with": (palette.soft, palette.ground),
        "axis": (palette.axis, palette.ground),
        "line over its band": (palette.blue, over(palette.blue, palette.ground, palette.band)),
        "compared with over its band": (palette.soft, over(palette.soft, palette.ground, palette.band)),
        "reference over its strip": (palette.blue, over(palette.blue, palette.ground, 0.1)),
        **{f"{name} of a map": (line, palette.ground) for name, line in _lines_of_maps(mode).items()},
    }
    assert {name: contrast(*pair) for name, pair in pairs.items() if contrast(*pair) < 3} == {}


def _lines_of_maps(mode: Mode) -> dict[str, str]:
    return {"area": maps.DIVERGING[mode].area_line, "outline": maps.DIVERGING[mode].outer_line}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("scheme", [maps.DIVERGING, maps.SEQUENTIAL])
def test_a_chosen_area_is_seen_on_any_fill(scheme: dict[Mode, maps.Colours], mode: Mode) -> None:
    palette, colours = PALETTES[mode], scheme[mode]
    for fill in (*colours.full, *colours.faded, colours.uncertain):
        assert max(contrast(fill, palette.text), contrast(fill, palette.ground)) >= 3, fill


def lab(colour: str) -> tuple[float, float, float]:
    """CIELAB of a colour under D65 (CIE 15; IEC 61966-2-1)."""
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in _shares(colour)]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.95047, 1.0, 1.08883)
    x, y, z = (sum(a * b for a, b in zip(row, linear, strict=True)) / of for row, of in zip(rows, white, strict=True))
    f = [t ** (1 / 3) if t > (6 / 29) ** 3 else t * (29 / 6) ** 2 / 3 + 4 / 29 for t in (x, y, z)]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def _shares(colour: str) -> list[float]:
    return [level / 255 for level in rgb(colour)]


def test_lab_agrees_with_published_values() -> None:
    # Lindbloom's calculator: sRGB red is L 53.24, a 80.09, b 67.20; white is L 100.
    assert lab("#FF0000") == pytest.approx((53.24, 80.09, 67.20), abs=0.05)
    assert lab("#FFFFFF") == pytest.approx((100, 0, 0), abs=0.02)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("scheme", [maps.DIVERGING, maps.SEQUENTIAL])
def test_no_two_classes_of_a_map_look_alike(scheme: dict[Mode, maps.Colours], mode: Mode) -> None:
    # A difference of 2.3 is just noticed (Mahy and others, 1994); to find a class in a key it takes more.
    colours = scheme[mode]
    pairs = combinations((*colours.full, *colours.faded, colours.uncertain), 2)
    assert [pair for pair in pairs if math.dist(*map(lab, pair)) < 9] == []


@pytest.mark.parametrize(("mode", "least"), [("light", 3), ("dark", 1.8)])
def test_the_ring_of_the_focus(mode: str, least: float) -> None:
    # Streamlit draws it in the primary colour at half opacity. In the dark that colour lies under white words too, so
    # the ring can't be lighter: docs/accessibility.md says so.
    grounds = (THEME[mode]["backgroundColor"], THEME[mode]["secondaryBackgroundColor"])
    assert min(contrast(over(THEME[mode]["primaryColor"], ground, 0.5), ground) for ground in grounds) >= least


def test_nothing_moves_by_itself() -> None:
    moving = re.compile(r"animat|transition|@keyframes", re.IGNORECASE)
    files = [*STATIC.glob("*.svg"), *CODE]
    assert [file.name for file in files if moving.search(file.read_text("utf-8").partition("base64,")[0])] == []


def test_both_modes_set_the_same_options() -> None:
    assert THEME["light"].keys() == THEME["dark"].keys()


def test_streamlit_knows_every_option() -> None:
    shared = {name: value for name, value in THEME.items() if name not in MODES}
    sections = {**CONFIG, "theme": shared, **{f"theme.{mode}": THEME[mode] for mode in MODES}}
    for section, options in sections.items():
        for name in options:
            config.get_option(f"{section}.{name}")  # raises where the option does not exist


def test_tables_hand_out_no_text_of_files_but_by_their_own_files() -> None:
    # The download and the copy of Streamlit's own tables would write text of a file that starts like a formula as one.
    assert CONFIG["client"]["disableDataExport"] is True


def test_fonts_of_the_theme_are_here() -> None:
    files = [face["url"].removeprefix("app/static/") for face in THEME["fontFaces"]]
    assert [file for file in files if (STATIC / file).read_bytes()[:4] != b"wOF2"] == []


@pytest.mark.parametrize("mode", MODES)
def test_blank_map_has_the_ground_of_the_theme(mode: str) -> None:
    style = json.loads((STATIC / f"blank-{mode}.json").read_text(encoding="utf-8"))
    assert style["sources"] == {}
    assert [layer["paint"]["background-color"] for layer in style["layers"]] == [THEME[mode]["backgroundColor"]]


def test_pictures_and_styles_name_no_other_host() -> None:
    for file in [*STATIC.glob("*.svg"), *STATIC.glob("*.json")]:
        text = file.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "//" not in re.sub(r"base64,[^)]*", "", text), file.name


def test_code_writes_no_html() -> None:
    assert len(CODE) > 10
    assert [
        str(file) for file in [ROOT / "app.py", *CODE] if file.exists() and HTML.search(file.read_text("utf-8"))
    ] == []


def test_both_locks_agree() -> None:
    run, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    assert all(pin.startswith("==") for pin in dev.values())
    assert {name: (pin, dev.get(name)) for name, pin in run.items() if dev.get(name) != pin} == {}


def test_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {
        "requirements.txt": project["project"]["dependencies"],
        "requirements-dev.txt": project["dependency-groups"]["dev"],
    }
    for file, requirements in asked.items():
        pinned = pins(file)
        for requirement in map(Requirement, requirements):
            version = pinned[canonicalize_name(requirement.name)].removeprefix("==")
            assert requirement.specifier.contains(version), f"{file}: {requirement} is pinned at {version}"

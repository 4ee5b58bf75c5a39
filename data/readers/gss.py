"""GSS codes: what an area is, told from the first three signs of its code.

Source: Office for National Statistics, Register of Geographic Codes and Code History Database.
"""

from __future__ import annotations

import re

CODE = re.compile(r"[EWSNK][0-9]{8}")
"""The form of every GSS code."""

LEVELS = {
    "E01": "lsoa",
    "W01": "lsoa",
    "E02": "msoa",
    "W02": "msoa",
    "E05": "ward",
    "W05": "ward",
    "E06": "district",
    "E07": "district",
    "E08": "district",
    "E09": "district",
    "W06": "district",
    "E23": "force",
    "W15": "force",
}
"""Level of an area of England or Wales by the first three signs of its code."""

NAMES = {"lsoa": "LSOA", "msoa": "MSOA", "ward": "ward", "district": "district", "force": "police force area"}
"""How a level is written in a sentence."""

LARGER = {
    "E10": "county",
    "E11": "metropolitan county",
    "E12": "region",
    "E13": "Inner or Outer London",
    "E92": "England",
    "K02": "United Kingdom",
    "K03": "Great Britain",
    "K04": "England and Wales",
    "W92": "Wales",
}
"""Areas that hold whole districts: beside districts they would count the same residents again."""


def is_code(text: object) -> bool:
    """Whether this is a text in the form of a GSS code."""
    return isinstance(text, str) and CODE.fullmatch(text) is not None


def level(code: str) -> str | None:
    """Level of the area with this code; None where it is at no level that the store keeps."""
    return LEVELS.get(code[:3]) if is_code(code) else None

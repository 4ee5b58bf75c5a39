"""What is brought into memory before anybody comes."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

_LATE = ("pandas", "plotly.graph_objects", "pydeck", "scipy.stats")
"""Heavy packages that are imported where they are used."""


def import_all() -> None:
    """Import every part of every page, and what they import late.

    Where several people open different pages of a server that has just started, several threads import the same modules
    in different orders. Python then gives one of them a module that is not finished, and its page fails.
    """
    for package in _LATE:
        import_module(package)
    for part in sorted(Path(__file__).parent.glob("*.py")):
        import_module(f"pages.parts.{part.stem}")

"""Every benchmark can be started: a figure that nobody can measure again is none."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_it_can_be_imported(name: str) -> None:
    pytest.importorskip("playwright")
    assert import_module(f"benchmarks.{name}").__doc__

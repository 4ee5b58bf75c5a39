"""The canonical tables: frames that are made pass their own checks, whatever was imported first."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import {first}
import {second}
from data.tables import STOPS

frame = STOPS.frame({{"load_id": ["a"], "row": [2], "force": ["surrey"], "month": ["2018-04"]}})
STOPS.schema.validate(frame, lazy=True)
"""


@pytest.mark.long
@pytest.mark.parametrize("order", [("pandera.pandas", "analytics"), ("analytics", "pandera.pandas")])
def test_a_frame_passes_its_checks_whatever_was_imported_first(order):
    script = SCRIPT.format(first=order[0], second=order[1])
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

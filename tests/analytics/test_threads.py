"""Linear algebra runs in one thread, whichever door the product is entered by."""

import os
import subprocess
import sys

import pytest

WATCHED = """
import sys

class Watch:
    def find_spec(self, name, *_):
        if name == "numpy":
            import os
            print(os.environ.get("OPENBLAS_NUM_THREADS"), flush=True)
            os._exit(0)

sys.meta_path.insert(0, Watch())
import {door}
"""
"""Says what the libraries are told of threads at the moment when they are first imported, which is when they listen."""


def threads(door, **said):
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    told = subprocess.run(
        [sys.executable, "-c", WATCHED.format(door=door)],
        env={**environment, **said},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.split()[0]


@pytest.mark.parametrize("door", ["analytics.__main__", "app"])
def test_linear_algebra_is_told_to_run_in_one_thread_before_it_is_imported(door):
    assert threads(door) == "1"


def test_what_the_machine_says_itself_stands():
    assert threads("analytics", OPENBLAS_NUM_THREADS="4") == "4"

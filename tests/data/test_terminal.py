import subprocess
import sys

import pytest

from data.terminal import printable


@pytest.mark.parametrize("hostile", ["\x1b]0;OWNED\x07", "\x9b31m", "\x1b[2J", "a\u2028b", "a\rb", "\u202eevil"])
def test_nothing_commands_the_terminal(hostile):
    made = printable(hostile)
    assert "\ufffd" in made
    assert not {"\x1b", "\x9b", "\x07", "\u2028", "\r", "\u202e"} & set(made)


def test_ordinary_text_stays_as_it_is():
    text = "Ynys Môn: 61\u00a0% (57 to 65\u00a0%), \u22125 points\nnext line"
    assert printable(text) == text


def test_a_command_leaves_with_its_code_and_all_that_it_said():
    """Also where something that is taken down at the end of Python would make another code of it."""
    code = (
        "import atexit, os\nfrom data.terminal import leave\natexit.register(os._exit, 134)\nprint('said')\nleave({})"
    )
    for given in (0, 1):
        ended = subprocess.run([sys.executable, "-c", code.format(given)], capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stdout) == (given, "said\n")

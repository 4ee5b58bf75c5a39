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

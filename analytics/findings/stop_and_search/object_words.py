"""What was looked for in plain words; tables keep the published ones."""

from __future__ import annotations

from functools import cache

from data.vocabularies import vocabulary


@cache
def _words() -> dict[str, str]:
    return {row["label"]: row["in_words"] for row in vocabulary("objects").rows}


def object_in_words(name: str) -> str:
    """What was looked for, as a sentence has it after *searched for*: ``evidence of an unnamed offence``.

    Parameters
    ----------
    name
        An object as the tables have it; one that no list knows is said as it is.
    """
    return _words().get(name, name)


def object_as_label(name: str) -> str:
    """The same as the beginning of a line or the label of a chart."""
    words = object_in_words(name)
    return f"{words[:1].upper()}{words[1:]}"

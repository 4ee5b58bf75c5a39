"""Counts, shares and lists as the sentences of loading and of its checks write them."""

from __future__ import annotations

from collections.abc import Sequence

NBSP = "\u00a0"
_LONGEST = 80
_ONE = {
    "are": "is",
    "were": "was",
    "have": "has",
    "they": "it",
    **{verb: f"{verb}s" for verb in ("fall", "look", "record", "repeat", "stand", "stay")},
}
"""Words that follow a number of things, and what they are of one."""


def plural(number: int, one: str, many: str | None = None) -> str:
    """A count with its noun: ``1 row``, ``1,204 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def agreeing(sentence: str, number: int, **counted: str) -> str:
    """A sentence whose words agree with a number: ``{rows} {have} no place.``.

    Parameters
    ----------
    sentence
        With the things counted and each word that follows their number in braces, as it is of several: are, were, have,
        they, fall, look, record, repeat, stand or stay.
    counted
        The noun of one thing by its name in the sentence, such as ``rows="row"``.
    """
    nouns = {name: plural(number, one) for name, one in counted.items()}
    return sentence.format(**nouns, **{many: one if number == 1 else many for many, one in _ONE.items()})


def percent(share: float) -> str:
    """A share of 1 as whole per cent, never 0 or 100 unless it is: ``61 %``, ``under 1 %``, ``over 99 %``."""
    if 0 < share <= 0.005:
        return f"under 1{NBSP}%"
    if 0.995 <= share < 1:
        return f"over 99{NBSP}%"
    return f"{share * 100:.0f}{NBSP}%"


def listing(names: Sequence[str], most: int = 6) -> str:
    """Names as a sentence has them: ``Barnet, Brent and Camden``; past ``most`` the rest is counted."""
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def quoted(value: str) -> str:
    """A value of a file in quotation marks, cut where it is long."""
    return f"“{value[:_LONGEST]}{'…' if len(value) > _LONGEST else ''}”"


def shortened(text: str, most: int = 200) -> str:
    """A text cut in its middle where it is long: its beginning and its end say what it is of.

    Parameters
    ----------
    text
        The text.
    most
        The most characters.
    """
    half = (most - 3) // 2
    return text if len(text) <= most else f"{text[:half]} … {text[-half:]}"

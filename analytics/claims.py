"""The statement ladder: how much a method lets be said, and the words that less than an estimated effect may not have.

The method sets the claim of a Finding, never whoever words it: `claim_of` takes what was done and gives the rung.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.finding import Finding


class Claim(IntEnum):
    """The rungs, named as `analytics.finding.CLAIMS` has them in words."""

    DESCRIBED = 0
    ASSOCIATED = 1
    MOVES_BEFORE = 2
    FITS_THE_TIMING = 3
    ESTIMATED_EFFECT = 4


class Layer(Enum):
    """What a method does with the data."""

    DESCRIPTION = "what is, or how it went, by itself"
    ASSOCIATION = "what goes together among respondents or areas at one time"
    DYNAMICS = "what moves before what, area by area and wave by wave, in both directions"
    FORECAST = "what departed from a forecast after a known day, without anything to compare with"
    STAGGERED = "places that began at different times against those that had not begun yet"
    COMPARED = "places or people that had something against matched or randomly chosen ones that had not"


def claim_of(
    layer: Layer, *, registered_before: bool = False, randomised: bool = False, flat_before: bool = False
) -> Claim:
    """The highest rung that a method allows.

    An effect is only estimated where areas, day, outcome and comparison stood in the store before any later answers
    were published, or chance decided who had it. Places that began at different times also have to have gone alike
    before; where they had not, no more is said than that it goes together.

    Parameters
    ----------
    layer
        What the method does.
    registered_before
        Whether areas, day, outcome and comparison were registered before any wave after the start was published.
    randomised
        Whether chance decided.
    flat_before
        Whether the places of a staggered start went alike before it.
    """
    if layer is Layer.COMPARED or (layer is Layer.STAGGERED and flat_before):
        return Claim.ESTIMATED_EFFECT if registered_before or randomised else Claim.FITS_THE_TIMING
    return {
        Layer.DESCRIPTION: Claim.DESCRIBED,
        Layer.ASSOCIATION: Claim.ASSOCIATED,
        Layer.DYNAMICS: Claim.MOVES_BEFORE,
        Layer.FORECAST: Claim.FITS_THE_TIMING,
        Layer.STAGGERED: Claim.ASSOCIATED,
    }[layer]


BLOCKED = (
    "effect",
    "impact",
    "caused",
    "due to",
    "because of",
    "thanks to",
    "result of",
    "led to",
    "drives",
    "improved",
    "boosted",
    "works",
)
"""Words and phrases that a sentence about data has only where an effect was estimated."""

_ALLOWED = ("design effect", "random effects", "community impact assessment")
_WORDS = re.compile(rf"\b({'|'.join(BLOCKED)})\b", re.IGNORECASE)
_PASSED_OVER = re.compile(rf"“[^”]*”|\b({'|'.join(_ALLOWED)})\b", re.IGNORECASE)


def blocked(text: str, claim: int) -> list[str]:
    """The words of a sentence about data that claim more than its rung; quotations and terms of the field are none."""
    if claim >= Claim.ESTIMATED_EFFECT:
        return []
    return _WORDS.findall(_PASSED_OVER.sub(" ", text))


def sentences_of(finding: Finding) -> Iterator[str]:
    """Everything that a Finding says in words about its data, on the screen, in files and to a screen reader.

    What it is made with and who published it are no sentences about the data, nor is what a card quotes from a file.
    """
    yield from (finding.headline, finding.answer, *finding.caveats, *finding.notes)
    yield from (finding.chart_title, finding.alt, finding.provenance.base, *finding.provenance.rules)
    for tile in finding.tiles:
        yield from (tile.label, tile.value, tile.interval, tile.base, tile.verdict, tile.change, tile.alt)
    for panel in finding.panels:
        yield from (panel.label, panel.value, panel.interval, panel.alt)
    for card in finding.cards:
        yield from (card.title, card.note)
    for line in finding.lines:
        yield from (line.bold, line.text)
    for table in finding.tables.values():
        for column in {"flag", "verdict", "what"} & set(table.columns):
            yield from (str(words) for words in table[column].dropna().unique())

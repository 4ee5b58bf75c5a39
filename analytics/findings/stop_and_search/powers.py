"""Kinds of powers: those that need reasonable grounds, those that need no suspicion, orders, and what is not known."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from data.cubes import BLANK
from data.vocabularies import vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUNDS = "Reasonable grounds"
NO_SUSPICION = "No suspicion needed"
ORDER = "Serious violence reduction order"
NOT_LISTED = "Power not in our list"
NOT_RECORDED = "Power not recorded"
KINDS = (GROUNDS, NO_SUSPICION, ORDER, NOT_LISTED, NOT_RECORDED)
"""Kinds of powers, in the order they are shown."""

UNDER: Mapping[str, str] = MappingProxyType(
    {
        GROUNDS: "powers that need reasonable grounds",
        NO_SUSPICION: "powers that need no suspicion, such as section 60",
        ORDER: "serious violence reduction orders",
        NOT_LISTED: "powers that are not in our list",
        NOT_RECORDED: "no recorded power",
    }
)
"""Kinds of powers as a sentence has them after *under*."""

_OF_CLASS = {"reasonable grounds": GROUNDS, "no suspicion": NO_SUSPICION, "order": ORDER}


@cache
def _kinds() -> dict[str, str]:
    return {row["name"]: _OF_CLASS[row["class"]] for row in vocabulary("powers").rows}


def kind_of(power: str) -> str:
    """The kind of a power, by its short name or ``Blank``."""
    return NOT_RECORDED if power == BLANK else _kinds().get(power, NOT_LISTED)

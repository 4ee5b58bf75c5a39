"""Overview: how every stage of the cycle is, what clearly changed, where to look, and how new the data are."""

from analytics.findings.overview.data_state import data_state, held
from analytics.findings.overview.stages import answerable, completed, confidence_answerable, headline, tiles
from analytics.findings.overview.what_changed import comparable, what_changed
from analytics.findings.overview.where_to_look import locatable, where_to_look

__all__ = [
    "answerable",
    "comparable",
    "completed",
    "confidence_answerable",
    "data_state",
    "headline",
    "held",
    "locatable",
    "tiles",
    "what_changed",
    "where_to_look",
]

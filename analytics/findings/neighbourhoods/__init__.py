"""Neighbourhoods: one layer over the areas of a force, and what is held of one of them."""

from analytics.findings.neighbourhoods.area_map import UNANSWERABLE, answerable, area_map
from analytics.findings.neighbourhoods.profile import profile, told_of

__all__ = ["UNANSWERABLE", "answerable", "area_map", "profile", "told_of"]

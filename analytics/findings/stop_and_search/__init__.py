"""Stop and search: how often, for whom, and how sure one can be of a difference."""

from analytics.findings.stop_and_search.areas import comparable_areas, levels, near
from analytics.findings.stop_and_search.disproportionality import FAIRNESS, STREET, comparable, disproportionality
from analytics.findings.stop_and_search.funnel import funnel
from analytics.findings.stop_and_search.months import months
from analytics.findings.stop_and_search.rates import rates
from analytics.findings.stop_and_search.shared import INDEPENDENT
from analytics.findings.stop_and_search.trend import chartable, trend

__all__ = [
    "FAIRNESS",
    "INDEPENDENT",
    "STREET",
    "chartable",
    "comparable",
    "comparable_areas",
    "disproportionality",
    "funnel",
    "levels",
    "months",
    "near",
    "rates",
    "trend",
]

"""Stop and search: how often, for whom, and how sure one can be of a difference."""

from analytics.findings.stop_and_search.areas import comparable_areas, levels, near
from analytics.findings.stop_and_search.bars import bars
from analytics.findings.stop_and_search.by_object import by_object, looked_for
from analytics.findings.stop_and_search.by_power import by_power
from analytics.findings.stop_and_search.children import children
from analytics.findings.stop_and_search.conducted import Conducted
from analytics.findings.stop_and_search.disproportionality import comparable, disproportionality
from analytics.findings.stop_and_search.edges import edged, edges, near_edges, other_levels
from analytics.findings.stop_and_search.find_rates import find_rates, rated
from analytics.findings.stop_and_search.five_aims import diagnosable, diagnostic
from analytics.findings.stop_and_search.followed import Followed
from analytics.findings.stop_and_search.funnel import funnel
from analytics.findings.stop_and_search.hours import Timed, hours
from analytics.findings.stop_and_search.linked import confidence_link, linkable
from analytics.findings.stop_and_search.months import months
from analytics.findings.stop_and_search.more_thorough import more_thorough, recorded
from analytics.findings.stop_and_search.outcomes import outcomes
from analytics.findings.stop_and_search.quality import quality
from analytics.findings.stop_and_search.rates import rates
from analytics.findings.stop_and_search.scorecard import scorecard
from analytics.findings.stop_and_search.shared import FAIRNESS, INDEPENDENT, STREET
from analytics.findings.stop_and_search.similar_forces import similar_forces
from analytics.findings.stop_and_search.similar_searches import similar_searches
from analytics.findings.stop_and_search.standardised import standardised, strata_of
from analytics.findings.stop_and_search.teams import Teams, named, teams
from analytics.findings.stop_and_search.threshold import fitted, testable, threshold_gaps
from analytics.findings.stop_and_search.trend import chartable, trend

__all__ = [
    "FAIRNESS",
    "INDEPENDENT",
    "STREET",
    "Conducted",
    "Followed",
    "Teams",
    "Timed",
    "bars",
    "by_object",
    "by_power",
    "chartable",
    "children",
    "comparable",
    "comparable_areas",
    "confidence_link",
    "diagnosable",
    "diagnostic",
    "disproportionality",
    "edged",
    "edges",
    "find_rates",
    "fitted",
    "funnel",
    "hours",
    "levels",
    "linkable",
    "looked_for",
    "months",
    "more_thorough",
    "named",
    "near",
    "near_edges",
    "other_levels",
    "outcomes",
    "quality",
    "rated",
    "rates",
    "recorded",
    "scorecard",
    "similar_forces",
    "similar_searches",
    "standardised",
    "strata_of",
    "teams",
    "testable",
    "threshold_gaps",
    "trend",
]

"""Disproportionality in police activity: rates and ratios, within areas too, funnels, find rates, standardisation.

Everything here works on plain numbers and arrays. ``a`` is always the number of events (for example searches) of the
group in question and ``b`` that of the group it is compared with.
"""

from analytics.disparity.areas import AreaRates, area_rates
from analytics.disparity.dispersion import Dispersion, month_dispersion, period_dispersion, split_dispersion
from analytics.disparity.estimate import Estimate, Interval
from analytics.disparity.find_rate_gaps import FindRateGap, find_rate_gap, gaps_to_rest, within_area_find_rates
from analytics.disparity.find_rates import FindRates, find_rates
from analytics.disparity.funnel import Funnel, between_areas, ratio_funnel
from analytics.disparity.infra_marginality import Risks, SearchesAbove, risks_behind, searches_above
from analytics.disparity.mantel_haenszel import MantelHaenszelRatio, mantel_haenszel_ratio
from analytics.disparity.rates import (
    Rate,
    difference,
    excess,
    period_difference,
    poisson_interval,
    poisson_intervals,
    rate,
    rates,
)
from analytics.disparity.ratio import (
    Ratio,
    RatioOfRatios,
    UnknownRange,
    rate_ratio,
    rate_ratios,
    ratio_of_ratios,
    tipping_share,
    unknown_range,
)
from analytics.disparity.standardisation import (
    StandardisedRate,
    StandardisedRatio,
    standardised_rate,
    standardised_ratio,
)
from analytics.disparity.threshold import ThresholdFit, ThresholdGap, ThresholdGaps, threshold_gaps
from analytics.disparity.unknown_within import Spread, spread_unknown
from analytics.disparity.within_areas import WithinAreaRatio, within_area_ratio

__all__ = [
    "AreaRates",
    "Dispersion",
    "Estimate",
    "FindRateGap",
    "FindRates",
    "Funnel",
    "Interval",
    "MantelHaenszelRatio",
    "Rate",
    "Ratio",
    "RatioOfRatios",
    "Risks",
    "SearchesAbove",
    "Spread",
    "StandardisedRate",
    "StandardisedRatio",
    "ThresholdFit",
    "ThresholdGap",
    "ThresholdGaps",
    "UnknownRange",
    "WithinAreaRatio",
    "area_rates",
    "between_areas",
    "difference",
    "excess",
    "find_rate_gap",
    "find_rates",
    "gaps_to_rest",
    "mantel_haenszel_ratio",
    "month_dispersion",
    "period_difference",
    "period_dispersion",
    "poisson_interval",
    "poisson_intervals",
    "rate",
    "rate_ratio",
    "rate_ratios",
    "rates",
    "ratio_funnel",
    "ratio_of_ratios",
    "risks_behind",
    "searches_above",
    "split_dispersion",
    "spread_unknown",
    "standardised_rate",
    "standardised_ratio",
    "threshold_gaps",
    "tipping_share",
    "unknown_range",
    "within_area_find_rates",
    "within_area_ratio",
]

"""Disproportionality in police activity: rates, ratios and the ratio within areas.

Everything here works on plain numbers and arrays. ``a`` is always the number of events (for example searches) of the
group in question and ``b`` that of the group it is compared with.
"""

from analytics.disparity.areas import AreaRates, area_rates, poisson_intervals
from analytics.disparity.dispersion import Dispersion, month_dispersion, period_dispersion, split_dispersion
from analytics.disparity.estimate import Estimate, Interval
from analytics.disparity.rates import Rate, difference, excess, period_difference, poisson_interval, rate
from analytics.disparity.ratio import (
    Ratio,
    UnknownRange,
    rate_ratio,
    tipping_share,
    unknown_range,
)
from analytics.disparity.threshold import ThresholdFit, ThresholdGap, ThresholdGaps, threshold_gaps
from analytics.disparity.within_areas import WithinAreaRatio, within_area_ratio

__all__ = [
    "AreaRates",
    "Dispersion",
    "Estimate",
    "Interval",
    "Rate",
    "Ratio",
    "ThresholdFit",
    "ThresholdGap",
    "ThresholdGaps",
    "UnknownRange",
    "WithinAreaRatio",
    "area_rates",
    "difference",
    "excess",
    "month_dispersion",
    "period_difference",
    "period_dispersion",
    "poisson_interval",
    "poisson_intervals",
    "rate",
    "rate_ratio",
    "split_dispersion",
    "threshold_gaps",
    "tipping_share",
    "unknown_range",
    "within_area_ratio",
]

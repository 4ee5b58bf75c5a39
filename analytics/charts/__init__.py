"""Plotly figures from tidy tables."""

from analytics.charts.coverage import STATUS_MARKS, coverage_grid
from analytics.charts.house import CONFIG, FONT, PALETTES, Palette, template
from analytics.charts.rates import rate_dots, rate_trend, ratio_scale

__all__ = [
    "CONFIG",
    "FONT",
    "PALETTES",
    "STATUS_MARKS",
    "Palette",
    "coverage_grid",
    "rate_dots",
    "rate_trend",
    "ratio_scale",
    "template",
]

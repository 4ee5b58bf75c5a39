"""Plotly figures from tidy tables."""

from analytics.charts.before_after import share_before_after
from analytics.charts.chain import chain
from analytics.charts.coverage import STATUS_MARKS, coverage_grid
from analytics.charts.events import month_stacks, share_dots
from analytics.charts.funnel import ratio_funnel
from analytics.charts.gaps import gap_dots
from analytics.charts.held import held_dots
from analytics.charts.hours import hour_bars
from analytics.charts.house import CONFIG, FONT, PALETTES, Palette, template
from analytics.charts.limits import limit_rows
from analytics.charts.map_key import map_key
from analytics.charts.marks import Mark, month_place
from analytics.charts.pairs import share_pairs
from analytics.charts.rates import rate_dots, rate_trend, ratio_scale
from analytics.charts.ring import ring
from analytics.charts.risks import RiskCurve, risk_curves
from analytics.charts.scatter import change_scatter, level_scatter
from analytics.charts.shares import share_rows, share_small, share_trend, shared_ceiling
from analytics.charts.sparkline import Spark, sparkline
from analytics.charts.times import borders, middle, moment
from analytics.charts.verdicts import verdict_rows

__all__ = [
    "CONFIG",
    "FONT",
    "PALETTES",
    "STATUS_MARKS",
    "Mark",
    "Palette",
    "RiskCurve",
    "Spark",
    "borders",
    "chain",
    "change_scatter",
    "coverage_grid",
    "gap_dots",
    "held_dots",
    "hour_bars",
    "level_scatter",
    "limit_rows",
    "map_key",
    "middle",
    "moment",
    "month_place",
    "month_stacks",
    "rate_dots",
    "rate_trend",
    "ratio_funnel",
    "ratio_scale",
    "ring",
    "risk_curves",
    "share_before_after",
    "share_dots",
    "share_pairs",
    "share_rows",
    "share_small",
    "share_trend",
    "shared_ceiling",
    "sparkline",
    "template",
    "verdict_rows",
]

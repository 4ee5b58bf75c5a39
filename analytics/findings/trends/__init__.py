"""Trends: how a measure went, among whom and where, what changed between two periods, and which measures changed."""

from analytics.findings.trends.areas import by_area
from analytics.findings.trends.change import change, measured
from analytics.findings.trends.compare import chosen, comparable, compare
from analytics.findings.trends.groups import by_group, groupable
from analytics.findings.trends.measure import answerable, change_sentence, measure, trend_table
from analytics.findings.trends.published import published_table

__all__ = [
    "answerable",
    "by_area",
    "by_group",
    "change",
    "change_sentence",
    "chosen",
    "comparable",
    "compare",
    "groupable",
    "measure",
    "measured",
    "published_table",
    "trend_table",
]

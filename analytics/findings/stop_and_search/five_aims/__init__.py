"""A diagnostic of stop and search by the five aims that the guidance gives its own, whose method it does not give."""

from analytics.findings.stop_and_search.five_aims.finding import diagnosable, diagnostic

__all__ = ["diagnosable", "diagnostic"]

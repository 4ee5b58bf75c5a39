"""Engagement: who was reached, against who lives there."""

from analytics.findings.engagement.reach import UNANSWERABLE, answerable, reach

__all__ = ["UNANSWERABLE", "answerable", "reach"]

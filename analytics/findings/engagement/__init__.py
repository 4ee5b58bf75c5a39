"""Engagement: who was reached, against who lives there."""

from analytics.findings.engagement.reach import answerable, reach

__all__ = ["answerable", "reach"]

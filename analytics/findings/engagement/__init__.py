"""Engagement: who was reached, how much was done and in what way, and what came of what people asked for."""

from analytics.findings.engagement.activity import activity, logged
from analytics.findings.engagement.feedback import feedback, raised
from analytics.findings.engagement.reach import answerable, reach
from analytics.findings.engagement.shared import UNANSWERABLE

__all__ = ["UNANSWERABLE", "activity", "answerable", "feedback", "logged", "raised", "reach"]

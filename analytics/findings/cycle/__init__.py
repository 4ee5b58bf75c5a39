"""The confidence cycle: what goes together in the answers of the same people."""

from analytics.findings.cycle.asymmetry import asymmetry_answerable, contact_asymmetry
from analytics.findings.cycle.joint import told_of
from analytics.findings.cycle.ring import answerable, completed, groups, near, ring
from analytics.findings.cycle.studied import studies
from analytics.findings.cycle.treatment import treatment_answerable, treatment_or_outcome

__all__ = [
    "answerable",
    "asymmetry_answerable",
    "completed",
    "contact_asymmetry",
    "groups",
    "near",
    "ring",
    "studies",
    "told_of",
    "treatment_answerable",
    "treatment_or_outcome",
]

"""The confidence cycle: what goes together in the answers of the same people."""

from analytics.findings.cycle.asymmetry import asymmetry_answerable, contact_asymmetry
from analytics.findings.cycle.drivers import drivers
from analytics.findings.cycle.fitted import fit_there
from analytics.findings.cycle.influence import influence
from analytics.findings.cycle.joint import told_of
from analytics.findings.cycle.levers import levers, levers_answerable
from analytics.findings.cycle.links import links, weakest_link
from analytics.findings.cycle.paths import paths
from analytics.findings.cycle.ring import answerable, ring
from analytics.findings.cycle.studied import studies
from analytics.findings.cycle.treatment import treatment_answerable, treatment_or_outcome
from analytics.findings.cycle.whom import completed, groups, near

__all__ = [
    "answerable",
    "asymmetry_answerable",
    "completed",
    "contact_asymmetry",
    "drivers",
    "fit_there",
    "groups",
    "influence",
    "levers",
    "levers_answerable",
    "links",
    "near",
    "paths",
    "ring",
    "studies",
    "told_of",
    "treatment_answerable",
    "treatment_or_outcome",
    "weakest_link",
]

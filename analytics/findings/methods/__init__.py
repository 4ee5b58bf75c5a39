"""Methods: what the words mean, how figures are made, what is withheld, and what studies found."""

from analytics.findings.methods.definitions import definitions
from analytics.findings.methods.evidence import evidence
from analytics.findings.methods.figures import figures
from analytics.findings.methods.listed import anything, nothing
from analytics.findings.methods.withheld import withheld

__all__ = ["anything", "definitions", "evidence", "figures", "nothing", "withheld"]

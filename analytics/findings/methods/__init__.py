"""Methods: what words mean, how figures are made and hold, what is withheld, and what studies found."""

from analytics.findings.methods.coverage import coverage
from analytics.findings.methods.definitions import definitions
from analytics.findings.methods.evidence import evidence
from analytics.findings.methods.figures import figures
from analytics.findings.methods.listed import anything, nothing
from analytics.findings.methods.withheld import withheld

__all__ = ["anything", "coverage", "definitions", "evidence", "figures", "nothing", "withheld"]

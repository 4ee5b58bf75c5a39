"""Survey estimates: shares, net scores and means of domains of a complex sample, and what may be said of them.

From rows or from counted cells to domains (`domain_means`, `domain_means_of_cells`), differences between them
(`differences`, `change`, `against_rest`), smoothed design effects for areas (`pooled_deff`, `smoothed`), the rule for
what is shown (`publish`), verdicts on many differences (`verdicts`) and which of them to look at first (`by_strength`).
"""

from analytics.survey.areas import PooledDeff, pooled_deff, smoothed, smoothed_within
from analytics.survey.change import CHANGE, COMPARISON, Verdicts, q_values, verdicts
from analytics.survey.contrasts import against_rest, change, differences
from analytics.survey.evidence import by_strength, standardised
from analytics.survey.intervals import Limits, effective_sample, korn_graubard, mover, t_interval, wilson_t
from analytics.survey.linearisation import DomainMeans, domain_means, domain_means_of_cells
from analytics.survey.publication import PublicationRule, publish
from analytics.survey.sample import Sample

__all__ = [
    "CHANGE",
    "COMPARISON",
    "DomainMeans",
    "Limits",
    "PooledDeff",
    "PublicationRule",
    "Sample",
    "Verdicts",
    "against_rest",
    "by_strength",
    "change",
    "differences",
    "domain_means",
    "domain_means_of_cells",
    "effective_sample",
    "korn_graubard",
    "mover",
    "pooled_deff",
    "publish",
    "q_values",
    "smoothed",
    "smoothed_within",
    "standardised",
    "t_interval",
    "verdicts",
    "wilson_t",
]

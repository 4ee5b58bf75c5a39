"""Survey estimates: shares, net scores and means of domains of a complex sample, and what may be said of them.

From rows or from counted cells to domains (`domain_means`, `domain_means_of_cells`), differences between them
(`differences`, `change`, `against_rest`), smoothed design effects for areas (`pooled_deff`, `smoothed`), the rule for
what is shown (`publish`), sums of means, averages of measures and what goes with two factors (`combination`,
`averaged`, `main_effects`), verdicts on many differences (`verdicts`) and which of them to look at first
(`by_strength`). Weights that add up to what is known of the population (`rake`, `greg`), whether two answers go
together (`independence`), and what goes with an answer (`survey_regression`, `average_effects`).
"""

from analytics.survey.areas import PooledDeff, pooled_deff, smoothed, smoothed_within
from analytics.survey.association import Independence, independence
from analytics.survey.averages import averaged
from analytics.survey.calibration import Calibration, Trimmed, greg, rake
from analytics.survey.change import CHANGE, COMPARISON, Verdicts, q_values, verdicts
from analytics.survey.combinations import Combination, MainEffects, combination, held_equal, main_effects
from analytics.survey.contrasts import against_rest, change, differences
from analytics.survey.correlation import Correlation, correlation
from analytics.survey.evidence import by_strength, standardised
from analytics.survey.intervals import Limits, effective_sample, korn_graubard, mover, t_interval, wilson_t
from analytics.survey.linearisation import DomainMeans, domain_means, domain_means_of_cells
from analytics.survey.publication import PublicationRule, publish
from analytics.survey.regression import Regression, average_effects, survey_regression
from analytics.survey.sample import Sample
from analytics.survey.waves import SmoothedWaves, smooth_waves

__all__ = [
    "CHANGE",
    "COMPARISON",
    "Calibration",
    "Combination",
    "Correlation",
    "DomainMeans",
    "Independence",
    "Limits",
    "MainEffects",
    "PooledDeff",
    "PublicationRule",
    "Regression",
    "Sample",
    "SmoothedWaves",
    "Trimmed",
    "Verdicts",
    "against_rest",
    "average_effects",
    "averaged",
    "by_strength",
    "change",
    "combination",
    "correlation",
    "differences",
    "domain_means",
    "domain_means_of_cells",
    "effective_sample",
    "greg",
    "held_equal",
    "independence",
    "korn_graubard",
    "main_effects",
    "mover",
    "pooled_deff",
    "publish",
    "q_values",
    "rake",
    "smooth_waves",
    "smoothed",
    "smoothed_within",
    "standardised",
    "survey_regression",
    "t_interval",
    "verdicts",
    "wilson_t",
]

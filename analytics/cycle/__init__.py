"""The confidence cycle: how its stages score, how strongly neighbouring ones go together, and where it is weakest.

What respondents say of each stage (`stage_scores`); the links between neighbouring stages with the covariance of all of
them (`links`), and the rule that names the weakest or says that none stands out (`weakest_link`). The links of places
and groups beside everybody else's (`links_of_places`). What goes with an outcome (`drivers`), along a chain of scores
(`paths`), with three levers over areas (`levers`, `chance_in_common`), and with being able to influence priorities
(`influence`).

All of it speaks of people as they are at one time: what goes together, never what would follow if something changed.
"""

from analytics.cycle.adjusted import DEMOGRAPHICS, Design
from analytics.cycle.drivers import Drivers, drivers
from analytics.cycle.influence import Influence, influence
from analytics.cycle.levers import LEAST_AREAS, LEVERS, Levers, chance_in_common, levers
from analytics.cycle.links import Links, links
from analytics.cycle.paths import Paths, paths
from analytics.cycle.places import links_of_places
from analytics.cycle.scores import STAGES, Item, StageScores, item_positive, item_score, stage_scores, steps
from analytics.cycle.weakest import MARGIN, NONE, Weakest, weakest, weakest_link

__all__ = [
    "DEMOGRAPHICS",
    "LEAST_AREAS",
    "LEVERS",
    "MARGIN",
    "NONE",
    "STAGES",
    "Design",
    "Drivers",
    "Influence",
    "Item",
    "Levers",
    "Links",
    "Paths",
    "StageScores",
    "Weakest",
    "chance_in_common",
    "drivers",
    "influence",
    "item_positive",
    "item_score",
    "levers",
    "links",
    "links_of_places",
    "paths",
    "stage_scores",
    "steps",
    "weakest",
    "weakest_link",
]

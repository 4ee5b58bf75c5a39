"""The confidence cycle: how its stages score, how strongly neighbouring ones go together, and where it is weakest.

What respondents say of each stage (`stage_scores`); the links between neighbouring stages with the covariance of all of
them (`links`), and the rule that names the weakest or says that none stands out (`weakest_link`). Places beside the
rest of the force (`stages_of_places`, `links_of_places`, `below_the_force`), and the force beside its own past
(`stages_since`). What goes with an outcome (`drivers`), along a chain of scores (`paths`), with three levers over areas
(`levers`, `chance_in_common`), and with being able to influence priorities (`influence`).

All of it speaks of people as they are at one time: what goes together, never what would follow if something changed.
"""

from analytics.cycle.adjusted import DEMOGRAPHICS, Design
from analytics.cycle.drivers import Drivers, drivers
from analytics.cycle.influence import Influence, influence
from analytics.cycle.levers import LEAST_AREAS, LEVERS, Levers, chance_in_common, levers
from analytics.cycle.links import Links, links
from analytics.cycle.paths import Paths, paths
from analytics.cycle.places import below_the_force, links_of_places, stage_means, stages_of_places, stages_since
from analytics.cycle.scores import STAGES, Item, StageScores, item_positive, item_score, stage_scores, steps
from analytics.cycle.weakest import MARGIN, NONE, Weakest, below_the_whole, weakest, weakest_link

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
    "below_the_force",
    "below_the_whole",
    "chance_in_common",
    "drivers",
    "influence",
    "item_positive",
    "item_score",
    "levers",
    "links",
    "links_of_places",
    "paths",
    "stage_means",
    "stage_scores",
    "stages_of_places",
    "stages_since",
    "steps",
    "weakest",
    "weakest_link",
]

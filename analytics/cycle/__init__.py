"""The confidence cycle: how its stages score, how strongly neighbouring ones go together, and where it is weakest.

What respondents say of each stage (`stage_scores`), the links between neighbouring stages with the covariance of all of
them (`links`), and the rule that names the weakest, or says that none stands out (`weakest_link`). All of it speaks of
people as they are at one time: stages that go together, never what would follow if one of them changed.
"""

from analytics.cycle.adjusted import DEMOGRAPHICS, Design
from analytics.cycle.links import STAGES, Links, links
from analytics.cycle.scores import Item, StageScores, item_positive, item_score, stage_scores, steps
from analytics.cycle.weakest import MARGIN, NONE, Weakest, below_the_whole, weakest, weakest_link

__all__ = [
    "DEMOGRAPHICS",
    "MARGIN",
    "NONE",
    "STAGES",
    "Design",
    "Item",
    "Links",
    "StageScores",
    "Weakest",
    "below_the_whole",
    "item_positive",
    "item_score",
    "links",
    "stage_scores",
    "steps",
    "weakest",
    "weakest_link",
]

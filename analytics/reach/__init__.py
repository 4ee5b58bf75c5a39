"""Reach of engagement: who took part against who lives there, events being the clusters, and how long answers take."""

from analytics.reach.clusters import ClusteredShares, clustered_shares
from analytics.reach.representation import LEAST_EVENTS, Representation, representation
from analytics.reach.waiting import Waiting, waiting

__all__ = [
    "LEAST_EVENTS",
    "ClusteredShares",
    "Representation",
    "Waiting",
    "clustered_shares",
    "representation",
    "waiting",
]

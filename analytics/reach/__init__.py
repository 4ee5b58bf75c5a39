"""Reach of engagement: who took part against who lives there, events being the clusters."""

from analytics.reach.representation import Representation, representation

__all__ = ["Representation", "representation"]

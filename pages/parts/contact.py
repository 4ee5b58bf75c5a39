"""Where to read what contact with the police goes with, for surveys that asked about it."""

from __future__ import annotations

from analytics.finding import Lead
from analytics.findings import cycle
from analytics.scope import Scope
from data.store import View
from pages.parts import leads


def lead(scope: Scope, view: View) -> None:
    """A link to that part of the Confidence cycle; nothing where the survey did not ask."""
    if cycle.told_of(scope, view):
        address = Scope(force=scope.force, survey=scope.survey, to_month=scope.to_month).address()
        leads.link(Lead("cycle", {**address, "part": "contact"}), ":blue[Contact and confidence]")

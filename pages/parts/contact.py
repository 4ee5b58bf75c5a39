"""What contact with the police goes with, for surveys that asked about it."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from analytics.findings import cycle
from analytics.scope import Scope
from data.store import View
from pages.parts import show
from pages.parts.release import answer


def part(scope: Scope, view: View, said: Collection[str] = ()) -> None:
    """Treatment or outcome, and good or bad contact, counted when opened; nothing where the survey did not ask.

    Parameters
    ----------
    scope
        What the page asks about; its measure and area change nothing here.
    view
        The release.
    said
        Sentences that stand on the page already.
    """
    if not cycle.told_of(scope, view):
        return
    with show.on_demand("Contact with the police", ":material/handshake:", "contact") as opened:
        if opened:
            st.caption("Confidence in the whole force area, whatever measure and area are chosen above.")
            for key in ("cycle.treatment_or_outcome", "cycle.contact_asymmetry"):
                show.whole(answer(key, scope, view), said=said)

"""Confidence cycle: every stage and link of the ring, what goes with confidence, and what studies found."""

import streamlit as st

from pages.parts import contents, filters, show, states
from pages.parts.release import answer, current_view

PARTS = {
    "drivers": ("What goes with confidence", ("drivers",)),
    "paths": ("From fairness to help", ("paths",)),
    "contact": ("Treatment or outcome", ("treatment_or_outcome", "contact_asymmetry")),
    "influence": ("Influence", ("influence",)),
    "levers": ("Three levers", ("levers",)),
    "studies": ("What studies found", ("studies",)),
}

view = current_view()
scope = filters.frame("Confidence cycle", view, filters.CYCLE)

if scope is None:
    states.no_survey(view)
    st.stop()

weakest, ring = answer("cycle.weakest_link", scope, view), answer("cycle.ring", scope, view)
# Of a part how it is comes first, of the force where its cycle is weakest.
first, second = (ring, weakest) if weakest.refused or scope.area or scope.among else (weakest, ring)
show.headline(first)
show.onward(first)
contents.lead("What goes with confidence, and what else was looked at")
if not ring.refused:
    drawing, beside = st.columns([5, 4], gap="large", vertical_alignment="top")
    with drawing:
        show.chart(ring)
    with beside:
        show.twin(ring, "links")
        show.level(ring)
    show.caveats(ring)
    if "links" in ring.tables:
        show.headline(second, "###")
        show.onward(second)
        show.twin(ring)
        show.caveats(weakest, said=ring.caveats)
    show.evidence(ring)
    if not weakest.refused:
        show.made(weakest, "How was the weakest link told?")

part, place = contents.opened({name: title for name, (title, _) in PARTS.items()}, title="Look closer")
with place:
    keys = [f"cycle.{question}" for question in PARTS[part][1]]
    states.whole_force(scope, keys)
    said = [*ring.caveats, *([ring.answer] if ring.refused else [])]
    show.each((answer(key, scope, view) for key in keys), said)

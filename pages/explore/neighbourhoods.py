"""Neighbourhoods: which are different, how sure that is, and what is held of the one that is chosen."""

import streamlit as st

from analytics.findings.neighbourhoods import choices
from pages.parts import area_map, filters, show, states
from pages.parts.release import answer, current_view

view = current_view()
scope = filters.frame("Neighbourhoods", view, filters.NEIGHBOURHOODS)

if scope is None:
    states.no_areas(view)
    st.stop()

areas = answer("neighbourhoods.map", choices.of_map(scope, view), view)
show.headline(areas)
area_map.side_by_side(areas, scope, view)
if scope.area:
    area_map.profile(answer("neighbourhoods.profile", scope, view))
if not areas.refused:
    area_map.about(areas)

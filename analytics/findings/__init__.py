"""Every question that can be asked, and the function that answers it: the only place where cubes and models meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.finding import Finding
from analytics.findings import (
    choices,
    cycle,
    data,
    engagement,
    methods,
    neighbourhoods,
    overview,
    stop_and_search,
    trends,
)
from analytics.findings.engagement import choices as engagement_choices
from analytics.findings.neighbourhoods import choices as neighbourhood_choices
from analytics.findings.searches import Searches
from analytics.findings.survey import choices as survey_choices
from analytics.scope import Scope

if TYPE_CHECKING:
    from data.store import View

_STOPS = ("force", "area", "from", "to", "definition", "power", "population")
_FOLLOWED = ("force", "area", "from", "to", "definition", "power", "group", "comparator")
_BY_POWER = ("force", "area", "from", "to", "definition", "population", "group", "comparator")
_CONDUCTED = ("force", "from", "to", "definition", "power", "group", "comparator")
_SURVEY = ("force", "area", "from", "to", "survey", "measure", "dont_know")
_CYCLE = ("force", "to", "survey")
_RING = (*_CYCLE, "area", "by", "among")
_PERIOD = ("force", "from", "to")
_OVERVIEW = ("force", "area", "to", "survey")
_MAP = ("force", "area", "area_level", "to", "survey", "layer", "group", "comparator")


@dataclass(frozen=True)
class Question:
    """A question that can be asked.

    Attributes
    ----------
    key, asks
        Its name, and the question in words.
    takes
        Parts of a scope that it takes.
    answer
        What answers it.
    check
        Raises one of ``UNANSWERABLE`` where it can't be answered; far cheaper than the answer.
    near
        Scopes that differ in one part from one that can't be answered, by what they change in words.
    glance
        Raises one of ``UNANSWERABLE`` where a glance, of some thousandths of a second beside the answers of a page,
        tells that it can't be answered; None where none does, and an answer is to be expected.
    """

    key: str
    asks: str
    takes: tuple[str, ...]
    answer: Callable[[Scope, View], Finding]
    check: Callable[[Scope, View], object]
    near: Callable[[Scope, View], dict[str, Scope]] = choices.near
    glance: Callable[[Scope, View], object] | None = None


QUESTIONS: dict[str, Question] = {
    question.key: question
    for question in (
        Question(
            "stop_and_search.rates",
            "How often were people of each ethnic group searched?",
            _STOPS,
            stop_and_search.rates,
            Searches.of,
        ),
        Question(
            "stop_and_search.disproportionality",
            "Are people of one ethnic group searched more often than people of another, and how sure is that?",
            (*_STOPS, "group", "comparator"),
            stop_and_search.disproportionality,
            stop_and_search.comparable,
        ),
        Question(
            "stop_and_search.trend",
            "How did searches go from month to month?",
            (*_STOPS, "group", "comparator"),
            stop_and_search.trend,
            stop_and_search.chartable,
        ),
        Question(
            "stop_and_search.find_rates",
            "Of how many searches did something come, and does that differ between groups?",
            _FOLLOWED,
            stop_and_search.find_rates,
            stop_and_search.rated,
        ),
        Question(
            "stop_and_search.outcomes",
            "What followed searches of people of each ethnic group?",
            _FOLLOWED,
            stop_and_search.outcomes,
            stop_and_search.Followed.of,
        ),
        Question(
            "stop_and_search.by_power",
            "Under which powers were people of each ethnic group searched, and how often under each kind?",
            _BY_POWER,
            stop_and_search.by_power,
            Searches.of,
        ),
        Question(
            "stop_and_search.by_object",
            "What was looked for in searches of people of each ethnic group?",
            _FOLLOWED,
            stop_and_search.by_object,
            stop_and_search.looked_for,
        ),
        Question(
            "stop_and_search.quality",
            "What do the records of searches not say, and how far does that bear on the answers?",
            (*_STOPS, "group", "comparator"),
            stop_and_search.quality,
            Searches.of,
        ),
        Question(
            "stop_and_search.children",
            "How many children and young people were searched, and does their share differ between groups?",
            (*_CONDUCTED, "population"),
            stop_and_search.children,
            stop_and_search.Conducted.of,
        ),
        Question(
            "stop_and_search.more_thorough",
            "In how many searches was more than outer clothing removed, and does that differ between groups?",
            _CONDUCTED,
            stop_and_search.more_thorough,
            stop_and_search.recorded,
        ),
        Question(
            "stop_and_search.funnel",
            "In which areas is the ratio of search rates unlike that of the others?",
            ("force", "area_level", "from", "to", "definition", "power", "population", "group", "comparator"),
            stop_and_search.funnel,
            stop_and_search.comparable_areas,
            stop_and_search.near,
            glance=stop_and_search.comparable_areas,
        ),
        Question(
            "stop_and_search.standardised",
            "Would the ratio of search rates be the same if both groups were of the same ages and sexes?",
            ("force", "from", "to", "definition", "power", "population", "group", "comparator"),
            stop_and_search.standardised,
            stop_and_search.strata_of,
            glance=stop_and_search.strata_of,
        ),
        Question(
            "stop_and_search.similar_forces",
            "How does the ratio of search rates compare with that of the most similar forces?",
            ("force", "from", "to", "definition", "power", "population", "group", "comparator"),
            stop_and_search.similar_forces,
            stop_and_search.similar_searches,
            glance=stop_and_search.similar_searches,
        ),
        Question(
            "stop_and_search.edges",
            "How many searches of each area may have been in the area beside it?",
            ("force", "area_level", "from", "to", "power"),
            stop_and_search.edges,
            stop_and_search.near_edges,
            stop_and_search.other_levels,
            glance=stop_and_search.edged,
        ),
        Question(
            "stop_and_search.hours",
            "At which hours of the day were people searched?",
            ("force", "from", "to", "power"),
            stop_and_search.hours,
            stop_and_search.Timed.of,
        ),
        Question(
            "stop_and_search.scorecard",
            "Can legality, necessity, proportionality, accountability and the best information be shown?",
            (*_STOPS, "group", "comparator"),
            stop_and_search.scorecard,
            Searches.of,
        ),
        Question(
            "stop_and_search.teams",
            "Does any team find something, or film its searches, clearly more or less often than the others?",
            ("force", "from", "to", "power"),
            stop_and_search.teams,
            stop_and_search.Teams.of,
            glance=stop_and_search.named,
        ),
        Question(
            "stop_and_search.threshold_gaps",
            "Are the thresholds equal from which people of two groups are searched? (experimental)",
            ("force", "from", "to", "definition", "power", "population", "group", "comparator"),
            stop_and_search.threshold_gaps,
            stop_and_search.fitted,
            glance=stop_and_search.testable,
        ),
        Question(
            "stop_and_search.bars",
            "Can a find rate show where searching begins?",
            (),
            stop_and_search.bars,
            methods.anything,
            methods.nothing,
        ),
        Question(
            "stop_and_search.diagnostic",
            "How does stop and search stand against the five aims of the guidance?",
            ("force", "from", "to", "definition", "population", "group", "comparator"),
            stop_and_search.diagnostic,
            stop_and_search.diagnosable,
        ),
        Question(
            "stop_and_search.confidence_link",
            "Is confidence lower among people who were stopped and searched?",
            ("force", "from", "to", "definition"),
            stop_and_search.confidence_link,
            stop_and_search.linkable,
        ),
        Question(
            "stop_and_search.months",
            "Which months of stop and search are loaded, and which are missing?",
            ("force", "from", "to"),
            stop_and_search.months,
            choices.complete,
        ),
        Question(
            "overview.headline",
            "Is confidence up, down or not clearly changed since a year ago?",
            _OVERVIEW,
            overview.headline,
            overview.confidence_answerable,
            survey_choices.near,
        ),
        Question(
            "overview.tiles",
            "How is each stage, and has it changed in a year?",
            _OVERVIEW,
            overview.tiles,
            overview.answerable,
            survey_choices.near,
        ),
        Question(
            "overview.what_changed",
            "What clearly changed, of all that the survey asks?",
            _OVERVIEW,
            overview.what_changed,
            overview.comparable,
            survey_choices.near,
        ),
        Question(
            "overview.where_to_look",
            "Where is confidence clearly different, or clearly changed?",
            _OVERVIEW,
            overview.where_to_look,
            overview.locatable,
            survey_choices.near,
        ),
        Question(
            "overview.data_state",
            "How new are the data, and what is late or missing?",
            ("force", "survey"),
            overview.data_state,
            overview.held,
            survey_choices.near,
        ),
        Question(
            "trends.measure",
            "How did it go from wave to wave?",
            (*_SURVEY, "points", "smooth"),
            trends.measure,
            trends.answerable,
            survey_choices.near,
        ),
        Question(
            "trends.by_group",
            "Among whom is it different?",
            (*_SURVEY, "points", "by"),
            trends.by_group,
            trends.groupable,
            survey_choices.near,
        ),
        Question(
            "trends.by_area",
            "Where is it different?",
            ("force", "area_level", "to", "survey", "measure", "dont_know"),
            trends.by_area,
            trends.answerable,
            survey_choices.near,
        ),
        Question(
            "trends.compare",
            "What changed between two periods, among whom and where?",
            (*_SURVEY, "by", "area_level", "compare_from", "against_from", "against_to"),
            trends.compare,
            trends.comparable,
            survey_choices.near,
        ),
        Question(
            "trends.change",
            "Which measures changed in a year?",
            ("force", "area", "to", "survey", "dont_know"),
            trends.change,
            trends.measured,
            survey_choices.near,
        ),
        Question(
            "cycle.ring",
            "How is every stage of the confidence cycle, and is it different?",
            _RING,
            cycle.ring,
            cycle.answerable,
            cycle.near,
        ),
        Question(
            "cycle.treatment_or_outcome",
            "Does fair treatment or the outcome of a contact go more with confidence?",
            _CYCLE,
            cycle.treatment_or_outcome,
            cycle.treatment_answerable,
            survey_choices.near,
        ),
        Question(
            "cycle.contact_asymmetry",
            "Does bad contact go with more lost confidence than good contact goes with gained?",
            _CYCLE,
            cycle.contact_asymmetry,
            cycle.asymmetry_answerable,
            survey_choices.near,
        ),
        Question(
            "cycle.links",
            "How strongly do neighbouring stages of the cycle go together?",
            _RING,
            cycle.links,
            cycle.fit_there("cycle.links"),
            cycle.near,
        ),
        Question(
            "cycle.weakest_link",
            "Where is the confidence cycle weakest, and how sure is that?",
            _RING,
            cycle.weakest_link,
            cycle.fit_there("cycle.links"),
            cycle.near,
        ),
        Question(
            "cycle.drivers",
            "What goes with confidence, everything else asked held equal?",
            _CYCLE,
            cycle.drivers,
            cycle.fit_there("cycle.drivers"),
            survey_choices.near,
        ),
        Question(
            "cycle.paths",
            "Does fair treatment go with cooperation along trust and legitimacy, or past them?",
            _CYCLE,
            cycle.paths,
            cycle.fit_there("cycle.paths"),
            survey_choices.near,
        ),
        Question(
            "cycle.influence",
            "Do people who can influence local priorities have more confidence than those who can't?",
            _CYCLE,
            cycle.influence,
            cycle.fit_there("cycle.influence"),
            survey_choices.near,
        ),
        Question(
            "cycle.levers",
            "Does the change of confidence between areas go with engagement, visible patrols and problem solving?",
            _CYCLE,
            cycle.levers,
            cycle.levers_answerable,
            survey_choices.near,
        ),
        Question(
            "cycle.studies",
            "What have studies found of the links of the cycle?",
            (),
            cycle.studies,
            methods.anything,
            methods.nothing,
        ),
        Question(
            "neighbourhoods.map",
            "Which neighbourhoods are different, and how sure is that?",
            _MAP,
            neighbourhoods.area_map,
            neighbourhoods.answerable,
            neighbourhood_choices.near,
        ),
        Question(
            "neighbourhoods.profile",
            "What is known of one neighbourhood?",
            ("force", "area", "to", "survey", "layer"),
            neighbourhoods.profile,
            neighbourhoods.told_of,
            neighbourhood_choices.near,
        ),
        Question(
            "engagement.reach",
            "Who took part in engagement, against who lives there?",
            ("force", "from", "to", "by", "population"),
            engagement.reach,
            engagement.answerable,
            engagement_choices.near,
        ),
        Question(
            "engagement.activity",
            "How much engagement was there, by what method, and how far did people have a say?",
            _PERIOD,
            engagement.activity,
            engagement.logged,
            engagement_choices.other_period,
        ),
        Question(
            "engagement.feedback",
            "What came of what people asked for, and were they told?",
            _PERIOD,
            engagement.feedback,
            engagement.raised,
            engagement_choices.other_period,
        ),
        Question(
            "data.coverage",
            "What is loaded, and what is missing?",
            ("force", "from", "to"),
            data.coverage,
            choices.complete,
        ),
        Question(
            "methods.definitions", "What do the words mean?", (), methods.definitions, methods.anything, methods.nothing
        ),
        Question(
            "methods.figures", "How is every figure made?", (), methods.figures, methods.anything, methods.nothing
        ),
        Question(
            "methods.coverage",
            "How often do the intervals hold the truth?",
            (),
            methods.coverage,
            methods.anything,
            methods.nothing,
        ),
        Question(
            "methods.withheld",
            "What is withheld, and why?",
            (),
            methods.withheld,
            methods.anything,
            methods.nothing,
        ),
        Question(
            "methods.evidence", "What have studies found?", (), methods.evidence, methods.anything, methods.nothing
        ),
    )
}

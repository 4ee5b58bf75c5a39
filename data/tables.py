"""The canonical tables: one typed, documented schema each.

Everything that describes a table is made from here: the columns the store writes, the checks that a
file must pass, the data dictionary and the templates. Facts hold what was published, word for word;
vocabularies are applied when rows are counted, so a later, better vocabulary needs no file again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from data.vocabularies.survey import attributes, measures

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pandera
    import pyarrow as pa

Kind = Literal["text", "texts", "day", "month", "integer", "number", "boolean", "moment", "bytes"]

_PANDAS: dict[Kind, Any] = {
    "text": "str",
    "texts": "object",
    "day": "str",
    "month": "str",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "moment": "datetime64[us, UTC]",
    "bytes": "object",
}


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    Attributes
    ----------
    kind
        A day is written YYYY-MM-DD and a month YYYY-MM, so that both sort as texts.
    vocabulary
        List in which its values are looked up.
    options
        The only values that it may have; any, where there are none.
    """

    name: str
    kind: Kind
    about: str
    required: bool = False
    vocabulary: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A canonical table: its name, what one row is, and its columns."""

    name: str
    about: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The column names, in order."""
        return [column.name for column in self.columns]

    @cached_property
    def arrow(self) -> pa.Schema:
        """The Arrow schema with which the store writes this table."""
        import pyarrow as pa

        types = {
            "text": pa.string(),
            "texts": pa.list_(pa.string()),
            "day": pa.string(),
            "month": pa.string(),
            "integer": pa.int64(),
            "number": pa.float64(),
            "boolean": pa.bool_(),
            "moment": pa.timestamp("us", tz="UTC"),
            "bytes": pa.binary(),
        }
        return pa.schema([pa.field(c.name, types[c.kind], nullable=True) for c in self.columns])

    @property
    def schema(self) -> pandera.DataFrameSchema:
        """The pandera schema that frames of this table must pass; validate it lazily."""
        import numpy as np
        import pandas as pd
        import pandera.pandas as pandera

        # Pandera decides how texts are kept when it is imported; frames are made as pandas keeps them now.
        now = {"object": None, "str": pd.StringDtype(na_value=np.nan)}
        return pandera.DataFrameSchema(
            {
                c.name: pandera.Column(
                    now.get(_PANDAS[c.kind], _PANDAS[c.kind]),
                    nullable=not c.required,
                    description=c.about,
                )
                for c in self.columns
            },
            strict=True,
            name=self.name,
        )

    def frame(self, columns: dict[str, object]) -> pd.DataFrame:
        """A frame with this table's columns, in order and typed; columns not given are empty.

        Parameters
        ----------
        columns
            Arrays, lists or scalars by column name; at least one of them gives the length.

        Raises
        ------
        KeyError
            If a name is not a column of the table.
        """
        import pandas as pd

        unknown = set(columns) - set(self.names)
        if unknown:
            raise KeyError(f"{self.name} has no column {', '.join(sorted(unknown))}")
        given = pd.DataFrame(columns)
        blank = pd.Series(None, given.index, dtype="object")
        return pd.DataFrame(
            {c.name: given.get(c.name, blank).astype(_PANDAS[c.kind]) for c in self.columns},
            given.index,
        )


LOAD_ID = Column("load_id", "text", "The load this row came with: one file, or one member of a zip", required=True)

_ROW = "Row of the file, the header being row 1; in a list of the API the place in it, from 1"

GROUNDS_GRADES = ("green", "amber", "red")
"""How recorded grounds are graded, the best first."""

_OWN = "Column “{}” of a force's own file"

STOPS = Table(
    "stops",
    "One stop and search as published. A stop is an event, not a person: the same person may appear many times.",
    (
        LOAD_ID,
        Column("row", "integer", _ROW, required=True),
        Column("force", "text", "Force, as data.police.uk writes it in file names", required=True, vocabulary="forces"),
        Column("month", "text", "Force-month: the month of the file, YYYY-MM", required=True),
        Column("at", "moment", "When the stop began, in UTC"),
        Column("type", "text", "Person search, Person and Vehicle search, or Vehicle search", vocabulary="stop_types"),
        Column("part_of_operation", "boolean", "Whether the stop was part of a policing operation; blank is not False"),
        Column("operation", "text", "Name of the policing operation"),
        Column("latitude", "number", "Latitude of the anonymised map point, degrees (WGS84)"),
        Column("longitude", "number", "Longitude of the anonymised map point, degrees (WGS84)"),
        Column("gender", "text", "Gender of the person searched"),
        Column("age_range", "text", "Age band of the person searched"),
        Column(
            "self_defined_ethnicity",
            "text",
            "Ethnic group the person gave, in the file's words",
            vocabulary="ethnicity",
        ),
        Column(
            "officer_defined_ethnicity",
            "text",
            "Ethnic group the officer saw, in the file's words",
            vocabulary="ethnicity",
        ),
        Column("legislation", "text", "Power used", vocabulary="powers"),
        Column("object_of_search", "text", "What was looked for", vocabulary="objects"),
        Column("outcome", "text", "What followed", vocabulary="outcomes"),
        Column("outcome_linked", "boolean", "Whether the outcome was linked to the object; blank is not False"),
        Column("removal_outer", "boolean", "Whether more than outer clothing was removed; blank is not False"),
        Column("team", "text", f"{_OWN.format('Team')}: pseudonym of the team, such as Team 4; never an officer"),
        Column("bwv_on", "boolean", f"{_OWN.format('Body-worn video on')}; blank is not False"),
        Column(
            "grounds_grade",
            "text",
            f"{_OWN.format('Grounds grade')}: how a review graded the recorded grounds; blank is not graded",
            options=GROUNDS_GRADES,
        ),
        Column(
            "supervisor_reviewed",
            "boolean",
            f"{_OWN.format('Supervisor reviewed')}: whether a supervisor reviewed the record; blank is not False",
        ),
        Column(
            "receipt",
            "boolean",
            f"{_OWN.format('Receipt given')}: whether a receipt was given or offered; blank is not False",
        ),
        Column(
            "force_used",
            "boolean",
            f"{_OWN.format('Force used')}: whether force was used in the search; blank is not False",
        ),
    ),
)

POPULATION = Table(
    "population",
    "Residents of one area, of one ethnic group or all, as published. A suppressed count is blank, never zero.",
    (
        LOAD_ID,
        Column("source", "text", "Where the count comes from, such as Census 2021", required=True),
        Column("year", "integer", "Year the count describes", required=True),
        Column("level", "text", "Level of the area: district, msoa, lsoa or ward", required=True),
        Column("area_code", "text", "GSS code of the area", required=True),
        Column("area_name", "text", "Name of the area as the file writes it"),
        Column("ethnicity_list", "text", "Which list of ethnic groups the file uses; blank where it counts everyone"),
        Column(
            "ethnicity",
            "text",
            "Ethnic group in the file's words; blank where the count is of everyone",
            vocabulary="ethnicity",
        ),
        Column("sex", "text", "Female or Male; blank where the count is of everyone"),
        Column("age", "text", "Age band; blank where the count is of all ages"),
        Column("residents", "integer", "Number of usual residents; blank where the publisher suppressed it"),
    ),
)

DEPRIVATION = Table(
    "deprivation",
    "How deprived one small area of England is, as published.",
    (
        LOAD_ID,
        Column("row", "integer", "Row of the file, the header being row 1", required=True),
        Column("source", "text", "The index, such as IMD 2019", required=True),
        Column("area_code", "text", "GSS code of the LSOA", required=True),
        Column("area_name", "text", "Name of the LSOA as the file writes it"),
        Column(
            "score", "number", "Score of the index of multiple deprivation, more being more deprived", required=True
        ),
        Column("rank", "integer", "Rank among the LSOAs of England, 1 being the most deprived", required=True),
        Column("decile", "integer", "Tenth of the LSOAs of England, 1 being the most deprived", required=True),
    ),
)

AREAS = Table(
    "areas",
    "One area of one boundary set or lookup: its code, name, parent and shape.",
    (
        LOAD_ID,
        Column("boundary_set", "text", "The set of boundaries or the lookup that the area belongs to", required=True),
        Column("level", "text", "force, district, ward, msoa or lsoa", required=True),
        Column("code", "text", "GSS code", required=True),
        Column("name", "text", "Name as the file writes it"),
        Column("parent_code", "text", "GSS code of the area above, where the file gives it"),
        Column("shape", "bytes", "Polygon as well-known binary, WGS84; blank in a lookup"),
    ),
)

_SURVEY = Column("survey", "text", "The survey, such as Public Attitude Survey", required=True)
_FORCE = Column("force", "text", "Force, as data.police.uk writes it in file names", required=True, vocabulary="forces")

RESPONSES = Table(
    "responses",
    "One person who answered one wave of a survey. Answers are in the words of the scale; blank is not asked.",
    (
        LOAD_ID,
        Column("row", "integer", "Row of the file, the header being row 1", required=True),
        _SURVEY,
        _FORCE,
        Column("wave", "text", "The wave, named so that names sort in time: 2026-Q3", required=True),
        Column("respondent", "text", "Keyed hash of the respondent's number; blank where the file has none"),
        Column("date", "text", "Day of the interview, YYYY-MM-DD"),
        Column("area", "text", "GSS code of the area of residence, or its name where the file gives no code"),
        Column(
            "weight",
            "number",
            "Weight of the respondent: of the file, raked to margins, or 1 without either",
            required=True,
        ),
        Column("stratum", "text", "Stratum of the sample; blank where there is one"),
        Column("psu", "text", "Primary sampling unit; blank where each respondent is one"),
        *(Column(a.id, "text", f"{a.label}, in the words of the mapping") for a in attributes().values()),
        *(Column(m.id, "text", m.wording, vocabulary="scales") for m in measures().values()),
    ),
)

WAVES = Table(
    "waves",
    "One wave of a survey: when, how and of whom it asked.",
    (
        LOAD_ID,
        _SURVEY,
        _FORCE,
        Column("wave", "text", "The wave", required=True),
        Column("label", "text", "The wave in words: July to September 2026", required=True),
        Column("starts", "text", "First day of fieldwork, YYYY-MM-DD", required=True),
        Column("ends", "text", "Last day of fieldwork, YYYY-MM-DD", required=True),
        Column("questionnaire", "text", "Version of the questionnaire; a change of it breaks the series"),
        Column("shared", "text", "What waves share: nothing, psus or respondents", required=True),
        Column("design", "text", "How the sample was drawn, in words"),
        Column("mode", "text", "How people were asked"),
        Column("population", "text", "Who the sample stands for, such as adults aged 16 and over"),
        Column("weighting", "text", "What the weights do, in words"),
        Column(
            "raked_to", "text", "Margins that its weights were raked to when it was loaded; blank where they were not"
        ),
        Column("respondents", "integer", "People who answered", required=True),
    ),
)

QUESTIONS = Table(
    "questions",
    "One measure as one wave asked it.",
    (
        LOAD_ID,
        _SURVEY,
        _FORCE,
        Column("wave", "text", "The wave", required=True),
        Column("measure", "text", "Measure of the catalogue", required=True, vocabulary="measures"),
        Column("wording", "text", "The question as it was asked", required=True),
        Column("asked_of", "text", "Whom it was asked of, where not everyone"),
        Column("comparable", "boolean", "Whether its answers can be compared with those to the wording before"),
        Column("answered", "integer", "People with an answer of the scale, don't know included", required=True),
    ),
)

AGGREGATES = Table(
    "aggregates",
    "One figure as a survey published it: a share without the answers behind it.",
    (
        LOAD_ID,
        Column("row", "integer", "Row of the file, the header being row 1", required=True),
        _SURVEY,
        _FORCE,
        Column("publication", "text", "The published table, where one survey has several", required=True),
        Column("month", "text", "Last month that the figure covers, YYYY-MM", required=True),
        Column("months", "integer", "Months that the figure covers", required=True),
        Column("level", "text", "force or district", required=True),
        Column("area", "text", "Name of the area as the file writes it; blank for the force"),
        Column("measure", "text", "Measure of the catalogue", required=True, vocabulary="measures"),
        Column("words", "text", "The measure in the file's words", required=True),
        Column("share", "number", "Share of positive answers, a fraction of 1", required=True),
        Column("base", "integer", "Unweighted answers; blank where it is not published"),
        Column("low", "number", "Lower end of the published 95 % interval; blank where there is none"),
        Column("high", "number", "Upper end of it"),
    ),
)

CRIME = Table(
    "crime",
    "Recorded crime and disorder: one crime or incident as published, or the number of a month, area and kind.",
    (
        LOAD_ID,
        Column("row", "integer", f"{_ROW}; blank where a number stands for many"),
        _FORCE,
        Column("month", "text", "Force-month: the month of the file, YYYY-MM", required=True),
        Column("crime", "text", "The crime's own number; blank for anti-social behaviour"),
        Column("latitude", "number", "Latitude of the anonymised map point, degrees (WGS84)"),
        Column("longitude", "number", "Longitude of the anonymised map point, degrees (WGS84)"),
        Column("area", "text", "GSS code of the area that the file gives: LSOA or neighbourhood"),
        Column("category", "text", "Kind of crime, in the file's words", required=True, vocabulary="crime_types"),
        Column("outcome", "text", "The last outcome, in the file's words", vocabulary="crime_outcomes"),
        Column("recorded", "integer", "Crimes and incidents: 1, or the number", required=True),
    ),
)

CRIME_OUTCOMES = Table(
    "crime_outcomes",
    "One outcome of one crime as published; a crime may have several, in one month or over time.",
    (
        LOAD_ID,
        Column("row", "integer", _ROW, required=True),
        _FORCE,
        Column("month", "text", "Force-month: the month of the outcome, which is that of the file", required=True),
        Column("crime", "text", "The crime's own number, the one that it has in street crime; may be blank"),
        Column("latitude", "number", "Latitude of the anonymised map point, degrees (WGS84)"),
        Column("longitude", "number", "Longitude of the anonymised map point, degrees (WGS84)"),
        Column("area", "text", "GSS code of the LSOA that the file gives"),
        Column("outcome", "text", "The outcome, in the file's words", required=True, vocabulary="crime_outcomes"),
    ),
)

EVENTS = Table(
    "events",
    "One engagement event: a meeting, street stall, visit, online session or other way of talking with people.",
    (
        LOAD_ID,
        _FORCE,
        Column("event", "text", "The event's own number", required=True),
        Column("date", "day", "Day", required=True),
        Column("area", "text", "GSS code of the neighbourhood; blank where it had no place"),
        Column("level", "text", "Whom it was with", options=("individual", "neighbourhood", "strategic")),
        Column("method", "text", "How people were met, such as street surgery"),
        Column("channel", "text", "By what channel", options=("in person", "telephone", "online", "paper")),
        Column(
            "rung",
            "text",
            "How far people had a say",
            options=("inform", "consult", "involve", "collaborate", "empower"),
        ),
        Column("purpose", "text", "Why it was held"),
        Column("topic", "text", "What it was about"),
        Column("participants", "integer", "People who took part, whether their group is known or not"),
        Column("first_time", "integer", "Of them, those who had never taken part before"),
        Column("useful", "integer", "Of those who rated the event, how many found it useful"),
        Column("rated", "integer", "How many rated the event"),
        Column("officer_hours", "number", "Hours of officers and staff"),
        Column("volunteer_hours", "number", "Hours of volunteers"),
        Column("cost", "number", "Cost in pounds, hours left out"),
        Column("recurring", "boolean", "Whether it is one of a series"),
        Column("before_decision", "boolean", "Whether it came before the decision that it was about"),
    ),
)

PARTICIPANTS = Table(
    "participants",
    "People of one group who took part in one event.",
    (
        LOAD_ID,
        _FORCE,
        Column("event", "text", "The event's own number", required=True),
        Column(
            "attribute",
            "text",
            "What the group is of",
            required=True,
            vocabulary="attributes",
            options=("age_band", "sex", "ethnicity", "disability"),
        ),
        Column("group", "text", "The group; Not known for the others", required=True),
        Column("participants", "integer", "People of the group who took part", required=True),
    ),
)

FEEDBACK = Table(
    "feedback",
    "One thing that people asked for, and what came of it.",
    (
        LOAD_ID,
        _FORCE,
        Column("item", "text", "The item's own number", required=True),
        Column("event", "text", "The event it was raised at; blank where it came another way"),
        Column("area", "text", "GSS code of the neighbourhood"),
        Column("raised_on", "day", "Day it was raised", required=True),
        Column("issue", "text", "What was asked for", required=True),
        Column("status", "text", "What came of it", required=True, options=("open", "action taken", "no action")),
        Column("action", "text", "What was done"),
        Column("no_action_reason", "text", "Why nothing was done"),
        Column("due", "day", "Day it was to be answered"),
        Column("told_on", "day", "Day people were told what came of it"),
    ),
)

PRIORITIES = Table(
    "priorities",
    "One published priority of one neighbourhood.",
    (
        LOAD_ID,
        _FORCE,
        Column("area", "text", "GSS code of the neighbourhood", required=True),
        Column("priority", "text", "The priority, in the file's words", required=True),
        Column("set_on", "day", "Day it was set", required=True),
        Column("reviewed_on", "day", "Day it was last reviewed"),
        Column("action", "text", "What was done"),
        Column("status", "text", "Whether it still stands", options=("open", "closed")),
    ),
)

PLANS = Table(
    "plans",
    "One thing that a neighbourhood's engagement plan means to do in one month.",
    (
        LOAD_ID,
        _FORCE,
        Column("area", "text", "GSS code of the neighbourhood", required=True),
        Column("month", "month", "Month", required=True),
        Column("method", "text", "How people are to be met", required=True),
        Column("audience", "text", "Whom it is for"),
        Column("done_as", "text", "Number of the event that fulfilled it; blank where none has"),
    ),
)

MILESTONES = Table(
    "milestones",
    "One dated thing that may have moved confidence: an initiative or a critical incident.",
    (
        LOAD_ID,
        _FORCE,
        Column("name", "text", "What it was", required=True),
        Column("kind", "text", "What it was", required=True, options=("initiative", "critical incident")),
        Column("date", "day", "Day it began or happened", required=True),
        Column("areas", "texts", "GSS codes of the areas it touched", required=True),
        Column("about", "text", "What was done or what happened, in a sentence"),
    ),
)

LOADS = Table(
    "loads",
    "One file, or one member of a zip, that has been loaded.",
    (
        LOAD_ID,
        Column("table", "text", "Canonical table that the rows went to", required=True),
        Column("kind", "text", "Family of files, as its reader calls it", required=True),
        Column(
            "subject",
            "text",
            "Force, survey, census or boundary set; with its part where it comes in several files",
            required=True,
        ),
        Column("period", "text", "Month, wave or year; blank where there is none"),
        Column(
            "sha256", "text", "SHA-256 of the decompressed bytes; of a wave, of its file and its mapping", required=True
        ),
        Column("mapping", "text", "SHA-256 of the mapping of a wave; blank where there was none"),
        Column("file", "text", "The file as it was given", required=True),
        Column("bytes", "integer", "Decompressed size in bytes", required=True),
        Column("rows", "integer", "Rows stored", required=True),
        Column("records", "integer", "Records in the file", required=True),
        Column("notes", "texts", "What was noticed while reading, in sentences"),
        Column("at", "moment", "When it was loaded", required=True),
        Column("by", "text", "Who loaded it"),
        Column("reason", "text", "Why"),
    ),
)

RELEASES = Table(
    "releases",
    "One release: which loads are current, and which version of every table belongs together.",
    (
        Column("release", "integer", "Number of the release, from 1", required=True),
        Column("at", "moment", "When it was published", required=True),
        Column("by", "text", "Who published it"),
        Column("reason", "text", "Why"),
        Column(
            "action", "text", "load, withdraw, restore, recount, or what a register holds, such as note", required=True
        ),
        Column("added", "texts", "Loads made current by this release"),
        Column("withdrawn", "texts", "Loads withdrawn by this release"),
        Column("current", "texts", "Every load that is current in this release"),
        Column("versions", "text", "Version of every table, as JSON", required=True),
        Column("digests", "text", "SHA-256 of every Parquet file that came with the release, as JSON"),
    ),
)

FITS = Table(
    "fits",
    "One table of one heavy fit, or why it could not be made. No part of a release: it can be made long after one.",
    (
        Column("fit", "text", "The fit by name, such as cycle.drivers", required=True),
        Column("scope", "text", "What it is of: an address as JSON", required=True),
        Column("method", "integer", "Version of its method", required=True),
        Column("inputs", "text", "Fingerprint of the rows that it was made from", required=True),
        Column("release", "integer", "Number of the release that it was first made for", required=True),
        Column("table", "text", "Name of the table; blank where the fit was refused"),
        Column("rows", "text", "The table as JSON: the type of each column, then its values"),
        Column("refusal", "text", "Why the data can't bear the fit; blank where they can"),
        Column("sha256", "text", "SHA-256 of the rows or of the refusal", required=True),
        Column("seconds", "number", "How long it took", required=True),
        Column("at", "moment", "When it was made", required=True),
    ),
)

CANONICAL: dict[str, Table] = {
    table.name: table
    for table in (
        STOPS,
        POPULATION,
        DEPRIVATION,
        AREAS,
        RESPONSES,
        WAVES,
        QUESTIONS,
        AGGREGATES,
        CRIME,
        CRIME_OUTCOMES,
        EVENTS,
        PARTICIPANTS,
        FEEDBACK,
        PRIORITIES,
        PLANS,
        MILESTONES,
    )
}

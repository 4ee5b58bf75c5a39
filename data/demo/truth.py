"""The written-down truth of the demonstration force: what was planted, how large, and what should find it.

Eskmere is invented. Everything in it is drawn from the figures of this module, so that every model of
the house can be asked whether it finds what is there, and stays silent where nothing is. Sizes are given
in points of a share (0.09 is nine points) or on a latent scale on which the answers of all adults to one
question have mean 0 and standard deviation 1: somebody answers positively where their latent value is
above the threshold that gives the county's share.

Standard errors of changes, initiatives, differences and links were measured with plain estimators on samples drawn
anew (``python -m benchmarks.demo --power 60``). Those of neighbourhoods and reach follow from the design; how often
something is found follows from its standard error. How often the weakest link is named was measured with the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from data.vocabularies.survey import STAGES

SURVEY = "Eskmere Residents Survey"
CENSUS, CENSUS_YEAR = "Invented census 2021", 2021
WAVES = tuple(f"{year}-Q{quarter}" for year in range(2022, 2027) for quarter in range(1, 5))[3:-1]
"""The sixteen quarterly waves: 2022-Q4 to 2026-Q3."""

MONTHS = tuple(f"{year}-{month:02d}" for year in range(2022, 2027) for month in range(1, 13))[9:-3]
"""The forty-eight months of searches, crime and events: 2022-10 to 2026-09."""

PLANNED = tuple(f"{year}-{month:02d}" for year in (2026, 2027) for month in range(1, 13))[9:-3]
"""The twelve months after the last of ``MONTHS``, for which engagement is planned."""

ENGAGEMENT, FAIR, CONFIDENCE, WILLING, INFORMATION, ACTION = STAGES
BENEFIT = "benefit"

AGES = ("16 to 24", "25 to 34", "35 to 54", "55 to 64", "65 and over")
"""Age bands of adults, in the survey and at events."""

CHILDREN = "Under 16"

CENSUS_AGES = {
    CHILDREN: {"Under 10": 0.61, "10 to 15": 0.39},
    "16 to 24": {"16 to 17": 0.21, "18 to 24": 0.79},
    **{band: {band: 1.0} for band in AGES[1:]},
}
"""The age bands of the census within each of children and adults, with their share: they fit those of searches too."""

TEAMS = tuple(f"Team {number}" for number in range(1, 13))
"""Teams that search, two a district."""


@dataclass(frozen=True)
class Item:
    """One question of the survey.

    Attributes
    ----------
    measure
        Measure of the catalogue.
    stage
        Stage whose latent value it is asked of.
    loading
        Correlation of the answer's latent value with that of the stage, for one adult among those like them.
    shares
        Share of each answer of the scale among those who know, in the scale's order, in the first wave.
    dont_know
        Share of those asked who don't know.
    """

    measure: str
    stage: str
    loading: float
    shares: tuple[float, ...]
    dont_know: float


@dataclass(frozen=True)
class Link:
    """One link of the cycle: what one standard deviation of one stage goes with in the next, both latent."""

    origin: str
    target: str
    strength: float


@dataclass(frozen=True)
class Difference:
    """How much lower the share with confidence is in one group, others things equal, in points.

    Attributes
    ----------
    attribute, groups
        The attribute, and those of its groups that differ from all others.
    points
        Difference in the share who say the police do a good job, at the county's share.
    """

    attribute: str
    groups: tuple[str, ...]
    points: float


@dataclass(frozen=True)
class Trend:
    """A change of one measure over the whole county, in a straight line from one wave to another."""

    measure: str
    points: float
    since: str
    until: str


@dataclass(frozen=True)
class Initiative:
    """Something tried in a few neighbourhoods, drawn by lot outside the district of the incident.

    Attributes
    ----------
    neighbourhoods
        How many neighbourhoods have it.
    points
        What it adds to the share of positive answers, from its first day on.
    stages
        The stages it adds to.
    """

    name: str
    date: str
    neighbourhoods: int
    points: float
    stages: tuple[str, ...]
    about: str


@dataclass(frozen=True)
class Incident:
    """A critical incident in one district: a lasting fall of the three confidence measures from its day on."""

    name: str
    date: str
    district: str
    points_in_district: float
    points_elsewhere: float
    about: str


@dataclass(frozen=True)
class Levels:
    """How far neighbourhoods, places of sampling and quarters differ.

    Attributes
    ----------
    between_neighbourhoods
        Standard deviation of neighbourhoods' own levels of confidence on the arcsine scale,
        asin(sqrt(share)), given who lives there. 0.08 is about eight points.
    clearly_low, clearly_high
        How many neighbourhoods stand ``extreme`` below or above the county on that scale; the others
        are closer to it. Four waves of one neighbourhood have a standard error of about 0.06 on it, so that
        a small-area model should give two thirds of these twelve a chance above 0.95 of lying on their side.
    from_deprivation
        Correlation of a neighbourhood's level with its deprivation: deprived ones are lower.
    between_psus
        Standard deviation of sampling units of one neighbourhood, latent. With the neighbourhoods
        it gives an intracluster correlation of about 0.05 within a district.
    between_quarters
        Standard deviation of a neighbourhood's quarters around its own level, latent. They follow a
        first-order autoregression with ``lag`` of each stage on itself and ``lag_of_link`` times the
        link's strength on the stage before it.
    carried
        Share of the differences of groups and neighbourhoods that each stage carries.
    """

    between_neighbourhoods: float = 0.08
    clearly_low: int = 6
    clearly_high: int = 6
    extreme: float = 0.15
    from_deprivation: float = 0.6
    between_psus: float = 0.2
    between_quarters: float = 0.1
    lag: float = 0.4
    lag_of_link: float = 0.4
    carried: tuple[tuple[str, float], ...] = (
        (ENGAGEMENT, 0.6),
        (FAIR, 1.0),
        (CONFIDENCE, 1.0),
        (WILLING, 0.5),
        (INFORMATION, 0.3),
        (ACTION, 0.6),
        (BENEFIT, 0.6),
    )


@dataclass(frozen=True)
class Sample:
    """The design of the survey.

    Attributes
    ----------
    psus
        Sampling units a neighbourhood and wave; none is used again in another wave.
    people
        People asked in each.
    response
        Relative willingness to answer by age band; weights repair it.
    """

    psus: int = 2
    people: int = 20
    response: tuple[float, ...] = (0.5, 0.65, 1.0, 1.25, 1.4)


@dataclass(frozen=True)
class Searches:
    """Stop and search.

    A model should give the crude ratio within 0.2 and the one within neighbourhoods within 0.12, find that the
    split between groups varies nearly twice as much as by chance, and find no difference in what searches found.

    Attributes
    ----------
    total
        Searches in all forty-eight months.
    crude_ratio
        Searches of Black people for each Black resident over those of White people for each White
        resident, in the county as a whole.
    relative
        Rate of each broad group within a neighbourhood, White being 1. The rest of the crude ratio
        is geography: searches are many where Black residents live.
    not_stated, blank
        Share of searches of people whose self-defined group is ``Not stated``, or blank; the same for every group.
    found
        Share of searches that found something: the same for every group and neighbourhood.
    unlocated, vehicles
        Share published without coordinates, and share that is of a vehicle alone.
    clumping
        Squared coefficient of variation of an area-month's rate, shared by all groups.
    clumping_of_group
        The same for each group apart: what makes the split between groups vary more than by chance.
    section_60_months
        Area-months, all of them busy ones, in which a third of the searches are under section 60.
    body_worn, reviewed, receipt, force_used
        Share of searches with body-worn video on, reviewed by a supervisor, with a receipt, and with force used: the
        same for every group.
    team_without_video, its_body_worn
        The one team whose video is on less often, and the share of its searches with it.
    graded, grades
        Share of searches whose grounds were graded, and of these the share of each grade, the best first.
    """

    total: int = 60_000
    crude_ratio: float = 4.8
    relative: tuple[tuple[str, float], ...] = (
        ("White", 1.0),
        ("Black", 2.6),
        ("Asian", 1.2),
        ("Mixed", 1.9),
        ("Other", 1.1),
    )
    not_stated: float = 0.14
    blank: float = 0.04
    found: float = 0.26
    unlocated: float = 0.06
    vehicles: float = 0.03
    clumping: float = 0.12
    clumping_of_group: float = 0.05
    section_60_months: int = 24
    body_worn: float = 0.93
    reviewed: float = 0.62
    receipt: float = 0.71
    force_used: float = 0.14
    team_without_video: str = "Team 9"
    its_body_worn: float = 0.78
    graded: float = 0.35
    grades: tuple[float, float, float] = (0.78, 0.17, 0.05)


@dataclass(frozen=True)
class Reach:
    """Engagement.

    Of a year's thousand events the index of a group of a twentieth has a standard error of about 0.04: groups at 0.6
    should be found to be under 0.8 in nearly every force, those nearer to it in about half. Methods are received
    differently: street surgeries and public meetings are far apart after a hundred events of each.
    Where events are held and priorities are closed has nothing to do with confidence: as levers of areas, neither
    should be clear.

    Attributes
    ----------
    events
        Events in all forty-eight months.
    index
        Share of a group among those who took part over its share among adult residents of the same
        neighbourhoods, for the groups that are met too little; the others make up for it in proportion.
    useful
        Share of those who rated an event that found it useful, by method.
    unknown
        Share of participants whose group is not known.
    alike
        How alike events of one neighbourhood are: the shares of groups among those met follow a Dirichlet
        distribution that adds up to this. At 20 a share of 0.10 has a standard deviation of 0.065 from event to event.
    quiet
        Neighbourhoods with hardly any event: a tenth of what the others have.
    feedback
        Things asked for, most of them at an event.
    """

    events: int = 4_000
    index: tuple[tuple[str, str, float], ...] = (
        ("age_band", "16 to 24", 0.6),
        ("age_band", "25 to 34", 0.75),
        ("ethnicity", "Black", 0.6),
        ("ethnicity", "Asian", 0.7),
        ("disability", "Yes", 0.6),
    )
    useful: tuple[tuple[str, float], ...] = (
        ("Street surgery", 0.78),
        ("Public meeting", 0.56),
        ("Door knocking", 0.72),
        ("School visit", 0.81),
        ("Online session", 0.62),
        ("Community stall", 0.72),
        ("Focus group", 0.86),
        ("Advisory group", 0.70),
    )
    unknown: float = 0.15
    alike: float = 20.0
    quiet: int = 2
    feedback: int = 3_000


@dataclass(frozen=True)
class Break:
    """A question that a new questionnaire words anew: its share jumps by ``points`` for that alone."""

    measure: str
    wording: str
    points: float


ITEMS = (
    Item("informed_local", ENGAGEMENT, 0.80, (0.10, 0.42, 0.48), 0.03),
    Item("influence", ENGAGEMENT, 0.70, (0.06, 0.22, 0.27, 0.29, 0.16), 0.06),
    Item("seen_heard", ENGAGEMENT, 0.70, (0.41, 0.59), 0.03),
    Item("visibility", ENGAGEMENT, 0.60, (0.06, 0.14, 0.19, 0.29, 0.32), 0.03),
    Item("fair", FAIR, 0.85, (0.19, 0.43, 0.17, 0.14, 0.07), 0.05),
    Item("listen", FAIR, 0.80, (0.14, 0.41, 0.22, 0.16, 0.07), 0.05),
    Item("respect", FAIR, 0.80, (0.29, 0.47, 0.12, 0.08, 0.04), 0.04),
    Item("ss_fair", FAIR, 0.70, (0.17, 0.45, 0.25, 0.13), 0.06),
    Item("satisfied_contact", FAIR, 0.60, (0.31, 0.32, 0.12, 0.13, 0.12), 0.02),
    Item("good_job_local", CONFIDENCE, 0.85, (0.16, 0.50, 0.22, 0.08, 0.04), 0.03),
    Item("overall_confidence", CONFIDENCE, 0.85, (0.21, 0.49, 0.15, 0.10, 0.05), 0.03),
    Item("trust_force", CONFIDENCE, 0.85, (0.25, 0.47, 0.14, 0.09, 0.05), 0.03),
    Item("would_report", WILLING, 0.75, (0.54, 0.30, 0.11, 0.05), 0.02),
    Item("would_inform", WILLING, 0.80, (0.43, 0.34, 0.15, 0.08), 0.03),
    Item("would_witness", WILLING, 0.75, (0.24, 0.33, 0.26, 0.17), 0.04),
    Item("gave_information", INFORMATION, 0.90, (0.28, 0.72), 0.02),
    Item("matter", ACTION, 0.85, (0.13, 0.43, 0.21, 0.16, 0.07), 0.05),
    Item("safe_dark", BENEFIT, 0.70, (0.22, 0.43, 0.24, 0.11), 0.02),
    Item("worry_asb", BENEFIT, 0.70, (0.11, 0.30, 0.38, 0.21), 0.02),
)
"""Every question asked. ``satisfied_contact`` is asked only of those who had contact."""

LINKS = (
    Link(ENGAGEMENT, FAIR, 0.55),
    Link(FAIR, CONFIDENCE, 0.60),
    Link(CONFIDENCE, WILLING, 0.55),
    Link(WILLING, INFORMATION, 0.65),
    Link(INFORMATION, ACTION, 0.10),
    Link(ACTION, ENGAGEMENT, 0.55),
)
"""The cycle: each stage is its link's strength times the stage before it, and chance.

The weakest link is planted: giving information hardly goes with seeing what matters dealt with. Over four waves
(9,600 answers) the share of the next stage differs by 0.10 to 0.15 for one standard deviation of the answers to
the stage before it, and by 0.045 at the weakest link, with standard errors of about 0.005. The rule of the
weakest link named it in 100 of 100 forces at a strength of 0.10, in 36 of 40 at 0.15, in 19 of 40 at 0.20
and in none of 20 at 0.30: one of 0.15 is found in nine of ten (``python -m benchmarks.cycle --strengths``).
"""

SATISFACTION = (("treated_fairly_contact", 0.35), ("outcome_wanted", 0.20))
"""What fair treatment and the outcome wanted add to satisfaction with a contact, for one standard deviation of each.

About 2,700 people of four waves had contact: both should be found in nearly every force, and treatment to count
for more.
"""

DIFFERENCES = (
    Difference("age_band", ("16 to 24", "25 to 34"), -0.07),
    Difference("victim_12m", ("Yes",), -0.10),
    Difference("stopped_12m", ("Yes",), -0.15),
    Difference("disability", ("Yes",), -0.05),
    Difference("ethnicity", ("Black",), -0.09),
)
"""Who has less confidence.

Over four waves the standard errors of these differences, other things and the neighbourhood equal, are about
0.012, 0.015, 0.05, 0.01 and 0.03: those of age, victims and disability should be found in every force, and
those of stopped people and of Black respondents in nine of ten. Not adjusted, Black respondents stand about
0.14 lower than White ones: most live where everyone has less confidence.
"""

TRENDS = (Trend("informed_local", -0.06, "2025-Q3", "2026-Q3"),)
"""Feeling informed falls by six points over the last year.

The change on a year earlier has a standard error of 0.02, the last wave against that one, so it is found in
nearly nine of ten forces. Measures that stand neither here nor in the incident or the first initiative do not
move: what is called a rise or a fall of theirs is a false alarm.
"""

BREAKS = (
    Break("listen", "The police in your local area listen to what people like you have to say", 0.05),
    Break("influence", "People like you can influence what the police in your local area give priority to", 0.0),
)
"""Questions worded anew in questionnaire B, from 2025-Q1: a jump of theirs in that wave is not a change of minds."""

QUESTIONNAIRES = (("A", "2022-Q4"), ("B", "2025-Q1"))
"""Versions of the questionnaire and the wave from which each was asked."""

INCIDENT = Incident(
    "Death after police contact",
    "2024-02-11",
    "Dunmarsh",
    -0.12,
    -0.02,
    "A man died after he was restrained during a search; an independent investigation was opened.",
)
"""The county falls by about four points in all, and stays there.

From the last wave before it to the first wave wholly after it the change of the county has a standard error of
0.02, and that of the district (a fifth of adults) of 0.045: the fall of 12 points there should be found in
eight of ten forces, and in all of them from four waves to four; that of the county in half of them on single
waves.
"""

INITIATIVES = (
    Initiative(
        "Street-corner briefings",
        "2025-04-07",
        8,
        0.09,
        (ENGAGEMENT, CONFIDENCE),
        "Each month the local team says at a fixed corner what was asked for and what was done.",
    ),
    Initiative(
        "Crime prevention leaflet",
        "2024-10-01",
        6,
        0.0,
        (),
        "A leaflet on locks and lighting was put through every door.",
    ),
)
"""One initiative that works and one that does not.

All waves before and after together, the difference in differences of either has a standard error of 0.02 to
0.025: the first should be found in nearly every force at 0.09, in nine of ten at 0.075 and in half at 0.045. Of
the second, something should be found in one force of twenty. The fair comparison is with neighbourhoods that
had neither and lie outside the district of the incident: against all others the first seems a point better than
it is.
"""


@dataclass(frozen=True)
class Truth:
    """Everything that was planted. Change a part with ``dataclasses.replace`` to draw another force.

    Attributes
    ----------
    seed
        Seed of the county, its census, the levels of its neighbourhoods and everything that happens there. This one
        was chosen among forty: what it drew lies near what was planted, so that the demonstration shows it.
    """

    seed: int = 2005
    residents: int = 1_000_000
    items: tuple[Item, ...] = ITEMS
    links: tuple[Link, ...] = LINKS
    benefit_of_confidence: float = 0.4
    satisfaction: tuple[tuple[str, float], ...] = SATISFACTION
    differences: tuple[Difference, ...] = DIFFERENCES
    trends: tuple[Trend, ...] = TRENDS
    breaks: tuple[Break, ...] = BREAKS
    incident: Incident = INCIDENT
    initiatives: tuple[Initiative, ...] = INITIATIVES
    levels: Levels = field(default_factory=Levels)
    sample: Sample = field(default_factory=Sample)
    searches: Searches = field(default_factory=Searches)
    reach: Reach = field(default_factory=Reach)


TRUTH = Truth()
"""The truth of the demonstration force."""

"""Teams against each other: counts by hand, limits of scipy's binomial distribution, and what is never shown."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from scipy.stats import binom, norm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from analytics.disparity import ratio_funnel
from analytics.findings.stop_and_search import teams
from analytics.findings.stop_and_search.teams import BESIDE, FILMED, FOUND, LEAST, PSEUDONYM, REASON_TO_LOOK
from analytics.reading import reading_table, reading_titles
from analytics.scope import Scope
from data.demo.truth import TRUTH
from data.vocabularies import vocabulary
from tests.conftest import POLICE_COLUMNS

NFA, ARREST = "A no further action disposal", "Arrest"
DRUGS = "Misuse of Drugs Act 1971 (section 23)"
SECTION_60 = "Criminal Justice and Public Order Act 1994 (section 60)"


def by_team(team, found, number, **cells):
    """As many rows of a file, of which some found something."""
    row = {
        "Type": "Person search",
        "Date": "2019-06-15T12:00:00+00:00",
        "Self-defined ethnicity": "White - English/Welsh/Scottish/Northern Irish/British",
        "Officer-defined ethnicity": "White",
        "Legislation": DRUGS,
        "Team": team,
        **cells,
    }
    return [row | {"Outcome": ARREST}] * found + [row | {"Outcome": NFA}] * (number - found)


@pytest.fixture
def write(town):
    """A function that writes months of rows of a force's own file and gives the view."""

    def run(rows, months=("2019-06",)):
        for month in months:
            town.write(
                f"{month}-surrey-stop-and-search.csv",
                town.police_csv(rows, [*POLICE_COLUMNS, "Team", "Body-worn video on"]),
            )
        return town.view()

    return run


def rows_of(finding, what=FOUND):
    return {row["team"]: row for row in json.loads(finding.as_json())["table"] if row["what"] == what}


FOUR = [
    *by_team("Team 2", 60, 200),
    *by_team("Team 10", 50, 200),
    *by_team("team 1", 5, 200),
    *by_team("Team 4", 3, 15),
    *by_team("Team 3", 4, 19),
]
"""Three teams of 200 searches, one of which found little, and two that are too small to be shown."""


def test_counts_are_those_of_the_file_and_only_grounds_with_an_outcome_count(write):
    blank = [row | {"Outcome": ""} for row in by_team("Team 2", 0, 25)]
    rows = [*FOUR, *by_team("Team 2", 30, 30, Legislation=SECTION_60), *blank, *by_team("", 40, 100)]
    found = rows_of(teams(Scope(), write(rows)))
    assert list(found) == ["team 1", "Team 2", "Team 3", "Team 4", "Team 10"]
    counts = {name: (row["searches"], row["with_it"], row["estimate"]) for name, row in found.items()}
    assert counts == {
        "team 1": (200, 5, pytest.approx(0.025)),
        "Team 2": (200, 60, pytest.approx(0.3)),
        "Team 3": (None, None, None),
        "Team 4": (None, None, None),
        "Team 10": (200, 50, pytest.approx(0.25)),
    }


def test_all_teams_that_are_shown_have_their_rate_together(write):
    (whole,) = json.loads(teams(Scope(), write(FOUR)).as_json())["tables"]["whole"]
    low, high = proportion_confint(115, 600, method="wilson")
    assert (whole["estimate"], whole["low"], whole["high"]) == pytest.approx((115 / 600, low, high))
    assert (whole["searches"], whole["tested"], whole["shown"]) == (600, 3, 3)


def test_limits_of_teams_that_are_alike_are_those_of_scipys_binomial(write):
    """Five of 200 at .3: mid-P quantiles, narrowed by the fifth that each is of what it is set against."""
    rows = [row for number in range(5) for row in by_team(f"Team {number}", 60, 200)]
    row = rows_of(teams(Scope(), write(rows)))["Team 3"]
    counts = np.arange(201)
    mid_p = binom.cdf(counts, 200, 0.3) - binom.pmf(counts, 200, 0.3) / 2
    # 1 - 2h + sum of h squared, with h = 1/5: .8
    ends = norm.cdf([norm.ppf(0.025) * np.sqrt(0.8), norm.ppf(0.975) * np.sqrt(0.8)])
    for name, end in zip(("limit_low_95", "limit_high_95"), ends, strict=True):
        assert row[name] * 200 == pytest.approx(np.interp(end, mid_p, counts), abs=1e-6)
    assert row["verdict"] == "within the limits"


def test_a_team_that_finds_less_is_called_so_when_all_are_tested_together(write):
    rows = [row for number in range(1, 12) for row in by_team(f"Team {number}", 75, 250)]
    finding = teams(Scope(), write(rows + by_team("Team 12", 25, 250)))
    found = rows_of(finding)
    assert [name for name, row in found.items() if row["verdict"] != "within the limits"] == ["Team 12"]
    assert found["Team 12"]["verdict"] == "clearly below"
    assert found["Team 12"]["q_value"] < 0.1
    assert finding.headline == "1 of 12 teams lies clearly outside the limits"
    low, high = proportion_confint(850, 3000, method="wilson")
    assert (round(low, 3), round(high, 3)) == (0.267, 0.3)
    assert finding.answer == (
        "June 2019: find rate 28.3\u00a0% (26.7 to 30\u00a0%, 3,000 searches of 12 teams), Team 12 clearly below."
    )


def test_teams_that_are_alike_are_seldom_called_unlike():
    """Twelve teams drawn at one rate: the false-discovery rate allows for a flag in one draw of ten."""
    random, one, draws = np.random.default_rng(12), np.ones(12), 200
    found = random.binomial(200, 0.25, (draws, 12))
    flagged = sum(ratio_funnel(row, one, 200 - row, one, discovery_rate=0.1).flagged.any() for row in found)
    assert flagged / draws <= 0.1 + 2 * np.sqrt(0.1 * 0.9 / draws)


def test_no_figure_tells_of_a_small_team(write, town):
    """Whether a team of 19 searches found something in 4 or in 19 of them moves nothing that is shown."""
    one = teams(Scope(), write(FOUR))
    other = teams(Scope(), write([*FOUR[:-19], *by_team("Team 3", 19, 19)]))
    assert one.as_json().partition('"provenance"')[0] == other.as_json().partition('"provenance"')[0]
    assert one.tables["whole"]["searches"].tolist() == [600]
    assert any("of 600 by teams that are shown" in caveat for caveat in one.caveats)


def test_few_teams_are_never_said_to_be_inside(write):
    """Three teams of 200, one at 2.5 % against 30 and 25 %: the limits hold all, which says nothing."""
    finding = teams(Scope(), write(FOUR))
    assert finding.headline == "3 teams: too few to say whether any lies outside limits"
    assert "too few teams to say whether any lies outside" in finding.answer
    assert any("that none lies outside is then no sign that teams are alike" in caveat for caveat in finding.caveats)


def test_ten_teams_that_are_alike_are_enough_to_say_so(write):
    rows = [row for number in range(10) for row in by_team(f"Team {number}", 60, 200)]
    finding = teams(Scope(), write(rows))
    assert finding.headline == "No team of 10 lies clearly outside the limits"
    assert not any("With fewer than 10 teams" in caveat for caveat in finding.caveats)


def test_a_small_team_is_not_shown_and_counts_in_nothing(write):
    finding = teams(Scope(), write(FOUR))
    row = rows_of(finding)["Team 3"]
    assert {row[name] for name in row if name not in ("what", "team", "verdict", "flag")} == {None}
    assert (row["verdict"], row["flag"]) == ("", f"withheld: fewer than {LEAST} searches")
    assert any(
        f"2 teams with fewer than {LEAST} searches have no figure here, and count in no" in caveat
        for caveat in finding.caveats
    )


def test_beside_the_only_small_team_the_smallest_other_one_is_withheld(write):
    """Of 200, 150, 120 and 19 searches a total of 489 less the first three would tell the last: 120 goes with it."""
    rows = [
        *by_team("Team 1", 60, 200),
        *by_team("Team 2", 40, 150),
        *by_team("Team 3", 30, 120),
        *by_team("Team 4", 4, 19),
    ]
    finding = teams(Scope(), write(rows))
    found = rows_of(finding)
    assert [found[name]["searches"] for name in found] == [200, 150, None, None]
    assert [found[name]["flag"] for name in ("Team 3", "Team 4")] == [BESIDE, f"withheld: fewer than {LEAST} searches"]
    figures = [name for name in found["Team 3"] if name not in ("what", "team", "verdict", "flag")]
    assert {found["Team 3"][name] for name in figures} == {None}
    assert finding.tables["whole"]["searches"].tolist() == [350]
    assert any("the smallest other one is left out too" in caveat for caveat in finding.caveats)


def test_two_large_teams_and_a_small_one_leave_too_few(write):
    rows = [*by_team("Team 1", 60, 200), *by_team("Team 2", 40, 150), *by_team("Team 3", 4, 19)]
    finding = teams(Scope(), write(rows))
    assert finding.refused
    assert finding.answer == (
        "Surrey Police has 2 teams with 20 or more searches in June 2019 and one with fewer. Beside that one another "
        "is withheld, so that totals do not tell its searches, and too few are left to be set against each other."
    )


def test_no_officer_no_ranking_and_what_it_does_not_prove(write):
    finding = teams(Scope(), write(FOUR))
    assert {REASON_TO_LOOK, PSEUDONYM} <= set(finding.caveats)
    assert not any("officer" in name for name in finding.table.columns)
    words = " ".join([finding.headline, finding.answer])
    assert not re.search(r"\b(best|worst|rank|top|bottom|officer)\b", words, re.IGNORECASE)
    assert list(reading_titles(finding).values()) == ["Teams", "All teams"]
    assert list(reading_table(finding)["Team"]) == ["team 1", "Team 2", "Team 3", "Team 4", "Team 10"]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (by_team("", 30, 100), "says which team made a search"),
        (by_team("Team 1", 30, 100), "Only one team of Surrey Police has 20 or more searches"),
        (by_team("Team 1", 3, 19) + by_team("Team 2", 3, 19), "No team of Surrey Police has 20 or more searches"),
        (by_team("Team 1", 0, 30) + by_team("Team 2", 0, 30), "all or none found something"),
    ],
    ids=["no team", "one team", "small teams", "nothing found"],
)
def test_what_cannot_be_told_is_refused_in_words(rows, why, write):
    finding = teams(Scope(), write(rows))
    assert finding.refused
    assert why in finding.answer
    assert finding.answer.endswith(".")


def test_body_worn_video_is_tested_with_the_find_rate(write):
    """q-values are statsmodels' over both shares of all teams together; blank is neither."""
    rows = []
    for number in range(1, 13):
        on = 150 if number == 3 else 190
        searches = by_team(f"Team {number}", 60, 210)
        rows += [
            row | {"Body-worn video on": "True" if place < on else "False" if place < 200 else ""}
            for place, row in enumerate(searches)
        ]
    finding = teams(Scope(), write(rows))
    filmed, found = rows_of(finding, FILMED), rows_of(finding)
    assert {name: (row["searches"], row["with_it"]) for name, row in filmed.items()} == {
        name: (200, 150 if name == "Team 3" else 190) for name in found
    }
    assert [name for name, row in filmed.items() if row["verdict"] == "clearly below"] == ["Team 3"]
    p_values = [row["p_value"] for row in (*found.values(), *filmed.values())]
    q_values = [row["q_value"] for row in (*found.values(), *filmed.values())]
    assert q_values == pytest.approx(multipletests(p_values, method="fdr_bh")[1])
    assert [panel.label.partition(";")[0] for panel in finding.panels] == [FOUND, FILMED]


def test_the_demonstration_s_team_without_video_is_found(demonstration):
    finding = teams(Scope(), demonstration.view())
    below = [name for name, row in rows_of(finding, FILMED).items() if row["verdict"] == "clearly below"]
    assert below == [TRUTH.searches.team_without_video]


def test_a_power_limits_what_is_counted(write):
    section = next(row["name"] for row in vocabulary("powers").rows if row["value"] == SECTION_60)
    finding = teams(Scope(power=section), write(FOUR + by_team("Team 2", 30, 60, Legislation=SECTION_60)))
    assert finding.refused

"""Stop and search: what was planted stands in the searches within chance."""

import numpy as np
import pandas as pd
import pytest

from data.demo.census import residents
from data.demo.truth import MONTHS, TEAMS, TRUTH
from data.vocabularies import BROAD_GROUPS, ethnicity


@pytest.fixture(scope="module")
def of_people(frames):
    """Searches of people, with the broad group they gave; Blank where they gave none."""
    stops = frames["stops"][frames["stops"]["type"] != "Vehicle search"]
    groups = ethnicity("police_18_1")
    return stops.assign(
        broad=stops["self_defined_ethnicity"].map(lambda v: groups[v].broad if isinstance(v, str) else "Blank")
    )


@pytest.fixture(scope="module")
def people():
    return residents(TRUTH.seed, TRUTH.residents).by_broad


def test_months_hold_their_own_searches(frames):
    stops = frames["stops"]
    assert sorted(stops["month"].unique()) == list(MONTHS)
    assert (stops["at"].dt.strftime("%Y-%m") == stops["month"]).all()
    assert stops.groupby("month")["at"].is_monotonic_increasing.all()
    assert stops.groupby("month")["row"].min().eq(2).all()
    sizes = stops.groupby("month").size()
    assert sizes.std() / sizes.mean() > 0.05


def test_crude_ratio_is_near_what_was_planted(of_people, people):
    counts = of_people["broad"].value_counts()
    rates = dict(zip(BROAD_GROUPS, people.sum(axis=0), strict=True))
    ratio = counts["Black"] / rates["Black"] / (counts["White"] / rates["White"])
    assert ratio == pytest.approx(TRUTH.searches.crude_ratio, abs=0.35)


def test_ratio_within_neighbourhoods_is_smaller(of_people, people, frames):
    shapely = pytest.importorskip("shapely")
    located = of_people[of_people["latitude"].notna()]
    wards = frames["areas"][frames["areas"]["level"] == "ward"].reset_index(drop=True)
    points = shapely.points(located["longitude"], located["latitude"])
    point, ward = shapely.STRtree(shapely.from_wkb(list(wards["shape"]))).query(points, predicate="within")
    assert (np.sort(point) == np.arange(len(points))).all()
    counts = pd.crosstab(ward, located["broad"].to_numpy()[point]).reindex(range(60), fill_value=0)
    white, black = people[:, 0].astype(float), people[:, 1].astype(float)
    # Mantel-Haenszel: neighbourhoods are the layers.
    ratio = (counts["Black"] * white / (white + black)).sum() / (counts["White"] * black / (white + black)).sum()
    assert ratio == pytest.approx(dict(TRUTH.searches.relative)["Black"], abs=0.25)


def test_finds_are_equal_across_groups(of_people):
    found = (of_people["outcome"] != "A no further action disposal").groupby(of_people["broad"])
    error = np.sqrt(TRUTH.searches.found * (1 - TRUTH.searches.found) / found.size())
    assert ((found.mean() - TRUTH.searches.found).abs() < 4 * error).all()


def test_unknown_shares_are_as_planted(of_people, frames):
    unknown = of_people["broad"].isin(["Not stated", "Blank"])
    assert unknown.mean() == pytest.approx(0.18, abs=0.01)
    assert frames["stops"]["latitude"].isna().mean() == pytest.approx(0.06, abs=0.005)
    assert (frames["stops"]["latitude"].isna() == frames["stops"]["longitude"].isna()).all()


def test_section_60_is_a_small_share_of_few_months(frames):
    stops = frames["stops"]
    under = stops["legislation"].str.contains("section 60)", regex=False)
    assert 0.002 < under.mean() < 0.03
    assert stops.loc[under, "part_of_operation"].all()
    assert set(stops.loc[under, "object_of_search"]) == {"Anything to threaten or harm anyone", "Offensive weapons"}


def test_points_are_a_few_dozen_in_each_neighbourhood(frames):
    points = frames["stops"][["latitude", "longitude"]].dropna().drop_duplicates()
    assert 20 * 60 < len(points) < 45 * 60


def test_conduct_is_as_planted_and_alike_in_every_group(of_people):
    planted = TRUTH.searches
    usual = of_people[of_people["team"] != planted.team_without_video]
    for column, share in (
        ("bwv_on", planted.body_worn),
        ("supervisor_reviewed", planted.reviewed),
        ("receipt", planted.receipt),
        ("force_used", planted.force_used),
    ):
        by_group = usual.groupby("broad")[column].agg(lambda said: said.eq(True).sum() / len(said))
        error = np.sqrt(share * (1 - share) / usual.groupby("broad").size())
        assert ((by_group - share).abs() < 4 * error).all(), column
        assert usual[column].isna().any()
    graded = of_people["grounds_grade"].value_counts(normalize=True)
    assert graded[["green", "amber", "red"]].tolist() == pytest.approx(planted.grades, abs=0.01)
    assert of_people["grounds_grade"].notna().mean() == pytest.approx(planted.graded, abs=0.01)


def test_one_team_has_its_video_on_less_often(of_people):
    assert set(of_people["team"]) == set(TEAMS)
    on = of_people.groupby("team")["bwv_on"].agg(lambda said: said.eq(True).sum() / len(said))
    assert on.idxmin() == TRUTH.searches.team_without_video
    assert on.min() == pytest.approx(TRUTH.searches.its_body_worn, abs=0.03)
    assert on.drop(on.idxmin()).min() > 0.9

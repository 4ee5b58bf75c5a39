"""Metropolitan Police, April to September 2018: every column found again straight from the published files.

Nothing here calls the models. Searches come from the six police.uk files, residents from the Census 2021 table,
places from a test of every point against every district. Formulas are those of the sources named beside them.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
from collections import Counter

import numpy as np
import pandas as pd
import pyogrio.raw
import pyproj
import pytest
import shapely
import shapely.geometry
from scipy import stats
from scipy.optimize import brentq

from analytics.findings.stop_and_search import disproportionality, rates, trend
from analytics.scope import Scope

pytestmark = pytest.mark.real

SCOPE = Scope("metropolitan", from_month="2018-04", to_month="2018-09", population="Census 2021")
GROUPS = ("White", "Black", "Asian", "Mixed", "Other")
MONTHS = [f"2018-{month:02d}" for month in range(4, 10)]
WESTMINSTER, JOINT = "E09000033", "E09000001"
COUNTS = {"White": 20_874, "Black": 24_230, "Asian": 10_025, "Mixed": 2_926, "Other": 1_774, "Not stated": 11_323}
BLANK = 2


def broad(value):
    """The broad group by the first words of a published value."""
    starts = {
        "White": "White - ",
        "Black": "Black/",
        "Asian": "Asian/",
        "Mixed": "Mixed/",
        "Other": "Other ethnic group - A",
    }
    return next((group for group, start in starts.items() if value.startswith(start)), "Not stated")


@pytest.fixture(scope="module")
def searches(real_files):
    """Searches of persons: month, longitude, latitude, object, group, as the files have them."""
    rows = []
    for month in MONTHS:
        path = real_files / "police_uk" / month / f"{month}-metropolitan-stop-and-search.csv.gz"
        text = gzip.decompress(path.read_bytes()).decode("utf-8-sig")
        rows += [
            (month, r["Longitude"], r["Latitude"], r["Self-defined ethnicity"], r["Object of search"])
            for r in csv.DictReader(io.StringIO(text))
            if r["Type"] != "Vehicle search"
        ]
    frame = pd.DataFrame(rows, columns=["month", "longitude", "latitude", "published", "object"])
    frame["group"] = [broad(value) for value in frame["published"]]
    return frame


@pytest.fixture(scope="module")
def census(real_files):
    """Residents by code and broad group, both sexes together; every count of London boroughs is published."""
    residents: dict[str, Counter[str]] = {}
    with (real_files / "census" / "census2021_ethnic_group_by_sex_lad.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if row["Geography Code"].startswith("E09"):
                counted = residents.setdefault(row["Geography Code"], Counter())
                for column, cell in row.items():
                    group = next((g for g in GROUPS if column.startswith(g)), None)
                    if group:
                        counted[group] += int(cell)
    return pd.DataFrame.from_dict(residents, orient="index")[list(GROUPS)]


@pytest.fixture(scope="module")
def own(census, real_files):
    """Codes of the force's boroughs that have a census row of their own."""
    with (real_files / "census" / "lad_to_csp_to_pfa_dec2016_lookup.csv").open(encoding="utf-8-sig") as file:
        codes = {row["LAD16CD"] for row in csv.DictReader(file) if row["PFA16CD"] == "E23000001"}
    assert len(codes) == 32
    assert codes - set(census.index) == {WESTMINSTER}
    return sorted(codes & set(census.index))


@pytest.fixture(scope="module")
def residents(census, own):
    return census.loc[own].sum()


@pytest.fixture(scope="module")
def cells(searches, real_files):
    """Searches of known ethnicity by area and month; a search without a district is in the area “”."""
    points = searches.loc[searches["longitude"] != "", ["longitude", "latitude"]].drop_duplicates()
    x, y = points["longitude"].astype(float).to_numpy(), points["latitude"].astype(float).to_numpy()
    where = np.full(len(points), "", dtype=object)
    boundaries = real_files / "boundaries"
    # The set with most areas first; where none of its areas holds a point, the next set.
    for name in ("local_authorities_2022_simplified.geojson", "london_boroughs.gpkg", "lancashire_districts.geojson"):
        for code, shape in sorted(_shapes(boundaries / name)):
            free = where == ""
            where[free] = np.where(shapely.intersects_xy(shape, x[free], y[free]), code, "")
    placed = searches.merge(points.assign(area=where), how="left", on=["longitude", "latitude"]).fillna({"area": ""})
    known = placed[placed["group"] != "Not stated"]
    return known.groupby(["area", "month", "group"]).size().unstack("group", fill_value=0)


def _shapes(path):
    """Codes and shapes in longitude and latitude, of England and Wales."""
    if path.suffix == ".gpkg":
        meta, _, geometry, fields = pyogrio.raw.read(path)
        codes = fields[list(meta["fields"]).index("gss_code")]
        degrees = pyproj.Transformer.from_crs(27700, 4326, always_xy=True)
        shapes = [
            shapely.transform(shape, lambda xy: np.column_stack(degrees.transform(*xy.T)))
            for shape in shapely.from_wkb(geometry)
        ]
    else:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        codes = [f["properties"]["objectid" if "objectid" in f["properties"] else "id"] for f in features]
        shapes = [shapely.geometry.shape(f["geometry"]) for f in features]
    pairs = zip(codes, shapes, strict=True)
    return [(code, shape if shape.is_valid else shape.buffer(0)) for code, shape in pairs if code[0] in "EW"]


@pytest.fixture(scope="module")
def compared(real_store):
    return disproportionality(SCOPE, real_store.view())


@pytest.fixture(scope="module")
def table(compared):
    return {row["group"]: row for row in json.loads(compared.as_json())["table"]}


# The formulas


def variance_factor(a, b, area):
    """Weighted Pearson chi-square of the split over area-months, times the squared quotient of t and z.

    phi = sum (a_i - m_i p_d)^2 / sum_d p_d (1 - p_d) M_d / (M_d - 1) sum_i m_i (1 - m_i / M_d). Its degrees of freedom
    are Satterthwaite's for beta-binomial cells, 2 (sum v)^2 / sum (2 v^2 + kappa), never above cells less areas.
    """
    frame = pd.DataFrame({"a": a.to_numpy(), "m": (a + b).to_numpy(), "area": area})
    frame = frame[frame["m"] > 0].astype({"a": float, "m": float})
    of_area = frame.groupby("area")[["a", "m"]].transform("sum")
    size = frame.groupby("area")["m"].transform("size")
    used = (size > 1) & (of_area["a"] > 0) & (of_area["a"] < of_area["m"])
    frame, of_area = frame[used], of_area[used]
    p, whole = of_area["a"] / of_area["m"], of_area["m"]
    chance = p * (1 - p) * whole / (whole - 1) * frame["m"] * (1 - frame["m"] / whole)
    phi = ((frame["a"] - frame["m"] * p) ** 2).sum() / chance.sum()
    rho = max(0.0, min(1.0, (phi - 1) / ((frame["m"] * chance).sum() / chance.sum() - 1)))
    f = 1 + (frame["m"] - 1) * rho
    binomial = p * (1 - p)
    v = frame["m"] * binomial * f
    kappa = frame["m"] * binomial * (1 - 6 * binomial).clip(lower=0) * f**3
    df = min(len(frame) - frame["area"].nunique(), 2 * v.sum() ** 2 / (2 * v**2 + kappa).sum())
    return max(1.0, phi * (stats.t.ppf(0.975, df) / stats.norm.ppf(0.975)) ** 2)


def poisson_mid_p(count, factor):
    """Mid-P limits of a mean: P(X > x; L) + P(X = x; L) / 2 = .025, of the effective count x / factor."""
    x = count / factor

    def more(mean):  # P(X >= x) is the gamma distribution function of shape x, at the mean
        return (stats.gamma.cdf(mean, x) + stats.gamma.cdf(mean, x + 1)) / 2

    low, high = (brentq(lambda mean, tail=tail: more(mean) - tail, x / 9, x * 9, xtol=1e-12) for tail in (0.025, 0.975))
    return low * factor, high * factor


def ratio_mid_p(a, n_a, b, n_b, factor):
    """Mid-P limits of a ratio given a + b: beta-binomial with variance factor 1 + (m - 1) rho, summed term by term."""
    m = a + b
    size = (m - 1) / (factor - 1) - 1
    k = np.arange(a, m + 1)

    def more(ratio):
        share = ratio * n_a / (ratio * n_a + n_b)
        terms = stats.betabinom.pmf(k, m, size * share, size * (1 - share))
        return terms.sum() - terms[0] / 2

    point = a / n_a / (b / n_b)
    return tuple(
        brentq(lambda r, tail=tail: more(r) - tail, point / 3, point * 3, xtol=1e-10) for tail in (0.025, 0.975)
    )


def of_months(months):
    """Sample variance over mean of the months, and its degrees of freedom 2 / (2 / (m - 1) + k / m) (O'Neill 2014).

    k is the excess kurtosis of negative binomial months with that mean and variance.
    """
    mean, m = np.mean(months), len(months)
    phi = np.var(months, ddof=1) / mean
    k = float(stats.nbinom.stats(mean / (phi - 1), 1 / phi, moments="k"))
    return phi, 2 / (2 / (m - 1) + k / m)


def widened(phi, df):
    """The factor with the squared quotient of t and z; never under 1."""
    return max(1.0, phi * (stats.t.ppf(0.975, df) / stats.norm.ppf(0.975)) ** 2)


def within_months(table):
    """Factor of one month: squares of counts less area total x month total / total, over their expectation.

    Given all totals the expectation is that of the multivariate hypergeometric distribution. Degrees of freedom:
    Satterthwaite's with negative binomial cells whose factor grows with their mean.
    """
    y = table.to_numpy(float)
    n, r, c = y.sum(), y.sum(axis=1, keepdims=True), y.sum(axis=0, keepdims=True)
    mean = r * c / n
    chance = mean * (1 - r / n) * (1 - c / n) * n / (n - 1)
    phi = ((y - mean) ** 2).sum() / chance.sum()
    f = 1 + mean * max(0, phi - 1) * chance.sum() / (mean * chance).sum()
    v = chance * f
    df = 2 * v.sum() ** 2 / (2 * v**2 + v * (6 * f**2 - 6 * f + 1)).sum()
    return widened(phi, min(df, (len(y) - 1) * (y.shape[1] - 1)))


def within_districts(a, n_a, b, n_b):
    """Poisson regression with an effect for each district by statsmodels; variance CR2 by district.

    Limits: exp(log ratio ± t se), se^2 = sum u_d^2 / (1 - h_d) / I^2, u_d = a_d - fitted, I_d = m_d p_d (1 - p_d),
    h_d = I_d / I; t on 1 / [sum h^2 + (sum q)^2 - sum q^2] degrees of freedom, q = h^2 / (1 - h) (Satterthwaite).
    """
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    long = pd.DataFrame(
        {
            "stops": np.concatenate([a, b]),
            "residents": np.concatenate([n_a, n_b]),
            "group": [1] * len(a) + [0] * len(b),
            "area": list(a.index) * 2,
        }
    )
    fit = smf.glm("stops ~ group + C(area)", long, family=sm.families.Poisson(), offset=np.log(long["residents"])).fit(
        tol=1e-12
    )
    fitted = fit.fittedvalues.to_numpy()[: len(a)]
    m = (a + b).to_numpy()
    p = fitted / m
    information = m * p * (1 - p)
    h = information / information.sum()
    se = math.sqrt(((a.to_numpy() - fitted) ** 2 / (1 - h)).sum()) / information.sum()
    q = h**2 / (1 - h)
    df = 1 / ((h**2).sum() + q.sum() ** 2 - (q**2).sum())
    half = max(stats.t.ppf(0.975, df) * se, stats.norm.ppf(0.975) / math.sqrt(information.sum()))
    log_ratio = fit.params["group"]
    return math.exp(log_ratio), math.exp(log_ratio - half), math.exp(log_ratio + half)


# What they give


def test_counts_are_those_of_the_files(searches, real_store):
    assert dict(Counter(searches["group"])) == COUNTS
    assert (searches["published"] == "").sum() == BLANK
    made = json.loads(rates(SCOPE, real_store.view()).as_json())
    assert {row["group"]: row["stops"] for row in made["table"]} == COUNTS
    assert any("11,321 not stated, 2 blank" in caveat for caveat in made["caveats"])


def by_month(group, searches):
    return searches.loc[searches["group"] == group].groupby("month").size().loc[MONTHS].to_numpy()


def alone(group, residents, searches):
    """Rate per 1,000 with its interval and variance factor, from the group's own months."""
    factor = widened(*of_months(by_month(group, searches)))
    count = int((searches["group"] == group).sum())
    unit = 1_000 / residents[group]
    low, high = poisson_mid_p(count, factor)
    return count * unit, low * unit, high * unit, factor


def test_every_column_of_rates(searches, residents, real_store):
    found = {row["group"]: row for row in json.loads(rates(SCOPE, real_store.view()).as_json())["table"]}
    assert list(found) == [*GROUPS, "Not stated"]
    for group in GROUPS:
        rate, low, high, factor = alone(group, residents, searches)
        assert found[group] == {
            "group": group,
            "stops": COUNTS[group],
            "population": residents[group],
            "rate": pytest.approx(rate),
            "low": pytest.approx(low),
            "high": pytest.approx(high),
            "dispersion": pytest.approx(factor),
            "flag": "",
        }
    assert found["Not stated"] == {
        "group": "Not stated",
        "stops": 11_323,
        **dict.fromkeys(("population", "rate", "low", "high", "dispersion")),
        "flag": "no residents to set these searches against",
    }


@pytest.mark.parametrize("group", GROUPS[1:])
def test_every_column_of_disproportionality(group, searches, cells, residents, census, own, table):
    found = dict(table[group])
    a, b, unknown = COUNTS[group], COUNTS["White"], COUNTS["Not stated"]
    n_a, n_b = residents[group], residents["White"]
    rate_a, rate_b = (alone(name, residents, searches) for name in (group, "White"))
    factor = variance_factor(cells[group], cells["White"], cells.index.get_level_values("area"))
    low, high = ratio_mid_p(a, n_a, b, n_b, factor)
    months_a, months_b = by_month(group, searches), by_month("White", searches)
    monthly = 1_000 * (months_a / n_a - months_b / n_b)
    df = min(of_months(months_a)[1], of_months(months_b)[1])
    difference_low, difference_high = (
        6 * end for end in stats.t.interval(0.95, df, monthly.mean(), stats.sem(monthly))
    )
    known = cells.drop(index="", level="area")[[group, "White"]].to_numpy().sum()
    placed = cells.groupby("area")[[group, "White"]].sum().loc[own]
    adjusted, adjusted_low, adjusted_high = within_districts(
        placed[group], census.loc[own, group], placed["White"], census.loc[own, "White"]
    )
    # a + x u of the unknown are the group's, the rest the comparator's, and both rates are equal.
    share = brentq(lambda x: (a + x * unknown) / n_a - (b + (1 - x) * unknown) / n_b, -100, 100)
    objects = searches.groupby(["object", "group"]).size().unstack("group", fill_value=0)
    shares = objects[list(GROUPS)].div(objects[list(GROUPS)].sum(axis=1), axis=0)
    more_a, more_b = (float((shares[name] * objects["Not stated"]).sum()) for name in (group, "White"))
    expected = {
        "group": group,
        "comparator": "White",
        "stops": a,
        "comparator_stops": b,
        "base": a + b,
        "rate": rate_a[0],
        "rate_low": rate_a[1],
        "rate_high": rate_a[2],
        "comparator_rate": rate_b[0],
        "comparator_rate_low": rate_b[1],
        "comparator_rate_high": rate_b[2],
        "ratio": a / n_a / (b / n_b),
        "low": low,
        "high": high,
        "difference": rate_a[0] - rate_b[0],
        "difference_low": difference_low,
        "difference_high": difference_high,
        "excess": a - n_a * b / n_b,
        "excess_low": a - a / low,
        "excess_high": a - a / high,
        "unknown_share": unknown / sum(COUNTS.values()),
        "ratio_if_unknown_comparator": a / n_a / ((b + unknown) / n_b),
        "ratio_if_unknown_group": (a + unknown) / n_a / (b / n_b),
        "ratio_if_unknown_within_object": (a + more_a) / n_a / ((b + more_b) / n_b),
        "unknown_to_group": more_a,
        "unknown_to_comparator": more_b,
        "tipping_share": share if 0 <= share <= 1 else None,
        "dispersion": factor,
        "rate_dispersion": rate_a[3],
        "comparator_rate_dispersion": rate_b[3],
        "placed_share": known / (a + b),
        "ratio_adjusted": adjusted,
        "adjusted_low": adjusted_low,
        "adjusted_high": adjusted_high,
        "adjusted_areas": len(own),
        "adjusted_share": placed.to_numpy().sum() / (a + b),
        "flag": "",
    }
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert found[name] == (pytest.approx(value, rel=1e-6) if isinstance(value, float) else value), name


def test_the_borough_that_the_census_shares_with_another_force(compared, census, own, residents):
    """Westminster's residents are in one row with the City's; what that row would change is found again here."""
    ratio = COUNTS["Black"] / residents["Black"] / (COUNTS["White"] / residents["White"])
    more = residents + census.loc[JOINT]
    with_row = COUNTS["Black"] / more["Black"] / (COUNTS["White"] / more["White"])
    people = census.loc[JOINT].sum()
    caveat, districts = (caveat for caveat in compared.caveats if "Westminster" in caveat)
    assert caveat.startswith("The residents of Westminster are missing")
    rests = "The ratio within districts rests on 31 of the 32 districts of the force, all but Westminster, of which "
    assert districts.startswith(f"{rests}Census 2021 has no residents of its own: ")
    assert "“City of London and Westminster”" in caveat
    assert f"{people:,}" in caveat
    assert f"{with_row:.2f} instead of {ratio:.2f}" in caveat
    assert (f"{with_row:.2f}", f"{ratio:.2f}") == ("4.62", "4.57")
    black, white, new_black, new_white = (
        COUNTS[group] / people_of[group] * 1_000 for people_of in (residents, more) for group in ("Black", "White")
    )
    assert f"the Black rate would be {new_black:.1f} instead of {black:.1f}" in caveat
    assert f"the White rate {new_white:.1f} instead of {white:.1f}" in caveat
    assert f"the difference +{new_black - new_white:.1f} instead of +{black - white:.1f}" in caveat
    new_excess, excess = (COUNTS["Black"] - n["Black"] * COUNTS["White"] / n["White"] for n in (more, residents))
    assert f"the excess +{new_excess:,.0f} instead of +{excess:,.0f}" in caveat
    assert [round(rate, 1) for rate in (black, white, new_black, new_white)] == [20.7, 4.5, 20.4, 4.4]
    (rule,) = [rule for rule in compared.provenance.rules if rule.startswith("“City of London and Westminster”: ")]
    assert rule.removeprefix("“City of London and Westminster”: ") in caveat
    (every,) = [rule for rule in compared.provenance.rules if rule.startswith("With all ")]
    assert f"Black {new_black:.1f} instead of {black:.1f}" in every
    assert "Residents missing from Census 2021: Westminster" in compared.provenance.rules


def test_provenance(compared):
    provenance = compared.provenance
    stops = [file for file in provenance.files if "metropolitan-stop-and-search" in file.name]
    assert [file.name.rpartition("/")[2][:7] for file in stops] == MONTHS
    assert sum(file.rows for file in stops) == sum(COUNTS.values()) + 987  # with the vehicles
    names = " ".join(file.name for file in provenance.files)
    for part in (
        "census2021",
        "lad_to_csp_to_pfa",
        "local_authorities_2022",
        "police_force_areas_2022",
        "london_boroughs",
    ):
        assert part in names
    assert "lsoa" not in names
    assert provenance.base == "71,152 searches of persons, April to September 2018, by self-defined ethnicity"
    assert "987 vehicle-only searches left out: no person was searched." in compared.caveats
    assert (
        "72,139 rows counted: 71,152 of persons, 45,104 of them of the two groups compared and 11,323 of unknown "
        "ethnicity." in compared.caveats
    )


def test_the_sentence(compared, table):
    black = table["Black"]
    assert compared.headline == f"Black people were searched at {black['ratio']:.1f} times the rate of White people"
    assert compared.answer == (
        f"{black['rate']:.1f} searches for every 1,000 Black residents against {black['comparator_rate']:.1f} for "
        "White residents, April to September 2018, "
        f"45,104 searches: a ratio of {black['ratio']:.1f} ({black['low']:.1f} to "
        f"{black['high']:.1f}), and {black['ratio_adjusted']:.1f} ({black['adjusted_low']:.1f} to "
        f"{black['adjusted_high']:.1f}) among people of the same districts."
    )


def test_every_column_of_the_trend(searches, cells, residents, real_store):
    factors = {group: within_months(cells[group].unstack("month", fill_value=0)[MONTHS]) for group in GROUPS}
    monthly = json.loads(trend(SCOPE, real_store.view()).as_json())["table"]
    counted = Counter(zip(searches["month"], searches["group"], strict=True))
    assert len(monthly) == len(MONTHS) * len(GROUPS)
    for row in monthly:
        assert row["stops"] == counted[row["month"], row["group"]]
        assert row["rate"] == pytest.approx(row["stops"] / residents[row["group"]] * 1_000)
        limits = [
            limit / residents[row["group"]] * 1_000 for limit in poisson_mid_p(row["stops"], factors[row["group"]])
        ]
        assert [row["low"], row["high"]] == pytest.approx(limits)
        assert row["dispersion"] == pytest.approx(factors[row["group"]])


def test_the_intervals_that_months_give(table):
    """Printed once, so that a change is seen: those of the split between groups were 19.5 to 22.0 and 4.3 to 4.7."""
    black = table["Black"]
    shown = [black[name] for name in ("rate_low", "rate_high", "comparator_rate_low", "comparator_rate_high")]
    assert [round(value, 1) for value in shown] == [16.2, 26.1, 3.9, 5.2]
    assert [round(black[name], 1) for name in ("difference_low", "difference_high")] == [11.6, 20.7]
    assert [round(black[name], -2) for name in ("excess_low", "excess_high")] == [18_500, 19_300]


def test_the_sentence_of_the_trend(real_store):
    made = trend(SCOPE, real_store.view())
    assert made.headline == "Lowest 2.7 (Jul 18), highest 4.8 (Aug 18) per 1,000 Black residents"
    assert made.answer == (
        "Searches for every 1,000 Black residents in a month: lowest 2.7 (2.0 to 3.6) in July 2018, highest 4.8 "
        "(3.8 to 6.1) in August 2018, April to September 2018, 24,230 searches of them; no test of a change was made."
    )


def test_searches_without_coordinates(searches, compared):
    without = int((searches["longitude"] == "").sum())
    assert (
        f"{without:,} searches were published without coordinates; they count in every figure but the ratio within "
        "districts." in compared.caveats
    )
